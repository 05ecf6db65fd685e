//! Training without a screen, at full speed, with text or JSON lines on the standard streams.
//!
//! Unlike on the screen, the worker waits until events are recorded: a slow reader of the JSON slows
//! the training down, and no two epochs are merged. Only a request to end does not wait.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::job::Job;
use super::message;
use crate::error::{Error, Result};
use crate::model_file::{ExportOption, remove_temporary_files};
use crate::nn::GradientCheck;
use crate::record::{Console, End, Recorders, STANDARD_OUTPUT, gradients, report_conclusion};
use crate::train::{Command, Event, Limit, Pace, Replace, Session, Settings, Sink, State, Worker};
use crate::util::lang::say;
use crate::util::signals::{Signal, Signals, Watched};
use crate::util::sync::lock;

/// Events that wait to be recorded before the worker waits too.
const QUEUE_CAPACITY: usize = 256;
/// Longest wait for a reader to take the last lines after a signal.
const PATIENCE: Duration = Duration::from_secs(1);

/// Trains `session` to the limits of `settings`, saved as they say, or until a signal or a divergence, then saves
/// the model. `job` says where to, and what is reported; if `check_gradients`, gradients are checked by finite differences
/// before the first step and after the last one.
/// Returns the exit code: 0, or 128 plus the number of the signal.
///
/// # Errors
/// [`Error::Diverged`] and [`Error::Worker`], after the last good weights were saved;
/// [`Error::Gradients`]; [`Error::CannotWrite`] for the model, the log and standard output.
pub fn run(session: Session, settings: Settings, job: &Job, check_gradients: bool) -> Result<u8> {
    let settings = Settings {
        pace: Pace::Full,
        // The first check comes before the first step.
        paused: check_gradients,
        ..settings
    };
    let trains = settings.limits.epochs != Some(0);
    let refit = settings.final_model.refit;
    let (sender, messages) = channel();
    let wake = sender.clone();
    let wake = move || {
        // The main thread may have ended.
        let _ = wake.send(RunMessage::Wake);
    };
    let signals = Signals::watch(Watched::End, wake.clone(), remove_temporary_files)?;
    let console = Console::start(wake)?;
    let mut recorders = Recorders::new();
    recorders.add_console(&console, job.json);
    if let Some(log) = &job.log {
        recorders.add_log(log)?;
    }
    let room = Arc::new(Backpressure::default());
    let events = Events {
        sender,
        room: Arc::clone(&room),
    };
    let worker = Worker::spawn(session, settings, events)?;
    let mut run = HeadlessRun {
        worker: &worker,
        trains,
        job,
        refit,
        console: &console,
        room: &room,
        check: check_gradients.then_some(CheckStage::BeforeTraining),
        end: None,
        is_refitting: false,
        failed_export: None,
        finished: None,
        failed_output: None,
    };
    if check_gradients {
        worker.send(Command::CheckGradients);
    }
    // Recorded events whose lines may wait for the reader.
    let mut recorded = 0;
    for message in &messages {
        if let Some(number) = end_signal(&signals) {
            run.end(End::Signal(number));
        }
        match message {
            RunMessage::Event(event) => {
                for failure in recorders.record(&event) {
                    run.record_failure(failure);
                }
                run.handle(event);
                recorded += 1;
            }
            RunMessage::Wake => {}
            RunMessage::WorkerGone => break,
        }
        if !console.is_behind() {
            room.release(std::mem::take(&mut recorded));
        }
    }
    let is_signalled = matches!(run.end, Some(End::Signal(_)));
    let code = run.conclude(recorders);
    let signalled = write_rest(&console, is_signalled, &messages, &signals);
    let written = console.close(PATIENCE);
    let code = report_conclusion(worker.stop(), code);
    match (code, written, signalled) {
        (Ok(_), _, Some(number)) => End::Signal(number).result(),
        (Ok(_), Err(error), None) if !is_broken_pipe(&error) => Err(error),
        (code, ..) => code,
    }
}

