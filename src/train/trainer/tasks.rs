//! Work beside training that a command asks for: training waits for it, commands do not.

use std::path::PathBuf;
use std::time::Instant;

use super::{SLICE, Trainer};
use crate::error::{Error, Result};
use crate::nn::gradient_check::Check;
use crate::train::event_queue::Sink;
use crate::train::importance::ImportanceRun;
use crate::train::messages::Event;
use crate::train::preflight::Preflight;
use crate::train::rate_finder::RateFinder;
use crate::train::refit::{Refit, Refitted};
use crate::train::{Session, Weights};

/// Kind of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Task {
    CheckGradients,
    FindRate,
    Preflight,
    Importance(Weights),
    Refit {
        weights: Weights,
        path: Option<PathBuf>,
    },
}

/// Work in progress.
pub(super) struct TaskInProgress {
    task: Task,
    work: Work,
}

/// Work that is done in small parts.
enum Work {
    Gradients(Box<Check>),
    Rates(Box<RateFinder>),
    Preflight(Box<Preflight>, Option<Error>),
    Importance(Box<ImportanceRun>),
    Refit(Result<Box<Refit>>),
}

impl Task {
    /// Returns how many copies of the network the work takes at most.
    fn copies(&self) -> u32 {
        match self {
            Self::CheckGradients | Self::FindRate | Self::Importance(_) => 1,
            // It takes less than saving, for which memory is promised.
            Self::Refit { .. } => 0,
            // One that is trained, and one whose gradients are checked.
            Self::Preflight => 2,
        }
    }
}

impl Work {
    fn new(task: &Task, session: &Session) -> Self {
        match task {
            Task::CheckGradients => Self::Gradients(Box::new(session.gradient_check())),
            Task::FindRate => Self::Rates(Box::new(RateFinder::new(session))),
            Task::Preflight => {
                let preflight = Preflight::new(session.recipe_in_force());
                Self::Preflight(Box::new(preflight), None)
            }
            Task::Importance(weights) => {
                Self::Importance(Box::new(session.importance_run(*weights)))
            }
            Task::Refit { weights, path } => {
                let refit = Refit::new(session, *weights, path.clone());
                Self::Refit(refit.map(Box::new))
            }
        }
    }

    /// Does a part. Returns whether there is more.
    fn advance(&mut self) -> bool {
        match self {
            Self::Gradients(check) => check.advance(),
            Self::Rates(finder) => finder.advance(),
            Self::Importance(run) => run.advance(),
            Self::Refit(refit) => match refit.as_mut().map(|refit| refit.advance()) {
                Ok(Ok(has_more)) => has_more,
                Ok(Err(error)) => {
                    *refit = Err(error);
                    false
                }
                Err(_) => false,
            },
            Self::Preflight(preflight, failure) => preflight.advance().unwrap_or_else(|error| {
                *failure = Some(error);
                false
            }),
        }
    }

    /// Returns the report of a result before the last one.
    fn take_new(&mut self) -> Option<Event> {
        match self {
            Self::Preflight(preflight, None) => preflight.take_new().map(Event::Preflight),
            _ => None,
        }
    }
}

impl<S: Sink> Trainer<S> {
    /// Starts a task, in place of one in progress, or refuses it where there is no memory for it.
    pub(super) fn start_task(&mut self, task: Task) {
        self.stop_replay();
        self.cancel_task();
        let session = self.shown_session();
        let checked = session.check_copies(task.copies());
        let checked = checked.and_then(|()| match task {
            Task::Importance(_) => session.check_importance(),
            _ => Ok(()),
        });
        match checked {
            Ok(()) => {
                let work = Work::new(&task, self.shown_session());
                self.task = Some(TaskInProgress { task, work });
            }
            Err(error) => self.events.push(Event::Refused(error.to_string())),
        }
    }

    /// Starts the task in progress again, whose network has changed.
    pub(super) fn restart_task(&mut self) {
        if let Some(task) = &self.task {
            self.start_task(task.task.clone());
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
            let has_more = task.work.advance();
            if let Some(event) = task.work.take_new() {
                self.events.push(event);
            }
            if !has_more {
                let result = self.finish_task(task.work);
                self.events.push(result);
                return self.train_on();
            }
            self.task = Some(task);
            if start.elapsed() >= SLICE {
                return;
            }
        }
    }

    /// Returns the report of the result of `work`.
    fn finish_task(&mut self, work: Work) -> Event {
        match work {
            Work::Gradients(check) => Event::GradientsChecked(Box::new(check.finish())),
            Work::Rates(finder) => Event::RatesTried(Box::new(finder.curve())),
            Work::Importance(run) => Event::ImportanceMeasured(Box::new(run.finish())),
            Work::Preflight(_, Some(error)) => Event::Refused(error.to_string()),
            Work::Preflight(preflight, None) => Event::Preflight(preflight.done().to_vec()),
            Work::Refit(refit) => Event::Refitted(
                refit
                    .and_then(|refit| self.finish_refit(*refit))
                    .map(Box::new),
            ),
        }
    }

    /// Saves the network of `refit` in place of that of the run.
    fn finish_refit(&mut self, mut refit: Refit) -> Result<Refitted> {
        let saved = match refit.path.clone() {
            Some(path) => {
                let saved = self.export_refitted(&path, &mut refit.session)?;
                Some((path, saved))
            }
            None => None,
        };
        Ok(refit.finish(saved))
    }

    /// Goes on training. Steps that fell due meanwhile are not made up for.
    pub(super) fn train_on(&mut self) {
        self.restart_throttle();
        self.meter.restart(Instant::now());
    }
}
