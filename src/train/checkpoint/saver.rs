//! When and where a run is saved: checkpoints at intervals, on request and at its end.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{About, Checkpoint, CheckpointOption, Interval, Resumed, RunState, read_about};
use crate::data::{Dataset, Fingerprint, Origin};
use crate::error::{Error, Result};
use crate::model_file::{Access, FileDigest, NamedFiles, is_same_file, write_with};
use crate::nn::Parameters;
use crate::train::recovery::{self, RecoveryOption};
use crate::train::session::SessionState;
use crate::train::{Position, Settings};
use crate::util::lang::say;
use crate::util::random::fresh_id;

/// Longest time for which a checkpoint waits for the logs of what was before it.
pub(in crate::train) const LOG_PATIENCE: Duration = Duration::from_secs(2);

/// Moment of a run; two equal ones have the same state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::train) struct Stamp {
    pub restarts: u32,
    pub position: Position,
    /// Number of live changes.
    pub changes: usize,
    /// Phases done in the mini-batch of the phase stepper.
    pub phases: Option<usize>,
    /// Contents of the final model, which a later run may replace.
    pub model: Option<FileDigest>,
}

/// State of a run as the training thread hands it over; the rest of the work on a checkpoint is done elsewhere.
pub(in crate::train) struct Capture {
    pub about: About,
    pub origin: Origin,
    pub dataset: Arc<Dataset>,
    pub session: SessionState,
    pub progress: RunState,
    pub before_update: Option<Parameters>,
}

/// Result of writing a checkpoint.
pub(in crate::train) struct Written {
    pub path: PathBuf,
    pub stamp: Stamp,
    /// Seconds of training at that time.
    pub seconds: f64,
    /// Whether a person asked for it.
    pub is_asked: bool,
    /// Length of the file in bytes.
    pub result: Result<u64>,
}

/// Saves a run, and knows when it was last saved.
pub(in crate::train) struct Saver {
    option: Option<CheckpointOption>,
    recovery: Option<RecoveryOption>,
    /// Number of this run, and of the run that it resumes.
    runs: Vec<String>,
    /// Recovery file that this run came from and goes on in, which is deleted once the run is saved elsewhere.
    recovery_file: Option<PathBuf>,
    /// Files that no checkpoint may replace.
    files: NamedFiles,
    /// Computed by the first checkpoint, since that takes a while for large data.
    fingerprint: Arc<OnceLock<Fingerprint>>,
    pending: Option<Pending>,
    /// Time of the next checkpoint, if they are written by time.
    next: Instant,
    /// Whether the epochs of an interval have passed.
    is_wanted: bool,
    /// Moment of the last checkpoint at an interval, successful or not.
    last_attempt: Option<Stamp>,
    /// Whether the last attempt to write the file of the interval failed.
    has_failed: bool,
    /// Moment of the checkpoint in the file of the interval.
    in_interval_file: Option<Stamp>,
    /// Moment at which the run was last saved, as model or checkpoint.
    saved_at: Option<Stamp>,
    /// Last checkpoint other than the recovery file, and its moment.
    other_checkpoint: Option<(PathBuf, Stamp)>,
    /// Moment at which the run began, or was restored.
    start: Option<Stamp>,
    /// Time of that moment.
    started_at: Instant,
    /// Whether a model or the last checkpoint was to be saved since, and could not be.
    pub has_lost_output: bool,
}

struct Pending {
    path: PathBuf,
    stamp: Stamp,
    seconds: f64,
    is_asked: bool,
    thread: JoinHandle<Result<u64>>,
}

