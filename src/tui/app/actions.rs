//! What the keys do.

use std::path::PathBuf;

use super::bindings::Action;
use super::model::{Confirm, Model, Overlay, Phase};
use super::navigation::{Chart, SMOOTHING};
use super::prompt::{Prompt, Purpose};
use super::update::Effect;
use crate::error::EXIT_FAILED;
use crate::model_file::Format;
use crate::nn::Change;
use crate::train::{Command, Pace};
use crate::tui::panels::PanelId;

/// Training for longer than this many seconds is worth a question before it is thrown away.
const WORTH_ASKING: f64 = 60.0;
/// Exit code after the terminal has gone.
const HANG_UP: u8 = 129;
/// Learning rates that the ladder ends at.
const LEAST_RATE: f64 = 1e-7;
const GREATEST_RATE: f64 = 1e3;

impl Model {
    pub(super) fn act(&mut self, action: Action, effects: &mut Vec<Effect>) {
        let mut send = |command| effects.push(Effect::Send(command));
        match action {
            Action::Pause => {
                self.run.phase = Phase::Pausing;
                send(Command::Pause);
            }
            Action::Resume => send(Command::Resume),
            Action::Step(size) => {
                let count = self.prompt.count.take().unwrap_or(1);
                let stepped = self.step(size, count, effects);
                self.complain_if(stepped);
            }
            Action::StepBack => {
                let stepped = self.step_back(effects);
                self.complain_if(stepped);
            }
            Action::Count(digit) => self.count(digit),
            Action::Evaluate => send(Command::Evaluate),
            Action::RaiseLearningRate => self.set_learning_rate(rate_above(self.rate()), effects),
            Action::LowerLearningRate => self.set_learning_rate(rate_below(self.rate()), effects),
            Action::TypeLearningRate => {
                let prompt = Prompt::selected(Purpose::LearningRate, &self.rate().to_string());
                self.prompt.overlay = Some(Overlay::Prompt(prompt));
            }
            Action::Recover => self.recover(effects),
            Action::Slower => {
                self.set_pace(self.run.pace.slower(self.epochs_per_second()), effects)
            }
            Action::Faster => self.set_pace(self.run.pace.faster(), effects),
            Action::FullSpeed => self.toggle_full_speed(effects),
            Action::Reset => self.reset(self.run.plan.seed, effects),
            Action::ResetNewSeed => self.reset(self.run.plan.seed.wrapping_add(1), effects),
            Action::Save => self.open_save_prompt(),
            Action::PreviousSample => self.shift_sample(-1),
            Action::NextSample => self.shift_sample(1),
            Action::SwitchSet => self.switch_set(),
            Action::ToggleWorst => self.toggle_worst(),
            Action::Choose => self.choose(effects),
            Action::TypeCommand => self.open_command_line(""),
            Action::Menu => self.open_menu(),
            Action::CheckGradients => self.check_gradients(effects),
            Action::Undo => self.undo(effects),
            Action::TypeValue
            | Action::Nudge(_)
            | Action::Freeze
            | Action::Silence
            | Action::Sliders => self.edit(action, effects),
            Action::Quit => self.quit(effects),
            Action::QuitNow => self.leave(130, effects),
            Action::Suspend => effects.push(Effect::Suspend),
            _ => self.look(action),
        }
    }

    /// Changes to what the inspector's cursor stands on.
    fn edit(&mut self, action: Action, effects: &mut Vec<Effect>) {
        let edited = match action {
            Action::Nudge(up) => self.nudge(up, effects),
            Action::Freeze => self.freeze(None, None, effects),
            Action::Silence => self.silence(None, None, effects),
            Action::Sliders => {
                self.open_sliders();
                Ok(())
            }
            _ => {
                self.open_value_prompt();
                Ok(())
            }
        };
        self.complain_if(edited);
    }

    fn complain_if(&mut self, done: Result<(), String>) {
        if let Err(problem) = done {
            self.complain(problem);
        }
    }

