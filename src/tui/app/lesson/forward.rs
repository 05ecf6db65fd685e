//! Going straight to a step of a lesson: what is asked for on the way is done for the reader, and where the run can no
//! longer come to it, the lesson is started anew.

use super::Course;
use crate::lesson::Kind;
use crate::train::{Pace, Probe, Request, Scratch, Training};
use crate::tui::app::actions::Done;
use crate::tui::app::model::Model;
use crate::tui::app::training::Phase;
use crate::tui::text;

/// Step that a lesson is on the way to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Destination {
    step: usize,
    /// Whether full speed ends there.
    was_slow: bool,
    /// Whether nothing was done in the run before.
    is_anew: bool,
}

/// Snapshots at rest, each asked for when the one before had come, after which a task that the program did is taken for one
/// that cannot be done: the first may be shown before the events that the worker reported ahead of it.
const MAX_UNDONE_SNAPSHOTS: usize = 3;

/// Marks a snapshot: one with this probe was taken after the worker had the commands sent before.
#[derive(Debug, Clone, Copy, PartialEq)]
struct MarkProbe(usize);

impl Probe for MarkProbe {
    type Answer = ();

    fn compute(&self, _training: &Training<'_>, _scratch: &mut Scratch) {}
}

impl Course {
    /// The mark of a snapshot that shows what came of the present task, once the program did it for the reader.
    pub(in crate::tui::app) fn probe(&self) -> Option<Request> {
        (self.was_done_by_program && !self.is_done).then(|| Request::new(MarkProbe(self.mark)))
    }

    /// Whether the lesson is on the way to a step.
    pub fn is_hurried(&self) -> bool {
        self.destination.is_some()
    }

    /// Index of the step at which the reader may go on another time; 0 at the end, from where nothing is left.
    pub(in crate::tui) fn place(&self) -> usize {
        if self.is_at_end() {
            0
        } else {
            self.reached.max(self.offered.unwrap_or(0))
        }
    }
}

impl Model {
    /// Whether the program did the present task for the reader, and the run is not where the task asks it to be all the
    /// same: it has gone on too far, or its settings are others.
    pub(crate) fn is_lesson_stuck(&self) -> bool {
        self.is_task_undone()
            && (self.course.as_ref())
                .is_some_and(|course| course.undone_snapshots == MAX_UNDONE_SNAPSHOTS)
    }

    /// Whether the program did the present task, which is not done, and the run is at rest.
    fn is_task_undone(&self) -> bool {
        self.course.as_ref().is_some_and(|course| {
            let is_task = matches!(course.current().kind, Kind::Task { .. });
            is_task && course.was_done_by_program && !course.is_done && !course.awaits_worker
        }) && !self.main_run().is_training()
            && self.main_run().past.is_none()
            && self.prompt.overlay.is_none()
    }

    /// Notes a snapshot with the present mark that shows an undone task, and asks for another one.
    pub(in crate::tui::app) fn look_at_undone_task(&mut self) {
        let is_undone = self.is_task_undone();
        let run = self.main_run();
        let snapshot = run.snapshot.as_ref();
        let snapshot = snapshot.filter(|snapshot| snapshot.position == run.position);
        let mark = snapshot.and_then(|snapshot| Some(snapshot.get::<MarkProbe>()?.0.0));
        let Some(course) = &mut self.course else {
            return;
        };
        if !is_undone {
            course.undone_snapshots = 0;
        } else if mark == Some(course.mark) && course.undone_snapshots < MAX_UNDONE_SNAPSHOTS {
            course.undone_snapshots += 1;
            course.mark += 1;
        }
    }

    /// Starts the lesson anew, and comes back to the step of index `step`.
    pub(super) fn restart_lesson(&mut self, step: usize) -> Done {
        let Some(course) = &self.course else {
            return Err(text::no_lesson().into());
        };
        let name = course.lesson.name.clone();
        self.start_lesson(&name, Some(step + 1))
    }

    /// Begins a lesson that goes to the step of this number at once.
    pub(super) fn begin_at(&mut self, number: usize) {
        let done = self.turn_to_step(number);
        self.prompt.report(done);
        let course = self.course.as_mut();
        if let Some(destination) = course.and_then(|course| course.destination.as_mut()) {
            destination.is_anew = true;
        }
    }

    /// Goes to the step of this number, counted from 1: at once if it was reached before.
    ///
    /// # Errors
    /// If there is no lesson, or no such step.
    pub(super) fn turn_to_step(&mut self, number: usize) -> Done {
        let Some(course) = &mut self.course else {
            return Err(text::no_lesson().into());
        };
        let steps = course.lesson.steps.len();
        if !(1..=steps).contains(&number) {
            return Err(text::no_such_step(steps));
        }
        let step = number - 1;
        if step <= course.reached {
            self.turn_back(step);
            return Ok(());
        }
        self.leave_quiz();
        let Some(course) = &self.course else {
            return Ok(());
        };
        let reached = course.reached;
        if course.step != reached {
            self.turn_page(reached);
        }
        let was_slow = self.run.pace != Pace::Full;
        if was_slow {
            self.toggle_full_speed()?;
        }
        if let Some(course) = &mut self.course {
            course.destination = Some(Destination {
                step,
                was_slow,
                is_anew: false,
            });
        }
        self.prompt.status(text::on_the_way(number));
        Ok(())
    }

    /// Does what the steps before the destination ask for, as far as that is possible now.
    pub(in crate::tui::app) fn go_forward(&mut self) {
        if self.run.phase == Phase::Pausing {
            // The reader has something else in mind.
            return self.stop_going_forward();
        }
        while let Some(course) = &mut self.course {
            let Some(destination) = course.destination else {
                return;
            };
            if course.awaits_worker {
                return;
            }
            if course.step >= destination.step {
                return self.stop_going_forward();
            }
            let next = course.step + 1;
            match &course.current().kind {
                Kind::Task { .. } if !course.is_done => {
                    if !course.was_done_by_program {
                        return self.go_on();
                    }
                    if !self.is_lesson_stuck() {
                        return;
                    }
                    if !destination.is_anew {
                        self.stop_going_forward();
                        let started = self.restart_lesson(destination.step);
                        return self.prompt.report(started);
                    }
                    // From the very start it was no different: with these settings the task cannot be done.
                }
                Kind::Question { answer, .. } => course.answered = Some(*answer),
                _ => {}
            }
            self.turn_page(next);
            // Results that a task asked for are of no use to who does not see it.
            self.prompt.overlay = None;
            self.begin_step();
        }
    }

    /// Stays at the present step, at the speed of before.
    pub(super) fn stop_going_forward(&mut self) {
        let course = self.course.as_mut();
        let Some(destination) = course.and_then(|course| course.destination.take()) else {
            return;
        };
        if destination.was_slow && self.run.pace == Pace::Full {
            let done = self.toggle_full_speed();
            self.prompt.report(done);
        }
        self.prompt.notice = None;
    }
}
