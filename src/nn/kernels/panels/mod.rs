//! Storage of the engine's matrices.

mod load;
mod spans;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::aligned::Aligned;
use super::transpose::transpose_into;
pub(super) use load::mask;

/// Columns of a panel: 16 floats fill a cache line.
pub(crate) const WIDE: usize = 16;
/// Columns of the only panel of a small matrix: half a cache line, but also half the arithmetic.
pub(crate) const NARROW: usize = 8;

/// A matrix `(rows, columns)` cut into panels of [`width`](Self::width) columns.
///
/// ```text
///   columns   0 .. 15      16 .. 31     32 .. 39 (padded to 47)
///           +----------+ +----------+ +----------+
///   row 0   |  0 .. 15 | | 48 .. 63 | | 96 .. 111|   position in memory
///   row 1   | 16 .. 31 | | 64 .. 79 | |    ..    |   of a matrix (3, 40)
///   row 2   | 32 .. 47 | | 80 .. 95 | |          |
///           +----------+ +----------+ +----------+
/// ```
///
/// A product of matrices walks down one panel row by row, and so through memory from front to
/// back, one cache line at a time. With plain rows it would jump by a whole row each time, and
/// where that is a multiple of 4 KiB, the lines would throw each other out of the cache. Libraries
/// for general matrices copy into such panels before each product; here matrices are always stored so.
///
/// The last panel is padded. Padding is zero in weights and deltas, so it stays out of every sum.
#[derive(Debug, Clone)]
pub struct Panels {
    rows: usize,
    columns: usize,
    width: usize,
    /// Floats in a panel: `rows * width`.
    size: usize,
    data: Aligned,
    /// Columns of each panel that a product needs.
    spans: Vec<Range<usize>>,
}

impl Panels {
    /// Creates a matrix of zeros in panels of `width` columns, [`NARROW`] or [`WIDE`]; see
    /// [`VectorUnit::panel_width`](crate::kernels::VectorUnit::panel_width).
    pub fn zeros(rows: usize, columns: usize, width: usize) -> Self {
        assert!(width == WIDE || width == NARROW && columns <= NARROW);
        let starts = (0..columns).step_by(width);
        Self {
            rows,
            columns,
            width,
            size: rows * width,
            data: Aligned::zeros(starts.len() * width * rows),
            spans: starts.map(|start| 0..width.min(columns - start)).collect(),
        }
    }

    /// Number of rows.
    #[inline(always)]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns without padding.
    #[inline(always)]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Columns of a panel: 16, or 8 if they are all.
    #[inline(always)]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of panels.
    #[inline(always)]
    pub fn count(&self) -> usize {
        self.spans.len()
    }

    /// Sets the width of the panels, [`NARROW`] only if that is enough for all columns. The contents become
    /// meaningless.
    pub(crate) fn set_width(&mut self, width: usize) {
        assert!(width == WIDE || width == NARROW && self.columns <= NARROW);
        self.width = width;
        self.size = self.rows * width;
    }

    /// Sets the number of rows, at most that of the construction. The contents become meaningless.
    #[inline(always)]
    pub(crate) fn set_rows(&mut self, rows: usize) {
        if rows == self.rows {
            return;
        }
        let size = rows * self.width();
        let length = size * self.count();
        assert!(length <= self.data.len(), "more rows than there is room");
        (self.rows, self.size) = (rows, size);
    }

    /// Returns all values with the padding, panel by panel.
    #[inline(always)]
    pub fn values(&self) -> &[f32] {
        &self.data[..self.size * self.count()]
    }

    /// Mutable [`values`](Self::values).
    #[inline(always)]
    pub fn values_mut(&mut self) -> &mut [f32] {
        let length = self.size * self.count();
        &mut self.data[..length]
    }

    /// Returns panel `p`: `rows` rows of `width` floats.
    #[inline(always)]
    pub fn panel(&self, p: usize) -> &[f32] {
        &self.data[p * self.size..][..self.size]
    }

    /// Mutable [`panel`](Self::panel).
    #[inline(always)]
    pub(crate) fn panel_mut(&mut self, p: usize) -> &mut [f32] {
        &mut self.data[p * self.size..][..self.size]
    }

    /// Returns some panels, one after the other.
    #[inline(always)]
    pub fn panels(&self, which: Range<usize>) -> &[f32] {
        &self.data[which.start * self.size..which.end * self.size]
    }

    /// Returns the [`span`](Self::span) of each of some panels.
    #[inline(always)]
    pub(crate) fn spans(&self, which: Range<usize>) -> &[Range<usize>] {
        &self.spans[which]
    }

    /// Mutable [`panels`](Self::panels).
    #[inline(always)]
    pub(crate) fn panels_mut(&mut self, which: Range<usize>) -> &mut [f32] {
        &mut self.data[which.start * self.size..which.end * self.size]
    }

    /// Number of columns of panel `p` without padding.
    #[inline(always)]
    pub fn used(&self, p: usize) -> usize {
        self.width().min(self.columns - p * self.width())
    }

    /// Returns the columns of panel `p` that a product needs: all but the padding, or fewer after
    /// [`find_spans`](Self::find_spans).
    #[inline(always)]
    pub(crate) fn span(&self, p: usize) -> Range<usize> {
        self.spans[p].clone()
    }

    /// Returns the position of an element in [`values`](Self::values).
    #[inline(always)]
    pub fn position(&self, row: usize, column: usize) -> usize {
        // Widths are powers of two, but the compiler does not know, and divisions are slow.
        let bits = self.width.trailing_zeros();
        (((column >> bits) * self.rows + row) << bits) + (column & (self.width - 1))
    }

    /// Returns the element at `row`, `column`.
    #[inline(always)]
    pub fn get(&self, row: usize, column: usize) -> f32 {
        self.data[self.position(row, column)]
    }

    /// Sets the element at `row`, `column`.
    pub fn set(&mut self, row: usize, column: usize, value: f32) {
        let position = self.position(row, column);
        self.data[position] = value;
    }

    /// Iterates over column `j` from top to bottom.
    pub fn column(&self, j: usize) -> impl Iterator<Item = &f32> {
        let (p, j) = (j / self.width(), j % self.width());
        self.panel(p)[j..].iter().step_by(self.width())
    }

    /// Mutable [`column`](Self::column).
    pub fn column_mut(&mut self, j: usize) -> impl Iterator<Item = &mut f32> {
        let width = self.width();
        let (p, j) = (j / width, j % width);
        self.panel_mut(p)[j..].iter_mut().step_by(width)
    }

    /// Copies the elements to `into`, row-major `(rows, columns)`.
    pub(crate) fn store(&self, into: &mut [f32]) {
        let (width, columns) = (self.width(), self.columns);
        for p in 0..self.count() {
            let used = self.used(p);
            let rows = self.panel(p).chunks_exact(width);
            for (from, to) in rows.zip(into.chunks_exact_mut(columns)) {
                to[p * width..][..used].copy_from_slice(&from[..used]);
            }
        }
    }

    /// Writes the transpose of the first `into.columns()` rows into `into`.
    pub(crate) fn transpose(&self, into: &mut Self) {
        let width = self.width();
        for q in 0..into.count() {
            let first = q * into.width();
            for p in 0..self.count() {
                let block = &self.panel(p)[first * width..][..into.used(q) * width];
                transpose_into(block, width, into, (q, p));
            }
        }
    }
}
