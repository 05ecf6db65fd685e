//! Problems with tables of data.

use thiserror::Error;

use crate::lang::{self, listed, say};
use crate::text::{brief, sanitise};
use crate::windows_1252::character;

/// Options that help where a target cannot be predicted.
fn target_options() -> String {
    say!(
        "problem-target-options",
        " (--target predicts another column, --task decides between classes and numbers)"
    )
    .to_owned()
}

/// Describes that there are too few rows to split.
fn too_few(rows: usize) -> String {
    match rows {
        0 => say!("problem-no-row", "no row has a target").to_owned(),
        1 => say!(
            "problem-one-row",
            "1 row with a target is too few to split into training and validation rows"
        )
        .to_owned(),
        _ => say!(
            "problem-few-rows",
            "{rows} rows with a target are too few to split into training and validation rows",
            rows
        ),
    }
}

/// Problem with a table of data.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DataProblem {
    /// No rows at all.
    #[error("{}", say!("problem-empty", "there are no rows of data in it"))]
    Empty,
    /// A byte sequence that is not UTF-8.
    #[error("{}", say!("problem-not-utf8", "the byte {byte} is not UTF-8{hint}", byte = format!("{:#04x}", .byte), hint = encoding_hint(*.byte, *.next)))]
    NotUtf8 {
        /// First invalid byte.
        byte: u8,
        /// The byte after it in its cell, if there is one.
        next: Option<u8>,
    },
    /// A row longer than 16 MB.
    #[error("{}", say!("problem-endless-row", "the row is longer than 16 MB"))]
    EndlessRow,
    /// A quote that is not closed, so that the rows below it would be taken for one cell.
    #[error("{}", say!("problem-unclosed-quote", "the quote that opens on this line is never closed (--quote none takes quotes for text)"))]
    UnclosedQuote,
    /// A quoted cell that holds rows of the table.
    #[error("{}", say!("problem-rows-in-quotes", "the quote that opens on this line takes in rows of the table up to the next quote (--quote none takes quotes for text)"))]
    RowsInQuotes,
    /// Text in a numeric column.
    #[error("{}", say!("problem-stray-text", "expected a number, found \"{found}\" ({hint}--missing-values counts texts as missing, --drop leaves the column \"{column}\" out, --categorical takes its values for names)", found = .found, hint = .hint, column = brief(.column)))]
    StrayText {
        /// Text of the cell, sanitised.
        found: String,
        /// Name of the column.
        column: String,
        /// Option that is more likely to help, with a comma behind it; may be empty.
        hint: String,
    },
    /// A class that no training row has.
    #[error("{}", say!("problem-unknown-class", "the class \"{class}\" is none of those that are trained on", class = brief(.class)))]
    UnknownClass {
        /// Name of the class.
        class: String,
    },
    /// A row whose number of cells differs from that of the first row.
    #[error("{}", say!("problem-ragged-row", "the row has {cells}, the first row has {expected}{hint}", cells = cells(*.found), expected = .expected, hint = .hint))]
    RaggedRow {
        /// Number of cells in this row.
        found: usize,
        /// Number of cells in the first row.
        expected: usize,
        /// Option that helps, in brackets; may be empty.
        hint: String,
    },
    /// A cell that is not a number where one is required.
    #[error("{}", say!("problem-not-a-number", "expected a number, found \"{found}\"", found = .found))]
    NotANumber {
        /// Text of the cell, sanitised.
        found: String,
    },
    /// A cell that is not a date where one is required.
    #[error("{}", say!("problem-not-a-date", "expected a date{order}, found \"{found}\"", order = .order, found = .found))]
    NotADate {
        /// Text of the cell, sanitised.
        found: String,
        /// Required order of day and month, such as ` with the day first`; may be empty.
        order: &'static str,
    },
    /// A cell that is not a date in a table that is trained on.
    #[error("{}", say!("problem-stray-date", "expected a date{order}, found \"{found}\" (--missing-values counts texts as missing, --drop leaves the column \"{column}\" out)", order = .order, found = .found, column = brief(.column)))]
    StrayDate {
        /// Text of the cell, sanitised.
        found: String,
        /// Required order of day and month, such as ` with the day first`; may be empty.
        order: &'static str,
        /// Name of the column.
        column: String,
    },
    /// A row that is older than the one before.
    #[error("{}", say!("problem-not-in-order", "the row is older than the one before it; lags need rows in order of time (sort the table by \"{column}\", or --drop it if the rows are in order)", column = brief(.column)))]
    NotInOrder {
        /// Name of the column of dates.
        column: String,
    },
    /// A table without a row that has all earlier targets that are inputs.
    #[error("{}", say!("problem-no-history", "no row has the targets of the {lags} rows before it, which are inputs (--lags)", lags = .lags))]
    NoHistory {
        /// Number of earlier targets.
        lags: usize,
    },
    /// Text in a target that is predicted as a number.
    #[error("{}", say!("problem-stray-target", "expected a number, found \"{found}\" (--missing-values counts texts as missing, --task classification predicts classes, --target another column)", found = .found))]
    StrayTarget {
        /// Text of the cell, sanitised.
        found: String,
    },
    /// Text in a target whose earlier values are inputs.
    #[error("{}", say!("problem-stray-lag", "expected a number, found \"{found}\" (--lags takes earlier targets as numbers: train without it, or --target predicts another column, --missing-values counts texts as missing)", found = .found))]
    StrayLag {
        /// Text of the cell, sanitised.
        found: String,
    },
    /// Numbers of one column with a point between thousands and before decimals, in a table whose decimal mark is a comma.
    #[error("{}", say!("problem-mixed-points", "with a decimal comma, the point of \"{decimals}\" is before decimals and that of \"{thousands}\" between thousands (--decimal point reads both as decimal points)", decimals = .decimals, thousands = .thousands))]
    MixedPoints {
        /// Text of a number with a point between thousands, sanitised.
        thousands: String,
        /// Text of a number with a point before decimals, sanitised.
        decimals: String,
    },
    /// A percent sign in a column that had none in the table that a model was trained on.
    #[error("{}", say!("problem-percent", "expected a number without a percent sign, as in the training table, found \"{found}\" (write it in the unit of that table: 20% may be 0.2 or 20)", found = .found))]
    Percent {
        /// Text of the cell, sanitised.
        found: String,
    },
    /// A number beyond the range of f32.
    #[error("{}", say!("problem-too-large", "the number \"{found}\" is too large for 32 bits (f32); --missing-values counts texts as missing", found = .found))]
    TooLarge {
        /// Text of the cell, sanitised.
        found: String,
    },
    /// A number that is NaN or infinite.
    #[error("{}", say!("problem-not-finite", "expected a finite number, found \"{found}\" (--missing-values counts texts as missing)", found = .found))]
    NotFinite {
        /// Text of the cell, sanitised.
        found: String,
    },
    /// An empty cell.
    #[error("{}", say!("problem-missing-cell", "the cell is empty"))]
    MissingCell,
    /// A target with a single class.
    #[error("{}", say!("problem-single-class", "every row has the class \"{class}\"{without}: there is nothing to tell apart{options}", class = brief(.class), without = or_none(*.without), options = target_options()))]
    SingleClass {
        /// Name of the class.
        class: String,
        /// Number of rows whose target is missing.
        without: usize,
    },
    /// A target with (nearly) as many classes as rows.
    #[error("{}", say!("problem-too-many-classes", "the target has {classes} different values in {rows} rows: it does not look like a class label{options}", classes = .classes, rows = .rows, options = target_options()))]
    TooManyClasses {
        /// Number of distinct values.
        classes: usize,
        /// Number of rows.
        rows: usize,
    },
    /// A numeric target that is constant over the training rows.
    #[error("{}", say!("problem-constant-target", "the target is the same in every training row: there is nothing to predict{options}", options = target_options()))]
    ConstantTarget,
    /// A target of dates.
    #[error("{}", say!("problem-date-target", "the target holds dates such as \"{found}\", neither classes nor numbers{options}", found = .found, options = target_options()))]
    DateTarget {
        /// Text of a cell, sanitised.
        found: String,
    },
    /// Too few rows to split into training and validation rows.
    #[error("{}{}", too_few(*.rows), target_options())]
    TooFewRows {
        /// Number of rows found.
        rows: usize,
    },
    /// A column name or number that the table does not have.
    #[error("{}{}", say!("problem-no-such-column", "there is no column \"{asked}\"{hint}", asked = brief(.asked), hint = suggestion(.near, .available)), skip_hint(*.line))]
    NoSuchColumn {
        /// Requested name or number.
        asked: String,
        /// Similar column names, best match first.
        near: Vec<String>,
        /// All column names.
        available: Vec<String>,
        /// Line of the file that has it, below the names of the columns.
        line: Option<u64>,
    },
    /// A table with a single column, which cannot hold both features and a target.
    #[error("{}", say!("problem-single-column", "the table has a single column; it needs features and something to predict ({hint})", hint = .hint))]
    SingleColumn {
        /// Option that helps.
        hint: String,
    },
    /// No feature column is left after constant and excluded columns are removed.
    #[error("{}", say!("problem-no-features", "no feature is left: every column but the target is constant or left out{reasons}", reasons = reasons(.columns)))]
    NoFeatures {
        /// Name of each column, and the reason, with the option that overrides it.
        columns: Vec<(String, String)>,
    },
    /// A feature column of the model that the table does not have.
    #[error("{}", say!("problem-missing-feature", "the model needs a column \"{name}\", and the file has none of that name{hint}", name = brief(.name), hint = suggestion(.near, .available)))]
    MissingFeature {
        /// Name of the feature column.
        name: String,
        /// Similar column names, best match first.
        near: Vec<String>,
        /// All column names.
        available: Vec<String>,
    },
    /// More columns than the table that the model was trained on.
    #[error("{}", say!("problem-new-features", "the table has more columns than the model was trained on, which has no inputs for {names} (--drop leaves columns out)", names = quoted(.names)))]
    NewFeatures {
        /// Names of the columns that are none of the model's.
        names: Vec<String>,
    },
    /// A table without header whose number of columns does not match the model.
    #[error("{}", say!("problem-wrong-width", "the file has no header and {found} columns; the model was trained on {expected} feature columns, with or without the class", found = .found, expected = .expected))]
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
    #[error("{}", say!("problem-json", "the line is not a JSON object; tables of JSON have one on each line (other JSON can be converted to CSV, for example with pandas: read_json(FILE).to_csv(\"table.csv\", index=False))"))]
    Json,
    /// An object or array in a cell.
    #[error("{}", say!("problem-nested", "expected a number, a text, true, false or null, found an object or array (flatten it, for example with pandas.json_normalize)"))]
    Nested,
    /// A zip archive that does not hold a single table.
    #[error("{}", say!("problem-archive", "the zip archive holds {count} files{names}; a zip archive with a single table is read", count = .count, names = list_of(.names)))]
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
    #[error("{}", say!("problem-images", "not usable images: {cause}", cause = .0))]
    Images(String),
}

