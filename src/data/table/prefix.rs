//! The first bytes of a file, from which its format is detected.

use std::io::Read;

use super::batch::Row;
use super::dialect::{Delimiter, Dialect};
use super::quotes::stray_quotes;
use super::records::{Records, read_some};
use util::error::{DataProblem, Error, Result};

/// Bytes of a file from which delimiter, header and column types are detected.
const LENGTH: usize = 1 << 20;

/// Maximum number of rows of a prefix that are used.
const MAX_ROWS: usize = 1000;

/// Bytes that are read at once.
const PIECE: usize = 1 << 16;

/// The first bytes of a file.
#[derive(Default)]
pub(crate) struct Prefix {
    pub(crate) bytes: Vec<u8>,
    /// Whether the file ends with it.
    pub(crate) is_whole: bool,
}

impl Prefix {
    /// Doubles the prefix, to at least [`LENGTH`] bytes, and calls `report` after every piece.
    pub(crate) fn read(
        &mut self,
        mut from: &mut dyn Read,
        source: &str,
        report: &mut dyn FnMut() -> Result<()>,
    ) -> Result<()> {
        let wanted = self.bytes.len() + LENGTH.max(self.bytes.len());
        while self.bytes.len() < wanted {
            let known = self.bytes.len();
            let piece = PIECE.min(wanted - known);
            self.bytes.resize(known + piece, 0);
            let read = read_some(&mut from, &mut self.bytes[known..]);
            self.bytes
                .truncate(known + read.as_ref().map_or(0, |&read| read));
            match read {
                Ok(0) => {
                    self.is_whole = true;
                    break;
                }
                Ok(_) => report()?,
                Err(cause) => {
                    return Err(Error::cannot_read(source, cause));
                }
            }
        }
        Ok(())
    }

    /// Returns the first rows, without one that may go on behind the prefix.
    pub(crate) fn rows(&self, source: &str, dialect: Dialect) -> Result<Vec<Row>> {
        let mut records = Records::new(source, self.bytes.as_slice(), dialect);
        let mut rows: Vec<Row> = Vec::new();
        while rows.len() < MAX_ROWS {
            match records.next() {
                Ok(Some(record)) => rows.push(record.to_owned()),
                Ok(None) => {
                    if !self.is_whole {
                        rows.pop();
                    }
                    break;
                }
                // A character may be cut in two at the end of the prefix, and a quote may be closed
                // behind it.
                Err(_) if !self.is_whole && !rows.is_empty() => break,
                Err(error) if !self.is_whole && error.is(&DataProblem::UnclosedQuote) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(rows)
    }

    /// Iterates over the numbers of lines above those that have all `names` somewhere, the first few.
    pub(crate) fn lines_above(&self, names: &[&str]) -> impl Iterator<Item = u64> {
        /// Maximum number of lines that are searched, and of those that are found.
        const SEARCHED: usize = 10_000;
        const FOUND: usize = 8;
        let lines = self.bytes.split(|&byte| byte == b'\n').zip(0..);
        let has_names = |(line, _): &(&[u8], u64)| {
            let line = String::from_utf8_lossy(line);
            names.iter().all(|name| line.contains(name))
        };
        let found = lines.take(SEARCHED).skip(1).filter(has_names);
        found.map(|(_, above)| above).take(FOUND)
    }

    /// Returns the number of lines, 0 or 1, and the delimiter of a first line such as `sep=;`, which Excel
    /// writes.
    pub(crate) fn separator_line(&self) -> (u64, Option<Delimiter>) {
        let bytes = self
            .bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(&self.bytes);
        let end = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
        let line = &bytes[..end.unwrap_or(0)];
        let line = line.strip_prefix(b"\"").unwrap_or(line);
        let line = line.strip_suffix(b"\"").unwrap_or(line);
        match line {
            [s, e, p, b'=', byte]
                if [*s, *e, *p].eq_ignore_ascii_case(b"sep") && byte.is_ascii() =>
            {
                (1, Some(Delimiter::Byte(*byte)))
            }
            _ => (0, None),
        }
    }

    /// Returns whether blanks stand between a delimiter and a quote, in a file where no text is left of
    /// a quote.
    pub(crate) fn has_spaced_quotes(&self, dialect: Dialect) -> bool {
        let (Delimiter::Byte(delimiter), Some(quote)) = (dialect.delimiter, dialect.quote) else {
            return false;
        };
        let mut before = b'\n';
        let (mut spaced, mut blanks) = (false, false);
        for &byte in self.bytes.iter().take(LENGTH) {
            if byte == b' ' && (before == delimiter || blanks) {
                blanks = true;
            } else {
                spaced |= blanks && byte == quote;
                blanks = false;
            }
            before = byte;
        }
        spaced
    }

    /// Returns the number of quotes in the first lines that are inside cells, or behind which the text of a cell goes on, and that
    /// of all.
    pub(crate) fn stray_quotes(&self, dialect: Dialect) -> (usize, usize) {
        let Some(quote) = dialect.quote else {
            return (0, 0);
        };
        let lines = self.bytes.split_inclusive(|&byte| byte == b'\n');
        let length = lines.take(super::dialect::SAMPLE).map(<[u8]>::len).sum();
        let is_delimiter = |byte| match dialect.delimiter {
            Delimiter::Byte(delimiter) => byte == delimiter,
            Delimiter::Blanks => matches!(byte, b' ' | b'\t'),
        };
        stray_quotes(&self.bytes[..length], is_delimiter, quote)
    }

    /// Returns the first rows of any width. A row that may go on behind the prefix does not count, nor does
    /// anything behind what is not UTF-8.
    pub(crate) fn first_rows(&self, dialect: Dialect) -> Vec<Row> {
        let mut records = Records::new("", self.bytes.as_slice(), dialect);
        let mut rows = Vec::new();
        while rows.len() <= MAX_ROWS {
            match records.next() {
                Ok(Some(record)) => rows.push(record.to_owned()),
                Ok(None) | Err(_) if self.is_whole => return rows,
                Ok(None) | Err(_) => break,
            }
        }
        rows.pop();
        rows
    }

    /// Returns the widths of the first rows, only that of the first if it has a single cell. A row
    /// that may go on behind the prefix does not count, nor does anything behind what is not UTF-8.
    pub(crate) fn widths(&self, dialect: Dialect) -> Vec<usize> {
        let mut records = Records::new("", self.bytes.as_slice(), dialect);
        let mut widths = Vec::new();
        while widths.len() <= super::dialect::SAMPLE && widths.first() != Some(&1) {
            match records.next() {
                Ok(Some(record)) => widths.push(record.len()),
                Ok(None) | Err(_) if self.is_whole => return widths,
                Ok(None) | Err(_) => break,
            }
        }
        widths.pop();
        widths
    }
}
