//! The matrix product for matrices `A` with many zeros.

use std::iter::zip;
use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::{
    BITS, DEPTH, Scratch, add_rows, are_wide, bits_of, has_zeros, pack, unpack, with_strip,
};
use crate::kernels::panels::{Panels, WIDE};
use crate::kernels::product::{NEAR, Start};
use crate::kernels::{array_of, fetch_ahead, vector_rows, vector_rows_mut};

/// Computes a part of the [`product`](crate::kernels::product::product) if `A` has enough zeros, and returns the
/// number of panels of `B` that are done.
#[inline(always)]
pub(in crate::kernels) fn product<S: Simd>(
    simd: S,
    a: (&Panels, usize),
    b: &Panels,
    start: Start,
    c: (&mut Panels, usize),
    room: &mut Scratch,
) -> usize {
    let depth = b.rows() - usize::from(start == Start::Bias);
    let is_large = are_wide(a.0, b) && room.suits(a.0.rows(), depth);
    with_strip!(
        S,
        |V, N| {
            const HALF: usize = N / 2;
            let mut done = 0;
            if is_large && b.count() >= HALF / V && has_zeros(a, depth) {
                bits_of_rows(a, depth, &mut room.bits);
                let (a, c, room) = (a, (c.0, c.1), room);
                done = strips_of_product::<S, V, N>(simd, a, (b, 0), start, (c.0, c.1), room);
                done += strips_of_product::<S, V, HALF>(simd, a, (b, done), start, c, room);
            }
            done
        },
        0
    )
}

/// Computes as many strips of `N` vectors as there are in the panels of `B` from `b_first` on, and returns the
/// number of their panels.
#[inline(always)]
fn strips_of_product<S: Simd, const V: usize, const N: usize>(
    simd: S,
    (a, a_first): (&Panels, usize),
    (b, b_first): (&Panels, usize),
    start: Start,
    (c, c_first): (&mut Panels, usize),
    room: &mut Scratch,
) -> usize {
    let (rows, depth) = (a.rows(), b.rows() - usize::from(start == Start::Bias));
    let Scratch { bits, block, sums } = room;
    let block = &mut block[..BITS * N * S::F32_LANES];
    let sums = &mut sums[..rows * N * S::F32_LANES];
    let is_far = b.values().len() > NEAR;
    let part = |k: usize| k..depth.min(k + DEPTH);
    let strips = (b.count() - b_first) / (N / V);
    for strip in 0..strips {
        let p = b_first + strip * (N / V);
        let own = p..p + N / V;
        let c_panels = c_first + p..c_first + own.end;
        match start {
            Start::Zero => sums.fill(0.0),
            Start::Bias => {
                pack::<S, V, N>(b, own.clone(), depth..depth + 1, sums);
                let (first, others) = vector_rows_mut::<S, N>(sums).split_at_mut(1);
                others.fill(first[0]);
            }
            Start::Sum => pack::<S, V, N>(c, c_panels.clone(), 0..rows, sums),
        }
        for k in (0..depth).step_by(DEPTH) {
            pack::<S, V, N>(b, own.clone(), part(k), block);
            // The block that is packed next: further down, or at the top of the next strip.
            let (panels, rows_of_b) = match k + DEPTH {
                next if next < depth => (own.clone(), part(next)),
                _ => (own.end..b.count().min(own.end + N / V), part(0)),
            };
            let next = Next {
                b,
                panels,
                rows: rows_of_b,
            };
            let q = a_first + k / WIDE;
            simd.vectorize(AddBlock::<N> {
                a: a.panels(q..q + part(k).len().div_ceil(WIDE)),
                bits: &bits[k / DEPTH * rows..][..rows],
                block,
                sums,
                next: Some(next).filter(|_| is_far),
            });
        }
        unpack::<S, V, N>(sums, c, c_panels);
    }
    strips * (N / V)
}

/// Writes a word for each block of columns and each row, block by block, for the first `depth` columns from
/// panel `first` on.
#[inline(always)]
fn bits_of_rows((a, first): (&Panels, usize), depth: usize, into: &mut [u64]) {
    let rows = a.rows();
    for (block, k) in (0..depth).step_by(DEPTH).enumerate() {
        let words = &mut into[block * rows..][..rows];
        let depth = DEPTH.min(depth - k);
        words.fill(0);
        for (n, q) in (0..depth.div_ceil(WIDE)).zip(first + k / WIDE..) {
            let (panel, _) = pulp::as_arrays::<WIDE, _>(a.panel(q));
            for (word, row) in zip(&mut *words, panel) {
                *word |= u64::from(bits_of(row)) << (n * WIDE);
            }
        }
        // Activations have something in the padding.
        let used = u64::MAX >> (BITS - depth);
        words.iter_mut().for_each(|word| *word &= used);
    }
}

/// Adds the products with a block of `B` to the sums of each row.
struct AddBlock<'a, const N: usize> {
    /// Panels of `A` to multiply by the block.
    a: &'a [f32],
    /// Of each row.
    bits: &'a [u64],
    block: &'a [f32],
    sums: &'a mut [f32],
    /// Block to prefetch, if it is not in the cache.
    next: Option<Next<'a>>,
}

/// A part of a row of `A`, aligned to a cache line so that vectors written to it can be read back at once.
#[repr(align(64))]
struct Factors([[f32; WIDE]; BITS / WIDE]);

/// The next block of `B`.
struct Next<'a> {
    b: &'a Panels,
    panels: Range<usize>,
    rows: Range<usize>,
}

impl Next<'_> {
    /// Prefetches part `part` of `parts`.
    #[inline(always)]
    fn fetch(&self, part: usize, parts: usize) {
        let row = |part| self.rows.start + self.rows.len() * part / parts;
        for row in row(part)..row(part + 1) {
            for p in self.panels.clone() {
                fetch_ahead(&self.b.panel(p)[row * WIDE]);
            }
        }
    }
}

impl<const N: usize> WithSimd for AddBlock<'_, N> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let rows = self.bits.len();
        // Without a panel, the first one will do: its bits are not set.
        let (a, _) = pulp::as_arrays::<WIDE, _>(self.a);
        let panels: [&[_]; DEPTH / WIDE] = array_of(
            #[inline(always)]
            |n| a.get(n * rows..(n + 1) * rows).unwrap_or(&a[..rows]),
        );
        let mut factors = Factors([[0.0; WIDE]; BITS / WIDE]);
        let block = vector_rows::<S, N>(self.block)
            .first_chunk()
            .expect("a block");
        let sums = vector_rows_mut::<S, N>(self.sums);
        for (r, (&bits, sums)) in zip(self.bits, sums).enumerate() {
            if let Some(next) = &self.next {
                next.fetch(r, rows);
            }
            for (to, panel) in zip(&mut factors.0, &panels) {
                *to = panel[r];
            }
            let factor = |k: usize| factors.0[k / WIDE][k % WIDE];
            *sums = add_rows::<S, N>(simd, bits, factor, block, *sums);
        }
    }
}
