//! Adam (Kingma and Ba 2015, algorithm 1), with the bias correction of both moments.

use pulp::Simd;

use super::formula::{Assignment, CHANGE, ETA, Expression, G, Symbol};
use super::{Constant, Decay, DefaultDecay, Defaults, LearningRule, Range, Spec};
use crate::kernels::update::{Scale, VectorUpdate, flush_subnormal};

const BETA1: Symbol = Symbol("β₁");
const BETA2: Symbol = Symbol("β₂");
const EPSILON: Symbol = Symbol("ε");
const M: Symbol = Symbol("m");
const V: Symbol = Symbol("v");
const CORRECTED_M: Symbol = Symbol("m′");
const CORRECTED_V: Symbol = Symbol("v′");

pub(super) const SPEC: Spec = Spec {
    name: "adam",
    title: "Adam",
    constants: &[
        Constant {
            name: "beta1",
            symbol: BETA1,
            default: 0.9,
            range: Range::Fraction,
        },
        Constant {
            name: "beta2",
            symbol: BETA2,
            default: 0.999,
            range: Range::Fraction,
        },
        Constant {
            name: "epsilon",
            symbol: EPSILON,
            default: 1e-8,
            range: Range::Positive,
        },
    ],
    state: &[M, V],
    decay: Decay::Gradient,
    learning_rates: Defaults {
        usual: 0.003,
        sigmoid_quadratic: 0.01,
        linear: 0.001,
    },
    weight_decay: DefaultDecay::Measured,
    torch: "Adam([weights, biases], LEARNING_RATE, betas=({beta1}, {beta2}), eps={epsilon})",
    formula: || {
        let mut lines = moments();
        lines.push(CHANGE.is(step()));
        lines
    },
    // The gradient is squared, and divided by its own size again.
    max_gradient: |_| f32::MAX.sqrt() / 4.0,
};

/// Both moments, then their bias-corrected values.
pub(super) fn moments() -> Vec<Assignment> {
    vec![
        M.is(BETA1 * M + (1.0 - BETA1) * G),
        V.is(BETA2 * V + (1.0 - BETA2) * G.squared()),
        CORRECTED_M.is(M / (1.0 - BETA1.to_the_t())),
        CORRECTED_V.is(V / (1.0 - BETA2.to_the_t())),
    ]
}

/// The change that follows from the moments.
pub(super) fn step() -> Expression {
    -ETA * CORRECTED_M / (CORRECTED_V.root() + EPSILON)
}

#[derive(Clone, Copy)]
pub(crate) struct VectorForm {
    /// `eta / (1 - beta1^t)`, so that it can be multiplied by `m`.
    rate: f32,
    beta1: f32,
    beta2: f32,
    /// `1 / sqrt(1 - beta2^t)`, so that `sqrt(v') = correction * sqrt(v)`.
    correction: f32,
    epsilon: f32,
}

impl VectorForm {
    pub(super) fn new(rule: &LearningRule, updates: u64) -> Self {
        let [beta1, beta2, epsilon] = rule.optimizer.constants;
        let t = updates as f64;
        Self {
            rate: (rule.learning_rate.get() / (1.0 - beta1.powf(t))) as f32,
            beta1: beta1 as f32,
            beta2: beta2 as f32,
            correction: (1.0 - beta2.powf(t)).sqrt().recip() as f32,
            // At least the smallest normal number, so that 0 / 0 does not happen.
            epsilon: (epsilon as f32).max(f32::MIN_POSITIVE),
        }
    }
}

impl VectorUpdate<2> for VectorForm {
    #[inline(always)]
    fn update<S: Simd>(
        self,
        simd: S,
        scale: Scale,
        sum: S::f32s,
        w: S::f32s,
        [m, v]: [S::f32s; 2],
    ) -> (S::f32s, [S::f32s; 2]) {
        let (beta1, beta2) = (simd.splat_f32s(self.beta1), simd.splat_f32s(self.beta2));
        let rest1 = simd.splat_f32s(1.0 - self.beta1);
        let rest2 = simd.splat_f32s(1.0 - self.beta2);
        let g = scale.gradient(simd, sum, w);
        let m = simd.mul_add_e_f32s(beta1, m, simd.mul_f32s(rest1, g));
        let m = flush_subnormal(simd, m);
        let g2 = simd.mul_f32s(g, g);
        let v = simd.mul_add_e_f32s(beta2, v, simd.mul_f32s(rest2, g2));
        let v = flush_subnormal(simd, v);
        let correction = simd.splat_f32s(self.correction);
        let epsilon = simd.splat_f32s(self.epsilon);
        let root = simd.mul_add_e_f32s(correction, simd.sqrt_f32s(v), epsilon);
        let change = simd.div_f32s(m, root);
        (
            simd.mul_add_e_f32s(simd.splat_f32s(-self.rate), change, w),
            [m, v],
        )
    }
}
