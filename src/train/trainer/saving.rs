//! Checkpoints of the worker: at intervals, on request, at the end, and back.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::{State, Trainer};
use crate::data::Origin;
use crate::error::Result;
use crate::model_file::FileDigest;
use crate::train::checkpoint::{
    About, Capture, Checkpoint, LOG_PATIENCE, RunState, Stamp, Written,
};
use crate::train::event_queue::{Recording, Sink};
use crate::train::messages::{Event, Replace};
use crate::train::speed::SpeedMeter;
use crate::train::{Conclusion, PhaseStepper, Resumed, Session};
use crate::util::lang::say;

impl<S: Sink> Trainer<S> {
    pub(super) fn stamp(&self) -> Stamp {
        Stamp {
            phases: self.stepper.as_ref().map(PhaseStepper::phases_done),
            ..self.stamp_of(&self.session)
        }
    }

    fn stamp_of(&self, session: &Session) -> Stamp {
        Stamp {
            restarts: self.restarts,
            position: session.position(),
            changes: session.log().len(),
            phases: None,
            model: self.settings.final_model.written(),
        }
    }

    /// Copies the state of the run; `None` for data that cannot be found again.
    fn capture(&self) -> Option<Capture> {
        let stepper = self.stepper.as_ref();
        let recording = self.events.recording().clone();
        let mut capture = self.capture_of(&self.session, recording)?;
        let progress = &mut capture.progress;
        progress.is_paused = matches!(self.state, State::Paused | State::Stepping) && !self.goes_on;
        progress.stepper = stepper.map(PhaseStepper::fields);
        capture.before_update = stepper.and_then(PhaseStepper::before_update).cloned();
        Some(capture)
    }

    /// Copies the state of `session`, the present one or one in its past, between two steps and paused.
    fn capture_of(&self, session: &Session, recording: Recording) -> Option<Capture> {
        let dataset = session.dataset();
        let origin = dataset.origin.as_ref()?;
        Some(Capture {
            about: About::new(self.saver.run(), &origin.source, session),
            origin: Origin::clone(origin),
            dataset: Arc::clone(dataset),
            session: session.state(),
            progress: RunState {
                recording,
                seconds: self.meter.seconds(),
                limits: self.settings.limits,
                pace: self.settings.pace,
                final_model: self.settings.final_model.clone(),
                due_changes: self.settings.due_changes.clone(),
                is_paused: true,
                stepper: None,
            },
            before_update: None,
        })
    }

    /// Returns the time until a checkpoint is due or may have been written.
    pub(super) fn wait_to_save(&self) -> Option<Duration> {
        if self.session.is_interrupted() {
            return None;
        }
        self.saver.wait(self.stamp())
    }

    /// Writes a checkpoint if one is due, and reports one that was written.
    pub(super) fn save_when_due(&mut self) {
        if let Some(written) = self.saver.poll() {
            self.report_written(written);
        }
        if self.saver.is_due(|| self.stamp())
            && !self.session.is_interrupted()
            && let Some(capture) = self.capture()
        {
            let logged = self.announce_checkpoint();
            self.saver.write_due(capture, self.stamp(), logged);
        }
    }

    /// Writes a checkpoint because a person wants it, by default to the file of the interval.
    pub(super) fn write_checkpoint(&mut self, path: PathBuf, replace: bool, is_last: bool) {
        let shown = if self.is_in_past() {
            let shown = self.shown_session();
            self.capture_of(shown, self.events.recording().until(shown))
        } else {
            self.capture()
        };
        let Some(capture) = shown.filter(|_| !self.session.is_interrupted()) else {
            let problem = say!(
                "nothing-to-resume",
                "there is no state that could be resumed"
            );
            return self.events.push(Event::Refused(problem.into()));
        };
        let target = (path, replace);
        let logged = self.announce_checkpoint();
        let stamp = if self.is_in_past() {
            self.stamp_of(self.shown_session())
        } else {
            self.stamp()
        };
        if let Some(before) = self
            .saver
            .write_asked(capture, stamp, target, is_last, logged)
        {
            self.report_written(before);
        }
    }

    /// Announces a checkpoint of this moment, after the metrics so far. The channel is closed once they are logged.
    fn announce_checkpoint(&mut self) -> Receiver<()> {
        let (logging, logged) = channel();
        self.report_progress();
        self.events.push(Event::CheckpointDue(logging));
        logged
    }

    fn report_written(&mut self, written: Written) {
        if self.saver.should_report(&written) {
            self.events.push(Event::CheckpointWritten {
                path: written.path,
                result: written.result,
                step: written.stamp.position.step,
                seconds: written.seconds,
                is_asked: written.is_asked,
            });
        }
    }

