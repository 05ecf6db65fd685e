//! Changes of the shown training by the worker's events.

use super::history::change_label;
use super::training::{Phase, Run};
use crate::nn::{Change, LoggedChange};
use crate::train::{Event, InForce, Plan, Position, Progress, Snapshot, Started, State};

impl Run {
    /// Forgets what was asked for if `plan` is in force now, or if it was refused (`None`).
    fn acknowledge(&mut self, plan: Option<&Plan>) {
        let shape = |plan: &Plan| (plan.hidden.clone(), plan.activation, plan.output, plan.loss);
        let rule = |plan: &Plan| {
            let method = (plan.schedule, plan.regularisation);
            (
                plan.rule.optimizer,
                plan.rule.weight_decay,
                plan.batch,
                method,
            )
        };
        self.asked.take_if(|asked| {
            plan.is_none_or(|now| shape(asked) == shape(now) && rule(asked) == rule(now))
        });
    }

    /// Changes the state by an event of the worker.
    pub(super) fn update(&mut self, event: &Event) {
        match event {
            Event::Started(started) => {
                self.replace_by(started);
                self.add_early_snapshot();
            }
            // They are of the present, which is shown later.
            Event::State { .. } if self.past.is_some() => {}
            Event::State { state, position } => self.enter(state.clone(), *position),
            Event::Moment(moment) => {
                self.show_moment(moment);
                self.add_early_snapshot();
            }
            Event::Progress(progress) => self.add_progress(progress),
            Event::Evaluated {
                position,
                best: None,
                evaluation,
            } => {
                self.position = *position;
                if self.past.is_none() {
                    self.unpredicted.note(position.epoch, &evaluation.outcomes);
                }
                self.outcomes = Some(evaluation.outcomes.clone());
                self.evaluation = Some((**evaluation).clone());
            }
            Event::Changed { change, now } => self.change(change, now),
            Event::Refused(_) => self.acknowledge(None),
            Event::CheckpointWritten {
                result: Ok(_),
                step,
                seconds,
                ..
            } => {
                self.saved = Some((*step, *seconds));
            }
            _ => return,
        }
        // What was found is about the present.
        if self.past.is_none() {
            self.diagnose();
        }
    }

    /// Replaces everything by the start of another training, except phase, pace, exports and what was drawn.
    fn replace_by(&mut self, started: &Started) {
        let branch = started.resumed.as_ref().filter(|resumed| resumed.is_branch);
        let before = branch.map(|_| self.history.clone());
        let is_returning = self.is_returning;
        let other = self.other_branch.take();
        self.keep_ghost();
        *self = Self {
            ghosts: std::mem::take(&mut self.ghosts),
            phase: match &self.phase {
                // The limit that was reached lies ahead again.
                Phase::Finished(_) => Phase::Paused,
                phase => phase.clone(),
            },
            pace_before: self.pace_before,
            force: self.force,
            export: self.export.take(),
            weights: self.weights,
            checkpoint: self.checkpoint.take(),
            last_checkpoint: self.last_checkpoint.take(),
            checkpointing: self.checkpointing.take(),
            exporting: std::mem::take(&mut self.exporting),
            early_snapshot: self.early_snapshot.take(),
            ..Self::new(started, self.pace)
        };
        if let Some(before) = before {
            self.branch_off(before, other.filter(|_| is_returning));
        }
    }

    fn enter(&mut self, state: State, position: Position) {
        self.move_to(position);
        let before = std::mem::replace(&mut self.phase, state.into());
        // Resuming behind a limit lifts it.
        if self.phase == Phase::Training {
            if let Phase::Finished(limit) = before {
                self.limits.lift(limit);
            }
            let epochs = &mut self.limits.epochs;
            epochs.take_if(|epochs| position.epoch >= *epochs);
        }
    }

    /// Sets the position. Scores of another position are dropped.
    pub(super) fn move_to(&mut self, position: Position) {
        self.evaluation.take_if(|_| position != self.position);
        self.position = position;
    }

    fn add_progress(&mut self, progress: &Progress) {
        self.history.add_progress(progress);
        let draws = !(progress.losses.is_empty() && progress.epochs.is_empty());
        if draws && self.drawn_plan != self.plan {
            self.drawn_plan = self.plan.clone();
        }
        self.move_to(progress.position);
        self.samples_per_second = progress.samples_per_second;
        self.seconds = progress.seconds;
        self.best = progress.best;
        if let Some(outcomes) = &progress.outcomes {
            self.unpredicted.note(progress.position.epoch, outcomes);
            self.outcomes = Some(outcomes.clone());
        }
        self.history.add_milestone(self.milestone());
        self.learning_rate = progress.learning_rate;
    }

    /// Adds a snapshot, unless it was taken before a restart. One of a moment that is not yet shown waits for it.
    pub(super) fn add_snapshot(&mut self, snapshot: Snapshot) {
        if snapshot.restarts == self.restarts && snapshot.is_past == self.past.is_some() {
            let epochs = self.epochs_at(snapshot.position);
            if !snapshot.is_past {
                self.history.add_snapshot(&snapshot, epochs);
            }
            let position = snapshot.position;
            let before = self.snapshot.replace(snapshot);
            if let Some(before) = before.filter(|before| before.position != position) {
                self.snapshot_before = Some(before);
            }
            if self.past.is_none() {
                self.diagnose();
            }
        } else if snapshot.restarts >= self.restarts {
            self.early_snapshot = Some(snapshot);
        }
    }

    /// Adds the snapshot that came before the event which says that its moment is shown: there may be no other.
    fn add_early_snapshot(&mut self) {
        let position = self.position;
        let early = &mut self.early_snapshot;
        if let Some(early) = early.take_if(|early| early.position == position) {
            self.add_snapshot(early);
        }
    }

    /// Notes a change, and adopts plan and network after it.
    fn change(&mut self, change: &Change, now: &InForce) {
        let label = change_label(change, &self.plan, self.in_force.as_ref());
        if now.architecture.sizes() != self.architecture.sizes() {
            self.keep_ghost();
        }
        let is_other = now.architecture != self.architecture;
        let is_other_loss = now.architecture.loss() != self.architecture.loss();
        self.apply(now.clone());
        if let Some(log) = &mut self.log {
            log.push(LoggedChange {
                step: now.position.step,
                change: change.clone(),
            });
        }
        // The worker evaluates the network anew if training waits.
        self.evaluation.take_if(|_| change.alters_outputs());
        if is_other {
            self.expect_losses();
            self.initial_loss = f64::NAN;
        }
        if is_other_loss {
            self.history.change_loss_at(self.epochs());
        }
        if let Change::Recover { .. } = change {
            self.history.recover_at(self.epochs());
        }
        self.history.add_change(self.epochs(), label);
    }

    /// Adopts plan and network after a change.
    pub(super) fn apply(&mut self, now: InForce) {
        self.acknowledge(Some(&now.plan));
        let learning_rate = now.plan.rule.learning_rate;
        self.asked_learning_rate
            .take_if(|asked| *asked == learning_rate);
        self.plan = now.plan.clone();
        self.architecture = now.architecture.clone();
        self.batches = now.batches;
        self.position = now.position;
        // The same step, but other parameters.
        self.exported_at = None;
        self.in_force = Some(now);
    }
}
