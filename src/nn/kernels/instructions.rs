//! Choice of vector instructions.

use std::ffi::OsString;

use pulp::{Arch, Scalar, Simd, WithSimd};

use super::panels::{NARROW, WIDE};
use util::error::{Error, Result};
use util::lang::say;
use util::text::sanitise;

/// Environment variable that limits vector instructions: `portable` allows none, `avx2` all but AVX-512.
pub(crate) const SIMD_VARIABLE: &str = "NN_TUI_SIMD";

/// Vector instructions that the kernels may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instructions {
    /// The best this processor has.
    Best,
    /// The best without AVX-512.
    Avx2,
    /// None beyond those of every processor of the architecture.
    Portable,
}

impl Instructions {
    /// Every choice, for tests.
    pub const ALL: [Self; 3] = [Self::Best, Self::Avx2, Self::Portable];

    /// Returns [`Instructions::Best`] or the limit that [`SIMD_VARIABLE`] sets. An unknown value,
    /// which [`check_environment`](Self::check_environment) rejects, sets none.
    pub(crate) fn from_environment() -> Self {
        Self::named_in_environment().unwrap_or(Self::Best)
    }

    /// Checks the value of [`SIMD_VARIABLE`].
    ///
    /// # Errors
    /// [`Error::Usage`] if it is set to an unknown value.
    pub fn check_environment() -> Result<()> {
        Self::named_in_environment().map(drop).map_err(|value| {
            let value = sanitise(&value.to_string_lossy());
            Error::Usage(say!(
                "simd-variable",
                "{variable} is \"{value}\"; it must be avx2 or portable",
                variable = SIMD_VARIABLE,
                value
            ))
        })
    }

    fn named_in_environment() -> Result<Self, OsString> {
        match std::env::var_os(SIMD_VARIABLE) {
            Some(value) if value == "portable" => Ok(Self::Portable),
            Some(value) if value == "avx2" => Ok(Self::Avx2),
            Some(value) if !value.is_empty() => Err(value),
            _ => Ok(Self::Best),
        }
    }

    /// Returns those of them that this processor has.
    pub fn unit(self) -> VectorUnit {
        VectorUnit(match self {
            Self::Best => Some(Arch::new()),
            Self::Avx2 => without_avx512(),
            Self::Portable => None,
        })
    }

    /// Returns the [`unit`](Self::unit) for a network with layers of `sizes` neurons: if no layer fills
    /// half a vector of AVX-512, the shorter vectors of AVX2 take less time.
    pub(crate) fn unit_for(self, sizes: &[usize]) -> VectorUnit {
        let is_small = sizes.iter().all(|&size| size <= NARROW);
        match self {
            Self::Best if is_small => Self::Avx2.unit(),
            other => other.unit(),
        }
    }
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fn without_avx512() -> Option<Arch> {
    pulp::x86::V3::try_new().map(Arch::V3)
}

#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
fn without_avx512() -> Option<Arch> {
    Some(Arch::new())
}

/// Vector instructions of this processor. Detected once, because asking the processor takes as long as a
/// small layer.
#[derive(Debug, Clone, Copy)]
pub struct VectorUnit(Option<Arch>);

impl VectorUnit {
    /// Runs `work` with these instructions.
    #[inline(always)]
    pub fn run<W: WithSimd>(self, work: W) -> W::Output {
        match self.0 {
            Some(arch) => arch.dispatch(work),
            None => Simd::vectorize(Scalar, work),
        }
    }

    /// Returns the number of floats in a vector.
    pub(super) fn lanes(self) -> usize {
        self.run(Lanes)
    }

    /// Returns the width of the panels in which a matrix of `columns` columns is stored.
    pub(crate) fn panel_width(self, columns: usize) -> usize {
        if columns <= NARROW && has_narrow_panels(self.lanes()) {
            NARROW
        } else {
            WIDE
        }
    }
}

/// Returns whether narrow panels have kernels of their own for vectors of `lanes` floats: not if a vector is
/// wider than such a panel, nor without vectors.
pub(super) const fn has_narrow_panels(lanes: usize) -> bool {
    lanes <= NARROW && lanes > 1
}

/// Reports the number of floats in a vector.
struct Lanes;

impl WithSimd for Lanes {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        S::F32_LANES
    }
}
