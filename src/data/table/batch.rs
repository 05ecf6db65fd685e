//! Records in memory: cells one after another in a batch, and single rows with memory of their own.

use std::ops::Range;

use super::decimal::short_decimal;
use super::records::line_ends;

/// Some records one after another.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Text of all cells without delimiters and quotes; only `length` bytes are in use.
    pub(super) text: Vec<u8>,
    pub(super) length: usize,
    /// Place of each cell in `text`.
    pub(super) cells: Vec<Cell>,
    pub(super) rows: Vec<Span>,
}

/// Place of a cell in the text of its batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Cell {
    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Place of a record in a batch, behind the record before.
#[derive(Debug)]
pub(super) struct Span {
    pub(super) line: u64,
    /// Number of cells up to its end.
    pub(super) cells: usize,
    /// Whether a cell has several lines.
    pub(super) has_breaks: bool,
}

impl Batch {
    /// Number of records.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Makes room for `bytes` more bytes of text.
    pub(super) fn reserve(&mut self, bytes: usize) {
        let needed = self.length + bytes;
        if self.text.len() < needed {
            self.text.resize(needed.max(2 * self.text.len()), 0);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.length = 0;
        self.cells.clear();
        self.rows.clear();
    }

    /// Drops what DOS ends a text with, ^Z, from the end of the last cell.
    pub(super) fn drop_end_marks(&mut self) {
        if let Some(last) = self.cells.last_mut() {
            let cell = &self.text[last.range()];
            let marks = cell.iter().rev().take_while(|&&byte| byte == b'\x1a');
            last.end -= marks.count() as u32;
        }
    }

    /// Returns record `row` (from 0), if there is one.
    pub(crate) fn get(&self, row: usize) -> Option<Record<'_>> {
        let Span {
            line,
            cells,
            has_breaks,
        } = *self.rows.get(row)?;
        let first = row
            .checked_sub(1)
            .map_or(0, |before| self.rows[before].cells);
        Some(Record {
            text: &self.text[..self.length],
            cells: &self.cells[first..cells],
            line,
            has_breaks,
        })
    }

    /// Returns the bytes of the cells of the last record.
    pub(super) fn last_cells(&self) -> impl Iterator<Item = &[u8]> {
        let last = self.get(self.rows.len().wrapping_sub(1)).into_iter();
        last.flat_map(|record| (0..record.len()).map(move |index| record.bytes(index)))
    }
}

/// A row of cells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'r> {
    /// Text of the whole batch; each cell of the record is UTF-8.
    text: &'r [u8],
    /// Place of each cell in the text.
    cells: &'r [Cell],
    /// Line (from 1) it starts on.
    pub(crate) line: u64,
    /// Whether a cell has several lines.
    pub(crate) has_breaks: bool,
}

impl<'r> Record<'r> {
    /// Number of cells.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Returns whether there is a cell `index` (from 0).
    pub(super) fn has(&self, index: usize) -> bool {
        index < self.len()
    }

    /// Returns the line it ends on.
    pub(super) fn last_line(&self) -> u64 {
        let breaks = |cell: &str| line_ends(cell.as_bytes(), false);
        let inner = self
            .has_breaks
            .then(|| self.cells().map(breaks).sum::<u64>());
        self.line + inner.unwrap_or(0)
    }

    /// Returns the first `count` cells if all behind them are blank, else all.
    pub(super) fn without_blank_end(self, count: usize) -> Self {
        let is_blank = |index| self.cell(index).trim().is_empty();
        if self.len() > count && (count..self.len()).all(is_blank) {
            return Self {
                cells: &self.cells[..count],
                ..self
            };
        }
        self
    }

    pub(super) fn bytes(&self, index: usize) -> &'r [u8] {
        &self.text[self.cells[index].range()]
    }

    /// Returns the text of cell `index` (from 0) as it is in the file, without its quotes.
    ///
    /// # Panics
    /// If there is no such cell.
    pub(crate) fn cell(&self, index: usize) -> &'r str {
        std::str::from_utf8(self.bytes(index)).expect("checked when read")
    }

    /// Returns the number in cell `index` (from 0) if [`short_decimal`] can parse it.
    ///
    /// # Panics
    /// If there is no such cell.
    pub(crate) fn short_decimal(&self, index: usize) -> Option<f32> {
        short_decimal(self.text, self.cells[index].range())
    }

    pub(crate) fn cells(&self) -> impl Iterator<Item = &'r str> + use<'r> {
        let record = *self;
        (0..record.len()).map(move |index| record.cell(index))
    }

    pub(crate) fn to_owned(self) -> Row {
        Row {
            cells: self.cells().map(str::to_owned).collect(),
            line: self.line,
        }
    }
}

/// A record with memory of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) cells: Vec<String>,
    pub(crate) line: u64,
}

/// Returns the cells of column `index` (from 0) of the rows that have it.
pub(crate) fn column_cells(
    rows: &[Row],
    index: usize,
) -> impl DoubleEndedIterator<Item = &String> + Clone {
    rows.iter().filter_map(move |row| row.cells.get(index))
}

impl Row {
    /// Returns the line it ends on.
    pub(super) fn last_line(&self) -> u64 {
        let breaks = self
            .cells
            .iter()
            .map(|cell| line_ends(cell.as_bytes(), false));
        self.line + breaks.sum::<u64>()
    }
}