    /// Actions that change only what is shown.
    fn look(&mut self, action: Action) {
        let screen = &mut self.navigation;
        match action {
            Action::Focus(direction) if screen.enlarged => self.move_inside(direction),
            Action::Focus(direction) => screen.move_focus(direction),
            Action::Enlarge => {
                screen.enlarged = true;
                if screen.focus == PanelId::Confusion {
                    self.place_cursor();
                }
            }
            Action::Back => {
                screen.go_back();
                self.navigation.awaited = None;
            }
            Action::NextView => screen.turn_to(screen.view.next()),
            Action::PreviousView => screen.turn_to(screen.view.previous()),
            Action::ToggleAccuracy => {
                screen.chart = match screen.chart {
                    Chart::Loss => Chart::Accuracy,
                    Chart::Accuracy => Chart::Loss,
                };
            }
            Action::ToggleLog => screen.log_scale = !screen.log_scale,
            Action::Smooth => screen.smoothing = (screen.smoothing + 1) % SMOOTHING.len(),
            Action::Browse => screen.browse(),
            Action::TogglePictures => screen.pictures = !screen.pictures,
            Action::Scroll(lines) if screen.focus == PanelId::Rows => {
                // Half a screen, as pagers do.
                let rows = isize::try_from(screen.size.1 / 2).unwrap_or(1).max(1);
                self.shift_within(rows * isize::from(lines.signum()));
            }
            Action::Scroll(lines) => screen.scroll_by(screen.focus, lines),
            Action::Inspect => self.toggle_inspector(),
            Action::MoveCursor(to) => self.move_cursor(to),
            Action::SwitchOf => self.switch_of(),
            Action::Help => self.prompt.overlay = Some(Overlay::Help(0)),
            _ => {}
        }
        self.navigation.settle_focus();
    }

    /// The learning rate that a further change starts from.
    pub(super) fn rate(&self) -> f64 {
        let run = &self.run;
        run.asked_learning_rate.unwrap_or(run.learning_rate)
    }

    pub(super) fn set_learning_rate(&mut self, learning_rate: f64, effects: &mut Vec<Effect>) {
        if learning_rate != self.rate() {
            self.run.asked_learning_rate = Some(learning_rate);
            let change = Change::LearningRate { learning_rate };
            effects.push(Effect::Send(Command::Apply(change)));
        }
    }

    pub(super) fn type_learning_rate(
        &mut self,
        text: &str,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        match text.trim().parse::<f64>() {
            Ok(rate) if rate > 0.0 && (rate as f32).is_finite() && rate as f32 > 0.0 => {
                self.set_learning_rate(rate, effects);
                Ok(())
            }
            _ => Err("a learning rate is a number above zero, such as 0.03 or 1e-4".into()),
        }
    }

    fn recover(&mut self, effects: &mut Vec<Effect>) {
        let learning_rate = rounded(self.run.learning_rate / 10.0);
        self.run.asked_learning_rate = Some(learning_rate);
        let change = Change::Recover { learning_rate };
        effects.push(Effect::Send(Command::Apply(change)));
        effects.push(Effect::Send(Command::Resume));
    }

    pub(super) fn set_pace(&mut self, pace: Pace, effects: &mut Vec<Effect>) {
        if pace != self.run.pace {
            self.run.pace_before = self.run.pace;
            self.run.pace = pace;
            effects.push(Effect::Send(Command::SetPace(pace)));
        }
    }

    fn toggle_full_speed(&mut self, effects: &mut Vec<Effect>) {
        let pace = match self.run.pace {
            Pace::Full => self.run.pace_before,
            Pace::EpochsPerSecond(_) => Pace::Full,
        };
        self.set_pace(pace, effects);
    }

    pub(super) fn epochs_per_second(&self) -> f64 {
        let rows = self.run.data.training.rows();
        match self.run.samples_per_second {
            speed if speed > 0.0 => speed / rows as f64,
            _ => f64::NAN,
        }
    }

    pub(super) fn reset(&mut self, seed: u64, effects: &mut Vec<Effect>) {
        if self.run.unsaved_seconds() > WORTH_ASKING {
            self.prompt.overlay = Some(Overlay::Confirm(Confirm::Reset(seed)));
        } else {
            effects.push(Effect::Send(Command::Reset { seed }));
        }
    }

    pub(super) fn quit(&mut self, effects: &mut Vec<Effect>) {
        if self.run.export.is_none() && self.run.unsaved_seconds() > WORTH_ASKING {
            self.prompt.overlay = Some(Overlay::Confirm(Confirm::Quit));
        } else {
            self.leave(0, effects);
        }
    }

