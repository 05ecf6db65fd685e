//! What holds where the command line says nothing: the one place for it.
//!
//! The help shows these values and the tests use them; none is repeated elsewhere.

use crate::nn::{Activation, Initialisation, Optimizer};

/// The data set trained on, a built-in one.
pub const DATA: &str = "iris";
/// Neurons of the hidden layers; see [`hidden`].
pub const HIDDEN: [usize; 2] = [16, 16];
/// The same where there are many inputs.
pub const HIDDEN_OF_MANY: [usize; 2] = [64, 32];
/// More inputs than this are many.
pub const FEW_INPUTS: usize = 32;
/// Activation of the hidden layers.
pub const ACTIVATION: Activation = Activation::Relu;
/// How initial parameters are drawn.
pub const INIT: Initialisation = Initialisation::Auto;
/// The optimizer.
pub const OPTIMIZER: Optimizer = Optimizer::ADAM;
/// L2 weight decay.
pub const L2: f64 = 0.0;
/// Threads that may share a step.
pub const THREADS: u8 = 2;

/// Rows of a mini-batch.
pub const BATCH: usize = 16;
/// Fraction of the rows kept for validation.
pub const VALIDATION: f64 = 0.2;
/// Seed. Fixed, so that the same command gives the same network.
pub const SEED: u64 = 0;
/// Epochs of a run that nobody watches.
pub const HEADLESS_EPOCHS: u32 = 100;

/// Neurons of the hidden layers of a network with that many inputs.
///
/// Sixteen are enough to tell apart what a few columns tell, and all of them are seen on the
/// screen. Through the same sixteen the pixels of an image lose what the digits differ in.
pub fn hidden(inputs: usize) -> [usize; 2] {
    if inputs > FEW_INPUTS {
        HIDDEN_OF_MANY
    } else {
        HIDDEN
    }
}
