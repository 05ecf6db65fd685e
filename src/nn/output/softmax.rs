use pulp::Simd;

use super::{OutputCode, OutputFunction};
use crate::kernels::exponential::exp_of_negative;
use crate::kernels::output::{LaneMask, OutputRows};
use crate::kernels::panels::Panels;
use crate::kernels::{Largest, vector_rows, vector_rows_mut};
use crate::loss::ErrorLoss;
use crate::{Activation, Loss};

/// Softmax `p_j = e^z_j / sum_k e^z_k`: probabilities of classes of which one is true.
///
/// The largest logit is subtracted first, which changes nothing but keeps every exponential at 1 or
/// below.
pub(crate) struct Softmax;

impl OutputFunction for Softmax {
    const NAME: &'static str = "softmax";
    const RANGE: (f64, f64) = (0.0, 1.0);
    const ACTIVATION: Option<Activation> = None;
    const LOSS: Loss = Loss::CrossEntropy;
    /// A single output is always 1.
    const SINGLE_THRESHOLD: f32 = f32::NEG_INFINITY;
    const FORMULA: &'static str = "softmax {z} = exp {z} / {sum_j}exp {z_j}";
    const DELTA_FORMULA: &'static str = "{a} ({e} − {sum_k}{a_k} ({e_k}))";
    const CODE: Option<OutputCode> = Some(OutputCode {
        onnx: "Softmax",
        python: PYTHON,
        torch: "Softmax(dim=1)",
        rust: RUST,
    });

    fn values(z: &[f64]) -> Vec<f64> {
        let max = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut p: Vec<f64> = z.iter().map(|&z| (z - max).exp()).collect();
        let sum: f64 = p.iter().sum();
        p.iter_mut().for_each(|p| *p /= sum);
        p
    }

    /// `dp_k/dz_j = p_k ([k = j] - p_j)`: every output depends on every logit.
    fn delta(a: &[f64], slopes: Vec<f64>) -> Vec<f64> {
        let mean: f64 = slopes.iter().zip(a).map(|(e, p)| e * p).sum();
        slopes.iter().zip(a).map(|(e, p)| p * (e - mean)).collect()
    }

    #[inline(always)]
    fn values_of_rows<S: Simd, const V: usize>(simd: S, z: &Panels, a: &mut Panels) {
        for r in 0..z.rows() {
            softmax_of_row::<S, V>(simd, z, r, a);
        }
    }

    /// `delta_j = p_j (e_j - sum_k e_k p_k)` with `e = dC/dp`.
    #[inline(always)]
    fn deltas_of_rows<S: Simd, const V: usize, L: ErrorLoss>(simd: S, rows: OutputRows) -> f32 {
        let OutputRows {
            z,
            targets,
            deltas,
            costs,
        } = rows;
        let mut largest = Largest::zero(simd);
        for r in 0..z.rows() {
            softmax_of_row::<S, V>(simd, z, r, deltas);
            let mut mean = simd.splat_f32s(0.0);
            for p in 0..z.count() {
                let y = vector_rows::<S, V>(targets.panel(p))[r];
                let a = vector_rows::<S, V>(deltas.panel(p))[r];
                let costs = &mut vector_rows_mut::<S, V>(costs.panel_mut(p))[r];
                for v in 0..V {
                    let error = simd.sub_f32s(a[v], y[v]);
                    let (slope, cost) = L::slope_and_cost(simd, error);
                    costs[v] = cost;
                    mean = simd.mul_add_e_f32s(slope, a[v], mean);
                }
            }
            let mean = simd.splat_f32s(simd.reduce_sum_f32s(mean));
            for p in 0..z.count() {
                let y = vector_rows::<S, V>(targets.panel(p))[r];
                let delta = &mut vector_rows_mut::<S, V>(deltas.panel_mut(p))[r];
                for v in 0..V {
                    let error = simd.sub_f32s(delta[v], y[v]);
                    let (slope, _) = L::slope_and_cost(simd, error);
                    delta[v] = simd.mul_f32s(delta[v], simd.sub_f32s(slope, mean));
                    largest.include(simd, delta[v]);
                }
            }
        }
        largest.get()
    }
}

/// Largest logit of a row, and the sum of `e^(z - maximum)` that its softmax divides by.
pub(crate) struct SoftmaxSum {
    pub maximum: f32,
    pub sum: f32,
}

/// Writes the softmax of row `r`, with zeros for padding.
#[inline(always)]
pub(crate) fn softmax_of_row<S: Simd, const V: usize>(
    simd: S,
    z: &Panels,
    r: usize,
    into: &mut Panels,
) -> SoftmaxSum {
    let least = simd.splat_f32s(f32::NEG_INFINITY);
    let mut maximum = least;
    for p in 0..z.count() {
        let used = LaneMask::<S, V>::new(z.used(p));
        let z = vector_rows::<S, V>(z.panel(p))[r];
        for (v, &z) in z.iter().enumerate() {
            maximum = simd.max_f32s(maximum, used.keep_or(simd, v, z, least));
        }
    }
    let maximum = simd.reduce_max_f32s(maximum);
    let mut sum = simd.splat_f32s(0.0);
    for p in 0..z.count() {
        let used = LaneMask::<S, V>::new(z.used(p));
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
    SoftmaxSum { maximum, sum }
}

const PYTHON: &str = "
def _softmax(z):
    powers = [math.exp(x - max(z)) for x in z]
    return [power / sum(powers) for power in powers]
";

const RUST: &str = "
/// The largest is subtracted first, so that no power overflows.
fn softmax<const N: usize>(z: [f32; N]) -> [f32; N] {
    let largest = z.iter().fold(f32::NEG_INFINITY, |a, &b| if b > a { b } else { a });
    let powers = z.map(|z| exp(z - largest));
    let sum: f32 = powers.iter().sum();
    powers.map(|power| power / sum)
}
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extreme_logits_stay_finite() {
        assert_eq!(Softmax::values(&[1e4, 0.0, -1e4]), [1.0, 0.0, 0.0]);
    }
}
