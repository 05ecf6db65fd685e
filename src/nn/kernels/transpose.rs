//! Transposes a matrix in panels block by block.

use std::iter::zip;

use pulp::cast;

use super::panels::{NARROW, Panels, WIDE};

/// Writes a block of a matrix into its transpose `into`: `block` has rows of `width` floats, those of
/// panel `p` that become the columns of panel `q` of `into`.
#[inline(always)]
pub(super) fn transpose_into(
    block: &[f32],
    width: usize,
    into: &mut Panels,
    (q, p): (usize, usize),
) {
    let into_width = into.width();
    let columns = width.min(into.rows() - p * width);
    let to = &mut into.panel_mut(q)[p * width * into_width..][..columns * into_width];
    let is_narrow = |width| width == NARROW;
    match (is_narrow(width), is_narrow(into_width)) {
        (true, true) => transpose_block::<NARROW, NARROW>(block, to),
        (true, false) => transpose_block::<NARROW, WIDE>(block, to),
        (false, true) => transpose_block::<WIDE, NARROW>(block, to),
        (false, false) => transpose_block::<WIDE, WIDE>(block, to),
    }
}

/// Transposes rows of `B` floats into rows of `W`, in squares of four by four.
#[inline(always)]
fn transpose_block<const B: usize, const W: usize>(from: &[f32], to: &mut [f32]) {
    let (from, _) = pulp::as_arrays::<B, _>(from);
    let (to, _) = pulp::as_arrays_mut::<W, _>(to);
    let (squares, rest) = pulp::as_arrays::<4, _>(from);
    for (r, rows) in zip((0..W).step_by(4), squares) {
        for c in (0..to.len()).step_by(4) {
            let square = [
                four(&rows[0], c),
                four(&rows[1], c),
                four(&rows[2], c),
                four(&rows[3], c),
            ];
            for (to, column) in zip(&mut to[c..], &transpose_square(square)) {
                to[r..r + 4].copy_from_slice(column);
            }
        }
    }
    for (r, from) in zip(4 * squares.len()..W, rest) {
        for (from, to) in zip(from, &mut *to) {
            to[r] = *from;
        }
    }
}

/// Returns four elements from `first` on.
#[inline(always)]
fn four<const B: usize>(row: &[f32; B], first: usize) -> [f32; 4] {
    [row[first], row[first + 1], row[first + 2], row[first + 3]]
}

/// Transposes four rows.
#[inline(always)]
fn transpose_square([a, b, c, d]: [[f32; 4]; 4]) -> [[f32; 4]; 4] {
    #[cfg(target_arch = "x86_64")]
    if let Some(sse) = pulp::core_arch::x86::Sse::try_new() {
        // Left to itself, the compiler moves the numbers one by one.
        let (a, b, c, d) = (cast(a), cast(b), cast(c), cast(d));
        let (low, high) = (sse._mm_unpacklo_ps(a, b), sse._mm_unpackhi_ps(a, b));
        let (low2, high2) = (sse._mm_unpacklo_ps(c, d), sse._mm_unpackhi_ps(c, d));
        return [
            cast(sse._mm_movelh_ps(low, low2)),
            cast(sse._mm_movehl_ps(low2, low)),
            cast(sse._mm_movelh_ps(high, high2)),
            cast(sse._mm_movehl_ps(high2, high)),
        ];
    }
    [
        [a[0], b[0], c[0], d[0]],
        [a[1], b[1], c[1], d[1]],
        [a[2], b[2], c[2], d[2]],
        [a[3], b[3], c[3], d[3]],
    ]
}
