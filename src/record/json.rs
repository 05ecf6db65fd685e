//! A training as JSON, one object a line on standard output.
//!
//! - `started`: what is trained on what;
//! - `epoch`, after each: `epoch` (from 1), `step`, `train_loss`, `val_loss`, `train_accuracy`,
//!   `val_accuracy`, `learning_rate`, `samples_per_second`; where a number is predicted, `train_r2`,
//!   `val_r2`, `train_rmse` and `val_rmse` (in its own unit) in place of the accuracies;
//! - `gradients`, with `--check-gradients`: `step` (done by then), `rows`, `checked` and `at_kinks`
//!   (parameters looked at, and left out), `grade` (`excellent`, `good`, `wrong`), `relative_error` (the
//!   largest), `worst` (one for each layer: `layer`, `checked`, `parameter` such as `w2[1,3]`, counted
//!   from 1, `gradient`, `difference`, `relative_error`);
//! - `finished`: `reason` (`epochs`, `signal`, `diverged`, `gradients`, `failed`), `message`, `epoch` and `step`
//!   (done in all), `seconds`, `training`, `validation` and `test` (the scores of the final network:
//!   `loss` with `accuracy`, or with `mae`, `rmse` and `r2`), `exported` (path of the model),
//!   `exported_difference` (largest difference of its predictions from those of the network in
//!   memory, when it was read back; `null` for code, which is not run).
//!
//! What is not known, or no finite number, is `null`. Members may be added.

use std::io::{self, BufWriter, Stdout, Write};
use std::path::Path;

use serde::Serialize;

use super::End;
use super::gradients;
use crate::data::{Errors, TargetScale, Task};
use crate::model_file::{Check, Saved};
use crate::nn::{Activation, GradientCheck, Loss, Output};
use crate::train::{EpochRecord, Evaluation, Position, Progress, Scores, Started};

/// Writes to standard output.
pub(crate) struct Json {
    to: BufWriter<Stdout>,
    /// How the target is standardised, where it is a number.
    scale: Option<TargetScale>,
}

