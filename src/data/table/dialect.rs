//! Delimiter and first line of a table, and their detection.

mod choice;
mod preamble;

use std::str::FromStr;

use super::prefix::Prefix;
use super::{Quote, Reading};
use crate::TextEncoding;
pub(super) use choice::is_name_over_row_names;
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
    pub(super) fn is_hardly_in_cells(self) -> bool {
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
}

#[cfg(test)]
mod tests;
