//! History of a training, in bounded memory.

use super::timeline::{Milestone, Timeline};
use crate::nn::Change;
use crate::train::probes::{HealthProbe, WeightProbe};
use crate::train::{
    Curves, EpochRecord, InForce, LayerHealth, LossPoint, Plan, Position, Progress, Snapshot,
    Trend, trend,
};
use crate::tui::text;
use crate::util::stats::{Bounded, Histogram, Merge};

const WEIGHT_STATES: usize = 512;
const HEALTH_STATES: usize = 128;
/// Maximal number of marks, in case a key is held down.
const MARKS: usize = 1000;

/// Metrics and weights over the epochs.
#[derive(Debug, Clone)]
pub struct TrainingHistory {
    curves: Curves,
    timeline: Timeline,
    /// Time in epochs from which on the curves are those of the present run; before it they are a ghost.
    begin: f64,
    /// Time in epochs at which good weights were last restored in the present run.
    recovered: Option<f64>,
    /// Times in epochs at which another loss was chosen, in order: values of two losses are not compared.
    loss_changes: Vec<f64>,
    weights: Vec<Bounded<WeightState>>,
    health: Vec<Bounded<LayerHealth>>,
    /// Position of the last health that was added.
    health_at: Option<Position>,
    marks: Vec<ChangeMark>,
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

/// Changes of settings or parameters at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeMark {
    /// Epochs done, with the fraction of the current one.
    pub epochs: f64,
    /// Descriptions such as `lr 0.005`, in order.
    pub changes: Vec<String>,
}

impl TrainingHistory {
    /// Creates a history that begins with `curves`, for a network with `depth` layers of weights.
    pub fn new(depth: usize, curves: Curves) -> Self {
        Self {
            curves,
            timeline: Timeline::default(),
            begin: 0.0,
            recovered: None,
            loss_changes: Vec::new(),
            weights: vec![Bounded::new(WEIGHT_STATES); depth],
            health: vec![Bounded::new(HEALTH_STATES); depth],
            health_at: None,
            marks: Vec::new(),
        }
    }

