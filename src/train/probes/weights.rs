//! Weights: their distribution, some of them between neurons, and all into some neurons.

use ndarray::Array2;

use crate::train::observation::{Probe, Scratch, Training};
use crate::util::stats::Histogram;

/// Asks for a histogram of each layer's weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightProbe;

impl Probe for WeightProbe {
    /// One histogram per layer, layer 1 first.
    type Answer = Vec<Histogram>;

    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> Vec<Histogram> {
        let layers = &scratch.parameters(training.session).layers;
        layers
            .iter()
            .map(|layer| Histogram::of(&layer.weights))
            .collect()
    }
}

/// Asks for the weights between some neurons of neighbouring layers.
#[derive(Debug, Clone, PartialEq)]
pub struct EdgeProbe {
    /// Neurons of each layer, inputs first.
    pub neurons: Vec<Vec<usize>>,
}

/// Weights between some neurons of neighbouring layers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Edges {
    /// Weights into each layer, layer 1 first: `(neurons there, neurons before)`. 0 where there is no
    /// such neuron.
    pub weights: Vec<Array2<f32>>,
    /// Largest absolute weight of each whole layer.
    pub largest: Vec<f32>,
    /// Changes of `weights` by the update that the phase stepper did last, in the same shapes; empty
    /// if its last phase was another.
    pub changes: Vec<Array2<f32>>,
}

impl Probe for EdgeProbe {
    type Answer = Edges;

    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> Edges {
        let parameters = scratch.parameters(training.session);
        let layers = &parameters.layers;
        let between = |value: &dyn Fn(usize, (usize, usize)) -> Option<f32>| {
            let pairs = self.neurons.windows(2).take(layers.len()).enumerate();
            let matrices = pairs.map(|(layer, pair)| {
                let (inputs, outputs) = (&pair[0], &pair[1]);
                Array2::from_shape_fn((outputs.len(), inputs.len()), |(j, i)| {
                    value(layer, (outputs[j], inputs[i])).unwrap_or(0.0)
                })
            });
            matrices.collect()
        };
        let weight = |layer: usize, at| layers[layer].weights.get(at).copied();
        let before = training.stepper.and_then(|stepper| stepper.before_update());
        let changes = before.map(|before| {
            between(&|layer, at| {
                let before = before.layers.get(layer)?.weights.get(at)?;
                Some(weight(layer, at)? - before)
            })
        });
        let largest = layers.iter().map(|layer| {
            let absolute = layer.weights.iter().map(|weight| weight.abs());
            absolute.fold(0.0, f32::max)
        });
        Edges {
            weights: between(&weight),
            largest: largest.collect(),
            changes: changes.unwrap_or_default(),
        }
    }
}

/// Asks for all weights into some neurons of layer 1.
#[derive(Debug, Clone, PartialEq)]
pub struct IncomingWeightProbe {
    /// The neurons.
    pub neurons: Vec<usize>,
}

impl Probe for IncomingWeightProbe {
    /// `(neurons, inputs)`. 0 where there is no such neuron.
    type Answer = Array2<f32>;

    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> Array2<f32> {
        let weights = &scratch.parameters(training.session).layers[0].weights;
        Array2::from_shape_fn((self.neurons.len(), weights.ncols()), |(j, i)| {
            let weight = weights.get((self.neurons[j], i));
            weight.copied().unwrap_or(0.0)
        })
    }
}
