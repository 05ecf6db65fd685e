//! The two axes of a plot, with the marks that there is room for.

use ratatui::layout::Rect;
use ratatui::widgets::{Block, Borders};

use super::pane::Pane;
use crate::util::numbers::{tick_labels, ticks};
use crate::util::text::width;

/// A mark on an axis: its place, from 0 at the origin to 1 at the end, and its label.
pub(crate) type Mark = (f64, String);

/// Cells of the labels on the left of a chart, at least.
pub(crate) const GUTTER: u16 = 5;

/// Draws axes on the left of and below a plot inside `area`, and returns the area between them. The marks on
/// the left have at least `min` cells; those `below` are chosen for the plot's width and leave `caption`
/// alone, which is at the right end.
pub(crate) fn axes<M>(
    pane: &mut Pane<'_, M>,
    area: Rect,
    left: &[Mark],
    min: u16,
    below: impl FnOnce(u16) -> Vec<Mark>,
    caption: &str,
) -> Rect {
    let theme = pane.theme;
    let plot = plot_area(area, left, min);
    let (x, bottom) = (plot.x - 1, plot.bottom());
    let block = Block::new()
        .borders(Borders::LEFT | Borders::BOTTOM)
        .border_style(theme.frame());
    pane.draw(block, Rect::new(x, area.y, plot.width + 1, plot.height + 1));
    let below_plot = Rect::new(plot.x, bottom + 1, plot.width, 1);
    pane.right(below_plot, caption, theme.text());
    for (place, label) in left {
        let y = row_at(plot, *place);
        pane.right(Rect::new(area.x, y, x - area.x, 1), label, theme.dim());
        pane.left(Rect::new(x, y, 1, 1), "┤", theme.frame());
    }
    let free = plot.right().saturating_sub(width(caption) as u16 + 1);
    for (place, label) in below(plot.width) {
        let (at, cells) = (column_at(plot, place), width(&label) as u16);
        let start = at.saturating_sub(cells / 2).max(x);
        if start + cells < free {
            pane.left(Rect::new(at, bottom, 1, 1), "┬", theme.frame());
            let below_mark = Rect::new(start, bottom + 1, cells, 1);
            pane.left(below_mark, &label, theme.dim());
        }
    }
    plot
}

/// Marks at `values` of an axis with this range.
pub(crate) fn marks_at((from, to): (f64, f64), values: &[f64]) -> Vec<Mark> {
    let places = values.iter().map(|value| (value - from) / (to - from));
    places.zip(tick_labels(values)).collect()
}

/// Marks at round numbers of an axis, at most `max` of them and at most twelve.
pub(crate) fn round_marks(range: (f64, f64), max: u16) -> Vec<Mark> {
    let values = ticks(range.0, range.1, usize::from(max.clamp(1, 12)));
    marks_at(range, &values)
}

/// Marks at round whole numbers of an axis, as [`round_marks`] are.
pub(crate) fn whole_marks(range: (f64, f64), max: u16) -> Vec<Mark> {
    let mut values = ticks(range.0, range.1, usize::from(max.clamp(1, 12)));
    values.retain(|value| (value - value.round()).abs() < 1e-9);
    marks_at(range, &values)
}

/// Area between the axes that [`axes`] draws inside `area`, which has at least two columns and rows.
pub(crate) fn plot_area(area: Rect, left: &[Mark], min: u16) -> Rect {
    let widest = left.iter().map(|(_, label)| width(label)).max();
    let gutter = (widest.unwrap_or(0) as u16).max(min).min(area.width / 2) + 1;
    Rect {
        x: area.x + gutter,
        width: area.width - gutter,
        height: area.height - 2,
        ..area
    }
}

/// Row of the screen at `height` of the plot, from 0 at its foot to 1.
fn row_at(plot: Rect, height: f64) -> u16 {
    let last = f64::from(plot.height.saturating_sub(1));
    plot.y + ((1.0 - height.clamp(0.0, 1.0)) * last).round() as u16
}

/// Column of the screen at `place` of the plot, from 0 at its left end to 1.
fn column_at(plot: Rect, place: f64) -> u16 {
    let last = f64::from(plot.width.saturating_sub(1));
    plot.x + (place.clamp(0.0, 1.0) * last).round() as u16
}
