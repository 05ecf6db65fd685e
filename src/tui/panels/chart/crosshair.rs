//! Crosshair of a chart: a vertical line, and the numbers of the epoch under it.

use ratatui::layout::Rect;

use super::marks::change_columns;
use super::plot::Plot;
use crate::tui::text;
use crate::tui::widgets::{Canvas, Pane};
use crate::util::numbers::rate;
use crate::util::text::width;

/// Cells of the frame that are not free for the numbers.
const FRAME: u16 = 4;

/// Draws the crosshair, if it is in the plot, and notes the numbers of its epoch on the lower frame.
pub(super) fn draw(pane: &mut Pane<'_>, plot: &Plot, canvas: &Canvas) {
    let model = pane.model;
    let history = &model.run.history;
    let Some(epochs) = model.navigation.plot.crosshair else {
        return;
    };
    let pointed = history.timeline().value(epochs, plot.unit);
    if !(plot.times.0..=plot.times.1).contains(&pointed) {
        return;
    }
    let (pointed, _) = canvas.anchor((pointed, 0.0));
    let record = history.nearest(epochs);
    // A change may lie between two epochs.
    let mut changes = change_columns(model, plot, canvas).into_iter();
    let change = changes.rfind(|(column, _)| column.abs_diff(pointed) <= 1);
    let column = match (&change, record) {
        (Some((column, _)), _) => *column,
        (None, Some(record)) => {
            let time = history.timeline().value(record.epoch as f64, plot.unit);
            canvas.anchor((time, 0.0)).0
        }
        (None, None) => pointed,
    };
    for y in plot.area.rows().map(|row| row.y) {
        let cell = Rect::new(column, y, 1, 1);
        if canvas.is_blank(cell) {
            pane.left(cell, "│", pane.theme.accent());
        }
    }
    let Some(record) = record else {
        return;
    };
    let values = plot.content.values(record).map(|value| value.last);
    let names = [text::train(), text::label_validation()];
    let known = names
        .into_iter()
        .zip(values)
        .filter(|(_, value)| value.is_finite());
    let known: Vec<String> = known
        .map(|(name, value)| format!("{name} {}", plot.value(value)))
        .collect();
    let change = change.map(|(_, change)| format!("▾ {change}"));
    let numbers = [
        Some(text::epoch(record.epoch)),
        Some(known.join(" · ")),
        change,
        Some(text::rate_mark(rate(record.learning_rate))),
        Some(text::step_number(record.step)),
    ];
    let numbers: Vec<String> = numbers.into_iter().flatten().collect();
    let room = usize::from(pane.area.width.saturating_sub(FRAME));
    // What comes last is left out first.
    let shown = (1..=numbers.len())
        .rev()
        .map(|count| numbers[..count].join(" · "));
    pane.footnote = shown
        .into_iter()
        .find(|note| width(note) <= room)
        .unwrap_or_default();
}
