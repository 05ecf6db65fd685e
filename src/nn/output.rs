//! The activation of the output layer.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Activation;
use crate::error::Error;
use crate::util::named::{by_name, shown_by_name};

/// Activation of the output layer. Softmax depends on all outputs together, so this is a type of its
/// own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Output {
    /// Each output between 0 and 1, on its own.
    Sigmoid,
    /// `e^z_j / sum_k e^z_k`: probabilities that add up to one.
    Softmax,
    /// `z` itself.
    Linear,
}

impl Output {
    /// All outputs, in the order in which menus and help list them.
    pub const ALL: [Self; 3] = [Self::Sigmoid, Self::Softmax, Self::Linear];

    /// The activation of each output on its own; none for softmax.
    pub fn activation(self) -> Option<Activation> {
        match self {
            Self::Sigmoid => Some(Activation::Sigmoid),
            Self::Softmax => None,
            Self::Linear => Some(Activation::Linear),
        }
    }

    /// Output activations of the logits `z` of one sample.
    pub fn values(self, z: &[f64]) -> Vec<f64> {
        match self.activation() {
            Some(activation) => z.iter().map(|&z| activation.value(z)).collect(),
            None => softmax(z),
        }
    }

    /// Smallest and largest output; infinite where there is none.
    pub fn range(self) -> (f64, f64) {
        self.activation().map_or((0.0, 1.0), Activation::range)
    }

    /// Name on the command line, in files and on the screen.
    pub fn name(self) -> &'static str {
        self.activation().map_or("softmax", Activation::name)
    }
}

/// Class that the outputs of a row predict: that with the largest output, of equals the first; NaN is
/// never the largest. A single output tells two classes apart: from one half on, the second.
pub fn predicted_class<'a>(outputs: impl IntoIterator<Item = &'a f32>) -> usize {
    let (mut best, mut count) = ((0, f32::NEG_INFINITY), 0);
    for &output in outputs {
        if output > best.1 {
            best = (count, output);
        }
        count += 1;
    }
    if count == 1 {
        usize::from(best.1 >= SINGLE_OUTPUT_THRESHOLD)
    } else {
        best.0
    }
}

/// A single output of at least this predicts the second of two classes.
pub(crate) const SINGLE_OUTPUT_THRESHOLD: f32 = 0.5;

/// Softmax with the largest logit subtracted first, which changes nothing but keeps every
/// exponential at 1 or below.
fn softmax(z: &[f64]) -> Vec<f64> {
    let max = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut p: Vec<f64> = z.iter().map(|&z| (z - max).exp()).collect();
    let sum: f64 = p.iter().sum();
    p.iter_mut().for_each(|p| *p /= sum);
    p
}

shown_by_name!(Output);

impl FromStr for Output {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        by_name("output", name, &Self::ALL, Self::name).map_err(Error::Usage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extreme_logits_stay_finite() {
        assert_eq!(Output::Softmax.values(&[1e4, 0.0, -1e4]), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn ties_and_nan_have_a_class() {
        assert_eq!(predicted_class(&[0.2, 0.4, 0.4]), 1);
        assert_eq!(predicted_class(&[f32::NAN, -1.0, f32::NAN]), 1);
        assert_eq!(predicted_class(&[f32::NAN, f32::NAN]), 0);
    }

    #[test]
    fn a_single_output_tells_two_classes_apart() {
        assert_eq!(
            [0.0, 0.49, 0.5, 1.0, f32::NAN].map(|a| predicted_class(&[a])),
            [0, 0, 1, 1, 0]
        );
    }

    #[test]
    fn names_read_back() {
        for output in Output::ALL {
            assert_eq!(output.name().parse::<Output>().unwrap(), output);
            let serialised = serde_json::to_string(&output).unwrap();
            assert_eq!(serialised, format!("\"{output}\""));
        }
    }
}
