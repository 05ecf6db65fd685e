//! Clickable keys in the hints of popups, such as `enter: type · esc: close`.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tui::app::ClickTarget;
use crate::tui::widgets::Pane;
use crate::util::text::width;

/// Makes the keys of `hints` clickable, which are drawn into the rows of `area`. Only without a dialog may they be in
/// place of usual ones.
pub(super) fn make_clickable(pane: &mut Pane<'_>, area: Rect, hints: &[Line<'_>]) {
    for (row, line) in area.rows().zip(hints) {
        let hint = line.to_string();
        for (start, cells, key) in keys(&hint) {
            let place = Rect::new(row.x + start, row.y, cells, 1).intersection(row);
            let usual = match &pane.model.prompt.overlay {
                None => pane.model.keys.usual(&KeyEvent::from(key)),
                Some(_) => Some(KeyEvent::from(key)),
            };
            if let Some(KeyEvent { code, .. }) = usual {
                pane.hit(place, ClickTarget::Key(code, KeyModifiers::NONE));
            }
        }
    }
}

/// Keys in `hint`, with their first cell and number of cells. The label of a hint's last key belongs to it.
fn keys(hint: &str) -> Vec<(u16, u16, KeyCode)> {
    let mut found = Vec::new();
    let mut start = 0;
    for part in hint.split('·') {
        if let Some((names, label)) = part.split_once(':') {
            let mut x = start;
            let last = names.split_whitespace().last();
            for word in names.split(' ') {
                let label = if Some(word) == last {
                    width(label) + 1
                } else {
                    0
                };
                let cells = width(word) + label;
                found.extend(key(word).map(|key| (x as u16, cells as u16, key)));
                x += width(word) + 1;
            }
        }
        start += width(part) + 1;
    }
    found
}

/// Key with this name in a hint.
fn key(name: &str) -> Option<KeyCode> {
    let mut letters = name.chars();
    Some(match name {
        "esc" => KeyCode::Esc,
        "enter" | "回车" => KeyCode::Enter,
        "空格" => KeyCode::Char(' '),
        "tab" => KeyCode::Tab,
        "←" => KeyCode::Left,
        "→" => KeyCode::Right,
        "↑" => KeyCode::Up,
        "↓" => KeyCode::Down,
        _ => match (letters.next(), letters.next()) {
            (Some(letter), None) => KeyCode::Char(letter),
            _ => return None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::text;
    use crate::util::lang::{Lang, set_current};

    #[test]
    fn keys_of_hints_are_where_they_are_drawn() {
        let found = keys("← →: change · esc: close");
        let wanted = [
            (0, 1, KeyCode::Left),
            (2, 10, KeyCode::Right),
            (14, 10, KeyCode::Esc),
        ];
        assert_eq!(found, wanted);
        assert_eq!(keys("shift: faster · no key"), []);
    }

    #[test]
    fn every_popup_can_be_answered_by_clicks() {
        let hints = || {
            [
                text::menu_keys(),
                text::sliders_keys(),
                text::sliders_keys_short(),
                text::check_keys(),
                text::close_key(),
                text::quit_keys(),
                text::replace_keys(),
                text::restart_keys(),
                text::restore_keys(),
                text::diverged_keys(),
                text::failed_keys(),
            ]
        };
        let english = hints();
        set_current(Lang::Zh);
        for hint in english.into_iter().chain(hints()) {
            let parts = hint.split('·').filter(|part| !part.contains("shift"));
            assert!(keys(hint).len() >= parts.count(), "{hint}");
        }
    }
}
