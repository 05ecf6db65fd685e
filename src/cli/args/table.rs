//! Arguments about the table: how it is read, and how its columns and rows are used.

use std::ffi::OsString;

use super::one_of;
use crate::data::{
    ClassWeights, DateOptions, Delimiter, MISSING_IN_NUMBERS, MISSING_IN_TEXTS, Missing,
    TaskChoice, TextEncoding,
};
use crate::settings::defaults;
use crate::util::lang::say;

/// Format of a file, where it is not detected.
#[derive(Debug, Clone, clap::Args)]
pub struct ReadingArgs {
    /// Field separator: comma, semicolon, tab, bar, blanks or one character [default: auto-detect]
    #[arg(long, value_name = "NAME", help_heading = "Reading", global = true)]
    pub delimiter: Option<Delimiter>,
    /// Character encoding [default: auto-detect]
    #[arg(long, value_name = "NAME", help_heading = "Reading", global = true,
          value_parser = one_of(&TextEncoding::ALL, TextEncoding::name))]
    pub encoding: Option<TextEncoding>,
    /// Decimal separator: point or comma [default: auto-detect]
    #[arg(long, value_name = "NAME", help_heading = "Reading", global = true,
          value_parser = ["point", "comma"])]
    pub decimal: Option<String>,
    /// Comment character, e.g. #
    #[arg(
        long,
        value_name = "CHARACTER",
        help_heading = "Reading",
        global = true
    )]
    pub comment: Option<char>,
    /// Quote character, e.g. "'", or none [default: "]
    #[arg(
        long,
        value_name = "CHARACTER",
        help_heading = "Reading",
        global = true
    )]
    pub quote: Option<String>,
    /// Number of lines above the table [default: auto-detect]
    #[arg(long, value_name = "N", help_heading = "Reading", global = true)]
    pub skip: Option<u64>,
    /// The first row holds column names [default: auto-detect]
    #[arg(
        long,
        help_heading = "Reading",
        global = true,
        conflicts_with = "no_header"
    )]
    pub header: bool,
    /// The first row is data [default: auto-detect]
    #[arg(long, help_heading = "Reading", global = true)]
    pub no_header: bool,
}

/// Use of a table's columns and rows.
#[derive(Debug, Clone, clap::Args)]
pub struct TableArgs {
    /// Column to predict, by name or number [default: the last one]
    #[arg(short = 't', long, value_name = "COLUMN", help_heading = "Data")]
    pub target: Option<String>,
    /// Kind of target: classes (classification) or a number (regression) [default: classes for text and for at most
    /// 20 different whole numbers]
    #[arg(long, value_name = "NAME", help_heading = "Data", default_value_t = TaskChoice::Auto,
          hide_default_value = true,
          value_parser = one_of(&TaskChoice::ALL, TaskChoice::name))]
    pub task: TaskChoice,
    /// Columns to ignore, by name or number, e.g. id,3,10-20,first..last
    #[arg(long, value_name = "COLUMNS", help_heading = "Data")]
    pub drop: Vec<String>,
    /// Keep columns that would be dropped as dates, free text or row IDs
    #[arg(long, value_name = "COLUMNS", help_heading = "Data")]
    pub keep: Vec<String>,
    /// Numeric columns to treat as categories
    #[arg(long, value_name = "COLUMNS", help_heading = "Data")]
    pub categorical: Vec<String>,
    /// Dates as inputs: auto uses year, month, day of the week and time of day if there are no other
    /// inputs, parts always, exclude never; dmy or mdy sets the order of day and month, e.g. parts,dmy
    #[arg(long, value_name = "USE", help_heading = "Data", default_value = "auto",
          value_parser = DateOptions::parse)]
    pub dates: DateOptions,
    /// Earlier targets as inputs, for rows in order of time: those of the N rows before
    #[arg(long, value_name = "N", help_heading = "Data", default_value_t = 0)]
    pub lags: usize,
    /// Missing cells.
    #[arg(long, value_name = "NAME", help_heading = "Data", default_value_t = Missing::Impute,
          help = missing_help(), value_parser = one_of(&Missing::ALL, Missing::name))]
    pub missing: Missing,
    /// Texts that mean a missing value, besides empty cells, e.g. "NA,-999"
    #[arg(
        long,
        value_name = "TEXTS",
        help_heading = "Data",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    pub missing_values: Option<Vec<String>>,
    /// Rows to validate on: a fraction, or a file with them
    #[arg(long, value_name = "FRACTION|FILE", help_heading = "Data", help = validation_help(),
          allow_hyphen_values = true)]
    pub val: Option<OsString>,
    /// Test rows, scored once at the end of a headless run: a fraction, or a file
    #[arg(
        long,
        value_name = "FRACTION|FILE",
        help_heading = "Data",
        allow_hyphen_values = true
    )]
    pub test: Option<OsString>,
    /// Choice of validation and test rows: random, time or time:COLUMN (the last rows), group:COLUMN
    /// (rows of one value stay together), or a file written by --save-split [default: random; time with
    /// --lags, or if only dates are inputs]
    #[arg(long, value_name = "METHOD|FILE", help_heading = "Data")]
    pub split: Option<OsString>,
    /// Maximum number of rows, sampled by the seed
    #[arg(long, value_name = "N", help_heading = "Data")]
    pub max_rows: Option<usize>,
    /// Class weights; balanced gives every class the same total weight
    #[arg(long, value_name = "NAME", help_heading = "Data",
          default_value_t = ClassWeights::None,
          value_parser = one_of(&ClassWeights::ALL, ClassWeights::name))]
    pub class_weights: ClassWeights,
}

fn missing_help() -> String {
    let in_numbers = MISSING_IN_NUMBERS.iter().copied();
    let in_numbers = in_numbers.filter(|word| !MISSING_IN_TEXTS.contains(word));
    say!(
        "help-missing",
        "Missing cells (empty, {in_texts}; in numbers also {in_numbers}): impute fills in the mean or most frequent \
         value of the training rows, drop skips the row",
        in_texts = MISSING_IN_TEXTS.join(", "),
        in_numbers = in_numbers.collect::<Vec<_>>().join(", "),
    )
}

fn validation_help() -> String {
    say!(
        "help-validation",
        "Validation rows: a fraction, or a file [default: {fraction}, or the test set of an image data set]",
        fraction = defaults::VALIDATION
    )
}
