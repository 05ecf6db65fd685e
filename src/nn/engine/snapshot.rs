//! The state of an engine without its buffers and threads.

use super::partition::NeuronShare;
use super::{Engine, Resources, State, Threads};
use crate::kernels::VectorUnit;
use crate::{Architecture, Optimizer, Parameters};

/// Parameters and optimizer state of an [`Engine`]. An engine restored from it continues bit-identically.
#[derive(Debug, Clone)]
pub struct EngineSnapshot {
    architecture: Architecture,
    unit: VectorUnit,
    /// All shares, in order.
    neurons: Vec<NeuronShare>,
    threads: Threads,
    optimizer: Optimizer,
    updates: u64,
}

impl Engine {
    /// Copies the state.
    pub fn snapshot(&self) -> EngineSnapshot {
        let neurons = self
            .state
            .read(|shares| shares.iter().map(|&share| share.clone()).collect());
        EngineSnapshot {
            architecture: self.architecture.clone(),
            unit: self.unit,
            neurons,
            threads: self.threads,
            optimizer: self.optimizer,
            updates: self.updates,
        }
    }

    /// Restores an engine, on as many threads as before, for mini-batches of up to `batch` rows.
    pub fn from_snapshot(snapshot: EngineSnapshot, batch: usize) -> Self {
        let EngineSnapshot {
            architecture,
            unit,
            neurons,
            threads,
            optimizer,
            updates,
        } = snapshot;
        let state = State::new(&architecture, unit, neurons, batch, threads);
        Self {
            architecture,
            unit,
            state,
            optimizer,
            updates,
            batch,
            threads,
        }
    }
}

impl EngineSnapshot {
    /// Creates the state of an engine on `resources` with these parameters and this optimizer's state after
    /// `updates` updates. `state` holds the values that the optimizer keeps for each parameter, in its
    /// order and the shape of the parameters; without any they are zero.
    ///
    /// # Panics
    /// If shapes differ from those of `architecture`.
    pub fn new(
        architecture: &Architecture,
        parameters: &Parameters,
        (optimizer, updates): (Optimizer, u64),
        state: &[Parameters],
        resources: Resources,
    ) -> Self {
        let is_fitting = |numbers: &Parameters| numbers.fits(architecture);
        assert!(is_fitting(parameters) && state.iter().all(is_fitting));
        let unit = resources.instructions.unit_for(architecture.sizes());
        let mut neurons = NeuronShare::whole(architecture, unit);
        neurons.reset_state(optimizer);
        for (l, layer) in neurons.layers.iter_mut().enumerate() {
            layer.copy_from(&parameters.layers[l]);
            for (kind, values) in state.iter().enumerate() {
                layer.copy_state_from(kind, &values.layers[l]);
            }
        }
        Self {
            architecture: architecture.clone(),
            unit,
            neurons: vec![neurons],
            threads: resources.threads,
            optimizer,
            updates,
        }
    }

    /// Copies the values that the optimizer keeps, one set in the shape of the parameters for each value.
    pub fn optimizer_state(&self) -> Vec<Parameters> {
        let copy = |kind| {
            let mut values = Parameters::zeros(&self.architecture);
            for share in &self.neurons {
                for (layer, into) in share.layers.iter().zip(&mut values.layers) {
                    layer.copy_state_to(kind, into);
                }
            }
            values
        };
        (0..self.optimizer.state_len()).map(copy).collect()
    }

    /// Returns the optimizer whose state it holds.
    pub fn optimizer(&self) -> Optimizer {
        self.optimizer
    }

    /// Returns the number of updates since the optimizer's state was zero.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Returns the network's architecture.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Copies the parameters.
    pub fn parameters(&self) -> Parameters {
        let mut parameters = Parameters::zeros(&self.architecture);
        for share in &self.neurons {
            share.copy_to(&mut parameters);
        }
        parameters
    }
}
