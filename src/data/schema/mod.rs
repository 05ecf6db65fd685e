//! Column types, inferred from the first rows of a table.

pub(crate) mod class_encoder;
pub(crate) mod dates;
pub(crate) mod labels;
pub(crate) mod missing;
pub(crate) mod options;
pub(crate) mod task;

use std::collections::{HashMap, HashSet};

use super::report::Reason;
use super::table::batch::Row;
use super::table::column_reader::{is_nameless, min_row_numbers, numbers_rows, offset};
use super::table::{Shape, Table};
use super::{LoadOptions, SplitMethod};
use crate::error::{DataProblem, Error, Result};
use crate::util::lang::say;
use crate::util::text::brief;
use dates::{DateOrder, are_compact, is_date, is_time};
use labels::BOOLEANS;
use options::DateUse;

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

/// Role of a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Role {
    /// The predicted column.
    Target,
    /// A column of numbers.
    Numbers {
        /// Subtracted before they are narrowed to f32.
        offset: f64,
        /// Whether it was requested, even if it numbers the rows.
        is_kept: bool,
    },
    /// A column of texts.
    Texts {
        /// Whether it was requested, even if nearly all texts differ.
        is_wanted: bool,
        /// Whether `-` is one of them, beside `+`.
        has_signs: bool,
        /// Whether an empty cell means no, beside the only word.
        has_checks: bool,
    },
    /// A column of dates.
    Dates {
        /// Order of day and month, if it was given.
        order: Option<DateOrder>,
        /// Whether their parts are inputs; else they only show whether the rows are in order of time.
        is_used: bool,
    },
    /// Only missing values so far.
    Undecided,
    /// An excluded column.
    Excluded(Reason),
}

/// Infers the role of each column of `table`; by default the last one is the target.
///
/// # Errors
/// [`crate::error::DataProblem::NoSuchColumn`].
pub(super) fn roles(table: &Table, options: &LoadOptions) -> Result<Vec<Role>> {
    let shape = &table.shape;
    let passed_over = passed_over(table, options);
    let target = match &options.target {
        Some(asked) => table.find_column(asked)?,
        None => last_column(table) - usize::from(passed_over.is_some()),
    };
    let dropped = shape.find_columns(&options.drop)?;
    if dropped.contains(&target) {
        return Err(Error::Usage(say!(
            "drop-target",
            "--drop: \"{name}\" is the target; --target predicts another column",
            name = brief(&shape.names[target])
        )));
    }
    let kept = shape.find_columns(&options.keep)?;
    let mut categorical = shape.find_columns(&options.categorical)?;
    categorical.extend(shape.declared_categories());
    let group = match &options.split {
        SplitMethod::Group(asked) => Some(shape.find_column(asked)?),
        _ => None,
    };
    let dates = |is_used| Role::Dates {
        order: options.dates.order,
        is_used,
    };
    let are_parts_wanted = options.dates.usage == DateUse::Parts;
    let evidence = |column| Evidence::of(column, &table.sample, shape);
    if are_parts_wanted && !(0..shape.width()).any(|column| evidence(column).are_mostly_dates()) {
        return Err(Error::Usage(
            say!(
                "dates-none",
                "--dates: no column holds dates such as 2024-01-31"
            )
            .into(),
        ));
    }
    let mut roles: Vec<Role> = (0..shape.width())
        .map(|column| {
            let is_kept = kept.contains(&column);
            match column {
                _ if column == target => Role::Target,
                _ if group == Some(column) => Role::Excluded(Reason::Groups),
                _ if dropped.contains(&column) => Role::Excluded(Reason::Dropped),
                _ if passed_over == Some(column) && !is_kept => Role::Excluded(Reason::RowNumbers),
                0 if shape.has_row_names && !is_kept => Role::Excluded(Reason::RowNames),
                _ if categorical.contains(&column) => evidence(column).texts(true),
                // The first that is no date is an error, which names it.
                _ if are_parts_wanted && evidence(column).are_mostly_dates() => dates(true),
                _ => match evidence(column).role(is_kept) {
                    Role::Excluded(Reason::Dates) if is_kept => dates(true),
                    Role::Numbers { .. } if shape.is_declared_text(column) => {
                        evidence(column).texts(is_kept)
                    }
                    role => role,
                },
            }
        })
        .collect();
    // A time beside a date is a part of that.
    if roles.contains(&Role::Excluded(Reason::Dates)) {
        for (column, role) in roles.iter_mut().enumerate() {
            let is_text = matches!(
                role,
                Role::Texts {
                    is_wanted: false,
                    ..
                }
            );
            if is_text && evidence(column).are_times() {
                *role = Role::Excluded(Reason::Dates);
            }
        }
    }
    let is_useful = |roles: &[Role]| {
        let mut roles = roles.iter().enumerate();
        roles.any(|(column, role)| evidence(column).makes_useful(role))
    };
    // Dates, and then numbers that name the rows, are better than nothing.
    let is_alone = options.dates.usage == DateUse::Auto && !is_useful(&roles);
    for role in &mut roles {
        if *role == Role::Excluded(Reason::Dates) && (is_alone || options.lags > 0) {
            *role = dates(is_alone);
        }
    }
    if !is_useful(&roles) && options.lags == 0 {
        for (column, role) in roles.iter_mut().enumerate() {
            if let Role::Excluded(Reason::RowNumbers) = role {
                *role = Evidence::of(column, &table.sample, shape).role(true);
            }
        }
    }
    Ok(roles)
}

