//! Predictions for many rows.

use crate::data::Targets;
use crate::nn::engine::RowResult;
use crate::nn::output::predicted_class;
use crate::train::observation::{Probe, Scratch, Training};
use crate::train::{SampleId, Session, Set};

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

impl RowOutcome {
    /// Prediction of a network with the outputs `layer` for a row whose wanted outputs are `target`.
    pub(in crate::train) fn new(layer: RowResult<'_>, target: &[f32], is_number: bool) -> Self {
        let (class, output) = Self::prediction(layer.outputs, is_number);
        let loss = layer.loss(target);
        Self {
            class,
            output,
            loss,
        }
    }

    /// Predicted class and its output, or the only output of a regression.
    pub(super) fn prediction(outputs: &[f32], is_number: bool) -> (usize, f32) {
        let class = predicted_class(outputs);
        let output = match (is_number, outputs.len()) {
            (true, _) => outputs[0],
            (false, 1) if class == 0 => 1.0 - outputs[0],
            (false, 1) => outputs[0],
            (false, _) => outputs[class],
        };
        (class, output)
    }
}

impl Probe for OutcomeProbe {
    /// One prediction per row. Fewer if some of the rows do not exist.
    type Answer = Vec<RowOutcome>;

    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> Vec<RowOutcome> {
        outcomes(training.session, self.set, &self.rows, scratch)
    }
}

/// Predictions for `rows` of `set`, up to the first that does not exist.
pub(super) fn outcomes(
    session: &Session,
    set: Set,
    rows: &[u32],
    scratch: &mut Scratch,
) -> Vec<RowOutcome> {
    let samples = SampleId { set, index: 0 }.samples(session.data());
    let existing = rows.iter().map(|&row| row as usize);
    let rows: Vec<usize> = existing.take_while(|&row| row < samples.rows()).collect();
    let mut outcomes = Vec::with_capacity(rows.len());
    let is_number = matches!(samples.targets, Targets::Numbers { .. });
    scratch.passes(session, samples, &rows, |_, outputs, target| {
        outcomes.push(RowOutcome::new(outputs, target, is_number));
    });
    outcomes
}
