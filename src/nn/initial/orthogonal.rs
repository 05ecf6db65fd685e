use ndarray::{Array2, ArrayView1, ArrayViewMut1, Axis};
use rand::distr::Distribution;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::Draw;

/// Orthonormal rows, or columns where there are more rows than columns (Saxe et al. 2014): a signal keeps its
/// length through any number of linear layers.
pub(super) struct Orthogonal;

impl Draw for Orthogonal {
    const NAME: &'static str = "orthogonal";

    fn weights(outputs: usize, inputs: usize, generator: &mut ChaCha8Rng) -> Array2<f32> {
        let (count, length) = (outputs.min(inputs), outputs.max(inputs));
        let mut vectors =
            Array2::from_shape_simple_fn((count, length), || StandardNormal.sample(generator));
        for i in 0..count {
            let (done, mut rest) = vectors.view_mut().split_at(Axis(0), i);
            let mut vector = rest.index_axis_mut(Axis(0), 0);
            // What rounding leaves of the others after the first pass, the second takes away.
            for _ in 0..2 {
                for other in done.outer_iter() {
                    subtract_projection(&mut vector, other);
                }
            }
            let length = vector.dot(&vector).sqrt();
            vector /= length;
        }
        let weights = vectors.mapv(|x: f64| x as f32);
        if outputs <= inputs {
            weights
        } else {
            weights.reversed_axes().as_standard_layout().into_owned()
        }
    }
}

/// Makes `vector` orthogonal to `unit`, a vector of length 1.
fn subtract_projection(vector: &mut ArrayViewMut1<f64>, unit: ArrayView1<f64>) {
    let projection = vector.dot(&unit);
    vector.scaled_add(-projection, &unit);
}

#[cfg(test)]
mod tests {
    use super::*;
    use util::random::{RngStream, generator};

    #[test]
    fn the_shorter_sides_are_orthonormal() {
        for (outputs, inputs) in [(1, 1), (3, 8), (40, 40), (50, 7)] {
            let mut generator = generator(1, RngStream::Layer(1));
            let weights = Orthogonal::weights(outputs, inputs, &mut generator).mapv(f64::from);
            assert_eq!(weights.dim(), (outputs, inputs));
            let products = if outputs <= inputs {
                weights.dot(&weights.t())
            } else {
                weights.t().dot(&weights)
            };
            for ((i, j), product) in products.indexed_iter() {
                let expected = f64::from(u8::from(i == j));
                assert!((product - expected).abs() < 1e-6, "{i} {j}: {product}");
            }
        }
    }
}
