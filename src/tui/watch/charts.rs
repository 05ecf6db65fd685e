//! The grid of charts.

use std::collections::BTreeMap;
use std::sync::Arc;

use ratatui::layout::{Margin, Rect};
use ratatui::style::Modifier;
use ratatui::text::Line;

use super::curves::Curve;
use super::{TimeAxis, Watch, marks};
use crate::tui::app::navigation::SMOOTHING;
use crate::tui::app::{Chart, ClickTarget};
use crate::tui::panels::chart::scale::Scale;
use crate::tui::panels::chart::series::{self, Points, value_range};
use crate::tui::widgets::{
    Canvas, Dash, GUTTER, Mark, Pane, Stroke, Title, axes, plot_area, round_marks, whole_marks,
};
use crate::util::lang::say;
use crate::util::numbers::significant;
use crate::util::stats::MinMaxLast;
use crate::watch::whole;

/// Cells of a chart, at least.
const MIN_SIZE: (u16, u16) = (36, 9);
/// Cells between two ticks of the time axis, at least.
pub(super) const TICK_CELLS: u16 = 8;
/// Significant digits of a value.
const DIGITS: usize = 4;
/// Cells between two marks of a curve, and for each other curve.
const MARK_CELLS: usize = 16;
const MARK_CELLS_PER_CURVE: usize = 4;

impl Watch {
    /// Columns and rows of a page of `charts` in `area`.
    pub(super) fn grid(&self, area: Rect, charts: usize) -> (u16, u16) {
        if self.is_large {
            return (1, 1);
        }
        let charts = charts.max(1);
        let columns = (area.width / MIN_SIZE.0).clamp(1, 4);
        let columns = columns.min(u16::try_from(charts).unwrap_or(columns));
        let rows = (area.height / MIN_SIZE.1).max(1);
        let needed = charts.div_ceil(usize::from(columns));
        (columns, rows.min(u16::try_from(needed).unwrap_or(rows)))
    }

    /// Number of charts of a page.
    pub(super) fn charts_of_a_page(&self) -> usize {
        let screen = Rect::new(0, 0, self.size.0, self.size.1);
        let (columns, rows) = self.grid(self.content_area(screen), self.chart_count());
        usize::from(columns) * usize::from(rows)
    }

    /// Numbers of the first and the last chart of the page and of all charts, from 1; `None` if all are on the page.
    pub(super) fn charts_on_the_page(&self) -> Option<(usize, usize, usize)> {
        let (all, page) = (self.chart_count(), self.charts_of_a_page());
        let first = self.chart / page * page;
        (page < all).then_some((first + 1, (first + page).min(all), all))
    }

    /// Name of the horizontal axis, with its unit.
    fn unit(&self) -> &str {
        match self.time {
            TimeAxis::Steps => say!("watch-steps", "step"),
            TimeAxis::Epochs => say!("watch-epochs", "epoch"),
            TimeAxis::Relative => say!("watch-relative", "s of the run"),
            TimeAxis::Wall => say!("watch-wall", "s of all runs"),
            TimeAxis::Values => &self.axis,
        }
    }

    /// Returns the times of the selected chart; `None` without any points.
    pub(super) fn selected_times(&self) -> Option<Times> {
        let tag = self.tags().into_iter().nth(self.chart)?;
        let curves = self.curves(&tag);
        let whole = ends(&curves)?;
        let points = curves.iter().flat_map(|curve| &curve.points);
        Some(Times {
            whole,
            shown: self.zoom.unwrap_or(whole),
            points: points.map(|point| point.0).collect(),
        })
    }

    /// Values of the runs with this tag by their indices, at the crosshair or the newest.
    pub(super) fn values_of(&self, tag: &str) -> BTreeMap<usize, f64> {
        if self.crosshair.is_some() {
            let curves = self.curves(tag);
            let value = |curve: &Curve| value_at(&curve.points, self.crosshair);
            let values = curves.iter();
            let values = values.filter_map(|curve| Some((curve.run, value(curve)?)));
            return values.collect();
        }
        let runs = self.runs.iter().enumerate();
        let newest = runs.filter_map(|(index, (_, run))| Some((index, run.newest(tag)?)));
        newest.collect()
    }
}

/// Draws the page with the selected chart.
pub(super) fn draw_charts(pane: &mut Pane<'_, Watch>, area: Rect) {
    let watch = pane.model;
    let tags = watch.tags();
    let (columns, rows) = watch.grid(area, tags.len());
    let page = usize::from(columns) * usize::from(rows);
    let first = watch.chart / page * page;
    for (place, (index, tag)) in tags.iter().enumerate().skip(first).take(page).enumerate() {
        let cell = part(area, (columns, rows), place);
        draw_chart(pane, cell, tag, index == watch.chart);
        pane.drawn.hits.push((cell, ClickTarget::Row(index)));
    }
}

