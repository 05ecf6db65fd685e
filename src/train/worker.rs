//! The thread that runs a [`Session`].
//!
//! It never waits for whoever watches: metrics that can't be handed over are merged and kept, and
//! snapshots are taken only when the last one was. Without work it sleeps on its commands.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::Session;
use super::event_queue::Sink;
use super::messages::{Command, Event, State};
use super::observation::Mailbox;
use super::pace::Pace;
use super::trainer::Trainer;
use crate::error::{Error, Result};

/// Name of the worker's thread, by which a panic hook tells it from the others.
pub const THREAD_NAME: &str = "training";

/// How a worker starts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The speed limit.
    pub pace: Pace,
    /// Whether it waits for [`Command::Resume`].
    pub paused: bool,
    /// Epochs after which it is finished; none for until it is stopped.
    pub epochs: Option<u32>,
}

/// A running worker. Dropping it stops the training and waits for the thread's end.
pub struct Worker {
    commands: Sender<Command>,
    mailbox: Arc<Mailbox>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts training `session` on a thread of its own. `sink` takes the events there; it must
    /// not wait, but give an event back that it has no room for.
    ///
    /// # Errors
    /// [`Error::Worker`] where the system gives no thread.
    pub fn spawn(session: Session, settings: Settings, sink: impl Sink + 'static) -> Result<Self> {
        let (commands, received) = channel();
        let mailbox = Arc::new(Mailbox::default());
        let its_mailbox = Arc::clone(&mailbox);
        let thread = thread::Builder::new()
            .name(THREAD_NAME.into())
            .spawn(move || run(session, settings, received, its_mailbox, sink))
            .map_err(|cause| Error::Worker(cause.to_string()))?;
        Ok(Self {
            commands,
            mailbox,
            thread: Some(thread),
        })
    }

    /// Sends `command`; a worker that has ended ignores it.
    pub fn send(&self, command: Command) {
        // The only failure is that the thread has ended, which it has reported as an event.
        let _ = self.commands.send(command);
    }

    /// Where its snapshots lie.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// Ends the training after the step under way and waits for the thread.
    pub fn stop(mut self) {
        self.stop_and_join();
    }

    fn stop_and_join(&mut self) {
        self.send(Command::Stop);
        if let Some(thread) = self.thread.take() {
            // Panics are caught and reported inside.
            let _ = thread.join();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop_and_join();
    }
}

fn run(
    session: Session,
    settings: Settings,
    commands: Receiver<Command>,
    mailbox: Arc<Mailbox>,
    sink: impl Sink,
) {
    let mut trainer = Trainer::new(session, settings, commands, mailbox, sink);
    trainer.announce_start();
    // What may be torn by a panic is the engine; from then on only the last good parameters are
    // read, until a reset replaces the session.
    while let Err(panic) = catch_unwind(AssertUnwindSafe(|| trainer.run())) {
        trainer.session.distrust();
        trainer.set_state(State::Failed(panic_message(panic.as_ref())));
    }
    trainer.outbox.push(Event::Stopped);
    trainer.outbox.flush_for(Duration::from_millis(200));
}

/// What a panic said, safe to show.
pub fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    crate::util::text::sanitise(text.unwrap_or("unknown panic"))
}
