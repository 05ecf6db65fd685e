//! Gradient descent with Nesterov momentum (Sutskever et al. 2013, in PyTorch's form): the step follows the
//! gradient and the velocity as it will be one update later.

use pulp::Simd;

use super::formula::{CHANGE, ETA, G, Symbol};
use super::{Constant, Decay, LearningRates, LearningRule, MOMENTUM, Range, Spec};
use crate::nn::kernels::update::{Lanes, Scale, flush_subnormal};

const MU: Symbol = Symbol("μ");
const V: Symbol = Symbol("v");
const AHEAD: Symbol = Symbol("d");

pub(super) const SPEC: Spec = Spec {
    name: "nesterov",
    title: "Nesterov",
    constants: &[Constant {
        name: MOMENTUM,
        symbol: MU,
        default: 0.9,
        range: Range::Fraction,
    }],
    state: &[V],
    decay: Decay::Gradient,
    // The velocity grows to about ten gradients.
    learning_rates: LearningRates {
        usual: 0.02,
        sigmoid_quadratic: 0.2,
        linear: 0.002,
    },
    formula: || {
        vec![
            V.is(MU * V + G),
            AHEAD.is(G + MU * V),
            CHANGE.is(-ETA * AHEAD),
        ]
    },
    max_gradient,
};

/// The velocity `v` is at most `g / (1 - mu)`, and `g + mu v` is no larger.
fn max_gradient(rule: &LearningRule) -> f32 {
    let [mu, ..] = rule.optimizer.constants;
    rule.max_step() * (1.0 - mu as f32)
}

#[inline(always)]
pub(super) fn lanes(rule: &LearningRule, _updates: u64) -> NesterovLanes {
    let [mu, ..] = rule.optimizer.constants;
    NesterovLanes {
        rate: rule.rate(),
        mu: mu as f32,
    }
}

#[derive(Clone, Copy)]
pub(super) struct NesterovLanes {
    rate: f32,
    mu: f32,
}

impl Lanes<1> for NesterovLanes {
    #[inline(always)]
    fn update<S: Simd>(
        self,
        simd: S,
        scale: Scale,
        sum: S::f32s,
        w: S::f32s,
        [v]: [S::f32s; 1],
    ) -> (S::f32s, [S::f32s; 1]) {
        let mu = simd.splat_f32s(self.mu);
        let g = scale.gradient(simd, sum, w);
        let v = flush_subnormal(simd, simd.mul_add_e_f32s(mu, v, g));
        let ahead = simd.mul_add_e_f32s(mu, v, g);
        (
            simd.mul_add_e_f32s(simd.splat_f32s(-self.rate), ahead, w),
            [v],
        )
    }
}
