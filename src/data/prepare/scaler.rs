//! Statistics of the training rows, by which columns and target are standardised.

use ndarray::{ArrayView1, Axis, aview1};

use super::encoding::Encoding;
use super::preprocessing::{InputColumn, Preprocessing};
use crate::by_halves::by_halves;
use crate::{Column, ColumnKind, Dataset, Target, TargetScale, Task};
use util::error::{DataProblem, Error, Result};

/// Mean, standard deviation and range of a column without its missing values (NaN).
#[derive(Debug, Clone, Copy, PartialEq)]
struct Moments {
    mean: f64,
    std: f64,
    min: f32,
    max: f32,
}

/// Running sums over the rows of a column.
#[derive(Debug, Clone, Copy)]
struct Sums {
    count: u64,
    sum: f64,
    /// Sum of the squared distances from the mean.
    squares: f64,
    min: f32,
    max: f32,
}

impl Sums {
    const NONE: Self = Self {
        count: 0,
        sum: 0.0,
        squares: 0.0,
        min: f32::INFINITY,
        max: f32::NEG_INFINITY,
    };

    fn mean(&self) -> f64 {
        self.sum / self.count as f64
    }

    /// Returns the statistics; `None` if all values are equal, or there are none.
    fn statistics(self) -> Option<Moments> {
        (self.min < self.max).then(|| Moments {
            mean: self.mean(),
            std: (self.squares / self.count as f64).sqrt(),
            min: self.min,
            max: self.max,
        })
    }
}

impl Moments {
    /// Measures each of the `width` columns of `rows`, row by row as they lie in memory. `None` for a
    /// column whose values are all equal, or missing.
    fn of<'v>(
        width: usize,
        rows: impl Iterator<Item = ArrayView1<'v, f32>> + Clone,
    ) -> Vec<Option<Self>> {
        let mut all = vec![Sums::NONE; width];
        for row in rows.clone() {
            for (sums, &value) in all.iter_mut().zip(row) {
                if !value.is_nan() {
                    sums.count += 1;
                    sums.sum += f64::from(value);
                    sums.min = sums.min.min(value);
                    sums.max = sums.max.max(value);
                }
            }
        }
        let means: Vec<f64> = all.iter().map(Sums::mean).collect();
        // A second pass: the mean of the squares less the square of the mean would cancel to
        // nothing where the values lie far from 0 and near each other.
        for row in rows {
            for ((sums, &mean), &value) in all.iter_mut().zip(&means).zip(row) {
                if !value.is_nan() {
                    sums.squares += (f64::from(value) - mean).powi(2);
                }
            }
        }
        all.into_iter().map(Sums::statistics).collect()
    }
}

/// Fits the encoding of a column of this `kind` with these raw values and their statistics. `None`
/// for a constant column, which says nothing about the target.
fn fit(
    kind: &ColumnKind,
    statistics: Option<Moments>,
    values: impl Iterator<Item = f32>,
) -> Option<Encoding> {
    match kind {
        ColumnKind::Numeric => statistics.map(|found| Encoding::Numeric {
            mean: found.mean,
            std: found.std,
            min: found.min,
            max: found.max,
            fill: found.mean as f32,
        }),
        &ColumnKind::Cyclic { period } => {
            statistics?;
            let fill = most_frequent(values.filter(|value| !value.is_nan()))?;
            Some(Encoding::Cyclic { period, fill })
        }
        // What is always 0 in one image may not be so in the next, and the network shall see
        // images as they are.
        &ColumnKind::Pixel { max } => Some(Encoding::Numeric {
            mean: 0.0,
            std: f64::from(max),
            min: 0.0,
            max,
            fill: 0.0,
        }),
        ColumnKind::Boolean { no, yes } => statistics.map(|found| Encoding::Boolean {
            no: no.clone(),
            yes: yes.clone(),
            mean: found.mean,
            std: found.std,
            fill: found.mean > 0.5,
        }),
        ColumnKind::Categorical {
            values: names,
            other,
        } => {
            statistics?;
            // The last one counts other texts.
            let mut counts = vec![0_usize; names.len() + 1];
            for value in values.filter(|value| !value.is_nan()) {
                counts[(value as usize).min(names.len())] += 1;
            }
            let others = counts.pop().unwrap_or(0);
            // A category that no training row has would get an input that is never trained.
            let seen = names.iter().zip(counts).filter(|(_, count)| *count > 0);
            let (values, counts): (Vec<String>, Vec<usize>) =
                seen.map(|(name, count)| (name.clone(), count)).unzip();
            let max = counts.iter().max().copied().unwrap_or(0);
            Some(Encoding::Categorical {
                values,
                other: *other && others > 0,
                fill: counts.iter().position(|&count| count == max).unwrap_or(0),
            })
        }
    }
}

