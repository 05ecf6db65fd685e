//! What can be told of one neuron, one parameter or the output, with the numbers of a real row.
//!
//! The numbers are those of [`textbook`](crate::nn::textbook), in `f64`, evaluated on the current
//! parameters; where many rows go through a large network, sums are computed as products of matrices,
//! and what lies before the cursor by the engine. Layers are counted as the book does, inputs are
//! layer 0; neurons from 0.

mod facts;
mod history;
mod inspector;

pub(super) use history::{History, is_small};
pub(super) use inspector::{Inspector, Rows};

use crate::nn::optimizer::Update;
use crate::nn::parameters::ParameterId;
use crate::nn::{Activation, LearningRule, Loss, Output};
use crate::util::stats::Histogram;

/// What the inspector's cursor stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cursor {
    /// A neuron; in layer 0 an input.
    Neuron {
        /// Its layer.
        layer: usize,
        /// Its place there.
        neuron: usize,
    },
    /// A weight or a bias.
    Parameter(ParameterId),
    /// The outputs together with the loss.
    Output,
}

/// Whose numbers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The shown row's.
    Row,
    /// The means over the rows of the mini-batch that the next step trains on.
    Batch,
}

/// What shall be inspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Inspect {
    /// Where the cursor stands.
    pub cursor: Cursor,
    /// Whose numbers.
    pub of: Subject,
}

/// What was to be told of the thing under the cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// What was asked for.
    pub inspect: Inspect,
    /// Rows that the numbers are means of; 1 for the shown row alone.
    pub rows: usize,
    /// The numbers.
    pub facts: Facts,
}

/// The numbers, by what the cursor stands on.
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

/// An input of the network.
#[derive(Debug, Clone, PartialEq)]
pub struct InputFacts {
    /// What the network sees: the standardised or one-hot value.
    pub value: f64,
    /// `dC/dx`: how the loss follows the input.
    pub gradient: f64,
    /// The values of the probe rows.
    pub distribution: Histogram,
}

/// How a neuron's activation follows from its weighted input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Function {
    /// In a hidden layer.
    Hidden(Activation),
    /// In the output layer.
    Output(Output),
}

/// One product of a sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// The other neuron: of the layer before going forward, of the next one going backward.
    pub neuron: usize,
    /// The weight between the two.
    pub weight: f64,
    /// The other neuron's activation going forward, its delta going backward.
    pub factor: f64,
    /// `weight * factor`.
    pub product: f64,
}

/// A neuron, forward and backward.
#[derive(Debug, Clone, PartialEq)]
pub struct NeuronFacts {
    /// Its function.
    pub function: Function,
    /// `w_ji a_i` of every neuron `i` of the layer before, in order.
    pub inputs: Vec<Term>,
    /// `b`.
    pub bias: f64,
    /// `z = sum + b`.
    pub z: f64,
    /// `a = f(z)`; a mean over rows is the mean of `f(z)`.
    pub a: f64,
    /// `f'(z)`; NaN for softmax, whose outputs depend on one another.
    pub slope: f64,
    /// Going backward.
    pub back: Back,
    /// `delta = dC/dz`.
    pub delta: f64,
    /// Its activations for the probe rows.
    pub distribution: Histogram,
    /// Neurons of the layer before by how much each moves `z` over the probe rows: `|w_ji|` times
    /// the standard deviation of `a_i`, largest first; at most 8.
    pub influence: Vec<(usize, f64)>,
    /// Whether the neuron's output is forced to 0.
    pub is_muted: bool,
}

/// Where a neuron's delta comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Back {
    /// An output neuron: from the loss.
    Output {
        /// The loss.
        loss: Loss,
        /// The target `y`.
        target: f64,
        /// `dC/da`, where the loss looks at each output on its own; NaN otherwise.
        error: f64,
    },
    /// A hidden neuron: it sums over all neurons of the next layer, and reuses their deltas.
    Hidden {
        /// `w_kj delta_k` of every neuron `k` of the next layer, in order.
        terms: Vec<Term>,
        /// The sum of the terms; `delta` is this times `f'(z)`.
        sum: f64,
    },
}

/// A weight or a bias.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterFacts {
    /// Its value.
    pub value: f64,
    /// Activation of the neuron that a weight comes from; 1 for a bias.
    pub a: f64,
    /// Delta of the neuron it leads to.
    pub delta: f64,
    /// `dC/dw = a delta` for the shown row; for a mini-batch the mean of the products.
    pub gradient: f64,
    /// The same by centred differences; at a kink of a ReLU it is another one.
    pub difference: f64,
    /// See [`relative_error`](crate::nn::gradient_check::relative_error).
    pub error: f64,
    /// The mean gradient of the mini-batch that the next step trains on, without weight decay.
    pub batch_gradient: f64,
    /// The learning rule in force, without weight decay for a bias.
    pub rule: LearningRule,
    /// The optimizer's state before the next step.
    pub before: Update,
    /// By how much the next step will change the parameter.
    pub next_change: f64,
    /// By how much the last step changed it, where that is known.
    pub last_change: Option<f64>,
    /// Whether it is frozen.
    pub is_frozen: bool,
    /// Values so far, oldest first: epochs done, value.
    pub history: Vec<(f64, f32)>,
}

/// One output neuron and its share of the loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OutputTerm {
    /// `z`.
    pub z: f64,
    /// `e^(z - max z)` where the outputs are a softmax; NaN otherwise.
    pub exponential: f64,
    /// `a`.
    pub a: f64,
    /// Target `y`.
    pub target: f64,
    /// What this output adds to the loss.
    pub loss: f64,
}

/// The outputs and the loss.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputFacts {
    /// The output layer's function.
    pub output: Output,
    /// The loss function.
    pub function: Loss,
    /// One per output neuron.
    pub terms: Vec<OutputTerm>,
    /// Sum of the exponentials of a softmax; NaN otherwise.
    pub total: f64,
    /// The loss `C`.
    pub loss: f64,
}
