//! The training as the worker reports it: the part of the state called `run`.

use std::mem::Discriminant;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::ghosts::Ghost;
use super::history::TrainingHistory;
use super::rewind::AwaitedMoments;
use super::timeline::Milestone;
use super::undo::UnloggedChange;
use super::views::Chart;
use crate::data::{
    Confusion, DataSummary, InputColumn, Prepared, Samples, Scores, TargetScale, with_offset,
};
use crate::model_file::ExportOption;
use crate::nn::{Architecture, LearningRate, LoggedChange};
use crate::settings::Choices;
use crate::train::findings::{ExpectedLosses, Finding, Unpredicted};
use crate::train::{
    BestEpoch, Divergence, EpochRecord, Evaluation, InForce, Limit, Limits, Observation, Outcomes,
    Pace, PastMoment, Plan, Position, Probe, SampleId, Set, Snapshot, Started, State, Weights,
};
use crate::tui::text;
use crate::util::numbers::{ago, in_unit, loss, short};
use crate::util::stats::MinMaxLast;
use crate::util::text::sanitise;

/// Cells of a number of the table, and of the output that a prediction was computed from.
pub(crate) const NUMBER: u16 = 5;
/// Cells of a number of the table, where numbers may have more than [`NUMBER`] digits.
const LONG_NUMBER: u16 = 8;

/// Cells of an output in brackets behind a number.
const BRACKETS: u16 = 3 + NUMBER;

/// Cells of numbers of the table of at most about `size`: all digits, and fewer where there is less room.
pub(crate) fn number_cells(size: f64) -> &'static [u16] {
    if size >= 99_999.5 {
        &[LONG_NUMBER, NUMBER]
    } else {
        &[NUMBER]
    }
}

/// State of the training as it is shown: acknowledged by the worker, or asked for and not
/// acknowledged yet.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    Training,
    /// Training to the end of the epoch.
    Stepping,
    /// Asked to pause.
    Pausing,
    Paused,
    /// A limit is reached.
    Finished(Limit),
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
            State::Finished(limit) => Self::Finished(limit),
            State::Diverged(divergence) => Self::Diverged(divergence),
            State::Failed(message) => Self::Failed(message),
        }
    }
}

/// The training as it was reported.
#[derive(Debug, Clone)]
pub struct Run {
    pub plan: Plan,
    /// Plan at the start.
    pub(super) start: Plan,
    /// Changes since then; `None` of a run that was resumed, before which there may have been others.
    pub(super) log: Option<Vec<LoggedChange>>,
    /// Plan in force at the last point of the curves.
    pub(super) drawn_plan: Plan,
    pub data: Arc<Prepared>,
    pub architecture: Architecture,
    /// Steps of an epoch.
    pub batches: u32,
    pub restarts: u32,
    pub phase: Phase,
    pub position: Position,
    pub learning_rate: f64,
    /// The best epoch so far.
    pub best: Option<BestEpoch>,
    /// Learning rate asked for and not acknowledged yet.
    pub asked_learning_rate: Option<LearningRate>,
    /// Speed limit.
    pub pace: Pace,
    /// Speed limit before full speed was asked for.
    pub pace_before: Pace,
    /// Training rows per second.
    pub samples_per_second: f64,
    pub seconds: f64,
    pub history: TrainingHistory,
    /// Earlier curves, oldest first.
    pub ghosts: Vec<Ghost>,
    /// Earlier moment that is shown in place of the present.
    pub past: Option<PastMoment>,
    /// Moments that were asked for and are not shown yet.
    pub(super) awaited_moments: AwaitedMoments,
    /// History of the run that was left for this branch.
    pub(super) other_branch: Option<Box<TrainingHistory>>,
    /// Whether the run that was left is to be returned to.
    pub(super) is_returning: bool,
    /// Scores of the present parameters; gone with the next step.
    pub evaluation: Option<Evaluation>,
    /// Confusion counts or errors of the last evaluation.
    pub outcomes: Option<Outcomes>,
    pub snapshot: Option<Snapshot>,
    /// The last snapshot of another training step.
    pub(crate) snapshot_before: Option<Snapshot>,
    /// Snapshot of a moment that is not yet shown: snapshots and events do not come in one queue.
    pub(super) early_snapshot: Option<Snapshot>,
    /// Step at which the model was last saved, and the seconds spent training until then.
    pub saved: Option<(u64, f64)>,
    /// Report of the last model that was saved.
    pub saved_as: Option<String>,
    /// Settings in force since the last change; `None` before the first.
    pub in_force: Option<InForce>,
    /// Facts about the data, once a panel has requested them.
    pub card: Option<Arc<DataSummary>>,
    pub(super) is_describing: bool,
    /// Plan asked for and not acknowledged yet.
    pub(super) asked: Option<Plan>,
    /// Limits after which the training is finished.
    pub limits: Limits,
    /// Changes of settings that are not logged, oldest first.
    pub(super) unlogged: Vec<UnloggedChange>,
    /// Whether files are replaced without a question (`--force`).
    pub force: bool,
    /// Destination given by `--export`.
    pub export: Option<ExportOption>,
    /// Weights that are written there.
    pub weights: Weights,
    /// File of the checkpoints: that of `--checkpoint`, or the last one typed.
    pub checkpoint: Option<PathBuf>,
    /// File of the checkpoint at the end of the run (`--checkpoint`).
    pub(super) last_checkpoint: Option<PathBuf>,
    /// File of the last checkpoint while the worker writes it.
    pub(super) checkpointing: Option<PathBuf>,
    /// Path that was last typed in the dialog, which opens again if it cannot be written.
    pub(super) typed_path: Option<PathBuf>,
    /// Exports the worker has not finished yet.
    pub(super) exporting: Vec<PathBuf>,
    /// Step at which `export` was last written.
    pub(super) exported_at: Option<u64>,
    /// Whether `export` could not be written when the user quit: the next path takes its place.
    pub(super) needs_other_path: bool,
    pub(super) observed: Option<Observation>,
    /// Problems that the numbers show, the most severe first.
    pub findings: Vec<Finding>,
    /// Kinds of findings whose command was run, and the steps done then.
    pub(super) remedied: Vec<(Discriminant<Finding>, u64)>,
    /// Mean loss before training; NaN if it is not known, or of another network.
    pub(super) initial_loss: f64,
    /// Losses to compare those of the run with.
    pub(super) expected: ExpectedLosses,
    /// Classes that the evaluations did not predict.
    pub(super) unpredicted: Unpredicted,
}