/// Draws the chart of a tag, which may be the selected one.
fn draw_chart(pane: &mut Pane<'_, Watch>, area: Rect, tag: &Arc<str>, is_selected: bool) {
    let watch = pane.model;
    let curves = watch.curves(tag);
    let Some(plot) = Plot::new(watch, area.inner(Margin::new(1, 1)), &curves) else {
        let title = Title::new(
            tag.to_string(),
            [Line::from(say!("watch-empty", "no values"))],
        );
        pane.frame(area, is_selected, &title, Default::default());
        return;
    };
    let pointed = curves.iter().find(|curve| curve.is_pointed);
    let newest = pointed.and_then(|curve| value_at(&curve.points, watch.crosshair));
    let detail = pointed.zip(newest).map(|(curve, value)| {
        let value = significant(value, DIGITS);
        Line::from(match curve.count_at(watch.crosshair) {
            Some((count, all)) => {
                say!(
                    "watch-mean-of",
                    "{value} (mean of {count} of {all})",
                    value,
                    count,
                    all
                )
            }
            None => value,
        })
    });
    let title = Title::new(tag.to_string(), detail);
    let notes = [
        plot.note(watch),
        plot.has_below.then(below_log).unwrap_or_default(),
    ];
    let inside = pane.frame(area, is_selected, &title, notes);
    let below = |width| match watch.time {
        TimeAxis::Steps => whole_marks(plot.times, width / TICK_CELLS),
        _ => round_marks(plot.times, width / TICK_CELLS),
    };
    axes(pane, inside, &plot.left, GUTTER, below, watch.unit());
    let mut canvas = Canvas::new(plot.area, plot.times, plot.scale.range());
    for curve in &curves {
        draw_curve(pane, &mut canvas, curve, &plot);
    }
    canvas.render(pane.buf);
    draw_marks(pane, &plot, &canvas, &curves);
    draw_crosshair(pane, &plot, &canvas);
}

fn draw_curve(pane: &Pane<'_, Watch>, canvas: &mut Canvas, curve: &Curve, plot: &Plot) {
    let (watch, theme) = (pane.model, pane.theme);
    let style = theme.class(curve.run).remove_modifier(Modifier::BOLD);
    let strength = if curve.is_pointed { 4.0 } else { 3.0 };
    let stroke = Stroke::new(style, strength);
    let points = &plot.thinned(&curve.points)[..];
    let faint = Stroke::new(theme.faint(style), 1.0);
    if watch.is_grouped {
        // Only the edges of the band: in a filled one the mean would not be seen.
        let edge = faint.dashed(Dash::Even(1, 2));
        for end in [|value: MinMaxLast| value.min, |value: MinMaxLast| value.max] {
            let line = points.iter();
            let line = line.map(|&(time, value)| (time, MinMaxLast::of(end(value))));
            let line: Points = line.collect();
            series::draw(canvas, &line, &plot.scale, &edge, false);
        }
        series::draw(canvas, points, &plot.scale, &stroke, false);
    } else if watch.smoothing > 0 {
        series::draw(canvas, points, &plot.scale, &faint, true);
        let smooth = series::smoothed(&curve.points, SMOOTHING[watch.smoothing]);
        series::draw(canvas, &plot.thinned(&smooth), &plot.scale, &stroke, false);
    } else {
        series::draw(canvas, points, &plot.scale, &stroke, true);
    }
}

/// Draws the mark of each run onto its curve: at the end, and at columns of its own.
fn draw_marks(pane: &mut Pane<'_, Watch>, plot: &Plot, canvas: &Canvas, curves: &[Curve]) {
    let (watch, theme) = (pane.model, pane.theme);
    let apart = MARK_CELLS + MARK_CELLS_PER_CURVE * curves.len();
    let per_cell = (plot.times.1 - plot.times.0) / f64::from(plot.area.width.max(1));
    for (place, curve) in curves.iter().enumerate() {
        let Some(last) = curve.points.last().map(|point| point.0.min(plot.times.1)) else {
            continue;
        };
        let columns = (0..plot.area.width).skip(apart * (place + 1) / (curves.len() + 1));
        let times = columns.step_by(apart);
        let times = times.map(|x| plot.times.0 + (f64::from(x) + 0.5) * per_cell);
        let times = times.filter(|time| *time < last - 2.0 * per_cell);
        let smooth = (watch.smoothing > 0)
            .then(|| series::smoothed(&curve.points, SMOOTHING[watch.smoothing]));
        let points = smooth.as_ref().unwrap_or(&curve.points);
        let mark = marks::mark(theme, curve.run);
        let places = times.chain([last]).filter_map(|time| nearest(points, time));
        for (time, value) in places {
            let height = plot.scale.height(value);
            let (foot, top) = plot.scale.range();
            let is_shown = height == f64::NEG_INFINITY || (foot..=top).contains(&height);
            if is_shown && (plot.times.0..=plot.times.1).contains(&time) {
                let at = canvas.anchor((time, height.max(foot)));
                let area = Rect::new(at.0, at.1, 1, 1);
                pane.left(area, mark, theme.class(curve.run));
            }
        }
    }
}

