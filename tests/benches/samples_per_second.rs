//! Training throughput for `peers/compare.py`, which compares this program with its peers.
//!
//! Reads lines of a network name and a number of seconds, trains for that long, and answers with samples
//! per second. If the second word is `operations`, it answers with the floating-point operations per
//! sample; if the name is `peak`, with the peak operations per second of the processor. It uses one
//! thread, or up to as many as its argument says; with `=` before the number exactly so many.

mod works;

use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

use nn_tui::nn::engine::Threads;
use works::{BATCHES, WORKS, Work, peak};

fn main() {
    let threads = std::env::args().find_map(|argument| {
        let count = argument.strip_prefix('=');
        let exactly = count.and_then(|count| count.parse().ok().map(Threads::Exactly));
        exactly.or_else(|| argument.parse().ok().map(Threads::UpTo))
    });
    let threads = threads.unwrap_or(Threads::ONE);
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("lines of text");
        let (name, seconds) = line
            .split_once(' ')
            .expect("a name and a number of seconds");
        let work = || {
            let found = WORKS.iter().find(|work| work.name == name);
            found.expect("a known network")
        };
        let time = || Duration::from_secs_f64(seconds.parse().expect("a number of seconds"));
        let answer = match (name, seconds) {
            ("peak", _) => {
                let start = Instant::now();
                let mut operations = 0.0;
                while start.elapsed() < time() {
                    operations += peak();
                }
                operations / start.elapsed().as_secs_f64()
            }
            (_, "operations") => work().operations(),
            _ => measure(work(), time(), threads),
        };
        println!("{answer}");
        std::io::stdout().flush().expect("someone who listens");
    }
}

fn measure(work: &Work, time: Duration, threads: Threads) -> f64 {
    let mut engine = work.engine(threads);
    let rule = work.rule();
    let table = work.table();
    let mut epoch = || {
        for rows in table.rows.chunks(work.batch) {
            engine.train(table.mini_batch(rows), &rule).unwrap();
        }
    };
    epoch(); // The first one finds cold caches.
    let start = Instant::now();
    let mut epochs = 0;
    while start.elapsed() < time {
        epoch();
        epochs += 1;
    }
    (epochs * BATCHES * work.batch) as f64 / start.elapsed().as_secs_f64()
}
