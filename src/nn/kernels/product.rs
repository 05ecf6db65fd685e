//! The matrix product of the forward pass, and of the deltas on their way back.

use std::array;
use std::iter::zip;

use pulp::Simd;

use super::panels::Panels;
use super::{vector_rows, vector_rows_mut, with_vectors_per_row};

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

/// Runs `$body` for tiles that cover `$rows` rows, with `$first` the first row of the tile and
/// `$R` its number of rows as a constant.
macro_rules! for_each_tile {
    ($rows:expr, |$first:ident, $R:ident| $body:expr) => {{
        let rows = $rows;
        let mut $first = 0;
        while rows - $first >= TILE_ROWS {
            const $R: usize = TILE_ROWS;
            $body;
            $first += TILE_ROWS;
        }
        for_each_tile!(@rest rows - $first, $R, $body, 1 2 3 4 5);
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
    let depth = a.columns();
    assert_eq!(b.rows(), depth + usize::from(start == Start::Bias));
    assert_eq!((c.rows(), c.columns()), (a.rows(), b.columns()));
    with_vectors_per_row!(S, b.width(), |V| {
        for first in (0..depth).step_by(DEPTH) {
            let part = first..depth.min(first + DEPTH);
            for p in 0..b.count() {
                let b = vector_rows::<S, V>(b.panel(p));
                let c = vector_rows_mut::<S, V>(c.panel_mut(p));
                if first == 0 {
                    let bias = match start {
                        Start::Zero => [simd.splat_f32s(0.0); V],
                        Start::Bias => b[depth],
                    };
                    for_each_tile!(c.len(), |i, R| {
                        let mut sums = [bias; R];
                        tile::<S, R, V>(simd, a, i, part.clone(), &b[part.clone()], &mut sums);
                        c[i..i + R].copy_from_slice(&sums);
                    });
                } else {
                    for_each_tile!(c.len(), |i, R| {
                        let mut sums: [_; R] = array::from_fn(|r| c[i + r]);
                        tile::<S, R, V>(simd, a, i, part.clone(), &b[part.clone()], &mut sums);
                        c[i..i + R].copy_from_slice(&sums);
                    });
                }
            }
        }
    });
}

/// Adds to `sums` rows `first..first + R` of `A B`, for the columns `part` of `A` and one panel of
/// the same rows of `B`.
#[inline(always)]
fn tile<S: Simd, const R: usize, const V: usize>(
    simd: S,
    a: &Panels,
    first: usize,
    part: std::ops::Range<usize>,
    b: &[[S::f32s; V]],
    sums: &mut [[S::f32s; V]; R],
) {
    let width = a.width();
    for (q, b) in zip(part.start / width.., b.chunks(width)) {
        let a = &a.panel(q)[first * width..][..R * width];
        let rows: [&[f32]; R] = array::from_fn(|r| &a[r * width..][..b.len()]);
        for k in 0..b.len() {
            for r in 0..R {
                let a = simd.splat_f32s(rows[r][k]);
                for v in 0..V {
                    sums[r][v] = simd.mul_add_e_f32s(a, b[k][v], sums[r][v]);
                }
            }
        }
    }
}
