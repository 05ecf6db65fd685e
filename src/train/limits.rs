//! Limits after which a training is finished.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Session;

/// Limits after which a training is finished, whichever is reached first; `None` for one that there is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Number of epochs.
    pub epochs: Option<u64>,
    /// Number of epochs in a row without a lower validation loss, at least 1. Never reached without validation
    /// rows.
    pub patience: Option<u64>,
    /// Time spent training, also before the run was resumed.
    pub time: Option<Duration>,
}

/// Limit that a training has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// All epochs are done.
    Epochs,
    /// The validation loss was not lower for this number of epochs.
    Patience(u64),
    /// This time has passed.
    Time(Duration),
}

impl Limits {
    /// Limits a training to this number of epochs, if any.
    pub fn epochs(epochs: Option<u64>) -> Self {
        Self {
            epochs,
            ..Self::default()
        }
    }

    /// Returns the limit that `session` has reached after `seconds` of training, if any.
    pub(super) fn reached(&self, session: &Session, seconds: f64) -> Option<Limit> {
        let epoch = session.position().epoch;
        let is_validated = !session.data().validation.is_empty();
        let waited = session.epochs_without_improvement();
        if self.epochs.is_some_and(|epochs| epoch >= epochs) {
            Some(Limit::Epochs)
        } else if let Some(patience) = self.patience
            && is_validated
            && waited >= patience
        {
            Some(Limit::Patience(patience))
        } else {
            self.time_reached(seconds)
        }
    }

    /// Returns the limit of time if it has passed after `seconds` of training.
    pub(super) fn time_reached(&self, seconds: f64) -> Option<Limit> {
        let time = self.time.filter(|time| seconds >= time.as_secs_f64())?;
        Some(Limit::Time(time))
    }

    /// Removes the limits that `session` has reached after `seconds` of training.
    pub(super) fn lift_reached(&mut self, session: &Session, seconds: f64) {
        while let Some(limit) = self.reached(session, seconds) {
            self.lift(limit);
        }
    }

    /// Removes `limit`.
    pub(crate) fn lift(&mut self, limit: Limit) {
        match limit {
            Limit::Epochs => self.epochs = None,
            Limit::Patience(_) => self.patience = None,
            Limit::Time(_) => self.time = None,
        }
    }
}
