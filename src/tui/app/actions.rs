//! Functions of keys and typed commands: training, files, and the way out.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::dialogs::Purpose;
use super::messages::Effect;
use super::model::{Confirm, Model, Overlay, PromptState};
use super::prompt::Prompt;
use super::training::Phase;
use crate::error::{EXIT_FAILED, Error};
use crate::model_file::formats;
use crate::nn::Initialisation;
use crate::settings::LEARNING_RATE;
use crate::train::{Command, Replace, StepSize, Weights};
use crate::tui::text;
use crate::util::text::sanitise;

/// Result of an action. An error is shown to the person.
pub(crate) type Done = Result<(), String>;

/// A function of a key or command.
pub(crate) type Action = fn(&mut Model) -> Done;

/// Makes an [`Action`] of an expression that cannot fail.
macro_rules! act {
    (|$model:ident| $run:expr) => {
        |$model: &mut Model| {
            $run;
            Ok(())
        }
    };
}
pub(super) use act;

/// Seconds of training that are worth a question before they are lost.
const WORTH_ASKING: f64 = 60.0;
/// Exit codes above this one are those of signals, and of ctrl-c.
const FIRST_SIGNAL: u8 = 128;
/// Largest repeat count.
pub(super) const MAX_STEPS: u32 = 999_999;

impl PromptState {
    /// Handles a key that edits the repeat count. Returns whether it was one.
    pub(super) fn edit_count(&mut self, key: &KeyEvent) -> bool {
        let is_plain = (key.modifiers - KeyModifiers::SHIFT).is_empty();
        match (self.count, key.code) {
            // Without a count, 0 is a key of its own.
            (None, KeyCode::Char('0')) => return false,
            (_, KeyCode::Char(digit @ '0'..='9')) if is_plain => {
                let digit = u32::from(digit) - u32::from('0');
                let count = self.count.unwrap_or(0) * 10 + digit;
                // A count stays as it is if it would be too long.
                if count <= MAX_STEPS {
                    self.count = Some(count);
                }
            }
            (Some(_), KeyCode::Esc) => self.count = None,
            (Some(count), KeyCode::Backspace) => self.count = Some(count / 10).filter(|&n| n > 0),
            _ => return false,
        }
        true
    }
}

impl Model {
    /// Does as many steps as the repeat count says, one by default.
    pub(super) fn step_counted(&mut self, size: StepSize) -> Done {
        let count = self.prompt.count.take().unwrap_or(1);
        self.step(size, count)
    }

    pub(super) fn step(&mut self, size: StepSize, count: u32) -> Done {
        self.check_not_diverged()?;
        self.send(Command::Step { size, count });
        Ok(())
    }

    pub(super) fn step_back(&mut self) -> Done {
        match self.inspector.step {
            None => Err(text::not_inside_a_batch().into()),
            Some(position) if !position.can_go_back => Err(text::no_earlier_steps().into()),
            Some(_) => {
                self.send(Command::StepBack);
                Ok(())
            }
        }
    }

    /// Fails after a divergence, from which only recovery leads on.
    fn check_not_diverged(&self) -> Done {
        if matches!(self.run.phase, Phase::Diverged(_)) {
            return Err(text::recover_first().into());
        }
        Ok(())
    }

    pub(super) fn resume(&mut self) -> Done {
        self.check_not_diverged()?;
        self.send(Command::Resume);
        Ok(())
    }

    pub(super) fn pause(&mut self) -> Done {
        if !self.trains() {
            return Err(text::not_training().into());
        }
        if self.run.is_training() {
            self.run.phase = Phase::Pausing;
        }
        self.send(Command::Pause);
        Ok(())
    }

    /// Starts the training again, after a question if much would be lost.
    pub(super) fn ask_to_restart(&mut self, seed: u64, initialisation: Initialisation) {
        if self.run.unsaved_seconds() > WORTH_ASKING {
            let question = Confirm::Reset(seed, initialisation);
            self.prompt.overlay = Some(Overlay::Confirm(question));
        } else {
            self.send(Command::Reset {
                seed,
                initialisation,
            });
        }
    }

