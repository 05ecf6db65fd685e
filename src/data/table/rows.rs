//! Rows of a table below its header, read on a thread of its own while the caller works on the rows
//! before.

use std::collections::HashSet;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use super::Progression;
use super::batch::{Batch, Record, Row, column_cells};
use super::dialect::{Delimiter, Dialect};
use super::formatted::is_number;
use super::left_out::{
    Heading, LeftOut, are_below_table, count, is_blank, is_footer, is_row_count, is_subtotal,
    may_be_no_data, names_total, total_column, total_name,
};
use super::records::{Records, line_ends};
use super::totals::TotalColumns;
use crate::schema::options::LoadObserver;
use util::error::{DataProblem, Error, Place, Result};
use util::lang::say;

/// Maximum number of batches that wait: enough that neither side waits for the other at every batch
/// on a busy machine.
const AHEAD: usize = 8;

/// Number of rows from which narrower ones behind an empty line are below the table.
pub(super) const MIN_ROWS_ABOVE: usize = 2;

/// Reads the rows of a table one after another.
pub(crate) struct Rows {
    source: String,
    /// Number of cells that every row must have. Those from the start of the range on are empty: every
    /// row but the first ends in delimiters.
    width: Range<usize>,
    batches: Receiver<Result<Batch>>,
    /// Takes batches back, whose memory is used again.
    done_with: Sender<Batch>,
    batch: Batch,
    /// Index in `batch` of the next row.
    next: usize,
    is_at_end: bool,
    /// Number of rows of the table so far.
    count: usize,
    /// Line on which the last row of the batch before ends.
    end_of_last: u64,
    progression: Progression,
    heading: Heading,
    layout: Layout,
    /// The batch behind `batch`, if it was needed early.
    ahead: Option<Batch>,
    pub(crate) left_out: LeftOut,
}

/// Form of the rows, by the first of them.
#[derive(Debug)]
pub(crate) struct Layout {
    dialect: Dialect,
    width: usize,
    /// Columns of numbers, in order.
    numeric: Vec<usize>,
    /// Names of totals that are those of data, in lower case.
    data_names: HashSet<String>,
    /// Columns of text with rows of totals among the data.
    totals: TotalColumns,
}

impl Layout {
    /// Looks at `rows` of `width` cells.
    pub(crate) fn of(rows: &[Row], width: usize, dialect: Dialect) -> Self {
        let is_numeric = |column: &usize| {
            let cells = column_cells(rows, *column);
            2 * cells.filter(|cell| is_number(cell)).count() > rows.len()
        };
        Self {
            dialect,
            width,
            numeric: (0..width).filter(is_numeric).collect(),
            data_names: HashSet::new(),
            totals: TotalColumns::default(),
        }
    }

    /// Returns whether a row with the name of totals in `cell` of `column` is one of totals wherever it is.
    fn is_total(&self, column: usize, cell: &str) -> bool {
        self.numeric.binary_search(&column).is_ok() || is_subtotal(&total_name(cell))
    }

