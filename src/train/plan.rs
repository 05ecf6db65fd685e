//! Plan of a training: architecture, loss, optimizer, split and seed.

use serde::{Deserialize, Serialize};

use crate::data::{ClassWeights, TargetEncoding};
use crate::error::Result;
use crate::nn::{
    Activation, Architecture, BatchSize, Change, Initialisation, LearningRule, Loss, Output,
    Regularisation, Schedule,
};
use crate::util::lang::say;

/// Validated settings of a training. Together with the data and the log of changes they determine the
/// weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Number of neurons of each hidden layer; may be empty.
    pub hidden: Vec<usize>,
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Activation of the output layer.
    pub output: Output,
    /// Loss function.
    pub loss: Loss,
    /// Encoding of the targets as outputs.
    #[serde(default)]
    pub targets: TargetEncoding,
    /// Distribution of the initial parameters.
    pub initialisation: Initialisation,
    /// Learning rule at the start.
    pub rule: LearningRule,
    /// Schedule of the learning rate.
    #[serde(default)]
    pub schedule: Schedule,
    /// Gradient clipping, dropout and label smoothing.
    #[serde(default)]
    pub regularisation: Regularisation,
    /// Mini-batch size in rows.
    pub batch: BatchSize,
    /// Weighting of the classes in the order of training rows.
    pub class_weights: ClassWeights,
    /// Fraction of the rows kept for validation, `0.0..1.0`.
    pub validation: f64,
    /// Seed of all random numbers.
    pub seed: u64,
}

impl Plan {
    /// Checks the schedule, and that output, loss and label smoothing go with the target, a number or a class.
    ///
    /// # Errors
    /// A message if not, with the names of settings as in `:output linear`.
    pub(crate) fn check_target(&self, is_number: bool) -> Result<(), String> {
        let is_fraction = self.targets == TargetEncoding::Fraction;
        if is_fraction && self.output != Output::Sigmoid {
            return Err(say!(
                "fraction-output",
                "the only output is from 0 to 1: it takes :output sigmoid, not {output}",
                output = self.output
            ));
        }
        self.schedule.check()?;
        if !is_number {
            return Ok(());
        }
        if self.regularisation.label_smoothing.get() > 0.0 {
            return Err(say!(
                "number-smoothing",
                "the target is a number: there are no labels to smooth (:label-smoothing 0)"
            )
            .into());
        }
        if !is_fraction && self.output != Output::Linear {
            return Err(say!(
                "number-output",
                "the target is a number: it takes :output linear, not {output}",
                output = self.output
            ));
        }
        if !is_fraction && !self.loss.goes_with(self.output) {
            return Err(say!(
                "number-loss",
                "the target is a number: it takes :loss {losses}, not {loss}",
                losses = Loss::names_for(self.output),
                loss = self.loss
            ));
        }
        if self.class_weights != ClassWeights::None {
            return Err(say!(
                "number-weights",
                "the target is a number: there are no classes to weight"
            )
            .into());
        }
        Ok(())
    }

    /// Returns the architecture with `inputs` network inputs and `outputs` network outputs.
    ///
    /// # Errors
    /// Those of [`Architecture::new`].
    pub fn architecture(&self, inputs: usize, outputs: usize) -> Result<Architecture> {
        let mut sizes = Vec::with_capacity(self.hidden.len() + 2);
        sizes.push(inputs);
        sizes.extend(&self.hidden);
        sizes.push(outputs);
        Architecture::new(sizes, self.activation, self.output, self.loss)
    }

    /// Sets what `change` says about the plan: nothing if it is of parameters or neurons, or an undo.
    pub(crate) fn apply(&mut self, change: &Change) {
        match *change {
            Change::LearningRate { learning_rate } | Change::Recover { learning_rate } => {
                self.rule.learning_rate = learning_rate;
            }
            Change::Network {
                ref hidden,
                activation,
                output,
                loss,
            } => {
                self.hidden.clone_from(hidden);
                (self.activation, self.output, self.loss) = (activation, output, loss);
            }
            Change::Optimizer { optimizer } => self.rule.optimizer = optimizer,
            Change::WeightDecay { weight_decay } => self.rule.weight_decay = weight_decay,
            Change::Schedule { schedule } => self.schedule = schedule,
            Change::Regularisation { regularisation } => self.regularisation = regularisation,
            Change::Batch { batch } => self.batch = batch,
            Change::Parameter { .. }
            | Change::Freeze { .. }
            | Change::Mute { .. }
            | Change::Undo
            | Change::UndoLast => {}
        }
    }

    /// Returns the plan after `change`.
    pub(crate) fn with(&self, change: &Change) -> Self {
        let mut plan = self.clone();
        plan.apply(change);
        plan
    }

    /// Returns the change that sets the settings of `change` to those of this plan; `None` if it does more than set
    /// them.
    pub(crate) fn change_back(&self, change: &Change) -> Option<Change> {
        let LearningRule {
            learning_rate,
            optimizer,
            weight_decay,
        } = self.rule;
        let (schedule, regularisation, batch) = (self.schedule, self.regularisation, self.batch);
        Some(match change {
            Change::LearningRate { .. } => Change::LearningRate { learning_rate },
            Change::Network { .. } => self.network_change(),
            Change::Optimizer { .. } => Change::Optimizer { optimizer },
            Change::WeightDecay { .. } => Change::WeightDecay { weight_decay },
            Change::Schedule { .. } => Change::Schedule { schedule },
            Change::Regularisation { .. } => Change::Regularisation { regularisation },
            Change::Batch { .. } => Change::Batch { batch },
            Change::Recover { .. }
            | Change::Parameter { .. }
            | Change::Freeze { .. }
            | Change::Mute { .. }
            | Change::Undo
            | Change::UndoLast => return None,
        })
    }

    /// Returns the change to the hidden layers and functions of this plan.
    pub(crate) fn network_change(&self) -> Change {
        Change::Network {
            hidden: self.hidden.clone(),
            activation: self.activation,
            output: self.output,
            loss: self.loss,
        }
    }
}

#[cfg(test)]
impl Plan {
    /// Returns a plan of a small network for classes.
    pub(super) fn small() -> Self {
        use crate::nn::{LearningRate, Optimizer, WeightDecay};
        Self {
            hidden: vec![2],
            activation: Activation::Tanh,
            output: Output::Softmax,
            loss: Loss::CrossEntropy,
            targets: TargetEncoding::Standard,
            initialisation: Initialisation::Auto,
            rule: LearningRule {
                optimizer: Optimizer::ADAM,
                learning_rate: LearningRate::new(0.01).expect("in range"),
                weight_decay: WeightDecay::ZERO,
            },
            schedule: Schedule::default(),
            regularisation: Regularisation::default(),
            batch: BatchSize::DEFAULT,
            class_weights: ClassWeights::None,
            validation: 0.2,
            seed: 0,
        }
    }
}
