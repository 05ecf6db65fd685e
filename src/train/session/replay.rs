//! Replay of a recorded training.

use std::fmt;
use std::sync::Arc;

use super::{Divergence, Session};
use crate::data::Dataset;
use crate::error::Error;
use crate::nn::LoggedChange;
use crate::nn::engine::Resources;
use crate::train::Plan;
use crate::util::lang::say;

/// Reason why a training cannot be replayed.
#[derive(Debug)]
pub enum ReplayError {
    /// The session cannot be created.
    Start(Error),
    /// A change of the log is invalid.
    Refused {
        /// Number of steps before the change.
        step: u64,
        /// Reason.
        why: String,
    },
    /// The steps of the log are not ascending, or exceed the number of steps.
    OutOfOrder {
        /// Step in the log.
        step: u64,
    },
    /// A step diverges.
    Diverged(Divergence),
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => error.fmt(f),
            Self::Refused { step, why } => write!(
                f,
                "{}",
                say!(
                    "replay-refused",
                    "the change after step {step}: {why}",
                    step,
                    why
                )
            ),
            Self::OutOfOrder { step } => {
                write!(
                    f,
                    "{}",
                    say!(
                        "replay-order",
                        "the change after step {step} is out of order",
                        step
                    )
                )
            }
            Self::Diverged(divergence) => divergence.fmt(f),
        }
    }
}

impl std::error::Error for ReplayError {}

impl Session {
    /// Trains `plan` on `dataset` for `steps` steps, applying the changes of `log` at their steps. The
    /// weights are bit-identical to the recorded training on the same binary and type of processor.
    ///
    /// # Errors
    /// A [`ReplayError`] if the session cannot start, the log is invalid, or a step diverges.
    pub fn replay(
        plan: Plan,
        dataset: Arc<Dataset>,
        log: &[LoggedChange],
        steps: u64,
        resources: impl Into<Resources>,
    ) -> Result<Self, ReplayError> {
        let started = Self::with_resources(plan, dataset, resources);
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