    /// Returns whether a row with these cells names totals in a column in which such rows have the sums of others.
    fn has_sums<'c>(&self, cell: impl Fn(usize) -> Option<&'c str>) -> bool {
        let mut cells = self
            .totals
            .certain
            .iter()
            .filter_map(|&column| cell(column));
        cells.any(|cell| names_total(cell).is_some())
    }

    /// Returns whether the narrow `record` has several cells, and numbers where the table has them.
    fn is_cut_row(&self, record: &Record) -> bool {
        let mut numeric = self.numeric.iter().filter(|&&column| record.has(column));
        let has_numbers = numeric.clone().next().is_some();
        record.len() > 1 && has_numbers && numeric.all(|&column| is_number(record.cell(column)))
    }

    /// Returns whether the `record` is a count of rows whose words are cells.
    fn is_row_count(&self, record: &Record) -> bool {
        self.dialect.delimiter == Delimiter::Blanks && is_row_count(record.cells())
    }

    /// Removes rows of totals from the first `rows`, all of the table if it `is_whole`: those named so in a column of
    /// numbers, subtotals, those with the sums of rows above, and those at the end whose name no row above has.
    pub(super) fn remove_totals(&mut self, rows: &mut Vec<Row>, is_whole: bool) {
        let total = |row: &Row| total_column(row.cells.iter().map(String::as_str));
        rows.retain(|row| {
            !total(row).is_some_and(|column| self.is_total(column, &row.cells[column]))
        });
        self.totals = TotalColumns::of(rows, &self.numeric, self.dialect.decimal_comma);
        rows.retain(|row| !self.has_sums(|column| row.cells.get(column).map(String::as_str)));
        let last = rows.iter().rposition(|row| total(row).is_none());
        let end = match last {
            Some(last) if is_whole => last + 1,
            _ => rows.len(),
        };
        let name = |row: &Row| Some(total_name(&row.cells[total(row)?]));
        self.data_names = rows[..end].iter().filter_map(name).collect();
        let is_total =
            |row: &mut Row| name(row).is_some_and(|name| !self.data_names.contains(&name));
        while is_whole && rows.pop_if(is_total).is_some() {}
    }

    /// Returns the line of a quote in `record` that opens a cell in which whole rows of the table lie: the
    /// quote was meant to be text, and the next one closes it.
    fn swallowing_quote(&self, record: &Record) -> Option<u64> {
        /// Number of rows from which they are no text, in a table with numbers and in one without.
        const MIN_ROWS: [usize; 2] = [1, 3];
        let mut line = record.line;
        for cell in record.cells() {
            let lines: Vec<&str> = cell.lines().collect();
            let inner = lines
                .get(1..lines.len().saturating_sub(1))
                .unwrap_or_default();
            let min = MIN_ROWS[usize::from(self.numeric.is_empty() || self.width < 3)];
            if inner.len() >= min && inner.iter().all(|line| self.is_row(line)) {
                return Some(line);
            }
            line += line_ends(cell.as_bytes(), false);
        }
        None
    }

    /// Returns whether `line` has the cells of a row, with numbers where the table has them.
    fn is_row(&self, line: &str) -> bool {
        let cells: Vec<&str> = match self.dialect.delimiter {
            Delimiter::Byte(byte) => line.split(char::from(byte)).collect(),
            Delimiter::Blanks => line.split_ascii_whitespace().collect(),
        };
        let is_fitting =
            |&column: &usize| is_number(cells[column]) || cells[column].trim().is_empty();
        cells.len() == self.width && self.numeric.iter().all(is_fitting)
    }
}

impl Rows {
    /// Starts reading `records`, rows of `width` cells, empty from the start of that range on; the first one
    /// is skipped if it is a header.
    ///
    /// # Errors
    /// [`Error::CannotRead`] if there can be no thread; those of [`Self::next`].
    pub(crate) fn start(
        source: &str,
        records: Records<Box<dyn Read + Send>>,
        width: Range<usize>,
        heading: Heading,
        layout: Layout,
        progression: Progression,
    ) -> Result<Self> {
        let (sender, batches) = sync_channel(AHEAD);
        let (done_with, used) = channel();
        let reading = thread::Builder::new().name("read".into());
        let spawned = reading.spawn(move || read_ahead(records, &sender, &used));
        spawned.map_err(|cause| Error::cannot_read(source, cause))?;
        let mut rows = Self {
            source: source.to_owned(),
            width,
            batches,
            done_with,
            batch: Batch::default(),
            next: 0,
            is_at_end: false,
            count: 0,
            end_of_last: 0,
            progression,
            left_out: LeftOut::default(),
            heading,
            layout,
            ahead: None,
        };
        if rows.heading.header.is_some() {
            rows.advance()?;
            rows.next = 1;
        }
        Ok(rows)
    }

