//! Clipping of the gradient by its norm over all parameters, as in PyTorch's `clip_grad_norm_`.

use pulp::{Simd, WithSimd};

use super::batch::StepOptions;
use super::partition::{NeuronShare, RowShare};
use super::step::SummedGradient;
use crate::ParameterId;
use crate::kernels::sparse::Scratch;

/// Added to the norm, as in PyTorch.
const EPSILON: f64 = 1e-6;
/// Number of partial sums. Panels are a multiple of it wide, so that partial sums do not depend on the number of
/// threads.
const SUMS: usize = 8;

/// Computes the factor by which clipping scales the gradient of a mini-batch, at most 1.
pub(super) struct ClipFactor<'a> {
    /// All shares, in their order.
    pub neurons: &'a [&'a NeuronShare],
    /// All shares, in their order.
    pub rows: &'a [&'a RowShare],
    pub options: &'a StepOptions<'a>,
    pub scratch: &'a mut Scratch,
}

impl WithSimd for ClipFactor<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        let Some(clip) = self.options.clip else {
            return 1.0;
        };
        let mut sums = [0.0; SUMS];
        for l in 0..self.rows[0].layers.len() {
            for &share in self.neurons {
                let mut gradient = simd.vectorize(SummedGradient {
                    rows: self.rows,
                    neurons: share,
                    l,
                    scratch: self.scratch,
                });
                for &(id, _) in self.options.fixed {
                    if let Some(position) = position_in(share, l, id) {
                        gradient[position] = 0.0;
                    }
                }
                for values in gradient.chunks_exact(SUMS) {
                    for (sum, &value) in sums.iter_mut().zip(values) {
                        *sum += f64::from(value) * f64::from(value);
                    }
                }
            }
        }
        let count: usize = self.rows.iter().map(|share| share.rows()).sum();
        let norm = sums.iter().sum::<f64>().sqrt() / count as f64;
        (clip.get() / (norm + EPSILON)).min(1.0) as f32
    }
}

/// Position of a parameter in the values of layer `l + 1` of `share`, if it is there.
fn position_in(share: &NeuronShare, l: usize, id: ParameterId) -> Option<usize> {
    let layer = &share.layers[l];
    let is_there = id.layer() == l + 1 && layer.neurons().contains(&id.output());
    is_there.then(|| {
        let row = id.input().unwrap_or(layer.parameters.rows() - 1);
        let column = id.output() - layer.neurons().start;
        layer.parameters.position(row, column)
    })
}
