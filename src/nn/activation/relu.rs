use pulp::Simd;

use super::export::{Onnx, RustCode};
use super::{Formula, Function};
use crate::Initialisation;

/// Rectified linear unit, `a = max(0, z)` (Nair and Hinton 2010).
pub(crate) struct Relu;

impl Function for Relu {
    const NAME: &'static str = "relu";
    const TITLE: &'static str = "ReLU";
    const RANGE: (f64, f64) = (0.0, f64::INFINITY);
    const HAS_KINK: bool = true;
    const INITIALISATION: Initialisation = Initialisation::He;
    const FORMULA: Formula = Formula::symbols("max(0, {z})");
    const SLOPE: Formula = Formula::symbols("1 if {z} > 0, else 0");
    const ONNX: Onnx = Onnx::Node("Relu", &[], &[Onnx::Z]);
    const PYTHON: &'static str = "max(0.0, z)";
    const TORCH: &'static str = "ReLU()";
    const RUST: RustCode = RustCode::expression("if z > 0.0 { z } else { 0.0 }");

    fn value(z: f64) -> f64 {
        z.max(0.0)
    }

    fn derivative(z: f64, _: f64) -> f64 {
        if z > 0.0 { 1.0 } else { 0.0 }
    }

    #[inline(always)]
    fn value_of_lanes<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
        let zero = simd.splat_f32s(0.0);
        // Adding zero changes nothing. But choosing between zero and the very number that stands
        // where the result goes tempts the compiler into a masked store, ten times slower on AMD.
        let same = simd.add_f32s(z, zero);
        simd.select_f32s(simd.less_than_f32s(z, zero), zero, same)
    }

    /// `a` is above zero where `z` is.
    #[inline(always)]
    fn derivative_of_lanes<S: Simd>(simd: S, _: S::f32s, a: S::f32s) -> S::f32s {
        let zero = simd.splat_f32s(0.0);
        let positive = simd.less_than_f32s(zero, a);
        simd.select_f32s(positive, simd.splat_f32s(1.0), zero)
    }
}
