//! Functions that keys and typed commands run.

use std::path::{Path, PathBuf};

use super::bindings::Direction;
use super::model::{Confirm, Model, Overlay, Phase};
use super::navigation::{Chart, SMOOTHING};
use super::prompt::{Prompt, Purpose};
use super::update::Effect;
use crate::error::{EXIT_FAILED, Error};
use crate::model_file::formats;
use crate::nn::Initialisation;
use crate::settings::LEARNING_RATE;
use crate::train::Command;
use crate::tui::panels::PanelId;

/// A function of a key or command. An error is shown to the person.
pub(crate) type Action = fn(&mut Model, &mut Vec<Effect>) -> Result<(), String>;

/// Exit codes above this one are those of signals, and of ctrl-c.
const FIRST_SIGNAL: u8 = 128;
/// Seconds of training that are worth a question before they are lost.
const WORTH_ASKING: f64 = 60.0;

impl Model {
    pub(super) fn complain_if(&mut self, done: Result<(), String>) {
        if let Err(problem) = done {
            self.complain(problem);
        }
    }

    pub(super) fn resume(&mut self, effects: &mut Vec<Effect>) -> Result<(), String> {
        self.check_not_diverged()?;
        effects.push(Effect::Send(Command::Resume));
        Ok(())
    }

    pub(super) fn pause(&mut self, effects: &mut Vec<Effect>) -> Result<(), String> {
        if !self.run.is_training() {
            return Err("not training".into());
        }
        self.run.phase = Phase::Pausing;
        effects.push(Effect::Send(Command::Pause));
        Ok(())
    }

    pub(super) fn evaluate(&mut self, effects: &mut Vec<Effect>) -> Result<(), String> {
        effects.push(Effect::Send(Command::Evaluate));
        Ok(())
    }

    pub(super) fn restart_with_same_seed(
        &mut self,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        self.restart(self.run.plan.seed, self.run.plan.initialisation, effects);
        Ok(())
    }

    pub(super) fn restart_with_next_seed(
        &mut self,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        let seed = self.run.plan.seed.wrapping_add(1);
        self.restart(seed, self.run.plan.initialisation, effects);
        Ok(())
    }

    /// Starts the training again, after a question if much would be lost.
    pub(super) fn restart(
        &mut self,
        seed: u64,
        initialisation: Initialisation,
        effects: &mut Vec<Effect>,
    ) {
        if self.run.unsaved_seconds() > WORTH_ASKING {
            let question = Confirm::Reset(seed, initialisation);
            self.prompt.overlay = Some(Overlay::Confirm(question));
        } else {
            effects.push(Effect::Send(Command::Reset {
                seed,
                initialisation,
            }));
        }
    }

    /// Opens the prompt for a learning rate.
    pub(super) fn open_rate_prompt(&mut self, _: &mut Vec<Effect>) -> Result<(), String> {
        let rate = (LEARNING_RATE.value)(&self.choices());
        let prompt = Prompt::selected(Purpose::Setting(&LEARNING_RATE), &rate);
        self.prompt.overlay = Some(Overlay::Prompt(prompt));
        Ok(())
    }

    /// Moves the focus, or the cursor inside a maximised panel.
    pub(super) fn move_in_view(&mut self, direction: Direction) {
        if self.navigation.enlarged {
            self.move_inside(direction);
        } else {
            self.navigation.move_focus(direction);
        }
    }

    pub(super) fn maximise(&mut self) {
        self.navigation.enlarged = true;
        if self.navigation.focus == PanelId::Confusion {
            self.place_cursor();
        }
    }

    pub(super) fn go_back(&mut self) {
        self.navigation.go_back();
        self.navigation.awaited = None;
    }

    pub(super) fn toggle_chart(&mut self) {
        self.navigation.chart = match self.navigation.chart {
            Chart::Loss => Chart::Accuracy,
            Chart::Accuracy => Chart::Loss,
        };
    }

    pub(super) fn smooth(&mut self) {
        self.navigation.smoothing = (self.navigation.smoothing + 1) % SMOOTHING.len();
    }

    /// Scrolls the focused panel by `lines`; a list of rows by half a screen, as pagers do.
    pub(super) fn scroll_focused(&mut self, lines: i16) {
        let screen = &mut self.navigation;
        if screen.focus == PanelId::Rows {
            let rows = isize::try_from(screen.size.1 / 2).unwrap_or(1).max(1);
            self.shift_within(rows * isize::from(lines.signum()));
        } else {
            screen.scroll_by(screen.focus, lines);
        }
    }

