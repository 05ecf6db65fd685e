//! What the network is punished for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::activation::by_name;
use crate::error::Error;

/// Loss of one sample; that of a mini-batch is the mean over its samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// `C = 1/2 sum_j (a_j - y_j)^2`, the textbook's: its derivative is simply `a_j - y_j`.
    Quadratic,
    /// `C = - sum_j y_j ln a_j` of softmax outputs, computed from the logits.
    CrossEntropy,
}

impl Loss {
    /// All of them, in the order in which menus and help list them.
    pub const ALL: [Self; 2] = [Self::Quadratic, Self::CrossEntropy];

    /// Loss of one sample.
    ///
    /// `logits`, `outputs` and `targets` have one number per output neuron. Cross-entropy takes
    /// `ln a_j = z_j - ln sum_k e^z_k` from the logits, so that an output rounded to 0 costs a
    /// large finite loss and not an infinite one.
    pub fn value(self, logits: &[f64], outputs: &[f64], targets: &[f64]) -> f64 {
        match self {
            Self::Quadratic => {
                let squares = outputs.iter().zip(targets).map(|(a, y)| (a - y) * (a - y));
                0.5 * squares.sum::<f64>()
            }
            Self::CrossEntropy => {
                let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = logits.iter().map(|z| (z - largest).exp()).sum();
                let log_sum = largest + sum.ln();
                let terms = logits.iter().zip(targets).map(|(z, y)| y * (log_sum - z));
                terms.sum()
            }
        }
    }

    /// Name for the command line and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quadratic => "quadratic",
            Self::CrossEntropy => "cross-entropy",
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Loss {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        by_name("loss", name, &Self::ALL, Self::name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quadratic_has_the_half() {
        assert_eq!(
            Loss::Quadratic.value(&[], &[1.0, 0.5], &[0.0, 1.0]),
            0.5 * 1.25
        );
    }

    #[test]
    fn cross_entropy_of_a_hopeless_sample_is_large_and_finite() {
        let loss = Loss::CrossEntropy.value(&[2000.0, 0.0], &[1.0, 0.0], &[0.0, 1.0]);
        assert_eq!(loss, 2000.0);
    }
}
