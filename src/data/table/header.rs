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
//!   provided that one column speaks for a header and no text column speaks for data; ascending years beside a
//!   text, as in `country,2019,2020`, are, too, unless most rows below have years there;
//! - `0,1,2,...` or `1,2,3,...` all the way through five columns or more, which is how pandas names
//!   columns without a name. Fewer columns might well be data (`0,1,1` is a row of xor).
//!
//! A row of names over all columns of numbers is a header, too, even if a text occurs again below (`x,y` over the classes
//! `y` and `n`). If no column has an opinion, a first row without any number is a header.
//!
//! So a typing error in the first row of a table without header (`5.1,abc,1.4,0.2,setosa`) is
//! outvoted, and reported as an error.

use std::collections::{HashMap, HashSet};

use super::batch::{Row, column_cells};
use super::formatted;
use super::left_out::total_column;
use crate::schema::missing::MissingValues;

/// Maximum number of rows below the first one that vote.
const SAMPLE: usize = 200;

/// Minimum number of columns for a row 0, 1, 2, ... to be a header.
const COUNTING_COLUMNS: usize = 5;
/// Minimum number of such columns behind an empty cell.
const COUNTING_BESIDE_INDEX: usize = 2;

/// Returns whether `first` is a header over the rows `below`, by the rule at the top of this file.
pub(crate) fn is_header(first: &[String], below: &[Row]) -> bool {
    let below = &below[..below.len().min(SAMPLE)];
    // A header that comes again, which is rare, is no evidence that it is data.
    let others = below.iter().filter(|row| row.cells != first).cloned();
    let others: Vec<Row> = others.collect();
    let is_rare = 10 * (below.len() - others.len()) <= below.len();
    let below = if is_rare { &others } else { below };
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
    let numbers = || numbers.clone().map(|(cell, _)| cell.as_str());
    let are_names = names > 0 || years_over_other_numbers(first, &columns, below);
    names > values
        // As data, it would have no number where all others have one.
        || (count(Column::NameOverNumbers) > 0 && count(Column::NumberOverNumbers) == 0)
        || (are_names && count(Column::ValueOverText) == 0 && ascending(numbers()))
}

