//! Detection of the format of a table by its first bytes.

use std::collections::HashSet;
use std::io::{self, Cursor, Read};

use super::batch::Row;
use super::dialect::Dialect;
use super::header::{column_names, is_header};
use super::prefix::Prefix;
use super::{MAX_PREFIX, Progression, Reading, decimal_mark};
use crate::schema::options::LoadObserver;
use crate::source::converted::Conversion;
use crate::source::foreign;
use crate::source::text_encoding::TextEncoding;
use util::error::{Error, Result};

/// Format and first rows of a table.
pub(super) struct Found {
    /// How it is read, completed by the training table.
    pub(super) reading: Reading,
    pub(super) dialect: Dialect,
    pub(super) rows: Vec<Row>,
    /// Statement on a decimal mark other than that of the training table.
    pub(super) statement: Option<String>,
}

/// First bytes of a file, and what follows.
pub(super) struct Start<'s> {
    pub(super) source: &'s str,
    /// The bytes behind the prefix.
    pub(super) bytes: Box<dyn Read + Send>,
    pub(super) prefix: Prefix,
    pub(super) progression: Progression,
}

impl Start<'_> {
    /// Reads a prefix that has a whole row, and detects its format: completed by that of the training table if it has
    /// the `expected` names then, of which `numbers` are columns of numbers.
    pub(super) fn detect(
        &mut self,
        reading: &Reading,
        expected: &[&str],
        numbers: &[&str],
        conversion: Option<&Conversion>,
        observer: &mut LoadObserver,
    ) -> Result<Found> {
        let mut encoding = reading.encoding.unwrap_or_default();
        let given = reading.trained_with.given;
        self.decode(encoding);
        let (reading, mut dialect, rows) = loop {
            let progression = &mut self.progression;
            let report = &mut || progression.report(0, observer);
            self.prefix.read(&mut self.bytes, self.source, report)?;
            let first = &self.prefix.bytes;
            if let Some(problem) =
                foreign::tar_problem(first).or_else(|| foreign::text_problem(first))
            {
                return Err(Error::in_source(self.source, problem));
            }
            if reading.encoding.is_none() && encoding == TextEncoding::Utf8 {
                let (bytes, is_whole) = (&self.prefix.bytes, self.prefix.is_whole);
                encoding = TextEncoding::detect(bytes, is_whole, given.encoding);
                if encoding != TextEncoding::Utf8 {
                    self.decode(encoding);
                    continue;
                }
            }
            let as_trained = [true, false].map(|with_skip| given.complete(reading, with_skip));
            let mut candidates = as_trained.into_iter().filter(|_| !given.is_open());
            let found = loop {
                let candidate = candidates.next();
                let reading = candidate.unwrap_or(*reading);
                let mut dialect = Dialect::detect(&self.prefix, &reading);
                dialect.encoding = encoding;
                dialect.rows_from = conversion.map(Conversion::first_line);
                let rows = self.prefix.rows(self.source, dialect);
                let is_fitting = (rows.as_ref()).is_ok_and(|rows| fits(rows, &reading, expected));
                if candidate.is_none()
                    && !is_fitting
                    && let Some(below) = self.below_other_text(&reading, dialect, expected)
                {
                    break below;
                }
                if candidate.is_none() || is_fitting {
                    break (reading, dialect, rows?);
                }
            };
            let is_long = self.prefix.bytes.len() >= MAX_PREFIX;
            if found.2.len() > 1 || self.prefix.is_whole || is_long {
                break found;
            }
        };
        let usual = reading.trained_with.decimal_comma;
        let (have_commas, statement) = match reading.decimal_comma {
            Some(have_commas) => (have_commas, None),
            None => {
                let delimiter = dialect.delimiter;
                let is_converted = conversion.is_some();
                decimal_mark::detect(delimiter, &rows, is_converted, usual, expected, numbers)
            }
        };
        dialect.decimal_comma = have_commas;
        Ok(Found {
            reading,
            dialect,
            rows,
            statement,
        })
    }

    /// Finds the table below other text, whatever that is, by the `expected` names of its columns.
    fn below_other_text(
        &self,
        reading: &Reading,
        found: Dialect,
        expected: &[&str],
    ) -> Option<(Reading, Dialect, Vec<Row>)> {
        if reading.skip.is_some() || expected.is_empty() {
            return None;
        }
        self.prefix.lines_above(expected).find_map(|above| {
            let reading = Reading {
                skip: Some(above),
                ..*reading
            };
            let mut dialect = Dialect::detect(&self.prefix, &reading);
            (dialect.encoding, dialect.rows_from) = (found.encoding, found.rows_from);
            let rows = self.prefix.rows(self.source, dialect).ok()?;
            fits(&rows, &reading, expected).then_some((reading, dialect, rows))
        })
    }

    /// Converts all bytes from the `encoding`.
    fn decode(&mut self, encoding: TextEncoding) {
        let prefix = std::mem::take(&mut self.prefix);
        let behind = std::mem::replace(&mut self.bytes, Box::new(io::empty()));
        self.bytes = encoding.decode(Box::new(Cursor::new(prefix.bytes).chain(behind)));
    }

    /// Returns all bytes.
    pub(super) fn all(self) -> (Box<dyn Read + Send>, Progression) {
        let bytes = Cursor::new(self.prefix.bytes).chain(self.bytes);
        (Box::new(bytes), self.progression)
    }
}

/// Returns whether the first of the `rows` has all `expected` names, or is data if there are none, or `reading` says so.
fn fits(rows: &[Row], reading: &Reading, expected: &[&str]) -> bool {
    let [first, below @ ..] = rows else {
        return false;
    };
    let names = column_names(first.cells.iter().map(String::as_str));
    let names: HashSet<&str> = names.iter().map(String::as_str).collect();
    let is_number = |number: &str| number.parse::<usize>().is_ok();
    let is_made = |name: &&str| name.strip_prefix('c').is_some_and(is_number);
    reading.header == Some(false)
        || expected.iter().all(|name| names.contains(name))
        || expected.iter().all(is_made) && !is_header(&first.cells, below)
}
