//! Rows of totals among the data, such as `North Total` below the rows of the north, known by their sums.

use super::batch::Row;
use super::formatted;
use super::left_out::names_total;

/// Maximum number of columns of numbers whose sums are compared.
const MAX_COLUMNS: usize = 16;

/// Columns of text of which some cells name totals, by the first rows of a table.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TotalColumns {
    /// Those in which every such row has the sums, or means, of rows above it.
    pub(super) certain: Vec<usize>,
    /// The name and the line of a row that may be one of totals, but has other numbers.
    pub(super) doubtful: Option<(String, u64)>,
}

impl TotalColumns {
    /// Finds them in `rows`, whose columns of numbers are `numeric`, in order; numbers may have a decimal comma.
    pub(super) fn of(rows: &[Row], numeric: &[usize], decimal_comma: bool) -> Self {
        /// Minimum number of digits that agree with sums, so that they do not by chance.
        const MIN_DIGITS: usize = 4;
        let is_text = |column: &usize| numeric.binary_search(column).is_err();
        let column_of = |row: &Row| {
            let mut columns = (0..row.cells.len()).filter(is_text);
            columns.find(|&column| names_total(&row.cells[column]).is_some())
        };
        let totals: Vec<Option<usize>> = rows.iter().map(column_of).collect();
        let mut found = Self::default();
        let mut columns: Vec<usize> = totals.iter().flatten().copied().collect();
        if columns.is_empty() {
            return found;
        }
        columns.sort_unstable();
        columns.dedup();
        let numeric = &numeric[..numeric.len().min(MAX_COLUMNS)];
        let sums = Sums::of(rows, &totals, numeric, decimal_comma);
        for column in columns {
            let own = (0..rows.len()).filter(|&row| totals[row] == Some(column));
            let digits = own.clone().map(|row| sums.agreeing_digits(row, &totals));
            let digits: Option<usize> = digits.sum();
            if digits.is_some_and(|digits| digits >= MIN_DIGITS) {
                found.certain.push(column);
                continue;
            }
            let is_of_group = |row: &usize| {
                let group = names_total(&rows[*row].cells[column]).unwrap_or_default();
                let is_same = |row: &Row| {
                    row.cells
                        .get(column)
                        .is_some_and(|cell| cell.trim() == group)
                };
                !group.is_empty() && rows.iter().any(is_same)
            };
            if let Some(row) = own.clone().find(is_of_group) {
                let name = rows[row].cells[column].trim().to_owned();
                found.doubtful.get_or_insert((name, rows[row].line));
            }
        }
        found
    }
}

/// Numbers of the rows, and their sums over the rows of data.
struct Sums {
    /// Numbers of each row; NaN for other cells.
    numbers: Vec<Vec<f64>>,
    /// Sums over the rows of data before each row, and their count.
    before: Vec<(Vec<f64>, usize)>,
}

impl Sums {
    fn of(rows: &[Row], totals: &[Option<usize>], numeric: &[usize], decimal_comma: bool) -> Self {
        let number = |row: &Row, column: usize| {
            let cell = row.cells.get(column)?.trim();
            let plain = || cell.parse::<f64>().ok().filter(|number| number.is_finite());
            formatted::number(cell, decimal_comma).or_else(plain)
        };
        let of_row = |row: &Row| {
            let numbers = numeric
                .iter()
                .map(|&column| number(row, column).unwrap_or(f64::NAN));
            numbers.collect::<Vec<f64>>()
        };
        let numbers: Vec<Vec<f64>> = rows.iter().map(of_row).collect();
        let mut sums = (vec![0.0; numeric.len()], 0);
        let mut before = Vec::with_capacity(rows.len());
        for (row, total) in numbers.iter().zip(totals) {
            before.push(sums.clone());
            if total.is_none() {
                sums.1 += 1;
                for (sum, number) in sums.0.iter_mut().zip(row) {
                    *sum += if number.is_nan() { 0.0 } else { *number };
                }
            }
        }
        Self { numbers, before }
    }

