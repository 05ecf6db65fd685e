//! Input columns that are derived from a column of the table: parts of dates, and earlier targets.

use super::{Column, ColumnKind, DateOrder, DatePart, Derived};
use util::text::unique_name;

/// Returns a column for each of `parts` of the dates in `column`, whose day and month are in `order` where a
/// date leaves it open. `names` are those of the table.
pub(super) fn date_columns(
    column: usize,
    parts: &[DatePart],
    order: Option<DateOrder>,
    names: &[String],
) -> Vec<Column> {
    let of_part = |&part: &DatePart| {
        let derived = Derived::DatePart {
            from: names[column].clone(),
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
pub(super) fn lag_columns(target: (usize, f64), lags: usize, names: &[String]) -> Vec<Column> {
    let (column, offset) = target;
    let lag = |rows| {
        let from = names[column].clone();
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
    names: &[String],
) -> Column {
    Column {
        name: unique_name(derived.name(), |name| names.contains(name)),
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
        let parts = date_columns(0, &DatePart::ALL, None, &names);
        let found: Vec<&str> = parts.iter().map(|column| &*column.name).collect();
        let expected = ["day (year)", "day (month)", "day (weekday)", "day (hour)"];
        assert_eq!(found, expected);
        let lags = lag_columns((2, 0.0), 2, &names);
        let found: Vec<&str> = lags.iter().map(|column| &*column.name).collect();
        assert_eq!(found, ["y (t-1).2", "y (t-2)"]);
    }
}
