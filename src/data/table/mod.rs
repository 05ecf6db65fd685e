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
mod start;
pub(crate) mod target_reader;
mod totals;
pub(crate) mod unit;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::schema::missing::MissingValues;
use super::schema::options::{DataFile, LoadObserver, Progress, report};
use super::source::input::Input;

use batch::Row;
use dialect::{Delimiter, is_name_over_row_names};
use header::{column_names, could_be_names, is_header, numbered_names, units_rows};
use left_out::{Heading, is_blank, is_footer, is_row_count, is_same_row};
use prefix::Prefix;
pub use reading::{CellFormat, GivenReading, Quote, Reading};
use records::Records;
use rows::{Layout, MIN_ROWS_ABOVE, Rows, comment_sign};
pub(super) use shape::Shape;
use start::{Found, Start};
use util::error::{DataProblem, Error, Result};
use util::lang::say;

/// Maximum length in bytes of a prefix: a file must have a whole row within it.
const MAX_PREFIX: usize = 32 << 20;

/// Rows between two progress reports if no more bytes are read in between.
const ROWS_PER_REPORT: usize = 1024;

/// An open table.
pub(super) struct Table {
    pub(super) shape: Shape,
    /// The first rows below the header, whatever their width.
    pub(super) sample: Vec<Row>,
    /// Rows of units below the header, which come before them.
    units: Vec<Row>,
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
            part: DataFile::Table,
            bytes,
            size: self.size,
            rows,
        };
        report(observer, progress)
    }
}

impl Table {
    /// Opens the table of `source`, opened as `input`, and detects its format and columns. A first row that has one of
    /// the `expected` names is a header; those of `numbers` among them decide on the decimal mark. Progress is reported from the first bytes on, since a pipe
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
        numbers: &[&str],
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
        } = start.detect(
            &reading,
            expected,
            numbers,
            input.conversion.as_ref(),
            observer,
        )?;
        let is_whole = start.prefix.is_whole;
        let width = rows.first().map_or(0, |row| row.cells.len());
        drop_below_table(&mut rows, width, |row| {
            let cells = || row.cells.iter().map(String::as_str);
            is_footer(cells(), width)
                || dialect.delimiter == Delimiter::Blanks && is_row_count(cells())
        });
        if rows.is_empty() {
            return Err(Error::in_source(source, DataProblem::Empty));
        }
        let mut first = rows.remove(0).cells;
        drop_trailing_delimiters(&mut first, &rows);
        let mut trailing = trailing_delimiters(&first, &rows);
        first.resize(first.len() + trailing, String::new());
        let is_r_column =
            dialect.delimiter.is_hardly_in_cells() && is_name_over_row_names(&first, &rows);
        let has_row_names =
            reading.header != Some(false) && (is_r_column || has_row_names(&first, &rows));
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
            return Err(Error::in_source(source, DataProblem::Empty));
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
        let units = if has_header {
            units_rows(&first, &rows)
        } else {
            0
        };
        let units: Vec<Row> = rows.drain(..units).collect();
        let heading = Heading {
            units: units.iter().map(|row| row.cells.clone()).collect(),
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
        let mut layout = Layout::of(&rows, names.len(), dialect);
        layout.remove_totals(&mut rows, is_whole);
        let (bytes, progression) = start.all();
        let records = Records::new(source, bytes, dialect);
        Ok(Self {
            sample: rows,
            units,
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
                member: input.member,
                bare: BTreeSet::new(),
                units: BTreeMap::new(),
                other_mark: statement,
            },
        })
    }
}

impl Table {
    /// Finds the column that a user calls `asked`, as [`Shape::find_column`].
    ///
    /// # Errors
    /// [`DataProblem::NoSuchColumn`], which names the line that has it below the names of the columns.
    pub(super) fn find_column(&self, asked: &str) -> Result<usize> {
        let rows = || self.units.iter().chain(&self.sample);
        // Its cells may be separated in another way than the lines above.
        let is_it = |text: &str| text.trim() == asked.trim() && !formatted::is_number(asked);
        let has_it = |row: &&Row| {
            let mut cells = row.cells.iter();
            cells.any(|cell| is_it(cell) || cell.split([',', ';', '\t', '|']).any(is_it))
        };
        self.shape.find_column(asked).map_err(|mut error| {
            if let Error::Data {
                problem: DataProblem::NoSuchColumn { line, .. },
                ..
            } = &mut error
            {
                *line = rows()
                    .filter(|row| row.line > 1)
                    .find(has_it)
                    .map(|row| row.line);
            }
            error
        })
    }

