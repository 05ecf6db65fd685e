//! The drawings of the pages: an activation function with the point on it, a distribution, a
//! history.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::nn::Activation;
use crate::tui::theme::Theme;
use crate::tui::widgets::canvas::{Canvas, Dash, Point, Stroke};
use crate::tui::widgets::panel::{put, put_right};
use crate::tui::widgets::sparkbars::bars;
use crate::util::numbers::significant;
use crate::util::stats::Histogram;

/// A drawing.
pub(super) enum Figure {
    /// `a = f(z)` around the point.
    Curve {
        /// Activation of the neuron on its own; none for softmax.
        function: Option<Activation>,
        /// The point's `z`.
        z: f64,
        /// The point's `a`.
        a: f64,
        /// Whether the point is known.
        is_known: bool,
    },
    /// A distribution over rows.
    MinMaxLast(Box<Histogram>),
    /// Values over epochs.
    History(Vec<(f64, f32)>),
}

impl Figure {
    /// Rows it takes.
    pub fn rows(&self) -> usize {
        match self {
            Self::Curve { .. } => 6,
            Self::MinMaxLast(_) => 3,
            Self::History(_) => 4,
        }
    }

    /// Draws it into `area`.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: Theme) {
        if area.width < 8 || area.height < 2 {
            return;
        }
        match self {
            Self::Curve {
                function,
                z,
                a,
                is_known,
            } => curve(area, buf, theme, *function, is_known.then_some((*z, *a))),
            Self::MinMaxLast(histogram) => spread(area, buf, theme, histogram),
            Self::History(points) => history(area, buf, theme, points),
        }
    }
}

/// `z` reaches this far to both sides at least.
const LEAST_REACH: f64 = 4.0;

/// Half the range of `z` that is shown: a power of two, so that the axis stands still while the
/// point moves.
fn reach(z: f64) -> f64 {
    let mut reach = LEAST_REACH;
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
    area: Rect,
    buf: &mut Buffer,
    theme: Theme,
    function: Option<Activation>,
    point: Option<(f64, f64)>,
) {
    let point = point.filter(|(z, a)| z.is_finite() && a.is_finite());
    let reach = reach(point.map_or(0.0, |point| point.0));
    let (min, max) = function.map_or((0.0, 1.0), Activation::range);
    let (low, high) = (min.max(-reach), max.min(reach));
    let plot = Rect {
        height: area.height - 1,
        ..area
    };
    let mut canvas = Canvas::new(plot, (-reach, reach), (low, high));
    let axis = Stroke::new(theme.frame(), 0.0).dashed(Dash::Along(1, 1));
    canvas.line((-reach, 0.0), (reach, 0.0), &axis);
    canvas.line((0.0, high), (0.0, low), &axis);
    let stroke = Stroke::new(theme.accent(), 1.0);
    let points: Vec<Point> = canvas
        .columns()
        .map(|z| (z, value(function, point, z)))
        .collect();
    for pair in points.windows(2) {
        canvas.line(pair[0], pair[1], &stroke);
    }
    canvas.render(buf);
    let foot = area.bottom() - 1;
    let shown = |x: f64| {
        significant(x, 3)
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned()
    };
    let [left, right] = [-reach, reach].map(|x| shown(x).replace('-', "−"));
    put(buf, area.x, foot, 8, &left, theme.dim());
    put_right(buf, area.right(), foot, 8, &right, theme.dim());
    let middle = area.x + area.width / 2;
    put(buf, middle, foot, 1, "0", theme.dim());
    for (value, y) in [(high, plot.y), (low, plot.bottom() - 1)] {
        // Away from the curve, which starts below on the left and ends above on the right.
        let text = shown(value).replace('-', "−");
        if y == plot.y {
            put(buf, area.x, y, 8, &text, theme.dim())
        } else {
            put_right(buf, area.right(), y, 8, &text, theme.dim())
        }
    }
    if let Some(point) = point {
        let (x, y) = canvas.anchor(point);
        put(buf, x, y, 1, "●", theme.strong());
    }
}

