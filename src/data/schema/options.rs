//! How a table is to be read, where that is not to be found out.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::data::source::Source;
use crate::data::source::input::TextEncoding;
use crate::data::table::Reading;
use crate::error::{Error, Result};

/// What to read, and how, where it is not to be found out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LoadOptions {
    /// How the file is to be read.
    pub reading: Reading,
    /// The column that is predicted, by name or number from 1; the last one if none.
    pub target: Option<String>,
    /// Columns that are not used, by name or number, also several separated by commas.
    pub drop: Vec<String>,
    /// Columns that are used though they look useless.
    pub keep: Vec<String>,
    /// Columns whose numbers are names of categories.
    pub categorical: Vec<String>,
    /// What is predicted.
    pub task: TaskChoice,
    /// What is done about missing cells.
    pub missing: Missing,
    /// Rows to use at most, chosen at random.
    pub max_rows: Option<usize>,
    /// Seed of that choice.
    pub seed: u64,
    /// Where the rows to validate on come from.
    pub validation: ValidationRows,
    /// A file with rows that are used for nothing but the last judgement.
    pub test: Option<Source>,
}

impl LoadOptions {
    /// Returns the names of the command-line options that were given with another value than their
    /// default.
    pub(crate) fn given(&self) -> Vec<&'static str> {
        let reading = &self.reading;
        let all = [
            ("--delimiter", reading.delimiter.is_some()),
            ("--decimal", reading.decimal_comma.is_some()),
            ("--header", reading.header == Some(true)),
            ("--no-header", reading.header == Some(false)),
            ("--encoding", reading.encoding != TextEncoding::default()),
            ("--comment", reading.comment.is_some()),
            ("--target", self.target.is_some()),
            ("--task", self.task != TaskChoice::Auto),
            ("--drop", !self.drop.is_empty()),
            ("--keep", !self.keep.is_empty()),
            ("--categorical", !self.categorical.is_empty()),
            ("--missing", self.missing != Missing::default()),
            ("--max-rows", self.max_rows.is_some()),
            ("--val", self.validation != ValidationRows::Auto),
            ("--test", self.test.is_some()),
        ];
        let given = all.into_iter().filter(|(_, is_given)| *is_given);
        given.map(|(option, _)| option).collect()
    }
}

/// What is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TaskChoice {
    /// A class if the target is text, or whole numbers of which at most 20 are different; else a
    /// number.
    #[default]
    Auto,
    /// A class.
    Classification,
    /// A number.
    Regression,
}

impl TaskChoice {
    /// All of them.
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

/// What is done about missing cells. Rows whose target is missing are always left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Missing {
    /// They take the mean, or the most frequent value, of the training rows.
    #[default]
    Impute,
    /// Their rows are left out.
    Drop,
    /// They are an error.
    Error,
}

impl Missing {
    /// All of them.
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

/// How far the reading of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Which of the files it is.
    pub part: Part,
    /// Bytes of the file that were read, packed as they are there.
    pub bytes: u64,
    /// Bytes it has, where that is known.
    pub size: Option<u64>,
    /// Rows so far.
    pub rows: usize,
}

/// The files that a data set may be read from, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The table itself.
    Table,
    /// Rows to validate on.
    Validation,
    /// Rows to test.
    Test,
}

/// Receives loading progress and can cancel the load.
pub type LoadObserver<'w> = dyn FnMut(Progress) -> ControlFlow<()> + 'w;

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

/// Where the rows to validate on come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ValidationRows {
    /// From a file that lies beside a set of images and belongs to it; else they are split off.
    #[default]
    Auto,
    /// Split off the rows of the one file.
    Split,
    /// From this file.
    File(Source),
}

/// How much the classes count in training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassWeights {
    /// As much as they have rows.
    #[default]
    None,
    /// All the same: rows of rare classes are trained on more often.
    Balanced,
}

impl ClassWeights {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::None, Self::Balanced];

    /// Name for the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Balanced => "balanced",
        }
    }

    /// Whether it is the usual one.
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }
}