    /// Starts the training again with the seed `later` seeds after the present one.
    pub(super) fn restart_with_seed(&mut self, later: u64) {
        let seed = self.run.plan.seed.wrapping_add(later);
        self.ask_to_restart(seed, self.run.plan.initialisation);
    }

    /// Opens the prompt for a learning rate.
    pub(super) fn open_rate_prompt(&mut self) {
        let rate = (LEARNING_RATE.value)(&self.run.choices());
        self.open_dialog(Purpose::Setting(&LEARNING_RATE), Prompt::selected(&rate));
    }

    pub(super) fn quit(&mut self) {
        self.show_main_run();
        if self.run.export.is_none() && self.run.unsaved_seconds() > WORTH_ASKING {
            self.prompt.overlay = Some(Overlay::Confirm(Confirm::Quit));
        } else {
            self.leave(0);
        }
    }

    /// Leaves with exit code `code`, after `--export` was written. Asked for the third time, leaves
    /// at once.
    pub(super) fn leave(&mut self, code: u8) {
        if self.leaving.is_none() {
            self.terminate(code);
        } else if std::mem::replace(&mut self.is_impatient, true) {
            self.effects.push(Effect::Quit { code });
        } else {
            self.prompt.error(text::saving());
        }
    }

    /// Leaves with exit code `code`, after `--export` was written, unless it is leaving already. A user who
    /// quits waits for the last checkpoint too, and is asked for another path if it fails.
    pub(super) fn terminate(&mut self, code: u8) {
        if self.leaving.is_some() {
            return;
        }
        self.show_main_run();
        let code = match self.run.phase {
            Phase::Failed(_) if code == 0 => EXIT_FAILED,
            _ => code,
        };
        self.leave_past();
        self.leaving = Some(code);
        self.leaving_later = None;
        self.is_impatient = false;
        self.prompt.overlay = None;
        if self.run.is_training() {
            // Model, checkpoint and log are of the same step.
            self.send(Command::PauseForEnd);
        }
        self.export_at_end();
        if code < FIRST_SIGNAL {
            self.checkpoint_at_end();
        }
        self.quit_when_saved();
    }

    /// Goes on leaving after the answer to a question that came up meanwhile.
    fn leave_after_all(&mut self) {
        if let Some(code) = self.leaving_later.take() {
            self.leaving = Some(code);
            if self.run.exporting.is_empty() {
                self.export_at_end();
            }
            self.checkpoint_at_end();
        }
    }

    /// Quits if the user wants to and everything is written.
    pub(super) fn quit_when_saved(&mut self) {
        if let Some(code) = self.leaving
            && self.run.exporting.is_empty()
            && self.run.checkpointing.is_none()
        {
            self.effects.push(Effect::Quit { code });
        }
    }

    /// Writes the last checkpoint, unless that is under way. A panic leaves only the model to be saved.
    fn checkpoint_at_end(&mut self) {
        let can_save = !matches!(self.run.phase, Phase::Failed(_));
        if let Some(path) = self.run.last_checkpoint.clone()
            && can_save
            && self.run.checkpointing.is_none()
        {
            self.send_last_checkpoint(path, self.run.force);
        }
    }

    fn send_last_checkpoint(&mut self, path: PathBuf, replace: bool) {
        self.run.checkpointing = Some(path.clone());
        self.send(Command::Checkpoint {
            path,
            replace,
            is_last: true,
        });
    }

    /// Handles the result of the last checkpoint. If it failed, the screen stays, and asks for another path.
    pub(super) fn last_checkpoint_written(&mut self, path: &Path, result: Result<u64, Error>) {
        self.run.checkpointing = None;
        match result {
            Ok(_) => {
                self.run.last_checkpoint = Some(path.to_owned());
                return self.quit_when_saved();
            }
            Err(error) if self.leaving.is_none() => {
                self.prompt.error(text::checkpoint_failed(error))
            }
            Err(Error::Exists(path)) => {
                let question = Confirm::ReplaceByCheckpoint(path);
                self.prompt.overlay = Some(Overlay::Confirm(question));
            }
            Err(error) => self.ask_for_other_path(Purpose::CheckpointPath, path, error),
        }
        self.leaving_later = self.leaving.take().or(self.leaving_later);
    }

