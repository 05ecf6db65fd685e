use super::OfEachNeuron;
use crate::{Activation, activation};

/// Logistic function of each output: probabilities of classes that do not exclude one another.
pub(crate) struct Sigmoid;

impl OfEachNeuron for Sigmoid {
    type F = activation::Sigmoid;
    const ACTIVATION: Activation = Activation::Sigmoid;
    const SINGLE_THRESHOLD: f32 = 0.0;
    const FORMULA: &'static str = "σ {z} = 1 / (1 + exp −{z})";
}
