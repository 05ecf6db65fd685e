//! Vertical scale of a chart: linear or logarithmic, with round ticks on evenly spaced rows.

use crate::tui::widgets::Mark;
use crate::util::numbers::{ladder, significant, tick_labels};

/// Height of a cell above and below its middle, counted to the middle of the outer dots.
const HALF_CELL: f64 = 0.375;
/// Rows between two ticks, at most.
const MAX_GAP: i64 = 6;
/// Rows from which on ticks have room.
const MANY_ROWS: i64 = 12;
/// Rows of a decade from which on it has ticks at 2 and 5.
const DECADE_WITH_MINOR: i64 = 6;
/// Cost of an empty row, as a fraction of that of a scale without.
const EMPTY_ROW: f64 = 0.3;
/// Digits of the ticks inside a decade.
const MINOR: [f64; 2] = [2.0, 5.0];

/// How the ticks are labelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Labels {
    Number,
    /// Percentages, none above 100%.
    Percent,
}

/// Vertical scale. Heights are counted in rows from the middle of the bottom row.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) struct Scale {
    is_log: bool,
    rows: i64,
    /// Value of a tick step, or its logarithm.
    step: f64,
    /// Rows between two ticks.
    gap: i64,
    /// Rows from zero, or from the logarithm of 1, to the bottom.
    bottom: i64,
    labels: Labels,
}

impl Scale {
    /// Fits a scale of `rows` rows to values from `low` to `high`: the finest one that holds them and has at
    /// least three ticks (two below six rows). On a logarithmic scale both must be positive.
    pub fn fit(range: (f64, f64), is_log: bool, rows: u16) -> Self {
        Self::fit_labelled(range, is_log, Labels::Number, rows)
    }

    /// Fits a linear scale as [`Self::fit`] does, for percentages: with no row above 100% that is not needed.
    pub fn fit_percent(range: (f64, f64), rows: u16) -> Self {
        Self::fit_labelled(range, false, Labels::Percent, rows)
    }

    fn fit_labelled((low, high): (f64, f64), is_log: bool, labels: Labels, rows: u16) -> Self {
        let (low, high) = if is_log {
            (low.log10(), high.log10())
        } else {
            (low, high)
        };
        let (low, high) = with_length(low, high);
        let rows = i64::from(rows.max(2));
        let wanted = if rows >= 6 { 3 } else { 2 };
        let finest_unit = (high - low) / (rows - 1) as f64;
        let steps = ladder(if is_log {
            finest_unit.max(1.0)
        } else {
            finest_unit
        });
        let gaps = if is_log { 1..=2 * rows } else { 1..=MAX_GAP };
        // Ten times the length hold it with ticks to spare.
        let steps = steps.take_while(|step| *step <= (20.0 * (high - low)).max(10.0));
        let all = steps.flat_map(|step| {
            gaps.clone().map(move |gap| {
                let row = |value: f64| value / step * gap as f64;
                let bottom = (row(low) + 1e-6).floor() as i64;
                // The highest place of the bottom that is of use.
                let highest = match labels {
                    Labels::Percent => (row(high.max(1.0)) - 1e-6).ceil() as i64 - (rows - 1),
                    Labels::Number => bottom,
                };
                Self {
                    is_log,
                    rows,
                    step,
                    gap,
                    bottom: bottom.min(highest.max(0)),
                    labels,
                }
            })
        });
        let fitting = all.filter(|scale| {
            let top = (scale.bottom + rows - 1) as f64 * scale.unit();
            top >= high - 1e-6 * scale.unit() && scale.labelled().count() >= wanted
        });
        let cost = |scale: &Self| {
            // Ticks on every row are hard to tell apart, and many of them too much.
            let crowding = match scale.gap {
                1 => 1.5,
                2 if rows > MANY_ROWS => 1.2,
                _ => 1.0,
            };
            scale.unit() * crowding * (1.0 + EMPTY_ROW * scale.rows_above_100())
        };
        let finest = fitting.min_by(|a, b| cost(a).total_cmp(&cost(b)));
        finest.unwrap_or(Self {
            is_log,
            rows,
            step: high - low,
            gap: rows - 1,
            bottom: (low / finest_unit).floor() as i64,
            labels,
        })
    }

    /// Rows above 100%, which percentages leave empty.
    fn rows_above_100(&self) -> f64 {
        match self.labels {
            Labels::Number => 0.0,
            Labels::Percent => ((self.rows - 1) as f64 - self.height(1.0)).floor().max(0.0),
        }
    }

    /// Difference between two rows.
    fn unit(&self) -> f64 {
        self.step / self.gap as f64
    }

    /// Height of `value`; not finite for a value that is not, and negative infinity on a logarithmic scale for a value
    /// that is not positive.
    pub fn height(&self, value: f64) -> f64 {
        let value = match value {
            value if self.is_log && value <= 0.0 => f64::NEG_INFINITY,
            value if self.is_log => value.log10(),
            value => value,
        };
        value / self.unit() - self.bottom as f64
    }

    /// Heights of the lowest and the highest dots.
    pub fn range(&self) -> (f64, f64) {
        (-HALF_CELL, (self.rows - 1) as f64 + HALF_CELL)
    }

