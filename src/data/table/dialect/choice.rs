//! Choice of the delimiter among the candidates.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::super::batch::{Row, column_cells};
use super::super::formatted;
use super::super::prefix::Prefix;
use super::{CONSISTENT, Delimiter, Dialect, SAMPLE};
use crate::schema::dates::is_date;

/// Evidence that a delimiter separates the cells, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Evidence {
    /// By a delimiter that is hardly in cells, the rows are as wide as the first one, or wider or narrower for an obvious reason.
    Strong,
    /// By another delimiter but blanks and colons, the rows are as wide as the first one.
    Equal,
    /// By a delimiter that is hardly in cells, the rows are equally wide, the first one is not.
    Below,
    /// By one that is in texts or times, they are as wide as the first one, or have names that it does not name.
    Weak,
    /// They are below some lines of other text.
    BelowText,
    /// Blanks separate nearly all rows into as many words as the first one, which may be a title.
    Words,
}

impl Dialect {
    /// Detects the delimiter: the candidate with the strongest evidence, the first of several, but rather one that leaves no
    /// quotes inside cells. A comma or blanks take its place if it leaves them between numbers. Without any evidence, the
    /// one that makes the first row widest is taken. The table may be below other text if there `may_be_preamble`.
    pub(super) fn with_delimiter(self, prefix: &Prefix, may_be_preamble: bool) -> Self {
        let found = self.with_first_delimiter(prefix, may_be_preamble);
        let rows = found.sample(prefix);
        let above = Self {
            skip: found.skip,
            ..self
        };
        let is_better = |other: &Self| {
            let cells = other.sample(prefix);
            other.delimiter != found.delimiter
                && has_equal_widths(&cells)
                && are_cut_better(&rows, &cells, other.delimiter)
                && other.has_stray_quotes(prefix) <= found.has_stray_quotes(prefix)
        };
        let others = [Delimiter::Byte(b','), Delimiter::Blanks];
        let mut others = others.map(|delimiter| above.separated_by(delimiter, prefix));
        let better = others.iter_mut().find(|other| is_better(other));
        better.map_or(found, |other| *other)
    }

    /// Returns the first rows that decide.
    fn sample(self, prefix: &Prefix) -> Vec<Row> {
        let mut rows = prefix.first_rows(self);
        rows.truncate(SAMPLE);
        rows
    }

    fn with_first_delimiter(self, prefix: &Prefix, may_be_preamble: bool) -> Self {
        let mut widest = (1, self.delimiter);
        let mut best: Option<((bool, Evidence), Self)> = None;
        for delimiter in Delimiter::TRIED {
            let dialect = self.separated_by(delimiter, prefix);
            let widths = prefix.widths(dialect);
            let first = widths.first().copied().unwrap_or(0);
            // Blanks separate the words of a text, too.
            if first > 1 && first >= widest.0 && delimiter != Delimiter::Blanks {
                widest = (first, delimiter);
            }
            let by_widths = dialect.evidence(prefix, &widths);
            let may_be_below =
                may_be_preamble && by_widths.is_none() && delimiter != Delimiter::Blanks;
            let below_text = may_be_below.then(|| dialect.below_text(prefix)).flatten();
            let found = [by_widths.map(|evidence| (evidence, self.skip)), below_text];
            for (evidence, skip) in found.into_iter().flatten() {
                let found = Self { skip, ..dialect };
                let rank = (found.has_stray_quotes(prefix), evidence);
                if best.is_none_or(|(best, _)| rank < best) {
                    best = Some((rank, found));
                }
            }
        }
        best.map_or_else(|| self.separated_by(widest.1, prefix), |(_, best)| best)
    }

