//! Checkpoints: files from which a run continues bit for bit as if it had never stopped.

mod file;
mod interval;
mod saver;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::event_queue::Recording;
use super::limits::Limits;
use super::pace::Pace;
use super::phase_stepper::StepperFields;
use super::session::{SessionState, Weights};
use super::{Plan, Position, Session};
use crate::data::{Dataset, Fingerprint, Origin, Source, prepare};
use crate::error::{Error, Result};
use crate::model_file::{FileDigest, is_same_file};
use crate::nn::engine::{CHUNK, Threads};
use crate::nn::{LoggedChange, ParameterId, Parameters};
use crate::util::lang::say;
use crate::util::memory;
pub(crate) use file::read_about;
pub use interval::Interval;
pub(crate) use interval::{parse_time, show_time};
pub(super) use saver::{Capture, LOG_PATIENCE, Saver, Stamp, Written};

/// File to which a run writes its checkpoints.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckpointOption {
    /// Path of the file.
    pub path: PathBuf,
    /// Time or epochs between two checkpoints.
    pub every: Interval,
    /// Whether the checkpoint of another run may be replaced.
    pub replace: bool,
}

/// Description of the run and its position; the second line of a checkpoint file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct About {
    /// Random number of the run, 16 hexadecimal digits.
    pub run: String,
    /// Short name of the data.
    pub data: String,
    pub source: Source,
    pub network: String,
    pub epoch: u64,
    pub step: u64,
    /// Time of writing, in milliseconds since 1970.
    pub saved: u64,
}

/// Model that a run writes when it ends.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinalModel {
    /// Absolute path of the file; `None` if nothing is written without being asked for.
    pub path: Option<PathBuf>,
    /// Weights that the model and the final scores have.
    pub weights: Weights,
    /// Whether a run without a screen trains a second network on training and validation rows at its end, and writes
    /// that.
    #[serde(default)]
    pub refit: bool,
    /// Whether the file of somebody else may be replaced.
    #[serde(skip)]
    pub(in crate::train) is_forced: bool,
    /// Contents of the file that the run has written, or is about to write.
    #[serde(default)]
    written: Option<FileDigest>,
    /// Contents that the run has written before, until the next ones are in place.
    #[serde(default)]
    before: Option<FileDigest>,
}

impl FinalModel {
    /// Creates a model that is not written yet. If it `is_forced`, it may replace any file.
    pub(crate) fn new(path: Option<PathBuf>, weights: Weights, is_forced: bool) -> Self {
        Self {
            path,
            weights,
            refit: false,
            is_forced,
            written: None,
            before: None,
        }
    }

    /// Returns whether the run may replace the file at `path`: it has written it itself, and nobody has changed it.
    pub(crate) fn may_replace(&self, path: &Path) -> bool {
        self.is_at(path) && self.own_contents(path).is_some()
    }

    /// Notes that a model with these `contents` is about to be written to `path`. Returns whether that is the file of
    /// the final model.
    pub(super) fn announce(&mut self, path: &Path, contents: FileDigest) -> bool {
        let is_final = self.is_at(path);
        if is_final {
            self.before = self.own_contents(path);
            self.written = Some(contents);
        }
        is_final
    }

    /// Returns the contents of the file that the run has written, or is about to write.
    pub(super) fn written(&self) -> Option<FileDigest> {
        self.written
    }

    /// Continues the final model of the run that is resumed, and its file if it is the same.
    pub(super) fn adopt(&mut self, resumed: &Self) {
        self.refit = resumed.refit;
        if self.written.is_none() && self.path == resumed.path {
            (self.written, self.before) = (resumed.written, resumed.before);
        }
    }

    /// Returns the contents of the file at `path` if they are from this run.
    fn own_contents(&self, path: &Path) -> Option<FileDigest> {
        let found = FileDigest::of(path).ok();
        found.filter(|_| [self.written, self.before].contains(&found))
    }

    fn is_at(&self, path: &Path) -> bool {
        let own = self.path.as_deref();
        own.is_some_and(|own| is_same_file(own, path))
    }
}

/// Progress of a run apart from its session.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunState {
    pub(in crate::train) recording: Recording,
    /// Seconds spent on training.
    pub seconds: f64,
    /// Limits after which the training finishes.
    pub limits: Limits,
    pub pace: Pace,
    pub is_paused: bool,
    #[serde(default)]
    pub final_model: FinalModel,
    /// Changes still to be made at their steps, which ascend.
    #[serde(default)]
    pub due_changes: Vec<LoggedChange>,
    /// Position of the phase stepper inside a mini-batch.
    pub(in crate::train) stepper: Option<StepperFields>,
}

/// State of a run at one moment.
#[derive(Debug)]
pub struct Checkpoint {
    pub(crate) about: About,
    /// Source of the data and options of loading.
    pub(crate) origin: Origin,
    fingerprint: Fingerprint,
    pub(super) session: SessionState,
    pub(crate) progress: RunState,
    /// Parameters before the last update, for the phase stepper.
    pub(super) before_update: Option<Parameters>,
}

