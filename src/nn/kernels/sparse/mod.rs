//! Products that skip zeros.
//!
//! Behind ReLU about half of the activations and deltas are zero, and most pixels of an image. The dense
//! kernels multiply tiles of many rows, where hardly any column is zero in all rows. Here each row
//! selects the rows of the other matrix that its non-zero elements multiply, one bit of a word per element,
//! and adds them in the same order. A zero adds nothing to a sum, so the result is bit-identical.
//!
//! The inner loop is `add_rows`: for each non-zero element one broadcast and, with AVX-512, eight
//! multiply-adds that read one operand each from the first-level cache, which holds a block of the
//! other matrix row by row. A dense tile uses each loaded element several times, so it takes up to half the time
//! per element, but the same for a zero, which costs nothing here.

mod gradient;
mod product;
#[cfg(test)]
mod tests;

use std::iter::zip;
use std::ops::Range;

use pulp::Simd;

use super::aligned::Aligned;
use super::panels::{Panels, WIDE};
use super::{vector_rows, vector_rows_mut};
pub(super) use gradient::gradient;
pub(super) use product::product;

/// Bits of a word, and the capacity of a block in rows.
const BITS: usize = u64::BITS as usize;
/// Rows of a block: with 128 columns they fill 24 KiB of a first-level cache of 32 KiB.
const DEPTH: usize = 48;
/// Maximum and minimum number of columns of a strip, panels of `B` whose sums fit into the registers.
const COLUMNS: usize = 128;
const MIN_COLUMNS: usize = 64;
/// Columns of `A` whose gradients are summed together, so that a block of deltas is used that often while
/// it is in the first-level cache.
const GROUP: usize = 128;
/// Minimum number of rows and columns for which copying blocks pays.
const MIN_ROWS: usize = 16;
const MIN_DEPTH: usize = DEPTH;
/// Maximum share of non-zero elements; with more, dense tiles are as fast.
const DENSE: f64 = 0.45;

/// Runs `$body` with the constants `$V`, vectors in a row of a panel, and `$N`, vectors in a row of
/// a strip: enough sums to hide the latency of a multiply-add, few enough for the registers. A share of the
/// neurons may be too narrow for that; then strips of half the width still take less time than dense tiles.
/// `$otherwise` where there are no vectors.
macro_rules! with_strip {
    ($S:ident, |$V:ident, $N:ident| $body:expr, $otherwise:expr) => {
        match const { $S::F32_LANES } {
            16 => {
                const $V: usize = 1;
                const $N: usize = 8;
                $body
            }
            8 => {
                const $V: usize = 2;
                const $N: usize = 8;
                $body
            }
            4 => {
                const $V: usize = 4;
                const $N: usize = 16;
                $body
            }
            _ => $otherwise,
        }
    };
}
use with_strip;

/// Buffers of these products, for one thread.
#[derive(Debug, Clone)]
pub struct Scratch {
    /// A word for each row of `A` and block of its columns, or for each column and block of rows: a set bit
    /// for each non-zero element.
    bits: Vec<u64>,
    /// Blocks of a strip of `B`, row by row.
    block: Aligned,
    /// Sums of a strip, row by row.
    sums: Aligned,
}

impl Scratch {
    /// Creates buffers for a network with layers of these `sizes` and mini-batches of up to `rows` rows in up to
    /// `parts`; empty without two wide layers in succession.
    pub fn new(sizes: &[usize], rows: usize, parts: usize) -> Self {
        let pairs = sizes.windows(2).map(|pair| (pair[0], pair[1]));
        let pairs = pairs.map(|(a, b)| (a.min(b), a.max(b)));
        let wide = pairs.filter(|&(a, b)| a >= MIN_COLUMNS && b >= MIN_DEPTH);
        let widest = wide.map(|(_, b)| b).max().unwrap_or(0);
        if rows < MIN_ROWS || widest == 0 {
            return Self {
                bits: Vec::new(),
                block: Aligned::zeros(0),
                sums: Aligned::zeros(0),
            };
        }
        // Each part may fill a block more.
        let blocks = rows.div_ceil(DEPTH) + parts;
        Self {
            bits: vec![0; widest.next_multiple_of(DEPTH) * blocks],
            block: Aligned::zeros(blocks * BITS * COLUMNS),
            sums: Aligned::zeros(rows.max(GROUP) * COLUMNS),
        }
    }