/// Returns the rest of the statement that every row has one class, for `without` rows that have none.
fn or_none(without: usize) -> String {
    match without {
        0 => String::new(),
        rows => {
            say!(
                "problem-or-none",
                " or a missing one ({rows}; --missing-values says which texts are missing)",
                rows
            )
        }
    }
}

/// Lists the first of `columns` with their reasons.
fn reasons(columns: &[(String, String)]) -> String {
    /// Maximum number of columns.
    const SHOWN: usize = 8;
    let shown = columns.iter().take(SHOWN);
    let mut shown: Vec<String> = shown
        .map(|(name, reason)| {
            let name = lang::quoted(brief(name));
            say!("problem-column-reason", "{name} ({reason})", name, reason)
        })
        .collect();
    match columns.len() {
        0 => return String::new(),
        count if count > SHOWN => shown.push(say!(
            "problem-and-more",
            "and {rest} more",
            rest = count - SHOWN
        )),
        _ => {}
    }
    say!("problem-these", ": {columns}", columns = listed(&shown))
}

/// Counts the cells of a row.
fn cells(count: usize) -> String {
    if count == 1 {
        say!("problem-one-cell", "1 cell").to_owned()
    } else {
        say!("problem-cells", "{count} cells", count)
    }
}

fn list_of(names: &[String]) -> String {
    if names.is_empty() {
        return String::new();
    }
    format!(" ({})", quoted(names))
}

