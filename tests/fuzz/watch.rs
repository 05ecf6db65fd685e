//! Limits on time and memory of a reader.

use std::time::{Duration, Instant};

/// Maximal time of one run: several times what slow machines need for a quarter of a megabyte, and a small part of what
/// a reader would need whose time grows with the square of it.
const MAX_TIME: Duration = Duration::from_secs(5);

/// Number of runs, of which the fastest counts: other programs may use the processor too.
const TRIES: usize = 3;

/// Calls `run` and returns its result.
///
/// # Panics
/// If it has more than `most` bytes allocated at once, or takes longer than [`MAX_TIME`] in every try.
pub fn watched<T>(most: usize, run: impl Fn() -> T) -> T {
    watched_within(MAX_TIME, most, run)
}

/// Calls `run` as [`watched`] does, with another limit on time.
///
/// # Panics
/// As [`watched`] does.
pub fn watched_within<T>(longest: Duration, most: usize, run: impl Fn() -> T) -> T {
    let mut shortest = Duration::MAX;
    for _ in 0..TRIES {
        let mut answer = None;
        let start = Instant::now();
        let memory = allocation_counter::measure(|| answer = Some(run()));
        shortest = shortest.min(start.elapsed());
        let peak = memory.bytes_max;
        assert!(peak <= most as u64, "{peak} bytes, and {most} are allowed");
        match answer {
            Some(answer) if shortest <= longest => return answer,
            _ => {}
        }
    }
    panic!("it takes {shortest:?}");
}
