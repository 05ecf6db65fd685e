//! What lies above the panels: help, prompts, questions, menus, and what went wrong. One file
//! each.

pub(crate) mod command;
mod confirm;
mod error;
mod gradients;
mod help;
mod menu;
mod prompt;
mod sliders;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Widget};

use super::panel::{frame, put_right};
use crate::tui::app::{Model, Overlay};
use crate::tui::theme::Theme;

/// Draws what lies above the panels in `area`, if anything does. Returns how far the help can be
/// scrolled.
pub fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme) -> Option<u16> {
    match &model.prompt.overlay {
        Some(Overlay::Help(line)) => return Some(help::keys(area, buf, theme, *line)),
        Some(Overlay::Commands(line)) => return Some(help::commands(area, buf, theme, *line)),
        Some(Overlay::Prompt(prompt)) => {
            crate::tui::widgets::overlay::prompt::render(area, buf, model, theme, prompt)
        }
        Some(Overlay::Confirm(question)) => confirm::render(area, buf, model, theme, question),
        Some(Overlay::Command(line)) => command::candidates(area, buf, theme, line),
        Some(Overlay::Menu(menu)) => menu::render(area, buf, model, theme, *menu),
        Some(Overlay::Sliders(sliders)) => sliders::render(area, buf, model, theme, *sliders),
        Some(Overlay::Gradients(chosen)) => gradients::render(area, buf, model, theme, *chosen),
        None => crate::tui::widgets::overlay::error::render(area, buf, model, theme),
    }
    None
}

/// An emptied and framed area of at most `cells` by `rows` in the middle of `area`; returns what
/// is inside, with a margin of one cell to the sides.
fn popup(area: Rect, buf: &mut Buffer, theme: Theme, cells: u16, rows: u16, title: &str) -> Rect {
    let (cells, rows) = (cells.min(area.width), rows.min(area.height));
    let place = Rect {
        x: area.x + (area.width - cells) / 2,
        y: area.y + (area.height - rows) / 2,
        width: cells,
        height: rows,
    };
    popup_at(place, buf, theme, title, &[])
}

/// The same at `place`, with the first of `rights` that fits on the right of its title.
fn popup_at(place: Rect, buf: &mut Buffer, theme: Theme, title: &str, rights: &[Line<'_>]) -> Rect {
    Clear.render(place, buf);
    let inner = frame(place, buf, theme, true, title, rights);
    match inner.width {
        0..4 => inner,
        _ => Rect {
            x: inner.x + 1,
            width: inner.width - 2,
            ..inner
        },
    }
}

/// Says in the frame below `inner` that there is more.
fn more(inner: Rect, buf: &mut Buffer, theme: Theme) {
    put_right(
        buf,
        inner.right(),
        inner.bottom(),
        20,
        " ↓ more ",
        theme.accent(),
    );
}

/// The first of `count` lines that is shown in `room` lines so that `chosen` is among them.
fn first_shown(chosen: usize, count: usize, room: usize) -> usize {
    let middle = chosen.saturating_sub(room / 2);
    middle.min(count.saturating_sub(room))
}
