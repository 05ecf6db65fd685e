//! Tables of text: named columns over rows of equal width, cells not yet typed.

pub(crate) mod amount;
pub(crate) mod batch;
pub(crate) mod blanks;
pub(crate) mod column_reader;
pub(crate) mod date_reader;
pub(crate) mod decimal;
pub(crate) mod decimal_mark;
pub(crate) mod dialect;
pub(crate) mod formatted;
pub(crate) mod header;
pub(crate) mod idx;
pub(crate) mod left_out;
pub(crate) mod lines;
pub(crate) mod prefix;
mod quotes;
mod reading;
pub(crate) mod records;
pub(crate) mod rows;
mod shape;
pub(crate) mod target_reader;

use std::collections::HashSet;
use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::schema::missing::MissingValues;
use super::schema::options::{LoadObserver, Part, Progress, report};
use super::source::converted::Conversion;
use super::source::foreign;
use super::source::input::Input;
use super::source::text_encoding::TextEncoding;

use crate::error::{DataProblem, Error, Place, Result};
use batch::Row;
use dialect::Dialect;
use header::{column_names, could_be_names, is_header, numbered_names, units_rows};
use left_out::{Heading, is_blank, is_footer, is_same_row};
use prefix::Prefix;
pub use reading::{CellFormat, GivenReading, Quote, Reading};
use records::Records;
use rows::{Layout, Rows};
pub(super) use shape::Shape;

/// Maximum length in bytes of a prefix: a file must have a whole row within it.
const MAX_PREFIX: usize = 32 << 20;

/// Rows between two progress reports if no more bytes are read in between.
const ROWS_PER_REPORT: usize = 1024;

/// An open table.
pub(super) struct Table {
    pub(super) shape: Shape,
    /// The first rows below the header, whatever their width.
    pub(super) sample: Vec<Row>,
    /// All rows.
    pub(super) rows: Rows,
}

/// Reports how many bytes of a file were read.
pub(crate) struct Progression {
    taken: Arc<AtomicU64>,
    size: Option<u64>,
    /// Bytes that were reported last.
    reported: u64,
}

impl Progression {
    /// Reports to `observer` that there are so many `rows`, unless nothing was read since the last
    /// report and few rows came.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    fn report(&mut self, rows: usize, observer: &mut LoadObserver) -> Result<()> {
        let bytes = self.taken.load(Ordering::Relaxed);
        if bytes == self.reported && !rows.is_multiple_of(ROWS_PER_REPORT) {
            return Ok(());
        }
        self.reported = bytes;
        let progress = Progress {
            part: Part::Table,
            bytes,
            size: self.size,
            rows,
        };
        report(observer, progress)
    }
}

impl Table {
    /// Opens the table of `source`, opened as `input`, and detects its format and columns. A first row that has one of
    /// the `expected` names is a header. Progress is reported from the first bytes on, since a pipe
    /// may be slow.
    ///
    /// # Errors
    /// [`DataProblem::NotUtf8`], [`DataProblem::Empty`]; [`Error::CannotRead`];
    /// [`Error::Cancelled`].
    pub(super) fn open(
        source: &str,
        input: Input,
        reading: &Reading,
        expected: &[&str],
        observer: &mut LoadObserver,
    ) -> Result<Self> {
        let progression = Progression {
            taken: input.taken,
            size: input.size,
            reported: 0,
        };
        let reading = match &input.conversion {
            Some(conversion) => conversion.complete(reading),
            None => *reading,
        };
        let mut start = Start {
            source,
            bytes: input.bytes,
            prefix: Prefix::default(),
            progression,
        };
        let Found {
            reading,
            dialect,
            mut rows,
            statement,
        } = start.detect(&reading, expected, input.conversion.as_ref(), observer)?;
        let is_whole = start.prefix.is_whole;
        let width = rows.first().map_or(0, |row| row.cells.len());
        while rows
            .pop_if(|row| is_footer(row.cells.iter().map(String::as_str), width))
            .is_some()
        {}
        if rows.is_empty() {
            return Err(Error::data(Place::whole(source), DataProblem::Empty));
        }
        let mut first = rows.remove(0).cells;
        drop_trailing_delimiters(&mut first, &rows);
        let mut trailing = trailing_delimiters(&first, &rows);
        first.resize(first.len() + trailing, String::new());
        let has_row_names = reading.header != Some(false) && has_row_names(&first, &rows);
        if has_row_names {
            first.insert(0, String::new());
        }
        let has_header = has_row_names
            || reading.header.unwrap_or_else(|| {
                let expected: HashSet<&str> = expected.iter().copied().collect();
                let named = first.iter().any(|cell| expected.contains(cell.trim()));
                named || is_header(&first, &rows)
            });
        if !has_header {
            first.truncate(first.len() - trailing);
            trailing = 0;
        }
        if has_header && rows.is_empty() {
            return Err(Error::data(Place::whole(source), DataProblem::Empty));
        }
        let names = if has_header {
            column_names(first.iter().map(String::as_str))
        } else {
            numbered_names(first.len())
        };
        if !has_header {
            let cells = first.clone();
            rows.insert(0, Row { cells, line: 0 });
        }
        let heading = Heading {
            units: {
                let units = if has_header {
                    units_rows(&first, &rows)
                } else {
                    0
                };
                rows.drain(..units).map(|row| row.cells).collect()
            },
            header: has_header.then(|| first.clone()),
        };
        // Rows that are no data are no evidence on the columns.
        let is_known =
            |row: &Row, known: &[String]| is_same_row(row.cells.iter().map(String::as_str), known);
        rows.retain(|row| {
            let mut known = heading.header.iter().chain(&heading.units);
            !known.any(|known| is_known(row, known))
                && !is_blank(row.cells.iter().map(String::as_str))
        });
        let mut layout = Layout::of(&rows, names.len(), dialect.delimiter);
        layout.remove_totals(&mut rows, is_whole);
        let (bytes, progression) = start.all();
        let records = Records::new(source, bytes, dialect);
        Ok(Self {
            sample: rows,
            rows: Rows::start(
                source,
                records,
                names.len() - trailing..names.len(),
                heading,
                layout,
                progression,
            )?,
            shape: Shape {
                source: source.to_owned(),
                header: has_header.then_some(first),
                names,
                dialect,
                has_row_names,
                missing: MissingValues::default(),
                missing_numbers: Vec::new(),
                conversion: input.conversion,
                bare: Vec::new(),
                other_mark: statement,
            },
        })
    }
}

