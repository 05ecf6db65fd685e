//! What the optimizer remembers, for whoever wants to see it.

use super::{Engine, NeuronShare};
use crate::nn::parameters::ParameterId;

impl Engine {
    /// What the optimizer remembers of one parameter: momentum's velocity or Adam's mean of gradients,
    /// and Adam's mean of their squares; zero where its rule remembers no such thing.
    ///
    /// # Panics
    /// If there is no such parameter.
    pub fn moments(&self, id: ParameterId) -> (f32, f32) {
        let (layer, row, neuron) = self.place(id);
        let in_share = |share: &NeuronShare| {
            let layer = &share.layers[layer];
            let neurons = layer.neurons();
            let column = neurons.contains(&neuron).then(|| neuron - neurons.start)?;
            // The memory lies in the order of the parameters, or is empty.
            let position = layer.parameters.position(row, column);
            let at = |memory: &[f32]| memory.get(position).copied().unwrap_or(0.0);
            Some((at(&layer.first), at(&layer.second)))
        };
        let found = self
            .state
            .read(|shares| shares.iter().find_map(|share| in_share(share)));
        found.expect("a share has every neuron")
    }
}
