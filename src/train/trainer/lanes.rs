//! The runs of a race as the worker's thread takes part in it, and changes that are due at a step.

use std::time::Duration;

use super::{State, Trainer, initial_state};
use crate::nn::engine::Threads;
use crate::train::checkpoint::{FinalModel, Resumed, RunState};
use crate::train::event_queue::Sink;
use crate::train::lockstep::{Lockstep, RacePlace};
use crate::train::messages::Event;
use crate::train::race::{Handover, LaneStart, lanes};
use crate::train::{Limits, Settings};
use crate::util::memory;

/// Time between two looks at whether the other runs of a lockstep have ended their epochs.
pub(super) const LOOK: Duration = Duration::from_micros(200);

impl<S: Sink> Trainer<S> {
    /// Makes lanes, or refuses, as when there is no memory for them.
    pub(super) fn make_lanes(&mut self, starts: Vec<LaneStart>, first: usize, in_lockstep: bool) {
        let place = match &self.settings.place {
            Some(place) => place.clone(),
            None => RacePlace::new(&Lockstep::new(in_lockstep), 0, 0),
        };
        place.group().set(in_lockstep);
        let mut limits = self.settings.limits;
        let is_now = starts
            .iter()
            .all(|start| matches!(start, LaneStart::Now(_)));
        if is_now {
            // A limit that is reached would end them at once.
            limits.lift_reached(&self.session, self.meter.seconds());
        }
        let settings = Settings {
            pace: self.settings.pace,
            paused: self.state == State::Paused,
            limits,
            resumed: Some(Box::new(self.as_resumed(limits))),
            ..Settings::default()
        };
        let places = (&place, first);
        match lanes(
            &self.session,
            starts,
            places,
            &settings,
            memory::available(),
        ) {
            Ok(lanes) => {
                self.settings.place = Some(place);
                self.note_training();
                self.events.push(Event::LanesMade(Box::new(lanes)));
            }
            Err(why) => self.events.push(Event::Refused(why)),
        }
    }

    /// Returns what a copy of this run continues apart from the session.
    fn as_resumed(&self, limits: Limits) -> Resumed {
        let progress = RunState {
            recording: self.events.recording().clone(),
            seconds: self.meter.seconds(),
            limits,
            pace: self.settings.pace,
            final_model: FinalModel::default(),
            due_changes: Vec::new(),
            is_paused: false,
            stepper: None,
        };
        Resumed::beside(progress, self.is_from_checkpoint)
    }

    /// Copies the state, for the main run to continue from.
    pub(super) fn hand_over(&mut self) {
        // One here, and one where it is adopted.
        if let Err(error) = self.session.check_copies(2) {
            return self.events.push(Event::Refused(error.to_string()));
        }
        let handover = Handover {
            session: self.session.duplicate(Threads::ONE),
            resumed: self.as_resumed(self.settings.limits),
            is_training: self.is_training(),
        };
        self.events.push(Event::HandedOver(Box::new(handover)));
    }

    /// Continues from the state of a lane, in place of the present run.
    pub(super) fn adopt(&mut self, lane: Handover) {
        let threads = self.session.threads();
        let mut resumed = lane.resumed;
        resumed.progress.final_model = self.settings.final_model.clone();
        self.settings.limits = resumed.progress.limits;
        self.replace_session(lane.session.duplicate(threads));
        self.continue_run(resumed);
        // One that waits behind a limit has reached it.
        self.settings.paused = false;
        self.state = match initial_state(&self.session, &self.settings, self.meter.seconds()) {
            State::Running if !lane.is_training => State::Paused,
            state => state,
        };
        self.saver.start(self.stamp());
        self.announce_start();
    }

    /// Tells the other runs of the race whether this one trains.
    pub(super) fn note_training(&self) {
        if let Some(place) = &self.settings.place {
            place.set_training(self.is_training());
        }
    }

    /// Counts an epoch in the race.
    pub(super) fn end_epoch_of_race(&mut self) {
        if let Some(place) = &mut self.settings.place {
            place.end_epoch();
        }
    }

    /// Whether the next epoch begins only when other runs have ended theirs.
    pub(super) fn waits_for_lanes(&self) -> bool {
        let place = self.settings.place.as_ref();
        self.session.position().batch == 0 && place.is_some_and(RacePlace::waits)
    }

    /// Makes the changes that are due before the next step. Returns whether that can be taken; it cannot after a change
    /// that is refused.
    pub(super) fn make_due_changes(&mut self) -> bool {
        let now = self.session.position().step;
        while let Some(due) = self.settings.due_changes.first()
            && due.step <= now
        {
            let due = self.settings.due_changes.remove(0);
            if let Err(why) = self.session.check(&due.change) {
                self.set_state(State::Failed(format!("{}: {why}", due.change)));
                return false;
            }
            self.apply(due.change);
        }
        true
    }
}
