//! The drawings of the pages: an activation function with the point on it, a distribution, a
//! history.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Text};

use super::{Context, response};
use crate::nn::Activation;
use crate::tui::text;
use crate::tui::widgets::{Canvas, Dash, Pane, Point, Stroke, histogram};
use crate::util::numbers::{significant, typeset};
use crate::util::stats::Histogram;
use crate::util::text::shorten;

/// A drawing.
pub(super) enum Figure {
    /// `a = f(z)` around a point.
    Curve {
        /// Activation of the neuron on its own; none for softmax.
        function: Option<Activation>,
        /// `z` and `a` of the point, if it is known.
        point: Option<(f64, f64)>,
    },
    /// A distribution over rows.
    Distribution(Box<Histogram>),
    /// Values over epochs.
    History(Vec<(f64, f32)>),
    /// Activation of the neuron over the plane.
    Response,
}

impl Figure {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Self::Curve { .. } => 6,
            Self::Distribution(_) => 3,
            Self::History(_) => 4,
            Self::Response => response::ROWS.into(),
        }
    }

    /// Draws the figure into `area`.
    pub fn draw(&self, pane: &mut Pane<'_>, area: Rect, context: &Context<'_>) {
        if area.width < 8 || area.height < 2 {
            return;
        }
        let [plot, foot] =
            Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(area);
        match self {
            Self::Curve { function, point } => curve(pane, plot, foot, *function, *point),
            Self::Distribution(values) => distribution(pane, plot, foot, values),
            Self::History(points) => history(pane, plot, foot, points),
            Self::Response => {
                response::draw(pane, area, context);
            }
        }
    }
}

/// Writes `texts` into a row: left, in the middle, right.
fn labels(pane: &mut Pane<'_>, row: Rect, [left, middle, right]: [&str; 3]) {
    pane.draw(Line::raw(left), row);
    pane.draw(Line::raw(right).right_aligned(), row);
    pane.draw(
        Line::raw(middle),
        Rect::new(row.x + row.width / 2, row.y, 1, 1),
    );
    pane.buf.set_style(row, pane.theme.dim());
}

/// Joins `points` by lines.
fn join(canvas: &mut Canvas, points: &[Point], stroke: &Stroke) {
    for pair in points.windows(2) {
        canvas.line(pair[0], pair[1], stroke);
    }
}

/// Minimum reach of `z` to both sides.
const MIN_REACH: f64 = 4.0;

/// Half the range of `z` that is shown: a power of two, so that the axis stays where it is while the
/// point moves.
fn reach(z: f64) -> f64 {
    let mut reach = MIN_REACH;
    while reach < z.abs() && reach < 1e12 {
        reach *= 2.0;
    }
    reach
}

/// Value at `z` of one neuron's function; of softmax with the other logits held fixed.
fn value(function: Option<Activation>, point: Option<(f64, f64)>, z: f64) -> f64 {
    match function {
        Some(activation) => activation.value(z),
        None => {
            let (at, a) = point.unwrap_or((0.0, 0.5));
            // a = e^z / (e^z + rest) is a sigmoid, moved by the logarithm of the rest.
            let a = a.clamp(1e-300, 1.0 - 1e-16);
            Activation::Sigmoid.value(z - at + (a / (1.0 - a)).ln())
        }
    }
}

fn curve(
    pane: &mut Pane<'_>,
    plot: Rect,
    foot: Rect,
    function: Option<Activation>,
    point: Option<(f64, f64)>,
) {
    let theme = pane.theme;
    let point = point.filter(|(z, a)| z.is_finite() && a.is_finite());
    let reach = reach(point.map_or(0.0, |point| point.0));
    let (min, max) = function.map_or((0.0, 1.0), Activation::range);
    let (low, high) = (min.max(-reach), max.min(reach));
    let mut canvas = Canvas::new(plot, (-reach, reach), (low, high));
    let axis = Stroke::new(theme.frame(), 0.0).dashed(Dash::Along(1, 1));
    canvas.line((-reach, 0.0), (reach, 0.0), &axis);
    canvas.line((0.0, high), (0.0, low), &axis);
    let points = canvas.columns().map(|z| (z, value(function, point, z)));
    let points: Vec<Point> = points.collect();
    join(&mut canvas, &points, &Stroke::new(theme.accent(), 1.0));
    canvas.render(pane.buf);
    let [reach_low, reach_high, low, high] = [-reach, reach, low, high].map(|x| {
        let text = typeset(x, 3);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    });
    labels(pane, foot, [&reach_low, "0", &reach_high]);
    // Away from the curve, which starts below on the left and ends above on the right.
    let last = Rect::new(plot.x, plot.bottom() - 1, plot.width, 1);
    pane.left(plot, &high, theme.dim());
    pane.right(last, &low, theme.dim());
    if let Some(point) = point {
        let (x, y) = canvas.anchor(point);
        pane.left(Rect::new(x, y, 1, 1), "●", theme.strong());
    }
}

