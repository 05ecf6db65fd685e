//! AdamW (Loshchilov and Hutter 2019): Adam with weight decay beside the gradient instead of in it, so that the
//! decay is not divided by the size of the gradient.

use pulp::Simd;

use super::adam;
use super::formula::{CHANGE, ETA, LAMBDA, Symbol, W};
use super::{Decay, DefaultDecay, LearningRule, Spec};
use crate::kernels::update::{Scale, VectorUpdate};

const DECAY: Symbol = Symbol("d");

pub(super) const SPEC: Spec = Spec {
    name: "adamw",
    title: "AdamW",
    decay: Decay::Decoupled,
    torch: "AdamW([weights, biases], LEARNING_RATE, betas=({beta1}, {beta2}), eps={epsilon})",
    formula: || {
        let mut lines = adam::moments();
        lines.push(DECAY.is(ETA * LAMBDA * W));
        lines.push(CHANGE.is(adam::step() - DECAY));
        lines
    },
    // As in PyTorch.
    weight_decay: DefaultDecay::Fixed(0.01),
    ..adam::SPEC
};

#[derive(Clone, Copy)]
pub(crate) struct VectorForm {
    adam: adam::VectorForm,
    rate: f32,
}

impl VectorForm {
    pub(super) fn new(rule: &LearningRule, updates: u64) -> Self {
        Self {
            adam: adam::VectorForm::new(rule, updates),
            rate: rule.rate(),
        }
    }
}

impl VectorUpdate<2> for VectorForm {
    #[inline(always)]
    fn update<S: Simd>(
        self,
        simd: S,
        Scale { share, decay }: Scale,
        sum: S::f32s,
        w: S::f32s,
        state: [S::f32s; 2],
    ) -> (S::f32s, [S::f32s; 2]) {
        let kept = simd.mul_add_e_f32s(simd.splat_f32s(-self.rate * decay), w, w);
        let scale = Scale { share, decay: 0.0 };
        self.adam.update(simd, scale, sum, kept, state)
    }
}
