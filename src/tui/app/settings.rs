//! Changes of settings while training, by key, menu and typed command.

use super::model::Model;
use super::update::Effect;
use crate::nn::Change;
use crate::settings::{Choices, Direction, Facts, PACE, Setting, tenth};
use crate::train::{Command, Pace, Plan};

/// Largest network that can be asked for while training: about 1.5 GB of memory.
const MAX_PARAMETERS: u128 = 1 << 26;

impl Model {
    /// Returns the plan with everything that was asked for, acknowledged or not.
    pub fn planned(&self) -> &Plan {
        self.run.asked.as_ref().unwrap_or(&self.run.plan)
    }

    /// Returns the values of all settings, as asked for.
    pub(crate) fn choices(&self) -> Choices {
        let asked_rate = self.run.asked_learning_rate;
        let choices = Choices::of(self.planned(), self.run.epochs, self.run.pace);
        Choices {
            learning_rate: asked_rate.or(choices.learning_rate),
            ..choices
        }
    }

    /// Moves `setting` to its neighbour. A restart is too much for a key that may be pressed by
    /// accident.
    pub(super) fn step_setting(
        &mut self,
        setting: &'static Setting,
        direction: Direction,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        if setting.restarts {
            return Ok(());
        }
        let rows = self.run.data.training.rows();
        let facts = Facts {
            training_rows: rows,
            epochs_per_second: match self.run.samples_per_second {
                speed if speed > 0.0 => speed / rows as f64,
                _ => f64::NAN,
            },
        };
        self.edit_setting(setting, effects, |choices| {
            (setting.step)(choices, direction, &facts);
        })
    }

    /// Changes the value of `setting` by `edit`.
    ///
    /// # Errors
    /// A message if the new value is not possible here.
    pub(super) fn edit_setting(
        &mut self,
        setting: &'static Setting,
        effects: &mut Vec<Effect>,
        edit: impl FnOnce(&mut Choices),
    ) -> Result<(), String> {
        let before = self.choices();
        let mut after = before.clone();
        edit(&mut after);
        after.follow(&before);
        let rows = self.run.data.training.rows();
        let pace = || Pace::auto(&self.run.architecture, rows);
        after.pace.get_or_insert_with(pace);
        if after == before && !setting.restarts {
            return Ok(());
        }
        let inputs = self.run.architecture.inputs();
        let plan = after.plan(inputs, self.run.is_regression())?;
        let command = (setting.command)(&after, &plan);
        match &command {
            Command::Reset { .. } => {
                self.restart(plan.seed, plan.initialisation, effects);
                return Ok(());
            }
            Command::SetEpochs(epochs) => self.run.epochs = *epochs,
            Command::SetPace(pace) => {
                self.run.pace_before = self.run.pace;
                self.run.pace = *pace;
            }
            Command::Apply(Change::LearningRate { learning_rate }) => {
                self.run.asked_learning_rate = Some(*learning_rate);
            }
            Command::Apply(Change::Batch { batch }) if batch.get() > rows => {
                return Err(format!("batch size is limited to the {rows} training rows"));
            }
            Command::Apply(Change::Network { .. }) => self.check_size(&plan)?,
            _ => {}
        }
        let is_rate = matches!(command, Command::Apply(Change::LearningRate { .. }));
        if matches!(command, Command::Apply(_)) && !is_rate {
            self.run.asked = Some(plan);
        }
        effects.push(Effect::Send(command));
        Ok(())
    }

    fn check_size(&self, plan: &Plan) -> Result<(), String> {
        let now = &self.run.architecture;
        let architecture = plan.architecture(now.inputs(), now.outputs());
        let architecture = architecture.map_err(|error| error.to_string())?;
        if architecture.parameter_count() > MAX_PARAMETERS {
            let max = MAX_PARAMETERS / 1_000_000;
            return Err(format!(
                "{architecture} has more than {max} million parameters"
            ));
        }
        Ok(())
    }

    pub(super) fn apply(&mut self, change: Change, effects: &mut Vec<Effect>) {
        effects.push(Effect::Send(Command::Apply(change)));
    }

    /// Restores the last good weights, divides the learning rate by 10 and resumes.
    pub(super) fn recover(&mut self, effects: &mut Vec<Effect>) -> Result<(), String> {
        let learning_rate = tenth(self.run.plan.rule.learning_rate);
        self.run.asked_learning_rate = Some(learning_rate);
        self.apply(Change::Recover { learning_rate }, effects);
        effects.push(Effect::Send(Command::Resume));
        Ok(())
    }

    /// Switches between full speed and the speed limit before.
    pub(super) fn toggle_full_speed(&mut self, effects: &mut Vec<Effect>) -> Result<(), String> {
        let pace = match self.run.pace {
            Pace::Full => self.run.pace_before,
            Pace::EpochsPerSecond(_) => Pace::Full,
        };
        self.edit_setting(&PACE, effects, |choices| {
            choices.pace = Some(pace);
        })
    }

    /// Forgets what was asked for if `plan` is in force now, or if it was refused (`None`).
    pub(super) fn acknowledge(&mut self, plan: Option<&Plan>) {
        let is_there = |asked: &Plan| {
            plan.is_none_or(|now| {
                let shape =
                    |plan: &Plan| (plan.hidden.clone(), plan.activation, plan.output, plan.loss);
                let rule = |plan: &Plan| (plan.rule.optimizer, plan.rule.weight_decay, plan.batch);
                shape(asked) == shape(now) && rule(asked) == rule(now)
            })
        };
        if self.run.asked.as_ref().is_some_and(is_there) {
            self.run.asked = None;
        }
    }
}
