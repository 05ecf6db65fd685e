//! The keys that matter now, or a line of news.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::app::bindings::BINDINGS;
use crate::tui::app::{Model, Overlay};
use crate::tui::theme::Theme;
use crate::tui::widgets::overlay;
use crate::tui::widgets::panel::put;
use crate::util::text::width;

/// Labels of keys that are left out first where room is short.
const DISPENSABLE: [&str; 5] = ["row", "epoch", "pace", "view", "command"];

/// [`DISPENSABLE`] while the inspector is open, whose own keys matter more then.
const DISPENSABLE_IN_INSPECTOR: [&str; 6] = ["row", "epoch", "pace", "view", "save", "lr"];

/// Draws the footer into the first row of `area`.
pub fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme) {
    if area.is_empty() {
        return;
    }
    if let Some(Overlay::Command(line)) = &model.prompt.overlay {
        return overlay::command::line(area, buf, theme, line);
    }
    let x = area.x + 1;
    if let Some(count) = model.prompt.count {
        return counted(area, buf, count, theme);
    }
    if let Some(notice) = &model.prompt.notice {
        let (mark, style) = if notice.is_error {
            ("!", theme.bad())
        } else {
            ("·", theme.dim())
        };
        put(buf, x, area.y, 1, mark, style);
        let room = usize::from(area.width).saturating_sub(3);
        put(buf, x + 2, area.y, room, &notice.text, theme.text());
        return;
    }
    put_keys(
        area,
        buf,
        hints(model, usize::from(area.width).saturating_sub(1)),
        theme,
    );
}

/// Writes keys with their labels into the first row of `area`.
pub(crate) fn put_keys<'k>(
    area: Rect,
    buf: &mut Buffer,
    keys: impl IntoIterator<Item = (&'k str, &'k str)>,
    theme: Theme,
) {
    let mut x = area.x + 1;
    for (shown, label) in keys {
        let key = format!(" {shown} ");
        put(buf, x, area.y, width(&key), &key, theme.key());
        x += width(&key) as u16 + 1;
        put(buf, x, area.y, width(label), label, theme.dim());
        x += width(label) as u16 + 2;
    }
}

/// Writes a typed repeat count, and the keys that may follow it.
fn counted(area: Rect, buf: &mut Buffer, count: u32, theme: Theme) {
    let typed = format!(" {count}… ");
    put(
        buf,
        area.x + 1,
        area.y,
        area.width.into(),
        &typed,
        theme.key(),
    );
    let x = area.x + 2 + width(&typed) as u16;
    let room = usize::from(area.right().saturating_sub(x));
    let rest = "p phases · n rows · s mini-batches · S epochs · esc";
    put(buf, x, area.y, room, rest, theme.dim());
}

/// Keys of the footer that fit into `room` cells. Help and quit always stay.
fn hints(model: &Model, room: usize) -> Vec<(&'static str, &'static str)> {
    let mut hints: Vec<(&str, &str)> = BINDINGS
        .iter()
        .filter(|binding| !binding.label.is_empty() && model.holds(binding.when))
        .map(|binding| (binding.shown, binding.label))
        .collect();
    let needed = |hints: &[(&str, &str)]| -> usize {
        let cells = hints
            .iter()
            .map(|(key, label)| width(key) + width(label) + 5);
        cells.sum()
    };
    let dispensable: &[&str] = match model.inspector.open {
        Some(_) => &DISPENSABLE_IN_INSPECTOR,
        None => &DISPENSABLE,
    };
    for dispensable in dispensable {
        if needed(&hints) > room + 2 {
            hints.retain(|(_, label)| label != dispensable);
        }
    }
    while hints.len() > 3 && needed(&hints) > room + 2 {
        hints.remove(hints.len() - 3);
    }
    hints
}
