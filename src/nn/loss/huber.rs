use pulp::Simd;

use super::ErrorLoss;
use crate::kernels::magnitude;

/// Huber loss (Huber 1964, with the threshold 1 as in PyTorch): `c = e^2 / 2` up to `|e| = 1`, and the line
/// `|e| - 1/2` from there on, so that rows far from the others pull no harder than by 1.
pub(crate) struct Huber;

impl ErrorLoss for Huber {
    const NAME: &'static str = "huber";
    const FORMULA: &'static str = "{sum}h({a} − {y})\nh(e) = ½ e² if |e| ≤ 1, else |e| − ½\n\
                                   h′(e) = e, limited to ±1";
    const SLOPE_FORMULA: &'static str = "h′({a} − {y})";
    const TORCH: &'static str = "nn.functional.huber_loss(a, y, reduction=\"none\").sum(1)";
    const HAS_KINK: bool = true;

    fn term_formula(error: f64) -> &'static str {
        if error.abs() > 1.0 {
            "|{a} − {y}| − ½"
        } else {
            "½ ({a} − {y})²"
        }
    }

    fn cost(error: f64) -> f64 {
        let clipped = Self::slope(error);
        clipped * (error - 0.5 * clipped)
    }

    fn slope(error: f64) -> f64 {
        error.clamp(-1.0, 1.0)
    }

    fn squared_error(cost: f64) -> f64 {
        // The parabola ends at an error of 1, with a cost of 1/2.
        if cost > 0.5 {
            (cost + 0.5) * (cost + 0.5)
        } else {
            2.0 * cost
        }
    }

    fn side(error: f64) -> i8 {
        i8::from(error > 1.0) - i8::from(error < -1.0)
    }

    #[inline(always)]
    fn slope_and_cost<S: Simd>(simd: S, error: S::f32s) -> (S::f32s, S::f32s) {
        let one = simd.splat_f32s(1.0);
        let is_outside = simd.less_than_f32s(one, magnitude(simd, error));
        let sign = simd.select_f32s(
            simd.less_than_f32s(error, simd.splat_f32s(0.0)),
            simd.splat_f32s(-1.0),
            one,
        );
        let slope = simd.select_f32s(is_outside, sign, error);
        let half = simd.mul_f32s(simd.splat_f32s(0.5), slope);
        (slope, simd.mul_f32s(slope, simd.sub_f32s(error, half)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_errors_cost_their_size() {
        for (error, cost, slope) in [(0.5, 0.125, 0.5), (-1.0, 0.5, -1.0), (-3.0, 2.5, -1.0)] {
            assert_eq!((Huber::cost(error), Huber::slope(error)), (cost, slope));
        }
        assert!(Huber::cost(f64::NAN).is_nan());
    }
}
