//! The learning rule on vectors: from the sum of a gradient to new parameters.
//!
//! The formulas are those of [`textbook::Update`](crate::nn::textbook::Update).

use std::ops::Range;

use pulp::Simd;

use super::gradient::Consumer;
use super::{fetch_rows, magnitude, vector_rows_mut};

/// What all rules share: `g = share * sum + decay * w`, and the learning rate.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// One over the number of samples in the mini-batch.
    pub share: f32,
    /// Weight decay.
    pub decay: f32,
    /// Learning rate, in Adam's case divided by the correction of the first moment.
    pub rate: f32,
}

/// `w <- w - eta g`.
pub struct Sgd<'a> {
    /// The numbers that are the same for all parameters.
    pub scale: Scale,
    /// Parameters of the layer, in the order of [`Panels`](crate::nn::kernels::panels::Panels).
    pub parameters: &'a mut [f32],
}

/// `v <- mu v + g`, `w <- w - eta v`.
pub struct Momentum<'a> {
    /// The numbers that are the same for all parameters.
    pub scale: Scale,
    /// `mu`.
    pub momentum: f32,
    /// Parameters of the layer.
    pub parameters: &'a mut [f32],
    /// `v`, one for each parameter.
    pub velocity: &'a mut [f32],
}

/// `m <- beta1 m + (1 - beta1) g`, `v <- beta2 v + (1 - beta2) g^2`,
/// `w <- w - eta m' / (sqrt(v') + epsilon)` with the corrected moments `m'` and `v'`.
pub struct Adam<'a> {
    /// The numbers that are the same for all parameters.
    pub scale: Scale,
    /// Decay of the mean.
    pub beta1: f32,
    /// Decay of the mean of squares.
    pub beta2: f32,
    /// `1 / sqrt(1 - beta2^t)`: with it, `sqrt(v') = correction * sqrt(v)`.
    pub correction: f32,
    /// Added to the root.
    pub epsilon: f32,
    /// Parameters of the layer.
    pub parameters: &'a mut [f32],
    /// `m`, one for each parameter.
    pub mean: &'a mut [f32],
    /// `v`, one for each parameter.
    pub square: &'a mut [f32],
}

impl Consumer for Sgd<'_> {
    #[inline(always)]
    fn take<S: Simd, const R: usize, const V: usize>(
        &mut self,
        simd: S,
        position: usize,
        decays: bool,
        sums: [[S::f32s; V]; R],
    ) {
        let Scale { share, decay, rate } = self.scale;
        let step = simd.splat_f32s(-rate * share);
        let parameters = rows_at::<S, R, V>(self.parameters, position);
        if decays && decay != 0.0 {
            let keep = simd.splat_f32s(1.0 - rate * decay);
            for r in 0..R {
                for v in 0..V {
                    let kept = simd.mul_f32s(keep, parameters[r][v]);
                    parameters[r][v] = simd.mul_add_e_f32s(step, sums[r][v], kept);
                }
            }
        } else {
            for r in 0..R {
                for v in 0..V {
                    let w = parameters[r][v];
                    parameters[r][v] = simd.mul_add_e_f32s(step, sums[r][v], w);
                }
            }
        }
    }

    #[inline(always)]
    fn fetch_ahead(&self, positions: Range<usize>) {
        fetch_rows(&self.parameters[positions]);
    }

    #[inline(always)]
    fn ignores_zeros(&self) -> bool {
        self.scale.decay == 0.0
    }

    #[inline(always)]
    fn parameters(&self) -> &[f32] {
        self.parameters
    }
}

