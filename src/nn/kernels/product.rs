//! Matrix products of the forward pass and of back-propagation.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::instructions::has_narrow_panels;
use super::panels::Panels;
use super::sparse::{self, Scratch};
use super::{
    array_of, fetch_ahead, panels, vector_rows, vector_rows_mut, with_panel_width,
    with_vectors_per_row,
};

/// Rows of `B` taken at a time, so that a panel of them (16 KiB) or a pair of panels stays in the
/// first-level cache while all rows of `A` pass by, and that part of `A` in the second-level one.
const DEPTH: usize = 256;

/// Values of a matrix `B` that stay in the second-level cache from one product to the next; a larger
/// matrix is prefetched.
pub(super) const NEAR: usize = 1 << 17;

/// Initial value of the sums of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Zero: `C = A B`.
    Zero,
    /// The last row of `B`, the biases: `C = A B + b`.
    Bias,
    /// The present values of `C`: `C += A B`.
    Sum,
}

/// Runs `$body` for tiles that cover the rows `$rows`, with `$first` the first row of the tile and
/// `$R` its number of rows as a constant. A tile spans `$P` panels, with `$V` vectors in a row of each.
///
/// The sums of a tile stay in registers: 24 of AVX-512's 32, for 12 rows of a pair of panels, or 12 of
/// AVX2's 16, for 6 rows of two vectors. That is enough independent sums to hide the latency of a
/// multiply-add, and enough uses of each loaded number to hide the loads. Every height is code of its
/// own, so there are few; the first heights are those of a pair, the second those of a single panel with
/// AVX-512, the third those of AVX2 for rows of one vector. The last one is always 1.
macro_rules! for_each_tile {
    ($S:ident, $V:ident, $P:tt, $rows:expr, [$($pair:literal)+] [$($height:literal)+] [$($low:literal)+],
     |$first:ident, $R:ident| $body:expr) => {{
        let std::ops::Range { start: mut $first, end } = $rows;
        if const { $P == 2 } {
            for_each_tile!(@heights $first, end, $R, $body, $($pair)+);
        } else if const { $S::F32_LANES == 16 } {
            for_each_tile!(@heights $first, end, $R, $body, $($height)+);
        } else if const { $S::F32_LANES > 1 && $V == 1 } {
            for_each_tile!(@heights $first, end, $R, $body, $($low)+);
        } else if const { $S::F32_LANES > 1 } {
            for_each_tile!(@heights $first, end, $R, $body, 6 4 2 1);
        } else {
            for_each_tile!(@heights $first, end, $R, $body, 2 1);
        }
        debug_assert_eq!($first, end);
    }};
    (@heights $first:ident, $end:ident, $R:ident, $body:expr, $($n:literal)+) => {
        $(
            while $end - $first >= $n {
                const $R: usize = $n;
                $body;
                $first += $n;
            }
        )+
    };
}
pub(super) use for_each_tile;

/// Whether tiles span two panels, so that each number of the other matrix, once loaded, is used twice.
/// AVX-512 has registers for the sums of both.
pub(super) const fn has_pairs<S: Simd>() -> bool {
    S::F32_LANES == 16
}

/// Computes `C = start + A B`.
///
/// `a`: `(m, k)` in the columns from panel `a.1` on, `b`: `(k, n)` or `(k + 1, n)` with the biases last,
/// `c`: `(m, n)` in the columns from panel `c.1` on. If threads split `B` by its columns or rows, the
/// products of the parts are bit-identical to that of the whole.
#[inline(always)]
pub fn product<S: Simd>(
    simd: S,
    a: (&Panels, usize),
    b: &Panels,
    start: Start,
    c: (&mut Panels, usize),
    room: &mut Scratch,
) {
    if b.columns() == 0 || b.rows() == 0 && start == Start::Sum {
        return; // A part may have no neurons of a small layer.
    }
    let is_narrow = |panels: &Panels| panels.width() == panels::NARROW;
    if const { has_narrow_panels(S::F32_LANES) } && is_narrow(a.0) && is_narrow(b) {
        with_vectors_per_row!(S, panels::NARROW, |V| narrow_product::<S, V>(
            simd, a.0, b, start, c.0
        ));
    } else {
        simd.vectorize(Product {
            a,
            b,
            start,
            c,
            room,
        });
    }
}

