//! Metrics that the worker reports while it trains: running losses, and records of epochs.

use serde::{Deserialize, Serialize};

use super::evaluation::Outcomes;
use super::session::RunningMean;
use super::{BestEpoch, Position, Session};
use crate::data::Scores;
use crate::util::stats::{Merge, MinMaxLast};

/// Metrics since the last [`Progress`].
#[derive(Debug, Clone)]
pub struct Progress {
    /// Position of the training.
    pub position: Position,
    /// The learning rate in force.
    pub learning_rate: f64,
    /// The best epoch so far.
    pub best: Option<BestEpoch>,
    /// Training rows per second, averaged over about half a second.
    pub samples_per_second: f64,
    /// Seconds spent on training.
    pub seconds: f64,
    /// Training losses.
    pub losses: Vec<LossPoint>,
    /// Completed epochs.
    pub epochs: Vec<EpochRecord>,
    /// Predictions after the last of `epochs`.
    pub outcomes: Option<Outcomes>,
}

impl Progress {
    /// Returns the metrics of `epochs` at the end of the last one; without speed and time, which are zero.
    pub(crate) fn of_epochs(epochs: Vec<EpochRecord>) -> Self {
        let last = epochs.last();
        Self {
            position: Position {
                epoch: last.map_or(0, |record| record.epoch),
                batch: 0,
                step: last.map_or(0, |record| record.step),
            },
            learning_rate: last.map_or(f64::NAN, |record| record.learning_rate),
            best: None,
            samples_per_second: 0.0,
            seconds: 0.0,
            losses: Vec::new(),
            epochs,
            outcomes: None,
        }
    }
}

/// Training loss over some steps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LossPoint {
    /// Epochs done, with the fraction of the current one.
    pub epochs: f64,
    /// Mean loss per row.
    pub loss: MinMaxLast,
}

/// Metrics of an epoch, or of several that were merged. Validation metrics are NaN without validation
/// rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// The (last) epoch, counted from 1.
    pub epoch: u64,
    /// Steps done.
    pub step: u64,
    /// Mean over the epoch's mini-batches.
    pub train_loss: MinMaxLast,
    /// Accuracy over the epoch's mini-batches, each before its update; for regression R².
    pub train_score: MinMaxLast,
    /// Mean over the validation rows at the end of the epoch.
    pub validation_loss: MinMaxLast,
    /// Accuracy on the validation rows; for regression R².
    pub validation_score: MinMaxLast,
    /// Root mean squared error over the epoch's mini-batches, in the target's unit, each before its update; NaN for
    /// classification.
    pub train_rmse: MinMaxLast,
    /// Root mean squared error on the validation rows; NaN for classification.
    pub validation_rmse: MinMaxLast,
    /// The learning rate at the end of the epoch.
    pub learning_rate: f64,
}

impl EpochRecord {
    /// Returns the record of an epoch with no metric: all are NaN.
    pub fn unknown(epoch: u64, step: u64) -> Self {
        let none = MinMaxLast::of(f64::NAN);
        Self {
            epoch,
            step,
            train_loss: none,
            train_score: none,
            validation_loss: none,
            validation_score: none,
            train_rmse: none,
            validation_rmse: none,
            learning_rate: f64::NAN,
        }
    }

    /// Metrics of the epoch that `session` has just ended: its means, the learning rate of its last step and the scores
    /// after it.
    pub(crate) fn of(
        session: &Session,
        (means, learning_rate): (RunningMean, f64),
        validation: Option<&Scores>,
    ) -> Self {
        let position = session.position();
        let (train_score, train_rmse) = match session.data().task.scale() {
            None => (means.accuracy(), f64::NAN),
            Some(scale) => {
                let error = means.squared_error();
                (scale.training_r2(error), scale.rmse(error))
            }
        };
        let of_validation = |score: fn(&Scores) -> f64| validation.map_or(f64::NAN, score);
        Self {
            epoch: position.epoch,
            step: position.step,
            train_loss: MinMaxLast::of(means.loss()),
            train_score: MinMaxLast::of(train_score),
            validation_loss: MinMaxLast::of(of_validation(|scores| scores.loss)),
            validation_score: MinMaxLast::of(of_validation(Scores::score)),
            train_rmse: MinMaxLast::of(train_rmse),
            validation_rmse: MinMaxLast::of(of_validation(Scores::rmse)),
            learning_rate,
        }
    }
}

impl Merge for LossPoint {
    fn merge(&mut self, later: &Self) {
        self.epochs = later.epochs;
        self.loss.merge(&later.loss);
    }
}

impl Merge for EpochRecord {
    fn merge(&mut self, later: &Self) {
        self.epoch = later.epoch;
        self.step = later.step;
        self.train_loss.merge(&later.train_loss);
        self.train_score.merge(&later.train_score);
        self.validation_loss.merge(&later.validation_loss);
        self.validation_score.merge(&later.validation_score);
        self.train_rmse.merge(&later.train_rmse);
        self.validation_rmse.merge(&later.validation_rmse);
        self.learning_rate = later.learning_rate;
    }
}
