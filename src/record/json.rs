//! JSON lines: one object per line.
//!
//! - `started`: data, network and hyperparameters; again after each restart on the screen;
//! - `epoch`, after each: `epoch` (from 1), `step`, `train_loss`, `val_loss`, `train_accuracy`,
//!   `val_accuracy`, `learning_rate`, `samples_per_second`, `seconds` (since the start of the run); where a number is predicted, `train_r2`,
//!   `val_r2`, `train_rmse` and `val_rmse` (in its own unit) in place of the accuracies;
//! - `gradients`, with `--check-gradients`: `step` (done by then), `rows`, `checked` and `at_kinks`
//!   (parameters checked, and skipped), `grade` (`excellent`, `good`, `wrong`), `relative_error` (the
//!   largest), `worst` (one per layer: `layer`, `checked`, `parameter` such as `w2[1,3]`, counted
//!   from 1, `gradient`, `difference`, `relative_error`);
//! - `changed`, after a live change on the screen: `step` (done by then), `change` (as in a saved
//!   model's list of changes);
//! - `finished`: `reason` (`epochs`, `patience`, `time-limit`, `quit`, `signal`, `diverged`, `gradients`, `failed`,
//!   `reader-gone`), `message`, `epoch` and `step` (done in all), `seconds`, `training`, `validation`
//!   and `test` (scores of the final network: `loss`; of classes `accuracy`, `balanced_accuracy`, `macro` and `weighted`
//!   (means of `precision`, `recall` and `f1`), `roc_auc`, `average_precision`, `log_loss` and `per_class` (the same of
//!   each `class` with its rows, `support`); of numbers `mae`, `median_absolute_error`, `rmse` and `r2`), `refit` (with
//!   `--refit`: `rows` and `epochs` of the training on all rows, and its scores on the `test` rows), `best_epoch` (the one
//!   with the lowest validation loss so far), `weights` (`best` if the scores are those of that epoch, `last` if of the
//!   last step), `exported` (path of the model saved last), `exported_best_epoch` (the best epoch, if the model has its
//!   weights), `exported_difference` (0 if
//!   the file was read back and predicts the same as the network in memory, as every saved file must;
//!   `null` for formats that nn-tui does not read).
//! - `failed`, the only line of a headless run that could not start: `kind` (`usage`, `data`, `model`,
//!   `no-input`, `cannot-write`, `memory`, `failed`), `message`, `exit_code`.
//!
//! Values that are unknown or not finite are `null`. Members may be added.

use std::io::{self, BufWriter, Write};

use serde::{Deserialize, Serialize};

use super::scores::ScoresJson;
use super::{EventTime, LinePlace, LogFormat, Output, Recorder, Summary, gradients};
use crate::data::{Samples, Scores, Task};
use crate::model_file::Verification;
use crate::nn::{self, Activation, Change, GradientCheck, Loss};
use crate::train::{EpochRecord, Event, Importances, Position, Progress, Started, Weights};
use crate::util::lang::in_english;
use crate::util::lang::say;
use crate::util::text::printable_json;

/// `--log PATH.jsonl`.
pub(super) const LOG_FORMAT: LogFormat = LogFormat {
    extension: "jsonl",
    about: || say!("log-json", "one JSON object per line"),
    has_distributions: false,
    place_of_line,
    recorder: |output, _| Box::new(JsonLines::new(output)),
};

/// Event that a line is of, as far as it tells the progress.
#[derive(Deserialize)]
struct Progressed<'l> {
    event: &'l str,
    epoch: Option<u64>,
    step: u64,
}

fn place_of_line(line: &str) -> Option<LinePlace> {
    let line: Progressed = serde_json::from_str(line).ok()?;
    let is_on_the_way = matches!(line.event, "epoch" | "changed" | "gradients");
    is_on_the_way.then_some((line.epoch, line.step))
}

