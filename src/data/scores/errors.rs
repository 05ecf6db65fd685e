//! Errors of predicted numbers.

use serde::{Deserialize, Serialize};

use super::MAX_VALUES;
use util::memory::try_reserve;

/// Errors of predicted numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Errors {
    /// Mean absolute error, in the target's own unit.
    pub mae: f64,
    /// Median of the absolute errors, in the target's own unit. NaN for more than 33 million rows, or
    /// more than there is memory for.
    #[serde(default = "undefined", skip_serializing_if = "is_undefined")]
    pub median_absolute_error: f64,
    /// Root mean squared error, in the target's own unit.
    pub rmse: f64,
    /// Coefficient of determination: 1 less the squared error as a fraction of that of the mean of
    /// the same rows. 1 is perfect, 0 as good as the mean, below 0 worse. NaN for equal numbers.
    pub r2: f64,
}

fn undefined() -> f64 {
    f64::NAN
}

fn is_undefined(number: &f64) -> bool {
    !number.is_finite()
}

impl Errors {
    /// Returns whether MAE, RMSE and R² are finite.
    pub fn is_finite(&self) -> bool {
        self.mae.is_finite() && self.rmse.is_finite() && self.r2.is_finite()
    }
}

/// Accumulates the errors of predictions.
#[derive(Debug, Clone, Default)]
pub struct ErrorSums {
    rows: u64,
    absolute: f64,
    squared: f64,
    /// Running mean of the true values and the sum of their squared distances from it (Welford).
    mean: f64,
    spread: f64,
    /// Absolute error of each row, [`MAX_VALUES`] at most.
    each: Vec<f64>,
}

impl ErrorSums {
    /// Adds a row.
    pub fn add(&mut self, actual: f64, predicted: f64) {
        let error = predicted - actual;
        self.rows += 1;
        self.absolute += error.abs();
        self.squared += error * error;
        let distance = actual - self.mean;
        self.mean += distance / self.rows as f64;
        self.spread += distance * (actual - self.mean);
        // Once a row is missing, no other is kept.
        if self.each.len() as u64 + 1 == self.rows && self.has_room() {
            self.each.push(error.abs());
        }
    }

    /// Makes room for another row, or drops all of them.
    fn has_room(&mut self) -> bool {
        let has_room = self.each.len() < MAX_VALUES && try_reserve(&mut self.each, 1);
        if !has_room {
            self.each = Vec::new();
        }
        has_room
    }

    /// Returns the errors over all rows so far; NaN over none.
    pub fn errors(mut self) -> Errors {
        let rows = self.rows as f64;
        let is_complete = self.each.len() as u64 == self.rows;
        Errors {
            mae: self.absolute / rows,
            median_absolute_error: if is_complete {
                median(&mut self.each)
            } else {
                f64::NAN
            },
            rmse: (self.squared / rows).sqrt(),
            r2: if self.spread > 0.0 {
                1.0 - self.squared / self.spread
            } else {
                f64::NAN
            },
        }
    }
}

/// Returns the median of `values`, of an even number the mean of the middle two; NaN of none or if one is NaN.
fn median(values: &mut [f64]) -> f64 {
    if values.is_empty() || values.iter().any(|value| value.is_nan()) {
        return f64::NAN;
    }
    let middle = values.len() / 2;
    let is_odd = !values.len().is_multiple_of(2);
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if is_odd {
        return upper;
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    f64::midpoint(lower, upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(pairs: &[(f64, f64)]) -> Errors {
        let mut sums = ErrorSums::default();
        pairs
            .iter()
            .for_each(|&(actual, predicted)| sums.add(actual, predicted));
        sums.errors()
    }

    #[test]
    fn errors_are_in_the_targets_unit() {
        let found = errors(&[(1.0, 2.0), (2.0, 2.0), (3.0, 1.0)]);
        assert_eq!((found.mae, found.median_absolute_error), (1.0, 1.0));
        assert!((found.rmse - (5.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        assert!((found.r2 - (1.0 - 5.0 / 2.0)).abs() < 1e-15);
        assert_eq!(errors(&[(1.0, 1.0), (2.0, 2.0)]).r2, 1.0);
        assert!(errors(&[(1.0, 1.0), (1.0, 1.0)]).r2.is_nan());
        let none = errors(&[]);
        assert!(none.mae.is_nan() && none.median_absolute_error.is_nan());
    }
}
