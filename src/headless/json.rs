//! A training as JSON, one object a line on standard output.
//!
//! - `started`: what is trained on what;
//! - `epoch`, after each: `epoch` (from 1), `step`, `train_loss`, `val_loss`, `train_accuracy`,
//!   `val_accuracy`, `learning_rate`, `samples_per_second`;
//! - `finished`: `reason` (`epochs`, `signal`, `diverged`, `failed`), `message`, `epoch` and `step`
//!   (done in all), `seconds`, `exported` (path of the model),
//!   `exported_difference` (largest difference of its predictions from those of the network in
//!   memory, when it was read back; `null` for code, which is not run).
//!
//! What is not known, or no finite number, is `null`. Members may be added.

use std::io::{self, BufWriter, Stdout, Write};
use std::path::Path;

use serde::Serialize;

use super::End;
use crate::model_file::{Check, Saved};
use crate::nn::{Activation, Loss, Output};
use crate::train::{EpochRecord, Position, Progress, Started};

/// Writes to standard output.
pub(super) struct Json {
    to: BufWriter<Stdout>,
}

impl Default for Json {
    fn default() -> Self {
        Self {
            to: BufWriter::new(io::stdout()),
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
        target: &'a str,
        classes: &'a [String],
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
        train_accuracy: f32,
        val_accuracy: f32,
        learning_rate: f64,
        samples_per_second: Option<f64>,
    },
    Finished {
        reason: &'static str,
        message: Option<String>,
        epoch: u32,
        step: u64,
        seconds: f64,
        exported: Option<String>,
        exported_difference: Option<f64>,
    },
}

impl Json {
    /// # Errors
    /// That of writing; so for the others.
    pub fn started(&mut self, started: &Started, epochs: u32) -> io::Result<()> {
        let (data, plan, network) = (&*started.data, &started.plan, &started.architecture);
        let (training_rows, validation_rows) = (data.training.rows(), data.validation.rows());
        self.write(&Line::Started {
            data: &data.name,
            rows: training_rows + validation_rows,
            training_rows,
            validation_rows,
            features: &data.input_names,
            left_out: &data.left_out,
            target: &data.target_name,
            classes: data.class_names(),
            architecture: network.sizes(),
            parameters: u64::try_from(network.parameter_count()).unwrap_or(u64::MAX),
            activation: network.hidden(),
            output: network.output(),
            loss: network.loss(),
            init: plan.initialisation.name(),
            optimizer: plan.rule.optimizer.name().to_lowercase(),
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
            self.write(&epoch_line(epoch, progress))?;
        }
        self.to.flush()
    }

    pub fn finished(
        &mut self,
        end: &End,
        position: Position,
        seconds: f64,
        exported: Option<(&Path, Saved)>,
    ) -> io::Result<()> {
        self.write(&Line::Finished {
            reason: end.reason(),
            message: end.result().err().map(|error| error.to_string()),
            epoch: position.epoch,
            step: position.step,
            seconds,
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

fn epoch_line(epoch: &EpochRecord, progress: &Progress) -> Line<'static> {
    // Nothing is merged on the way here, so the last value is the only one.
    let speed = progress.samples_per_second;
    Line::Epoch {
        epoch: epoch.epoch,
        step: epoch.step,
        train_loss: epoch.train_loss.last,
        val_loss: epoch.validation_loss.last,
        train_accuracy: epoch.train_accuracy.last,
        val_accuracy: epoch.validation_accuracy.last,
        learning_rate: epoch.learning_rate,
        // Zero means that it was not measured yet.
        samples_per_second: (speed > 0.0).then_some(speed),
    }
}
