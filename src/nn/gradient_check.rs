//! Back-propagation against centred differences.

use super::parameters::ParameterId;

/// Relative error below which a gradient is as good as differences can tell.
pub const EXCELLENT: f64 = 1e-7;
/// Relative error above which a gradient is wrong.
pub const WRONG: f64 = 1e-2;

/// One parameter's gradient, found in two ways.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Checked {
    /// The parameter.
    pub id: ParameterId,
    /// By back-propagation.
    pub gradient: f64,
    /// By centred differences.
    pub difference: f64,
    /// `|gradient - difference| / max(|gradient|, |difference|)`, 0 where both vanish.
    pub error: f64,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq)]
pub struct GradientCheck {
    /// Rows of the mini-batch.
    pub rows: usize,
    /// Every parameter that was looked at, the worst first.
    pub checked: Vec<Checked>,
    /// Parameters left out because a difference steps over the kink of a ReLU.
    pub at_kinks: usize,
}

/// How good a relative error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Below [`EXCELLENT`].
    Excellent,
    /// In between.
    Good,
    /// Above [`WRONG`], or not a number.
    Wrong,
}

impl Grade {
    /// The grade of a relative error.
    pub fn of(error: f64) -> Self {
        match error {
            e if e < EXCELLENT => Self::Excellent,
            e if e <= WRONG => Self::Good,
            _ => Self::Wrong,
        }
    }
}

impl GradientCheck {
    /// The grade of the worst parameter.
    pub fn grade(&self) -> Grade {
        Grade::of(self.checked.first().map_or(0.0, |worst| worst.error))
    }
}
