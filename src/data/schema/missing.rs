//! Recognition of missing values, which depends on the type of the column.

use serde::{Deserialize, Serialize};

/// Texts that mean a missing value in a column of numbers, where no other text makes sense.
pub const MISSING_IN_NUMBERS: [&str; 11] = [
    "?", "NA", "N/A", "NaN", "null", "None", "-", "#N/A", "\\N", "<NA>", ".",
];

/// Texts that mean a missing value in a column of texts. `None` and `.` are categories there.
pub const MISSING_IN_TEXTS: [&str; 8] = ["?", "NA", "N/A", "NaN", "null", "-", "#N/A", "\\N"];

/// Texts that meant a missing value in every column up to version 4 of model files.
const MISSING_BEFORE: [&str; 7] = ["?", "NA", "N/A", "NaN", "null", "None", "-"];

/// Texts that mean a missing value, besides empty cells: those that were chosen, or else
/// [`MISSING_IN_NUMBERS`] and [`MISSING_IN_TEXTS`]. ASCII letters match in either case, and blanks
/// around a cell do not matter. A number among chosen texts stands for all cells of that value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MissingValues {
    chosen: Option<Vec<String>>,
}

impl MissingValues {
    /// Creates the list of exactly these `words`.
    pub fn of(words: &[String]) -> Self {
        let words = words.iter().map(|word| word.trim().to_owned());
        let words = words.filter(|word| !word.is_empty());
        Self {
            chosen: Some(words.collect()),
        }
    }

    /// Returns the list of models of version 4 and before.
    pub fn before() -> Self {
        Self::of(&MISSING_BEFORE.map(str::to_owned))
    }

    /// Returns whether the usual texts are meant.
    pub(crate) fn is_usual(&self) -> bool {
        self.chosen.is_none()
    }

    /// Returns the texts that are missing values in a column of numbers.
    pub fn in_numbers(&self) -> Vec<&str> {
        self.words(&MISSING_IN_NUMBERS)
    }

    /// Returns the texts that are missing values in a column of texts.
    pub fn in_texts(&self) -> Vec<&str> {
        self.words(&MISSING_IN_TEXTS)
    }

    fn words<'w>(&'w self, usual: &[&'w str]) -> Vec<&'w str> {
        match &self.chosen {
            Some(words) => words.iter().map(String::as_str).collect(),
            None => usual.to_vec(),
        }
    }

    /// Returns the chosen texts that are numbers, such as -999.
    pub fn numbers(&self) -> Vec<f64> {
        let words = self.chosen.iter().flatten();
        let numbers = words.filter_map(|word| word.parse::<f64>().ok());
        numbers.filter(|number| number.is_finite()).collect()
    }

    /// Returns whether `cell` is a missing value in a column of numbers.
    pub(crate) fn is_missing_number(&self, cell: &str) -> bool {
        self.is_missing(cell, &MISSING_IN_NUMBERS)
    }

    /// Returns whether `cell` is a missing value in a column of texts.
    pub(crate) fn is_missing_text(&self, cell: &str) -> bool {
        self.is_missing(cell, &MISSING_IN_TEXTS)
    }

    /// Returns whether `cell` is a missing value in a column of texts, which may have signs: beside them `-` is none.
    pub(crate) fn is_missing_in(&self, cell: &str, has_signs: bool) -> bool {
        self.is_missing_text(cell) && !(has_signs && cell.trim() == "-")
    }

    /// Returns whether `-` is a sign, and no missing value, beside these other `texts`, such as `+` and `++`.
    pub(crate) fn has_signs<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> bool {
        let mut texts = texts.into_iter().peekable();
        let is_sign = |text: &str| text.bytes().all(|byte| matches!(byte, b'+' | b'-' | b'/'));
        self.is_usual() && texts.peek().is_some() && texts.all(is_sign)
    }

    fn is_missing(&self, cell: &str, usual: &[&str]) -> bool {
        let cell = cell.trim();
        let is = |word: &str| word.eq_ignore_ascii_case(cell);
        match (cell.as_bytes().first(), &self.chosen) {
            (None, _) => true,
            (_, Some(words)) => words.iter().any(|word| is(word)),
            // Nearly all cells are numbers, recognised by their first byte.
            (Some(b'0'..=b'9'), None) => false,
            (_, None) => usual.iter().any(|word| is(word)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_nothing_depend_on_the_column() {
        let usual = MissingValues::default();
        for cell in [
            "", "  ", "?", " NA", "n/a", "nan", "NULL", "-", "#N/A", "\\N",
        ] {
            assert!(usual.is_missing_number(cell), "{cell:?}");
            assert!(usual.is_missing_text(cell), "{cell:?}");
        }
        for cell in ["None", "."] {
            assert!(usual.is_missing_number(cell), "{cell:?}");
            assert!(!usual.is_missing_text(cell), "{cell:?}");
        }
        for cell in ["0", "-1", "--", "no", "n", "Na+", "1?"] {
            assert!(!usual.is_missing_number(cell), "{cell:?}");
        }
    }

    #[test]
    fn chosen_words_replace_the_usual_ones() {
        let words = ["none", "-999"].map(str::to_owned);
        let chosen = MissingValues::of(&words);
        for cell in ["None ", "-999", ""] {
            assert!(chosen.is_missing_text(cell), "{cell:?}");
        }
        assert!(!chosen.is_missing_text("NA"));
        assert_eq!(chosen.numbers(), [-999.0]);
    }
}
