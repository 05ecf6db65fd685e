//! The fast network: `f32`, whole mini-batches, nothing allocated while it trains.
//!
//! It computes what [`textbook`](super::textbook) computes, with the sums over a mini-batch written
//! as products of matrices. For a mini-batch `X: (batch, inputs)`:
//!
//! 1. forward: `Z_l = A_(l-1) W_l + b_l`, `A_l = f(Z_l)`, with `A_0 = X` and `W_l: (inputs, outputs)`;
//! 2. output: `D_L = dC/dZ_L` from the loss;
//! 3. back: `D_(l-1) = f'(Z_(l-1)) * D_l W_l^T`, element by element where the `*` stands;
//! 4. gradients: `dC/dW_l = A_(l-1)^T D_l / batch`, `dC/db_l` the column means of `D_l`;
//! 5. update, by the [learning rule](super::LearningRule).
//!
//! This file is the network as others use it, `step.rs` the five parts above, `workspace.rs` the
//! forward pass alone. The arithmetic is in [`kernels`](super::kernels).

mod step;
mod workspace;

use std::fmt;

use ndarray::ArrayView2;

use super::kernels::Instructions;
use super::kernels::aligned::Aligned;
use super::kernels::panels::Panels;
use super::parameters::ParameterId;
use super::{Architecture, LearningRule, Optimizer, Parameters};
pub use workspace::Workspace;

/// A network that trains.
///
/// The same calls give the same numbers, bit for bit, on the same binary and kind of processor.
#[derive(Debug, Clone)]
pub struct Engine {
    architecture: Architecture,
    instructions: Instructions,
    layers: Vec<Layer>,
    /// The rule whose memory the layers hold.
    optimizer: Optimizer,
    /// Updates since that memory was empty.
    updates: u32,
    buffers: Buffers,
    batch: usize,
}

/// One layer's parameters, and what the optimizer remembers of each.
#[derive(Debug, Clone)]
struct Layer {
    /// `(inputs + 1, outputs)`: the biases are the last row, as weights from an input that is
    /// always one.
    parameters: Panels,
    /// Momentum's velocity or Adam's mean of gradients, in the order of `parameters`; empty for
    /// SGD.
    first: Aligned,
    /// Adam's mean of squared gradients; empty for others.
    second: Aligned,
    /// `(outputs, inputs)`: the weights transposed, written anew in each step; empty in layer 1,
    /// which propagates nothing back.
    transposed: Panels,
}

/// What a training step writes on the way.
#[derive(Debug, Clone)]
struct Buffers {
    /// `(batch, inputs)`.
    inputs: Panels,
    /// `(batch, outputs)`.
    targets: Panels,
    /// One for each layer that has weights, layer 1 first.
    layers: Vec<LayerBuffers>,
}

/// What a training step writes for one layer.
#[derive(Debug, Clone)]
struct LayerBuffers {
    /// `(batch, neurons)`; of the output layer the logits.
    activations: Panels,
    /// `(batch, neurons)`.
    deltas: Panels,
    /// The largest magnitude in `deltas`.
    largest_delta: f32,
    /// An upper bound of the magnitudes of what the layer is given: inputs, or activations of the
    /// layer before.
    input_bound: f32,
}

/// What a training step says about the mini-batch, as it was before the update.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Mean loss.
    pub loss: f32,
    /// Rows whose largest output is the target's class; with one output, rows on the target's
    /// side of one half.
    pub correct: usize,
}

/// A number that left the range of `f32`, or was never a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NonFinite {
    /// Which number.
    pub what: Quantity,
    /// Where, counted from 1: the gradient's layer; for the loss the first layer with a
    /// non-finite activation, or else the output layer.
    pub layer: usize,
}

/// What can leave the range of `f32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// The loss of a mini-batch.
    Loss,
    /// The gradient of a layer, or the change it would make to a parameter.
    Gradient,
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layer = self.layer;
        match self.what {
            Quantity::Loss => write!(f, "the loss is not finite (layer {layer})"),
            Quantity::Gradient => write!(f, "the gradient of layer {layer} is not finite"),
        }
    }
}

impl std::error::Error for NonFinite {}

impl Engine {
    /// A network with `parameters`, shaped for `architecture`. `batch` is the largest number of
    /// rows in a mini-batch. The optimizer remembers nothing yet.
    pub fn new(
        architecture: &Architecture,
        parameters: &Parameters,
        optimizer: Optimizer,
        batch: usize,
    ) -> Self {
        let instructions = Instructions::from_environment();
        Self::with_instructions(architecture, parameters, optimizer, batch, instructions)
    }

    /// As [`Engine::new`], with a choice of instructions.
    pub fn with_instructions(
        architecture: &Architecture,
        parameters: &Parameters,
        optimizer: Optimizer,
        batch: usize,
        instructions: Instructions,
    ) -> Self {
        let layers = architecture
            .layer_shapes()
            .enumerate()
            .map(|(l, (inputs, outputs))| Layer {
                parameters: Panels::zeros(inputs + 1, outputs),
                first: Aligned::zeros(0),
                second: Aligned::zeros(0),
                transposed: Panels::zeros(if l == 0 { 0 } else { outputs }, inputs),
            })
            .collect();
        let mut engine = Self {
            architecture: architecture.clone(),
            instructions,
            layers,
            optimizer,
            updates: 0,
            buffers: Buffers::new(architecture, batch),
            batch,
        };
        engine.reset_optimizer(optimizer);
        engine.set_parameters(parameters);
        engine
    }

    /// Shape and functions of the network.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The largest number of rows in a mini-batch.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// The optimizer whose memory is kept.
    pub fn optimizer(&self) -> Optimizer {
        self.optimizer
    }

