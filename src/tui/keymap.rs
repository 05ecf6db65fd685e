//! Keys that a person has put in place of others.

use std::borrow::Cow;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::util::lang::catalogue::message;
use crate::util::lang::say;

/// Keys in place of others: each pair is a usual key and the one that has its function instead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyMap {
    pairs: Vec<(char, char)>,
}

impl KeyMap {
    /// Puts the key `new` in place of `usual`.
    ///
    /// # Errors
    /// A message if another function has that key already.
    pub fn replace(&mut self, usual: char, new: char) -> Result<(), String> {
        if let Some((other, _)) = self.pairs.iter().find(|(_, taken)| *taken == new) {
            return Err(say!(
                "key-taken",
                "\"{new}\" is in place of \"{other}\" already",
                new,
                other
            ));
        }
        self.pairs.push((usual, new));
        Ok(())
    }

    /// The usual key that `key` stands for; none if `key` was replaced and has no function any more.
    pub(super) fn usual(&self, key: &KeyEvent) -> Option<KeyEvent> {
        let is_plain = (key.modifiers - KeyModifiers::SHIFT).is_empty();
        let KeyCode::Char(c) = key.code else {
            return Some(*key);
        };
        if !is_plain {
            return Some(*key);
        }
        let meant = self.pairs.iter().find(|(_, new)| *new == c);
        let is_replaced = self.pairs.iter().any(|(usual, _)| *usual == c);
        match meant {
            Some(&(usual, _)) => Some(KeyEvent {
                code: KeyCode::Char(usual),
                ..*key
            }),
            None if is_replaced => None,
            None => Some(*key),
        }
    }

    /// Names of keys as a text shows them, such as `+ −`, with those that replace them.
    pub(super) fn shown(&self, names: &str) -> String {
        let name = |word: &str| self.replacement(word).unwrap_or_else(|| key_name(word));
        let names = names.split(' ').map(name);
        names.collect::<Vec<_>>().join(" ")
    }

    /// A message such as `paused · w: save` or `pause first: space`, with the keys that replace those in it.
    pub(super) fn in_text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.pairs.is_empty() {
            return Cow::Borrowed(text);
        }
        // A Chinese sentence has no blanks around the key.
        let (space, new) = (key_name("space"), self.shown("space"));
        let text = if space == "space" || space == new {
            text.to_owned()
        } else {
            text.replace(&space, &new)
        };
        let words: Vec<&str> = text.split(' ').collect();
        let shown = words.iter().enumerate().map(|(i, &word)| {
            let before = i.checked_sub(1).map(|before| words[before]);
            let is_last = words.get(i + 1).is_none_or(|&next| next == "·");
            let is_key = match before {
                None | Some("·" | "(press") => true,
                Some(before) => before.ends_with(';') || before.ends_with(':') && is_last,
            };
            let name = word.trim_end_matches(':');
            let new = self.replacement(name).filter(|_| is_key);
            new.map_or(word.to_owned(), |new| new + &word[name.len()..])
        });
        Cow::Owned(shown.collect::<Vec<_>>().join(" "))
    }

    /// Name of the key in place of the one called `name`, if there is one.
    fn replacement(&self, name: &str) -> Option<String> {
        let usual = match name {
            "−" => "-",
            "space" | "空格" => " ",
            name => name,
        };
        let mut pairs = self.pairs.iter();
        let pair = pairs.find(|(from, _)| usual == from.to_string());
        pair.map(|(_, new)| named(*new))
    }
}

/// Name of the key called `name` in the language of the screen.
fn key_name(name: &str) -> String {
    message(&format!("key-{name}"), &[]).unwrap_or_else(|| name.to_owned())
}

/// Name of a key in a text.
fn named(key: char) -> String {
    match key {
        ' ' => key_name("space"),
        key => key.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_replaced_and_named() {
        let mut keys = KeyMap::default();
        keys.replace(' ', 'T').expect("it is free");
        keys.replace('q', 'Q').expect("it is free");
        keys.replace('-', 'q').expect("it is free");
        assert!(keys.replace('x', 'T').is_err());
        let usual = |c| {
            let key = keys.usual(&KeyEvent::from(KeyCode::Char(c)));
            key.map(|key| key.code)
        };
        assert_eq!(usual('T'), Some(KeyCode::Char(' ')));
        assert_eq!(usual('q'), Some(KeyCode::Char('-')));
        assert_eq!(usual(' '), None);
        assert_eq!(usual('x'), Some(KeyCode::Char('x')));
        assert_eq!(keys.shown("+ −"), "+ q");
        assert_eq!(keys.shown("space"), "T");
        for (text, shown) in [
            ("not training; space: train", "not training; T: train"),
            ("pause first: space", "pause first: T"),
            ("failed: q · q: quit", "failed: Q · Q: quit"),
            ("no q here", "no q here"),
            ("未在训练 · 空格: 训练", "未在训练 · T: 训练"),
        ] {
            assert_eq!(keys.in_text(text), shown);
        }
        let quit = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(keys.usual(&quit), Some(quit));
    }
}
