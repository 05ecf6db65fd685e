//! The terminal is given back while the process is stopped, and for good when it is gone.

use std::time::Instant;

use super::Program;
use crate::error::Result;
use crate::tui::app::Msg;
use crate::tui::terminal::give_back;
use crate::util::signals::{HANG_UP, HAS_JOB_CONTROL, is_in_foreground, stop_job, stop_process};

impl Program {
    /// Gives the terminal back, and asks all processes of the job to stop. A shell that waits for this process in a
    /// script may stop first: then the terminal is no longer this job's to change.
    pub(super) fn suspend_job(&mut self) {
        self.go_away();
        if !stop_job() {
            self.suspend();
        }
    }

    /// Gives the terminal back, unless that is done.
    pub(super) fn go_away(&mut self) {
        if HAS_JOB_CONTROL && !std::mem::replace(&mut self.is_away, true) {
            if self.screen.is_some() {
                self.input.close();
            }
            give_back();
        }
    }

    /// Gives the terminal back and stops this process; [`Signal::Continue`] ends that.
    pub(super) fn suspend(&mut self) {
        if !HAS_JOB_CONTROL {
            return;
        }
        self.go_away();
        let stopped_at = Instant::now();
        stop_process();
        self.loading_since += stopped_at.elapsed();
    }

    /// Takes the terminal again. In the background the process stops once more, unless it was continued to end.
    pub(super) fn come_back(&mut self) -> Result<()> {
        if self.is_ending {
            return Ok(());
        }
        if !is_in_foreground() {
            self.suspend();
            return Ok(());
        }
        self.is_away = false;
        self.input.open();
        let Some(screen) = &mut self.screen else {
            return Ok(());
        };
        if screen.retake().is_err() {
            // A hang-up wakes stopped processes too; the terminal is gone then.
            return self.lose_sight();
        }
        let (width, height) = screen.size()?;
        self.update(Msg::Resize(width, height))
    }

    /// Ends the run as a hang-up does, since the terminal is gone; the model is still saved.
    pub(super) fn lose_sight(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.is_blind, true) {
            return Ok(());
        }
        self.update(Msg::Terminate(HANG_UP))
    }
}