fn draw_crosshair(pane: &mut Pane<'_, Watch>, plot: &Plot, canvas: &Canvas) {
    let is_shown = |time: &f64| (plot.times.0..=plot.times.1).contains(time);
    let Some(time) = pane.model.crosshair.filter(is_shown) else {
        return;
    };
    let (x, _) = canvas.anchor((time, 0.0));
    for y in plot.area.rows().map(|row| row.y) {
        let cell = Rect::new(x, y, 1, 1);
        if canvas.is_blank(cell) {
            pane.left(cell, "│", pane.theme.accent());
        }
    }
}

/// Times of a chart.
pub(super) struct Times {
    /// First and last one.
    pub whole: (f64, f64),
    /// First and last one that is shown.
    pub shown: (f64, f64),
    /// Those of all points.
    pub points: Vec<f64>,
}

/// The cell number `place` of a grid.
pub(super) fn part(area: Rect, (columns, rows): (u16, u16), place: usize) -> Rect {
    let (column, row) = (place as u16 % columns, place as u16 / columns);
    let ends = |length: u16, parts: u16, part: u16| {
        let end = |part: u16| (u32::from(length) * u32::from(part) / u32::from(parts)) as u16;
        (end(part), end(part + 1) - end(part))
    };
    let (x, width) = ends(area.width, columns, column);
    let (y, height) = ends(area.height, rows, row);
    Rect::new(area.x + x, area.y + y, width, height)
}

/// Value of the last point at `time` or before it, unless all are before it; of the last one without a time.
fn value_at(points: &Points, time: Option<f64>) -> Option<f64> {
    let last = points.last()?;
    let count = match time {
        Some(time) if time > last.0 => return None,
        Some(time) => points.partition_point(|point| point.0 <= time),
        None => points.len(),
    };
    Some(points.get(count.checked_sub(1)?)?.1.last)
}

/// First and last time of `curves`; `None` without any points.
fn ends(curves: &[Curve]) -> Option<(f64, f64)> {
    let ends = curves.iter().filter_map(|curve| {
        let (first, last) = (curve.points.first()?, curve.points.last()?);
        Some((first.0, last.0))
    });
    let (first, last) = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    Some((first, if last > first { last } else { first + 1.0 }))
}

/// Layout of a chart.
struct Plot {
    area: Rect,
    scale: Scale,
    left: Vec<Mark>,
    /// Times at both ends.
    times: (f64, f64),
    /// Whether values without a logarithm lie on the lower edge of a logarithmic scale.
    has_below: bool,
}

/// Note on what lies on the lower edge of a logarithmic scale.
fn below_log() -> String {
    format!(
        " {} ",
        say!("watch-below-log", "0 and below: at the bottom")
    )
}

impl Plot {
    /// Lays out the curves inside the frame of a chart; `None` without any points, or without room.
    fn new(watch: &Watch, inside: Rect, curves: &[Curve]) -> Option<Self> {
        if inside.width < 8 || inside.height < 4 {
            return None;
        }
        let times = watch.zoom.or(ends(curves))?;
        let shown = curves
            .iter()
            .map(|curve| series::visible(&curve.points, times));
        let mut all = shown.clone().flatten();
        let has_below = watch.is_log && all.any(|(_, value)| value.last <= 0.0);
        let shown: Vec<Points> = shown
            .map(|points| {
                let points = points.iter().copied();
                points
                    .filter(|(_, value)| !watch.is_log || value.last > 0.0)
                    .collect()
            })
            .collect();
        let range = value_range(shown.iter().map(Vec::as_slice), Chart::Loss, watch.is_log);
        let scale = Scale::fit(range, watch.is_log, inside.height.saturating_sub(2));
        let left = scale.marks();
        Some(Self {
            area: plot_area(inside, &left, GUTTER),
            scale,
            left,
            times,
            has_below,
        })
    }

    /// The points that are shown; those in one column of dots are merged, since many curves have many of them.
    fn thinned(&self, points: &Points) -> Points {
        let points = series::visible(points, self.times).iter().copied();
        series::merged(points, self.times, 2 * usize::from(self.area.width))
    }

    /// Note on the lower frame: the time at the crosshair.
    fn note(&self, watch: &Watch) -> String {
        watch.crosshair.map_or(String::new(), |time| {
            format!(" {} {} ", watch.unit(), whole(time))
        })
    }
}

/// Time and value of the point nearest to `time`: it is on the drawn line, which need not pass through every cell between
/// two points.
fn nearest(points: &[(f64, MinMaxLast)], time: f64) -> Option<(f64, f64)> {
    let after = points.partition_point(|point| point.0 < time);
    let around = points[after.saturating_sub(1)..points.len().min(after + 1)].iter();
    let distance = |point: &&(f64, MinMaxLast)| (point.0 - time).abs();
    let nearest = around.min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    Some((nearest.0, nearest.1.last))
}
