//! The line in which commands are typed, with completion and history.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::complete::{Candidate, Files, complete};
use super::history::History;
use crate::tui::app::Model;
use crate::tui::app::menu::Menu;
use crate::tui::app::prompt::{Prompt, PromptEvent};

/// A command that is being typed.
#[derive(Debug, Clone)]
pub struct CommandLine {
    /// Text, cursor and, after a rejected command, the reason.
    pub prompt: Prompt,
    /// Completions of the text before the cursor.
    pub candidates: Vec<Candidate>,
    /// Index of the candidate that `tab` inserted.
    pub chosen: Option<usize>,
    pub usage: Option<String>,
    /// Text before the word that a candidate replaces.
    kept: String,
    /// Index of the recalled history line, and the draft that it replaced.
    recalled: Option<(usize, String)>,
    /// Files of the folder that was listed last.
    files: Option<Files>,
    /// Menu from which the line was opened.
    menu: Option<Menu>,
}

impl CommandLine {
    /// Opens a line that contains `text`. `menu` is shown again when the line is closed.
    pub(in crate::tui::app) fn new(text: &str, menu: Option<Menu>, model: &Model) -> Self {
        let mut line = Self {
            prompt: Prompt::new(text),
            candidates: Vec::new(),
            chosen: None,
            usage: None,
            kept: String::new(),
            recalled: None,
            files: None,
            menu,
        };
        line.refresh(model);
        line
    }

    /// Returns the menu from which the line was opened.
    pub(in crate::tui::app) fn menu(&self) -> Option<Menu> {
        self.menu
    }

    /// Updates the completions. Returns a folder whose files are to be listed.
    pub(in crate::tui::app) fn refresh(&mut self, model: &Model) -> Option<String> {
        if self.chosen.is_some() {
            return None;
        }
        let completion = complete(self.prompt.split_at_cursor().0, model, self.files.as_ref());
        self.candidates = completion.candidates;
        self.kept = completion.kept;
        self.usage = completion.usage;
        completion.folder
    }

    /// Sets the files that file names are completed with.
    pub(in crate::tui::app) fn set_files(&mut self, files: Files) {
        self.files = Some(files);
    }

    pub(in crate::tui::app) fn insert(&mut self, text: &str) {
        self.chosen = None;
        self.recalled = None;
        self.prompt.insert(text);
    }

    /// Handles a key: completion, history, or editing as in [`Prompt::on_key`].
    pub(in crate::tui::app) fn on_key(&mut self, key: &KeyEvent, history: &History) -> PromptEvent {
        let is_empty = self.prompt.text().is_empty();
        let with_control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Tab => self.cycle(1),
            KeyCode::BackTab => self.cycle(-1),
            KeyCode::Up => self.recall(-1, history),
            KeyCode::Down => self.recall(1, history),
            KeyCode::Char('p') if with_control => self.recall(-1, history),
            KeyCode::Char('n') if with_control => self.recall(1, history),
            KeyCode::Backspace if is_empty => return PromptEvent::Cancelled,
            _ => {
                self.chosen = None;
                self.recalled = None;
                return self.prompt.on_key(key);
            }
        }
        self.prompt.error = None;
        PromptEvent::Editing
    }

    /// Inserts the next candidate (`by` 1) or the previous one (-1).
    fn cycle(&mut self, by: isize) {
        let count = self.candidates.len() as isize;
        if count == 0 {
            return;
        }
        let index = match self.chosen {
            Some(index) => (index as isize + by).rem_euclid(count),
            None if by > 0 => 0,
            None => count - 1,
        };
        let candidate = &self.candidates[index as usize];
        let mut text = format!("{}{}", self.kept, candidate.text);
        self.chosen = Some(index as usize);
        if count == 1 {
            // There is nothing to cycle through: complete the next word.
            self.chosen = None;
            if !candidate.arguments.is_empty() {
                text.push(' ');
            }
        }
        self.prompt.replace_before(&text);
    }

    /// Inserts the candidate at `index`.
    pub(in crate::tui::app) fn choose(&mut self, index: usize) {
        if let Some(candidate) = self.candidates.get(index) {
            let space = if candidate.arguments.is_empty() {
                ""
            } else {
                " "
            };
            let text = format!("{}{}{space}", self.kept, candidate.text);
            self.prompt.replace_before(&text);
            self.chosen = None;
            self.prompt.error = None;
        }
    }

    /// Replaces the text by an older (`by` -1) or newer (1) line of the history. Beyond the newest
    /// line comes the draft.
    fn recall(&mut self, by: isize, history: &History) {
        let (index, draft) = match self.recalled.take() {
            Some((index, draft)) => (index as isize, draft),
            None => (history.len() as isize, self.prompt.text().to_owned()),
        };
        let index = (index + by).clamp(0, history.len() as isize) as usize;
        self.prompt.replace(history.line(index).unwrap_or(&draft));
        self.chosen = None;
        self.recalled = (index < history.len()).then_some((index, draft));
    }
}
