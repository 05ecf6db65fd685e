//! Gradient descent with momentum (Polyak 1964, in PyTorch's form): `v <- mu v + g`, `w <- w - eta v`.

use pulp::Simd;

use super::formula::{CHANGE, ETA, G, Symbol};
use super::{Constant, Decay, DefaultDecay, Defaults, LearningRule, Range, Spec};
use crate::kernels::update::{Scale, VectorUpdate, flush_subnormal};

pub(super) const MU: Symbol = Symbol("μ");
pub(super) const V: Symbol = Symbol("v");

pub(super) const SPEC: Spec = Spec {
    name: "momentum",
    title: "momentum",
    constants: &[Constant {
        name: super::MOMENTUM,
        symbol: MU,
        default: 0.9,
        range: Range::Fraction,
    }],
    state: &[V],
    decay: Decay::Gradient,
    // The velocity grows to about ten gradients.
    learning_rates: Defaults {
        usual: 0.02,
        sigmoid_quadratic: 0.2,
        linear: 0.002,
    },
    weight_decay: DefaultDecay::Fixed(0.0),
    torch: "SGD([weights, biases], LEARNING_RATE, momentum={momentum})",
    formula: || vec![V.is(MU * V + G), CHANGE.is(-ETA * V)],
    max_gradient,
};

/// A velocity is at most the sum of `g`, `mu g`, `mu^2 g`, ..., which is `g / (1 - mu)`.
fn max_gradient(rule: &LearningRule) -> f32 {
    let [mu, ..] = rule.optimizer.constants;
    rule.max_step() * (1.0 - mu as f32)
}

#[derive(Clone, Copy)]
pub(crate) struct VectorForm {
    pub(super) rate: f32,
    pub(super) mu: f32,
}

impl VectorForm {
    pub(super) fn new(rule: &LearningRule, _updates: u64) -> Self {
        let [mu, ..] = rule.optimizer.constants;
        Self {
            rate: rule.rate(),
            mu: mu as f32,
        }
    }
}

impl VectorUpdate<1> for VectorForm {
    #[inline(always)]
    fn update<S: Simd>(
        self,
        simd: S,
        scale: Scale,
        sum: S::f32s,
        w: S::f32s,
        [v]: [S::f32s; 1],
    ) -> (S::f32s, [S::f32s; 1]) {
        let g = scale.gradient(simd, sum, w);
        let v = simd.mul_add_e_f32s(simd.splat_f32s(self.mu), v, g);
        let v = flush_subnormal(simd, v);
        (simd.mul_add_e_f32s(simd.splat_f32s(-self.rate), v, w), [v])
    }
}
