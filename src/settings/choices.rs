//! All that the settings choose, and the plan that is made of it.

use super::defaults;
use crate::data::{ClassWeights, Dataset, Target, TargetEncoding};
use crate::nn::optimizer::MOMENTUM;
use crate::nn::{
    Activation, Architecture, BatchSize, ClipNorm, DropoutRate, Initialisation, LabelSmoothing,
    LearningRate, LearningRule, Loss, Optimizer, Output, Regularisation, Schedule, WeightDecay,
};
use crate::train::{Limits, Pace, Plan};
use crate::util::lang::say;

/// Values of all settings. `None` leaves one to the program.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Choices {
    pub hidden: Option<Vec<usize>>,
    pub activation: Activation,
    pub output: Option<Output>,
    pub loss: Option<Loss>,
    /// Whether the network has one output from 0 to 1, for two classes or a number.
    pub single_output: bool,
    pub initialisation: Initialisation,
    pub optimizer: Optimizer,
    /// Momentum, if it is not the optimizer's own.
    pub momentum: Option<f64>,
    pub learning_rate: Option<LearningRate>,
    pub weight_decay: Option<WeightDecay>,
    /// Schedule of the learning rate, whose end is 0 until a plan is made.
    pub schedule: Schedule,
    pub clip: Option<ClipNorm>,
    pub dropout: DropoutRate,
    pub label_smoothing: Option<LabelSmoothing>,
    pub batch: BatchSize,
    pub class_weights: ClassWeights,
    /// Fraction of the rows kept for validation, in `0.0..1.0`.
    pub validation: f64,
    pub seed: u64,
    /// Whether the program chooses the number of epochs, and with it what makes a model better and its training harder
    /// to follow.
    pub is_automatic: bool,
    /// Limits after which the training is finished.
    pub limits: Limits,
    pub pace: Option<Pace>,
    /// Whether activations and deltas are seen travelling through the network.
    pub motion: bool,
}

/// Size and kind of target of a table, on which a plan depends.
#[derive(Debug, Clone, Copy)]
pub struct TableShape {
    /// Number of inputs that its columns give.
    pub inputs: usize,
    /// Number of rows, at least 1.
    pub rows: usize,
    /// Whether the target is a number, and not a class.
    pub is_number: bool,
}

impl TableShape {
    /// Returns the shape of `dataset`.
    pub fn of(dataset: &Dataset) -> Self {
        let (inputs, _) = dataset.max_neurons();
        Self {
            inputs,
            rows: dataset.rows(),
            is_number: matches!(dataset.target, Target::Numbers(_)),
        }
    }
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            hidden: None,
            activation: defaults::ACTIVATION,
            output: None,
            loss: None,
            single_output: false,
            initialisation: defaults::INIT,
            optimizer: defaults::OPTIMIZER,
            momentum: None,
            learning_rate: None,
            weight_decay: None,
            schedule: Schedule::default(),
            clip: None,
            dropout: DropoutRate::default(),
            label_smoothing: None,
            batch: defaults::BATCH,
            class_weights: ClassWeights::None,
            validation: defaults::VALIDATION,
            seed: defaults::SEED,
            is_automatic: false,
            limits: Limits::default(),
            pace: None,
            motion: true,
        }
    }
}

impl Choices {
    /// Creates the choices that lead to `plan`, with nothing left to the program.
    pub fn of(plan: &Plan, limits: Limits, pace: Pace) -> Self {
        Self {
            hidden: Some(plan.hidden.clone()),
            activation: plan.activation,
            output: Some(plan.output),
            loss: Some(plan.loss),
            single_output: plan.targets == TargetEncoding::Fraction,
            initialisation: plan.initialisation,
            optimizer: plan.rule.optimizer,
            momentum: None,
            learning_rate: Some(plan.rule.learning_rate),
            weight_decay: Some(plan.rule.weight_decay),
            schedule: plan.schedule,
            clip: plan.regularisation.clip,
            dropout: plan.regularisation.dropout,
            label_smoothing: Some(plan.regularisation.label_smoothing),
            batch: plan.batch,
            class_weights: plan.class_weights,
            validation: plan.validation,
            seed: plan.seed,
            is_automatic: false,
            limits,
            pace: Some(pace),
            motion: true,
        }
    }

    /// Creates the choices that lead to `plan`, without limits and at full speed.
    pub(crate) fn of_plan(plan: &Plan) -> Self {
        Self::of(plan, Limits::default(), Pace::Full)
    }

