//! Errors with a location (path, line, column), the value found and the value expected, and the exit
//! code of the process that ends with each of them.

mod data_problem;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::lang::say;
use crate::text::{brief, sanitise};
pub use data_problem::DataProblem;

/// Result with this library's [`enum@Error`] by default.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Exit code of a failed run, if no other code applies.
pub const EXIT_FAILED: u8 = 1;
/// Exit code of an invalid command line.
pub const EXIT_USAGE: u8 = 2;
/// Exit code of unusable input data (`EX_DATAERR`).
pub const EXIT_BAD_DATA: u8 = 65;
/// Exit code of a missing or unreadable input (`EX_NOINPUT`).
pub const EXIT_NO_INPUT: u8 = 66;
/// Exit code of an output that can't be written (`EX_CANTCREAT`).
pub const EXIT_CANNOT_WRITE: u8 = 73;

/// Location in a data file. Lines and columns are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Path of the file, or name of a built-in data set.
    pub source: String,
    /// Line of the file, if the problem has one.
    pub line: Option<u64>,
    /// Column of the table, if the problem has one.
    pub column: Option<usize>,
    /// Name of that column, if the table has a header.
    pub column_name: Option<String>,
}

impl Place {
    /// Creates a location that covers the whole of `source`.
    pub fn whole(source: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            ..Self::default()
        }
    }

    /// Adds a line.
    pub fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// Adds a column (from 1) and its name in the header, if there is one.
    pub fn at_column(mut self, column: usize, name: Option<&str>) -> Self {
        self.column = Some(column);
        self.column_name = name.map(str::to_owned);
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown_source(&self.source))?;
        if let Some(line) = self.line {
            f.write_str(&say!("place-line", ", line {line}", line))?;
        }
        if let Some(column) = self.column {
            f.write_str(&say!("place-column", ", column {column}", column))?;
        }
        if let Some(name) = &self.column_name {
            f.write_str(&say!("place-name", " ({name})", name = brief(name)))?;
        }
        Ok(())
    }
}

/// Returns the name of data as a source is displayed and recorded, in the language of the screen.
pub fn shown_source(source: &str) -> String {
    match source.strip_prefix("built-in ") {
        Some(name) => say!("source-built-in", "built-in {name}", name),
        None if source == "standard input" => say!("source-stdin", "standard input").to_owned(),
        None => source.to_owned(),
    }
}

/// Formats a path for a message, with control characters escaped.
fn shown(path: &Path) -> String {
    sanitise(&path.to_string_lossy())
}

/// Error of this library.
#[derive(Debug, Error)]
pub enum Error {
    /// Unusable data.
    #[error("{}", say!("error-data", "{place}: {problem}", place = .place, problem = .problem))]
    Data {
        /// Location of the problem; boxed to keep [`Result`] small.
        place: Box<Place>,
        /// Description of the problem.
        problem: DataProblem,
    },
    /// An input file that does not exist.
    #[error("{}", say!("error-no-such-file", "{path}: no such file{hint}", path = shown(.path), hint = .hint))]
    NoSuchInput {
        /// Path of the file.
        path: PathBuf,
        /// Text to append, such as the names of the built-in data sets; may be empty.
        hint: String,
    },
    /// An input file that exists and cannot be read.
    #[error("{}", say!("error-cannot-read", "{path}: cannot be read: {cause}", path = shown(.path), cause = .cause))]
    CannotRead {
        /// Path of the file.
        path: PathBuf,
        /// Error of the operating system.
        cause: io::Error,
    },
    /// An output file that cannot be written.
    #[error("{}", say!("error-cannot-write", "{path}: cannot be written: {cause}", path = shown(.path), cause = .cause))]
    CannotWrite {
        /// Path of the file.
        path: PathBuf,
        /// Error of the operating system.
        cause: io::Error,
    },
    /// An output file that exists and may not be overwritten.
    #[error("{}", say!("error-exists", "{path}: exists already; --force replaces it", path = shown(.0)))]
    Exists(PathBuf),
    /// A damaged model file, or a file that is no model.
    #[error("{}", say!("error-model", "{path}: not a usable model: {problem}", path = shown(.path), problem = .problem))]
    Model {
        /// Path of the file.
        path: PathBuf,
        /// Description of the problem.
        problem: String,
    },
    /// A damaged checkpoint, or a file that is none.
    #[error("{}", say!("error-checkpoint", "{path}: not a usable checkpoint: {problem}", path = shown(.path), problem = .problem))]
    Checkpoint {
        /// Path of the file.
        path: PathBuf,
        /// Description of the problem.
        problem: String,
    },
    /// Data other than those of a checkpoint.
    #[error("{}", say!("error-other-data", "{data}: not the data of the run in {checkpoint}: {difference}", data = .data, checkpoint = shown(.checkpoint), difference = .difference))]
    OtherData {
        /// Name of the data, safe to show.
        data: String,
        /// Path of the checkpoint.
        checkpoint: PathBuf,
        /// Description of the first difference.
        difference: String,
    },
    /// Conflicting options, or a value out of range.
    #[error("{0}")]
    Usage(String),
    /// A lesson that is not valid, with the words of its file.
    #[error("{0}")]
    Lesson(String),
    /// A panic while loading data.
    #[error("{}", say!("error-loading", "loading failed: {cause}", cause = .0))]
    Loading(String),
    /// Cancellation by the user.
    #[error("{}", say!("error-cancelled", "cancelled"))]
    Cancelled,
    /// Failure to use the terminal.
    #[error("{}", say!("error-terminal", "the terminal cannot be used: {cause}", cause = .0))]
    Terminal(io::Error),
    /// Training that diverged: a loss, gradient or update is not finite.
    #[error("{0}")]
    Diverged(String),
    /// Gradients that differ from finite differences.
    #[error("{0}")]
    Gradients(String),
    /// Too little memory for data or network, with the figures.
    #[error("{0}")]
    Memory(String),
    /// Failure of the training thread.
    #[error("{}", say!("error-worker", "the training thread failed: {cause}", cause = .0))]
    Worker(String),
}

