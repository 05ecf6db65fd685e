//! Findings about a run: problems that its numbers show, by rules with documented [thresholds].
//!
//! A rule is a function in `rules.rs` and a line of [`RULES`], which are in order of severity. Rules look at what is known
//! anyway: losses, outcomes of evaluations, and the health of the layers. They have no part in training.

mod evidence;
mod losses;
mod rules;
pub mod thresholds;

pub use evidence::{Evidence, ExpectedLosses, Unpredicted, loss_before_training};
pub(crate) use losses::{Trend, overfitting_since, steady_change, trend};
pub(super) use rules::initial_limit;
use rules::*;

use super::{Plan, Set};
use crate::nn::{Activation, Initialisation, Loss};

/// Problem of a run, with the numbers that show it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Finding {
    /// The training or the validation loss has exploded, and is still finite.
    Diverging {
        /// Rows whose loss it is.
        of: Set,
        /// Time in epochs at which it first had.
        since: f64,
        /// The loss before.
        before: f64,
        /// The loss then.
        loss: f64,
        /// Layer whose updates are largest relative to its weights, from 1, if it is known.
        layer: Option<usize>,
    },
    /// The gradient is far too large for the weights.
    ExplodingGradients {
        /// Layer, from 1.
        layer: usize,
    },
    /// Neurons of a layer give the same output for every row.
    DeadNeurons {
        /// Layer, from 1.
        layer: usize,
        /// Number of dead neurons.
        dead: usize,
        /// Number of all neurons of the layer.
        neurons: usize,
        /// Whether weight decay has made their weights small.
        is_decayed: bool,
    },
    /// All layers together are one linear layer, which is no better than a constant prediction.
    LinearLayers {
        /// Whether there are hidden layers.
        has_hidden: bool,
    },
    /// Neurons of a layer are at an end of their range.
    SaturatedNeurons {
        /// Layer, from 1.
        layer: usize,
        /// Whether they are outputs.
        is_output: bool,
        /// Number of saturated neurons.
        saturated: usize,
        /// Number of all neurons of the layer.
        neurons: usize,
    },
    /// The gradient shrinks from the last layer to this one.
    VanishingGradients {
        /// Layer, from 1.
        layer: usize,
        /// Gradient of the output layer relative to that of the layer.
        ratio: f64,
    },
    /// Updates are so large that nothing is learned.
    RateTooHigh,
    /// All rows get the same prediction.
    ConstantOutputs,
    /// Updates are so small that hardly anything is learned.
    RateTooLow,
    /// The loss has stayed near that of a constant prediction, with updates of a usual size.
    NotLearning,
    /// The loss before the first step is far above that of a network that knows nothing.
    InitialLoss {
        /// The loss.
        loss: f64,
        /// Loss of equal outputs, for softmax and cross-entropy `ln k`.
        expected: f64,
    },
    /// A column predicts the target alone.
    Leak {
        /// Index of the column in the table.
        column: usize,
    },
    /// The training rows are learned by heart, and nothing of them holds for others.
    Memorising,
    /// The validation loss has risen since this epoch, and the training loss fallen.
    OverfittingSince(u64),
    /// No row is predicted as this class.
    NeverPredicted {
        /// Index of the class.
        class: usize,
        /// Epoch since which.
        since: u64,
    },
    /// There are too few validation rows to tell anything from.
    FewValidationRows(usize),
}

/// Change that is likely to help.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Remedy {
    /// Restore the last good weights, with a tenth of the learning rate.
    Recover,
    /// Multiply the learning rate by this factor.
    ScaleRate(f64),
    /// Restart with this initialisation.
    Initialise(Initialisation),
    /// Restart with the next seed.
    NextSeed,
    /// Restart with the same seed.
    Restart,
    /// Switch the activation of the hidden layers.
    Activation(Activation),
    /// Add a hidden layer of this size.
    Hidden(usize),
    /// Clip the gradient to this norm.
    Clip(f64),
    /// Set the weight decay.
    WeightDecay(f64),
    /// Switch the loss.
    Loss(Loss),
}

impl Remedy {
    /// Whether weights that are not those of the end of the run take its place, with another start or an earlier step.
    pub(crate) fn restarts(self) -> bool {
        matches!(
            self,
            Self::Recover | Self::Initialise(_) | Self::NextSeed | Self::Restart
        )
    }
}

