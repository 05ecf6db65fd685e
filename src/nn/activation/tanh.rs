use pulp::Simd;

use super::export::{Onnx, RustCode};
use super::{Formula, Function};
use crate::kernels::exponential;

/// Hyperbolic tangent, `a = tanh z`.
pub(crate) struct Tanh;

impl Function for Tanh {
    const NAME: &'static str = "tanh";
    const RANGE: (f64, f64) = (-1.0, 1.0);
    const FORMULA: Formula = Formula {
        symbols: "tanh {z}",
        numbers: "tanh {}",
        values: |z, _| vec![z],
    };
    const SLOPE: Formula = Formula {
        symbols: "1 − {a}²",
        numbers: "1 − {}",
        values: |_, a| vec![a * a],
    };
    const ONNX: Onnx = Onnx::Node("Tanh", &[], &[Onnx::Z]);
    const PYTHON: &'static str = "math.tanh(z)";
    const TORCH: &'static str = "Tanh()";
    const RUST: RustCode = RustCode::expression("1.0 - 2.0 / (exp(2.0 * z) + 1.0)");

    fn value(z: f64) -> f64 {
        z.tanh()
    }

    fn derivative(_: f64, a: f64) -> f64 {
        1.0 - a * a
    }

    #[inline(always)]
    fn value_of_lanes<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
        exponential::tanh(simd, z)
    }

    #[inline(always)]
    fn derivative_of_lanes<S: Simd>(simd: S, _: S::f32s, a: S::f32s) -> S::f32s {
        simd.sub_f32s(simd.splat_f32s(1.0), simd.mul_f32s(a, a))
    }
}
