//! Statistics of the input columns, taken row by row as the values lie in memory.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::BuildHasherDefault;

use ndarray::ArrayView2;
use serde::Serialize;

use super::{BINS, Identity};
use crate::by_halves::by_halves;
use crate::prepare::preprocessing::shortest;
use crate::{Column, ColumnKind, Derived};
use util::lang::catalogue::{id_of, translated};

/// Distinct values of a column that are counted at most.
const MAX_DISTINCT: usize = 10_000;

/// Summary of one input column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnSummary {
    /// Name of the column.
    pub name: String,
    /// Number of the column in the file, from 1.
    pub number: usize,
    /// `number`, `category`, `yes/no`, `pixel`, `date` for a part of one, or `lag`.
    pub kind: &'static str,
    /// Number of rows in which it is missing.
    pub missing: usize,
    /// Number of distinct values.
    pub distinct: usize,
    /// Whether there are more distinct values than were counted.
    #[serde(rename = "distinct_is_least")]
    pub distinct_is_min: bool,
    /// Range of a numeric column.
    pub range: Option<Range>,
    /// Names of the values of a column of texts.
    pub values: Vec<String>,
    /// Number of rows in each of some equal parts of the range, or with each of `values`.
    pub counts: Vec<usize>,
}

impl ColumnSummary {
    /// The kind in the language of the reader.
    pub fn kind_title(&self) -> Cow<'static, str> {
        translated(&id_of("column", self.kind), self.kind)
    }
}

/// Minimum, mean and maximum of some numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Range {
    /// Minimum.
    #[serde(rename = "least")]
    pub min: f64,
    /// Arithmetic mean.
    pub mean: f64,
    /// Maximum.
    #[serde(rename = "greatest")]
    pub max: f64,
}

/// Summarises `columns`, whose values are `(rows, columns)`.
pub(super) fn summarise(columns: &[Column], values: ArrayView2<f32>) -> Vec<ColumnSummary> {
    let measured = by_halves(values, |values| {
        let statistics = Statistics::of(values);
        let counts = histograms(values, &statistics);
        statistics.into_iter().zip(counts).collect()
    });
    let (statistics, mut counts): (Vec<Statistics>, Vec<Vec<usize>>) = measured.into_iter().unzip();
    let names: Vec<Vec<String>> = columns.iter().map(|column| names(&column.kind)).collect();
    count_values(values, &names, &mut counts);
    let columns = columns
        .iter()
        .zip(statistics)
        .zip(names.into_iter().zip(counts));
    columns
        .map(|((column, statistics), (values, counts))| ColumnSummary {
            name: column.name.clone(),
            number: column.column + 1,
            kind: match (&column.derived, &column.kind) {
                (Some(Derived::DatePart { .. }), _) => "date",
                (Some(Derived::Lag { .. }), _) => "lag",
                (None, ColumnKind::Numeric | ColumnKind::Cyclic { .. }) => "number",
                (None, ColumnKind::Pixel { .. }) => "pixel",
                (None, ColumnKind::Boolean { .. }) => "yes/no",
                (None, ColumnKind::Categorical { .. }) => "category",
            },
            missing: statistics.missing,
            distinct: statistics.distinct.len(),
            distinct_is_min: statistics.distinct.len() == MAX_DISTINCT,
            range: statistics
                .range(column.offset)
                .filter(|_| values.is_empty()),
            values,
            counts,
        })
        .collect()
}

/// Returns the names of the values of a column; none for a numeric one.
fn names(kind: &ColumnKind) -> Vec<String> {
    match kind {
        ColumnKind::Numeric | ColumnKind::Pixel { .. } | ColumnKind::Cyclic { .. } => Vec::new(),
        ColumnKind::Boolean { no, yes } => vec![no[0].clone(), yes[0].clone()],
        ColumnKind::Categorical { values, other } => {
            let other = other.then(|| "other".to_owned());
            values.iter().cloned().chain(other).collect()
        }
    }
}

/// Statistics of one column. Missing values (NaN) are only counted.
pub(super) struct Statistics {
    rows: usize,
    missing: usize,
    min: f32,
    max: f32,
    sum: f64,
    /// Spread bits of distinct values, at most [`MAX_DISTINCT`].
    distinct: HashSet<u64, BuildHasherDefault<Identity>>,
}

impl Statistics {
    /// Measures each column of `values`, `(rows, columns)`.
    pub(super) fn of(values: ArrayView2<f32>) -> Vec<Self> {
        let none = || Self {
            rows: values.nrows(),
            missing: 0,
            min: f32::INFINITY,
            max: f32::NEG_INFINITY,
            sum: 0.0,
            distinct: HashSet::default(),
        };
        let mut all: Vec<Self> = (0..values.ncols()).map(|_| none()).collect();
        // Columns whose distinct values are still counted.
        let mut counted: Vec<usize> = (0..all.len()).collect();
        for row in values.outer_iter() {
            for (column, &value) in all.iter_mut().zip(row) {
                let is_missing = value.is_nan();
                column.missing += usize::from(is_missing);
                column.sum += if is_missing { 0.0 } else { value.into() };
                // No comparison with NaN is true.
                column.min = if value < column.min {
                    value
                } else {
                    column.min
                };
                column.max = if value > column.max {
                    value
                } else {
                    column.max
                };
            }
            counted.retain(|&column| {
                let distinct = &mut all[column].distinct;
                if !row[column].is_nan() {
                    distinct.insert(spread(row[column]));
                }
                distinct.len() < MAX_DISTINCT
            });
        }
        all
    }

    /// Returns the range of the numbers in the table, which are `offset` more than the values; `None` if
    /// all are missing.
    pub(super) fn range(&self, offset: f64) -> Option<Range> {
        let present = self.rows - self.missing;
        (present > 0).then(|| Range {
            min: shortest(self.min) + offset,
            mean: self.sum / present as f64 + offset,
            max: shortest(self.max) + offset,
        })
    }
}

/// Spreads the bits of `value` over a hash. One to one, since the factor is odd.
fn spread(value: f32) -> u64 {
    u64::from(value.to_bits())
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(26)
}

/// Counts the values of each column in [`BINS`] equal parts of its range.
pub(super) fn histograms(values: ArrayView2<f32>, statistics: &[Statistics]) -> Vec<Vec<usize>> {
    let mut counts = vec![[0_usize; BINS]; values.ncols()];
    // Infinite where all values are equal; then the product is NaN, and the part 0.
    let scale = |column: &Statistics| BINS as f64 / (f64::from(column.max) - f64::from(column.min));
    let ranges: Vec<(f64, f64)> = statistics
        .iter()
        .map(|column| (column.min.into(), scale(column)))
        .collect();
    for row in values.outer_iter() {
        for ((counts, (min, scale)), &value) in counts.iter_mut().zip(&ranges).zip(row) {
            if value.is_nan() {
                continue;
            }
            let part = ((f64::from(value) - min) * scale) as usize;
            counts[part.min(BINS - 1)] += 1;
        }
    }
    counts.into_iter().map(Vec::from).collect()
}

/// Replaces the `counts` of each column that has `names` by the numbers of rows with each of them.
fn count_values(values: ArrayView2<f32>, names: &[Vec<String>], counts: &mut [Vec<usize>]) {
    for (column, names) in names
        .iter()
        .enumerate()
        .filter(|(_, names)| !names.is_empty())
    {
        let counts = &mut counts[column];
        *counts = vec![0; names.len()];
        for value in values.column(column).iter().filter(|value| !value.is_nan()) {
            if let Some(count) = counts.get_mut(*value as usize) {
                *count += 1;
            }
        }
    }
}
