use pulp::Simd;

use super::export::{Onnx, RustCode};
use super::{Formula, Function};
use crate::kernels::exponential;

/// Logistic function, `a = 1 / (1 + e^-z)`.
pub(crate) struct Sigmoid;

impl Function for Sigmoid {
    const NAME: &'static str = "sigmoid";
    const RANGE: (f64, f64) = (0.0, 1.0);
    const FORMULA: Formula = Formula {
        symbols: "σ {z}",
        numbers: "σ {}",
        values: |z, _| vec![z],
    };
    const SLOPE: Formula = Formula {
        symbols: "{a} (1 − {a})",
        numbers: "{}× {}",
        values: |_, a| vec![a, 1.0 - a],
    };
    const ONNX: Onnx = Onnx::Node("Sigmoid", &[], &[Onnx::Z]);
    const PYTHON: &'static str = "_sigmoid(z)";
    const TORCH: &'static str = "Sigmoid()";
    const RUST: RustCode = RustCode::expression("1.0 / (1.0 + exp(-z))");

    fn value(z: f64) -> f64 {
        sigmoid(z)
    }

    fn derivative(_: f64, a: f64) -> f64 {
        a * (1.0 - a)
    }

    #[inline(always)]
    fn value_of_lanes<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
        exponential::sigmoid(simd, z)
    }

    #[inline(always)]
    fn derivative_of_lanes<S: Simd>(simd: S, _: S::f32s, a: S::f32s) -> S::f32s {
        simd.mul_f32s(a, simd.sub_f32s(simd.splat_f32s(1.0), a))
    }
}

/// `1 / (1 + e^-z)`, written so that no exponential overflows.
fn sigmoid(z: f64) -> f64 {
    if z >= 0.0 {
        1.0 / (1.0 + (-z).exp())
    } else {
        let e = z.exp();
        e / (1.0 + e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extreme_inputs_stay_finite() {
        assert_eq!(sigmoid(-1e4), 0.0);
        assert_eq!(sigmoid(1e4), 1.0);
    }
}
