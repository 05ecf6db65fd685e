//! What was made of a table, and why: every guess, with the option that decides otherwise.

use serde::Serialize;

/// Why a column is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// `--drop` asked for it.
    Dropped,
    /// The same value in every training row.
    Constant,
    /// No value in any row.
    Empty,
    /// Dates.
    Dates,
    /// Long texts.
    Prose,
    /// Nearly all texts are different: they name the rows.
    Identifiers,
    /// Whole numbers that count or name the rows.
    RowNumbers,
}

impl Reason {
    /// What is said of such a column.
    pub fn text(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::Constant => "constant",
            Self::Empty => "empty",
            Self::Dates => "dates",
            Self::Prose => "free text",
            Self::Identifiers => "nearly all different",
            Self::RowNumbers => "names the rows",
        }
    }

    /// Whether it is a guess, which `--keep` overrides.
    pub fn is_guess(self) -> bool {
        match self {
            Self::Dropped | Self::Constant | Self::Empty => false,
            Self::Dates | Self::Prose | Self::Identifiers | Self::RowNumbers => true,
        }
    }
}

/// A column that is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Its name.
    pub name: String,
    /// Its index (from 0) among all columns.
    pub column: usize,
    /// Why.
    pub reason: Reason,
}

/// How a file was read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ReadReport {
    /// What stands between its cells; empty for what is no text.
    pub delimiter: String,
    /// Whether numbers are written as 3,14.
    pub decimal_comma: bool,
    /// Whether the first row names the columns.
    pub header: bool,
    /// Columns left out while reading.
    pub left_out: Vec<LeftOut>,
    /// Rows in the file.
    pub rows: usize,
    /// Rows left out because their target is missing.
    pub without_target: usize,
    /// Rows left out because another cell is missing (`--missing drop`).
    pub incomplete: usize,
    /// Rows left out because no more were asked for (`--max-rows`).
    pub not_sampled: usize,
    /// Categories that share the input `other`, for each column that has one.
    pub rare_categories: Vec<(String, usize)>,
}
