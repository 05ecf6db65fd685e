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
