//! The keys that matter now, or a message, and when the run was last saved.

use std::fmt::Display;

use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::tui::app::bindings::{BINDINGS, Binding};
use crate::tui::app::lesson::{Quiz, is_of_number};
use crate::tui::app::{ClickTarget, Model, Notice, Overlay};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::Pane;
use crate::tui::widgets::overlay;
use crate::util::text::{padded, shorten, width, wrap};

/// Labels of keys that are left out first where room is short.
const DISPENSABLE: [&str; 5] = ["row", "epoch", "pace", "view", "command"];

/// [`DISPENSABLE`] while the inspector is open, whose own keys matter more then.
const DISPENSABLE_IN_INSPECTOR: [&str; 7] =
    ["row", "epoch", "pace", "view", "save", "lr", "command"];

/// Width of the screen from which on the time of the last save is written out.
const WITH_AGO: u16 = 100;

/// Keys as they are shown, and their binding.
type Hint = (String, &'static Binding);

/// Draws the footer into the last row of `pane`, a message that is too long into the row above it too.
pub(crate) fn render(pane: &mut Pane<'_>) {
    let (prompt, theme) = (&pane.model.prompt, pane.theme);
    let [above, area] = Layout::vertical([Constraint::Length(1); 2]).areas(pane.area);
    let room = usize::from(area.width).saturating_sub(1);
    let saved = saved(pane);
    let left = room.saturating_sub(saved.width());
    if let Some(Overlay::Command(line)) = &prompt.overlay {
        pane.line(area, saved.right_aligned());
        let typed = overlay::prompt::typed(&line.prompt, ":", left + 1, theme);
        let width = left as u16 + 1;
        let area = Rect { width, ..area };
        pane.place_cursor(area, overlay::prompt::cursor_column(&typed));
        return pane.draw(typed, area);
    }
    let line = if let Some(count) = prompt.count {
        Span::styled(format!(" {count}… "), theme.key())
            + Span::styled(text::count_keys(), theme.dim())
    } else if let Some(shown) = &prompt.notice {
        notice(pane, shown, above, left)
    } else {
        let labelled = |hints: &[Hint]| {
            let keys_and_labels = hints
                .iter()
                .map(|(shown, hint)| (&**shown, hint.shown_label()));
            keys(keys_and_labels, theme)
        };
        let mut shown = hints(pane.model, left);
        if labelled(&shown).width() > left {
            shown = hints(pane.model, room);
        }
        make_clickable(pane, area, &shown);
        labelled(&shown)
    };
    if line.width() + saved.width() <= room {
        pane.line(area, saved.right_aligned());
    }
    let line = Line::from_iter([Span::raw(" ")].into_iter().chain(line.spans));
    pane.line(area, line);
}

/// Returns the line of a message in `cells` cells. One that is longer begins in the row `above`.
fn notice(pane: &mut Pane<'_>, notice: &Notice, above: Rect, cells: usize) -> Line<'static> {
    let theme = pane.theme;
    let (mark, style) = if notice.is_error {
        ("! ", theme.bad())
    } else {
        ("· ", theme.dim())
    };
    let cells = cells.saturating_sub(width(mark));
    let text = pane.model.keys.in_text(&notice.text);
    let mut lines = wrap(&text, cells.max(1));
    let mut mark = Span::styled(mark, style);
    if lines.len() > 1 {
        let begin = padded(&lines.remove(0), above.width.into());
        let begin = Span::raw(" ") + mark + Span::styled(begin, theme.text());
        pane.draw(begin, above);
        mark = Span::raw("  ");
    }
    mark + Span::styled(shorten(&lines.join(" "), cells), theme.text())
}

/// Time since the run was last saved, always equally wide, with a gap before it; empty if it never was.
fn saved(pane: &Pane<'_>) -> Line<'static> {
    let theme = pane.theme;
    let Some(ago) = pane.model.run.last_saved() else {
        return Line::default();
    };
    let (time, cells) = match pane.area.width {
        WITH_AGO.. => (ago.as_str(), 11),
        _ => (ago.trim_end_matches(" ago").trim_end_matches('前'), 7),
    };
    let label = Span::styled(format!("  {} ", text::label_saved()), theme.dim());
    label + Span::styled(padded(time, cells), theme.text())
}

/// Makes the keys of `hints` clickable where [`keys`] draws them, a single key with its label. A hint such as `+ −` has
/// two keys.
fn make_clickable(pane: &mut Pane<'_>, area: Rect, hints: &[Hint]) {
    let model = pane.model;
    let mut x = area.x + 1;
    for (shown, hint) in hints {
        let cells = width(shown) as u16 + 2;
        let words: Vec<&str> = hint.shown.split(' ').collect();
        let label = width(&hint.shown_label()) as u16;
        let part = match words.len() {
            1 => cells + 1 + label,
            several => cells / several as u16,
        };
        for (i, word) in (0..).zip(&words) {
            let mut bindings = BINDINGS.iter().filter(|binding| model.holds(binding.when));
            let binding = match i {
                0 => Some(*hint),
                _ => bindings.find(|binding| binding.shown == *word),
            };
            let key = binding.and_then(|binding| binding.keys.first());
            if let Some(&(code, modifiers)) = key {
                let place = Rect::new(x + i * part, area.y, part, 1);
                pane.hit(place.intersection(area), ClickTarget::Key(code, modifiers));
            }
        }
        x += cells + label + 3;
    }
}

/// A line of keys with their labels.
pub(crate) fn keys<'k, L: Display>(
    keys: impl IntoIterator<Item = (&'k str, L)>,
    theme: Theme,
) -> Line<'static> {
    let spans = keys.into_iter().flat_map(|(shown, label)| {
        [
            Span::raw("  "),
            Span::styled(format!(" {shown} "), theme.key()),
            Span::styled(format!(" {label}"), theme.dim()),
        ]
    });
    spans.skip(1).collect()
}

/// Keys of the footer that fit into `room` cells. Help and quit always stay.
fn hints(model: &Model, room: usize) -> Vec<Hint> {
    let shown = BINDINGS.iter().filter(|binding| !binding.label.is_empty());
    let shown = shown.filter(|binding| model.holds(binding.when));
    let is_taken = |(code, _): &(KeyCode, KeyModifiers)| model.is_key_of_lesson(*code);
    let shown = shown.filter(|binding| !binding.keys.first().is_some_and(is_taken));
    // Characters are typed into the number that is asked for.
    let is_typed = |binding: &Binding| {
        let mut keys = binding.keys.iter();
        keys.any(|(code, modifiers)| {
            modifiers.is_empty() && code.as_char().is_some_and(is_of_number)
        })
    };
    let is_quizzed = model.quiz.as_ref().is_some_and(Quiz::is_open);
    let shown = shown.filter(|binding| !(is_typed(binding) && is_quizzed));
    let mut hints: Vec<Hint> = shown
        .map(|binding| {
            // Of several keys, one of which is the lesson's, the first is shown.
            let first = binding.keys.first().and_then(|(code, _)| code.as_char());
            match first.filter(|_| binding.keys.iter().any(is_taken)) {
                Some(key) => (model.keys.shown(&key.to_string()), binding),
                None => (model.keys.shown(binding.shown), binding),
            }
        })
        .collect();
    let has_room = |hints: &[Hint]| {
        let cells = hints
            .iter()
            .map(|(shown, hint)| width(shown) + width(&hint.shown_label()) + 5);
        cells.sum::<usize>() <= room + 2
    };
    let dispensable: &[&str] = match model.inspector.open {
        Some(_) => &DISPENSABLE_IN_INSPECTOR,
        None => &DISPENSABLE,
    };
    for dispensable in dispensable {
        if !has_room(&hints) {
            hints.retain(|(_, hint)| hint.label != *dispensable);
        }
    }
    while hints.len() > 3 && !has_room(&hints) {
        hints.remove(hints.len() - 3);
    }
    hints
}