    /// Leaves with exit code `code`, after `--export` was written. Asked a second time, leaves at
    /// once.
    pub(super) fn leave(&mut self, code: u8, effects: &mut Vec<Effect>) {
        let code = match self.run.phase {
            Phase::Failed(_) if code == 0 => EXIT_FAILED,
            _ => code,
        };
        match self.leaving.replace(code) {
            None => {}
            // A hang-up is told several times over; that is no impatience.
            Some(before) if before == code && code == HANG_UP => return,
            Some(_) => return effects.push(Effect::Quit { code }),
        }
        self.prompt.overlay = None;
        self.export_at_end(effects);
        if self.run.exporting.is_empty() {
            effects.push(Effect::Quit { code });
        }
    }

    /// Writes what `--export` asked for, unless that was done at this very step.
    pub(super) fn export_at_end(&mut self, effects: &mut Vec<Effect>) {
        let Some(export) = self.run.export.clone() else {
            return;
        };
        let is_written = self.run.exported_at == Some(self.run.position.step)
            || self.run.exporting.contains(&export.path);
        if self.run.is_training() || !is_written {
            self.export_to(export.path, export.replace, effects);
        }
    }

    pub(super) fn open_save_prompt(&mut self) {
        let name: String = self
            .run
            .data
            .name
            .chars()
            .map(|c| {
                if c.is_alphanumeric() || "-_.".contains(c) {
                    c
                } else {
                    '_'
                }
            })
            .collect();
        let prompt = Prompt::new(Purpose::SavePath, &format!("{name}.json"));
        self.prompt.overlay = Some(Overlay::Prompt(prompt));
    }

    pub(super) fn save_to(&mut self, text: &str, effects: &mut Vec<Effect>) -> Result<(), String> {
        let path = PathBuf::from(text.trim());
        let endings = || Format::endings(&Format::ALL);
        Format::of(&path).map_err(|_| format!("it must end in {}", endings()))?;
        self.export_to(path, false, effects);
        Ok(())
    }

    pub(super) fn export_to(&mut self, path: PathBuf, replace: bool, effects: &mut Vec<Effect>) {
        self.run.exporting.push(path.clone());
        effects.push(Effect::Send(Command::Export { path, replace }));
    }
}

/// The next rate above `rate` on the ladder 1, 2, 5, 10 ...
pub(super) fn rate_above(rate: f64) -> f64 {
    let next = ladder(rate).find(|&step| step > rate * (1.0 + 1e-9));
    next.unwrap_or(rate).min(GREATEST_RATE).max(rate)
}

/// The next rate below `rate` on the ladder.
pub(super) fn rate_below(rate: f64) -> f64 {
    let below = ladder(rate).filter(|&step| step < rate * (1.0 - 1e-9));
    below.last().unwrap_or(rate).max(LEAST_RATE).min(rate)
}

/// Steps of the ladder around `rate`, ascending.
fn ladder(rate: f64) -> impl Iterator<Item = f64> {
    let decade = rate.log10().floor() as i32;
    (decade - 1..=decade + 1).flat_map(|exponent| {
        [1.0, 2.0, 5.0].map(|digit: f64| rounded(digit * 10f64.powi(exponent)))
    })
}

/// `x` without the dust of floating-point arithmetic: the nearest number of four digits.
fn rounded(x: f64) -> f64 {
    format!("{x:.3e}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_is_1_2_5() {
        let mut rate = 0.001;
        let mut climbed = Vec::new();
        for _ in 0..7 {
            rate = rate_above(rate);
            climbed.push(rate);
        }
        assert_eq!(climbed, [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2]);
        for expected in [0.1, 0.05, 0.02, 0.01, 0.005] {
            rate = rate_below(rate);
            assert_eq!(rate, expected);
        }
        assert_eq!(rate_above(0.03), 0.05);
        assert_eq!(rate_below(0.03), 0.02);
        assert_eq!(rate_below(LEAST_RATE), LEAST_RATE);
        assert_eq!(rate_above(GREATEST_RATE), GREATEST_RATE);
    }
}
