//! Typed commands: `:` opens a line at the foot of the screen, in which everything that can be
//! changed has a name. One static table feeds the parser, the completion, the help and the README.

mod complete;
mod execute;
mod history;
mod line;
pub mod names;
mod parse;
mod table;

pub use complete::{Candidate, Files};
pub use history::History;
pub use line::CommandLine;
pub use parse::parse;
pub use table::{COMMANDS, Spec};

use std::path::PathBuf;

use crate::nn::{Activation, Loss, Optimizer, Output, ParameterId};
use crate::train::{Pace, StepSize};

use super::navigation::View;

/// What a typed line asks for. Whether the network has what is named is not looked at yet.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Typed {
    LearningRate(f64),
    Hidden(Vec<usize>),
    Activation(Activation),
    Output(Output),
    Loss(Loss),
    Optimizer(Optimizer),
    WeightDecay(f64),
    Batch(usize),
    /// Start again under this seed.
    Seed(u64),
    /// `None` is what suits the network and the data.
    Pace(Option<Pace>),
    Export(PathBuf),
    /// A value for a parameter, or for the one under the inspector's cursor.
    Set(Option<ParameterId>, f32),
    /// Whether a parameter, or the one under the cursor, keeps its value.
    Freeze(Option<ParameterId>, bool),
    /// Whether the neuron of a layer, or the one under the cursor, is silent.
    Silence(Option<(usize, usize)>, bool),
    /// Name of an input of the shown row and what it shall be; without a value it is the row's.
    Input(String),
    Undo,
    Step(StepSize, u32),
    Back,
    Check,
    /// A row of those that are shown, from 1.
    Row(usize),
    View(View),
    Menu,
    Train,
    Pause,
    Help,
    Quit,
}