/// Computes the [`product`] of matrices of one narrow panel each, which takes less time than the call of
/// a function for all sizes.
#[inline(always)]
fn narrow_product<S: Simd, const V: usize>(
    simd: S,
    a: &Panels,
    b: &Panels,
    start: Start,
    c: &mut Panels,
) {
    let a: &[[f32; panels::NARROW]] = pulp::as_arrays(a.values()).0;
    let b = vector_rows::<S, V>(b.values());
    let c = vector_rows_mut::<S, V>(c.values_mut());
    let (b, bias) = match start {
        Start::Bias => b.split_at(b.len() - 1),
        Start::Zero | Start::Sum => (b, &[] as &[_]),
    };
    assert!(a.len() == c.len() && b.len() <= panels::NARROW);
    for_each_tile!(S, V, 1, 0..c.len(), [1] [1] [10 8 4 2 1], |i, R| {
        let rows: &[_; R] = a[i..].first_chunk().expect("R rows");
        let c: &mut [_; R] = c[i..].first_chunk_mut().expect("R rows");
        let mut sums = [[[simd.splat_f32s(0.0); V]; 1]; R];
        for r in 0..R {
            sums[r] = match (start, bias) {
                (Start::Sum, _) => [c[r]],
                (_, [bias]) => [*bias],
                _ => sums[r],
            };
        }
        for (k, b) in b.iter().enumerate() {
            multiply::<S, R, { panels::NARROW }, V, 1>(simd, rows, k, [b], &mut sums);
        }
        for r in 0..R {
            c[r] = sums[r][0];
        }
    });
}

/// Arguments of [`product`], which is compiled once for all callers.
struct Product<'a> {
    a: (&'a Panels, usize),
    b: &'a Panels,
    start: Start,
    c: (&'a mut Panels, usize),
    room: &'a mut Scratch,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            a,
            b,
            start,
            c,
            room,
        } = self;
        let depth = b.rows() - usize::from(start == Start::Bias);
        assert!(a.1 * a.0.width() + depth <= a.0.columns());
        assert!(c.1 * c.0.width() + b.columns() <= c.0.columns());
        assert_eq!((c.0.rows(), c.0.width()), (a.0.rows(), b.width()));
        let done = sparse::product(simd, a, b, start, (&mut *c.0, c.1), room);
        with_panel_width!(S, a.0.width(), |W| {
            with_vectors_per_row!(S, b.width(), |V| panel_by_panel::<S, W, V>(
                simd,
                a,
                (b, done),
                start,
                c
            ))
        });
    }
}

/// Computes the [`product`] for panels of `A` that are `W` wide and panels of `B` and `C` with `V` vectors
/// per row.
#[inline(always)]
fn panel_by_panel<S: Simd, const W: usize, const V: usize>(
    simd: S,
    a: (&Panels, usize),
    (b, b_first): (&Panels, usize),
    start: Start,
    (c, c_first): (&mut Panels, usize),
) {
    let depth = b.rows() - usize::from(start == Start::Bias);
    let count = depth.div_ceil(W);
    let mut first = 0;
    while first < count {
        let part = first..count.min(first + DEPTH / W);
        let mut p = b_first;
        while p < b.count() {
            let to = (&mut *c, c_first + p);
            if const { has_pairs::<S>() } && p + 2 <= b.count() {
                simd.vectorize(Strip::<W, V, 2>::new(a, part.clone(), (b, p), start, to));
                p += 2;
            } else {
                let strip = Strip::<W, V, 1>::new(a, part.clone(), (b, p), start, to);
                if const { has_pairs::<S>() } {
                    simd.vectorize(strip);
                } else {
                    strip.with_simd(simd);
                }
                p += 1;
            }
        }
        first = part.end;
    }
}

