//! Loop of the worker's thread: execute commands, train in slices, report events.

mod commands;
mod distributions;
mod lanes;
mod rewind;
mod saving;
mod stepping;
mod tasks;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use super::checkpoint::{Saver, Stamp};
use super::event_queue::{EventQueue, Recording, Sink, Status};
use super::findings::loss_before_training;
use super::inspection::StepValues;
use super::messages::{Command, Event, ProgressSoFar, Started, State};
use super::observation::{Mailbox, Observation, Scratch};
use super::speed::SpeedMeter;
use super::throttle::Throttle;
use super::{Divergence, PhaseStepper, Position, Session, Settings, Stepped, Weights};
use crate::util::memory;
use distributions::Distributions;
use rewind::{OtherBranch, Past};
use stepping::Goal;
use tasks::TaskInProgress;

/// Time to train before commands are looked at again; a single step may take longer.
const SLICE: Duration = Duration::from_millis(4);
/// Snapshots may take one part in this many of the time.
const SNAPSHOT_SHARE: u32 = 100;
/// Interval at which metrics that the full queue refused are offered again.
const RETRY: Duration = Duration::from_millis(5);

/// A session in training, with its commands, events and snapshots.
pub(super) struct Trainer<S: Sink> {
    pub session: Session,
    settings: Settings,
    commands: Receiver<Command>,
    /// Commands that were received and are not carried out yet; none while training goes on.
    pending: VecDeque<Command>,
    mailbox: Arc<Mailbox>,
    pub events: EventQueue<S>,
    state: State,
    /// Remaining steps while the state is [`State::Stepping`].
    goal: Goal,
    /// Phase stepper, while a mini-batch is stepped through phase by phase.
    stepper: Option<PhaseStepper>,
    observation: Observation,
    scratch: Scratch,
    /// Position and probes of the last snapshot; while both stay the same there is nothing new to show.
    observed: Option<(Position, bool, Observation)>,
    next_observation: Instant,
    restarts: u32,
    /// Distributions for a log, if they are wanted.
    distributions: Option<Distributions>,
    throttle: Throttle,
    meter: SpeedMeter,
    /// Earlier moment that is shown in place of the present.
    past: Option<Past>,
    /// Run that was left for this one, which began at an earlier moment of it.
    other_branch: Option<OtherBranch>,
    /// Whether the run that is about to be announced is a branch of the one before.
    is_branch: bool,
    /// Work in progress that training waits for; commands do not.
    task: Option<TaskInProgress>,
    saver: Saver,
    /// Moment of the last export.
    exported: Option<Stamp>,
    /// Whether the run continues a checkpoint.
    is_from_checkpoint: bool,
    /// Whether the session has a past that the receiver of events has not seen.
    is_resumed: bool,
    /// Whether the user ended the training.
    is_end_expected: bool,
    /// Whether the training was paused for the end of the run.
    goes_on: bool,
    /// Whether what the network computes was changed since the last evaluation, at the same step, or another moment is
    /// shown.
    is_changed: bool,
    /// Memory for saving the network.
    promise: memory::Promise,
}

impl<S: Sink> Trainer<S> {
    /// Creates a trainer that has not reported anything yet.
    pub fn new(
        session: Session,
        mut settings: Settings,
        commands: Receiver<Command>,
        mailbox: Arc<Mailbox>,
        sink: S,
    ) -> Self {
        let mut session = session;
        let mut promise = memory::Promise::default();
        promise.set(session.architecture().saving_bytes());
        session.keep_past(settings.history_memory);
        let saver = Saver::new(&settings, session.dataset());
        let resumed = settings.resumed.take();
        let seconds = resumed
            .as_ref()
            .map_or(0.0, |resumed| resumed.progress.seconds);
        let mut trainer = Self {
            scratch: Scratch::new(&session),
            observation: Observation::default(),
            observed: None,
            next_observation: Instant::now(),
            restarts: 0,
            distributions: (settings.distributions).then(|| Distributions::new(&session)),
            events: EventQueue::new(sink),
            state: initial_state(&session, &settings, seconds),
            goal: Goal::default(),
            stepper: None,
            throttle: Throttle::new(settings.pace, session.batches()),
            meter: SpeedMeter::default(),
            past: None,
            other_branch: None,
            is_branch: false,
            task: None,
            saver,
            exported: None,
            is_from_checkpoint: false,
            is_resumed: false,
            is_end_expected: false,
            goes_on: false,
            is_changed: false,
            promise,
            session,
            settings,
            commands,
            pending: VecDeque::new(),
            mailbox,
        };
        match resumed {
            Some(resumed) => trainer.continue_run(*resumed),
            None => trainer
                .events
                .start_series(&trainer.session, Recording::default()),
        }
        trainer.saver.start(trainer.stamp());
        trainer
    }

