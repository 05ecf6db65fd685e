//! Earlier targets as inputs of a row.

use std::collections::{HashMap, VecDeque};

use crate::data::table::Shape;
use crate::data::table::formatted::Points;
use crate::error::DataProblem;

/// Maximum number of lags.
pub(crate) const MAX_LAGS: usize = 1000;

/// State of a table that a model reads row by row: raw targets of the rows before the current one, as many as there are
/// lags, the latest date, and the use of points in its numbers.
#[derive(Debug, Clone)]
pub(crate) struct History {
    /// The latest first.
    numbers: VecDeque<f32>,
    /// First column of dates, and the time of the latest row.
    latest: Option<(usize, f64)>,
    points: HashMap<usize, Points>,
}

impl History {
    /// Creates the history of the first row, which has none, for so many `lags`.
    pub(crate) fn new(lags: usize) -> Self {
        Self {
            numbers: VecDeque::from(vec![f32::NAN; lags]),
            latest: None,
            points: HashMap::new(),
        }
    }

    /// Returns the target `rows` rows before, from 1; NaN if it is missing or not kept.
    pub(crate) fn lag(&self, rows: usize) -> f32 {
        let kept = self.numbers.get(rows.wrapping_sub(1));
        kept.copied().unwrap_or(f32::NAN)
    }

    /// Returns all targets that are kept, the latest first.
    pub(crate) fn lags(&self) -> Vec<f32> {
        self.numbers.iter().copied().collect()
    }

    /// Takes in the target of the current row, NaN if it is missing, and goes to the next row.
    pub(crate) fn push(&mut self, number: f32) {
        if self.numbers.pop_back().is_some() {
            self.numbers.push_front(number);
        }
    }

    /// Takes in the `time` of the current row in a `column` of dates. Returns whether it is older than the
    /// row before, which makes no difference if nothing is kept.
    pub(crate) fn is_older(&mut self, column: usize, time: f64) -> bool {
        if self.is_empty() {
            return false;
        }
        let (first, before) = *self.latest.get_or_insert((column, time));
        if column == first {
            self.latest = Some((column, time));
        }
        column == first && time < before
    }

    /// Takes in the number in `cell` of column `column` (from 0) of a table of this `shape`.
    ///
    /// # Errors
    /// Those of [`Points::add`].
    pub(in crate::data) fn add_point(
        &mut self,
        column: usize,
        cell: &str,
        shape: &Shape,
    ) -> Result<(), DataProblem> {
        if !shape.dialect.decimal_comma || !cell.contains('.') {
            return Ok(());
        }
        self.points.entry(column).or_default().add(cell, shape)
    }

    /// Returns whether nothing is kept.
    pub(crate) fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_targets_are_kept() {
        let mut history = History::new(2);
        assert!(history.lag(1).is_nan() && history.lag(2).is_nan());
        [1.0, 2.0, 3.0].into_iter().for_each(|x| history.push(x));
        assert_eq!((history.lag(1), history.lag(2)), (3.0, 2.0));
        assert!(history.lag(3).is_nan() && history.lag(0).is_nan());
        assert_eq!(history.lags(), [3.0, 2.0]);
        let mut none = History::new(0);
        none.push(1.0);
        assert!(none.is_empty());
    }

    #[test]
    fn only_the_first_column_of_dates_decides_on_the_order() {
        let mut history = History::new(1);
        let times = [(0, 5.0), (0, 5.0), (1, 9.0), (0, 6.0), (1, 1.0), (0, 5.5)];
        let older = times.map(|(column, time)| history.is_older(column, time));
        assert_eq!(older, [false, false, false, false, false, true]);
        let mut none = History::new(0);
        assert!(!none.is_older(0, 2.0) && !none.is_older(0, 1.0));
    }
}
