//! The gradient of a layer, passed tile by tile to a consumer.

use std::iter::zip;
use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::instructions::has_narrow_panels;
use super::panels::Panels;
use super::product::{NEAR, for_each_tile, has_pairs};
use super::sparse::{self, Scratch};
use super::transpose::transpose_into;
use super::{
    Largest, array_of, fetch_rows, panels, vector_rows, with_panel_width, with_vectors_per_row,
};

/// Panels of activations processed together, so that they stay in the second-level cache while all
/// deltas pass by.
const BLOCK: usize = 16;

/// Receives the gradient of a layer while its sums are in registers.
pub trait Consumer {
    /// Receives the sums over the mini-batch for a tile of consecutive parameters, from `position` on in the
    /// layer's [`Panels`]. `decays` is false for biases.
    fn accumulate<S: Simd, const R: usize, const V: usize>(
        &mut self,
        simd: S,
        position: usize,
        decays: bool,
        sums: [[S::f32s; V]; R],
    );

    /// Prefetches everything that [`accumulate`](Self::accumulate) will change at `positions`.
    fn fetch_ahead(&self, positions: Range<usize>);

    /// Returns whether zero gradients have no effect and may be left out.
    fn ignores_zeros(&self) -> bool;

    /// Returns the parameters in their present state.
    fn parameters(&self) -> &[f32];
}

/// Computes `A^T D`, the sum over the mini-batch of the gradient `dC/dw_ij = a_i delta_j`, and the
/// column sums of `D`, those of `dC/db_j = delta_j`, and passes them to `consumer` tile by tile.
///
/// The mini-batch consists of one or more [`Samples`]; sums run over the rows of all of them in order.
/// Only `count` panels of `D` from panel `first` on are used. Parameters are `(inputs + 1, outputs)`, biases
/// last.
///
/// The gradient is never stored as a whole: for a large layer, writing and reading it would take
/// longer than the sums. For the same reason the new weights are copied to `transposed`,
/// `(outputs, inputs)`, block by block while they are in the cache.
#[inline(always)]
pub fn gradient<S: Simd>(
    simd: S,
    samples: &[Samples],
    (first, count): (usize, usize),
    consumer: &mut impl Consumer,
    mut transposed: Option<&mut Panels>,
    room: &mut Scratch,
) {
    let (a, d) = (samples[0].activations, samples[0].deltas);
    let is_narrow = |panels: &Panels| panels.width() == panels::NARROW;
    if const { has_narrow_panels(S::F32_LANES) } && is_narrow(a) && is_narrow(d) {
        if count > 0 {
            with_vectors_per_row!(S, panels::NARROW, |V| narrow_gradient::<S, V>(
                simd, samples, consumer, transposed
            ));
        }
        return;
    }
    let part = first..first + count;
    let done = sparse::gradient(
        simd,
        samples,
        part,
        consumer,
        transposed.as_deref_mut(),
        room,
    );
    with_panel_width!(S, a.width(), |W| {
        with_vectors_per_row!(S, d.width(), |V| weights::<S, W, V>(
            simd,
            samples,
            (first, first + done..first + count),
            consumer,
            transposed
        ));
    });
    with_vectors_per_row!(S, d.width(), |V| biases::<S, V>(
        simd,
        samples,
        first..first + count,
        consumer
    ));
}

/// Computes the [`gradient`] of matrices of one narrow panel each.
#[inline(always)]
fn narrow_gradient<S: Simd, const V: usize>(
    simd: S,
    samples: &[Samples],
    consumer: &mut impl Consumer,
    transposed: Option<&mut Panels>,
) {
    const W: usize = panels::NARROW;
    let inputs = samples[0].activations.columns();
    for_each_tile!(S, V, 1, 0..inputs, [1] [1] [8 4 2 1], |i, R| {
        let [sums] = tile::<S, R, W, V, 1>(simd, samples, (0, i), 0);
        consumer.accumulate(simd, i * W, true, sums);
    });
    biases::<S, V>(simd, samples, 0..1, consumer);
    if let Some(transposed) = transposed {
        let weights = &consumer.parameters()[..inputs * W];
        transpose_into(weights, W, transposed, (0, 0));
    }
}

/// The inputs of a layer's gradient for some rows of a mini-batch.
#[derive(Clone, Copy)]
pub struct Samples<'a> {
    /// `A`: `(rows, inputs)`, activations of the previous layer.
    pub activations: &'a Panels,
    /// `D`: `(rows, outputs)`, deltas of this layer.
    pub deltas: &'a Panels,
}