    /// Writes the checkpoint of this moment before a final model with these `contents` is written to `path`. A process
    /// that is killed between the two leaves a run that recognises its model.
    pub(super) fn announce_model(&mut self, path: &Path, contents: FileDigest) {
        if self.settings.final_model.announce(path, contents) {
            // If it fails, the last one at the end of the run reports that.
            let _ = self.write_last_checkpoint();
        }
    }

    /// Writes the checkpoint of this moment to the file of the interval, if there is one without it.
    ///
    /// # Errors
    /// [`CannotWrite`](crate::error::Error::CannotWrite), [`Exists`](crate::error::Error::Exists).
    fn write_last_checkpoint(&mut self) -> Result<()> {
        if let Some(written) = self.saver.finish() {
            self.report_written(written);
        }
        let stamp = self.stamp();
        if self.session.is_interrupted() || !self.saver.is_last_due(stamp) {
            return Ok(());
        }
        match self.capture() {
            Some(capture) => {
                let logged = self.announce_checkpoint();
                self.events.flush_for(LOG_PATIENCE);
                self.saver.write_last(capture, stamp, &logged)
            }
            None => Ok(()),
        }
    }

    /// Notes a successful export of the current state.
    pub(super) fn note_exported(&mut self) {
        let stamp = self.stamp();
        self.exported = Some(stamp);
        if !self.session.is_interrupted() {
            self.saver.note_saved(stamp);
        }
    }

    /// Writes the final model of a run that ends unexpectedly before anybody has tried to, as in a panic of the
    /// screen. Returns the path.
    fn rescue_model(&mut self) -> Option<PathBuf> {
        let model = &self.settings.final_model;
        let path = model.path.clone()?;
        let replace = Replace::Own.or_anything(model.is_forced);
        let is_tried = self.saver.has_lost_output || self.exported == Some(self.stamp());
        if self.is_end_expected || is_tried {
            return None;
        }
        self.export(&path, model.weights, replace);
        (!self.saver.has_lost_output).then_some(path)
    }

    /// Saves the run at its end: the model, if the end is unexpected, the last checkpoint and, if the end is unexpected or
    /// something could not be saved, the recovery file. That from which the run was resumed is deleted if another
    /// checkpoint holds the run, or if it ends as the user wants it with its model saved.
    pub fn conclude(&mut self) -> Conclusion {
        // The run is saved, not the moment that is shown.
        self.past = None;
        let rescued_model = self.rescue_model();
        let lacks_model = self.saver.has_lost_output;
        let failed_checkpoint = self.write_last_checkpoint().err();
        let stamp = self.stamp();
        let is_unsaved = !self.is_end_expected || self.saver.has_lost_output;
        let is_due = self.saver.is_recovery_due(stamp, self.meter.seconds());
        let recovery_file = if is_unsaved && is_due {
            let capture = self.capture();
            capture.and_then(|capture| self.saver.write_recovery(capture))
        } else {
            None
        };
        let is_done = self.is_end_expected && self.exported == Some(stamp);
        self.saver.close(stamp, is_done);
        Conclusion {
            position: Some(stamp.position),
            recovery_file,
            failed_checkpoint,
            checkpoint: self.saver.last_checkpoint(stamp),
            lacks_model,
            rescued_model,
        }
    }

    /// Continues from the checkpoint in `path`, and pauses there.
    pub(super) fn restore(&mut self, path: &Path) {
        // It may be the file of a checkpoint that is being written.
        if let Some(written) = self.saver.finish() {
            self.report_written(written);
        }
        let dataset = Arc::clone(self.session.dataset());
        let threads = self.session.threads();
        let restored = Checkpoint::read(path, threads).and_then(|checkpoint| {
            checkpoint.check_copy()?;
            checkpoint.resume_on(path, dataset, threads)
        });
        match restored {
            Ok((session, resumed)) => {
                self.replace_session(session);
                self.wait();
                self.saver.adopt(&resumed);
                self.continue_run(resumed);
                self.saver.start(self.stamp());
                self.announce_start();
            }
            Err(error) => self.events.push(Event::ResetFailed(error)),
        }
    }

    /// Continues curves, clock and, if the run waits inside a mini-batch, the phase stepper of a run that is
    /// resumed.
    pub(super) fn continue_run(&mut self, resumed: Resumed) {
        self.is_resumed = true;
        self.is_from_checkpoint = resumed.is_from_checkpoint;
        let before = &resumed.progress.final_model;
        self.settings.final_model.adopt(before);
        self.settings.due_changes = resumed.progress.due_changes;
        self.meter = SpeedMeter::continued(resumed.progress.seconds);
        self.events
            .start_series(&self.session, resumed.progress.recording);
        let stepper = resumed.progress.stepper;
        if self.state == State::Paused
            && let Some(fields) = stepper
        {
            self.stepper = PhaseStepper::restored(fields, resumed.before_update, &self.session);
        }
    }
}
