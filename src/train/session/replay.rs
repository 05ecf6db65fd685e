//! A training done again from what is recorded of it.

use std::fmt;
use std::sync::Arc;

use super::{Divergence, Session};
use crate::data::Dataset;
use crate::error::Error;
use crate::nn::LoggedChange;
use crate::nn::engine::Threads;
use crate::train::Plan;

/// Why a training can't be done again.
#[derive(Debug)]
pub enum ReplayError {
    /// It can't even start.
    Start(Error),
    /// A change of the log can't be made.
    Refused {
        /// Steps done before it.
        step: u64,
        /// Why.
        why: String,
    },
    /// The log has a change at a step that is over, or behind the last one.
    OutOfOrder {
        /// The step in the log.
        step: u64,
    },
    /// A step of it diverges.
    Diverged(Divergence),
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => error.fmt(f),
            Self::Refused { step, why } => write!(f, "the change after step {step}: {why}"),
            Self::OutOfOrder { step } => {
                write!(f, "the change after step {step} is out of order")
            }
            Self::Diverged(divergence) => divergence.fmt(f),
        }
    }
}

impl std::error::Error for ReplayError {}

impl Session {
    /// The training of `plan` on `dataset` after `steps` steps, with the changes of `log` made where
    /// they were: on the same binary and type of processor it has the same weights, bit for bit.
    ///
    /// # Errors
    /// A [`ReplayError`] where that can't be done.
    pub fn replay(
        plan: Plan,
        dataset: Arc<Dataset>,
        log: &[LoggedChange],
        steps: u64,
        threads: Threads,
    ) -> Result<Self, ReplayError> {
        let started = Self::with_threads(plan, dataset, threads);
        let mut session = started.map_err(ReplayError::Start)?;
        for logged in log {
            let step = logged.step;
            if step < session.position().step || step > steps {
                return Err(ReplayError::OutOfOrder { step });
            }
            session.train_up_to(step)?;
            session
                .apply(logged.change.clone())
                .map_err(|why| ReplayError::Refused { step, why })?;
        }
        session.train_up_to(steps)?;
        Ok(session)
    }

    fn train_up_to(&mut self, steps: u64) -> Result<(), ReplayError> {
        while self.position.step < steps {
            self.step().map_err(ReplayError::Diverged)?;
        }
        Ok(())
    }
}
