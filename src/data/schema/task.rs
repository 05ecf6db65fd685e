//! What is predicted: a class, or a number.

use serde::{Deserialize, Serialize};

use crate::data::prepare::encoding::standardise;

/// What the network predicts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Task {
    /// One of some classes; the network has an output for each.
    Classification {
        /// Their names, in the order of the outputs.
        classes: Vec<String>,
    },
    /// A number; the network has one output, the number in standard deviations from the mean.
    Regression(TargetScale),
}

/// How a target that is a number is standardised for the network. Its numbers are those of the
/// training rows, in the target's own unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetScale {
    /// The mean.
    pub mean: f64,
    /// Population standard deviation, above 0.
    pub deviation: f64,
    /// Smallest value.
    pub min: f32,
    /// Largest value.
    pub max: f32,
}

impl TargetScale {
    /// The number that an `output` of the network means, in the target's own unit.
    pub fn value(&self, output: f32) -> f64 {
        f64::from(output) * self.deviation + self.mean
    }

    /// The root of the mean squared error, in the target's own unit, that a mean quadratic `loss` of
    /// the standardised target is: half the squared error.
    pub fn rmse(&self, loss: f64) -> f64 {
        self.deviation * (2.0 * loss).sqrt()
    }

    /// The output that means `value`.
    pub fn standardise(&self, value: f32) -> f32 {
        standardise(value, self.mean, self.deviation)
    }
}

impl Task {
    /// Number of outputs of the network.
    pub fn outputs(&self) -> usize {
        match self {
            Self::Classification { classes } => classes.len(),
            Self::Regression(_) => 1,
        }
    }

    /// Names of the classes; none for regression.
    pub fn classes(&self) -> &[String] {
        match self {
            Self::Classification { classes } => classes,
            Self::Regression(_) => &[],
        }
    }

    /// How the target is standardised, for regression.
    pub fn scale(&self) -> Option<&TargetScale> {
        match self {
            Self::Classification { .. } => None,
            Self::Regression(scale) => Some(scale),
        }
    }
}

/// How far predicted numbers are from true ones.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Errors {
    /// Mean absolute error, in the target's own unit.
    pub mae: f64,
    /// Root of the mean squared error, in the target's own unit.
    pub rmse: f64,
    /// Coefficient of determination: 1 less the squared error as a fraction of that of the mean of
    /// the same rows. 1 is perfect, 0 as good as the mean, below 0 worse. NaN for equal numbers.
    pub r2: f64,
}

/// Adds up the errors of predictions, one after the other.
#[derive(Debug, Clone, Copy, Default)]
pub struct ErrorSums {
    rows: u64,
    absolute: f64,
    squared: f64,
    /// Running mean of the true values and the sum of their squared distances from it (Welford).
    mean: f64,
    spread: f64,
}

impl ErrorSums {
    /// Takes in a row.
    pub fn add(&mut self, actual: f64, predicted: f64) {
        let error = predicted - actual;
        self.rows += 1;
        self.absolute += error.abs();
        self.squared += error * error;
        let distance = actual - self.mean;
        self.mean += distance / self.rows as f64;
        self.spread += distance * (actual - self.mean);
    }

    /// The errors of all rows so far; NaN over none.
    pub fn errors(&self) -> Errors {
        let rows = self.rows as f64;
        Errors {
            mae: self.absolute / rows,
            rmse: (self.squared / rows).sqrt(),
            r2: if self.spread > 0.0 {
                1.0 - self.squared / self.spread
            } else {
                f64::NAN
            },
        }
    }
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
        assert_eq!(found.mae, 1.0);
        assert!((found.rmse - (5.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        assert!((found.r2 - (1.0 - 5.0 / 2.0)).abs() < 1e-15);
        assert_eq!(errors(&[(1.0, 1.0), (2.0, 2.0)]).r2, 1.0);
        assert!(errors(&[(1.0, 1.0), (1.0, 1.0)]).r2.is_nan());
        assert!(errors(&[]).mae.is_nan());
    }

    #[test]
    fn the_target_goes_there_and_back() {
        let scale = TargetScale {
            mean: 10.0,
            deviation: 4.0,
            min: 0.0,
            max: 20.0,
        };
        assert_eq!(scale.standardise(12.0), 0.5);
        assert_eq!(scale.value(0.5), 12.0);
    }
}
