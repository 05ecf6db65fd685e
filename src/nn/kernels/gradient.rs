//! The gradient of a layer, and what becomes of it.

use std::iter::zip;
use std::ops::Range;

use pulp::Simd;

use super::panels::Panels;
use super::product::for_each_tile;
use super::transpose::transpose_into;
use super::{Largest, panels, vector_rows, with_panel_width, with_vectors_per_row};

/// Panels of activations taken at a time, so that they stay in the second-level cache while all
/// deltas pass by.
const BLOCK: usize = 16;

/// Takes over the gradient of a layer as it comes out of the product.
pub trait Consumer<S: Simd> {
    /// Takes the sums over the mini-batch for a tile of parameters, which lie one after the other
    /// from `position` on in the layer's [`Panels`]. `decays` is false for biases.
    fn take<const R: usize, const V: usize>(
        &mut self,
        simd: S,
        position: usize,
        decays: bool,
        sums: [[S::f32s; V]; R],
    );

    /// Whether a gradient of zero changes nothing, and need not be brought.
    fn ignores_zeros(&self) -> bool;

    /// The parameters as they are now.
    fn parameters(&self) -> &[f32];
}

/// Computes `A^T D`, the sum over the mini-batch of the gradient `dC/dw_ij = a_i delta_j`, and the
/// column sums of `D`, those of `dC/db_j = delta_j`, and hands them to `consumer` tile by tile.
///
/// The mini-batch comes in one part or in several, [`Samples`] of some rows each, and sums run over
/// the rows of all parts in their order. Only the columns of `D` from panel `first` on are taken, as
/// many as `parameters` has; those are `(inputs + 1, outputs)`, biases last.
///
/// The gradient never lies in memory as a whole: a large layer would spend more time on writing
/// and reading it than on the sums. For the same reason the new weights are written to `transposed`,
/// `(outputs, inputs)`, if there is one, block by block while they are at hand.
#[inline(always)]
pub fn gradient<S: Simd>(
    simd: S,
    samples: &[Samples],
    (first, panels): (usize, usize),
    consumer: &mut impl Consumer<S>,
    transposed: Option<&mut Panels>,
) {
    let (a, d) = (samples[0].activations, samples[0].deltas);
    with_panel_width!(S, a.width(), |W| {
        with_vectors_per_row!(S, d.width(), |V| weights::<S, W, V>(
            simd,
            samples,
            first..first + panels,
            consumer,
            transposed
        ));
    });
    with_vectors_per_row!(S, d.width(), |V| biases::<S, V>(
        simd,
        samples,
        first..first + panels,
        consumer
    ));
}

/// What the gradient of a layer is made of, for some rows of a mini-batch.
#[derive(Clone, Copy)]
pub struct Samples<'a> {
    /// `A`: `(rows, inputs)`, activations of the layer before.
    pub activations: &'a Panels,
    /// `D`: `(rows, outputs)`, deltas of this one.
    pub deltas: &'a Panels,
}

/// The gradient of the weights, for panels of `A` that are `W` wide and those of `D`, of which only
/// `part` is taken, with `V` vectors a row.
#[inline(always)]
fn weights<S: Simd, const W: usize, const V: usize>(
    simd: S,
    samples: &[Samples],
    part: Range<usize>,
    consumer: &mut impl Consumer<S>,
    mut transposed: Option<&mut Panels>,
) {
    let (a, width) = (samples[0].activations, samples[0].deltas.width());
    let inputs = a.columns();
    let mut block = 0;
    while block < a.count() {
        let end = a.count().min(block + BLOCK);
        for p in part.clone() {
            let own = p - part.start;
            for q in block..end {
                let start = own * (inputs + 1) + q * W;
                let used = a.used(q);
                let span = even(a.span(q), used);
                // Low tiles, whose sums all stay in registers while the consumer works on them, and
                // whose last roots and divisions still go on as the sums of the next begin.
                for_each_tile!(S, V, span.clone(), [8 6 4 2 1] [8 4 2 1], |i, R| {
                    let sums = tile::<S, R, W, V>(simd, samples, (q, i), p);
                    consumer.take(simd, (start + i) * width, true, sums);
                });
                if span.len() < used && !consumer.ignores_zeros() {
                    for i in (0..span.start).chain(span.end..used) {
                        let zeros = [[simd.splat_f32s(0.0); V]];
                        consumer.take(simd, (start + i) * width, true, zeros);
                    }
                }
                if let Some(transposed) = &mut transposed {
                    let block = &consumer.parameters()[start * width..][..used * width];
                    transpose_into(block, width, transposed, (q, own));
                }
            }
        }
        block = end;
    }
}

