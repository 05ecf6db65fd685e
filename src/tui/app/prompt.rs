//! Editing of a line of text, with `tui-input`.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};

/// Maximum number of characters of a text: that of a path on Linux.
const MAX_TEXT: usize = 4096;

/// A line of text that is being entered.
#[derive(Debug, Clone)]
pub struct Prompt {
    input: Input,
    /// Whether the whole text is selected: the first character typed replaces it.
    pub(in crate::tui) is_selected: bool,
    /// Why the last submitted text was rejected.
    pub error: Option<String>,
}

/// Result of a key press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum PromptEvent {
    Editing,
    Submitted(String),
    Cancelled,
}

impl Prompt {
    /// Opens a prompt that suggests `text`, with the cursor at its end.
    pub fn new(text: &str) -> Self {
        Self {
            input: text.into(),
            is_selected: false,
            error: None,
        }
    }

    /// Opens a prompt with `text` selected.
    pub(crate) fn selected(text: &str) -> Self {
        Self {
            is_selected: true,
            ..Self::new(text)
        }
    }

    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Returns the text before the cursor and the text from the cursor on.
    pub(crate) fn split_at_cursor(&self) -> (&str, &str) {
        let text = self.text();
        let cursor = text.char_indices().nth(self.input.cursor());
        text.split_at(cursor.map_or(text.len(), |(byte, _)| byte))
    }

    /// Replaces the text before the cursor.
    pub(super) fn replace_before(&mut self, before: &str) {
        let (_, after) = self.split_at_cursor();
        let text = format!("{before}{after}");
        self.input = Input::new(text).with_cursor(before.chars().count());
    }

    /// Replaces the whole text and places the cursor at its end.
    pub(in crate::tui) fn replace(&mut self, text: &str) {
        self.input = text.into();
    }

    /// Inserts typed or pasted text at the cursor, without line breaks and other control characters, as far as there is
    /// room.
    pub(in crate::tui) fn insert(&mut self, text: &str) {
        self.replace_selection();
        self.error = None;
        let room = MAX_TEXT.saturating_sub(self.text().chars().count());
        for c in text.chars().filter(|c| !c.is_control()).take(room) {
            self.input.handle(InputRequest::InsertChar(c));
        }
    }

    /// Handles a key as shells do.
    pub(in crate::tui) fn on_key(&mut self, key: &KeyEvent) -> PromptEvent {
        match key.code {
            KeyCode::Enter => {
                // A text that is rejected stays to be edited.
                self.is_selected = false;
                return PromptEvent::Submitted(self.text().to_owned());
            }
            KeyCode::Esc => return PromptEvent::Cancelled,
            _ => {}
        }
        if let Some(request) = request_of(key) {
            use InputRequest::{DeleteNextChar, DeletePrevChar, InsertChar};
            match request {
                DeleteNextChar | DeletePrevChar if self.is_selected => self.replace_selection(),
                InsertChar(c) => self.insert(c.encode_utf8(&mut [0; 4])),
                _ => {
                    self.input.handle(request);
                }
            }
        }
        self.is_selected = false;
        self.error = None;
        PromptEvent::Editing
    }

    fn replace_selection(&mut self) {
        if std::mem::take(&mut self.is_selected) {
            self.input.reset();
        }
    }
}

/// Returns the edit bound to `key`.
fn request_of(key: &KeyEvent) -> Option<InputRequest> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    Some(match key.code {
        KeyCode::Char('a') if control => InputRequest::GoToStart,
        KeyCode::Char('e') if control => InputRequest::GoToEnd,
        KeyCode::Char('k') if control => InputRequest::DeleteTillEnd,
        KeyCode::Char('u') if control => InputRequest::DeleteFromStart,
        KeyCode::Char('w') if control => InputRequest::DeletePrevWord,
        KeyCode::Char('y') if control => InputRequest::Yank,
        KeyCode::Char(c) if !control && !alt => InputRequest::InsertChar(c),
        KeyCode::Backspace => InputRequest::DeletePrevChar,
        KeyCode::Delete => InputRequest::DeleteNextChar,
        KeyCode::Left if control => InputRequest::GoToPrevWord,
        KeyCode::Right if control => InputRequest::GoToNextWord,
        KeyCode::Left => InputRequest::GoToPrevChar,
        KeyCode::Right => InputRequest::GoToNextChar,
        KeyCode::Home => InputRequest::GoToStart,
        KeyCode::End => InputRequest::GoToEnd,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
