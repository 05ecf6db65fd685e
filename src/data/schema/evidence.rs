//! Inference of the role of a column from its cells in the first rows.

use std::collections::{HashMap, HashSet};

use super::Role;
use super::dates::{are_compact, is_date, is_time};
use super::labels::BOOLEANS;
use crate::report::ExclusionReason;
use crate::table::Shape;
use crate::table::batch::{Row, column_cells};
use crate::table::column_reader::{is_nameless, min_row_numbers, numbers_rows, offset};
use util::error::DataProblem;

/// Minimum number of texts for identifying rows: at least nine in ten must be different.
const MIN_IDENTIFIERS: usize = 8;

/// Number of different texts from which they are too many for categories, if more than half of the cells
/// differ.
const MANY_TEXTS: usize = 20;

/// Mean length in characters above which texts are prose.
const PROSE: usize = 50;

/// Maximum number of distinct values of a categorical column that mixes numbers and words, such as
/// `2`, `3`, `4`, `5more`; a column of measurements with a stray word has more.
const MAX_MIXED: usize = 20;

/// Parses the number in `cell`; infinity for one that is too large, which is bad data but no word.
fn number(cell: &str, shape: &Shape) -> Option<f64> {
    match shape.number(cell) {
        Ok(number) => Some(number),
        Err(DataProblem::NotFinite { .. }) => Some(f64::INFINITY),
        Err(_) => None,
    }
}

/// Cells of a column in the first rows, with their numbers and words.
pub(super) struct Evidence<'t> {
    name: Option<&'t str>,
    cells: Vec<&'t str>,
    pub(super) words: Vec<&'t str>,
    pub(super) numbers: Vec<f64>,
    distinct: usize,
    /// Whether `-` is a text, beside `+`.
    pub(super) has_signs: bool,
    /// Number of empty cells, if there are no other missing ones.
    empty: usize,
}

impl<'t> Evidence<'t> {
    pub(super) fn of(column: usize, rows: &'t [Row], shape: &'t Shape) -> Self {
        let all = column_cells(rows, column);
        let all = all.map(|cell| shape.without_unit(column, cell.trim()));
        let is_missing = |cell: &str| shape.number(cell).is_ok_and(f64::is_nan);
        let known = all.clone().filter(|cell| !is_missing(cell));
        let has_signs = shape.missing.has_signs(known);
        let cells: Vec<&str> = all
            .filter(|cell| !is_missing(cell) || has_signs && *cell == "-")
            .collect();
        let distinct: HashSet<&str> = cells.iter().copied().collect();
        let all = || column_cells(rows, column);
        let empty = all().filter(|cell| cell.trim().is_empty()).count();
        let has_empty_only = cells.len() + empty == all().count();
        Self {
            empty: if has_empty_only { empty } else { 0 },
            name: shape.header.as_ref().map(|header| header[column].trim()),
            numbers: cells
                .iter()
                .filter_map(|cell| number(cell, shape))
                .collect(),
            words: {
                let words = cells.iter().copied();
                words.filter(|cell| number(cell, shape).is_none()).collect()
            },
            distinct: distinct.len(),
            has_signs,
            cells,
        }
    }

    pub(super) fn role(&self, is_kept: bool) -> Role {
        if self.cells.is_empty() {
            return Role::Undecided;
        }
        if are_compact(&self.cells) {
            return Role::Excluded(ExclusionReason::Dates);
        }
        let are_numbers = 2 * self.numbers.len() >= self.cells.len() && !self.is_mixed();
        if are_numbers && !self.are_long_codes() {
            return if self.identifies_rows() && !is_kept {
                Role::Excluded(ExclusionReason::RowNumbers)
            } else {
                Role::Numbers {
                    offset: offset(&self.numbers),
                    is_kept,
                }
            };
        }
        let reason = match () {
            () if self.are_dates() => Some(ExclusionReason::Dates),
            () if self.are_times() && (is_kept || self.are_nearly_distinct()) => {
                Some(ExclusionReason::Dates)
            }
            () if is_kept => None,
            () if self.is_prose() => Some(ExclusionReason::Prose),
            () if self.are_nearly_distinct() => Some(ExclusionReason::Identifiers),
            () => None,
        };
        match reason {
            Some(reason) => Role::Excluded(reason),
            None => self.texts(is_kept),
        }
    }

    pub(super) fn texts(&self, is_wanted: bool) -> Role {
        Role::Texts {
            is_wanted,
            has_signs: self.has_signs,
            has_checks: self.has_checks(),
        }
    }

    /// Returns whether a single word, which is none for no, comes several times beside empty cells, as where boxes are
    /// ticked.
    fn has_checks(&self) -> bool {
        let is_no = |word: &str| BOOLEANS.iter().any(|(no, _)| no.eq_ignore_ascii_case(word));
        self.distinct == 1
            && self.words.len() > 1
            && self.words.len() == self.cells.len()
            && self.empty > 0
            && !is_no(self.words[0])
            && !self.words[0].contains(char::is_whitespace)
    }

    /// Returns whether some different whole numbers are one in f64, such as identifiers of 17 digits.
    fn are_long_codes(&self) -> bool {
        /// Number of digits from which f64 may skip whole numbers.
        const LONG: usize = 16;
        let is_long =
            |cell: &&str| cell.len() >= LONG && cell.bytes().all(|byte| byte.is_ascii_digit());
        let codes: HashSet<&str> = self.cells.iter().copied().filter(is_long).collect();
        let numbers = codes.iter().filter_map(|code| code.parse::<f64>().ok());
        numbers.map(f64::to_bits).collect::<HashSet<u64>>().len() < codes.len()
    }

