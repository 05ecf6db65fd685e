//! The state that the screen is drawn from.

use std::path::PathBuf;
use std::sync::Arc;

use super::command::{self, CommandLine};
use super::history::History;
use super::inspector::Inspector;
use super::menu::Menu;
use super::navigation::Navigation;
use super::parameter_edit::Edited;
use super::prompt::Prompt;
use super::what_if::Sliders;
use crate::data::{DataSummary, Prepared};
use crate::model_file::ExportOption;
use crate::nn::{Architecture, GradientCheck, Initialisation, LearningRate};
use crate::train::probes::{PhaseProbe, RowProbe, WeightProbe};
use crate::train::{
    Divergence, EpochRecord, Evaluation, InForce, Observation, Outcomes, Pace, Plan, Position,
    SampleId, Set, Snapshot, Started, State, StepPosition,
};

/// State of the training as it is shown: what the worker has acknowledged, or what it was asked
/// for and has not acknowledged yet.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Training.
    Training,
    /// Training to the end of the epoch.
    Stepping,
    /// Asked to pause.
    Pausing,
    /// Paused.
    Paused,
    /// As many epochs done as were asked for.
    Finished,
    /// Stopped at a number that is not finite.
    Diverged(Divergence),
    /// The training code panicked.
    Failed(String),
}

impl From<State> for Phase {
    fn from(state: State) -> Self {
        match state {
            State::Running => Self::Training,
            State::Stepping => Self::Stepping,
            State::Paused => Self::Paused,
            State::Finished => Self::Finished,
            State::Diverged(divergence) => Self::Diverged(divergence),
            State::Failed(message) => Self::Failed(message),
        }
    }
}

/// The training as it was reported.
#[derive(Debug, Clone)]
pub struct Run {
    /// The plan.
    pub plan: Plan,
    /// The rows.
    pub data: Arc<Prepared>,
    /// The network.
    pub architecture: Architecture,
    /// Steps of an epoch.
    pub batches: u32,
    /// How often it was started again.
    pub restarts: u32,
    /// State of the worker, as shown.
    pub phase: Phase,
    /// How far it is.
    pub position: Position,
    /// The learning rate in force.
    pub learning_rate: f64,
    /// The learning rate asked for and not acknowledged yet.
    pub asked_learning_rate: Option<LearningRate>,
    /// The speed limit.
    pub pace: Pace,
    /// The speed limit before full speed was asked for.
    pub pace_before: Pace,
    /// Training rows a second.
    pub samples_per_second: f64,
    /// Seconds spent training.
    pub seconds: f64,
    /// Everything reported so far.
    pub history: History,
    /// Scores of the parameters as they are now; gone with the next step.
    pub evaluation: Option<Evaluation>,
    /// Confusion counts or errors of the last evaluation.
    pub outcomes: Option<Outcomes>,
    /// The newest snapshot.
    pub snapshot: Option<Snapshot>,
    /// Step at which the model was last saved, and the seconds spent training until then.
    pub saved: Option<(u64, f64)>,
    /// Settings in force since the last change; `None` before the first.
    pub in_force: Option<InForce>,
    /// Facts about the data, once a panel has requested them.
    pub card: Option<Arc<DataSummary>>,
    /// Whether it was asked for.
    pub(super) is_describing: bool,
    /// The plan asked for and not acknowledged yet.
    pub(super) asked: Option<Plan>,
    /// Number of epochs after which the training is finished.
    pub epochs: Option<u64>,
    /// Whether files are replaced without a question (`--force`).
    pub force: bool,
    /// Destination given by `--export`.
    pub export: Option<ExportOption>,
    /// Exports the worker has not finished yet.
    pub(super) exporting: Vec<PathBuf>,
    /// Step at which `export` was last written.
    pub(super) exported_at: Option<u64>,
    /// Whether `export` could not be written when the user quit: the next path takes its place.
    pub(super) needs_other_path: bool,
    /// The observation last requested.
    pub(super) observed: Option<Observation>,
}

