//! End of the program: the terminal is given back, the worker stops, the log ends.

use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::{FRAME, Program};
use crate::error::Result;
use crate::record::{End, report_conclusion};
use crate::train::{Command, Event};
use crate::tui::app::{App, MAIN_LANE, Phase};
use crate::tui::events::Incoming;
use crate::tui::terminal::Screen;
use crate::util::background;

impl Program {
    /// Gives the terminal back, stops the worker and ends the log after its last event.
    pub(super) fn close(mut self, result: Result<u8>, incoming: &Receiver<Incoming>) -> Result<u8> {
        // The terminal first: the rest of a long step need not be waited for on a dead screen.
        let recorded = self.screen.as_mut().map_or(Ok(()), Screen::end_recording);
        if let Some(screen) = self.screen.take() {
            screen.close(matches!(result, Ok(130)));
        }
        let Some(training) = self.training else {
            return result;
        };
        let is_wanted = matches!(result, Ok(0));
        training.worker.send(if is_wanted {
            Command::Stop
        } else {
            Command::StopUnsaved
        });
        self.lanes.end();
        let mut failures = Vec::new();
        loop {
            let has_ended = training.worker.has_ended();
            let wait = if has_ended { Duration::ZERO } else { FRAME };
            match incoming.recv_timeout(wait) {
                Ok(Incoming::Worker(MAIN_LANE, event)) => {
                    failures.extend(self.recorders.record(&event));
                    if matches!(*event, Event::Stopped) {
                        break;
                    }
                }
                Ok(_) => {}
                Err(_) if has_ended => break,
                Err(_) => {}
            }
        }
        let conclusion = training.worker.stop();
        failures.extend(self.recorders.finish(end_of(&self.app, &result)));
        if let (App::Running(model), Ok(_), false) = (&mut self.app, &result, self.is_blind) {
            // Steps were done since the last metrics.
            model.run.position = conclusion.position.unwrap_or(model.run.position);
            let checkpoint = conclusion.checkpoint.as_deref();
            // From one lesson to the next, there is nothing to be said of a run that was an exercise.
            if model.course.is_none() || model.next_lesson.is_none() {
                background::print_error(&model.run.summary(checkpoint));
            }
        }
        let code = report_conclusion(conclusion, result)?;
        let failures = recorded.err().into_iter().chain(failures);
        let mut failures = self.failed_log.into_iter().chain(failures);
        match failures.next() {
            Some(error) => Err(error),
            None => Ok(code),
        }
    }
}

/// Reason for the end of a run on the screen, given its exit code.
fn end_of(app: &App, result: &Result<u8>) -> End {
    let phase = app.model().map(|model| &model.run.phase);
    match (phase, result) {
        (_, Err(error)) => End::Failed(error.to_string()),
        (_, Ok(code @ 129..)) => End::Signal(i32::from(*code) - 128),
        (Some(Phase::Finished(limit)), _) => End::Finished(*limit),
        (Some(Phase::Diverged(divergence)), _) => End::Diverged(*divergence),
        (Some(Phase::Failed(message)), _) => End::Failed(message.clone()),
        _ => End::Quit,
    }
}
