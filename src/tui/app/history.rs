//! History of a training, in bounded memory.

use crate::train::probes::WeightProbe;
use crate::train::{Curves, EpochRecord, LossPoint, Progress, Snapshot};
use crate::util::stats::{Bounded, Histogram, Merge};

const WEIGHT_STATES: usize = 512;
/// Maximal number of marks, in case a key is held down.
const MARKS: usize = 1000;

/// Metrics and weights over the epochs.
#[derive(Debug, Clone)]
pub struct History {
    curves: Curves,
    weights: Vec<Bounded<WeightState>>,
    marks: Vec<Mark>,
}

/// Distribution of a layer's weights at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightState {
    /// Epochs done, with the fraction of the current one.
    pub epochs: f64,
    pub histogram: Histogram,
}

impl Merge for WeightState {
    fn merge(&mut self, later: &Self) {
        self.clone_from(later);
    }
}

/// A change of the learning rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Epochs done, with the fraction of the current one.
    pub epochs: f64,
    pub learning_rate: f64,
}

impl History {
    /// Creates a history that begins with `curves`, for a network with `depth` layers of weights.
    pub fn new(depth: usize, curves: Curves) -> Self {
        Self {
            curves,
            weights: vec![Bounded::new(WEIGHT_STATES); depth],
            marks: Vec::new(),
        }
    }

    /// Adds metrics that the worker reported.
    pub(crate) fn add_progress(&mut self, progress: &Progress) {
        for &point in &progress.losses {
            self.curves.add_loss(point);
        }
        for &record in &progress.epochs {
            self.curves.add_epoch(record);
        }
    }

    /// Adds the weights of `snapshot`, taken after `epochs` epochs.
    pub(crate) fn add_snapshot(&mut self, snapshot: &Snapshot, epochs: f64) {
        let histograms = snapshot
            .answer::<WeightProbe>()
            .map_or(&[][..], |layers| layers);
        for (series, histogram) in self.weights.iter_mut().zip(histograms) {
            let is_new = series.last().is_none_or(|last| last.epochs < epochs);
            if is_new {
                series.push(WeightState {
                    epochs,
                    histogram: histogram.clone(),
                });
            }
        }
    }

    /// Adds a change of the learning rate, in place of an earlier one at the same time.
    pub(crate) fn add_mark(&mut self, mark: Mark) {
        if let Some(last) = self.marks.last_mut()
            && last.epochs == mark.epochs
        {
            *last = mark;
        } else if self.marks.len() < MARKS {
            self.marks.push(mark);
        }
    }

    /// Training losses, in order.
    pub fn losses(&self) -> &[LossPoint] {
        self.curves.losses()
    }

    /// Metrics of the epochs, in order.
    pub fn epochs(&self) -> &[EpochRecord] {
        self.curves.epochs()
    }

    /// Weight distributions of `layer`, counted from 0, in order.
    pub fn weights(&self, layer: usize) -> &[WeightState] {
        self.weights.get(layer).map_or(&[], Bounded::buckets)
    }

    /// Changes of the learning rate, in order.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }
}
