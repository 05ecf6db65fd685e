//! Options for loading data.

use std::ffi::OsStr;
use std::ops::ControlFlow;
use util::named::shown_by_name;

use serde::{Deserialize, Serialize};

use super::dates::DateOrder;
use super::missing::MissingValues;
use crate::StartingModel;
use crate::source::Source;
use crate::table::Reading;
use util::error::{Error, Result};
use util::lang::say;
use util::text::sanitise;

/// Options for loading a data set. Defaults mean detection.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LoadOptions {
    /// Format of the file.
    pub reading: Reading,
    /// Predicted column, by name or number from 1; by default the last one.
    pub target: Option<String>,
    /// Columns to exclude, by name or number, also several separated by commas.
    pub drop: Vec<String>,
    /// Columns to keep that would be excluded as dates, free text or row numbers.
    pub keep: Vec<String>,
    /// Numeric columns to treat as categories.
    pub categorical: Vec<String>,
    /// Classification or regression.
    pub task: TaskChoice,
    /// Treatment of missing values.
    pub missing: Missing,
    /// Texts that mean a missing value.
    pub missing_values: MissingValues,
    /// Use of columns of dates.
    #[serde(default)]
    pub dates: DateOptions,
    /// Number of earlier targets that are inputs of a row.
    #[serde(default)]
    pub lags: usize,
    /// Maximum number of rows, chosen at random.
    pub max_rows: Option<usize>,
    /// Seed of the random choice of rows.
    pub seed: u64,
    /// Source of the validation rows.
    pub validation: ValidationRows,
    /// File of test rows.
    pub test: Option<Source>,
    /// Fraction of the rows kept for testing, `0.0..1.0`.
    #[serde(default)]
    pub test_fraction: f64,
    /// Choice of the validation and test rows among those of the table.
    #[serde(default)]
    pub split: SplitMethod,
    /// Model that is trained further, which decides on columns and classes.
    pub base: Option<StartingModel>,
}

impl LoadOptions {
    /// Returns the names of the command-line options that were given with another value than their
    /// default.
    pub(crate) fn given(&self) -> Vec<&'static str> {
        let mut given = self.differences(&Self::default());
        let is_header_absent = self.reading.header == Some(false);
        given.retain(|&option| {
            option
                != if is_header_absent {
                    "--header"
                } else {
                    "--no-header"
                }
        });
        given
    }

    /// Makes the paths of validation and test files absolute.
    pub fn absolute(mut self) -> Self {
        if let ValidationRows::File(file) = self.validation {
            self.validation = ValidationRows::File(file.absolute());
        }
        self.test = self.test.map(Source::absolute);
        if let SplitMethod::Listed(file) = self.split {
            self.split = SplitMethod::Listed(file.absolute());
        }
        self
    }

    /// Returns the names of the command-line options whose values differ from those in `other`.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let (own, others) = (&self.reading, &other.reading);
        let all = [
            ("--delimiter", own.delimiter == others.delimiter),
            ("--decimal", own.decimal_comma == others.decimal_comma),
            ("--header", own.header == others.header),
            ("--no-header", own.header == others.header),
            ("--encoding", own.encoding == others.encoding),
            ("--comment", own.comment == others.comment),
            ("--quote", own.quote == others.quote),
            ("--skip", own.skip == others.skip),
            ("--target", self.target == other.target),
            ("--task", self.task == other.task),
            ("--drop", self.drop == other.drop),
            ("--keep", self.keep == other.keep),
            ("--categorical", self.categorical == other.categorical),
            ("--missing", self.missing == other.missing),
            (
                "--missing-values",
                self.missing_values == other.missing_values,
            ),
            ("--dates", self.dates == other.dates),
            ("--lags", self.lags == other.lags),
            ("--max-rows", self.max_rows == other.max_rows),
            ("--val", self.validation == other.validation),
            (
                "--test",
                self.test == other.test && self.test_fraction == other.test_fraction,
            ),
            ("--split", self.split == other.split),
        ];
        let different = all.into_iter().filter(|(_, is_equal)| !is_equal);
        different.map(|(option, _)| option).collect()
    }
}

/// Source of a data set with the options by which it was loaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// File, built-in data set or standard input.
    pub source: Source,
    /// Options of loading.
    pub options: LoadOptions,
}

/// Requested task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskChoice {
    /// Classification if the target is text, or has at most 20 different whole numbers; else
    /// regression.
    #[default]
    Auto,
    /// Classification.
    Classification,
    /// Regression.
    Regression,
}

impl TaskChoice {
    /// All variants.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Classification, Self::Regression];

    /// Name for the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Classification => "classification",
            Self::Regression => "regression",
        }
    }
}

