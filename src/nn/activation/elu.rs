use pulp::Simd;

use super::export::{Onnx, RustCode};
use super::{Formula, Function};
use crate::{Initialisation, kernels::exponential};

/// Exponential linear unit, `a = z` where positive and `e^z - 1` elsewhere (Clevert, Unterthiner and
/// Hochreiter 2016, with `alpha = 1` as in PyTorch).
pub(crate) struct Elu;

impl Function for Elu {
    const NAME: &'static str = "elu";
    const TITLE: &'static str = "ELU";
    const RANGE: (f64, f64) = (-1.0, f64::INFINITY);
    const HAS_KINK: bool = true;
    const INITIALISATION: Initialisation = Initialisation::He;
    const FORMULA: Formula = Formula::symbols("{z} if {z} > 0, else exp {z} − 1");
    const SLOPE: Formula = Formula::symbols("1 if {z} > 0, else {a} + 1");
    const ONNX: Onnx = Onnx::Node("Elu", &[("alpha", 1.0)], &[Onnx::Z]);
    const PYTHON: &'static str = "z if z > 0.0 else math.expm1(z)";
    const TORCH: &'static str = "ELU()";
    const RUST: RustCode = RustCode::expression("if z > 0.0 { z } else { exp(z) - 1.0 }");

    fn value(z: f64) -> f64 {
        if z > 0.0 { z } else { z.exp_m1() }
    }

    fn derivative(z: f64, a: f64) -> f64 {
        if z > 0.0 { 1.0 } else { a + 1.0 }
    }

    #[inline(always)]
    fn value_of_lanes<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
        let positive = simd.less_than_f32s(simd.splat_f32s(0.0), z);
        simd.select_f32s(positive, z, exponential::exp_m1_of_negative(simd, z))
    }

    /// `a` is above zero where `z` is.
    #[inline(always)]
    fn derivative_of_lanes<S: Simd>(simd: S, _: S::f32s, a: S::f32s) -> S::f32s {
        let one = simd.splat_f32s(1.0);
        let positive = simd.less_than_f32s(simd.splat_f32s(0.0), a);
        simd.select_f32s(positive, one, simd.add_f32s(a, one))
    }
}