/// The span with an even start and, within `used`, an even end: there are kernels for few numbers of
/// columns, and a column of zeros more does no harm.
#[inline(always)]
fn even(span: Range<usize>, used: usize) -> Range<usize> {
    span.start & !1..span.end.next_multiple_of(2).min(used)
}

/// The gradient of the biases: the deltas, summed over the mini-batch.
#[inline(always)]
fn biases<S: Simd, const V: usize>(
    simd: S,
    samples: &[Samples],
    part: Range<usize>,
    consumer: &mut impl Consumer<S>,
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
        consumer.take(simd, position, false, [sum]);
    }
}

/// `R` rows of `A^T D`, for columns `first..first + R` of panel `q` of `A` and panel `p` of `D`.
#[inline(always)]
fn tile<S: Simd, const R: usize, const W: usize, const V: usize>(
    simd: S,
    samples: &[Samples],
    (q, first): (usize, usize),
    p: usize,
) -> [[S::f32s; V]; R] {
    assert!(first + R <= W);
    let mut sums = [[simd.splat_f32s(0.0); V]; R];
    for samples in samples {
        let a: &[[f32; W]] = pulp::as_arrays(samples.activations.panel(q)).0;
        let d = vector_rows::<S, V>(samples.deltas.panel(p));
        for (a, d) in zip(a, d) {
            for r in 0..R {
                let a = simd.splat_f32s(a[first + r]);
                for v in 0..V {
                    sums[r][v] = simd.mul_add_e_f32s(a, d[v], sums[r][v]);
                }
            }
        }
    }
    sums
}

/// Looks for the largest magnitude in a gradient, and changes nothing.
pub struct Measure<'a, S: Simd> {
    weights: &'a [f32],
    share: f32,
    decay: f32,
    largest: Largest<S>,
}

impl<'a, S: Simd> Measure<'a, S> {
    /// For the mean over `rows` samples, with `decay` times each weight added.
    #[inline(always)]
    pub fn new(simd: S, weights: &'a Panels, rows: usize, decay: f32) -> Self {
        Self {
            weights: weights.values(),
            share: 1.0 / rows as f32,
            decay,
            largest: Largest::zero(simd),
        }
    }

    /// The largest magnitude found, NaN if there was one.
    #[inline(always)]
    pub fn largest(self) -> f32 {
        self.largest.get()
    }
}

impl<S: Simd> Consumer<S> for Measure<'_, S> {
    #[inline(always)]
    fn take<const R: usize, const V: usize>(
        &mut self,
        simd: S,
        position: usize,
        decays: bool,
        sums: [[S::f32s; V]; R],
    ) {
        let length = R * V * S::F32_LANES;
        let weights = vector_rows::<S, V>(&self.weights[position..][..length]);
        let share = simd.splat_f32s(self.share);
        let decay = simd.splat_f32s(if decays { self.decay } else { 0.0 });
        for r in 0..R {
            for v in 0..V {
                // The sum counts before it is divided, as an infinite sum has no finite mean.
                self.largest.include(simd, sums[r][v]);
                let decayed = simd.mul_f32s(decay, weights[r][v]);
                let mean = simd.mul_add_e_f32s(share, sums[r][v], decayed);
                self.largest.include(simd, mean);
            }
        }
    }

    #[inline(always)]
    fn ignores_zeros(&self) -> bool {
        self.decay == 0.0
    }

    #[inline(always)]
    fn parameters(&self) -> &[f32] {
        self.weights
    }
}
