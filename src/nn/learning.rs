//! The learning rule: gradient descent, in its three common forms.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::parameters::ParameterId;
use super::{Activation, Loss, Output};

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// A weight or bias gets this value.
    Parameter {
        /// Which.
        id: ParameterId,
        /// The value, finite.
        value: f32,
    },
    /// A weight or bias keeps its value from now on, or learns again.
    Freeze {
        /// Which.
        id: ParameterId,
        /// Whether it keeps its value.
        frozen: bool,
    },
    /// A hidden neuron tells the next layer nothing from now on, or speaks again.
    Silence {
        /// Its layer, from 1.
        layer: usize,
        /// Its place there.
        neuron: usize,
        /// Whether it is silent.
        silent: bool,
    },
    /// Other hidden layers or functions. Weights between neurons that stay are kept, new ones are
    /// drawn from the seed; the optimizer's memory is emptied.
    Network {
        /// Neurons of each hidden layer.
        hidden: Vec<usize>,
        /// Activation of the hidden layers.
        activation: Activation,
        /// Activation of the output layer.
        output: Output,
        /// The loss.
        loss: Loss,
    },
    /// Another optimizer, with no memory.
    Optimizer {
        /// The new one.
        optimizer: Optimizer,
    },
    /// Another weight decay.
    WeightDecay {
        /// `lambda`, not negative.
        weight_decay: f64,
    },
    /// Mini-batches of another size from the next epoch's start on; the epoch under way starts
    /// again.
    Batch {
        /// Rows, at least 1.
        batch: usize,
    },
    /// Takes back the last of the changes from [`Change::Parameter`] on that was not taken back.
    Undo,
}

/// A change with the number of steps that were done before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoggedChange {
    /// Steps done before the change.
    pub step: u64,
    /// The change.
    #[serde(flatten)]
    pub change: Change,
}