impl Saver {
    /// Creates a saver for a run with these settings. A run on data that cannot be found again is not saved.
    pub fn new(settings: &Settings, dataset: &Dataset) -> Self {
        let can_resume = dataset.origin.is_some();
        let mut saver = Self {
            option: settings.checkpoint.clone().filter(|_| can_resume),
            recovery: settings.recovery.clone().filter(|_| can_resume),
            runs: vec![fresh_id()],
            recovery_file: None,
            files: settings.files.clone(),
            fingerprint: Arc::default(),
            pending: None,
            next: Instant::now(),
            is_wanted: false,
            last_attempt: None,
            has_failed: false,
            in_interval_file: None,
            saved_at: None,
            other_checkpoint: None,
            start: None,
            started_at: Instant::now(),
            has_lost_output: false,
        };
        saver.schedule();
        let recovery = saver.recovery.as_ref();
        if let Some(folder) = recovery.and_then(|recovery| recovery.folder.as_deref()) {
            recovery::remove_leftovers(folder);
        }
        if let Some(resumed) = &settings.resumed {
            saver.adopt(resumed);
        }
        saver
    }

    /// Continues a run that was restored. The checkpoint file of another run before it is left alone.
    pub fn adopt(&mut self, resumed: &Resumed) {
        if !self.runs.contains(&resumed.run) {
            self.runs = vec![fresh_id(), resumed.run.clone()];
        }
        self.recovery_file.clone_from(&resumed.recovery_file);
    }

    /// Starts anew at the moment `now`, at which nothing can be lost.
    pub fn start(&mut self, now: Stamp) {
        self.start = Some(now);
        self.started_at = Instant::now();
    }

    /// Random number of this run.
    pub fn run(&self) -> &str {
        &self.runs[0]
    }

    fn schedule(&mut self) {
        self.is_wanted = false;
        if let Some(Interval::Time(time)) = self.option.as_ref().map(|option| option.every) {
            self.next = Instant::now() + time;
        }
    }

    /// Notes the end of an epoch, counted from 1. Returns whether a checkpoint at an interval of epochs is due.
    pub fn end_epoch(&mut self, epoch: u64) -> bool {
        if let Some(Interval::Epochs(epochs)) = self.option.as_ref().map(|option| option.every) {
            self.is_wanted |= epoch.is_multiple_of(epochs.into());
        }
        self.is_wanted
    }

    /// Returns the time until a checkpoint is due or a result is to be expected; `None` if neither is.
    pub fn wait(&self, now: Stamp) -> Option<Duration> {
        if self.pending.is_some() {
            return Some(Duration::from_millis(20));
        }
        let is_by_time = matches!(self.option.as_ref()?.every, Interval::Time(_));
        (is_by_time && self.last_attempt != Some(now))
            .then(|| self.next.saturating_duration_since(Instant::now()))
    }

    /// Returns whether a checkpoint is to be written now.
    pub fn is_due(&self, now: impl FnOnce() -> Stamp) -> bool {
        let Some(option) = &self.option else {
            return false;
        };
        let is_time = match option.every {
            Interval::Time(_) => Instant::now() >= self.next,
            Interval::Epochs(_) => self.is_wanted,
        };
        is_time && self.pending.is_none() && self.last_attempt != Some(now())
    }

    /// Writes the checkpoint at an interval in a thread of its own, once `logged` is closed.
    pub fn write_due(&mut self, capture: Capture, stamp: Stamp, logged: Receiver<()>) {
        let Some(CheckpointOption { path, replace, .. }) = self.option.clone() else {
            return;
        };
        self.schedule();
        self.last_attempt = Some(stamp);
        self.spawn(capture, stamp, (path, replace), false, logged);
    }

    /// Writes a checkpoint to `path` in a thread of its own, once `logged` is closed. Waits for one that is being written. Unless the run ends
    /// with it, the file is from now on a checkpoint like any other, even if it was the recovery file.
    pub fn write_asked(
        &mut self,
        capture: Capture,
        stamp: Stamp,
        target: (PathBuf, bool),
        is_last: bool,
        logged: Receiver<()>,
    ) -> Option<Written> {
        let before = self.finish();
        if !is_last {
            self.recovery_file
                .take_if(|recovery_file| is_same_file(recovery_file, &target.0));
        }
        self.spawn(capture, stamp, target, true, logged);
        before
    }

