//! Inspection of one neuron, one parameter or the outputs, with the numbers of real rows.
//!
//! Numbers are computed by the formulas of [`textbook`](crate::nn::textbook) in `f64` with the current
//! parameters. For many rows of a large network, sums are matrix products, and the layers before the
//! cursor are computed by the engine. Inputs are layer 0; neurons are counted from 0.

mod facts;
mod history;
mod inspector;

pub(super) use history::{History, StepValues, is_small};
pub(super) use inspector::{Inspector, Rows};

use ndarray::{Array1, Array2};

use crate::nn::NeuronId;
use crate::nn::optimizer::ParameterState;
use crate::nn::parameters::ParameterId;
use crate::nn::{Activation, LearningRule, Loss, Output};
use crate::util::stats::Histogram;

/// Position of the inspector's cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cursor {
    /// A neuron; in layer 0 an input.
    Neuron {
        /// Layer, 0 for the inputs.
        layer: usize,
        /// Index in the layer, from 0.
        neuron: usize,
    },
    /// A weight or a bias.
    Parameter(ParameterId),
    /// All outputs together with the loss.
    Output,
}

/// Rows whose numbers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The shown row.
    Row,
    /// The next mini-batch; numbers are means over its rows.
    Batch,
}

/// Request for an inspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Inspect {
    /// Neuron, parameter or outputs to inspect.
    pub cursor: Cursor,
    /// Rows to compute the numbers from.
    pub of: Subject,
}

/// Result of an inspection.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// Request that this answers.
    pub inspect: Inspect,
    /// Number of rows averaged over; 1 for the shown row.
    pub rows: usize,
    /// Numbers of the inspected item.
    pub facts: Facts,
}

/// Numbers of an inspection, by kind of item.
#[derive(Debug, Clone, PartialEq)]
pub enum Facts {
    /// An input.
    Input(InputFacts),
    /// A neuron of layer 1 or a later one.
    Neuron(NeuronFacts),
    /// A weight or a bias.
    Parameter(ParameterFacts),
    /// The outputs and the loss.
    Output(OutputFacts),
}

/// Facts about a network input.
#[derive(Debug, Clone, PartialEq)]
pub struct InputFacts {
    /// Standardised or one-hot value.
    pub value: f64,
    /// Gradient `dC/dx` of the loss with respect to the input.
    pub gradient: f64,
    /// Histogram of the values in the probe rows.
    pub distribution: Histogram,
}

/// One product of a weighted sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// Index of the other neuron: of the previous layer (forward) or of the next layer (backward).
    pub neuron: usize,
    /// Weight between the two neurons.
    pub weight: f64,
    /// Activation (forward) or delta (backward) of the other neuron.
    pub factor: f64,
    /// `weight * factor`.
    pub product: f64,
}

/// Facts about a neuron, forward and backward.
#[derive(Debug, Clone, PartialEq)]
pub struct NeuronFacts {
    /// Activation of the neuron on its own; `None` for softmax.
    pub activation: Option<Activation>,
    /// `w_ji a_i` of every neuron `i` of the previous layer, in order.
    pub inputs: Vec<Term>,
    /// `b`.
    pub bias: f64,
    /// `z = sum + b`.
    pub z: f64,
    /// `a = f(z)`; a mean over rows is the mean of `f(z)`.
    pub a: f64,
    /// `f'(z)`; NaN for softmax, whose outputs depend on one another.
    pub slope: f64,
    /// Origin of `delta`.
    pub back: Back,
    /// `delta = dC/dz`.
    pub delta: f64,
    /// Histogram of the activations in the probe rows.
    pub distribution: Histogram,
    /// Neurons of the previous layer with `|w_ji| std(a_i)` over the probe rows, largest first; at most 8.
    pub influence: Vec<(usize, f64)>,
    /// Whether the neuron's output is forced to 0.
    pub is_muted: bool,
    /// Factor of the activation by dropout, 1 without; a mean over rows is the mean of the factors.
    pub dropout: f64,
}

/// Origin of a neuron's delta.
#[derive(Debug, Clone, PartialEq)]
pub enum Back {
    /// Output neuron: the derivative of the loss.
    Output {
        /// Loss function.
        loss: Loss,
        /// Target `y`.
        target: f64,
        /// `dC/da` if the loss is a sum over outputs; NaN otherwise.
        slope: f64,
    },
    /// Hidden neuron: a weighted sum of the deltas of the next layer.
    Hidden {
        /// `w_kj delta_k` of every neuron `k` of the next layer, in order.
        terms: Vec<Term>,
        /// Sum of the terms; `delta = sum f'(z)`.
        sum: f64,
    },
}

/// Facts about a weight or a bias.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterFacts {
    /// Current value.
    pub value: f64,
    /// Activation of the source neuron; 1 for a bias.
    pub a: f64,
    /// Delta of the destination neuron.
    pub delta: f64,
    /// Gradient `dC/dw = a delta`; for a mini-batch the mean of the products.
    pub gradient: f64,
    /// Gradient by central differences, which differs at a kink of ReLU.
    pub difference: f64,
    /// [Relative error](crate::nn::gradient_check::relative_error) of the two gradients.
    pub error: f64,
    /// Mean gradient over the next mini-batch, without weight decay, after clipping.
    pub batch_gradient: f64,
    /// Learning rule in force, without weight decay for a bias.
    pub rule: LearningRule,
    /// Optimizer state before the next step.
    pub before: ParameterState,
    /// Change of the parameter by the next step.
    pub next_change: f64,
    /// Change of the parameter by the last step, if known.
    pub last_change: Option<f64>,
    /// Whether the parameter is frozen.
    pub is_frozen: bool,
    /// Muted neuron that the parameter belongs to, or whose output a weight multiplies.
    pub muted: Option<NeuronId>,
    /// Values so far as (epochs done, value), oldest first.
    pub history: Vec<(f64, f32)>,
}

/// Output neuron and its contribution to the loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OutputTerm {
    /// Weighted input (logit).
    pub z: f64,
    /// `e^(z - max z)` for softmax; NaN otherwise.
    pub exponential: f64,
    /// Output of the neuron.
    pub a: f64,
    /// Target `y`.
    pub target: f64,
    /// Contribution to the loss.
    pub loss: f64,
}

/// Facts about the outputs and the loss.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputFacts {
    /// Activation of the output layer.
    pub output: Output,
    /// Loss function.
    pub function: Loss,
    /// One term per output neuron.
    pub terms: Vec<OutputTerm>,
    /// Sum of the exponentials of a softmax; NaN otherwise.
    pub total: f64,
    /// Mean loss `C` per row.
    pub loss: f64,
    /// The single layer that the network amounts to, while all of several layers before the outputs are linear.
    pub collapse: Option<Collapse>,
}

/// Single layer `z = W x + b` that gives the outputs of a network with linear hidden layers.
#[derive(Debug, Clone, PartialEq)]
pub struct Collapse {
    /// Product of the weight matrices, the last layer first: `(outputs, inputs)`.
    pub weights: Array2<f64>,
    /// Biases: `(outputs)`.
    pub biases: Array1<f64>,
    /// Weighted inputs of the outputs by this layer alone, the means over the rows: `(outputs)`.
    pub z: Array1<f64>,
}