/// Returns what helps with a `byte` that is not UTF-8, before the byte `next`.
fn encoding_hint(byte: u8, next: Option<u8>) -> String {
    // Both are those of a Chinese character in GB 2312, which GBK and GB 18030 extend.
    let is_chinese = matches!((byte, next), (0xb0..=0xf7, Some(0xa1..=0xfe)));
    if is_chinese {
        return say!(
            "problem-gbk",
            "; if it is Chinese in GBK, iconv -f gb18030 -t utf-8 converts the file (traditional in Big5: -f big5, Korean: \
             -f euc-kr, Japanese: -f euc-jp or shift_jis)"
        )
        .to_owned();
    }
    let option = character(byte).map_or_else(String::new, |character| {
        // The soft hyphen among them is invisible.
        let character = sanitise(&character.to_string());
        say!(
            "problem-windows-1252",
            "; --encoding windows-1252 reads it as \"{character}\"",
            character
        )
    });
    say!(
        "problem-iconv",
        "{option}; iconv -f ENCODING -t utf-8 converts a file (Japanese: shift_jis, Chinese: gb18030 or big5, Korean: euc-kr)",
        option
    )
}

/// Returns the option that takes `line` for the names of the columns.
fn skip_hint(line: Option<u64>) -> String {
    line.map_or_else(String::new, |line| {
        say!(
            "problem-skip",
            "; line {line} has it (--skip {above} takes that line for the names of the columns)",
            line = line,
            above = line.saturating_sub(1)
        )
    })
}

