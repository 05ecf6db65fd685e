//! What can go wrong, named so that a person can mend it: the file, the line, the column, what
//! was found and what was expected. Every error knows the exit code of the process it ends.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::util::text::{sanitise, shorten};

/// Terminal cells that a name out of a table fills in a message.
const SHOWN_CELLS: usize = 40;

/// The library's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Exit code of a run that failed for a reason without a code of its own.
pub const EXIT_FAILED: u8 = 1;
/// Exit code of a wrong command line.
pub const EXIT_USAGE: u8 = 2;
/// Exit code of unusable input data (`EX_DATAERR`).
pub const EXIT_BAD_DATA: u8 = 65;
/// Exit code of an input that is not there (`EX_NOINPUT`).
pub const EXIT_NO_INPUT: u8 = 66;
/// Exit code of an output that can't be written (`EX_CANTCREAT`).
pub const EXIT_CANNOT_WRITE: u8 = 73;

/// A place in a data file. Lines and columns are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The file's path, or the name of a built-in data set.
    pub source: String,
    /// Line of the file, where the problem has one.
    pub line: Option<u64>,
    /// Column of the table, where the problem has one.
    pub column: Option<usize>,
    /// That column's name, where the table has a header.
    pub column_name: Option<String>,
}

impl Place {
    /// The whole of `source`.
    pub fn whole(source: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            ..Self::default()
        }
    }

    /// This place, narrowed to `line`.
    pub fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// This place, narrowed to column `column` (from 1), which the header calls `name`.
    pub fn at_column(mut self, column: usize, name: Option<&str>) -> Self {
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

/// What is wrong with a table of data.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DataProblem {
    /// No rows at all.
    #[error("there are no rows of data in it")]
    Empty,
    /// A byte that is not UTF-8.
    #[error("the byte {byte:#04x} is not UTF-8{}", encoding_hint(*.byte))]
    NotUtf8 {
        /// The byte.
        byte: u8,
    },
    /// A row that does not end.
    #[error("the row is longer than 16 MB; is there a quote that nothing closes?")]
    EndlessRow,
    /// A text among numbers.
    #[error(
        "expected a number, found \"{found}\" (--drop leaves the column \"{}\" out, --categorical takes its values for names)",
        brief(.column)
    )]
    StrayText {
        /// The cell's text, sanitised.
        found: String,
        /// The column's name.
        column: String,
    },
    /// A class that the training rows do not have.
    #[error("the class \"{}\" is none of those that are trained on", brief(.class))]
    UnknownClass {
        /// The class.
        class: String,
    },
    /// A class that can't be both trained on and validated.
    #[error("the class \"{}\" has a single row; each needs at least two, one to train on and one to validate{}", brief(.class), regression_hint(.class))]
    RareClass {
        /// The class.
        class: String,
    },
    /// A row with more or fewer cells than the first one.
    #[error("the row has {found} cells, the first row has {expected}")]
    RaggedRow {
        /// Cells of this row.
        found: usize,
        /// Cells of the first row.
        expected: usize,
    },
    /// A cell that should be a number.
    #[error("expected a number, found \"{found}\"")]
    NotANumber {
        /// The cell's text, sanitised.
        found: String,
    },
    /// A number that is NaN, infinite or too large for f32.
    #[error("expected a finite number, found \"{found}\"")]
    NotFinite {
        /// The cell's text, sanitised.
        found: String,
    },
    /// An empty cell.
    #[error("the cell is empty")]
    MissingCell,
    /// A target with a single class: nothing to learn.
    #[error("every row has the class \"{}\": there is nothing to tell apart", brief(.class))]
    SingleClass {
        /// The class.
        class: String,
    },
    /// A target with (nearly) as many classes as rows.
    #[error(
        "the target has {classes} different values in {rows} rows: it does not look like a class label"
    )]
    TooManyClasses {
        /// Distinct values.
        classes: usize,
        /// Rows.
        rows: usize,
    },
    /// A number to predict that is the same in every row: nothing to learn.
    #[error("the target is the same in every training row: there is nothing to predict")]
    ConstantTarget,
    /// Too few rows to train and validate on.
    #[error("{rows} {} too few to split into training and validation rows", if *.rows == 1 { "row is" } else { "rows are" })]
    TooFewRows {
        /// Rows found.
        rows: usize,
    },
    /// No column of that name or number.
    #[error("there is no column \"{}\"{}", brief(.asked), suggestion(.near, .available))]
    NoSuchColumn {
        /// What was asked for.
        asked: String,
        /// Column names that resemble it, best first.
        near: Vec<String>,
        /// All column names.
        available: Vec<String>,
    },
    /// A table that has room for a class or for features, not for both.
    #[error(
        "the table has a single column; it needs features and something to predict (--delimiter says what separates the cells)"
    )]
    SingleColumn,
    /// No feature column is left.
    #[error("no feature is left: every column but the target is constant or left out")]
    NoFeatures,
    /// A column the model needs is not in the table.
    #[error("the model needs a column \"{}\", and the file has none of that name{}", brief(.name), suggestion(.near, .available))]
    MissingFeature {
        /// The feature's name.
        name: String,
        /// Column names that resemble it, best first.
        near: Vec<String>,
        /// All column names.
        available: Vec<String>,
    },
    /// A table without header whose columns can't be those the model was trained on.
    #[error(
        "the file has no header and {found} columns; the model was trained on {expected} feature columns, with or without the class"
    )]
    WrongWidth {
        /// Columns of the table.
        found: usize,
        /// Feature columns of the training table.
        expected: usize,
    },
    /// An IDX file, of images or their labels, that can't be used.
    #[error("not usable images: {0}")]
    Images(String),
}

