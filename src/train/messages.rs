//! Commands to the worker, and events from it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use super::confusion_rows::ConfusionRows;
use super::curves::Curves;
use super::evaluation::Evaluation;
use super::importance::Importances;
use super::limits::{Limit, Limits};
use super::observation::Observation;
use super::probes::LayerDistributions;
use super::race::{Handover, LaneStart, Lanes};
use super::refit::Refitted;
use super::{
    BestEpoch, Divergence, Moment, Pace, Plan, Position, PreflightCheck, Progress, RateCurve,
    Session, StepPosition, Weights,
};
use crate::data::Prepared;
use crate::error::{Error, Result};
use crate::model_file::Saved;
use crate::nn::{
    Architecture, Change, GradientCheck, Initialisation, LoggedChange, NeuronId, ParameterId,
};

/// Files that an export may overwrite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// No existing file.
    Nothing,
    /// The final model that the run has written itself, if nobody has changed it since.
    Own,
    /// Any file.
    Anything,
}

impl Replace {
    /// Adds all other files if `is_forced`.
    pub(crate) fn or_anything(self, is_forced: bool) -> Self {
        if is_forced { Self::Anything } else { self }
    }
}

/// Command to the worker.
#[derive(Debug)]
pub enum Command {
    /// Pause after the current step; answered by [`State::Paused`].
    Pause,
    /// Pause for the end of the run: one that is resumed from there goes on training. Answered as [`Command::Pause`].
    PauseForEnd,
    /// Resume; from [`State::Finished`] without the limits that were reached.
    Resume,
    /// Run a number of steps of a size, then pause. A mini-batch that is stepped through phase by phase is
    /// continued; steps of a mini-batch or an epoch first finish it. Answered by [`Event::StepPosition`]
    /// if the phase stepper begins, goes on or ends.
    Step {
        /// Size of a step.
        size: StepSize,
        /// Number of steps, at least 1.
        count: u32,
    },
    /// Go one phase back.
    StepBack,
    /// Check back-propagation against central differences on the next mini-batch; answered by
    /// [`Event::GradientsChecked`].
    CheckGradients,
    /// Try learning rates on a fork of the session; answered by [`Event::RatesTried`].
    FindRate,
    /// Check on sessions of their own whether a network with these settings can learn the data; answered by
    /// [`Event::Preflight`], after each check.
    Preflight,
    /// End the check, the search for a rate, or the replay that is in progress.
    CancelTask,
    /// Show the run at an earlier moment, paused; answered by [`Event::Moment`] at once, and again while a replay
    /// approaches the moment and gets there. From there [`Command::Resume`], [`Command::Step`] and [`Command::Apply`] go on
    /// as a branch; answered by [`Event::Started`] first.
    Rewind(Moment),
    /// Show the present again; answered by [`Event::Moment`].
    ShowPresent,
    /// Return to the run that was left for a branch; answered by [`Event::Started`].
    SwitchBranch,
    /// Evaluate the parameters of the best epoch, or the current ones; answered by [`Event::Evaluated`].
    Evaluate(Weights),
    /// Measure the importance of the columns for the parameters of the best epoch, or for the current ones; answered by
    /// [`Event::ImportanceMeasured`].
    MeasureImportance(Weights),
    /// Train a second network on training and validation rows, for 1.5 times as many epochs as gave the weights;
    /// answered by [`Event::Refitted`].
    Refit {
        /// Weights of the first network.
        weights: Weights,
        /// Final model of the run, which that of the second network replaces.
        path: Option<PathBuf>,
    },
    /// Find the rows of the class `actual` that are now predicted as `predicted`; answered by
    /// [`Event::Found`].
    FindRows {
        /// Index of the true class.
        actual: usize,
        /// Index of the predicted class.
        predicted: usize,
    },
    /// Set the speed limit.
    SetPace(Pace),
    /// Set the limits after which the training is finished, which it is at once if one is reached.
    SetLimits(Limits),
    /// Make a live change; answered by [`Event::Changed`] or [`Event::Refused`].
    Apply(Change),
    /// Set the probes that snapshots answer.
    Observe(Observation),
    /// Restart with this seed and initialisation; answered by [`Event::Started`].
    Reset {
        /// Seed, possibly the same as before.
        seed: u64,
        /// Distribution of the initial weights.
        initialisation: Initialisation,
    },
    /// Export the model; answered by [`Event::Exported`].
    Export {
        /// Destination; its extension selects the format.
        path: PathBuf,
        /// Weights of the model.
        weights: Weights,
        /// Existing files that may be overwritten.
        replace: Replace,
    },
    /// Write the training as a PyTorch script; answered by [`Event::TrainingExported`].
    ExportTraining {
        /// Destination.
        path: PathBuf,
        /// Whether an existing file may be overwritten.
        replace: bool,
    },
    /// Write a checkpoint; answered by [`Event::CheckpointWritten`].
    Checkpoint {
        /// Destination.
        path: PathBuf,
        /// Whether the checkpoint of another run, or another file, may be overwritten.
        replace: bool,
        /// Whether the run ends with it, and no person asked for this one.
        is_last: bool,
    },
    /// Continue from a checkpoint on the same data, paused; answered by [`Event::Started`] or
    /// [`Event::ResetFailed`].
    Restore {
        /// The checkpoint.
        path: PathBuf,
    },
    /// Make runs beside this one, `first` being the place of the first among all of the race, from 1; answered by
    /// [`Event::LanesMade`] or [`Event::Refused`].
    MakeLanes {
        /// Start of each lane.
        starts: Vec<LaneStart>,
        /// Place of the first lane.
        first: usize,
        /// Whether all of them begin each epoch together.
        in_lockstep: bool,
    },
    /// Copy the state of a lane, for the main run to continue from; answered by [`Event::HandedOver`].
    HandOver,
    /// Continue from the state of a lane; answered by [`Event::Started`].
    Adopt(Box<Handover>),
    /// End the thread after the current step, as the user wants it.
    Stop,
    /// End the thread after the current step for another reason: a signal, a lost terminal, a failed export.
    /// A run that is not saved leaves a recovery file.
    StopUnsaved,
}

