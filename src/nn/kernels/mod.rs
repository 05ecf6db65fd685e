//! Vector arithmetic of the fast [`engine`](crate::engine).
//!
//! The mathematics is that of [`textbook`](crate::textbook). This module adds an order of storage and of
//! work that keeps the multipliers of the processor busy:
//!
//! - [`panels`]: matrices cut into strips of 8 or 16 columns, so that every kernel reads memory
//!   from front to back, each strip starting at a cache line ([`aligned`]);
//! - [`product`]: `C = A B`, for the forward pass and for back-propagation;
//! - [`gradient`]: `A^T D`, the gradient of a layer, passed tile by tile to a consumer;
//! - [`update`]: the consumer that updates the parameters while the sums are in registers;
//! - [`sparse`]: the product and the gradient for matrices with many zeros, which are skipped;
//! - [`elementwise`]: activation functions, on the vectorised [`exponential`];
//! - [`output`]: loss and deltas of the output layer.
//!
//! Everything is generic over the vector instructions ([`pulp::Simd`]) and compiled for each kind;
//! [`Instructions`] picks one when a network is created. Vector functions must be inlined into the function
//! that enables the instructions, hence `#[inline(always)]` throughout.

// Tiles of registers are read most easily with the indices of the mathematics.
#![allow(clippy::needless_range_loop)]

pub mod aligned;
pub mod elementwise;
pub mod exponential;
pub mod gradient;
mod instructions;
pub mod output;
pub mod panels;
pub mod product;
pub mod sparse;
mod transpose;
pub mod update;

use pulp::{Simd, bytemuck};

pub use instructions::{Instructions, VectorUnit};

/// Expands `$body` with the constant `$V`, the number of vectors in a row of a panel that is
/// `$width` floats wide. As a constant it lets the compiler keep the row in registers.
macro_rules! with_vectors_per_row {
    ($S:ident, $width:expr, |$V:ident| $body:expr) => {
        match $width / $S::F32_LANES {
            1 if const { $S::F32_LANES >= 8 } => {
                const $V: usize = 1;
                $body
            }
            2 if const { $S::F32_LANES == 8 || $S::F32_LANES == 4 } => {
                const $V: usize = 2;
                $body
            }
            4 if const { $S::F32_LANES == 4 } => {
                const $V: usize = 4;
                $body
            }
            16 if const { $S::F32_LANES == 1 } => {
                const $V: usize = 16;
                $body
            }
            vectors => unreachable!("no kernel for {vectors} vectors in a row"),
        }
    };
}
use with_vectors_per_row;

/// Expands `$body` with the constant `$W`, the width of a panel, equal to `$width`. As a constant it
/// removes most bounds checks.
macro_rules! with_panel_width {
    ($S:ident, $width:expr, |$W:ident| $body:expr) => {
        if const { $crate::kernels::instructions::has_narrow_panels($S::F32_LANES) }
            && $width == panels::NARROW
        {
            const $W: usize = panels::NARROW;
            $body
        } else {
            assert_eq!($width, panels::WIDE);
            const $W: usize = panels::WIDE;
            $body
        }
    };
}
use with_panel_width;

/// Views `values`, whose length is a multiple of a row's, as rows of `V` vectors.
#[inline(always)]
pub(crate) fn vector_rows<S: Simd, const V: usize>(values: &[f32]) -> &[[S::f32s; V]] {
    pulp::as_arrays(S::as_simd_f32s(values).0).0
}

/// Mutable [`vector_rows`].
#[inline(always)]
pub(crate) fn vector_rows_mut<S: Simd, const V: usize>(values: &mut [f32]) -> &mut [[S::f32s; V]] {
    pulp::as_arrays_mut(S::as_mut_simd_f32s(values).0).0
}

/// Makes an array of at least one element as [`std::array::from_fn`] does, whose parts are not always inlined.
#[inline(always)]
fn array_of<T: Copy, const N: usize>(element: impl Fn(usize) -> T) -> [T; N] {
    let mut array = [element(0); N];
    for n in 1..N {
        array[n] = element(n);
    }
    array
}

/// Prefetches `value` into the second-level cache.
#[inline(always)]
fn fetch_ahead<T>(value: &T) {
    #[cfg(target_arch = "x86_64")]
    if let Some(sse) = pulp::core_arch::x86::Sse::try_new() {
        sse._mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T1 }>(std::ptr::from_ref(value).cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = value;
}

/// Prefetches all of `values`.
#[inline(always)]
fn fetch_rows(values: &[f32]) {
    for line in values.chunks(panels::WIDE) {
        fetch_ahead(&line[0]);
    }
}

/// Returns `|x|` by clearing the sign bit. (With AVX-512, pulp's own function is a call, not an
/// instruction.)
#[inline(always)]
pub(crate) fn magnitude<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let all_but_sign = simd.splat_u32s(!SIGN);
    simd.transmute_f32s_u32s(simd.and_u32s(simd.transmute_u32s_f32s(x), all_but_sign))
}

/// Returns `-x` by flipping the sign bit.
#[inline(always)]
pub(crate) fn negated<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let sign = simd.splat_u32s(SIGN);
    simd.transmute_f32s_u32s(simd.xor_u32s(simd.transmute_u32s_f32s(x), sign))
}

/// Sign bit of a float.
const SIGN: u32 = 1 << 31;

/// Running maximum of magnitudes, NaN counting as the largest.
///
/// Without their sign bits, the patterns of floats are ordered as their values, infinity above all finite
/// numbers and NaN above infinity; the float maximum of the processor would lose NaN.
#[derive(Clone, Copy)]
pub(crate) struct Largest<S: Simd>(S::u32s);

impl<S: Simd> Largest<S> {
    #[inline(always)]
    pub fn zero(simd: S) -> Self {
        Self(simd.splat_u32s(0))
    }

    #[inline(always)]
    pub fn include(&mut self, simd: S, x: S::f32s) {
        let magnitude = simd.transmute_u32s_f32s(magnitude(simd, x));
        self.0 = simd.max_u32s(self.0, magnitude);
    }

    #[inline(always)]
    fn join(&mut self, simd: S, other: Self) {
        self.0 = simd.max_u32s(self.0, other.0);
    }

    /// Returns whether a lane has seen only zeros.
    #[inline(always)]
    fn has_zero(self, simd: S) -> bool {
        let zeros = simd.equal_u32s(self.0, simd.splat_u32s(0));
        simd.first_true_m32s(zeros) < S::U32_LANES
    }

    #[inline(always)]
    fn lanes(&self) -> &[u32] {
        bytemuck::cast_slice(std::slice::from_ref(&self.0))
    }

    #[inline(always)]
    pub fn get(self) -> f32 {
        f32::from_bits(self.lanes().iter().copied().fold(0, u32::max))
    }
}
