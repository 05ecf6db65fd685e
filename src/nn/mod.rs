//! The feed-forward network, in the three parts in which a textbook tells it.
//!
//! - *Architecture* ([`architecture`]): layers of neurons, weights and biases.
//! - *Activity rule* ([`activation`]): `z = W a + b`, `a = f(z)`.
//! - *Learning rule* ([`optimizer`]): gradient descent on a [`loss`] by back-propagation.
//!
//! [`textbook`] is all of it in plain loops, for one sample, in `f64`, keeping every number.
//! [`engine`] is the same in `f32` on whole mini-batches, as fast as the machine allows. Tests hold
//! the second against the first.
//!
//! Layers are counted as the book does: inputs are layer 0, layer 1 is the first hidden layer.

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
pub mod parameters;
pub mod pass;
pub mod textbook;

pub use activation::{Activation, Output};
pub use architecture::Architecture;
pub use change::{Change, LoggedChange};
pub use engine::Engine;
pub use gradient_check::{Grade, GradientCheck};
pub use hyperparameters::{BatchSize, LearningRate, OutOfRange, WeightDecay};
pub use initial::Initialisation;
pub use loss::Loss;
pub use names::{NeuronId, NotAName};
pub use optimizer::{LearningRule, Optimizer};
pub use parameters::{LayerParameters, ParameterId, Parameters};
