//! The loss that training minimises.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Output;
use crate::error::Error;
use crate::util::named::{by_name, shown_by_name};

/// Loss of one sample; that of a mini-batch is the mean over its samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// `C = 1/2 sum_j (a_j - y_j)^2`, the textbook's: its derivative is simply `a_j - y_j`.
    Quadratic,
    /// `C = - sum_j y_j ln a_j` of softmax outputs; of sigmoid outputs the binary cross-entropy
    /// `C = - sum_j (y_j ln a_j + (1 - y_j) ln(1 - a_j))` (Nielsen, chapter 3).
    CrossEntropy,
}

impl Loss {
    /// All losses, in the order in which menus and help list them.
    pub const ALL: [Self; 2] = [Self::Quadratic, Self::CrossEntropy];

    /// Whether it is defined for `output`: cross-entropy needs probabilities.
    pub(crate) fn goes_with(self, output: Output) -> bool {
        self == Self::Quadratic || output != Output::Linear
    }

    /// Loss of one sample, which is in `f32` or `f64`.
    ///
    /// `logits`, `outputs` and `targets` have one number per output neuron. Cross-entropy takes `ln a_j`
    /// from the logits, so that an output rounded to 0 costs a large finite loss and not an infinite
    /// one: of softmax `ln a_j = z_j - ln sum_k e^z_k`, of sigmoid `ln a_j = z_j - ln(1 + e^z_j)` and
    /// `ln(1 - a_j) = -ln(1 + e^z_j)`.
    pub fn value<T: Copy + Into<f64>>(
        self,
        output: Output,
        logits: &[T],
        outputs: &[T],
        targets: &[T],
    ) -> f64 {
        self.total(output, logits.len(), logits, outputs, targets)
    }

    /// Sum of the losses of several samples, each with `count` outputs, one after the other.
    pub(crate) fn total<T: Copy + Into<f64>>(
        self,
        output: Output,
        count: usize,
        logits: &[T],
        outputs: &[T],
        targets: &[T],
    ) -> f64 {
        match (self, output) {
            (Self::Quadratic, _) => quadratic(outputs, targets).sum(),
            (Self::CrossEntropy, Output::Sigmoid) => binary_cross_entropy(logits, targets).sum(),
            (Self::CrossEntropy, _) => {
                let samples = logits.chunks_exact(count).zip(targets.chunks_exact(count));
                let losses = samples.map(|(z, y)| cross_entropy(z, y).sum::<f64>());
                losses.sum()
            }
        }
    }

    /// Terms of one sample's loss, one for each output neuron; see [`value`](Self::value), their sum.
    pub(crate) fn terms(
        self,
        output: Output,
        logits: &[f64],
        outputs: &[f64],
        targets: &[f64],
    ) -> Vec<f64> {
        match (self, output) {
            (Self::Quadratic, _) => quadratic(outputs, targets).collect(),
            (Self::CrossEntropy, Output::Sigmoid) => {
                binary_cross_entropy(logits, targets).collect()
            }
            (Self::CrossEntropy, _) => cross_entropy(logits, targets).collect(),
        }
    }

    /// Name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quadratic => "quadratic",
            Self::CrossEntropy => "cross-entropy",
        }
    }
}

fn quadratic<T: Copy + Into<f64>>(outputs: &[T], targets: &[T]) -> impl Iterator<Item = f64> {
    let neurons = outputs.iter().zip(targets);
    neurons.map(|(&a, &y)| {
        let error = a.into() - y.into();
        0.5 * (error * error)
    })
}

fn cross_entropy<T: Copy + Into<f64>>(logits: &[T], targets: &[T]) -> impl Iterator<Item = f64> {
    let logits = logits.iter().map(|&z| z.into());
    let max = logits.clone().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logits.clone().map(|z| (z - max).exp()).sum();
    let log_sum = sum.ln();
    // (max - z) + ln(sum): no digits are lost where z is the maximum.
    let neurons = logits.zip(targets);
    neurons.map(move |(z, &y)| y.into() * ((max - z) + log_sum))
}

fn binary_cross_entropy<T: Copy + Into<f64>>(
    logits: &[T],
    targets: &[T],
) -> impl Iterator<Item = f64> {
    let neurons = logits.iter().zip(targets);
    neurons.map(|(&z, &y)| {
        let z = z.into();
        z.max(0.0) - y.into() * z + (-z.abs()).exp().ln_1p()
    })
}

shown_by_name!(Loss);

impl FromStr for Loss {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        by_name("loss", name, &Self::ALL, Self::name).map_err(Error::Usage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quadratic_has_the_half() {
        let loss = Loss::Quadratic.value(Output::Linear, &[1.0, 0.5], &[1.0, 0.5], &[0.0, 1.0]);
        assert_eq!(loss, 0.5 * 1.25);
    }

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
