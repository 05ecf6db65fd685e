//! The learning rule: gradient descent, in its three common forms.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a gradient becomes an update. `g` is the mean gradient of the mini-batch plus the weight
/// decay's share, `eta` the learning rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "name")]
pub enum Optimizer {
    /// `w <- w - eta g`.
    Sgd,
    /// `v <- mu v + g`, `w <- w - eta v` (Polyak 1964, in PyTorch's form).
    Momentum {
        /// `mu`, in `0..1`.
        momentum: f64,
    },
    /// Adam (Kingma and Ba 2015, algorithm 1), with both moments corrected for their start at
    /// zero.
    Adam {
        /// Decay of the mean of gradients.
        beta1: f64,
        /// Decay of the mean of their squares.
        beta2: f64,
        /// Added to the root, so that nothing is divided by zero.
        epsilon: f64,
    },
}

impl Optimizer {
    /// Adam with the numbers of its paper.
    pub const ADAM: Self = Self::Adam {
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
    };

    /// Name for the command line and the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sgd => "SGD",
            Self::Momentum { .. } => "momentum",
            Self::Adam { .. } => "Adam",
        }
    }
}

impl fmt::Display for Optimizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Everything that turns a gradient into an update.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LearningRule {
    /// The form of gradient descent.
    pub optimizer: Optimizer,
    /// `eta`, above zero.
    pub learning_rate: f64,
    /// `lambda` of the L2 penalty `lambda / 2 sum w^2`: adds `lambda w` to the gradient of every
    /// weight. Biases are not decayed, and the loss that is reported is without the penalty.
    pub weight_decay: f64,
}

/// A change that a person makes to a training in progress. Together with the plan and the seed,
/// the list of changes with their steps determines the weights.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "change")]
pub enum Change {
    /// Another learning rate from the next step on.
    LearningRate {
        /// The new rate, above zero.
        learning_rate: f64,
    },
    /// After a divergence: back to the last good weights, the optimizer's memory emptied, and on
    /// with another learning rate.
    Recover {
        /// The new rate, above zero.
        learning_rate: f64,
    },
}

/// A change with the number of steps that were done before it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LoggedChange {
    /// Steps done before the change.
    pub step: u64,
    /// The change.
    #[serde(flatten)]
    pub change: Change,
}
