//! Delimiter and first line of a table, and their detection.

use std::str::FromStr;

use super::batch::{Row, column_cells};
use super::formatted;
use super::prefix::Prefix;
use super::{Quote, Reading};
use crate::TextEncoding;
use crate::schema::dates::is_date;
use serde::{Deserialize, Serialize};

use util::error::{Error, Result};
use util::lang::say;

/// Rows of the prefix that decide.
pub(crate) const SAMPLE: usize = 200;

/// Fraction of the rows that must be as wide as the first one.
const CONSISTENT: f64 = 0.9;

/// Separator of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delimiter {
    /// One byte, an ASCII character.
    Byte(u8),
    /// Any number of blanks and tabs.
    Blanks,
}

impl Delimiter {
    /// Candidates, the most certain first: semicolons, tabs and bars are hardly ever equally
    /// frequent in every row without separating cells; commas are in numbers such as 3,14, and
    /// blanks in text, colons in times.
    const TRIED: [Self; 8] = [
        Self::Byte(b';'),
        Self::Byte(b'\t'),
        Self::Byte(b'|'),
        Self::Byte(b','),
        Self::Byte(b'^'),
        Self::Byte(b'~'),
        Self::Blanks,
        Self::Byte(b':'),
    ];

    /// Whether the delimiter is hardly ever in cells, let alone equally often in each row.
    fn is_hardly_in_cells(self) -> bool {
        matches!(self, Self::Byte(b';' | b'\t' | b'|'))
    }

    /// Name for the command line and for people.
    pub fn name(self) -> String {
        match self {
            Self::Byte(b',') => "comma".into(),
            Self::Byte(b';') => "semicolon".into(),
            Self::Byte(b'\t') => "tab".into(),
            Self::Byte(b'|') => "bar".into(),
            Self::Byte(other) => char::from(other).to_string(),
            Self::Blanks => "blanks".into(),
        }
    }
}

impl FromStr for Delimiter {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "comma" => Self::Byte(b','),
            "semicolon" => Self::Byte(b';'),
            "tab" | "\\t" => Self::Byte(b'\t'),
            "bar" | "pipe" => Self::Byte(b'|'),
            "blanks" | "blank" | "space" | " " => Self::Blanks,
            other => match *other.as_bytes() {
                [byte]
                    if byte.is_ascii()
                        && !byte.is_ascii_alphanumeric()
                        && !b"\"\r\n".contains(&byte) =>
                {
                    Self::Byte(byte)
                }
                _ => {
                    let message = say!(
                        "delimiter-takes",
                        "a delimiter is comma, semicolon, tab, bar, blanks, or one \
                                   character that is no letter, digit or quote"
                    );
                    return Err(Error::Usage(message.into()));
                }
            },
        })
    }
}

/// Rules for splitting a file into cells and reading its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: Delimiter,
    /// First character of comment lines.
    pub(crate) comment: Option<u8>,
    /// Whether numbers are written as 3,14.
    pub(crate) decimal_comma: bool,
    /// Character around cells that contain delimiters or line breaks.
    pub(crate) quote: Option<u8>,
    /// Whether blanks around quoted cells are dropped.
    pub(crate) has_spaced_quotes: bool,
    /// Number of lines above the table.
    pub(crate) skip: u64,
    pub(crate) encoding: TextEncoding,
    /// Number of the first line of a table that has a row on each line, even if cells have line breaks.
    pub(crate) rows_from: Option<u64>,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            delimiter: Delimiter::Byte(b','),
            comment: None,
            decimal_comma: false,
            quote: Some(b'"'),
            has_spaced_quotes: false,
            skip: 0,
            encoding: TextEncoding::default(),
            rows_from: None,
        }
    }
}

/// Maximum number of rows above a table that are recognised as no part of it.
const MAX_PREAMBLE: usize = 400;

/// Minimum number of rows of equal width below other text for a table.
const MIN_TABLE: usize = 4;

impl Dialect {
    /// Detects what `reading` leaves open, but for the decimal mark, in `prefix`.
    pub(crate) fn detect(prefix: &Prefix, reading: &Reading) -> Self {
        let (line, named) = prefix.separator_line();
        let start = Self {
            comment: reading.comment,
            quote: {
                let quote = reading.quote.or(reading.trained_with.quote);
                quote.map_or(Some(b'"'), Quote::byte)
            },
            skip: reading.skip.unwrap_or(line),
            ..Self::default()
        };
        let mut found = match reading.delimiter.or(named) {
            Some(delimiter) => start.separated_by(delimiter, prefix),
            None => start.with_delimiter(prefix, reading.skip.is_none()),
        };
        if reading.skip.is_none() && found.skip == line {
            found.skip = found.preamble(prefix).unwrap_or(line);
        }
        found
    }