/// Recorder of JSON lines.
pub(super) struct JsonLines {
    output: BufWriter<Output>,
    /// Whether a number is predicted, not a class.
    is_regression: bool,
    /// Names of the classes; empty for regression.
    class_names: Vec<String>,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Line<'a> {
    Started {
        data: &'a str,
        rows: usize,
        training_rows: usize,
        validation_rows: usize,
        /// None without test rows.
        test_rows: Option<usize>,
        features: &'a [String],
        left_out: &'a [String],
        notes: Vec<String>,
        target: &'a str,
        task: &'static str,
        classes: &'a [String],
        /// Accuracy or R² of the best constant prediction.
        baseline: f64,
        architecture: &'a [usize],
        parameters: u64,
        activation: Activation,
        output: nn::Output,
        loss: Loss,
        init: &'static str,
        optimizer: String,
        learning_rate: f64,
        l2: f64,
        /// Shape and end of the schedule, and epochs of warm-up.
        schedule: nn::Schedule,
        /// Gradient clipping, dropout and label smoothing.
        regularisation: nn::Regularisation,
        batch: usize,
        seed: u64,
        /// Epochs after which the run finishes.
        epochs: Option<u64>,
        /// Epochs without a lower validation loss after which it finishes.
        patience: Option<u64>,
        /// Seconds of training after which it finishes.
        time_limit: Option<f64>,
        /// Step after which a resumed run continues.
        #[serde(skip_serializing_if = "Option::is_none")]
        resumed_step: Option<u64>,
    },
    // Floating-point numbers that are not finite are written as null by serde_json.
    Epoch {
        epoch: u64,
        step: u64,
        train_loss: f64,
        val_loss: f64,
        #[serde(flatten)]
        quality: Quality,
        learning_rate: f64,
        samples_per_second: Option<f64>,
        seconds: f64,
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
    Changed {
        step: u64,
        change: &'a Change,
    },
    Finished {
        reason: &'static str,
        message: Option<String>,
        epoch: u64,
        step: u64,
        seconds: f64,
        training: Option<Box<ScoresJson<'a>>>,
        validation: Option<Box<ScoresJson<'a>>>,
        test: Option<Box<ScoresJson<'a>>>,
        best_epoch: Option<u64>,
        weights: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        importance: Option<&'a Importances>,
        refit: Option<RefitJson<'a>>,
        exported: Option<String>,
        exported_best_epoch: Option<u64>,
        exported_difference: Option<f64>,
    },
}

/// Training anew after the run.
#[derive(Serialize)]
struct RefitJson<'a> {
    rows: usize,
    epochs: u64,
    test: Option<Box<ScoresJson<'a>>>,
}

/// Scores of the network after an epoch.
#[derive(Serialize)]
#[serde(untagged)]
enum Quality {
    Accuracy {
        train_accuracy: f64,
        val_accuracy: f64,
    },
    Errors {
        train_r2: f64,
        val_r2: f64,
        train_rmse: f64,
        val_rmse: f64,
    },
}

impl JsonLines {
    pub fn new(output: Output) -> Self {
        Self {
            output: BufWriter::new(output),
            is_regression: false,
            class_names: Vec::new(),
        }
    }

    fn started(&mut self, started: &Started) -> io::Result<()> {
        let (data, plan, network) = (&*started.data, &started.plan, &started.architecture);
        let (training_rows, validation_rows) = (data.training.rows(), data.validation.rows());
        self.is_regression = data.task.scale().is_some();
        self.class_names = data.class_names().to_vec();
        self.write(&Line::Started {
            data: &data.name,
            rows: training_rows + validation_rows,
            training_rows,
            validation_rows,
            test_rows: data.test.as_ref().map(Samples::rows),
            features: &data.input_names,
            left_out: &data.left_out,
            notes: data.notes(),
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
            learning_rate: plan.rule.learning_rate.get(),
            l2: plan.rule.weight_decay.get(),
            schedule: plan.schedule,
            regularisation: plan.regularisation,
            batch: plan.batch.get().min(training_rows),
            seed: plan.seed,
            epochs: started.limits.epochs,
            patience: started.limits.patience,
            time_limit: started.limits.time.map(|time| time.as_secs_f64()),
            resumed_step: started.resumed.as_ref().map(|_| started.position().step),
        })
    }