fn spread(area: Rect, buf: &mut Buffer, theme: Theme, histogram: &Histogram) {
    let counts = histogram.counts();
    let half = counts.len() / 2;
    let is_above_zero = counts[..half].iter().all(|&n| n == 0);
    let counts = if is_above_zero {
        &counts[half..]
    } else {
        &counts[..]
    };
    let cells = usize::from(area.width);
    let sums: Vec<usize> = (0..cells)
        .map(|i| {
            let (from, to) = (i * counts.len() / cells, (i + 1) * counts.len() / cells);
            counts[from..to.max(from + 1).min(counts.len())]
                .iter()
                .map(|&n| n as usize)
                .sum()
        })
        .collect();
    let rows = usize::from(area.height - 1);
    let lines = bars(&sums, rows, 1);
    for (line, y) in lines.iter().zip(area.y..) {
        put(buf, area.x, y, cells, line, theme.accent());
    }
    let foot = area.bottom() - 1;
    let limit = significant(histogram.limit().into(), 2);
    let limit = limit.trim_end_matches(".0").to_owned();
    let low = if is_above_zero {
        "0".to_owned()
    } else {
        format!("−{limit}")
    };
    put(buf, area.x, foot, 9, &low, theme.dim());
    put_right(buf, area.right(), foot, 9, &limit, theme.dim());
    if !is_above_zero {
        put(buf, area.x + area.width / 2, foot, 1, "0", theme.dim());
    }
}

fn history(area: Rect, buf: &mut Buffer, theme: Theme, points: &[(f64, f32)]) {
    let finite = || {
        points
            .iter()
            .filter(|it| it.0.is_finite() && it.1.is_finite())
    };
    let low = finite().fold(f64::INFINITY, |low, it| low.min(it.1.into()));
    let high = finite().fold(f64::NEG_INFINITY, |high, it| high.max(it.1.into()));
    let start = finite().fold(f64::INFINITY, |start, it| start.min(it.0));
    let end = finite().fold(f64::NEG_INFINITY, |end, it| end.max(it.0));
    if low > high {
        put(buf, area.x, area.y, 20, "nothing yet", theme.dim());
        return;
    }
    let label = 10.min(area.width / 3);
    let plot = Rect {
        x: area.x + label,
        width: area.width - label,
        height: area.height - 1,
        ..area
    };
    // A value that stays the same runs through the middle.
    let mut canvas = Canvas::new(plot, (start, end), (low, high));
    let stroke = Stroke::new(theme.accent(), 1.0);
    let places: Vec<Point> = finite()
        .map(|&(epochs, value)| (epochs, value.into()))
        .collect();
    for pair in places.windows(2) {
        canvas.line(pair[0], pair[1], &stroke);
    }
    if let [(_, value)] = places[..] {
        canvas = Canvas::new(plot, (0.0, 1.0), (low, high));
        canvas.line((0.0, value), (1.0, value), &stroke);
    }
    canvas.render(buf);
    let shown = |x: f64| significant(x, 4).replace('-', "−");
    let room = usize::from(label).saturating_sub(1);
    put_right(buf, plot.x - 1, plot.y, room, &shown(high), theme.dim());
    if low < high && plot.height > 1 {
        let y = plot.bottom() - 1;
        put_right(buf, plot.x - 1, y, room, &shown(low), theme.dim());
    }
    let foot = area.bottom() - 1;
    let [start, end] = [start, end].map(|epochs| format!("epoch {epochs:.0}"));
    put(buf, plot.x, foot, plot.width.into(), &start, theme.dim());
    if start != end {
        put_right(buf, plot.right(), foot, 14, &end, theme.dim());
    }
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
    fn the_axis_stands_still() {
        assert_eq!(reach(0.1), 4.0);
        assert_eq!(reach(-4.0), 4.0);
        assert_eq!(reach(5.0), 8.0);
        assert!(reach(f64::NAN).is_finite() && reach(f64::MAX).is_finite());
    }
}