/// Waits until the console is written, however slowly, or for [`PATIENCE`] after a signal. Returns
/// the number of a signal that comes meanwhile.
fn write_rest(
    console: &Console,
    is_signalled: bool,
    messages: &Receiver<RunMessage>,
    signals: &Signals,
) -> Option<i32> {
    let in_a_while = || Instant::now() + PATIENCE;
    let mut deadline = is_signalled.then(in_a_while);
    let mut signalled = None;
    console.flush();
    while console.is_busy() {
        let received = match deadline {
            None => messages.recv().map_err(RecvTimeoutError::from),
            Some(at) => messages.recv_timeout(at.saturating_duration_since(Instant::now())),
        };
        if received.is_err() {
            break;
        }
        if let Some(number) = end_signal(signals) {
            signalled = Some(number);
            deadline.get_or_insert_with(in_a_while);
        }
    }
    signalled
}

/// Takes the number of a request to end out of the queue.
fn end_signal(signals: &Signals) -> Option<i32> {
    match signals.take()? {
        Signal::End(number) | Signal::Limit(number) => Some(number),
        Signal::Stop | Signal::Continue | Signal::Resize => None,
    }
}

fn is_broken_pipe(error: &Error) -> bool {
    matches!(error, Error::CannotWrite { cause, .. } if cause.kind() == io::ErrorKind::BrokenPipe)
}

/// Message to the main thread.
enum RunMessage {
    Event(Event),
    /// A signal is in its queue, or the console has been written to.
    Wake,
    WorkerGone,
}

/// Number of events on their way to the main thread, and the worker's wait for room.
#[derive(Default)]
struct Backpressure {
    state: Mutex<BackpressureState>,
    changed: Condvar,
}

#[derive(Default)]
struct BackpressureState {
    events: usize,
    is_unlimited: bool,
}

impl Backpressure {
    /// Waits until fewer than [`QUEUE_CAPACITY`] events wait to be recorded, and counts one more.
    fn acquire(&self) {
        let is_full =
            |state: &mut BackpressureState| state.events >= QUEUE_CAPACITY && !state.is_unlimited;
        let state = lock(&self.state);
        let wait = self.changed.wait_while(state, is_full);
        wait.unwrap_or_else(PoisonError::into_inner).events += 1;
    }

    /// Makes room for `events` more.
    fn release(&self, events: usize) {
        self.update(|state| state.events -= events);
    }

    /// Makes room for all events to come.
    fn lift_limit(&self) {
        self.update(|state| state.is_unlimited = true);
    }

    fn update(&self, update: impl FnOnce(&mut BackpressureState)) {
        update(&mut lock(&self.state));
        self.changed.notify_all();
    }
}

/// Sends the worker's events to the main thread.
struct Events {
    sender: Sender<RunMessage>,
    room: Arc<Backpressure>,
}

impl Sink for Events {
    /// Waits for room. An event is dropped if the main thread has ended.
    fn offer(&mut self, event: Event) -> Result<(), Box<Event>> {
        self.room.acquire();
        let _ = self.sender.send(RunMessage::Event(event));
        Ok(())
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        // Sent even if the thread panics. The main thread may have ended before.
        let _ = self.sender.send(RunMessage::WorkerGone);
    }
}

/// Gradient check that comes next, or is under way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CheckStage {
    BeforeTraining,
    AfterTraining,
}

/// State of a run without screen.
struct HeadlessRun<'a> {
    worker: &'a Worker,
    /// Whether there is an epoch to train.
    trains: bool,
    job: &'a Job,
    /// Whether the model is trained anew on training and validation rows, for as many epochs.
    refit: bool,
    console: &'a Console,
    room: &'a Backpressure,
    check: Option<CheckStage>,
    /// Reason for the end, once it is known.
    end: Option<End>,
    /// Whether a second network is trained after that.
    is_refitting: bool,
    failed_export: Option<Error>,
    /// Limit that the run has reached, while the importance of the columns is measured and after it.
    finished: Option<Limit>,
    /// First failure to write to standard output or to the log.
    failed_output: Option<Error>,
}

