//! The matrix product of the forward pass, and of the deltas on their way back.

use std::iter::zip;
use std::ops::Range;

use pulp::Simd;

use super::panels::Panels;
use super::{panels, vector_rows, vector_rows_mut, with_panel_width, with_vectors_per_row};

/// Rows of a tile. With two vectors a row, the sums of a tile take 12 of the 16 registers of
/// AVX2: enough independent sums to hide the latency of a multiply-add, and enough uses of each
/// loaded number to hide the loads.
pub(super) const TILE_ROWS: usize = 6;

/// Rows of `B` taken at a time, so that a panel of them (16 KiB) stays in the first-level cache
/// while all rows of `A` pass by, and that part of `A` in the second-level one.
const DEPTH: usize = 256;

/// What a product is added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Nothing: `C = A B`.
    Zero,
    /// The row of `B` below those that are multiplied, the biases: `C = A B + b`.
    Bias,
}

/// Runs `$body` for tiles that cover the rows `$rows`, with `$first` the first row of the tile and
/// `$R` its number of rows as a constant.
macro_rules! for_each_tile {
    ($rows:expr, |$first:ident, $R:ident| $body:expr) => {{
        let std::ops::Range { start: mut $first, end } = $rows;
        while $first + TILE_ROWS <= end {
            const $R: usize = TILE_ROWS;
            $body;
            $first += TILE_ROWS;
        }
        for_each_tile!(@rest end - $first, $R, $body, 1 2 3 4 5);
    }};
    (@rest $rest:expr, $R:ident, $body:expr, $($n:literal)+) => {
        match $rest {
            $($n => {
                const $R: usize = $n;
                $body;
            })+
            _ => {}
        }
    };
}
pub(super) use for_each_tile;

/// `C = A B` or `C = A B + b`.
///
/// `a`: `(m, k)`, `b`: `(k, n)` or `(k + 1, n)` with the biases last, `c`: `(m, n)`.
#[inline(always)]
pub fn product<S: Simd>(simd: S, a: &Panels, b: &Panels, start: Start, c: &mut Panels) {
    assert_eq!(b.rows(), a.columns() + usize::from(start == Start::Bias));
    assert_eq!((c.rows(), c.columns()), (a.rows(), b.columns()));
    with_panel_width!(a.width(), |W| {
        with_vectors_per_row!(S, b.width(), |V| panel_by_panel::<S, W, V>(
            simd, a, b, start, c
        ))
    });
}

/// The same for panels of `A` that are `W` wide, and those of `B` and `C` with `V` vectors a row.
#[inline(always)]
fn panel_by_panel<S: Simd, const W: usize, const V: usize>(
    simd: S,
    a: &Panels,
    b: &Panels,
    start: Start,
    c: &mut Panels,
) {
    let depth = DEPTH / W;
    for first in (0..a.count()).step_by(depth) {
        let part = first..a.count().min(first + depth);
        for p in 0..b.count() {
            let b = vector_rows::<S, V>(b.panel(p));
            let c = vector_rows_mut::<S, V>(c.panel_mut(p));
            let bias = match start {
                Start::Zero => [simd.splat_f32s(0.0); V],
                Start::Bias => b[b.len() - 1],
            };
            for_each_tile!(0..c.len(), |i, R| {
                let c: &mut [_; R] = (&mut c[i..i + R]).try_into().expect("R rows");
                if first == 0 {
                    *c = [bias; R];
                }
                *c = tile::<S, R, W, V>(simd, a, i, part.clone(), b, *c);
            });
        }
    }
}

/// Adds to `sums` rows `first..first + R` of `A B`, for the panels `part` of `A` and one panel of
/// `B`.
#[inline(always)]
fn tile<S: Simd, const R: usize, const W: usize, const V: usize>(
    simd: S,
    a: &Panels,
    first: usize,
    part: Range<usize>,
    b: &[[S::f32s; V]],
    mut sums: [[S::f32s; V]; R],
) -> [[S::f32s; V]; R] {
    for q in part {
        let span = a.span(q);
        assert!(span.end <= W);
        let a: &[[f32; W]] = pulp::as_arrays(a.panel(q)).0;
        let a: &[[f32; W]; R] = a[first..first + R].try_into().expect("R rows");
        for (k, b) in zip(span.clone(), &b[q * W..][span]) {
            for r in 0..R {
                let a = simd.splat_f32s(a[r][k]);
                for v in 0..V {
                    sums[r][v] = simd.mul_add_e_f32s(a, b[v], sums[r][v]);
                }
            }
        }
    }
    sums
}
