//! Detection of the decimal mark of a table.

use std::collections::HashSet;

use super::amount::Amount;
use super::batch::{Row, column_cells};
use super::dialect::{Delimiter, SAMPLE};
use super::formatted;
use crate::schema::missing::MissingValues;
use util::lang::say;

/// Numbers in a table by their only mark, or the last of several.
#[derive(Debug, Clone, Copy, Default)]
struct Marks {
    /// Numbers with a decimal comma: certain ones, and those that may as well separate thousands, as in 1,500.
    commas: [usize; 2],
    /// Numbers with a decimal point, likewise.
    points: [usize; 2],
    /// Whether commas, and whether points, separate thousands for certain.
    separate: [bool; 2],
}

impl Marks {
    /// Counts the marks in the columns of `rows` that hold numbers: a text such as 2,5 among others says nothing.
    fn of(rows: &[Row]) -> Self {
        let mut marks = Self::default();
        for column in numeric_columns(rows) {
            for cell in column_cells(rows, column) {
                marks.add(cell.trim());
            }
        }
        marks
    }

    fn add(&mut self, cell: &str) {
        if !cell.contains([',', '.']) {
            return;
        }
        match formatted::thousands_mark(cell) {
            Some(b',') => self.separate[0] = true,
            Some(_) => self.separate[1] = true,
            None => {}
        }
        match formatted::decimal_mark(cell) {
            Some((b',', is_certain)) => self.commas[usize::from(!is_certain)] += 1,
            Some((_, is_certain)) => self.points[usize::from(!is_certain)] += 1,
            None => {}
        }
    }

    /// Returns whether there is any number with a mark.
    fn is_any(&self) -> bool {
        [self.commas, self.points].concat().iter().sum::<usize>() > 0
            || self.separate != [false, false]
    }

    /// Returns whether some numbers mean another one with the other mark.
    fn are_ambiguous(&self) -> bool {
        self.commas[1] + self.points[1] > 0
    }
}

/// Detects the decimal mark of a table read by a model whose training table has the `usual` one: whether it is a comma,
/// by [`has_decimal_commas`], and a statement if the training table decides or disagrees, or for that table itself if its
/// mark is a guess. The columns of `numbers` that the model
/// reads decide, or if these have no mark, such as the target, those that are none of the `expected`.
pub(crate) fn detect(
    delimiter: Delimiter,
    rows: &[Row],
    is_converted: bool,
    usual: Option<bool>,
    expected: &[&str],
    numbers: &[&str],
) -> (bool, Option<String>) {
    let sample = &rows[..rows.len().min(SAMPLE)];
    let set = |names: &[&str]| {
        names
            .iter()
            .map(|&name| name.to_owned())
            .collect::<HashSet<_>>()
    };
    let (numbers, known) = (set(numbers), set(expected));
    let own = of_columns(sample, |name| numbers.contains(name));
    let others = of_columns(sample, |name| !known.contains(name));
    let rows = if Marks::of(&own).is_any() {
        &own
    } else if expected.is_empty() {
        rows
    } else {
        &others
    };
    let have_commas = has_decimal_commas(delimiter, rows, is_converted, usual);
    let statement = match usual {
        Some(trained) => {
            let own = has_decimal_commas(delimiter, rows, is_converted, None);
            statement(rows, own, have_commas, trained)
        }
        // Between commas and blanks, points are decimal points nearly without exception.
        None => match delimiter {
            Delimiter::Byte(byte) if byte != b',' && !is_converted => guess(rows, have_commas),
            _ => None,
        },
    };
    (have_commas, statement)
}

/// Returns a statement on the decimal mark of `rows`, where numbers `have_commas`, if each number with a mark has three
/// digits behind it, as between thousands.
fn guess(rows: &[Row], have_commas: bool) -> Option<String> {
    let rows = &rows[..rows.len().min(SAMPLE)];
    let cells = numeric_columns(rows).flat_map(|column| column_cells(rows, column));
    let mut number = None;
    for cell in cells.map(|cell| cell.trim()) {
        let parts = Amount::of(cell).and_then(|amount| amount.digits.split_once([',', '.']));
        let Some((whole, behind)) = parts else {
            continue;
        };
        let is_doubtful = matches!(whole.len(), 1..=3)
            && !whole.starts_with('0')
            && behind.len() == 3
            && behind.bytes().all(|byte| byte.is_ascii_digit());
        if !is_doubtful {
            return None;
        }
        number.get_or_insert(cell);
    }
    let number = number?;
    // The number is one with the mark that was chosen, so that the other one makes it a thousand times as large.
    let (mark, option) = if have_commas {
        (say!("decimal-comma", "comma"), "point")
    } else {
        (say!("decimal-point", "point"), "comma")
    };
    let has_chosen = number.contains(',') == have_commas;
    has_chosen.then(|| {
        say!(
            "decimal-guess",
            "numbers such as \"{number}\" read with a decimal {mark} (--decimal {option} if it separates thousands)",
            number,
            mark,
            option
        )
    })
}

