//! Result of the learning-rate finder: the loss over the learning rate, and the suggestion.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::{centred, content_width, key_hints, popup, question, wrapped};
use crate::train::RateCurve;
use crate::tui::text;
use crate::tui::widgets::{Canvas, Dash, GUTTER, Pane, Stroke, axes, marks_at};
use crate::util::numbers::{rate, vertical_ticks};

/// Widest content.
const MAX_WIDTH: u16 = 76;
/// Largest number of rows of the plot with its axes.
const MAX_ROWS: usize = 16;
/// Number of first points that are not drawn: they are means of few mini-batches.
const WARM_UP: usize = 8;
/// Multiple of the loss before at the upper end of the axis.
const TOP: f64 = 1.5;

/// Draws the curve, or a message while the sweep is running.
pub(super) fn render(pane: &mut Pane<'_>, curve: Option<&RateCurve>) {
    let title = text::rates_title();
    let Some(curve) = curve else {
        let text = text::rates_running().to_owned();
        return question(pane, MAX_WIDTH, title, &[text], text::cancel_task_key());
    };
    let theme = pane.theme;
    let room = content_width(pane.area, MAX_WIDTH);
    let now = rate(pane.model.run.plan.rule.learning_rate.get());
    let (verdict, keys) = match curve.suggestion {
        Some(suggestion) => (
            text::rate_suggested(rate(suggestion.get()), now),
            text::rates_keys(),
        ),
        None => (text::no_rate_suggested(now), text::close_key()),
    };
    let verdict: Vec<Line> = wrapped(&verdict, room, theme.strong()).collect();
    let keys: Vec<Line> = wrapped(keys, room, theme.accent()).collect();
    let rows = verdict.len() + keys.len() + MAX_ROWS;
    let place = centred(pane.area, room, rows);
    let inner = popup(pane, place, title, None);
    let [head, body, foot] = Layout::vertical([
        Constraint::Length(verdict.len() as u16),
        Constraint::Fill(1),
        Constraint::Length(keys.len() as u16),
    ])
    .areas(inner);
    pane.draw(Paragraph::new(verdict), head);
    key_hints::make_clickable(pane, foot, &keys);
    pane.draw(Paragraph::new(keys), foot);
    if body.height >= 4 && body.width >= 20 {
        plot(pane, body, curve);
    }
}

/// Draws the smoothed loss over the logarithm of the rate, and a line at the suggestion.
fn plot(pane: &mut Pane<'_>, body: Rect, curve: &RateCurve) {
    let theme = pane.theme;
    let points = curve.points.get(WARM_UP..).unwrap_or_default();
    let losses = || points.iter().map(|point| point.loss);
    let low = losses().fold(f64::INFINITY, f64::min);
    let high = losses()
        .fold(f64::NEG_INFINITY, f64::max)
        .min(TOP * curve.before);
    let ends = points.first().zip(points.last());
    let Some((from, to)) = ends.map(|(from, to)| (from.rate.log10(), to.rate.log10())) else {
        return;
    };
    let is_range = low < high && from < to;
    if !(is_range && (from + to).is_finite()) {
        return;
    }
    let losses = vertical_ticks(low, high, body.height.saturating_sub(2));
    let left = marks_at((low, high), &losses);
    let below = |_| {
        let decades = (from.ceil() as i32)..=(to.floor() as i32);
        decades
            .map(|power| {
                let place = (f64::from(power) - from) / (to - from);
                (place, rate(10f64.powi(power)))
            })
            .collect()
    };
    let inside = axes(pane, body, &left, GUTTER, below, text::head_rate());
    let mut canvas = Canvas::new(inside, (from, to), (low, high));
    if let Some(suggestion) = curve.suggestion {
        let x = suggestion.get().log10();
        let stroke = Stroke::new(theme.accent(), 1.0).dashed(Dash::Along(2, 2));
        canvas.line((x, low), (x, high), &stroke);
    }
    let stroke = Stroke::new(theme.train(), 2.0);
    for pair in points.windows(2) {
        let point = |index: usize| (pair[index].rate.log10(), pair[index].loss);
        canvas.line(point(0), point(1), &stroke);
    }
    canvas.render(pane.buf);
}
