//! Vector instructions and threads that an engine uses.

use std::num::NonZero;

use crate::nn::Architecture;
use crate::nn::kernels::Instructions;

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
    /// One.
    One,
    /// Two if a step is long enough and there are two processors, else one.
    UpToTwo,
    /// Two, even if one would be faster.
    Two,
}

/// Minimum number of floating-point operations of a step that is shared.
const WORTH_SHARING: f64 = 20e6;

impl Resources {
    /// Returns one thread and the instructions of [`Instructions::from_environment`].
    pub fn one_thread() -> Self {
        Self {
            instructions: Instructions::from_environment(),
            threads: Threads::One,
        }
    }

    /// Returns up to two threads and the instructions of [`Instructions::from_environment`].
    pub fn up_to_two_threads() -> Self {
        Threads::UpToTwo.into()
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
    /// Returns whether steps on `batch` rows are shared by two threads.
    pub(super) fn are_two(self, architecture: &Architecture, batch: usize) -> bool {
        match self {
            Self::One => false,
            Self::Two => true,
            Self::UpToTwo => {
                let weights = architecture.layer_shapes().map(|(m, n)| (m * n) as f64);
                // Forward, back and gradient each multiply and add once for every weight.
                let operations = 6.0 * weights.sum::<f64>() * batch as f64;
                let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
                operations >= WORTH_SHARING && processors >= 2
            }
        }
    }
}