impl Run {
    /// Creates the state at the start of a training, or where it is resumed.
    pub fn new(started: &Started, pace: Pace) -> Self {
        let resumed = started.resumed.as_ref();
        let curves = resumed.map(|resumed| resumed.curves.clone());
        let mut run = Self {
            plan: started.plan.clone(),
            start: started.plan.clone(),
            log: started.changes.clone(),
            drawn_plan: started.plan.clone(),
            data: Arc::new(started.data.printable()),
            history: TrainingHistory::new(started.architecture.depth(), curves.unwrap_or_default()),
            ghosts: Vec::new(),
            past: None,
            awaited_moments: AwaitedMoments::default(),
            other_branch: None,
            is_returning: false,
            architecture: started.architecture.clone(),
            batches: started.batches,
            restarts: started.restarts,
            phase: Phase::Paused,
            position: Position::default(),
            learning_rate: started.plan.rule.learning_rate.get(),
            best: None,
            asked_learning_rate: None,
            pace,
            pace_before: pace,
            samples_per_second: 0.0,
            seconds: 0.0,
            evaluation: None,
            outcomes: None,
            snapshot: None,
            snapshot_before: None,
            early_snapshot: None,
            saved: None,
            saved_as: None,
            in_force: None,
            card: None,
            is_describing: false,
            asked: None,
            limits: started.limits,
            unlogged: Vec::new(),
            force: false,
            export: None,
            weights: Weights::Best,
            checkpoint: None,
            last_checkpoint: None,
            checkpointing: None,
            typed_path: None,
            exporting: Vec::new(),
            exported_at: None,
            needs_other_path: false,
            observed: None,
            findings: Vec::new(),
            remedied: Vec::new(),
            initial_loss: started.initial_loss,
            expected: ExpectedLosses::of(
                &started.data.training,
                &started.architecture,
                started.plan.class_weights,
            ),
            unpredicted: Unpredicted::default(),
        };
        if let Some(resumed) = resumed {
            run.seconds = resumed.seconds;
            // The checkpoint is there.
            let saved = (resumed.now.position.step, resumed.seconds);
            run.saved = (!resumed.is_branch).then_some(saved);
            run.apply(resumed.now.clone());
            run.history.add_milestone(run.milestone());
        }
        run
    }