/// The part of `P` panels of `C` that comes from some panels of `A`. With AVX-512 it is a function of its
/// own: inlined into a larger one, the compiler may keep the sums in memory.
struct Strip<'a, const W: usize, const V: usize, const P: usize> {
    /// Panels of `A`, one after the other.
    a: &'a [f32],
    /// Rows of `A` and of `C`.
    rows: usize,
    /// Columns to take of each panel of `A`.
    spans: &'a [Range<usize>],
    /// Rows of `B` to multiply by those panels.
    b: [&'a [f32]; P],
    /// Rows to prefetch, as they come next.
    next: [&'a [f32]; P],
    /// Initial value of every row; without one, rows start from `c`.
    start: Option<[&'a [f32]; P]>,
    c: &'a mut [f32],
}

impl<'a, const W: usize, const V: usize, const P: usize> Strip<'a, W, V, P> {
    /// Creates the strip of panels `part` of `A`, counted from `a_first`, times those of `B` from `p` on,
    /// to be added to those of `C` from `c_first` on.
    #[inline(always)]
    fn new(
        (a, a_first): (&'a Panels, usize),
        part: Range<usize>,
        (b, p): (&'a Panels, usize),
        start: Start,
        (c, c_first): (&'a mut Panels, usize),
    ) -> Self {
        let width = b.width();
        let depth = b.rows() - usize::from(start == Start::Bias);
        let b_part = part.start * W * width..depth.min(part.end * W) * width;
        let a_part = a_first + part.start..a_first + part.end;
        let is_near = b.values().len() <= NEAR;
        Self {
            rows: a.rows(),
            a: a.panels(a_part.clone()),
            spans: a.spans(a_part),
            b: array_of(
                #[inline(always)]
                |j| &b.panel(p + j)[b_part.clone()],
            ),
            next: array_of(
                #[inline(always)]
                |j| match p + P + j {
                    next if is_near || next >= b.count() => &[],
                    next => &b.panel(next)[b_part.clone()],
                },
            ),
            start: match start {
                _ if part.start > 0 => None,
                Start::Zero => Some([&ZEROS[..width]; P]),
                Start::Bias => Some(array_of(
                    #[inline(always)]
                    |j| &b.panel(p + j)[depth * width..],
                )),
                Start::Sum => None,
            },
            c: c.panels_mut(c_first..c_first + P),
        }
    }
}

/// One row of a panel.
const ZEROS: [f32; panels::WIDE] = [0.0; panels::WIDE];

impl<const W: usize, const V: usize, const P: usize> WithSimd for Strip<'_, W, V, P> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let rows = self.rows;
        let b: [_; P] = array_of(
            #[inline(always)]
            |j| vector_rows::<S, V>(self.b[j]),
        );
        let next: [_; P] = array_of(
            #[inline(always)]
            |j| vector_rows::<S, V>(self.next[j]),
        );
        let mut start = None;
        if let Some(rows) = self.start {
            let vectors = start.insert([[simd.splat_f32s(0.0); V]; P]);
            for j in 0..P {
                vectors[j] = vector_rows::<S, V>(rows[j])[0];
            }
        }
        let c = vector_rows_mut::<S, V>(self.c);
        // 10 rows are a usual mini-batch.
        for_each_tile!(S, V, P, 0..rows, [12 10 8 4 2 1] [16 10 8 4 2 1] [10 8 4 2 1], |i, R| {
            // Each tile prefetches its share of the next panels, which spreads the memory traffic.
            for next in next {
                let share = next.len() * i / rows..next.len() * (i + R) / rows;
                for row in &next[share] {
                    fetch_ahead(row);
                }
            }
            let mut sums = [[[simd.splat_f32s(0.0); V]; P]; R];
            for j in 0..P {
                let c: &[_; R] = c[j * rows + i..].first_chunk().expect("R rows");
                for r in 0..R {
                    sums[r][j] = match start {
                        Some(start) => start[j],
                        None => c[r],
                    };
                }
            }
            let a = (pulp::as_arrays(self.a).0, rows, self.spans);
            let sums = tile::<S, R, W, V, P>(simd, a, i, b, sums);
            for j in 0..P {
                let c: &mut [_; R] = c[j * rows + i..].first_chunk_mut().expect("R rows");
                for r in 0..R {
                    c[r] = sums[r][j];
                }
            }
        });
    }
}

/// Adds to `sums` rows `first..first + R` of `A B`, for panels of `A`, each of `rows` rows and one
/// after the other in `a`, and as many rows of `P` panels of `B`. `spans`: the columns to take.
#[inline(always)]
fn tile<S: Simd, const R: usize, const W: usize, const V: usize, const P: usize>(
    simd: S,
    (mut a, rows, spans): (&[[f32; W]], usize, &[Range<usize>]),
    first: usize,
    b: [&[[S::f32s; V]]; P],
    mut sums: [[[S::f32s; V]; P]; R],
) -> [[[S::f32s; V]; P]; R] {
    for (q, span) in spans.iter().enumerate() {
        let panel;
        (panel, a) = a.split_at(rows);
        let rows: &[[f32; W]; R] = panel[first..].first_chunk().expect("R rows");
        if span.len() == W {
            let b: [&[_; W]; P] = array_of(
                #[inline(always)]
                |j| b[j][q * W..].first_chunk().expect("W rows"),
            );
            // Four at a time, as each other instruction takes the place of a multiplication.
            for k in (0..W).step_by(4) {
                for k in k..k + 4 {
                    let b = array_of(
                        #[inline(always)]
                        |j| &b[j][k],
                    );
                    multiply::<S, R, W, V, P>(simd, rows, k, b, &mut sums);
                }
            }
        } else {
            assert!(span.end <= W);
            let b: [&[_]; P] = array_of(
                #[inline(always)]
                |j| &b[j][q * W..][..span.end],
            );
            for k in span.clone() {
                let b = array_of(
                    #[inline(always)]
                    |j| &b[j][k],
                );
                multiply::<S, R, W, V, P>(simd, rows, k, b, &mut sums);
            }
        }
    }
    sums
}

/// Adds column `k` of `rows` times a row of `B` to `sums`.
#[inline(always)]
fn multiply<S: Simd, const R: usize, const W: usize, const V: usize, const P: usize>(
    simd: S,
    rows: &[[f32; W]; R],
    k: usize,
    b: [&[S::f32s; V]; P],
    sums: &mut [[[S::f32s; V]; P]; R],
) {
    for r in 0..R {
        let a = simd.splat_f32s(rows[r][k]);
        for j in 0..P {
            for v in 0..V {
                sums[r][j][v] = simd.mul_add_e_f32s(a, b[j][v], sums[r][j][v]);
            }
        }
    }
}
