//! Completion of paths in the dialogs that save files.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::command::{Candidate, FileKind, Files, existing, folder_of, models};
use super::model::{Model, Overlay};
use super::prompt::{Prompt, Purpose};
use super::update::Effect;

impl Model {
    /// Completes the path in `prompt` when tab is pressed, with the next candidate each time. After another key, lists
    /// the files of the folder that is typed, unless they are known.
    pub(super) fn complete_path(&mut self, prompt: &mut Prompt, key: &KeyEvent) {
        if !matches!(
            prompt.purpose,
            Purpose::SavePath(_) | Purpose::CheckpointPath
        ) {
            return;
        }
        if key.code != KeyCode::Tab {
            prompt.completing = None;
            let folder = folder_of(prompt.text());
            if prompt
                .files
                .as_ref()
                .is_none_or(|files| files.folder != folder)
            {
                self.effects.push(Effect::ListFiles(folder.to_owned()));
            }
            return;
        }
        let typed = prompt.text().to_owned();
        let (typed, next) = prompt.completing.take().unwrap_or((typed, 0));
        let files = prompt.files.as_ref();
        let mut candidates: Vec<Candidate> = match prompt.purpose {
            Purpose::SavePath(_) => models(&typed, files),
            _ => existing(&typed, files, FileKind::Checkpoint).collect(),
        };
        candidates
            .retain(|candidate| candidate.text.starts_with(&typed) && candidate.text != typed);
        let Some(candidate) = candidates.get(next % candidates.len().max(1)) else {
            return;
        };
        prompt.replace(&candidate.text);
        // The files of a folder that was completed are next.
        let is_folder = candidate.text.ends_with('/') && candidates.len() == 1;
        if is_folder {
            self.effects.push(Effect::ListFiles(candidate.text.clone()));
        } else {
            prompt.completing = Some((typed, next + 1));
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
            Some(Overlay::Prompt(prompt)) => prompt.files = Some(files),
            _ => {}
        }
    }
}
