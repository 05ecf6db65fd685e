use pulp::Simd;

use super::export::{Onnx, RustCode};
use super::{Formula, Function};
use crate::Initialisation;

/// Leaky rectified linear unit, `a = max(0.01 z, z)` (Maas, Hannun and Ng 2013).
pub(crate) struct LeakyRelu;

/// Slope for negative `z`, as in PyTorch.
const LEAK: f32 = 0.01;

impl Function for LeakyRelu {
    const NAME: &'static str = "leaky-relu";
    const TITLE: &'static str = "leaky ReLU";
    const RANGE: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);
    const HAS_KINK: bool = true;
    const INITIALISATION: Initialisation = Initialisation::He;
    const FORMULA: Formula = Formula::symbols("max(0.01 {z}, {z})");
    const SLOPE: Formula = Formula::symbols("1 if {z} > 0, else 0.01");
    const ONNX: Onnx = Onnx::Node("LeakyRelu", &[("alpha", LEAK)], &[Onnx::Z]);
    const PYTHON: &'static str = "z if z >= 0.0 else 0.01 * z";
    const TORCH: &'static str = "LeakyReLU(0.01)";
    const RUST: RustCode = RustCode::expression("if z < 0.0 { 0.01 * z } else { z }");

    fn value(z: f64) -> f64 {
        if z < 0.0 { 0.01 * z } else { z }
    }

    fn derivative(z: f64, _: f64) -> f64 {
        if z > 0.0 { 1.0 } else { 0.01 }
    }

    #[inline(always)]
    fn value_of_lanes<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
        simd.mul_f32s(z, Self::derivative_of_lanes(simd, z, z))
    }

    /// `z` and `a` have the same sign, so either will do.
    #[inline(always)]
    fn derivative_of_lanes<S: Simd>(simd: S, _: S::f32s, a: S::f32s) -> S::f32s {
        let positive = simd.less_than_f32s(simd.splat_f32s(0.0), a);
        simd.select_f32s(positive, simd.splat_f32s(1.0), simd.splat_f32s(LEAK))
    }
}
