//! Units of measurement behind the numbers of a column, such as `20 °C`: one for all of them.

use std::collections::BTreeMap;

use super::Shape;
use super::amount::is_gap;
use super::batch::{Row, column_cells};
use super::header::is_unit;

/// Minimum number of cells with the unit.
const MIN_CELLS: usize = 3;

/// Returns the units of the columns of `rows`, by their indexes: those in which every cell is missing or a number
/// with the unit.
pub(crate) fn column_units(rows: &[Row], shape: &Shape) -> BTreeMap<usize, String> {
    let unit = |column: usize| {
        let cells = column_cells(rows, column);
        let is_missing = |cell: &&str| shape.number(cell).is_ok_and(f64::is_nan);
        let mut cells = cells
            .map(|cell| cell.trim())
            .filter(|cell| !is_missing(cell));
        let first = cells.next()?;
        // Currencies and percent signs are read in any column.
        let unit = unit_of(first).filter(|_| shape.number(first).is_err())?;
        let is_fitting = |cell: &str| {
            without(cell, unit).is_some_and(|number| shape.number(number).is_ok_and(f64::is_finite))
        };
        let others = cells.clone().count();
        let are_fitting = is_fitting(first) && cells.all(is_fitting);
        (are_fitting && others + 1 >= MIN_CELLS).then(|| (column, unit.to_owned()))
    };
    (0..shape.width()).filter_map(unit).collect()
}

/// Returns the number in `cell`, which has the `unit` behind it; `None` for other texts.
pub(crate) fn without<'c>(cell: &'c str, unit: &str) -> Option<&'c str> {
    let number = cell.trim().strip_suffix(unit)?.trim_end_matches(is_gap);
    number
        .ends_with(|letter: char| letter.is_ascii_digit())
        .then_some(number)
}

/// Returns the unit behind the number in `cell`, from its first letter or sign on.
fn unit_of(cell: &str) -> Option<&str> {
    let is_of_number =
        |letter: char| letter.is_ascii_digit() || "+-\u{2212}.,".contains(letter) || is_gap(letter);
    let start = cell.find(|letter| !is_of_number(letter))?;
    let unit = cell[start..].trim();
    (start > 0 && is_unit(unit)).then_some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Source;

    fn found(cells: &[&str]) -> Option<String> {
        let shape = Shape::named(&Source::Stdin, vec!["x".to_owned()]);
        let rows = cells.iter().zip(2..).map(|(cell, line)| Row {
            cells: vec![(*cell).to_owned()],
            line,
        });
        let units = column_units(&rows.collect::<Vec<_>>(), &shape);
        units.into_iter().next().map(|(_, unit)| unit)
    }

    #[test]
    fn a_unit_is_that_of_all_cells() {
        for (cells, unit) in [
            (["20 °C", "-3.5 °C", "7 °C"], "°C"),
            (["5kg", "1,200kg", " 7 kg "], "kg"),
            (["90 km/h", "NA", "50 km/h"], "km/h"),
            (["3 m²", "4 m²", "5 m²"], "m²"),
            (["12 months", "36 months", "36 months"], "months"),
        ] {
            let mut cells = cells.to_vec();
            cells.push(cells[0]);
            assert_eq!(found(&cells).as_deref(), Some(unit), "{cells:?}");
        }
        for cells in [
            ["5 kg", "6 lb", "7 kg"],
            ["5 kg", "6", "7 kg"],
            ["10-20 kg", "20-30 kg", "30-40 kg"],
            ["kg", "5 kg", "6 kg"],
            ["5", "6", "7"],
            ["5 %", "6 %", "7 %"],
            ["5 EUR", "6 EUR", "7 EUR"],
            ["5 doors", "3 doors", "3 doors"],
            ["1e3 kg", "2e3 kg", "3e3 kg"],
            ["5 kg", "6 kg", ""],
        ] {
            assert_eq!(found(&cells), None, "{cells:?}");
        }
    }
}
