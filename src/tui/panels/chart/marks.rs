//! Marks in a chart: baseline, changes, clipped values, best epoch and overfitting.

use ratatui::layout::Rect;

use super::LINES;
use super::labels::Labels;
use super::plot::Plot;
use crate::data::Baseline;
use crate::nn::Loss;
use crate::train::Finding;
use crate::tui::app::{Chart, Model};
use crate::tui::text;
use crate::tui::widgets::{Canvas, Pane};
use crate::util::stats::MinMaxLast;
use crate::util::text::{shorten, width};

/// Symbol of the best epoch.
const BEST: &str = "◆";
/// Symbol of a ghost.
const GHOST: &str = "╌";
/// Maximum number of clipped spikes with a label.
const SPIKES: usize = 3;

/// Column and row of a time and a value.
fn cell(canvas: &Canvas, plot: &Plot, time: f64, value: f64) -> (u16, u16) {
    canvas.anchor((time, plot.scale.height(value)))
}

/// Draws the horizontal lines of the ticks as dots.
pub(super) fn grid(pane: &mut Pane<'_>, plot: &Plot) {
    let last = f64::from(plot.area.height.saturating_sub(1));
    for (place, _) in &plot.left {
        let y = plot.area.y + ((1.0 - place) * last).round() as u16;
        for x in plot.area.columns().map(|column| column.x).step_by(3) {
            pane.left(Rect::new(x, y, 1, 1), "·", pane.theme.frame());
        }
    }
}

/// Score or loss of the best constant prediction; none where that is not known.
fn baseline(model: &Model, content: Chart) -> Option<f64> {
    let score = model.run.data.baseline.score();
    let value = match (content, &model.run.data.baseline) {
        (Chart::Accuracy, _) => Some(score),
        // Of other losses the squared error tells nothing.
        (Chart::Loss, Baseline::Mean { errors }) if model.run.plan.loss == Loss::Quadratic => {
            let (_, unit) = model.run.data.task.scale()?.center_and_unit();
            Some(0.5 * (errors.rmse / unit).powi(2))
        }
        // The loss of one class for all would be a matter of how sure of it one is.
        (Chart::Loss, _) => None,
    };
    value.filter(|value| value.is_finite())
}

/// Names the best constant prediction.
fn constant(model: &Model) -> String {
    let data = &model.run.data;
    match &data.baseline {
        Baseline::Majority { class, .. } => {
            let class = data.class_names().get(*class);
            text::always(class.map_or(String::new(), |name| shorten(name, 12)))
        }
        Baseline::Mean { .. } => text::predict_the_mean().to_owned(),
    }
}

/// Draws a line at the best constant prediction, if it is on the axis.
pub(super) fn baseline_line(pane: &mut Pane<'_>, plot: &Plot) {
    if let Some(row) = baseline(pane.model, plot.content).and_then(|value| row(plot, value)) {
        let line = Rect::new(plot.area.x, row, plot.area.width, 1);
        pane.left(line, &"╌".repeat(line.width.into()), pane.theme.frame());
    }
}

/// Row of the screen that `value` is in, if it is on the axis.
fn row(plot: &Plot, value: f64) -> Option<u16> {
    let height = plot.scale.height(value).round();
    let last = f64::from(plot.area.height) - 1.0;
    (0.0..=last)
        .contains(&height)
        .then(|| plot.area.bottom() - 1 - height as u16)
}

/// Labels the baseline, or marks at the edge of the plot where it lies.
pub(super) fn baseline_label(pane: &mut Pane<'_>, plot: &Plot, labels: &mut Labels<'_>) {
    let Some(value) = baseline(pane.model, plot.content) else {
        return;
    };
    let constant = constant(pane.model);
    let (arrow, edge) = if plot.scale.height(value) < 0.0 {
        ("▾", plot.area.bottom() - 1)
    } else {
        ("▴", plot.area.y)
    };
    let row = row(plot, value);
    let texts = if row.is_some() {
        [text::baseline(&constant), constant]
    } else {
        let value = plot.value(value);
        [
            text::distant_baseline(arrow, &constant, &value),
            text::distant_baseline_short(arrow, &value),
        ]
    };
    let y = i32::from(row.unwrap_or(edge));
    for text in texts
        .iter()
        .filter(|text| width(text) <= usize::from(plot.area.width) * 2 / 3)
    {
        let places = labels.in_rows(text, [y, y - 1, y + 1]);
        if labels.write(pane, places, text, pane.theme.dim()) {
            return;
        }
    }
}

/// Draws a vertical line at each change made by hand.
pub(super) fn change_lines(pane: &mut Pane<'_>, plot: &Plot, canvas: &Canvas) {
    for (x, _) in change_columns(pane.model, plot, canvas) {
        for y in plot.area.y + 1..plot.area.bottom() {
            pane.left(Rect::new(x, y, 1, 1), "┊", pane.theme.frame());
        }
    }
}

