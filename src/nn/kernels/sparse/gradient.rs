//! The gradient of a layer whose activations have many zeros.

use std::iter::zip;
use std::ops::Range;

use pulp::{Simd, WithSimd, bytemuck};

use super::{BITS, DEPTH, GROUP, Scratch, add_rows, are_wide, has_zeros, pack, with_strip};
use crate::kernels::gradient::{Consumer, Samples, span_of};
use crate::kernels::panels::{Panels, WIDE};
use crate::kernels::product::NEAR;
use crate::kernels::transpose::transpose_into;
use crate::kernels::{fetch_rows, vector_rows, vector_rows_mut};

/// Computes a part of the weights' [`gradient`](crate::kernels::gradient::gradient) if the activations have
/// enough zeros, and returns the number of panels of `D`, from the first of `part` on, that are done.
#[inline(always)]
pub(in crate::kernels) fn gradient<S: Simd>(
    simd: S,
    samples: &[Samples],
    part: Range<usize>,
    consumer: &mut impl Consumer,
    transposed: Option<&mut Panels>,
    room: &mut Scratch,
) -> usize {
    let a = samples[0].activations;
    let rows: usize = samples.iter().map(|sample| sample.activations.rows()).sum();
    let is_large = are_wide(a, samples[0].deltas) && room.suits(rows, a.columns());
    let panels = with_strip!(S, |V, N| N / 2 / V, usize::MAX);
    if !is_large || part.len() < panels || !has_zeros((a, 0), a.columns()) {
        return 0;
    }
    simd.vectorize(Gradient {
        samples,
        part,
        consumer,
        transposed,
        room,
    })
}

/// Arguments of [`gradient`], which is compiled once for each kind of consumer.
struct Gradient<'a, C> {
    samples: &'a [Samples<'a>],
    part: Range<usize>,
    consumer: &'a mut C,
    transposed: Option<&'a mut Panels>,
    room: &'a mut Scratch,
}

impl<C: Consumer> WithSimd for Gradient<'_, C> {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> usize {
        let a = self.samples[0].activations;
        let width = a.count() * WIDE;
        for ((samples, rows), words) in
            zip(blocks(self.samples), self.room.bits.chunks_exact_mut(width))
        {
            bits_of_columns(simd, samples.activations, rows, words);
        }
        with_strip!(
            S,
            |V, N| {
                const HALF: usize = N / 2;
                let mut rest = self;
                let done = strips_of_gradient::<S, C, V, N>(simd, &mut rest, 0);
                done + strips_of_gradient::<S, C, V, HALF>(simd, &mut rest, done)
            },
            0
        )
    }
}

/// Computes as many strips of `N` vectors as there are in the panels of `part` behind the first `done`, and returns
/// the number of their panels.
#[inline(always)]
fn strips_of_gradient<S: Simd, C: Consumer, const V: usize, const N: usize>(
    simd: S,
    gradient: &mut Gradient<C>,
    done: usize,
) -> usize {
    let (samples, part) = (gradient.samples, gradient.part.clone());
    let a = samples[0].activations;
    let Scratch { bits, block, sums } = &mut *gradient.room;
    let size = BITS * N * S::F32_LANES;
    let strips = (part.len() - done) / (N / V);
    for strip in 0..strips {
        let neurons = done + strip * (N / V)..done + (strip + 1) * (N / V);
        let panels = part.start + neurons.start..part.start + neurons.end;
        for ((samples, rows), block) in zip(blocks(samples), block.chunks_exact_mut(size)) {
            pack::<S, V, N>(samples.deltas, panels.clone(), rows, block);
        }
        for first in (0..a.count()).step_by(GROUP / WIDE) {
            let group = Group {
                samples,
                panels: first..a.count().min(first + GROUP / WIDE),
                bits,
                block,
                neurons: neurons.clone(),
            };
            let transposed = &mut gradient.transposed;
            sum_up::<S, V, N>(simd, group, sums, gradient.consumer, transposed);
        }
    }
    strips * (N / V)
}

