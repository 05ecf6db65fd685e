//! Evaluation: loss, accuracy or R², confusion matrix and worst rows of a data set.

use ndarray::{Array2, Axis};

use super::probes::RowOutcome;
use super::top_losses::Worst;
use crate::data::{ClassScores, Confusion, ErrorSums, Ranking, Samples, Scores, Targets};
use crate::nn::Architecture;
use crate::nn::engine::{CHUNK, Engine, Passes};
use crate::nn::output::predicted_class;

/// Maximum number of rows whose true and predicted numbers are kept.
pub(crate) const PAIRS: usize = 1000;

/// Predictions for a set of rows, and the worst of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcomes {
    /// Predictions against true values.
    pub predictions: Predictions,
    /// Misclassified rows, largest loss first, at most 1000. For regression all rows count.
    pub worst: Vec<u32>,
    /// Prediction for each of the worst rows.
    pub worst_outcomes: Vec<RowOutcome>,
}

/// Predictions against true values.
#[derive(Debug, Clone, PartialEq)]
pub enum Predictions {
    /// Classification.
    Classes(Confusion),
    /// Regression: pairs (true, predicted) in the target's unit, of at most [`PAIRS`] rows, evenly
    /// chosen.
    Numbers(Vec<(f32, f32)>),
}

impl Outcomes {
    /// Returns the confusion matrix; none for regression.
    pub fn confusion(&self) -> Option<&Confusion> {
        match &self.predictions {
            Predictions::Classes(confusion) => Some(confusion),
            Predictions::Numbers(_) => None,
        }
    }
}

/// Scores of the current parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Scores over all training rows.
    pub training: Scores,
    /// Scores over all validation rows, if there are any.
    pub validation: Option<Scores>,
    /// Predictions for the validation rows, or for the training rows without validation rows.
    pub outcomes: Outcomes,
    /// Scores over the held-out test rows, if there are any.
    pub test: Option<Scores>,
}

/// Buffers for evaluation, separate from those of training.
pub(crate) struct Evaluator {
    pub(super) passes: Passes,
    targets: Array2<f32>,
}

impl Evaluator {
    /// Allocates buffers for networks shaped like that of `engine`.
    pub fn new(engine: &Engine) -> Self {
        Self {
            passes: Passes::new(engine),
            targets: Array2::zeros((CHUNK, engine.architecture().outputs())),
        }
    }

    /// Evaluates `engine` on all of `samples`, with the scores that `depth` asks for. The scores of no rows are NaN.
    pub fn evaluate(
        &mut self,
        engine: &Engine,
        samples: &Samples,
        depth: Depth,
    ) -> (Scores, Outcomes) {
        let rows = samples.rows();
        let mut tally = Tally::new(engine.architecture(), rows, depth);
        if let (Some(ranking), Targets::Classes(_)) = (&mut tally.ranking, &samples.targets) {
            ranking.reserve(rows);
        }
        let mut loss = 0.0;
        let targets = &mut self.targets;
        let is_number = matches!(samples.targets, Targets::Numbers { .. });
        let inputs = |rows| samples.inputs(rows);
        self.passes.run(engine, rows, inputs, |rows, workspace| {
            let mut targets = targets.slice_axis_mut(Axis(0), (..rows.len()).into());
            for (row, out) in rows.clone().zip(targets.outer_iter_mut()) {
                samples.targets.write(row, out);
            }
            loss += workspace.loss(targets.view());
            let outputs = workspace.output_rows();
            for ((row, outputs), targets) in rows.zip(outputs).zip(targets.outer_iter()) {
                if !tally.add(&samples.targets, row, outputs.outputs) {
                    let targets = targets.to_slice().expect("a row of a matrix");
                    let outcome = RowOutcome::new(outputs, targets, is_number);
                    tally.worst.add(row as u32, outcome);
                }
            }
        });
        tally.scores(loss, rows, &samples.targets)
    }
}

/// Scores to compute in an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Those that need no sorting, as after every epoch.
    Epoch,
    /// All of them.
    Full,
}

/// Creates an empty ranking of rows by the outputs of a network for classes; a single output is that of the second of two.
pub(crate) fn ranking_of(architecture: &Architecture) -> Ranking {
    let (outputs, function) = (architecture.outputs(), architecture.output());
    let are_probabilities = function.sums_to_one() || outputs == 1 && function.is_fraction();
    Ranking::new(outputs.max(2), are_probabilities)
}

/// Running sums over the evaluated rows.
pub(super) struct Tally {
    confusion: Confusion,
    ranking: Option<Ranking>,
    errors: ErrorSums,
    pairs: Vec<(f32, f32)>,
    /// Rows between two kept pairs.
    stride: usize,
    worst: Worst,
}

impl Tally {
    pub fn new(architecture: &Architecture, rows: usize, depth: Depth) -> Self {
        Self {
            pairs: Vec::new(),
            stride: rows.div_ceil(PAIRS).max(1),
            // A single output tells two classes apart.
            confusion: Confusion::new(architecture.outputs().max(2)),
            ranking: (depth == Depth::Full).then(|| ranking_of(architecture)),
            errors: ErrorSums::default(),
            worst: Worst::default(),
        }
    }

    /// Adds `row`. Returns whether it was classified correctly; false for regression.
    pub fn add(&mut self, targets: &Targets, row: usize, outputs: &[f32]) -> bool {
        match targets {
            Targets::Classes(labels) => {
                let (label, predicted) = (labels[row] as usize, predicted_class(outputs));
                self.confusion.add(label, predicted);
                if let Some(ranking) = &mut self.ranking {
                    ranking.add(label, outputs);
                }
                predicted == label
            }
            Targets::Numbers { values, scale } => {
                let predicted = scale.raw_value(outputs[0]);
                self.errors.add(values[row], predicted);
                if row.is_multiple_of(self.stride) {
                    self.pairs.push((values[row] as f32, predicted as f32));
                }
                false
            }
        }
    }

    /// Returns the outputs so far, if they were asked for.
    pub(super) fn ranking(&self) -> Option<&Ranking> {
        self.ranking.as_ref()
    }

    /// Computes the scores from the sum of the losses of `rows` rows.
    pub fn scores(self, loss: f64, rows: usize, targets: &Targets) -> (Scores, Outcomes) {
        let loss = loss / rows as f64;
        let (worst, worst_outcomes) = self.worst.rows();
        let (classes, errors, predictions) = match targets {
            Targets::Classes(_) => {
                let ranking = self.ranking.map(|ranking| ranking.scores());
                let classes = ClassScores::new(&self.confusion, ranking);
                (Some(classes), None, Predictions::Classes(self.confusion))
            }
            Targets::Numbers { .. } => {
                let errors = self.errors.errors();
                (None, Some(errors), Predictions::Numbers(self.pairs))
            }
        };
        let scores = Scores {
            loss,
            classes,
            errors,
        };
        let outcomes = Outcomes {
            predictions,
            worst,
            worst_outcomes,
        };
        (scores, outcomes)
    }
}
