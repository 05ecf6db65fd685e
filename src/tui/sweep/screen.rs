//! The loop of the screen of a sweep, whose trainings run in other threads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ratatui::Frame;
use ratatui::crossterm::event::{Event as Input, MouseEventKind};

use super::draw::render;
use super::{Answer, Board};
use crate::error::{Error, Result};
use crate::model_file::remove_temporary_files;
use crate::train::{EpochRecord, Planned, Standing, SweepObserver, Swept};
use crate::tui::decoder::Decoded;
use crate::tui::events::{Backlog, CAPACITY, Incoming, InputGate, watch_input};
use crate::tui::options::ScreenOptions;
use crate::tui::terminal::{Screen, give_back, restore_on_panic};
use crate::tui::theme::Theme;
use crate::util::lang::say;
use crate::util::signals::{HANG_UP, Signal, Signals, Watched};

/// Time between two frames.
const FRAME: Duration = Duration::from_millis(50);

/// Link from the trainings to the screen.
pub(crate) struct Link<'b, 't> {
    board: &'b Mutex<Board<'t>>,
    is_over: &'b AtomicBool,
    sender: SyncSender<Incoming>,
}

/// End of a sweep on the screen.
#[derive(Debug)]
pub(crate) enum SweepEnd {
    /// All trainings are done; results of each combination, the best first.
    Done(Vec<Standing>),
    /// A person, or the signal with this number, has ended the sweep after so many trainings.
    Stopped(usize, Option<i32>),
}

impl<'t> Link<'_, 't> {
    fn board(&self) -> MutexGuard<'_, Board<'t>> {
        // A panic leaves no half of a row.
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows a training that is done.
    pub fn trained(&self, swept: &Swept) {
        self.board().add(swept);
        self.wake();
    }

    fn wake(&self) {
        // If the channel is full, the loop is awake.
        let _ = self.sender.try_send(Incoming::Wake);
    }
}

impl SweepObserver for Link<'_, '_> {
    fn epoch(&self, planned: &Planned, record: &EpochRecord) {
        let loss = record.validation_loss.last;
        self.board().add_epoch(planned, record.epoch, loss);
    }

    fn goes_on(&self) -> bool {
        !self.is_over.load(Ordering::Relaxed)
    }
}

/// Shows `board` while `sweep` trains in another thread, and then until a key closes the screen.
///
/// # Errors
/// Those of `sweep`; [`Error::Terminal`] if the terminal can't be used; [`Error::Worker`] if no thread can be started.
pub(crate) fn run(
    board: Board<'_>,
    options: &ScreenOptions,
    sweep: impl FnOnce(&Link<'_, '_>) -> Result<Vec<Standing>> + Send,
) -> Result<SweepEnd> {
    restore_on_panic();
    let (sender, incoming) = sync_channel(CAPACITY);
    let wake = {
        let sender = sender.clone();
        move || {
            let _ = sender.try_send(Incoming::Wake);
        }
    };
    let last_resort = || {
        give_back();
        remove_temporary_files();
    };
    let signals = Signals::watch(Watched::End, wake.clone(), last_resort)?;
    let (board, is_over) = (Mutex::new(board), AtomicBool::new(false));
    let mut screen = Screen::open(options, wake)?;
    watch_input(sender.clone(), InputGate::default(), Backlog::default())?;
    let mut signal = None;
    thread::scope(|scope| {
        let link = Link {
            board: &board,
            is_over: &is_over,
            sender,
        };
        let training = thread::Builder::new()
            .name("sweep".into())
            .spawn_scoped(scope, move || {
                let done = sweep(&link);
                link.board().is_done = true;
                link.wake();
                done
            })
            .map_err(|cause| Error::Worker(cause.to_string()))?;
        let lock = || board.lock().unwrap_or_else(PoisonError::into_inner);
        let mut drawn = None::<Instant>;
        let mut is_closing = false;
        // Epochs do not wake the loop: it looks at them with each frame.
        while !(is_closing && training.is_finished()) {
            let due = drawn.is_none_or(|at| at.elapsed() >= FRAME);
            if due && screen.is_ready() && !is_closing {
                let shown = lock();
                let view = |frame: &mut Frame<'_>, theme: &Theme| {
                    render(&shown, frame.area(), frame.buffer_mut(), *theme);
                };
                is_closing |= screen.draw(view).is_err();
                drawn = Some(Instant::now());
            }
            if let Some(Signal::End(number) | Signal::Limit(number)) = signals.take() {
                signal = Some(number);
                is_closing = true;
            }
            match incoming.recv_timeout(FRAME) {
                Ok(Incoming::Inputs(inputs)) => {
                    for input in inputs {
                        match input {
                            Decoded::Reply(reply) => screen.adapt(reply),
                            Decoded::Input(input) => is_closing |= handle(&mut lock(), &input),
                        }
                    }
                    drawn = None;
                }
                Ok(Incoming::InputEnded) => {
                    signal = Some(i32::from(HANG_UP) - 128);
                    is_closing = true;
                }
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let is_failed = training.is_finished() && !lock().is_done;
            is_closing |= is_failed;
            if is_closing {
                is_over.store(true, Ordering::Relaxed);
            }
        }
        drop(screen);
        let done = training.join().unwrap_or_else(|_| {
            Err(Error::Worker(
                say!("worker-ended", "it ended unexpectedly").into(),
            ))
        });
        match done {
            Ok(standings) if signal.is_none() => Ok(SweepEnd::Done(standings)),
            Ok(_) | Err(Error::Cancelled) => Ok(SweepEnd::Stopped(lock().done(), signal)),
            Err(error) => Err(error),
        }
    })
}

/// Handles an input. Returns whether the screen is to be closed.
fn handle(board: &mut Board<'_>, input: &Input) -> bool {
    let key = match input {
        Input::Key(key) => *key,
        Input::Mouse(mouse) => match mouse.kind {
            MouseEventKind::ScrollDown => ratatui::crossterm::event::KeyCode::Down.into(),
            MouseEventKind::ScrollUp => ratatui::crossterm::event::KeyCode::Up.into(),
            _ => return false,
        },
        _ => return false,
    };
    let is_closed = board.press(&key) == Answer::Close;
    board.is_stopping |= is_closed;
    is_closed
}
