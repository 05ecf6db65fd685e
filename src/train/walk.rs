//! A mini-batch walked through phase by phase, as the textbook tells it: for each row forward layer
//! by layer, the loss, backward layer by layer; after the last row the update.

use ndarray::Array2;

use super::SampleId;
use crate::nn::textbook::Forward;

/// A part of the work on a mini-batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WalkPhase {
    /// Activations of this layer (from 1) for the row.
    Forward {
        /// The layer.
        layer: usize,
    },
    /// The row's loss.
    Loss,
    /// Deltas and gradients of this layer for the row, the last layer first.
    Backward {
        /// The layer.
        layer: usize,
    },
    /// The mini-batch's update of all parameters.
    Update,
}

/// Where a walk stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    /// Place of the row in its mini-batch, from 0.
    pub row: usize,
    /// Rows of the mini-batch.
    pub rows: usize,
    /// The row.
    pub sample: SampleId,
    /// The phase done last for the row; none at its start.
    pub done: Option<WalkPhase>,
    /// The phase that comes next.
    pub next: WalkPhase,
    /// Whether a phase can be taken back.
    pub can_go_back: bool,
}

/// What a walk has computed of its row so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Walked {
    /// Where it stands.
    pub stand: Stand,
    /// The whole forward pass of the row with the parameters before the update. What lies beyond
    /// `stand` is not to be shown yet.
    pub forward: Forward,
    /// `delta[l][j]` of layer `l + 1`, likewise.
    pub delta: Vec<Vec<f64>>,
    /// The row's loss.
    pub loss: f64,
    /// After the update: by how much it changed the weights between the watched neurons, shaped as
    /// [`Snapshot::edges`](super::Snapshot::edges); empty before.
    pub changes: Vec<Array2<f32>>,
}
