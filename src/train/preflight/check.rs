//! Results of the checks, and how they read.

use std::fmt;

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
        /// Loss of equal outputs: `ln k` for softmax of `k` outputs and cross-entropy, half the variance for numbers.
        expected: f64,
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
    pub fn name(self) -> &'static str {
        match self {
            Self::InitialLoss { .. } => "initial loss",
            Self::Gradients { .. } => "gradients",
            Self::Memorised { .. } => "memorise",
            Self::Shuffled { .. } => "shuffled labels",
        }
    }
}

/// Describes the result in a line, without the name.
impl fmt::Display for PreflightKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::InitialLoss { found, expected } => {
                let (found, expected) = (loss(found), loss(expected));
                write!(
                    f,
                    "{} before training; equal outputs have {}",
                    found.trim(),
                    expected.trim()
                )
            }
            Self::Gradients { parameters, error } => write!(
                f,
                "largest relative error {error:.1e} against finite differences ({parameters} parameters)"
            ),
            Self::Memorised {
                rows,
                epochs,
                relative_loss,
            } => write!(
                f,
                "{rows} rows: {} of the loss of a constant prediction left after {epochs} epochs",
                percent(relative_loss).trim()
            ),
            Self::Shuffled {
                score,
                chance,
                limit,
                is_r2,
            } => {
                let shown = |score| if is_r2 { r2(score) } else { percent(score) };
                let [score, chance, limit] = [score, chance, limit].map(shown);
                let name = if is_r2 { "R²" } else { "accuracy" };
                write!(
                    f,
                    "validation {name} {} after training on them (chance {}, at most {})",
                    score.trim(),
                    chance.trim(),
                    limit.trim()
                )
            }
        }
    }
}
