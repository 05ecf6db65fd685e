//! Live changes: validated, applied, logged and undone.

use super::snapshots::Purpose;
use super::undo::Undoable;
use super::{RunningMean, Session};
use crate::nn::engine::Engine;
use crate::nn::parameters::ParameterId;
use crate::nn::schedule::{Plateau, StepPlace};
use crate::nn::{BatchSize, Change, LearningRule, LoggedChange, NeuronId};
use crate::train::{InForce, Plan};

impl Session {
    /// Applies a live change, and logs it with the step after which it takes effect.
    ///
    /// # Errors
    /// A message if the change is invalid; session and log are then unchanged.
    pub fn apply(&mut self, change: Change) -> Result<(), String> {
        self.check(&change)?;
        if matches!(change, Change::Undo | Change::UndoLast) {
            self.undo_last(change == Change::UndoLast);
        } else {
            let undoable = self.undoable(&change);
            self.apply_checked(&change);
            if let Some(undoable) = undoable {
                self.undo.push(undoable);
            }
        }
        let alters_outputs = change.alters_outputs();
        self.log.push(LoggedChange {
            step: self.position.step,
            change,
        });
        if alters_outputs && self.position.step == 0 {
            // Training begins with these parameters.
            self.begin_path();
        }
        Ok(())
    }

    fn apply_checked(&mut self, change: &Change) {
        self.now.apply(change);
        match *change {
            Change::LearningRate { .. }
            | Change::WeightDecay { .. }
            | Change::Regularisation { .. } => {}
            Change::Recover { .. } => self.recover(),
            Change::Parameter { id, value } => {
                self.engine.set_parameter(id, value);
                self.frozen.refresh(&self.engine);
                self.start_new_best();
            }
            Change::Freeze { id, frozen } => self.frozen.freeze(id, frozen, &self.engine),
            Change::Mute { neuron, muted } => {
                self.frozen.mute(neuron, muted, &mut self.engine);
                self.start_new_best();
            }
            Change::Network { .. } => self.reshape(),
            Change::Optimizer { optimizer } => self.engine.reset_optimizer(optimizer),
            Change::Schedule { .. } => self.plateau = Plateau::default(),
            Change::Batch { batch } => self.set_batch(batch),
            Change::Undo | Change::UndoLast => {
                unreachable!("an undo applies the opposite of the last change")
            }
        }
    }

    /// Restores the last good parameters. Frozen parameters keep their current values.
    fn recover(&mut self) {
        self.engine.set_parameters(&self.recovery.good.parameters());
        self.engine.set_each(self.frozen.values());
        self.engine.reset_optimizer(self.now.rule.optimizer);
        self.diverged = None;
        // States before older changes contain the parameters that diverged.
        self.snapshots.forget(Purpose::Undo);
    }

    fn set_batch(&mut self, batch: BatchSize) {
        let batch = batch.get().min(self.data.training.rows());
        self.use_engine(Engine::from_snapshot(self.engine.snapshot(), batch));
        self.position.batch = 0;
        self.mean = RunningMean::default();
    }

    /// Returns the entry of the undo stack for `change`; `None` if it cannot be undone.
    fn undoable(&mut self, change: &Change) -> Option<Undoable> {
        let opposite = match *change {
            Change::Parameter { id, .. } => Change::Parameter {
                id,
                value: self.engine.parameter(id),
            },
            Change::Freeze { id, frozen } => Change::Freeze {
                id,
                frozen: !frozen,
            },
            Change::Mute { neuron, muted } => Change::Mute {
                neuron,
                muted: !muted,
            },
            _ => self.now.change_back(change)?,
        };
        let label = change.differences_from(&opposite);
        Some(Undoable {
            opposite,
            snapshot: self.keep_for_undo(change),
            label,
        })
    }

    /// Undoes the last change, or the last one other than of the learning rate: restores the exact state before it if
    /// no step was taken since, and applies the opposite change otherwise. Another change than of the learning rate
    /// keeps that.
    fn undo_last(&mut self, with_rates: bool) {
        let Some(last) = self.undo.pop(with_rates) else {
            return;
        };
        let step = self.position.step;
        match last
            .snapshot
            .and_then(|id| self.snapshots.for_undo(id, step))
        {
            Some(before) => {
                let learning_rate = self.now.rule.learning_rate;
                self.restore(&before);
                self.now.rule.learning_rate = learning_rate;
            }
            None => self.apply_checked(&last.opposite),
        }
        // The next step finds out whether training still diverges without the change.
        self.diverged = None;
    }

    /// Returns the settings in force.
    pub fn in_force(&self) -> InForce {
        InForce {
            plan: self.now.clone(),
            architecture: self.architecture().clone(),
            batches: self.batches(),
            position: self.position,
            frozen: self.frozen.frozen.clone(),
            muted: self.frozen.muted.iter().map(|muted| muted.id).collect(),
            undoable: self.undo.len(),
            next_undo: self.undo.next().to_owned(),
        }
    }

    /// Returns whether steps leave any parameter unchanged.
    pub(crate) fn has_frozen(&self) -> bool {
        !self.frozen.is_empty()
    }

    /// Returns whether a parameter was frozen by itself, not as a weight of a muted neuron.
    pub fn is_frozen(&self, id: ParameterId) -> bool {
        self.frozen.is_frozen(id)
    }

    /// Returns whether steps leave a parameter unchanged: it is frozen, or belongs to a muted neuron.
    pub(crate) fn is_frozen_or_muted(&self, id: ParameterId) -> bool {
        self.frozen.values().iter().any(|&(frozen, _)| frozen == id)
    }

    /// Returns the parameters that steps leave unchanged, with their values.
    pub(in crate::train) fn fixed(&self) -> &[(ParameterId, f32)] {
        self.frozen.values()
    }

    /// Returns whether the output of a hidden neuron is forced to 0.
    pub fn is_muted(&self, neuron: NeuronId) -> bool {
        self.frozen.is_muted(neuron)
    }

    /// Returns the learning rule of the next step, with the learning rate of the schedule.
    pub fn rule(&self) -> LearningRule {
        let place = StepPlace {
            epoch: self.position.epoch,
            batch: self.position.batch,
            batches: self.batches(),
        };
        let factor = self.now.schedule.factor(place, self.plateau.factor);
        let mut rule = self.now.rule;
        if factor != 1.0 {
            rule.learning_rate = rule.learning_rate.scaled(factor);
        }
        rule
    }

    /// Returns the plan with all changes so far applied.
    pub fn plan_in_force(&self) -> &Plan {
        &self.now
    }
}
