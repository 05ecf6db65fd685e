use pulp::Simd;

use super::export::{Onnx, RustCode};
use super::{Formula, Function};
use crate::kernels::{exponential, negated};
use crate::{Activation, Initialisation};

/// Sigmoid-weighted linear unit, `a = z / (1 + e^-z)` (Elfwing, Uchibe and Doya 2018).
pub(crate) struct Silu;

impl Function for Silu {
    const NAME: &'static str = "silu";
    const TITLE: &'static str = "SiLU";
    const RANGE: (f64, f64) = (-0.278_464_543, f64::INFINITY);
    const NEEDS_Z: bool = true;
    const INITIALISATION: Initialisation = Initialisation::He;
    const FORMULA: Formula = Formula {
        symbols: "{z} σ({z})",
        numbers: "{}× {}",
        values: |z, _| vec![z, sigmoid(z)],
    };
    const SLOPE: Formula = Formula {
        symbols: "σ({z}) + {a} (1 − σ({z}))",
        numbers: "{}+ {}",
        values: |z, a| vec![sigmoid(z), a * (1.0 - sigmoid(z))],
    };
    const ONNX: Onnx = Onnx::Node(
        "Mul",
        &[],
        &[Onnx::Z, Onnx::Node("Sigmoid", &[], &[Onnx::Z])],
    );
    const PYTHON: &'static str = "z * _sigmoid(z)";
    const TORCH: &'static str = "SiLU()";
    const RUST: RustCode = RustCode::expression("z / (1.0 + exp(-z))");

    fn value(z: f64) -> f64 {
        z * sigmoid(z)
    }

    fn derivative(z: f64, a: f64) -> f64 {
        sigmoid(z) + a * (1.0 - sigmoid(z))
    }

    #[inline(always)]
    fn value_of_lanes<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
        simd.mul_f32s(z, exponential::sigmoid(simd, z))
    }

    #[inline(always)]
    fn derivative_of_lanes<S: Simd>(simd: S, z: S::f32s, a: S::f32s) -> S::f32s {
        let sigmoid = exponential::sigmoid(simd, z);
        // 1 - sigmoid z, without losing digits where that is nearly 0.
        let rest = exponential::sigmoid(simd, negated(simd, z));
        simd.mul_add_e_f32s(a, rest, sigmoid)
    }
}

fn sigmoid(z: f64) -> f64 {
    Activation::Sigmoid.value(z)
}