type Rule = fn(&Evidence<'_>) -> Option<Finding>;

/// All rules, those about the most severe problems first.
const RULES: [Rule; 16] = [
    diverging,
    exploding_gradients,
    linear_layers,
    rate_too_high,
    dead_neurons,
    saturated_neurons,
    vanishing_gradients,
    rate_too_low,
    constant_outputs,
    not_learning,
    initial_loss,
    leak,
    memorising,
    overfitting,
    never_predicted,
    few_validation_rows,
];

/// Returns what the rules find, the most severe first, without what a more severe finding explains.
pub fn findings(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    for found in RULES.iter().filter_map(|rule| rule(evidence)) {
        if !kept.iter().any(|cause| cause.explains(found)) {
            kept.push(found);
        }
    }
    kept
}

impl Finding {
    /// Whether `other` is likely to be a consequence.
    fn explains(self, other: Self) -> bool {
        let is_about_learning = matches!(
            other,
            Self::RateTooLow | Self::ConstantOutputs | Self::NotLearning
        );
        match self {
            // Losses, gradients and updates mean nothing while weights explode.
            Self::Diverging { .. } => {
                !matches!(other, Self::Leak { .. } | Self::FewValidationRows(_))
            }
            Self::LinearLayers { .. } => !matches!(
                other,
                Self::InitialLoss { .. } | Self::Leak { .. } | Self::FewValidationRows(_)
            ),
            Self::RateTooHigh | Self::RateTooLow => is_about_learning,
            Self::ExplodingGradients { .. }
            | Self::DeadNeurons { .. }
            | Self::SaturatedNeurons { .. }
            | Self::VanishingGradients { .. } => {
                matches!(other, Self::RateTooLow | Self::NotLearning)
            }
            Self::ConstantOutputs => other == Self::NotLearning,
            _ => false,
        }
    }

    /// Returns the layer that the finding is about, from 1, if it is about one.
    pub(crate) fn layer(self) -> Option<usize> {
        match self {
            Self::ExplodingGradients { layer }
            | Self::DeadNeurons { layer, .. }
            | Self::SaturatedNeurons { layer, .. }
            | Self::VanishingGradients { layer, .. } => Some(layer),
            _ => None,
        }
    }

    /// Whether the run is of no use until something is done.
    pub(crate) fn is_severe(self) -> bool {
        !matches!(
            self,
            Self::Leak { .. }
                | Self::Memorising
                | Self::OverfittingSince(_)
                | Self::NeverPredicted { .. }
                | Self::FewValidationRows(_)
                | Self::InitialLoss { .. }
        )
    }

    /// Returns the change of a training with the settings `plan` that is most likely to help; `None` if only another
    /// start of the program does.
    pub fn remedy(self, plan: &Plan) -> Option<Remedy> {
        let drawn_by = plan.initialisation;
        let other_start = if drawn_by == Initialisation::Auto {
            Remedy::NextSeed
        } else {
            Remedy::Initialise(Initialisation::Auto)
        };
        Some(match self {
            Self::Diverging { .. } => Remedy::Recover,
            Self::ExplodingGradients { .. } if drawn_by == Initialisation::Auto => {
                Remedy::Clip(1.0)
            }
            Self::ExplodingGradients { .. } => other_start,
            Self::LinearLayers { has_hidden: true } => Remedy::Activation(Activation::Tanh),
            Self::LinearLayers { has_hidden: false } => Remedy::Hidden(HIDDEN),
            Self::DeadNeurons {
                is_decayed: true, ..
            } => Remedy::WeightDecay(0.1 * plan.rule.weight_decay.get()),
            Self::DeadNeurons { .. } if plan.activation == Activation::Relu => {
                Remedy::Activation(Activation::LeakyRelu)
            }
            Self::SaturatedNeurons {
                is_output: true, ..
            } => Remedy::Loss(Loss::CrossEntropy),
            Self::SaturatedNeurons { .. } if drawn_by == Initialisation::Auto => {
                Remedy::ScaleRate(0.1)
            }
            Self::VanishingGradients { .. } if plan.activation == Activation::Sigmoid => {
                Remedy::Activation(Activation::Tanh)
            }
            Self::DeadNeurons { .. }
            | Self::SaturatedNeurons { .. }
            | Self::VanishingGradients { .. }
            | Self::ConstantOutputs
            | Self::InitialLoss { .. } => other_start,
            Self::NotLearning => Remedy::Restart,
            Self::RateTooHigh => Remedy::ScaleRate(0.1),
            Self::RateTooLow => Remedy::ScaleRate(10.0),
            Self::Memorising | Self::OverfittingSince(_) => {
                Remedy::WeightDecay(more(plan.rule.weight_decay.get()))
            }
            Self::NeverPredicted { .. } if plan.loss == Loss::Quadratic => {
                Remedy::Loss(Loss::CrossEntropy)
            }
            Self::NeverPredicted { .. } | Self::Leak { .. } | Self::FewValidationRows(_) => {
                return None;
            }
        })
    }
}

/// Size of a first hidden layer.
const HIDDEN: usize = 16;

/// A weight decay that is clearly larger: three times as large.
fn more(decay: f64) -> f64 {
    if decay > 0.0 { 3.0 * decay } else { 0.01 }
}
