//! Training without a screen: the worker that the screen watches, at full speed, with its progress
//! as lines for people on standard error and, if asked for, as JSON on standard output.
//!
//! Unlike the screen it takes every event: a reader of the JSON that is slower than the training
//! holds the training up. That changes nothing but the time.

use std::io;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Instant;

use super::signals::Signals;
use crate::error::{Error, Result};
use crate::model_file::ExportOption;
use crate::model_file::Saved;
use crate::nn::GradientCheck;
use crate::record::End;
use crate::record::gradients::{self, When};
use crate::record::json::Json;
use crate::record::text::Lines;
use crate::train::{
    Command, Evaluation, Event, Pace, Position, Session, Settings, Sink, State, Worker,
};

/// Events that wait to be written before the worker waits too.
const WAITING: usize = 256;

/// What a run without screen does.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Epochs to train; may be 0.
    pub epochs: u32,
    /// Where the model goes when they are done.
    pub export: Option<&'a ExportOption>,
    /// Whether JSON is written to standard output.
    pub json: bool,
    /// Whether back-propagation is checked against differences before the first step, and when the
    /// epochs are done.
    pub check_gradients: bool,
}

/// Trains `session` for some epochs, or until a signal or a divergence ends it, then writes the
/// model. Returns the exit code: 0, or 128 and the number of the signal.
///
/// # Errors
/// [`Error::Diverged`] and [`Error::Worker`], after the last good weights were exported;
/// [`Error::Gradients`]; whatever keeps the model or the JSON from being written.
pub fn run(session: Session, options: Options) -> Result<u8> {
    let Options {
        epochs,
        export,
        json,
        check_gradients,
    } = options;
    let settings = Settings {
        pace: Pace::Full,
        // The first check comes before the first step.
        paused: check_gradients,
        epochs: Some(epochs),
    };
    let (sender, news) = sync_channel(WAITING);
    let signals = Signals::watch(sender.clone())?;
    let worker = Worker::spawn(session, settings, Events(sender))?;
    let mut run = Run {
        worker: &worker,
        export,
        start: Instant::now(),
        epochs,
        check: check_gradients.then_some(When::Before),
        position: Position::default(),
        end: None,
        evaluation: None,
        exported: None,
        lines: Lines::default(),
        json: json.then(Json::default),
        output_error: None,
    };
    if check_gradients {
        worker.send(Command::CheckGradients);
    }
    for piece in &news {
        match piece {
            RunMessage::Event(event) => run.hear(event),
            RunMessage::Signal(signal) => run.finish(End::Signal(signal)),
            RunMessage::WorkerGone => break,
        }
    }
    let code = run.conclude();
    // Nobody may wait for room in a channel that is not read any more.
    drop(news);
    worker.stop();
    drop(signals);
    code
}

/// What reaches the main thread.
pub(crate) enum RunMessage {
    Event(Event),
    Signal(i32),
    WorkerGone,
}

/// The worker's way to the main thread.
struct Events(SyncSender<RunMessage>);

impl Sink for Events {
    /// Waits for room, and gives nothing back: an event that nobody will take is dropped.
    fn offer(&mut self, event: Event) -> Result<(), Box<Event>> {
        let _ = self.0.send(RunMessage::Event(event));
        Ok(())
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        // Sent however the thread ends. The main thread may have ended before.
        let _ = self.0.send(RunMessage::WorkerGone);
    }
}

/// A training on its way to its end.
struct Run<'a> {
    worker: &'a Worker,
    export: Option<&'a ExportOption>,
    start: Instant,
    epochs: u32,
    /// The gradient check that comes next.
    check: Option<When>,
    position: Position,
    /// Why it ends, from the moment on that this is known.
    end: Option<End>,
    /// Scores of the final parameters.
    evaluation: Option<Evaluation>,
    /// The model that was written, or why it was not.
    exported: Option<Result<Saved>>,
    lines: Lines,
    json: Option<Json>,
    /// The first failure to write to standard output, if it was not that its reader has gone.
    output_error: Option<io::Error>,
}

