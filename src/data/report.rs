//! Record of how a file was read: format, excluded columns, excluded rows.

use serde::Serialize;

use super::prepare::split::file::TargetSum;
use super::schema::options::LoadOptions;
use super::source::converted::Conversion;
use super::table::Shape;
use super::table::formatted::Formats;
use super::{DateOrder, UnknownTexts};
use util::error::DataProblem;
use util::lang::say;

/// Reason for excluding a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExclusionReason {
    /// Requested by `--drop`.
    Dropped,
    /// One value in every training row.
    Constant,
    /// No value in any row.
    Empty,
    /// Dates.
    Dates,
    /// Long texts.
    Prose,
    /// Texts that are nearly all different: they identify the rows.
    Identifiers,
    /// Whole numbers that count or identify the rows.
    RowNumbers,
    /// The model that is trained further has no input for it.
    NotInModel,
    /// Names of the rows, in a column that the header does not name.
    RowNames,
    /// Groups of rows that the split keeps together.
    Groups,
    /// Different texts in more than half of the rows.
    ManyTexts,
}

impl ExclusionReason {
    /// Reason in a word or two.
    pub fn text(self) -> &'static str {
        match self {
            Self::Dropped => say!("reason-dropped", "dropped"),
            Self::Constant => say!("reason-constant", "constant"),
            Self::Empty => say!("reason-empty", "empty"),
            Self::Dates => say!("reason-dates", "dates"),
            Self::Prose => say!("reason-free-text", "free text"),
            Self::Identifiers => {
                say!("reason-nearly-all-different", "nearly all different")
            }
            Self::RowNumbers => say!("reason-row-numbers", "row numbers"),
            Self::NotInModel => say!("reason-not-in-the-model", "not in the model"),
            Self::RowNames => say!("reason-row-names", "row names"),
            Self::Groups => say!("reason-groups-of-the-split", "groups of the split"),
            Self::ManyTexts => {
                say!("reason-mostly-different-texts", "mostly different texts")
            }
        }
    }

    /// Whether the column was excluded by its looks, which `--keep` overrides.
    pub(crate) fn is_guess(self) -> bool {
        match self {
            Self::Dropped | Self::Constant | Self::Empty | Self::NotInModel | Self::Groups => false,
            Self::Dates
            | Self::Prose
            | Self::Identifiers
            | Self::RowNumbers
            | Self::RowNames
            | Self::ManyTexts => true,
        }
    }
}

/// Words in a column of numbers that make it one of categories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StrayWords {
    /// Name of the column.
    pub(crate) column: String,
    /// Number of cells with words.
    pub(crate) cells: usize,
    /// Different words in the order of the file.
    pub(crate) words: Vec<String>,
    /// Line of the first.
    pub(crate) line: u64,
}

/// A column excluded while reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exclusion {
    /// Name of the column.
    pub name: String,
    /// Index (from 0) among all columns of the file.
    pub column: usize,
    /// Reason.
    pub reason: ExclusionReason,
    /// Numbers of different texts and of rows with one, if there are too many texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub texts: Option<(usize, usize)>,
}

impl Exclusion {
    /// Excludes column `column` (from 0) of a table.
    pub(super) fn of(shape: &Shape, column: usize, reason: ExclusionReason) -> Self {
        Self {
            name: shape.names[column].clone(),
            column,
            reason,
            texts: None,
        }
    }

    /// Returns the reason in a few words, such as `301 different texts in 392 rows`.
    pub fn why(&self) -> String {
        match self.texts {
            Some((texts, rows)) => say!(
                "reason-texts",
                "{texts} different texts in {rows} rows",
                texts,
                rows
            ),
            None => self.reason.text().to_owned(),
        }
    }

