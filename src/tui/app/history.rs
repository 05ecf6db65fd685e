//! Everything that was reported of a training, in bounded memory.

use crate::train::probes::WeightProbe;
use crate::train::{EpochRecord, LossPoint, Progress, Snapshot};
use crate::util::stats::{Bounded, Histogram, Merge};

const METRICS: usize = 4096;
const WEIGHT_STATES: usize = 512;
/// Marks that are kept at most, should somebody lean on a key.
const MARKS: usize = 1000;

/// Metrics and weights over the epochs.
#[derive(Debug, Clone)]
pub struct History {
    losses: Bounded<LossPoint>,
    epochs: Bounded<EpochRecord>,
    weights: Vec<Bounded<WeightState>>,
    marks: Vec<Mark>,
}

/// A layer's weights at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightState {
    /// Epochs done, with their fraction.
    pub epochs: f64,
    /// The weights.
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
    /// Epochs done, with their fraction.
    pub epochs: f64,
    /// The rate from there on.
    pub learning_rate: f64,
}

impl History {
    /// Nothing yet, of a network with `depth` layers of weights.
    pub fn new(depth: usize) -> Self {
        Self {
            losses: Bounded::new(METRICS),
            epochs: Bounded::new(METRICS),
            weights: vec![Bounded::new(WEIGHT_STATES); depth],
            marks: Vec::new(),
        }
    }

    /// Takes in what the worker reported.
    pub fn add_progress(&mut self, progress: &Progress) {
        for &point in &progress.losses {
            self.losses.push(point);
        }
        for &record in &progress.epochs {
            self.epochs.push(record);
        }
    }

    /// Takes in the weights of `snapshot`, taken after `epochs` epochs.
    pub fn add_snapshot(&mut self, snapshot: &Snapshot, epochs: f64) {
        let histograms = snapshot.answer::<WeightProbe>().map_or(&[][..], |it| it);
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

    /// Takes in a change of the learning rate; one that follows at the same place replaces it.
    pub fn add_mark(&mut self, mark: Mark) {
        if let Some(last) = self.marks.last_mut()
            && last.epochs == mark.epochs
        {
            *last = mark;
        } else if self.marks.len() < MARKS {
            self.marks.push(mark);
        }
    }

    /// Training loss along the way.
    pub fn losses(&self) -> &[LossPoint] {
        self.losses.buckets()
    }

    /// Metrics of the epochs.
    pub fn epochs(&self) -> &[EpochRecord] {
        self.epochs.buckets()
    }

    /// States of the weights of `layer`, counted from 0.
    pub fn weights(&self, layer: usize) -> &[WeightState] {
        self.weights.get(layer).map_or(&[], Bounded::buckets)
    }

    /// Changes of the learning rate.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }
}
