//! Scale of a chart: from epochs and values to the plot.

use ratatui::style::Style;

use crate::tui::app::Chart;
use crate::tui::widgets::{Dash, Mark};
use crate::util::numbers::{significant, tick_labels, ticks};
use crate::util::stats::MinMaxLast;

/// One curve.
pub(super) struct Curve {
    /// Epochs and values, in order.
    pub points: Vec<(f64, MinMaxLast)>,
    pub style: Style,
    pub dash: Dash,
}

/// Range of both axes.
pub(super) struct Scale {
    /// Epochs at the right end; above zero.
    pub epochs: f64,
    from: f64,
    to: f64,
    is_log: bool,
    is_r2: bool,
}

impl Scale {
    /// A scale that holds all of `curves` and the `baseline`; never without a length. Of a regression
    /// (`is_r2`) the accuracy is R².
    pub fn new(
        curves: &[Curve],
        content: Chart,
        is_log: bool,
        is_r2: bool,
        baseline: Option<f64>,
    ) -> Self {
        let points = || curves.iter().flat_map(|curve| &curve.points);
        let values = points().flat_map(|(_, value)| [value.min, value.max].map(f64::from));
        let values = values
            .chain(baseline)
            .filter(|&value| value > 0.0 || !is_log);
        let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        let min = values.iter().copied().fold(f64::INFINITY, f64::min);
        let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (from, to) = match content {
            _ if values.is_empty() => (0.0, 1.0),
            // An R² far below zero says no more than one a little below.
            Chart::Accuracy => {
                let lowest = if is_r2 { -1.0 } else { 0.0 };
                ((min.clamp(lowest, 0.99) * 10.0).floor() / 10.0, 1.0)
            }
            Chart::Loss if is_log => (min.log10(), max.log10()),
            Chart::Loss => (0.0, max),
        };
        let (from, to) = match (to - from > 1e-9, is_log) {
            (true, _) => (from, to),
            // A constant series lies in the middle of an axis that has a length.
            (false, true) => (from - 0.5, to + 0.5),
            (false, false) => (0.0, (2.0 * to).max(1e-6)),
        };
        let head_room = if content == Chart::Accuracy {
            0.0
        } else {
            0.03
        };
        let last = points().map(|(epochs, _)| *epochs).fold(0.0, f64::max);
        Self {
            epochs: if last > 0.0 { last } else { 1.0 },
            from,
            to: to + (to - from) * head_room,
            is_log,
            is_r2,
        }
    }

    /// Height of `value` as a fraction of the axis, 0 at its foot.
    pub fn height(&self, value: f64) -> f64 {
        let value = if self.is_log { value.log10() } else { value };
        (value - self.from) / (self.to - self.from)
    }

    /// Heights of at most about `max` round values on the axis, with their labels.
    pub fn ticks(&self, max: usize, content: Chart) -> Vec<Mark> {
        let marks: Vec<Mark> = if self.is_log {
            let (low, high) = (self.from.floor() as i32, self.to.ceil() as i32);
            let decades = (high - low).max(1) as usize;
            let digits: &[f64] = match max / decades {
                0 | 1 => &[1.0],
                2 => &[1.0, 3.0],
                _ => &[1.0, 2.0, 5.0],
            };
            let decades = (low..=high).step_by(decades.div_ceil(max.max(1)).max(1));
            let values = decades
                .flat_map(|decade| digits.iter().map(move |digit| digit * 10f64.powi(decade)));
            values.map(|value| (value, significant(value, 1))).collect()
        } else {
            let ticks = ticks(self.from, self.to, max);
            let percent = |tick: &f64| format!("{:.0}%", tick * 100.0);
            let labels = match content {
                Chart::Accuracy if !self.is_r2 => ticks.iter().map(percent).collect(),
                _ => tick_labels(&ticks),
            };
            ticks.into_iter().zip(labels).collect()
        };
        let marks = marks
            .into_iter()
            .map(|(value, label)| (self.height(value), label));
        marks
            .filter(|(height, _)| !self.is_log || (0.0..=1.0).contains(height))
            .collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn curve(values: &[f32]) -> Curve {
        Curve {
            points: (1..)
                .map(f64::from)
                .zip(values.iter().map(|&v| MinMaxLast::of(v)))
                .collect(),
            style: Style::new(),
            dash: Dash::Solid,
        }
    }

    #[test]
    fn an_axis_always_has_a_length() {
        for values in [
            &[0.5, 0.5][..],
            &[0.0],
            &[f32::NAN],
            &[],
            &[f32::INFINITY, 1e30],
        ] {
            for content in [Chart::Loss, Chart::Accuracy] {
                for (is_log, is_regression) in [(false, false), (true, true), (false, true)] {
                    let curves = [curve(values)];
                    let scale = Scale::new(&curves, content, is_log, is_regression, None);
                    assert!(scale.to > scale.from, "{values:?} {content:?} {is_log}");
                    assert!(scale.epochs > 0.0);
                    scale.ticks(4, content);
                }
            }
        }
    }
}
