//! Gradient of one row's loss with respect to the inputs.

use super::RowProbe;
use crate::nn::textbook::Network;
use crate::train::observation::{Probe, Scratch, Training};

/// Asks for the gradient of the shown row's loss with respect to the network's inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct InputGradientProbe {
    /// The shown row.
    pub row: RowProbe,
}

impl Probe for InputGradientProbe {
    /// `dC/dx` of each input, by the textbook; empty if there is no such row.
    type Answer = Vec<f64>;

    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> Vec<f64> {
        let session = training.session;
        let Some((_, row)) = self.row.rows(session) else {
            return Vec::new();
        };
        let network = Network::new(session.architecture(), scratch.parameters(session));
        let wide =
            |row: &ndarray::Array2<f32>| -> Vec<f64> { row.iter().map(|&x| x.into()).collect() };
        let forward = network.forward(&wide(&row.inputs));
        network.input_gradient(&forward, &wide(&row.targets))
    }
}
