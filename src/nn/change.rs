//! Live changes to a network and its learning rule, and their log.

use serde::{Deserialize, Serialize};

use super::{Activation, Loss, Optimizer, Output, ParameterId};

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
