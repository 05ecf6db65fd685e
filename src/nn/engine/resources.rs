//! Vector instructions and threads that an engine uses.

use std::num::NonZero;

use crate::Architecture;
use crate::kernels::Instructions;
use util::memory;

/// Hardware that an engine may use. Instructions change results within rounding, threads not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// Vector instructions.
    pub instructions: Instructions,
    /// Number of threads.
    pub threads: Threads,
}

/// Number of threads that share a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threads {
    /// At most this number, as many as are fastest.
    UpTo(usize),
    /// This number in every step, even if fewer would be faster.
    Exactly(usize),
}

/// Largest number of threads of an engine; more are never used.
pub(super) const MAX_THREADS: usize = 64;
/// Minimum number of floating-point operations of a thread's part of a step.
const WORTH_SHARING: f64 = 10e6;

impl Resources {
    /// Returns one thread and the instructions of [`Instructions::from_environment`].
    pub fn one_thread() -> Self {
        Self {
            instructions: Instructions::from_environment(),
            threads: Threads::ONE,
        }
    }
}

/// The instructions of [`Instructions::from_environment`].
impl From<Threads> for Resources {
    fn from(threads: Threads) -> Self {
        Self {
            threads,
            ..Self::one_thread()
        }
    }
}

impl Threads {
    /// One thread.
    pub const ONE: Self = Self::Exactly(1);

    /// Returns up to as many threads as there are processors for this program. With a limited address space, of
    /// which each thread reserves a good part, it is one.
    pub fn available() -> Self {
        if memory::is_address_space_limited() {
            return Self::UpTo(1);
        }
        Self::UpTo(std::thread::available_parallelism().map_or(1, NonZero::get))
    }

    /// Returns the maximum number of threads that share steps on `batch` rows.
    pub(super) fn count(self, architecture: &Architecture, batch: usize) -> usize {
        let count = match self {
            Self::Exactly(count) => count,
            Self::UpTo(most) => {
                let weights = architecture.layer_shapes().map(|(m, n)| (m * n) as f64);
                // Forward, back and gradient each multiply and add once for every weight.
                let operations = 6.0 * weights.sum::<f64>() * batch as f64;
                most.min((operations / WORTH_SHARING) as usize)
            }
        };
        count.clamp(1, MAX_THREADS)
    }
}
