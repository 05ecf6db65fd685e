//! Popups above the panels, one file each, in one frame with one way to scroll.

mod command;
mod confirm;
mod error;
mod gradients;
mod help;
mod key_hints;
mod menu;
mod preflight;
pub(crate) mod prompt;
mod rates;
mod sliders;

use ratatui::layout::{Constraint, Layout, Margin, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Text};
use ratatui::widgets::{
    Clear, Paragraph, Scrollbar, ScrollbarOrientation, ScrollbarState, StatefulWidget,
};

use super::pane::{Pane, Title};
use crate::tui::app::{ClickTarget, Overlay};
use crate::util::text::wrap;

/// Draws the open popup above the panels in `pane`. Returns the largest line that the help can be
/// scrolled to.
pub(crate) fn render(pane: &mut Pane<'_>) -> Option<u16> {
    match &pane.model.prompt.overlay {
        Some(Overlay::Help(help)) => return Some(help::render(pane, help)),
        Some(Overlay::Dialog(dialog)) => prompt::render(pane, dialog),
        Some(Overlay::Confirm(question)) => confirm::render(pane, question),
        Some(Overlay::Command(line)) => command::candidates(pane, line),
        Some(Overlay::Menu(menu)) => menu::render(pane, *menu),
        Some(Overlay::Sliders(sliders)) => sliders::render(pane, *sliders),
        Some(Overlay::Gradients(chosen)) => gradients::render(pane, *chosen),
        Some(Overlay::Rates(curve)) => rates::render(pane, curve.as_deref()),
        Some(Overlay::Preflight(checks)) => preflight::render(pane, checks),
        None => error::render(pane),
    }
    None
}

/// Columns of a popup's frame and margins.
const FRAME: u16 = 4;

/// Draws an empty popup at `place` with `note` on the right of its title, if there is room. Returns
/// the area for its content.
fn popup(pane: &mut Pane<'_>, place: Rect, title: &str, note: Option<Line<'static>>) -> Rect {
    pane.draw(Clear, place);
    pane.drawn.popup = Some(place);
    let title = Title::new(title, note);
    let inner = pane.frame(place, true, &title, Default::default());
    if inner.width < FRAME {
        inner
    } else {
        inner.inner(Margin::new(1, 0))
    }
}

/// Columns beside a popup that are too few to show anything of the panels behind it.
const SLIVER: u16 = 4;

/// Returns a popup's place in the middle of `area`, for content of `cells` by `rows`. It takes the whole width if it
/// would leave slivers beside it.
fn centred(area: Rect, cells: usize, rows: usize) -> Rect {
    let length = |content: usize, frame| {
        let content = u16::try_from(content).unwrap_or(u16::MAX);
        Constraint::Length(content.saturating_add(frame))
    };
    let place = area.centered(length(cells, FRAME), length(rows, 2));
    if place.width + SLIVER < area.width {
        return place;
    }
    Rect {
        x: area.x,
        width: area.width,
        ..place
    }
}

/// Returns how many cells the content of a popup in `area` has, at most `max`.
fn content_width(area: Rect, max: u16) -> usize {
    area.width.saturating_sub(FRAME).min(max).into()
}

/// Draws a popup with `lines` in the middle of `pane`. Returns their area.
fn message(pane: &mut Pane<'_>, title: &str, lines: Vec<Line<'_>>) -> Rect {
    let text = Text::from(lines);
    let place = centred(pane.area, text.width(), text.height());
    let inner = popup(pane, place, title, None);
    pane.draw(text, inner);
    inner
}

/// Makes each row of `body` a clickable line of a list, from line `first` of `lines` on.
fn make_lines_clickable(pane: &mut Pane<'_>, body: Rect, first: usize, lines: usize) {
    for (line, row) in (first..lines).zip(body.rows()) {
        pane.hit(row, ClickTarget::Line(line));
    }
}

/// Draws a popup with `paragraphs` of at most `max` cells, and below them the keys that answer.
fn question(pane: &mut Pane<'_>, max: u16, title: &str, paragraphs: &[String], keys: &str) {
    let (cells, theme) = (content_width(pane.area, max), pane.theme);
    let paragraphs = paragraphs.iter();
    let text = paragraphs.flat_map(|paragraph| wrapped(paragraph, cells, theme.text()));
    let keys: Vec<Line> = wrapped(keys, cells, theme.accent()).collect();
    let foot = keys.len() as u16;
    let lines = text.chain([Line::default()]).chain(keys.clone()).collect();
    let inner = message(pane, title, lines);
    let [_, foot] = Layout::vertical([Constraint::Fill(1), Constraint::Length(foot)]).areas(inner);
    key_hints::make_clickable(pane, foot, &keys);
}

/// Draws a popup whose `columns` of lines are `cells` wide each and scroll together, from line
/// `first` on. Returns the largest useful `first`.
fn scrolled(
    pane: &mut Pane<'_>,
    title: &str,
    columns: Vec<Text<'_>>,
    cells: usize,
    first: u16,
) -> u16 {
    let rows = columns.iter().map(Text::height).max().unwrap_or(0);
    let place = centred(pane.area, cells * columns.len(), rows);
    let inner = popup(pane, place, title, None);
    let last = rows.saturating_sub(inner.height.into());
    let last = u16::try_from(last).unwrap_or(u16::MAX);
    let first = first.min(last);
    for (column, x) in columns.into_iter().zip((inner.x..).step_by(cells.max(1))) {
        let place = Rect::new(x, inner.y, cells as u16, inner.height).intersection(inner);
        pane.draw(Paragraph::new(column).scroll((first, 0)), place);
    }
    scrollbar(pane, place, inner, rows, first.into());
    last
}

/// Draws a scrollbar onto the right border of the popup at `place`, beside a `body` with `rows` lines of
/// which those from `first` on are shown. Nothing where all of them are.
fn scrollbar(pane: &mut Pane<'_>, place: Rect, body: Rect, rows: usize, first: usize) {
    let track = Rect::new(place.right().saturating_sub(1), body.y, 1, body.height);
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
        .style(pane.theme.accent())
        .render(track, pane.buf, &mut state);
}

/// Returns the style of an item in a list: its own, reversed where it is chosen.
fn chosen_if(is_chosen: bool, style: Style) -> Style {
    if is_chosen {
        style.add_modifier(Modifier::REVERSED)
    } else {
        style
    }
}

/// Breaks `text` into lines of `cells` cells.
fn wrapped(text: &str, cells: usize, style: Style) -> impl Iterator<Item = Line<'static>> {
    let lines = wrap(text, cells.max(1)).into_iter();
    lines.map(move |line| Line::styled(line, style))
}
