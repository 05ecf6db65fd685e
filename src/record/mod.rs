//! Recorders: reports of a run, one file per format.
//!
//! A `Recorder` receives every event of a run in order, then a `Summary`. A new log format is
//! one file with a recorder and its `LogFormat`, and one line in `LOG_FORMATS`.

mod console;
pub(crate) mod csv;
pub(crate) mod event_file;
pub(crate) mod gradients;
mod json;
mod log_file;
mod recorders;
pub(crate) mod scores;
mod summary;
mod sweep;
mod text;
mod trials;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

pub(crate) use console::Console;
pub(crate) use json::json_line;
pub(crate) use recorders::{Recorders, STANDARD_OUTPUT};
pub(crate) use summary::{End, SavedModel, Summary};
pub(crate) use sweep::{Effect, Logged, SweepFile, SweepLog, SweepReport, SweepTable};
pub(crate) use trials::TrialReport;

use crate::error::{Error, Result};
use crate::model_file::{check_writable, create_file};
use crate::train::{Conclusion, Event, Position};
use crate::util::background::print_error;
use crate::util::lang::say;
use crate::util::text::sanitise;

/// Writes a report of a run while it goes on.
pub(crate) trait Recorder: Send {
    /// Writes the part of the report that `event` gives rise to.
    ///
    /// # Errors
    /// Those of writing. The recorder then receives nothing more.
    fn record(&mut self, event: &Event, moment: EventTime) -> io::Result<()>;

    /// Writes the end of the report.
    ///
    /// # Errors
    /// Those of writing.
    fn finish(&mut self, summary: &Summary) -> io::Result<()>;
}

/// Time of an event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EventTime {
    /// Position of the training.
    pub position: Position,
    /// Seconds since the start of the run.
    pub seconds: f64,
}

/// Destination of a report's bytes.
pub(crate) type Output = Box<dyn io::Write + Send>;

/// Reports on standard error where a run that ended unsaved can be continued from, and why the last checkpoint
/// could not be written. Returns the `result` of the run, or this error if there was none before.
pub(crate) fn report_conclusion(conclusion: Conclusion, result: Result<u8>) -> Result<u8> {
    let report = |text: String| print_error(&format!("nn-tui: {text}"));
    if let Some(path) = conclusion.rescued_model {
        let path = sanitise(&path.to_string_lossy());
        report(say!("end-saved", "saved the model as {path}", path));
    }
    match conclusion.recovery_file {
        None => {}
        Some(Ok(path)) => {
            let path = sanitise(&path.to_string_lossy());
            report(say!(
                "end-kept",
                "the unsaved run is kept in {path}; nn-tui --resume continues it",
                path
            ));
        }
        Some(Err(error)) => report(say!(
            "end-not-saved",
            "the run is not saved: {error}",
            error
        )),
    }
    if let (Some(path), true) = (conclusion.checkpoint, conclusion.lacks_model) {
        let path = sanitise(&path.to_string_lossy());
        report(say!(
            "end-run-kept",
            "the run is kept in {path}; nn-tui --resume {path} continues it",
            path
        ));
    }
    match conclusion.failed_checkpoint {
        Some(error) if matches!(result, Ok(0)) => return Err(error),
        Some(error) => report(error.to_string()),
        None => {}
    }
    result
}

/// Returns the name of a directory for the log of one of several runs, by the names and values that tell it apart:
/// `hidden=16-8,lr=0.01,seed=0/`. The slash tells it from a file, whatever dots it has.
pub(crate) fn directory_of<'n>(values: impl Iterator<Item = (&'n str, String)>) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ".+-".contains(c);
    let part = |(name, value): (&str, String)| {
        let value = value.replace(|c: char| !is_plain(c), "-");
        format!("{name}={value}")
    };
    values.map(part).collect::<Vec<_>>().join(",") + "/"
}

/// LogStart of a report in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogStart {
    /// At the beginning.
    First,
    /// After the report of the run that is resumed.
    Next,
}

/// Epoch, if a line of a log tells of one, and step.
type LinePlace = (Option<u64>, u64);

/// A format of log files, chosen by the file's extension.
#[derive(Debug)]
pub(crate) struct LogFormat {
    pub extension: &'static str,
    /// Content in a few words, for the help.
    about: fn() -> &'static str,
    /// Creates a recorder that writes to the given output and flushes it after every event.
    pub recorder: fn(Output, LogStart) -> Box<dyn Recorder>,
    /// Whether it has a place for [`Event::Distributions`].
    has_distributions: bool,
    /// Finds what a line is of; `None` for one that is of the whole run.
    place_of_line: fn(&str) -> Option<LinePlace>,
}

impl LogFormat {
    fn is_text(&self) -> bool {
        self.extension != event_file::LOG_FORMAT.extension
    }
}

/// All formats that `--log` writes.
const LOG_FORMATS: [&LogFormat; 4] = [
    &json::LOG_FORMAT,
    &csv::LOG_FORMAT,
    &text::LOG_FORMAT,
    &event_file::LOG_FORMAT,
];

/// Lists the log formats for the help: `.jsonl (one JSON object per line), ...`.
pub(crate) fn log_formats() -> String {
    let formats = LOG_FORMATS.map(|format| {
        say!(
            "log-format",
            ".{extension} ({about})",
            extension = format.extension,
            about = (format.about)()
        )
    });
    formats.join(say!("comma", ", "))
}