/// Returns the column of dates, besides the `target`, if there is exactly one by the first `rows`.
pub(super) fn only_dates(rows: &[Row], shape: &Shape, target: Option<usize>) -> Option<usize> {
    only_one(rows, shape, target, |column| column.are_dates())
}

/// Returns the column of times of day, besides the `target`, if there is exactly one by the first `rows`.
pub(super) fn only_times(rows: &[Row], shape: &Shape, target: Option<usize>) -> Option<usize> {
    only_one(rows, shape, target, |column| column.are_times())
}

fn only_one(
    rows: &[Row],
    shape: &Shape,
    target: Option<usize>,
    is_wanted: fn(&Evidence) -> bool,
) -> Option<usize> {
    let columns = (0..shape.width()).filter(|&column| Some(column) != target);
    let mut found = columns.filter(|&column| is_wanted(&Evidence::of(column, rows, shape)));
    found.next().filter(|_| found.next().is_none())
}

/// Returns the last column if it numbers the rows, so that the one before it is predicted, unless another is requested
/// or there is no third one.
pub(super) fn passed_over(table: &Table, options: &LoadOptions) -> Option<usize> {
    let last = last_column(table);
    let names_rows = |column| Evidence::of(column, &table.sample, &table.shape).names_rows();
    let is_found =
        options.target.is_none() && last > 1 && names_rows(last) && !names_rows(last - 1);
    is_found.then_some(last)
}

/// Returns the last column, but for those without a name and without values, which delimiters at the end of
/// every row make.
fn last_column(table: &Table) -> usize {
    let is_used = |column: &usize| {
        let header = table.shape.header.as_ref();
        let mut cells = table.sample.iter().filter_map(|row| row.cells.get(*column));
        header.is_some_and(|header| !header[*column].trim().is_empty())
            || cells.any(|cell| !cell.trim().is_empty())
    };
    let columns = 0..table.shape.width();
    columns.rev().find(is_used).unwrap_or(0)
}

/// Content of the target column, by the first rows.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct TargetSample {
    /// Whether all cells are numbers, or missing.
    pub(super) has_numbers: bool,
    /// Subtracted before numbers are narrowed to f32.
    pub(super) offset: f64,
    /// Whether usual words for missing values are classes, since a single one is left without them.
    pub(super) has_word_classes: bool,
    /// Whether `-` is a class, beside `+`.
    pub(super) has_signs: bool,
}

impl TargetSample {
    pub(super) fn of(column: usize, table: &Table) -> Self {
        let evidence = Evidence::of(column, &table.sample, &table.shape);
        let has_numbers = !evidence.numbers.is_empty() && evidence.words.is_empty();
        let missing = &table.shape.missing;
        let cells = table.sample.iter().filter_map(|row| row.cells.get(column));
        let texts = cells
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty());
        let (words, classes): (HashSet<&str>, HashSet<&str>) =
            texts.partition(|text| missing.is_missing_text(text));
        Self {
            has_numbers,
            offset: offset(&evidence.numbers),
            has_word_classes: missing.is_usual()
                && !has_numbers
                && !evidence.has_signs
                && classes.len() == 1
                && !words.is_empty(),
            has_signs: evidence.has_signs,
        }
    }
}

