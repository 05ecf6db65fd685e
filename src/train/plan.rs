//! What a training is determined by, beside the data.

use serde::{Deserialize, Serialize};

use crate::data::ClassWeights;
use crate::error::Result;
use crate::nn::{Activation, Architecture, BatchSize, Initialisation, LearningRule, Loss, Output};

/// A checked plan. With the data, the seed and the log of changes it determines the weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Neurons of each hidden layer; may be empty.
    pub hidden: Vec<usize>,
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Activation of the output layer.
    pub output: Output,
    /// The loss.
    pub loss: Loss,
    /// How the initial parameters are drawn.
    pub initialisation: Initialisation,
    /// The learning rule at the start.
    pub rule: LearningRule,
    /// Rows of a mini-batch.
    pub batch: BatchSize,
    /// How much the classes count.
    pub class_weights: ClassWeights,
    /// Fraction of the rows kept for validation, `0.0..1.0`.
    pub validation: f64,
    /// Seed of everything that is left to chance.
    pub seed: u64,
}

impl Plan {
    /// Checks that output and loss go with a numeric target, or with classes.
    ///
    /// # Errors
    /// A message if the target is a number and output or loss can't predict one.
    pub fn check_target(&self, is_number: bool) -> Result<(), String> {
        if !is_number {
            return Ok(());
        }
        if self.output != Output::Linear {
            return Err(format!(
                "the target is a number: it takes output linear, not {}",
                self.output
            ));
        }
        if self.loss != Loss::Quadratic {
            return Err(format!(
                "the target is a number: it takes loss quadratic, not {}",
                self.loss
            ));
        }
        if self.class_weights != ClassWeights::None {
            return Err("the target is a number: there are no classes to weight".into());
        }
        Ok(())
    }

    /// The network for `inputs` features and `outputs` classes.
    ///
    /// # Errors
    /// As [`Architecture::new`].
    pub fn architecture(&self, inputs: usize, outputs: usize) -> Result<Architecture> {
        let mut sizes = Vec::with_capacity(self.hidden.len() + 2);
        sizes.push(inputs);
        sizes.extend(&self.hidden);
        sizes.push(outputs);
        Architecture::new(sizes, self.activation, self.output, self.loss)
    }
}