/// Some panels of `A`, the activations, and a strip of neurons.
struct Group<'a> {
    samples: &'a [Samples<'a>],
    panels: Range<usize>,
    /// For each block of samples, a word for every column of `A`.
    bits: &'a [u64],
    /// For each block of samples, its deltas.
    block: &'a [f32],
    /// Panels of the parameters.
    neurons: Range<usize>,
}

/// Sums the gradient of a group over blocks of samples and passes it to the consumer.
#[inline(always)]
fn sum_up<S: Simd, const V: usize, const N: usize>(
    simd: S,
    group: Group,
    sums: &mut [f32],
    consumer: &mut impl Consumer,
    transposed: &mut Option<&mut Panels>,
) {
    let a = group.samples[0].activations;
    let words = group.bits.chunks_exact(a.count() * WIDE);
    let deltas = group.block.chunks_exact(BITS * N * S::F32_LANES);
    let count = blocks(group.samples).count();
    for (n, ((samples, rows), (words, block))) in
        zip(blocks(group.samples), zip(words, deltas)).enumerate()
    {
        let sums = sums.chunks_exact_mut(WIDE * N * S::F32_LANES);
        for (q, sums) in zip(group.panels.clone(), sums) {
            // Each block prefetches its share of what will be changed.
            let share = WIDE * n / count..WIDE * (n + 1) / count;
            let neurons = group.neurons.clone();
            fetch_parameters(a, (q, share), neurons.clone(), consumer, transposed);
            let (panel, _) = pulp::as_arrays::<WIDE, _>(samples.activations.panel(q));
            simd.vectorize(AddSamples::<N> {
                a: &panel[rows.clone()],
                bits: words[q * WIDE..].first_chunk().expect("a panel"),
                block,
                is_first: n == 0,
                sums,
            });
            if n + 1 == count {
                let sums = vector_rows::<S, N>(sums);
                hand_over::<S, V, N>(
                    simd,
                    sums,
                    (group.samples, q),
                    neurons,
                    consumer,
                    transposed,
                );
            }
        }
    }
}

/// Columns whose gradients the consumer receives together: low tiles, as in the dense gradient.
const TILE: usize = 8;

/// Passes the sums of panel `q` of `A` for some panels of neurons to the consumer, and updates the
/// transposed weights.
#[inline(always)]
fn hand_over<S: Simd, const V: usize, const N: usize>(
    simd: S,
    sums: &[[S::f32s; N]],
    (samples, q): (&[Samples], usize),
    neurons: Range<usize>,
    consumer: &mut impl Consumer,
    transposed: &mut Option<&mut Panels>,
) {
    let a = samples[0].activations;
    let used = a.used(q);
    let needed = if consumer.ignores_zeros() {
        // In whole tiles, as another column of zeros does no harm.
        let span = span_of(samples, q);
        span.start / TILE * TILE..span.end.next_multiple_of(TILE).min(used)
    } else {
        0..used
    };
    for (j, p) in neurons.enumerate() {
        let start = position(a, q, p);
        let mut i = needed.start;
        while i < needed.end {
            let position = start + i * WIDE;
            if i + TILE <= needed.end {
                let tile = columns_of::<S, V, N, TILE>(simd, sums, i, j);
                consumer.accumulate(simd, position, true, tile);
                i += TILE;
            } else {
                let column = columns_of::<S, V, N, 1>(simd, sums, i, j);
                consumer.accumulate(simd, position, true, column);
                i += 1;
            }
        }
        if let Some(transposed) = transposed {
            let block = &consumer.parameters()[start..][..used * WIDE];
            transpose_into(block, WIDE, transposed, (q, p));
        }
    }
}

/// Returns the sums of columns `i..i + R` for panel `j` of a strip.
#[inline(always)]
fn columns_of<S: Simd, const V: usize, const N: usize, const R: usize>(
    simd: S,
    sums: &[[S::f32s; N]],
    i: usize,
    j: usize,
) -> [[S::f32s; V]; R] {
    let sums: &[_; R] = sums[i..].first_chunk().expect("R columns");
    let mut columns = [[simd.splat_f32s(0.0); V]; R];
    for r in 0..R {
        columns[r].copy_from_slice(&sums[r][j * V..(j + 1) * V]);
    }
    columns
}

