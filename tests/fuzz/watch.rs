//! What a reader may take: time and memory.

use std::time::{Duration, Instant};

/// An answer is there within this time.
const LONGEST: Duration = Duration::from_secs(1);

/// Others may use the processor too; what is slow by itself is slow every time.
const TRIES: usize = 3;

/// What `run` returns.
///
/// # Panics
/// If it has more than `most` bytes at once, or takes longer than a second, whenever it is tried.
pub fn watched<T>(most: usize, run: impl Fn() -> T) -> T {
    let mut shortest = Duration::MAX;
    for _ in 0..TRIES {
        let mut answer = None;
        let start = Instant::now();
        let memory = allocation_counter::measure(|| answer = Some(run()));
        shortest = shortest.min(start.elapsed());
        let peak = memory.bytes_max;
        assert!(peak <= most as u64, "{peak} bytes, and {most} are allowed");
        match answer {
            Some(answer) if shortest <= LONGEST => return answer,
            _ => {}
        }
    }
    panic!("it takes {shortest:?}");
}