impl Default for Json {
    fn default() -> Self {
        Self {
            to: BufWriter::new(io::stdout()),
            scale: None,
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Line<'a> {
    Started {
        data: &'a str,
        rows: usize,
        training_rows: usize,
        validation_rows: usize,
        features: &'a [String],
        left_out: &'a [String],
        notes: &'a [String],
        target: &'a str,
        task: &'static str,
        classes: &'a [String],
        /// Accuracy, or R², of the same prediction for every row.
        baseline: f64,
        architecture: &'a [usize],
        parameters: u64,
        activation: Activation,
        output: Output,
        loss: Loss,
        init: &'static str,
        optimizer: String,
        learning_rate: f64,
        l2: f64,
        batch: usize,
        seed: u64,
        epochs: u32,
    },
    // Floating-point numbers that are not finite are written as null by serde_json.
    Epoch {
        epoch: u32,
        step: u64,
        train_loss: f32,
        val_loss: f32,
        #[serde(flatten)]
        quality: Quality,
        learning_rate: f64,
        samples_per_second: Option<f64>,
    },
    Gradients {
        step: u64,
        rows: usize,
        checked: usize,
        at_kinks: usize,
        grade: &'static str,
        relative_error: Option<f64>,
        worst: Vec<gradients::Worst>,
    },
    Finished {
        reason: &'static str,
        message: Option<String>,
        epoch: u32,
        step: u64,
        seconds: f64,
        training: Option<Scored>,
        validation: Option<Scored>,
        test: Option<Scored>,
        exported: Option<String>,
        exported_difference: Option<f64>,
    },
}

/// How good the network is after an epoch.
#[derive(Serialize)]
#[serde(untagged)]
enum Quality {
    Accuracy {
        train_accuracy: f32,
        val_accuracy: f32,
    },
    Errors {
        train_r2: f32,
        val_r2: f32,
        train_rmse: f64,
        val_rmse: f64,
    },
}

/// How good it is in the end.
#[derive(Serialize)]
struct Scored {
    loss: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    accuracy: Option<f64>,
    #[serde(flatten)]
    errors: Option<Errors>,
}

impl From<Scores> for Scored {
    fn from(scores: Scores) -> Self {
        Self {
            loss: scores.loss,
            accuracy: scores.errors.is_none().then_some(scores.accuracy),
            errors: scores.errors,
        }
    }
}

impl Json {
    /// # Errors
    /// That of writing; so for the others.
    pub fn started(&mut self, started: &Started, epochs: u32) -> io::Result<()> {
        let (data, plan, network) = (&*started.data, &started.plan, &started.architecture);
        let (training_rows, validation_rows) = (data.training.rows(), data.validation.rows());
        self.scale = data.task.scale().copied();
        self.write(&Line::Started {
            data: &data.name,
            rows: training_rows + validation_rows,
            training_rows,
            validation_rows,
            features: &data.input_names,
            left_out: &data.left_out,
            notes: &data.notes,
            target: &data.target_name,
            task: match data.task {
                Task::Classification { .. } => "classification",
                Task::Regression(_) => "regression",
            },
            classes: data.class_names(),
            baseline: data.baseline.score(),
            architecture: network.sizes(),
            parameters: u64::try_from(network.parameter_count()).unwrap_or(u64::MAX),
            activation: network.hidden(),
            output: network.output(),
            loss: network.loss(),
            init: plan.initialisation.name(),
            optimizer: plan.rule.optimizer.name().to_owned(),
            learning_rate: plan.rule.learning_rate,
            l2: plan.rule.weight_decay,
            batch: plan.batch.min(training_rows),
            seed: plan.seed,
            epochs,
        })?;
        self.to.flush()
    }

    /// One line for each epoch that ended.
    pub fn progress(&mut self, progress: &Progress) -> io::Result<()> {
        for epoch in &progress.epochs {
            self.write(&epoch_line(epoch, progress, self.scale))?;
        }
        self.to.flush()
    }

    pub fn gradients(&mut self, check: &GradientCheck, position: Position) -> io::Result<()> {
        self.write(&Line::Gradients {
            step: position.step,
            rows: check.rows,
            checked: check.checked.len(),
            at_kinks: check.at_kinks,
            grade: check.grade().name(),
            relative_error: check.checked.first().map(|worst| worst.error),
            worst: gradients::worst(check),
        })?;
        self.to.flush()
    }

    pub fn finished(
        &mut self,
        end: &End,
        position: Position,
        seconds: f64,
        evaluation: Option<&Evaluation>,
        exported: Option<(&Path, Saved)>,
    ) -> io::Result<()> {
        self.write(&Line::Finished {
            reason: end.reason(),
            message: end.result().err().map(|error| error.to_string()),
            epoch: position.epoch,
            step: position.step,
            seconds,
            training: evaluation.map(|it| it.training.into()),
            validation: evaluation.and_then(|it| it.validation).map(Scored::from),
            test: evaluation.and_then(|it| it.test).map(Scored::from),
            exported: exported.map(|(path, _)| path.to_string_lossy().into_owned()),
            exported_difference: exported.and_then(|(_, saved)| match saved.check {
                Check::Predicted { difference, .. } => Some(difference),
                Check::Numbers { .. } => None,
            }),
        })?;
        self.to.flush()
    }

    fn write(&mut self, line: &Line) -> io::Result<()> {
        serde_json::to_writer(&mut self.to, line)?;
        self.to.write_all(b"\n")
    }
}

fn epoch_line(
    epoch: &EpochRecord,
    progress: &Progress,
    scale: Option<TargetScale>,
) -> Line<'static> {
    // Nothing is merged on the way here, so the last value is the only one.
    let speed = progress.samples_per_second;
    Line::Epoch {
        epoch: epoch.epoch,
        step: epoch.step,
        train_loss: epoch.train_loss.last,
        val_loss: epoch.validation_loss.last,
        quality: match scale {
            None => Quality::Accuracy {
                train_accuracy: epoch.train_score.last,
                val_accuracy: epoch.validation_score.last,
            },
            Some(scale) => Quality::Errors {
                train_r2: epoch.train_score.last,
                val_r2: epoch.validation_score.last,
                train_rmse: scale.rmse(epoch.train_loss.last.into()),
                val_rmse: scale.rmse(epoch.validation_loss.last.into()),
            },
        },
        learning_rate: epoch.learning_rate,
        // Zero means that it was not measured yet.
        samples_per_second: (speed > 0.0).then_some(speed),
    }
}
