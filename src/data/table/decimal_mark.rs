//! Detection of the decimal mark of a table.

use super::batch::Row;
use super::dialect::{Delimiter, SAMPLE};
use super::formatted;

/// Detects whether numbers in `rows` have a decimal comma: some have, and none has a decimal point. The
/// `usual` mark decides unless all that can be nothing else are of the other.
pub(crate) fn has_decimal_commas(delimiter: Delimiter, rows: &[Row], usual: Option<bool>) -> bool {
    let rows = &rows[..rows.len().min(SAMPLE)];
    // Certain ones, and those that may as well separate thousands, as in 1,500.
    let (mut commas, mut points) = ([0, 0], [0, 0]);
    let mut separate_for_certain = [false, false];
    for cell in rows.iter().flat_map(|row| &row.cells) {
        if !cell.contains([',', '.']) {
            continue;
        }
        match formatted::thousands_mark(cell.trim()) {
            Some(b',') => separate_for_certain[0] = true,
            Some(_) => separate_for_certain[1] = true,
            None => {}
        }
        match formatted::decimal_mark(cell.trim()) {
            Some((b',', is_certain)) => commas[usize::from(!is_certain)] += 1,
            Some((_, is_certain)) => points[usize::from(!is_certain)] += 1,
            None => {}
        }
    }
    let are_certain = commas[0] > 0;
    match separate_for_certain {
        [true, false] if !are_certain => return false,
        [false, true] if points[0] == 0 => return true,
        _ => {}
    }
    match usual {
        Some(true) => return are_certain || points[0] == 0,
        Some(false) => return are_certain && points[0] == 0,
        None => {}
    }
    // Between commas, a quoted 1,500 is one thousand and a half at most in the second reading.
    let are_likely = commas[1] > 0
        && points[1] == 0
        && delimiter != Delimiter::Byte(b',')
        && !separate_thousands(b',', 0, rows);
    // Numbers with three decimals may have none, too, but those are hardly hundreds.
    let have_thousands = points[1] > 0
        && commas == [0, 0]
        && delimiter != Delimiter::Byte(b',')
        && separate_thousands(b'.', 100, rows);
    points[0] == 0 && (are_certain || are_likely || have_thousands)
}

/// Returns whether most cells of `column` are numbers with the other decimal mark only.
pub(crate) fn has_other_mark(rows: &[Row], column: usize, decimal_comma: bool) -> bool {
    let cells = rows.iter().filter_map(|row| row.cells.get(column));
    let cells: Vec<&str> = cells
        .map(|cell| cell.trim())
        .filter(|cell| !cell.is_empty())
        .collect();
    let has_other = |cell: &&&str| {
        formatted::number(cell, decimal_comma).is_none()
            && formatted::number(cell, !decimal_comma).is_some()
    };
    2 * cells.iter().filter(has_other).count() > cells.len()
}

/// Returns whether the `mark` separates thousands in a column of `rows`: it has whole numbers without
/// mark below 1000, one of them at least `min`, and none above.
fn separate_thousands(mark: u8, min: u64, rows: &[Row]) -> bool {
    let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    (0..width).any(|column| {
        let cells = rows.iter().filter_map(|row| row.cells.get(column));
        let cells = cells.map(|cell| cell.trim());
        let max = cells.clone().filter_map(formatted::unmarked).max();
        max.is_some_and(|max| (min..1000).contains(&max))
            && cells
                .clone()
                .any(|cell| formatted::decimal_mark(cell) == Some((mark, false)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::Reading;
    use super::super::dialect::Dialect;
    use super::super::prefix::Prefix;
    use super::*;

    fn sniffed(text: &str) -> (String, bool) {
        let prefix = Prefix {
            bytes: text.as_bytes().to_vec(),
            is_whole: true,
        };
        let dialect = Dialect::detect(&prefix, &Reading::default());
        let delimiter = dialect.delimiter;
        let rows = prefix.rows("t", dialect).expect("rows");
        (delimiter.name(), has_decimal_commas(delimiter, &rows, None))
    }

    #[test]
    fn decimal_commas_are_detected() {
        assert_eq!(
            sniffed("a;b;c\n1,5;2;x\n3,25;4;y\n"),
            ("semicolon".into(), true)
        );
        assert!(!sniffed("a;b;c\n1,5;2.5;x\n").1);
        assert!(!sniffed("a;b;c\n1,5,5;2;x\n").1);
        assert!(!sniffed("a,b\n1,5\n").1);
        for (numbers, expected) in [
            ("995|1,000|1,005", false),
            ("-7|1,000|2", false),
            ("1,250|2,500|3,750", true),
            ("1,250|2|1500", true),
            ("0,125|0,250|1", true),
            ("1,000|5|2,5", true),
            ("995|1.000|1.005", true),
            ("9|1.000|1.005", false),
            ("995|1.000|1.5", false),
            ("1.000|1.005", false),
            ("966,566|4,201,472", false),
            ("966.566|4.201.472", true),
            ("1.5|4.201.472", false),
            ("\u{a5}73,090|\u{a5}9,500", false),
        ] {
            let rows: String = numbers
                .split('|')
                .map(|number| format!("{number}\tx\n"))
                .collect();
            assert_eq!(sniffed(&format!("a\tb\n{rows}")).1, expected, "{numbers}");
        }
    }
}