    /// Returns the next row, or `None` at the end.
    ///
    /// # Errors
    /// [`DataProblem::RaggedRow`]; those of [`Records::read_into`].
    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>> {
        loop {
            while self.next >= self.batch.len() && !self.is_at_end {
                self.advance()?;
            }
            let Some(record) = self.batch.get(self.next) else {
                break;
            };
            let line = record.line;
            if self.heading.leaves_out(&record, &mut self.left_out) {
                self.next += 1;
            } else if self
                .layout
                .has_sums(|column| record.has(column).then(|| record.cell(column)))
            {
                count(&mut self.left_out.totals, line);
                self.next += 1;
            } else if !may_be_no_data(record.bytes(0)) {
                break;
            } else if is_blank(record.cells()) {
                count(&mut self.left_out.blank, line);
                self.next += 1;
            } else if self.is_total()? {
                count(&mut self.left_out.totals, line);
                self.next += 1;
            } else {
                break;
            }
        }
        let may_be_footer = |record: Record| {
            let is_text = match record.len() {
                1 => is_footer(record.cells(), self.width.end),
                _ => self.layout.is_row_count(&record),
            };
            let is_narrow = record.len() < self.width.start && !self.layout.is_cut_row(&record);
            is_text || is_narrow && self.is_behind_gap(&record)
        };
        if self.batch.get(self.next).is_some_and(may_be_footer) {
            self.leave_out_footer()?;
        }
        let Some(record) = self.batch.get(self.next) else {
            return Ok(None);
        };
        self.next += 1;
        self.count += 1;
        let record = record.without_blank_end(self.width.end);
        let (found, expected) = (record.len(), self.width.start);
        let is_filled = |column| !record.cell(column).trim().is_empty();
        if found != self.width.end || self.width.clone().any(is_filled) {
            let place = Place::whole(&self.source).at_line(record.line);
            // Another row of that width shows that not only this one differs.
            let behind = self.batch.get(self.next).map(|record| record.len());
            let is_wide = record.line == 2
                && found > expected
                && self.heading.header.is_some()
                && self.layout.dialect.delimiter == Delimiter::Byte(b',');
            let is_cut = found < expected && self.count > 1 && self.ends_here();
            let hint = if is_cut {
                say!(
                    "hint-cut",
                    " (the file ends here, maybe cut short; head -n {above} FILE | nn-tui - reads the rows above)",
                    above = record.line - 1
                )
            } else {
                ragged_hint(&record, behind != Some(found), is_wide, self.count)
            };
            let problem = DataProblem::RaggedRow {
                found,
                expected,
                hint,
            };
            return Err(Error::data(place, problem));
        }
        if record.has_breaks
            && let Some(line) = self.layout.swallowing_quote(&record)
        {
            let place = Place::whole(&self.source).at_line(line);
            return Err(Error::data(place, DataProblem::RowsInQuotes));
        }
        Ok(Some(record))
    }

    /// Returns a row that may be one of totals, but has other numbers: its name and its line.
    pub(crate) fn doubtful_total(&self) -> Option<(String, u64)> {
        self.layout.totals.doubtful.clone()
    }

    /// Returns whether the next row is one of totals: named so in a column of numbers, or else below all others.
    ///
    /// # Errors
    /// Those of [`Self::next`].
    fn is_total(&mut self) -> Result<bool> {
        let Some(record) = self.batch.get(self.next) else {
            return Ok(false);
        };
        let Some(column) = total_column(record.cells()) else {
            return Ok(false);
        };
        let cell = record.cell(column);
        if self.layout.is_total(column, cell) {
            return Ok(true);
        }
        if self.layout.data_names.contains(&total_name(cell))
            || !are_below_table(&self.batch, self.next + 1, self.width.end)
        {
            return Ok(false);
        }
        if self.ahead.is_none() && !self.is_at_end {
            self.ahead = Some(self.receive()?);
        }
        Ok(self.ahead.as_ref().is_none_or(|ahead| ahead.len() == 0))
    }

    /// Returns whether a line without a row is above the next one, `record`.
    fn is_behind_gap(&self, record: &Record) -> bool {
        let before = self.next.checked_sub(1).and_then(|row| self.batch.get(row));
        let end = before.map_or(self.end_of_last, |before| before.last_line());
        self.count >= MIN_ROWS_ABOVE && record.line > end + 1
    }

    /// Leaves out the narrower rows from the next one on if the table ends before them.
    ///
    /// # Errors
    /// [`DataProblem::RaggedRow`] if there are rows of its width behind them.
    fn leave_out_footer(&mut self) -> Result<()> {
        let width = self.width.clone();
        let mut first = None;
        let found = self.batch.get(self.next).map_or(0, |record| record.len());
        loop {
            while self.next >= self.batch.len() && !self.is_at_end {
                self.advance()?;
            }
            let Some(record) = self.batch.get(self.next) else {
                return Ok(());
            };
            let line = *first.get_or_insert(record.line);
            if record.len() >= width.start && !self.layout.is_row_count(&record) {
                let place = Place::whole(&self.source).at_line(line);
                let problem = DataProblem::RaggedRow {
                    found,
                    expected: width.start,
                    hint: without_line(line),
                };
                return Err(Error::data(place, problem));
            }
            count(&mut self.left_out.footers, line);
            self.next += 1;
        }
    }

