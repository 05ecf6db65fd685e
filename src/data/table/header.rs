//! Detection of a header row, and the names of the columns.
//!
//! A CSV file does not say whether it has a header, so the first row is compared with the rows
//! below it (the first [`SAMPLE`] of them). A column is *numeric* if more than half of its cells
//! below the first row are numbers. Each column then votes:
//!
//! - **for a header**: text over a numeric column; or, over a text column whose values repeat, a
//!   cell that is none of those values (`species` over `setosa`, `setosa`, `virginica`, ...);
//! - **for data**: a number over a numeric column; or, over a text column, a cell that occurs
//!   again below.
//!
//! The majority decides. Two kinds of header would lose the vote and are recognised directly:
//!
//! - names that are whole numbers in ascending order, as in `0,1,2,3,digit` or `2019,2020,class`,
//!   provided that one column speaks for a header and no text column speaks for data;
//! - `0,1,2,...` or `1,2,3,...` all the way through five columns or more, which is how pandas names
//!   columns without a name. Fewer columns might well be data (`0,1,1` is a row of xor).
//!
//! If no column has an opinion, a first row without any number is a header.
//!
//! So a typing error in the first row of a table without header (`5.1,abc,1.4,0.2,setosa`) is
//! outvoted, and reported as an error.

use std::collections::{HashMap, HashSet};

use super::records::Row;
use crate::data::schema::missing::is_missing;
use crate::util::text::sanitise;

/// Maximum number of rows below the first one that vote.
const SAMPLE: usize = 200;

/// Minimum number of columns for a row 0, 1, 2, ... to be a header.
const COUNTING_COLUMNS: usize = 5;

/// Returns whether `first` is a header over the rows `below`, by the rule at the top of this file.
pub(crate) fn is_header(first: &[String], below: &[Row]) -> bool {
    let below = &below[..below.len().min(SAMPLE)];
    if counts_up(first) {
        return true;
    }
    let columns: Vec<Column> = (0..first.len())
        .map(|column| Column::look(&first[column], below, column))
        .collect();
    let count = |wanted: Column| columns.iter().filter(|&&c| c == wanted).count();
    let names = count(Column::NameOverNumbers) + count(Column::NameOverText);
    let values = count(Column::NumberOverNumbers) + count(Column::ValueOverText);
    if names == 0 && values == 0 {
        return !first.iter().any(|cell| is_number(cell));
    }
    let numbers = first
        .iter()
        .zip(&columns)
        .filter(|&(_, &column)| column == Column::NumberOverNumbers);
    names > values
        || (names > 0
            && count(Column::ValueOverText) == 0
            && ascending(numbers.map(|(cell, _)| cell.as_str())))
}

/// Vote of a column on its first cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    NameOverNumbers,
    NumberOverNumbers,
    NameOverText,
    ValueOverText,
    NoOpinion,
}

impl Column {
    fn look(first: &str, below: &[Row], column: usize) -> Self {
        let first = first.trim();
        let cells: Vec<&str> = below
            .iter()
            .filter_map(|row| row.cells.get(column))
            .map(|cell| cell.trim())
            .filter(|cell| !is_missing(cell))
            .collect();
        if is_missing(first) || cells.is_empty() {
            return Self::NoOpinion;
        }
        let numbers = cells.iter().filter(|cell| is_number(cell)).count();
        if 2 * numbers > cells.len() {
            return if is_number(first) {
                Self::NumberOverNumbers
            } else {
                Self::NameOverNumbers
            };
        }
        if cells.contains(&first) {
            return Self::ValueOverText;
        }
        let distinct: HashSet<&str> = cells.iter().copied().collect();
        if 2 * distinct.len() <= cells.len() {
            return Self::NameOverText;
        }
        Self::NoOpinion
    }
}

/// Returns whether `cell` is a number; NaN and infinity are, being bad data, not names.
fn is_number(cell: &str) -> bool {
    cell.trim().parse::<f64>().is_ok()
}

fn whole_number(cell: &str) -> Option<u64> {
    let cell = cell.trim();
    let plain = !cell.is_empty() && cell.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| cell.parse().ok()).flatten()
}

fn ascending<'c>(cells: impl Iterator<Item = &'c str>) -> bool {
    let mut last = None;
    for cell in cells {
        let number = whole_number(cell);
        if number.is_none() || number <= last {
            return false;
        }
        last = number;
    }
    true
}

fn counts_up(first: &[String]) -> bool {
    if first.len() < COUNTING_COLUMNS {
        return false;
    }
    let start = whole_number(&first[0]);
    matches!(start, Some(0 | 1))
        && (0..)
            .zip(first)
            .all(|(i, cell)| whole_number(cell) == start.map(|start| start + i))
}