    /// Sums up the run in a line for the terminal that the screen leaves behind: data, epochs, best epoch and the
    /// file that was saved last, or the `checkpoint` that holds the end of the run.
    pub(crate) fn summary(&self, checkpoint: Option<&Path>) -> String {
        let trained = text::trained(self.position.epoch, sanitise(&self.data.name));
        let saved = match checkpoint {
            Some(path) => text::saved_in_checkpoint(sanitise(&path.display().to_string())),
            None => text::not_saved().to_owned(),
        };
        let rest = match (&self.saved_as, self.best) {
            (Some(saved), _) => saved.clone(),
            (None, Some(best)) => {
                let best = text::best_validation_loss(best.epoch, loss(best.loss));
                format!("{best} · {saved}")
            }
            (None, None) => saved,
        };
        format!("{trained} · {rest}")
    }

    /// Epochs done, with the fraction of the current one.
    pub fn epochs(&self) -> f64 {
        self.epochs_at(self.position)
    }

    pub(super) fn epochs_at(&self, position: Position) -> f64 {
        position.epochs(self.batches)
    }

    pub(super) fn milestone(&self) -> Milestone {
        Milestone {
            epochs: self.epochs(),
            step: self.position.step as f64,
            seconds: self.seconds,
        }
    }

    /// Metrics of the last epoch, or of the one nearest to the moment that is shown.
    fn shown_record(&self) -> Option<&EpochRecord> {
        match self.past {
            Some(_) => self.history.nearest(self.epochs()),
            None => self.history.epochs().last(),
        }
    }

    /// The newest value on the training and the validation rows: of their scores if those were just computed, else of
    /// the shown epoch; NaN if unknown.
    fn newest(
        &self,
        of_scores: fn(&Scores) -> f64,
        of_epoch: fn(&EpochRecord) -> [MinMaxLast; 2],
    ) -> (f64, f64) {
        match (&self.evaluation, self.shown_record()) {
            (Some(now), _) => {
                let validation = now.validation.as_ref().map(of_scores);
                (of_scores(&now.training), validation.unwrap_or(f64::NAN))
            }
            (None, Some(last)) => of_epoch(last).map(|values| values.last).into(),
            (None, None) => (f64::NAN, f64::NAN),
        }
    }

    /// Training and validation loss, the newest that are known; NaN if unknown.
    pub fn losses(&self) -> (f64, f64) {
        if self.evaluation.is_none() && self.shown_record().is_none() {
            let first = self.history.losses().last();
            return (first.map_or(f64::NAN, |point| point.loss.last), f64::NAN);
        }
        self.newest(|scores| scores.loss, |epoch| Chart::Loss.values(epoch))
    }

    /// Training and validation accuracy, for regression R², the newest that are known; NaN if
    /// unknown.
    pub fn scores(&self) -> (f64, f64) {
        self.newest(Scores::score, |epoch| Chart::Accuracy.values(epoch))
    }

    /// Root mean squared errors on the training and the validation rows, in the target's unit, the newest that are known;
    /// NaN if unknown.
    pub(crate) fn root_mean_squared_errors(&self) -> (f64, f64) {
        self.newest(Scores::rmse, |epoch| {
            [epoch.train_rmse, epoch.validation_rmse]
        })
    }

    /// Whether a number is predicted, not a class.
    pub(crate) fn is_regression(&self) -> bool {
        self.data.task.scale().is_some()
    }

    pub(crate) fn is_training(&self) -> bool {
        use Phase::{Pausing, Stepping, Training};
        matches!(self.phase, Training | Stepping | Pausing)
    }

    /// Time since the run was last saved, such as `12 s ago`; `None` if it never was.
    pub(crate) fn last_saved(&self) -> Option<String> {
        self.saved.map(|_| ago(self.unsaved_seconds()))
    }

