//! Editing of a line of text, with `tui-input`.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};

use crate::nn::ParameterId;
use crate::settings::Setting;

/// Use of the text that is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// New value of a setting.
    Setting(&'static Setting),
    /// Path to which the model is saved.
    SavePath,
    /// New value of a weight or bias.
    Parameter(ParameterId),
    /// New value of the shown row in the column with this index.
    Input(usize),
    /// Typed command.
    Command,
}

/// A line of text that is being entered.
#[derive(Debug, Clone)]
pub struct Prompt {
    pub(in crate::tui) purpose: Purpose,
    input: Input,
    /// Whether the whole text is selected: the first character typed replaces it.
    pub(in crate::tui) is_selected: bool,
    /// Why the last submitted text was rejected.
    pub error: Option<String>,
}

/// Result of a key press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum PromptEvent {
    /// Text entry goes on.
    Editing,
    Submitted(String),
    Cancelled,
}

impl Prompt {
    /// Opens a prompt that suggests `text`, with the cursor at its end.
    pub fn new(purpose: Purpose, text: &str) -> Self {
        Self {
            purpose,
            input: text.into(),
            is_selected: false,
            error: None,
        }
    }

    /// Opens a prompt with `text` selected.
    pub(crate) fn selected(purpose: Purpose, text: &str) -> Self {
        Self {
            is_selected: true,
            ..Self::new(purpose, text)
        }
    }

    /// Returns the whole text.
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

    /// Inserts pasted text at the cursor, without line breaks and other control characters.
    pub(super) fn paste(&mut self, text: &str) {
        self.replace_selection();
        let (before, _) = self.split_at_cursor();
        let pasted = text.chars().filter(|c| !c.is_control());
        let before: String = before.chars().chain(pasted).collect();
        self.replace_before(&before);
    }

    /// Handles a key as shells do.
    pub(in crate::tui) fn on_key(&mut self, key: &KeyEvent) -> PromptEvent {
        match key.code {
            KeyCode::Enter => return PromptEvent::Submitted(self.text().to_owned()),
            KeyCode::Esc => return PromptEvent::Cancelled,
            _ => {}
        }
        if let Some(request) = request_of(key) {
            use InputRequest::{DeleteNextChar, DeletePrevChar, InsertChar};
            match request {
                DeleteNextChar | DeletePrevChar if self.is_selected => self.replace_selection(),
                InsertChar(_) => {
                    self.replace_selection();
                    self.input.handle(request);
                }
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

/// Returns the edit that `key` stands for.
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
mod tests {
    use super::*;
    use crate::settings::LEARNING_RATE;

    fn press(prompt: &mut Prompt, code: KeyCode) -> PromptEvent {
        prompt.on_key(&KeyEvent::new(code, KeyModifiers::NONE))
    }

    fn press_control(prompt: &mut Prompt, letter: char) {
        prompt.on_key(&KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL));
    }

    #[test]
    fn a_selected_text_is_replaced_or_edited() {
        let selected = || Prompt::selected(Purpose::Setting(&LEARNING_RATE), "0.01");
        let mut prompt = selected();
        press(&mut prompt, KeyCode::Char('5'));
        assert_eq!(prompt.text(), "5");
        let mut prompt = selected();
        press(&mut prompt, KeyCode::End);
        press(&mut prompt, KeyCode::Char('5'));
        assert_eq!(prompt.text(), "0.015");
        for erase in [KeyCode::Backspace, KeyCode::Delete] {
            let mut prompt = selected();
            press(&mut prompt, erase);
            assert_eq!(prompt.text(), "");
        }
        let mut prompt = selected();
        prompt.paste("7");
        assert_eq!(prompt.text(), "7");
    }

    #[test]
    fn a_line_is_edited() {
        let mut prompt = Prompt::new(Purpose::SavePath, "iris.json");
        for _ in 0..5 {
            press(&mut prompt, KeyCode::Left);
        }
        press(&mut prompt, KeyCode::Char('2'));
        press(&mut prompt, KeyCode::Char('ä'));
        press(&mut prompt, KeyCode::Backspace);
        assert_eq!(
            press(&mut prompt, KeyCode::Enter),
            PromptEvent::Submitted("iris2.json".into())
        );
        press_control(&mut prompt, 'u');
        assert_eq!(prompt.split_at_cursor(), ("", ".json"));
        press(&mut prompt, KeyCode::End);
        press_control(&mut prompt, 'w');
        prompt.paste("a\x1b\nb");
        assert_eq!(prompt.split_at_cursor(), (".ab", ""));
        press_control(&mut prompt, 'a');
        assert_eq!(prompt.split_at_cursor(), ("", ".ab"));
        press_control(&mut prompt, 'e');
        assert_eq!(prompt.split_at_cursor(), (".ab", ""));
        assert_eq!(press(&mut prompt, KeyCode::Esc), PromptEvent::Cancelled);
    }

    #[test]
    fn a_letter_with_its_marks_is_one_step() {
        let mut prompt = Prompt::new(Purpose::SavePath, "");
        for c in "宽e\u{301}x".chars() {
            press(&mut prompt, KeyCode::Char(c));
        }
        press(&mut prompt, KeyCode::Left);
        press(&mut prompt, KeyCode::Left);
        assert_eq!(prompt.split_at_cursor(), ("宽", "e\u{301}x"));
        press(&mut prompt, KeyCode::Delete);
        assert_eq!(prompt.text(), "宽x");
        press(&mut prompt, KeyCode::Backspace);
        assert_eq!(prompt.text(), "x");
    }
}
