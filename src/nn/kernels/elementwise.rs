//! Activation functions on whole layers.

use pulp::{Simd, WithSimd};

use super::exponential::{sigmoid, tanh};
use super::{Instructions, Largest};
use crate::nn::Activation;
use crate::nn::activation::LEAKY_SLOPE;

/// Slope of the leaky ReLU in the engine's precision.
const SLOPE: f32 = LEAKY_SLOPE as f32;

/// Replaces each weighted input `z` by its activation `f(z)`, and returns an upper bound of their
/// magnitudes. Where `f` itself has a bound, that is it, and NaN goes unnoticed here: it turns all
/// that follows, and so the loss, into NaN.
#[inline(always)]
pub fn activate<S: Simd>(simd: S, activation: Activation, values: &mut [f32]) -> f32 {
    let zero = simd.splat_f32s(0.0);
    let slope = simd.splat_f32s(SLOPE);
    match activation {
        Activation::Sigmoid => {
            map::<S>(values, |z| sigmoid(simd, z));
            1.0
        }
        Activation::Tanh => {
            map::<S>(values, |z| tanh(simd, z));
            1.0
        }
        // Comparisons with NaN are false, so it passes through as itself.
        Activation::Relu => map_and_measure(simd, values, |z| {
            simd.select_f32s(simd.less_than_f32s(z, zero), zero, z)
        }),
        Activation::LeakyRelu => map_and_measure(simd, values, |z| {
            let negative = simd.less_than_f32s(z, zero);
            simd.select_f32s(negative, simd.mul_f32s(slope, z), z)
        }),
        Activation::Linear => map_and_measure(simd, values, |z| z),
    }
}

/// Multiplies `deltas` by the derivative `f'(z)`, taken from the activations `a = f(z)`, and
/// returns the largest magnitude of the results.
#[inline(always)]
pub fn times_derivative<S: Simd>(
    simd: S,
    activation: Activation,
    activations: &[f32],
    deltas: &mut [f32],
) -> f32 {
    let zero = simd.splat_f32s(0.0);
    let one = simd.splat_f32s(1.0);
    let slope = simd.splat_f32s(SLOPE);
    match activation {
        Activation::Sigmoid => zip_and_measure(simd, activations, deltas, |a, d| {
            simd.mul_f32s(simd.mul_f32s(a, simd.sub_f32s(one, a)), d)
        }),
        Activation::Tanh => zip_and_measure(simd, activations, deltas, |a, d| {
            simd.mul_f32s(simd.sub_f32s(one, simd.mul_f32s(a, a)), d)
        }),
        // a > 0 just where z > 0.
        Activation::Relu => zip_and_measure(simd, activations, deltas, |a, d| {
            simd.select_f32s(simd.greater_than_f32s(a, zero), d, zero)
        }),
        Activation::LeakyRelu => zip_and_measure(simd, activations, deltas, |a, d| {
            let positive = simd.greater_than_f32s(a, zero);
            simd.select_f32s(positive, d, simd.mul_f32s(slope, d))
        }),
        Activation::Linear => map_and_measure(simd, deltas, |d| d),
    }
}

/// The largest magnitude of `values`.
#[inline(always)]
pub fn largest_magnitude<S: Simd>(simd: S, values: &[f32]) -> f32 {
    let mut largest = Largest::zero(simd);
    for &x in S::as_simd_f32s(values).0 {
        largest.include(simd, x);
    }
    largest.get()
}

#[inline(always)]
fn map<S: Simd>(values: &mut [f32], f: impl Fn(S::f32s) -> S::f32s) {
    for x in S::as_mut_simd_f32s(values).0 {
        *x = f(*x);
    }
}

#[inline(always)]
fn map_and_measure<S: Simd>(simd: S, values: &mut [f32], f: impl Fn(S::f32s) -> S::f32s) -> f32 {
    let mut largest = Largest::zero(simd);
    for x in S::as_mut_simd_f32s(values).0 {
        *x = f(*x);
        largest.include(simd, *x);
    }
    largest.get()
}

#[inline(always)]
fn zip_and_measure<S: Simd>(
    simd: S,
    activations: &[f32],
    deltas: &mut [f32],
    f: impl Fn(S::f32s, S::f32s) -> S::f32s,
) -> f32 {
    let mut largest = Largest::zero(simd);
    let activations = S::as_simd_f32s(activations).0;
    let deltas = S::as_mut_simd_f32s(deltas).0;
    for (&a, d) in activations.iter().zip(deltas) {
        *d = f(a, *d);
        largest.include(simd, *d);
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
        instructions.run(Activate { activation, values });
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
