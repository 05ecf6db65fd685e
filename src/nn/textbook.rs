//! The network as a textbook derives it: one sample, `f64`, plain loops, every number kept.
//!
//! The fast engine is tested against this module, and the screen shows its numbers. The formulas
//! stand in the order in which Nielsen, *Neural Networks and Deep Learning* (2015), chapters 1 and
//! 2, and the tutorial this program grew from derive them:
//!
//! 1. forward: `z_j = sum_i w_ji a_i + b_j`, `a_j = f(z_j)`;
//! 2. output to hidden: `delta_j = dC/dz_j` from the loss;
//! 3. hidden to input: `delta_i = f'(z_i) sum_j w_ji delta_j`. It sums over all outputs, and reuses
//!    what was already computed;
//! 4. gradients: `dC/dw_ji = a_i delta_j`, `dC/db_j = delta_j`;
//! 5. update: see [`optimizer`](super::optimizer).

use super::optimizer::{ParameterState, UpdateFormula};
use super::{Architecture, LearningRule, Parameters};

/// A network in `f64`.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// Layers with weights, layer 1 first.
    pub layers: Vec<Layer>,
    /// Shape and functions.
    pub architecture: Architecture,
}

/// One layer's parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// `weights[j][i]`: from neuron `i` of the layer before to neuron `j` of this one.
    pub weights: Vec<Vec<f64>>,
    /// `biases[j]`.
    pub biases: Vec<f64>,
}

/// All that the forward pass computes for one sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Forward {
    /// `z[l][j]` of layer `l + 1`.
    pub z: Vec<Vec<f64>>,
    /// `a[l][j]` of layer `l`; `a[0]` are the inputs.
    pub a: Vec<Vec<f64>>,
    /// `masks[l][j]`: factor of `a[l + 1][j]` by dropout; empty without.
    pub masks: Vec<Vec<f64>>,
}

impl Forward {
    /// Activations of the output layer.
    pub fn outputs(&self) -> &[f64] {
        &self.a[self.a.len() - 1]
    }
}

/// All that the backward pass computes for one sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Backward {
    /// The loss `C`.
    pub loss: f64,
    /// `delta[l][j] = dC/dz_j` of layer `l + 1`.
    pub delta: Vec<Vec<f64>>,
    /// `dC/dw` and `dC/db`, shaped as the parameters.
    pub gradient: Vec<Layer>,
}

impl Network {
    /// The textbook's copy of `parameters`, which are shaped for `architecture`.
    pub fn new(architecture: &Architecture, parameters: &Parameters) -> Self {
        debug_assert!(parameters.fits(architecture));
        let layers = parameters.layers.iter().map(|layer| Layer {
            weights: layer
                .weights
                .outer_iter()
                .map(|row| row.iter().map(|&w| f64::from(w)).collect())
                .collect(),
            biases: layer.biases.iter().map(|&b| f64::from(b)).collect(),
        });
        Self {
            layers: layers.collect(),
            architecture: architecture.clone(),
        }
    }

    /// Runs `inputs`, one number per input neuron, through the network.
    pub fn forward(&self, inputs: &[f64]) -> Forward {
        self.forward_with(inputs, Vec::new())
    }

    /// Runs `inputs` through the network with dropout: `masks[l][j]` is the factor of the activation of neuron `j`
    /// of layer `l + 1`, 0 or `1 / (1 - p)`, in every hidden layer. Without masks there is none.
    pub fn forward_with(&self, inputs: &[f64], masks: Vec<Vec<f64>>) -> Forward {
        let (hidden, output) = (self.architecture.hidden(), self.architecture.output());
        let mut z = Vec::with_capacity(self.layers.len());
        let mut a = vec![inputs.to_vec()];
        for (l, layer) in self.layers.iter().enumerate() {
            let weighted: Vec<f64> = layer
                .weights
                .iter()
                .zip(&layer.biases)
                .map(|(w, b)| dot(w, &a[l]) + b)
                .collect();
            let mut activations = if l + 1 == self.layers.len() {
                output.values(&weighted)
            } else {
                weighted.iter().map(|&z| hidden.value(z)).collect()
            };
            if let Some(mask) = masks.get(l) {
                multiply(&mut activations, mask);
            }
            a.push(activations);
            z.push(weighted);
        }
        Forward { z, a, masks }
    }

    /// Loss of the sample whose forward pass is `forward`; one target per output neuron.
    pub fn loss(&self, forward: &Forward, targets: &[f64]) -> f64 {
        let logits = &forward.z[forward.z.len() - 1];
        let (output, loss) = (self.architecture.output(), self.architecture.loss());
        loss.value(output, logits, forward.outputs(), targets)
    }

    /// Propagates the error of the sample whose forward pass is `forward` back through the layers.
    pub fn backward(&self, forward: &Forward, targets: &[f64]) -> Backward {
        let delta = self.deltas(forward, targets);
        let gradient = delta
            .iter()
            .zip(&forward.a)
            .map(|(delta, before)| Layer {
                weights: delta
                    .iter()
                    .map(|d| before.iter().map(|a| a * d).collect())
                    .collect(),
                biases: delta.clone(),
            })
            .collect();
        Backward {
            loss: self.loss(forward, targets),
            delta,
            gradient,
        }
    }