impl Consumer for Momentum<'_> {
    #[inline(always)]
    fn take<S: Simd, const R: usize, const V: usize>(
        &mut self,
        simd: S,
        position: usize,
        decays: bool,
        sums: [[S::f32s; V]; R],
    ) {
        let share = simd.splat_f32s(self.scale.share);
        let decay = simd.splat_f32s(if decays { self.scale.decay } else { 0.0 });
        let rate = simd.splat_f32s(-self.scale.rate);
        let momentum = simd.splat_f32s(self.momentum);
        let parameters = rows_at::<S, R, V>(self.parameters, position);
        let velocity = rows_at::<S, R, V>(self.velocity, position);
        for r in 0..R {
            for v in 0..V {
                let w = parameters[r][v];
                let g = simd.mul_add_e_f32s(share, sums[r][v], simd.mul_f32s(decay, w));
                let new = simd.mul_add_e_f32s(momentum, velocity[r][v], g);
                let new = without_subnormal(simd, new);
                velocity[r][v] = new;
                parameters[r][v] = simd.mul_add_e_f32s(rate, new, w);
            }
        }
    }

    #[inline(always)]
    fn fetch_ahead(&self, positions: Range<usize>) {
        fetch_rows(&self.parameters[positions.clone()]);
        fetch_rows(&self.velocity[positions]);
    }

    /// The velocity goes on.
    #[inline(always)]
    fn ignores_zeros(&self) -> bool {
        false
    }

    #[inline(always)]
    fn parameters(&self) -> &[f32] {
        self.parameters
    }
}

impl Consumer for Adam<'_> {
    #[inline(always)]
    fn take<S: Simd, const R: usize, const V: usize>(
        &mut self,
        simd: S,
        position: usize,
        decays: bool,
        sums: [[S::f32s; V]; R],
    ) {
        let share = simd.splat_f32s(self.scale.share);
        let decay = simd.splat_f32s(if decays { self.scale.decay } else { 0.0 });
        let rate = simd.splat_f32s(-self.scale.rate);
        let (beta1, beta2) = (simd.splat_f32s(self.beta1), simd.splat_f32s(self.beta2));
        let rest1 = simd.splat_f32s(1.0 - self.beta1);
        let rest2 = simd.splat_f32s(1.0 - self.beta2);
        let correction = simd.splat_f32s(self.correction);
        let epsilon = simd.splat_f32s(self.epsilon);
        let parameters = rows_at::<S, R, V>(self.parameters, position);
        let mean = rows_at::<S, R, V>(self.mean, position);
        let square = rows_at::<S, R, V>(self.square, position);
        for r in 0..R {
            for v in 0..V {
                let w = parameters[r][v];
                let g = simd.mul_add_e_f32s(share, sums[r][v], simd.mul_f32s(decay, w));
                let m = simd.mul_add_e_f32s(beta1, mean[r][v], simd.mul_f32s(rest1, g));
                let m = without_subnormal(simd, m);
                let g2 = simd.mul_f32s(g, g);
                let s = simd.mul_add_e_f32s(beta2, square[r][v], simd.mul_f32s(rest2, g2));
                let s = without_subnormal(simd, s);
                mean[r][v] = m;
                square[r][v] = s;
                let root = simd.mul_add_e_f32s(correction, simd.sqrt_f32s(s), epsilon);
                let change = simd.div_f32s(m, root);
                parameters[r][v] = simd.mul_add_e_f32s(rate, change, w);
            }
        }
    }

    #[inline(always)]
    fn fetch_ahead(&self, positions: Range<usize>) {
        fetch_rows(&self.parameters[positions.clone()]);
        fetch_rows(&self.mean[positions.clone()]);
        fetch_rows(&self.square[positions]);
    }

    /// The moments go on.
    #[inline(always)]
    fn ignores_zeros(&self) -> bool {
        false
    }

    #[inline(always)]
    fn parameters(&self) -> &[f32] {
        self.parameters
    }
}

/// `x`, or zero where it is too small for a normal number.
///
/// Where no gradient arrives any more, as behind a ReLU that never fires, a memory decays towards
/// zero and ends among the subnormal numbers, with which processors calculate many times slower.
#[inline(always)]
fn without_subnormal<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let smallest = simd.splat_f32s(f32::MIN_POSITIVE);
    let tiny = simd.less_than_f32s(magnitude(simd, x), smallest);
    simd.select_f32s(tiny, simd.splat_f32s(0.0), x)
}

/// `R` rows of a panel from `position` on.
#[inline(always)]
fn rows_at<S: Simd, const R: usize, const V: usize>(
    values: &mut [f32],
    position: usize,
) -> &mut [[S::f32s; V]; R] {
    let length = R * V * S::F32_LANES;
    let rows = vector_rows_mut::<S, V>(&mut values[position..][..length]);
    rows.try_into().expect("as many rows as were cut out")
}
