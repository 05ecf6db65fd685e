//! Random sample of the rows of a table.

use rand_chacha::ChaCha8Rng;

use util::random::{RngStream, below, generator};

/// Uniform random sample of a stream of rows (reservoir sampling, Vitter 1985, algorithm R).
pub(super) struct Sampling {
    max: usize,
    pub(super) seen: usize,
    generator: ChaCha8Rng,
    /// Lines of the rows in the sample.
    pub(super) lines: Vec<u64>,
}

impl Sampling {
    /// Starts a sample of at most `max` rows.
    pub(super) fn new(max: usize, seed: u64) -> Self {
        Self {
            max,
            seen: 0,
            generator: generator(seed, RngStream::Sample),
            lines: Vec::new(),
        }
    }

    /// Decides on a row that was just appended. Returns the index of the row that it replaces, which
    /// may be its own; `None` while the sample has room.
    pub(super) fn choose(&mut self, line: u64) -> Option<usize> {
        self.seen += 1;
        if self.lines.len() < self.max {
            self.lines.push(line);
            return None;
        }
        let place = below(self.seen, &mut self.generator);
        if let Some(chosen) = self.lines.get_mut(place) {
            *chosen = line;
        }
        Some(place.min(self.max))
    }
}
