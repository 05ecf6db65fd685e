//! RMSprop (Tieleman and Hinton 2012, in PyTorch's form): each parameter's rate is divided by the root
//! of the running mean of its squared gradients.

use pulp::Simd;

use super::formula::{CHANGE, ETA, G, Symbol};
use super::{Constant, Decay, DefaultDecay, Defaults, LearningRule, Range, Spec};
use crate::kernels::update::{Scale, VectorUpdate, flush_subnormal};

const ALPHA: Symbol = Symbol("α");
const EPSILON: Symbol = Symbol("ε");
const V: Symbol = Symbol("v");

pub(super) const SPEC: Spec = Spec {
    name: "rmsprop",
    title: "RMSprop",
    constants: &[
        Constant {
            name: "alpha",
            symbol: ALPHA,
            default: 0.99,
            range: Range::Fraction,
        },
        Constant {
            name: "epsilon",
            symbol: EPSILON,
            default: 1e-8,
            range: Range::Positive,
        },
    ],
    state: &[V],
    decay: Decay::Gradient,
    learning_rates: Defaults {
        usual: 0.003,
        sigmoid_quadratic: 0.01,
        linear: 0.003,
    },
    weight_decay: DefaultDecay::Fixed(0.0),
    torch: "RMSprop([weights, biases], LEARNING_RATE, alpha={alpha}, eps={epsilon})",
    formula: || {
        vec![
            V.is(ALPHA * V + (1.0 - ALPHA) * G.squared()),
            CHANGE.is(-ETA * G / (V.root() + EPSILON)),
        ]
    },
    // The gradient is squared, and divided by its own size again.
    max_gradient: |_| f32::MAX.sqrt() / 4.0,
};

#[derive(Clone, Copy)]
pub(crate) struct VectorForm {
    rate: f32,
    alpha: f32,
    epsilon: f32,
}

impl VectorForm {
    pub(super) fn new(rule: &LearningRule, _updates: u64) -> Self {
        let [alpha, epsilon, ..] = rule.optimizer.constants;
        Self {
            rate: rule.rate(),
            alpha: alpha as f32,
            // At least the smallest normal number, so that 0 / 0 does not happen.
            epsilon: (epsilon as f32).max(f32::MIN_POSITIVE),
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
        let rest = simd.splat_f32s(1.0 - self.alpha);
        let g2 = simd.mul_f32s(g, g);
        let v = simd.mul_add_e_f32s(simd.splat_f32s(self.alpha), v, simd.mul_f32s(rest, g2));
        let v = flush_subnormal(simd, v);
        let root = simd.add_f32s(simd.sqrt_f32s(v), simd.splat_f32s(self.epsilon));
        let change = simd.div_f32s(g, root);
        (
            simd.mul_add_e_f32s(simd.splat_f32s(-self.rate), change, w),
            [v],
        )
    }
}
