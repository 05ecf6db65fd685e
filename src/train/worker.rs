//! The thread that runs a [`Session`].
//!
//! It never waits for the screen: events that find no room are kept in a queue, where metrics are
//! merged, and a snapshot is computed only after the previous one was fetched. Without work the
//! thread sleeps until the next command.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::checkpoint::{CheckpointOption, FinalModel, Resumed};
use super::event_queue::Sink;
use super::limits::Limits;
use super::lockstep::RacePlace;
use super::messages::{Command, Event, State};
use super::observation::Mailbox;
use super::pace::Pace;
use super::recovery::RecoveryOption;
use super::trainer::Trainer;
use super::{Position, Session};
use crate::error::{Error, Result};
use crate::model_file::NamedFiles;
use crate::nn::LoggedChange;

/// Name of the worker's thread, whose panics are caught.
pub(crate) const THREAD_NAME: &str = "training";

/// Initial settings of a worker.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Speed limit.
    pub pace: Pace,
    /// Whether to wait for [`Command::Resume`] first.
    pub paused: bool,
    /// Limits after which the training finishes.
    pub limits: Limits,
    /// Model that the front end writes when the run ends, for checkpoints.
    pub final_model: FinalModel,
    /// Destination and interval of checkpoints.
    pub checkpoint: Option<CheckpointOption>,
    /// Folder and conditions of the checkpoint that a run leaves when it ends unsaved.
    pub recovery: Option<RecoveryOption>,
    /// Memory for snapshots of earlier moments, in bytes; with 0 they are shown only by a replay from the start.
    pub history_memory: u64,
    /// Files that models and checkpoints typed by a person must not replace.
    pub files: NamedFiles,
    /// Whether [`Event::Distributions`] are reported from time to time.
    pub distributions: bool,
    /// The run that the session continues.
    pub resumed: Option<Box<Resumed>>,
    /// Changes to make at their steps, which ascend.
    pub due_changes: Vec<LoggedChange>,
    /// Place among the runs of a race.
    pub place: Option<RacePlace>,
}

impl Default for Settings {
    /// Trains at full speed without an end, and saves nothing.
    fn default() -> Self {
        Self {
            pace: Pace::Full,
            paused: false,
            limits: Limits::default(),
            final_model: FinalModel::default(),
            checkpoint: None,
            recovery: None,
            history_memory: 0,
            files: NamedFiles::default(),
            distributions: false,
            resumed: None,
            due_changes: Vec::new(),
            place: None,
        }
    }
}

/// A running worker. Dropping it stops the training and waits for the thread.
pub struct Worker {
    commands: Sender<Command>,
    mailbox: Arc<Mailbox>,
    thread: Option<JoinHandle<Conclusion>>,
}

/// How a run was saved at its end.
#[derive(Debug, Default)]
pub struct Conclusion {
    /// Position at the end; `None` after a panic.
    pub position: Option<Position>,
    /// Path of the recovery file of a run that ended unsaved, or why it could not be written; `None` if none was
    /// needed.
    pub recovery_file: Option<Result<PathBuf>>,
    /// Why the last checkpoint could not be written.
    pub failed_checkpoint: Option<Error>,
    /// Path of the checkpoint that holds the end of the run.
    pub checkpoint: Option<PathBuf>,
    /// Whether a model could not be written.
    pub lacks_model: bool,
    /// Path of the model that was written since the end came unexpectedly.
    pub rescued_model: Option<PathBuf>,
}

impl Worker {
    /// Starts training `session` in a new thread, which calls `sink` for each event.
    ///
    /// # Errors
    /// [`Error::Worker`] if no thread can be started.
    pub fn spawn(session: Session, settings: Settings, sink: impl Sink + 'static) -> Result<Self> {
        let (commands, received) = channel();
        let mailbox = Arc::new(Mailbox::default());
        let thread_mailbox = Arc::clone(&mailbox);
        let thread = thread::Builder::new()
            .name(THREAD_NAME.into())
            .spawn(move || run(session, settings, received, thread_mailbox, sink))
            .map_err(|cause| Error::Worker(cause.to_string()))?;
        Ok(Self {
            commands,
            mailbox,
            thread: Some(thread),
        })
    }

    /// Sends `command`; ignored by a worker that has ended.
    pub fn send(&self, command: Command) {
        // The only possible failure is that the thread has ended, and has reported it.
        let _ = self.commands.send(command);
    }

    /// Returns the mailbox for snapshots.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// Ends the training after the current step, as the user wants it, and waits for the thread. There is
    /// a recovery file only if something could not be saved, or after an earlier [`Command::StopUnsaved`].
    pub fn stop(mut self) -> Conclusion {
        self.stop_and_join(Command::Stop)
    }

    /// Returns whether the thread has ended. Its last event is [`Event::Stopped`].
    pub fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    fn stop_and_join(&mut self, stop: Command) -> Conclusion {
        self.send(stop);
        let joined = self.thread.take().map(JoinHandle::join);
        // Panics are caught and reported in the thread.
        joined.and_then(|joined| joined.ok()).unwrap_or_default()
    }
}

impl Drop for Worker {
    /// Ends a training that nobody ended, as in a panic of its owner.
    fn drop(&mut self) {
        self.stop_and_join(Command::StopUnsaved);
    }
}

fn run(
    session: Session,
    settings: Settings,
    commands: Receiver<Command>,
    mailbox: Arc<Mailbox>,
    sink: impl Sink,
) -> Conclusion {
    let mut trainer = Trainer::new(session, settings, commands, mailbox, sink);
    trainer.announce_start();
    // A panic may leave the engine inconsistent. From then on only the last good parameters are
    // read, until a reset replaces the session.
    while let Err(panic) = catch_unwind(AssertUnwindSafe(|| trainer.run())) {
        trainer.session.distrust();
        trainer.set_state(State::Failed(panic_message(panic.as_ref())));
    }
    let conclude = || trainer.conclude();
    let conclusion = catch_unwind(AssertUnwindSafe(conclude)).unwrap_or_default();
    trainer.events.push(Event::Stopped);
    trainer.events.flush_for(Duration::from_millis(200));
    conclusion
}

/// Returns the message of a panic, with control characters escaped.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    crate::util::text::sanitise(text.unwrap_or("unknown panic"))
}
