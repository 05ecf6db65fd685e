//! An earlier moment of the run in place of the present, which waits untouched, and branches that begin there.

use std::time::{Duration, Instant};

use super::{SLICE, Trainer};
use crate::error::Error;
use crate::train::event_queue::{Recording, Sink};
use crate::train::messages::{Command, Event, PastMoment, ShownMoment, State};
use crate::train::observation::{Scratch, Training};
use crate::train::session::Moment;
use crate::train::{Position, Session};
use crate::util::lang::say;

/// Interval at which the progress of a replay is reported.
const REPORT: Duration = Duration::from_millis(100);

/// An earlier moment that is shown.
pub(super) struct Past {
    session: Session,
    scratch: Scratch,
    replay: Option<Replay>,
}

/// Replay on the way to a moment.
struct Replay {
    goal: Moment,
    /// Number of steps done before it.
    from: u64,
    start: Instant,
    reported: Instant,
}

impl Replay {
    /// Estimates the time until `session` gets there; `None` before the first steps.
    fn left(&self, session: &Session) -> Option<Duration> {
        let position = session.position();
        let done = position.step.saturating_sub(self.from);
        let left = self.goal.steps_from(position, session.batches());
        let seconds = self.start.elapsed().as_secs_f64() * left as f64 / done as f64;
        Duration::try_from_secs_f64(seconds).ok()
    }
}

/// A run that was left for a branch.
pub(super) struct OtherBranch {
    session: Session,
    recording: Recording,
    /// Last position that both have in common, and the number of changes until there.
    common: (Position, usize),
}

impl<S: Sink> Trainer<S> {
    /// Returns the training that is shown, and buffers to observe it.
    pub(super) fn shown(&mut self) -> (Training<'_>, &mut Scratch) {
        match &mut self.past {
            Some(past) => {
                let training = Training::from(&past.session);
                (training, &mut past.scratch)
            }
            None => {
                let training = Training {
                    session: &self.session,
                    stepper: self.stepper.as_ref(),
                    is_waiting: !matches!(self.state, State::Running | State::Stepping),
                };
                (training, &mut self.scratch)
            }
        }
    }

    /// Returns the session that is shown.
    pub(super) fn shown_session(&self) -> &Session {
        let past = self.past.as_ref();
        past.map_or(&self.session, |past| &past.session)
    }

    /// Returns the session that is shown.
    pub(super) fn shown_session_mut(&mut self) -> &mut Session {
        let past = self.past.as_mut();
        past.map_or(&mut self.session, |past| &mut past.session)
    }

    /// Returns whether an earlier moment is shown.
    pub(super) fn is_in_past(&self) -> bool {
        self.past.is_some()
    }

    /// Returns whether a replay is in progress.
    pub(super) fn is_replaying(&self) -> bool {
        let past = self.past.as_ref();
        past.is_some_and(|past| past.replay.is_some())
    }

    /// Leaves the past for a command that is about the present, and makes a branch of it for one that goes on from
    /// there.
    pub(super) fn leave_past_for(&mut self, command: &Command) {
        match command {
            Command::Resume | Command::Step { .. } | Command::Apply(_) => self.branch(),
            Command::Stop
            | Command::StopUnsaved
            | Command::PauseForEnd
            | Command::Pause
            | Command::Reset { .. }
            | Command::Restore { .. }
            | Command::SwitchBranch
            | Command::MakeLanes { .. }
            | Command::Adopt(_)
            | Command::ShowPresent => self.show_present(),
            _ => {}
        }
    }

    /// Shows the run at `moment`: at once the last moment before it that can be had so, then those of a replay up to it.
    pub(super) fn rewind(&mut self, moment: Moment) {
        if !moment.is_reached_at(self.session.position()) {
            return self.return_to_present();
        }
        if let Err(error) = self.session.check_copies(1) {
            return self.give_up(&error);
        }
        if self.is_training() {
            self.set_state(State::Paused);
        }
        self.cancel_task();
        let other = self.past.take().map(|past| past.session);
        match self.session.rewound(moment, other) {
            Ok(session) => self.show_past(session, moment),
            Err(error) => self.give_up(&error),
        }
    }

