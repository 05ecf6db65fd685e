//! The optimizer's state, to be shown.

use super::{Engine, NeuronShare};
use crate::optimizer::{MAX_STATE, ParameterState};
use crate::parameters::ParameterId;

impl Engine {
    /// Returns the optimizer's state for one parameter.
    ///
    /// # Panics
    /// If there is no such parameter.
    pub fn optimizer_state(&self, id: ParameterId) -> ParameterState {
        let (layer, row, neuron) = self.place(id);
        let in_share = |share: &NeuronShare| {
            let layer = &share.layers[layer];
            let neurons = layer.neurons();
            let column = neurons.contains(&neuron).then(|| neuron - neurons.start)?;
            let position = layer.parameters.position(row, column);
            let mut state = [0.0; MAX_STATE];
            for (to, values) in state.iter_mut().zip(&layer.state) {
                *to = f64::from(values[position]);
            }
            Some(state)
        };
        let found = self
            .state
            .read(|shares| shares.iter().find_map(|share| in_share(share)));
        ParameterState {
            state: found.expect("a share has every neuron"),
            count: self.updates,
        }
    }
}
