//! Random numbers. Each use has its own stream under the seed, so that no use depends on how many
//! numbers another one drew, and each can be rebuilt from the seed alone.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Use of random numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RngStream {
    /// Split of the rows into training and validation rows.
    Split,
    /// Initial weights and biases of a layer; layer 1 is the first hidden one.
    Layer(u32),
    /// Order of the rows in an epoch, counted from 0.
    Epoch(u64),
    /// Choice of the probe rows.
    Probe,
    /// Choice of the rows that are used of a large table.
    Sample,
    /// Choice of the parameters whose gradients are checked.
    GradientCheck,
    /// Permutations of the column of this index.
    Permutation(u32),
    /// Choice of combinations of settings.
    Combinations,
}

/// Returns the generator of a stream under `seed`. Its output is the same on every platform.
pub fn generator(seed: u64, purpose: RngStream) -> ChaCha8Rng {
    let stream = |kind: u64, index: u32| kind << 32 | u64::from(index);
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(match purpose {
        RngStream::Split => stream(0, 0),
        RngStream::Layer(layer) => stream(1, layer),
        RngStream::Epoch(epoch) => match u32::try_from(epoch) {
            Ok(epoch) => stream(2, epoch),
            // Apart from all other streams, whose highest bit is zero.
            Err(_) => 1 << 63 | epoch,
        },
        RngStream::Probe => stream(3, 0),
        RngStream::Sample => stream(4, 0),
        RngStream::GradientCheck => stream(5, 0),
        RngStream::Permutation(column) => stream(6, column),
        RngStream::Combinations => stream(7, 0),
    });
    generator
}

/// Returns the generator of dropout in a step and a layer under `seed`. Its output is the same on every platform.
pub fn dropout_generator(seed: u64, step: u64, layer: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    let words = [seed, step, layer, u64::from_le_bytes(*b"dropout ")];
    for (bytes, word) in key.chunks_exact_mut(8).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// Shuffles `items` (Fisher and Yates). Written out because `rand` may change how its own shuffle
/// draws numbers; this one depends on the generator's documented output only.
pub fn shuffle<T>(items: &mut [T], generator: &mut ChaCha8Rng) {
    for last in (1..items.len()).rev() {
        items.swap(last, below(last + 1, generator));
    }
}

/// Draws an integer from `0..n`.
pub fn below(n: usize, generator: &mut ChaCha8Rng) -> usize {
    // The high half of the product: even to within 2^-64 of n.
    let product = u128::from(generator.next_u64()) * n as u128;
    (product >> 64) as usize
}

/// Returns 16 hexadecimal digits that differ from call to call and from process to process. No training
/// depends on them.
pub fn fresh_id() -> String {
    // The standard library keys every hasher at random.
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_depends_on_seed_and_purpose_alone() {
        let order = |seed, purpose| {
            let mut items: Vec<u8> = (0..50).collect();
            shuffle(&mut items, &mut generator(seed, purpose));
            items
        };
        let first = order(1, RngStream::Epoch(0));
        assert_eq!(first, order(1, RngStream::Epoch(0)));
        assert_ne!(first, order(1, RngStream::Epoch(1)));
        assert_ne!(first, order(2, RngStream::Epoch(0)));
        assert_ne!(first, order(1, RngStream::Split));
        // Beyond 2^32 epochs, no order is that of an epoch or of another use before.
        let late = order(1, RngStream::Epoch(1 << 32));
        assert_ne!(late, first);
        assert_ne!(late, order(1, RngStream::Epoch((1 << 32) + 1)));
        for kind in 1..=5 {
            let epoch = RngStream::Epoch(kind << 32);
            assert_ne!(order(1, epoch), order(1, RngStream::Layer(0)));
            assert_ne!(order(1, epoch), order(1, RngStream::Probe));
        }
        let mut sorted = first;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<_>>());
    }
}
