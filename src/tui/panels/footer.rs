//! The keys that matter now, or a message.

use ratatui::text::{Line, Span};

use crate::tui::app::bindings::BINDINGS;
use crate::tui::app::{Model, Overlay};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::Pane;
use crate::tui::widgets::overlay;
use crate::util::text::width;

/// Labels of keys that are left out first where room is short.
const DISPENSABLE: [&str; 5] = ["row", "epoch", "pace", "view", "command"];

/// [`DISPENSABLE`] while the inspector is open, whose own keys matter more then.
const DISPENSABLE_IN_INSPECTOR: [&str; 6] = ["row", "epoch", "pace", "view", "save", "lr"];

/// Draws the footer into the first row of `pane`.
pub(crate) fn render(pane: &mut Pane<'_>) {
    let (area, prompt, theme) = (pane.area, &pane.model.prompt, pane.theme);
    if let Some(Overlay::Command(line)) = &prompt.overlay {
        let typed = overlay::prompt::typed(&line.prompt, ":", area.width.into(), theme);
        return pane.draw(typed, area);
    }
    let line = if let Some(count) = prompt.count {
        Span::styled(format!(" {count}… "), theme.key())
            + Span::styled(text::count_keys(), theme.dim())
    } else if let Some(notice) = &prompt.notice {
        let (mark, style) = if notice.is_error {
            ("! ", theme.bad())
        } else {
            ("· ", theme.dim())
        };
        Span::styled(mark, style) + Span::styled(&notice.text, theme.text())
    } else {
        keys(
            hints(pane.model, usize::from(area.width).saturating_sub(1)),
            theme,
        )
    };
    let line = Line::from_iter([Span::raw(" ")].into_iter().chain(line.spans));
    pane.line(area, line);
}

/// A line of keys with their labels.
pub(crate) fn keys<'k>(
    keys: impl IntoIterator<Item = (&'k str, &'k str)>,
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
fn hints(model: &Model, room: usize) -> Vec<(&'static str, &'static str)> {
    let shown = BINDINGS.iter().filter(|binding| !binding.label.is_empty());
    let shown = shown.filter(|binding| model.holds(binding.when));
    let mut hints: Vec<_> = shown
        .map(|binding| (binding.shown, binding.label))
        .collect();
    let has_room = |hints: &[(&str, &str)]| {
        let cells = hints
            .iter()
            .map(|(key, label)| width(key) + width(label) + 5);
        cells.sum::<usize>() <= room + 2
    };
    let dispensable: &[&str] = match model.inspector.open {
        Some(_) => &DISPENSABLE_IN_INSPECTOR,
        None => &DISPENSABLE,
    };
    for dispensable in dispensable {
        if !has_room(&hints) {
            hints.retain(|(_, label)| label != dispensable);
        }
    }
    while hints.len() > 3 && !has_room(&hints) {
        hints.remove(hints.len() - 3);
    }
    hints
}
