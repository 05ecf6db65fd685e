//! The output layer: its loss, and the deltas with which back-propagation begins.
//!
//! The formulas are those of [`textbook`](crate::textbook), for a whole mini-batch.

use pulp::Simd;

use super::panels::{Panels, mask};
use super::{
    Largest, panels, vector_rows, vector_rows_mut, with_panel_width, with_vectors_per_row,
};
use crate::loss::{LossFunction, with_loss};
use crate::output::{OutputFunction, with_output};
use crate::{Loss, Output};

/// Matrices of the output layer, each `(rows, outputs)`.
pub(crate) struct OutputRows<'a> {
    pub z: &'a Panels,
    pub targets: &'a Panels,
    pub deltas: &'a mut Panels,
    /// Parts of the loss of a row, 0 in padding.
    pub costs: &'a mut Panels,
}

/// Replaces the logits `z` by the outputs `a = f(z)`.
#[inline(always)]
pub(crate) fn activate_outputs<S: Simd>(simd: S, output: Output, z: &Panels, a: &mut Panels) {
    with_output!(output, |O| with_vectors_per_row!(S, z.width(), |V| {
        O::values_of_rows::<S, V>(simd, z, a)
    }));
}

/// Computes the deltas `dC/dz` of the output layer, not yet divided by the number of rows, and what
/// each output adds to the loss of its row. Returns the largest magnitude of the deltas.
#[inline(always)]
pub(crate) fn output_deltas<S: Simd>(
    simd: S,
    (output, loss): (Output, Loss),
    rows: OutputRows,
) -> f32 {
    with_vectors_per_row!(S, rows.z.width(), |V| {
        with_loss!(loss, |L| L::deltas_of_rows::<S, V>(simd, output, rows))
    })
}

/// Computes losses whose outputs do not depend on one another. `f` returns the delta and the cost of an
/// output from `z`, its target, and the mask of the lanes that are not padding, in which both are zero.
#[inline(always)]
pub(crate) fn of_each_output<S: Simd, const V: usize>(
    simd: S,
    rows: OutputRows,
    f: impl Fn(S::f32s, S::f32s, S::u32s) -> (S::f32s, S::f32s),
) -> f32 {
    let OutputRows {
        z,
        targets,
        deltas,
        costs,
    } = rows;
    let mut largest = Largest::zero(simd);
    for p in 0..z.count() {
        let used = LaneMask::<S, V>::new(z.used(p));
        let z = vector_rows::<S, V>(z.panel(p));
        let targets = vector_rows::<S, V>(targets.panel(p));
        let deltas = vector_rows_mut::<S, V>(deltas.panel_mut(p));
        let costs = vector_rows_mut::<S, V>(costs.panel_mut(p));
        for (((z, y), delta), cost) in z.iter().zip(targets).zip(deltas).zip(costs) {
            for v in 0..V {
                let of_output = f(z[v], y[v], used.0[v]);
                largest.include(simd, of_output.0);
                (delta[v], cost[v]) = of_output;
            }
        }
    }
    largest.get()
}

/// Sum over the rows of the squared error of the only output, from the costs and deltas of each part as [`output_deltas`]
/// leaves them, in an order that does not depend on the number of parts; 0 with several outputs.
pub(crate) fn sum_of_squared_errors<'a>(
    loss: Loss,
    parts: impl Iterator<Item = (&'a Panels, &'a Panels)> + Clone,
) -> f64 {
    let first = parts.clone().next().map(|(costs, _)| costs);
    let Some(first) = first.filter(|costs| costs.columns() == 1) else {
        return 0.0;
    };
    let mut sum = 0.0;
    for p in 0..first.count() {
        for (costs, deltas) in parts.clone() {
            for (&cost, &delta) in costs.panel(p).iter().zip(deltas.panel(p)) {
                let (cost, delta) = (f64::from(cost), f64::from(delta));
                sum += with_loss!(loss, |L| L::squared_error(cost, delta));
            }
        }
    }
    sum
}

/// The loss of a mini-batch: the sum of what its outputs add to it, `costs` of [`output_deltas`] for
/// the rows of each part in their order.
#[inline(always)]
pub(crate) fn sum_of_costs<'a, S: Simd>(
    simd: S,
    parts: impl Iterator<Item = &'a Panels> + Clone,
) -> f32 {
    let count = parts.clone().next().map_or(0, Panels::count);
    let mut sum = simd.splat_f32s(0.0);
    for p in 0..count {
        for costs in parts.clone() {
            for &cost in S::as_simd_f32s(costs.panel(p)).0 {
                sum = simd.add_f32s(sum, cost);
            }
        }
    }
    simd.reduce_sum_f32s(sum)
}

