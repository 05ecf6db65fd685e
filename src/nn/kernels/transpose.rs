//! The transpose of a matrix in panels, block by block.

use std::iter::zip;

use super::panels::{NARROW, Panels, WIDE};

/// Writes a block of a matrix into its transpose `into`: rows of `width` numbers, those of the
/// matrix's panel `p` that make the columns of panel `q` of `into`.
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
    if block.len() == WIDE * WIDE && to.len() == WIDE * WIDE {
        let (block, _) = pulp::as_arrays::<WIDE, _>(block);
        let (to, _) = pulp::as_arrays_mut::<WIDE, _>(to);
        return transpose_whole(
            block.try_into().expect("16 rows"),
            to.try_into().expect("16 columns"),
        );
    }
    let is_narrow = |width| width == NARROW;
    match (is_narrow(width), is_narrow(into_width)) {
        (true, true) => transpose_part::<NARROW, NARROW>(block, to),
        (true, false) => transpose_part::<NARROW, WIDE>(block, to),
        (false, true) => transpose_part::<WIDE, NARROW>(block, to),
        (false, false) => transpose_part::<WIDE, WIDE>(block, to),
    }
}

/// Any block, of rows of `B` numbers, into rows of `W`.
#[inline(always)]
fn transpose_part<const B: usize, const W: usize>(from: &[f32], to: &mut [f32]) {
    let to: &mut [[f32; W]] = pulp::as_arrays_mut(to).0;
    for (r, from) in zip(0..W, pulp::as_arrays::<B, _>(from).0) {
        for (from, to) in zip(from, &mut *to) {
            to[r] = *from;
        }
    }
}

/// Four numbers from `first` on.
#[inline(always)]
fn four(row: &[f32; WIDE], first: usize) -> [f32; 4] {
    [row[first], row[first + 1], row[first + 2], row[first + 3]]
}

/// The commonest block, by squares of 4 by 4, which is what the compiler makes vectors of.
#[inline(always)]
fn transpose_whole(from: &[[f32; WIDE]; WIDE], to: &mut [[f32; WIDE]; WIDE]) {
    for r in (0..WIDE).step_by(4) {
        for c in (0..WIDE).step_by(4) {
            let rows = [
                four(&from[r], c),
                four(&from[r + 1], c),
                four(&from[r + 2], c),
                four(&from[r + 3], c),
            ];
            for j in 0..4 {
                let column = [rows[0][j], rows[1][j], rows[2][j], rows[3][j]];
                to[c + j][r..r + 4].copy_from_slice(&column);
            }
        }
    }
}
