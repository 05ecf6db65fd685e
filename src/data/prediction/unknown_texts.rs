//! Texts that a model does not know.

use util::lang::say;
use util::numbers::counted;
use util::text::brief;

/// Texts of a column that a model does not know, because no training row has them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnknownTexts {
    /// Number of the texts.
    pub count: u64,
    /// The first of them, and its line.
    pub first: Option<(String, u64)>,
}

impl UnknownTexts {
    /// Counts `text` on `line`.
    pub fn add(&mut self, text: &str, line: u64) {
        self.count += 1;
        self.first.get_or_insert_with(|| (text.to_owned(), line));
    }

    /// Returns a statement on labels that name a class but for a full stop, safe to print; `None` without any.
    pub fn stop_statement(&self) -> Option<String> {
        let (text, line) = self.first.as_ref()?;
        Some(say!(
            "fact-labels-with-stop",
            "{labels} counted as the class that differs by a full stop, first \"{text}\" on line {line}",
            labels = counted(self.count, "label"),
            text = brief(text),
            line
        ))
    }

    /// Returns a statement such as `3 of "colour" (first "red", line 7)`, safe to print; `None` without any.
    pub(crate) fn short_statement(&self, column: &str) -> Option<String> {
        let (text, line) = self.first.as_ref()?;
        Some(say!(
            "fact-unknown-texts-short",
            "{count} of \"{column}\" (first \"{text}\", line {line})",
            count = self.count,
            column = brief(column),
            text = brief(text),
            line
        ))
    }

    /// Returns a statement such as `3 values of "colour" are unknown to the model, first "red" on line
    /// 7`, safe to print; `None` without any.
    pub fn statement(&self, column: &str) -> Option<String> {
        let (text, line) = self.first.as_ref()?;
        let (column, text) = (brief(column), brief(text));
        let values = match self.count {
            1 => say!("fact-value", "1 value").to_owned(),
            count => say!("fact-values", "{values} values", values = count),
        };
        Some(say!(
            "fact-unknown-texts",
            "{values} of \"{column}\" unknown to the model, first \"{text}\" on line {line}",
            values,
            column,
            text,
            line
        ))
    }
}
