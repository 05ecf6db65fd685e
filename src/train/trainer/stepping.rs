//! Steps of five sizes: phases and rows in a walk, mini-batches and epochs, and so many of them.

use std::time::Instant;

use super::{SLICE, Trainer};
use crate::train::event_queue::Sink;
use crate::train::messages::{Event, State};
use crate::train::{Divergence, PhaseStepper, StepSize, Stepped};

/// Looks at the clock are rare among phases, which cost next to nothing.
const PHASES_BETWEEN_LOOKS: u32 = 64;

/// Steps that are still to be done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Goal {
    size: StepSize,
    left: u32,
}

impl Default for Goal {
    fn default() -> Self {
        Self {
            size: StepSize::Epoch,
            left: 1,
        }
    }
}

impl Goal {
    /// Counts one step of its size; whether that was the last.
    fn is_reached(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left == 0
    }

    /// Counts the end of a mini-batch, and of an epoch if it was one; whether that was the last.
    pub fn is_reached_by(&mut self, stepped: Stepped) -> bool {
        let counts = match self.size {
            // Counted where the walk does them.
            StepSize::Phase | StepSize::Sample => false,
            StepSize::Batch => true,
            StepSize::Epoch => stepped.epoch.is_some(),
        };
        counts && self.is_reached()
    }
}

impl<S: Sink> Trainer<S> {
    /// Goes `count` steps of `size` on, then pauses.
    pub(super) fn step_by(&mut self, size: StepSize, count: u32) {
        if matches!(self.state, State::Diverged(_)) {
            return self.set_state(self.state.clone());
        }
        self.goal = Goal {
            size,
            left: count.max(1),
        };
        match size {
            StepSize::Epoch => return self.resume_as(State::Stepping),
            StepSize::Batch if self.walk.is_none() && count > 1 => {
                return self.resume_as(State::Stepping);
            }
            StepSize::Batch => {}
            StepSize::Phase | StepSize::Sample => {
                let session = &mut self.session;
                self.walk.get_or_insert_with(|| PhaseStepper::new(session));
            }
        }
        if count > 1 {
            return self.set_state(State::Stepping);
        }
        self.state = State::Paused;
        let before = self.session.position();
        if self.walk.is_some() {
            self.walk_on();
            self.tell_walk();
        } else {
            self.step()
        }
        self.set_state(self.state.clone());
        if self.session.position() != before {
            self.evaluate();
        }
    }

    /// One step of the goal's size in the walk under way; whether an update was made.
    fn walk_on(&mut self) {
        let Some(walk) = &mut self.walk else {
            return;
        };
        let before = self.scratch.history.value_before(&self.session);
        let session = &mut self.session;
        let stepped: Result<Option<Stepped>, Divergence> = match self.goal.size {
            StepSize::Phase => walk.phase(session),
            StepSize::Sample => walk.sample(session),
            StepSize::Batch | StepSize::Epoch => walk.batch(session).map(Some),
        };
        // What there is to see changes with the phase, also where the position stays.
        self.observed = None;
        match stepped {
            Ok(Some(stepped)) => {
                self.scratch.history.record_change(before, &self.session);
                self.note_step(stepped);
            }
            Ok(None) => {}
            Err(divergence) => self.diverge(divergence),
        }
    }

    /// Walks until the goal is reached or the time of a slice is over.
    pub(super) fn walk_a_slice(&mut self, start: Instant) {
        for done in 1.. {
            self.walk_on();
            let is_counted_here = matches!(self.goal.size, StepSize::Phase | StepSize::Sample);
            if self.state == State::Stepping && is_counted_here && self.goal.is_reached() {
                self.end_stepping();
            }
            let is_time_to_look =
                done % PHASES_BETWEEN_LOOKS == 0 || self.goal.size != StepSize::Phase;
            let is_over = is_time_to_look && start.elapsed() >= SLICE;
            if !self.is_training() || is_over {
                break;
            }
        }
        if self.state != State::Paused && self.walk.is_some() {
            self.tell_walk();
        }
        self.report_progress();
    }

    /// Pauses, as many steps done as were asked for.
    pub(super) fn end_stepping(&mut self) {
        if self.walk.is_some() {
            self.tell_walk();
        }
        self.set_state(State::Paused);
        self.evaluate();
    }

    /// One phase back.
    pub(super) fn step_back(&mut self) {
        if self.is_training() {
            return self.set_state(self.state.clone());
        }
        let before = self.session.position();
        if let Some(walk) = &mut self.walk {
            walk.back(&mut self.session);
            self.observed = None;
        }
        if self.session.position() != before {
            self.check_again();
        }
        self.tell_walk();
        // A training that was finished by the update is not, without it.
        let state = match self.state {
            State::Finished if self.session.position() != before => State::Paused,
            _ => self.state.clone(),
        };
        self.set_state(state);
        if self.session.position() != before {
            self.evaluate();
        }
    }

    /// After a change: the walk goes on if its network and its mini-batch are still those under way.
    pub(super) fn note_change_in_walk(&mut self, is_reshaped: bool) {
        let Some(walk) = &mut self.walk else {
            return;
        };
        walk.note_change(&mut self.session);
        if !is_reshaped && walk.fits(&self.session) {
            self.tell_walk();
        } else {
            self.end_walk();
        }
    }

    /// Ends the walk, if there is one, and tells so.
    pub(super) fn end_walk(&mut self) {
        if self.walk.take().is_some() {
            self.observed = None;
            self.tell_walk();
        }
    }

    fn tell_walk(&mut self) {
        let stand = self.walk.as_ref().map(PhaseStepper::stand);
        self.outbox.push(Event::PhaseStepper(stand));
    }
}
