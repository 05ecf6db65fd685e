//! The order in which the engine stores its matrices.

use std::ops::Range;

use pulp::Simd;

use super::aligned::Aligned;
use super::transpose::transpose_into;
use super::{Largest, vector_rows, vector_rows_mut, with_vectors_per_row};

/// Columns of a panel: 16 floats fill a cache line.
pub const WIDE: usize = 16;
/// Columns of the only panel of a small matrix. Half a cache line, but half of the arithmetic too.
pub const NARROW: usize = 8;

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
/// for general matrices copy into such panels before each product; here matrices are born in them.
///
/// The last panel is padded. Padding is zero in weights and deltas, so it stays out of every sum.
#[derive(Debug, Clone)]
pub struct Panels {
    rows: usize,
    columns: usize,
    width: usize,
    /// Numbers in a panel: `rows * width`.
    size: usize,
    data: Aligned,
    /// Of each panel, the columns that a product needs.
    spans: Vec<Range<usize>>,
}

impl Panels {
    /// All zero, in panels of `width` columns, [`NARROW`] or [`WIDE`]; see
    /// [`VectorUnit::panel_width`](super::VectorUnit::panel_width).
    pub fn zeros(rows: usize, columns: usize, width: usize) -> Self {
        assert!(width == WIDE || width == NARROW && columns <= NARROW);
        let starts = (0..columns).step_by(width);
        Self {
            rows,
            columns,
            width,
            size: rows * width,
            data: Aligned::zeros(starts.len() * width * rows),
            spans: starts.map(|it| 0..width.min(columns - it)).collect(),
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

    /// Makes the panels `width` columns wide, [`NARROW`] only where that is enough for all columns.
    /// What it holds has no meaning then.
    pub fn set_width(&mut self, width: usize) {
        assert!(width == WIDE || width == NARROW && self.columns <= NARROW);
        self.width = width;
        self.size = self.rows * width;
    }

    /// Makes it `(rows, columns)` with at most as many rows as it was made with. What it holds
    /// has no meaning then.
    #[inline(always)]
    pub fn set_rows(&mut self, rows: usize) {
        if rows == self.rows {
            return;
        }
        let size = rows * self.width();
        let length = size * self.count();
        assert!(length <= self.data.len(), "more rows than there is room");
        (self.rows, self.size) = (rows, size);
    }

    /// All numbers with the padding, panel by panel.
    #[inline(always)]
    pub fn values(&self) -> &[f32] {
        &self.data[..self.size * self.count()]
    }

    /// As [`Self::values`], to write.
    #[inline(always)]
    pub fn values_mut(&mut self) -> &mut [f32] {
        let length = self.size * self.count();
        &mut self.data[..length]
    }

    /// Panel `p`: `rows` rows of `width` numbers.
    #[inline(always)]
    pub fn panel(&self, p: usize) -> &[f32] {
        &self.data[p * self.size..][..self.size]
    }

    /// As [`Self::panel`], to write.
    #[inline(always)]
    pub fn panel_mut(&mut self, p: usize) -> &mut [f32] {
        &mut self.data[p * self.size..][..self.size]
    }

    /// Some panels, one after the other.
    #[inline(always)]
    pub fn panels(&self, which: Range<usize>) -> &[f32] {
        &self.data[which.start * self.size..which.end * self.size]
    }

    /// Columns of some panels that a product needs, see [`Self::span`].
    #[inline(always)]
    pub fn spans(&self, which: Range<usize>) -> &[Range<usize>] {
        &self.spans[which]
    }

    /// As [`Self::panels`], to write.
    #[inline(always)]
    pub fn panels_mut(&mut self, which: Range<usize>) -> &mut [f32] {
        &mut self.data[which.start * self.size..which.end * self.size]
    }

    /// Columns of panel `p` that are not padding.
    #[inline(always)]
    pub fn used(&self, p: usize) -> usize {
        self.width().min(self.columns - p * self.width())
    }

    /// Columns of panel `p` that a product needs: all that are not padding, or fewer after
    /// [`Self::find_spans`].
    #[inline(always)]
    pub fn span(&self, p: usize) -> Range<usize> {
        self.spans[p].clone()
    }

    /// Position in [`Self::values`].
    #[inline(always)]
    pub fn position(&self, row: usize, column: usize) -> usize {
        // Widths are powers of two, but the compiler does not know, and divisions are slow.
        let bits = self.width.trailing_zeros();
        (((column >> bits) * self.rows + row) << bits) + (column & (self.width - 1))
    }

    /// The number at `row`, `column`.
    #[inline(always)]
    pub fn get(&self, row: usize, column: usize) -> f32 {
        self.data[self.position(row, column)]
    }

    /// Sets the number at `row`, `column`.
    pub fn set(&mut self, row: usize, column: usize, value: f32) {
        let position = self.position(row, column);
        self.data[position] = value;
    }

    /// Column `j` from top to bottom.
    pub fn column(&self, j: usize) -> impl Iterator<Item = &f32> {
        let (p, j) = (j / self.width(), j % self.width());
        self.panel(p)[j..].iter().step_by(self.width())
    }

    /// As [`Self::column`], to write.
    pub fn column_mut(&mut self, j: usize) -> impl Iterator<Item = &mut f32> {
        let width = self.width();
        let (p, j) = (j / width, j % width);
        self.panel_mut(p)[j..].iter_mut().step_by(width)
    }

    /// Copies `rows` of the row-major numbers `values` in.
    #[inline(always)]
    pub fn load<S: Simd>(
        &mut self,
        simd: S,
        values: &[f32],
        rows: impl ExactSizeIterator<Item = usize>,
    ) {
        self.set_rows(rows.len());
        with_vectors_per_row!(S, self.width(), |V| self
            .load_vectors::<S, V>(simd, values, rows));
    }

    #[inline(always)]
    fn load_vectors<S: Simd, const V: usize>(
        &mut self,
        simd: S,
        values: &[f32],
        rows: impl Iterator<Item = usize>,
    ) {
        let (width, columns, count) = (self.width(), self.columns, self.count());
        let whole = (count - 1) * width;
        let mask = mask(self.used(count - 1));
        let mask: &[[S::u32s; V]] = pulp::as_arrays(S::as_simd_u32s(mask).0).0;
        let panel = self.rows;
        let to = vector_rows_mut::<S, V>(self.values_mut());
        let (to, last) = to.split_at_mut((count - 1) * panel);
        // Row by row, because the numbers may still be on their way from main memory, and the
        // processor fetches ahead only what is read in order.
        for ((r, row), last) in rows.enumerate().zip(last) {
            let (row, behind) = values[row * columns..].split_at(whole);
            for (p, from) in vector_rows::<S, V>(row).iter().enumerate() {
                to[p * panel + r] = *from;
            }
            // The last panel: a window as wide as it is reaches into the next row, and the mask
            // takes that away again. Only the last row of all has no next one.
            let mut copy = [0.0; WIDE];
            let window = if behind.len() >= width {
                &behind[..width]
            } else {
                copy[..behind.len()].copy_from_slice(behind);
                &copy[..width]
            };
            let from = &vector_rows::<S, V>(window)[0];
            for v in 0..V {
                let bits = simd.and_u32s(simd.transmute_u32s_f32s(from[v]), mask[0][v]);
                last[v] = simd.transmute_f32s_u32s(bits);
            }
        }
    }

    /// Fills each of so many rows with zeros, but for a one in the column given for it.
    ///
    /// # Panics
    /// If there is no such column.
    #[inline(always)]
    pub fn load_ones<S: Simd>(&mut self, columns: &[u32]) {
        self.set_rows(columns.len());
        let count = self.columns as u32;
        with_vectors_per_row!(S, self.width(), |V| {
            let width = V * S::F32_LANES;
            for p in 0..self.count() {
                let rows = vector_rows_mut::<S, V>(self.panel_mut(p));
                for (row, &column) in rows.iter_mut().zip(columns) {
                    assert!(column < count, "no such column");
                    // In the panels before and behind its own, the one is out of sight.
                    let start = (ONE.0 + p * width).saturating_sub(column as usize);
                    let window = &ONE.1[start.min(ONE.0 + 1)..][..width];
                    *row = vector_rows::<S, V>(window)[0];
                }
            }
        });
    }

    /// Finds the columns that are zero in all rows, so that products leave them out, and returns
    /// the largest magnitude of all numbers.
    ///
    /// Pictures are worth the look: of ten handwritten digits, half of the pixels are white in
    /// all. Such an input adds nothing to any sum, and its weights get no gradient. The white
    /// pixels come in runs, so one span of others for each panel says nearly all there is to say.
    #[inline(always)]
    pub fn find_spans<S: Simd>(&mut self, simd: S) -> f32 {
        let width = self.width();
        with_vectors_per_row!(S, width, |V| {
            let mut largest = Largest::zero(simd);
            for p in 0..self.count() {
                let columns = largest_of_columns::<S, V>(simd, self.panel(p));
                let mut has_zero = false;
                for v in 0..V {
                    largest.join(simd, columns[v]);
                    // Of so few columns a product is sooner made than a look at which to leave out.
                    has_zero |= width > NARROW && columns[v].has_zero(simd);
                }
                self.spans[p] = if has_zero {
                    span_of(columns.iter().flat_map(|it| it.lanes()))
                } else {
                    0..self.used(p)
                };
            }
            largest.get()
        })
    }

    /// Takes the columns that a product needs for those that it needs of either matrix, in both.
    pub fn unite_spans(&mut self, other: &mut Self) {
        for (own, other) in self.spans.iter_mut().zip(&mut other.spans) {
            let (a, b) = (own.clone(), other.clone());
            let united = match (a.is_empty(), b.is_empty()) {
                (true, _) => b,
                (_, true) => a,
                _ => a.start.min(b.start)..a.end.max(b.end),
            };
            (*own, *other) = (united.clone(), united);
        }
    }

    /// Copies the numbers out as row-major `(rows, columns)`.
    pub fn store(&self, into: &mut [f32]) {
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
    pub fn transpose(&self, into: &mut Self) {
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

/// The largest magnitude in each column of a panel.
#[inline(always)]
fn largest_of_columns<S: Simd, const V: usize>(simd: S, panel: &[f32]) -> [Largest<S>; V] {
    let mut largest = [Largest::zero(simd); V];
    for row in vector_rows::<S, V>(panel) {
        for v in 0..V {
            largest[v].include(simd, row[v]);
        }
    }
    largest
}

/// From the first number that is not zero to the last.
#[inline(always)]
fn span_of<'a>(numbers: impl Iterator<Item = &'a u32>) -> Range<usize> {
    let mut span = 0..0;
    for (i, _) in numbers.enumerate().filter(|(_, x)| **x != 0) {
        if span.is_empty() {
            span.start = i;
        }
        span.end = i + 1;
    }
    span
}

/// A one among zeros, and where it is: at least the width of a panel from either end.
const ONE: (usize, [f32; 2 * WIDE + 1]) = {
    let mut numbers = [0.0; 2 * WIDE + 1];
    numbers[WIDE] = 1.0;
    (WIDE, numbers)
};

/// All bits set in the first `used` of 16 lanes.
#[inline(always)]
pub(super) fn mask(used: usize) -> &'static [u32; WIDE] {
    /// All masks in one, from the place where the set bits end.
    const MASKS: [u32; 2 * WIDE] = {
        let mut masks = [0; 2 * WIDE];
        let (set, _) = masks.split_at_mut(WIDE);
        set.copy_from_slice(&[u32::MAX; WIDE]);
        masks
    };
    MASKS[WIDE - used..].first_chunk().expect("16 of 32 lanes")
}

#[cfg(test)]
mod tests {
    use super::super::Instructions;
    use super::*;
    use pulp::WithSimd;

    struct Load<'a>(&'a mut Panels, usize, &'a [f32]);

    impl WithSimd for Load<'_> {
        type Output = f32;

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> f32 {
            self.0.load(simd, self.2, 0..self.1);
            self.0.find_spans(simd)
        }
    }

    #[test]
    fn rows_go_in_and_come_out_and_padding_is_zero() {
        for columns in 1..40 {
            for rows in 1..5 {
                let values: Vec<f32> = (0..rows * columns).map(|i| i as f32 - 7.5).collect();
                for instructions in Instructions::ALL {
                    let mut panels = Panels::zeros(5, columns, WIDE);
                    panels.values_mut().fill(f32::NAN);
                    let largest = instructions.unit().run(Load(&mut panels, rows, &values));
                    let expected = values.iter().fold(0.0, |m: f32, x| m.max(x.abs()));
                    assert_eq!(largest, expected);
                    let mut out = vec![0.0; values.len()];
                    panels.store(&mut out);
                    assert_eq!(out, values);
                    assert_eq!(panels.get(rows - 1, columns - 1), values[values.len() - 1]);
                    let sum: f32 = panels.values().iter().sum();
                    assert_eq!(sum, values.iter().sum::<f32>());
                }
            }
        }
    }

    #[test]
    fn a_nan_is_the_largest() {
        let mut panels = Panels::zeros(2, 3, WIDE);
        let values = [1.0, f32::NAN, f32::INFINITY, 2.0, 3.0, -1.0];
        let largest = Instructions::Best.unit().run(Load(&mut panels, 2, &values));
        assert!(largest.is_nan());
    }

    #[test]
    fn spans_leave_out_what_is_zero_in_all_rows() {
        for instructions in Instructions::ALL {
            let mut panels = Panels::zeros(2, 50, WIDE);
            let mut values = [0.0; 100];
            values[3] = 1.0;
            values[50 + 5] = -2.0;
            values[50 + 16] = f32::NAN;
            values[49] = 1.0;
            instructions.unit().run(Load(&mut panels, 2, &values));
            let spans: Vec<_> = (0..4).map(|p| panels.span(p)).collect();
            assert_eq!(spans, [3..6, 0..1, 0..0, 1..2]);
        }
    }

    #[test]
    fn transposes() {
        for (rows, columns) in [(3, 5), (17, 33), (40, 7), (7, 40), (16, 16)] {
            // One row more, as weights have the biases below them.
            let mut panels = Panels::zeros(rows + 1, columns, WIDE);
            for r in 0..=rows {
                for c in 0..columns {
                    panels.set(r, c, (r * 100 + c + 1) as f32);
                }
            }
            let mut transposed = Panels::zeros(columns, rows, WIDE);
            panels.transpose(&mut transposed);
            for r in 0..rows {
                for c in 0..columns {
                    assert_eq!(transposed.get(c, r), panels.get(r, c));
                }
            }
            let zeros = transposed.values().iter().filter(|&&x| x == 0.0).count();
            assert_eq!(zeros, transposed.values().len() - rows * columns);
        }
    }
}
