//! The activity rule's non-linear half: `a = f(z)`.
//!
//! Without it layers would be worth nothing: `W2 (W1 x + b1) + b2` is again a matrix times `x`
//! plus a vector, so any number of linear layers collapses into one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Slope of the leaky ReLU for negative `z` (Maas, Hannun and Ng 2013).
pub const LEAKY_SLOPE: f64 = 0.01;

/// Activation function of a hidden layer, applied to each neuron alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// `1 / (1 + e^-z)`, between 0 and 1.
    Sigmoid,
    /// `tanh z`, between -1 and 1.
    Tanh,
    /// `max(0, z)`.
    Relu,
    /// `z` where positive, `0.01 z` elsewhere.
    LeakyRelu,
    /// `z` itself: shows what a network without non-linearity can't do.
    Linear,
}

impl Activation {
    /// All of them, in the order in which menus and help list them.
    pub const ALL: [Self; 5] = [
        Self::Sigmoid,
        Self::Tanh,
        Self::Relu,
        Self::LeakyRelu,
        Self::Linear,
    ];

    /// `a = f(z)`.
    pub fn value(self, z: f64) -> f64 {
        match self {
            Self::Sigmoid => sigmoid(z),
            Self::Tanh => z.tanh(),
            Self::Relu => z.max(0.0),
            Self::LeakyRelu if z < 0.0 => LEAKY_SLOPE * z,
            Self::LeakyRelu | Self::Linear => z,
        }
    }

    /// `f'(z)`, given both `z` and `a = f(z)`.
    ///
    /// Sigmoid and tanh need only the activation, which the forward pass has computed already:
    /// `a (1 - a)` and `1 - a^2`. At the kink of ReLU and leaky ReLU the slope of the negative
    /// side is taken, as PyTorch does.
    pub fn derivative(self, z: f64, a: f64) -> f64 {
        match self {
            Self::Sigmoid => a * (1.0 - a),
            Self::Tanh => 1.0 - a * a,
            Self::Relu if z > 0.0 => 1.0,
            Self::Relu => 0.0,
            Self::LeakyRelu if z > 0.0 => 1.0,
            Self::LeakyRelu => LEAKY_SLOPE,
            Self::Linear => 1.0,
        }
    }

    /// Name for the command line, files and the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
            Self::Relu => "relu",
            Self::LeakyRelu => "leaky-relu",
            Self::Linear => "linear",
        }
    }
}

/// `1 / (1 + e^-z)`, written so that no exponential overflows.
pub fn sigmoid(z: f64) -> f64 {
    if z >= 0.0 {
        1.0 / (1.0 + (-z).exp())
    } else {
        let e = z.exp();
        e / (1.0 + e)
    }
}

/// Activation of the output layer. Softmax looks at all outputs together, so this is a type of
/// its own.
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
    /// All of them, in the order in which menus and help list them.
    pub const ALL: [Self; 3] = [Self::Sigmoid, Self::Softmax, Self::Linear];

    /// Output activations of the logits `z` of one sample.
    pub fn values(self, z: &[f64]) -> Vec<f64> {
        match self {
            Self::Sigmoid => z.iter().map(|&z| sigmoid(z)).collect(),
            Self::Softmax => softmax(z),
            Self::Linear => z.to_vec(),
        }
    }

    /// Name for the command line, files and the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sigmoid => "sigmoid",
            Self::Softmax => "softmax",
            Self::Linear => "linear",
        }
    }
}

/// Softmax with the largest logit subtracted first, which changes nothing but keeps every
/// exponential at 1 or below.
fn softmax(z: &[f64]) -> Vec<f64> {
    let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut p: Vec<f64> = z.iter().map(|&z| (z - largest).exp()).collect();
    let sum: f64 = p.iter().sum();
    p.iter_mut().for_each(|p| *p /= sum);
    p
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Activation {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        by_name("activation", name, &Self::ALL, Self::name)
    }
}

impl FromStr for Output {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        by_name("output", name, &Self::ALL, Self::name)
    }
}

/// The one of `all` that is called `name`, or a usage error that lists the names there are.
pub(super) fn by_name<T: Copy>(
    what: &str,
    name: &str,
    all: &[T],
    name_of: fn(T) -> &'static str,
) -> Result<T, Error> {
    let found = all.iter().find(|&&it| name_of(it) == name);
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|&it| name_of(it)).collect();
        Error::Usage(format!(
            "there is no {what} \"{name}\"; it is one of {}",
            names.join(", ")
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_the_slopes() {
        let h = 1e-6;
        for activation in Activation::ALL {
            for z in [-7.3, -1.0, -0.2, 0.3, 1.7, 9.0] {
                let slope = (activation.value(z + h) - activation.value(z - h)) / (2.0 * h);
                let derivative = activation.derivative(z, activation.value(z));
                assert!(
                    (slope - derivative).abs() < 1e-9,
                    "{activation} at {z}: {slope} {derivative}"
                );
            }
        }
    }

    #[test]
    fn extreme_logits_stay_finite() {
        assert_eq!(sigmoid(-1e4), 0.0);
        assert_eq!(sigmoid(1e4), 1.0);
        assert_eq!(Output::Softmax.values(&[1e4, 0.0, -1e4]), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn names_read_back() {
        for activation in Activation::ALL {
            assert_eq!(activation.name().parse::<Activation>().unwrap(), activation);
        }
        for output in Output::ALL {
            assert_eq!(output.name().parse::<Output>().unwrap(), output);
        }
        let error = "swish".parse::<Activation>().unwrap_err().to_string();
        assert_eq!(
            error,
            "there is no activation \"swish\"; it is one of sigmoid, tanh, relu, leaky-relu, linear"
        );
    }
}
