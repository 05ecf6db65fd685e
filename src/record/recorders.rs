//! The recorders of a run.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::console::Console;
use super::json::JsonLines;
use super::log_file::LogFile;
use super::text::Text;
use super::{End, EventTime, LogOption, Output, Recorder, Summary};
use crate::error::{Error, Result};
use crate::train::Event;

/// Name of standard output in errors.
pub(crate) const STANDARD_OUTPUT: &str = "standard output";

/// Passes the events of a run to each recorder.
pub(crate) struct Recorders {
    entries: Vec<Entry>,
    summary: Summary,
    start: Instant,
}

struct Entry {
    path: PathBuf,
    recorder: Box<dyn Recorder>,
    log: Option<LogFile>,
}

impl Recorders {
    /// Creates recorders for a run that starts now: at first none.
    pub fn new() -> Self {
        Self {
            entries: Vec::new(),
            summary: Summary::new(),
            start: Instant::now(),
        }
    }

    /// Adds progress as text on standard error. Final scores go to standard output as text, or
    /// with `json` to standard error, beside everything as JSON lines on standard output.
    pub(crate) fn add_console(&mut self, console: &Console, json: bool) {
        let progress: Output = Box::new(console.stderr());
        let stdout: Output = Box::new(console.stdout());
        if json {
            self.add(STANDARD_OUTPUT, Box::new(JsonLines::new(stdout)), None);
            self.add("standard error", Box::new(Text::new(progress)), None);
        } else {
            let text = Text::with_report(progress, stdout);
            self.add(STANDARD_OUTPUT, Box::new(text), None);
        }
    }

    /// Adds a log file in the format of its extension.
    ///
    /// # Errors
    /// Those of [`LogFile::create`].
    pub(crate) fn add_log(&mut self, option: &LogOption) -> Result<()> {
        let (log, place) = LogFile::create(option)?;
        let recorder = (option.format.recorder)(Box::new(log.clone()), place);
        self.add(&option.path, recorder, Some(log));
        Ok(())
    }

    fn add(&mut self, path: impl AsRef<Path>, recorder: Box<dyn Recorder>, log: Option<LogFile>) {
        self.entries.push(Entry {
            path: path.as_ref().to_owned(),
            recorder,
            log,
        });
    }

    /// Records `event`. Returns an [`Error::CannotWrite`] for each recorder that failed; those
    /// receive nothing more.
    #[must_use]
    pub fn record(&mut self, event: &Event) -> Vec<Error> {
        self.summary.update(event);
        if let Event::CheckpointDue(logging) = event {
            for log in self.entries.iter().filter_map(|entry| entry.log.as_ref()) {
                log.keep_until_written(logging.clone());
            }
            return Vec::new();
        }
        let moment = EventTime {
            position: self.summary.position,
            seconds: self.start.elapsed().as_secs_f64(),
        };
        self.try_each(|entry| entry.recorder.record(event, moment))
    }

    /// Records the end of the run and closes all logs. Returns an [`Error::CannotWrite`] for each
    /// recorder that failed.
    #[must_use]
    pub fn finish(mut self, end: End) -> Vec<Error> {
        self.summary.end = end;
        self.summary.seconds = self.start.elapsed().as_secs_f64();
        let summary = std::mem::replace(&mut self.summary, Summary::new());
        self.try_each(|entry| {
            entry.recorder.finish(&summary)?;
            entry.log.as_ref().map_or(Ok(()), LogFile::close)
        })
    }

    fn try_each(&mut self, mut write: impl FnMut(&mut Entry) -> io::Result<()>) -> Vec<Error> {
        let mut failures = Vec::new();
        self.entries.retain_mut(|entry| match write(entry) {
            Ok(()) => true,
            Err(cause) => {
                let path = entry.path.clone();
                failures.push(Error::CannotWrite { path, cause });
                false
            }
        });
        failures
    }
}

#[cfg(test)]
mod tests;