    /// Separates cells by `delimiter`, with blanks around quotes as `prefix` has them.
    fn separated_by(self, delimiter: Delimiter, prefix: &Prefix) -> Self {
        let dialect = Self { delimiter, ..self };
        Self {
            has_spaced_quotes: prefix.has_spaced_quotes(dialect),
            ..dialect
        }
    }

    /// Detects the delimiter: the first of the candidates by which nearly all rows are as wide as the
    /// first one, unless that leaves commas or blanks between numbers, or, if there `may_be_preamble`, as each other below some
    /// lines; or else the one that makes the first row widest.
    fn with_delimiter(self, prefix: &Prefix, may_be_preamble: bool) -> Self {
        let found = self.with_first_delimiter(prefix, may_be_preamble);
        let rows = found.sample(prefix);
        let is_better = |&delimiter: &Delimiter| {
            let other = self.separated_by(delimiter, prefix).sample(prefix);
            delimiter != found.delimiter
                && has_equal_widths(&other)
                && are_cut_better(&rows, &other, delimiter)
        };
        let mut others = [Delimiter::Byte(b','), Delimiter::Blanks].into_iter();
        let better = others.find(|delimiter| found.skip == self.skip && is_better(delimiter));
        better.map_or(found, |delimiter| self.separated_by(delimiter, prefix))
    }

    /// Returns the first rows that decide.
    fn sample(self, prefix: &Prefix) -> Vec<Row> {
        let mut rows = prefix.first_rows(self);
        rows.truncate(SAMPLE);
        rows
    }

    fn with_first_delimiter(self, prefix: &Prefix, may_be_preamble: bool) -> Self {
        let mut widest = (1, self.delimiter);
        let mut blanks = None;
        for delimiter in Delimiter::TRIED {
            let dialect = self.separated_by(delimiter, prefix);
            let widths = prefix.widths(dialect);
            let first = widths.first().copied().unwrap_or(0);
            let as_first = widths.iter().filter(|&&width| width == first).count();
            if first > 1 && as_first as f64 >= CONSISTENT * widths.len() as f64 {
                if delimiter == Delimiter::Blanks && as_first < widths.len() {
                    // The first row may be a title of as many words.
                    blanks = Some(dialect);
                    continue;
                }
                return dialect;
            }
            if delimiter.is_hardly_in_cells() && first > 1 && has_equal_widths_below_first(&widths)
            {
                // The header has other cells: the names of the rows have none, or only one of both has a last delimiter.
                return dialect;
            }
            // R separates cells by blanks, and does not name the column with the names of the rows.
            let has_row_names =
                widths.len() > 1 && widths[1..].iter().all(|&width| width == first + 1);
            if delimiter == Delimiter::Blanks && first > 1 && has_row_names {
                return dialect;
            }
            // Blanks separate the words of a text, too.
            if first > 1 && first >= widest.0 && delimiter != Delimiter::Blanks {
                widest = (first, delimiter);
            }
        }
        let below_text = Delimiter::TRIED.into_iter().filter(|_| may_be_preamble);
        for delimiter in below_text.filter(|delimiter| *delimiter != Delimiter::Blanks) {
            let dialect = self.separated_by(delimiter, prefix);
            if let Some(skip) = dialect.preamble(prefix) {
                return Self { skip, ..dialect };
            }
        }
        blanks.unwrap_or_else(|| self.separated_by(widest.1, prefix))
    }

