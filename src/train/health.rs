//! Health of each layer: how large its weights, gradients and updates are, and whether its neurons respond.

use std::borrow::Cow;

use ndarray::{Array2, ArrayView1, ArrayView2, Axis};

use super::Session;
use super::inspection::Rows;
use crate::nn::pass::Pass;
use crate::nn::{Activation, Architecture, Loss, Output, Parameters};
use crate::util::stats::{Merge, mean_and_deviation};

/// Largest difference between activations of a dead neuron.
const DEAD_TOLERANCE: f32 = 1e-6;
/// Part of an activation's range at either end of which it is saturated.
const SATURATED_END: f64 = 0.025;
/// Fraction of the rows for which the activation of a saturated neuron is at an end of its range.
const SATURATED_ROWS: f64 = 0.5;

/// Number of products (rows times weights) above which the gradient is computed in `f32`: a few milliseconds in `f64`.
const MAX_PRODUCTS: usize = 1 << 22;
/// Number of rows of a mini-batch whose gradient `f32` cannot hold.
const FEW_ROWS: usize = 4;

/// Health of a layer at one training step. Sizes are root mean squares over the weights, biases left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerHealth {
    /// Size of the weights.
    pub weights: f64,
    /// Size of the gradient of the loss, as [`gradients`] computes it.
    pub gradients: f64,
    /// Size of the change by the next step, by the optimizer and everything else that is in force; NaN if the step would
    /// diverge.
    pub updates: f64,
    /// Mean activation over neurons and probe rows.
    pub mean: f64,
    /// Standard deviation of the activations.
    pub std: f64,
    /// Number of neurons.
    pub neurons: usize,
    /// Number of dead neurons: their activation is the same for every probe row. 0 for outputs, which may be sure of
    /// every row.
    pub dead: usize,
    /// Size of the weights into the dead neurons; 0 without any.
    pub dead_weights: f64,
    /// Number of saturated neurons: for at least half of the probe rows their activation is in the outer 2.5% of its
    /// range. 0 for activations without two ends, and for outputs whose loss does not suffer from it.
    pub saturated: usize,
}

impl LayerHealth {
    /// Size of an update relative to the weights, as a power of ten: about -3 is usual. NaN or infinite without weights
    /// or updates.
    pub fn log_update_ratio(&self) -> f64 {
        (self.updates / self.weights).log10()
    }
}

impl Merge for LayerHealth {
    fn merge(&mut self, later: &Self) {
        *self = *later;
    }
}

/// Computes the health of every layer, layer 1 first. `parameters` are those of `session`, and `activations` gives those
/// of a layer for the probe rows, `(rows, neurons)`. The session is unchanged.
pub(super) fn health<'p>(
    session: &Session,
    parameters: &Parameters,
    activations: impl Fn(usize) -> ArrayView2<'p, f32>,
) -> Vec<LayerHealth> {
    let gradients = gradients(session, parameters);
    let after = session.parameters_after_next_step();
    let architecture = session.architecture();
    let depth = architecture.depth();
    let layers = (1..=depth).zip(&parameters.layers).zip(gradients);
    let layers = layers.map(|((layer, own), gradients)| {
        let activations = activations(layer);
        let (mean, std) = mean_and_deviation(activations.iter().map(|&a| f64::from(a)));
        let updates = after.as_ref().map_or(f64::NAN, |after| {
            let pairs = after.layers[layer - 1].weights.iter().zip(&own.weights);
            rms(pairs.map(|(after, before)| f64::from(after - before)))
        });
        let dead: Vec<usize> = if layer < depth {
            dead_neurons(activations).collect()
        } else {
            Vec::new()
        };
        let dead_weights = dead.iter().flat_map(|&neuron| own.weights.row(neuron));
        LayerHealth {
            weights: rms(own.weights.iter().map(|&weight| weight.into())),
            gradients,
            updates,
            mean,
            std,
            neurons: activations.ncols(),
            dead: dead.len(),
            dead_weights: if dead.is_empty() {
                0.0
            } else {
                rms(dead_weights.map(|&weight| weight.into()))
            },
            saturated: if layer < depth {
                saturated_neurons(activations, architecture.hidden().range())
            } else {
                saturated_outputs(activations, architecture)
            },
        }
    });
    layers.collect()
}