/// File that a run is recorded to.
#[derive(Debug, Clone)]
pub struct LogOption {
    pub(crate) path: PathBuf,
    /// Directory of the run that the file gets its name in, if that was asked for.
    directory: Option<PathBuf>,
    /// Whether an existing file may be replaced.
    pub(crate) replace: bool,
    /// Epoch and step of the run whose existing log is added to.
    continued_at: Option<(u64, u64)>,
    format: &'static LogFormat,
}

impl LogOption {
    /// Chooses the format by the extension of `path`. A directory, or a path that ends in a slash, has no extension, or
    /// one of digits as `lr0.1`, gets an event file.
    ///
    /// # Errors
    /// [`Error::Usage`] for an extension that no format has.
    pub fn new(path: &Path, replace: bool) -> Result<Self> {
        let is_number = |extension: &&OsStr| {
            let mut bytes = extension.as_encoded_bytes().iter();
            bytes.all(u8::is_ascii_digit)
        };
        let extension = path.extension().filter(|extension| !is_number(extension));
        let extension = extension.map(OsStr::to_ascii_lowercase);
        let ends_in_slash = path.as_os_str().as_encoded_bytes().ends_with(b"/");
        if extension.is_none() || ends_in_slash || path.is_dir() {
            return Ok(Self {
                path: path.join(event_file::file_name()),
                directory: Some(path.to_owned()),
                replace,
                continued_at: None,
                format: &event_file::LOG_FORMAT,
            });
        }
        let is_of = |format: &&LogFormat| {
            (extension.as_ref()).is_some_and(|extension| extension == format.extension)
        };
        let format = LOG_FORMATS.into_iter().find(is_of).ok_or_else(|| {
            let extensions = LOG_FORMATS.map(|format| format!(".{}", format.extension));
            let path = sanitise(&path.to_string_lossy());
            let extensions = extensions.join(say!("or", " or "));
            Error::Usage(say!(
                "log-extension",
                "{path}: the name of a log file ends in {extensions}, that of a directory for TensorBoard in /",
                path,
                extensions
            ))
        })?;
        Ok(Self {
            path: path.to_owned(),
            directory: None,
            replace,
            continued_at: None,
            format,
        })
    }

    /// Adds to an existing log of a run that goes on after this epoch and step.
    pub(crate) fn continue_existing(&mut self, epoch: u64, step: u64) {
        self.continued_at = Some((epoch, step));
    }

    /// Returns the directory of the run, if the log is an event file in one.
    pub(crate) fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// Checks that the log can be written, as far as can be known before.
    ///
    /// # Errors
    /// [`Error::Exists`] also for a directory with the log of another run, [`Error::CannotWrite`].
    pub(crate) fn check(&self) -> Result<()> {
        let Some(directory) = &self.directory else {
            return match self.existing()? {
                Some(_) => Ok(()),
                None => check_writable(&self.path, self.replace),
            };
        };
        if !self.replace && self.continued_at.is_none() && event_file::has_any(directory) {
            return Err(Error::Exists(directory.clone()));
        }
        let mut above = directory.ancestors();
        let existing = above.find(|folder| folder.exists());
        let existing = existing.filter(|folder| !folder.as_os_str().is_empty());
        let file = event_file::file_name();
        let writable = check_writable(&existing.unwrap_or(Path::new(".")).join(file), false);
        writable.map_err(|error| match error {
            Error::CannotWrite { cause, .. } => Error::CannotWrite {
                path: directory.clone(),
                cause,
            },
            other => other,
        })
    }

    /// Opens an existing log that is added to.
    fn existing(&self) -> Result<Option<File>> {
        let is_continued = self.continued_at.is_some();
        if !is_continued || self.directory.is_some() || !self.path.is_file() {
            return Ok(None);
        }
        let file = File::options().read(true).append(true).open(&self.path);
        file.map(Some).map_err(|cause| self.cannot_write(cause))
    }

    fn cannot_write(&self, cause: io::Error) -> Error {
        Error::cannot_write(&self.path, cause)
    }

    /// Creates the file, or opens the one that is added to. Returns also the place of what is written.
    ///
    /// # Errors
    /// [`Error::Exists`], [`Error::CannotWrite`].
    fn create(&self) -> Result<(File, LogStart)> {
        if let (Some(file), Some(at)) = (self.existing()?, self.continued_at) {
            let length = if self.format.is_text() {
                log_file::cut_back(&file, at, self.format.place_of_line)
            } else {
                file.metadata().map(|metadata| metadata.len())
            };
            let start = match length.map_err(|cause| self.cannot_write(cause))? {
                0 => LogStart::First,
                _ => LogStart::Next,
            };
            return Ok((file, start));
        }
        if let Some(directory) = &self.directory {
            fs::create_dir_all(directory).map_err(|cause| Error::cannot_write(directory, cause))?;
        }
        create_file(&self.path, self.replace).map(|file| (file, LogStart::First))
    }

    /// Returns whether distributions are to be computed for the log.
    pub(crate) fn wants_distributions(&self) -> bool {
        self.format.has_distributions
    }
}