fn suggestion(near: &[String], available: &[String]) -> String {
    if !near.is_empty() {
        return say!(
            "problem-near",
            "; did you mean {near}?",
            near = quoted(near)
        );
    }
    match available.len() {
        0 => String::new(),
        1..=12 => say!(
            "problem-columns",
            "; the columns are {columns}",
            columns = quoted(available)
        ),
        all => say!(
            "problem-first-columns",
            "; the first of {all} columns are {columns}",
            all,
            columns = quoted(&available[..12])
        ),
    }
}

fn quoted(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| lang::quoted(brief(name))).collect();
    listed(&quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_cannot_hide_in_a_message() {
        let message = |byte| DataProblem::NotUtf8 { byte, next: None }.to_string();
        assert!(message(0xe9).contains("reads it as \"é\";"));
        assert!(message(0xad).contains("reads it as \"\\u{ad}\";"));
        assert!(message(0x80).contains("--encoding windows-1252 reads it as \"\u{20ac}\";"));
        assert!(
            message(0x81)
                .contains("not UTF-8; iconv -f ENCODING -t utf-8 converts a file (Japanese")
        );
        let of_gbk = DataProblem::NotUtf8 {
            byte: 0xb3,
            next: Some(0xc7),
        };
        assert!(of_gbk.to_string().contains("iconv -f gb18030 -t utf-8"));
    }

    #[test]
    fn a_missing_column_names_its_neighbours_or_all() {
        let problem = |near: &[&str]| DataProblem::NoSuchColumn {
            asked: "specie".into(),
            near: near.iter().map(|&n| n.to_owned()).collect(),
            available: vec!["a".into(), "species".into()],
            line: None,
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
