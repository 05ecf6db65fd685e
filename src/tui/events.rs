//! What comes from outside: keys, signals, and what threads have to tell. All of it reaches the
//! screen's thread on one channel.

use std::any::Any;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{self, Event as Input};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;

use super::app::command::Files;
use super::terminal::Navigation;
use super::theme::Theme;
use crate::data::DataSummary;
use crate::error::{Error, Result};
use crate::train::{Event, Session, Settings};

/// Messages that may wait. The worker keeps what finds no room.
const WAITING: usize = 256;
/// A second signal after this time ends the program at once.
const IMPATIENCE: Duration = Duration::from_secs(1);

/// Something from outside.
pub(super) enum Incoming {
    Input(Input),
    InputEnded,
    Worker(Box<Event>),
    Described(u32, Box<DataSummary>),
    Files(Files),
    Signal(i32),
    Loaded(Box<Loaded>),
}

/// What became of the loading: what is to be trained, an error, or a panic.
pub(super) type Loaded = Result<Result<(Session, Settings)>, Box<dyn Any + Send>>;

/// The channel that everything comes in on.
pub(super) fn channel() -> (SyncSender<Incoming>, Receiver<Incoming>) {
    sync_channel(WAITING)
}

/// Takes the terminal; from then on keys and signals come in through `sender`.
///
/// # Errors
/// [`Error::Terminal`] where it can't be used, [`Error::Worker`] where no thread is to be had.
pub(super) fn open(theme: Theme, sender: &SyncSender<Incoming>) -> Result<Navigation> {
    watch_signals(sender.clone())?;
    let screen = Navigation::open(theme)?;
    watch_input(sender.clone())?;
    Ok(screen)
}

fn watch_input(sender: SyncSender<Incoming>) -> Result<()> {
    let watch = move || {
        while let Ok(input) = event::read() {
            if sender.send(Incoming::Input(input)).is_err() {
                return;
            }
        }
        // The loop may be gone already; then nobody is left to tell.
        let _ = sender.send(Incoming::InputEnded);
    };
    spawn("input", watch)
}

fn watch_signals(sender: SyncSender<Incoming>) -> Result<()> {
    let mut signals =
        Signals::new([SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT]).map_err(Error::Terminal)?;
    spawn("signals", move || {
        let mut first: Option<Instant> = None;
        for signal in signals.forever() {
            if matches!(signal, SIGINT | SIGTERM | SIGHUP) {
                match first {
                    None => first = Some(Instant::now()),
                    Some(at) if at.elapsed() < IMPATIENCE => {}
                    // The screen hangs, on a terminal that takes no output for instance.
                    Some(_) => std::process::exit(128 + signal),
                }
            }
            // Waiting for room would miss the signal that ends a hanging screen.
            if let Err(TrySendError::Disconnected(_)) = sender.try_send(Incoming::Signal(signal)) {
                return;
            }
        }
    })
}

/// Runs `body` in a thread of its own.
pub(super) fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = thread::Builder::new().name(name.into());
    let spawned = thread.spawn(body).map(drop);
    spawned.map_err(|cause| Error::Worker(cause.to_string()))
}