impl HeadlessRun<'_> {
    fn handle(&mut self, event: Event) {
        match event {
            Event::State { state, .. } => match state {
                State::Finished(_) if self.check.is_some() && self.end.is_none() => {
                    self.worker.send(Command::CheckGradients);
                }
                State::Finished(limit) => self.end(End::Finished(limit)),
                State::Diverged(divergence) => self.end(End::Diverged(divergence)),
                State::Failed(message) => self.end(End::Failed(message)),
                State::Running | State::Stepping | State::Paused => {}
            },
            Event::Exported { result, .. } => {
                self.failed_export = result.err();
                if self.failed_export.is_some() {
                    self.stop_refitting();
                }
            }
            Event::Refitted(result) => {
                self.failed_export = result.err();
                self.stop_refitting();
            }
            // The run goes on.
            Event::CheckpointWritten {
                result: Err(error), ..
            } => self.print_error(&error),
            Event::GradientsChecked(check) => self.handle_check(&check),
            Event::ImportanceMeasured(_) => {
                if let Some(limit) = self.finished {
                    self.end(End::Finished(limit));
                }
            }
            _ => {}
        }
    }

    /// Starts the training if the check before it found nothing wrong.
    fn handle_check(&mut self, check: &GradientCheck) {
        let is_first = self.check.take() == Some(CheckStage::BeforeTraining);
        if let Some(worst) = gradients::wrong(check) {
            self.end(End::WrongGradients(worst));
        } else if is_first && self.trains {
            self.check = Some(CheckStage::AfterTraining);
            self.worker.send(Command::Resume);
        } else {
            self.end(End::Finished(Limit::Epochs));
        }
    }

    /// Ends the training, unless it is ending already. The worker carries out commands in order,
    /// between two steps; the run ends when the worker has stopped.
    fn end(&mut self, end: End) {
        if self.end.is_some() {
            if self.is_refitting && !matches!(end, End::Finished(_)) {
                self.end = Some(end);
                self.stop_refitting();
            }
            return;
        }
        if let (End::Finished(limit), true) = (&end, self.job.importance)
            && self.finished.replace(*limit).is_none()
        {
            // The run ends after that, or before it by a signal.
            return (self.worker).send(Command::MeasureImportance(self.job.weights));
        }
        let is_finished = matches!(end, End::Finished(_));
        self.is_refitting = is_finished && self.refit;
        let is_scored = is_finished || matches!(end, End::Signal(_)) && self.job.export.is_some();
        // Without a pause, steps could be done between the scores, the export and the stop.
        self.worker.send(Command::PauseForEnd);
        if is_scored {
            self.worker.send(Command::Evaluate(self.job.weights));
        }
        self.end = Some(end);
        if let Some(ExportOption { path, replace }) = &self.job.export {
            self.failed_export = Some(Error::CannotWrite {
                path: path.clone(),
                cause: io::Error::other(say!(
                    "thread-gone",
                    "the training thread ended unexpectedly"
                )),
            });
            self.worker.send(Command::Export {
                path: path.clone(),
                weights: self.job.weights,
                replace: Replace::Own.or_anything(*replace),
            });
        }
        if self.is_refitting {
            self.worker.send(Command::Refit {
                weights: self.job.weights,
                path: (self.job.export.as_ref()).map(|export| export.path.clone()),
            });
        } else {
            self.stop();
        }
    }

    /// Ends the run, which has its network, because a second one was trained or is not to be trained on.
    fn stop_refitting(&mut self) {
        if std::mem::take(&mut self.is_refitting) {
            self.stop();
        }
    }

    fn stop(&self) {
        self.worker.send(match self.end {
            Some(End::Signal(_) | End::Failed(_) | End::ReaderGone) => Command::StopUnsaved,
            _ => Command::Stop,
        });
        // The reader may have stopped reading.
        self.room.lift_limit();
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
            self.print_error(&error);
        }
        self.failed_output.get_or_insert(error);
    }

    /// Finishes the reports. Returns the exit code or the last error; errors before it are printed.
    fn conclude(mut self, recorders: Recorders) -> Result<u8> {
        let unexpected =
            End::Failed(say!("thread-gone", "the training thread ended unexpectedly").into());
        let end = self.end.get_or_insert(unexpected).clone();
        let result = end.result();
        for failure in recorders.finish(end) {
            self.record_failure(failure);
        }
        match (
            result,
            self.failed_export.take().or(self.failed_output.take()),
        ) {
            (result, None) => result,
            (Ok(_), Some(error)) => Err(error),
            (Err(first), Some(error)) => {
                self.print_error(&first);
                Err(error)
            }
        }
    }

    fn print_error(&self, error: &Error) {
        let mut stderr = self.console.stderr();
        // If the console has failed, there is nobody to tell.
        let _ = writeln!(stderr, "nn-tui: {}", message(error)).and_then(|()| stderr.flush());
    }
}
