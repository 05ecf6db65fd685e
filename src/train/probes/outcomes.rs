//! Predictions for many rows.

use ndarray::ArrayViewMut1;

use crate::data::Targets;
use crate::nn::output::predicted_class;
use crate::train::observation::{Probe, Scratch, Training};
use crate::train::{SampleId, Set};

/// Asks for the predictions for some rows.
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomeProbe {
    /// Set of the rows.
    pub set: Set,
    /// Indices of the rows in the set.
    pub rows: Vec<u32>,
}

/// Prediction for a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowOutcome {
    /// Predicted class.
    pub class: usize,
    /// Output of that class; the only one for regression. Where a single output separates two classes,
    /// the probability of the predicted one.
    pub output: f32,
    /// Loss of the row.
    pub loss: f64,
}

impl Probe for OutcomeProbe {
    /// One prediction per row. Fewer if some of the rows do not exist.
    type Answer = Vec<RowOutcome>;

    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> Vec<RowOutcome> {
        let session = training.session;
        let architecture = session.architecture();
        let first = SampleId {
            set: self.set,
            index: 0,
        };
        let samples = first.samples(session.data());
        let existing = self.rows.iter().map(|&row| row as usize);
        let rows: Vec<usize> = existing.take_while(|&row| row < samples.rows()).collect();
        let mut target = vec![0.0; architecture.outputs()];
        let mut outcomes = Vec::with_capacity(rows.len());
        scratch.passes(session, samples, &rows, |rows, pass| {
            for (layer, &row) in pass.output_rows().zip(rows) {
                samples
                    .targets
                    .write(row, ArrayViewMut1::from(&mut target[..]));
                let outputs = layer.outputs;
                let class = predicted_class(outputs);
                let output = match (&samples.targets, outputs.len()) {
                    (Targets::Numbers { .. }, _) => outputs[0],
                    (Targets::Classes(_), 1) if class == 0 => 1.0 - outputs[0],
                    (Targets::Classes(_), 1) => outputs[0],
                    _ => outputs[class],
                };
                outcomes.push(RowOutcome {
                    class,
                    output,
                    loss: layer.loss(&target),
                });
            }
        });
        outcomes
    }
}
