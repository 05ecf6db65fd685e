//! Exponential, sigmoid and tanh of vectors.
//!
//! The method and the coefficients are those of S. Moshier's Cephes library (`expf.c`, `tanhf.c`,
//! 1989): reduce the argument to a short interval and use a polynomial there. The errors given
//! below were found by trying floats over the whole range.

use pulp::Simd;

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

/// `tanh x = x + x^3 P(x^2)` for `|x| < 0.625`, highest power first.
const TANH: [f32; 5] = [
    -5.704_988_7e-3,
    2.063_909e-2,
    -5.373_971_6e-2,
    1.333_144_2e-1,
    -3.333_328e-1,
];

/// Below this, tanh takes the polynomial: `1 - e^-2x` would lose its leading digits.
const TANH_SMALL: f32 = 0.625;

/// `e^x` for `x <= 0`, which is all that sigmoid, tanh and softmax need. NaN stays NaN.
#[inline(always)]
pub fn exp_of_negative<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    // x = n ln 2 + r, so e^x = 2^n e^r.
    let rounded = simd.mul_add_e_f32s(
        x,
        simd.splat_f32s(std::f32::consts::LOG2_E),
        simd.splat_f32s(ROUND),
    );
    let n = simd.sub_f32s(rounded, simd.splat_f32s(ROUND));
    let r = simd.mul_add_e_f32s(n, simd.splat_f32s(-LN_2[0]), x);
    let r = simd.mul_add_e_f32s(n, simd.splat_f32s(-LN_2[1]), r);
    let tail = polynomial(simd, &EXP, r);
    let one_and_r = simd.add_f32s(r, simd.splat_f32s(1.0));
    let e_to_r = simd.mul_add_e_f32s(tail, simd.mul_f32s(r, r), one_and_r);
    // 2^n is the float whose exponent field holds n + 127.
    let field = simd.add_u32s(simd.transmute_u32s_f32s(rounded), simd.splat_u32s(127));
    let two_to_n = simd.wrapping_dyn_shl_u32s(field, simd.splat_u32s(23));
    let e_to_x = simd.mul_f32s(e_to_r, simd.transmute_f32s_u32s(two_to_n));
    let vanishes = simd.less_than_f32s(x, simd.splat_f32s(LOG_OF_SMALLEST));
    simd.select_f32s(vanishes, simd.splat_f32s(0.0), e_to_x)
}

/// `1 / (1 + e^-z)`, with a relative error of at most 2.1e-7. NaN stays NaN.
#[inline(always)]
pub fn sigmoid<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
    let one = simd.splat_f32s(1.0);
    let e = exp_of_negative(simd, simd.neg_f32s(simd.abs_f32s(z)));
    let upper = simd.div_f32s(one, simd.add_f32s(one, e));
    let negative = simd.less_than_f32s(z, simd.splat_f32s(0.0));
    simd.select_f32s(negative, simd.mul_f32s(e, upper), upper)
}

/// `tanh z`, with a relative error of at most 1.5e-7. NaN stays NaN.
#[inline(always)]
pub fn tanh<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
    let one = simd.splat_f32s(1.0);
    let magnitude = simd.abs_f32s(z);
    // (1 - e^-2x) / (1 + e^-2x)
    let e = exp_of_negative(simd, simd.mul_f32s(magnitude, simd.splat_f32s(-2.0)));
    let large = simd.div_f32s(simd.sub_f32s(one, e), simd.add_f32s(one, e));
    let negative = simd.less_than_f32s(z, simd.splat_f32s(0.0));
    let large = simd.select_f32s(negative, simd.neg_f32s(large), large);

    let square = simd.mul_f32s(z, z);
    let tail = simd.mul_f32s(polynomial(simd, &TANH, square), square);
    let small = simd.mul_add_e_f32s(tail, z, z);
    let is_small = simd.less_than_f32s(magnitude, simd.splat_f32s(TANH_SMALL));
    simd.select_f32s(is_small, small, large)
}

/// Horner's rule.
#[inline(always)]
fn polynomial<S: Simd, const N: usize>(simd: S, coefficients: &[f32; N], x: S::f32s) -> S::f32s {
    let mut sum = simd.splat_f32s(coefficients[0]);
    for &coefficient in &coefficients[1..] {
        sum = simd.mul_add_e_f32s(sum, x, simd.splat_f32s(coefficient));
    }
    sum
}
