//! Errors with a location (path, line, column), the value found and the value expected, and the exit
//! code of the process that ends with each of them.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::util::text::{sanitise, shorten};

/// Maximum width of a name from a table in a message, in terminal cells.
const MAX_NAME_CELLS: usize = 40;

/// Options that help where a target cannot be predicted.
const TARGET_OPTIONS: &str =
    " (--target predicts another column, --task decides between classes and numbers)";

/// Result with this library's [`enum@Error`] by default.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Exit code of a failed run, if no other code applies.
pub(crate) const EXIT_FAILED: u8 = 1;
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
    pub(crate) fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// Adds a column (from 1) and its name in the header, if there is one.
    pub(crate) fn at_column(mut self, column: usize, name: Option<&str>) -> Self {
        self.column = Some(column);
        self.column_name = name.map(str::to_owned);
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        if let Some(name) = &self.column_name {
            write!(f, " ({})", brief(name))?;
        }
        Ok(())
    }
}

/// Problem with a table of data.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DataProblem {
    /// No rows at all.
    #[error("there are no rows of data in it")]
    Empty,
    /// A byte sequence that is not UTF-8.
    #[error("the byte {byte:#04x} is not UTF-8{}", encoding_hint(*.byte))]
    NotUtf8 {
        /// First invalid byte.
        byte: u8,
    },
    /// A row longer than 16 MB.
    #[error("the row is longer than 16 MB")]
    EndlessRow,
    /// A quote that is not closed, so that the rows below it would be taken for one cell.
    #[error("the quote that opens on this line is never closed")]
    UnclosedQuote,
    /// A quoted cell that holds rows of the table.
    #[error(
        "the quote that opens on this line takes in rows of the table up to the next quote (--quote none takes quotes for text)"
    )]
    RowsInQuotes,
    /// Text in a numeric column.
    #[error(
        "expected a number, found \"{found}\" ({hint}--drop leaves the column \"{}\" out, --categorical takes its values for names)",
        brief(.column)
    )]
    StrayText {
        /// Text of the cell, sanitised.
        found: String,
        /// Name of the column.
        column: String,
        /// Option that is more likely to help, with a comma behind it; may be empty.
        hint: String,
    },
    /// A class that no training row has.
    #[error("the class \"{}\" is none of those that are trained on", brief(.class))]
    UnknownClass {
        /// Name of the class.
        class: String,
    },
    /// A row whose number of cells differs from that of the first row.
    #[error("the row has {found} cells, the first row has {expected}")]
    RaggedRow {
        /// Number of cells in this row.
        found: usize,
        /// Number of cells in the first row.
        expected: usize,
    },
    /// A cell that is not a number where one is required.
    #[error("expected a number, found \"{found}\"")]
    NotANumber {
        /// Text of the cell, sanitised.
        found: String,
    },
    /// Text in a target that is predicted as a number.
    #[error(
        "expected a number, found \"{found}\" (--task classification predicts classes, --target another column)"
    )]
    StrayTarget {
        /// Text of the cell, sanitised.
        found: String,
    },
    /// A number beyond the range of f32.
    #[error("the number \"{found}\" is too large for 32 bits (f32)")]
    TooLarge {
        /// Text of the cell, sanitised.
        found: String,
    },
    /// A number that is NaN or infinite.
    #[error("expected a finite number, found \"{found}\"")]
    NotFinite {
        /// Text of the cell, sanitised.
        found: String,
    },
    /// An empty cell.
    #[error("the cell is empty")]
    MissingCell,
    /// A target with a single class.
    #[error("every row has the class \"{}\": there is nothing to tell apart{TARGET_OPTIONS}", brief(.class))]
    SingleClass {
        /// Name of the class.
        class: String,
    },
    /// A target with (nearly) as many classes as rows.
    #[error(
        "the target has {classes} different values in {rows} rows: it does not look like a class label{TARGET_OPTIONS}"
    )]
    TooManyClasses {
        /// Number of distinct values.
        classes: usize,
        /// Number of rows.
        rows: usize,
    },
    /// A numeric target that is constant over the training rows.
    #[error(
        "the target is the same in every training row: there is nothing to predict{TARGET_OPTIONS}"
    )]
    ConstantTarget,
    /// A target of dates.
    #[error(
        "the target holds dates such as \"{found}\", neither classes nor numbers{TARGET_OPTIONS}"
    )]
    DateTarget {
        /// Text of a cell, sanitised.
        found: String,
    },
    /// Too few rows to split into training and validation rows.
    #[error("{rows} {} too few to split into training and validation rows", if *.rows == 1 { "row is" } else { "rows are" })]
    TooFewRows {
        /// Number of rows found.
        rows: usize,
    },
    /// A column name or number that the table does not have.
    #[error("there is no column \"{}\"{}", brief(.asked), suggestion(.near, .available))]
    NoSuchColumn {
        /// Requested name or number.
        asked: String,
        /// Similar column names, best match first.
        near: Vec<String>,
        /// All column names.
        available: Vec<String>,
    },
    /// A table with a single column, which cannot hold both features and a target.
    #[error(
        "the table has a single column; it needs features and something to predict (--delimiter says what separates the cells)"
    )]
    SingleColumn,
    /// No feature column is left after constant and excluded columns are removed.
    #[error("no feature is left: every column but the target is constant or left out")]
    NoFeatures,
    /// A feature column of the model that the table does not have.
    #[error("the model needs a column \"{}\", and the file has none of that name{}", brief(.name), suggestion(.near, .available))]
    MissingFeature {
        /// Name of the feature column.
        name: String,
        /// Similar column names, best match first.
        near: Vec<String>,
        /// All column names.
        available: Vec<String>,
    },
    /// More columns than the table that the model was trained on.
    #[error(
        "the table has more columns than the model was trained on, which has no inputs for {} (--drop leaves columns out)",
        quoted(.names)
    )]
    NewFeatures {
        /// Names of the columns that are none of the model's.
        names: Vec<String>,
    },
    /// A table without header whose number of columns does not match the model.
    #[error(
        "the file has no header and {found} columns; the model was trained on {expected} feature columns, with or without the class"
    )]
    WrongWidth {
        /// Number of columns of the table.
        found: usize,
        /// Number of feature columns of the training table.
        expected: usize,
    },
    /// A file in a format that is not read; the text names it and the way forward.
    #[error("{0}")]
    ForeignFormat(&'static str),
    /// A line that is no JSON object, in a table of JSON lines.
    #[error(
        "the line is not a JSON object; tables of JSON have one on each line (other JSON can be converted to CSV, for example with pandas: read_json(FILE).to_csv(\"table.csv\", index=False))"
    )]
    Json,
    /// An object or array in a cell.
    #[error(
        "expected a number, a text, true, false or null, found an object or array (flatten it, for example with pandas.json_normalize)"
    )]
    Nested,
    /// A zip archive that does not hold a single table.
    #[error("the zip archive holds {count} files{}; a zip archive with a single table is read", list_of(.names))]
    Archive {
        /// Number of files.
        count: usize,
        /// Names of the first of them.
        names: Vec<String>,
    },
    /// Rows that cannot be divided as requested, or an unusable file that lists their sets.
    #[error("{0}")]
    Split(String),
    /// An unusable IDX file of images or labels.
    #[error("not usable images: {0}")]
    Images(String),
}

