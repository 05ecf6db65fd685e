//! Every number that the textbook computes for a row, or for the rows of the next mini-batch.

use super::RowProbe;
use crate::nn::textbook::{Backward, Forward, Layer, Network};
use crate::nn::{Optimizer, WeightDecay};
use crate::train::inspection::Rows;
use crate::train::observation::{Probe, Scratch, Training};
use crate::train::{SampleId, Set};

/// Largest network that is traced, in weights and biases.
const MAX_PARAMETERS: usize = 10_000;
/// Largest mini-batch that is traced.
const MAX_ROWS: usize = 1000;

/// Asks for the numbers of a row, or of every row of the next mini-batch.
#[derive(Debug, Clone, PartialEq)]
pub enum TraceProbe {
    /// The shown row.
    Row(RowProbe),
    /// The next mini-batch.
    Step,
}

/// A network, and its forward and backward pass of some rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The network.
    pub network: Network,
    /// The rows in order.
    pub rows: Vec<RowTrace>,
    /// Learning rate of the next step, if it is that of plain gradient descent: the new weights are the old ones less
    /// the mean gradient times this.
    pub descent: Option<f64>,
}

/// Forward and backward pass of one row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowTrace {
    /// The row.
    pub sample: SampleId,
    /// One target per output.
    pub targets: Vec<f64>,
    /// `z` and `a`.
    pub forward: Forward,
    /// Loss, deltas and gradients.
    pub backward: Backward,
}

impl Trace {
    /// Computes the mean gradient over the rows.
    pub fn mean_gradient(&self) -> Vec<Layer> {
        let inputs: Vec<Vec<f64>> = self
            .rows
            .iter()
            .map(|row| row.forward.a[0].clone())
            .collect();
        let targets: Vec<Vec<f64>> = self.rows.iter().map(|row| row.targets.clone()).collect();
        self.network.mean_gradient(&inputs, &targets).1
    }
}

impl Probe for TraceProbe {
    /// `None` for a large network or mini-batch, with dropout, and if there is no such row.
    type Answer = Option<Trace>;

    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> Option<Trace> {
        let session = training.session;
        let architecture = session.architecture();
        let regularisation = session.plan().regularisation;
        let is_small = architecture.parameter_count() <= MAX_PARAMETERS as u128;
        if !is_small || regularisation.dropout.get() > 0.0 || session.next_rows().len() > MAX_ROWS {
            return None;
        }
        let rows = match self {
            Self::Row(row) => row.rows(session)?.1,
            Self::Step => Rows::of_next_step(session, MAX_ROWS),
        };
        let samples: Vec<SampleId> = match self {
            Self::Row(row) => vec![row.sample],
            Self::Step => {
                let rows = session.next_rows().iter();
                let sample = |&row: &u32| SampleId {
                    set: Set::Training,
                    index: row as usize,
                };
                rows.map(sample).collect()
            }
        };
        let network = Network::new(architecture, scratch.parameters(session));
        let pairs = rows.inputs.outer_iter().zip(rows.targets.outer_iter());
        let rows = pairs.zip(samples).map(|((inputs, targets), sample)| {
            let inputs: Vec<f64> = inputs.iter().map(|&input| input.into()).collect();
            let targets: Vec<f64> = targets.iter().map(|&target| target.into()).collect();
            let forward = network.forward(&inputs);
            let backward = network.backward(&forward, &targets);
            RowTrace {
                sample,
                targets,
                forward,
                backward,
            }
        });
        let rows = rows.collect();
        let rule = session.rule();
        let is_plain = rule.optimizer == Optimizer::SGD
            && rule.weight_decay == WeightDecay::ZERO
            && regularisation.clip.is_none()
            && !session.has_frozen();
        Some(Trace {
            network,
            rows,
            descent: is_plain.then(|| rule.learning_rate.get()),
        })
    }
}
