//! Best epoch: the one after which the loss on the validation rows was lowest.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::snapshots::Snapshot;
use super::undo::UndoStack;
use super::{Position, Session};
use crate::nn::Parameters;
use crate::nn::engine::EngineSnapshot;
use crate::train::{Evaluation, Plan};
use crate::util::named::shown_by_name;

/// Choice between the weights of the best epoch and those of the last step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Weights {
    /// Weights of the epoch with the lowest validation loss; those of the last step before there is one, and
    /// without validation rows.
    #[default]
    Best,
    /// Weights of the last step.
    Last,
}

impl Weights {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Best, Self::Last];

    /// Name for the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Last => "last",
        }
    }
}

shown_by_name!(Weights);

/// Epoch with the lowest validation loss so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BestEpoch {
    /// The epoch, counted from 1.
    pub epoch: u64,
    /// Mean loss on the validation rows at its end.
    pub loss: f64,
}

/// State of a session at the end of its best epoch.
#[derive(Debug, Clone)]
pub(super) struct Best {
    pub(super) snapshot: Arc<Snapshot>,
    /// Validation loss, finite.
    pub(super) loss: f64,
}

/// Weights that are worth saving, and how they came about.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::train) struct ChosenWeights {
    pub parameters: Parameters,
    /// Position at which the training had these weights.
    pub position: Position,
    /// Settings in force there.
    pub plan: Plan,
    /// Number of live changes until then.
    pub changes: usize,
    /// The best epoch, if these are its weights.
    pub best: Option<BestEpoch>,
}

impl Session {
    /// Returns the best epoch since the last change of parameters, network or loss; `None` before the first
    /// epoch has ended and without validation rows.
    pub fn best(&self) -> Option<BestEpoch> {
        let best = self.recovery.best.as_ref()?;
        Some(BestEpoch {
            epoch: best.snapshot.position.epoch,
            loss: best.loss,
        })
    }

    /// Returns the number of epochs since the best one, or since the search for it began. After an epoch that
    /// was the best it is 0.
    pub(in crate::train) fn epochs_without_improvement(&self) -> u64 {
        let recovery = &self.recovery;
        let best = recovery.best.as_ref();
        let since = best.map_or(recovery.best_since, |best| best.snapshot.position.epoch);
        self.position.epoch.saturating_sub(since)
    }

    /// Keeps the current state if `loss`, that of the validation rows at the end of an epoch, is the lowest so
    /// far. Of equal losses the earlier epoch is the best one; a loss that is not finite never is. `engine` is the state
    /// of the engine, if it was copied already.
    pub(super) fn note_validation_loss(&mut self, loss: f64, engine: Option<&Arc<EngineSnapshot>>) {
        let best = self.recovery.best.as_ref();
        if loss.is_finite() && best.is_none_or(|best| loss < best.loss) {
            let engine = engine.cloned();
            let engine = engine.unwrap_or_else(|| Arc::new(self.engine.snapshot()));
            let snapshot = self.snapshot_of(engine, None, UndoStack::default());
            self.recovery.best = Some(Best { snapshot, loss });
        }
    }

    /// Forgets the best epoch, since its loss is not that of the network as it is now.
    pub(super) fn start_new_best(&mut self) {
        self.recovery.best = None;
        self.recovery.best_since = self.position.epoch;
        self.plateau.forget_losses();
    }

    /// Returns the weights that `weights` asks for. In place of the weights of the last step after a divergence
    /// or an interrupted step, these are the last good ones.
    pub(in crate::train) fn chosen_weights(&self, weights: Weights) -> ChosenWeights {
        if weights == Weights::Best
            && let Some(Best { snapshot, .. }) = &self.recovery.best
        {
            return ChosenWeights {
                parameters: snapshot.parameters(),
                position: snapshot.position,
                plan: snapshot.now.clone(),
                changes: snapshot.changes,
                best: self.best(),
            };
        }
        let (parameters, position) = self.good_parameters();
        ChosenWeights {
            parameters,
            position,
            plan: self.now.clone(),
            changes: self.log.len(),
            best: None,
        }
    }

    /// Evaluates the weights of the best epoch on all rows; `None` if there is none.
    pub(in crate::train) fn evaluate_best(&mut self) -> Option<(BestEpoch, Evaluation)> {
        let best = self.best()?;
        let parameters = self.recovery.best.as_ref()?.snapshot.parameters();
        Some((best, self.evaluate_parameters(&parameters)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::data::{Source, load};

    #[test]
    fn a_loss_that_is_not_finite_never_is_the_best() {
        let dataset = load(&Source::parse("iris"), None).expect("it is built in");
        let plan = Plan::small();
        let mut session = Session::new(plan, Arc::new(dataset)).expect("sound");
        let mut best_after = |loss| {
            session.note_validation_loss(loss, None);
            session.best().map(|best| best.loss)
        };
        assert_eq!(best_after(f64::NAN), None);
        assert_eq!(best_after(f64::INFINITY), None);
        assert_eq!(best_after(0.5), Some(0.5));
        assert_eq!(best_after(f64::NAN), Some(0.5));
        assert_eq!(best_after(f64::NEG_INFINITY), Some(0.5));
        assert_eq!(best_after(0.25), Some(0.25));
    }
}