/// Size of a step.
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

/// State of the worker.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Training.
    Running,
    /// Training for a number of steps.
    Stepping,
    /// Waiting for a command.
    Paused,
    /// Waiting, with this limit reached.
    Finished(Limit),
    /// Waiting, stopped by a number that is not finite.
    Diverged(Divergence),
    /// Failed with a panic; only exporting, restarting and stopping are possible.
    Failed(String),
}

/// Event from the worker. Events arrive in order.
#[derive(Debug)]
pub enum Event {
    /// A training is about to start: the first event, and again after each reset.
    Started(Box<Started>),
    /// The state changed, or a command that leaves it unchanged was carried out.
    State {
        /// New state.
        state: State,
        /// Position of the training.
        position: Position,
    },
    /// New metrics.
    Progress(Box<Progress>),
    /// Distributions of parameters, gradients and activations, for a log.
    Distributions(Vec<LayerDistributions>),
    /// Scores of parameters.
    Evaluated {
        /// Position of the training.
        position: Position,
        /// The best epoch, if the scores are those of its parameters; `None` for the current ones.
        best: Option<BestEpoch>,
        /// The scores.
        evaluation: Box<Evaluation>,
    },
    /// Rows found for [`Command::FindRows`].
    Found {
        /// Position of the training.
        position: Position,
        /// The rows.
        taken: ConfusionRows,
    },
    /// An export ended, successfully or not.
    Exported {
        /// Destination.
        path: PathBuf,
        /// Weights that were asked for.
        weights: Weights,
        /// The best epoch, if the model has its weights.
        best: Option<BestEpoch>,
        /// Bytes written, and the result of reading them back.
        result: Result<Saved, Error>,
        /// Training step at which the model was exported.
        step: u64,
    },
    /// The training was written as a script, or could not be.
    TrainingExported {
        /// Destination.
        path: PathBuf,
        /// Bytes written.
        result: Result<u64, Error>,
    },
    /// A checkpoint of this moment is about to be written. It waits a while until this sender and its copies are
    /// dropped, so that logs hold what was before it when the process is killed.
    CheckpointDue(Sender<()>),
    /// A checkpoint was written, or could not be.
    CheckpointWritten {
        /// Destination.
        path: PathBuf,
        /// Bytes written.
        result: Result<u64, Error>,
        /// Training step of the checkpoint.
        step: u64,
        /// Seconds of training until then.
        seconds: f64,
        /// Whether [`Command::Checkpoint`] asked for it.
        is_asked: bool,
    },
    /// A restart failed.
    ResetFailed(Error),
    /// A change was made.
    Changed {
        /// The change.
        change: Change,
        /// State in force after the change.
        now: Box<InForce>,
    },
    /// A change was refused, with the reason.
    Refused(String),
    /// The phase stepper moved to this position, or ended.
    StepPosition(Option<StepPosition>),
    /// A gradient check ended.
    GradientsChecked(Box<GradientCheck>),
    /// The importance of the columns was measured.
    ImportanceMeasured(Box<Importances>),
    /// A second network was trained on training and validation rows, or failed.
    Refitted(Result<Box<Refitted>>),
    /// The search for a learning rate ended.
    RatesTried(Box<RateCurve>),
    /// Pre-flight checks that have ended so far; all of them if there are [`PreflightCheck::COUNT`].
    Preflight(Vec<PreflightCheck>),
    /// Another moment is shown, or a replay got closer to one.
    Moment(Box<ShownMoment>),
    /// Runs beside this one are ready to train.
    LanesMade(Box<Lanes>),
    /// The state of a lane was copied.
    HandedOver(Box<Handover>),
    /// A snapshot was put into the mailbox.
    Snapshot,
    /// The thread is about to end.
    Stopped,
}

