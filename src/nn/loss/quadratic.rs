use pulp::Simd;

use super::ErrorLoss;

/// Half the squared error, `c = e^2 / 2`, the textbook's: its derivative is simply the error.
pub(crate) struct Quadratic;

impl ErrorLoss for Quadratic {
    const NAME: &'static str = "quadratic";
    const FORMULA: &'static str = "½ {sum}({a} − {y})²";
    const SLOPE_FORMULA: &'static str = "{a} − {y}";
    const TORCH: &'static str = "((a - y) ** 2).sum(1) / 2";

    fn term_formula(_: f64) -> &'static str {
        "½ ({a} − {y})²"
    }

    fn cost(error: f64) -> f64 {
        0.5 * (error * error)
    }

    fn slope(error: f64) -> f64 {
        error
    }

    fn squared_error(cost: f64) -> f64 {
        2.0 * cost
    }

    #[inline(always)]
    fn slope_and_cost<S: Simd>(simd: S, error: S::f32s) -> (S::f32s, S::f32s) {
        let square = simd.mul_f32s(error, error);
        (error, simd.mul_f32s(simd.splat_f32s(0.5), square))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Loss, Output};

    #[test]
    fn quadratic_has_the_half() {
        let loss = Loss::Quadratic.value(Output::Linear, &[1.0, 0.5], &[1.0, 0.5], &[0.0, 1.0]);
        assert_eq!(loss, 0.5 * 1.25);
    }
}