    /// Returns the evidence of the `widths` of the first rows.
    fn evidence(self, prefix: &Prefix, widths: &[usize]) -> Option<Evidence> {
        let is_hardly_in_cells = self.delimiter.is_hardly_in_cells();
        let first = widths.first().copied().unwrap_or(0);
        let as_first = widths.iter().filter(|&&width| width == first).count();
        if first > 1 && as_first as f64 >= CONSISTENT * widths.len() as f64 {
            return Some(match self.delimiter {
                Delimiter::Blanks if as_first < widths.len() => Evidence::Words,
                Delimiter::Blanks | Delimiter::Byte(b':') => Evidence::Weak,
                _ if is_hardly_in_cells => Evidence::Strong,
                _ => Evidence::Equal,
            });
        }
        match self.delimiter {
            Delimiter::Blanks => {
                // R separates cells by blanks, and does not name the column with the names of the rows.
                let has_row_names =
                    widths.len() > 1 && widths[1..].iter().all(|&width| width == first + 1);
                (first > 1 && has_row_names).then_some(Evidence::Weak)
            }
            Delimiter::Byte(b',') => None,
            Delimiter::Byte(_) if first > 1 && has_equal_widths_below_first(widths) => {
                let rows = self.sample(prefix);
                if is_other_for_a_reason(&rows, is_hardly_in_cells) {
                    Some(Evidence::Strong)
                } else {
                    is_hardly_in_cells.then_some(Evidence::Below)
                }
            }
            Delimiter::Byte(_) if is_hardly_in_cells && first < 2 => {
                let rows = self.sample(prefix);
                let (header, below) = rows.split_first()?;
                is_single_name(&header.cells, below).then_some(Evidence::Strong)
            }
            Delimiter::Byte(_) => None,
        }
    }

    /// Returns the evidence of rows below other text, and the number of lines above them.
    fn below_text(self, prefix: &Prefix) -> Option<(Evidence, u64)> {
        let skip = self.preamble(prefix)?;
        let rows = Self { skip, ..self }.sample(prefix);
        // Commas would cut these, and colons are in times behind them.
        let is_other = !matches!(self.delimiter, Delimiter::Byte(b',' | b':'));
        let evidence = if is_other && columns_of(&rows, &is_cut_number) > 1 {
            Evidence::Strong
        } else {
            Evidence::BelowText
        };
        Some((evidence, skip))
    }

    /// Returns whether many quotes are inside cells, or the text goes on behind them: the delimiter cuts quoted cells.
    fn has_stray_quotes(self, prefix: &Prefix) -> bool {
        /// Number of quotes for one of which in text does not count.
        const MANY: usize = 10;
        let (strays, quotes) = prefix.stray_quotes(self);
        MANY * strays > quotes
    }
}

/// Returns whether all `rows` but the first have other cells than that for an obvious reason: only one of both ends in delimiters, or
/// the names of the rows have no name. Unless the delimiter `is_hardly_in_cells`, or for the names of rows, numbers must have
/// decimal commas as well.
fn is_other_for_a_reason(rows: &[Row], is_hardly_in_cells: bool) -> bool {
    let [header, below @ ..] = rows else {
        return false;
    };
    let (named, width) = (
        header.cells.len(),
        below.first().map_or(0, |row| row.cells.len()),
    );
    let are_blank = |row: &Row, from: usize| {
        let mut end = row.cells.iter().skip(from);
        end.all(|cell| cell.trim().is_empty())
    };
    let is_padded = match named.cmp(&width) {
        Ordering::Less => below.iter().all(|row| are_blank(row, named)),
        _ => are_blank(header, width),
    };
    let is_cut = |column| is_mostly(below, column, &is_cut_number);
    let has_row_names = named + 1 == width && !is_cut(0) && are_different(below);
    let has_commas = || columns_of(below, &is_cut_number) > 0;
    is_padded && (is_hardly_in_cells || has_commas()) || has_row_names && has_commas()
}

/// Returns whether the `header` is the name of the second column of the rows `below` alone, as R writes a table of one column: the
/// first column counts the rows, or has texts beside numbers, all different.
pub(in crate::table) fn is_name_over_row_names(header: &[String], below: &[Row]) -> bool {
    let count_up = || {
        let first = below.iter().map(|row| row.cells[0].trim());
        first.zip(1..).all(|(cell, row)| cell == row.to_string())
    };
    let is_named = |row: &Row| {
        let [name, number] = [0, 1].map(|cell| row.cells[cell].trim());
        !formatted::is_number(name) && !is_date(name) && formatted::is_number(number)
    };
    is_name_over_two(header, below)
        && (count_up() || below.iter().all(is_named) && are_different(below))
}