/// A name out of a table as a message may show it, however long it is there.
fn brief(name: &str) -> String {
    shorten(name, SHOWN_CELLS)
}

fn regression_hint(class: &str) -> &'static str {
    match class.parse::<f64>() {
        Ok(_) => " (--task regression predicts it as a number)",
        Err(_) => "",
    }
}

fn encoding_hint(byte: u8) -> String {
    match byte {
        0xfe | 0xff => "; if the file is UTF-16, save it as UTF-8".into(),
        0xa0.. => {
            // One of them, the soft hyphen, is not to be seen.
            let character = sanitise(&char::from(byte).to_string());
            format!("; --encoding latin1 reads it as \"{character}\"")
        }
        _ => String::new(),
    }
}

/// A path as a message may show it.
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

/// Everything the library can fail with.
#[derive(Debug, Error)]
pub enum Error {
    /// Unusable data, with its place.
    #[error("{place}: {problem}")]
    Data {
        /// Where. Boxed, so that the results of functions that succeed stay small.
        place: Box<Place>,
        /// What.
        problem: DataProblem,
    },
    /// An input that is not there.
    #[error("{}: no such file{}", shown(.path), .hint)]
    NoSuchInput {
        /// The path asked for.
        path: PathBuf,
        /// Text added behind, such as the names of the built-in data sets; may be empty.
        hint: String,
    },
    /// An input that is there and can't be read.
    #[error("{}: cannot be read: {cause}", shown(.path))]
    CannotRead {
        /// The path.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// An output that can't be written.
    #[error("{}: cannot be written: {cause}", shown(.path))]
    CannotWrite {
        /// The path.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// An output that exists, where nobody has said that it may be replaced.
    #[error("{}: exists already; --force replaces it", shown(.0))]
    Exists(PathBuf),
    /// A model file that is not one, or is damaged.
    #[error("{}: not a usable model: {problem}", shown(.path))]
    Model {
        /// The path.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// Options that don't go together, or a value out of range.
    #[error("{0}")]
    Usage(String),
    /// The code that loads the data panicked.
    #[error("loading failed: {0}")]
    Loading(String),
    /// A person broke it off.
    #[error("cancelled")]
    Cancelled,
    /// The terminal could not be used.
    #[error("the terminal cannot be used: {0}")]
    Terminal(io::Error),
    /// Training stopped at a number that is not finite.
    #[error("{0}")]
    Diverged(String),
    /// Back-propagation is not what differences say.
    #[error("{0}")]
    Gradients(String),
    /// The training thread ended on its own.
    #[error("the training thread failed: {0}")]
    Worker(String),
}

impl Error {
    /// A data error at `place`.
    pub fn data(place: Place, problem: DataProblem) -> Self {
        Self::Data {
            place: Box::new(place),
            problem,
        }
    }

    /// The error for a file that could not be opened or read.
    pub fn reading(path: &Path, cause: io::Error) -> Self {
        let path = path.to_owned();
        if cause.kind() == io::ErrorKind::NotFound {
            let hint = String::new();
            return Self::NoSuchInput { path, hint };
        }
        Self::CannotRead { path, cause }
    }

    /// Exit code of a process that ends with this error.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Data { .. } | Self::Model { .. } => EXIT_BAD_DATA,
            Self::NoSuchInput { .. } | Self::CannotRead { .. } => EXIT_NO_INPUT,
            Self::CannotWrite { .. } | Self::Exists(_) => EXIT_CANNOT_WRITE,
            Self::Usage(_) => EXIT_USAGE,
            Self::Terminal(_)
            | Self::Diverged(_)
            | Self::Worker(_)
            | Self::Loading(_)
            | Self::Gradients(_)
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
        let message = Error::data(place, DataProblem::RareClass { class }).to_string();
        assert!(message.chars().count() < 300, "{message}");
        assert!(message.contains("one to validate"), "{message}");
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
