//! Live changes to a network and its learning rule, and their log.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    Activation, BatchSize, LearningRate, Loss, NeuronId, Optimizer, Output, ParameterId,
    Regularisation, Schedule, WeightDecay,
};
use util::lang::say;

/// A change that a person makes to a training in progress. Together with the plan and the seed,
/// the list of changes with their steps determines the weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "change")]
#[allow(missing_docs)]
pub enum Change {
    /// Sets the learning rate from the next step on.
    LearningRate { learning_rate: LearningRate },
    /// Restores the last good weights after a divergence, resets the optimizer's state and sets
    /// the learning rate.
    Recover { learning_rate: LearningRate },
    /// Sets a weight or bias; `value` is finite.
    Parameter { id: ParameterId, value: f32 },
    /// Keeps a weight or bias at its value, or lets it be trained again.
    Freeze { id: ParameterId, frozen: bool },
    /// Forces the output of a hidden neuron to 0, or lets it be used again.
    #[serde(rename = "silence")]
    Mute {
        #[serde(flatten)]
        neuron: NeuronId,
        #[serde(rename = "silent")]
        muted: bool,
    },
    /// Changes hidden layers or functions. Weights between neurons that stay are kept, new ones
    /// are drawn from the seed; the optimizer's state is reset.
    Network {
        hidden: Vec<usize>,
        activation: Activation,
        output: Output,
        loss: Loss,
    },
    /// Switches the optimizer, without state.
    Optimizer { optimizer: Optimizer },
    /// Sets the weight decay.
    WeightDecay { weight_decay: WeightDecay },
    /// Sets the schedule of the learning rate, which is at the place of the current epoch from the next step on.
    Schedule { schedule: Schedule },
    /// Sets gradient clipping, dropout and label smoothing.
    Regularisation { regularisation: Regularisation },
    /// Sets the mini-batch size and restarts the current epoch.
    Batch { batch: BatchSize },
    /// Undoes the last change, other than of the learning rate, that is not undone yet; in model files up to version 6.
    Undo,
    /// Undoes the last change that is not undone yet.
    UndoLast,
}

impl Change {
    /// Whether the network computes other outputs, or another loss, right after the change.
    pub fn alters_outputs(&self) -> bool {
        match self {
            Self::Recover { .. }
            | Self::Parameter { .. }
            | Self::Mute { .. }
            | Self::Network { .. }
            | Self::Undo
            | Self::UndoLast => true,
            Self::LearningRate { .. }
            | Self::Freeze { .. }
            | Self::Optimizer { .. }
            | Self::WeightDecay { .. }
            | Self::Schedule { .. }
            | Self::Regularisation { .. }
            | Self::Batch { .. } => false,
        }
    }

    /// Describes the change, of a network only what differs from `before`, the change that would undo it: `hidden 8,8`.
    pub fn differences_from(&self, before: &Change) -> String {
        let (
            Self::Network {
                hidden,
                activation,
                output,
                loss,
            },
            Self::Network {
                hidden: old_hidden,
                activation: old_activation,
                output: old_output,
                loss: old_loss,
            },
        ) = (self, before)
        else {
            return self.to_string();
        };
        let parts = [
            (hidden != old_hidden).then(|| hidden_change(hidden)),
            (activation != old_activation).then(|| activation.to_string()),
            (output != old_output).then(|| output.to_string()),
            (loss != old_loss).then(|| loss.to_string()),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// Describes a change of the hidden layers: `hidden 8,8`.
fn hidden_change(sizes: &[usize]) -> String {
    let sizes = super::architecture::hidden_text(sizes);
    say!("change-hidden", "hidden {sizes}", sizes)
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LearningRate { learning_rate } => f.write_str(&say!(
                "change-rate",
                "learning rate {rate}",
                rate = learning_rate
            )),
            Self::Recover { learning_rate } => f.write_str(&say!(
                "change-recover",
                "recover with learning rate {rate}",
                rate = learning_rate
            )),
            Self::Parameter { id, value } => write!(f, "{id} = {value}"),
            Self::Freeze { id, frozen } => f.write_str(&if *frozen {
                say!("change-freeze", "freeze {id}", id)
            } else {
                say!("change-unfreeze", "unfreeze {id}", id)
            }),
            Self::Mute { neuron, muted } => f.write_str(&if *muted {
                say!("change-mute", "mute {neuron}", neuron)
            } else {
                say!("change-unmute", "unmute {neuron}", neuron)
            }),
            Self::Network {
                hidden,
                activation,
                output,
                loss,
            } => {
                let hidden = hidden_change(hidden);
                write!(f, "{hidden}, {activation}, {output}, {loss}")
            }
            Self::Optimizer { optimizer } => f.write_str(&say!(
                "change-optimizer",
                "optimizer {name}",
                name = optimizer
            )),
            Self::WeightDecay { weight_decay } => f.write_str(&say!(
                "change-decay",
                "weight decay {decay}",
                decay = weight_decay
            )),
            Self::Schedule { schedule } => {
                f.write_str(&say!("change-schedule", "schedule {name}", name = schedule))
            }
            Self::Regularisation { regularisation } => write!(f, "{regularisation}"),
            Self::Batch { batch } => {
                f.write_str(&say!("change-batch", "batch size {size}", size = batch))
            }
            Self::Undo | Self::UndoLast => f.write_str(say!("change-undo", "undo")),
        }
    }
}

/// A change with the number of steps that were done before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoggedChange {
    /// Number of steps done before the change.
    pub step: u64,
    /// The change.
    #[serde(flatten)]
    pub change: Change,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_network_only_what_differs_is_described() {
        let before = Change::Network {
            hidden: vec![16, 16],
            activation: Activation::Relu,
            output: Output::Softmax,
            loss: Loss::CrossEntropy,
        };
        let with = |hidden: &[usize], activation| Change::Network {
            hidden: hidden.to_vec(),
            activation,
            output: Output::Softmax,
            loss: Loss::CrossEntropy,
        };
        let smaller = with(&[8, 8], Activation::Relu);
        assert_eq!(smaller.differences_from(&before), "hidden 8,8");
        let other = with(&[16, 16], Activation::Tanh);
        assert_eq!(other.differences_from(&before), "tanh");
    }
}
