//! What the worker is told, and what it tells.

use std::path::PathBuf;
use std::sync::Arc;

use super::confusion_rows::ConfusionRows;
use super::evaluation::{Evaluation, Outcomes};
use super::observation::Observation;
use super::{Divergence, Pace, Plan, Position, StepPosition};
use crate::data::Prepared;
use crate::error::Error;
use crate::model_file::Saved;
use crate::nn::{Architecture, Change, GradientCheck, Initialisation, NeuronId, ParameterId};
use crate::util::stats::{Merge, MinMaxLast};

/// An order to the worker.
#[derive(Debug)]
pub enum Command {
    /// Stop training after the step under way; answered by [`State::Paused`].
    Pause,
    /// Go on; from [`State::Finished`] without a limit.
    Resume,
    /// So many steps of a size, then pause. A walk that is under way is gone on with; steps of a
    /// mini-batch or an epoch first end its mini-batch. Answered by [`Event::PhaseStepper`] where a walk
    /// begins, goes on or ends.
    Step {
        /// The size.
        size: StepSize,
        /// How many, at least 1.
        count: u32,
    },
    /// One phase back in the walk under way.
    StepBack,
    /// Back-propagation against centred differences on the next mini-batch, answered by
    /// [`Event::GradientsChecked`].
    CheckGradients,
    /// Scores of the current parameters, answered by [`Event::Evaluated`].
    Evaluate,
    /// Which rows of the class `actual` are now taken for `predicted`; answered by [`Event::Found`].
    FindRows {
        /// Index of their class.
        actual: usize,
        /// Index of the class that is predicted for them.
        predicted: usize,
    },
    /// Set the speed limit.
    SetPace(Pace),
    /// Set the number of epochs after which the training is finished, which it is at once if they
    /// are done.
    SetEpochs(Option<u32>),
    /// A live change, answered by [`Event::Changed`] or [`Event::Refused`].
    Apply(Change),
    /// What snapshots shall show from now on.
    Observe(Observation),
    /// Start again with this seed and initialisation; answered by [`Event::Started`].
    Reset {
        /// The seed, which may be the same.
        seed: u64,
        /// Distribution of the initial weights.
        initialisation: Initialisation,
    },
    /// Write the model; answered by [`Event::Exported`].
    Export {
        /// Where to; the extension says in which format.
        path: PathBuf,
        /// Whether a file that is there may be replaced.
        replace: bool,
    },
    /// End the thread after the step under way.
    Stop,
}

/// How far a step goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepSize {
    /// One phase of a row: a layer forward, the loss, a layer backward, or the update.
    Phase,
    /// To the end of a row; after the last row of a mini-batch the update too.
    Sample,
    /// To the end of a mini-batch.
    Batch,
    /// To the end of an epoch.
    Epoch,
}

/// What the worker is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Training.
    Running,
    /// Training as many steps of a size as were asked for.
    Stepping,
    /// Waiting for a command.
    Paused,
    /// As many epochs done as were asked for; waiting.
    Finished,
    /// Stopped at a number that is not finite; waiting.
    Diverged(Divergence),
    /// The training code panicked; only saving, starting again and stopping are left.
    Failed(String),
}

/// News from the worker, in order.
#[derive(Debug)]
pub enum Event {
    /// A training stands at its start: the first event, and again after each reset.
    Started(Box<Started>),
    /// The state changed, or a command that keeps it was carried out.
    State {
        /// The new state.
        state: State,
        /// Where the training is.
        position: Position,
    },
    /// Metrics since the last time.
    Progress(Box<Progress>),
    /// Scores of the current parameters.
    Evaluated {
        /// Where the training is.
        position: Position,
        /// The scores.
        evaluation: Box<Evaluation>,
    },
    /// Rows that were asked for.
    Found {
        /// Where the training is.
        position: Position,
        /// The rows.
        taken: ConfusionRows,
    },
    /// A model was written, or could not be.
    Exported {
        /// Where to.
        path: PathBuf,
        /// Bytes written, and what was seen when they were read back.
        result: Result<Saved, Error>,
        /// Steps done when it was written.
        step: u64,
    },
    /// A new training could not be started.
    ResetFailed(Error),
    /// A change was made.
    Changed {
        /// The change.
        change: Change,
        /// What is in force now.
        now: Box<InForce>,
    },
    /// A change could not be made, and why.
    Refused(String),
    /// Where the walk stands; none where it is over.
    PhaseStepper(Option<StepPosition>),
    /// What a gradient check found.
    GradientsChecked(Box<GradientCheck>),
    /// A snapshot lies in the mailbox.
    Snapshot,
    /// The thread is about to end.
    Stopped,
}