/// Columns of the visible changes with their descriptions, in order. Of several in a column the last one counts.
pub(super) fn change_columns(model: &Model, plot: &Plot, canvas: &Canvas) -> Vec<(u16, String)> {
    let timeline = model.run.history.timeline();
    let mut columns: Vec<(u16, String)> = Vec::new();
    for mark in model.run.history.marks() {
        let time = timeline.value(mark.epochs, plot.unit);
        if (plot.times.0..=plot.times.1).contains(&time) {
            let (x, _) = canvas.anchor((time, 0.0));
            columns.pop_if(|(last, _)| *last == x);
            columns.push((x, mark.changes.join(", ")));
        }
    }
    columns
}

/// Labels the changes in the first row.
pub(super) fn change_labels(
    pane: &mut Pane<'_>,
    plot: &Plot,
    canvas: &Canvas,
    labels: &mut Labels<'_>,
) {
    let columns = change_columns(pane.model, plot, canvas);
    for &(x, _) in &columns {
        let at = Rect::new(x, plot.area.y, 1, 1);
        pane.left(at, "▾", pane.theme.accent());
        labels.take(at);
    }
    // The latest change matters most.
    for (x, change) in columns.iter().rev() {
        let (x, y, cells) = (i32::from(*x), i32::from(plot.area.y), width(change) as i32);
        labels.write(
            pane,
            [(x + 2, y), (x - 1 - cells, y)],
            change,
            pane.theme.dim(),
        );
    }
}

/// Names the curves, away from where they begin: losses above, scores below.
pub(super) fn legend(pane: &mut Pane<'_>, plot: &Plot, labels: &mut Labels<'_>) {
    if plot.curves[1].is_empty() {
        return;
    }
    let (top, last) = (
        i32::from(plot.area.y),
        i32::from(plot.area.bottom().saturating_sub(1)),
    );
    let rows = [0, 1, 2, 3].map(|row| match plot.content {
        Chart::Loss => top + row,
        Chart::Accuracy => last - row,
    });
    let names = [
        (text::label_validation(), pane.theme.validation()),
        (text::train(), pane.theme.train()),
    ];
    for ((name, style), line) in names.into_iter().zip(LINES.into_iter().rev()) {
        // The blank keeps dots of the grid away from the next name.
        let text = format!("{line} {name} ");
        let places = labels.in_rows(&text, rows);
        labels.write(pane, places, &text, style);
    }
}

/// Labels values beyond the axis at its edge: the largest of each run of them.
pub(super) fn clipped_labels(
    pane: &mut Pane<'_>,
    plot: &Plot,
    canvas: &Canvas,
    labels: &mut Labels<'_>,
) {
    let (foot, top) = plot.scale.range();
    let styles = [pane.theme.train(), pane.theme.validation()];
    for (points, style) in plot.curves.iter().zip(styles) {
        let above = |value: &MinMaxLast| plot.scale.height(value.max) > top + 0.5;
        let below = |value: &MinMaxLast| plot.scale.height(value.min) < foot - 0.5;
        let mut peaks = peaks(points, above, |value| value.max);
        let dips = self::peaks(points, below, |value| -value.min);
        peaks.sort_by(|a, b| b.1.total_cmp(&a.1));
        let peaks = peaks
            .into_iter()
            .take(SPIKES)
            .map(|peak| (peak, "▴", plot.area.y));
        let dips = dips.into_iter().take(SPIKES);
        let dips = dips.map(|(time, value)| ((time, -value), "▾", plot.area.bottom() - 1));
        for ((time, value), arrow, y) in peaks.chain(dips) {
            let (x, _) = canvas.anchor((time, 0.0));
            let text = format!("{arrow} {}", plot.value(value));
            let (x, y, cells) = (i32::from(x), i32::from(y), width(&text) as i32);
            let places = [x + 1, x - cells, x, x + 2, x - 1 - cells].map(|x| (x, y));
            labels.write(pane, places, &text, style);
        }
    }
}

/// Time and value of the largest `value` of each run of points that are `clipped`.
fn peaks(
    points: &[(f64, MinMaxLast)],
    clipped: impl Fn(&MinMaxLast) -> bool,
    value: impl Fn(&MinMaxLast) -> f64,
) -> Vec<(f64, f64)> {
    let runs = points.chunk_by(|a, b| clipped(&a.1) == clipped(&b.1));
    let runs = runs.filter(|run| run.first().is_some_and(|first| clipped(&first.1)));
    let peaks = runs.filter_map(|run| {
        let values = run.iter().map(|point| (point.0, value(&point.1)));
        values.max_by(|a, b| a.1.total_cmp(&b.1))
    });
    peaks.collect()
}

/// Marks the best validation epoch with its value.
pub(super) fn best(pane: &mut Pane<'_>, plot: &Plot, canvas: &Canvas, labels: &mut Labels<'_>) {
    let Some((epoch, value)) = best_epoch(pane.model, plot.content) else {
        return;
    };
    let time = pane.model.run.history.timeline().value(epoch, plot.unit);
    let is_visible = (plot.times.0..=plot.times.1).contains(&time);
    if !is_visible || row(plot, value).is_none() {
        return;
    }
    let at = cell(canvas, plot, time, value);
    let style = pane.theme.validation();
    pane.left(Rect::new(at.0, at.1, 1, 1), BEST, style);
    labels.take(Rect::new(at.0, at.1, 1, 1));
    let text = text::best_mark(plot.value(value), epoch);
    // A second symbol would look like another point.
    labels.write_surely(pane, at, "", &text, style);
}

