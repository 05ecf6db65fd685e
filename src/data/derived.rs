//! Input columns that are derived from a column of the table: parts of dates, and earlier targets.

use std::collections::HashSet;

use super::{Column, ColumnKind, DateOrder, DatePart, Derived};
use util::text::unique_name;

/// Names of the columns of a table, also as a set: a table may have many dates.
pub(super) struct Names<'n> {
    by_column: &'n [String],
    all: HashSet<&'n str>,
}

impl<'n> Names<'n> {
    pub(super) fn of(names: &'n [String]) -> Self {
        Self {
            by_column: names,
            all: names.iter().map(String::as_str).collect(),
        }
    }
}

/// Returns a column for each of `parts` of the dates in `column`, whose day and month are in `order` where a
/// date leaves it open. `names` are those of the table.
pub(super) fn date_columns(
    column: usize,
    parts: &[DatePart],
    order: Option<DateOrder>,
    names: &Names,
) -> Vec<Column> {
    let of_part = |&part: &DatePart| {
        let derived = Derived::DatePart {
            from: names.by_column[column].clone(),
            part,
            order,
        };
        let kind = match part.period() {
            Some(period) => ColumnKind::Cyclic { period },
            None => ColumnKind::Numeric,
        };
        derived_column(derived, column, kind, 0.0, names)
    };
    parts.iter().map(of_part).collect()
}

/// Returns columns of the targets 1 to `lags` rows before, given the index of the `target` and its offset.
/// `names` are those of the table.
pub(super) fn lag_columns(target: (usize, f64), lags: usize, names: &Names) -> Vec<Column> {
    let (column, offset) = target;
    let lag = |rows| {
        let from = names.by_column[column].clone();
        let derived = Derived::Lag { from, rows };
        derived_column(derived, column, ColumnKind::Numeric, offset, names)
    };
    (1..=lags).map(lag).collect()
}

fn derived_column(
    derived: Derived,
    column: usize,
    kind: ColumnKind,
    offset: f64,
    names: &Names,
) -> Column {
    Column {
        name: unique_name(derived.name(), |name| names.all.contains(name.as_str())),
        column,
        derived: Some(derived),
        kind,
        offset,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_columns_have_names_of_their_own() {
        let names = ["day", "y (t-1)", "y"].map(str::to_owned);
        let names = Names::of(&names);
        let parts = date_columns(0, &DatePart::ALL, None, &names);
        let found: Vec<&str> = parts.iter().map(|column| &*column.name).collect();
        let expected = ["day (year)", "day (month)", "day (weekday)", "day (hour)"];
        assert_eq!(found, expected);
        let lags = lag_columns((2, 0.0), 2, &names);
        let found: Vec<&str> = lags.iter().map(|column| &*column.name).collect();
        assert_eq!(found, ["y (t-1).2", "y (t-2)"]);
    }
}
