//! Exponentials, logarithm, sigmoid and tanh of vectors.
//!
//! The method and the coefficients are those of S. Moshier's Cephes library (`expf.c`, 1989):
//! reduce the argument to a short interval and use a polynomial there. The errors given below
//! were found by trying floats over the whole range.

use pulp::Simd;

use super::{SIGN, magnitude, negated};

/// `ln 2` in two parts. The first has so few bits that its product with any exponent is exact.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];

/// Adding it to a small number rounds that to an integer and leaves the integer in the low bits.
const ROUND: f32 = 12_582_912.0; // 1.5 * 2^23

/// Logarithm of the smallest normal number. Below, `exp` is rounded to zero.
const LOG_OF_SMALLEST: f32 = -87.336_54;

/// `e^r = 1 + r + r^2 P(r)` for `|r| <= ln(2) / 2`, highest power first.
const EXP: [f32; 6] = [
    1.987_569_1e-4,
    1.398_199_9e-3,
    8.333_452e-3,
    4.166_579_6e-2,
    1.666_666_5e-1,
    0.5,
];

/// In `f32`, `e^x - 1` is -1 from here down.
const EXP_M1_IS_MINUS_ONE: f32 = -20.0;

/// `artanh s = s (1 + s^2 A(s^2))` for `s <= 1/3`, highest power first: its series.
const ARTANH: [f32; 7] = [
    1.0 / 15.0,
    1.0 / 13.0,
    1.0 / 11.0,
    1.0 / 9.0,
    1.0 / 7.0,
    1.0 / 5.0,
    1.0 / 3.0,
];

/// `e^x` for `x <= 0`, which is all that sigmoid and softmax need. NaN stays NaN.
#[inline(always)]
pub(crate) fn exp_of_negative<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let (expm1, two_to_n) = split_exp(simd, x);
    let e_to_x = simd.mul_add_e_f32s(two_to_n, expm1, two_to_n);
    let vanishes = simd.less_than_f32s(x, simd.splat_f32s(LOG_OF_SMALLEST));
    simd.select_f32s(vanishes, simd.splat_f32s(0.0), e_to_x)
}

/// For `x = n ln 2 + r` with an integer `n` and the smallest `r`: `e^r - 1` and `2^n`, so that
/// `e^x = 2^n (e^r - 1) + 2^n`.
#[inline(always)]
fn split_exp<S: Simd>(simd: S, x: S::f32s) -> (S::f32s, S::f32s) {
    let log2_e = simd.splat_f32s(std::f32::consts::LOG2_E);
    let rounded = simd.mul_add_e_f32s(x, log2_e, simd.splat_f32s(ROUND));
    let n = simd.sub_f32s(rounded, simd.splat_f32s(ROUND));
    let r = simd.mul_add_e_f32s(n, simd.splat_f32s(-LN_2[0]), x);
    let r = simd.mul_add_e_f32s(n, simd.splat_f32s(-LN_2[1]), r);
    let mut p = simd.splat_f32s(EXP[0]);
    for &coefficient in &EXP[1..] {
        p = simd.mul_add_e_f32s(p, r, simd.splat_f32s(coefficient));
    }
    let expm1 = simd.mul_add_e_f32s(p, simd.mul_f32s(r, r), r);
    // 2^n is the float whose exponent field holds n + 127.
    let field = simd.add_u32s(simd.transmute_u32s_f32s(rounded), simd.splat_u32s(127));
    let two_to_n = simd.wrapping_dyn_shl_u32s(field, simd.splat_u32s(23));
    (expm1, simd.transmute_f32s_u32s(two_to_n))
}

/// `e^x - 1` for `x <= 0`, with a relative error of at most 1.9e-7. NaN stays NaN.
#[inline(always)]
pub(crate) fn exp_m1_of_negative<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let limit = simd.splat_f32s(EXP_M1_IS_MINUS_ONE);
    let x = simd.select_f32s(simd.less_than_f32s(x, limit), limit, x);
    let (expm1, two_to_n) = split_exp(simd, x);
    let shifted = simd.sub_f32s(two_to_n, simd.splat_f32s(1.0));
    simd.mul_add_e_f32s(two_to_n, expm1, shifted)
}

/// `ln(1 + x) = 2 artanh(x / (2 + x))` for `0 <= x <= 1`, with a relative error of at most 3e-7. NaN
/// stays NaN.
#[inline(always)]
pub(crate) fn ln_1p_of_fraction<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let s = simd.div_f32s(x, simd.add_f32s(simd.splat_f32s(2.0), x));
    let square = simd.mul_f32s(s, s);
    let mut a = simd.splat_f32s(ARTANH[0]);
    for &coefficient in &ARTANH[1..] {
        a = simd.mul_add_e_f32s(a, square, simd.splat_f32s(coefficient));
    }
    let twice = simd.add_f32s(s, s);
    simd.mul_add_e_f32s(simd.mul_f32s(twice, square), a, twice)
}

/// `1 / (1 + e^-z)`, with a relative error of at most 1.9e-7. NaN stays NaN.
#[inline(always)]
pub fn sigmoid<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
    let one = simd.splat_f32s(1.0);
    let e = exp_of_negative(simd, negated(simd, magnitude(simd, z)));
    let upper = simd.div_f32s(one, simd.add_f32s(one, e));
    let negative = simd.less_than_f32s(z, simd.splat_f32s(0.0));
    simd.select_f32s(negative, simd.mul_f32s(e, upper), upper)
}

/// `tanh z`, with a relative error of at most 1.9e-7. NaN stays NaN.
///
/// `tanh |z| = (1 - e^-2|z|) / (1 + e^-2|z|)`. Near zero the numerator would lose its leading
/// digits, were it not computed as `e^r - 1` without ever adding the 1.
#[inline(always)]
pub fn tanh<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
    let x = simd.mul_f32s(magnitude(simd, z), simd.splat_f32s(-2.0));
    let expm1 = exp_m1_of_negative(simd, x);
    let denominator = simd.add_f32s(simd.splat_f32s(2.0), expm1);
    let magnitude = simd.div_f32s(negated(simd, expm1), denominator);

    let sign = simd.and_u32s(simd.transmute_u32s_f32s(z), simd.splat_u32s(SIGN));
    simd.transmute_f32s_u32s(simd.or_u32s(simd.transmute_u32s_f32s(magnitude), sign))
}