impl Run {
    /// A training that stands at its start, or where it is resumed.
    pub fn new(started: &Started, pace: Pace) -> Self {
        let curves = started
            .resumed
            .as_ref()
            .map(|resumed| resumed.curves.clone());
        let mut run = Self {
            plan: started.plan.clone(),
            data: Arc::new(started.data.printable()),
            history: History::new(started.architecture.depth(), curves.unwrap_or_default()),
            architecture: started.architecture.clone(),
            batches: started.batches,
            restarts: started.restarts,
            phase: Phase::Paused,
            position: Position::default(),
            learning_rate: started.plan.rule.learning_rate.get(),
            asked_learning_rate: None,
            pace,
            pace_before: pace,
            samples_per_second: 0.0,
            seconds: 0.0,
            evaluation: None,
            outcomes: None,
            snapshot: None,
            saved: None,
            in_force: None,
            card: None,
            is_describing: false,
            asked: None,
            epochs: started.epochs,
            force: false,
            export: None,
            exporting: Vec::new(),
            exported_at: None,
            needs_other_path: false,
            observed: None,
        };
        if let Some(resumed) = &started.resumed {
            run.seconds = resumed.seconds;
            // The checkpoint is there.
            run.saved = Some((resumed.now.position.step, resumed.seconds));
            run.apply(resumed.now.clone());
        }
        run
    }

    /// Epochs done, with the fraction of the one under way.
    pub fn epochs(&self) -> f64 {
        self.epochs_at(self.position)
    }

    /// Returns the epochs done at `position`, with the fraction of the current one.
    pub(crate) fn epochs_at(&self, position: Position) -> f64 {
        position.epoch as f64 + f64::from(position.batch) / f64::from(self.batches.max(1))
    }

    /// Metrics of the last whole epoch.
    pub(crate) fn last_epoch(&self) -> Option<&EpochRecord> {
        self.history.epochs().last()
    }

    /// Training and validation loss, the newest that are known; NaN where there is none.
    pub fn losses(&self) -> (f64, f64) {
        match (&self.evaluation, self.last_epoch()) {
            (Some(now), _) => {
                let validation = now.validation.map_or(f64::NAN, |scores| scores.loss);
                (now.training.loss, validation)
            }
            (None, Some(last)) => (
                last.train_loss.last.into(),
                last.validation_loss.last.into(),
            ),
            (None, None) => {
                let first = self.history.losses().last();
                (first.map_or(f64::NAN, |it| it.loss.last.into()), f64::NAN)
            }
        }
    }

    /// Training and validation accuracy, for regression R², the newest that are known; NaN where
    /// there is none.
    pub fn scores(&self) -> (f64, f64) {
        match (&self.evaluation, self.last_epoch()) {
            (Some(now), _) => {
                let validation = now.validation.map_or(f64::NAN, |scores| scores.score());
                (now.training.score(), validation)
            }
            (None, Some(last)) => (
                last.train_score.last.into(),
                last.validation_score.last.into(),
            ),
            (None, None) => (f64::NAN, f64::NAN),
        }
    }

    /// Whether a number is predicted, not a class.
    pub(crate) fn is_regression(&self) -> bool {
        self.data.task.scale().is_some()
    }

    /// Whether steps are being done.
    pub(crate) fn is_training(&self) -> bool {
        matches!(
            self.phase,
            Phase::Training | Phase::Stepping | Phase::Pausing
        )
    }

    /// Seconds of training that would be lost without saving.
    pub(crate) fn unsaved_seconds(&self) -> f64 {
        match self.saved {
            Some((step, _)) if step == self.position.step => 0.0,
            Some((_, seconds)) => self.seconds - seconds,
            None => self.seconds,
        }
    }
}

/// A question that needs a yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirm {
    /// Replace the file that exists.
    Replace(PathBuf),
    /// Restart with this seed and initialisation, though weights are unsaved.
    Reset(u64, Initialisation),
    /// Quit, though weights are unsaved.
    Quit,
}