/// Shortens a name from a table for a message.
fn brief(name: &str) -> String {
    shorten(&sanitise(name), MAX_NAME_CELLS)
}

fn list_of(names: &[String]) -> String {
    if names.is_empty() {
        return String::new();
    }
    format!(" ({})", quoted(names))
}

fn encoding_hint(byte: u8) -> String {
    match byte {
        0xa0.. => {
            // The soft hyphen among them is invisible.
            let character = sanitise(&char::from(byte).to_string());
            format!("; --encoding latin1 reads it as \"{character}\"")
        }
        _ => String::new(),
    }
}

/// Formats a path for a message, with control characters escaped.
fn shown(path: &Path) -> String {
    sanitise(&path.to_string_lossy())
}

fn suggestion(near: &[String], available: &[String]) -> String {
    if !near.is_empty() {
        return format!("; did you mean {}?", quoted(near));
    }
    match available.len() {
        0 => String::new(),
        1..=12 => format!("; the columns are {}", quoted(available)),
        n => format!(
            "; the first of {n} columns are {}",
            quoted(&available[..12])
        ),
    }
}

fn quoted(names: &[String]) -> String {
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("\"{}\"", brief(name)))
        .collect();
    quoted.join(", ")
}

/// Error of this library.
#[derive(Debug, Error)]
pub enum Error {
    /// Unusable data.
    #[error("{place}: {problem}")]
    Data {
        /// Location of the problem; boxed to keep [`Result`] small.
        place: Box<Place>,
        /// Description of the problem.
        problem: DataProblem,
    },
    /// An input file that does not exist.
    #[error("{}: no such file{}", shown(.path), .hint)]
    NoSuchInput {
        /// Path of the file.
        path: PathBuf,
        /// Text to append, such as the names of the built-in data sets; may be empty.
        hint: String,
    },
    /// An input file that exists and cannot be read.
    #[error("{}: cannot be read: {cause}", shown(.path))]
    CannotRead {
        /// Path of the file.
        path: PathBuf,
        /// Error of the operating system.
        cause: io::Error,
    },
    /// An output file that cannot be written.
    #[error("{}: cannot be written: {cause}", shown(.path))]
    CannotWrite {
        /// Path of the file.
        path: PathBuf,
        /// Error of the operating system.
        cause: io::Error,
    },
    /// An output file that exists and may not be overwritten.
    #[error("{}: exists already; --force replaces it", shown(.0))]
    Exists(PathBuf),
    /// A damaged model file, or a file that is no model.
    #[error("{}: not a usable model: {problem}", shown(.path))]
    Model {
        /// Path of the file.
        path: PathBuf,
        /// Description of the problem.
        problem: String,
    },
    /// A damaged checkpoint, or a file that is none.
    #[error("{}: not a usable checkpoint: {problem}", shown(.path))]
    Checkpoint {
        /// Path of the file.
        path: PathBuf,
        /// Description of the problem.
        problem: String,
    },
    /// Data other than those of a checkpoint.
    #[error("{data}: not the data of the run in {}: {difference}", shown(.checkpoint))]
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
    /// A panic while loading data.
    #[error("loading failed: {0}")]
    Loading(String),
    /// Cancellation by the user.
    #[error("cancelled")]
    Cancelled,
    /// Failure to use the terminal.
    #[error("the terminal cannot be used: {0}")]
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
    #[error("the training thread failed: {0}")]
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