    /// Reports a training that is about to start.
    pub(crate) fn announce_start(&mut self) {
        let is_resumed = std::mem::take(&mut self.is_resumed);
        let is_branch = std::mem::take(&mut self.is_branch);
        let resumed = is_resumed.then(|| ProgressSoFar {
            now: self.session.in_force(),
            curves: self.events.recording().curves.clone(),
            seconds: self.meter.seconds(),
            is_branch,
        });
        self.meter.restart(Instant::now());
        let mut started = Started::of(&self.session, self.settings.limits);
        started.restarts = self.restarts;
        let changes = self.session.live_changes();
        started.changes = (!self.is_from_checkpoint).then(|| changes.to_vec());
        if !is_resumed {
            started.initial_loss = loss_before_training(&self.session);
        }
        started.resumed = resumed.map(Box::new);
        self.events.push(Event::Started(Box::new(started)));
        self.begin_distributions();
        self.report_state();
        if is_resumed && !self.is_training() {
            self.report_step_position();
            self.evaluate();
        }
    }

    /// Executes commands, trains and reports until told to stop.
    pub fn run(&mut self) {
        loop {
            let mut next = self.next_command();
            while let Some(command) = next {
                if self.execute(command).is_break() {
                    return;
                }
                // What a command changes is shown before the next step is waited for.
                let waiting = self.pending.pop_front();
                next = waiting.or_else(|| self.commands.try_recv().ok());
            }
            if self.task.is_some() {
                self.work_a_slice();
            } else if self.is_replaying() {
                self.replay_a_slice();
            } else if self.is_training() {
                self.train_a_slice();
            }
            self.save_when_due();
            self.events.flush();
            self.take_snapshot();
            if self.is_changed && !self.is_replaying() {
                self.is_changed = false;
                if self.is_evaluated_at_rest() {
                    self.evaluate();
                }
            }
        }
    }

    /// Whether an earlier moment is shown that was reached, or the training waits at parameters that can be evaluated.
    fn is_evaluated_at_rest(&self) -> bool {
        if self.is_in_past() {
            return !self.is_replaying();
        }
        !self.is_training() && !matches!(self.state, State::Failed(_) | State::Diverged(_))
    }

    fn is_training(&self) -> bool {
        matches!(self.state, State::Running | State::Stepping)
    }

