//! Reports of distributions for a log: rarer as the training goes on, and at a bounded cost.

use std::time::Instant;

use super::Trainer;
use crate::train::event_queue::Sink;
use crate::train::messages::Event;
use crate::train::observation::{Observation, Scratch};
use crate::train::probes::DistributionProbe;
use crate::train::{Session, Training};

/// Time between two reports, relative to that of computing one.
const REST: u32 = 200;
/// Number of first epochs that each have a report. A training of `n` epochs has about `20 (1 + ln(n / 20))`.
const FIRST: u64 = 20;

/// State of the reports.
pub(super) struct Distributions {
    observation: Observation,
    scratch: Scratch,
    /// Number of epochs after which the next report is due.
    next_epoch: u64,
    /// Time before which there is none.
    next_time: Instant,
    /// Step of the last report.
    reported_step: Option<u64>,
}

impl Distributions {
    pub fn new(session: &Session) -> Self {
        Self {
            observation: Observation::default().with(DistributionProbe),
            scratch: Scratch::new(session),
            next_epoch: 0,
            next_time: Instant::now(),
            reported_step: None,
        }
    }
}

impl<S: Sink> Trainer<S> {
    /// Reports the distributions of a training that is about to start.
    pub(super) fn begin_distributions(&mut self) {
        if let Some(state) = &mut self.distributions {
            (state.next_epoch, state.next_time) = (0, Instant::now());
            state.reported_step = None;
        }
        self.report_distributions();
    }

    /// Reports the distributions, if that is wanted and a report is due. Called after every epoch.
    pub(super) fn report_distributions(&mut self) {
        let (epoch, now) = (self.session.position().epoch, Instant::now());
        let is_due = |state: &Distributions| epoch >= state.next_epoch && now >= state.next_time;
        if self.distributions.as_ref().is_some_and(is_due) {
            self.report_distributions_now();
        }
    }

    /// Reports the distributions where the training ends, which a short one does before another report is due.
    pub(super) fn report_last_distributions(&mut self) {
        let step = Some(self.session.position().step);
        let is_new = |state: &Distributions| state.reported_step != step;
        if self.distributions.as_ref().is_some_and(is_new) {
            self.report_distributions_now();
        }
    }

    fn report_distributions_now(&mut self) {
        let (position, start) = (self.session.position(), Instant::now());
        let Some(state) = &mut self.distributions else {
            return;
        };
        let epoch = position.epoch;
        state.reported_step = Some(position.step);
        let training = Training::from(&self.session);
        let snapshot = state.observation.snapshot(&training, &mut state.scratch);
        state.next_epoch = epoch + 1 + epoch / FIRST;
        state.next_time = start + start.elapsed() * REST;
        if let Some(layers) = snapshot.answer::<DistributionProbe>() {
            self.events.push(Event::Distributions(layers.clone()));
        }
    }
}
