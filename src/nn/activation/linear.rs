use pulp::Simd;

use super::export::{Onnx, RustCode};
use super::{Formula, Function};

/// Identity, `a = z`.
pub(crate) struct Linear;

impl Function for Linear {
    const NAME: &'static str = "linear";
    const RANGE: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);
    const FORMULA: Formula = Formula::symbols("{z}");
    const SLOPE: Formula = Formula::symbols("1");
    const ONNX: Onnx = Onnx::Z;
    const PYTHON: &'static str = "z";
    const TORCH: &'static str = "Identity()";
    const RUST: RustCode = RustCode::expression("z");

    fn value(z: f64) -> f64 {
        z
    }

    fn derivative(_: f64, _: f64) -> f64 {
        1.0
    }

    #[inline(always)]
    fn value_of_lanes<S: Simd>(_: S, z: S::f32s) -> S::f32s {
        z
    }

    #[inline(always)]
    fn derivative_of_lanes<S: Simd>(simd: S, _: S::f32s, _: S::f32s) -> S::f32s {
        simd.splat_f32s(1.0)
    }
}