/// Returns `rows` with the columns only whose names, the cells in the first row, are wanted.
fn of_columns(rows: &[Row], is_wanted: impl Fn(&str) -> bool) -> Vec<Row> {
    let header = rows.first().map_or(&[][..], |row| &row.cells);
    let columns = (0..header.len()).filter(|&column| is_wanted(header[column].trim()));
    let columns: Vec<usize> = columns.collect();
    let chosen = |row: &Row| Row {
        cells: columns
            .iter()
            .map(|&column| row.cells.get(column).cloned().unwrap_or_default())
            .collect(),
        line: row.line,
    };
    rows.iter().map(chosen).collect()
}

/// Detects whether numbers in `rows` have a decimal comma: some have, and none has a decimal point. The
/// `usual` mark decides unless all that can be nothing else are of the other. Points of a table that `is_converted`
/// from another format are decimal points.
fn has_decimal_commas(
    delimiter: Delimiter,
    rows: &[Row],
    is_converted: bool,
    usual: Option<bool>,
) -> bool {
    let rows = &rows[..rows.len().min(SAMPLE)];
    let marks = Marks::of(rows);
    let Marks {
        commas, mut points, ..
    } = marks;
    // Between commas, numbers with a comma need quotes, which those with a point do without.
    let is_outnumbered = delimiter == Delimiter::Byte(b',') && commas[0] < points[1];
    if is_converted || is_outnumbered {
        points[0] += points[1];
    }
    let are_certain = commas[0] > 0;
    match marks.separate {
        [true, false] if !are_certain => return false,
        [false, true] if points[0] == 0 => return true,
        _ => {}
    }
    match usual {
        Some(true) => return are_certain || points[0] == 0,
        // Where a number may have the usual mark, one that cannot is refused.
        Some(false) => return are_certain && points == [0, 0],
        None => {}
    }
    // Between commas, a quoted 1,500 is one thousand and a half at most in the second reading.
    let are_likely = commas[1] > 0
        && points[1] == 0
        && delimiter != Delimiter::Byte(b',')
        && !separate_thousands(b',', 0, rows);
    // Numbers with three decimals may have none, too, but those are hardly hundreds.
    let have_thousands = points[1] > 0
        && commas == [0, 0]
        && delimiter != Delimiter::Byte(b',')
        && separate_thousands(b'.', 100, rows);
    points[0] == 0 && (are_certain || are_likely || have_thousands)
}

/// Returns a statement on the decimal mark of `rows`, where numbers `have_commas`, if it is another one than that of the
/// `trained` table, or would be on their `own`; `None` if no number depends on it.
fn statement(rows: &[Row], own: bool, have_commas: bool, trained: bool) -> Option<String> {
    if own == trained && have_commas == trained {
        return None;
    }
    let (comma, point) = (
        say!("decimal-comma", "comma"),
        say!("decimal-point", "point"),
    );
    let (mark, other, option) = if have_commas {
        (comma, point, "point")
    } else {
        (point, comma, "comma")
    };
    if have_commas != trained {
        return Some(say!(
            "decimal-unlike",
            "numbers read with a decimal {mark}, though those of the training table have a decimal {other} \
             (--decimal {option} reads them like those)",
            mark,
            other,
            option
        ));
    }
    let rows = &rows[..rows.len().min(SAMPLE)];
    Marks::of(rows).are_ambiguous().then(|| {
        say!(
            "decimal-like",
            "numbers read with a decimal {mark}, as in the training table (--decimal {option} if they have a decimal {other})",
            mark,
            other,
            option
        )
    })
}

/// Returns the columns most of whose cells are numbers, with either mark.
fn numeric_columns(rows: &[Row]) -> impl Iterator<Item = usize> {
    let usual = MissingValues::default();
    let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    (0..width).filter(move |&column| {
        let cells = column_cells(rows, column);
        let cells = cells.filter(|cell| !usual.is_missing_number(cell));
        let (mut filled, mut numbers) = (0, 0);
        for cell in cells {
            filled += 1;
            numbers += usize::from(formatted::is_number(cell));
        }
        2 * numbers >= filled
    })
}

/// Returns whether most cells of `column` are numbers with the other decimal mark only.
pub(crate) fn has_other_mark(rows: &[Row], column: usize, decimal_comma: bool) -> bool {
    let cells = column_cells(rows, column);
    let cells: Vec<&str> = cells
        .map(|cell| cell.trim())
        .filter(|cell| !cell.is_empty())
        .collect();
    let has_other = |cell: &&&str| {
        formatted::number(cell, decimal_comma).is_none()
            && formatted::number(cell, !decimal_comma).is_some()
    };
    2 * cells.iter().filter(has_other).count() > cells.len()
}

/// Returns whether the `mark` separates thousands in a column of `rows`: it has whole numbers without
/// mark below 1000, one of them at least `min`, and none above.
fn separate_thousands(mark: u8, min: u64, rows: &[Row]) -> bool {
    let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    (0..width).any(|column| {
        let cells = column_cells(rows, column);
        let cells = cells.map(|cell| cell.trim());
        let max = cells.clone().filter_map(formatted::unmarked).max();
        max.is_some_and(|max| (min..1000).contains(&max))
            && cells
                .clone()
                .any(|cell| formatted::decimal_mark(cell) == Some((mark, false)))
    })
}

#[cfg(test)]
mod tests;