impl Table {
    /// Returns whether the first row is a header of numbers alone, or, without a header, could be one.
    pub(super) fn has_numbers_on_top(&self) -> bool {
        let first = self.sample.first();
        match &self.shape.header {
            Some(header) => header.iter().all(|cell| formatted::is_number(cell)),
            None => first.is_some_and(|row| could_be_names(&row.cells)),
        }
    }
}

/// Format and first rows of a table.
struct Found {
    /// How it is read, completed by the training table.
    reading: Reading,
    dialect: Dialect,
    rows: Vec<Row>,
    /// Statement on a decimal mark other than that of the training table.
    statement: Option<String>,
}

/// First bytes of a file, and what follows.
struct Start<'s> {
    source: &'s str,
    /// The bytes behind the prefix.
    bytes: Box<dyn Read + Send>,
    prefix: Prefix,
    progression: Progression,
}

impl Start<'_> {
    /// Reads a prefix that has a whole row, and detects its format: completed by that of the training table if it has
    /// the `expected` names then.
    fn detect(
        &mut self,
        reading: &Reading,
        expected: &[&str],
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
            if let Some(problem) = foreign::tar_problem(&self.prefix.bytes) {
                return Err(Error::data(Place::whole(self.source), problem));
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
                if candidate.is_none()
                    || (rows.as_ref()).is_ok_and(|rows| fits(rows, &reading, expected))
                {
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
            None => decimal_mark::detect(dialect.delimiter, &rows, conversion.is_some(), usual),
        };
        dialect.decimal_comma = have_commas;
        Ok(Found {
            reading,
            dialect,
            rows,
            statement,
        })
    }

    /// Converts all bytes from the `encoding`.
    fn decode(&mut self, encoding: TextEncoding) {
        let prefix = std::mem::take(&mut self.prefix);
        let behind = std::mem::replace(&mut self.bytes, Box::new(io::empty()));
        self.bytes = encoding.decode(Box::new(Cursor::new(prefix.bytes).chain(behind)));
    }

    /// Returns all bytes.
    fn all(self) -> (Box<dyn Read + Send>, Progression) {
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

/// Returns whether all `rows` have one cell more than the `first`, which has names: R writes the names of the rows
/// below no name of their own.
fn has_row_names(first: &[String], rows: &[Row]) -> bool {
    let row_names = rows.iter().filter_map(|row| row.cells.first());
    first.len() > 1
        && rows.iter().all(|row| row.cells.len() == first.len() + 1)
        && !first.iter().all(|cell| formatted::is_number(cell))
        && !rows.is_empty()
        && row_names.collect::<HashSet<_>>().len() == rows.len()
}

/// Drops the empty cells at the end of the `first` row if all `rows` end before them.
fn drop_trailing_delimiters(first: &mut Vec<String>, rows: &[Row]) {
    let width = rows.first().map_or(first.len(), |row| row.cells.len());
    let end = first.get(width..).unwrap_or_default();
    if width > 1
        && end.iter().all(|cell| cell.trim().is_empty())
        && rows.iter().all(|row| row.cells.len() == width)
    {
        first.truncate(width);
    }
}

/// Returns the number of delimiters at the end of all `rows` that the `first` row does not have.
fn trailing_delimiters(first: &[String], rows: &[Row]) -> usize {
    let width = rows.first().map_or(0, |row| row.cells.len());
    let is_padded = |row: &Row| {
        let end = row.cells.get(first.len()..).unwrap_or_default();
        row.cells.len() == width && end.iter().all(|cell| cell.trim().is_empty())
    };
    if rows.iter().all(is_padded) {
        width.saturating_sub(first.len())
    } else {
        0
    }
}

/// The table in `bytes`, as if they were a file called `t.csv`.
#[cfg(test)]
pub(super) fn table_of(bytes: &[u8], reading: &Reading, expected: &[&str]) -> Result<Table> {
    let input = Input {
        bytes: Box::new(Cursor::new(bytes.to_vec())),
        taken: Arc::default(),
        size: None,
        has_images: false,
        conversion: None,
    };
    let mut observer = |_| std::ops::ControlFlow::Continue(());
    Table::open("t.csv", input, reading, expected, &mut observer)
}

#[cfg(test)]
mod tests;