    /// Writes a checkpoint in place of the file that exists, and leaves if the user was about to.
    pub(super) fn replace_by_checkpoint(&mut self, path: PathBuf) {
        if self.leaving_later.is_some() {
            self.send_last_checkpoint(path, true);
        } else {
            self.send_checkpoint(path, true);
        }
        self.leave_after_all();
    }

    /// Writes the last checkpoint to the path that was typed, and leaves.
    pub(super) fn checkpoint_to(&mut self, typed: &str) -> Done {
        let path = PathBuf::from(typed.trim());
        if path.as_os_str().is_empty() {
            return Err(text::type_a_path().into());
        }
        self.send_last_checkpoint(path, self.run.force);
        self.leave_after_all();
        Ok(())
    }

    /// Handles the failure of an export. If the user quits, the screen stays, and asks for another
    /// path; after a signal or ctrl-c the program ends with the error.
    pub(super) fn export_failed(&mut self, path: &Path, weights: Weights, error: Error) {
        if self.leaving.is_some_and(|code| code > FIRST_SIGNAL) {
            return self.effects.push(Effect::Fail(error));
        }
        let typed = self.run.typed_path.take();
        let is_typed = typed.is_some_and(|typed| typed == path);
        let leaving = self.leaving.take();
        let was_leaving = leaving.is_some();
        self.leaving_later = leaving.or(self.leaving_later);
        match error {
            Error::Exists(path) => {
                self.prompt.overlay = Some(Overlay::Confirm(Confirm::Replace(path, weights)));
            }
            error if was_leaving || is_typed && self.prompt.overlay.is_none() => {
                self.ask_for_other_path(Purpose::SavePath(weights), path, error);
            }
            error => self.prompt.error(error.to_string()),
        }
        self.run.needs_other_path |= was_leaving;
    }

    /// Asks a user who quits for another path than the one that cannot be written.
    fn ask_for_other_path(&mut self, purpose: Purpose, path: &Path, error: impl Display) {
        let mut prompt = Prompt::new(&path.to_string_lossy());
        prompt.error = Some(text::save_elsewhere(error));
        self.open_dialog(purpose, prompt);
    }

    /// Handles a no. A user who quits and keeps a file is asked for another path.
    pub(super) fn decline(&mut self, question: Confirm) {
        let (purpose, path) = match question {
            Confirm::Replace(path, weights) => (Purpose::SavePath(weights), path),
            Confirm::ReplaceByCheckpoint(path) => (Purpose::CheckpointPath, path),
            _ => return self.leaving_later = None,
        };
        if self.leaving_later.is_some() {
            let shown = sanitise(&path.display().to_string());
            self.ask_for_other_path(purpose, &path, text::file_exists(shown));
        }
    }

    /// Writes the file of `--export`, unless that was done at this very step.
    pub(super) fn export_at_end(&mut self) {
        let Some(export) = self.run.export.clone() else {
            return;
        };
        let is_written = self.run.exported_at == Some(self.run.position.step)
            || self.run.exporting.contains(&export.path);
        if self.run.is_training() || !is_written {
            let replace = Replace::Own.or_anything(export.replace);
            self.send_export(export.path, self.run.weights, replace);
        }
    }

    /// Returns the path of the checkpoint that is meant by `typed`, which may be empty.
    fn checkpoint_path(&self, typed: &str) -> PathBuf {
        match &self.run.checkpoint {
            _ if !typed.is_empty() => typed.into(),
            // The file of the run stays that of its present.
            _ if self.run.past.is_some() => format!("{}.checkpoint", self.moment_name()).into(),
            Some(path) => path.clone(),
            None => format!("{}.checkpoint", self.plain_name()).into(),
        }
    }

