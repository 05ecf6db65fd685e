use std::f64::consts::{FRAC_1_SQRT_2, PI};

use pulp::Simd;

use super::export::{Onnx, RustCode};
use super::{Formula, Function};
use crate::Initialisation;
use crate::kernels::{exponential::exp_of_negative, magnitude};

/// Gaussian error linear unit, `a = z Φ(z)` with the normal distribution function
/// `Φ(z) = (1 + erf(z / sqrt 2)) / 2` (Hendrycks and Gimpel 2016), exact and not by tanh.
pub(crate) struct Gelu;

impl Function for Gelu {
    const NAME: &'static str = "gelu";
    const TITLE: &'static str = "GELU";
    const RANGE: (f64, f64) = (-0.169_971_208, f64::INFINITY);
    const NEEDS_Z: bool = true;
    const INITIALISATION: Initialisation = Initialisation::He;
    const FORMULA: Formula = Formula {
        symbols: "{z} Φ({z})",
        numbers: "{}× {}",
        values: |z, _| vec![z, distribution(z)],
    };
    const SLOPE: Formula = Formula {
        symbols: "Φ({z}) + {z} φ({z})",
        numbers: "{}+ {}",
        values: |z, _| vec![distribution(z), z * density(z)],
    };
    const ONNX: Onnx = {
        const SCALED: Onnx = Onnx::Node("Mul", &[], &[Onnx::Z, Onnx::Number(FRAC_1_SQRT_2 as f32)]);
        const ERF: Onnx = Onnx::Node("Erf", &[], &[SCALED]);
        const HALF: Onnx = Onnx::Node("Mul", &[], &[Onnx::Z, Onnx::Number(0.5)]);
        const TWICE: Onnx = Onnx::Node("Add", &[], &[ERF, Onnx::Number(1.0)]);
        Onnx::Node("Mul", &[], &[HALF, TWICE])
    };
    const PYTHON: &'static str = "0.5 * z * math.erfc(-z / math.sqrt(2.0))";
    const TORCH: &'static str = "GELU()";
    const RUST: RustCode = RustCode {
        expression: "if z > 0.0 { z - z * tail(z) } else { z * tail(-z) }",
        helpers: rust_tail,
    };

    fn value(z: f64) -> f64 {
        z * distribution(z)
    }

    fn derivative(z: f64, _: f64) -> f64 {
        distribution(z) + z * density(z)
    }

    #[inline(always)]
    fn value_of_lanes<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
        simd.mul_f32s(z, distribution_of_lanes(simd, z).0)
    }

    #[inline(always)]
    fn derivative_of_lanes<S: Simd>(simd: S, z: S::f32s, _: S::f32s) -> S::f32s {
        let (distribution, power) = distribution_of_lanes(simd, z);
        let density = simd.mul_f32s(power, simd.splat_f32s((1.0 / (2.0 * PI).sqrt()) as f32));
        simd.mul_add_e_f32s(z, density, distribution)
    }
}

/// Density of the normal distribution, `φ(z) = e^(-z^2/2) / sqrt(2 π)`.
fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// Distribution function `Φ(z)` of the normal distribution, to about 1e-15 of itself.
///
/// `1/2 + φ(z) (z + z^3/3 + z^5/15 + ...)` near zero (Marsaglia 2004), where no term has another sign;
/// farther out `Φ(-x) = φ(x) / (x + 1/(x + 2/(x + 3/(x + ...))))` (Laplace).
fn distribution(z: f64) -> f64 {
    let x = z.abs();
    let tail = if x < 2.0 {
        let (mut term, mut sum) = (x, x);
        let mut n = 3.0;
        while term > 1e-18 * sum {
            term *= x * x / n;
            sum += term;
            n += 2.0;
        }
        0.5 - density(x) * sum
    } else {
        let fraction = (1..200).rev().fold(x, |rest, n| x + f64::from(n) / rest);
        density(x) / fraction
    };
    if z < 0.0 { tail } else { 1.0 - tail }
}

/// `e^(x^2/2) (1 - Φ(x)) = t P(t)` with `t = 1 / (1 + 0.35 x)` for `0 <= x <= 13`, to 3.2e-8 of itself;
/// highest power first. A minimax fit.
const TAIL: [f32; 9] = [
    -0.029_115_051,
    0.143_818_59,
    -0.255_391_36,
    0.158_796_94,
    -0.022_843_666,
    0.105_392_24,
    0.119_863_06,
    0.139_857_56,
    0.139_621_66,
];
const TAIL_SCALE: f32 = 0.35;

/// In `f32`, `1 - Φ(x)` is zero from here on.
const TAIL_IS_ZERO: f32 = 16.0;

/// The upper bits of a float, whose square is exact.
const UPPER_HALF: u32 = 0xffff_f000;

/// `Φ(z)` with a relative error of at most 8e-7, and `e^(-z^2/2)`.
#[inline(always)]
fn distribution_of_lanes<S: Simd>(simd: S, z: S::f32s) -> (S::f32s, S::f32s) {
    let one = simd.splat_f32s(1.0);
    let limit = simd.splat_f32s(TAIL_IS_ZERO);
    let x = magnitude(simd, z);
    let x = simd.select_f32s(simd.less_than_f32s(limit, x), limit, x);
    // x^2 = upper^2 + (x - upper) (x + upper): rounded as a whole it would lose what its power needs.
    let bits = simd.and_u32s(simd.transmute_u32s_f32s(x), simd.splat_u32s(UPPER_HALF));
    let upper = simd.transmute_f32s_u32s(bits);
    let half = simd.splat_f32s(-0.5);
    let square = simd.mul_f32s(half, simd.mul_f32s(upper, upper));
    let rest = simd.mul_f32s(simd.sub_f32s(x, upper), simd.add_f32s(x, upper));
    let rest = exp_of_negative(simd, simd.mul_f32s(half, rest));
    let power = simd.mul_f32s(exp_of_negative(simd, square), rest);

    let t = simd.mul_add_e_f32s(simd.splat_f32s(TAIL_SCALE), x, one);
    let t = simd.div_f32s(one, t);
    let mut p = simd.splat_f32s(TAIL[0]);
    for &coefficient in &TAIL[1..] {
        p = simd.mul_add_e_f32s(p, t, simd.splat_f32s(coefficient));
    }
    let tail = simd.mul_f32s(power, simd.mul_f32s(t, p));
    let negative = simd.less_than_f32s(z, simd.splat_f32s(0.0));
    let distribution = simd.select_f32s(negative, tail, simd.sub_f32s(one, tail));
    (distribution, power)
}

/// Rust code of `1 - Φ(x)`.
fn rust_tail() -> String {
    format!(
        "
/// `1 - Φ(x)` of the normal distribution for `x >= 0`.
fn tail(x: f32) -> f32 {{
    let t = 1.0 / (1.0 + {TAIL_SCALE:?} * x);
    let mut sum = 0.0;
    for coefficient in {TAIL:?} {{
        sum = sum * t + coefficient;
    }}
    exp(-0.5 * x * x) * sum * t
}}
"
    )
}