/// Computes the gradient of the weights from panels of `A` that are `W` wide and the panels `part` of `D`
/// with `V` vectors per row.
#[inline(always)]
fn weights<S: Simd, const W: usize, const V: usize>(
    simd: S,
    samples: &[Samples],
    (first, part): (usize, Range<usize>),
    consumer: &mut impl Consumer,
    mut transposed: Option<&mut Panels>,
) {
    let a = samples[0].activations;
    let mut block = 0;
    while block < a.count() {
        let end = a.count().min(block + BLOCK);
        let mut p = part.start;
        if const { has_pairs::<S>() } {
            while p + 2 <= part.end {
                simd.vectorize(Strip::<_, W, V, 2> {
                    samples,
                    block: block..end,
                    p,
                    first,
                    consumer,
                    transposed: transposed.as_deref_mut(),
                });
                p += 2;
            }
        }
        while p < part.end {
            simd.vectorize(Strip::<_, W, V, 1> {
                samples,
                block: block..end,
                p,
                first,
                consumer,
                transposed: transposed.as_deref_mut(),
            });
            p += 1;
        }
        block = end;
    }
}

/// The gradient for panels `block` of `A` and `P` panels of `D` from `p` on; those of `consumer` are counted
/// from panel `first`. It is compiled as a function of its own: inlined into a larger one, the
/// compiler may keep the sums in memory.
struct Strip<'a, C, const W: usize, const V: usize, const P: usize> {
    samples: &'a [Samples<'a>],
    block: Range<usize>,
    p: usize,
    first: usize,
    consumer: &'a mut C,
    transposed: Option<&'a mut Panels>,
}

impl<C: Consumer, const W: usize, const V: usize, const P: usize> WithSimd
    for Strip<'_, C, W, V, P>
{
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            samples,
            block,
            p,
            first,
            consumer,
            mut transposed,
        } = self;
        let (a, width) = (samples[0].activations, samples[0].deltas.width());
        let inputs = a.columns();
        // The processor fetches ahead too, but not from one tile to the next.
        let is_far = consumer.parameters().len() > NEAR;
        for q in block {
            let used = a.used(q);
            let span = even(span_of(samples, q), used);
            let start = |j| (p + j - first) * (inputs + 1) + q * W;
            if is_far && let Some(transposed) = &transposed {
                let row = (p - first) * width;
                let rows = row * W..(row + P * width).min(transposed.rows()) * W;
                fetch_rows(&transposed.panel(q)[rows]);
            }
            // Low tiles, whose sums all stay in registers while the consumer works on them, and
            // whose last roots and divisions still go on as the sums of the next begin.
            for_each_tile!(S, V, P, span.clone(), [8 6 4 2 1] [8 6 4 2 1] [8 4 2 1], |i, R| {
                if is_far {
                    for j in 0..P {
                        consumer.fetch_ahead((start(j) + i) * width..(start(j) + i + R) * width);
                    }
                }
                let sums = tile::<S, R, W, V, P>(simd, samples, (q, i), p);
                for j in 0..P {
                    consumer.accumulate(simd, (start(j) + i) * width, true, sums[j]);
                }
            });
            for j in 0..P {
                let start = start(j);
                if span.len() < used && !consumer.ignores_zeros() {
                    for i in (0..span.start).chain(span.end..used) {
                        let zeros = [[simd.splat_f32s(0.0); V]];
                        consumer.accumulate(simd, (start + i) * width, true, zeros);
                    }
                }
                if let Some(transposed) = &mut transposed {
                    let block = &consumer.parameters()[start * width..][..used * width];
                    transpose_into(block, width, transposed, (q, p + j - first));
                }
            }
        }
    }
}

/// Returns the columns of panel `q` of the activations that are not zero in all rows, or some more.
#[inline(always)]
pub(super) fn span_of(samples: &[Samples], q: usize) -> Range<usize> {
    let spans = samples.iter().map(|rows| rows.activations.span(q));
    let united = |a: Range<usize>, b: Range<usize>| match (a.is_empty(), b.is_empty()) {
        (true, _) => b,
        (_, true) => a,
        _ => a.start.min(b.start)..a.end.max(b.end),
    };
    spans.fold(0..0, united)
}

/// Widens the span to an even start and, within `used`, an even end: there are kernels for few numbers of
/// columns, and another column of zeros does no harm.
#[inline(always)]
fn even(span: Range<usize>, used: usize) -> Range<usize> {
    span.start & !1..span.end.next_multiple_of(2).min(used)
}

