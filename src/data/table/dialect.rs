//! Delimiter and decimal mark of a table, and their detection.

use std::str::FromStr;

use super::batch::Row;
use super::formatted;
use super::prefix::Prefix;
use super::{Quote, Reading};
use crate::data::TextEncoding;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

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
    /// blanks in text.
    const TRIED: [Self; 5] = [
        Self::Byte(b';'),
        Self::Byte(b'\t'),
        Self::Byte(b'|'),
        Self::Byte(b','),
        Self::Blanks,
    ];

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
                    let message = "a delimiter is comma, semicolon, tab, bar, blanks, or one \
                                   character that is no letter, digit or quote";
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
const MAX_PREAMBLE: usize = 20;

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
    /// first one, or, if there `may_be_preamble`, as each other below some lines; or else the one that
    /// makes the first row widest.
    fn with_delimiter(self, prefix: &Prefix, may_be_preamble: bool) -> Self {
        let mut widest = (1, self.delimiter);
        for delimiter in Delimiter::TRIED {
            let dialect = self.separated_by(delimiter, prefix);
            let widths = prefix.widths(dialect);
            let first = widths.first().copied().unwrap_or(0);
            let as_first = widths.iter().filter(|&&width| width == first).count();
            if first > 1 && as_first as f64 >= CONSISTENT * widths.len() as f64 {
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
        self.separated_by(widest.1, prefix)
    }

    /// Returns the number of lines above the table if its first rows are narrower than nearly all that
    /// follow, or have a title alone, and those are equally wide. A header without a cell above the names of the rows, as R
    /// writes it, or without the delimiters at the end of the other lines is no such row, nor is one that
    /// looks like data.
    fn preamble(self, prefix: &Prefix) -> Option<u64> {
        let rows = prefix.first_rows(self);
        let mut widths: Vec<usize> = rows.iter().map(|row| row.cells.len()).collect();
        widths.sort_unstable();
        let usual = widths.get(widths.len() / 2).copied()?;
        let is_title = |index: usize| is_title(&rows[index], rows.get(index + 1));
        let is_narrow = |index: &usize| rows[*index].cells.len() < usual || is_title(*index);
        let first = (0..rows.len()).find(|index| !is_narrow(index))?;
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

/// Returns whether `row` has a text in its first of at least three cells only, above a row of names.
fn is_title(row: &Row, below: Option<&Row>) -> bool {
    let is_empty = |cell: &String| cell.trim().is_empty();
    let is_name = |cell: &String| !is_empty(cell) && !formatted::is_number(cell);
    row.cells.len() > 2
        && is_name(&row.cells[0])
        && row.cells[1..].iter().all(is_empty)
        && below.is_some_and(|below| below.cells.iter().all(is_name))
}

/// Returns whether a row above a table may be one of its rows that lacks a cell: it starts with a number or
/// has several, or has a cell that one of the `rows` below the header has in the same column.
fn is_like_data(row: &Row, rows: &[Row]) -> bool {
    let numbers = row.cells.iter().filter(|cell| formatted::is_number(cell));
    let is_known = |(column, cell): (usize, &String)| {
        let mut column = rows.iter().filter_map(|row| row.cells.get(column));
        !cell.trim().is_empty() && !formatted::is_number(cell) && column.any(|below| below == cell)
    };
    row.cells.len() > 1
        && (formatted::is_number(&row.cells[0])
            || numbers.count() > 1
            || row.cells.iter().enumerate().any(is_known))
}

/// Detects whether numbers in `rows` have a decimal comma: some have, and none has a decimal point. The
/// `usual` mark decides unless all that can be nothing else are of the other.
pub(crate) fn has_decimal_commas(delimiter: Delimiter, rows: &[Row], usual: Option<bool>) -> bool {
    let rows = &rows[..rows.len().min(SAMPLE)];
    // Certain ones, and those that may as well separate thousands, as in 1,500.
    let (mut commas, mut points) = ([0, 0], [0, 0]);
    for cell in rows.iter().flat_map(|row| &row.cells) {
        match formatted::decimal_mark(cell.trim()) {
            Some((b',', is_certain)) => commas[usize::from(!is_certain)] += 1,
            Some((_, is_certain)) => points[usize::from(!is_certain)] += 1,
            None => {}
        }
    }
    let are_certain = commas[0] > 0;
    match usual {
        Some(true) => return are_certain || points[0] == 0,
        Some(false) => return are_certain && points[0] == 0,
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

/// Returns whether most cells of `column` are numbers with the other decimal mark only.
pub(crate) fn has_other_mark(rows: &[Row], column: usize, decimal_comma: bool) -> bool {
    let cells = rows.iter().filter_map(|row| row.cells.get(column));
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
        let cells = rows.iter().filter_map(|row| row.cells.get(column));
        let cells = cells.map(|cell| cell.trim());
        let wholes = cells.clone().filter_map(|cell| cell.parse::<i64>().ok());
        let max = wholes.map(i64::unsigned_abs).max();
        max.is_some_and(|max| (min..1000).contains(&max))
            && cells
                .clone()
                .any(|cell| formatted::decimal_mark(cell) == Some((mark, false)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniffed(text: &str) -> (String, bool) {
        let prefix = Prefix {
            bytes: text.as_bytes().to_vec(),
            is_whole: true,
        };
        let dialect = Dialect::detect(&prefix, &Reading::default());
        let delimiter = dialect.delimiter;
        let rows = prefix.rows("t", dialect).expect("rows");
        (delimiter.name(), has_decimal_commas(delimiter, &rows, None))
    }

    #[test]
    fn the_delimiter_is_detected() {
        let delimiter = |text| sniffed(text).0;
        assert_eq!(delimiter("a,b,c\n1,2,x\n3,4,y\n"), "comma");
        assert_eq!(delimiter("a;b;c\n1;2;x\n3;4;y\n"), "semicolon");
        assert_eq!(delimiter("a\tb c\td\n1\t2\tx y\n"), "tab");
        assert_eq!(delimiter("a|b\n1|x, y\n"), "bar");
        assert_eq!(delimiter("  1.5   2 x\n 3 4.5 y\n"), "blanks");
        assert_eq!(
            delimiter("name,note\nx,one two\ny,three four five\n"),
            "comma"
        );
        assert_eq!(delimiter("a,b\n1,\"x;y\"\n2,\"z;w\"\n"), "comma", "quoted");
        assert_eq!(delimiter("a,b,c\n1,2\n3,4,5\n"), "comma", "ragged");
        for rows in [
            "\"x\", \"size\", \"kind\"\n\"0\", \"s, 0\", \"a\"\n",
            "x, size, kind\n0, \"s, 0\", a\n1, \"s, 1\", b\n",
            "x, when, kind\n0, \"Jan 1, 2020\", a\n1, \"Jan 2, 2020\", b\n",
        ] {
            assert_eq!(delimiter(rows), "comma", "{rows}");
        }
        assert_eq!(delimiter("alone\n1\n2\n"), "comma");
        assert_eq!(delimiter(""), "comma");
    }

    #[test]
    fn decimal_commas_are_detected() {
        assert_eq!(
            sniffed("a;b;c\n1,5;2;x\n3,25;4;y\n"),
            ("semicolon".into(), true)
        );
        assert!(!sniffed("a;b;c\n1,5;2.5;x\n").1);
        assert!(!sniffed("a;b;c\n1,5,5;2;x\n").1);
        assert!(!sniffed("a,b\n1,5\n").1);
        for (numbers, expected) in [
            ("995|1,000|1,005", false),
            ("-7|1,000|2", false),
            ("1,250|2,500|3,750", true),
            ("1,250|2|1500", true),
            ("0,125|0,250|1", true),
            ("1,000|5|2,5", true),
            ("995|1.000|1.005", true),
            ("9|1.000|1.005", false),
            ("995|1.000|1.5", false),
            ("1.000|1.005", false),
        ] {
            let rows: String = numbers
                .split('|')
                .map(|number| format!("{number}\tx\n"))
                .collect();
            assert_eq!(sniffed(&format!("a\tb\n{rows}")).1, expected, "{numbers}");
        }
    }

    #[test]
    fn lines_above_a_table_are_skipped_unless_they_look_like_data() {
        let skipped = |text: &str| {
            let prefix = Prefix {
                bytes: text.as_bytes().to_vec(),
                is_whole: true,
            };
            Dialect::detect(&prefix, &Reading::default()).skip
        };
        let table = "a,b,c,kind\n1,2,3,x\n2,3,4,y\n3,4,5,x\n4,5,6,y\n";
        assert_eq!(skipped(table), 0);
        for above in [
            "Export\n",
            "Log,v2\nDate,2024-01-01\n\n",
            "Rows,4\n",
            "Export,,,\n",
        ] {
            let lines = above.matches('\n').count() as u64;
            assert_eq!(skipped(&format!("{above}{table}")), lines, "{above}");
        }
        let rows = table.split_once('\n').map_or("", |(_, rows)| rows);
        for above in ["1,2,x\n", "0.5,x\n1,y\n", "red,2,3\n", "red,,,\n"] {
            assert_eq!(skipped(&format!("{above}{rows}")), 0, "{above}");
        }
        let words = "red,x,a,b\n".repeat(5);
        assert_eq!(skipped(&format!("red,y,a\n{words}")), 0);
        let padded = "a,b\n1,2,,\n2,3,,\n3,4,,\n4,5,,\n";
        assert_eq!(skipped(padded), 0);
    }

    #[test]
    fn delimiters_are_read_by_name() {
        for text in ["comma", "semicolon", "tab", "bar", "blanks", "^"] {
            let delimiter: Delimiter = text.parse().expect(text);
            assert_eq!(delimiter.name(), text);
        }
        for text in ["", "x", "ab", "\"", "é", "5"] {
            assert!(text.parse::<Delimiter>().is_err(), "{text}");
        }
    }
}
