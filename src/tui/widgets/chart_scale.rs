//! From epochs and values to the plot.

use super::canvas::Dash;
use crate::tui::app::Chart;
use crate::util::numbers::{significant, tick_labels, ticks};
use crate::util::stats::MinMaxLast;
use ratatui::style::Style;

/// One curve.
pub(crate) struct Curve {
    /// Epochs and values, in order.
    pub points: Vec<(f64, MinMaxLast)>,
    pub style: Style,
    pub dash: Dash,
}

/// From epochs and values to the plot.
pub(crate) struct Scale {
    /// Epochs at the right end; above zero.
    pub epochs: f64,
    from: f64,
    to: f64,
    is_log: bool,
    is_regression: bool,
}

impl Scale {
    /// A scale that holds all of `curves` and the `baseline`; never without a length. Of regression
    /// the accuracy is R².
    pub fn new(
        curves: &[Curve],
        content: Chart,
        is_log: bool,
        is_regression: bool,
        baseline: Option<f64>,
    ) -> Self {
        let mut epochs = 0.0f64;
        let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
        for (at, spread) in curves.iter().flat_map(|curve| &curve.points) {
            epochs = epochs.max(*at);
            for value in [spread.min, spread.max] {
                let value = f64::from(value);
                if value.is_finite() && (value > 0.0 || !is_log) {
                    least = least.min(value);
                    greatest = greatest.max(value);
                }
            }
        }
        if let Some(baseline) = baseline.filter(|&value| value > 0.0 || !is_log) {
            least = least.min(baseline);
            greatest = greatest.max(baseline);
        }
        let (from, to) = match (least <= greatest, content, is_log) {
            (false, ..) => (0.0, 1.0),
            // An R² far below zero says no more than one a little below.
            (_, Chart::Accuracy, _) if is_regression => {
                ((least.clamp(-1.0, 0.99) * 10.0).floor() / 10.0, 1.0)
            }
            (_, Chart::Accuracy, _) => ((least.clamp(0.0, 0.99) * 10.0).floor() / 10.0, 1.0),
            (_, Chart::Loss, true) => (least.log10(), greatest.log10()),
            (_, Chart::Loss, false) => (0.0, greatest),
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
        Self {
            epochs: if epochs > 0.0 { epochs } else { 1.0 },
            from,
            to: to + (to - from) * head_room,
            is_log,
            is_regression,
        }
    }

    /// Height of `value` as a fraction of the axis, 0 at its foot.
    pub fn height(&self, value: f64) -> f64 {
        let value = if self.is_log { value.log10() } else { value };
        (value - self.from) / (self.to - self.from)
    }

    /// At most about `most` round values on the axis, with their labels.
    pub fn ticks(&self, most: usize, content: Chart) -> Vec<(f64, String)> {
        if !self.is_log {
            let ticks = ticks(self.from, self.to, most);
            let labels = match content {
                Chart::Accuracy if self.is_regression => tick_labels(&ticks),
                Chart::Accuracy => ticks.iter().map(|t| format!("{:.0}%", t * 100.0)).collect(),
                Chart::Loss => tick_labels(&ticks),
            };
            return ticks.into_iter().zip(labels).collect();
        }
        let (low, high) = (self.from.floor() as i32, self.to.ceil() as i32);
        let decades = (high - low).max(1) as usize;
        let digits: &[f64] = match most / decades {
            0 | 1 => &[1.0],
            2 => &[1.0, 3.0],
            _ => &[1.0, 2.0, 5.0],
        };
        let stride = decades.div_ceil(most.max(1)).max(1);
        let all = (low..=high)
            .step_by(stride)
            .flat_map(|decade| digits.iter().map(move |digit| digit * 10f64.powi(decade)));
        all.filter(|value| (0.0..=1.0).contains(&self.height(*value)))
            .map(|value| (value, significant(value, 1)))
            .collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn curve(values: &[f32]) -> Curve {
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
