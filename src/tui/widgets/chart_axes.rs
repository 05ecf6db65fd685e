//! Axes of a chart, and marks in it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::chart_scale::Scale;
use super::panel::{put, put_right};
use super::plot::Axes;
use crate::data::Baseline;
use crate::tui::app::{Chart, Model};
use crate::tui::theme::Theme;
use crate::util::numbers::{rate, tick_labels, ticks};
use crate::util::text::{shorten, width};

/// Draws both axes and returns the area between them.
pub(crate) fn axes(
    inner: Rect,
    buf: &mut Buffer,
    model: &Model,
    theme: Theme,
    scale: &Scale,
    content: Chart,
) -> Rect {
    let rows = inner.height - 2;
    let labels = scale.ticks(usize::from(rows / 3).clamp(2, 8), content);
    let texts = labels.iter().map(|(_, label)| label.as_str());
    let now = format!("epoch {}", model.run.position.epoch);
    let axes = Axes::draw(inner, buf, theme, texts, 5, &now);
    let plot = axes.plot;
    for (value, label) in &labels {
        axes.mark_left(buf, theme, row_of(plot, scale.height(*value)), label);
    }
    let epochs = ticks(0.0, scale.epochs, usize::from(plot.width / 12).clamp(1, 10));
    for (&epoch, label) in epochs.iter().zip(tick_labels(&epochs)) {
        axes.mark_below(buf, theme, column_of(plot, scale, epoch), &label);
    }
    plot
}

fn row_of(plot: Rect, height: f64) -> u16 {
    let rows = f64::from(plot.height.saturating_sub(1));
    plot.y + ((1.0 - height.clamp(0.0, 1.0)) * rows).round() as u16
}

fn column_of(plot: Rect, scale: &Scale, epochs: f64) -> u16 {
    let columns = f64::from(plot.width.saturating_sub(1));
    plot.x
        + (epochs / scale.epochs * columns)
            .round()
            .clamp(0.0, columns) as u16
}

/// Marks changes of the learning rate with its new value.
pub(crate) fn marks(plot: Rect, buf: &mut Buffer, model: &Model, theme: Theme, scale: &Scale) {
    let mut free_from = plot.x;
    for mark in model.run.history.marks() {
        let x = column_of(plot, scale, mark.epochs.min(scale.epochs));
        for y in plot.y + 1..plot.bottom() {
            put(buf, x, y, 1, "┊", theme.frame());
        }
        put(buf, x, plot.y, 1, "▾", theme.accent());
        let label = format!("lr {}", rate(mark.learning_rate));
        let cells = label.len() as u16;
        // To the right of its mark, or to the left where the plot ends.
        let start = if x + 1 + cells <= plot.right() {
            x + 1
        } else {
            x.saturating_sub(cells)
        };
        if start >= free_from {
            put(buf, start, plot.y, cells.into(), &label, theme.dim());
            free_from = start + cells + 1;
        }
    }
}

/// Draws a labelled line at the score or loss of the best constant prediction.
pub(crate) fn baseline_mark(
    plot: Rect,
    buf: &mut Buffer,
    model: &Model,
    theme: Theme,
    scale: &Scale,
    baseline: Option<f64>,
) {
    let Some(height) = baseline.map(|value| scale.height(value)) else {
        return;
    };
    if !(0.0..=1.0).contains(&height) {
        return;
    }
    let row = row_of(plot, height);
    let line = "╌".repeat(plot.width.into());
    put(buf, plot.x, row, plot.width.into(), &line, theme.frame());
    let constant = match &model.run.data.baseline {
        Baseline::Majority { class, .. } => {
            let class = model.run.data.class_names().get(*class);
            let class = class.map_or(String::new(), |name| shorten(name, 12));
            format!("always \"{class}\"")
        }
        Baseline::Mean { .. } => "predict the mean".to_owned(),
    };
    let room = usize::from(plot.width) / 2;
    let labels = [format!(" baseline: {constant} "), format!(" {constant} ")];
    if let Some(label) = labels.iter().find(|label| width(label) <= room) {
        put_right(buf, plot.right(), row, room, label, theme.dim());
    }
}
