//! What the worker reports, taken into the state.

use std::path::PathBuf;

use super::history::Mark;
use super::model::{Confirm, Model, Notice, Overlay, Phase, Run};
use super::update::Effect;
use crate::error::Error;
use crate::model_file::Saved;
use crate::nn::Change;
use crate::train::{Event, InForce, Position, Progress, Snapshot, State, StepPosition};

impl Model {
    pub(super) fn hear(&mut self, event: Event, effects: &mut Vec<Effect>) {
        match event {
            Event::Started(started) => {
                let phase = self.run.phase.clone();
                let mut run = Run::new(&started, self.run.pace);
                run.pace_before = self.run.pace_before;
                run.phase = phase;
                self.run = run;
                self.run.observed = None;
                self.navigation.selection = None;
                self.navigation.awaited = None;
                self.inspector.walk = None;
                self.run.asked = None;
                self.inspector.edited = None;
                self.inspector.gradients = None;
                self.inspector.moved.clear();
                self.inspector.what_if.clear();
                let rows = self.navigation.sample.samples(&self.run.data).rows();
                self.navigation.sample.index =
                    self.navigation.sample.index.min(rows.saturating_sub(1));
            }
            Event::State { state, position } => self.enter_state(state, position, effects),
            Event::Progress(progress) => self.take_progress(&progress),
            Event::Evaluated {
                position,
                evaluation,
            } => {
                self.run.position = position;
                self.run.outcomes = Some(evaluation.outcomes.clone());
                self.run.evaluation = Some(*evaluation);
            }
            Event::Found { position, taken } => self.take_found(position, taken),
            Event::Exported { path, result, step } => {
                self.exported(path, result, step, effects);
            }
            Event::ResetFailed(error) => self.complain(error.to_string()),
            Event::Changed { change, now } => self.take_change(&change, *now),
            Event::Refused(why) => self.take_refusal(why),
            Event::PhaseStepper(stand) => self.walk_to(stand),
            Event::GradientsChecked(check) => self.take_gradients(*check),
            Event::Snapshot => {}
            Event::Stopped => {
                if self.leaving.is_none() {
                    self.complain("the training thread has ended".into());
                }
            }
        }
    }

    fn enter_state(&mut self, state: State, position: Position, effects: &mut Vec<Effect>) {
        if position != self.run.position {
            self.run.evaluation = None;
        }
        self.run.position = position;
        let is_new = self.run.phase != Phase::from(state.clone());
        self.run.phase = state.into();
        match &self.run.phase {
            Phase::Finished if is_new => self.export_at_end(effects),
            Phase::Failed(message) => {
                let text = format!("training failed: {message} · w saves the last good weights");
                self.complain(text);
            }
            _ => {}
        }
    }

    fn take_progress(&mut self, progress: &Progress) {
        let run = &mut self.run;
        run.history.add_progress(progress);
        if progress.position != run.position {
            run.evaluation = None;
        }
        run.position = progress.position;
        run.samples_per_second = progress.samples_per_second;
        run.seconds = progress.seconds;
        if let Some(outcomes) = &progress.outcomes {
            run.outcomes = Some(outcomes.clone());
        }
        if run.learning_rate != progress.learning_rate {
            run.learning_rate = progress.learning_rate;
            run.history.add_mark(Mark {
                epochs: run.epochs(),
                learning_rate: progress.learning_rate,
            });
        }
        if run.asked_learning_rate == Some(run.learning_rate) {
            run.asked_learning_rate = None;
        }
    }

    pub(super) fn take_snapshot(&mut self, snapshot: Snapshot) {
        // One that was taken before a reset shows another training.
        if snapshot.restarts == self.run.restarts {
            let epochs = self.run.epochs_at(snapshot.position);
            self.run.history.add_snapshot(&snapshot, epochs);
            self.run.snapshot = Some(snapshot);
        }
    }

    /// Takes in what is in force after a change.
    fn take_change(&mut self, change: &Change, now: InForce) {
        self.tell_of(change);
        if !matches!(change, Change::Parameter { .. }) {
            self.inspector.edited = None;
        }
        self.acknowledge(Some(&now.plan));
        self.run.learning_rate = now.plan.rule.learning_rate;
        self.run.plan = now.plan.clone();
        self.run.architecture = now.architecture.clone();
        self.run.batches = now.batches;
        self.run.position = now.position;
        self.run.evaluation = None;
        self.run.in_force = Some(now);
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

    /// Shows the row that the walk stands at.
    fn walk_to(&mut self, stand: Option<StepPosition>) {
        if let Some(stand) = stand {
            self.navigation.sample = stand.sample;
            self.navigation.selection = None;
        }
        self.inspector.walk = stand;
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
        let shown = crate::util::text::sanitise(&path.display().to_string());
        match result {
            Ok(Saved { bytes, check }) => {
                self.run.saved = Some((step, self.run.seconds));
                if let Some(export) = &mut self.run.export
                    && export.path == path
                {
                    export.replace = true;
                    self.run.exported_at = Some(step);
                }
                self.prompt.notice = Some(Notice {
                    text: format!("saved {shown}, {}, {check}", file_size(bytes)),
                    is_error: false,
                });
            }
            Err(Error::Exists(path)) if self.leaving.is_none() => {
                self.prompt.overlay = Some(Overlay::Confirm(Confirm::Replace(path)));
            }
            Err(error) => {
                self.complain(error.to_string());
                if let Some(code) = &mut self.leaving {
                    *code = error.exit_code();
                }
            }
        }
        if let Some(code) = self.leaving
            && self.run.exporting.is_empty()
        {
            effects.push(Effect::Quit { code });
        }
    }

    pub(super) fn complain(&mut self, text: String) {
        self.prompt.notice = Some(Notice {
            text,
            is_error: true,
        });
    }
}

/// `967 bytes`, `12.3 kB`, `4.0 MB`.
fn file_size(bytes: u64) -> String {
    match bytes {
        0..1000 => format!("{bytes} bytes"),
        1000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
