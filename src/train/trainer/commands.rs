//! Execution of commands.

use std::ops::ControlFlow;
use std::path::Path;

use super::Trainer;
use super::tasks::Task;
use crate::error::Result;
use crate::model_file::{Saved, write};
use crate::nn::{Change, Initialisation};
use crate::train::event_queue::{Recording, Sink};
use crate::train::export::EncodedModel;
use crate::train::limits::{Limit, Limits};
use crate::train::messages::{Command, Event, Replace, State};
use crate::train::observation::Scratch;
use crate::train::session::ChosenWeights;
use crate::train::speed::SpeedMeter;
use crate::train::{Session, Weights, training_script};

impl<S: Sink> Trainer<S> {
    /// Carries out `command`; breaks if the thread ends with it.
    pub(super) fn execute(&mut self, command: Command) -> ControlFlow<()> {
        if self.is_in_past() {
            self.leave_past_for(&command);
        }
        match command {
            Command::Stop => {
                self.is_end_expected = true;
                return ControlFlow::Break(());
            }
            Command::StopUnsaved => return ControlFlow::Break(()),
            Command::Observe(observation) => {
                let (training, scratch) = self.shown();
                scratch.prepare(training.session, &observation);
                self.observation = observation;
            }
            Command::SetPace(pace) => {
                self.settings.pace = pace;
                self.restart_throttle();
            }
            Command::Export {
                path,
                weights,
                replace,
            } => self.export(&path, weights, replace),
            Command::Reset { .. } if self.is_reset_again() => {}
            Command::Reset {
                seed,
                initialisation,
            } => self.reset(seed, initialisation),
            // After a panic nothing but the commands above can be trusted to work.
            _ if matches!(self.state, State::Failed(_)) => self.report_state(),
            Command::ExportTraining { path, replace } => {
                let result = self.write_script(&path, replace);
                self.events.push(Event::TrainingExported { path, result });
            }
            Command::Pause => self.pause(),
            Command::PauseForEnd => {
                let goes_on = self.goes_on || self.state == State::Running;
                self.pause();
                self.goes_on = goes_on;
            }
            Command::Resume => self.resume(),
            Command::Step { size, count } => self.step_by(size, count),
            Command::StepBack => self.step_back(),
            Command::CheckGradients => self.start_task(Task::CheckGradients),
            Command::FindRate => self.start_task(Task::FindRate),
            Command::Preflight => self.start_task(Task::Preflight),
            Command::Rewind(moment) => self.rewind(moment),
            // It has shown the present already.
            Command::ShowPresent => {}
            Command::SwitchBranch => self.switch_branch(),
            Command::CancelTask if self.stop_replay() => {}
            Command::CancelTask => self.cancel_task(),
            Command::Evaluate(weights) => self.evaluate_weights(weights),
            Command::MeasureImportance(weights) => self.start_task(Task::Importance(weights)),
            Command::Refit { weights, path } => self.start_task(Task::Refit { weights, path }),
            Command::FindRows { actual, predicted } => {
                let shown = self.shown_session_mut();
                let taken = shown.rows_taken(actual, predicted);
                let position = shown.position();
                self.events.push(Event::Found { position, taken });
            }
            Command::Apply(change) => self.apply(change),
            Command::SetLimits(limits) => self.set_limits(limits),
            Command::Checkpoint {
                path,
                replace,
                is_last,
            } => self.write_checkpoint(path, replace, is_last),
            Command::Restore { path } => self.restore(&path),
            Command::MakeLanes {
                starts,
                first,
                in_lockstep,
            } => self.make_lanes(starts, first, in_lockstep),
            Command::HandOver => self.hand_over(),
            Command::Adopt(lane) => self.adopt(*lane),
        }
        ControlFlow::Continue(())
    }

    /// Makes a live change, or refuses it, and reports the state in force after it.
    pub(super) fn apply(&mut self, change: Change) {
        let before = self.session.architecture().clone();
        let batches = self.session.batches();
        if let Err(why) = self.session.apply(change.clone()) {
            self.events.push(Event::Refused(why));
            return self.report_state();
        }
        self.is_changed |= change.alters_outputs();
        self.events.push(Event::Changed {
            now: Box::new(self.session.in_force()),
            change,
        });
        let is_reshaped = *self.session.architecture() != before;
        if is_reshaped {
            self.promise_saving();
            self.scratch = Scratch::new(&self.session);
        }
        if self.session.batches() != batches {
            self.events.set_batches(self.session.batches());
            self.restart_throttle();
        }
        self.observed = None;
        self.restart_task();
        self.update_stepper_after_change(is_reshaped);
        let resumed = match self.state {
            State::Diverged(_) if self.session.diverged().is_none() => State::Paused,
            _ => self.state.clone(),
        };
        self.set_state(resumed);
    }

    /// Returns the limit that the training has reached, if any.
    pub(super) fn reached(&self) -> Option<Limit> {
        let limits = &self.settings.limits;
        limits.reached(&self.session, self.meter.seconds())
    }

    fn set_limits(&mut self, limits: Limits) {
        self.settings.limits = limits;
        let state = match (self.state.clone(), self.reached()) {
            (State::Running | State::Stepping | State::Paused, Some(limit)) => {
                self.leave_batch();
                State::Finished(limit)
            }
            (State::Finished(_), Some(limit)) => State::Finished(limit),
            (State::Finished(_), None) => State::Paused,
            (state, _) => state,
        };
        let is_new = state != self.state && matches!(state, State::Finished(_));
        self.set_state(state);
        if is_new {
            self.evaluate();
        }
    }

    fn pause(&mut self) {
        if self.is_training() {
            self.set_state(State::Paused);
            self.evaluate();
        } else {
            self.report_state();
        }
    }

