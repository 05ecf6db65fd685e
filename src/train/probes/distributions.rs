//! Distributions of everything in a layer, for a log.

use crate::train::observation::{Probe, Scratch, Training};
use crate::util::stats::Buckets;

/// Asks for the distributions of each layer's parameters, gradients and activations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DistributionProbe;

/// Distributions of a layer.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerDistributions {
    /// Weights.
    pub weights: Buckets,
    /// Biases.
    pub biases: Buckets,
    /// Gradient of the loss over the next mini-batch with respect to the weights; `None` if it is not finite.
    pub gradients: Option<Buckets>,
    /// Activations of all neurons over the probe rows.
    pub activations: Buckets,
}

impl Probe for DistributionProbe {
    /// One entry per layer, layer 1 first.
    type Answer = Vec<LayerDistributions>;

    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> Self::Answer {
        let session = training.session;
        let gradient = session.gradient_of_next_step();
        let pass = scratch.probe_pass(session);
        let depth = session.architecture().depth();
        let activations: Vec<Buckets> = (1..=depth)
            .map(|layer| Buckets::of(&pass.activations(layer)))
            .collect();
        let layers = scratch.parameters(session).layers.iter().enumerate();
        let layers = layers.zip(activations);
        layers
            .map(|((l, layer), activations)| LayerDistributions {
                weights: Buckets::of(&layer.weights),
                biases: Buckets::of(&layer.biases),
                gradients: gradient
                    .as_ref()
                    .map(|gradient| Buckets::of(&gradient.layers[l].weights)),
                activations,
            })
            .collect()
    }
}
