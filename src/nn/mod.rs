//! The feed-forward network in the three parts of a textbook.
//!
//! - *Architecture* ([`architecture`]): layers of neurons, weights and biases.
//! - *Activity rule* ([`activation`]): `z = W a + b`, `a = f(z)`.
//! - *Learning rule* ([`optimizer`]): gradient descent on a [`loss`] by back-propagation.
//!
//! [`textbook`] computes all of it in plain loops, for one sample, in `f64`, and keeps every number.
//! [`engine`] computes it in `f32` on whole mini-batches, as fast as the machine allows. Tests compare
//! the second with the first.
//!
//! Layers are counted as in the textbook: inputs are layer 0, layer 1 is the first hidden layer.

pub mod activation;
pub mod architecture;
pub mod change;
pub mod engine;
pub mod gradient_check;
mod hyperparameters;
pub mod initial;
pub mod kernels;
pub mod loss;
mod names;
pub mod optimizer;
pub mod output;
pub mod parameters;
pub mod pass;
pub mod regularisation;
pub mod schedule;
pub mod textbook;

pub use activation::Activation;
pub use architecture::Architecture;
pub use change::{Change, LoggedChange};
pub use engine::Engine;
pub use gradient_check::{Grade, GradientCheck};
pub use hyperparameters::{
    BatchSize, ClipNorm, DropoutRate, LabelSmoothing, LearningRate, OutOfRange, WeightDecay,
};
pub use initial::Initialisation;
pub use loss::Loss;
pub use names::{NeuronId, NotAName};
pub use optimizer::{LearningRule, Optimizer};
pub use output::Output;
pub use parameters::{LayerParameters, ParameterId, Parameters};
pub use regularisation::Regularisation;
pub use schedule::Schedule;
