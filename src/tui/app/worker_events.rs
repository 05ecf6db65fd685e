//! Handling of the worker's events by the parts of the state.

use std::path::{Path, PathBuf};

use super::messages::Effect;
use super::model::{Confirm, Model, Overlay};
use super::training::Phase;
use crate::error::Error;
use crate::model_file::Saved;
use crate::train::{BestEpoch, Event, Limit, Weights, show_time};
use crate::tui::text;
use crate::util::lang::say;
use crate::util::numbers::file_size;
use crate::util::text::sanitise;

impl Model {
    /// Updates the parts of the state, then what concerns several of them. Nothing is seen of a run that is not `shown`.
    pub(super) fn handle_event(&mut self, event: Event, is_shown: bool) {
        self.settle(&event);
        if let Event::Changed { change, .. } = &event {
            self.report_change(change);
        }
        let is_main = self.shown_lane() == 0;
        if let Some(course) = self.course.as_mut().filter(|_| is_main) {
            course.note_event(&event, self.run.restarts);
        }
        let was_finished = matches!(self.run.phase, Phase::Finished(_)) || self.run.past.is_some();
        let was_returning = self.run.is_returning;
        self.run.update(&event);
        if is_main && matches!(event, Event::Changed { .. } | Event::Started(_)) {
            self.renew_quiz();
        }
        if is_shown {
            self.navigation.update(&event, &self.run.data);
            self.inspector.update(&event);
            self.motion.update(&event);
        }
        if let (Event::Progress(_) | Event::Started(_), true) = (&event, is_shown) {
            let run = &self.run;
            self.navigation.plot.follow(&run.history, &run.ghosts);
        }
        match event {
            Event::State { .. } => match &self.run.phase {
                Phase::Finished(limit) if !was_finished => {
                    match limit {
                        Limit::Epochs => {}
                        Limit::Patience(epochs) => {
                            self.prompt.status(text::stopped_early(epochs));
                        }
                        Limit::Time(time) => {
                            self.prompt
                                .status(text::time_limit_reached(show_time(*time)));
                        }
                    }
                    self.export_at_end();
                }
                Phase::Failed(message) => self.prompt.error(text::training_failed(message)),
                Phase::Training if was_finished => self.prompt.status(text::limit_lifted()),
                _ => {}
            },
            Event::Found { position, taken } => self.on_rows_found(position, taken),
            Event::Exported {
                path,
                weights,
                best,
                result,
                step,
            } => match result {
                Ok(saved) => self.exported(path, (weights, best), saved, step),
                Err(error) => {
                    self.forget_export(&path);
                    self.export_failed(&path, weights, error);
                }
            },
            Event::TrainingExported { path, result } => match result {
                Ok(bytes) => {
                    let path = sanitise(&path.display().to_string());
                    self.prompt
                        .status(text::script_saved(path, file_size(bytes)));
                }
                Err(Error::Exists(path)) => {
                    let question = Confirm::ReplaceByScript(path);
                    self.prompt.overlay = Some(Overlay::Confirm(question));
                }
                Err(error) => self.prompt.error(error.to_string()),
            },
            Event::CheckpointWritten {
                path,
                result,
                is_asked,
                ..
            } => {
                self.checkpoint_written(&path, result, is_asked);
            }
            Event::ResetFailed(error) => self.prompt.error(error.to_string()),
            Event::Refused(why) => {
                // A run that cannot be resumed has no last checkpoint.
                self.run.checkpointing = None;
                self.quit_when_saved();
                if self.inspector.gradients.is_none() {
                    let overlay = &mut self.prompt.overlay;
                    overlay.take_if(|overlay| matches!(overlay, Overlay::Gradients(_)));
                }
                let overlay = &mut self.prompt.overlay;
                overlay.take_if(|overlay| matches!(overlay, Overlay::Preflight(_)));
                self.prompt.error(why);
            }
            Event::GradientsChecked(check) => self.on_gradients_checked(*check),
            Event::RatesTried(curve) => self.on_rates_tried(*curve),
            Event::Preflight(checks) => self.on_preflight(checks),
            Event::Moment(_) => self.on_moment(),
            Event::Started(started) => self.on_branch(&started, was_returning),
            Event::LanesMade(lanes) => self.on_lanes_made(*lanes),
            // Those of a lane that was opened; its end is no loss.
            Event::Stopped if self.shown_lane() != 0 => {}
            Event::Stopped if self.leaving.is_none() => self.prompt.error(text::thread_ended()),
            // An export that is still waited for was not written.
            Event::Stopped => {
                let error = Error::Worker(say!("worker-ended", "it ended unexpectedly").into());
                self.effects.push(Effect::Fail(error));
            }
            Event::Progress(_)
            | Event::Distributions(_)
            | Event::Evaluated { .. }
            | Event::Changed { .. }
            | Event::StepPosition(_)
            | Event::ImportanceMeasured(_)
            | Event::Refitted(_)
            | Event::HandedOver(_)
            | Event::Snapshot
            | Event::CheckpointDue(_) => {}
        }
    }

    fn checkpoint_written(&mut self, path: &Path, result: Result<u64, Error>, is_asked: bool) {
        if is_asked && self.run.checkpointing.as_deref() == Some(path) {
            return self.last_checkpoint_written(path, result);
        }
        match result {
            Ok(bytes) if is_asked => {
                self.run.checkpoint = Some(path.to_owned());
                let (path, size) = (sanitise(&path.display().to_string()), file_size(bytes));
                self.prompt.status(text::checkpoint_written(path, size));
            }
            Ok(_) => {}
            Err(Error::Exists(path)) if is_asked && self.leaving.is_none() => {
                let question = Confirm::ReplaceByCheckpoint(path);
                self.prompt.overlay = Some(Overlay::Confirm(question));
            }
            Err(error) => self.prompt.error(text::checkpoint_failed(error)),
        }
    }

    fn forget_export(&mut self, path: &Path) {
        let exporting = &mut self.run.exporting;
        if let Some(at) = exporting.iter().position(|other| other == path) {
            exporting.remove(at);
        }
    }

    /// Notes that a model was written: the weights that were asked for, and the best epoch if it has them.
    fn exported(
        &mut self,
        path: PathBuf,
        (weights, best): (Weights, Option<BestEpoch>),
        saved: Saved,
        step: u64,
    ) {
        self.forget_export(&path);
        if self.run.past.is_none() {
            self.run.saved = Some((step, self.run.seconds));
        }
        let is_instead = std::mem::take(&mut self.run.needs_other_path);
        if let Some(export) = &mut self.run.export
            && (is_instead || export.path == path)
        {
            export.path.clone_from(&path);
            // The worker knows the file of `--export` that the run has written.
            export.replace |= is_instead;
            self.run.exported_at = (weights == self.run.weights).then_some(step);
        }
        let (path, size) = (
            sanitise(&path.display().to_string()),
            file_size(saved.bytes),
        );
        let verification = saved.verification;
        let saved = match best {
            Some(best) => {
                let epoch = self.run.position.epoch;
                text::saved_best(&path, &size, best.epoch, epoch, verification)
            }
            None if self.run.best.is_some() || self.run.past.is_some() => {
                let current = text::save_current(self.run.position.epoch);
                text::saved_current(&path, &size, current, verification)
            }
            None => text::saved(&path, &size, verification),
        };
        self.run.saved_as = Some(saved.clone());
        self.prompt.status(saved);
        self.quit_when_saved();
    }
}