impl Run<'_> {
    fn hear(&mut self, event: Event) {
        match event {
            Event::Started(started) => {
                self.lines.started(&started);
                let epochs = self.epochs;
                self.write_json(|json| json.started(&started, epochs));
            }
            Event::Progress(progress) => {
                self.position = progress.position;
                self.lines.progress(&progress);
                self.write_json(|json| json.progress(&progress));
            }
            Event::State { state, position } => {
                self.position = position;
                match state {
                    State::Finished if self.check.is_some() && self.end.is_none() => {
                        self.worker.send(Command::CheckGradients);
                    }
                    State::Finished => self.finish(End::Epochs),
                    State::Diverged(divergence) => self.finish(End::Diverged(divergence)),
                    State::Failed(message) => self.finish(End::Failed(message)),
                    State::Running | State::Stepping | State::Paused => {}
                }
            }
            Event::Exported { result, .. } => self.exported = Some(result),
            Event::Evaluated { evaluation, .. } => self.evaluation = Some(*evaluation),
            Event::GradientsChecked(check) => self.hear_check(&check),
            // What only a person at a screen asks for, and news of no use to a log.
            Event::ResetFailed(_)
            | Event::Found { .. }
            | Event::Changed { .. }
            | Event::Refused(_)
            | Event::PhaseStepper(_)
            | Event::Snapshot
            | Event::Stopped => {}
        }
    }

    /// Trains after a check that found nothing wrong, if it was the one before that.
    fn hear_check(&mut self, check: &GradientCheck) {
        let position = self.position;
        self.lines.gradients(check, position);
        self.write_json(|json| json.gradients(check, position));
        let is_first = self.check.take() == Some(When::Before);
        if let Some(failure) = gradients::failure(check) {
            self.finish(End::WrongGradients(failure));
        } else if is_first && self.epochs > 0 {
            self.check = Some(When::After);
            self.worker.send(Command::Resume);
        } else {
            self.finish(End::Epochs);
        }
    }

    /// Ends the training, for the first reason there is. Commands are obeyed in order, between two
    /// steps; the worker's own end then ends the run.
    fn finish(&mut self, end: End) {
        if self.end.is_some() {
            return;
        }
        if end == End::Epochs {
            self.worker.send(Command::Evaluate);
        }
        self.end = Some(end);
        if let Some(ExportOption { path, replace }) = self.export {
            // Without a pause, steps might be done between the export and the end.
            self.worker.send(Command::Pause);
            self.worker.send(Command::Export {
                path: path.clone(),
                replace: *replace,
            });
        }
        self.worker.send(Command::Stop);
    }

    fn write_json(&mut self, write: impl FnOnce(&mut Json) -> io::Result<()>) {
        let Some(json) = &mut self.json else {
            return;
        };
        if let Err(error) = write(json) {
            self.json = None;
            if error.kind() != io::ErrorKind::BrokenPipe {
                self.output_error = Some(error);
            }
            self.finish(End::ReaderGone);
        }
    }

    /// Reports the end. An error of the training is shown here if another one is returned.
    fn conclude(mut self) -> Result<u8> {
        let lost = End::Failed("it ended without a word".into());
        let end = self.end.take().unwrap_or(lost);
        let seconds = self.start.elapsed().as_secs_f64();
        let exported = match (self.export, &self.exported) {
            (Some(export), Some(Ok(saved))) => Some((export.path.as_path(), *saved)),
            _ => None,
        };
        let evaluation = self.evaluation.take();
        self.lines
            .finished(&end, self.position, seconds, evaluation.as_ref(), exported);
        let position = self.position;
        self.write_json(|json| {
            json.finished(&end, position, seconds, evaluation.as_ref(), exported)
        });
        let failed_export = match self.exported {
            Some(Err(error)) => Some(error),
            Some(Ok(_)) => None,
            None => self.export.map(|export| Error::CannotWrite {
                path: export.path.clone(),
                cause: io::Error::other("the training thread ended before"),
            }),
        };
        let failed_output = self.output_error.map(|cause| Error::CannotWrite {
            path: "standard output".into(),
            cause,
        });
        match (end.result(), failed_export.or(failed_output)) {
            (result, None) => result,
            (Ok(_), Some(error)) => Err(error),
            (Err(first), Some(error)) => {
                self.lines.complain(&first);
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::EXIT_FAILED;

    #[test]
    fn every_end_has_its_exit_code() {
        assert_eq!(End::Epochs.result().expect("no error"), 0);
        assert_eq!(End::ReaderGone.result().expect("no error"), 0);
        assert_eq!(End::Signal(2).result().expect("no error"), 130);
        assert_eq!(End::Signal(15).result().expect("no error"), 143);
        let failed = End::Failed("why".into()).result().expect_err("an error");
        assert_eq!(failed.exit_code(), EXIT_FAILED);
    }
}