    /// Rows and values of the ticks, from the bottom.
    fn ticks(&self) -> impl Iterator<Item = (i64, f64)> {
        let (rows, gap, bottom) = (self.rows, self.gap, self.bottom);
        let minor: &[f64] = if self.is_log && gap >= DECADE_WITH_MINOR && self.step == 1.0 {
            &MINOR
        } else {
            &[]
        };
        let first = bottom.div_euclid(gap);
        let last = (bottom + rows).div_euclid(gap);
        let scale = *self;
        let ticks = (first..=last).flat_map(move |tick| {
            let value = tick as f64 * scale.step;
            let value = if scale.is_log {
                10f64.powf(value)
            } else {
                value
            };
            let minor = minor.iter().map(move |digit| {
                let row = (digit.log10() * gap as f64).round() as i64;
                (tick * gap + row, value * digit)
            });
            std::iter::once((tick * gap, value)).chain(minor)
        });
        ticks
            .map(move |(row, value)| (row - bottom, value))
            .filter(move |(row, _)| (0..rows).contains(row))
    }

    /// Ticks that have a label.
    fn labelled(&self) -> impl Iterator<Item = (i64, f64)> {
        let is_number = self.labels == Labels::Number;
        self.ticks()
            .filter(move |(_, value)| is_number || *value < 1.0 + 1e-9)
    }

    /// Ticks with their labels, as marks of an axis.
    pub fn marks(&self) -> Vec<Mark> {
        let (rows, values): (Vec<i64>, Vec<f64>) = self.labelled().unzip();
        let labels = match self.labels {
            Labels::Number if self.is_log => values.iter().map(|&v| significant(v, 1)).collect(),
            Labels::Number => tick_labels(&values),
            Labels::Percent => {
                let percents: Vec<f64> = values.iter().map(|value| 100.0 * value).collect();
                let labels = tick_labels(&percents).into_iter();
                labels.map(|label| format!("{label}%")).collect()
            }
        };
        let top = (self.rows - 1) as f64;
        let places = rows.into_iter().map(|row| row as f64 / top);
        places.zip(labels).collect()
    }
}

/// Widens a range without length, or not of finite numbers.
fn with_length(low: f64, high: f64) -> (f64, f64) {
    let margin = 0.5 * low.abs().max(1e-6);
    match high - low {
        length if length.is_finite() && length > 1e-9 * low.abs() => (low, high),
        _ if low.is_finite() && margin.is_finite() => (low - margin, low + margin),
        _ => (0.0, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(range: (f64, f64), is_log: bool, rows: u16) -> Vec<String> {
        let marks = Scale::fit(range, is_log, rows).marks();
        marks.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round_and_evenly_spaced() {
        assert_eq!(
            labels((0.0, 1.74), false, 14),
            ["0.0", "0.5", "1.0", "1.5", "2.0"]
        );
        assert_eq!(
            labels((0.9, 0.97), false, 8),
            ["0.90", "0.92", "0.94", "0.96"]
        );
        assert_eq!(labels((0.0018, 1.1), true, 14), ["0.01", "0.1", "1"]);
        for (rows, range) in [(6, (0.0, 1.7)), (13, (-0.3, 0.9)), (60, (1e-9, 7e12))] {
            let scale = Scale::fit(range, false, rows);
            let rows: Vec<i64> = scale.ticks().map(|(row, _)| row).collect();
            assert!(rows.windows(2).all(|pair| pair[1] - pair[0] == scale.gap));
        }
    }

    #[test]
    fn a_decade_with_room_has_ticks_at_2_and_5() {
        assert_eq!(
            labels((0.11, 9.0), true, 14),
            ["0.1", "0.2", "0.5", "1", "2", "5", "10"]
        );
    }

    #[test]
    fn percentages_fill_the_rows_below_100() {
        for (low, rows, expected) in [
            (
                0.31,
                6,
                ["0%", "20%", "40%", "60%", "80%", "100%"].as_slice(),
            ),
            (0.93, 6, &["90%", "95%", "100%"]),
        ] {
            let marks = Scale::fit_percent((low, 1.0), rows).marks();
            let labels: Vec<_> = marks.iter().map(|(_, label)| label.as_str()).collect();
            assert_eq!(labels, expected);
        }
        for low in 0..100 {
            for rows in 6..13 {
                let scale = Scale::fit_percent((f64::from(low) / 100.0, 1.0), rows);
                assert!(scale.marks().len() >= 3, "{scale:?}");
                assert!(scale.rows_above_100() <= 1.0, "{scale:?}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn every_scale_holds_its_range_and_has_three_ticks(
            low in -1e6f64..1e6,
            length in 0f64..1e6,
            rows in 6u16..70,
            is_log: bool,
        ) {
            let low = if is_log { 1e-6 * low.abs() + 1e-12 } else { low };
            let high = low + length;
            let scale = Scale::fit((low, high), is_log, rows);
            let inside = -0.01..f64::from(rows) - 0.99;
            for value in [low, high] {
                proptest::prop_assert!(inside.contains(&scale.height(value)), "{scale:?}");
            }
            proptest::prop_assert!(scale.ticks().count() >= 3, "{scale:?}");
            proptest::prop_assert_eq!(scale.marks().len(), scale.ticks().count());
        }

        #[test]
        fn no_numbers_panic(low: f64, high: f64, rows: u16, is_log: bool) {
            Scale::fit_percent((low, high), rows % 300).marks();
            let scale = Scale::fit((low, high), is_log, rows % 300);
            scale.marks();
            scale.height(low);
        }
    }
}
