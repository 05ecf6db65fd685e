//! The gradient of a layer, and what becomes of it.

use std::iter::zip;

use pulp::Simd;

use super::panels::Panels;
use super::product::{TILE_ROWS, for_each_tile};
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
}

/// Computes `A^T D`, the sum over the mini-batch of the gradient `dC/dw_ij = a_i delta_j`, and the
/// column sums of `D`, those of `dC/db_j = delta_j`, and hands them to `consumer` tile by tile.
///
/// `a`: `(batch, inputs)`, activations of the layer before. `d`: `(batch, outputs)`, deltas of
/// this one. The consumer's parameters are `(inputs + 1, outputs)`, biases last.
///
/// The gradient never lies in memory as a whole: a large layer would spend more time on writing
/// and reading it than on the sums.
#[inline(always)]
pub fn gradient<S: Simd>(simd: S, a: &Panels, d: &Panels, consumer: &mut impl Consumer<S>) {
    with_panel_width!(a.width(), |W| {
        with_vectors_per_row!(S, d.width(), |V| weights::<S, W, V>(simd, a, d, consumer));
    });
    with_vectors_per_row!(S, d.width(), |V| biases::<S, V>(
        simd,
        d,
        a.columns(),
        consumer
    ));
}

/// The gradient of the weights, for panels of `A` that are `W` wide and those of `D` with `V`
/// vectors a row.
#[inline(always)]
fn weights<S: Simd, const W: usize, const V: usize>(
    simd: S,
    a: &Panels,
    d: &Panels,
    consumer: &mut impl Consumer<S>,
) {
    let (inputs, width) = (a.columns(), d.width());
    for block in (0..a.count()).step_by(BLOCK) {
        for p in 0..d.count() {
            let d = vector_rows::<S, V>(d.panel(p));
            for q in block..a.count().min(block + BLOCK) {
                let start = p * (inputs + 1) + q * W;
                let (used, span) = (a.used(q), a.span(q));
                let a: &[[f32; W]] = pulp::as_arrays(a.panel(q)).0;
                for_each_tile!(span.clone(), |i, R| {
                    let sums = tile::<S, R, W, V>(simd, a, i, d);
                    consumer.take(simd, (start + i) * width, true, sums);
                });
                if span.len() < used && !consumer.ignores_zeros() {
                    for i in (0..span.start).chain(span.end..used) {
                        let zeros = [[simd.splat_f32s(0.0); V]];
                        consumer.take(simd, (start + i) * width, true, zeros);
                    }
                }
            }
        }
    }
}

/// The gradient of the biases: the deltas, summed over the mini-batch.
#[inline(always)]
fn biases<S: Simd, const V: usize>(
    simd: S,
    d: &Panels,
    inputs: usize,
    consumer: &mut impl Consumer<S>,
) {
    for p in 0..d.count() {
        let mut sum = [simd.splat_f32s(0.0); V];
        for row in vector_rows::<S, V>(d.panel(p)) {
            for v in 0..V {
                sum[v] = simd.add_f32s(sum[v], row[v]);
            }
        }
        let position = (p * (inputs + 1) + inputs) * d.width();
        consumer.take(simd, position, false, [sum]);
    }
}

/// `R` rows of `A^T D`, for columns `first..first + R` of a panel of `A` and one panel of `D`.
#[inline(always)]
fn tile<S: Simd, const R: usize, const W: usize, const V: usize>(
    simd: S,
    a: &[[f32; W]],
    first: usize,
    d: &[[S::f32s; V]],
) -> [[S::f32s; V]; R] {
    assert!(first + R <= W);
    let mut sums = [[simd.splat_f32s(0.0); V]; R];
    for (a, d) in zip(a, d) {
        for r in 0..R {
            let a = simd.splat_f32s(a[first + r]);
            for v in 0..V {
                sums[r][v] = simd.mul_add_e_f32s(a, d[v], sums[r][v]);
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
}
