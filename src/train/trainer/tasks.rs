//! Work beside training that a command asks for: training waits for it, commands do not.

use std::time::Instant;

use super::{SLICE, Trainer};
use crate::error::Error;
use crate::nn::gradient_check::Check;
use crate::train::event_queue::Sink;
use crate::train::importance::ImportanceRun;
use crate::train::messages::Event;
use crate::train::preflight::Preflight;
use crate::train::rate_finder::RateFinder;
use crate::train::throttle::Throttle;
use crate::train::{Session, Weights};

/// Kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    CheckGradients,
    FindRate,
    Preflight,
    Importance(Weights),
}

/// Work in progress, done in small parts.
pub(super) enum TaskInProgress {
    Gradients(Box<Check>),
    Rates(Box<RateFinder>),
    Preflight(Box<Preflight>, Option<Error>),
    Importance(Box<ImportanceRun>, Weights),
}

impl TaskInProgress {
    fn new(task: Task, session: &Session) -> Self {
        match task {
            Task::CheckGradients => Self::Gradients(Box::new(session.gradient_check())),
            Task::FindRate => Self::Rates(Box::new(RateFinder::new(session))),
            Task::Preflight => {
                let preflight = Preflight::new(session.recipe_in_force());
                Self::Preflight(Box::new(preflight), None)
            }
            Task::Importance(weights) => {
                Self::Importance(Box::new(session.importance_run(weights)), weights)
            }
        }
    }

    fn task(&self) -> Task {
        match self {
            Self::Gradients(_) => Task::CheckGradients,
            Self::Rates(_) => Task::FindRate,
            Self::Preflight(..) => Task::Preflight,
            Self::Importance(_, weights) => Task::Importance(*weights),
        }
    }

    /// Does a part. Returns whether there is more.
    fn advance(&mut self) -> bool {
        match self {
            Self::Gradients(check) => check.advance(),
            Self::Rates(finder) => finder.advance(),
            Self::Importance(run, _) => run.advance(),
            Self::Preflight(preflight, failure) => preflight.advance().unwrap_or_else(|error| {
                *failure = Some(error);
                false
            }),
        }
    }

    /// Returns the report of a result before the last one.
    fn news(&mut self) -> Option<Event> {
        match self {
            Self::Preflight(preflight, None) => preflight.news().map(Event::Preflight),
            _ => None,
        }
    }

    /// Returns the report of the result.
    fn finish(self) -> Event {
        match self {
            Self::Gradients(check) => Event::GradientsChecked(Box::new(check.finish())),
            Self::Rates(finder) => Event::RatesTried(Box::new(finder.curve())),
            Self::Importance(run, _) => Event::ImportanceMeasured(Box::new(run.finish())),
            Self::Preflight(_, Some(error)) => Event::Refused(error.to_string()),
            Self::Preflight(preflight, None) => Event::Preflight(preflight.done().to_vec()),
        }
    }
}

impl<S: Sink> Trainer<S> {
    /// Starts a task, in place of one in progress.
    pub(super) fn start_task(&mut self, task: Task) {
        self.task = Some(TaskInProgress::new(task, &self.session));
    }

    /// Starts the task in progress again, whose network has changed.
    pub(super) fn restart_task(&mut self) {
        if let Some(task) = &self.task {
            self.start_task(task.task());
        }
    }

    /// Ends the task in progress without a result.
    pub(super) fn cancel_task(&mut self) {
        if self.task.take().is_some() {
            self.train_on();
        }
    }

    /// Continues the task for about [`SLICE`], and reports its result when done.
    pub(super) fn work_a_slice(&mut self) {
        let start = Instant::now();
        while let Some(mut task) = self.task.take() {
            let has_more = task.advance();
            if let Some(event) = task.news() {
                self.events.push(event);
            }
            if !has_more {
                self.events.push(task.finish());
                return self.train_on();
            }
            self.task = Some(task);
            if start.elapsed() >= SLICE {
                return;
            }
        }
    }

    /// Goes on training. Steps that fell due meanwhile are not made up for.
    fn train_on(&mut self) {
        self.throttle = Throttle::new(self.settings.pace, self.session.batches());
        self.meter.restart(Instant::now());
    }
}
