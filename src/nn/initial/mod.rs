//! Initial weights and biases.
//!
//! Each initialisation is one file that implements [`Draw`] and one row of the table below.

use ndarray::{Array1, Array2};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{Architecture, LayerParameters, Parameters};
use util::named::{read_by_name, shown_by_name};
use util::random::{RngStream, generator};

/// Distribution of the initial parameters of a layer.
trait Draw {
    /// Name on the command line and in files.
    const NAME: &'static str;

    /// Draws weights, `(outputs, inputs)`.
    fn weights(outputs: usize, inputs: usize, generator: &mut ChaCha8Rng) -> Array2<f32>;

    /// Draws biases: zeros, unless it says otherwise.
    fn biases(outputs: usize, _generator: &mut ChaCha8Rng) -> Array1<f32> {
        Array1::zeros(outputs)
    }
}

/// Declares the modules and the enum of the initialisations.
macro_rules! initialisations {
    ($($variant:ident, $module:ident, $about:literal;)*) => {
        $(mod $module;)*

        /// Distribution of the initial parameters.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Initialisation {
            /// The one that the activation asks for; `Xavier` for the output layer.
            Auto,
            $(#[doc = $about] $variant,)*
        }

        impl Initialisation {
            /// All initialisations, in the order in which help lists them.
            pub const ALL: [Self; 1 + [$(stringify!($variant)),*].len()] =
                [Self::Auto, $(Self::$variant),*];

            /// Name on the command line and in files.
            pub fn name(self) -> &'static str {
                match self {
                    Self::Auto => "auto",
                    $(Self::$variant => $module::$variant::NAME,)*
                }
            }

            /// Draws a layer; `auto` is the initialisation that `Auto` stands for.
            fn layer(
                self,
                auto: Self,
                (inputs, outputs): (usize, usize),
                generator: &mut ChaCha8Rng,
            ) -> LayerParameters {
                match self {
                    Self::Auto => auto.layer(Self::Xavier, (inputs, outputs), generator),
                    $(Self::$variant => LayerParameters {
                        weights: $module::$variant::weights(outputs, inputs, generator),
                        biases: $module::$variant::biases(outputs, generator),
                    },)*
                }
            }
        }
    };
}
initialisations! {
    Normal, normal, "Weights and biases from a standard normal.";
    Xavier, xavier, "Uniform, for tanh-like layers.";
    He, he, "Normal, for rectifiers.";
    Orthogonal, orthogonal, "Orthonormal rows or columns.";
}

impl Initialisation {
    /// Draws the parameters of `architecture`. Each layer has a stream of its own below `seed`.
    pub fn draw(self, architecture: &Architecture, seed: u64) -> Parameters {
        let shapes = (1u32..).zip(architecture.layer_shapes());
        let layers = shapes.map(|(layer, shape)| {
            let auto = if layer as usize == architecture.depth() {
                Self::Xavier
            } else {
                architecture.hidden().initialisation()
            };
            self.layer(auto, shape, &mut generator(seed, RngStream::Layer(layer)))
        });
        Parameters {
            layers: layers.collect(),
        }
    }
}

shown_by_name!(Initialisation);
read_by_name!(Initialisation, "initialisation");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activation, Loss, Output};

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