    /// Returns the number of lines above the table if its first rows are narrower than nearly all that
    /// follow, or padded to their width, and those are equally wide. A header without a cell above the names of the rows, as R
    /// writes it, or without the delimiters at the end of the other lines is no such row, nor is one that
    /// looks like data.
    fn preamble(self, prefix: &Prefix) -> Option<u64> {
        let rows = prefix.first_rows(self);
        let last_half = rows[rows.len() / 2..].iter();
        let mut widths: Vec<usize> = last_half.map(|row| row.cells.len()).collect();
        widths.sort_unstable();
        let usual = widths.get(widths.len() / 2).copied()?;
        let is_narrow = |row: &Row| row.cells.len() < usual;
        let first_full = rows
            .iter()
            .position(|row| !is_narrow(row) && !is_padded(row, usual));
        let first = first_full
            .filter(|&first| are_titles(&rows[..first], &rows[first..], usual))
            .or_else(|| rows.iter().position(|row| !is_narrow(row)))?;
        let (above, table) = rows.split_at(first);
        let is_header = match above {
            [row] if (2..usual).contains(&row.cells.len()) => {
                let width = row.cells.len();
                let ends = table.iter().filter_map(|row| row.cells.get(width..));
                width + 1 == usual || ends.flatten().all(|cell| cell.trim().is_empty())
            }
            _ => false,
        };
        let as_first = table.iter().filter(|row| row.cells.len() == usual).count();
        let is_table = table.len() >= MIN_TABLE
            && as_first as f64 >= CONSISTENT * table.len() as f64
            && usual > 1
            // Two cells a row may be numbers with a decimal comma.
            && !(usual == 2 && formatted::is_number(&table[0].cells[0]));
        let is_found = (1..=MAX_PREAMBLE).contains(&first)
            && !is_header
            && is_table
            && !above.iter().any(|row| is_like_data(row, &table[1..]));
        is_found.then(|| table[0].line - 1)
    }
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

/// Returns whether a row has more cells among the `others`, cut at the `delimiter`, than among `rows`, which have texts with
/// numbers between it: more of those cells are numbers by commas, and by blanks the first two words of a text are.
fn are_cut_better(rows: &[Row], others: &[Row], delimiter: Delimiter) -> bool {
    let width = |rows: &[Row]| rows.first().map_or(0, |row| row.cells.len());
    let is_value = |cell: &str| formatted::is_number(cell) || is_date(cell);
    let most = |rows: &[Row], column: usize, is: &dyn Fn(&str) -> bool| {
        let cells = column_cells(rows, column);
        2 * cells.filter(|cell| is(cell)).count() > rows.len()
    };
    let columns = |rows: &[Row], is: &dyn Fn(&str) -> bool| {
        (0..width(rows))
            .filter(|&column| most(rows, column, is))
            .count()
    };
    if width(others) <= width(rows) {
        return false;
    }
    if delimiter == Delimiter::Blanks {
        let starts_with_numbers = |cell: &str| {
            let mut words = cell.split_ascii_whitespace();
            let are_numbers = words
                .by_ref()
                .take(2)
                .filter(|word| formatted::is_number(word))
                .count()
                == 2;
            are_numbers && !is_value(cell)
        };
        return columns(rows, &starts_with_numbers) > 0;
    }
    let is_cut_number = |cell: &str| cell.contains(',') && formatted::is_number(cell);
    columns(rows, &is_cut_number) == 0 && columns(others, &is_value) > columns(rows, &is_value)
}

fn is_blank(cell: &str) -> bool {
    cell.trim().is_empty()
}

/// Returns whether `row` has text, or nothing, and delimiters up to at least three cells, as `usual`.
fn is_padded(row: &Row, usual: usize) -> bool {
    usual > 2
        && row.cells.len() == usual
        && row.cells.last().is_some_and(|cell| is_blank(cell))
        && !formatted::is_number(&row.cells[0])
}

/// Returns whether the padded rows among those `above` a `table` of `usual` cells are titles: it starts with names,
/// and they have a single text each, or there are numbers below the names.
fn are_titles(above: &[Row], table: &[Row], usual: usize) -> bool {
    let mut padded = above.iter().filter(|row| is_padded(row, usual)).peekable();
    if padded.peek().is_none() {
        return true;
    }
    let [names, below @ ..] = table else {
        return false;
    };
    let is_name = |cell: &String| !is_blank(cell) && !formatted::is_number(cell);
    let is_single = |row: &Row| row.cells[1..].iter().all(|cell| is_blank(cell));
    let has_number = |row: &Row| row.cells.iter().any(|cell| formatted::is_number(cell));
    names.cells.iter().all(is_name)
        && (padded.all(is_single) || !below.is_empty() && below.iter().all(has_number))
}

/// Returns whether a row above a table may be one of its rows that lacks a cell: it starts with a number or
/// has several, or has a cell that one of the `rows` below the header has in the same column.
fn is_like_data(row: &Row, rows: &[Row]) -> bool {
    let numbers = row.cells.iter().filter(|cell| formatted::is_number(cell));
    let is_known = |(column, cell): (usize, &String)| {
        let mut column = column_cells(rows, column);
        !cell.trim().is_empty() && !formatted::is_number(cell) && column.any(|below| below == cell)
    };
    row.cells.len() > 1
        && (formatted::is_number(&row.cells[0])
            || numbers.count() > 1
            || row.cells.iter().enumerate().any(is_known))
}

#[cfg(test)]
mod tests;