    /// Continues another history, of which this one has the first `epochs` epochs of its curves.
    pub(super) fn branch_from(&mut self, other: &Self, epochs: f64) {
        self.timeline = other.timeline.until(epochs);
        self.begin = if other.begin < epochs {
            other.begin
        } else {
            0.0
        };
        self.recovered = other.recovered.filter(|recovered| *recovered <= epochs);
        self.loss_changes.clone_from(&other.loss_changes);
        self.loss_changes.retain(|change| *change <= epochs);
        self.weights.clone_from(&other.weights);
        for series in &mut self.weights {
            series.truncate_where(|state| state.epochs <= epochs);
        }
        self.marks.clone_from(&other.marks);
        self.marks.retain(|mark| mark.epochs <= epochs);
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

    /// Adds a time that the training has reached.
    pub(super) fn add_milestone(&mut self, milestone: Milestone) {
        self.timeline.add(milestone);
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
        if let Some(health) = snapshot.answer::<HealthProbe>()
            && self.health_at != Some(health.position)
        {
            self.health_at = Some(health.position);
            // Layers were added or removed.
            self.health
                .resize_with(health.layers.len(), || Bounded::new(HEALTH_STATES));
            for (series, &layer) in self.health.iter_mut().zip(&health.layers) {
                series.push(layer);
            }
        }
    }

    /// Adds a change made after `epochs` epochs. Of several values of one setting at the same time the last
    /// one counts.
    pub(crate) fn add_change(&mut self, epochs: f64, change: String) {
        let setting = |change: &str| change.split(' ').next().map(str::to_owned);
        if let Some(mark) = self.marks.last_mut()
            && mark.epochs == epochs
        {
            mark.changes
                .retain(|other| setting(other) != setting(&change));
            mark.changes.push(change);
        } else if self.marks.len() < MARKS {
            let changes = vec![change];
            self.marks.push(ChangeMark { epochs, changes });
        }
    }

    /// Losses and scores.
    pub fn curves(&self) -> &Curves {
        &self.curves
    }

    /// Epochs, steps and seconds of the training.
    pub(crate) fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Time of the last loss or score, in epochs.
    pub(crate) fn end(&self) -> f64 {
        let loss = self.losses().last().map_or(0.0, |point| point.epochs);
        let epoch = self.epochs().last().map_or(0, |record| record.epoch);
        loss.max(epoch as f64)
    }

    /// Training losses, in order.
    pub fn losses(&self) -> &[LossPoint] {
        self.curves.losses()
    }

    /// Metrics of the epochs, in order.
    pub fn epochs(&self) -> &[EpochRecord] {
        self.curves.epochs()
    }

    /// Time in epochs at which the curves of the present run begin.
    pub(super) fn begin(&self) -> f64 {
        self.begin
    }

    pub(super) fn begin_at(&mut self, epochs: f64) {
        self.begin = epochs;
    }

    /// Notes that good weights are restored after `epochs` epochs.
    pub(super) fn recover_at(&mut self, epochs: f64) {
        self.recovered = Some(epochs);
    }

    /// Notes that another loss is chosen after `epochs` epochs.
    pub(super) fn change_loss_at(&mut self, epochs: f64) {
        self.loss_changes.push(epochs);
    }

    /// Whether a time is before the present run, or before its present loss was chosen.
    fn is_incomparable(&self, epochs: f64) -> bool {
        let is_of_other_loss = self
            .loss_changes
            .last()
            .is_some_and(|change| epochs <= *change);
        !self.is_present(epochs) || is_of_other_loss
    }

    /// Time in epochs at which good weights were last restored, if ever.
    pub(crate) fn recovered(&self) -> Option<f64> {
        self.recovered
    }

    /// Metrics of the epochs of the present run, since good weights were last restored and its loss chosen, in order.
    pub(super) fn present(&self) -> &[EpochRecord] {
        let records = self.epochs();
        let is_before = |epoch: f64| self.is_incomparable(epoch) || self.is_lost(epoch);
        let first = records.partition_point(|record| is_before(record.epoch as f64));
        &records[first..]
    }

    /// Whether the weights of a time were given up for better ones.
    pub(crate) fn is_lost(&self, epochs: f64) -> bool {
        self.recovered.is_some_and(|recovered| epochs <= recovered)
    }

    /// Training losses of the present run since its loss was chosen, in order.
    pub(super) fn present_losses(&self) -> &[LossPoint] {
        let losses = self.losses();
        let first = losses.partition_point(|point| self.is_incomparable(point.epochs));
        &losses[first..]
    }

    /// Direction of the loss in the present run; `None` while it is not clear.
    pub(crate) fn trend(&self) -> Option<Trend> {
        trend(self.present())
    }

    /// Metrics of the epoch nearest to a time in epochs.
    pub(crate) fn nearest(&self, epochs: f64) -> Option<&EpochRecord> {
        let records = self.epochs();
        let after = records.partition_point(|record| (record.epoch as f64) < epochs);
        let distance = |record: &&EpochRecord| (record.epoch as f64 - epochs).abs();
        let near = &records[after.saturating_sub(1)..(after + 1).min(records.len())];
        near.iter()
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }

    /// Weight distributions of `layer`, counted from 0, since good weights were last restored, in order.
    pub fn weights(&self, layer: usize) -> &[WeightState] {
        let states = self.weights.get(layer).map_or(&[][..], Bounded::buckets);
        &states[states.partition_point(|state| self.is_lost(state.epochs))..]
    }

    /// Health of `layer`, counted from 0, at the times at which it was computed, in order.
    pub(crate) fn health(&self, layer: usize) -> &[LayerHealth] {
        self.health.get(layer).map_or(&[], Bounded::buckets)
    }

    /// Changes made by hand, in order.
    pub fn marks(&self) -> &[ChangeMark] {
        &self.marks
    }
}

/// Describes a change for the charts, given the plan and the state before it: `lr 0.005`, `hidden 8,8`.
pub(super) fn change_label(change: &Change, before: &Plan, in_force: Option<&InForce>) -> String {
    match change {
        Change::LearningRate { learning_rate } => text::rate_mark(learning_rate),
        Change::Recover { learning_rate } => text::recovery_mark(learning_rate),
        Change::Network { .. } => change.differences_from(&before.network_change()),
        Change::Undo | Change::UndoLast => {
            text::undo_mark(in_force.map_or("", |in_force| in_force.next_undo.as_str()))
        }
        change => change.to_string(),
    }
}
