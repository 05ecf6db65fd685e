//! The output layer: its loss, and the deltas with which back-propagation begins.
//!
//! The formulas are those of [`textbook`](crate::nn::textbook), for a whole mini-batch.

use pulp::Simd;

use super::exponential::{exp_of_negative, ln_1p_of_fraction, sigmoid};
use super::panels::{Panels, mask};
use super::{
    Largest, magnitude, negated, panels, vector_rows, vector_rows_mut, with_panel_width,
    with_vectors_per_row,
};
use crate::nn::{Loss, Output};

/// Replaces the logits `z` by the outputs `a = f(z)`.
#[inline(always)]
pub(crate) fn activate_outputs<S: Simd>(simd: S, output: Output, z: &Panels, a: &mut Panels) {
    match output {
        Output::Linear => a.values_mut().copy_from_slice(z.values()),
        Output::Sigmoid => {
            let from = S::as_simd_f32s(z.values()).0;
            let to = S::as_mut_simd_f32s(a.values_mut()).0;
            for (&z, a) in from.iter().zip(to) {
                *a = sigmoid(simd, z);
            }
        }
        Output::Softmax => with_vectors_per_row!(S, z.width(), |V| {
            for r in 0..z.rows() {
                softmax::<S, V>(simd, z, r, a);
            }
        }),
    }
}

/// Computes the deltas `dC/dz` of the output layer, not yet divided by the number of rows, and what
/// each output adds to the loss of its row. Returns the largest magnitude of the deltas.
///
/// `z`, `targets`, `deltas` and `costs`: `(rows, outputs)`.
#[inline(always)]
pub(crate) fn output_deltas<S: Simd>(
    simd: S,
    (output, loss): (Output, Loss),
    z: &Panels,
    targets: &Panels,
    deltas: &mut Panels,
    costs: &mut Panels,
) -> f32 {
    let one = simd.splat_f32s(1.0);
    with_vectors_per_row!(S, z.width(), |V| match (loss, output) {
        (Loss::CrossEntropy, Output::Softmax | Output::Linear) =>
            cross_entropy::<S, V>(simd, z, targets, deltas, costs),
        (Loss::Quadratic, Output::Softmax) =>
            quadratic_of_softmax::<S, V>(simd, z, targets, deltas, costs),
        (Loss::CrossEntropy, Output::Sigmoid) => each_output::<S, V>(
            simd,
            z,
            targets,
            deltas,
            costs,
            #[inline(always)]
            |z, y, used| binary_cross_entropy(simd, z, y, used),
        ),
        (Loss::Quadratic, Output::Sigmoid) => each_output::<S, V>(
            simd,
            z,
            targets,
            deltas,
            costs,
            #[inline(always)]
            |z, y, used| {
                let a = sigmoid(simd, z);
                let derivative = simd.mul_f32s(a, simd.sub_f32s(one, a));
                let (error, cost) = quadratic(simd, a, y, used);
                (simd.mul_f32s(error, derivative), cost)
            },
        ),
        (Loss::Quadratic, Output::Linear) => each_output::<S, V>(
            simd,
            z,
            targets,
            deltas,
            costs,
            #[inline(always)]
            |z, y, used| quadratic(simd, z, y, used),
        ),
    })
}

