//! What can be changed, beside the network that it changes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Line;

use super::{first_shown, popup_at};
use crate::tui::app::Model;
use crate::tui::app::menu::{Menu, items};
use crate::tui::theme::Theme;
use crate::tui::widgets::panel::{put, put_line};
use crate::util::text::{width, wrap};

const HINT: &str = "← → change · a x: add / remove layer · enter: type · z: undo · esc: close";
/// Cells of the labels.
const LABEL: usize = 11;

/// Draws the menu at the right of `area`, so that the network stays in sight.
pub(super) fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme, menu: Menu) {
    let items = items(model);
    let chosen = menu.line.min(items.len().saturating_sub(1));
    let values = items
        .iter()
        .map(|item| width(&item.value))
        .max()
        .unwrap_or(0);
    let commands = items
        .iter()
        .map(|item| width(&item.command))
        .max()
        .unwrap_or(0);
    // Marks around the value, and gaps.
    let cells = (LABEL + values + commands + 10).clamp(42, 60) as u16;
    let cells = cells.min(area.width);
    let hint = wrap(HINT, usize::from(cells).saturating_sub(4).max(1));
    let rows = (items.len() + hint.len() + 3).min(area.height.into()) as u16;
    let place = Rect {
        x: area.right() - cells,
        y: area.y,
        width: cells,
        height: rows,
    };
    let inner = popup_at(place, buf, theme, "Change", &[]);
    let room = usize::from(inner.height)
        .saturating_sub(hint.len() + 1)
        .max(1);
    let first = first_shown(chosen, items.len(), room);
    let lines = items.iter().enumerate().skip(first).take(room);
    for ((i, item), y) in lines.zip(inner.y..inner.bottom()) {
        let is_chosen = i == chosen;
        let strong = if is_chosen {
            theme.strong().add_modifier(Modifier::REVERSED)
        } else {
            theme.strong()
        };
        let right = usize::from(inner.width);
        put(buf, inner.x, y, LABEL.min(right), &item.label, theme.text());
        let x = LABEL + 2;
        put(
            buf,
            inner.x + x as u16,
            y,
            right.saturating_sub(x),
            &item.value,
            strong,
        );
        if is_chosen {
            let behind = x + width(&item.value);
            put(
                buf,
                inner.x + x as u16 - 2,
                y,
                right.saturating_sub(x - 2),
                "◂",
                theme.accent(),
            );
            put(
                buf,
                inner.x + behind as u16 + 1,
                y,
                right.saturating_sub(behind + 1),
                "▶",
                theme.accent(),
            );
        }
        let x = x + values + 3;
        let command = format!(":{}", item.command);
        put(
            buf,
            inner.x + x as u16,
            y,
            right.saturating_sub(x),
            &command,
            theme.dim(),
        );
    }
    let foot = inner
        .bottom()
        .saturating_sub(hint.len() as u16)
        .max(inner.y);
    for (text, y) in hint.into_iter().zip(foot..inner.bottom()) {
        put_line(
            buf,
            inner.x,
            y,
            inner.width.into(),
            &Line::styled(text, theme.accent()),
        );
    }
}