    /// Returns whether skipping zeros may pay in a matrix of this shape.
    #[inline(always)]
    fn suits(&self, rows: usize, columns: usize) -> bool {
        !self.bits.is_empty() && rows >= MIN_ROWS && columns >= MIN_DEPTH
    }
}

/// Returns whether both matrices are in panels that the sparse kernels support.
#[inline(always)]
fn are_wide(a: &Panels, b: &Panels) -> bool {
    a.width() == WIDE && b.width() == WIDE
}

/// Estimates from a sample whether enough of the first `columns` from panel `first` on are zero. Counting
/// all would take a good part of the time of the product.
fn has_zeros((a, first): (&Panels, usize), columns: usize) -> bool {
    let rows = a.rows();
    let sample = [0, rows / 4, rows / 2, 3 * rows / 4];
    let panels = columns.div_ceil(WIDE);
    let (mut count, mut all) = (0, 0);
    for q in (first..first + panels).step_by(panels.div_ceil(16)) {
        let (panel, _) = pulp::as_arrays::<WIDE, _>(a.panel(q));
        for r in sample {
            count += bits_of(&panel[r]).count_ones();
        }
        all += sample.len() * WIDE;
    }
    f64::from(count) <= DENSE * all as f64
}

/// Copies rows `part` of some panels into contiguous rows.
#[inline(always)]
fn pack<S: Simd, const V: usize, const N: usize>(
    from: &Panels,
    panels: Range<usize>,
    part: Range<usize>,
    to: &mut [f32],
) {
    let to = &mut vector_rows_mut::<S, N>(to)[..part.len()];
    for (j, p) in panels.enumerate() {
        let panel = &vector_rows::<S, V>(from.panel(p))[part.clone()];
        for (to, from) in zip(&mut *to, panel) {
            to[j * V..(j + 1) * V].copy_from_slice(from);
        }
    }
}

/// Copies contiguous rows back into panels.
#[inline(always)]
fn unpack<S: Simd, const V: usize, const N: usize>(
    from: &[f32],
    to: &mut Panels,
    panels: Range<usize>,
) {
    let from = vector_rows::<S, N>(from);
    for (j, p) in panels.enumerate() {
        for (to, from) in zip(vector_rows_mut::<S, V>(to.panel_mut(p)), from) {
            to.copy_from_slice(&from[j * V..(j + 1) * V]);
        }
    }
}

/// Returns a set bit for each non-zero element.
#[inline(always)]
fn bits_of(row: &[f32; WIDE]) -> u16 {
    #[cfg(target_arch = "x86_64")]
    if let (Some(sse), Some(sse2)) = (
        pulp::core_arch::x86::Sse::try_new(),
        pulp::core_arch::x86::Sse2::try_new(),
    ) {
        let fours: [[f32; 4]; 4] = pulp::cast(*row);
        // All bits of a lane are set or none, and so they stay as lanes become shorter.
        let lanes =
            fours.map(|four| pulp::cast(sse._mm_cmpneq_ps(pulp::cast(four), sse._mm_setzero_ps())));
        let low = sse2._mm_packs_epi32(lanes[0], lanes[1]);
        let high = sse2._mm_packs_epi32(lanes[2], lanes[3]);
        return sse2._mm_movemask_epi8(sse2._mm_packs_epi16(low, high)) as u16;
    }
    let ones = row.iter().enumerate();
    ones.fold(0, |bits, (i, x)| bits | u16::from(*x != 0.0) << i)
}

/// Adds the rows of a block whose bits are set, each times its factor, to `sums`.
#[inline(always)]
fn add_rows<S: Simd, const N: usize>(
    simd: S,
    mut bits: u64,
    factor: impl Fn(usize) -> f32,
    block: &[[S::f32s; N]; BITS],
    mut sums: [S::f32s; N],
) -> [S::f32s; N] {
    while bits != 0 {
        let k = bits.trailing_zeros() as usize % BITS;
        bits &= bits - 1;
        let factor = simd.splat_f32s(factor(k));
        for n in 0..N {
            sums[n] = simd.mul_add_e_f32s(factor, block[k][n], sums[n]);
        }
    }
    sums
}