/// Marks the earlier moment that is shown by a line with its epoch.
pub(super) fn past(pane: &mut Pane<'_>, plot: &Plot, canvas: &Canvas, labels: &mut Labels<'_>) {
    let run = &pane.model.run;
    if run.past.is_none() {
        return;
    }
    let time = run.history.timeline().value(run.epochs(), plot.unit);
    if !(plot.times.0..=plot.times.1).contains(&time) {
        return;
    }
    let (column, _) = canvas.anchor((time, 0.0));
    let style = pane.theme.validation();
    for y in plot.area.rows().map(|row| row.y) {
        let cell = Rect::new(column, y, 1, 1);
        if canvas.is_blank(cell) {
            pane.left(cell, "┃", style);
        }
    }
    let text = text::epoch(run.position.epoch);
    let bottom = plot.area.bottom().saturating_sub(1);
    labels.write_near(pane, (column, bottom), "", &text, style);
}

/// Epoch with the lowest validation loss, or with the best validation score, and that; until the moment that is shown.
fn best_epoch(model: &Model, content: Chart) -> Option<(f64, f64)> {
    if content == Chart::Loss {
        return model.run.best.map(|best| (best.epoch as f64, best.loss));
    }
    let records = model.run.history.epochs().iter();
    let records = records.filter(|record| record.epoch <= model.run.position.epoch);
    let scores = records.map(|record| (record.epoch as f64, record.validation_score.max));
    let finite = scores.filter(|(_, score): &(f64, f64)| score.is_finite());
    finite.reduce(|best, next| if next.1 > best.1 { next } else { best })
}

/// Labels each ghost at its right end, unless the only room for that is nearer to the end of another curve.
pub(super) fn ghost_labels(
    pane: &mut Pane<'_>,
    plot: &Plot,
    canvas: &Canvas,
    labels: &mut Labels<'_>,
) {
    let end = |points: &[(f64, MinMaxLast)]| {
        let visible = points.iter().rfind(|(time, _)| *time <= plot.times.1);
        visible.map(|(time, value)| cell(canvas, plot, *time, value.last))
    };
    let ghosts = plot.ghosts.iter().map(|(points, _)| end(points));
    let curves = plot.curves.iter().map(|points| end(points));
    let ends: Vec<_> = ghosts.chain(curves).collect();
    for (i, (_, label)) in plot.ghosts.iter().enumerate() {
        let Some(at) = ends[i] else { continue };
        let distance = |row: i32, end: (u16, u16)| (row - i32::from(end.1)).abs();
        let is_nearest = |row: i32| {
            let mut others = ends.iter().enumerate().filter(|(other, _)| *other != i);
            others.all(|(_, end)| end.is_none_or(|end| distance(row, end) >= distance(row, at)))
        };
        labels.write_in_rows(pane, at, GHOST, label, pane.theme.dim(), &is_nearest);
    }
}

/// Part of the plot after overfitting began, with that epoch.
fn overfitting(model: &Model, plot: &Plot, canvas: &Canvas) -> Option<(Rect, u64)> {
    if plot.content == Chart::Accuracy {
        return None;
    }
    let since = model
        .run
        .findings
        .iter()
        .find_map(|finding| match finding {
            Finding::OverfittingSince(epoch) => Some(*epoch),
            _ => None,
        })?;
    let time = model.run.history.timeline().value(since as f64, plot.unit);
    let (x, _) = canvas.anchor((time, 0.0));
    let width = plot.area.right().saturating_sub(x);
    (time <= plot.times.1).then_some((
        Rect {
            x,
            width,
            ..plot.area
        },
        since,
    ))
}

/// Shades the part of the plot after overfitting began, or draws a bar where it begins.
pub(super) fn overfitting_area(pane: &mut Pane<'_>, plot: &Plot, canvas: &Canvas) {
    let Some((area, _)) = overfitting(pane.model, plot, canvas) else {
        return;
    };
    if let Some(style) = pane.theme.shaded() {
        pane.buf.set_style(area, style);
    } else {
        for y in area.rows().map(|row| row.y) {
            pane.left(Rect::new(area.x, y, 1, 1), "│", pane.theme.bad());
        }
    }
}

/// Labels the part of the plot after overfitting began.
pub(super) fn overfitting_label(
    pane: &mut Pane<'_>,
    plot: &Plot,
    canvas: &Canvas,
    labels: &mut Labels<'_>,
) {
    let Some((area, since)) = overfitting(pane.model, plot, canvas) else {
        return;
    };
    if pane.theme.shaded().is_none() {
        labels.take(Rect { width: 1, ..area });
    }
    let text = text::overfitting_since(since);
    let last = i32::from(plot.area.right()) - width(&text) as i32;
    let x = (i32::from(area.x) + 2).min(last);
    let places = area.rows().map(|row| (x, i32::from(row.y)));
    labels.write(pane, places, &text, pane.theme.bad());
}
