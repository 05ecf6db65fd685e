//! Rows of a file that are no rows of its table: the header again, units, totals, text below the table.

use super::batch::{Batch, Record};
use super::formatted::is_number;

/// Number of rows, and the line of the first.
pub(crate) type LineCount = (usize, u64);

/// Counts the row on `line`.
pub(crate) fn count(lines: &mut LineCount, line: u64) {
    if lines.0 == 0 {
        lines.1 = line;
    }
    lines.0 += 1;
}

/// Rows that were left out, by their kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct LeftOut {
    /// Rows that repeat the header.
    pub(crate) headers: LineCount,
    /// Rows of units or types.
    pub(crate) units: LineCount,
    /// Rows of totals or means.
    pub(crate) totals: LineCount,
    /// Lines of text below the table.
    pub(crate) footers: LineCount,
    /// Rows of empty cells.
    pub(crate) blank: LineCount,
}

/// Rows above the data, which may come again.
#[derive(Debug, Default)]
pub(crate) struct Heading {
    /// Cells of the header.
    pub(crate) header: Option<Vec<String>>,
    /// Rows of units below it.
    pub(crate) units: Vec<Vec<String>>,
}

impl Heading {
    /// Returns whether `record` is one of the rows, and counts it.
    pub(super) fn leaves_out(&self, record: &Record, left_out: &mut LeftOut) -> bool {
        let is_same = |cells: &Vec<String>| is_same_row(record.cells(), cells);
        let lines = if self.units.iter().any(is_same) {
            &mut left_out.units
        } else if self.header.as_ref().is_some_and(is_same) {
            &mut left_out.headers
        } else {
            return false;
        };
        count(lines, record.line);
        true
    }
}

/// Returns whether the `cells` of a row, at least two, are all empty.
pub(super) fn is_blank<'c>(mut cells: impl Iterator<Item = &'c str>) -> bool {
    let is_empty = |cell: &str| cell.trim().is_empty();
    cells.next().is_some_and(is_empty) && cells.next().is_some_and(is_empty) && cells.all(is_empty)
}

/// Returns whether the `cells` of a row are those of a `known` one, but for blanks around them and empty cells at the
/// end. Nearly always the first one differs.
pub(super) fn is_same_row<'c>(mut cells: impl Iterator<Item = &'c str>, known: &[String]) -> bool {
    let is_next = |name: &String| cells.next().unwrap_or_default().trim() == name.trim();
    known.iter().all(is_next) && cells.all(|cell| cell.trim().is_empty())
}

/// Returns whether the `cells` of a row are a text such as `(60 rows)`, `EOF` or a line of dashes, in a table of `width`
/// columns.
pub(super) fn is_footer<'c>(mut cells: impl Iterator<Item = &'c str>, width: usize) -> bool {
    let (Some(text), None) = (cells.next(), cells.next()) else {
        return false;
    };
    let text = text.trim();
    let is_end = ["eof", "end", "<eof>"]
        .iter()
        .any(|end| end.eq_ignore_ascii_case(text))
        || !text.is_empty() && !text.contains(char::is_alphanumeric);
    let is_sentence =
        text.starts_with('(') || text.contains(char::is_whitespace) || text.ends_with(':');
    width > 1 && (is_sentence || is_end) && !text.starts_with(['#', '%']) && !is_number(text)
}

/// Returns whether the `cells` of a row are the words of a count of rows such as `(50 rows affected)` or `55 rows selected.`.
pub(super) fn is_row_count<'c>(cells: impl Iterator<Item = &'c str>) -> bool {
    const END: [&str; 7] = [
        "", "affected", "selected", "returned", "fetched", "in", "set",
    ];
    let is_mark = |letter: char| matches!(letter, '(' | ')' | '.');
    let mut words = cells.map(|cell| cell.trim_matches(is_mark));
    words
        .next()
        .is_some_and(|count| count.parse::<u64>().is_ok())
        && words
            .next()
            .is_some_and(|word| matches!(word, "row" | "rows"))
        && words.all(|word| END.contains(&word))
}

/// Names of rows of totals that are hardly names of anything else, in lower case.
pub const SUBTOTALS: [&str; 12] = [
    "grand total",
    "subtotal",
    "sub-total",
    "sub total",
    "zwischensumme",
    "gesamtsumme",
    "sous-total",
    "total général",
    "total general",
    "gesamtergebnis",
    "小计",
    "小計",
];

/// Other names of rows of totals or means, in lower case.
pub const TOTALS: [&str; 36] = [
    "total",
    "totals",
    "sum",
    "average",
    "avg",
    "mean",
    "median",
    "summe",
    "ergebnis",
    "gesamt",
    "insgesamt",
    "mittelwert",
    "durchschnitt",
    "somme",
    "moyenne",
    "suma",
    "promedio",
    "media",
    "média",
    "soma",
    "totale",
    "somma",
    "totaal",
    "gemiddelde",
    "totalt",
    "summa",
    "razem",
    "średnia",
    "итого",
    "всего",
    "сумма",
    "среднее",
    "toplam",
    "合計",
    "合计",
    "总计",
];

/// First bytes of both in lower case, and of blanks.
const INITIALS: &[u8] = b"adegimprstz \t\xc2\xc5\xd0\xd1\xe2\xe3\xe5\xe6";

