//! Handling of the worker's events by the parts of the state.

use std::path::{Path, PathBuf};

use super::model::{Model, Overlay};
use super::training::Phase;
use super::update::Effect;
use crate::error::Error;
use crate::model_file::Saved;
use crate::nn::Change;
use crate::train::{Event, Position, State};
use crate::tui::text;
use crate::util::numbers::file_size;
use crate::util::text::sanitise;

impl Model {
    pub(super) fn handle_event(&mut self, event: Event) {
        match event {
            Event::Started(started) => {
                self.run.restart(&started);
                self.navigation.restart(&self.run.data);
                self.inspector.restart();
            }
            Event::State { state, position } => self.enter_state(state, position),
            Event::Progress(progress) => self.run.add_progress(&progress),
            Event::Evaluated {
                position,
                evaluation,
            } => {
                self.run.set_evaluation(position, *evaluation);
            }
            Event::Found { position, taken } => self.on_rows_found(position, taken),
            Event::Exported { path, result, step } => self.exported(path, result, step),
            Event::CheckpointWritten {
                path,
                result,
                step,
                seconds,
                is_asked,
            } => {
                if result.is_ok() {
                    self.run.saved = Some((step, seconds));
                }
                self.checkpoint_written(&path, result, is_asked);
            }
            Event::ResetFailed(error) => self.prompt.error(error.to_string()),
            Event::Changed { change, now } => {
                self.report_change(&change);
                if !matches!(change, Change::Parameter { .. }) {
                    self.inspector.edited = None;
                }
                self.run.apply(*now);
            }
            Event::Refused(why) => self.take_refusal(why),
            Event::StepPosition(position) => {
                self.navigation.show_step(position);
                self.inspector.step = position;
            }
            Event::GradientsChecked(check) => self.on_gradients_checked(*check),
            Event::Stopped if self.leaving.is_none() => self.prompt.error(text::thread_ended()),
            // An export that is still waited for was not written.
            Event::Stopped => {
                let error = Error::Worker("it ended unexpectedly".into());
                self.effects.push(Effect::Fail(error));
            }
            Event::Snapshot => {}
        }
    }

    fn enter_state(&mut self, state: State, position: Position) {
        let was_finished = self.run.phase == Phase::Finished;
        self.run.enter(state, position);
        match &self.run.phase {
            Phase::Finished if !was_finished => self.export_at_end(),
            Phase::Failed(message) => {
                let text = text::training_failed(message);
                self.prompt.error(text);
            }
            _ => {}
        }
    }

    fn take_refusal(&mut self, why: String) {
        self.run.acknowledge(None);
        self.inspector.edited = None;
        if self.inspector.gradients.is_none() {
            let overlay = &mut self.prompt.overlay;
            overlay.take_if(|overlay| matches!(overlay, Overlay::Gradients(_)));
        }
        self.prompt.error(why);
    }

    fn checkpoint_written(&mut self, path: &Path, result: Result<u64, Error>, is_asked: bool) {
        match result {
            Ok(bytes) if is_asked => {
                let (path, size) = (sanitise(&path.display().to_string()), file_size(bytes));
                self.prompt.status(text::checkpoint_written(path, size));
            }
            Ok(_) => {}
            Err(error) => self.prompt.error(text::checkpoint_failed(error)),
        }
    }

    fn exported(&mut self, path: PathBuf, result: Result<Saved, Error>, step: u64) {
        let exporting = &mut self.run.exporting;
        if let Some(at) = exporting.iter().position(|other| *other == path) {
            exporting.remove(at);
        }
        match result {
            Ok(Saved {
                bytes,
                verification,
            }) => {
                self.run.saved = Some((step, self.run.seconds));
                let is_instead = std::mem::take(&mut self.run.needs_other_path);
                if let Some(export) = &mut self.run.export
                    && (is_instead || export.path == path)
                {
                    export.path.clone_from(&path);
                    export.replace = true;
                    self.run.exported_at = Some(step);
                }
                let (path, size) = (sanitise(&path.display().to_string()), file_size(bytes));
                self.prompt.status(text::saved(&path, &size, verification));
            }
            Err(error) => self.export_failed(&path, error),
        }
        if let Some(code) = self.leaving
            && self.run.exporting.is_empty()
        {
            self.effects.push(Effect::Quit { code });
        }
    }
}