impl Error {
    /// Creates a data error at a location.
    pub fn data(place: Place, problem: DataProblem) -> Self {
        Self::Data {
            place: Box::new(place),
            problem,
        }
    }

    /// Creates a data error that covers the whole of `source`.
    pub fn in_source(source: impl Into<String>, problem: DataProblem) -> Self {
        Self::data(Place::whole(source), problem)
    }

    /// Creates the error of an input that exists and cannot be read.
    pub fn cannot_read(path: impl Into<PathBuf>, cause: io::Error) -> Self {
        let path = path.into();
        Self::CannotRead { path, cause }
    }

    /// Creates the error of an output that cannot be written.
    pub fn cannot_write(path: impl Into<PathBuf>, cause: io::Error) -> Self {
        let path = path.into();
        Self::CannotWrite { path, cause }
    }

    /// Returns whether it is this problem with data.
    pub fn is(&self, wanted: &DataProblem) -> bool {
        matches!(self, Self::Data { problem, .. } if problem == wanted)
    }

    /// Converts the failure to open or read a file.
    pub fn reading(path: &Path, cause: io::Error) -> Self {
        let path = path.to_owned();
        if cause.kind() == io::ErrorKind::NotFound {
            let hint = String::new();
            return Self::NoSuchInput { path, hint };
        }
        Self::CannotRead { path, cause }
    }

    /// Returns the kind of error, as in the JSON of a run that failed before it started.
    pub fn kind(&self) -> &'static str {
        self.kind_and_exit_code().0
    }

    /// Returns the exit code of a process that ends with this error.
    pub fn exit_code(&self) -> u8 {
        self.kind_and_exit_code().1
    }

    fn kind_and_exit_code(&self) -> (&'static str, u8) {
        match self {
            Self::Memory(_) => ("memory", EXIT_FAILED),
            Self::CannotRead { cause, .. } | Self::CannotWrite { cause, .. }
                if cause.kind() == io::ErrorKind::OutOfMemory =>
            {
                ("memory", EXIT_FAILED)
            }
            Self::Data { .. } | Self::OtherData { .. } => ("data", EXIT_BAD_DATA),
            Self::Model { .. } => ("model", EXIT_BAD_DATA),
            Self::Checkpoint { .. } => ("checkpoint", EXIT_BAD_DATA),
            Self::NoSuchInput { .. } | Self::CannotRead { .. } => ("no-input", EXIT_NO_INPUT),
            Self::CannotWrite { .. } | Self::Exists(_) => ("cannot-write", EXIT_CANNOT_WRITE),
            Self::Usage(_) | Self::Lesson(_) => ("usage", EXIT_USAGE),
            Self::Terminal(_)
            | Self::Diverged(_)
            | Self::Worker(_)
            | Self::Loading(_)
            | Self::Gradients(_)
            | Self::Cancelled => ("failed", EXIT_FAILED),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_located_error_names_file_line_and_column() {
        let place = Place::whole("iris.csv")
            .at_line(7)
            .at_column(2, Some("sepal width"));
        let problem = DataProblem::NotANumber {
            found: "wide".into(),
        };
        assert_eq!(
            Error::data(place, problem).to_string(),
            "iris.csv, line 7, column 2 (sepal width): expected a number, found \"wide\""
        );
    }

    #[test]
    fn a_lack_of_memory_is_no_fault_of_the_file() {
        let error = |kind| Error::reading(Path::new("t.jsonl"), io::Error::from(kind));
        let lacking = error(io::ErrorKind::OutOfMemory);
        assert_eq!((lacking.exit_code(), lacking.kind()), (1, "memory"));
        let refused = error(io::ErrorKind::PermissionDenied);
        assert_eq!((refused.exit_code(), refused.kind()), (66, "no-input"));
    }

    #[test]
    fn a_path_cannot_act_on_the_terminal() {
        let error = Error::Exists(PathBuf::from("\u{1b}[2Jmodel.json"));
        assert_eq!(
            error.to_string(),
            "\\u{1b}[2Jmodel.json: exists already; --force replaces it"
        );
    }

    #[test]
    fn long_names_do_not_flood_the_terminal() {
        let class = "seto".repeat(2000);
        let place = Place::whole("t.csv").at_column(1, Some(&class));
        let message =
            Error::data(place, DataProblem::SingleClass { class, without: 0 }).to_string();
        assert!(message.chars().count() < 300, "{message}");
        assert!(message.contains("--target"), "{message}");
    }
}
