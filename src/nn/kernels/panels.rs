//! The order in which the engine stores its matrices.

use std::ops::Range;

use pulp::Simd;

use super::aligned::Aligned;
use super::{Largest, vector_rows, vector_rows_mut, with_vectors_per_row};

/// Columns of a panel: 16 floats fill a cache line.
pub(super) const WIDE: usize = 16;
/// Columns of the only panel of a small matrix. Half a cache line, but half of the arithmetic too.
pub(super) const NARROW: usize = 8;

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
    data: Aligned,
    /// Of each panel, the columns that a product needs.
    spans: Vec<Range<usize>>,
}

impl Panels {
    /// All zero.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        let width = panel_width(columns);
        let starts = (0..columns).step_by(width);
        Self {
            rows,
            columns,
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

    /// Columns of a panel: 8 if they are all, else 16.
    #[inline(always)]
    pub fn width(&self) -> usize {
        panel_width(self.columns)
    }

    /// Number of panels.
    #[inline(always)]
    pub fn count(&self) -> usize {
        self.columns.div_ceil(self.width())
    }

    /// Makes it `(rows, columns)` with at most as many rows as it was made with. What it holds
    /// has no meaning then.
    #[inline(always)]
    pub fn set_rows(&mut self, rows: usize) {
        let length = rows * self.width() * self.count();
        assert!(length <= self.data.len(), "more rows than there is room");
        self.rows = rows;
    }

    /// All numbers with the padding, panel by panel.
    #[inline(always)]
    pub fn values(&self) -> &[f32] {
        &self.data[..self.rows * self.width() * self.count()]
    }

    /// As [`Self::values`], to write.
    #[inline(always)]
    pub fn values_mut(&mut self) -> &mut [f32] {
        let length = self.rows * self.width() * self.count();
        &mut self.data[..length]
    }

    /// Panel `p`: `rows` rows of `width` numbers.
    #[inline(always)]
    pub fn panel(&self, p: usize) -> &[f32] {
        let size = self.rows * self.width();
        &self.data[p * size..][..size]
    }

    /// As [`Self::panel`], to write.
    #[inline(always)]
    pub fn panel_mut(&mut self, p: usize) -> &mut [f32] {
        let size = self.rows * self.width();
        &mut self.data[p * size..][..size]
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
        let width = self.width();
        (column / width * self.rows + row) * width + column % width
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

    /// Copies row-major numbers `(rows, columns)` in.
    #[inline(always)]
    pub fn load<S: Simd>(&mut self, simd: S, rows: usize, values: &[f32]) {
        assert_eq!(values.len(), rows * self.columns);
        self.set_rows(rows);
        with_vectors_per_row!(S, self.width(), |V| self.load_vectors::<S, V>(simd, values))
    }

    #[inline(always)]
    fn load_vectors<S: Simd, const V: usize>(&mut self, simd: S, values: &[f32]) {
        let (width, columns, count) = (self.width(), self.columns, self.count());
        let mask = mask(self.used(count - 1));
        let mask: &[[S::u32s; V]] = pulp::as_arrays(S::as_simd_u32s(&mask).0).0;
        let panel = self.rows;
        let to = vector_rows_mut::<S, V>(self.values_mut());
        // Row by row, because the numbers may still be on their way from main memory, and the
        // processor fetches ahead only what is read in order.
        for (r, row) in values.chunks_exact(columns).enumerate() {
            let (whole, _) = row.split_at((count - 1) * width);
            for (p, from) in vector_rows::<S, V>(whole).iter().enumerate() {
                to[p * panel + r] = *from;
            }
            // The last panel: a window as wide as it is reaches into the next row, and the mask
            // takes that away again. Only the last row has no next one.
            let mut copy = [0.0; WIDE];
            let rest = &values[r * columns + whole.len()..];
            let window = if rest.len() >= width {
                &rest[..width]
            } else {
                copy[..rest.len()].copy_from_slice(rest);
                &copy[..width]
            };
            let from = &vector_rows::<S, V>(window)[0];
            let to = &mut to[(count - 1) * panel + r];
            for v in 0..V {
                let bits = simd.and_u32s(simd.transmute_u32s_f32s(from[v]), mask[0][v]);
                to[v] = simd.transmute_f32s_u32s(bits);
            }
        }
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
                    has_zero |= columns[v].has_zero(simd);
                }
                self.spans[p] = if has_zero {
                    span_of(columns.iter().flat_map(|it| it.lanes()))
                } else {
                    0..width
                };
            }
            largest.get()
        })
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
    #[inline(always)]
    pub fn transpose(&self, into: &mut Self) {
        let (width, into_width) = (self.width(), into.width());
        for q in 0..into.count() {
            let used = into.used(q);
            for p in 0..self.count() {
                // Both blocks lie in one piece, so this stays within a few cache lines.
                let block = &self.panel(p)[q * into_width * width..][..used * width];
                let to = &mut into.panel_mut(q)[p * width * into_width..];
                for (column, to) in to.chunks_exact_mut(into_width).take(width).enumerate() {
                    for (to, from) in to.iter_mut().zip(block.chunks_exact(width)) {
                        *to = from[column];
                    }
                }
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

#[inline(always)]
fn panel_width(columns: usize) -> usize {
    if columns <= NARROW { NARROW } else { WIDE }
}

/// All bits set in the first `used` of 16 lanes.
#[inline(always)]
pub(super) fn mask(used: usize) -> [u32; WIDE] {
    std::array::from_fn(|lane| if lane < used { u32::MAX } else { 0 })
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
            self.0.load(simd, self.1, self.2);
            self.0.find_spans(simd)
        }
    }

    #[test]
    fn rows_go_in_and_come_out_and_padding_is_zero() {
        for columns in 1..40 {
            for rows in 1..5 {
                let values: Vec<f32> = (0..rows * columns).map(|i| i as f32 - 7.5).collect();
                for instructions in [Instructions::Best, Instructions::Portable] {
                    let mut panels = Panels::zeros(5, columns);
                    panels.values_mut().fill(f32::NAN);
                    let largest = instructions.run(Load(&mut panels, rows, &values));
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
        let mut panels = Panels::zeros(2, 3);
        let values = [1.0, f32::NAN, f32::INFINITY, 2.0, 3.0, -1.0];
        let largest = Instructions::Best.run(Load(&mut panels, 2, &values));
        assert!(largest.is_nan());
    }

    #[test]
    fn spans_leave_out_what_is_zero_in_all_rows() {
        for instructions in [Instructions::Best, Instructions::Portable] {
            let mut panels = Panels::zeros(2, 50);
            let mut values = [0.0; 100];
            values[3] = 1.0;
            values[50 + 5] = -2.0;
            values[50 + 16] = f32::NAN;
            values[49] = 1.0;
            instructions.run(Load(&mut panels, 2, &values));
            let spans: Vec<_> = (0..4).map(|p| panels.span(p)).collect();
            assert_eq!(spans, [3..6, 0..1, 0..0, 1..2]);
        }
    }

    #[test]
    fn transposes() {
        for (rows, columns) in [(3, 5), (17, 33), (40, 7), (7, 40), (16, 16)] {
            // One row more, as weights have the biases below them.
            let mut panels = Panels::zeros(rows + 1, columns);
            for r in 0..=rows {
                for c in 0..columns {
                    panels.set(r, c, (r * 100 + c + 1) as f32);
                }
            }
            let mut transposed = Panels::zeros(columns, rows);
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
