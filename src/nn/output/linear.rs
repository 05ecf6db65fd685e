use super::OfEachNeuron;
use crate::{Activation, activation};

/// Identity: outputs of any size, for numeric targets.
pub(crate) struct Linear;

impl OfEachNeuron for Linear {
    type F = activation::Linear;
    const ACTIVATION: Activation = Activation::Linear;
    const SINGLE_THRESHOLD: f32 = super::SINGLE_OUTPUT_THRESHOLD;
    const FORMULA: &'static str = "{z}";
    const DELTA_FORMULA: &'static str = "{e}";
}
