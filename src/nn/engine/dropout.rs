//! Dropout of hidden neurons during a step: inverted, as in PyTorch, so that evaluations need no factor.

use std::ops::Range;

use ndarray::Array2;
use pulp::{Simd, WithSimd};

use crate::Activation;
use crate::kernels::elementwise::{times, times_derivative};
use crate::kernels::panels::Panels;

/// Factors of a hidden layer's activations in a step.
#[derive(Debug, Clone)]
pub(super) struct Dropout {
    /// `(rows, neurons)`: 0, or one over the probability of staying.
    mask: Panels,
    /// `(rows, neurons)`: the factors times `f'(z)`, the derivative of what the next layer receives.
    slopes: Panels,
    /// The largest factor.
    largest: f32,
}

impl Dropout {
    /// Creates factors for up to as many rows as `activations` has at most, `capacity`.
    pub fn new(activations: &Panels, capacity: usize) -> Self {
        let zeros = || Panels::zeros(capacity, activations.columns(), activations.width());
        Self {
            mask: zeros(),
            slopes: zeros(),
            largest: 0.0,
        }
    }

    /// Copies rows `part` of `mask`.
    #[inline(always)]
    pub fn load<S: Simd>(&mut self, simd: S, mask: &Array2<f32>, part: Range<usize>) {
        let values = mask.as_slice().expect("masks in standard layout");
        self.slopes.set_rows(part.len());
        self.mask.load(simd, values, part);
        self.largest = values.iter().copied().fold(0.0, f32::max);
    }

    /// Multiplies the activations `a = f(z)` by the factors, and keeps the slopes for [`back`](Self::back). Returns
    /// the largest factor.
    #[inline(always)]
    pub fn apply<S: Simd>(
        &mut self,
        simd: S,
        function: Activation,
        z: &[f32],
        a: &mut [f32],
    ) -> f32 {
        simd.vectorize(Apply {
            dropout: self,
            function,
            z,
            a,
        })
    }

    /// Multiplies `deltas` by the slopes, and returns the largest magnitude of the results.
    #[inline(always)]
    pub fn back<S: Simd>(&self, simd: S, deltas: &mut [f32]) -> f32 {
        times(simd, self.slopes.values(), deltas)
    }
}

/// [`Dropout::apply`] as a function of its own, so that steps without dropout stay as fast as they are.
struct Apply<'a> {
    dropout: &'a mut Dropout,
    function: Activation,
    z: &'a [f32],
    a: &'a mut [f32],
}

impl WithSimd for Apply<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        let Dropout {
            mask,
            slopes,
            largest,
        } = self.dropout;
        slopes.values_mut().copy_from_slice(mask.values());
        times_derivative(simd, self.function, self.z, self.a, slopes.values_mut());
        times(simd, mask.values(), self.a);
        *largest
    }
}