/// Returns the most frequent of `values`, the smallest of several; `None` without any.
fn most_frequent(values: impl Iterator<Item = f32>) -> Option<f32> {
    let mut sorted: Vec<f32> = values.collect();
    sorted.sort_by(f32::total_cmp);
    let runs = sorted.chunk_by(|a, b| a == b);
    let longest = runs.rev().max_by_key(|run| run.len())?;
    longest.first().copied()
}

impl Preprocessing {
    /// Fits the encodings of the columns of `dataset` to `training_rows`. Also returns the names of
    /// the columns excluded because they are constant there. Earlier targets are scaled like the target.
    ///
    /// # Errors
    /// [`DataProblem::NoFeatures`] if none is left.
    ///
    /// # Panics
    /// If a row is not in the data set.
    pub fn fit(dataset: &Dataset, training_rows: &[u32]) -> Result<(Self, Vec<String>)> {
        let mut columns = Vec::new();
        let mut left_out = Vec::new();
        // The encoding of pixels is fixed.
        let is_pixel = |column: &Column| matches!(column.kind, ColumnKind::Pixel { .. });
        let statistics = if dataset.columns.iter().all(is_pixel) {
            vec![None; dataset.columns.len()]
        } else {
            by_halves(dataset.values.view(), |values| {
                let rows = training_rows.iter();
                let rows = rows.map(|&row| values.index_axis_move(Axis(0), row as usize));
                Moments::of(values.ncols(), rows)
            })
        };
        let of_target = target_statistics(dataset, training_rows);
        for (index, column) in dataset.columns.iter().enumerate() {
            let rows = training_rows.iter();
            let values = rows.map(|&row| dataset.values[[row as usize, index]]);
            let statistics = if column.is_lag() {
                of_target
            } else {
                statistics[index]
            };
            match fit(&column.kind, statistics, values) {
                Some(encoding) => columns.push(InputColumn {
                    name: column.name.clone(),
                    column: column.column,
                    derived: column.derived.clone(),
                    offset: column.offset,
                    encoding,
                }),
                None => left_out.push(column.name.clone()),
            }
        }
        if columns.is_empty() {
            return Err(Error::in_source(
                &dataset.source,
                dataset.report.no_features(&left_out),
            ));
        }
        let preprocessing = Self {
            columns,
            table_columns: dataset.table_columns,
            target_column: dataset.target_column,
            missing: dataset.missing.clone(),
            cell_format: dataset.cell_format,
            percent: dataset.percent.clone(),
            units: dataset.units.clone(),
            row_order: dataset.row_order.clone(),
        };
        Ok((preprocessing, left_out))
    }
}

/// Returns the statistics of a numeric target over `training_rows`; `None` if it is constant, or of classes.
fn target_statistics(dataset: &Dataset, training_rows: &[u32]) -> Option<Moments> {
    let Target::Numbers(values) = &dataset.target else {
        return None;
    };
    // Those of the numbers that the network learns.
    let rows = training_rows.iter().map(|&row| values[row as usize] as f32);
    let values: Vec<f32> = rows.collect();
    let rows = values
        .iter()
        .map(|value| aview1(std::slice::from_ref(value)));
    Moments::of(1, rows).pop()?
}

impl Task {
    /// Returns the task of `dataset`, its scale fitted to `training_rows`.
    ///
    /// # Errors
    /// [`DataProblem::ConstantTarget`].
    pub(crate) fn fit(dataset: &Dataset, training_rows: &[u32]) -> Result<Self> {
        match &dataset.target {
            Target::Classes { names, .. } => Ok(Self::Classification {
                classes: names.clone(),
            }),
            Target::Numbers(_) => {
                let Some(found) = target_statistics(dataset, training_rows) else {
                    return Err(Error::in_source(
                        &dataset.source,
                        DataProblem::ConstantTarget,
                    ));
                };
                let scale = TargetScale {
                    mean: found.mean,
                    std: found.std,
                    min: found.min,
                    max: found.max,
                    is_fraction: false,
                    offset: dataset.target_offset,
                };
                Ok(Self::Regression(scale))
            }
        }
    }
}

#[cfg(test)]
mod tests;