    /// Updates since the optimizer's memory was empty.
    pub fn updates(&self) -> u32 {
        self.updates
    }

    /// Learns from one mini-batch: forward, backward, one update by `rule`. Allocates nothing,
    /// unless `rule` has another kind of optimizer than the one before: then the memory of that
    /// one is dropped and the new one starts with none.
    ///
    /// `inputs`: `(rows, inputs)`, `targets`: `(rows, outputs)`, in standard layout, with 1 up to
    /// [`batch`](Self::batch) rows.
    ///
    /// # Errors
    /// [`NonFinite`] if the loss or a gradient is not finite. Parameters and the optimizer's
    /// memory are then as they were.
    ///
    /// # Panics
    /// If the shapes are not as above.
    pub fn train(
        &mut self,
        inputs: ArrayView2<f32>,
        targets: ArrayView2<f32>,
        rule: &LearningRule,
    ) -> Result<Step, NonFinite> {
        let rows = inputs.nrows();
        assert!(rows > 0 && rows <= self.batch, "{rows} rows in a batch");
        assert_eq!(inputs.ncols(), self.architecture.inputs());
        assert_eq!(targets.dim(), (rows, self.architecture.outputs()));
        let work = step::TrainingStep {
            inputs: inputs.to_slice().expect("inputs in standard layout"),
            targets: targets.to_slice().expect("targets in standard layout"),
            rows,
            rule,
            engine: self,
        };
        work.engine.instructions.run(work)
    }

    /// A copy of the parameters.
    pub fn parameters(&self) -> Parameters {
        let mut parameters = Parameters::zeros(&self.architecture);
        self.copy_parameters(&mut parameters);
        parameters
    }

    /// Copies the parameters into those of a network of the same shape.
    pub fn copy_parameters(&self, into: &mut Parameters) {
        assert!(into.fits(&self.architecture));
        for (layer, into) in self.layers.iter().zip(&mut into.layers) {
            let own = &layer.parameters;
            let neurons = into.weights.outer_iter_mut().zip(&mut into.biases);
            for (j, (weights, bias)) in neurons.enumerate() {
                let column = own.column(j);
                // The biases come last, where there are no more weights.
                for (to, from) in weights.into_iter().chain([bias]).zip(column) {
                    *to = *from;
                }
            }
        }
    }

    /// Takes over the parameters of a network of the same shape. The optimizer's memory stays.
    pub fn set_parameters(&mut self, from: &Parameters) {
        assert!(from.fits(&self.architecture));
        for (layer, from) in self.layers.iter_mut().zip(&from.layers) {
            let own = &mut layer.parameters;
            let neurons = from.weights.outer_iter().zip(&from.biases);
            for (j, (weights, bias)) in neurons.enumerate() {
                let column = own.column_mut(j);
                for (from, to) in weights.into_iter().chain([bias]).zip(column) {
                    *to = *from;
                }
            }
        }
    }

    /// One parameter.
    pub fn parameter(&self, id: ParameterId) -> f32 {
        let (layer, row, column) = self.place(id);
        self.layers[layer].parameters.get(row, column)
    }

    /// Sets one parameter. The optimizer's memory stays.
    pub fn set_parameter(&mut self, id: ParameterId, value: f32) {
        let (layer, row, column) = self.place(id);
        self.layers[layer].parameters.set(row, column, value);
    }

    /// Index of the layer, row and column of its panels.
    fn place(&self, id: ParameterId) -> (usize, usize, usize) {
        let (layer, input, output) = match id {
            ParameterId::Weight {
                layer,
                output,
                input,
            } => (layer, Some(input), output),
            ParameterId::Bias { layer, output } => (layer, None, output),
        };
        let parameters = &self.layers[layer - 1].parameters;
        let biases = parameters.rows() - 1;
        assert!(output < parameters.columns() && input.is_none_or(|input| input < biases));
        (layer - 1, input.unwrap_or(biases), output)
    }

    /// Forgets what the optimizer remembers, and goes on with `optimizer`.
    pub fn reset_optimizer(&mut self, optimizer: Optimizer) {
        let (first, second) = match optimizer {
            Optimizer::Sgd => (false, false),
            Optimizer::Momentum { .. } => (true, false),
            Optimizer::Adam { .. } => (true, true),
        };
        for layer in &mut self.layers {
            let length = layer.parameters.values().len();
            layer.first = Aligned::zeros(if first { length } else { 0 });
            layer.second = Aligned::zeros(if second { length } else { 0 });
        }
        self.optimizer = optimizer;
        self.updates = 0;
    }

    /// Runs `inputs`, `(rows, inputs)` in standard layout, through the network, and returns the
    /// outputs, `(rows, outputs)`. All else that was computed is then in `workspace` too. Has
    /// nothing to do with training and its buffers.
    ///
    /// # Panics
    /// If there are more rows than the workspace was made for, or it was made for another
    /// architecture.
    pub fn forward<'w>(
        &self,
        inputs: ArrayView2<f32>,
        workspace: &'w mut Workspace,
    ) -> ArrayView2<'w, f32> {
        workspace.forward(self, inputs);
        workspace.outputs()
    }
}

impl Buffers {
    fn new(architecture: &Architecture, batch: usize) -> Self {
        let layers = architecture
            .layer_shapes()
            .map(|(_, neurons)| LayerBuffers {
                activations: Panels::zeros(batch, neurons),
                deltas: Panels::zeros(batch, neurons),
                largest_delta: 0.0,
                input_bound: 0.0,
            });
        Self {
            inputs: Panels::zeros(batch, architecture.inputs()),
            targets: Panels::zeros(batch, architecture.outputs()),
            layers: layers.collect(),
        }
    }
}
