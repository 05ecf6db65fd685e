//! Counted steps: phases and rows with the phase stepper, mini-batches and epochs.

use std::time::Instant;

use super::{SLICE, Trainer};
use crate::train::event_queue::Sink;
use crate::train::messages::{Event, State};
use crate::train::{Divergence, PhaseStepper, StepSize, Stepped};

/// Number of phases between two looks at the clock.
const PHASES_BETWEEN_LOOKS: u32 = 64;

/// Remaining steps.
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
    /// Counts one step of the goal's size. Returns whether it was the last.
    fn is_reached(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left == 0
    }

    /// Counts the end of a mini-batch, and of its epoch. Returns whether it was the last.
    pub(crate) fn is_reached_by(&mut self, stepped: Stepped) -> bool {
        let counts = match self.size {
            // Counted by `step_phases_for_a_slice`.
            StepSize::Phase | StepSize::Sample => false,
            StepSize::Batch => true,
            StepSize::Epoch => stepped.epoch.is_some(),
        };
        counts && self.is_reached()
    }
}

impl<S: Sink> Trainer<S> {
    /// Runs `count` steps of `size`, then pauses.
    pub(super) fn step_by(&mut self, size: StepSize, count: u32) {
        if matches!(self.state, State::Diverged(_)) {
            return self.report_state();
        }
        self.goal = Goal {
            size,
            left: count.max(1),
        };
        match size {
            StepSize::Epoch => return self.resume_as(State::Stepping),
            StepSize::Batch if self.stepper.is_none() && count > 1 => {
                return self.resume_as(State::Stepping);
            }
            StepSize::Batch => {}
            StepSize::Phase | StepSize::Sample => {
                let session = &mut self.session;
                self.stepper
                    .get_or_insert_with(|| PhaseStepper::new(session));
            }
        }
        if count > 1 {
            return self.set_state(State::Stepping);
        }
        self.state = State::Paused;
        let before = self.session.position();
        if self.stepper.is_some() {
            self.step_phases();
            self.report_step_position();
        } else {
            self.step()
        }
        self.report_state();
        if self.session.position() != before {
            self.evaluate();
        }
    }

    /// Runs one step of the goal's size with the phase stepper.
    fn step_phases(&mut self) {
        let before = self.step_values();
        let Some(stepper) = &mut self.stepper else {
            return;
        };
        let session = &mut self.session;
        let stepped: Result<Option<Stepped>, Divergence> = match self.goal.size {
            StepSize::Phase => stepper.phase(session),
            StepSize::Sample => stepper.sample(session),
            StepSize::Batch | StepSize::Epoch => stepper.batch(session).map(Some),
        };
        // The phase changes what is shown, even if the position does not.
        self.observed = None;
        match stepped {
            Ok(Some(stepped)) => {
                self.record_history(before);
                self.record_step(stepped);
            }
            Ok(None) => {}
            Err(divergence) => self.diverge(divergence),
        }
    }

    /// Runs the phase stepper until the goal is reached or a slice of time is over.
    pub(super) fn step_phases_for_a_slice(&mut self, start: Instant) {
        for done in 1.. {
            self.step_phases();
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
        if self.state != State::Paused && self.stepper.is_some() {
            self.report_step_position();
        }
        self.report_progress();
    }

    /// Pauses after the last requested step.
    pub(super) fn end_stepping(&mut self) {
        if self.stepper.is_some() {
            self.report_step_position();
        }
        self.set_state(State::Paused);
        self.evaluate();
    }

    /// Undoes one phase.
    pub(super) fn step_back(&mut self) {
        if self.is_training() {
            return self.report_state();
        }
        let before = self.session.position();
        if let Some(stepper) = &mut self.stepper {
            stepper.back(&mut self.session);
            self.observed = None;
        }
        if self.session.position() != before {
            self.restart_task();
        }
        self.report_step_position();
        // A training finished by the undone update is no longer finished.
        let state = match self.state {
            State::Finished(_) if self.session.position() != before => State::Paused,
            _ => self.state.clone(),
        };
        self.set_state(state);
        if self.session.position() != before {
            self.evaluate();
        }
    }

    /// Adapts the phase stepper to a live change; ends it if network or mini-batch have changed.
    pub(super) fn update_stepper_after_change(&mut self, is_reshaped: bool) {
        let Some(stepper) = &mut self.stepper else {
            return;
        };
        stepper.session_changed(&mut self.session);
        if !is_reshaped && stepper.fits(&self.session) {
            self.report_step_position();
        } else {
            self.leave_batch();
        }
    }

    /// Ends the phase stepper, if there is one, and reports it.
    pub(super) fn leave_batch(&mut self) {
        if self.stepper.take().is_some() {
            self.observed = None;
            self.report_step_position();
        }
    }

    pub(super) fn report_step_position(&mut self) {
        let position = self.stepper.as_ref().map(PhaseStepper::position);
        self.events.push(Event::StepPosition(position));
    }
}