/// Returns whether the `first` row has years over columns of numbers that are none, and a text over texts that all differ.
fn years_over_other_numbers(first: &[String], columns: &[Column], below: &[Row]) -> bool {
    let is_year = |cell: &str| whole_number(cell).is_some_and(|year| (1000..2200).contains(&year));
    let has_years = |row: &Row| {
        let cells = row.cells.iter().zip(columns);
        let mut cells = cells.filter(|&(_, &column)| column == Column::NumberOverNumbers);
        cells.all(|(cell, _)| is_year(cell))
    };
    let of_first = first.iter().zip(columns);
    let has_text = of_first.clone().any(|(cell, &column)| {
        column == Column::NoOpinion && !cell.trim().is_empty() && !is_number(cell)
    });
    let mut numbers = of_first.filter(|&(_, &column)| column == Column::NumberOverNumbers);
    has_text
        && numbers.all(|(cell, _)| is_year(cell))
        && 2 * below.iter().filter(|row| has_years(row)).count() <= below.len()
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
        let usual = MissingValues::default();
        let is_missing = |cell: &str| usual.is_missing_number(cell);
        let first = first.trim();
        let cells: Vec<&str> = column_cells(below, column)
            .map(|cell| cell.trim())
            .filter(|cell| !is_missing(cell))
            .collect();
        if is_missing(first) || cells.is_empty() {
            return Self::NoOpinion;
        }
        // Names such as (1) are numbers only over amounts such as $5.
        for is_number in [is_number, formatted::is_number] {
            let numbers = cells.iter().filter(|cell| is_number(cell)).count();
            if 2 * numbers > cells.len() {
                return if is_number(first) {
                    Self::NumberOverNumbers
                } else {
                    Self::NameOverNumbers
                };
            }
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

/// Units of measurement that a row of units may have without brackets.
pub const COLUMN_UNITS: &str = "m cm mm km um nm in ft mi yd g kg mg ug lb lbs oz t s ms us min h hr d day days yr year \
                     years C F K degC degF \u{b0}C \u{b0}F \u{b0} deg rad % ppm ppb V mV kV A mA W kW kWh MW J \
                     kJ N Pa hPa kPa MPa bar mbar psi mmHg Hz kHz MHz GHz l L ml mL mol mmol mg dB lux lx \
                     sec hrs hour hours mins minutes seconds week weeks month months B kB KB MB GB TB cc sq dL ng IU mEq \
                     \u{b5}m \u{3bc}m \u{2126} EUR USD GBP CHF \u{20ac} $ \u{a3} mpg hp rpm bpm kcal cal";

/// Maximum number of rows of units, types or explanations below a header.
const MAX_UNITS_ROWS: usize = 3;

/// Returns the number of rows of units, such as `(cm),(kg)`, of types or of dashes, which are the first of the rows `below`
/// the `header`: columns that hold numbers otherwise have a unit there or nothing, in brackets or in at least two
/// columns. Beside such a row, or one with the name of the first column only, as pandas writes it below several rows of names,
/// another one may have any texts over the numbers.
pub(crate) fn units_rows(header: &[String], below: &[Row]) -> usize {
    let mut counts = 1..=MAX_UNITS_ROWS.min(below.len());
    let found = counts.find(|&rows| {
        let (above, below) = below.split_at(rows);
        let numeric = numeric_columns(header, above, below);
        let is_text = |row: &Row| {
            let cells = filled(row, &numeric);
            !cells.is_empty() && !cells.iter().any(|cell| formatted::is_number(cell))
        };
        let has_names = above.iter().any(|row| is_text(row) && !has_first_only(row));
        let names_first = |row: &Row| has_names && has_first_only(row);
        let are_no_data = |row: &Row| are_units(row, &numeric) || names_first(row);
        above.iter().all(|row| is_text(row) || names_first(row)) && above.iter().any(are_no_data)
    });
    let is_rule = |row: &&Row| {
        row.cells.len() == header.len() && row.cells.iter().all(|cell| is_rule(cell.trim()))
    };
    let mut rows = found.unwrap_or_else(|| below.first().filter(is_rule).iter().len());
    while rows < MAX_UNITS_ROWS.min(below.len())
        && are_types(&below[rows], &below[rows + 1..], rows > 0)
    {
        rows += 1;
    }
    rows
}

/// Returns whether `row` has only names of types, at least two of them unless such a row is above it (`has_above`), and none comes
/// again in its column of the rows `below`, the first of which decide. Single letters, as Orange writes them, are types only
/// over numbers.
fn are_types(row: &Row, below: &[Row], has_above: bool) -> bool {
    let cells = row.cells.iter().enumerate();
    let cells = cells.filter(|(_, cell)| !cell.trim().is_empty());
    let cells: Vec<(usize, &str)> = cells.map(|(column, cell)| (column, cell.trim())).collect();
    let below = &below[..below.len().min(SAMPLE)];
    let column = |column: usize| column_cells(below, column);
    let comes_again =
        |&(place, cell): &(usize, &str)| column(place).any(|other| other.trim() == cell);
    let is_over_number =
        |&(place, _): &(usize, &str)| column(place).any(|cell| formatted::is_number(cell));
    cells.len() > usize::from(!has_above)
        && below.len() >= MIN_ROWS
        && cells
            .iter()
            .all(|(_, cell)| is_type(cell, NUMBER_TYPES) || is_type(cell, OTHER_TYPES))
        && cells
            .iter()
            .any(|cell| has_above || cell.1.len() > 1 || is_over_number(cell))
        && !cells.iter().any(comes_again)
}

/// Minimum number of rows below, from which the numbers are known.
const MIN_ROWS: usize = 3;

/// Returns the columns of numbers in the rows `below` some rows `above`, unless some are of another width than the `header` or few
/// are below. Rows that come again are no data, nor are totals.
fn numeric_columns(header: &[String], above: &[Row], below: &[Row]) -> Vec<usize> {
    let is_data = |row: &&Row| {
        row.cells != header
            && above.iter().all(|unit| unit.cells != row.cells)
            && total_column(row.cells.iter().map(String::as_str)).is_none()
    };
    let below = below.iter().filter(is_data).take(SAMPLE);
    let below: Vec<&Row> = below.collect();
    if below.len() < MIN_ROWS || above.iter().any(|row| row.cells.len() != header.len()) {
        return Vec::new();
    }
    let usual = MissingValues::default();
    let is_numeric = |column: &usize| {
        let cells = below.iter().filter_map(|row| row.cells.get(*column));
        let mut cells = cells
            .filter(|cell| !usual.is_missing_number(cell))
            .peekable();
        cells.peek().is_some() && cells.all(|cell| formatted::is_number(cell))
    };
    (0..header.len()).filter(is_numeric).collect()
}

/// Returns the cells of `row` in the `numeric` columns that are not missing, nor the unit of one beside others in parentheses.
fn filled<'r>(row: &'r Row, numeric: &[usize]) -> Vec<&'r str> {
    let usual = MissingValues::default();
    let has_brackets = row.cells.iter().any(|cell| is_bracketed(cell.trim()));
    let is_one = |cell: &str| has_brackets && cell == "(1)";
    let cells = numeric.iter().map(|&column| row.cells[column].trim());
    cells
        .filter(|cell| !usual.is_missing_number(cell) && !is_one(cell))
        .collect()
}

