//! Optimizer, learning rate and weight decay together.

use serde::{Deserialize, Serialize};

use super::{Decay, Optimizer};
use crate::{LearningRate, WeightDecay};

/// Everything that turns a gradient into an update.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LearningRule {
    /// The form of gradient descent.
    pub optimizer: Optimizer,
    /// `eta`.
    pub learning_rate: LearningRate,
    /// `lambda`: the weight decay. Most optimizers add `lambda w` to the gradient of every weight, which is the
    /// L2 penalty `lambda / 2 sum w^2`; AdamW subtracts `eta lambda w` in the update. Biases are not decayed,
    /// and the reported loss is without the penalty.
    pub weight_decay: WeightDecay,
}

impl LearningRule {
    /// Returns the rule for biases, which are not decayed.
    pub fn without_decay(self) -> Self {
        Self {
            weight_decay: WeightDecay::ZERO,
            ..self
        }
    }

    /// Returns whether weights decay, in either way.
    pub(crate) fn decays(&self) -> bool {
        self.weight_decay.get() != 0.0
    }

    /// Factor by which weights are added to their gradient.
    pub fn gradient_decay(&self) -> f64 {
        match self.optimizer.spec().decay {
            Decay::Gradient => self.weight_decay.get(),
            Decay::Decoupled => 0.0,
        }
    }

    /// Factor by which an update shrinks weights, beside what follows from their gradient.
    pub(crate) fn decoupled_decay(&self) -> f64 {
        match self.optimizer.spec().decay {
            Decay::Gradient => 0.0,
            Decay::Decoupled => self.learning_rate.get() * self.weight_decay.get(),
        }
    }

    /// Learning rate in the engine's precision, finite.
    pub(super) fn rate(&self) -> f32 {
        (self.learning_rate.get() as f32).min(f32::MAX)
    }

    /// Magnitude up to which gradients cannot make the state or the update overflow `f32`.
    pub(crate) fn max_gradient(&self) -> f32 {
        (self.optimizer.spec().max_gradient)(self)
    }

    /// Largest gradient whose product with the learning rate stays well within `f32`.
    pub(super) fn max_step(&self) -> f32 {
        f32::MAX / 4.0 / self.rate().max(1.0)
    }
}
