//! Layout of a chart: what it shows, in which range, and where in the panel.

use ratatui::layout::Rect;

use super::scale::Scale;
use super::series::{Points, curves, ghost_curve, log_floor, thinned, value_range, visible};
use crate::tui::app::{Chart, Model, TimeUnit, Timeline};
use crate::tui::text;
use crate::tui::widgets::{GUTTER, Mark, plot_area, round_marks, whole_marks};
use crate::util::numbers::{loss, percent, r2};
use crate::util::stats::MinMaxLast;

/// Dots in the width of a cell.
const DOTS: usize = 2;
/// Cells between two ticks of the time axis, at least.
pub(super) const TICK_CELLS: u16 = 7;

/// A chart in its panel.
pub(super) struct Plot {
    pub content: Chart,
    pub is_regression: bool,
    /// Area between the axes.
    pub area: Rect,
    pub scale: Scale,
    /// Marks of the vertical axis.
    pub left: Vec<Mark>,
    /// Unit of the time axis.
    pub unit: TimeUnit,
    /// Times at the left and the right end, in the unit.
    pub times: (f64, f64),
    /// Training and validation, with times in the unit.
    pub curves: [Points; 2],
    /// Ghosts with their labels, with times in the unit.
    pub ghosts: Vec<(Points, String)>,
}

impl Plot {
    /// Lays a chart out inside the frame of a panel; `None` without any points.
    pub fn new(model: &Model, content: Chart, inside: Rect) -> Option<Self> {
        let curves = curves(model, content);
        let ghosts = &model.run.ghosts;
        if curves.iter().all(Vec::is_empty) && ghosts.is_empty() {
            return None;
        }
        let view = &model.navigation.plot;
        let history = &model.run.history;
        let end = model.run.chart_end();
        let (from, to) = view.visible(if end > 0.0 { end } else { 1.0 });
        let (unit, timeline) = (view.time_unit, history.timeline());
        let shown = |points: &Points, timeline: &Timeline| -> Points {
            let points = visible(points, (from, to)).iter();
            let points = points.map(|(time, value)| (timeline.value(*time, unit), *value));
            points.collect()
        };
        let times = (timeline.value(from, unit), timeline.value(to, unit));
        let places = DOTS * usize::from(inside.width);
        let curves = curves.map(|points| thinned(shown(&points, timeline), times, places));
        let ghosts = ghosts.iter().zip(model.run.ghost_labels());
        let ghosts = ghosts.map(|(ghost, label)| {
            let points = shown(&ghost_curve(ghost, content), &ghost.timeline);
            (thinned(points, times, places), label)
        });
        let ghosts: Vec<(Points, String)> = ghosts.collect();
        let is_log = content == Chart::Loss && view.is_log();
        let is_regression = model.run.is_regression();
        let recovered = history.recovered();
        let recovered = recovered.map_or(f64::NEG_INFINITY, |at| timeline.value(at, unit));
        let kept = curves.each_ref().map(|points| kept(points, recovered));
        let all = kept.iter().copied();
        let all = all.chain(ghosts.iter().map(|(points, _)| points.as_slice()));
        let mut range = value_range(all, content, is_log);
        if is_log {
            range.0 = range.0.max(log_floor(kept[1])).min(range.1);
        }
        let rows = inside.height.saturating_sub(2);
        let scale = if content == Chart::Accuracy && !is_regression {
            Scale::fit_percent(range, rows)
        } else {
            Scale::fit(range, is_log, rows)
        };
        let left = scale.marks();
        Some(Self {
            content,
            is_regression,
            area: plot_area(inside, &left, GUTTER),
            scale,
            left,
            unit,
            times,
            curves,
            ghosts,
        })
    }

    /// Marks of the time axis, in `width` cells.
    pub fn time_marks(&self, width: u16) -> Vec<Mark> {
        let max = width / TICK_CELLS;
        match self.unit {
            // There are no parts of a step.
            TimeUnit::Steps => whole_marks(self.times, max),
            TimeUnit::Epochs | TimeUnit::Seconds => round_marks(self.times, max),
        }
    }

    /// Time of the present, with the unit of the axis; the unit alone where the plot does not end there.
    pub fn caption(&self, model: &Model) -> String {
        let is_behind = model.run.chart_end() > model.run.history.end();
        match self.unit {
            unit if is_behind || model.navigation.plot.zoom.is_some() => unit.title().into_owned(),
            TimeUnit::Epochs => text::epoch(model.run.present().epoch),
            TimeUnit::Steps => text::step_number(model.run.present().step),
            TimeUnit::Seconds => text::training_seconds(format!("{:.1}", model.run.seconds)),
        }
    }

    /// Time in epochs at a column of the screen.
    pub fn epochs_at(&self, model: &Model, column: u16) -> f64 {
        let (from, to) = self.times;
        let dots = 2.0 * f64::from(self.area.width) - 1.0;
        let dot = 2.0 * (f64::from(column) - f64::from(self.area.x)) + 0.5;
        let time = from + (to - from) * dot / dots;
        model.run.history.timeline().epochs(time, self.unit)
    }

    /// Formats a value of the vertical axis.
    pub fn value(&self, value: f64) -> String {
        let text = match self.content {
            Chart::Loss => loss(value),
            Chart::Accuracy if self.is_regression => r2(value),
            Chart::Accuracy => percent(value),
        };
        text.trim().to_owned()
    }
}

/// The points after `recovered`, the time at which good weights were last restored; all of them while there are none.
fn kept(points: &[(f64, MinMaxLast)], recovered: f64) -> &[(f64, MinMaxLast)] {
    match points.partition_point(|(time, _)| *time <= recovered) {
        first if first < points.len() => &points[first..],
        _ => points,
    }
}
