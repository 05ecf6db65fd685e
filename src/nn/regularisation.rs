//! Regularisation of a training: gradient clipping, dropout and label smoothing.

use std::fmt;

use ndarray::Array2;
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{Architecture, ClipNorm, DropoutRate, LabelSmoothing};
use util::lang::say;
use util::random::dropout_generator;

/// Gradient clipping, dropout and label smoothing, each off by default. None of them applies to an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Regularisation {
    /// Largest norm of the gradient of all parameters, without weight decay; a larger gradient is scaled down to it
    /// (`clip_grad_norm_`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clip: Option<ClipNorm>,
    /// Probability with which a step leaves out a hidden neuron for a row; the others are scaled by `1 / (1 - p)`.
    pub dropout: DropoutRate,
    /// Share `e` of a class target that is spread over all classes: `(1 - e) y + e / classes`.
    pub label_smoothing: LabelSmoothing,
}

impl Regularisation {
    /// Returns whether everything is off.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Regularisation {
    /// `clip 1, dropout 0.2, label smoothing 0.1`; `no regularisation`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.extend(
            self.clip
                .map(|clip| say!("regularisation-clip", "clip {norm}", norm = clip)),
        );
        if self.dropout.get() > 0.0 {
            parts.push(format!("dropout {}", self.dropout));
        }
        if self.label_smoothing.get() > 0.0 {
            parts.push(say!(
                "regularisation-smoothing",
                "label smoothing {share}",
                share = self.label_smoothing
            ));
        }
        if parts.is_empty() {
            parts.push(say!("regularisation-none", "no regularisation").to_owned());
        }
        f.write_str(&parts.join(", "))
    }
}

/// Draws the factors of the activations of each hidden layer in step `step` (the number of steps before it), each
/// `(rows, neurons)`: 0 with probability `rate`, else `1 / (1 - rate)`. They depend on the seed, the step and the layer
/// alone.
pub fn draw_masks(
    rate: DropoutRate,
    (seed, step): (u64, u64),
    architecture: &Architecture,
    rows: usize,
) -> Vec<Array2<f32>> {
    let limit = (rate.get() * 2_f64.powi(32)) as u32;
    let kept = (1.0 / (1.0 - rate.get())) as f32;
    let hidden = &architecture.sizes()[1..architecture.depth()];
    let draw = |(layer, &size): (u64, &usize)| {
        let mut generator = dropout_generator(seed, step, layer);
        Array2::from_shape_simple_fn((rows, size), || {
            if generator.next_u32() < limit {
                0.0
            } else {
                kept
            }
        })
    };
    (1..).zip(hidden).map(draw).collect()
}

/// Spreads the `share` of a class target over all classes: one per output, or two for a single output.
pub fn smoothed(target: f32, outputs: usize, share: f32) -> f32 {
    (1.0 - share) * target + share / outputs.max(2) as f32
}
