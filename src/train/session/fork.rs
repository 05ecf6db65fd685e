//! Forks: sessions that continue from the state of another one, which they leave as it is.

use std::sync::Arc;

use super::snapshots::SnapshotRing;
use super::undo::UndoStack;
use super::{Buffers, Session, order_bytes};
use crate::error::Result;
use crate::nn::engine::{CHUNK, Engine, EngineSnapshot, Resources, Threads};
use crate::nn::schedule::Plateau;
use crate::nn::{
    LearningRate, LearningRule, Optimizer, Parameters, Regularisation, Schedule, WeightDecay,
};
use crate::train::evaluation::Evaluator;
use crate::util::lang::say;
use crate::util::memory;

impl Session {
    /// Checks that there is memory for `count` more networks like this one.
    ///
    /// # Errors
    /// [`Error::Memory`](crate::error::Error::Memory).
    pub(in crate::train) fn check_copies(&self, count: u32) -> Result<()> {
        let rows = self.engine.batch().max(CHUNK);
        let network = self.architecture().copy_bytes(rows);
        let needed = network.saturating_add(self.order_bytes());
        let purpose = say!("purpose-copy", "a copy of the network");
        memory::check(purpose, needed.saturating_mul(count.into()))
    }

    /// Returns how many bytes the order of its rows takes, which a copy shares until the end of the epoch.
    pub(in crate::train) fn order_bytes(&self) -> u128 {
        order_bytes(self.order.len())
    }

    /// Checks that there is memory to measure the importance of the columns.
    ///
    /// # Errors
    /// [`Error::Memory`](crate::error::Error::Memory).
    pub(in crate::train) fn check_importance(&self) -> Result<()> {
        let per_row = 2 * size_of::<usize>() + self.architecture().inputs() * size_of::<f32>();
        let rows = self.data.measured().rows();
        let purpose = say!("purpose-importance", "the importance of the columns");
        memory::check_large(purpose, per_row as u128 * rows as u128)
    }

    /// Creates a session that continues from here as this one would, on `threads`, with an empty log and nothing to undo.
    pub(crate) fn fork(&self, threads: Threads) -> Self {
        let resources = Resources {
            threads,
            ..self.resources
        };
        let now = self.engine.snapshot();
        let engine = EngineSnapshot::new(
            self.architecture(),
            &now.parameters(),
            (now.optimizer(), now.updates()),
            &now.optimizer_state(),
            resources,
        );
        let engine = Engine::from_snapshot(engine, self.engine.batch());
        let training = &self.data.training;
        Self {
            plan: self.plan.clone(),
            now: self.now.clone(),
            dataset: Arc::clone(&self.dataset),
            data: Arc::clone(&self.data),
            evaluator: Evaluator::new(&engine),
            position: self.position,
            sampler: self.sampler.clone(),
            order: Arc::clone(&self.order),
            mean: self.mean,
            validated: None,
            buffers: Buffers::needed_for(training, engine.architecture(), engine.batch()),
            resources,
            engine,
            log: Vec::new(),
            frozen: self.frozen.clone(),
            undo: UndoStack::default(),
            snapshots: SnapshotRing::default(),
            recovery: self.recovery.clone(),
            plateau: self.plateau,
            diverged: self.diverged,
            is_interrupted: self.is_interrupted,
            initial_values: Vec::new(),
            start: None,
        }
    }

    /// Creates a session in the same state, which trains on `threads`: its log, its undo stack and its snapshots too.
    pub(in crate::train) fn duplicate(&self, threads: Threads) -> Self {
        Self {
            log: self.log.clone(),
            undo: self.undo.clone(),
            snapshots: self.snapshots.clone(),
            initial_values: self.initial_values.clone(),
            start: self.start.clone(),
            ..self.fork(threads)
        }
    }

    /// Sets the learning rate of all further steps, whatever the schedule was. Meant for forks: it is not logged.
    pub(in crate::train) fn force_rate(&mut self, learning_rate: LearningRate) {
        self.now.schedule = Schedule::default();
        self.plateau = Plateau::default();
        self.now.rule.learning_rate = learning_rate;
    }

    /// Computes the parameters that the next step would lead to; `None` if it would diverge.
    pub(in crate::train) fn parameters_after_next_step(&self) -> Option<Parameters> {
        let mut fork = self.fork(Threads::ONE);
        let rule = fork.rule();
        fork.change_parameters(&rule).ok()?;
        Some(fork.engine.parameters())
    }

    /// Computes the gradient of the mean loss over all rows of the next mini-batch with the engine, in `f32`; `None` if it is
    /// not finite. Label smoothing is in it; dropout, clipping and weight decay are not.
    pub(in crate::train) fn gradient_of_next_step(&self) -> Option<Parameters> {
        let mut fork = self.fork(Threads::ONE);
        fork.now.regularisation = Regularisation {
            label_smoothing: self.now.regularisation.label_smoothing,
            ..Regularisation::default()
        };
        let rule = LearningRule {
            optimizer: Optimizer::MOMENTUM,
            weight_decay: WeightDecay::ZERO,
            ..fork.rule()
        };
        // The velocity after a first step is the gradient.
        fork.engine.reset_optimizer(rule.optimizer);
        fork.change_parameters(&rule).ok()?;
        fork.engine.snapshot().optimizer_state().into_iter().next()
    }
}
