//! How good the network is on rows it does not learn from at that moment.

use ndarray::{Array2, ArrayView1, Axis};

use super::top_losses::Worst;
use crate::data::{ErrorSums, Errors, Samples, Targets};
use crate::nn::engine::{Engine, Workspace};
use crate::nn::output::predicted_class;

/// Rows that are sent through the network at once.
pub(super) const CHUNK: usize = 256;

/// Rows of which true and predicted numbers are kept.
pub const PAIRS: usize = 1000;

/// Mean loss and accuracy over some rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scores {
    /// Mean loss of a row.
    pub loss: f64,
    /// Fraction of the rows whose largest output is that of their class, `0.0..=1.0`.
    /// NaN for regression.
    pub accuracy: f64,
    /// How far the predicted numbers are from the true ones, for regression.
    pub errors: Option<Errors>,
}

impl Scores {
    /// The accuracy, or for regression R²: 1 is perfect for both.
    pub fn score(&self) -> f64 {
        self.errors.map_or(self.accuracy, |errors| errors.r2)
    }
}

/// What was predicted for what, and where that was worst.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcomes {
    /// What for what.
    pub predictions: Predictions,
    /// Rows predicted wrong, those with the largest loss first, at most 1000. Of numbers none is
    /// right, so that all rows count.
    pub worst: Vec<u32>,
}

/// What was predicted for what.
#[derive(Debug, Clone, PartialEq)]
pub enum Predictions {
    /// Of classes.
    Classes(Confusion),
    /// Of numbers: true and predicted, in the target's own unit, of at most [`PAIRS`] rows, evenly
    /// chosen.
    Numbers(Vec<(f32, f32)>),
}

impl Outcomes {
    /// Which class was taken for which.
    pub fn confusion(&self) -> Option<&Confusion> {
        match &self.predictions {
            Predictions::Classes(confusion) => Some(confusion),
            Predictions::Numbers(_) => None,
        }
    }
}

/// How often each class was taken for each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Confusion {
    classes: usize,
    counts: Vec<u32>,
}

impl Confusion {
    /// All zero, for `classes` classes.
    pub fn new(classes: usize) -> Self {
        Self {
            classes,
            counts: vec![0; classes * classes],
        }
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// How many rows of class `actual` were predicted as `predicted`.
    pub fn count(&self, actual: usize, predicted: usize) -> u32 {
        self.counts[actual * self.classes + predicted]
    }

    /// How many rows were counted.
    pub fn total(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// How many rows were predicted right.
    pub fn right(&self) -> u32 {
        (0..self.classes)
            .map(|class| self.count(class, class))
            .sum()
    }

    /// How many rows of class `actual` there are.
    pub fn of_class(&self, actual: usize) -> u32 {
        let predicted = 0..self.classes;
        predicted
            .map(|predicted| self.count(actual, predicted))
            .sum()
    }

    /// How many rows of one class were taken for another, as (count, actual, predicted), the most
    /// frequent mistakes first.
    pub fn mistakes(&self) -> Vec<(u32, usize, usize)> {
        let all = 0..self.counts.len();
        let cells = all.map(|i| (self.counts[i], i / self.classes, i % self.classes));
        let mut mistakes: Vec<_> = cells.filter(|it| it.0 > 0 && it.1 != it.2).collect();
        mistakes.sort_by_key(|&(count, ..)| std::cmp::Reverse(count));
        mistakes
    }

    /// Counts a row of class `actual` that was predicted as `predicted`.
    pub fn add(&mut self, actual: usize, predicted: usize) {
        self.counts[actual * self.classes + predicted] += 1;
    }
}

/// Scores of the current parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Over all training rows.
    pub training: Scores,
    /// Over all validation rows, where there are any.
    pub validation: Option<Scores>,
    /// Of the validation rows, or of the training rows where there are none for validation.
    pub outcomes: Outcomes,
    /// Over the rows of the last judgement, where there are any.
    pub test: Option<Scores>,
}

/// Buffers for evaluating, apart from those of training.
pub struct Evaluator {
    pub(super) workspace: Workspace,
    targets: Array2<f32>,
}

impl Evaluator {
    /// Buffers for networks shaped like that of `engine`.
    pub fn new(engine: &Engine) -> Self {
        let architecture = engine.architecture();
        Self {
            workspace: Workspace::new(architecture, CHUNK),
            targets: Array2::zeros((CHUNK, architecture.outputs())),
        }
    }

    /// Scores of `engine` over all of `samples`, and what was predicted for what. Over no rows the scores are NaN.
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
            for (i, outputs) in self.workspace.outputs().outer_iter().enumerate() {
                if !tally.add(&samples.targets, start + i, outputs) {
                    let loss = self.workspace.loss_of_row(i, targets.row(i));
                    tally.worst.add((start + i) as u32, loss);
                }
            }
        }
        tally.scores(loss, rows, &samples.targets)
    }
}

/// What is counted row by row.
struct Tally {
    confusion: Confusion,
    correct: usize,
    errors: ErrorSums,
    pairs: Vec<(f32, f32)>,
    /// Rows from one pair to the next.
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
            correct: 0,
            errors: ErrorSums::default(),
            worst: Worst::default(),
        }
    }

    /// Counts `row`; whether its class was predicted. Numbers are never predicted quite.
    fn add(&mut self, targets: &Targets, row: usize, outputs: ArrayView1<f32>) -> bool {
        match targets {
            Targets::Classes(labels) => {
                let (label, predicted) = (labels[row] as usize, predicted_class(outputs));
                self.correct += usize::from(predicted == label);
                self.confusion.add(label, predicted);
                predicted == label
            }
            Targets::Numbers { values, scale } => {
                let predicted = scale.value(outputs[0]);
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
                let accuracy = self.correct as f64 / rows as f64;
                let errors = None;
                (
                    Scores {
                        loss,
                        accuracy,
                        errors,
                    },
                    Predictions::Classes(self.confusion),
                )
            }
            Targets::Numbers { .. } => {
                let (accuracy, errors) = (f64::NAN, Some(self.errors.errors()));
                (
                    Scores {
                        loss,
                        accuracy,
                        errors,
                    },
                    Predictions::Numbers(self.pairs),
                )
            }
        };
        let worst = self.worst.rows();
        (scores, Outcomes { predictions, worst })
    }
}
