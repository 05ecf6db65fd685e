//! Earlier targets as inputs of a row.

use std::collections::{HashMap, VecDeque};

use super::preprocessing::RowOrder;
use crate::schema::dates::{Date, DateOrder, Written};
use crate::table::Shape;
use crate::table::batch::Record;
use crate::table::formatted::Points;
use util::error::{DataProblem, Result};

/// Maximum number of lags.
pub const MAX_LAGS: usize = 1000;

/// State of a table that a model reads row by row: raw targets of the rows before the current one, as many as there are
/// lags, the latest date, and the use of points in its numbers.
#[derive(Debug, Clone)]
pub(crate) struct History {
    /// The latest first.
    numbers: VecDeque<f32>,
    /// Column of dates by which the rows must be in order, and the order of their days and months.
    dates: Option<(usize, Option<DateOrder>)>,
    /// Time of the latest row that has one.
    latest: Option<f64>,
    points: HashMap<usize, Points>,
}

impl History {
    /// Creates the history of the first row, which has none, for so many `lags`.
    pub(crate) fn new(lags: usize) -> Self {
        Self {
            numbers: VecDeque::from(vec![f32::NAN; lags]),
            dates: None,
            latest: None,
            points: HashMap::new(),
        }
    }

    /// Expects the rows of a table of this `shape` in order of the dates of `order`, if the table has them.
    pub(crate) fn expect(&mut self, order: Option<&RowOrder>, shape: &Shape) {
        self.dates = order.and_then(|order| {
            let column = match shape.header {
                Some(_) => shape.names.iter().position(|name| *name == order.name)?,
                None => Some(order.column).filter(|&column| column < shape.width())?,
            };
            Some((column, order.days))
        });
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

    /// Takes in the date of `record`, the current row of a table of this `shape`, if it has one.
    ///
    /// # Errors
    /// [`DataProblem::NotInOrder`] if it is older than the row before.
    pub(crate) fn check_order(&mut self, record: &Record, shape: &Shape) -> Result<()> {
        let Some((column, days)) = self.dates else {
            return Ok(());
        };
        let written = Written::parse(record.cell(column)).filter(|written| written.has_date);
        let Some(date) = written.and_then(|written| written.date(days)) else {
            return Ok(());
        };
        let time = Date::time(date);
        if self
            .latest
            .replace(time)
            .is_some_and(|before| time < before)
        {
            let problem = DataProblem::NotInOrder {
                column: shape.names[column].clone(),
            };
            return Err(shape.cell_error(record.line, column, problem));
        }
        Ok(())
    }

    /// Takes in the number in `cell` of column `column` (from 0) of a table of this `shape`.
    ///
    /// # Errors
    /// Those of [`Points::add`].
    pub(crate) fn add_point(
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
}