    fn show_past(&mut self, session: Session, moment: Moment) {
        let now = Instant::now();
        let is_there = moment.is_reached_at(session.position());
        self.past = Some(Past {
            scratch: Scratch::new(&session),
            replay: (!is_there).then_some(Replay {
                goal: moment,
                from: session.position().step,
                start: now,
                reported: now,
            }),
            session,
        });
        self.observed = None;
        self.events.push(Event::StepPosition(None));
        self.report_moment();
        self.is_changed = is_there;
    }

    /// Continues the replay for about [`SLICE`].
    pub(super) fn replay_a_slice(&mut self) {
        let Some(past) = &mut self.past else {
            return;
        };
        let Some(replay) = &mut past.replay else {
            return;
        };
        let start = Instant::now();
        let (log, goal) = (self.session.log(), replay.goal);
        let mut result = Ok(());
        while result.is_ok() && !goal.is_reached_at(past.session.position()) {
            let sizes = past.session.architecture().clone();
            result = past.session.follow(log);
            if *past.session.architecture() != sizes {
                past.scratch = Scratch::new(&past.session);
            }
            if start.elapsed() >= SLICE {
                break;
            }
        }
        let is_due = replay.reported.elapsed() >= REPORT;
        let is_there = goal.is_reached_at(past.session.position());
        if is_due {
            replay.reported = Instant::now();
        }
        match result {
            Err(error) => self.give_up(&error),
            Ok(()) if is_there => {
                self.stop_replay();
            }
            Ok(()) if is_due => self.report_moment(),
            Ok(()) => {}
        }
    }

    /// Ends a replay where it is, if there is one. Returns whether there was.
    pub(super) fn stop_replay(&mut self) -> bool {
        let past = self.past.as_mut();
        let replay = past.and_then(|past| past.replay.take());
        if replay.is_none() {
            return false;
        }
        self.observed = None;
        self.report_moment();
        self.is_changed = true;
        true
    }

    /// Returns to the present after a replay that failed.
    fn give_up(&mut self, error: &Error) {
        let why = error.to_string();
        self.events.push(Event::Refused(say!(
            "rewind-failed",
            "this moment cannot be shown: {why}",
            why
        )));
        self.return_to_present();
    }

    /// Shows the present again, if an earlier moment is shown.
    pub(super) fn show_present(&mut self) {
        if self.past.take().is_some() {
            self.return_to_present();
        }
    }

    fn return_to_present(&mut self) {
        self.past = None;
        self.observed = None;
        self.cancel_task();
        self.report_moment();
        self.report_step_position();
        self.report_state();
        // Commands that wait already may lead to yet another moment: the loop evaluates the last one.
        self.is_changed = true;
    }

    /// Reports the moment that is shown.
    fn report_moment(&mut self) {
        let session = self.shown_session();
        let replay = (self.past.as_ref()).map(|past| past.replay.as_ref());
        let past = replay.map(|replay| PastMoment {
            present: self.session.position(),
            goal: replay.map(|replay| replay.goal),
            left: replay.and_then(|replay| replay.left(session)),
        });
        let moment = ShownMoment {
            now: session.in_force(),
            learning_rate: session.rule().learning_rate.get(),
            best: session.best(),
            past,
        };
        self.events.push(Event::Moment(Box::new(moment)));
    }

    /// Goes on from the moment that is shown. The run that was the present can be returned to.
    fn branch(&mut self) {
        let Some(past) = self.past.take() else {
            return;
        };
        let common = (past.session.position(), past.session.log().len());
        let recording = self.events.recording().until(&past.session);
        self.enter_branch(past.session, recording, common);
    }

    /// Returns to the run that was left for the present one.
    pub(super) fn switch_branch(&mut self) {
        match self.other_branch.take() {
            Some(other) => {
                let mut session = other.session;
                session.share_past(&self.session, other.common);
                self.enter_branch(session, other.recording, other.common);
                // The way back to the branch is its ghost only.
                self.other_branch = None;
            }
            None => self.report_state(),
        }
    }

    fn enter_branch(&mut self, session: Session, recording: Recording, common: (Position, usize)) {
        let before = self.events.recording().clone();
        let mut left = self.replace_session(session);
        // The snapshots of the past that both have in common stay with the present.
        left.forget_past();
        self.other_branch = Some(OtherBranch {
            session: left,
            recording: before,
            common,
        });
        self.events.start_series(&self.session, recording);
        self.wait();
        self.is_resumed = true;
        self.is_branch = true;
        self.announce_start();
    }
}
