//! Queue of the worker's events: ordered, non-blocking, and bounded by merging metrics.

use std::collections::VecDeque;
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::curves::Curves;
use super::evaluation::Outcomes;
use super::messages::Event;
use super::progress::{EpochRecord, LossPoint, Progress};
use super::session::RunningMean;
use super::{BestEpoch, Position, Session, Stepped};
use crate::data::Scores;
use crate::util::stats::{Bounded, MinMaxLast};

/// Capacity for metrics; beyond it, neighbouring points are merged.
const METRICS_CAPACITY: usize = 1 << 16;
/// Shortest time between two progress events.
const INTERVAL: Duration = Duration::from_millis(15);
/// Number of first epochs that record several loss points each; later epochs record their mean only.
pub(crate) const DETAILED_EPOCHS: u64 = 16;
/// Largest number of loss points per such epoch.
const POINTS_PER_EPOCH: u32 = 32;

/// Receives the worker's events.
pub trait Sink: Send {
    /// Accepts `event`. On the screen it must not wait.
    ///
    /// # Errors
    /// The event itself, if there is no room; it is offered again later.
    fn offer(&mut self, event: Event) -> Result<(), Box<Event>>;
}

impl<F: FnMut(Event) -> Result<(), Box<Event>> + Send> Sink for F {
    fn offer(&mut self, event: Event) -> Result<(), Box<Event>> {
        self(event)
    }
}

/// Position and speed of a training, reported with its metrics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Status {
    pub position: Position,
    pub learning_rate: f64,
    pub best: Option<BestEpoch>,
    pub samples_per_second: f64,
    pub seconds: f64,
}

pub(super) struct EventQueue<S> {
    sink: S,
    waiting: VecDeque<Event>,
    losses: Bounded<LossPoint>,
    epochs: Bounded<EpochRecord>,
    outcomes: Option<Outcomes>,
    progress: Option<Status>,
    sent: Option<Status>,
    sent_at: Option<Instant>,
    steps_per_point: u32,
    recording: Recording,
}

/// Curves so far, and how far they go.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recording {
    pub curves: Curves,
    /// Sum of the losses since the last loss point, and their number.
    open_point: (f64, u32),
    /// Epochs, with their fraction, up to which losses are recorded. A step that is repeated after
    /// going back is not recorded twice: history only moves forward.
    recorded: f64,
    /// Whole epochs up to which epochs are recorded.
    recorded_epochs: u64,
}

impl Recording {
    /// Returns the recording up to where `session` is, or its past.
    pub(super) fn until(&self, session: &Session) -> Self {
        let epochs = epochs_of(session);
        let mut recording = self.clone();
        if epochs < recording.recorded {
            recording.curves.cut(epochs);
            recording.open_point = (0.0, 0);
            recording.recorded = epochs;
            recording.recorded_epochs = session.position().epoch;
        }
        recording
    }
}

/// Returns the epochs done, with the fraction of the current one.
fn epochs_of(session: &Session) -> f64 {
    session.position().epochs(session.batches())
}

impl<S: Sink> EventQueue<S> {
    pub fn new(sink: S) -> Self {
        Self {
            sink,
            waiting: VecDeque::new(),
            losses: Bounded::new(METRICS_CAPACITY),
            epochs: Bounded::new(METRICS_CAPACITY),
            outcomes: None,
            progress: None,
            sent: None,
            sent_at: None,
            steps_per_point: 1,
            recording: Recording::default(),
        }
    }

    /// Continues `recording` for `session`, without metrics that were not sent.
    pub(crate) fn start_series(&mut self, session: &Session, recording: Recording) {
        self.losses.clear();
        self.epochs.clear();
        self.outcomes = None;
        self.progress = None;
        self.sent = None;
        self.recording = recording;
        self.set_batches(session.batches());
    }

    /// Spaces loss points for epochs of `batches` steps.
    pub(crate) fn set_batches(&mut self, batches: u32) {
        self.steps_per_point = batches.div_ceil(POINTS_PER_EPOCH).max(1);
    }