    fn spawn(
        &mut self,
        capture: Capture,
        stamp: Stamp,
        (path, replace): (PathBuf, bool),
        is_asked: bool,
        logged: Receiver<()>,
    ) {
        let seconds = capture.progress.seconds;
        let write = self.writing(capture, path.clone(), replace);
        let thread = thread::Builder::new().name("checkpoint".into());
        // Without a thread, this checkpoint is left out.
        let write = move || {
            wait_for_logs(&logged);
            write()
        };
        if let Ok(thread) = thread.spawn(write) {
            self.pending = Some(Pending {
                path,
                stamp,
                seconds,
                is_asked,
                thread,
            });
        }
    }

    /// Returns the work of writing a checkpoint.
    fn writing(
        &self,
        capture: Capture,
        path: PathBuf,
        replace: bool,
    ) -> impl FnOnce() -> Result<u64> + Send + 'static {
        let fingerprint = Arc::clone(&self.fingerprint);
        let runs = self.runs.clone();
        let allowed = self.files.check("--checkpoint", &path);
        let access = if self.is_recovery_file(&path) {
            Access::Owner
        } else {
            Access::Usual
        };
        move || {
            allowed?;
            let checkpoint = capture.complete(&fingerprint);
            let replace = replace || is_of(&path, &runs);
            write_with(&path, replace, access, |out| checkpoint.write(out))
        }
    }

    /// Returns the result of a checkpoint that has been written since the last call.
    pub fn poll(&mut self) -> Option<Written> {
        let is_finished = |pending: &Pending| pending.thread.is_finished();
        self.pending
            .as_ref()
            .is_some_and(is_finished)
            .then(|| self.finish())?
    }

    /// Waits for the checkpoint that is being written. If the file of the interval could not be written, the
    /// next one that a person names takes its place.
    pub fn finish(&mut self) -> Option<Written> {
        let Pending {
            path,
            stamp,
            seconds,
            is_asked,
            thread,
        } = self.pending.take()?;
        let panicked = |_| {
            Err(Error::Worker(
                say!("checkpoint-panicked", "writing a checkpoint failed").into(),
            ))
        };
        let result = thread.join().unwrap_or_else(panicked);
        let written = Written {
            path,
            stamp,
            seconds,
            is_asked,
            result,
        };
        if written.result.is_ok() {
            self.note_checkpoint(&written.path, written.stamp);
            if let Some(option) = &mut self.option
                && (self.has_failed || option.path == written.path)
            {
                option.path.clone_from(&written.path);
                self.in_interval_file = Some(written.stamp);
            }
        }
        Some(written)
    }

    /// Returns whether a failure is to be reported: not again and again for the same file.
    pub fn should_report(&mut self, written: &Written) -> bool {
        let has_failed = written.result.is_err();
        let is_news = written.is_asked || !has_failed || !self.has_failed;
        let option = self.option.as_ref();
        if option.is_some_and(|option| option.path == written.path) {
            self.has_failed = has_failed;
        }
        is_news
    }

    /// Notes that the run was saved, as model or in a checkpoint that a person named.
    pub fn note_saved(&mut self, stamp: Stamp) {
        self.saved_at = Some(stamp);
        self.has_lost_output = false;
    }

    /// Notes that the checkpoint of the moment `stamp` is in `path`.
    fn note_checkpoint(&mut self, path: &Path, stamp: Stamp) {
        if self.is_recovery_file(path) {
            self.saved_at = Some(stamp);
        } else {
            self.note_saved(stamp);
            self.other_checkpoint = Some((path.to_owned(), stamp));
        }
    }

    fn is_recovery_file(&self, path: &Path) -> bool {
        let recovery_file = self.recovery_file.as_ref();
        recovery_file.is_some_and(|recovery_file| is_same_file(recovery_file, path))
    }

    /// Notes that an output could not be written: the run is worth a recovery file, however short it was.
    pub fn note_lost_output(&mut self) {
        self.has_lost_output = true;
        self.saved_at = None;
    }

    /// Returns whether a last checkpoint is to be written at the end of a run at `now`: the one in the file is
    /// of another moment.
    pub fn is_last_due(&self, now: Stamp) -> bool {
        self.option.is_some() && self.in_interval_file != Some(now)
    }

    /// Writes the last checkpoint, once `logged` is closed.
    ///
    /// # Errors
    /// [`Error::CannotWrite`], [`Error::Exists`].
    pub fn write_last(
        &mut self,
        capture: Capture,
        stamp: Stamp,
        logged: &Receiver<()>,
    ) -> Result<()> {
        let Some(CheckpointOption { path, replace, .. }) = self.option.clone() else {
            return Ok(());
        };
        wait_for_logs(logged);
        let written = self.writing(capture, path.clone(), replace)();
        match written {
            Ok(_) => {
                self.in_interval_file = Some(stamp);
                self.note_checkpoint(&path, stamp);
            }
            Err(_) => self.note_lost_output(),
        }
        written.map(drop)
    }

    /// Returns the path of the checkpoint of the moment `now`, if there is one.
    pub fn last_checkpoint(&self, now: Stamp) -> Option<PathBuf> {
        let option = self
            .option
            .as_ref()
            .filter(|_| self.in_interval_file == Some(now));
        let own = option.map(|option| &option.path);
        // Its folder may be gone.
        let path = self.other_checkpoint(now).or(own);
        path.filter(|path| path.exists()).cloned()
    }

    /// Returns the path of the checkpoint of the moment `now` other than the recovery file, if there is one.
    fn other_checkpoint(&self, now: Stamp) -> Option<&PathBuf> {
        let elsewhere = self.other_checkpoint.as_ref();
        let (path, _) = elsewhere.filter(|(_, stamp)| *stamp == now)?;
        Some(path)
    }

    /// Returns whether a run that ends unexpectedly at `now`, after `trained` seconds with those before it was resumed,
    /// is worth a recovery file. Time counts while the run waits too: for the next step by hand.
    pub fn is_recovery_due(&self, now: Stamp, trained: f64) -> bool {
        let is_worth = |recovery: &RecoveryOption| {
            let seconds = self.started_at.elapsed().as_secs_f64().max(trained);
            let is_long = seconds >= recovery.after.as_secs_f64();
            self.has_lost_output || is_long && self.start != Some(now)
        };
        self.saved_at != Some(now) && self.recovery.as_ref().is_some_and(is_worth)
    }

    /// Writes the recovery file.
    pub fn write_recovery(&mut self, capture: Capture) -> Option<Result<PathBuf>> {
        let folder = self.recovery.as_ref()?.folder.as_deref();
        let saved = recovery::save(&capture.complete(&self.fingerprint), folder);
        if saved.is_ok() {
            self.delete_recovered();
        }
        Some(saved)
    }

    /// Ends a run at `now`: the recovery file that it came from is of no more use if another checkpoint holds the run,
    /// or if nobody wants to go on with it.
    pub fn close(&mut self, now: Stamp, is_done: bool) {
        if is_done || self.other_checkpoint(now).is_some() {
            self.delete_recovered();
        }
    }

    fn delete_recovered(&mut self) {
        if let Some(file) = self.recovery_file.take()
            // Another run that was resumed from it may go on in it.
            && is_of(&file, &self.runs)
        {
            // If it stays, it is offered once more.
            let _ = fs::remove_file(&file);
            let option = self.option.as_ref();
            self.in_interval_file
                .take_if(|_| option.is_some_and(|option| option.path == file));
        }
    }
}

impl Capture {
    fn complete(self, fingerprint: &OnceLock<Fingerprint>) -> Checkpoint {
        Checkpoint {
            fingerprint: fingerprint
                .get_or_init(|| Fingerprint::of(&self.dataset))
                .clone(),
            about: self.about,
            origin: self.origin,
            session: self.session,
            progress: self.progress,
            before_update: self.before_update,
        }
    }
}

/// Waits until the logs hold what was before a checkpoint: a run that is killed and resumed goes on after the checkpoint.
fn wait_for_logs(logged: &Receiver<()>) {
    // A log on a slow disk gets the rest later.
    let _ = logged.recv_timeout(LOG_PATIENCE);
}

/// Returns whether the file at `path` is a checkpoint of one of `runs`.
fn is_of(path: &Path, runs: &[String]) -> bool {
    read_about(path).is_ok_and(|about| runs.contains(&about.run))
}
