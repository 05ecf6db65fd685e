//! Training without a screen, at full speed, with text or JSON lines on the standard streams.
//!
//! Unlike on the screen, the worker waits until each event is recorded: a slow reader of the JSON
//! slows the training down, and no two epochs are merged.

use std::io::{self, Write};
use std::sync::mpsc::{SyncSender, sync_channel};

use crate::error::{Error, Result};
use crate::model_file::ExportOption;
use crate::nn::GradientCheck;
use crate::record::{End, LogOption, Recorders, STANDARD_OUTPUT, gradients};
use crate::train::{Command, Event, Pace, Session, Settings, Sink, State, Worker};
use crate::util::signals::{Signal, Signals, Watched};

/// Events that wait to be recorded before the worker waits too.
const QUEUE_CAPACITY: usize = 256;

/// Options of a run without screen.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Epochs to train; may be 0.
    pub epochs: u64,
    /// File that the model is saved to when they are done.
    pub export: Option<&'a ExportOption>,
    /// File that the run is recorded to.
    pub log: Option<&'a LogOption>,
    /// Whether JSON lines are written to standard output.
    pub json: bool,
    /// Whether gradients are checked by finite differences before the first step, and after the
    /// last one.
    pub check_gradients: bool,
}

/// Trains `session` for the given epochs, or until a signal or a divergence, then saves the model.
/// Returns the exit code: 0, or 128 plus the number of the signal.
///
/// # Errors
/// [`Error::Diverged`] and [`Error::Worker`], after the last good weights were saved;
/// [`Error::Gradients`]; [`Error::CannotWrite`] for the model, the log and standard output.
pub fn run(session: Session, options: Options) -> Result<u8> {
    let settings = Settings {
        pace: Pace::Full,
        // The first check comes before the first step.
        paused: options.check_gradients,
        epochs: Some(options.epochs),
    };
    let mut recorders = Recorders::new();
    recorders.add_console(options.json);
    if let Some(log) = options.log {
        recorders.add_log(log)?;
    }
    let (sender, messages) = sync_channel(QUEUE_CAPACITY);
    let wake = sender.clone();
    let signals = Signals::watch(Watched::End, move || {
        // If the queue is full, the main thread is awake.
        let _ = wake.try_send(RunMessage::Signal);
    })?;
    let worker = Worker::spawn(session, settings, Events(sender))?;
    let mut run = Run {
        worker: &worker,
        options,
        check: options.check_gradients.then_some(Check::BeforeTraining),
        end: None,
        failed_export: None,
        failed_output: None,
    };
    if options.check_gradients {
        worker.send(Command::CheckGradients);
    }
    for message in &messages {
        if let Some(Signal::End(number)) = signals.take() {
            run.end(End::Signal(number));
        }
        match message {
            RunMessage::Event(event) => {
                for failure in recorders.record(&event) {
                    run.record_failure(failure);
                }
                run.handle(event);
            }
            RunMessage::Signal => {}
            RunMessage::WorkerGone => break,
        }
    }
    let code = run.conclude(recorders);
    // The worker may wait for room in the queue.
    drop(messages);
    worker.stop();
    code
}

/// Message to the main thread.
enum RunMessage {
    Event(Event),
    /// A signal is in its queue.
    Signal,
    WorkerGone,
}

/// Sends the worker's events to the main thread.
struct Events(SyncSender<RunMessage>);

impl Sink for Events {
    /// Waits for room in the queue. An event is dropped if the main thread has ended.
    fn offer(&mut self, event: Event) -> Result<(), Box<Event>> {
        let _ = self.0.send(RunMessage::Event(event));
        Ok(())
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        // Sent even if the thread panics. The main thread may have ended before.
        let _ = self.0.send(RunMessage::WorkerGone);
    }
}

/// Gradient check that comes next, or is under way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Check {
    BeforeTraining,
    AfterTraining,
}

/// State of a run without screen.
struct Run<'a> {
    worker: &'a Worker,
    options: Options<'a>,
    check: Option<Check>,
    /// Reason for the end, once it is known.
    end: Option<End>,
    failed_export: Option<Error>,
    /// First failure to write to standard output or to the log.
    failed_output: Option<Error>,
}

impl Run<'_> {
    fn handle(&mut self, event: Event) {
        match event {
            Event::State { state, .. } => match state {
                State::Finished if self.check.is_some() && self.end.is_none() => {
                    self.worker.send(Command::CheckGradients);
                }
                State::Finished => self.end(End::Epochs),
                State::Diverged(divergence) => self.end(End::Diverged(divergence)),
                State::Failed(message) => self.end(End::Failed(message)),
                State::Running | State::Stepping | State::Paused => {}
            },
            Event::Exported { result, .. } => self.failed_export = result.err(),
            Event::GradientsChecked(check) => self.handle_check(&check),
            _ => {}
        }
    }

    /// Starts the training if the check before it found nothing wrong.
    fn handle_check(&mut self, check: &GradientCheck) {
        let is_first = self.check.take() == Some(Check::BeforeTraining);
        if let Some(failure) = gradients::failure(check) {
            self.end(End::WrongGradients(failure));
        } else if is_first && self.options.epochs > 0 {
            self.check = Some(Check::AfterTraining);
            self.worker.send(Command::Resume);
        } else {
            self.end(End::Epochs);
        }
    }

    /// Ends the training, unless it is ending already. The worker carries out commands in order,
    /// between two steps; the run ends when the worker has stopped.
    fn end(&mut self, end: End) {
        if self.end.is_some() {
            return;
        }
        if end == End::Epochs {
            self.worker.send(Command::Evaluate);
        }
        self.end = Some(end);
        if let Some(ExportOption { path, replace }) = self.options.export {
            self.failed_export = Some(Error::CannotWrite {
                path: path.clone(),
                cause: io::Error::other("the training thread ended unexpectedly"),
            });
            // Without a pause, steps could be done between the export and the stop.
            self.worker.send(Command::Pause);
            self.worker.send(Command::Export {
                path: path.clone(),
                replace: *replace,
            });
        }
        self.worker.send(Command::Stop);
    }

    /// Handles the failure of a recorder. Without standard output the run has no reader left;
    /// without its log it goes on.
    fn record_failure(&mut self, error: Error) {
        if let Error::CannotWrite { path, cause } = &error
            && path.as_os_str() == STANDARD_OUTPUT
        {
            self.end(End::ReaderGone);
            if cause.kind() == io::ErrorKind::BrokenPipe {
                return;
            }
        } else if self.end.is_none() {
            print_error(&error);
        }
        self.failed_output.get_or_insert(error);
    }

    /// Finishes the reports. Returns the exit code or the last error; errors before it are printed.
    fn conclude(mut self, recorders: Recorders) -> Result<u8> {
        let unexpected = End::Failed("the training thread ended unexpectedly".into());
        let end = self.end.get_or_insert(unexpected).clone();
        let result = end.result();
        for failure in recorders.finish(end) {
            self.record_failure(failure);
        }
        match (result, self.failed_export.or(self.failed_output)) {
            (result, None) => result,
            (Ok(_), Some(error)) => Err(error),
            (Err(first), Some(error)) => {
                print_error(&first);
                Err(error)
            }
        }
    }
}

fn print_error(error: &Error) {
    // Standard error may be closed.
    let _ = writeln!(io::stderr(), "nn-tui: {error}");
}
