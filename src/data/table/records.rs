//! From bytes to records: rows of cells, each with the physical line it starts on.
//!
//! csv-core splits lines with quotes and removes those; others are split eight bytes at a time. Blank
//! lines, comment lines and the numbering of lines are handled here, since csv-core counts line feeds
//! only.

use std::io::{self, Read};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::batch::{Batch, Cell, Record, Span};
use super::blanks::BlankSqueezer;
use super::decimal::{below, equal};
use super::dialect::{Delimiter, Dialect};
use super::quotes::{QuoteScan, QuoteTrimmer};
use util::error::{DataProblem, Error, Place, Result};

/// Bytes that are read at once.
const BLOCK: usize = 1 << 16;

/// Maximum bytes of a record: an unclosed quote would otherwise take in the rest of a long file.
const MAX_RECORD: usize = 16 << 20;

/// Reads records one after another.
pub(crate) struct Records<R> {
    source: String,
    input: R,
    dialect: Dialect,
    csv: Reader,
    /// Byte that csv-core splits at.
    delimiter: u8,
    squeezer: Option<BlankSqueezer>,
    trimmer: Option<QuoteTrimmer>,
    /// Number of lines above the table that are still to be skipped.
    to_skip: u64,
    /// Holds the bytes that were read and are not done with, from `start` to `end`.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Index of the last line end in `buffer`.
    last_line_end: Option<usize>,
    has_begun: bool,
    is_at_end: bool,
    /// Line (from 1) that `start` is on.
    line: u64,
    /// Whether the byte before `start` is a carriage return.
    is_after_return: bool,
    /// Ends of the cells of a record, behind each other.
    ends: Vec<usize>,
    /// The record that [`Self::next`] returns.
    current: Batch,
}

impl<R: Read> Records<R> {
    /// Reads `input`, which messages call `source`. A byte order mark is skipped.
    pub(crate) fn new(source: &str, input: R, dialect: Dialect) -> Self {
        let (delimiter, squeezer) = match dialect.delimiter {
            Delimiter::Byte(byte) => (byte, None),
            Delimiter::Blanks => (BlankSqueezer::DELIMITER, Some(BlankSqueezer::default())),
        };
        let mut csv = ReaderBuilder::new();
        csv.delimiter(delimiter).quoting(dialect.quote.is_some());
        csv.quote(dialect.quote.unwrap_or(b'"'));
        let mut csv = csv.build();
        // A byte order mark is one at the start of the file only, which csv-core need not see.
        let _ = csv.read_record(b"\n", &mut [], &mut []);
        let trimmer = dialect
            .quote
            .filter(|_| dialect.has_spaced_quotes && squeezer.is_none());
        Self {
            source: source.to_owned(),
            input,
            dialect,
            delimiter,
            csv,
            trimmer: trimmer.map(|quote| QuoteTrimmer::new(delimiter, quote)),
            to_skip: dialect.skip,
            squeezer,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            last_line_end: None,
            has_begun: false,
            is_at_end: false,
            line: dialect.rows_from.unwrap_or(1),
            is_after_return: false,
            ends: Vec::new(),
            current: Batch::default(),
        }
    }

    /// Returns the next record, or `None` at the end.
    ///
    /// # Errors
    /// Those of [`Self::read_into`].
    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>> {
        let mut batch = std::mem::take(&mut self.current);
        batch.clear();
        let found = self.read_into(&mut batch);
        self.current = batch;
        Ok(if found? { self.current.get(0) } else { None })
    }