    /// Writes a checkpoint, after a question if that replaces the file of another run and `--force` was not
    /// given.
    pub(super) fn write_checkpoint(&mut self, path: &str) -> Done {
        self.send_checkpoint(self.checkpoint_path(path), self.run.force);
        Ok(())
    }

    fn send_checkpoint(&mut self, path: PathBuf, replace: bool) {
        self.send(Command::Checkpoint {
            path,
            replace,
            is_last: false,
        });
    }

    /// Continues from a checkpoint, after a question if much would be lost.
    pub(super) fn restore_checkpoint(&mut self, path: &str) -> Done {
        let path = self.checkpoint_path(path);
        if self.run.unsaved_seconds() > WORTH_ASKING {
            self.prompt.overlay = Some(Overlay::Confirm(Confirm::Restore(path)));
        } else {
            self.send(Command::Restore { path });
        }
        Ok(())
    }

    /// Name of the data, for a file.
    fn plain_name(&self) -> String {
        let is_plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
        let name = self.run.data.name.chars();
        name.map(|c| if is_plain(c) { c } else { '_' }).collect()
    }

    /// Name of the data, with the epoch of an earlier moment that is shown.
    fn moment_name(&self) -> String {
        match self.run.past {
            Some(_) => format!("{}-epoch{}", self.plain_name(), self.run.position.epoch),
            None => self.plain_name(),
        }
    }

    pub(super) fn open_save_prompt(&mut self) -> Done {
        let path = format!("{}.json", self.moment_name());
        // The model on the screen is the current one.
        self.open_dialog(Purpose::SavePath(Weights::Last), Prompt::selected(&path));
        self.effects.push(Effect::ListFiles(String::new()));
        Ok(())
    }

    /// Switches between the current weights and those of the best epoch, if there is one, when an arrow up or down is
    /// pressed in the prompt of a model's path.
    pub(super) fn choose_weights(&self, purpose: &mut Purpose, key: &KeyEvent) {
        if let Purpose::SavePath(weights) = purpose
            && matches!(key.code, KeyCode::Up | KeyCode::Down)
            && self.run.best.is_some()
        {
            *weights = match *weights {
                Weights::Best => Weights::Last,
                Weights::Last => Weights::Best,
            };
        }
    }

    pub(super) fn save_to(&mut self, text: &str, weights: Weights) -> Done {
        let path = PathBuf::from(text.trim());
        formats::for_path(&path).map_err(|_| text::name_must_end_in(formats::extensions()))?;
        self.run.typed_path = Some(path.clone());
        self.send_export(path, weights, self.unless_forced());
        self.leave_after_all();
        Ok(())
    }

    /// Writes the model in place of the file that exists, and leaves if the user was about to.
    pub(super) fn replace_by_export(&mut self, path: PathBuf, weights: Weights) {
        self.send_export(path, weights, Replace::Anything);
        self.leave_after_all();
    }

    /// Writes the current model, after a question if that replaces a file and `--force` was not given.
    pub(super) fn export_to(&mut self, path: PathBuf) {
        self.send_export(path, Weights::Last, self.unless_forced());
    }

    /// Writes the training as a script, after a question if that replaces a file and `--force` was not given.
    pub(super) fn export_training_to(&mut self, path: PathBuf) {
        self.send_script(path, self.run.force);
    }

    pub(super) fn send_script(&mut self, path: PathBuf, replace: bool) {
        self.send(Command::ExportTraining { path, replace });
    }

    /// Files that a model may overwrite without a question.
    fn unless_forced(&self) -> Replace {
        Replace::Nothing.or_anything(self.run.force)
    }

    pub(super) fn send_export(&mut self, path: PathBuf, weights: Weights, replace: Replace) {
        self.run.exporting.push(path.clone());
        self.send(Command::Export {
            path,
            weights,
            replace,
        });
    }
}