    fn resume(&mut self) {
        let seconds = self.meter.seconds();
        self.settings.limits.lift_reached(&self.session, seconds);
        self.resume_as(State::Running);
    }

    pub(super) fn resume_as(&mut self, state: State) {
        let state = match &self.state {
            State::Diverged(_) => self.state.clone(),
            _ => state,
        };
        self.leave_batch();
        self.train_on();
        self.set_state(state);
    }

    pub(super) fn export(&mut self, path: &Path, weights: Weights, replace: Replace) {
        let chosen = self.shown_session().chosen_weights(weights);
        let best = chosen.best;
        let result = self.write_model(path, chosen, replace);
        match &result {
            Ok(_) if self.is_in_past() => {}
            Ok(_) => self.note_exported(),
            Err(_) => self.saver.note_lost_output(),
        }
        self.events.push(Event::Exported {
            path: path.to_owned(),
            weights,
            best,
            result,
            step: self.shown_session().position().step,
        });
    }

    fn write_model(
        &mut self,
        path: &Path,
        chosen: ChosenWeights,
        replace: Replace,
    ) -> Result<Saved> {
        self.settings.files.check("--export", path)?;
        let model = EncodedModel::new(self.shown_session_mut(), chosen, path)?;
        let replace = match replace {
            Replace::Nothing => false,
            Replace::Own => self.settings.final_model.may_replace(path),
            Replace::Anything => true,
        };
        self.announce_model(path, model.contents());
        model.write(self.shown_session(), path, replace)
    }

    /// Writes the training as a script to `path`. Returns the number of bytes.
    fn write_script(&self, path: &Path, replace: bool) -> Result<u64> {
        self.settings.files.check("--export-training", path)?;
        let weights = self.settings.final_model.weights;
        let script = training_script(&self.session, self.settings.limits, weights)?;
        write(path, script.as_bytes(), replace)
    }

    /// Writes the network of a session on all rows to `path`, in place of the final model of the run.
    ///
    /// # Errors
    /// Those of [`EncodedModel::new`] and [`EncodedModel::write`].
    pub(super) fn export_refitted(&mut self, path: &Path, refitted: &mut Session) -> Result<Saved> {
        let saved = self.write_refitted(path, refitted);
        match &saved {
            Ok(_) => self.note_exported(),
            Err(_) => self.saver.note_lost_output(),
        }
        saved
    }

    fn write_refitted(&mut self, path: &Path, refitted: &mut Session) -> Result<Saved> {
        let chosen = refitted.chosen_weights(Weights::Last);
        let model = EncodedModel::new(refitted, chosen, path)?;
        let replace = self.settings.final_model.may_replace(path);
        self.announce_model(path, model.contents());
        model.write(refitted, path, replace)
    }

    /// Returns whether the next of the waiting commands starts the training again too, so that nothing sees this start.
    fn is_reset_again(&mut self) -> bool {
        self.pending.extend(self.commands.try_iter());
        let is_of_front_end =
            |command: &&Command| matches!(command, Command::Observe(_) | Command::SetPace(_));
        let mut others = self.pending.iter().skip_while(is_of_front_end);
        matches!(others.next(), Some(Command::Reset { .. }))
    }

    fn reset(&mut self, seed: u64, initialisation: Initialisation) {
        match self.session.restarted(seed, initialisation) {
            Ok(session) => {
                self.replace_session(session);
                self.is_from_checkpoint = false;
                self.meter = SpeedMeter::default();
                self.events
                    .start_series(&self.session, Recording::default());
                self.saver.start(self.stamp());
                self.state = match self.state {
                    State::Paused => State::Paused,
                    _ => State::Running,
                };
                self.announce_start();
            }
            Err(error) => self.events.push(Event::ResetFailed(error)),
        }
    }

    /// Promises the network the memory for saving it.
    fn promise_saving(&mut self) {
        let bytes = self.session.architecture().saving_bytes();
        self.promise.set(bytes);
    }

    /// Replaces the session by another one on the same data. Returns the one before.
    pub(super) fn replace_session(&mut self, session: Session) -> Session {
        let before = std::mem::replace(&mut self.session, session);
        self.promise_saving();
        self.session.keep_past(self.settings.history_memory);
        self.scratch = Scratch::new(&self.session);
        self.other_branch = None;
        self.is_changed = false;
        self.leave_batch();
        self.restarts += 1;
        self.observed = None;
        self.restart_task();
        self.restart_throttle();
        before
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use super::*;
    use crate::train::Settings;
    use crate::train::observation::{Mailbox, Observation};

    #[test]
    fn of_several_restarts_that_wait_only_the_last_is_made() {
        let session = Session::trained_on_iris(1);
        let initialisation = session.plan().initialisation;
        let reset = |seed| Command::Reset {
            seed,
            initialisation,
        };
        let (commands, received) = mpsc::channel();
        let send = |command| commands.send(command).expect("there is a receiver");
        for seed in 1..50 {
            send(reset(seed));
            send(Command::Observe(Observation::default()));
        }
        // One that something else sees.
        send(Command::Pause);
        send(reset(60));
        send(reset(61));
        send(Command::Stop);
        let (events, reported) = mpsc::channel();
        let sink = move |event| {
            let _ = events.send(event);
            Ok(())
        };
        let mailbox = Arc::new(Mailbox::default());
        let mut trainer = Trainer::new(session, Settings::default(), received, mailbox, sink);
        trainer.run();
        trainer.events.flush();
        let started = reported.try_iter().filter_map(|event| match event {
            Event::Started(started) => Some(started.plan.seed),
            _ => None,
        });
        assert_eq!(started.collect::<Vec<_>>(), [49, 61]);
    }
}
