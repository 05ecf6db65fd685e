//! Popups above the panels, one file each, in one frame with one way to scroll.

pub(crate) mod command;
mod confirm;
mod error;
mod gradients;
mod help;
mod menu;
mod prompt;
mod sliders;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Text};
use ratatui::widgets::{
    Clear, Paragraph, Scrollbar, ScrollbarOrientation, ScrollbarState, StatefulWidget, Widget,
};

use super::panel::{frame, line_width};
use crate::tui::app::{Model, Overlay};
use crate::tui::theme::Theme;
use crate::util::text::wrap;

/// Draws the open popup into `area`. Returns the largest line that the help can be scrolled to.
pub fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme) -> Option<u16> {
    match &model.prompt.overlay {
        Some(Overlay::Help(line)) => return Some(help::keys(area, buf, theme, *line)),
        Some(Overlay::Commands(line)) => return Some(help::commands(area, buf, theme, *line)),
        Some(Overlay::Prompt(prompt)) => prompt::render(area, buf, model, theme, prompt),
        Some(Overlay::Confirm(question)) => confirm::render(area, buf, model, theme, question),
        Some(Overlay::Command(line)) => command::candidates(area, buf, theme, line),
        Some(Overlay::Menu(menu)) => menu::render(area, buf, model, theme, *menu),
        Some(Overlay::Sliders(sliders)) => sliders::render(area, buf, model, theme, *sliders),
        Some(Overlay::Gradients(chosen)) => gradients::render(area, buf, model, theme, *chosen),
        None => error::render(area, buf, model, theme),
    }
    None
}

/// Columns of a popup's frame and margins.
const FRAME: u16 = 4;

/// Draws an empty popup at `place` with the first of `notes` that fits on the right of its title.
/// Returns the area for its content.
fn popup(place: Rect, buf: &mut Buffer, theme: Theme, title: &str, notes: &[Line<'_>]) -> Rect {
    Clear.render(place, buf);
    let inner = frame(place, buf, theme, true, title, notes);
    if inner.width < FRAME {
        inner
    } else {
        inner.inner(Margin::new(1, 0))
    }
}

/// Returns a popup's place in the middle of `area`, for content of `cells` by `rows`.
fn centred(area: Rect, cells: usize, rows: usize) -> Rect {
    let length = |content: usize, frame| {
        Constraint::Length(
            u16::try_from(content)
                .unwrap_or(u16::MAX)
                .saturating_add(frame),
        )
    };
    area.centered(length(cells, FRAME), length(rows, 2))
}

/// Returns how many cells the content of a popup in `area` has, at most `most`.
fn content_width(area: Rect, most: u16) -> usize {
    area.width.saturating_sub(FRAME).min(most).into()
}

/// Draws a popup with `lines` in the middle of `area`.
fn message(area: Rect, buf: &mut Buffer, theme: Theme, title: &str, lines: Vec<Line<'_>>) {
    let widest = lines.iter().map(line_width).max().unwrap_or(0);
    let inner = popup(centred(area, widest, lines.len()), buf, theme, title, &[]);
    Paragraph::new(lines).render(inner, buf);
}

/// Draws a popup whose `columns` of lines are `cells` wide each and scroll together, from line
/// `first` on. Returns the largest useful `first`.
fn scrolled(
    area: Rect,
    buf: &mut Buffer,
    theme: Theme,
    title: &str,
    (columns, cells): (Vec<Text<'_>>, usize),
    first: u16,
) -> u16 {
    let rows = columns.iter().map(Text::height).max().unwrap_or(0);
    let place = centred(area, cells * columns.len(), rows);
    let inner = popup(place, buf, theme, title, &[]);
    let last = rows.saturating_sub(inner.height.into());
    let last = u16::try_from(last).unwrap_or(u16::MAX);
    let first = first.min(last);
    for (column, x) in columns.into_iter().zip((inner.x..).step_by(cells.max(1))) {
        let place = Rect {
            x,
            width: cells as u16,
            ..inner
        }
        .intersection(inner);
        Paragraph::new(column).scroll((first, 0)).render(place, buf);
    }
    scrollbar(place, buf, theme, rows, first.into());
    last
}

/// Draws a scrollbar onto the right border of the popup at `place`, whose content has `rows` lines
/// of which those from `first` on are shown. Nothing where all of them are.
fn scrollbar(place: Rect, buf: &mut Buffer, theme: Theme, rows: usize, first: usize) {
    let track = place.inner(Margin::new(0, 1));
    let shown = usize::from(track.height);
    if track.is_empty() || rows <= shown {
        return;
    }
    let mut state = ScrollbarState::new(rows - shown + 1)
        .position(first)
        .viewport_content_length(shown);
    Scrollbar::new(ScrollbarOrientation::VerticalRight)
        .begin_symbol(None)
        .end_symbol(None)
        .track_symbol(Some("│"))
        .style(theme.accent())
        .render(track, buf, &mut state);
}

/// Returns the first of `count` lines to show in `room` lines so that `chosen` is in their middle,
/// as far as there are others on both sides.
fn first_shown(chosen: usize, count: usize, room: usize) -> usize {
    let middle = chosen.saturating_sub(room / 2);
    middle.min(count.saturating_sub(room))
}

/// Breaks `text` into lines of `cells` cells.
fn wrapped(text: &str, cells: usize, style: Style) -> impl Iterator<Item = Line<'static>> {
    let lines = wrap(text, cells.max(1)).into_iter();
    lines.map(move |line| Line::styled(line, style))
}
