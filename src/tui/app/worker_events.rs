//! Handling of the worker's events by the parts of the state.

use std::path::{Path, PathBuf};

use super::history::Mark;
use super::model::{InspectorState, Model, Notice, Overlay, Phase, Run};
use super::navigation::Navigation;
use super::update::Effect;
use crate::data::Prepared;
use crate::error::Error;
use crate::model_file::Saved;
use crate::nn::{Change, LearningRate};
use crate::train::{
    Evaluation, Event, InForce, Position, Progress, Snapshot, Started, State, StepPosition,
};
use crate::util::numbers::file_size;
use crate::util::text::sanitise;

impl Model {
    pub(super) fn handle_event(&mut self, event: Event, effects: &mut Vec<Effect>) {
        match event {
            Event::Started(started) => {
                self.run.restart(&started);
                self.navigation.restart(&self.run.data);
                self.inspector.restart();
            }
            Event::State { state, position } => self.enter_state(state, position, effects),
            Event::Progress(progress) => self.run.add_progress(&progress),
            Event::Evaluated {
                position,
                evaluation,
            } => self.run.set_evaluation(position, *evaluation),
            Event::Found { position, taken } => self.on_rows_found(position, taken),
            Event::Exported { path, result, step } => {
                self.exported(path, result, step, effects);
            }
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
            Event::ResetFailed(error) => self.complain(error.to_string()),
            Event::Changed { change, now } => self.handle_change(&change, *now),
            Event::Refused(why) => self.take_refusal(why),
            Event::StepPosition(position) => {
                self.navigation.show_step(position);
                self.inspector.walk = position;
            }
            Event::GradientsChecked(check) => self.on_gradients_checked(*check),
            Event::Snapshot => {}
            Event::Stopped if self.leaving.is_none() => {
                self.complain("training thread ended".into());
            }
            Event::Stopped => {
                // An export that is still waited for was not written.
                effects.push(Effect::Fail(Error::Worker("it ended unexpectedly".into())));
            }
        }
    }

    fn enter_state(&mut self, state: State, position: Position, effects: &mut Vec<Effect>) {
        let before = self.run.phase.clone();
        self.run.enter(state, position);
        match &self.run.phase {
            Phase::Finished if before != Phase::Finished => self.export_at_end(effects),
            Phase::Failed(message) => {
                let text = format!("training failed: {message} · w: save last good weights");
                self.complain(text);
            }
            _ => {}
        }
    }

    fn handle_change(&mut self, change: &Change, now: InForce) {
        self.report_change(change);
        if !matches!(change, Change::Parameter { .. }) {
            self.inspector.edited = None;
        }
        self.acknowledge(Some(&now.plan));
        self.run.apply(now);
    }

    fn take_refusal(&mut self, why: String) {
        self.acknowledge(None);
        self.inspector.edited = None;
        if self.inspector.gradients.is_none() {
            self.prompt
                .overlay
                .take_if(|it| matches!(it, Overlay::Gradients(_)));
        }
        self.complain(why);
    }

    fn exported(
        &mut self,
        path: PathBuf,
        result: Result<Saved, Error>,
        step: u64,
        effects: &mut Vec<Effect>,
    ) {
        if let Some(at) = self.run.exporting.iter().position(|it| *it == path) {
            self.run.exporting.remove(at);
        }
        let shown = sanitise(&path.display().to_string());
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
                    export.path = path;
                    export.replace = true;
                    self.run.exported_at = Some(step);
                }
                self.prompt.notice = Some(Notice {
                    text: format!("saved {shown} ({}) · {verification}", file_size(bytes)),
                    is_error: false,
                });
            }
            Err(error) => self.export_failed(&path, error, effects),
        }
        if let Some(code) = self.leaving
            && self.run.exporting.is_empty()
        {
            effects.push(Effect::Quit { code });
        }
    }

    fn checkpoint_written(&mut self, path: &Path, result: Result<u64, Error>, is_asked: bool) {
        match result {
            Ok(bytes) if is_asked => {
                let shown = sanitise(&path.display().to_string());
                self.prompt.notice = Some(Notice {
                    text: format!("checkpoint {shown} ({})", file_size(bytes)),
                    is_error: false,
                });
            }
            Ok(_) => {}
            Err(error) => self.complain(format!("checkpoint: {error}")),
        }
    }

    pub(super) fn complain(&mut self, text: String) {
        self.prompt.notice = Some(Notice {
            text,
            is_error: true,
        });
    }
}

impl Run {
    /// Replaces everything by the start of another training, except phase, pace and exports.
    fn restart(&mut self, started: &Started) {
        *self = Self {
            phase: self.phase.clone(),
            pace_before: self.pace_before,
            force: self.force,
            export: self.export.take(),
            exporting: std::mem::take(&mut self.exporting),
            ..Self::new(started, self.pace)
        };
    }

    fn enter(&mut self, state: State, position: Position) {
        self.move_to(position);
        self.phase = state.into();
        // Resuming behind the limit lifts it.
        let is_past = |&epochs: &u64| position.epoch >= epochs;
        if self.is_training() && self.epochs.as_ref().is_some_and(is_past) {
            self.epochs = None;
        }
    }

    /// Sets the position. Scores of another position are dropped.
    fn move_to(&mut self, position: Position) {
        if position != self.position {
            self.evaluation = None;
        }
        self.position = position;
    }

    fn add_progress(&mut self, progress: &Progress) {
        self.history.add_progress(progress);
        self.move_to(progress.position);
        self.samples_per_second = progress.samples_per_second;
        self.seconds = progress.seconds;
        if let Some(outcomes) = &progress.outcomes {
            self.outcomes = Some(outcomes.clone());
        }
        if self.learning_rate != progress.learning_rate {
            self.learning_rate = progress.learning_rate;
            self.history.add_mark(Mark {
                epochs: self.epochs(),
                learning_rate: progress.learning_rate,
            });
        }
        if self.asked_learning_rate.map(LearningRate::get) == Some(self.learning_rate) {
            self.asked_learning_rate = None;
        }
    }

    fn set_evaluation(&mut self, position: Position, evaluation: Evaluation) {
        self.position = position;
        self.outcomes = Some(evaluation.outcomes.clone());
        self.evaluation = Some(evaluation);
    }

    /// Adds a snapshot, unless it was taken before a restart.
    pub(super) fn add_snapshot(&mut self, snapshot: Snapshot) {
        if snapshot.restarts == self.restarts {
            let epochs = self.epochs_at(snapshot.position);
            self.history.add_snapshot(&snapshot, epochs);
            self.snapshot = Some(snapshot);
        }
    }

    /// Adopts plan and network after a change.
    pub(super) fn apply(&mut self, now: InForce) {
        self.learning_rate = now.plan.rule.learning_rate.get();
        self.plan = now.plan.clone();
        self.architecture = now.architecture.clone();
        self.batches = now.batches;
        self.position = now.position;
        self.evaluation = None;
        self.in_force = Some(now);
    }
}

impl Navigation {
    /// Shows a row of the new split.
    fn restart(&mut self, data: &Prepared) {
        self.selection = None;
        self.awaited = None;
        let rows = self.sample.samples(data).rows();
        self.sample.index = self.sample.index.min(rows.saturating_sub(1));
    }

    /// Shows the row that the phase stepper is at.
    fn show_step(&mut self, position: Option<StepPosition>) {
        if let Some(position) = position {
            self.sample = position.sample;
            self.selection = None;
        }
    }
}

impl InspectorState {
    fn restart(&mut self) {
        self.walk = None;
        self.edited = None;
        self.gradients = None;
        self.moved.clear();
        self.what_if.clear();
    }
}
