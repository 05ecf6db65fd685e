//! The one source of chance. Every use has a stream of its own below the seed, so that no use
//! depends on how much another one drew, and any of them can be rebuilt from the seed alone.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What chance is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Dividing the rows into training and validation rows.
    Split,
    /// Initial weights and biases of a layer, counted as the book does: 1 is the first hidden one.
    Layer(u32),
    /// The order of the rows in an epoch, counted from 0.
    Epoch(u32),
    /// Choosing the rows on which the network is watched.
    Probe,
}

/// The generator for `purpose` under `seed`. Its output is the same on every platform.
pub fn generator(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    let stream = |kind: u64, index: u32| kind << 32 | u64::from(index);
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(match purpose {
        Purpose::Split => stream(0, 0),
        Purpose::Layer(layer) => stream(1, layer),
        Purpose::Epoch(epoch) => stream(2, epoch),
        Purpose::Probe => stream(3, 0),
    });
    generator
}
