//! Dialogs for a value or a path, and questions that are answered by a key.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::actions::Done;
use super::command::Files;
use super::model::{Confirm, Model, Overlay};
use super::prompt::{Prompt, PromptEvent};
use crate::nn::ParameterId;
use crate::settings::Setting;
use crate::train::{Command, Weights};

/// Use of the text that is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Setting(&'static Setting),
    /// Path of a model with these weights.
    SavePath(Weights),
    /// Path of the last checkpoint, in place of one that cannot be written.
    CheckpointPath,
    Parameter(ParameterId),
    /// New value of the shown row in the column with this index.
    Input(usize),
}

/// A value or a path that is being entered.
#[derive(Debug, Clone)]
pub struct Dialog {
    pub(in crate::tui) purpose: Purpose,
    pub(in crate::tui) prompt: Prompt,
    /// Files of the folder of a path, once they are listed.
    pub(super) files: Option<Files>,
    /// Text that tab completes, and the index of the next candidate.
    pub(super) completing: Option<(String, usize)>,
}

impl Dialog {
    /// Whether a path is entered.
    pub(super) fn is_path(&self) -> bool {
        matches!(self.purpose, Purpose::SavePath(_) | Purpose::CheckpointPath)
    }
}

impl Model {
    /// Opens a dialog for what is typed into `prompt`.
    pub(super) fn open_dialog(&mut self, purpose: Purpose, prompt: Prompt) {
        self.prompt.overlay = Some(Overlay::Dialog(Dialog {
            purpose,
            prompt,
            files: None,
            completing: None,
        }));
    }

    pub(super) fn press_in_dialog(&mut self, mut dialog: Dialog, key: &KeyEvent) {
        match dialog.prompt.on_key(key) {
            PromptEvent::Cancelled => return self.leaving_later = None,
            PromptEvent::Editing => {
                self.choose_weights(&mut dialog.purpose, key);
                self.complete_path(&mut dialog, key);
            }
            PromptEvent::Submitted(text) => match self.submit(dialog.purpose, &text) {
                Ok(()) => return,
                Err(problem) => dialog.prompt.error = Some(problem),
            },
        }
        self.prompt.overlay = Some(Overlay::Dialog(dialog));
    }

    fn submit(&mut self, purpose: Purpose, text: &str) -> Done {
        match purpose {
            Purpose::Setting(setting) => self.type_setting(setting, text),
            Purpose::SavePath(weights) => self.save_to(text, weights),
            Purpose::CheckpointPath => self.checkpoint_to(text),
            Purpose::Parameter(id) => self.type_parameter(id, text),
            Purpose::Input(column) => self.type_input(column, text),
        }
    }

    /// Handles a key that may answer `question`.
    pub(super) fn answer(&mut self, question: Confirm, key: &KeyEvent) {
        let has_save = matches!(
            question,
            Confirm::Quit | Confirm::Reset(..) | Confirm::Restore(_)
        );
        match key.code {
            KeyCode::Char('y' | 'Y') => self.agree(question),
            KeyCode::Char('w') if has_save => {
                let opened = self.open_save_prompt();
                self.prompt.report(opened);
            }
            KeyCode::Char('n' | 'N' | 'q') | KeyCode::Esc => self.decline(question),
            _ => self.prompt.overlay = Some(Overlay::Confirm(question)),
        }
    }

    /// Handles a yes.
    fn agree(&mut self, question: Confirm) {
        match question {
            Confirm::Replace(path, weights) => self.replace_by_export(path, weights),
            Confirm::ReplaceByCheckpoint(path) => self.replace_by_checkpoint(path),
            Confirm::ReplaceByScript(path) => self.send_script(path, true),
            Confirm::Restore(path) => self.send(Command::Restore { path }),
            Confirm::Reset(seed, initialisation) => self.send(Command::Reset {
                seed,
                initialisation,
            }),
            Confirm::Quit => self.leave(0),
        }
    }
}
