//! Lines of other text above a table.

use std::collections::HashSet;

use super::super::batch::{Row, column_cells};
use super::super::formatted;
use super::super::header::is_header;
use super::super::prefix::Prefix;
use super::choice::{are_different, is_single_name};
use super::{CONSISTENT, Delimiter, Dialect};
use crate::schema::dates::is_date;

/// Maximum number of rows above a table that are recognised as no part of it.
const MAX_PREAMBLE: usize = 400;

/// Minimum number of rows of equal width below other text for a table.
const MIN_TABLE: usize = 4;

impl Dialect {
    /// Returns the number of lines above the table if its first rows are narrower than nearly all that
    /// follow, or padded to their width, and those are equally wide. A header is no such row, nor is one that looks like data.
    pub(super) fn preamble(self, prefix: &Prefix) -> Option<u64> {
        let rows = prefix.first_rows(self);
        let last_half = rows[rows.len() / 2..].iter();
        let mut widths: Vec<usize> = last_half.map(|row| row.cells.len()).collect();
        widths.sort_unstable();
        let usual = widths.get(widths.len() / 2).copied()?;
        let is_narrow = |row: &Row| row.cells.len() < usual;
        let first_full = rows
            .iter()
            .position(|row| !is_narrow(row) && !is_padded(row, usual));
        let first = first_full
            .filter(|&first| are_titles(&rows[..first], &rows[first..], usual))
            .or_else(|| rows.iter().position(|row| !is_narrow(row)))?;
        let (above, table) = rows.split_at(first);
        let as_first = table.iter().filter(|row| row.cells.len() == usual).count();
        // Two cells a row may be numbers with a decimal comma, or times.
        let may_be_cut = matches!(
            self.delimiter,
            Delimiter::Byte(b',' | b':') | Delimiter::Blanks
        );
        let is_table = table.len() >= MIN_TABLE
            && as_first as f64 >= CONSISTENT * table.len() as f64
            && usual > 1
            && !(usual == 2 && may_be_cut && formatted::is_number(&table[0].cells[0]));
        let start = first - usize::from(has_header(above, table, usual));
        let is_found = (1..=MAX_PREAMBLE).contains(&start)
            && is_table
            && !above[..start]
                .iter()
                .any(|row| is_like_data(row, &table[1..]));
        is_found.then(|| rows[start].line - 1)
    }
}

/// Returns whether the last of the rows `above` a `table` of `usual` cells is its header: without a cell above the names of the
/// rows, or without the delimiters at the end of the other lines. Below other text, it has names only, right above data.
fn has_header(above: &[Row], table: &[Row], usual: usize) -> bool {
    let [titles @ .., header] = above else {
        return false;
    };
    let width = header.cells.len();
    if width == 1 && usual == 2 {
        return titles.is_empty() && is_single_name(&header.cells, table);
    }
    let ends = table.iter().filter_map(|row| row.cells.get(width..));
    let is_padded = ends.flatten().all(|cell| is_blank(cell));
    let is_fitting = (2..usual).contains(&width) && (width + 1 == usual || is_padded);
    let is_name = |cell: &String| !is_blank(cell) && !formatted::is_number(cell) && !is_date(cell);
    let is_below = || {
        let is_next = table[0].line == header.line + 1;
        let names: HashSet<&String> = header.cells.iter().collect();
        is_next
            && header.cells.iter().all(is_name)
            && names.len() == width
            && (is_padded || are_different(table))
            && !is_header(&table[0].cells, &table[1..])
    };
    is_fitting && (titles.is_empty() || is_below())
}

fn is_blank(cell: &str) -> bool {
    cell.trim().is_empty()
}

/// Returns whether `row` has text, or nothing, and delimiters up to at least three cells, as `usual`.
fn is_padded(row: &Row, usual: usize) -> bool {
    usual > 2
        && row.cells.len() == usual
        && row.cells.last().is_some_and(|cell| is_blank(cell))
        && !formatted::is_number(&row.cells[0])
}

/// Returns whether the padded rows among those `above` a `table` of `usual` cells are titles: it starts with names,
/// and they have a single text each, or there are numbers below the names.
fn are_titles(above: &[Row], table: &[Row], usual: usize) -> bool {
    let mut padded = above.iter().filter(|row| is_padded(row, usual)).peekable();
    if padded.peek().is_none() {
        return true;
    }
    let [names, below @ ..] = table else {
        return false;
    };
    let is_name = |cell: &String| !is_blank(cell) && !formatted::is_number(cell);
    let is_single = |row: &Row| row.cells[1..].iter().all(|cell| is_blank(cell));
    let has_number = |row: &Row| row.cells.iter().any(|cell| formatted::is_number(cell));
    names.cells.iter().all(is_name)
        && (padded.all(is_single) || !below.is_empty() && below.iter().all(has_number))
}

/// Returns whether a row above a table may be one of its rows that lacks a cell: it starts with a number or
/// has several, or has a cell that one of the `rows` below the header has in the same column.
fn is_like_data(row: &Row, rows: &[Row]) -> bool {
    let numbers = row.cells.iter().filter(|cell| formatted::is_number(cell));
    let is_known = |(column, cell): (usize, &String)| {
        let mut column = column_cells(rows, column);
        !cell.trim().is_empty() && !formatted::is_number(cell) && column.any(|below| below == cell)
    };
    row.cells.len() > 1
        && (formatted::is_number(&row.cells[0])
            || numbers.count() > 1
            || row.cells.iter().enumerate().any(is_known))
}
