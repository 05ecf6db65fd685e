//! Weights and biases in the layout of everything outside the engine.

use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::Architecture;

/// Parameters of one layer.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerParameters {
    /// `(outputs, inputs)`: row `j` holds the weights of neuron `j`, as PyTorch stores them.
    pub weights: Array2<f32>,
    /// `(outputs)`.
    pub biases: Array1<f32>,
}

/// Parameters of a network, layer 1 first.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// One entry per layer that has weights.
    pub layers: Vec<LayerParameters>,
}

/// One parameter of a network. `layer` is counted from 1, neurons from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ParameterId {
    /// Weight from neuron `input` of the layer before to neuron `output` of `layer`.
    Weight {
        /// The layer that the weight leads to.
        layer: usize,
        /// Neuron of that layer.
        output: usize,
        /// Neuron of the layer before.
        input: usize,
    },
    /// Bias of neuron `output` of `layer`.
    Bias {
        /// The neuron's layer.
        layer: usize,
        /// Neuron of that layer.
        output: usize,
    },
}

impl ParameterId {
    /// The weight to neuron `output` of `layer` from neuron `input` of the layer before.
    pub fn weight(layer: usize, output: usize, input: usize) -> Self {
        Self::Weight {
            layer,
            output,
            input,
        }
    }

    /// The bias of neuron `output` of `layer`.
    pub fn bias(layer: usize, output: usize) -> Self {
        Self::Bias { layer, output }
    }

    /// The layer that it leads to.
    pub fn layer(self) -> usize {
        match self {
            Self::Weight { layer, .. } | Self::Bias { layer, .. } => layer,
        }
    }

    /// The neuron of that layer.
    pub fn output(self) -> usize {
        match self {
            Self::Weight { output, .. } | Self::Bias { output, .. } => output,
        }
    }

    /// The neuron of the layer before that a weight comes from; none for a bias.
    pub fn input(self) -> Option<usize> {
        match self {
            Self::Weight { input, .. } => Some(input),
            Self::Bias { .. } => None,
        }
    }

    /// Whether a network of these `sizes`, inputs first, has it.
    pub fn is_in(self, sizes: &[usize]) -> bool {
        let layer = self.layer();
        layer >= 1
            && layer < sizes.len()
            && self.output() < sizes[layer]
            && self.input().is_none_or(|input| input < sizes[layer - 1])
    }
}

impl Parameters {
    /// All zero, shaped for `architecture`.
    pub fn zeros(architecture: &Architecture) -> Self {
        let layers = architecture
            .layer_shapes()
            .map(|(inputs, outputs)| LayerParameters {
                weights: Array2::zeros((outputs, inputs)),
                biases: Array1::zeros(outputs),
            })
            .collect();
        Self { layers }
    }

    /// Whether the shapes are those of `architecture`.
    pub fn fits(&self, architecture: &Architecture) -> bool {
        self.layers.len() == architecture.depth()
            && self.layers.iter().zip(architecture.layer_shapes()).all(
                |(layer, (inputs, outputs))| {
                    layer.weights.dim() == (outputs, inputs) && layer.biases.len() == outputs
                },
            )
    }

    /// Returns weights `(outputs, inputs)` and biases `(outputs)` of the single layer that all layers amount to
    /// where their activations are linear: `W = W_L ... W_1` and `b = b_L + W_L (... b_2 + W_2 b_1)`. Empty
    /// without layers.
    pub fn collapsed(&self) -> (Array2<f64>, Array1<f64>) {
        let wide = |layer: &LayerParameters| {
            let weights = layer.weights.mapv(f64::from);
            (weights, layer.biases.mapv(f64::from))
        };
        let layers = self.layers.iter().map(wide);
        let product = layers
            .reduce(|(weights, biases), (next, own)| (next.dot(&weights), next.dot(&biases) + own));
        product.unwrap_or_default()
    }

    /// Value of a parameter.
    ///
    /// # Panics
    /// If the network has no such parameter.
    pub fn get(&self, id: ParameterId) -> f32 {
        let layer = &self.layers[id.layer() - 1];
        match id.input() {
            Some(input) => layer.weights[[id.output(), input]],
            None => layer.biases[id.output()],
        }
    }

    /// Sets a parameter.
    ///
    /// # Panics
    /// If the network has no such parameter.
    pub fn set(&mut self, id: ParameterId, value: f32) {
        let layer = &mut self.layers[id.layer() - 1];
        match id.input() {
            Some(input) => layer.weights[[id.output(), input]] = value,
            None => layer.biases[id.output()] = value,
        }
    }

    /// Iterates over all parameters: of each layer the weights, output by output, then the biases.
    pub fn iter(&self) -> impl Iterator<Item = f32> {
        let layers = self.layers.iter();
        layers.flat_map(|layer| layer.weights.iter().chain(&layer.biases).copied())
    }

    /// Iterates over all parameters in the order of [`iter`](Self::iter).
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut f32> {
        let layers = self.layers.iter_mut();
        layers.flat_map(|layer| layer.weights.iter_mut().chain(&mut layer.biases))
    }

    /// Returns the index of a parameter in the order of [`iter`](Self::iter).
    pub fn index_of(&self, id: ParameterId) -> usize {
        let before = self.layers[..id.layer() - 1].iter();
        let before = before.map(|layer| layer.weights.len() + layer.biases.len());
        let weights = &self.layers[id.layer() - 1].weights;
        let within = match id.input() {
            Some(input) => id.output() * weights.ncols() + input,
            None => weights.len() + id.output(),
        };
        before.sum::<usize>() + within
    }

    /// Whether every number is finite.
    pub fn is_finite(&self) -> bool {
        self.iter().all(f32::is_finite)
    }
}
