//! The chart of a sweep: validation losses over the epochs, that of the chosen row above the others.

use ratatui::layout::Rect;

use super::{Board, Row};
use crate::tui::app::Chart;
use crate::tui::panels::chart::scale::Scale;
use crate::tui::panels::chart::series::{self, Points, value_range};
use crate::tui::text;
use crate::tui::widgets::{Canvas, Dash, GUTTER, Pane, Stroke, Title, axes, round_marks};
use crate::util::stats::MinMaxLast;

/// Smallest chart, with its frame.
pub(super) const MIN_HEIGHT: u16 = 9;
/// Rows with curves at most, from the first on.
const MAX_CURVES: usize = 60;
/// Cells between two ticks of the horizontal axis, at least.
const TICK_CELLS: u16 = 8;

/// Draws the curves of `rows` into `area`.
pub(super) fn draw(pane: &mut Pane<'_, Board>, area: Rect, rows: &[Row]) {
    let (board, theme) = (pane.model, pane.theme);
    let chosen = rows.get(board.chosen);
    let label = chosen.map_or(String::new(), |row| board.label(row));
    let title = Title::new(text::validation_loss_title(), [label]);
    let inside = pane.frame(area, false, &title, Default::default());
    let others = rows.iter().take(MAX_CURVES).map(points);
    let curves: Vec<Points> = others.chain(chosen.map(points)).collect();
    let last = curves.iter().filter_map(|curve| Some(curve.last()?.0));
    let Some(last) = last.reduce(f64::max).filter(|_| inside.height > 3) else {
        return;
    };
    let range = value_range(curves.iter().map(Vec::as_slice), Chart::Loss, false);
    let scale = Scale::fit(range, false, inside.height - 2);
    let left = scale.marks();
    let epochs = (0.0, last.max(1.0));
    let below = |width| round_marks(epochs, width / TICK_CELLS);
    let caption = text::label_epoch().trim();
    let plot = axes(pane, inside, &left, GUTTER, below, caption);
    let mut canvas = Canvas::new(plot, epochs, scale.range());
    let style = theme.validation();
    let faint = Stroke::new(theme.faint(style), 1.0).dashed(Dash::Even(1, 2));
    let (own, others) = curves.split_at(curves.len() - usize::from(chosen.is_some()));
    let strokes = own.iter().map(|curve| (curve, faint));
    let strokes = strokes.chain(others.iter().map(|curve| (curve, Stroke::new(style, 3.0))));
    for (curve, stroke) in strokes {
        series::draw(&mut canvas, curve, &scale, &stroke, false);
    }
    canvas.render(pane.buf);
}

/// Losses of a row over the epochs.
fn points(row: &Row) -> Points {
    let losses = row.curve.iter();
    losses
        .map(|loss| (loss.epoch as f64, MinMaxLast::of(loss.value)))
        .collect()
}
