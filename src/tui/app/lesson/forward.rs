//! Going straight to a step of a lesson: what is asked for on the way is done for the reader.

use super::Course;
use crate::lesson::Kind;
use crate::train::Pace;
use crate::tui::app::actions::Done;
use crate::tui::app::model::Model;
use crate::tui::text;

/// Step that a lesson is on the way to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Destination {
    step: usize,
    /// Whether full speed ends there.
    was_slow: bool,
}

impl Course {
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
        self.quiz = None;
        let step = number - 1;
        if step <= course.reached {
            course.turn_to(step);
            return Ok(());
        }
        course.turn_to(course.reached);
        let was_slow = self.run.pace != Pace::Full;
        if was_slow {
            self.toggle_full_speed()?;
        }
        if let Some(course) = &mut self.course {
            course.destination = Some(Destination { step, was_slow });
        }
        self.prompt.status(text::on_the_way(number));
        Ok(())
    }

    /// Does what the steps before the destination ask for, as far as that is possible now.
    pub(in crate::tui::app) fn go_forward(&mut self) {
        while let Some(course) = &mut self.course {
            let Some(destination) = course.destination else {
                return;
            };
            if course.is_awaiting {
                return;
            }
            if course.step >= destination.step {
                return self.stop_going_forward();
            }
            match &course.current().kind {
                Kind::Task { .. } if !course.is_done => {
                    if !course.has_acted {
                        self.go_on();
                    }
                    return;
                }
                Kind::Question { answer, .. } => course.answered = Some(*answer),
                _ => {}
            }
            course.turn_to(course.step + 1);
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