    /// The deltas alone: `delta[l][j] = dC/dz_j` of layer `l + 1`, from the last layer to the first.
    pub fn deltas(&self, forward: &Forward, targets: &[f64]) -> Vec<Vec<f64>> {
        let last = self.layers.len() - 1;
        let mut delta = vec![Vec::new(); last + 1];
        let (output, loss) = (self.architecture.output(), self.architecture.loss());
        delta[last] = loss.delta(output, forward.outputs(), targets);
        for l in (0..last).rev() {
            delta[l] = self.hidden_delta(l, forward, &delta[l + 1]);
        }
        delta
    }

    /// Second derivation, hidden to input: the delta of layer `l + 1` from that of the next layer.
    fn hidden_delta(&self, l: usize, forward: &Forward, next_delta: &[f64]) -> Vec<f64> {
        let (hidden, z) = (self.architecture.hidden(), &forward.z[l]);
        let sums = self.sums_back(l + 1, next_delta);
        let neurons = sums.iter().zip(z).zip(&forward.a[l + 1]);
        let mut delta: Vec<f64> = neurons
            .map(|((sum, &z), &a)| match forward.masks.get(l) {
                None => hidden.derivative(z, a) * sum,
                Some(_) => hidden.derivative(z, hidden.value(z)) * sum,
            })
            .collect();
        // Dropout scales the activation, so its derivative too.
        if let Some(mask) = forward.masks.get(l) {
            multiply(&mut delta, mask);
        }
        delta
    }

    /// Sums `w_ji delta_j` over the neurons `j` of layer `l + 1`, one for each neuron `i` of the layer before.
    fn sums_back(&self, l: usize, delta: &[f64]) -> Vec<f64> {
        let layer = &self.layers[l];
        let mut sums = vec![0.0; layer.weights.first().map_or(0, Vec::len)];
        // Weights lie by the neuron they lead to, so the sums over these grow side by side.
        for (weights, delta) in layer.weights.iter().zip(delta) {
            for (sum, w) in sums.iter_mut().zip(weights) {
                *sum += w * delta;
            }
        }
        sums
    }

    /// Gradient of the loss with respect to the inputs, `dC/dx_i = sum_j w_ji delta_j`: the second derivation, one layer
    /// further.
    pub fn input_gradient(&self, forward: &Forward, targets: &[f64]) -> Vec<f64> {
        self.sums_back(0, &self.deltas(forward, targets)[0])
    }

    /// Mean loss and mean gradient of a mini-batch: rows of inputs with their targets.
    pub fn mean_gradient(&self, inputs: &[Vec<f64>], targets: &[Vec<f64>]) -> (f64, Vec<Layer>) {
        let mut loss = 0.0;
        let mut mean: Vec<Layer> = self.layers.iter().map(Layer::zeros_like).collect();
        let share = 1.0 / inputs.len() as f64;
        for (x, y) in inputs.iter().zip(targets) {
            let sample = self.backward(&self.forward(x), y);
            loss += share * sample.loss;
            for (sum, part) in mean.iter_mut().zip(&sample.gradient) {
                sum.add_scaled(share, part);
            }
        }
        (loss, mean)
    }
}

impl Layer {
    /// A layer of the same shape, all zero.
    pub(crate) fn zeros_like(&self) -> Self {
        Self {
            weights: self
                .weights
                .iter()
                .map(|row| vec![0.0; row.len()])
                .collect(),
            biases: vec![0.0; self.biases.len()],
        }
    }

    fn add_scaled(&mut self, factor: f64, other: &Self) {
        for (row, other) in self.weights.iter_mut().zip(&other.weights) {
            row.iter_mut()
                .zip(other)
                .for_each(|(x, y)| *x += factor * y);
        }
        let biases = self.biases.iter_mut().zip(&other.biases);
        biases.for_each(|(x, y)| *x += factor * y);
    }
}

fn multiply(values: &mut [f64], factors: &[f64]) {
    let pairs = values.iter_mut().zip(factors);
    pairs.for_each(|(value, factor)| *value *= factor);
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// State of the optimizer for a whole network: one [`ParameterState`] per parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Updates {
    layers: Vec<(Vec<Vec<ParameterState>>, Vec<ParameterState>)>,
}

impl Updates {
    /// Creates the state before the first update, all zero.
    pub fn new(network: &Network) -> Self {
        let zeros = |row: &[f64]| vec![ParameterState::default(); row.len()];
        let layers = network.layers.iter().map(|layer| {
            let weights = layer.weights.iter().map(|row| zeros(row)).collect();
            (weights, zeros(&layer.biases))
        });
        Self {
            layers: layers.collect(),
        }
    }

    /// Applies one update to every parameter of `network`. `gradient` is the mean over the mini-batch,
    /// without weight decay.
    pub fn apply(&mut self, rule: &LearningRule, gradient: &[Layer], network: &mut Network) {
        let for_weights = UpdateFormula::new(rule);
        let for_biases = UpdateFormula::new(&rule.without_decay());
        for ((memory, gradient), layer) in self
            .layers
            .iter_mut()
            .zip(gradient)
            .zip(&mut network.layers)
        {
            for ((memory, gradient), weights) in memory
                .0
                .iter_mut()
                .zip(&gradient.weights)
                .zip(&mut layer.weights)
            {
                for ((memory, g), w) in memory.iter_mut().zip(gradient).zip(weights) {
                    *w += for_weights.apply(memory, *g, *w);
                }
            }
            let biases = memory
                .1
                .iter_mut()
                .zip(&gradient.biases)
                .zip(&mut layer.biases);
            for ((memory, &g), b) in biases {
                *b += for_biases.apply(memory, g, *b);
            }
        }
    }
}