    /// Returns the reason with the option that overrides it, such as `excluded: dates (--keep)`.
    pub fn text(&self) -> String {
        if self.reason.is_guess() {
            say!(
                "column-excluded-by-guess",
                "excluded: {why} (--keep)",
                why = self.why()
            )
        } else {
            say!("column-excluded", "excluded: {why}", why = self.why())
        }
    }
}

/// Format of a file, and what was excluded while reading it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ReadReport {
    /// Format that the text was converted from, if it was another one.
    pub conversion: Option<Conversion>,
    /// Name of the table in an archive of several files.
    pub member: Option<String>,
    /// Name of the delimiter; empty for images.
    pub delimiter: String,
    /// Name of the character encoding.
    pub encoding: &'static str,
    /// Character that starts comment lines, if there may be any.
    pub comment: Option<char>,
    /// Options that were given, so that what they decide was not guessed.
    pub given: Vec<&'static str>,
    /// Whether numbers are written as 3,14.
    pub decimal_comma: bool,
    /// Statement on a decimal mark that is a guess.
    #[serde(skip)]
    pub(crate) guessed_mark: Option<String>,
    /// Whether the first row names the columns.
    pub header: bool,
    /// Whether the first row is a header of numbers alone, or, without a header, could be one.
    pub numeric_header: bool,
    /// Columns excluded while reading.
    #[serde(rename = "left_out")]
    pub excluded: Vec<Exclusion>,
    /// Number of rows in the file.
    pub rows: usize,
    /// Checksum of all targets in a table.
    #[serde(skip)]
    pub(crate) targets: Option<TargetSum>,
    /// Number of rows excluded because their target is missing.
    pub without_target: usize,
    /// The first texts that were missing targets, and the line of the first.
    #[serde(skip)]
    pub(crate) missing_targets: (Vec<String>, u64),
    /// Columns with texts that the model that is trained further has no input for.
    #[serde(skip)]
    pub(crate) unknown_texts: Vec<(String, UnknownTexts)>,
    /// Columns read as categories or left out because of some words among numbers.
    #[serde(skip)]
    pub(crate) stray_words: Vec<StrayWords>,
    /// Name of the last column, if the target is another one because that one numbers the rows.
    #[serde(skip)]
    pub(crate) passed_over: Option<String>,
    /// Number of rows excluded because another value is missing (`--missing drop`).
    pub incomplete: usize,
    /// Number of rows not drawn into the sample (`--max-rows`).
    pub not_sampled: usize,
    /// Character around cells that contain delimiters, if there may be any.
    pub quote: Option<char>,
    /// Number of lines above the table that were skipped.
    pub skipped: u64,
    /// Number of rows that repeat the header, and the line of the first.
    pub repeated_headers: (usize, u64),
    /// Number of rows of units below the header, and the line of the first.
    pub units: (usize, u64),
    /// Number of rows of totals or means, and the line of the first.
    pub totals: (usize, u64),
    /// Name and line of a row that may be one of totals.
    pub doubtful_total: Option<(String, u64)>,
    /// Number of rows of empty cells, and the line of the first.
    pub blank: (usize, u64),
    /// Number of lines of text below the table, and the first of them.
    pub footers: (usize, u64),
    /// Number of rows excluded because not all targets are known before them (`--lags`).
    pub without_history: usize,
    /// Columns of dates whose order of day and month is a guess.
    pub guessed_dates: Vec<(String, DateOrder)>,
    /// Column of dates of which two rows have the same, and the line of the second.
    pub equal_dates: Option<(String, u64)>,
    /// Whether parts of dates are inputs only because there are no others.
    pub has_automatic_dates: bool,
    /// Columns whose numbers have thousands separators, currencies or percent signs.
    pub formatted: Vec<String>,
    /// Columns some of whose numbers are in parentheses and therefore negative.
    pub in_parentheses: Vec<String>,
    /// Indices (from 0) of the columns whose numbers have percent signs.
    #[serde(skip)]
    pub(crate) percent: Vec<usize>,
    /// Columns with a unit of measurement behind all numbers, and the unit.
    pub cell_units: Vec<(String, String)>,
    /// Columns whose numbers have different units, and those units.
    pub mixed_units: Vec<(String, String)>,
    /// Classes with other spellings that mean them.
    pub merged_labels: Vec<(String, Vec<String>)>,
    /// Pairs of classes that may be one, spelled differently.
    pub similar_labels: Vec<(String, String)>,
    /// Columns of texts that look like numbers with the other decimal mark.
    pub other_decimal_mark: Vec<String>,
    /// Columns with one word, which means yes, beside empty cells, which mean no.
    pub checked: Vec<(String, String)>,
    /// Number of categories that share the input `other`, for each column that has one.
    pub rare_categories: Vec<(String, usize)>,
}