    /// Returns whether it is this problem with data.
    pub(crate) fn is(&self, wanted: &DataProblem) -> bool {
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
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Data { .. } | Self::OtherData { .. } => "data",
            Self::Model { .. } => "model",
            Self::Checkpoint { .. } => "checkpoint",
            Self::NoSuchInput { .. } | Self::CannotRead { .. } => "no-input",
            Self::CannotWrite { .. } | Self::Exists(_) => "cannot-write",
            Self::Usage(_) => "usage",
            Self::Terminal(_)
            | Self::Diverged(_)
            | Self::Worker(_)
            | Self::Loading(_)
            | Self::Gradients(_)
            | Self::Cancelled => "failed",
            Self::Memory(_) => "memory",
        }
    }

    /// Returns the exit code of a process that ends with this error.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Data { .. }
            | Self::Model { .. }
            | Self::Checkpoint { .. }
            | Self::OtherData { .. } => EXIT_BAD_DATA,
            Self::NoSuchInput { .. } | Self::CannotRead { .. } => EXIT_NO_INPUT,
            Self::CannotWrite { .. } | Self::Exists(_) => EXIT_CANNOT_WRITE,
            Self::Usage(_) => EXIT_USAGE,
            Self::Terminal(_)
            | Self::Diverged(_)
            | Self::Worker(_)
            | Self::Loading(_)
            | Self::Gradients(_)
            | Self::Memory(_)
            | Self::Cancelled => EXIT_FAILED,
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
        let message = Error::data(place, DataProblem::SingleClass { class }).to_string();
        assert!(message.chars().count() < 300, "{message}");
        assert!(message.contains("--target"), "{message}");
    }

    #[test]
    fn a_byte_cannot_hide_in_a_message() {
        let message = |byte| DataProblem::NotUtf8 { byte }.to_string();
        assert!(message(0xe9).ends_with("reads it as \"é\""));
        assert!(message(0xad).ends_with("reads it as \"\\u{ad}\""));
    }

    #[test]
    fn a_missing_column_names_its_neighbours_or_all() {
        let problem = |near: &[&str]| DataProblem::NoSuchColumn {
            asked: "specie".into(),
            near: near.iter().map(|&n| n.to_owned()).collect(),
            available: vec!["a".into(), "species".into()],
        };
        assert_eq!(
            problem(&["species"]).to_string(),
            "there is no column \"specie\"; did you mean \"species\"?"
        );
        assert_eq!(
            problem(&[]).to_string(),
            "there is no column \"specie\"; the columns are \"a\", \"species\""
        );
    }
}