    /// Returns the problem of a table with a single column, with the option that helps.
    pub(super) fn single_column(&self) -> DataProblem {
        let first = self.shape.header.as_ref().map(|header| header[0].as_str());
        let first = first.or_else(|| Some(self.sample.first()?.cells[0].as_str()));
        let has_cells = |row: &&Row| row.cells.len() > 1 || row.cells[0].contains([';', '\t', '|']);
        let below = self.sample.iter().find(has_cells).map(|row| row.line);
        let mut all = first
            .into_iter()
            .chain(self.sample.iter().map(|row| row.cells[0].as_str()));
        let are_lines = all.all(|cell| cell.contains([',', ';', '\t']));
        let is_series = self
            .sample
            .iter()
            .all(|row| formatted::is_number(&row.cells[0]));
        let hint = match (first.and_then(comment_sign), below) {
            _ if are_lines => say!(
                "problem-quoted-lines",
                "its lines are quoted as a whole: sed 's/^\"//; s/\"\\r*$//; s/\"\"/\"/g' FILE | nn-tui -"
            )
            .to_owned(),
            _ if is_series => say!(
                "problem-series",
                "--lags 3 predicts each number from the three before it; --delimiter says what separates the cells"
            )
            .to_owned(),
            (Some(sign), _) => say!(
                "problem-comment",
                "--comment \"{sign}\" skips lines that start with it",
                sign
            ),
            (None, Some(line @ 2..)) => say!(
                "problem-first-line",
                "--skip {above} takes line {line} for the first of the table",
                above = line - 1,
                line
            ),
            (None, _) => say!(
                "problem-delimiter",
                "--delimiter says what separates the cells"
            )
            .to_owned(),
        };
        DataProblem::SingleColumn { hint }
    }

    /// Returns whether the first row is a header of numbers alone, or, without a header, could be one.
    pub(super) fn has_numbers_on_top(&self) -> bool {
        let first = self.sample.first();
        match &self.shape.header {
            Some(header) => header.iter().all(|cell| formatted::is_number(cell)),
            None => first.is_some_and(|row| could_be_names(&row.cells)),
        }
    }
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

/// Drops the narrower rows at the end of `rows`, of a table of `width` columns, from the first one on that `is_text` or
/// has a line without a row above it. Few rows above them are no table.
fn drop_below_table(rows: &mut Vec<Row>, width: usize, is_text: impl Fn(&Row) -> bool) {
    let is_below = |row: &&Row| row.cells.len() < width || is_text(row);
    let below = rows.iter().rev().take_while(is_below).count();
    let is_first = |&row: &usize| {
        let is_behind_gap = |above: &Row| rows[row].line > above.last_line() + 1;
        is_text(&rows[row]) || row > MIN_ROWS_ABOVE && is_behind_gap(&rows[row - 1])
    };
    if let Some(first) = (rows.len() - below..rows.len()).find(is_first) {
        rows.truncate(first);
    }
}

/// Drops the empty cells at the end of the `first` row if some of the `rows` end before them, and the others have nothing
/// there.
fn drop_trailing_delimiters(first: &mut Vec<String>, rows: &[Row]) {
    let min = rows.iter().map(|row| row.cells.len()).min();
    let width = min.unwrap_or(first.len());
    let is_empty_behind = |cells: &[String]| {
        let mut end = cells.iter().skip(width);
        end.all(|cell| cell.trim().is_empty())
    };
    if width > 1 && is_empty_behind(first) && rows.iter().all(|row| is_empty_behind(&row.cells)) {
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
        bytes: Box::new(std::io::Cursor::new(bytes.to_vec())),
        taken: Arc::default(),
        size: None,
        has_images: false,
        conversion: None,
        member: None,
    };
    let mut observer = |_| std::ops::ControlFlow::Continue(());
    Table::open("t.csv", input, reading, expected, expected, &mut observer)
}

#[cfg(test)]
mod tests;
