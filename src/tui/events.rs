//! Messages to the screen's thread: input, the worker's events, results of other threads. All
//! arrive in one channel; only signals have a queue of their own, which is never full.

use std::sync::mpsc::SyncSender;
use std::thread;

use ratatui::crossterm::event::{self, Event as Input};

use super::app::command::Files;
use super::loader::Loaded;
use crate::data::DataSummary;
use crate::error::{Error, Result};
use crate::train::Event;

/// Capacity of the channel. Events that find no room stay in the worker's queue.
pub(super) const CAPACITY: usize = 256;

/// A message to the screen's thread.
pub(super) enum Incoming {
    Input(Input),
    /// The terminal can't be read any more.
    InputEnded,
    Worker(Box<Event>),
    Described(u32, Box<DataSummary>),
    Files(Files),
    Loaded(Box<Loaded>),
    /// A signal is in its queue.
    Signal,
}

/// Starts a thread that sends keys, mouse events and resizes.
///
/// # Errors
/// [`Error::Worker`] if no thread can be started.
pub(super) fn watch_input(sender: SyncSender<Incoming>) -> Result<()> {
    spawn("input", move || {
        while let Ok(input) = event::read() {
            if sender.send(Incoming::Input(input)).is_err() {
                return;
            }
        }
        // The program may have ended meanwhile.
        let _ = sender.send(Incoming::InputEnded);
    })
}

/// Runs `body` in a new thread.
///
/// # Errors
/// [`Error::Worker`] if no thread can be started.
pub(super) fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = thread::Builder::new().name(name.into());
    let spawned = thread.spawn(body).map(drop);
    spawned.map_err(|cause| Error::Worker(cause.to_string()))
}