/// Popup above the panels.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// The help, scrolled by so many lines.
    Help(u16),
    /// A line to type.
    Prompt(Prompt),
    /// A question.
    Confirm(Confirm),
    /// The typed commands, scrolled by so many lines.
    Commands(u16),
    /// The line of a typed command.
    Command(Box<CommandLine>),
    /// Settings menu.
    Menu(Menu),
    /// Sliders over the inputs of the shown row.
    Sliders(Sliders),
    /// The gradient check, and which of its lines is chosen.
    Gradients(Option<usize>),
}

/// One line of news for the person; stays until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The text.
    pub text: String,
    /// Whether something went wrong.
    pub is_error: bool,
}

/// State of the inspector and of the steps through a mini-batch that it explains.
#[derive(Debug, Clone, Default)]
pub struct InspectorState {
    /// The inspector, if it is open; [`Model::inspect_at`] opens it.
    pub open: Option<Inspector>,
    /// The inspector at the time it was last closed.
    pub(super) last: Option<Inspector>,
    /// Position inside the mini-batch, while stepping by phases.
    pub walk: Option<StepPosition>,
    /// Changed inputs of the shown row: index, and value as the network receives it.
    pub what_if: Vec<(usize, f32)>,
    /// Changed columns of the shown row: index, and raw value.
    pub moved: Vec<(usize, f32)>,
    /// Result of the last gradient check.
    pub gradients: Option<GradientCheck>,
    /// The parameter that was last set by hand.
    pub(super) edited: Option<Edited>,
}

/// State of text entry and messages.
#[derive(Debug, Clone, Default)]
pub struct PromptState {
    /// The popup above the panels, if one is open.
    pub overlay: Option<Overlay>,
    /// The message in the footer.
    pub notice: Option<Notice>,
    /// A repeat count typed before a step.
    pub count: Option<u32>,
    /// History of typed commands.
    pub commands: command::History,
}

/// The whole state of the screen, in four parts.
#[derive(Debug, Clone)]
pub struct Model {
    /// The training as reported by the worker.
    pub run: Run,
    /// View, focus, scrolling and the shown row.
    pub navigation: Navigation,
    /// Inspector and phase stepping.
    pub inspector: InspectorState,
    /// Popups, typed text and messages.
    pub prompt: PromptState,
    /// The exit code, once it was decided to leave.
    pub(super) leaving: Option<u8>,
    /// Whether the user asked again to leave while the model was being saved.
    pub(super) is_impatient: bool,
}

impl Model {
    /// The state at the start of a training.
    pub fn new(
        started: &Started,
        pace: Pace,
        size: (u16, u16),
        export: Option<ExportOption>,
    ) -> Self {
        let set = if started.data.validation.is_empty() {
            Set::Training
        } else {
            Set::Validation
        };
        let notes = started.data.notes();
        let notice = (!notes.is_empty()).then(|| Notice {
            text: notes.join(" · "),
            is_error: false,
        });
        Self {
            run: Run {
                export,
                ..Run::new(started, pace)
            },
            navigation: Navigation::new(size, SampleId { set, index: 0 }),
            inspector: InspectorState::default(),
            prompt: PromptState {
                notice,
                ..PromptState::default()
            },
            leaving: None,
            is_impatient: false,
        }
    }

    /// Probe for the shown row, with the inputs that were changed by hand.
    pub(crate) fn row_probe(&self) -> RowProbe {
        let changed = self.inspector.what_if.iter();
        RowProbe {
            sample: self.navigation.sample,
            what_if: changed
                .map(|&(input, value)| (input, value.into()))
                .collect(),
        }
    }

    /// Probes of the panels on the screen, and those that are always asked for: the history of the
    /// weights has no gaps, and what panels have in common is there when they appear.
    pub(super) fn observation(&self) -> Observation {
        let mut observation = Observation::default()
            .with(self.row_probe())
            .with(WeightProbe)
            .with(PhaseProbe);
        for id in self.navigation.panels() {
            let probes = id.panel().probes(self);
            probes.into_iter().for_each(|probe| observation.add(probe));
        }
        observation
    }
}
