//! Results of the checks, and how they read.

use std::fmt;

use crate::util::lang::{after_character, say};
use crate::util::numbers::{loss, percent, r2};

/// A check that has ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PreflightCheck {
    /// Numbers of the check.
    pub kind: PreflightKind,
    /// Whether they are as they should be.
    pub is_passed: bool,
}

impl PreflightCheck {
    /// Number of checks.
    pub const COUNT: usize = 4;
}

/// Kind of a check, with its numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PreflightKind {
    /// Loss before training.
    InitialLoss {
        /// Mean loss of at most 2000 training rows.
        found: f64,
        /// Loss of equal outputs, `ln k` for softmax of `k` outputs and cross-entropy; for numbers that of their mean, half
        /// the variance.
        expected: f64,
        /// Whether numbers are predicted.
        is_of_numbers: bool,
    },
    /// Gradients against finite differences.
    Gradients {
        /// Number of parameters checked.
        parameters: usize,
        /// Largest relative error.
        error: f64,
    },
    /// A few rows learned by heart, without regularisation.
    Memorised {
        /// Number of rows.
        rows: usize,
        /// Number of epochs it took, or that were tried.
        epochs: u64,
        /// Mean training loss of the last one, relative to that of a constant prediction.
        relative_loss: f64,
    },
    /// Validation score after training on shuffled labels.
    Shuffled {
        /// Mean accuracy over several shuffles, or R² for numbers.
        score: f64,
        /// Score of a constant prediction.
        chance: f64,
        /// Score up to which it may be chance: three standard errors above.
        limit: f64,
        /// Whether scores are R².
        is_r2: bool,
    },
}

impl PreflightKind {
    /// Name of the check.
    pub fn name(self) -> String {
        match self {
            Self::InitialLoss { .. } => say!("preflight-loss", "initial loss").to_owned(),
            Self::Gradients { .. } => say!("preflight-gradients", "gradients").to_owned(),
            Self::Memorised { .. } => say!("preflight-memorise", "memorise").to_owned(),
            Self::Shuffled { .. } => say!("preflight-shuffled", "shuffled labels").to_owned(),
        }
    }
}

/// Describes the result in a line, without the name.
impl fmt::Display for PreflightKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match *self {
            Self::InitialLoss {
                found,
                expected,
                is_of_numbers: true,
            } => say!(
                "preflight-loss-numbers",
                "{found} before training; predicting the mean has {expected}",
                found = loss(found).trim(),
                expected = loss(expected).trim()
            ),
            Self::InitialLoss {
                found, expected, ..
            } => say!(
                "preflight-loss-found",
                "{found} before training; equal outputs have {expected}",
                found = loss(found).trim(),
                expected = loss(expected).trim()
            ),
            Self::Gradients { parameters, error } => say!(
                "preflight-gradients-found",
                "largest relative error {error} against finite differences ({parameters} parameters)",
                error = format!("{error:.1e}"),
                parameters
            ),
            Self::Memorised {
                rows,
                epochs,
                relative_loss,
            } => say!(
                "preflight-memorise-found",
                "{rows} rows: {share} of the loss of a constant prediction left after {epochs} epochs",
                rows,
                share = percent(relative_loss).trim(),
                epochs
            ),
            Self::Shuffled {
                score,
                chance,
                limit,
                is_r2,
            } => {
                let shown = |score| if is_r2 { r2(score) } else { percent(score) };
                let [score, chance, limit] = [score, chance, limit].map(shown);
                let name = if is_r2 {
                    "R²".to_owned()
                } else {
                    say!("measure-accuracy", "accuracy").to_owned()
                };
                say!(
                    "preflight-shuffled-found",
                    "validation {name} {score} after training on them (chance {chance}, at most {limit})",
                    name = after_character(&name),
                    score = score.trim(),
                    chance = chance.trim(),
                    limit = limit.trim()
                )
            }
        })
    }
}
