//! Live changes: checked at the door, made, logged, and taken back.

use std::sync::Arc;

use super::undo::Undoable;
use super::{RunningMean, Saved, Session};
use crate::nn::engine::Engine;
use crate::nn::parameters::ParameterId;
use crate::nn::{Change, LearningRule, LoggedChange};
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
        self.note_touch();
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
                self.held.refresh(&self.engine);
            }
            Change::Freeze { id, frozen } => self.held.freeze(id, frozen, &self.engine),
            Change::Silence {
                layer,
                neuron,
                silent,
            } => self.held.silence(layer, neuron, silent, &mut self.engine),
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
    fn recover(&mut self, learning_rate: f64) {
        self.now.rule.learning_rate = learning_rate;
        self.engine.set_parameters(&self.last_good.parameters);
        self.engine.set_each(self.held.values());
        self.engine.reset_optimizer(self.now.rule.optimizer);
        self.diverged = None;
        // The states before older changes have what was recovered from.
        self.undo.forget_states();
    }

    fn set_batch(&mut self, batch: usize) {
        self.now.batch = batch;
        let batch = batch.min(self.data.training.rows());
        self.use_engine(Engine::from_snapshot(self.engine.snapshot(), batch));
        self.position.batch = 0;
        self.mean = RunningMean::default();
    }

    /// How `change` can be taken back, if it can.
    fn undoable(&self, change: &Change) -> Option<Undoable> {
        let now = &self.now;
        let back = match *change {
            Change::LearningRate { .. } | Change::Recover { .. } | Change::Undo => return None,
            Change::Parameter { id, .. } => Change::Parameter {
                id,
                value: self.engine.parameter(id),
            },
            Change::Freeze { id, frozen } => Change::Freeze {
                id,
                frozen: !frozen,
            },
            Change::Silence {
                layer,
                neuron,
                silent,
            } => Change::Silence {
                layer,
                neuron,
                silent: !silent,
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
            back,
            before: self.saved_for(change),
            bytes: Saved::bytes(self.architecture()),
            label: label(change),
        })
    }

    /// Takes back the last change: to the very state before it if no step was taken since, else by
    /// the change that is its opposite. The learning rate stays as it is.
    fn undo_last(&mut self) {
        let Some(last) = self.undo.pop() else {
            return;
        };
        match last.before {
            Some(before) => {
                let undo = std::mem::take(&mut self.undo);
                let learning_rate = self.now.rule.learning_rate;
                self.go_back_to(Arc::unwrap_or_clone(before));
                self.undo = undo;
                self.now.rule.learning_rate = learning_rate;
            }
            None => self.make(&last.back),
        }
        // Whether it still diverges without the change, the next step will tell.
        self.diverged = None;
    }

    /// What is in force now.
    pub fn in_force(&self) -> InForce {
        let silent = self.held.silent.iter();
        InForce {
            plan: self.now.clone(),
            architecture: self.architecture().clone(),
            batches: self.batches(),
            position: self.position,
            frozen: self.held.frozen.clone(),
            silent: silent.map(|it| (it.layer, it.neuron)).collect(),
            undoable: self.undo.len(),
            next_undo: self.undo.next().to_owned(),
        }
    }

    /// Whether a parameter was frozen by itself.
    pub fn is_frozen(&self, id: ParameterId) -> bool {
        self.held.is_frozen(id)
    }

    /// Whether a parameter keeps its value, be it frozen by itself or around a silent neuron.
    pub fn is_held(&self, id: ParameterId) -> bool {
        self.held.values().iter().any(|&(held, _)| held == id)
    }

    /// Whether a hidden neuron was silenced.
    pub fn is_silent(&self, layer: usize, neuron: usize) -> bool {
        self.held.is_silent(layer, neuron)
    }

    /// The learning rule in force.
    pub fn rule(&self) -> &LearningRule {
        &self.now.rule
    }

    /// The plan as if the training had started with what is in force now.
    pub fn plan_in_force(&self) -> &Plan {
        &self.now
    }

    /// Notes whether steps have to look after what was changed.
    pub(super) fn note_touch(&mut self) {
        self.is_touched = !self.held.is_empty() || self.undo.has_states();
    }

    /// What a step has to do after changes: what is held gets its values back, and there is no
    /// going back any more to the states before them.
    #[cold]
    pub(super) fn look_after_changes(&mut self) {
        self.engine.set_each(self.held.values());
        self.undo.forget_states();
        self.note_touch();
    }
}

/// A change in a few words, as a menu shows it.
fn label(change: &Change) -> String {
    match change {
        Change::Parameter { id, value } => format!("{} = {value}", name(*id)),
        Change::Freeze { id, frozen: true } => format!("freeze {}", name(*id)),
        Change::Freeze { id, frozen: false } => format!("let {} learn", name(*id)),
        Change::Silence {
            layer,
            neuron,
            silent,
        } => {
            let verb = if *silent { "silence" } else { "let speak" };
            format!("{verb} neuron {} of layer {layer}", neuron + 1)
        }
        Change::Network {
            hidden,
            activation,
            output,
            loss,
        } => {
            let sizes: Vec<_> = hidden.iter().map(usize::to_string).collect();
            let hidden = if sizes.is_empty() {
                "none".to_owned()
            } else {
                sizes.join(",")
            };
            format!("hidden {hidden}, {activation}, {output}, {loss}")
        }
        Change::Optimizer { optimizer } => format!("optimizer {optimizer}"),
        Change::WeightDecay { weight_decay } => format!("weight decay {weight_decay}"),
        Change::Batch { batch } => format!("batch {batch}"),
        Change::LearningRate { learning_rate } | Change::Recover { learning_rate } => {
            format!("learning rate {learning_rate}")
        }
        Change::Undo => "undo".to_owned(),
    }
}

/// A parameter as the book writes it, neurons counted from 1: `w³₁₂`, `b¹₄`.
pub(super) fn name(id: ParameterId) -> String {
    let digits = |number: usize, zero: u32| {
        let digit = move |c: char| char::from_u32(zero + c as u32 - '0' as u32).unwrap_or(c);
        number.to_string().chars().map(digit).collect::<String>()
    };
    // The superscripts 1 to 3 stand apart from the others in Unicode.
    let layer: String = digits(id.layer(), '⁰' as u32)
        .chars()
        .map(|c| match c {
            '\u{2071}' => '¹',
            '\u{2072}' => '²',
            '\u{2073}' => '³',
            other => other,
        })
        .collect();
    let below = |number: usize| digits(number + 1, '₀' as u32);
    let output = below(id.output());
    match id.input() {
        None => format!("b{layer}{output}"),
        Some(input) if id.output() > 8 || input > 8 => {
            format!("w{layer}{output},{}", below(input))
        }
        Some(input) => format!("w{layer}{output}{}", below(input)),
    }
}