/// A run that is resumed: what continues apart from the session.
#[derive(Debug, Clone)]
pub struct Resumed {
    /// Runs whose checkpoints this run may replace.
    pub(super) run: String,
    pub(super) progress: RunState,
    pub(super) before_update: Option<Parameters>,
    /// Recovery file it came from, which is deleted once the run is saved elsewhere.
    pub recovery_file: Option<PathBuf>,
    /// Whether the run, or the one it is a copy of, continues a checkpoint.
    pub(super) is_from_checkpoint: bool,
}

impl Resumed {
    /// Returns what a run continues that begins in the state of another one, whose files are none of its own.
    pub(super) fn beside(progress: RunState, is_from_checkpoint: bool) -> Self {
        Self {
            is_from_checkpoint,
            run: String::new(),
            progress,
            before_update: None,
            recovery_file: None,
        }
    }

    /// Leaves the mini-batch in which the phase stepper was. The session is not affected.
    pub(crate) fn leave_mini_batch(&mut self) {
        self.progress.stepper = None;
    }
}

impl About {
    /// Creates a description that is written now.
    pub(super) fn new(run: &str, source: &Source, session: &Session) -> Self {
        let Position { epoch, step, .. } = session.position();
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            run: run.to_owned(),
            data: session.dataset().name.clone(),
            source: source.clone(),
            network: session.architecture().to_string(),
            epoch,
            step,
            saved: now.map_or(0, |time| {
                u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
            }),
        }
    }
}

impl Checkpoint {
    /// Reads the checkpoint in `path`.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] with the problem found; [`Error::NoSuchInput`]; [`Error::CannotRead`].
    pub fn read(path: &Path, threads: Threads) -> Result<Self> {
        file::read(path, threads)
    }

    /// Returns the plan at the start of the training.
    pub(crate) fn plan(&self) -> &Plan {
        self.session.plan()
    }

    /// Returns the values that parameters were given at the start.
    pub(crate) fn initial_values(&self) -> &[(ParameterId, f32)] {
        self.session.initial_values()
    }

    /// Returns whether the file at `path` is a checkpoint of the same run.
    pub(crate) fn is_in(&self, path: &Path) -> bool {
        read_about(path).is_ok_and(|about| about.run == self.about.run)
    }

    /// Checks that there is memory to go on training on a table of `rows` rows, beside what is read already.
    ///
    /// # Errors
    /// [`Error::Memory`].
    pub(crate) fn check_fits(&self, rows: usize) -> Result<()> {
        let held = u64::try_from(self.session.bytes()).unwrap_or(u64::MAX);
        let rows = self.plan().batch.get().min(rows);
        let free = memory::available().map(|free| free.saturating_add(held));
        self.session.architecture().check_fits(rows, free)
    }

    /// Checks that there is memory for its session beside the one that is there.
    ///
    /// # Errors
    /// [`Error::Memory`].
    pub(super) fn check_copy(&self) -> Result<()> {
        let rows = self.plan().batch.get().min(CHUNK);
        let needed = self.session.architecture().copy_bytes(rows);
        memory::check(say!("purpose-copy", "a copy of the network"), needed)
    }

    /// Restores session and run on `dataset`. `path` is where the checkpoint was read from.
    ///
    /// # Errors
    /// [`Error::OtherData`] if the data are not those of the run; [`Error::Checkpoint`] for a state that
    /// contradicts itself.
    pub fn resume(
        self,
        path: &Path,
        mut dataset: Dataset,
        threads: Threads,
    ) -> Result<(Session, Resumed)> {
        // Exports name the data, and standard input has another name than a file.
        dataset.name.clone_from(&self.about.data);
        self.resume_on(path, Arc::new(dataset), threads)
    }

    /// Restores session and run on a data set that is loaded already.
    ///
    /// # Errors
    /// Those of [`resume`](Self::resume).
    pub(super) fn resume_on(
        self,
        path: &Path,
        dataset: Arc<Dataset>,
        threads: Threads,
    ) -> Result<(Session, Resumed)> {
        if let Some(difference) = self.fingerprint.difference(&Fingerprint::of(&dataset)) {
            return Err(Error::OtherData {
                data: dataset.source.clone(),
                checkpoint: path.to_owned(),
                difference,
            });
        }
        let plan = self.session.plan();
        let data = prepare(&dataset, plan.validation, plan.seed)?.with_targets(plan.targets)?;
        let session = Session::from_state(self.session, dataset, data, threads);
        let session = session.map_err(|problem| file::unusable(path, &problem))?;
        let resumed = Resumed {
            run: self.about.run,
            progress: self.progress,
            before_update: self.before_update,
            recovery_file: None,
            is_from_checkpoint: true,
        };
        Ok((session, resumed))
    }
}
