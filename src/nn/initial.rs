//! Initial weights and biases.

use std::str::FromStr;

use ndarray::{Array1, Array2};
use rand::distr::Distribution;
use rand_distr::{Normal, StandardNormal, Uniform};
use serde::{Deserialize, Serialize};

use super::{Architecture, LayerParameters, Parameters};
use crate::error::Error;
use crate::util::named::{by_name, shown_by_name};
use crate::util::random::{RngStream, generator};

/// Distribution of the initial parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Initialisation {
    /// `Xavier` or `He`, whichever the activation asks for; `Xavier` for the output layer.
    Auto,
    /// Weights and biases from a standard normal, as the textbook draws them.
    Normal,
    /// Weights uniform within `sqrt(6 / (inputs + outputs))`, biases zero (Glorot and Bengio
    /// 2010, eq. 16): keeps the variance of activations and of gradients for tanh-like layers.
    Xavier,
    /// Weights normal with std `sqrt(2 / inputs)`, biases zero (He et al. 2015, eq. 10): keeps the
    /// variance where a rectifier zeroes half of the activations.
    He,
}

impl Initialisation {
    /// All initialisations, in the order in which help lists them.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Normal, Self::Xavier, Self::He];

    /// Draws the parameters of `architecture`. Each layer has a stream of its own below `seed`.
    pub fn draw(self, architecture: &Architecture, seed: u64) -> Parameters {
        let shapes = (1u32..).zip(architecture.layer_shapes());
        let layers = shapes
            .map(|(layer, (inputs, outputs))| {
                let is_output = layer as usize == architecture.depth();
                let mut generator = generator(seed, RngStream::Layer(layer));
                let mut draw = self.distribution(architecture, is_output, inputs, outputs);
                let weights =
                    Array2::from_shape_simple_fn((outputs, inputs), || draw(&mut generator));
                let biases = match self {
                    Self::Normal => Array1::from_shape_simple_fn(outputs, || draw(&mut generator)),
                    _ => Array1::zeros(outputs),
                };
                LayerParameters { weights, biases }
            })
            .collect();
        Parameters { layers }
    }

    fn distribution(
        self,
        architecture: &Architecture,
        is_output: bool,
        inputs: usize,
        outputs: usize,
    ) -> impl FnMut(&mut rand_chacha::ChaCha8Rng) -> f32 + use<> {
        let kind = match self {
            Self::Auto if is_output => Self::Xavier,
            Self::Auto => architecture.hidden().initialisation(),
            chosen => chosen,
        };
        let limit = (6.0 / (inputs + outputs) as f32).sqrt();
        let uniform = Uniform::new_inclusive(-limit, limit).expect("the limit is finite");
        let he = Normal::new(0.0, (2.0 / inputs as f32).sqrt()).expect("inputs are not zero");
        move |generator| match kind {
            Self::Normal => StandardNormal.sample(generator),
            Self::He => he.sample(generator),
            Self::Xavier | Self::Auto => uniform.sample(generator),
        }
    }

    /// Name for the command line and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Normal => "normal",
            Self::Xavier => "xavier",
            Self::He => "he",
        }
    }
}

shown_by_name!(Initialisation);

impl FromStr for Initialisation {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        by_name("initialisation", name, &Self::ALL, Self::name).map_err(Error::Usage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Activation, Loss, Output};

    fn drawn(initialisation: Initialisation, activation: Activation) -> Parameters {
        let architecture = Architecture::new(
            vec![300, 200, 100],
            activation,
            Output::Linear,
            Loss::Quadratic,
        )
        .unwrap();
        initialisation.draw(&architecture, 7)
    }

    fn std(weights: &Array2<f32>) -> f32 {
        weights.std(0.0)
    }

    #[test]
    fn stds_are_as_published() {
        let near = |found: f32, expected: f32| {
            assert!((found / expected - 1.0).abs() < 0.02, "{found} {expected}");
        };
        let xavier = |inputs: f32, outputs: f32| (2.0 / (inputs + outputs)).sqrt();
        let he = |inputs: f32| (2.0 / inputs).sqrt();

        let layers = drawn(Initialisation::Normal, Activation::Sigmoid).layers;
        near(std(&layers[0].weights), 1.0);
        assert!(layers[0].biases.std(0.0) > 0.8);
        let layers = drawn(Initialisation::Auto, Activation::Tanh).layers;
        near(std(&layers[0].weights), xavier(300.0, 200.0));
        near(std(&layers[1].weights), xavier(200.0, 100.0));
        assert!(layers[0].biases.iter().all(|&b| b == 0.0));
        let layers = drawn(Initialisation::Auto, Activation::Relu).layers;
        near(std(&layers[0].weights), he(300.0));
        near(std(&layers[1].weights), xavier(200.0, 100.0));
    }

    #[test]
    fn layers_do_not_share_their_numbers() {
        let square = Architecture::new(
            vec![3, 3, 3],
            Activation::Tanh,
            Output::Linear,
            Loss::Quadratic,
        )
        .unwrap();
        let drawn = Initialisation::Normal.draw(&square, 1);
        assert_ne!(drawn.layers[0], drawn.layers[1]);
        assert_eq!(drawn, Initialisation::Normal.draw(&square, 1));
        assert_ne!(drawn, Initialisation::Normal.draw(&square, 2));
    }
}
