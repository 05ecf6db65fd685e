use ndarray::Array2;
use rand::distr::Distribution;
use rand_chacha::ChaCha8Rng;
use rand_distr::Uniform;

use super::Draw;

/// Weights uniform within `sqrt(6 / (inputs + outputs))` (Glorot and Bengio 2010, eq. 16): keeps the variance
/// of activations and of gradients for tanh-like layers.
pub(super) struct Xavier;

impl Draw for Xavier {
    const NAME: &'static str = "xavier";

    fn weights(outputs: usize, inputs: usize, generator: &mut ChaCha8Rng) -> Array2<f32> {
        let limit = (6.0 / (inputs + outputs) as f32).sqrt();
        let uniform = Uniform::new_inclusive(-limit, limit).expect("the limit is finite");
        Array2::from_shape_simple_fn((outputs, inputs), || uniform.sample(generator))
    }
}