/// Description of a training at its start.
#[derive(Debug, Clone)]
pub struct Started {
    /// Plan of the training.
    pub plan: Plan,
    /// Training and validation rows.
    pub data: Arc<Prepared>,
    /// Architecture of the network.
    pub architecture: Architecture,
    /// Steps of an epoch.
    pub batches: u32,
    /// Number of restarts before; snapshots carry the same number.
    pub restarts: u32,
    /// Limits after which the training finishes.
    pub limits: Limits,
    /// Mean loss of at most 2000 training rows before training; NaN for a run that is resumed.
    pub initial_loss: f64,
    /// Changes so far, but for initial values; `None` for a run that continues a checkpoint, which may come from another
    /// command line.
    pub changes: Option<Vec<LoggedChange>>,
    /// Progress so far of a run that is resumed.
    pub resumed: Option<Box<ProgressSoFar>>,
}

/// Progress of a run at the time it is resumed.
#[derive(Debug, Clone)]
pub struct ProgressSoFar {
    /// Settings in force, and the position of the training.
    pub now: InForce,
    /// Losses and scores.
    pub curves: Curves,
    /// Seconds spent on training.
    pub seconds: f64,
    /// Whether it goes on from an earlier moment of the run before, or returns from there.
    pub is_branch: bool,
}

impl Started {
    /// Describes a training that starts anew with `session` and is not judged by its initial loss.
    pub fn of(session: &Session, limits: Limits) -> Self {
        Self {
            plan: session.plan().clone(),
            data: Arc::clone(session.data()),
            architecture: session.architecture().clone(),
            batches: session.batches(),
            restarts: 0,
            limits,
            initial_loss: f64::NAN,
            changes: Some(session.live_changes().to_vec()),
            resumed: None,
        }
    }

    /// Returns the position at which the training starts.
    pub fn position(&self) -> Position {
        self.resumed
            .as_ref()
            .map_or_else(Position::default, |resumed| resumed.now.position)
    }
}

/// Moment of the run that is shown.
#[derive(Debug, Clone)]
pub struct ShownMoment {
    /// Settings in force at that moment, and its position.
    pub now: InForce,
    /// Learning rate in force.
    pub learning_rate: f64,
    /// The best epoch until then.
    pub best: Option<BestEpoch>,
    /// Relation to the present; `None` if it is the present.
    pub past: Option<PastMoment>,
}

/// Earlier moment of the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PastMoment {
    /// Position of the present.
    pub present: Position,
    /// Moment that a replay is on its way to.
    pub goal: Option<Moment>,
    /// Estimated time until the replay gets there.
    pub left: Option<Duration>,
}

/// Plan and network in force after a change.
#[derive(Debug, Clone, PartialEq)]
pub struct InForce {
    /// Plan that a training with these layers, functions, rule and batch size would have started from.
    pub plan: Plan,
    /// The network.
    pub architecture: Architecture,
    /// Steps of an epoch.
    pub batches: u32,
    /// Position of the training.
    pub position: Position,
    /// Frozen parameters, in the order in which they were frozen.
    pub frozen: Vec<ParameterId>,
    /// Muted neurons, in the order in which they were muted.
    pub muted: Vec<NeuronId>,
    /// Number of changes that can be undone.
    pub undoable: usize,
    /// Description of the change that the next undo reverts, such as `w3[1,2] = 0.5`; empty if none.
    pub next_undo: String,
}