    /// Returns the next command, if any; waits as long as there is nothing else to do.
    fn next_command(&mut self) -> Option<Command> {
        let has_news = self.mailbox.is_wanted() && self.has_unobserved_state();
        let wait = if self.task.is_some() || self.is_replaying() {
            Duration::ZERO
        } else if self.is_training() && self.waits_for_lanes() {
            lanes::LOOK.max(self.throttle.wait().min(RETRY))
        } else if self.is_training() && (has_news || !self.events.is_empty()) {
            self.throttle.wait().min(RETRY)
        } else if self.is_training() {
            self.throttle.wait()
        } else if !self.events.is_empty() {
            RETRY
        } else if self.has_unobserved_state() {
            // Nobody waits for a snapshot now; look again soon.
            RETRY * 4
        } else {
            Duration::MAX
        };
        let wait = self.wait_to_save().map_or(wait, |save| wait.min(save));
        let received = match wait {
            Duration::ZERO => self.commands.try_recv().map_err(|error| match error {
                TryRecvError::Empty => RecvTimeoutError::Timeout,
                TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
            }),
            Duration::MAX => self.commands.recv().map_err(RecvTimeoutError::from),
            wait => self.commands.recv_timeout(wait),
        };
        match received {
            Ok(command) => Some(command),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Command::StopUnsaved),
        }
    }

    /// Trains for about [`SLICE`], or as far as the speed limit allows.
    fn train_a_slice(&mut self) {
        let start = Instant::now();
        if self.stepper.is_some() {
            return self.step_phases_for_a_slice(start);
        }
        let due = self.throttle.due(start);
        for done in 1..=due {
            if self.waits_for_lanes() {
                break;
            }
            self.step();
            if !self.is_training() {
                break;
            }
            // A look at the clock costs as much as a tiny step; at full speed it is rare.
            if done % self.throttle.clock_interval() == 0 {
                let elapsed = start.elapsed();
                self.throttle.adapt(elapsed, SLICE);
                if elapsed >= SLICE {
                    break;
                }
            }
        }
        self.meter.tick(Instant::now());
        self.report_progress();
        let limit = self.settings.limits.time_reached(self.meter.seconds());
        if let Some(limit) = limit.filter(|_| self.is_training()) {
            self.set_state(State::Finished(limit));
        }
    }

    fn step(&mut self) {
        if !self.make_due_changes() {
            return;
        }
        let before = self.step_values();
        match self.session.step() {
            Ok(stepped) => {
                self.record_history(before);
                self.record_step(stepped);
            }
            Err(divergence) => self.diverge(divergence),
        }
    }

    /// Reads the parameters that the inspector may show, before or after a step.
    fn step_values(&self) -> Option<StepValues> {
        if self.observation.is_empty() {
            return None;
        }
        let is_by_hand = self.state != State::Running;
        self.scratch.history.values(&self.session, is_by_hand)
    }

    /// Records the values of parameters after a step. `before` has those before it.
    fn record_history(&mut self, before: Option<StepValues>) {
        if self.observation.is_empty() {
            return;
        }
        let values = [before, self.step_values()];
        self.scratch.history.record_step(values, &self.session);
        self.scratch.record_history(&self.session);
    }

    fn diverge(&mut self, divergence: Divergence) {
        self.leave_batch();
        self.set_state(State::Diverged(divergence));
    }

    fn record_step(&mut self, stepped: Stepped) {
        self.throttle.count_step();
        self.meter.add_rows(stepped.rows);
        self.events.record_step(&self.session, stepped);
        if let Some(means) = stepped.epoch {
            let validation = self.session.take_validated();
            let of_epoch = (means, stepped.learning_rate);
            self.events
                .record_epoch(&self.session, of_epoch, validation);
            self.report_distributions();
            let done = self.session.position().epoch;
            self.end_epoch_of_race();
            if self.saver.end_epoch(done) {
                self.save_when_due();
            }
            if let Some(limit) = self.reached() {
                self.meter.tick(Instant::now());
                return self.set_state(State::Finished(limit));
            }
        }
        if self.state == State::Stepping && self.goal.is_reached_by(stepped) {
            self.end_stepping();
        }
    }

    fn evaluate(&mut self) {
        self.is_changed = false;
        self.evaluate_weights(Weights::Last);
    }

    fn evaluate_weights(&mut self, weights: Weights) {
        let best = match weights {
            Weights::Best => self.shown_session_mut().evaluate_best(),
            Weights::Last => None,
        };
        let (best, evaluation) = best.unzip();
        let shown = self.shown_session_mut();
        let evaluation = evaluation.unwrap_or_else(|| shown.evaluate());
        let position = shown.position();
        self.events.push(Event::Evaluated {
            position,
            best,
            evaluation: Box::new(evaluation),
        });
    }

    /// Reports the state after a command that leaves it as it is.
    fn report_state(&mut self) {
        self.set_state(self.state.clone());
    }

    /// Enters the state in which the session waits: paused, or diverged if it has.
    fn wait(&mut self) {
        self.state = match self.session.diverged() {
            Some(divergence) => State::Diverged(divergence),
            None => State::Paused,
        };
    }

    fn restart_throttle(&mut self) {
        self.throttle = Throttle::new(self.settings.pace, self.session.batches());
    }

    /// Enters `state` and reports it.
    pub(crate) fn set_state(&mut self, state: State) {
        self.report_progress();
        if matches!(state, State::Finished(_) | State::Diverged(_)) {
            self.report_last_distributions();
        }
        self.state = state.clone();
        self.goes_on = false;
        self.note_training();
        self.events.push(Event::State {
            state,
            position: self.session.position(),
        });
    }

    fn report_progress(&mut self) {
        let position = self.session.position();
        self.events.set_progress(Status {
            position,
            learning_rate: self.session.rule().learning_rate.get(),
            best: self.session.best(),
            samples_per_second: self.meter.rows_per_second(),
            seconds: self.meter.seconds(),
        });
    }

    fn has_unobserved_state(&self) -> bool {
        !matches!(self.state, State::Failed(_))
            && self
                .observed
                .as_ref()
                .is_none_or(|(position, is_waiting, observation)| {
                    *position != self.shown_session().position()
                        || *is_waiting == self.is_training()
                        || *observation != self.observation
                })
    }

    /// Takes a snapshot if one is wanted, there is something new to show, and snapshots have not used up
    /// their share of the time.
    fn take_snapshot(&mut self) {
        if !self.mailbox.is_wanted() || !self.has_unobserved_state() {
            return;
        }
        let now = Instant::now();
        let is_moving = self.is_training() || self.is_replaying();
        if is_moving && now < self.next_observation {
            return;
        }
        let observation = self.observation.clone();
        let (training, scratch) = self.shown();
        let is_waiting = training.is_waiting;
        let mut snapshot = observation.snapshot(&training, scratch);
        snapshot.restarts = self.restarts;
        snapshot.is_past = self.is_in_past();
        self.observed = Some((snapshot.position, is_waiting, observation));
        self.mailbox.put(snapshot);
        self.events.push_droppable(Event::Snapshot);
        self.next_observation = now + now.elapsed() * SNAPSHOT_SHARE;
    }
}

/// Returns the state in which a training of `session` begins or, after `seconds` of training, continues.
fn initial_state(session: &Session, settings: &Settings, seconds: f64) -> State {
    if let Some(divergence) = session.diverged() {
        State::Diverged(divergence)
    } else if settings.paused {
        State::Paused
    } else if let Some(limit) = settings.limits.reached(session, seconds) {
        State::Finished(limit)
    } else {
        State::Running
    }
}