/// Returns whether a row with these bytes in the first cell may be empty or one of totals. Nearly all rows are not, by the
/// first byte.
pub(super) fn may_be_no_data(cell: &[u8]) -> bool {
    cell.first()
        .is_none_or(|byte| INITIALS.contains(&byte.to_ascii_lowercase()))
}

/// Returns the column of the first filled one of the `cells` of a row, or behind an empty cell of the first text, if it is the name of a
/// row of totals.
pub(super) fn total_column<'c>(cells: impl Iterator<Item = &'c str>) -> Option<usize> {
    let mut filled = cells.map(str::trim).enumerate();
    let mut filled = filled.by_ref().filter(|(_, cell)| !cell.is_empty());
    let (mut column, mut first) = filled.next()?;
    if column > 0 && is_number(first) {
        (column, first) = filled.find(|(_, cell)| !is_number(cell))?;
    }
    (first.len() <= 24 && is_total_name(first)).then_some(column)
}

/// Returns whether `name` is that of a row of totals. Texts are compared in place, since every row may start with one.
fn is_total_name(name: &str) -> bool {
    let name = name.trim_end_matches([':', ' ']);
    let mut names = SUBTOTALS.iter().chain(&TOTALS);
    if name.is_ascii() {
        return names.any(|total| total.eq_ignore_ascii_case(name));
    }
    let lower = name.to_lowercase();
    names.any(|total| *total == lower)
}

/// Returns the rest of the text in `cell` if it begins or ends with the name of totals, as `North Total` does; empty for
/// the name alone.
pub(super) fn names_total(cell: &str) -> Option<&str> {
    /// Longest text in bytes that is compared.
    const MAX_LENGTH: usize = 80;
    let text = cell.trim().trim_end_matches([':', ' ']);
    if text.len() > MAX_LENGTH {
        return None;
    }
    if is_total_name(text) {
        return Some("");
    }
    let ends = [
        text.split_once(' '),
        text.rsplit_once(' ').map(|(rest, name)| (name, rest)),
    ];
    let by_word = ends.into_iter().flatten();
    let by_word = by_word
        .filter(|(name, _)| is_total_name(name))
        .map(|(_, rest)| rest);
    // Chinese and Japanese have no blanks between words.
    let names = SUBTOTALS.iter().chain(&TOTALS);
    let unspaced = names.filter(|name| name.chars().all(|letter| letter >= '\u{3000}'));
    let mut by_end = unspaced.filter_map(|name| text.strip_suffix(name));
    by_word
        .chain(std::iter::from_fn(|| by_end.next()))
        .map(str::trim)
        .next()
}

/// Returns whether a `name` in lower case is that of a row of totals wherever it stands.
pub(super) fn is_subtotal(name: &str) -> bool {
    SUBTOTALS.contains(&name)
}

/// Returns the name in the `cell` of a row of totals, in lower case.
pub(super) fn total_name(cell: &str) -> String {
    cell.trim().trim_end_matches([':', ' ']).to_lowercase()
}

/// Returns whether the records of `batch` from `first` on are totals and texts below the table, of `width` columns.
pub(super) fn are_below_table(batch: &Batch, first: usize, width: usize) -> bool {
    let mut records = (first..batch.len()).filter_map(|row| batch.get(row));
    records.all(|record| is_footer(record.cells(), width) || total_column(record.cells()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_known_by_their_first_filled_cell() {
        let column = |row: &str| total_column(row.split(','));
        assert_eq!(column("Total,3"), Some(0));
        assert_eq!(column(",Grand Total:,3"), Some(1));
        assert_eq!(column("ИТОГО,3"), Some(0));
        assert_eq!(column(",,3.5,Total"), Some(3));
        for row in [
            "total war,3",
            "3,Total",
            "3,,Total",
            ",3,x,Total",
            ",,",
            "Sumatra,3",
        ] {
            assert_eq!(column(row), None, "{row}");
        }
        for name in SUBTOTALS.iter().chain(&TOTALS) {
            assert_eq!(column(&name.to_uppercase()), Some(0), "{name}");
            assert!(may_be_no_data(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn totals_may_have_the_name_of_a_group() {
        for (cell, rest) in [
            ("North Total", "North"),
            ("Total: North ", "North"),
            ("SUMME", ""),
            ("Grand total:", ""),
            ("Nord Ergebnis", "Nord"),
            ("华北合计", "华北"),
        ] {
            assert_eq!(names_total(cell), Some(rest), "{cell}");
        }
        for cell in ["Sumatra", "Totally new", "a total of", "", "合计数"] {
            assert_eq!(names_total(cell), None, "{cell}");
        }
    }

    #[test]
    fn a_count_of_rows_ends_the_table() {
        let is = |row: &str| is_row_count(row.split(' '));
        for count in [
            "(50 rows affected)",
            "55 rows selected.",
            "1 row in set",
            "(9 rows)",
        ] {
            assert!(is(count), "{count}");
        }
        for row in [
            "50 rows red",
            "rows 50 affected",
            "50",
            "5.5 rows",
            "50 cols selected.",
        ] {
            assert!(!is(row), "{row}");
        }
    }

    #[test]
    fn a_cut_row_is_no_footer() {
        let is = |row: &str| is_footer(row.split(','), 3);
        for footer in ["EOF", "-----", "(60 rows)", "Source: survey"] {
            assert!(is(footer), "{footer}");
        }
        for row in ["setosa", "5.1", "-5", "", "# note", "EOF,1"] {
            assert!(!is(row), "{row}");
        }
    }
}
