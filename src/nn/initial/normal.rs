use ndarray::{Array1, Array2};
use rand::distr::Distribution;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::Draw;

/// Weights and biases from a standard normal, as the textbook draws them.
pub(super) struct Normal;

impl Draw for Normal {
    const NAME: &'static str = "normal";

    fn weights(outputs: usize, inputs: usize, generator: &mut ChaCha8Rng) -> Array2<f32> {
        Array2::from_shape_simple_fn((outputs, inputs), || StandardNormal.sample(generator))
    }

    fn biases(outputs: usize, generator: &mut ChaCha8Rng) -> Array1<f32> {
        Array1::from_shape_simple_fn(outputs, || StandardNormal.sample(generator))
    }
}