    /// Makes the plan for a table.
    ///
    /// # Errors
    /// A message if the choices do not go together, or not with the target.
    pub fn plan(&self, table: TableShape) -> Result<Plan, String> {
        let TableShape {
            inputs,
            rows,
            is_number,
        } = table;
        let (output, loss) = self.output_and_loss(is_number);
        let is_fraction = self.single_output || is_number && output == Output::Sigmoid;
        let optimizer = self.with_momentum()?;
        let learning_rate = self
            .learning_rate
            .unwrap_or_else(|| optimizer.default_learning_rate(output, loss));
        let weight_decay = self.weight_decay.unwrap_or_else(|| {
            optimizer.default_weight_decay(output, loss, inputs as f64 / rows as f64)
        });
        let label_smoothing = self
            .label_smoothing
            .unwrap_or_else(|| self.default_label_smoothing(output, loss, is_number));
        let plan = Plan {
            hidden: match &self.hidden {
                Some(hidden) => hidden.clone(),
                None => defaults::hidden(inputs).into(),
            },
            activation: self.activation,
            output,
            loss,
            targets: if is_fraction {
                TargetEncoding::Fraction
            } else {
                TargetEncoding::Standard
            },
            initialisation: self.initialisation,
            rule: LearningRule {
                optimizer,
                learning_rate,
                weight_decay,
            },
            schedule: self.schedule_with_end()?,
            regularisation: Regularisation {
                clip: self.clip,
                dropout: self.dropout,
                label_smoothing,
            },
            batch: self.batch,
            class_weights: self.class_weights,
            validation: self.validation,
            seed: self.seed,
        };
        plan.check_target(is_number)?;
        plan.architecture(inputs.max(1), 1)
            .map_err(|error| error.to_string())?;
        Ok(plan)
    }

    /// Returns the label smoothing where none is given.
    ///
    /// Without it the loss goes on to fall on training rows long after it rises on others, so the best epoch comes too
    /// early for accuracy. But the training loss is that of the smoothed labels, and cannot be compared with others.
    fn default_label_smoothing(
        &self,
        output: Output,
        loss: Loss,
        is_number: bool,
    ) -> LabelSmoothing {
        let has_classes = !is_number && output == Output::Softmax && loss == Loss::CrossEntropy;
        if self.is_automatic && has_classes {
            LabelSmoothing::AUTOMATIC
        } else {
            LabelSmoothing::default()
        }
    }

    /// Returns the schedule, which ends with the run unless its end is set.
    fn schedule_with_end(&self) -> Result<Schedule, String> {
        let Schedule { shape, warm_up } = self.schedule;
        if shape.end() != Some(0) {
            return Ok(self.schedule);
        }
        let Some(epochs) = self.limits.epochs else {
            let name = shape.name();
            return Err(say!(
                "schedule-needs-end",
                ":schedule {name} ends with the run: it takes a number of epochs, e.g. :epochs 100",
                name
            ));
        };
        let shape = shape.ending_at(epochs);
        Ok(Schedule { shape, warm_up })
    }

    fn with_momentum(&self) -> Result<Optimizer, String> {
        match self.momentum {
            None => Ok(self.optimizer),
            Some(_) if self.optimizer.constant(MOMENTUM).is_none() => Err(say!(
                "momentum-needs",
                ":momentum goes with :optimizer {with}, not with {optimizer}",
                with = Optimizer::with_constant(MOMENTUM).join(say!("or", " or ")),
                optimizer = self.optimizer.name()
            )),
            Some(momentum) => self.optimizer.with(MOMENTUM, momentum),
        }
    }

    /// Chooses output and loss that go together where they are left to the program.
    fn output_and_loss(&self, is_number: bool) -> (Output, Loss) {
        match (self.output, self.loss) {
            (Some(output), Some(loss)) => (output, loss),
            (None | Some(Output::Sigmoid), loss) if self.single_output => {
                (Output::Sigmoid, loss.unwrap_or(Loss::CrossEntropy))
            }
            (Some(output), None) => (output, output.default_loss()),
            (None, loss) if is_number => (Output::Linear, loss.unwrap_or(Loss::Quadratic)),
            (None, None) => (Output::Softmax, Loss::CrossEntropy),
            (None, Some(loss)) => (loss.default_output(), loss),
        }
    }

    /// Leaves the loss to the program if the output was changed and does not go with it, and the
    /// output if the loss was changed.
    pub(crate) fn follow(&mut self, before: &Self) {
        if let (Some(output), Some(loss)) = (self.output, self.loss)
            && Architecture::new(vec![1, 1], self.activation, output, loss).is_err()
        {
            if self.output == before.output {
                self.output = None;
            } else {
                self.loss = None;
            }
        }
    }
}

#[cfg(test)]
mod tests;