    pub(super) fn quit(&mut self, effects: &mut Vec<Effect>) -> Result<(), String> {
        if self.run.export.is_none() && self.run.unsaved_seconds() > WORTH_ASKING {
            self.prompt.overlay = Some(Overlay::Confirm(Confirm::Quit));
        } else {
            self.leave(0, effects);
        }
        Ok(())
    }

    /// Leaves with exit code `code`, after `--export` was written. Asked for the third time, leaves
    /// at once.
    pub(super) fn leave(&mut self, code: u8, effects: &mut Vec<Effect>) {
        if self.leaving.is_none() {
            self.terminate(code, effects);
        } else if std::mem::replace(&mut self.is_impatient, true) {
            effects.push(Effect::Quit { code });
        } else {
            self.complain("saving the model · ctrl-c again: quit without saving".into());
        }
    }

    /// Leaves with exit code `code`, after `--export` was written, unless it is leaving already.
    pub(super) fn terminate(&mut self, code: u8, effects: &mut Vec<Effect>) {
        if self.leaving.is_some() {
            return;
        }
        let code = match self.run.phase {
            Phase::Failed(_) if code == 0 => EXIT_FAILED,
            _ => code,
        };
        self.leaving = Some(code);
        self.is_impatient = false;
        self.prompt.overlay = None;
        self.export_at_end(effects);
        if self.run.exporting.is_empty() {
            effects.push(Effect::Quit { code });
        }
    }

    /// Handles the failure of an export. If the user quits, the screen stays, and asks for another
    /// path; after a signal or ctrl-c the program ends with the error.
    pub(super) fn export_failed(&mut self, path: &Path, error: Error, effects: &mut Vec<Effect>) {
        if self.leaving.is_some_and(|code| code > FIRST_SIGNAL) {
            return effects.push(Effect::Fail(error));
        }
        let was_leaving = self.leaving.take().is_some();
        match error {
            Error::Exists(path) => {
                self.prompt.overlay = Some(Overlay::Confirm(Confirm::Replace(path)));
            }
            error if was_leaving => {
                let mut prompt = Prompt::new(Purpose::SavePath, &path.to_string_lossy());
                prompt.error = Some(format!(
                    "{error} · type another path · ctrl-c: quit without saving"
                ));
                self.prompt.overlay = Some(Overlay::Prompt(prompt));
            }
            error => self.complain(error.to_string()),
        }
        self.run.needs_other_path |= was_leaving;
    }

    /// Writes the file of `--export`, unless that was done at this very step.
    pub(super) fn export_at_end(&mut self, effects: &mut Vec<Effect>) {
        let Some(export) = self.run.export.clone() else {
            return;
        };
        let is_written = self.run.exported_at == Some(self.run.position.step)
            || self.run.exporting.contains(&export.path);
        if self.run.is_training() || !is_written {
            self.send_export(export.path, export.replace, effects);
        }
    }

    pub(super) fn open_save_prompt(&mut self, _: &mut Vec<Effect>) -> Result<(), String> {
        let is_plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
        let name = self.run.data.name.chars();
        let name: String = name.map(|c| if is_plain(c) { c } else { '_' }).collect();
        let prompt = Prompt::new(Purpose::SavePath, &format!("{name}.json"));
        self.prompt.overlay = Some(Overlay::Prompt(prompt));
        Ok(())
    }

    pub(super) fn save_to(&mut self, text: &str, effects: &mut Vec<Effect>) -> Result<(), String> {
        let path = PathBuf::from(text.trim());
        formats::for_path(&path)
            .map_err(|_| format!("the name must end in {}", formats::extensions()))?;
        self.export_to(path, effects);
        Ok(())
    }

    /// Writes the model, after a question if that replaces a file and `--force` was not given.
    pub(super) fn export_to(&mut self, path: PathBuf, effects: &mut Vec<Effect>) {
        self.send_export(path, self.run.force, effects);
    }

    pub(super) fn send_export(&mut self, path: PathBuf, replace: bool, effects: &mut Vec<Effect>) {
        self.run.exporting.push(path.clone());
        effects.push(Effect::Send(Command::Export { path, replace }));
    }
}
