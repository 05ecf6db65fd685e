//! Activation functions on whole layers.

use pulp::{Simd, WithSimd};

use super::exponential::{sigmoid, tanh};
use super::{Instructions, Largest};
use crate::nn::Activation;
use crate::nn::activation::LEAKY_SLOPE;

/// An activation function on vectors. Comparisons with NaN are false, and all functions are
/// written so that it passes through them as itself.
trait Function {
    /// An upper bound of its magnitude, if it has one.
    const BOUND: Option<f32>;

    /// `f(z)`.
    fn value<S: Simd>(simd: S, z: S::f32s) -> S::f32s;

    /// `f'(z)`, given `a = f(z)`.
    fn derivative<S: Simd>(simd: S, a: S::f32s) -> S::f32s;
}

struct Sigmoid;
struct Tanh;
struct Relu;
struct LeakyRelu;
struct Linear;

impl Function for Sigmoid {
    const BOUND: Option<f32> = Some(1.0);

    #[inline(always)]
    fn value<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
        sigmoid(simd, z)
    }

    #[inline(always)]
    fn derivative<S: Simd>(simd: S, a: S::f32s) -> S::f32s {
        simd.mul_f32s(a, simd.sub_f32s(simd.splat_f32s(1.0), a))
    }
}

impl Function for Tanh {
    const BOUND: Option<f32> = Some(1.0);

    #[inline(always)]
    fn value<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
        tanh(simd, z)
    }

    #[inline(always)]
    fn derivative<S: Simd>(simd: S, a: S::f32s) -> S::f32s {
        simd.sub_f32s(simd.splat_f32s(1.0), simd.mul_f32s(a, a))
    }
}

impl Function for Relu {
    const BOUND: Option<f32> = None;

    #[inline(always)]
    fn value<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
        let zero = simd.splat_f32s(0.0);
        // Adding zero changes nothing. But choosing between zero and the very number that stands
        // where the result goes tempts the compiler into a masked store, ten times slower on AMD.
        let same = simd.add_f32s(z, zero);
        simd.select_f32s(simd.less_than_f32s(z, zero), zero, same)
    }

    #[inline(always)]
    fn derivative<S: Simd>(simd: S, a: S::f32s) -> S::f32s {
        let zero = simd.splat_f32s(0.0);
        let positive = simd.less_than_f32s(zero, a);
        simd.select_f32s(positive, simd.splat_f32s(1.0), zero)
    }
}

impl Function for LeakyRelu {
    const BOUND: Option<f32> = None;

    #[inline(always)]
    fn value<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
        simd.mul_f32s(z, Self::derivative(simd, z))
    }

    /// `z` and `a` have the same sign, so either will do.
    #[inline(always)]
    fn derivative<S: Simd>(simd: S, a: S::f32s) -> S::f32s {
        let positive = simd.less_than_f32s(simd.splat_f32s(0.0), a);
        let slope = simd.splat_f32s(LEAKY_SLOPE as f32);
        simd.select_f32s(positive, simd.splat_f32s(1.0), slope)
    }
}

impl Function for Linear {
    const BOUND: Option<f32> = None;

    #[inline(always)]
    fn value<S: Simd>(_: S, z: S::f32s) -> S::f32s {
        z
    }

    #[inline(always)]
    fn derivative<S: Simd>(simd: S, _: S::f32s) -> S::f32s {
        simd.splat_f32s(1.0)
    }
}

/// Replaces each weighted input `z` by its activation `f(z)`, and returns an upper bound of their
/// magnitudes. Where `f` itself has a bound, that is it, and NaN goes unnoticed here: it turns all
/// that follows, and so the loss, into NaN.
#[inline(always)]
pub fn activate<S: Simd>(simd: S, activation: Activation, values: &mut [f32]) -> f32 {
    match activation {
        Activation::Sigmoid => apply::<S, Sigmoid>(simd, values),
        Activation::Tanh => apply::<S, Tanh>(simd, values),
        Activation::Relu => apply::<S, Relu>(simd, values),
        Activation::LeakyRelu => apply::<S, LeakyRelu>(simd, values),
        Activation::Linear => apply::<S, Linear>(simd, values),
    }
}

#[inline(always)]
fn apply<S: Simd, F: Function>(simd: S, values: &mut [f32]) -> f32 {
    let mut largest = Largest::zero(simd);
    for x in S::as_mut_simd_f32s(values).0 {
        let a = F::value(simd, *x);
        if F::BOUND.is_none() {
            largest.include(simd, a);
        }
        *x = a;
    }
    F::BOUND.unwrap_or(largest.get())
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
    match activation {
        Activation::Sigmoid => multiply::<S, Sigmoid>(simd, activations, deltas),
        Activation::Tanh => multiply::<S, Tanh>(simd, activations, deltas),
        Activation::Relu => multiply::<S, Relu>(simd, activations, deltas),
        Activation::LeakyRelu => multiply::<S, LeakyRelu>(simd, activations, deltas),
        Activation::Linear => multiply::<S, Linear>(simd, activations, deltas),
    }
}

#[inline(always)]
fn multiply<S: Simd, F: Function>(simd: S, activations: &[f32], deltas: &mut [f32]) -> f32 {
    let mut largest = Largest::zero(simd);
    let activations = S::as_simd_f32s(activations).0;
    let deltas = S::as_mut_simd_f32s(deltas).0;
    for (&a, delta) in activations.iter().zip(deltas) {
        let product = simd.mul_f32s(*delta, F::derivative(simd, a));
        largest.include(simd, product);
        *delta = product;
    }
    largest.get()
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
