//! Training anew on training and validation rows, once the number of epochs is known.

use std::path::PathBuf;

use super::{Session, Weights};
use crate::data::Scores;
use crate::error::{Error, Result};
use crate::model_file::Saved;

/// Least number of steps of a refit, for tables whose validation loss is by chance lowest in the first epochs.
const LEAST_STEPS: u64 = 200;

/// Training anew on training and validation rows, in small parts.
pub(super) struct Refit {
    pub session: Session,
    /// Number of epochs to train.
    epochs: u64,
    /// File that the network is saved to in place of that of the run.
    pub path: Option<PathBuf>,
}

/// Returns the number of epochs of a refit: 1.5 times those that gave the `weights` of `session`, at least
/// [`LEAST_STEPS`], and no more than it has trained.
///
/// With more rows a network overfits later. Few validation rows tell the best epoch only roughly, and too few epochs cost
/// more than too many.
pub(super) fn refit_epochs(session: &Session, weights: Weights) -> u64 {
    let trained = session.position().epoch;
    let best = session.best().filter(|_| weights == Weights::Best);
    best.map_or(trained, |best| {
        let least = LEAST_STEPS.div_ceil(session.batches().into());
        (best.epoch + best.epoch / 2).max(least).min(trained)
    })
}

/// Outcome of a [`Refit`].
#[derive(Debug, Clone)]
pub struct Refitted {
    /// Number of rows that were trained on.
    pub rows: usize,
    /// Number of epochs.
    pub epochs: u64,
    /// Scores on the test rows, if there are any.
    pub test: Option<Scores>,
    /// Path of the model and what was saved there, if it was to be saved.
    pub saved: Option<(PathBuf, Saved)>,
}

impl Refit {
    /// Starts from what `session` started from, to train for its [`refit_epochs`].
    ///
    /// # Errors
    /// Those of [`Recipe::session_on_all`](super::Recipe::session_on_all).
    pub fn new(session: &Session, weights: Weights, path: Option<PathBuf>) -> Result<Self> {
        Ok(Self {
            session: session.recipe().session_on_all()?,
            epochs: refit_epochs(session, weights),
            path,
        })
    }

    /// Does a step. Returns whether there is more.
    ///
    /// # Errors
    /// [`Error::Diverged`].
    pub fn advance(&mut self) -> Result<bool> {
        if self.session.position().epoch < self.epochs {
            let step = self.session.step();
            step.map_err(|divergence| Error::Diverged(divergence.to_string()))?;
        }
        Ok(self.session.position().epoch < self.epochs)
    }

    /// Returns the outcome, once the network is saved as `saved` says.
    pub fn finish(mut self, saved: Option<(PathBuf, Saved)>) -> Refitted {
        Refitted {
            rows: self.session.data().training.rows(),
            epochs: self.epochs,
            test: self.session.evaluate().test,
            saved,
        }
    }
}
