//! Changes of settings while training, by key, menu and typed command.

use super::actions::Done;
use super::model::Model;
use super::training::Phase;
use crate::nn::Change;
use crate::settings::{Choices, Direction, Facts, PACE, PATIENCE, Setting, TableShape, tenth};
use crate::train::{Command, Pace, Plan};
use crate::tui::text;
use crate::util::numbers::rate;

/// Largest network that can be asked for while training: about 1.5 GB of memory.
const MAX_PARAMETERS: u128 = 1 << 26;

impl Model {
    /// Moves `setting` to its neighbour. A restart is too much for a key that may be pressed by
    /// accident.
    pub(super) fn step_setting(&mut self, setting: &'static Setting, direction: Direction) -> Done {
        if setting.restarts {
            return Err(text::restarts_training(setting.name));
        }
        let training_rows = self.run.data.training.rows();
        let epochs_per_second = match self.run.samples_per_second {
            speed if speed > 0.0 => speed / training_rows as f64,
            _ => f64::NAN,
        };
        let facts = Facts {
            training_rows,
            epochs_per_second,
        };
        self.edit_setting(setting, |choices| {
            (setting.step)(choices, direction, &facts)
        })
    }

    /// Changes the value of `setting` by `edit`.
    ///
    /// # Errors
    /// A message if the new value is not possible here.
    pub(super) fn edit_setting(
        &mut self,
        setting: &'static Setting,
        edit: impl FnOnce(&mut Choices),
    ) -> Done {
        let before = self.choices();
        let mut after = before.clone();
        edit(&mut after);
        after.follow(&before);
        let rows = self.run.data.training.rows();
        let architecture = &self.run.architecture;
        after
            .pace
            .get_or_insert_with(|| Pace::auto(architecture, rows));
        if after == before && !setting.restarts {
            return Ok(());
        }
        let plan = after.plan(TableShape {
            inputs: architecture.inputs(),
            rows,
            is_number: self.run.is_regression(),
        })?;
        self.remember_unlogged(setting, &before, &after);
        self.motion.is_on = after.motion;
        let Some(command) = (setting.command)(&after, &plan) else {
            return Ok(());
        };
        match &command {
            Command::Reset { .. } => {
                self.ask_to_restart(plan.seed, plan.initialisation);
                return Ok(());
            }
            Command::SetLimits(limits) => {
                if setting.name == PATIENCE.name
                    && limits.patience.is_some()
                    && self.run.data.validation.is_empty()
                {
                    return Err(text::patience_needs_validation().into());
                }
                self.run.limits = *limits;
                let schedule = plan.schedule;
                if schedule != before.schedule {
                    self.run.asked = Some(plan);
                    self.send(Command::Apply(Change::Schedule { schedule }));
                }
            }
            Command::SetPace(pace) => {
                self.run.pace_before = std::mem::replace(&mut self.run.pace, *pace);
            }
            Command::Apply(Change::LearningRate { learning_rate }) => {
                self.run.asked_learning_rate = Some(*learning_rate);
            }
            Command::Apply(Change::Batch { batch }) if batch.get() > rows => {
                return Err(text::batch_too_large(rows));
            }
            Command::Apply(change) => {
                if matches!(change, Change::Network { .. }) {
                    self.check_size(&plan)?;
                }
                self.run.asked = Some(plan);
            }
            _ => {}
        }
        self.send(command);
        Ok(())
    }

    pub(super) fn check_size(&self, plan: &Plan) -> Done {
        let now = &self.run.architecture;
        let architecture = plan.architecture(now.inputs(), now.outputs());
        let architecture = architecture.map_err(|error| error.to_string())?;
        if architecture.parameter_count() > MAX_PARAMETERS {
            let max = MAX_PARAMETERS / 1_000_000;
            return Err(text::network_too_large(&architecture, max));
        }
        Ok(())
    }

    /// Restores the last good weights, divides the learning rate by 10 and resumes.
    pub(super) fn recover(&mut self) {
        let learning_rate = tenth(self.run.plan.rule.learning_rate);
        self.run.asked_learning_rate = Some(learning_rate);
        self.send(Command::Apply(Change::Recover { learning_rate }));
        let rate = rate(learning_rate.get());
        if let Phase::Finished(_) = self.run.phase {
            // The limit stays, and it is reached.
            self.prompt.status(text::recovered_at_limit(rate));
        } else {
            self.send(Command::Resume);
            self.prompt.status(text::recovered(rate));
        }
    }

    /// Switches between full speed and the speed limit before.
    pub(super) fn toggle_full_speed(&mut self) -> Done {
        let pace = match self.run.pace {
            Pace::Full => self.run.pace_before,
            Pace::EpochsPerSecond(_) => Pace::Full,
        };
        self.edit_setting(&PACE, |choices| choices.pace = Some(pace))
    }
}
