//! The matrix product of the forward pass, and of the deltas on their way back.

use std::iter::zip;
use std::ops::Range;

use pulp::Simd;

use super::panels::Panels;
use super::{
    fetch_ahead, panels, vector_rows, vector_rows_mut, with_panel_width, with_vectors_per_row,
};

/// Rows of `B` taken at a time, so that a panel of them (16 KiB) stays in the first-level cache
/// while all rows of `A` pass by, and that part of `A` in the second-level one.
const DEPTH: usize = 256;

/// Numbers of a matrix `B` that the second-level cache keeps from one product to the next. Those of
/// a larger one have to be called for in time.
const NEAR: usize = 1 << 17;

/// What a product is added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Nothing: `C = A B`.
    Zero,
    /// The row of `B` below those that are multiplied, the biases: `C = A B + b`.
    Bias,
    /// What is there: `C += A B`.
    Sum,
}

/// Runs `$body` for tiles that cover the rows `$rows`, with `$first` the first row of the tile and
/// `$R` its number of rows as a constant.
///
/// The sums of a tile stay in registers: up to 16 of AVX-512's 32, for 16 rows, or 12 of AVX2's 16, for 6
/// rows of two vectors. That is enough independent sums to hide the latency of a multiply-add, and
/// enough uses of each loaded number to hide the loads. Every height is code of its own, so there are
/// few; the first heights are those of AVX-512, the second those of AVX2 for rows of `$V = 1` vector. The
/// last one is always 1.
macro_rules! for_each_tile {
    ($S:ident, $V:ident, $rows:expr, [$($height:literal)+] [$($low:literal)+],
     |$first:ident, $R:ident| $body:expr) => {{
        let std::ops::Range { start: mut $first, end } = $rows;
        if const { $S::F32_LANES == 16 } {
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

/// `C = A B`, with `start` added: for the columns of `A` from panel `a.1` on, as many as `B` has
/// rows, and those of `C` from panel `c.1` on, as many as `B` has columns. So a matrix `B` that
/// several threads share out by its columns or rows is multiplied part by part, and the result is
/// the same, bit for bit, as that of the whole.
///
/// `a`: `(m, k)`, `b`: `(k, n)` or `(k + 1, n)` with the biases last, `c`: `(m, n)`.
#[inline(always)]
pub fn product<S: Simd>(
    simd: S,
    a: (&Panels, usize),
    b: &Panels,
    start: Start,
    c: (&mut Panels, usize),
) {
    if b.columns() == 0 || b.rows() == 0 && start == Start::Sum {
        return; // A part may have no neurons of a small layer.
    }
    let depth = b.rows() - usize::from(start == Start::Bias);
    assert!(a.1 * a.0.width() + depth <= a.0.columns());
    assert!(c.1 * c.0.width() + b.columns() <= c.0.columns());
    assert_eq!((c.0.rows(), c.0.width()), (a.0.rows(), b.width()));
    with_panel_width!(S, a.0.width(), |W| {
        with_vectors_per_row!(S, b.width(), |V| panel_by_panel::<S, W, V>(
            simd, a, b, start, c
        ))
    });
}

/// The same for panels of `A` that are `W` wide, and those of `B` and `C` with `V` vectors a row.
#[inline(always)]
fn panel_by_panel<S: Simd, const W: usize, const V: usize>(
    simd: S,
    (a, a_first): (&Panels, usize),
    b: &Panels,
    start: Start,
    (c, c_first): (&mut Panels, usize),
) {
    let depth = b.rows() - usize::from(start == Start::Bias);
    let count = depth.div_ceil(W);
    let is_near = b.values().len() <= NEAR;
    let mut first = 0;
    while first < count {
        let end = count.min(first + DEPTH / W);
        for p in 0..b.count() {
            let next = match p + 1 {
                next if is_near || next == b.count() => &[],
                next => &vector_rows::<S, V>(b.panel(next))[first * W..depth.min(end * W)],
            };
            let b = vector_rows::<S, V>(b.panel(p));
            let c = vector_rows_mut::<S, V>(c.panel_mut(c_first + p));
            let start = match start {
                _ if first > 0 => None,
                Start::Zero => Some([simd.splat_f32s(0.0); V]),
                Start::Bias => Some(b[b.len() - 1]),
                Start::Sum => None,
            };
            let rows = c.len();
            // 10 rows are a usual mini-batch.
            for_each_tile!(S, V, 0..rows, [16 10 8 4 2 1] [10 8 4 2 1], |i, R| {
                // Each tile calls for its share of the next panel, so that it comes without haste.
                if !next.is_empty() {
                    let share = next.len() * i / rows..next.len() * (i + R) / rows;
                    for row in &next[share] {
                        fetch_ahead(row);
                    }
                }
                let c: &mut [_; R] = (&mut c[i..i + R]).try_into().expect("R rows");
                let mut sums = *c;
                if let Some(start) = start {
                    sums = [start; R];
                }
                *c = tile::<S, R, W, V>(simd, (a, a_first), i, first..end, b, sums);
            });
        }
        first = end;
    }
}

/// Adds to `sums` rows `first..first + R` of `A B`, for the panels `part` of `A`, counted from panel
/// `a_first`, and as many rows of one panel of `B`.
#[inline(always)]
fn tile<S: Simd, const R: usize, const W: usize, const V: usize>(
    simd: S,
    (a, a_first): (&Panels, usize),
    first: usize,
    part: Range<usize>,
    b: &[[S::f32s; V]],
    mut sums: [[S::f32s; V]; R],
) -> [[S::f32s; V]; R] {
    for q in part {
        let span = a.span(a_first + q);
        assert!(span.end <= W);
        let rows: &[[f32; W]] = pulp::as_arrays(a.panel(a_first + q)).0;
        let rows: &[[f32; W]; R] = rows[first..first + R].try_into().expect("R rows");
        for (k, b) in zip(span.clone(), &b[q * W..][span]) {
            for r in 0..R {
                let a = simd.splat_f32s(rows[r][k]);
                for v in 0..V {
                    sums[r][v] = simd.mul_add_e_f32s(a, b[v], sums[r][v]);
                }
            }
        }
    }
    sums
}