/// Computes the root mean square of the gradient over each layer's weights: that of the mean loss over all rows of the next
/// mini-batch. Label smoothing is in it; dropout, clipping and weight decay are not.
///
/// It is computed by the textbook's formulas in `f64`, as matrix products; by the engine in `f32` if there are more than four
/// million products, and from the first four rows if that overflows.
fn gradients(session: &Session, parameters: &Parameters) -> Vec<f64> {
    let architecture = session.architecture();
    let weights: usize = architecture.layer_shapes().map(|(m, n)| m * n).sum();
    let mut rows = session.next_rows().len();
    if rows * weights > MAX_PRODUCTS {
        if let Some(gradient) = session.gradient_of_next_step() {
            let layers = gradient.layers.iter();
            let sizes = layers.map(|layer| rms(layer.weights.iter().map(|&g| g.into())));
            return sizes.collect();
        }
        rows = FEW_ROWS;
    }
    let Rows { inputs, targets } = Rows::of_next_step(session, rows);
    let wide = |numbers: Array2<f32>| numbers.mapv(f64::from);
    let known = vec![wide(inputs)];
    let parameters = Cow::Borrowed(parameters);
    let mut pass = Pass::by_products(architecture, parameters, known, wide(targets), Vec::new());
    pass.propagate_back(1);
    let layers = 1..=architecture.depth();
    layers
        .map(|layer| rms(pass.weight_gradient(layer).into_iter()))
        .collect()
}

/// Root mean square; NaN of no numbers.
fn rms(numbers: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0);
    for number in numbers {
        sum += number * number;
        count += 1;
    }
    (sum / f64::from(count)).sqrt()
}

/// Neurons whose activation is the same for every row of `activations`, `(rows, neurons)`.
pub(super) fn dead_neurons(activations: ArrayView2<'_, f32>) -> impl Iterator<Item = usize> {
    (0..activations.ncols()).filter(move |&neuron| {
        let column = activations.column(neuron);
        let is_first = |a: &f32| (a - column[0]).abs() < DEAD_TOLERANCE;
        column.iter().all(is_first)
    })
}

/// Counts the outputs near 0 or 1 for at least half of the rows, where the gradient is multiplied by a slope that is near
/// zero there: that of a sigmoid, or of a softmax that is sure of a class. Cross-entropy has no such factor.
fn saturated_outputs(activations: ArrayView2<'_, f32>, architecture: &Architecture) -> usize {
    let range = Activation::Sigmoid.range();
    match architecture.output() {
        _ if architecture.loss() == Loss::CrossEntropy => 0,
        Output::Sigmoid => saturated_neurons(activations, range),
        Output::Softmax => {
            // Of many classes most are unlikely even while nothing is known.
            let is_sure = |row: &ArrayView1<'_, f32>| {
                let sure = 1.0 - SATURATED_END as f32;
                row.iter().any(|&output| output > sure)
            };
            let rows = activations.axis_iter(Axis(0)).enumerate();
            let sure: Vec<usize> = rows
                .filter(|(_, row)| is_sure(row))
                .map(|(i, _)| i)
                .collect();
            if (sure.len() as f64) < SATURATED_ROWS * activations.nrows() as f64 {
                return 0;
            }
            saturated_neurons(activations.select(Axis(0), &sure).view(), range)
        }
        _ => 0,
    }
}

/// Counts the neurons that are at an end of the range from `min` to `max` for at least half of the rows.
fn saturated_neurons(activations: ArrayView2<'_, f32>, (min, max): (f64, f64)) -> usize {
    if !(min.is_finite() && max.is_finite()) {
        return 0;
    }
    let margin = SATURATED_END * (max - min);
    let inner = (min + margin) as f32..=(max - margin) as f32;
    let most = SATURATED_ROWS * activations.nrows() as f64;
    let columns = activations.axis_iter(Axis(1));
    let saturated = columns.filter(|column| {
        let at_end = column.iter().filter(|a| !inner.contains(a)).count();
        at_end as f64 >= most
    });
    saturated.count()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn neurons_at_an_end_of_their_range_are_saturated() {
        let activations = array![
            [0.96, 0.0, 1.0, -0.2],
            [-0.97, 0.0, 1.0, 0.99],
            [0.3, 0.0, 1.0, 0.94],
            [0.94, 0.0, 1.0, -0.94],
        ];
        assert_eq!(
            saturated_neurons(activations.view(), Activation::Tanh.range()),
            2
        );
        assert_eq!(
            saturated_neurons(activations.view(), Activation::Relu.range()),
            0
        );
        assert_eq!(dead_neurons(activations.view()).count(), 2);
    }
}