fn distribution(pane: &mut Pane<'_>, plot: Rect, foot: Rect, values: &Histogram) {
    let counts = values.resampled(plot.width.into());
    let lines = histogram(&counts, plot.height.into(), 1).into_iter();
    let lines = lines.map(|line| Line::styled(line, pane.theme.accent()));
    pane.draw(Text::from_iter(lines), plot);
    let limit = significant(values.limit().into(), 2);
    let limit = limit.trim_end_matches(".0");
    let low = format!("−{limit}");
    let ends = if values.is_above_zero() {
        ["0", ""]
    } else {
        [&*low, "0"]
    };
    labels(pane, foot, [ends[0], ends[1], limit]);
}

fn history(pane: &mut Pane<'_>, plot: Rect, foot: Rect, points: &[(f64, f32)]) {
    let theme = pane.theme;
    let points = points
        .iter()
        .map(|&(epochs, value)| (epochs, f64::from(value)));
    let points: Vec<Point> = points
        .filter(|(x, y)| x.is_finite() && y.is_finite())
        .collect();
    let (Some(&(start, first)), Some(&(end, _))) = (points.first(), points.last()) else {
        return pane.left(plot, text::nothing_yet(), theme.dim());
    };
    let low = points.iter().fold(first, |low, point| low.min(point.1));
    let high = points.iter().fold(first, |high, point| high.max(point.1));
    let label = 10.min(plot.width / 3);
    let [label, plot] =
        Layout::horizontal([Constraint::Length(label), Constraint::Fill(1)]).areas(plot);
    let stroke = Stroke::new(theme.accent(), 1.0);
    // A value that stays the same runs through the middle.
    let mut canvas = Canvas::new(plot, (start, end), (low, high));
    join(&mut canvas, &points, &stroke);
    if let [(_, value)] = points[..] {
        canvas = Canvas::new(plot, (0.0, 1.0), (low, high));
        canvas.line((0.0, value), (1.0, value), &stroke);
    }
    canvas.render(pane.buf);
    let room = usize::from(label.width).saturating_sub(1);
    let value = |x: f64| format!("{:>room$} ", shorten(&typeset(x, 4), room));
    pane.left(label, &value(high), theme.dim());
    if low < high && plot.height > 1 {
        let last = Rect::new(label.x, label.bottom() - 1, label.width, 1);
        pane.left(last, &value(low), theme.dim());
    }
    let foot = Rect::new(plot.x, foot.y, plot.width, 1);
    let [start, end] = [start, end].map(|epochs| text::epoch(format!("{epochs:.0}")));
    let end = if start == end { "" } else { &end };
    labels(pane, foot, [&start, "", end]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_softmax_is_a_sigmoid_through_its_point() {
        let point = Some((2.0, 0.3));
        assert!((value(None, point, 2.0) - 0.3).abs() < 1e-12);
        let logits = [2.0, 2.0 + (0.7f64 / 0.3).ln()];
        let expected = crate::nn::Output::Softmax.values(&[3.0, logits[1]])[0];
        assert!((value(None, point, 3.0) - expected).abs() < 1e-12);
    }

    #[test]
    fn the_axis_stays() {
        assert_eq!(reach(0.1), 4.0);
        assert_eq!(reach(-4.0), 4.0);
        assert_eq!(reach(5.0), 8.0);
        assert!(reach(f64::NAN).is_finite() && reach(f64::MAX).is_finite());
    }
}
