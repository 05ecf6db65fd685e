//! Scores of predictions against targets, in f64: pure functions that every front end shows.
//!
//! - [`confusion`](Confusion): counts of true and predicted classes
//! - `classes`: accuracy, precision, recall and F1 ([`ClassScores`])
//! - `ranking`: ROC AUC, average precision and log loss ([`Ranking`], [`RankingScores`])
//! - `errors`: sizes of the errors of predicted numbers ([`Errors`])
//!
//! Definitions are those of scikit-learn (`zero_division=0`), against which
//! `tests/golden/scores.py` holds them.

mod classes;
mod confusion;
mod errors;
mod ranking;
#[cfg(test)]
mod tests;

pub use classes::{ClassScore, ClassScores};
pub use confusion::Confusion;
pub use errors::ErrorSums;
pub use errors::Errors;
pub use ranking::Ranking;
pub use ranking::{RankingScores, ThresholdCurve, ThresholdPoint};

/// Maximum number of values that are kept for the scores that need all rows at once: ROC AUC, average precision
/// and the median absolute error. Beyond it they are NaN.
const MAX_VALUES: usize = 1 << 25;

/// Scores over a set of rows. Those of no rows are NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Mean loss per row.
    pub loss: f64,
    /// Scores of the predicted classes; none for regression.
    pub classes: Option<ClassScores>,
    /// Errors of the predicted numbers; none for classification.
    pub errors: Option<Errors>,
}

impl Scores {
    /// Returns the fraction of correctly classified rows, `0.0..=1.0`; NaN for regression.
    pub fn accuracy(&self) -> f64 {
        (self.classes.as_ref()).map_or(f64::NAN, |classes| classes.accuracy)
    }

    /// Returns the accuracy, or R² for regression. 1 is perfect for both.
    pub fn score(&self) -> f64 {
        self.errors.map_or(self.accuracy(), |errors| errors.r2)
    }

    /// Returns the root mean squared error, in the target's own unit; NaN for classification.
    pub fn rmse(&self) -> f64 {
        self.errors.map_or(f64::NAN, |errors| errors.rmse)
    }
}
