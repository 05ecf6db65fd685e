//! The state of an engine without its buffers and threads.

use super::partition::NeuronShare;
use super::two_threads::Pair;
use super::{Engine, One, State};
use crate::nn::kernels::VectorUnit;
use crate::nn::{Architecture, Optimizer, Parameters};

/// Parameters and optimizer state of an [`Engine`]. An engine restored from it continues bit-identically.
#[derive(Debug, Clone)]
pub struct EngineSnapshot {
    architecture: Architecture,
    unit: VectorUnit,
    /// One share per thread, in order.
    neurons: Vec<NeuronShare>,
    /// Whether two threads share every step, even if that is not faster.
    always_shared: bool,
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
            always_shared: match &self.state {
                State::One(_) => false,
                State::Two(pair) => pair.is_always_shared(),
            },
            optimizer: self.optimizer,
            updates: self.updates,
        }
    }

    /// Restores an engine, on as many threads as before, for mini-batches of up to `batch` rows.
    pub(crate) fn from_snapshot(snapshot: EngineSnapshot, batch: usize) -> Self {
        let EngineSnapshot {
            architecture,
            unit,
            mut neurons,
            always_shared,
            optimizer,
            updates,
        } = snapshot;
        let second = if neurons.len() == 2 {
            neurons.pop()
        } else {
            None
        };
        let first = neurons.pop().expect("there is a share for each thread");
        let state = match second {
            Some(second) => {
                let shares = [first, second];
                State::Two(Pair::new(&architecture, unit, shares, batch, always_shared))
            }
            None => State::One(Box::new(One::new(&architecture, unit, first, batch))),
        };
        Self {
            architecture,
            unit,
            state,
            optimizer,
            updates,
            batch,
        }
    }
}

impl EngineSnapshot {
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
