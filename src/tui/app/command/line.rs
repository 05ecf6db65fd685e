//! The line in which commands are typed.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::complete::{Candidate, Files, complete};
use super::history::History;
use crate::tui::app::Model;
use crate::tui::app::menu::Menu;
use crate::tui::app::prompt::{Edited, Prompt, Purpose};

/// A line with what it may go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// The text and its cursor, and what was wrong with it when it was last given.
    pub prompt: Prompt,
    /// What the text may go on with.
    pub candidates: Vec<Candidate>,
    /// The candidate that stands in the line.
    pub chosen: Option<usize>,
    /// How the typed command is used.
    pub usage: Option<String>,
    /// What of the line stays before a candidate.
    kept: String,
    /// Line of the history that is shown, and the text before the history was looked through.
    recalled: Option<(usize, String)>,
    files: Option<Files>,
    /// The menu that the line was opened from.
    menu: Option<Menu>,
}

/// What a key did to the line.
pub(in crate::tui::app) enum Pressed {
    Open,
    Closed,
    Done(String),
}

impl CommandLine {
    /// A line that begins with `text`, opened from `menu` if from one.
    pub(in crate::tui::app) fn new(text: &str, menu: Option<Menu>, model: &Model) -> Self {
        let mut line = Self {
            prompt: Prompt::new(Purpose::Command, text),
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

    /// The menu to go back to.
    pub(in crate::tui::app) fn menu(&self) -> Option<Menu> {
        self.menu
    }

    /// Looks anew for what the text may go on with. Returns a folder whose files are wanted.
    pub(in crate::tui::app) fn refresh(&mut self, model: &Model) -> Option<String> {
        if self.chosen.is_some() {
            return None;
        }
        let completion = complete(&self.prompt.parts().0, model, self.files.as_ref());
        self.candidates = completion.candidates;
        self.kept = completion.kept;
        self.usage = completion.usage;
        completion.folder
    }

    /// Takes in the files of a folder.
    pub(in crate::tui::app) fn take_files(&mut self, files: Files) {
        self.files = Some(files);
    }

    /// Takes in pasted text.
    pub(in crate::tui::app) fn paste(&mut self, text: &str) {
        self.chosen = None;
        self.prompt.paste(text);
    }

    /// Edits the line.
    pub(in crate::tui::app) fn press(&mut self, key: &KeyEvent, history: &History) -> Pressed {
        let is_empty = self.prompt.text().is_empty();
        let with_control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Tab => self.cycle(1),
            KeyCode::BackTab => self.cycle(-1),
            KeyCode::Up => self.recall(-1, history),
            KeyCode::Down => self.recall(1, history),
            KeyCode::Char('p') if with_control => self.recall(-1, history),
            KeyCode::Char('n') if with_control => self.recall(1, history),
            KeyCode::Backspace if is_empty => return Pressed::Closed,
            _ => {
                self.chosen = None;
                self.recalled = None;
                return match self.prompt.press(key) {
                    Edited::Open => Pressed::Open,
                    Edited::Cancelled => Pressed::Closed,
                    Edited::Done(text) => Pressed::Done(text),
                };
            }
        }
        self.prompt.error = None;
        Pressed::Open
    }

    /// Puts the next candidate into the line.
    fn cycle(&mut self, by: isize) {
        let count = self.candidates.len() as isize;
        if count == 0 {
            return;
        }
        let place = match self.chosen {
            Some(place) => (place as isize + by).rem_euclid(count),
            None if by > 0 => 0,
            None => count - 1,
        };
        let candidate = &self.candidates[place as usize];
        let mut text = format!("{}{}", self.kept, candidate.text);
        self.chosen = Some(place as usize);
        if count == 1 {
            // Nothing to choose: on to what follows.
            self.chosen = None;
            if !candidate.arguments.is_empty() {
                text.push(' ');
            }
        }
        self.prompt.replace_before(&text);
    }

    /// Shows a line typed before; beyond the newest comes the text that stood there.
    fn recall(&mut self, by: isize, history: &History) {
        let (place, draft) = match self.recalled.take() {
            Some((place, draft)) => (place as isize, draft),
            None => (history.len() as isize, self.prompt.text()),
        };
        let place = (place + by).clamp(0, history.len() as isize) as usize;
        self.prompt.replace(history.line(place).unwrap_or(&draft));
        self.chosen = None;
        self.recalled = (place < history.len()).then_some((place, draft));
    }
}
