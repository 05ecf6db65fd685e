//! A session as it was, to go back to.

use std::sync::Arc;

use super::frozen::FrozenParameters;
use super::undo::UndoStack;
use super::{Buffers, Checkpoint, Position, RunningMean, Session};
use crate::nn::engine::{Engine, EngineSnapshot};
use crate::nn::optimizer::MAX_STATE;
use crate::nn::{Architecture, Change};
use crate::train::Plan;
use crate::train::evaluation::Evaluator;

/// Bytes that the states to go back to may take together, for each of the two purposes: to undo
/// changes exactly, and to walk back over updates.
pub(in crate::train) const MOST_BYTES: u128 = 64 << 20;

/// Bytes kept per parameter: itself and its transpose, the largest state of an optimizer, and two
/// checkpoints, each an `f32`.
const BYTES_PER_PARAMETER: u128 = 4 * (4 + MAX_STATE as u128);

/// All of a session that steps and changes alter, but its log.
#[derive(Debug, Clone)]
pub(in crate::train) struct Saved {
    engine: EngineSnapshot,
    batch: usize,
    now: Plan,
    held: FrozenParameters,
    position: Position,
    mean: RunningMean,
    last_good: Checkpoint,
    candidate: Checkpoint,
    undo: UndoStack,
}

impl Saved {
    /// About how many bytes the state of a network takes. It depends on nothing but its shape, so
    /// that what can be gone back to is the same in every run.
    pub fn bytes(architecture: &Architecture) -> u128 {
        architecture
            .parameter_count()
            .saturating_mul(BYTES_PER_PARAMETER)
    }

    /// Returns the state of the engine.
    pub fn engine(&self) -> &EngineSnapshot {
        &self.engine
    }
}

impl Session {
    /// The state as it is, with the changes that can be undone in it.
    pub(in crate::train) fn saved(&self) -> Saved {
        self.saved_with(self.undo.clone())
    }

    /// The state for an undo of `change`, where it alters more than a change back can restore.
    pub(super) fn saved_for(&self, change: &Change) -> Option<Arc<Saved>> {
        let is_deep = matches!(
            change,
            Change::Network { .. } | Change::Optimizer { .. } | Change::Batch { .. }
        );
        let is_modest = Saved::bytes(self.architecture()) <= MOST_BYTES;
        (is_deep && is_modest).then(|| Arc::new(self.saved_with(UndoStack::default())))
    }

    fn saved_with(&self, undo: UndoStack) -> Saved {
        Saved {
            engine: self.engine.snapshot(),
            batch: self.engine.batch(),
            now: self.now.clone(),
            held: self.held.clone(),
            position: self.position,
            mean: self.mean,
            last_good: self.last_good.clone(),
            candidate: self.candidate.clone(),
            undo,
        }
    }

    /// Goes back to `saved`. The log stays.
    pub(in crate::train) fn go_back_to(&mut self, saved: Saved) {
        let Saved {
            engine,
            batch,
            now,
            held,
            position,
            mean,
            last_good,
            candidate,
            undo,
        } = saved;
        self.use_engine(Engine::from_snapshot(engine, batch));
        self.now = now;
        self.held = held;
        self.position = position;
        self.mean = mean;
        self.last_good = last_good;
        self.candidate = candidate;
        self.undo = undo;
        self.diverged = None;
        self.shuffle();
        self.note_touch();
    }

    /// Goes on with another engine, and buffers that fit it.
    pub(super) fn use_engine(&mut self, engine: Engine) {
        let architecture = engine.architecture();
        self.buffers = Buffers::needed_for(&self.data.training, architecture, engine.batch());
        self.evaluator = Evaluator::new(&engine);
        self.engine = engine;
    }
}
