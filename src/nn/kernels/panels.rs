//! The order in which the engine stores its matrices.

use std::ops::{Deref, DerefMut};

use pulp::Simd;

use super::{Largest, vector_rows, vector_rows_mut, with_vectors_per_row};

/// Columns of a panel: 16 floats fill a cache line.
const WIDE: usize = 16;
/// Columns of the only panel of a small matrix. Half a cache line, but half of the arithmetic too.
const NARROW: usize = 8;

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
}

impl Panels {
    /// All zero.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        let width = panel_width(columns);
        Self {
            rows,
            columns,
            data: Aligned::zeros(columns.div_ceil(width) * width * rows),
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

    /// Copies row-major numbers `(rows, columns)` in, and returns the largest magnitude among
    /// them.
    #[inline(always)]
    pub fn load<S: Simd>(&mut self, simd: S, rows: usize, values: &[f32]) -> f32 {
        assert_eq!(values.len(), rows * self.columns);
        self.set_rows(rows);
        with_vectors_per_row!(S, self.width(), |V| self.load_vectors::<S, V>(simd, values))
    }

    #[inline(always)]
    fn load_vectors<S: Simd, const V: usize>(&mut self, simd: S, values: &[f32]) -> f32 {
        let (width, columns, count) = (self.width(), self.columns, self.count());
        let mask = mask(self.used(count - 1));
        let mask: &[[S::u32s; V]] = pulp::as_arrays(S::as_simd_u32s(&mask).0).0;
        let panel = self.rows;
        let to = vector_rows_mut::<S, V>(self.values_mut());
        let mut largest = Largest::zero(simd);
        // Row by row, because the numbers may still be on their way from main memory, and the
        // processor fetches ahead only what is read in order.
        for (r, row) in values.chunks_exact(columns).enumerate() {
            let (whole, _) = row.split_at((count - 1) * width);
            for (p, from) in vector_rows::<S, V>(whole).iter().enumerate() {
                to[p * panel + r] = *from;
                for v in 0..V {
                    largest.include(simd, from[v]);
                }
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
                largest.include(simd, to[v]);
            }
        }
        largest.get()
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

#[inline(always)]
fn panel_width(columns: usize) -> usize {
    if columns <= NARROW { NARROW } else { WIDE }
}

/// All bits set in the first `used` of 16 lanes.
#[inline(always)]
pub(super) fn mask(used: usize) -> [u32; WIDE] {
    std::array::from_fn(|lane| if lane < used { u32::MAX } else { 0 })
}

/// Numbers whose first lies at the start of a cache line, so that no row of a panel straddles two.
///
/// Only speed depends on it. (`Vec` aligns to its element, and the safe way to more is to reserve
/// some elements and leave the first few out.)
#[derive(Debug)]
pub struct Aligned {
    storage: Vec<f32>,
    start: usize,
    length: usize,
}

const CACHE_LINE: usize = 64;

impl Aligned {
    /// All zero.
    pub fn zeros(length: usize) -> Self {
        let spare = CACHE_LINE / size_of::<f32>() - 1;
        let storage = vec![0.0; length + spare];
        let start = storage.as_ptr().align_offset(CACHE_LINE).min(spare);
        Self {
            storage,
            start,
            length,
        }
    }
}

impl Clone for Aligned {
    fn clone(&self) -> Self {
        let mut copy = Self::zeros(self.length);
        copy.copy_from_slice(self);
        copy
    }
}

impl Deref for Aligned {
    type Target = [f32];

    #[inline(always)]
    fn deref(&self) -> &[f32] {
        &self.storage[self.start..][..self.length]
    }
}

impl DerefMut for Aligned {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.storage[self.start..][..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::super::Instructions;
    use super::*;
    use pulp::WithSimd;

    struct Load<'a>(&'a mut Panels, usize, &'a [f32]);

    impl WithSimd for Load<'_> {
        type Output = f32;

        fn with_simd<S: Simd>(self, simd: S) -> f32 {
            self.0.load(simd, self.1, self.2)
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

    #[test]
    fn panels_start_at_a_cache_line() {
        let panels = Panels::zeros(3, 20).clone();
        assert_eq!(panels.values().as_ptr().align_offset(CACHE_LINE), 0);
    }
}
