//! Columns that are not zero in every row.

use std::ops::Range;

use pulp::{Simd, bytemuck};

use super::{NARROW, Panels};
use crate::kernels::{Largest, array_of, vector_rows, with_vectors_per_row};

impl Panels {
    /// Finds the columns that are zero in all rows, so that products skip them, and returns the
    /// largest magnitude of the matrix.
    ///
    /// In images this pays: of ten handwritten digits, half the pixels are white in all. Such an input
    /// adds nothing to any sum, and its weights get no gradient. White pixels come in runs, so one span
    /// per panel excludes nearly all of them.
    #[inline(always)]
    pub(crate) fn find_spans<S: Simd>(&mut self, simd: S) -> f32 {
        let width = self.width();
        with_vectors_per_row!(S, width, |V| {
            let mut largest = Largest::zero(simd);
            for p in 0..self.count() {
                let columns = largest_of_columns::<S, V>(simd, self.panel(p));
                let mut has_zero = false;
                for v in 0..V {
                    largest.join(simd, columns[v]);
                    // For so few columns a product takes less time than the search.
                    has_zero |= width > NARROW && columns[v].has_zero(simd);
                }
                self.spans[p] = if has_zero {
                    let bits: [S::u32s; V] = array_of(
                        #[inline(always)]
                        |v| columns[v].0,
                    );
                    span_of(bytemuck::cast_slice(&bits))
                } else {
                    0..self.used(p)
                };
            }
            largest.get()
        })
    }
}

/// Returns the largest magnitude in each column of a panel.
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

/// Returns the range from the first non-zero number to the last.
#[inline(always)]
fn span_of(numbers: &[u32]) -> Range<usize> {
    let mut span = 0..0;
    for (i, _) in numbers.iter().enumerate().filter(|(_, x)| **x != 0) {
        if span.is_empty() {
            span.start = i;
        }
        span.end = i + 1;
    }
    span
}
