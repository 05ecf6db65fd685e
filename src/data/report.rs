//! What was made of a table, and why: every guess, with the option that decides otherwise.

use serde::Serialize;

use super::schema::inferred::listed;

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
    /// How its bytes stand for characters.
    pub encoding: &'static str,
    /// What lines of comment begin with, where there may be any.
    pub comment: Option<char>,
    /// Options that were given: what they decide was not guessed.
    pub given: Vec<&'static str>,
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

impl ReadReport {
    /// What a person should know of how the file was read, with the options that decide otherwise.
    pub fn notes(&self, missing: usize) -> Vec<String> {
        let mut notes = Vec::new();
        let guessed: Vec<String> = self.left_out.iter().map(LeftOut::text).collect();
        if !guessed.is_empty() {
            let is_guess = self.left_out.iter().any(|it| it.reason.is_guess());
            let hint = if is_guess { "; --keep uses them" } else { "" };
            notes.push(format!("left out: {}{hint}", listed(&guessed)));
        }
        for (column, rare) in &self.rare_categories {
            notes.push(format!(
                "{rare} rare values of \"{column}\" share the input \"other\""
            ));
        }
        let rows = |count: usize| match count {
            1 => "1 row".to_owned(),
            count => format!("{count} rows"),
        };
        if self.without_target > 0 {
            notes.push(format!(
                "{} without a target left out",
                rows(self.without_target)
            ));
        }
        if self.incomplete > 0 {
            notes.push(format!(
                "{} with missing cells left out",
                rows(self.incomplete)
            ));
        }
        if self.not_sampled > 0 {
            notes.push(format!("{} not used (--max-rows)", rows(self.not_sampled)));
        }
        if missing > 0 {
            notes.push(format!(
                "{missing} missing cells filled (--missing drop leaves out their rows)"
            ));
        }
        if self.decimal_comma {
            notes.push("numbers are written with a comma".into());
        }
        notes
    }
}

impl LeftOut {
    /// `id (names the rows)`.
    pub(super) fn text(&self) -> String {
        format!("{} ({})", self.name, self.reason.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_say_what_was_done_and_how_to_undo_it() {
        let left_out = |name: &str, reason| LeftOut {
            name: name.into(),
            column: 0,
            reason,
        };
        let report = ReadReport {
            left_out: vec![
                left_out("id", Reason::RowNumbers),
                left_out("x", Reason::Empty),
            ],
            without_target: 1,
            rare_categories: vec![("town".into(), 20)],
            ..ReadReport::default()
        };
        assert_eq!(
            report.notes(3),
            [
                "left out: id (names the rows), x (empty); --keep uses them",
                "20 rare values of \"town\" share the input \"other\"",
                "1 row without a target left out",
                "3 missing cells filled (--missing drop leaves out their rows)",
            ]
        );
        assert!(ReadReport::default().notes(0).is_empty());
    }
}
