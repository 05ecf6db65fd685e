//! Completion of paths in the dialogs that save files.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::command::{Candidate, FileKind, Files, existing, folder_of, models};
use super::dialogs::{Dialog, Purpose};
use super::messages::Effect;
use super::model::{Model, Overlay};

impl Model {
    /// Completes the path in `dialog` when tab is pressed, with the next candidate each time. After another key, lists
    /// the files of the folder that is typed.
    pub(super) fn complete_path(&mut self, dialog: &mut Dialog, key: &KeyEvent) {
        if !dialog.is_path() {
            return;
        }
        if key.code != KeyCode::Tab {
            return self.list_typed_folder(dialog);
        }
        let typed = dialog.prompt.text().to_owned();
        let (typed, next) = dialog.completing.take().unwrap_or((typed, 0));
        let files = dialog.files.as_ref();
        let mut candidates: Vec<Candidate> = match dialog.purpose {
            Purpose::SavePath(_) => models(&typed, files),
            _ => existing(&typed, files, FileKind::Checkpoint).collect(),
        };
        candidates
            .retain(|candidate| candidate.text.starts_with(&typed) && candidate.text != typed);
        let Some(candidate) = candidates.get(next % candidates.len().max(1)) else {
            return;
        };
        dialog.prompt.replace(&candidate.text);
        // The files of a folder that was completed are next.
        let is_folder = candidate.text.ends_with('/') && candidates.len() == 1;
        if is_folder {
            self.effects.push(Effect::ListFiles(candidate.text.clone()));
        } else {
            dialog.completing = Some((typed, next + 1));
        }
    }

    /// Lists the files of the folder that is typed, unless they are known.
    pub(super) fn list_typed_folder(&mut self, dialog: &mut Dialog) {
        if !dialog.is_path() {
            return;
        }
        dialog.completing = None;
        let folder = folder_of(dialog.prompt.text());
        let files = dialog.files.as_ref();
        if files.is_none_or(|files| files.folder != folder) {
            self.effects.push(Effect::ListFiles(folder.to_owned()));
        }
    }

    /// Stores the names of files where they are waited for.
    pub(super) fn on_files(&mut self, files: Files) {
        match &mut self.prompt.overlay {
            Some(Overlay::Command(line)) => {
                let mut line = line.clone();
                line.set_files(files);
                self.refresh_command_line(line);
            }
            Some(Overlay::Dialog(dialog)) => dialog.files = Some(files),
            _ => {}
        }
    }
}