/// The start of a training.
#[derive(Debug, Clone)]
pub struct Started {
    /// Its plan.
    pub plan: Plan,
    /// Its rows.
    pub data: Arc<Prepared>,
    /// Its network.
    pub architecture: Architecture,
    /// Steps of an epoch.
    pub batches: u32,
    /// How often the worker started again before; snapshots carry the same number.
    pub restarts: u32,
    /// Epochs after which the training finishes, if it is limited.
    pub epochs: Option<u32>,
}

/// What is in force after a change.
#[derive(Debug, Clone, PartialEq)]
pub struct InForce {
    /// The plan as if the training had started so: hidden layers, functions, rule, batch.
    pub plan: Plan,
    /// The network.
    pub architecture: Architecture,
    /// Steps of an epoch.
    pub batches: u32,
    /// Where the training is.
    pub position: Position,
    /// Parameters that keep their value, in the order in which they were frozen.
    pub frozen: Vec<ParameterId>,
    /// Muted neurons, in the order in which they were muted.
    pub muted: Vec<NeuronId>,
    /// Changes that can be undone.
    pub undoable: usize,
    /// Description of the change that the next undo reverts, such as `w3[1,2] = 0.5`; empty if none.
    pub next_undo: String,
}

/// Metrics since the last [`Progress`].
#[derive(Debug, Clone)]
pub struct Progress {
    /// Where the training is.
    pub position: Position,
    /// The learning rate in force.
    pub learning_rate: f64,
    /// Training rows a second, over about the last half second.
    pub samples_per_second: f64,
    /// Seconds spent training since the start.
    pub seconds: f64,
    /// Training loss along the way.
    pub losses: Vec<LossPoint>,
    /// Epochs that ended.
    pub epochs: Vec<EpochRecord>,
    /// What was predicted for what, after the last of `epochs`.
    pub outcomes: Option<Outcomes>,
}

/// Training loss of some steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossPoint {
    /// Epochs done, with their fraction.
    pub epochs: f64,
    /// Mean loss of a row.
    pub loss: MinMaxLast,
}

/// Metrics of an epoch, or of several that were merged. Validation is NaN where no rows are kept
/// for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpochRecord {
    /// The (last) epoch, counted from 1.
    pub epoch: u32,
    /// Steps done.
    pub step: u64,
    /// Mean over the epoch's mini-batches.
    pub train_loss: MinMaxLast,
    /// Fraction predicted right in the epoch's mini-batches, each before its update; for regression
    /// R².
    pub train_score: MinMaxLast,
    /// Mean over the validation rows at the end of the epoch.
    pub validation_loss: MinMaxLast,
    /// Fraction of the validation rows predicted right; for regression R².
    pub validation_score: MinMaxLast,
    /// The learning rate at the end of the epoch.
    pub learning_rate: f64,
}

impl Merge for LossPoint {
    fn merge(&mut self, later: &Self) {
        self.epochs = later.epochs;
        self.loss.merge(&later.loss);
    }
}

impl Merge for EpochRecord {
    fn merge(&mut self, later: &Self) {
        self.epoch = later.epoch;
        self.step = later.step;
        self.train_loss.merge(&later.train_loss);
        self.train_score.merge(&later.train_score);
        self.validation_loss.merge(&later.validation_loss);
        self.validation_score.merge(&later.validation_score);
        self.learning_rate = later.learning_rate;
    }
}