    /// Returns the number of digits of `row`, one of totals, that are those of sums or means of several rows of data: of those
    /// since the last row of totals, or the last one in its column, or of all. `None` if less than half of its numbers are
    /// such. A single row gives no evidence.
    fn agreeing_digits(&self, row: usize, totals: &[Option<usize>]) -> Option<usize> {
        let above = || totals[..row].iter();
        let starts = [
            above().rposition(Option::is_some),
            above().rposition(|total| *total == totals[row]),
            None,
        ];
        let digits_since = |start: Option<usize>| {
            let (sums, count) = &self.before[row];
            let (base, skipped) = &self.before[start.unwrap_or(0)];
            let count = (count - skipped) as f64;
            let (mut all, mut near, mut digits) = (0, 0, 0);
            for (own, (sum, base)) in self.numbers[row].iter().zip(sums.iter().zip(base)) {
                if own.is_nan() {
                    continue;
                }
                all += 1;
                if *own != 0.0 && (is_near(*own, sum - base) || is_near(*own, (sum - base) / count))
                {
                    near += 1;
                    digits += significant_digits(*own);
                }
            }
            let is_total = count > 0.0 && near > 0 && 2 * near >= all;
            is_total.then_some(if count > 1.0 { digits } else { 0 })
        };
        starts.into_iter().filter_map(digits_since).max()
    }
}

/// Returns the number of digits of `number` without zeros at either end.
fn significant_digits(number: f64) -> usize {
    let text = number.abs().to_string();
    let is_digit = |letter: &char| letter.is_ascii_digit();
    let digits: String = text.chars().filter(is_digit).collect();
    digits.trim_matches('0').len()
}

/// Returns whether two numbers are equal but for rounding.
fn is_near(one: f64, other: f64) -> bool {
    /// Largest relative difference.
    const ROUNDING: f64 = 1e-4;
    (one - other).abs() <= ROUNDING * one.abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> TotalColumns {
        let rows = text.lines().zip(2..).map(|(line, number)| Row {
            cells: line.split(',').map(str::to_owned).collect(),
            line: number,
        });
        TotalColumns::of(&rows.collect::<Vec<_>>(), &[2, 3], false)
    }

    #[test]
    fn rows_with_the_sums_of_those_above_are_totals() {
        let certain = |text: &str| found(text).certain;
        let rows = ["N,a,1,2.5", "N,b,3,5", "S,a,4,6", "S,b,5,7"];
        let [a, b, c, d] = rows;
        let with = |first: &str, second: &str| [a, b, first, c, d, second].join("\n");
        assert_eq!(certain(&with("N Total,,4,7.5", "S Total,,9,13")), [0]);
        assert_eq!(certain(&with("Total N,,4,", "Grand Total,,13,20.5")), [0]);
        assert_eq!(certain(&with("N,Summe,4,3.75", "S,Summe,9,6.5")), [1]);
        assert_eq!(certain(&with("N,Average,2,3.75", "S,Average,4.5,6.5")), [1]);
        for (first, second) in [
            ("N Total,,4,7.5", "S Total,,99,13.5"),
            ("Total Wine,,1,2", "Sum 41,,7,5"),
            ("N,x,4,7.5", "S,x,9,13"),
            // By chance.
            ("Total Wine,,4,7.1", "N,x,1,2"),
        ] {
            assert_eq!(certain(&with(first, second)), [0; 0], "{first}");
        }
        assert_eq!(
            certain("Total A,x,1,1\nTotal B,x,2,2\nTotal C,x,3,3"),
            [0; 0]
        );
    }

    #[test]
    fn other_numbers_beside_a_name_that_comes_again_are_doubtful() {
        let text = "N,a,1,2.5\nN,b,3,5\nN Total,,7,9\n";
        assert_eq!(found(text).doubtful, Some(("N Total".to_owned(), 4)));
        let text = "N,a,1,2.5\nN,b,3,5\nTotal Wine,,7,9\nTotal,,7,9\n";
        assert_eq!(found(text).doubtful, None);
    }
}
