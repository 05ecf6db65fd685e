//! Keys that move through lists and long pages.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Move through a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Jump {
    /// Down by this number of lines, up if it is negative.
    By(isize),
    First,
    Last,
}

impl Jump {
    /// The move of `key` in a list of which `rows` lines are shown.
    pub(in crate::tui) fn of(key: &KeyEvent, rows: usize) -> Option<Self> {
        let with_control = key.modifiers.contains(KeyModifiers::CONTROL);
        let page = rows.saturating_sub(1).max(1) as isize;
        let half = (rows / 2).max(1) as isize;
        Some(match key.code {
            KeyCode::Char('d') if with_control => Self::By(half),
            KeyCode::Char('u') if with_control => Self::By(-half),
            KeyCode::Char('n') if with_control => Self::By(1),
            KeyCode::Char('p') if with_control => Self::By(-1),
            _ if with_control => return None,
            KeyCode::Down | KeyCode::Char('j') => Self::By(1),
            KeyCode::Up | KeyCode::Char('k') => Self::By(-1),
            KeyCode::PageDown => Self::By(page),
            KeyCode::PageUp => Self::By(-page),
            KeyCode::Home => Self::First,
            KeyCode::End | KeyCode::Char('G') => Self::Last,
            _ => return None,
        })
    }

    /// The index reached from index `now`, where `last` is the largest one.
    pub(in crate::tui) fn from(self, now: usize, last: usize) -> usize {
        match self {
            Self::By(lines) => now.saturating_add_signed(lines).min(last),
            Self::First => 0,
            Self::Last => last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_stay_within_the_list() {
        let press = |code, now| Jump::of(&KeyEvent::from(code), 11).map(|jump| jump.from(now, 30));
        assert_eq!(press(KeyCode::PageDown, 5), Some(15));
        assert_eq!(press(KeyCode::PageDown, 25), Some(30));
        assert_eq!(press(KeyCode::PageUp, 5), Some(0));
        assert_eq!(press(KeyCode::Char('G'), 5), Some(30));
        assert_eq!(press(KeyCode::Home, 5), Some(0));
        assert_eq!(press(KeyCode::Char('x'), 5), None);
        let half = KeyEvent::new(KeyCode::Char('d'), KeyModifiers::CONTROL);
        assert_eq!(Jump::of(&half, 11), Some(Jump::By(5)));
    }
}
