//! Fuzzing of the readers with corrupted tables, images and models. A reader may refuse a file, but
//! must not panic, allocate memory out of proportion to the file, or take long.
//!
//! Each case is generated from its number, so `cargo test` runs the same ones every time.
//! `NN_TUI_FUZZ_SECONDS=600 cargo test --test fuzz csv` runs new cases for that time,
//! `NN_TUI_FUZZ_FIRST=12345` starts at that case. A failing case is written to `target/fuzz`.
//! `NN_TUI_FUZZ_SEEDS=FOLDER` writes the sound inputs there, for the fuzzers in `guided/`.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

mod bytes;
mod corpus;
mod dice;
mod large;
mod structure;
#[path = "../support/mod.rs"]
mod support;
mod targets;
mod watch;
mod zip;

use dice::Dice;
use targets::Target;

/// Number of cases in a default run.
const CASES: u64 = 1500;

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().expect("a whole number"))
}

/// Generates case `number` of `target`.
fn case(target: Target, seeds: &[Vec<u8>], number: u64) -> Vec<u8> {
    let mut dice = Dice::new(number);
    let seed = dice.below(seeds.len());
    let other = dice.below(seeds.len());
    structure::mutated(target, &seeds[seed], &seeds[other], &mut dice)
}

fn fuzz(target: Target) {
    let seeds = corpus::seeds(target);
    let start = Instant::now();
    let time = number("NN_TUI_FUZZ_SECONDS").map(Duration::from_secs);
    let first = number("NN_TUI_FUZZ_FIRST").unwrap_or(0);
    let (mut cases, mut accepted) = (0, 0);
    while time.map_or(cases < CASES, |time| start.elapsed() < time) {
        let number = first + cases;
        let input = case(target, &seeds, number);
        match catch_unwind(AssertUnwindSafe(|| target.run(&input))) {
            Ok(is_accepted) => accepted += u64::from(is_accepted),
            Err(_) => {
                let path = kept(target, number, &input);
                panic!(
                    "{target:?}, case {number} of {} bytes, kept as {path}",
                    input.len()
                );
            }
        }
        cases += 1;
    }
    println!("{target:?}: {cases} cases from {first} on, {accepted} accepted");
    // Files that are all refused at once, or all accepted, test nothing.
    assert!(
        accepted * 50 > cases && accepted * 50 < cases * 49,
        "{accepted} of {cases} accepted"
    );
}

/// Writes the input of a failing case and returns its path.
fn kept(target: Target, number: u64, input: &[u8]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz");
    let path = folder.join(format!("{target:?}-{number}").to_lowercase());
    let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&path, input));
    written.map_or_else(|error| error.to_string(), |()| path.display().to_string())
}

/// Writes `seeds` for the fuzzers in `guided/`, if requested.
fn write_seeds(target: Target, seeds: &[Vec<u8>]) {
    if let Ok(folder) = std::env::var("NN_TUI_FUZZ_SEEDS") {
        let folder = Path::new(&folder).join(format!("{target:?}").to_lowercase());
        fs::create_dir_all(&folder).expect("a folder");
        for (index, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(index.to_string()), seed).expect("written");
        }
    }
}

#[test]
fn csv() {
    fuzz(Target::Csv);
}

#[test]
fn idx() {
    fuzz(Target::Idx);
}

#[test]
fn json() {
    fuzz(Target::Json);
}

#[test]
fn safetensors() {
    fuzz(Target::Safetensors);
}

#[test]
fn npz() {
    fuzz(Target::Npz);
}

#[test]
fn checkpoint() {
    fuzz(Target::Checkpoint);
}

/// Guards against checks that never fail.
#[test]
fn what_breaks_a_promise_is_seen() {
    let is_seen = |run: fn()| catch_unwind(|| watch::watched(1 << 20, run)).is_err();
    assert!(!is_seen(|| drop(vec![1_u8; 1 << 19])));
    assert!(
        is_seen(|| drop(vec![0_u8; 1 << 21])),
        "more memory than allowed"
    );
    assert!(
        is_seen(|| drop(Vec::<u8>::with_capacity(1 << 30))),
        "memory for what is not there"
    );
    let is_slow = || {
        let longest = Duration::from_millis(20);
        watch::watched_within(longest, 1 << 20, || std::thread::sleep(2 * longest));
    };
    assert!(catch_unwind(is_slow).is_err(), "slow");
    assert!(is_seen(|| panic!("a reader gave up")), "a panic");
}

#[test]
fn the_seeds_are_sound() {
    for target in [
        Target::Json,
        Target::Safetensors,
        Target::Npz,
        Target::Idx,
        Target::Checkpoint,
    ] {
        let seeds = corpus::seeds(target);
        write_seeds(target, &seeds);
        for seed in seeds {
            let is_without_labels = target == Target::Idx && seed[0] & 1 == 1;
            assert!(target.run(&seed) != is_without_labels, "{target:?}");
        }
    }
    let tables = corpus::seeds(Target::Csv);
    write_seeds(Target::Csv, &tables);
    let accepted = tables.iter().filter(|seed| Target::Csv.run(seed)).count();
    assert!(
        accepted > tables.len() / 2,
        "{accepted} of {}",
        tables.len()
    );
}
