//! A line of text that a person types.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::nn::ParameterId;

/// What the text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A learning rate.
    LearningRate,
    /// Where the model is saved.
    SavePath,
    /// A value for a weight or a bias.
    Parameter(ParameterId),
    /// A value for this column of the shown row.
    Input(usize),
    /// A typed command.
    Command,
}

/// A prompt with its cursor and, after a bad answer, what was wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// What is asked for.
    pub purpose: Purpose,
    text: Vec<char>,
    cursor: usize,
    /// Whether the whole text is selected: the first character typed replaces it.
    pub is_selected: bool,
    /// Why the last answer was not taken.
    pub error: Option<String>,
}

/// What a key did to a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// The text or the cursor changed, or nothing.
    Open,
    /// The person is done.
    Done(String),
    /// The person gave up.
    Cancelled,
}

impl Prompt {
    /// A prompt that suggests `text`, with the cursor behind it.
    pub fn new(purpose: Purpose, text: &str) -> Self {
        let text: Vec<char> = text.chars().collect();
        Self {
            purpose,
            cursor: text.len(),
            text,
            is_selected: false,
            error: None,
        }
    }

    /// The same with the whole text selected.
    pub fn selected(purpose: Purpose, text: &str) -> Self {
        Self {
            is_selected: true,
            ..Self::new(purpose, text)
        }
    }

    /// The text before the cursor, under it (a space at the end) and behind it.
    pub fn parts(&self) -> (String, String, String) {
        let (before, rest) = self.text.split_at(self.cursor);
        let under = rest.first().map_or(" ".to_owned(), char::to_string);
        let behind = rest.iter().skip(1).collect();
        (before.iter().collect(), under, behind)
    }

    /// The whole text.
    pub fn text(&self) -> String {
        self.text.iter().collect()
    }

    /// Puts `text` in place of what stands before the cursor.
    pub fn replace_before(&mut self, text: &str) {
        let behind = self.text.split_off(self.cursor);
        self.text = text.chars().collect();
        self.cursor = self.text.len();
        self.text.extend(behind);
    }

    /// Puts `text` in place of the whole line, with the cursor behind it.
    pub fn replace(&mut self, text: &str) {
        self.clear();
        self.replace_before(text);
    }

    /// Inserts pasted text; line breaks and other controls are left out.
    pub fn paste(&mut self, text: &str) {
        if std::mem::take(&mut self.is_selected) {
            self.clear();
        }
        text.chars()
            .filter(|c| !c.is_control())
            .for_each(|c| self.insert(c));
    }

    /// Edits the line as shells do.
    pub fn press(&mut self, key: &KeyEvent) -> Edited {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let was_selected = std::mem::take(&mut self.is_selected);
        if was_selected && matches!(key.code, KeyCode::Backspace | KeyCode::Delete) {
            self.clear();
            return Edited::Open;
        }
        match key.code {
            KeyCode::Enter => return Edited::Done(self.text()),
            KeyCode::Esc => return Edited::Cancelled,
            KeyCode::Char('u') if control => {
                self.text.drain(..self.cursor);
                self.cursor = 0;
            }
            KeyCode::Char('a') if control => self.cursor = 0,
            KeyCode::Char('e') if control => self.cursor = self.text.len(),
            KeyCode::Char('w') if control => self.erase_word(),
            KeyCode::Char(c) if !control && !key.modifiers.contains(KeyModifiers::ALT) => {
                if was_selected {
                    self.clear();
                }
                self.insert(c);
            }
            KeyCode::Backspace if self.cursor > 0 => {
                self.cursor -= 1;
                self.text.remove(self.cursor);
            }
            KeyCode::Delete if self.cursor < self.text.len() => {
                self.text.remove(self.cursor);
            }
            KeyCode::Left => self.cursor = self.cursor.saturating_sub(1),
            KeyCode::Right => self.cursor = (self.cursor + 1).min(self.text.len()),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = self.text.len(),
            _ => {}
        }
        self.error = None;
        Edited::Open
    }

    fn clear(&mut self) {
        self.text.clear();
        self.cursor = 0;
    }

    fn insert(&mut self, c: char) {
        self.text.insert(self.cursor, c);
        self.cursor += 1;
    }

    fn erase_word(&mut self) {
        let is_part = |c: &char| c.is_alphanumeric();
        while self.cursor > 0 && !is_part(&self.text[self.cursor - 1]) {
            self.cursor -= 1;
            self.text.remove(self.cursor);
        }
        while self.cursor > 0 && is_part(&self.text[self.cursor - 1]) {
            self.cursor -= 1;
            self.text.remove(self.cursor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(prompt: &mut Prompt, code: KeyCode) -> Edited {
        prompt.press(&KeyEvent::new(code, KeyModifiers::NONE))
    }

    #[test]
    fn a_selected_text_is_replaced_or_edited() {
        let mut prompt = Prompt::selected(Purpose::LearningRate, "0.01");
        press(&mut prompt, KeyCode::Char('5'));
        assert_eq!(prompt.parts().0, "5");
        let mut prompt = Prompt::selected(Purpose::LearningRate, "0.01");
        press(&mut prompt, KeyCode::End);
        press(&mut prompt, KeyCode::Char('5'));
        assert_eq!(prompt.parts().0, "0.015");
        let mut prompt = Prompt::selected(Purpose::LearningRate, "0.01");
        press(&mut prompt, KeyCode::Backspace);
        assert_eq!(prompt.parts().0, "");
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
            Edited::Done("iris2.json".into())
        );
        prompt.press(&KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert_eq!(prompt.parts(), (String::new(), ".".into(), "json".into()));
        press(&mut prompt, KeyCode::End);
        prompt.press(&KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL));
        prompt.paste("a\x1b\nb");
        assert_eq!(prompt.parts().0, ".ab");
        assert_eq!(press(&mut prompt, KeyCode::Esc), Edited::Cancelled);
    }
}