    fn gradients(&mut self, check: &GradientCheck, position: Position) -> io::Result<()> {
        self.write(&Line::Gradients {
            step: position.step,
            rows: check.rows,
            checked: check.checked.len(),
            at_kinks: check.at_kinks,
            grade: check.grade().name(),
            relative_error: check.checked.first().map(|worst| worst.error),
            worst: gradients::worst(check),
        })
    }

    fn write(&mut self, line: &Line) -> io::Result<()> {
        self.output.write_all(json_line(line)?.as_bytes())
    }
}

/// Returns `line` as a line of JSON, whose characters cannot act on a terminal.
///
/// # Errors
/// If `line` has keys that are no texts.
pub(crate) fn json_line(line: &impl Serialize) -> io::Result<String> {
    Ok(printable_json(&serde_json::to_string(line)?) + "\n")
}

/// Writes `line` as a line of JSON, at once.
///
/// # Errors
/// Those of writing.
pub(super) fn write_json_line(out: &mut dyn Write, line: &impl Serialize) -> io::Result<()> {
    out.write_all(json_line(line)?.as_bytes())?;
    out.flush()
}

impl Recorder for JsonLines {
    fn record(&mut self, event: &Event, moment: EventTime) -> io::Result<()> {
        match event {
            Event::Started(started) => self.started(started)?,
            Event::Progress(progress) => {
                for epoch in &progress.epochs {
                    self.write(&epoch_line(epoch, progress, moment, self.is_regression))?;
                }
            }
            Event::GradientsChecked(check) => self.gradients(check, moment.position)?,
            Event::Changed { change, now } => self.write(&Line::Changed {
                step: now.position.step,
                change,
            })?,
            _ => return Ok(()),
        }
        self.output.flush()
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        let names = std::mem::take(&mut self.class_names);
        let scored = |scores: &Scores| Box::new(ScoresJson::new(scores, &names));
        let evaluation = summary.evaluation.as_ref();
        let saved = summary.saved.last();
        self.write(&Line::Finished {
            reason: summary.end.reason(),
            message: in_english(|| summary.end.result().err().map(|error| error.to_string())),
            epoch: summary.position.epoch,
            step: summary.position.step,
            seconds: summary.seconds,
            training: evaluation.map(|sets| scored(&sets.training)),
            validation: evaluation.and_then(|sets| sets.validation.as_ref().map(scored)),
            test: evaluation.and_then(|sets| sets.test.as_ref().map(scored)),
            best_epoch: summary.best_so_far.map(|best| best.epoch),
            weights: summary.evaluation.as_ref().map(|_| match summary.best {
                Some(_) => Weights::Best.name(),
                None => Weights::Last.name(),
            }),
            importance: summary.importances.as_ref(),
            refit: summary.refit.as_ref().map(|refit| RefitJson {
                rows: refit.rows,
                epochs: refit.epochs,
                test: refit.test.as_ref().map(scored),
            }),
            exported: saved.map(|model| model.path.to_string_lossy().into_owned()),
            exported_best_epoch: saved.and_then(|model| Some(model.best?.epoch)),
            exported_difference: saved.and_then(|model| match model.saved.verification {
                Verification::SamePredictions { .. } => Some(0.0),
                Verification::NotReadable { .. } => None,
            }),
        })?;
        self.output.flush()
    }
}

fn epoch_line(
    epoch: &EpochRecord,
    progress: &Progress,
    moment: EventTime,
    is_regression: bool,
) -> Line<'static> {
    // Epochs that were merged because nobody took them count by their last value.
    let speed = progress.samples_per_second;
    Line::Epoch {
        epoch: epoch.epoch,
        step: epoch.step,
        train_loss: epoch.train_loss.last,
        val_loss: epoch.validation_loss.last,
        quality: if is_regression {
            Quality::Errors {
                train_r2: epoch.train_score.last,
                val_r2: epoch.validation_score.last,
                train_rmse: epoch.train_rmse.last,
                val_rmse: epoch.validation_rmse.last,
            }
        } else {
            Quality::Accuracy {
                train_accuracy: epoch.train_score.last,
                val_accuracy: epoch.validation_score.last,
            }
        },
        learning_rate: epoch.learning_rate,
        // Zero until the first measurement.
        samples_per_second: (speed > 0.0).then_some(speed),
        seconds: moment.seconds,
    }
}