    /// Appends the next record to `batch`; returns false at the end.
    ///
    /// # Errors
    /// [`Error::CannotRead`]; [`DataProblem::NotUtf8`]; [`DataProblem::UnclosedQuote`];
    /// [`DataProblem::EndlessRow`].
    pub(crate) fn read_into(&mut self, batch: &mut Batch) -> Result<bool> {
        while self.skip_to_record()? {
            let line = self.line;
            let (text, cells) = (batch.length, batch.cells.len());
            let has_quotes = !self.split_plain(batch) && self.split_record(batch)?;
            if self.is_at_end && self.rest().is_empty() {
                batch.drop_end_marks();
            }
            let bytes = &batch.text[text..batch.length];
            let is_mark = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'\x1a';
            let is_alone = batch.cells.len() - cells == 1 && !has_quotes;
            if is_alone && (bytes.iter().all(is_mark) || is_rule(bytes)) {
                batch.length = text;
                batch.cells.truncate(cells);
                continue;
            }
            let is_ascii = bytes.is_ascii();
            batch.rows.push(Span {
                line,
                cells: batch.cells.len(),
                has_breaks: false,
            });
            if has_quotes && self.dialect.rows_from.is_none() {
                let cells = batch.last_cells();
                let breaks = cells.map(|cell| line_ends(cell, false)).sum::<u64>();
                self.line += breaks;
                if let Some(row) = batch.rows.last_mut() {
                    row.has_breaks = breaks > 0;
                }
            }
            if !is_ascii && let Some(error) = self.not_utf8(batch) {
                batch.rows.pop();
                return Err(error);
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// Appends the cells of the record at `start` to `batch` and moves behind its line end, several times as
    /// fast as csv-core. Returns false, and does nothing, for a record that has a quote or may not end
    /// within the buffer.
    fn split_plain(&mut self, batch: &mut Batch) -> bool {
        let bytes = &self.buffer[self.start..self.end];
        let (offset, cells) = (batch.length, batch.cells.len());
        let quote = self.dialect.quote.unwrap_or(self.delimiter);
        let (words, _) = bytes.as_chunks();
        let mut start = offset;
        for (index, &word) in words.iter().enumerate() {
            let word = u64::from_le_bytes(word);
            let mut marks =
                equal(word, self.delimiter) | equal(word, quote) | below(word, b'\r' + 1);
            while marks != 0 {
                let at = 8 * index + marks.trailing_zeros() as usize / 8;
                marks &= marks - 1;
                let (byte, end) = (bytes[at], offset + at);
                let ends_line = matches!(byte, b'\r' | b'\n');
                if byte == self.delimiter || ends_line {
                    batch.cells.push(Cell {
                        start: start as u32,
                        end: end as u32,
                    });
                    start = end + 1;
                } else if byte == quote {
                    batch.cells.truncate(cells);
                    return false;
                }
                if ends_line {
                    batch.reserve(at);
                    batch.text[offset..end].copy_from_slice(&bytes[..at]);
                    batch.length = end;
                    self.start += at + 1;
                    self.line += 1;
                    self.is_after_return = byte == b'\r';
                    return true;
                }
            }
        }
        batch.cells.truncate(cells);
        false
    }

    /// Appends the cells of the record at `start` to `batch` and moves behind its line end. Returns
    /// whether a cell is quoted. Line ends within quotes are not counted yet.
    fn split_record(&mut self, batch: &mut Batch) -> Result<bool> {
        let text = batch.length;
        let (mut consumed, mut cells) = (0, 0);
        // Only for records with quotes, and those that do not end within a block.
        let mut quotes: Option<QuoteScan> = None;
        let mut unscanned = self.start;
        loop {
            let bytes = &self.buffer[self.start..self.end];
            let is_end = bytes.is_empty();
            let (result, read, written, ends) = self.csv.read_record(
                bytes,
                &mut batch.text[batch.length..],
                &mut self.ends[cells..],
            );
            let last = read.checked_sub(1).map(|last| bytes[last]);
            self.start += read;
            consumed += read;
            batch.length += written;
            cells += ends;
            match result {
                ReadRecordResult::OutputFull => {
                    batch.reserve(BLOCK);
                }
                ReadRecordResult::OutputEndsFull => {
                    self.ends.resize(1024.max(2 * self.ends.len()), 0);
                }
                ReadRecordResult::InputEmpty => {
                    let quotes = quotes.get_or_insert_with(|| QuoteScan::new(self.dialect.quote));
                    quotes.advance(&self.buffer[unscanned..self.start], self.delimiter);
                    let is_endless = consumed > MAX_RECORD;
                    self.check_quotes(quotes, is_endless)?;
                    if is_endless {
                        let place = Place::whole(&self.source).at_line(self.line);
                        return Err(Error::data(place, DataProblem::EndlessRow));
                    }
                    self.fill()?;
                    unscanned = self.start;
                }
                ReadRecordResult::Record | ReadRecordResult::End => {
                    // Without quotes every cell is followed by one byte: a delimiter or line end.
                    let plain = batch.length - text + cells - usize::from(is_end);
                    let has_quotes = consumed > plain;
                    if has_quotes {
                        let quotes =
                            quotes.get_or_insert_with(|| QuoteScan::new(self.dialect.quote));
                        quotes.advance(&self.buffer[unscanned..self.start], self.delimiter);
                        self.check_quotes(quotes, true)?;
                    }
                    let mut start = text as u32;
                    batch.cells.extend(self.ends[..cells].iter().map(|end| {
                        let end = (text + end) as u32;
                        let start = std::mem::replace(&mut start, end);
                        Cell { start, end }
                    }));
                    self.line += u64::from(!is_end);
                    self.is_after_return = !is_end && last == Some(b'\r');
                    return Ok(has_quotes);
                }
            }
        }
    }

    /// Checks the `quotes` of the record that starts on the current line; `is_whole` says whether it
    /// ends here.
    fn check_quotes(&self, quotes: &QuoteScan, is_whole: bool) -> Result<()> {
        match quotes.unclosed(is_whole) {
            None => Ok(()),
            Some(line_ends) => {
                let place = Place::whole(&self.source).at_line(self.line + line_ends);
                Err(Error::data(place, DataProblem::UnclosedQuote))
            }
        }
    }

    /// Skips line ends and comment lines; returns false at the end.
    fn skip_to_record(&mut self) -> Result<bool> {
        loop {
            match self.rest().first() {
                None if self.is_at_end => return Ok(false),
                None => self.fill()?,
                Some(_) if self.to_skip > 0 => {
                    let line = self.line;
                    self.skip_line()?;
                    self.to_skip -= self.line - line;
                }
                Some(b'\r' | b'\n') => self.skip(1),
                Some(&byte) if Some(byte) == self.dialect.comment => self.skip_line()?,
                Some(_) => return Ok(true),
            }
        }
    }

    fn skip_line(&mut self) -> Result<()> {
        loop {
            let rest = self.rest();
            match rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
                Some(length) => {
                    self.skip(length + 1);
                    return Ok(());
                }
                None if self.is_at_end => return Ok(()),
                None => {
                    self.skip(rest.len());
                    self.fill()?;
                }
            }
        }
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Moves `start` on and counts the lines.
    fn skip(&mut self, bytes: usize) {
        let skipped = &self.buffer[self.start..self.start + bytes];
        self.line += line_ends(skipped, self.is_after_return);
        self.is_after_return = skipped.last() == Some(&b'\r');
        self.start += bytes;
    }

    /// Whether another line ends within what was read, so that the next record can be had without
    /// waiting for more.
    pub(crate) fn has_line(&self) -> bool {
        self.last_line_end.is_some_and(|end| self.start <= end)
    }

    /// Reads a block once all bytes before it are done with. It is empty at the end only.
    fn fill(&mut self) -> Result<()> {
        loop {
            self.fill_once()?;
            if self.is_at_end || !self.rest().is_empty() {
                return Ok(());
            }
        }
    }

    fn fill_once(&mut self) -> Result<()> {
        if self.buffer.len() < BLOCK {
            self.buffer.resize(BLOCK, 0);
        }
        let mut length = 0;
        // A byte order mark may come in pieces.
        let wanted = if self.has_begun { 1 } else { 3 };
        while length < wanted && !self.is_at_end {
            let read = read_some(&mut self.input, &mut self.buffer[length..]);
            let read = read.map_err(|cause| Error::cannot_read(&self.source, cause))?;
            length += read;
            self.is_at_end = read == 0;
        }
        (self.start, self.end) = (0, length);
        if !self.has_begun && self.rest().starts_with(b"\xef\xbb\xbf") {
            self.start = 3;
        }
        self.has_begun = true;
        if let Some(squeezer) = &mut self.squeezer {
            self.buffer = squeezer.squeeze(&self.buffer[self.start..self.end]);
            (self.start, self.end) = (0, self.buffer.len());
        }
        if let Some(trimmer) = &mut self.trimmer {
            self.buffer = trimmer.trim(&self.buffer[self.start..self.end]);
            (self.start, self.end) = (0, self.buffer.len());
        }
        let mut bytes = self.buffer[..self.end].iter();
        self.last_line_end = bytes.rposition(|byte| matches!(byte, b'\r' | b'\n'));
        Ok(())
    }

    /// Returns the error for the first byte that is not UTF-8 in the last record of `batch`.
    fn not_utf8(&self, batch: &Batch) -> Option<Error> {
        let row = batch.rows.last()?;
        let mut line = row.line;
        for (column, cell) in batch.last_cells().enumerate() {
            if let Err(wrong) = std::str::from_utf8(cell) {
                let (before, rest) = cell.split_at(wrong.valid_up_to());
                let place = Place::whole(&self.source)
                    .at_line(line + line_ends(before, false))
                    .at_column(column + 1, None);
                let (byte, next) = (rest[0], rest.get(1).copied());
                return Some(Error::data(place, DataProblem::NotUtf8 { byte, next }));
            }
            line += line_ends(cell, false);
        }
        None
    }
}

/// Returns whether the only cell of a record is a line drawn between rows, such as `+---+---+`.
fn is_rule(cell: &[u8]) -> bool {
    let is_drawn = |byte: &u8| b"-+=| ".contains(byte);
    cell.len() > 2
        && cell.iter().all(is_drawn)
        && cell.windows(2).any(|pair| pair == b"--" || pair == b"==")
}

/// Reads what there is, or waits for some; a signal in between is no failure.
pub(crate) fn read_some(from: &mut impl Read, to: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(to) {
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// Counts line ends in `bytes`: `\n`, `\r`, or both together, which may have begun before.
pub(crate) fn line_ends(bytes: &[u8], mut is_after_return: bool) -> u64 {
    let mut count = 0;
    for &byte in bytes {
        count += u64::from(byte == b'\r' || byte == b'\n' && !is_after_return);
        is_after_return = byte == b'\r';
    }
    count
}

#[cfg(test)]
mod tests;