    /// Estimates the time until an epoch or time limit is reached; none while not training, or without one.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        if !self.is_training() || self.samples_per_second <= 0.0 {
            return None;
        }
        let epochs = self.limits.epochs.map(|all| {
            let rows = (all as f64 - self.epochs()) * self.data.training.rows() as f64;
            rows / self.samples_per_second
        });
        let time = self
            .limits
            .time
            .map(|time| time.as_secs_f64() - self.seconds);
        let left = epochs.into_iter().chain(time).min_by(f64::total_cmp)?;
        Duration::try_from_secs_f64(left.max(0.0).ceil()).ok()
    }

    /// Seconds of training that would be lost without saving.
    pub(crate) fn unsaved_seconds(&self) -> f64 {
        match self.saved {
            Some((step, _)) if step == self.present().step => 0.0,
            Some((_, seconds)) => self.seconds - seconds,
            None => self.seconds,
        }
    }

    /// The first probe of type `P` in the newest snapshot, with its answer.
    pub(crate) fn probed<P: Probe>(&self) -> Option<(&P, &P::Answer)> {
        self.snapshot.as_ref()?.get::<P>()
    }

    /// The answer to the first probe of type `P` in the newest snapshot.
    pub(crate) fn answer<P: Probe>(&self) -> Option<&P::Answer> {
        self.snapshot.as_ref()?.answer::<P>()
    }

    /// The confusion matrix of the last evaluation, if it is of the present classes.
    pub(crate) fn confusion(&self) -> Option<&Confusion> {
        let confusion = self.outcomes.as_ref()?.confusion()?;
        let classes = self.data.class_names().len();
        (confusion.classes() == classes && classes > 0).then_some(confusion)
    }

    /// The columns of the table that the network uses.
    pub(crate) fn columns(&self) -> &[InputColumn] {
        &self.data.preprocessing.columns
    }

    /// Returns the set on which predictions are measured; see [`Prepared::measured`].
    pub(crate) fn measured_set(&self) -> Set {
        if std::ptr::eq(self.data.measured(), &self.data.training) {
            Set::Training
        } else {
            Set::Validation
        }
    }

    /// Returns the part of the data that `sample` is in, if it has that row.
    pub(crate) fn samples_with(&self, sample: SampleId) -> Option<&Samples> {
        let samples = sample.samples(&self.data);
        (sample.index < samples.rows()).then_some(samples)
    }

    /// Formats a target as it is in the table.
    pub(crate) fn target_text(&self, raw: f32) -> String {
        with_offset(raw, self.target_offset())
    }

    /// Formats a number in the unit of the target in about `cells` cells, true ones like predicted ones.
    pub(crate) fn target_number(&self, value: f64, cells: usize) -> String {
        let unit = self
            .data
            .task
            .scale()
            .map(|scale| scale.center_and_unit().1);
        in_unit(value, unit.unwrap_or(1.0), cells)
    }

    /// Formats an output in `cells` cells, or in [`NUMBER`] where there are fewer: as a number in the unit of the target,
    /// with all digits, and with the output itself in brackets, as far as they fit; `None` where classes are predicted.
    pub(crate) fn prediction(&self, output: f32, cells: u16) -> Option<String> {
        let value = self.data.task.scale()?.value(output) as f32;
        let widths = self.number_cells();
        if self.has_output_beside(cells) {
            let number = short(value, widths[0].into());
            return Some(format!("{number} ({})", short(output, NUMBER.into())));
        }
        let fitting = widths.iter().find(|width| **width <= cells);
        Some(short(value, fitting.copied().unwrap_or(NUMBER).into()))
    }

    /// Cells of a predicted number, in full and in a shorter form.
    fn number_cells(&self) -> &'static [u16] {
        let size = |scale: &TargetScale| scale.value(0.0).abs() + 4.0 * scale.center_and_unit().1;
        number_cells(self.data.task.scale().map_or(0.0, size))
    }

    /// Whether [`Self::prediction`] has the output in brackets in so many `cells`.
    pub(crate) fn has_output_beside(&self, cells: u16) -> bool {
        cells >= self.number_cells()[0] + BRACKETS
    }

    /// Cells of the forms of [`Self::prediction`], the longest first.
    pub(crate) fn prediction_cells(&self) -> Vec<u16> {
        let widths = self.number_cells();
        let both = widths[0] + BRACKETS;
        [both].into_iter().chain(widths.iter().copied()).collect()
    }

    /// Difference between a target in the table and its raw value.
    pub(crate) fn target_offset(&self) -> f64 {
        self.data.task.scale().map_or(0.0, |scale| scale.offset)
    }

    /// Returns the plan with everything that was asked for, acknowledged or not.
    pub fn planned(&self) -> &Plan {
        self.asked.as_ref().unwrap_or(&self.plan)
    }

    /// Returns the values of all settings, as asked for.
    pub(crate) fn choices(&self) -> Choices {
        let choices = Choices::of(self.planned(), self.limits, self.pace);
        let learning_rate = self.asked_learning_rate.or(choices.learning_rate);
        Choices {
            learning_rate,
            ..choices
        }
    }
}
