//! A network's numbers, apart from the buffers and threads that work on them.

use super::partition::NeuronShare;
use super::two_threads::Pair;
use super::{Engine, One, State};
use crate::nn::kernels::VectorUnit;
use crate::nn::{Architecture, Optimizer};

/// All that decides what an [`Engine`] does next: its parameters, and what its optimizer remembers.
/// An engine made from it goes on as the one it was taken of, bit for bit.
#[derive(Debug, Clone)]
pub struct EngineSnapshot {
    architecture: Architecture,
    unit: VectorUnit,
    /// One for each thread, in their order.
    neurons: Vec<NeuronShare>,
    /// Whether two threads share steps even if that gains nothing.
    always_shared: bool,
    optimizer: Optimizer,
    updates: u32,
}

impl Engine {
    /// The numbers as they are now.
    pub fn memento(&self) -> EngineSnapshot {
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

    /// A network with the numbers of `memento`, on as many threads, for mini-batches of up to
    /// `batch` rows.
    pub fn from_memento(memento: EngineSnapshot, batch: usize) -> Self {
        let EngineSnapshot {
            architecture,
            unit,
            mut neurons,
            always_shared,
            optimizer,
            updates,
        } = memento;
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
    /// The network's architecture.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }
}