/// Returns the names of the columns, made from the cells of the header: safe to show, none empty,
/// no two alike. A column without a name is called `c` and its number from 1; the second column
/// called `x` becomes `x.2`.
pub(crate) fn column_names<'c>(cells: impl Iterator<Item = &'c str>) -> Vec<String> {
    let cells: Vec<String> = cells.map(sanitise).collect();
    let mut taken: HashSet<String> = HashSet::new();
    // Names that stand in the file are given out first, so that none has to yield to a made one.
    let mut names: Vec<Option<String>> = cells
        .iter()
        .map(|cell| (!cell.is_empty() && taken.insert(cell.clone())).then(|| cell.clone()))
        .collect();
    let mut copies: HashMap<String, usize> = HashMap::new();
    for (i, (name, cell)) in names.iter_mut().zip(&cells).enumerate() {
        if name.is_some() {
            continue;
        }
        let unnamed = format!("c{}", i + 1);
        let base = if cell.is_empty() { &unnamed } else { cell };
        let copy = copies.entry(base.clone()).or_insert(1);
        let mut candidate = base.clone();
        while !taken.insert(candidate.clone()) {
            *copy += 1;
            candidate = format!("{base}.{copy}");
        }
        *name = Some(candidate);
    }
    names.into_iter().flatten().collect()
}

/// Returns the names `c1`, `c2`, ... of a table without header.
pub(crate) fn numbered_names(columns: usize) -> Vec<String> {
    (1..=columns).map(|i| format!("c{i}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has_header(text: &str) -> bool {
        let mut rows = text.lines().map(|line| Row {
            cells: line.split(',').map(str::to_owned).collect(),
            line: 0,
        });
        let first = rows.next().expect("a row");
        is_header(&first.cells, &rows.collect::<Vec<_>>())
    }

    #[test]
    fn text_over_numbers_is_a_header() {
        assert!(has_header("x,y,class\n1,2,0\n3,4,1"));
        assert!(has_header("x,y,class\n1,2,a\n3,4,b"));
        assert!(has_header(",x,class\n0,2,a\n1,4,b"), "an unnamed index");
        assert!(
            has_header("x,y,class\n1,,a\nn/a,4,b\n2,5,a"),
            "over some mess"
        );
    }

    #[test]
    fn numbers_over_numbers_are_data() {
        assert!(!has_header("5.1,3.5,setosa\n4.9,3.0,setosa\n7.0,3.2,other"));
        assert!(!has_header("0,0,0\n0,1,1\n1,0,1\n1,1,0"));
        assert!(!has_header("0,1,1\n0,0,0\n1,0,1\n1,1,0"));
        assert!(!has_header("1.5,NaN,1\n2.5,3,1"), "NaN is no name");
        assert!(!has_header("1,2,0"));
    }

    #[test]
    fn a_class_found_only_in_the_first_row_is_still_data() {
        assert!(!has_header("5.1,3.5,rare\n4.9,3.0,a\n7.0,3.2,a"));
    }

    #[test]
    fn a_typing_error_in_the_first_row_is_outvoted() {
        assert!(!has_header(
            "5.1,abc,1.4,setosa\n4.9,3.0,1.3,setosa\n4.9,3.0,1.3,setosa"
        ));
        assert!(!has_header("1,2,x,a\n3,4,5,a\n6,7,8,a"));
    }

    #[test]
    fn names_may_look_like_numbers() {
        assert!(has_header(
            "0,1,2,3,digit\n12,3,4,4,7\n12,3,4,4,7\n12,3,4,4,8"
        ));
        assert!(has_header(
            "2019,2020,class\n1.5,2,a\n1.2,2,b\n1.5,2,a\n1.5,2,b"
        ));
        assert!(has_header("0,1,2\n1.5,2.5,a\n1.5,2.5,b\n1,1,a\n1,1,b"));
        assert!(has_header("0,1,2,3,4\n5.1,3.5,1.4,0.2,1"));
        assert!(has_header("1,2,3,4,5\n5.1,3.5,1.4,0.2,1"));
        assert!(!has_header("0,1,2,4,4\n5.1,3.5,1.4,0.2,1"));
    }

    #[test]
    fn text_alone_is_a_header() {
        assert!(has_header("x,y,class"));
        assert!(has_header("name,colour\nanna,red\nbert,blue"));
        assert!(!has_header("red,yes\nblue,no\nred,yes\nblue,no"));
    }

    #[test]
    fn names_are_safe_whole_and_unlike() {
        let names = |cells: &[&str]| column_names(cells.iter().copied());
        assert_eq!(names(&["x", "", "x", " x "]), ["x", "c2", "x.2", "x.3"]);
        assert_eq!(
            names(&["x", "x", "x.2", "c5", ""]),
            ["x", "x.3", "x.2", "c5", "c5.2"]
        );
        assert_eq!(names(&["\u{1b}[2J"]), ["\\u{1b}[2J"]);
        assert_eq!(numbered_names(2), ["c1", "c2"]);
    }
}
