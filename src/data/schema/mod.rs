//! Column types, inferred from the first rows of a table.

pub(crate) mod class_encoder;
pub(crate) mod dates;
mod evidence;
pub(crate) mod labels;
pub(crate) mod missing;
pub(crate) mod options;
pub(crate) mod task;

use std::collections::HashSet;

use super::report::ExclusionReason;
use super::table::batch::{Row, column_cells};
use super::table::column_reader::offset;
use super::table::{Shape, Table};
use super::{LoadOptions, SplitMethod};
use dates::DateOrder;
use evidence::Evidence;
pub(super) use evidence::{are_mostly_different, are_nearly_distinct};
use options::DateUse;
use util::error::{Error, Result};
use util::lang::say;
use util::text::brief;

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
    Excluded(ExclusionReason),
}

/// Infers the role of each column of `table`; by default the last one is the target.
///
/// # Errors
/// [`util::error::DataProblem::NoSuchColumn`].
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
                _ if group == Some(column) => Role::Excluded(ExclusionReason::Groups),
                _ if dropped.contains(&column) => Role::Excluded(ExclusionReason::Dropped),
                _ if passed_over == Some(column) && !is_kept => {
                    Role::Excluded(ExclusionReason::RowNumbers)
                }
                0 if shape.has_row_names && !is_kept => Role::Excluded(ExclusionReason::RowNames),
                _ if categorical.contains(&column) => evidence(column).texts(true),
                // The first that is no date is an error, which names it.
                _ if are_parts_wanted && evidence(column).are_mostly_dates() => dates(true),
                _ => match evidence(column).role(is_kept) {
                    Role::Excluded(ExclusionReason::Dates) if is_kept => dates(true),
                    Role::Numbers { .. } if shape.is_declared_text(column) => {
                        evidence(column).texts(is_kept)
                    }
                    role => role,
                },
            }
        })
        .collect();
    // A time beside a date is a part of that.
    if roles.contains(&Role::Excluded(ExclusionReason::Dates)) {
        for (column, role) in roles.iter_mut().enumerate() {
            let is_text = matches!(
                role,
                Role::Texts {
                    is_wanted: false,
                    ..
                }
            );
            if is_text && evidence(column).are_times() {
                *role = Role::Excluded(ExclusionReason::Dates);
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
        if *role == Role::Excluded(ExclusionReason::Dates) && (is_alone || options.lags > 0) {
            *role = dates(is_alone);
        }
    }
    if !is_useful(&roles) && options.lags == 0 {
        for (column, role) in roles.iter_mut().enumerate() {
            if let Role::Excluded(ExclusionReason::RowNumbers) = role {
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
        let mut cells = column_cells(&table.sample, *column);
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
        let cells = column_cells(&table.sample, column);
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

#[cfg(test)]
mod tests;
