use pulp::Simd;

use super::export::{Onnx, RustCode};
use super::{Formula, Function};
use crate::kernels::{exponential, magnitude, negated};
use crate::Initialisation;

/// Softplus, `a = ln(1 + e^z)` (Dugas et al. 2001): a smooth ReLU.
pub(crate) struct Softplus;

impl Function for Softplus {
    const NAME: &'static str = "softplus";
    const RANGE: (f64, f64) = (0.0, f64::INFINITY);
    const INITIALISATION: Initialisation = Initialisation::He;
    const FORMULA: Formula = Formula::symbols("ln(1 + exp {z})");
    const SLOPE: Formula = Formula {
        symbols: "σ {z}",
        numbers: "σ {}",
        values: |z, _| vec![z],
    };
    const ONNX: Onnx = Onnx::Node("Softplus", &[], &[Onnx::Z]);
    const PYTHON: &'static str = "max(0.0, z) + math.log1p(math.exp(-abs(z)))";
    const TORCH: &'static str = "Softplus()";
    const RUST: RustCode = RustCode {
        expression: "if z > 0.0 { z + ln_1p(exp(-z)) } else { ln_1p(exp(z)) }",
        helpers: || LN_1P.into(),
    };

    fn value(z: f64) -> f64 {
        z.max(0.0) + (-z.abs()).exp().ln_1p()
    }

    /// `sigmoid z = 1 - e^-a`. Where only activations are kept, `z` is not known.
    fn derivative(_: f64, a: f64) -> f64 {
        -(-a).exp_m1()
    }

    /// `max(0, z) + ln(1 + e^-|z|)`: no exponential overflows, and no digits are lost for negative `z`.
    #[inline(always)]
    fn value_of_lanes<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
        let zero = simd.splat_f32s(0.0);
        let linear = simd.select_f32s(simd.less_than_f32s(zero, z), z, zero);
        let e = exponential::exp_of_negative(simd, negated(simd, magnitude(simd, z)));
        simd.add_f32s(linear, exponential::ln_1p_of_fraction(simd, e))
    }

    /// `sigmoid z = 1 - e^-a`.
    #[inline(always)]
    fn derivative_of_lanes<S: Simd>(simd: S, _: S::f32s, a: S::f32s) -> S::f32s {
        negated(simd, exponential::exp_m1_of_negative(simd, negated(simd, a)))
    }
}

const LN_1P: &str = "
/// `ln(1 + x)` for `0 <= x <= 1`: `2 artanh(x / (2 + x))`, by its series.
fn ln_1p(x: f32) -> f32 {
    let s = x / (2.0 + x);
    let mut sum = 0.0;
    for n in [15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0] {
        sum = sum * s * s + 1.0 / n;
    }
    2.0 * s * sum
}
";
