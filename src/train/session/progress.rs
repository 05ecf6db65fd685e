//! Progress of a training: position, results of steps, divergence.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::nn::engine::{NonFinite, Step};
use crate::util::lang::say;
use crate::util::numbers::rate;

/// Progress of a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Position {
    /// Number of completed epochs.
    pub epoch: u64,
    /// Number of mini-batches done in the current epoch.
    pub batch: u32,
    /// Total number of steps (updates).
    pub step: u64,
}

impl Position {
    /// Returns the epochs done, with the fraction of the current one, of which there are `batches` mini-batches.
    pub fn epochs(self, batches: u32) -> f64 {
        self.epoch as f64 + f64::from(self.batch) / f64::from(batches.max(1))
    }
}

/// Running mean of loss, accuracy and squared error over the mini-batches of an epoch, weighted by rows.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct RunningMean {
    loss: f64,
    pub(super) correct: usize,
    pub(super) rows: usize,
    #[serde(with = "crate::util::exact")]
    squared_error: f64,
}

impl RunningMean {
    pub(super) fn add(&mut self, step: Step, rows: usize) {
        self.loss += f64::from(step.loss) * rows as f64;
        self.correct += step.correct;
        self.rows += rows;
        self.squared_error += step.squared_error;
    }

    /// Returns the mean loss per row; NaN before the first step of an epoch.
    pub fn loss(&self) -> f64 {
        self.loss / self.rows as f64
    }

    /// Returns the fraction of correctly classified rows; NaN before the first step of an epoch.
    pub fn accuracy(&self) -> f64 {
        self.correct as f64 / self.rows as f64
    }

    /// Returns the mean squared error of a network with a single output; NaN before the first step of an epoch.
    pub fn squared_error(&self) -> f64 {
        self.squared_error / self.rows as f64
    }
}

/// Result of a training step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stepped {
    /// Mean loss of the mini-batch, before its update.
    pub loss: f32,
    /// Number of rows of the mini-batch.
    pub rows: usize,
    /// Learning rate of the step.
    pub learning_rate: f64,
    /// Means over the epoch, if this step was its last.
    pub epoch: Option<RunningMean>,
}

/// Divergence: a training step whose loss, gradient or update is not finite.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Divergence {
    /// Number of the rejected step, from 1.
    pub step: u64,
    /// Value that is not finite, and its layer.
    pub cause: NonFinite,
    /// The learning rate.
    pub learning_rate: f64,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            step,
            cause,
            learning_rate,
        } = self;
        write!(
            f,
            "{}",
            say!(
                "training-diverged",
                "training diverged at step {step}: {cause} (learning rate {rate})",
                step,
                cause,
                rate = rate(*learning_rate)
            )
        )
    }
}
