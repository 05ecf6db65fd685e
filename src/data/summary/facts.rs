//! Facts about a data set: everything that was detected, assumed or excluded, with the options that
//! override it. Collected once, shown by the terminal screen, `--describe` and headless runs.

use serde::Serialize;

use util::lang::say;
use util::text::sanitise;

/// Subject of a fact, in the order in which facts are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// The predicted column and the task.
    #[serde(rename = "predicts")]
    Target,
    /// Rows that were read, and how they are split.
    Rows,
    /// Score of the best constant prediction.
    Baseline,
    /// Validation rows that are training rows too.
    Duplicates,
    /// Input columns.
    Columns,
    /// Missing values.
    Missing,
    /// File format.
    #[serde(rename = "file")]
    Format,
}

impl Topic {
    /// Label for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Target => say!("topic-target", "target"),
            Self::Rows => say!("topic-rows", "rows"),
            Self::Baseline => say!("topic-baseline", "baseline"),
            Self::Duplicates => say!("topic-duplicates", "duplicates"),
            Self::Columns => say!("topic-columns", "columns"),
            Self::Missing => say!("topic-missing", "missing"),
            Self::Format => say!("topic-format", "format"),
        }
    }
}

/// Importance of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Part of the description of every data set.
    Info,
    /// Changes what is trained on; every run reports it when it starts.
    Note,
    /// Makes the scores doubtful.
    Warning,
}

/// One statement about a data set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// Subject.
    #[serde(rename = "about")]
    pub topic: Topic,
    /// Name for programs.
    #[serde(rename = "what")]
    pub name: &'static str,
    /// Importance.
    pub severity: Severity,
    /// Indices (from 0) of the table's columns it is about; empty for the whole table.
    pub columns: Vec<usize>,
    /// Statement for people, without the options.
    #[serde(rename = "found")]
    pub statement: String,
    /// Command-line options that override it.
    pub options: Vec<&'static str>,
    /// Whether one of the options was given, so that nothing was guessed.
    pub given: bool,
}

impl Fact {
    /// Returns the statement with its options, such as `comma-separated (--delimiter)` or
    /// `species (column 5; --target)`, safe to print.
    pub fn text(&self) -> String {
        let statement = sanitise(&self.statement);
        if self.options.is_empty() {
            return statement;
        }
        let options = self.options.join(", ");
        let options = if self.given {
            say!("fact-set-by", "set by {options}", options)
        } else {
            options
        };
        match statement.strip_suffix([')', '）']) {
            Some(open) if open.matches(['(', '（']).count() == 1 => {
                say!("fact-more-options", "{open}; {options})", open, options)
            }
            _ => say!(
                "fact-options",
                "{statement} ({options})",
                statement,
                options
            ),
        }
    }

    /// Returns the text with its topic in front, such as `columns: excluded id (row numbers; --keep)`.
    pub fn note(&self) -> String {
        say!(
            "fact-note",
            "{topic}: {text}",
            topic = self.topic.label(),
            text = self.text()
        )
    }
}

/// Returns the fact that `count` validation rows have the values of a training row.
pub(super) fn duplicates(count: usize) -> Fact {
    let (severity, statement) = match count {
        0 => (
            Severity::Info,
            say!("fact-no-leak", "no validation row also appears in training").to_owned(),
        ),
        1 => (
            Severity::Warning,
            say!(
                "fact-leak-row",
                "1 validation row also appears in training (leak)"
            )
            .to_owned(),
        ),
        rows => (
            Severity::Warning,
            say!(
                "fact-leak-rows",
                "{rows} validation rows also appear in training (leak)",
                rows
            ),
        ),
    };
    Fact {
        topic: Topic::Duplicates,
        name: "duplicates",
        severity,
        columns: Vec::new(),
        statement,
        options: Vec::new(),
        given: false,
    }
}

#[cfg(test)]
mod tests;