/// Parses the number in `cell`; infinity for one that is too large, which is bad data but no word.
fn number(cell: &str, shape: &Shape) -> Option<f64> {
    match shape.number(cell) {
        Ok(number) => Some(number),
        Err(DataProblem::NotFinite { .. }) => Some(f64::INFINITY),
        Err(_) => None,
    }
}

/// Cells of a column in the first rows, with their numbers and words.
struct Evidence<'t> {
    name: Option<&'t str>,
    cells: Vec<&'t str>,
    words: Vec<&'t str>,
    numbers: Vec<f64>,
    distinct: usize,
    /// Whether `-` is a text, beside `+`.
    has_signs: bool,
    /// Number of empty cells, if there are no other missing ones.
    empty: usize,
}

impl<'t> Evidence<'t> {
    fn of(column: usize, rows: &'t [Row], shape: &'t Shape) -> Self {
        let all = rows.iter().filter_map(|row| row.cells.get(column));
        let all = all.map(|cell| cell.trim());
        let is_missing = |cell: &str| shape.number(cell).is_ok_and(f64::is_nan);
        let known = all.clone().filter(|cell| !is_missing(cell));
        let has_signs = shape.missing.has_signs(known);
        let cells: Vec<&str> = all
            .filter(|cell| !is_missing(cell) || has_signs && *cell == "-")
            .collect();
        let distinct: HashSet<&str> = cells.iter().copied().collect();
        let all = || rows.iter().filter_map(|row| row.cells.get(column));
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

    fn role(&self, is_kept: bool) -> Role {
        if self.cells.is_empty() {
            return Role::Undecided;
        }
        if are_compact(&self.cells) {
            return Role::Excluded(Reason::Dates);
        }
        let are_numbers = 2 * self.numbers.len() >= self.cells.len() && !self.is_mixed();
        if are_numbers && !self.are_long_codes() {
            return if self.identifies_rows() && !is_kept {
                Role::Excluded(Reason::RowNumbers)
            } else {
                Role::Numbers {
                    offset: offset(&self.numbers),
                    is_kept,
                }
            };
        }
        let reason = match () {
            () if self.are_dates() => Some(Reason::Dates),
            () if self.are_times() && (is_kept || self.are_nearly_distinct()) => {
                Some(Reason::Dates)
            }
            () if is_kept => None,
            () if self.is_prose() => Some(Reason::Prose),
            () if self.are_nearly_distinct() => Some(Reason::Identifiers),
            () => None,
        };
        match reason {
            Some(reason) => Role::Excluded(reason),
            None => self.texts(is_kept),
        }
    }

    fn texts(&self, is_wanted: bool) -> Role {
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
    /// other names that row numbers have they go up or down in equal steps; under no name at all half of them may occur
    /// again, as where tables were joined.
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
            || is_nameless && 2 * self.distinct >= self.cells.len();
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

    /// Returns whether the column identifies the rows, or counts them from 0 or 1.
    fn names_rows(&self) -> bool {
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
    fn makes_useful(&self, role: &Role) -> bool {
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

    fn are_dates(&self) -> bool {
        let dates = self.cells.iter().filter(|cell| is_date(cell)).count();
        !self.cells.is_empty() && 10 * dates >= 9 * self.cells.len() || are_compact(&self.cells)
    }

    fn are_mostly_dates(&self) -> bool {
        let dates = self.cells.iter().filter(|cell| is_date(cell)).count();
        2 * dates > self.cells.len() || are_compact(&self.cells) || self.are_times()
    }

    /// Returns whether there are only times of day, such as `13:45`.
    fn are_times(&self) -> bool {
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
pub(super) fn are_nearly_distinct(distinct: usize, cells: usize) -> bool {
    cells >= MIN_IDENTIFIERS && 10 * distinct >= 9 * cells
}

/// Returns whether `distinct` texts in `cells` cells are too many for categories.
pub(super) fn are_mostly_different(distinct: usize, cells: usize) -> bool {
    distinct >= MANY_TEXTS && 2 * distinct > cells
}

#[cfg(test)]
mod tests;
