//! Curves of a training in bounded memory: losses and scores over the epochs.

use serde::{Deserialize, Serialize};

use super::progress::{EpochRecord, LossPoint};
use crate::util::stats::Bounded;

/// Maximum number of points of each curve; beyond it, neighbours are merged.
const CAPACITY: usize = 4096;

/// Losses and scores of a training so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curves {
    losses: Bounded<LossPoint>,
    epochs: Bounded<EpochRecord>,
}

impl Default for Curves {
    fn default() -> Self {
        Self {
            losses: Bounded::new(CAPACITY),
            epochs: Bounded::new(CAPACITY),
        }
    }
}

impl Curves {
    /// Adds a loss point.
    pub(crate) fn add_loss(&mut self, point: LossPoint) {
        self.losses.push(point);
    }

    /// Adds the metrics of an epoch.
    pub(crate) fn add_epoch(&mut self, record: EpochRecord) {
        self.epochs.push(record);
    }

    /// Drops what is later than a time in epochs.
    pub(crate) fn cut(&mut self, epochs: f64) {
        self.losses.truncate_where(|point| point.epochs <= epochs);
        self.epochs
            .truncate_where(|record| record.epoch as f64 <= epochs);
    }

    /// Training losses, in order.
    pub(crate) fn losses(&self) -> &[LossPoint] {
        self.losses.buckets()
    }

    /// Metrics of the epochs, in order.
    pub(crate) fn epochs(&self) -> &[EpochRecord] {
        self.epochs.buckets()
    }

    /// Returns whether curves that were read from a file can have come about.
    pub(super) fn is_consistent(&self) -> bool {
        self.losses.is_consistent(CAPACITY) && self.epochs.is_consistent(CAPACITY)
    }
}
