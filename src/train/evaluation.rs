//! Evaluation: loss, accuracy or R², confusion matrix and worst rows of a data set.

use ndarray::{Array2, Axis};

use super::top_losses::Worst;
use crate::data::{ErrorSums, Errors, Samples, Targets};
use crate::nn::engine::{Engine, Workspace};
use crate::nn::output::predicted_class;

/// Number of rows in one forward pass.
pub(super) const CHUNK: usize = 256;

/// Maximum number of rows whose true and predicted numbers are kept.
pub(crate) const PAIRS: usize = 1000;

/// Mean loss and accuracy (or errors) over a set of rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scores {
    /// Mean loss per row.
    pub loss: f64,
    /// Fraction of correctly classified rows, `0.0..=1.0`. NaN for regression.
    pub accuracy: f64,
    /// Errors of the predicted numbers, for regression.
    pub errors: Option<Errors>,
}

impl Scores {
    /// Returns the accuracy, or R² for regression. 1 is perfect for both.
    pub fn score(&self) -> f64 {
        self.errors.map_or(self.accuracy, |errors| errors.r2)
    }
}

/// Predictions for a set of rows, and the worst of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcomes {
    /// Predictions against true values.
    pub predictions: Predictions,
    /// Misclassified rows, largest loss first, at most 1000. For regression all rows count.
    pub worst: Vec<u32>,
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

/// Confusion matrix: counts of (actual, predicted) pairs of classes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Confusion {
    classes: usize,
    counts: Vec<u32>,
}

impl Confusion {
    /// Creates a matrix of zeros, `(classes, classes)`.
    pub fn new(classes: usize) -> Self {
        Self {
            classes,
            counts: vec![0; classes * classes],
        }
    }

    /// Returns the number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Returns how many rows of class `actual` were predicted as `predicted`.
    pub fn count(&self, actual: usize, predicted: usize) -> u32 {
        self.counts[actual * self.classes + predicted]
    }

    /// Returns the number of rows.
    pub fn total(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// Returns how many rows were predicted correctly.
    pub fn right(&self) -> u32 {
        (0..self.classes)
            .map(|class| self.count(class, class))
            .sum()
    }

    /// Returns how many rows of class `actual` there are.
    pub(crate) fn of_class(&self, actual: usize) -> u32 {
        let predicted = 0..self.classes;
        predicted
            .map(|predicted| self.count(actual, predicted))
            .sum()
    }

    /// Returns the non-zero counts of misclassified rows as (count, actual, predicted), largest
    /// first.
    pub fn mistakes(&self) -> Vec<(u32, usize, usize)> {
        let all = 0..self.counts.len();
        let cells = all.map(|i| (self.counts[i], i / self.classes, i % self.classes));
        let mistakes = cells.filter(|&(count, actual, predicted)| count > 0 && actual != predicted);
        let mut mistakes: Vec<_> = mistakes.collect();
        mistakes.sort_by_key(|&(count, ..)| std::cmp::Reverse(count));
        mistakes
    }

    /// Adds a row of class `actual` that was predicted as `predicted`.
    pub fn add(&mut self, actual: usize, predicted: usize) {
        self.counts[actual * self.classes + predicted] += 1;
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
    pub(super) workspace: Workspace,
    targets: Array2<f32>,
}

impl Evaluator {
    /// Allocates buffers for networks shaped like that of `engine`.
    pub fn new(engine: &Engine) -> Self {
        let architecture = engine.architecture();
        Self {
            workspace: Workspace::new(architecture, CHUNK),
            targets: Array2::zeros((CHUNK, architecture.outputs())),
        }
    }

    /// Evaluates `engine` on all of `samples`. The scores of no rows are NaN.
    pub fn evaluate(&mut self, engine: &Engine, samples: &Samples) -> (Scores, Outcomes) {
        let architecture = engine.architecture();
        let rows = samples.rows();
        let mut tally = Tally::new(architecture.outputs(), rows);
        let mut loss = 0.0;
        for start in (0..rows).step_by(CHUNK) {
            let end = (start + CHUNK).min(rows);
            let mut targets = self.targets.slice_axis_mut(Axis(0), (..end - start).into());
            for (row, out) in (start..end).zip(targets.outer_iter_mut()) {
                samples.targets.write(row, out);
            }
            let inputs = samples.inputs(start..end);
            engine.forward(inputs.view(), &mut self.workspace);
            loss += self.workspace.loss(targets.view());
            let outputs = self.workspace.output_rows().zip(targets.outer_iter());
            for (row, (outputs, targets)) in (start..end).zip(outputs) {
                if !tally.add(&samples.targets, row, outputs.outputs) {
                    let targets = targets.to_slice().expect("a row of a matrix");
                    tally.worst.add(row as u32, outputs.loss(targets));
                }
            }
        }
        tally.scores(loss, rows, &samples.targets)
    }
}

/// Running sums over the evaluated rows.
struct Tally {
    confusion: Confusion,
    errors: ErrorSums,
    pairs: Vec<(f32, f32)>,
    /// Rows between two kept pairs.
    stride: usize,
    worst: Worst,
}

impl Tally {
    fn new(outputs: usize, rows: usize) -> Self {
        Self {
            pairs: Vec::new(),
            stride: rows.div_ceil(PAIRS).max(1),
            // A single output tells two classes apart.
            confusion: Confusion::new(outputs.max(2)),
            errors: ErrorSums::default(),
            worst: Worst::default(),
        }
    }

    /// Adds `row`. Returns whether it was classified correctly; false for regression.
    fn add(&mut self, targets: &Targets, row: usize, outputs: &[f32]) -> bool {
        match targets {
            Targets::Classes(labels) => {
                let (label, predicted) = (labels[row] as usize, predicted_class(outputs));
                self.confusion.add(label, predicted);
                predicted == label
            }
            Targets::Numbers { values, scale } => {
                let predicted = scale.raw_value(outputs[0]);
                self.errors.add(values[row].into(), predicted);
                if row.is_multiple_of(self.stride) {
                    self.pairs.push((values[row], predicted as f32));
                }
                false
            }
        }
    }

    fn scores(self, loss: f64, rows: usize, targets: &Targets) -> (Scores, Outcomes) {
        let loss = loss / rows as f64;
        let (scores, predictions) = match targets {
            Targets::Classes(_) => {
                let accuracy = f64::from(self.confusion.right()) / rows as f64;
                let scores = Scores {
                    loss,
                    accuracy,
                    errors: None,
                };
                (scores, Predictions::Classes(self.confusion))
            }
            Targets::Numbers { .. } => {
                let scores = Scores {
                    loss,
                    accuracy: f64::NAN,
                    errors: Some(self.errors.errors()),
                };
                (scores, Predictions::Numbers(self.pairs))
            }
        };
        let worst = self.worst.rows();
        (scores, Outcomes { predictions, worst })
    }
}
