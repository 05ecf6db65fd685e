//! Gradient descent with Nesterov momentum (Sutskever et al. 2013, in PyTorch's form): the step follows the
//! gradient and the velocity as it will be one update later.

use pulp::Simd;

use super::formula::{CHANGE, ETA, G, Symbol};
use super::momentum::{self, MU, V};
use super::{LearningRule, Spec};
use crate::kernels::update::{Scale, VectorUpdate, flush_subnormal};

const AHEAD: Symbol = Symbol("d");

/// The velocity `v` is at most `g / (1 - mu)`, and `g + mu v` is no larger: all but the formula is that of
/// momentum.
pub(super) const SPEC: Spec = Spec {
    name: "nesterov",
    title: "Nesterov",
    torch: "SGD([weights, biases], LEARNING_RATE, momentum={momentum}, nesterov=True)",
    formula: || {
        vec![
            V.is(MU * V + G),
            AHEAD.is(G + MU * V),
            CHANGE.is(-ETA * AHEAD),
        ]
    },
    ..momentum::SPEC
};

#[derive(Clone, Copy)]
pub(crate) struct VectorForm(momentum::VectorForm);

impl VectorForm {
    pub(super) fn new(rule: &LearningRule, updates: u64) -> Self {
        Self(momentum::VectorForm::new(rule, updates))
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
        let mu = simd.splat_f32s(self.0.mu);
        let g = scale.gradient(simd, sum, w);
        let v = flush_subnormal(simd, simd.mul_add_e_f32s(mu, v, g));
        let ahead = simd.mul_add_e_f32s(mu, v, g);
        (
            simd.mul_add_e_f32s(simd.splat_f32s(-self.0.rate), ahead, w),
            [v],
        )
    }
}
