//! Recognition of missing values.

/// Texts that mean a missing value, like an empty cell. Case-insensitive.
pub(crate) const MISSING_WORDS: [&str; 7] = ["?", "NA", "N/A", "NaN", "null", "None", "-"];

/// Returns whether `cell` is a missing value. Surrounding white space is ignored.
pub(crate) fn is_missing(cell: &str) -> bool {
    let cell = cell.trim();
    // Nearly all cells are numbers, recognised by their first byte.
    match cell.as_bytes().first() {
        None => true,
        Some(b'0'..=b'9') => false,
        Some(_) => MISSING_WORDS
            .iter()
            .any(|word| word.eq_ignore_ascii_case(cell)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_nothing_are_known() {
        for cell in ["", "  ", "?", " NA", "n/a", "nan", "NULL", "None", "-"] {
            assert!(is_missing(cell), "{cell:?}");
        }
        for cell in ["0", "-1", "--", "no", "n", "Na+", "1?"] {
            assert!(!is_missing(cell), "{cell:?}");
        }
    }
}
