//! Which vector instructions there are, and which suit a network.

use pulp::{Arch, Scalar, Simd, WithSimd};

use super::panels::{NARROW, WIDE};

/// Name of the environment variable that forbids vector instructions: all of them if it says
/// `portable`, those of AVX-512 if it says `avx2`.
pub const SIMD_VARIABLE: &str = "NN_TUI_SIMD";

/// Which instructions the kernels may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instructions {
    /// The best that this processor has.
    Best,
    /// The best without AVX-512.
    Avx2,
    /// Only what every processor of the architecture has.
    Portable,
}

impl Instructions {
    /// Every choice, to test them all.
    pub const ALL: [Self; 3] = [Self::Best, Self::Avx2, Self::Portable];

    /// [`Instructions::Best`], unless the environment variable [`SIMD_VARIABLE`] forbids some.
    pub fn from_environment() -> Self {
        match std::env::var_os(SIMD_VARIABLE) {
            Some(value) if value == "portable" => Self::Portable,
            Some(value) if value == "avx2" => Self::Avx2,
            _ => Self::Best,
        }
    }

    /// What this processor has of them.
    pub fn unit(self) -> VectorUnit {
        VectorUnit(match self {
            Self::Best => Some(Arch::new()),
            Self::Avx2 => without_avx512(),
            Self::Portable => None,
        })
    }

    /// The same for a network whose layers have `sizes` neurons: where no layer fills half a vector
    /// of AVX-512, vectors of half the length do the same in less time.
    pub fn unit_for(self, sizes: &[usize]) -> VectorUnit {
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

/// The vector instructions of this processor that may be used; none for those that every processor
/// has. Found once, since asking the processor takes as long as a small layer.
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

    /// Floats in a vector.
    pub(super) fn lanes(self) -> usize {
        self.run(Lanes)
    }

    /// The width of the panels in which matrices of so many columns are stored.
    pub fn panel_width(self, columns: usize) -> usize {
        if columns <= NARROW && has_narrow_panels(self.lanes()) {
            NARROW
        } else {
            WIDE
        }
    }
}

/// Whether narrow panels are worth their own kernels with vectors of so many floats: not where one is
/// wider than they are, nor where nothing is gained anyway.
pub(super) const fn has_narrow_panels(lanes: usize) -> bool {
    lanes <= NARROW && lanes > 1
}

/// Floats in a vector.
struct Lanes;

impl WithSimd for Lanes {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        S::F32_LANES
    }
}