/// Returns whether `cell` is in brackets. A negative amount may be in parentheses as well.
fn is_bracketed(cell: &str) -> bool {
    cell.starts_with(['(', '[', '{'])
        && cell.ends_with([')', ']', '}'])
        && !formatted::is_number(cell)
}

/// Returns whether `row` has a text in its first cell, and nothing in the others.
fn has_first_only(row: &Row) -> bool {
    let [first, others @ ..] = row.cells.as_slice() else {
        return false;
    };
    let is_empty = |cell: &String| cell.trim().is_empty();
    !is_empty(first)
        && !formatted::is_number(first)
        && !others.is_empty()
        && others.iter().all(is_empty)
}

/// Returns whether `row` has only units in the `numeric` columns, in brackets or in at least two of them.
fn are_units(row: &Row, numeric: &[usize]) -> bool {
    let cells = filled(row, numeric);
    let cells = || cells.iter().copied();
    cells().all(|cell| is_bracketed(cell) || is_unit(cell) || is_rule_or_type(cell))
        && (cells().count() > 1 || cells().any(|cell| is_bracketed(cell) || is_rule_or_type(cell)))
}

/// Names of types that stand below the names of columns in some tables.
pub const NUMBER_TYPES: &str = "int int32 int64 integer long bigint float float32 float64 double real numeric number decimal num dbl continuous";

/// Other names of types, and of the roles of columns, which are types only in a row of them.
pub const OTHER_TYPES: &str = "string str text object category categorical factor discrete nominal ordinal chr char \
                                       character varchar fct bool boolean lgl logical date datetime timestamp class meta ignore \
                                       c d s t m i";

/// Returns whether `cell` names one of the `types`, maybe in angle brackets as `<dbl>` or with a length as `varchar(10)`.
fn is_type(cell: &str, types: &str) -> bool {
    let name = cell.trim_start_matches('<').trim_end_matches('>');
    let name = name.split_once('(').map_or(name, |(name, _)| name);
    let mut types = types.split_ascii_whitespace();
    types.any(|known| known.eq_ignore_ascii_case(name))
}

/// Returns whether `cell` is a line of dashes, or the name of a type of numbers.
fn is_rule_or_type(cell: &str) -> bool {
    is_rule(cell) || is_type(cell, NUMBER_TYPES)
}

/// Returns whether `cell` is a line of dashes.
fn is_rule(cell: &str) -> bool {
    let is_dash = |letter: char| matches!(letter, '-' | '=' | '+' | ':');
    cell.len() > 1 && cell.chars().all(is_dash)
}

/// Returns whether `cell` is a unit such as `km/h` or `m^2`.
pub(super) fn is_unit(cell: &str) -> bool {
    let is_link =
        |letter: char| letter.is_ascii_digit() || "/*^-. \u{b7}\u{b2}\u{b3}".contains(letter);
    let mut parts = cell
        .split(is_link)
        .filter(|part| !part.is_empty())
        .peekable();
    !formatted::is_number(cell)
        && parts.peek().is_some()
        && parts.all(|part| {
            COLUMN_UNITS
                .split_ascii_whitespace()
                .any(|unit| unit == part)
        })
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

/// Returns whether the `first` row could be a header of numbers, such as the years 2001, 2002, 2003.
pub(crate) fn could_be_names(first: &[String]) -> bool {
    first.len() > 1 && ascending(first.iter().map(String::as_str))
}

/// Returns whether the cells count columns from 0 or 1: many of them, or some behind an empty one, as pandas writes
/// them over an index.
fn counts_up(first: &[String]) -> bool {
    let (first, min) = match first {
        [empty, rest @ ..] if empty.trim().is_empty() => (rest, COUNTING_BESIDE_INDEX),
        _ => (first, COUNTING_COLUMNS),
    };
    if first.len() < min {
        return false;
    }
    let start = whole_number(&first[0]);
    matches!(start, Some(0 | 1))
        && (0..)
            .zip(first)
            .all(|(i, cell)| whole_number(cell) == start.map(|start| start + i))
}

/// Returns the names of the columns, made from the cells of the header without blanks around them: none
/// empty, no two alike. A column without a name is called `c` and its number from 1; the second column
/// called `x` becomes `x.2`.
pub(crate) fn column_names<'c>(cells: impl Iterator<Item = &'c str>) -> Vec<String> {
    let cells: Vec<String> = cells.map(|cell| cell.trim().to_owned()).collect();
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
mod tests;