    /// Appends `event`, after the metrics so far.
    pub fn push(&mut self, event: Event) {
        self.close_progress();
        self.waiting.push_back(event);
        self.flush();
    }

    /// Offers `event` once, unless others wait.
    pub(crate) fn push_droppable(&mut self, event: Event) {
        if self.waiting.is_empty() {
            // It only announces a snapshot, which the screen also fetches after any other event.
            let _ = self.sink.offer(event);
        }
    }

    /// Records the loss of a step.
    pub(crate) fn record_step(&mut self, session: &Session, stepped: Stepped) {
        let position = session.position();
        let epochs = epochs_of(session);
        let recording = &mut self.recording;
        if epochs <= recording.recorded {
            return;
        }
        recording.recorded = epochs;
        recording.open_point.0 += f64::from(stepped.loss);
        recording.open_point.1 += 1;
        let is_early = position.epoch < DETAILED_EPOCHS;
        let is_whole = is_early && recording.open_point.1 >= self.steps_per_point;
        if !is_whole && stepped.epoch.is_none() {
            return;
        }
        let (sum, steps) = std::mem::take(&mut recording.open_point);
        let point = LossPoint {
            epochs,
            loss: MinMaxLast::of(sum / f64::from(steps)),
        };
        recording.curves.add_loss(point);
        self.losses.push(point);
    }

    /// Records the end of an epoch: its means, the learning rate of its last step and the scores after it.
    pub(crate) fn record_epoch(
        &mut self,
        session: &Session,
        of_epoch: (RunningMean, f64),
        validation: Option<(Scores, Outcomes)>,
    ) {
        let position = session.position();
        if position.epoch <= self.recording.recorded_epochs {
            return;
        }
        self.recording.recorded_epochs = position.epoch;
        let (validation, outcomes) = validation.unzip();
        let record = EpochRecord::of(session, of_epoch, validation.as_ref());
        self.recording.curves.add_epoch(record);
        self.epochs.push(record);
        self.outcomes = outcomes.or(self.outcomes.take());
    }

    /// Returns the curves so far.
    pub(crate) fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Sets the status that is sent with the next flush.
    pub(crate) fn set_progress(&mut self, progress: Status) {
        self.progress = Some(progress);
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && !self.has_progress()
    }

    fn has_progress(&self) -> bool {
        self.progress != self.sent
    }

    /// Appends the metrics so far as a progress event.
    fn close_progress(&mut self) {
        let Some(progress) = self.progress.filter(|_| self.has_progress()) else {
            return;
        };
        self.waiting.push_back(Event::Progress(Box::new(Progress {
            position: progress.position,
            learning_rate: progress.learning_rate,
            best: progress.best,
            samples_per_second: progress.samples_per_second,
            seconds: progress.seconds,
            losses: self.losses.take(),
            epochs: self.epochs.take(),
            outcomes: self.outcomes.take(),
        })));
        self.sent = self.progress;
        self.sent_at = Some(Instant::now());
    }

    /// Sends as many events as the sink accepts.
    pub fn flush(&mut self) {
        while let Some(event) = self.waiting.pop_front() {
            if let Err(event) = self.sink.offer(event) {
                self.waiting.push_front(*event);
                return;
            }
        }
        let is_due = self.sent_at.is_none_or(|at| at.elapsed() >= INTERVAL);
        if is_due && self.has_progress() {
            self.close_progress();
            if let Some(event) = self.waiting.pop_front()
                && let Err(event) = self.sink.offer(event)
            {
                self.waiting.push_front(*event);
            }
        }
    }

    /// Sends all events, unless the sink stays full for `patience`.
    pub(crate) fn flush_for(&mut self, patience: Duration) {
        let start = Instant::now();
        loop {
            self.flush();
            if self.waiting.is_empty() || start.elapsed() > patience {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}