/// Treatment of missing values. Rows whose target is missing are always excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// Replaced by the mean or most frequent value of the training rows.
    #[default]
    Impute,
    /// Rows with missing values are excluded.
    Drop,
    /// A missing value is an error.
    Error,
}

impl Missing {
    /// All variants.
    pub const ALL: [Self; 3] = [Self::Impute, Self::Drop, Self::Error];

    /// Name for the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Impute => "impute",
            Self::Drop => "drop",
            Self::Error => "error",
        }
    }
}

/// Use of columns of dates as inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateUse {
    /// Their parts if there is no other input; else they are excluded.
    #[default]
    Auto,
    /// Year, month, day of the week and time of day.
    Parts,
    /// None.
    Exclude,
}

/// Options for columns of dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DateOptions {
    /// Use as inputs.
    pub usage: DateUse,
    /// Order of day and month in dates such as 01/02/2020; by default the one that all dates of a column
    /// allow.
    pub order: Option<DateOrder>,
}

impl DateOptions {
    /// Parses `auto`, `parts`, `exclude`, `dmy` or `mdy`, or several separated by commas. An order alone
    /// means parts.
    ///
    /// # Errors
    /// [`Error::Usage`].
    pub fn parse(argument: &str) -> Result<Self> {
        let (mut usage, mut order) = (None, None);
        for word in argument.split(',').map(str::trim) {
            match word {
                "auto" => usage = Some(DateUse::Auto),
                "parts" => usage = Some(DateUse::Parts),
                "exclude" => usage = Some(DateUse::Exclude),
                _ => {
                    let named = |order: &DateOrder| order.name() == word;
                    order = DateOrder::ALL.into_iter().find(named);
                    if order.is_none() {
                        return Err(Error::Usage(say!(
                            "dates-takes",
                            "--dates takes auto, parts or exclude, and dmy or mdy, such as \
                             parts,dmy; not \"{found}\"",
                            found = sanitise(word)
                        )));
                    }
                }
            }
        }
        Ok(Self {
            usage: usage.unwrap_or(DateUse::Parts),
            order,
        })
    }
}

/// Progress of loading a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// File being loaded.
    pub part: DataFile,
    /// Bytes read from the file, before decompression.
    pub bytes: u64,
    /// Size of the file, if it is known.
    pub size: Option<u64>,
    /// Rows read so far.
    pub rows: usize,
}

/// Files of a data set, in the order in which they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DataFile {
    /// The table itself.
    Table,
    /// Validation rows.
    Validation,
    /// Test rows.
    Test,
}

/// Receives loading progress and can cancel the load.
pub(crate) type LoadObserver<'w> = dyn FnMut(Progress) -> ControlFlow<()> + 'w;

/// Reports `progress` to `observer`.
///
/// # Errors
/// [`Error::Cancelled`].
pub(crate) fn report(observer: &mut LoadObserver, progress: Progress) -> Result<()> {
    match observer(progress) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Error::Cancelled),
    }
}

/// Source of the validation rows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValidationRows {
    /// The file of validation images beside a set of images; otherwise split off.
    #[default]
    Auto,
    /// Split off the rows of the table.
    Split,
    /// A file of its own.
    File(Source),
}

/// Choice of the validation and test rows among the rows of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SplitMethod {
    /// By time with lags, or if parts of dates are used by themselves; else at random.
    #[default]
    Auto,
    /// At random, about the same fraction of every class.
    Random,
    /// The last rows, by a column of dates or numbers, or in the order of the file.
    Time(Option<String>),
    /// At random, with all rows of one value of a column in one set.
    Group(String),
    /// Sets of the rows listed in a file.
    Listed(Source),
}

impl SplitMethod {
    /// Parses a command-line `argument`: `auto`, `random`, `time`, `time:COLUMN`, `group:COLUMN`, or the path
    /// of a file.
    pub fn parse(argument: &OsStr) -> Self {
        match argument.to_str() {
            Some("auto") => Self::Auto,
            Some("random") => Self::Random,
            Some("time") => Self::Time(None),
            text => {
                let column = |prefix| Some(text?.strip_prefix(prefix)?.to_owned());
                if let Some(column) = column("time:") {
                    Self::Time(Some(column))
                } else if let Some(column) = column("group:") {
                    Self::Group(column)
                } else {
                    Self::Listed(Source::File(argument.into()))
                }
            }
        }
    }
}

/// Weights of the classes in training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassWeights {
    /// Proportional to the number of rows.
    #[default]
    None,
    /// Equal: rows of rare classes are drawn more often.
    Balanced,
}

impl ClassWeights {
    /// All variants.
    pub const ALL: [Self; 2] = [Self::None, Self::Balanced];

    /// Name for the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Balanced => "balanced",
        }
    }

    /// Returns whether it is the default.
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }
}

shown_by_name!(TaskChoice, Missing, ClassWeights);