/// Mask of the first lanes of a row of a panel, such as those that are not padding.
#[derive(Clone, Copy)]
pub(crate) struct LaneMask<S: Simd, const V: usize>([S::u32s; V]);

impl<S: Simd, const V: usize> LaneMask<S, V> {
    #[inline(always)]
    pub fn new(used: usize) -> Self {
        let lanes: &[[S::u32s; V]] = pulp::as_arrays(S::as_simd_u32s(mask(used)).0).0;
        Self(lanes[0])
    }

    /// `x`, zero in padding.
    #[inline(always)]
    pub fn keep(&self, simd: S, v: usize, x: S::f32s) -> S::f32s {
        masked(simd, self.0[v], x)
    }

    /// `x`, `other` in padding.
    #[inline(always)]
    pub fn keep_or(&self, simd: S, v: usize, x: S::f32s, other: S::f32s) -> S::f32s {
        let padding = simd.equal_u32s(self.0[v], simd.splat_u32s(0));
        simd.select_f32s(padding, other, x)
    }
}

/// `x` where the bits of `mask` are set, else zero.
#[inline(always)]
pub(crate) fn masked<S: Simd>(simd: S, mask: S::u32s, x: S::f32s) -> S::f32s {
    simd.transmute_f32s_u32s(simd.and_u32s(simd.transmute_u32s_f32s(x), mask))
}

/// Counts the rows whose largest logit, and so whose largest output, is that of the row's class; of
/// equal logits the first counts. A single output tells two classes apart, divided at one half.
///
/// `z` and `targets`: `(rows, outputs)`; `classes`: of each row the class, which is the index of its
/// largest target.
#[inline(always)]
pub(crate) fn count_correct<S: Simd>(
    simd: S,
    output: Output,
    z: &Panels,
    targets: &Panels,
    classes: &[u32],
) -> usize {
    let mut correct = 0;
    if z.columns() == 1 {
        let threshold = output.single_threshold();
        for r in 0..z.rows() {
            correct += usize::from((z.get(r, 0) >= threshold) == (targets.get(r, 0) >= 0.5));
        }
        return correct;
    }
    with_panel_width!(S, z.width(), |W| {
        with_vectors_per_row!(S, W, |V| {
            let rows: &[[f32; W]] = pulp::as_arrays(z.values()).0;
            let used = LaneMask::<S, V>::new(z.used(0));
            for (r, &class) in classes.iter().enumerate() {
                let class = class as usize;
                let own = rows[class / W * z.rows() + r][class % W];
                let before = LaneMask::new(class.min(W));
                let mut rivals = rivals_in(simd, &rows[r], own, before, used);
                for p in 1..z.count() {
                    let used = LaneMask::<S, V>::new(z.used(p));
                    let before = LaneMask::new(class.saturating_sub(p * W).min(W));
                    let more = rivals_in(simd, &rows[p * z.rows() + r], own, before, used);
                    rivals = simd.or_u32s(rivals, more);
                }
                // A rival's bits are all set, so that as an integer it is negative.
                let zero = simd.splat_i32s(0);
                let rivals = simd.less_than_i32s(simd.transmute_i32s_u32s(rivals), zero);
                correct += usize::from(simd.first_true_m32s(rivals) == S::I32_LANES);
            }
        });
    });
    correct
}

/// Bits for the logits that are not smaller than `own`, or not even equal to it where they don't come
/// before it.
///
/// Without branches: which logit is the largest is what a processor can't predict either.
#[inline(always)]
fn rivals_in<S: Simd, const V: usize>(
    simd: S,
    logits: &[f32],
    own: f32,
    before: LaneMask<S, V>,
    used: LaneMask<S, V>,
) -> S::u32s {
    let logits = &vector_rows::<S, V>(logits)[0];
    let (none, own) = (simd.splat_u32s(0), simd.splat_f32s(own));
    let mut rivals = none;
    for v in 0..V {
        let smaller = simd.less_than_f32s(logits[v], own);
        let equal = simd.equal_f32s(logits[v], own);
        let not_smaller = simd.select_u32s(equal, before.0[v], used.0[v]);
        rivals = simd.or_u32s(rivals, simd.select_u32s(smaller, none, not_smaller));
    }
    rivals
}