/// Returns whether the `header` is a single name over rows of two cells, and not a title: it is the name of the second one, or of the
/// first one if the rows end in delimiters.
pub(super) fn is_single_name(header: &[String], below: &[Row]) -> bool {
    let is_padded = |row: &Row| row.cells[1].trim().is_empty();
    is_name_over_two(header, below) && below.iter().all(is_padded)
        || is_name_over_row_names(header, below)
}

/// Returns whether the `header` is a single word, and several rows `below` have two cells each.
fn is_name_over_two(header: &[String], below: &[Row]) -> bool {
    /// Minimum number of rows.
    const MIN_ROWS: usize = 4;
    let is_name = |name: &String| {
        name.starts_with(char::is_alphabetic) && !name.trim().contains(char::is_whitespace)
    };
    matches!(header, [name] if is_name(name))
        && below.len() >= MIN_ROWS
        && below.iter().all(|row| row.cells.len() == 2)
}

/// Returns whether the first cells of all `rows` are different.
pub(super) fn are_different(rows: &[Row]) -> bool {
    let first = rows.iter().filter_map(|row| row.cells.first());
    first.collect::<HashSet<_>>().len() == rows.len()
}

/// Returns whether nearly all rows below the first are equally wide, of several cells.
fn has_equal_widths_below_first(widths: &[usize]) -> bool {
    let below = widths.get(1..).unwrap_or_default();
    let second = below.first().copied().unwrap_or(0);
    let as_second = below.iter().filter(|&&width| width == second).count();
    second > 1 && below.len() > 1 && as_second as f64 >= CONSISTENT * below.len() as f64
}

/// Returns whether nearly all `rows` are as wide as the first, of several cells.
fn has_equal_widths(rows: &[Row]) -> bool {
    let first = rows.first().map_or(0, |row| row.cells.len());
    let as_first = rows.iter().filter(|row| row.cells.len() == first).count();
    first > 1 && as_first as f64 >= CONSISTENT * rows.len() as f64
}

/// Returns whether more than half of the `rows` have a cell in `column` for which `is` returns true.
fn is_mostly(rows: &[Row], column: usize, is: &dyn Fn(&str) -> bool) -> bool {
    let cells = column_cells(rows, column);
    2 * cells.filter(|cell| is(cell)).count() > rows.len()
}

/// Returns the number of columns of `rows`, as many as the one in the middle has, for most cells of which `is` returns true.
fn columns_of(rows: &[Row], is: &dyn Fn(&str) -> bool) -> usize {
    let width = rows.get(rows.len() / 2).map_or(0, |row| row.cells.len());
    (0..width)
        .filter(|&column| is_mostly(rows, column, is))
        .count()
}

/// Returns whether `cell` is a number that commas would cut.
fn is_cut_number(cell: &str) -> bool {
    cell.contains(',') && formatted::is_number(cell)
}

/// Returns whether the `others`, cut at the `delimiter`, are better cells than `rows`, which have texts with
/// numbers between it: by commas, a row has no fewer cells, and more of these are numbers, or it has more cells, and the commas
/// are not those of sentences; by blanks, the first two words of a text are numbers, and a row has more cells, or nothing
/// but numbers.
fn are_cut_better(rows: &[Row], others: &[Row], delimiter: Delimiter) -> bool {
    let width = |rows: &[Row]| rows.first().map_or(0, |row| row.cells.len());
    let is_value = |cell: &str| formatted::is_number(cell) || is_date(cell);
    let is_wider = width(others) > width(rows);
    if delimiter == Delimiter::Blanks {
        let starts_with_numbers = |cell: &str| {
            let words = cell.split_ascii_whitespace().take(2);
            let numbers = words.filter(|word| formatted::is_number(word));
            numbers.count() == 2 && !is_value(cell)
        };
        return columns_of(rows, &starts_with_numbers) > 0
            && (is_wider || columns_of(others, &formatted::is_number) == width(others));
    }
    let is_behind_blank = |cell: &str| cell.starts_with(' ');
    let values = [rows, others].map(|rows| columns_of(rows, &is_value));
    let is_better = match values[1].cmp(&values[0]) {
        Ordering::Less => false,
        Ordering::Equal => is_wider && columns_of(others, &is_behind_blank) + 1 < width(others),
        Ordering::Greater => width(others) >= width(rows),
    };
    is_better && columns_of(rows, &is_cut_number) == 0
}