/// Computes the gradient of the biases: the deltas summed over the mini-batch.
#[inline(always)]
fn biases<S: Simd, const V: usize>(
    simd: S,
    samples: &[Samples],
    part: Range<usize>,
    consumer: &mut impl Consumer,
) {
    let (inputs, width) = (samples[0].activations.columns(), samples[0].deltas.width());
    for p in part.clone() {
        let mut sum = [simd.splat_f32s(0.0); V];
        for samples in samples {
            for row in vector_rows::<S, V>(samples.deltas.panel(p)) {
                for v in 0..V {
                    sum[v] = simd.add_f32s(sum[v], row[v]);
                }
            }
        }
        let position = ((p - part.start) * (inputs + 1) + inputs) * width;
        consumer.accumulate(simd, position, false, [sum]);
    }
}

/// Computes `R` rows of `A^T D`, for columns `first..first + R` of panel `q` of `A` and each of `P` panels of
/// `D` from panel `p` on.
#[inline(always)]
fn tile<S: Simd, const R: usize, const W: usize, const V: usize, const P: usize>(
    simd: S,
    samples: &[Samples],
    (q, first): (usize, usize),
    p: usize,
) -> [[[S::f32s; V]; R]; P] {
    assert!(first + R <= W);
    let mut sums = [[[simd.splat_f32s(0.0); V]; R]; P];
    for samples in samples {
        let a: &[[f32; W]] = pulp::as_arrays(samples.activations.panel(q)).0;
        if P == 1 {
            for (a, d) in zip(a, vector_rows::<S, V>(samples.deltas.panel(p))) {
                multiply::<S, R, W, V, P>(simd, a, first, [d; P], &mut sums);
            }
            continue;
        }
        // Four at a time, as each other instruction takes the place of a multiplication.
        let d: [&[[S::f32s; V]]; P] = array_of(
            #[inline(always)]
            |j| &vector_rows::<S, V>(samples.deltas.panel(p + j))[..a.len()],
        );
        let (fours, rest) = a.as_chunks::<4>();
        for (n, a) in fours.iter().enumerate() {
            let d: [&[_; 4]; P] = array_of(
                #[inline(always)]
                |j| d[j][4 * n..].first_chunk().expect("four"),
            );
            for m in 0..4 {
                let d = array_of(
                    #[inline(always)]
                    |j| &d[j][m],
                );
                multiply::<S, R, W, V, P>(simd, &a[m], first, d, &mut sums);
            }
        }
        for (m, a) in zip(4 * fours.len().., rest) {
            let d = array_of(
                #[inline(always)]
                |j| &d[j][m],
            );
            multiply::<S, R, W, V, P>(simd, a, first, d, &mut sums);
        }
    }
    sums
}

/// Adds the products of one sample.
#[inline(always)]
fn multiply<S: Simd, const R: usize, const W: usize, const V: usize, const P: usize>(
    simd: S,
    a: &[f32; W],
    first: usize,
    d: [&[S::f32s; V]; P],
    sums: &mut [[[S::f32s; V]; R]; P],
) {
    for r in 0..R {
        let a = simd.splat_f32s(a[first + r]);
        for j in 0..P {
            for v in 0..V {
                sums[j][r][v] = simd.mul_add_e_f32s(a, d[j][v], sums[j][r][v]);
            }
        }
    }
}

/// Finds the largest magnitude among the `sums` of a gradient over `rows` samples, in the order of the layer's
/// parameters, and among the means with `decay` times each weight. NaN if there is one.
#[inline(always)]
pub(crate) fn largest_gradient<S: Simd>(
    simd: S,
    parameters: &Panels,
    sums: &[f32],
    rows: usize,
    decay: f32,
) -> f32 {
    let share = simd.splat_f32s(1.0 / rows as f32);
    let (width, height) = (parameters.width(), parameters.rows());
    let weights = parameters.values().chunks_exact(width);
    let mut largest = Largest::zero(simd);
    for (row, (weights, sums)) in weights.zip(sums.chunks_exact(width)).enumerate() {
        let is_bias = row % height + 1 == height;
        let decay = simd.splat_f32s(if is_bias { 0.0 } else { decay });
        for (&w, &sum) in zip(S::as_simd_f32s(weights).0, S::as_simd_f32s(sums).0) {
            // The sum is kept in f32 before it is divided, so it must be in range, too.
            largest.include(simd, sum);
            let mean = simd.mul_add_e_f32s(share, sum, simd.mul_f32s(decay, w));
            largest.include(simd, mean);
        }
    }
    largest.get()
}