/// Computes losses whose outputs do not depend on one another. `f` returns the delta and the cost of an
/// output from `z`, its target, and the mask of the lanes that are not padding, in which both are zero.
#[inline(always)]
fn each_output<S: Simd, const V: usize>(
    simd: S,
    z: &Panels,
    targets: &Panels,
    deltas: &mut Panels,
    costs: &mut Panels,
    f: impl Fn(S::f32s, S::f32s, S::u32s) -> (S::f32s, S::f32s),
) -> f32 {
    let mut largest = Largest::zero(simd);
    for p in 0..z.count() {
        let used = Lanes::<S, V>::new(z.used(p));
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

/// The error `a_j - y_j` and the cost `1/2 (a_j - y_j)^2`.
#[inline(always)]
fn quadratic<S: Simd>(simd: S, a: S::f32s, y: S::f32s, used: S::u32s) -> (S::f32s, S::f32s) {
    let error = masked(simd, used, simd.sub_f32s(a, y));
    let square = simd.mul_f32s(error, error);
    (error, simd.mul_f32s(simd.splat_f32s(0.5), square))
}

/// `delta_j = a_j - y_j` and the cost `ln(1 + e^z_j) - y_j z_j`.
#[inline(always)]
fn binary_cross_entropy<S: Simd>(
    simd: S,
    z: S::f32s,
    y: S::f32s,
    used: S::u32s,
) -> (S::f32s, S::f32s) {
    let zero = simd.splat_f32s(0.0);
    // ln(1 + e^z) = max(0, z) + ln(1 + e^-|z|), whose exponential does not overflow.
    let e = exp_of_negative(simd, negated(simd, magnitude(simd, z)));
    let positive = simd.select_f32s(simd.less_than_f32s(zero, z), z, zero);
    let linear = simd.sub_f32s(positive, simd.mul_f32s(y, z));
    let cost = simd.add_f32s(linear, ln_1p_of_fraction(simd, e));
    let delta = simd.sub_f32s(sigmoid(simd, z), y);
    (masked(simd, used, delta), masked(simd, used, cost))
}

/// `C = sum_j y_j (ln sum_k e^z_k - z_j)`, `delta_j = p_j sum_k y_k - y_j`.
#[inline(always)]
fn cross_entropy<S: Simd, const V: usize>(
    simd: S,
    z: &Panels,
    targets: &Panels,
    deltas: &mut Panels,
    costs: &mut Panels,
) -> f32 {
    let mut largest = Largest::zero(simd);
    for r in 0..z.rows() {
        let Softmax { maximum, sum } = softmax::<S, V>(simd, z, r, deltas);
        let (maximum, log_sum) = (simd.splat_f32s(maximum), simd.splat_f32s(sum.ln()));
        let mut total = simd.splat_f32s(0.0);
        for p in 0..z.count() {
            for y in vector_rows::<S, V>(targets.panel(p))[r] {
                total = simd.add_f32s(total, y);
            }
        }
        let total = simd.splat_f32s(simd.reduce_sum_f32s(total));
        for p in 0..z.count() {
            let z = vector_rows::<S, V>(z.panel(p))[r];
            let y = vector_rows::<S, V>(targets.panel(p))[r];
            let delta = &mut vector_rows_mut::<S, V>(deltas.panel_mut(p))[r];
            let costs = &mut vector_rows_mut::<S, V>(costs.panel_mut(p))[r];
            for v in 0..V {
                // (maximum - z) + ln(sum): no digits are lost where z is the maximum.
                let cost = simd.add_f32s(simd.sub_f32s(maximum, z[v]), log_sum);
                costs[v] = simd.mul_f32s(y[v], cost);
                delta[v] = simd.sub_f32s(simd.mul_f32s(delta[v], total), y[v]);
                largest.include(simd, delta[v]);
            }
        }
    }
    largest.get()
}

/// `C = 1/2 sum_j (p_j - y_j)^2`. Every output depends on every logit: `dp_k/dz_j =
/// p_k ([k = j] - p_j)`, so `delta_j = p_j (e_j - sum_k e_k p_k)` with the error `e = p - y`.
#[inline(always)]
fn quadratic_of_softmax<S: Simd, const V: usize>(
    simd: S,
    z: &Panels,
    targets: &Panels,
    deltas: &mut Panels,
    costs: &mut Panels,
) -> f32 {
    let half = simd.splat_f32s(0.5);
    let mut largest = Largest::zero(simd);
    for r in 0..z.rows() {
        softmax::<S, V>(simd, z, r, deltas);
        let mut mean = simd.splat_f32s(0.0);
        for p in 0..z.count() {
            let y = vector_rows::<S, V>(targets.panel(p))[r];
            let a = vector_rows::<S, V>(deltas.panel(p))[r];
            let costs = &mut vector_rows_mut::<S, V>(costs.panel_mut(p))[r];
            for v in 0..V {
                let error = simd.sub_f32s(a[v], y[v]);
                costs[v] = simd.mul_f32s(half, simd.mul_f32s(error, error));
                mean = simd.mul_add_e_f32s(error, a[v], mean);
            }
        }
        let mean = simd.splat_f32s(simd.reduce_sum_f32s(mean));
        for p in 0..z.count() {
            let y = vector_rows::<S, V>(targets.panel(p))[r];
            let delta = &mut vector_rows_mut::<S, V>(deltas.panel_mut(p))[r];
            for v in 0..V {
                let error = simd.sub_f32s(delta[v], y[v]);
                delta[v] = simd.mul_f32s(delta[v], simd.sub_f32s(error, mean));
                largest.include(simd, delta[v]);
            }
        }
    }
    largest.get()
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

/// Largest logit of a row, and the sum of `e^(z - maximum)` that its softmax divides by.
struct Softmax {
    maximum: f32,
    sum: f32,
}

/// `p_j = e^z_j / sum_k e^z_k` of row `r`, with zeros for padding.
#[inline(always)]
fn softmax<S: Simd, const V: usize>(simd: S, z: &Panels, r: usize, into: &mut Panels) -> Softmax {
    let least = simd.splat_f32s(f32::NEG_INFINITY);
    let mut maximum = least;
    for p in 0..z.count() {
        let used = Lanes::<S, V>::new(z.used(p));
        let z = vector_rows::<S, V>(z.panel(p))[r];
        for v in 0..V {
            maximum = simd.max_f32s(maximum, used.keep_or(simd, v, z[v], least));
        }
    }
    let maximum = simd.reduce_max_f32s(maximum);
    let mut sum = simd.splat_f32s(0.0);
    for p in 0..z.count() {
        let used = Lanes::<S, V>::new(z.used(p));
        let z = vector_rows::<S, V>(z.panel(p))[r];
        let into = &mut vector_rows_mut::<S, V>(into.panel_mut(p))[r];
        for v in 0..V {
            let e = exp_of_negative(simd, simd.sub_f32s(z[v], simd.splat_f32s(maximum)));
            into[v] = used.keep(simd, v, e);
            sum = simd.add_f32s(sum, into[v]);
        }
    }
    let sum = simd.reduce_sum_f32s(sum);
    let share = simd.splat_f32s(1.0 / sum);
    for p in 0..z.count() {
        for e in &mut vector_rows_mut::<S, V>(into.panel_mut(p))[r] {
            *e = simd.mul_f32s(*e, share);
        }
    }
    Softmax { maximum, sum }
}

/// Mask of the first lanes of a row of a panel, such as those that are not padding.
#[derive(Clone, Copy)]
struct Lanes<S: Simd, const V: usize>([S::u32s; V]);

impl<S: Simd, const V: usize> Lanes<S, V> {
    #[inline(always)]
    fn new(used: usize) -> Self {
        let lanes: &[[S::u32s; V]] = pulp::as_arrays(S::as_simd_u32s(mask(used)).0).0;
        Self(lanes[0])
    }

    /// `x`, zero in padding.
    #[inline(always)]
    fn keep(&self, simd: S, v: usize, x: S::f32s) -> S::f32s {
        masked(simd, self.0[v], x)
    }

    /// `x`, `other` in padding.
    #[inline(always)]
    fn keep_or(&self, simd: S, v: usize, x: S::f32s, other: S::f32s) -> S::f32s {
        let padding = simd.equal_u32s(self.0[v], simd.splat_u32s(0));
        simd.select_f32s(padding, other, x)
    }
}

/// `x` where the bits of `mask` are set, else zero.
#[inline(always)]
fn masked<S: Simd>(simd: S, mask: S::u32s, x: S::f32s) -> S::f32s {
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
        let threshold = match output {
            Output::Sigmoid => 0.0,
            Output::Linear => 0.5,
            Output::Softmax => f32::NEG_INFINITY, // Its only output is always 1.
        };
        for r in 0..z.rows() {
            correct += usize::from((z.get(r, 0) >= threshold) == (targets.get(r, 0) >= 0.5));
        }
        return correct;
    }
    with_panel_width!(S, z.width(), |W| {
        with_vectors_per_row!(S, W, |V| {
            let rows: &[[f32; W]] = pulp::as_arrays(z.values()).0;
            let used = Lanes::<S, V>::new(z.used(0));
            for (r, &class) in classes.iter().enumerate() {
                let class = class as usize;
                let own = rows[class / W * z.rows() + r][class % W];
                let before = Lanes::new(class.min(W));
                let mut rivals = rivals_in(simd, &rows[r], own, before, used);
                for p in 1..z.count() {
                    let used = Lanes::<S, V>::new(z.used(p));
                    let before = Lanes::new(class.saturating_sub(p * W).min(W));
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
    before: Lanes<S, V>,
    used: Lanes<S, V>,
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
