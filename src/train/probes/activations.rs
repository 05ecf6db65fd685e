//! Distribution of activations over the probe rows.

use crate::train::health::dead_neurons;
use crate::train::observation::{Probe, Scratch, Training};
use crate::util::stats::Histogram;

/// Asks for the distribution of each layer's activations over the probe rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ActivationProbe;

/// Activations of a layer over the probe rows.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerActivations {
    /// Histogram of the activations of all neurons.
    pub histogram: Histogram,
    /// Number of dead neurons: their activation is the same for every probe row. 0 for outputs.
    pub dead: usize,
}

impl Probe for ActivationProbe {
    /// One entry per layer, layer 1 first.
    type Answer = Vec<LayerActivations>;

    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> Self::Answer {
        let pass = scratch.probe_pass(training.session);
        let depth = training.session.architecture().depth();
        let layers = (1..=depth).map(|layer| {
            let activations = pass.activations(layer);
            let dead = dead_neurons(activations).count();
            LayerActivations {
                dead: if layer < depth { dead } else { 0 },
                histogram: Histogram::of(&activations),
            }
        });
        layers.collect()
    }
}
