use ndarray::Array2;
use rand::distr::Distribution;
use rand_chacha::ChaCha8Rng;
use rand_distr::Normal;

use super::Draw;

/// Weights normal with std `sqrt(2 / inputs)` (He et al. 2015, eq. 10): keeps the variance where a rectifier
/// zeroes half of the activations.
pub(super) struct He;

impl Draw for He {
    const NAME: &'static str = "he";

    fn weights(outputs: usize, inputs: usize, generator: &mut ChaCha8Rng) -> Array2<f32> {
        let normal = Normal::new(0.0, (2.0 / inputs as f32).sqrt()).expect("inputs are not zero");
        Array2::from_shape_simple_fn((outputs, inputs), || normal.sample(generator))
    }
}
