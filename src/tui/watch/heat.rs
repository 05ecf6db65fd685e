//! Distributions of a run over time, as heat maps.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::Watch;
use super::charts::TICK_CELLS;
use crate::tui::app::ClickTarget;
use crate::tui::widgets::{
    GUTTER, HeatPalette, Pane, Title, axes, heat_map, marks_at, round_marks,
};
use crate::util::lang::say;
use crate::util::numbers::ticks;
use crate::watch::HistogramPoint;

/// Draws the distributions of the run under the cursor into `area`.
pub(super) fn draw_histograms(pane: &mut Pane<'_, Watch>, area: Rect) {
    let watch = pane.model;
    let tags = watch.histogram_tags();
    let Some((_, _, run)) = watch.pointed().filter(|_| !tags.is_empty()) else {
        let text = say!("watch-no-histograms", "this run has no histograms");
        let inside = pane.frame(area, false, &Title::default(), Default::default());
        return pane.left(inside, text, pane.theme.dim());
    };
    let (columns, rows) = watch.grid(area, tags.len());
    let page = usize::from(columns) * usize::from(rows);
    let first = watch.chart / page * page;
    for (place, (index, tag)) in tags.iter().enumerate().skip(first).take(page).enumerate() {
        let cell = super::charts::part(area, (columns, rows), place);
        let title = Title::new::<Line<'_>>(tag.to_string(), []);
        let inside = pane.frame(cell, index == watch.chart, &title, Default::default());
        let points = run
            .histograms
            .get(tag)
            .map_or(&[][..], |series| series.points());
        draw_map(pane, inside, points);
        pane.drawn.hits.push((cell, ClickTarget::Row(index)));
    }
}

/// Draws the share of the numbers at each value, over the steps.
fn draw_map(pane: &mut Pane<'_, Watch>, area: Rect, points: &[HistogramPoint]) {
    if area.width < 10 || area.height < 4 {
        return;
    }
    let ends = points.iter().flat_map(|point| {
        let filled = point.buckets.iter().filter(|bucket| bucket[2] > 0.0);
        filled.flat_map(|bucket| [bucket[0], bucket[1]])
    });
    let ends = ends.filter(|end| end.is_finite() && end.abs() < 1e300);
    let Some((low, high)) = ends
        .map(|end| (end, end))
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    else {
        let none = Line::styled(say!("watch-empty", "no values"), pane.theme.dim());
        return pane.line(area, none);
    };
    let high = if high > low {
        high
    } else {
        low + low.abs().max(1e-6)
    };
    let values = ticks(low, high, usize::from(area.height / 2).max(2));
    let left = marks_at((low, high), &values);
    let (from, to) = (points[0].step, points[points.len() - 1].step);
    let below = |width| round_marks((from, to.max(from + 1.0)), width / TICK_CELLS);
    let unit = say!("watch-steps", "step");
    let plot = axes(pane, area, &left, GUTTER, below, unit);
    let rows = 2 * plot.height;
    let column = |x: u16| {
        let step = from + (to - from) * f64::from(x) / f64::from(plot.width.max(2) - 1);
        let after = points.partition_point(|point| point.step <= step);
        &points[after.saturating_sub(1)]
    };
    heat_map(
        plot,
        pane.buf,
        pane.theme,
        HeatPalette::Heat,
        rows,
        |x, y| {
            let end = |y: u16| high - (high - low) * f64::from(y) / f64::from(rows);
            share(column(x), end(y + 1), end(y), f64::from(rows))
        },
    );
}

/// Density of the numbers between two values relative to that of a uniform distribution over `parts` such ranges, from 0
/// to 1: the root makes rare values visible.
fn share(point: &HistogramPoint, low: f64, high: f64, parts: f64) -> f32 {
    let total: f64 = point.buckets.iter().map(|bucket| bucket[2]).sum();
    let inside = point.buckets.iter().map(|&[from, to, count]| {
        let width = to - from;
        let common = to.min(high) - from.max(low);
        match () {
            () if count <= 0.0 => 0.0,
            // Equal numbers have a bucket without width.
            () if width <= 0.0 => f64::from(u8::from((low..high).contains(&from))) * count,
            () => count * (common.max(0.0) / width),
        }
    });
    let density = inside.sum::<f64>() / total.max(1e-300);
    ((density * parts / 8.0).sqrt().min(1.0)) as f32
}
