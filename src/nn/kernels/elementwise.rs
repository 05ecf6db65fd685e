//! Activation functions on whole layers.

use pulp::{Simd, WithSimd};

use super::{Instructions, Largest};
use crate::Activation;
use crate::activation::{Function, with_function};

/// Replaces each weighted input `z` by its activation `f(z)`, and returns an upper bound of their
/// magnitudes. Where `f` itself has a bound, that is it, and NaN goes unnoticed here: it turns all
/// that follows, and so the loss, into NaN.
#[inline(always)]
pub(crate) fn activate<S: Simd>(simd: S, activation: Activation, values: &mut [f32]) -> f32 {
    with_function!(activation, |F| apply::<S, F>(simd, values))
}

#[inline(always)]
fn apply<S: Simd, F: Function>(simd: S, values: &mut [f32]) -> f32 {
    let bound = const { bound::<F>() };
    let mut largest = Largest::zero(simd);
    for x in S::as_mut_simd_f32s(values).0 {
        let a = F::value_of_lanes(simd, *x);
        if bound.is_none() {
            largest.include(simd, a);
        }
        *x = a;
    }
    bound.unwrap_or(largest.get())
}

/// An upper bound of the magnitude of a function's values, if there is one.
const fn bound<F: Function>() -> Option<f32> {
    let (min, max) = F::RANGE;
    let bound = if -min > max { -min } else { max };
    if bound < f64::INFINITY {
        Some(bound as f32)
    } else {
        None
    }
}

/// Multiplies `deltas` by the derivative `f'(z)`, and returns the largest magnitude of the results.
///
/// `a = f(z)` and `deltas` have the same length; so has `z`, if the activation needs it.
#[inline(always)]
pub(crate) fn times_derivative<S: Simd>(
    simd: S,
    activation: Activation,
    z: &[f32],
    a: &[f32],
    deltas: &mut [f32],
) -> f32 {
    with_function!(activation, |F| multiply::<S, F>(simd, z, a, deltas))
}

#[inline(always)]
fn multiply<S: Simd, F: Function>(simd: S, z: &[f32], a: &[f32], deltas: &mut [f32]) -> f32 {
    let z = if F::NEEDS_Z { z } else { a };
    assert_eq!(z.len(), a.len());
    let mut largest = Largest::zero(simd);
    let z = S::as_simd_f32s(z).0;
    let a = S::as_simd_f32s(a).0;
    let deltas = S::as_mut_simd_f32s(deltas).0;
    for ((&z, &a), delta) in z.iter().zip(a).zip(deltas) {
        let product = simd.mul_f32s(*delta, F::derivative_of_lanes(simd, z, a));
        largest.include(simd, product);
        *delta = product;
    }
    largest.get()
}

/// Multiplies `values` by `factors` of the same length, and returns the largest magnitude of the results.
#[inline(always)]
pub(crate) fn times<S: Simd>(simd: S, factors: &[f32], values: &mut [f32]) -> f32 {
    assert_eq!(factors.len(), values.len());
    let mut largest = Largest::zero(simd);
    let factors = S::as_simd_f32s(factors).0;
    for (&factor, value) in factors.iter().zip(S::as_mut_simd_f32s(values).0) {
        let product = simd.mul_f32s(factor, *value);
        largest.include(simd, product);
        *value = product;
    }
    largest.get()
}

/// The largest magnitude of `values`.
#[inline(always)]
pub(crate) fn largest_magnitude<S: Simd>(simd: S, values: &[f32]) -> f32 {
    let mut largest = Largest::zero(simd);
    for &x in S::as_simd_f32s(values).0 {
        largest.include(simd, x);
    }
    largest.get()
}

/// Replaces each of any number of `values` by `f` of it: what the engine does to its layers, as a
/// function that can be called from outside.
pub fn activate_slice(instructions: Instructions, activation: Activation, values: &mut [f32]) {
    /// Longer than any vector.
    const REST: usize = 16;
    let whole = values.len() / REST * REST;
    let (whole, rest) = values.split_at_mut(whole);
    let mut last = [0.0; REST];
    last[..rest.len()].copy_from_slice(rest);
    for values in [whole, &mut last] {
        instructions.unit().run(Activate { activation, values });
    }
    rest.copy_from_slice(&last[..rest.len()]);
}

struct Activate<'a> {
    activation: Activation,
    values: &'a mut [f32],
}

impl WithSimd for Activate<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        activate(simd, self.activation, self.values)
    }
}

/// Multiplies each of `deltas`, whose number is a multiple of 16, by the derivative at `z` with
/// `a = f(z)`: what the engine does to its layers, as a function that can be called from outside.
pub fn multiply_by_slopes(
    instructions: Instructions,
    activation: Activation,
    z: &[f32],
    a: &[f32],
    deltas: &mut [f32],
) {
    instructions.unit().run(MultiplyBySlopes {
        activation,
        z,
        a,
        deltas,
    });
}

struct MultiplyBySlopes<'a> {
    activation: Activation,
    z: &'a [f32],
    a: &'a [f32],
    deltas: &'a mut [f32],
}

impl WithSimd for MultiplyBySlopes<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        times_derivative(simd, self.activation, self.z, self.a, self.deltas)
    }
}