/// Splits the rows of a mini-batch into blocks, none of which spans two [`Samples`].
#[inline(always)]
fn blocks<'a>(
    samples: &'a [Samples],
) -> impl Iterator<Item = (&'a Samples<'a>, Range<usize>)> + 'a {
    samples.iter().flat_map(|samples| {
        let rows = samples.activations.rows();
        // All of about the same size.
        let count = rows.div_ceil(DEPTH);
        let row = move |n| rows * n / count;
        (0..count).map(move |n| (samples, row(n)..row(n + 1)))
    })
}

/// Returns the position in a layer's parameters of the weights from panel `q` of `A` to panel `p` of the
/// neurons.
#[inline(always)]
fn position(a: &Panels, q: usize, p: usize) -> usize {
    // Each panel ends with a row of biases.
    (p * (a.columns() + 1) + q * WIDE) * WIDE
}

/// Prefetches the parameters of columns `share` of panel `q` of `A` and some panels of neurons, if they are
/// not in the cache.
#[inline(always)]
fn fetch_parameters(
    a: &Panels,
    (q, share): (usize, Range<usize>),
    neurons: Range<usize>,
    consumer: &impl Consumer,
    transposed: &Option<&mut Panels>,
) {
    if consumer.parameters().len() <= NEAR {
        return;
    }
    for p in neurons {
        let row = |i: usize| position(a, q, p) + i.min(a.used(q)) * WIDE;
        consumer.fetch_ahead(row(share.start)..row(share.end));
        if let Some(transposed) = transposed {
            let row = |i: usize| (p * WIDE + i).min(transposed.rows()) * WIDE;
            fetch_rows(&transposed.panel(q)[row(share.start)..row(share.end)]);
        }
    }
}

/// Writes a word for some rows of each column.
#[inline(always)]
fn bits_of_columns<S: Simd>(simd: S, a: &Panels, rows: Range<usize>, into: &mut [u64]) {
    let zero = simd.splat_f32s(0.0);
    let lanes = S::F32_LANES;
    for (q, words) in into.chunks_exact_mut(WIDE).enumerate() {
        let panel = S::as_simd_f32s(&a.panel(q)[rows.start * WIDE..rows.end * WIDE]).0;
        for (v, words) in words.chunks_exact_mut(lanes).enumerate() {
            let mut halves = [simd.splat_u32s(0); 2];
            for (s, row) in panel.chunks_exact(WIDE / lanes).enumerate() {
                let one = simd.splat_u32s(1 << (s % 32));
                let is_zero = simd.equal_f32s(row[v], zero);
                let bit = simd.select_u32s(is_zero, simd.splat_u32s(0), one);
                halves[s / 32] = simd.or_u32s(halves[s / 32], bit);
            }
            let halves: &[u32] = bytemuck::cast_slice(&halves);
            let (low, high) = halves.split_at(lanes);
            for (word, (low, high)) in zip(words, zip(low, high)) {
                *word = u64::from(*low) | u64::from(*high) << 32;
            }
        }
    }
}

/// Adds the products with a block of samples to the sums of each column of a panel.
struct AddSamples<'a, const N: usize> {
    /// Rows of a panel of `A`.
    a: &'a [[f32; WIDE]],
    /// Of each column.
    bits: &'a [u64; WIDE],
    /// Deltas of those rows.
    block: &'a [f32],
    /// Whether this is the first block, with sums that start at zero.
    is_first: bool,
    sums: &'a mut [f32],
}

impl<const N: usize> WithSimd for AddSamples<'_, N> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let block = vector_rows::<S, N>(self.block).first_chunk();
        let block = block.expect("a block");
        let sums = vector_rows_mut::<S, N>(self.sums);
        for (i, sums) in (0..WIDE).zip(sums) {
            let start = if self.is_first {
                [simd.splat_f32s(0.0); N]
            } else {
                *sums
            };
            *sums = add_rows::<S, N>(simd, self.bits[i], |s| self.a[s][i], block, start);
        }
    }
}
