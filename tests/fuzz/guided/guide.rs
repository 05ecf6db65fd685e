//! Common part of the five fuzzers, with the targets and the damage of `cargo test`.

#[path = "../bytes.rs"]
mod bytes;
#[path = "../dice.rs"]
mod dice;
#[path = "../structure.rs"]
mod structure;
#[path = "../targets.rs"]
#[allow(dead_code)] // each fuzzer has one of them
pub mod targets;
#[path = "../watch.rs"]
mod watch;
#[path = "../zip.rs"]
mod zip;

use dice::Dice;
use targets::Target;

/// Changes the first `size` bytes of `data`, in one of six cases by libFuzzer's own mutations.
pub fn change(target: Target, data: &mut [u8], size: usize, longest: usize, seed: u32) -> usize {
    let mut dice = Dice::new(u64::from(seed));
    if dice.once_in(6) {
        return libfuzzer_sys::fuzzer_mutate(data, size, longest);
    }
    let input = &data[..size];
    let changed = structure::mutated(target, input, input, &mut dice);
    let length = changed.len().min(longest);
    data[..length].copy_from_slice(&changed[..length]);
    length
}

/// Defines the fuzzer of one target.
macro_rules! fuzz {
    ($target:ident) => {
        use guide::targets::Target;

        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            guide::change(Target::$target, data, size, max_size, seed)
        });

        libfuzzer_sys::fuzz_target!(|data: &[u8]| {
            Target::$target.run(data);
        });
    };
}
pub(crate) use fuzz;
