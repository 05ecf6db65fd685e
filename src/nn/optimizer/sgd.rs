//! Stochastic gradient descent: `w <- w - eta g`.

use pulp::Simd;

use super::formula::{CHANGE, ETA, G};
use super::{Decay, DefaultDecay, Defaults, LearningRule, Spec};
use crate::kernels::update::{Scale, Tile, TileUpdate, VectorUpdate, update_tile};

pub(super) const SPEC: Spec = Spec {
    name: "sgd",
    title: "SGD",
    constants: &[],
    state: &[],
    decay: Decay::Gradient,
    learning_rates: Defaults {
        usual: 0.2,
        sigmoid_quadratic: 3.0,
        linear: 0.02,
    },
    weight_decay: DefaultDecay::Fixed(0.0),
    torch: "SGD([weights, biases], LEARNING_RATE)",
    formula: || vec![CHANGE.is(-ETA * G)],
    max_gradient: LearningRule::max_step,
};

#[derive(Clone, Copy)]
pub(crate) struct VectorForm {
    rate: f32,
}

impl VectorForm {
    pub(super) fn new(rule: &LearningRule, _updates: u64) -> Self {
        Self { rate: rule.rate() }
    }
}

impl VectorUpdate<0> for VectorForm {
    /// `w <- (1 - eta lambda) w - (eta share) sum`.
    #[inline(always)]
    fn update<S: Simd>(
        self,
        simd: S,
        Scale { share, decay }: Scale,
        sum: S::f32s,
        w: S::f32s,
        []: [S::f32s; 0],
    ) -> (S::f32s, [S::f32s; 0]) {
        let kept = if decay == 0.0 {
            w
        } else {
            simd.mul_f32s(simd.splat_f32s(1.0 - self.rate * decay), w)
        };
        let step = simd.splat_f32s(-self.rate * share);
        (simd.mul_add_e_f32s(step, sum, kept), [])
    }
}

/// Kernels of its own: the update is so short that choosing it for every tile would be felt.
impl TileUpdate for VectorForm {
    #[inline(always)]
    fn update<S: Simd>(&self, simd: S, scale: Scale, sums: &[S::f32s], tile: Tile) {
        update_tile((simd, *self), scale, sums, tile);
    }
}