impl ReadReport {
    /// Creates the report on a table that is read with `options`.
    pub(super) fn of(shape: &Shape, options: &LoadOptions, excluded: Vec<Exclusion>) -> Self {
        Self {
            delimiter: shape.dialect.delimiter.name(),
            quote: shape.dialect.quote.map(char::from),
            skipped: shape.dialect.skip,
            encoding: shape.dialect.encoding.name(),
            conversion: shape.conversion.clone(),
            member: shape.member.clone(),
            comment: options.reading.comment.map(char::from),
            given: options.given(),
            decimal_comma: shape.dialect.decimal_comma,
            guessed_mark: shape.other_mark.clone(),
            header: shape.header.is_some(),
            excluded,
            ..Self::default()
        }
    }

    /// Returns the problem of a table of which no column is an input, those called `constant` because they are.
    pub(super) fn no_features(&self, constant: &[String]) -> DataProblem {
        let excluded = self.excluded.iter().map(|column| {
            let has_other_mark = self.other_decimal_mark.contains(&column.name);
            let option = match (has_other_mark, self.decimal_comma) {
                (true, true) => ", --decimal point",
                (true, false) => ", --decimal comma",
                (false, _) if column.reason.is_guess() => ", --keep",
                (false, _) => "",
            };
            (column.name.clone(), format!("{}{option}", column.why()))
        });
        let reason = ExclusionReason::Constant.text();
        let constant = constant
            .iter()
            .map(|name| (name.clone(), reason.to_owned()));
        DataProblem::NoFeatures {
            columns: excluded.chain(constant).collect(),
        }
    }

    /// Counts a row without a target, whose cell is `text`.
    pub(super) fn add_missing_target(&mut self, text: &str, line: u64) {
        /// Maximum number of texts that are named.
        const NAMED: usize = 5;
        self.without_target += 1;
        let (texts, first) = &mut self.missing_targets;
        if self.without_target == 1 {
            *first = line;
        }
        if texts.len() < NAMED && !texts.iter().any(|known| known == text) {
            texts.push(text.to_owned());
        }
    }

    /// Adds what the numbers of column `column` (from 0) of a table look like.
    pub(super) fn add_formats(&mut self, shape: &Shape, column: usize, formats: &Formats) {
        let name = &shape.names[column];
        if formats.has_percent() {
            self.percent.push(column);
        }
        if formats.is_formatted {
            self.formatted.push(name.clone());
        }
        if formats.has_parentheses {
            self.in_parentheses.push(name.clone());
        }
        if let Some(units) = formats.mixed() {
            self.mixed_units.push((name.clone(), units));
        }
    }

    /// Adds a column whose order of day and month is a guess, unless that is known.
    pub(super) fn add_guessed_dates(&mut self, guessed: Option<(String, DateOrder)>) {
        let is_new = |guessed: &(String, DateOrder)| !self.guessed_dates.contains(guessed);
        let guessed = guessed.filter(is_new);
        self.guessed_dates.extend(guessed);
    }

    /// Whether the file was a table of text, not one of images.
    pub(super) fn is_text(&self) -> bool {
        !self.delimiter.is_empty()
    }
}
