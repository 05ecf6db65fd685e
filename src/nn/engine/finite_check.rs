//! The loss of a mini-batch, and a check that the update stays within the range of `f32`.

use std::fmt;

use pulp::{Simd, WithSimd};
use serde::{Deserialize, Serialize};

use super::Step;
use super::partition::{LayerBuffers, NeuronShare, RowShare};
use super::step::SummedGradient;
use crate::kernels::gradient::largest_gradient;
use crate::kernels::output::{sum_of_costs, sum_of_squared_errors};
use crate::kernels::sparse::Scratch;
use crate::{LearningRule, Loss};
use util::lang::say;

/// A value that is infinite or NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NonFinite {
    /// Kind of value.
    pub what: Quantity,
    /// Layer, counted from 1: that of the gradient; for the loss the first layer with a non-finite
    /// activation, or else the output layer.
    pub layer: usize,
}

/// Kind of value that can become infinite or NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quantity {
    /// The loss of a mini-batch.
    Loss,
    /// The gradient of a layer, or the change it would make to a parameter.
    Gradient,
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layer = self.layer;
        match self.what {
            Quantity::Loss => write!(
                f,
                "{}",
                say!(
                    "loss-not-finite",
                    "the loss is not finite (layer {layer})",
                    layer
                )
            ),
            Quantity::Gradient => write!(
                f,
                "{}",
                say!(
                    "gradient-not-finite",
                    "the gradient of layer {layer} is not finite",
                    layer
                )
            ),
        }
    }
}

impl std::error::Error for NonFinite {}

/// Computes a mini-batch's loss and rejects the step if the loss, a gradient or an update is not a finite
/// `f32`.
///
/// To look at each gradient would cost as much as the update itself. But a sum of `n` products is at
/// most `n * max |a| * max |delta|`, and those two are known; only if that bound is too large is the
/// gradient computed for the check alone, in memory that is allocated for it.
pub(super) struct FiniteCheck<'a> {
    pub loss: Loss,
    /// All shares, in their order.
    pub neurons: &'a [&'a NeuronShare],
    /// All shares, in their order.
    pub rows: &'a [&'a RowShare],
    pub rule: &'a LearningRule,
    pub scratch: &'a mut Scratch,
}

impl WithSimd for FiniteCheck<'_> {
    type Output = Result<Step, NonFinite>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let Self {
            loss: function,
            neurons,
            rows,
            rule,
            scratch,
        } = self;
        let count: usize = rows.iter().map(|share| share.rows()).sum();
        let loss = sum_of_costs(simd, rows.iter().map(|share| &share.costs)) / count as f32;
        if !loss.is_finite() {
            return Err(NonFinite {
                what: Quantity::Loss,
                layer: first_non_finite(rows),
            });
        }
        let limit = rule.max_gradient();
        let decay = rule.gradient_decay() as f32;
        let decoupled_decay = rule.decoupled_decay();
        // Written so that NaN is not within the limit.
        let within = |magnitude: f32| magnitude <= limit;
        for l in 0..rows[0].layers.len() {
            let of_all = |of_one: fn(&LayerBuffers) -> f32| {
                let numbers = rows.iter().map(|share| of_one(&share.layers[l]));
                numbers.fold(0.0, larger)
            };
            // The bias is a weight from an input that is 1.
            let input_bound = larger(1.0, of_all(|layer| layer.input_bound));
            let mut bound = count as f32 * input_bound * of_all(|layer| layer.largest_delta);
            let gradient_failure = NonFinite {
                what: Quantity::Gradient,
                layer: l + 1,
            };
            if rule.decays() {
                let largest = rows.iter().map(|share| share.largest_parameters[l]);
                let largest = largest.fold(0.0, larger);
                bound += decay * largest;
                let change = decoupled_decay * f64::from(largest.max(1.0));
                if change > f64::from(f32::MAX / 4.0) {
                    return Err(gradient_failure);
                }
            }
            if !within(bound) {
                for share in neurons {
                    let sums = simd.vectorize(SummedGradient {
                        rows,
                        neurons: share,
                        l,
                        scratch,
                    });
                    let parameters = &share.layers[l].parameters;
                    if !within(largest_gradient(simd, parameters, &sums, count, decay)) {
                        return Err(gradient_failure);
                    }
                }
            }
        }
        Ok(Step {
            loss,
            correct: rows.iter().map(|share| share.correct).sum(),
            squared_error: sum_of_squared_errors(
                function,
                rows.iter().map(|share| {
                    let output = share.layers.last().expect("a network has an output layer");
                    (&share.costs, &output.deltas)
                }),
            ),
        })
    }
}

/// Returns the larger of two magnitudes, NaN counting as the largest. (`f32::max` would lose it.)
#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a < b || b.is_nan() { b } else { a }
}

/// Returns the first layer with a non-finite activation, or the last layer.
#[cold]
fn first_non_finite(rows: &[&RowShare]) -> usize {
    let depth = rows[0].layers.len();
    let is_finite = |l: usize| {
        rows.iter().all(|rows| {
            let mut activations = rows.layers[l].activations.values().iter();
            activations.all(|a| a.is_finite())
        })
    };
    (0..depth).find(|&l| !is_finite(l)).unwrap_or(depth - 1) + 1
}
