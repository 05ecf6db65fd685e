//! The engine as one of the programs that `peers/compare.py` lets run against each other.
//!
//! Reads lines of a network's name and a number of seconds; answers each with the samples a
//! second on which the network was trained for that long.

mod works;

use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

use works::{BATCHES, WORKS, Work};

fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("lines of text");
        let (name, seconds) = line
            .split_once(' ')
            .expect("a name and a number of seconds");
        let work = WORKS.iter().find(|work| work.name == name);
        let seconds = Duration::from_secs_f64(seconds.parse().expect("a number of seconds"));
        println!("{}", measure(work.expect("a known network"), seconds));
        std::io::stdout().flush().expect("someone who listens");
    }
}

fn measure(work: &Work, time: Duration) -> f64 {
    let mut engine = work.engine();
    let rule = work.rule();
    let batches: Vec<_> = (0..BATCHES).map(|seed| work.mini_batch(seed)).collect();
    let mut epoch = || {
        for (inputs, targets) in &batches {
            engine.train(inputs.view(), targets.view(), &rule).unwrap();
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
