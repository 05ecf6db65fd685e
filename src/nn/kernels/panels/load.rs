//! Copies rows of a mini-batch into panels.

use pulp::Simd;

use super::{Panels, WIDE};
use crate::kernels::{vector_rows, vector_rows_mut, with_vectors_per_row};

impl Panels {
    /// Copies `rows` of the row-major matrix `values`.
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

    /// Writes one-hot rows: row `i` is zero except for a one in column `columns[i]`.
    ///
    /// # Panics
    /// If a column does not exist.
    #[inline(always)]
    pub(crate) fn load_one_hot<S: Simd>(&mut self, columns: &[u32]) {
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
}

/// A one among zeros and its position, at least the width of a panel from either end.
const ONE: (usize, [f32; 2 * WIDE + 1]) = {
    let mut numbers = [0.0; 2 * WIDE + 1];
    numbers[WIDE] = 1.0;
    (WIDE, numbers)
};

/// All bits set in the first `used` of 16 lanes.
#[inline(always)]
pub(in crate::kernels) fn mask(used: usize) -> &'static [u32; WIDE] {
    /// All masks in one, from the place where the set bits end.
    const MASKS: [u32; 2 * WIDE] = {
        let mut masks = [0; 2 * WIDE];
        let (set, _) = masks.split_at_mut(WIDE);
        set.copy_from_slice(&[u32::MAX; WIDE]);
        masks
    };
    MASKS[WIDE - used..].first_chunk().expect("16 of 32 lanes")
}
