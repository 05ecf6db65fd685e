//! Problems with tables of data.

use thiserror::Error;

use super::brief;
use crate::util::text::sanitise;
use crate::util::windows_1252::character;

/// Options that help where a target cannot be predicted.
const TARGET_OPTIONS: &str =
    " (--target predicts another column, --task decides between classes and numbers)";

/// Describes that there are too few rows to split.
fn too_few(rows: usize) -> String {
    match rows {
        0 => "no row has a target".into(),
        1 => "1 row with a target is too few to split into training and validation rows".into(),
        _ => format!(
            "{rows} rows with a target are too few to split into training and validation rows"
        ),
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
        "expected a number, found \"{found}\" ({hint}--missing-values counts texts as missing, --drop leaves the column \"{}\" out, --categorical takes its values for names)",
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
    #[error("the row has {found} {}, the first row has {expected}{hint}", if *.found == 1 { "cell" } else { "cells" })]
    RaggedRow {
        /// Number of cells in this row.
        found: usize,
        /// Number of cells in the first row.
        expected: usize,
        /// Option that helps, in brackets; may be empty.
        hint: String,
    },
    /// A cell that is not a number where one is required.
    #[error("expected a number, found \"{found}\"")]
    NotANumber {
        /// Text of the cell, sanitised.
        found: String,
    },
    /// A cell that is not a date where one is required.
    #[error("expected a date{order}, found \"{found}\"")]
    NotADate {
        /// Text of the cell, sanitised.
        found: String,
        /// Required order of day and month, such as ` with the day first`; may be empty.
        order: &'static str,
    },
    /// A cell that is not a date in a table that is trained on.
    #[error(
        "expected a date{order}, found \"{found}\" (--missing-values counts texts as missing, --drop leaves the column \"{}\" out)",
        brief(.column)
    )]
    StrayDate {
        /// Text of the cell, sanitised.
        found: String,
        /// Required order of day and month, such as ` with the day first`; may be empty.
        order: &'static str,
        /// Name of the column.
        column: String,
    },
    /// A row that is older than the one before.
    #[error(
        "the row is older than the one before it; lags need rows in order of time (sort the table by \"{}\", or --drop it if the rows are in order)",
        brief(.column)
    )]
    NotInOrder {
        /// Name of the column of dates.
        column: String,
    },
    /// A table without a row that has all earlier targets that are inputs.
    #[error("no row has the targets of the {lags} rows before it, which are inputs (--lags)")]
    NoHistory {
        /// Number of earlier targets.
        lags: usize,
    },
    /// Text in a target that is predicted as a number.
    #[error(
        "expected a number, found \"{found}\" (--missing-values counts texts as missing, --task classification predicts classes, --target another column)"
    )]
    StrayTarget {
        /// Text of the cell, sanitised.
        found: String,
    },
    /// Text in a target whose earlier values are inputs.
    #[error(
        "expected a number, found \"{found}\" (--lags takes earlier targets as numbers: train without it, or --target predicts another column, --missing-values counts texts as missing)"
    )]
    StrayLag {
        /// Text of the cell, sanitised.
        found: String,
    },
    /// A number beyond the range of f32.
    #[error(
        "the number \"{found}\" is too large for 32 bits (f32); --missing-values counts texts as missing"
    )]
    TooLarge {
        /// Text of the cell, sanitised.
        found: String,
    },
    /// A number that is NaN or infinite.
    #[error(
        "expected a finite number, found \"{found}\" (--missing-values counts texts as missing)"
    )]
    NotFinite {
        /// Text of the cell, sanitised.
        found: String,
    },
    /// An empty cell.
    #[error("the cell is empty")]
    MissingCell,
    /// A target with a single class.
    #[error("every row has the class \"{}\"{}: there is nothing to tell apart{TARGET_OPTIONS}", brief(.class), or_none(*.without))]
    SingleClass {
        /// Name of the class.
        class: String,
        /// Number of rows whose target is missing.
        without: usize,
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
    #[error("{}{TARGET_OPTIONS}", too_few(*.rows))]
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
    #[error("no feature is left: every column but the target is constant or left out{}", reasons(.columns))]
    NoFeatures {
        /// Name of each column, and the reason, with the option that overrides it.
        columns: Vec<(String, String)>,
    },
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

/// Returns the rest of the statement that every row has one class, for `without` rows that have none.
fn or_none(without: usize) -> String {
    match without {
        0 => String::new(),
        rows => {
            format!(" or a missing one ({rows}; --missing-values says which texts are missing)")
        }
    }
}

/// Lists the first of `columns` with their reasons.
fn reasons(columns: &[(String, String)]) -> String {
    /// Maximum number of columns.
    const SHOWN: usize = 8;
    let shown = columns.iter().take(SHOWN);
    let mut shown: Vec<String> = shown
        .map(|(name, reason)| format!("\"{}\" ({reason})", brief(name)))
        .collect();
    match columns.len() {
        0 => return String::new(),
        count if count > SHOWN => shown.push(format!("and {} more", count - SHOWN)),
        _ => {}
    }
    format!(": {}", shown.join(", "))
}

fn list_of(names: &[String]) -> String {
    if names.is_empty() {
        return String::new();
    }
    format!(" ({})", quoted(names))
}

/// Returns what helps with a `byte` that is not UTF-8.
fn encoding_hint(byte: u8) -> String {
    let option = character(byte).map_or_else(String::new, |character| {
        // The soft hyphen among them is invisible.
        let character = sanitise(&character.to_string());
        format!("; --encoding windows-1252 reads it as \"{character}\"")
    });
    format!("{option}; iconv -f ENCODING -t utf-8 converts a file")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_cannot_hide_in_a_message() {
        let message = |byte| DataProblem::NotUtf8 { byte }.to_string();
        assert!(message(0xe9).contains("reads it as \"é\";"));
        assert!(message(0xad).contains("reads it as \"\\u{ad}\";"));
        assert!(message(0x80).contains("--encoding windows-1252 reads it as \"\u{20ac}\";"));
        assert!(message(0x81).ends_with("not UTF-8; iconv -f ENCODING -t utf-8 converts a file"));
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