    /// Returns whether no row is behind those that were read.
    fn ends_here(&self) -> bool {
        let is_last = |batch: Result<Batch>| batch.is_ok_and(|batch| batch.len() == 0);
        self.next >= self.batch.len()
            && match &self.ahead {
                Some(ahead) => ahead.len() == 0,
                None => is_last(self.receive()),
            }
    }

    /// Goes on to the next batch.
    fn advance(&mut self) -> Result<()> {
        let batch = match self.ahead.take() {
            Some(batch) => batch,
            None => self.receive()?,
        };
        if let Some(last) = self
            .batch
            .len()
            .checked_sub(1)
            .and_then(|row| self.batch.get(row))
        {
            self.end_of_last = last.last_line();
        }
        let used = std::mem::replace(&mut self.batch, batch);
        // After the end nobody takes it.
        let _ = self.done_with.send(used);
        self.next = 0;
        self.is_at_end = self.batch.len() == 0;
        Ok(())
    }

    /// Waits for the next batch.
    fn receive(&self) -> Result<Batch> {
        let received = self.batches.recv();
        received.unwrap_or_else(|_| {
            let cause = io::Error::other(say!("reader-stopped", "the reading thread stopped"));
            Err(Error::cannot_read(&self.source, cause))
        })
    }

    /// Reports to `observer` how far the reading is, `rows` rows, now and then.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub(crate) fn report(&mut self, rows: usize, observer: &mut LoadObserver) -> Result<()> {
        self.progression.report(rows, observer)
    }
}

/// Returns the first character of `cell`, the first one of a row, if comments often start with it.
pub(crate) fn comment_sign(cell: &str) -> Option<char> {
    let sign = cell.trim().chars().next();
    sign.filter(|sign| "#%*!/;".contains(*sign) && !is_excel_error(cell))
}

/// Returns whether `cell` is an error such as `#DIV/0!` or `#NAME?`.
pub(crate) fn is_excel_error(cell: &str) -> bool {
    let cell = cell.trim();
    cell.starts_with('#') && cell.ends_with(['!', '?'])
}

/// Returns how the table is read without `line`, in brackets.
fn without_line(line: u64) -> String {
    say!(
        "hint-without-line",
        " (sed {line}d FILE | nn-tui - reads the table without the line)",
        line
    )
}

/// Returns the option that may help with a `record` of another width than the first row, whether it `is_alone` or others
/// follow, whether it is the first below the names and `is_wide`, and the `count` of rows so far, in brackets.
fn ragged_hint(record: &Record, is_alone: bool, is_wide: bool, count: usize) -> String {
    /// Number of rows above from which they are a table.
    const MANY: usize = 10;
    let is_cut =
        |cell: &str| cell.trim_start().starts_with('\'') && !cell.trim_end().ends_with('\'');
    match comment_sign(record.cell(0)) {
        Some(sign) => {
            say!(
                "hint-comment-lines",
                " (--comment \"{sign}\" skips lines that start with it)",
                sign
            )
        }
        _ if record.cells().any(is_cut) => say!(
            "hint-quote",
            " (--quote \"'\" keeps what is between two of them in one cell)"
        )
        .into(),
        _ if is_alone || record.line < 2 => without_line(record.line),
        _ if is_wide => say!(
            "hint-decimal-commas",
            " (numbers with a decimal comma need quotes, or another delimiter; --skip {above} reads the table without the \
             names)",
            above = record.line - 1
        ),
        _ if count > MANY => say!(
            "hint-two-tables",
            " (head -n {above} FILE | nn-tui - reads the rows above, --skip {above} the table from this line on)",
            above = record.line - 1
        ),
        _ => say!(
            "hint-skip-above",
            " (--skip {above} reads the table from this line on)",
            above = record.line - 1
        ),
    }
}

/// Sends all `records` in batches, one for each block of the file, and an empty one at the end. Ends
/// early once nobody receives them.
fn read_ahead<R: Read>(
    mut records: Records<R>,
    batches: &SyncSender<Result<Batch>>,
    used: &Receiver<Batch>,
) {
    let mut is_done = false;
    while !is_done {
        let mut batch = used.try_recv().unwrap_or_default();
        batch.clear();
        let read = loop {
            match records.read_into(&mut batch) {
                Ok(true) if records.has_line() => {}
                other => break other,
            }
        };
        is_done = !matches!(read, Ok(true));
        if batch.len() > 0 && batches.send(Ok(batch)).is_err() {
            return;
        }
        if is_done {
            // Nobody may be left to hear of it.
            let _ = batches.send(read.map(|_| Batch::default()));
        }
    }
}
