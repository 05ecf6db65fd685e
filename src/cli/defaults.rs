//! What holds where the command line says nothing: the one place for it.
//!
//! The help shows these values and the tests use them; none is repeated elsewhere.

use crate::nn::{Activation, Initialisation, Loss, Optimizer, Output};

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
/// The optimizer, by its name on the command line.
pub const OPTIMIZER: OptimizerName = OptimizerName::Adam;
/// `mu` of the optimizer `momentum`.
pub const MOMENTUM: f64 = 0.9;
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

/// An optimizer as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptimizerName {
    /// [`Optimizer::Sgd`].
    Sgd,
    /// [`Optimizer::Momentum`].
    Momentum,
    /// [`Optimizer::ADAM`].
    Adam,
}

impl OptimizerName {
    /// All of them, in the order in which help lists them.
    pub const ALL: [Self; 3] = [Self::Sgd, Self::Momentum, Self::Adam];

    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sgd => "sgd",
            Self::Momentum => "momentum",
            Self::Adam => "adam",
        }
    }

    /// The learning rate to start with.
    ///
    /// An update of Adam has about the size of the rate; one of the others that of the gradient
    /// times the rate, and momentum multiplies it tenfold. Behind a sigmoid the gradient of the
    /// quadratic loss carries the factor `a (1 - a)` of at most a quarter and often far less, so
    /// the textbook's setting takes larger rates.
    pub fn learning_rate(self, output: Output, loss: Loss) -> f64 {
        let is_textbook = (output, loss) == (Output::Sigmoid, Loss::Quadratic);
        if output == Output::Linear {
            // Nothing bounds these outputs, so a large step in the wrong direction feeds itself.
            return match self {
                Self::Sgd => 0.02,
                Self::Momentum => 0.002,
                Self::Adam => 0.01,
            };
        }
        match (self, is_textbook) {
            (Self::Sgd, true) => 3.0,
            (Self::Sgd, false) => 0.2,
            (Self::Momentum, true) => 0.2,
            (Self::Momentum, false) => 0.02,
            (Self::Adam, true) => 0.01,
            (Self::Adam, false) => 0.003,
        }
    }

    /// The optimizer itself.
    pub fn optimizer(self, momentum: f64) -> Optimizer {
        match self {
            Self::Sgd => Optimizer::Sgd,
            Self::Momentum => Optimizer::Momentum { momentum },
            Self::Adam => Optimizer::ADAM,
        }
    }
}
