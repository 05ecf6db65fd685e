use pulp::Simd;

use super::LossFunction;
use crate::Output;
use crate::kernels::exponential::{exp_of_negative, ln_1p_of_fraction, sigmoid};
use crate::kernels::output::{OutputRows, masked, of_each_output};
use crate::kernels::{Largest, magnitude, negated, vector_rows, vector_rows_mut};
use crate::output::softmax::{SoftmaxSum, softmax_of_row};

/// Cross-entropy `C = - sum_j y_j ln a_j` of softmax outputs; of sigmoid outputs the binary one
/// `C = - sum_j (y_j ln a_j + (1 - y_j) ln(1 - a_j))` (Nielsen, chapter 3).
///
/// `ln a_j` is taken from the logits: of softmax `ln a_j = z_j - ln sum_k e^z_k`, of sigmoid
/// `ln a_j = z_j - ln(1 + e^z_j)` and `ln(1 - a_j) = -ln(1 + e^z_j)`.
pub(crate) struct CrossEntropy;

/// Terms of either form.
enum Terms<B, M> {
    Binary(B),
    Multiclass(M),
}

impl<B: Iterator<Item = f64>, M: Iterator<Item = f64>> Iterator for Terms<B, M> {
    type Item = f64;

    fn next(&mut self) -> Option<f64> {
        match self {
            Self::Binary(terms) => terms.next(),
            Self::Multiclass(terms) => terms.next(),
        }
    }
}

impl LossFunction for CrossEntropy {
    const NAME: &'static str = "cross-entropy";
    const OUTPUT: Output = Output::Softmax;

    /// It needs probabilities.
    fn goes_with(output: Output) -> bool {
        matches!(output, Output::Sigmoid | Output::Softmax)
    }

    fn cancels_slope(_: Output) -> bool {
        true
    }

    fn formula(output: Output) -> &'static str {
        if output == Output::Sigmoid {
            "−{sum}({y} ln {a} + (1 − {y}) ln(1 − {a}))"
        } else {
            "−{sum}{y} ln {a}"
        }
    }

    fn slope_formula() -> &'static str {
        "{a} − {y}"
    }

    fn torch(output: Output) -> &'static str {
        if output == Output::Sigmoid {
            "nn.functional.binary_cross_entropy_with_logits(z, y, reduction=\"none\").sum(1)"
        } else {
            "-(y * z.log_softmax(1)).sum(1)"
        }
    }

    fn term_formula(output: Output, _: f64, y: f64) -> Option<&'static str> {
        match output {
            _ if y == 1.0 => Some("−ln {a}"),
            Output::Sigmoid => (y == 0.0).then_some("−ln(1 − {a})"),
            _ => (y > 0.5).then_some("−{y} × ln {a}"),
        }
    }

    fn terms<'a, T: Copy + Into<f64>>(
        output: Output,
        logits: &'a [T],
        _: &'a [T],
        targets: &'a [T],
    ) -> impl Iterator<Item = f64> + 'a {
        if output == Output::Sigmoid {
            Terms::Binary(binary(logits, targets))
        } else {
            Terms::Multiclass(multiclass(logits, targets))
        }
    }

    fn total<T: Copy + Into<f64>>(
        output: Output,
        count: usize,
        logits: &[T],
        _: &[T],
        targets: &[T],
    ) -> f64 {
        if output == Output::Sigmoid {
            return binary(logits, targets).sum();
        }
        let samples = logits.chunks_exact(count).zip(targets.chunks_exact(count));
        let losses = samples.map(|(z, y)| multiclass(z, y).sum::<f64>());
        losses.sum()
    }

    fn slope(_: f64, _: f64) -> Option<f64> {
        None
    }

    fn delta(output: Output, a: &[f64], targets: &[f64]) -> Vec<f64> {
        let neurons = a.iter().zip(targets);
        if output == Output::Sigmoid {
            // d/dz_j of -(y_j ln a_j + (1 - y_j) ln(1 - a_j)) is (a_j - y_j) f'(z_j) / (a_j (1 - a_j)).
            return neurons.map(|(a, y)| a - y).collect();
        }
        // d/dz_j of sum_k y_k (ln sum e^z - z_k) = p_j sum_k y_k - y_j.
        let total: f64 = targets.iter().sum();
        neurons.map(|(p, y)| p * total - y).collect()
    }

    /// The slope of the output cancels, so that `delta = a - y`.
    fn squared_error(_: f64, delta: f64) -> f64 {
        delta * delta
    }

    #[inline(always)]
    fn deltas_of_rows<S: Simd, const V: usize>(simd: S, output: Output, rows: OutputRows) -> f32 {
        if output == Output::Sigmoid {
            of_each_output::<S, V>(
                simd,
                rows,
                #[inline(always)]
                |z, y, used| binary_of_lanes(simd, z, y, used),
            )
        } else {
            multiclass_of_rows::<S, V>(simd, rows)
        }
    }
}

fn multiclass<T: Copy + Into<f64>>(logits: &[T], targets: &[T]) -> impl Iterator<Item = f64> {
    let logits = logits.iter().map(|&z| z.into());
    let max = logits.clone().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logits.clone().map(|z| (z - max).exp()).sum();
    let log_sum = sum.ln();
    // (max - z) + ln(sum): no digits are lost where z is the maximum.
    let neurons = logits.zip(targets);
    neurons.map(move |(z, &y)| y.into() * ((max - z) + log_sum))
}

fn binary<T: Copy + Into<f64>>(logits: &[T], targets: &[T]) -> impl Iterator<Item = f64> {
    let neurons = logits.iter().zip(targets);
    neurons.map(|(&z, &y)| {
        let z = z.into();
        z.max(0.0) - y.into() * z + (-z.abs()).exp().ln_1p()
    })
}

/// `delta_j = a_j - y_j` and the cost `ln(1 + e^z_j) - y_j z_j`, zero where not `used`.
#[inline(always)]
fn binary_of_lanes<S: Simd>(
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
fn multiclass_of_rows<S: Simd, const V: usize>(simd: S, rows: OutputRows) -> f32 {
    let OutputRows {
        z,
        targets,
        deltas,
        costs,
    } = rows;
    let mut largest = Largest::zero(simd);
    for r in 0..z.rows() {
        let SoftmaxSum { maximum, sum } = softmax_of_row::<S, V>(simd, z, r, deltas);
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

#[cfg(test)]
mod tests {
    use crate::{Loss, Output};

    #[test]
    fn cross_entropy_of_a_hopeless_sample_is_large_and_finite() {
        let of = |output, outputs: &[f64], targets: &[f64]| {
            Loss::CrossEntropy.value(output, &[2000.0, 0.0], outputs, targets)
        };
        assert_eq!(of(Output::Softmax, &[1.0, 0.0], &[0.0, 1.0]), 2000.0);
        let binary = of(Output::Sigmoid, &[1.0, 0.5], &[0.0, 1.0]);
        assert_eq!(binary, 2000.0 + std::f64::consts::LN_2);
    }

    #[test]
    fn binary_cross_entropy_is_that_of_a_softmax_over_z_and_0() {
        for (z, y) in [(1.3, 1.0), (-0.4, 0.0), (0.2, 1.0), (-7.0, 1.0)] {
            let binary = Loss::CrossEntropy.value(Output::Sigmoid, &[z], &[0.0], &[y]);
            let logits = [0.0, z];
            let softmax =
                Loss::CrossEntropy.value(Output::Softmax, &logits, &logits, &[1.0 - y, y]);
            assert!((binary - softmax).abs() < 1e-15, "{binary} {softmax}");
        }
    }
}
