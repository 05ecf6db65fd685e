//! The one source of chance. Every use has a stream of its own below the seed, so that no use
//! depends on how much another one drew, and any of them can be rebuilt from the seed alone.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What chance is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RngStream {
    /// Dividing the rows into training and validation rows.
    Split,
    /// Initial weights and biases of a layer, counted as the book does: 1 is the first hidden one.
    Layer(u32),
    /// The order of the rows in an epoch, counted from 0.
    Epoch(u32),
    /// Choosing the rows on which the network is watched.
    Probe,
    /// Choosing the rows of a table that are used.
    Sample,
    /// Choosing the parameters whose gradients are checked.
    GradientCheck,
}

/// The generator for `purpose` under `seed`. Its output is the same on every platform.
pub fn generator(seed: u64, purpose: RngStream) -> ChaCha8Rng {
    let stream = |kind: u64, index: u32| kind << 32 | u64::from(index);
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(match purpose {
        RngStream::Split => stream(0, 0),
        RngStream::Layer(layer) => stream(1, layer),
        RngStream::Epoch(epoch) => stream(2, epoch),
        RngStream::Probe => stream(3, 0),
        RngStream::Sample => stream(4, 0),
        RngStream::GradientCheck => stream(5, 0),
    });
    generator
}

/// Fisher and Yates' shuffle. Written out because `rand` may change how its own draws numbers, and
/// with that every order; this one uses nothing but the generator's documented output.
pub fn shuffle<T>(items: &mut [T], generator: &mut ChaCha8Rng) {
    for last in (1..items.len()).rev() {
        items.swap(last, below(last + 1, generator));
    }
}

/// A whole number from 0 up to, not including, `n`.
pub fn below(n: usize, generator: &mut ChaCha8Rng) -> usize {
    // The high half of the product: even to within 2^-64 of n.
    let product = u128::from(generator.next_u64()) * n as u128;
    (product >> 64) as usize
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
        let mut sorted = first;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<_>>());
    }
}
