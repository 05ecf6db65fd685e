//! Live changes: validated, applied, logged and undone.

use super::snapshots::Purpose;
use super::undo::Undoable;
use super::{RunningMean, Session};
use crate::nn::engine::Engine;
use crate::nn::parameters::ParameterId;
use crate::nn::{BatchSize, Change, LearningRate, LearningRule, LoggedChange, NeuronId};
use crate::train::{InForce, Plan};

impl Session {
    /// Makes a live change, and logs it with the step at which it takes effect.
    ///
    /// # Errors
    /// Why the change can't be made; everything is then as before, the log too.
    pub fn apply(&mut self, change: Change) -> Result<(), String> {
        self.check(&change)?;
        if change == Change::Undo {
            self.undo_last();
        } else {
            let undoable = self.undoable(&change);
            self.make(&change);
            if let Some(undoable) = undoable {
                self.undo.push(undoable);
            }
        }
        self.log.push(LoggedChange {
            step: self.position.step,
            change,
        });
        Ok(())
    }

    fn make(&mut self, change: &Change) {
        match *change {
            Change::LearningRate { learning_rate } => self.now.rule.learning_rate = learning_rate,
            Change::Recover { learning_rate } => self.recover(learning_rate),
            Change::Parameter { id, value } => {
                self.engine.set_parameter(id, value);
                self.frozen.refresh(&self.engine);
            }
            Change::Freeze { id, frozen } => self.frozen.freeze(id, frozen, &self.engine),
            Change::Mute { neuron, muted } => {
                self.frozen.mute(neuron, muted, &mut self.engine);
            }
            Change::Network {
                ref hidden,
                activation,
                output,
                loss,
            } => self.reshape(Plan {
                hidden: hidden.clone(),
                activation,
                output,
                loss,
                ..self.now.clone()
            }),
            Change::Optimizer { optimizer } => {
                self.now.rule.optimizer = optimizer;
                self.engine.reset_optimizer(optimizer);
            }
            Change::WeightDecay { weight_decay } => self.now.rule.weight_decay = weight_decay,
            Change::Batch { batch } => self.set_batch(batch),
            Change::Undo => unreachable!("an undo makes the change that takes another one back"),
        }
    }

    /// Goes back to the last good parameters. What is held keeps the values it has.
    fn recover(&mut self, learning_rate: LearningRate) {
        self.now.rule.learning_rate = learning_rate;
        self.engine.set_parameters(&self.recovery.good.parameters());
        self.engine.set_each(self.frozen.values());
        self.engine.reset_optimizer(self.now.rule.optimizer);
        self.diverged = None;
        // States before older changes contain the parameters that diverged.
        self.snapshots.forget(Purpose::Undo);
    }

    fn set_batch(&mut self, batch: BatchSize) {
        self.now.batch = batch;
        let batch = batch.get().min(self.data.training.rows());
        self.use_engine(Engine::from_snapshot(self.engine.snapshot(), batch));
        self.position.batch = 0;
        self.mean = RunningMean::default();
    }

    /// How `change` can be taken back, if it can.
    fn undoable(&mut self, change: &Change) -> Option<Undoable> {
        let now = &self.now;
        let opposite = match *change {
            Change::LearningRate { .. } | Change::Recover { .. } | Change::Undo => return None,
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
            Change::Network { .. } => Change::Network {
                hidden: now.hidden.clone(),
                activation: now.activation,
                output: now.output,
                loss: now.loss,
            },
            Change::Optimizer { .. } => Change::Optimizer {
                optimizer: now.rule.optimizer,
            },
            Change::WeightDecay { .. } => Change::WeightDecay {
                weight_decay: now.rule.weight_decay,
            },
            Change::Batch { .. } => Change::Batch { batch: now.batch },
        };
        Some(Undoable {
            opposite,
            snapshot: self.keep_for_undo(change),
            label: change.to_string(),
        })
    }

    /// Takes back the last change: to the very state before it if no step was taken since, else by
    /// the change that is its opposite. The learning rate stays as it is.
    fn undo_last(&mut self) {
        let Some(last) = self.undo.pop() else {
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
            None => self.make(&last.opposite),
        }
        // Whether it still diverges without the change, the next step will tell.
        self.diverged = None;
    }

    /// What is in force now.
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

    /// Whether a parameter was frozen by itself.
    pub fn is_frozen(&self, id: ParameterId) -> bool {
        self.frozen.is_frozen(id)
    }

    /// Whether a parameter keeps its value, be it frozen by itself or around a muted neuron.
    pub fn is_held(&self, id: ParameterId) -> bool {
        self.frozen.values().iter().any(|&(held, _)| held == id)
    }

    /// Whether the output of a hidden neuron is forced to 0.
    pub fn is_muted(&self, neuron: NeuronId) -> bool {
        self.frozen.is_muted(neuron)
    }

    /// The learning rule in force.
    pub fn rule(&self) -> &LearningRule {
        &self.now.rule
    }

    /// The plan as if the training had started with what is in force now.
    pub fn plan_in_force(&self) -> &Plan {
        &self.now
    }
}