    /// Returns whether few distinct values mix numbers with repeated words.
    fn is_mixed(&self) -> bool {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for word in &self.words {
            *counts.entry(word).or_default() += 1;
        }
        !self.words.is_empty()
            && self.distinct <= MAX_MIXED
            && counts.values().all(|&count| count > 1)
    }

    /// Returns whether the column identifies the rows: different whole numbers under a name that ends
    /// in `id`, or under one that pandas gives the index of a table, of which rows may be missing or in another order. Under
    /// other names that row numbers have they go up or down in equal steps; under no name at all some may occur again where
    /// they start anew, as where tables were joined.
    fn identifies_rows(&self) -> bool {
        let name = self.name.unwrap_or("?").to_lowercase();
        let is_id = name == "id"
            || ["_id", " id", "-id"].iter().any(|end| name.ends_with(end))
            || self.name.is_some_and(|name| {
                name.len() > 2 && (name.ends_with("Id") || name.ends_with("ID"))
            });
        let is_nameless = self.name.is_some() && is_nameless(&name);
        let are_different = self.distinct == self.cells.len();
        let are_identifiers = (is_id || name.trim() == "index") && are_different
            || numbers_rows(&name) && self.has_equal_steps()
            || is_nameless && (are_different || self.goes_up_in_runs());
        are_identifiers
            && self.numbers.iter().all(|number| number.fract() == 0.0)
            && self.numbers.len() >= MIN_IDENTIFIERS
            && self.numbers.len() == self.cells.len()
    }

    /// Returns whether the numbers go up or down in equal steps.
    fn has_equal_steps(&self) -> bool {
        let mut steps = self.numbers.windows(2).map(|pair| pair[1] - pair[0]);
        let first = steps.next().unwrap_or(0.0);
        first != 0.0 && steps.all(|step| step == first)
    }

    /// Returns whether half of the numbers are different, and they go up but for few places.
    fn goes_up_in_runs(&self) -> bool {
        /// Minimum mean length of a run.
        const RUN: usize = 4;
        let is_break = |pair: &&[f64]| pair[1] <= pair[0];
        let breaks = self.numbers.windows(2).filter(is_break).count();
        2 * self.distinct >= self.cells.len() && RUN * (breaks + 1) <= self.numbers.len()
    }

    /// Returns whether the column identifies the rows, or counts them from 0 or 1.
    pub(super) fn names_rows(&self) -> bool {
        self.counts_rows(MIN_IDENTIFIERS) || self.identifies_rows()
    }

    /// Returns whether the column counts the rows, at least `min_rows`, from 0 or 1.
    fn counts_rows(&self, min_rows: usize) -> bool {
        let counts = |start: f64| {
            (0..)
                .zip(&self.numbers)
                .all(|(row, &number)| number == f64::from(row) + start)
        };
        self.numbers.len() >= min_rows
            && self.numbers.len() == self.cells.len()
            && [0.0, 1.0].into_iter().any(counts)
    }

    /// Returns whether the column, in this `role`, is an input that tells rows apart, as constants do not, by more than
    /// their number.
    pub(super) fn makes_useful(&self, role: &Role) -> bool {
        match role {
            Role::Numbers { is_kept: true, .. }
            | Role::Texts {
                is_wanted: true, ..
            }
            | Role::Dates { is_used: true, .. } => true,
            Role::Numbers { .. } => {
                self.distinct > 1 && !self.counts_rows(min_row_numbers(self.name))
            }
            Role::Texts {
                has_checks: true, ..
            } => true,
            Role::Texts { .. } => {
                self.distinct > 1 && !are_mostly_different(self.distinct, self.cells.len())
            }
            Role::Target | Role::Dates { .. } | Role::Undecided | Role::Excluded(_) => false,
        }
    }

    pub(super) fn are_dates(&self) -> bool {
        let dates = self.cells.iter().filter(|cell| is_date(cell)).count();
        !self.cells.is_empty() && 10 * dates >= 9 * self.cells.len() || are_compact(&self.cells)
    }

    pub(super) fn are_mostly_dates(&self) -> bool {
        let dates = self.cells.iter().filter(|cell| is_date(cell)).count();
        2 * dates > self.cells.len() || are_compact(&self.cells) || self.are_times()
    }

    /// Returns whether there are only times of day, such as `13:45`.
    pub(super) fn are_times(&self) -> bool {
        !self.cells.is_empty() && self.cells.iter().all(|cell| is_time(cell))
    }

    fn is_prose(&self) -> bool {
        let characters: usize = self.cells.iter().map(|cell| cell.chars().count()).sum();
        characters > PROSE * self.cells.len() && 2 * self.distinct > self.cells.len()
    }

    fn are_nearly_distinct(&self) -> bool {
        are_nearly_distinct(self.distinct, self.cells.len())
    }
}

/// Returns whether `distinct` texts in `cells` cells identify the rows.
pub(crate) fn are_nearly_distinct(distinct: usize, cells: usize) -> bool {
    cells >= MIN_IDENTIFIERS && 10 * distinct >= 9 * cells
}

/// Returns whether `distinct` texts in `cells` cells are too many for categories.
pub(crate) fn are_mostly_different(distinct: usize, cells: usize) -> bool {
    distinct >= MANY_TEXTS && 2 * distinct > cells
}
