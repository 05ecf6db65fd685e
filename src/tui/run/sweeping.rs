//! A sweep on the screen: its trainings run in other threads, the loop shows how far they are.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use super::{CAPACITY, Program};
use crate::error::{Error, Result};
use crate::train::{EpochRecord, Planned, Standing, SweepObserver, Swept};
use crate::tui::app::App;
use crate::tui::events::Incoming;
use crate::tui::options::ScreenOptions;
use crate::tui::sweep::{Board, Progress};
use crate::util::lang::say;

/// Link from the trainings to the screen. The screen learns of its end when it is dropped.
pub(crate) struct SweepLink<'s> {
    is_over: &'s AtomicBool,
    sender: SyncSender<Incoming>,
}

/// End of a sweep on the screen.
#[derive(Debug)]
pub(crate) struct SweepEnd {
    /// Results of each combination, the best first; none if a person or a signal has ended the sweep.
    pub standings: Option<Vec<Standing>>,
    /// Exit code of the screen.
    pub code: u8,
}

/// Ends the sweep when it is dropped.
struct IsOpen<'s>(&'s AtomicBool);

impl Drop for IsOpen<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl SweepLink<'_> {
    /// Shows a training that is done.
    pub fn trained(&self, swept: &Swept) {
        self.send(Progress::Trained(*swept));
    }

    fn send(&self, progress: Progress) {
        // The receiver goes when the screen is closed.
        let _ = self.sender.send(Incoming::Sweep(progress));
    }
}

impl Drop for SweepLink<'_> {
    fn drop(&mut self) {
        self.send(Progress::Ended);
    }
}

impl SweepObserver for SweepLink<'_> {
    fn epoch(&self, planned: &Planned, record: &EpochRecord) {
        let loss = record.validation_loss.last;
        self.send(Progress::Epoch(*planned, record.epoch, loss));
    }

    fn should_continue(&self) -> bool {
        !self.is_over.load(Ordering::Relaxed)
    }
}

/// Shows `board` while `sweep` trains in another thread, and then until a key closes the screen.
///
/// # Errors
/// Those of `sweep`; [`Error::Terminal`] if the terminal can't be used; [`Error::Worker`] if no thread can be started.
pub(crate) fn run_sweep(
    board: Board,
    options: ScreenOptions,
    sweep: impl FnOnce(&SweepLink<'_>) -> Result<Vec<Standing>> + Send,
) -> Result<SweepEnd> {
    let (sender, incoming) = sync_channel(CAPACITY);
    let program = Program::new(App::Sweeping(Box::new(board)), options, sender.clone())?;
    let is_over = &AtomicBool::new(false);
    thread::scope(move |scope| {
        // After a panic of the screen too, nobody waits for room in the channel.
        let (incoming, screen) = (incoming, IsOpen(is_over));
        let link = SweepLink { is_over, sender };
        let training = thread::Builder::new()
            .name("sweep".into())
            .spawn_scoped(scope, move || {
                let done = sweep(&link);
                if let Ok(standings) = &done {
                    let best = standings.first().map(|best| best.combination);
                    link.send(Progress::Done(best));
                }
                done
            })
            .map_err(|cause| Error::Worker(cause.to_string()))?;
        let exit = program.run_to_end(&incoming);
        drop((incoming, screen));
        let done = training.join().unwrap_or_else(|_| {
            let ended = say!("worker-ended", "it ended unexpectedly");
            Err(Error::Worker(ended.into()))
        });
        let standings = match done {
            Ok(standings) => Some(standings),
            Err(Error::Cancelled) => None,
            Err(error) => return Err(error),
        };
        let code = exit?.code;
        Ok(SweepEnd { standings, code })
    })
}
