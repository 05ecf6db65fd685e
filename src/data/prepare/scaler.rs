//! Statistics of the training rows, by which columns and target are standardised.

use ndarray::{ArrayView1, aview1};

use super::encoding::Encoding;
use super::preprocessing::{InputColumn, Preprocessing};
use crate::data::{ColumnKind, Dataset, Target, TargetScale, Task};
use crate::error::{DataProblem, Error, Place, Result};

/// Mean, standard deviation and range of a column without its missing values (NaN).
#[derive(Debug, Clone, Copy, PartialEq)]
struct Statistics {
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
    fn statistics(self) -> Option<Statistics> {
        (self.min < self.max).then(|| Statistics {
            mean: self.mean(),
            std: (self.squares / self.count as f64).sqrt(),
            min: self.min,
            max: self.max,
        })
    }
}

impl Statistics {
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
    statistics: Option<Statistics>,
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
            let mut counts = vec![0_usize; names.len()];
            for value in values.filter(|value| !value.is_nan()) {
                if let Some(count) = counts.get_mut(value as usize) {
                    *count += 1;
                }
            }
            let most = counts.iter().max().copied().unwrap_or(0);
            Some(Encoding::Categorical {
                values: names.clone(),
                other: *other,
                fill: counts.iter().position(|&count| count == most).unwrap_or(0),
            })
        }
    }
}

impl Preprocessing {
    /// Fits the encodings of the columns of `dataset` to `training_rows`. Also returns the names of
    /// the columns excluded because they are constant there.
    ///
    /// # Errors
    /// [`DataProblem::NoFeatures`] if none is left.
    ///
    /// # Panics
    /// If a row is not in the data set.
    pub fn fit(dataset: &Dataset, training_rows: &[u32]) -> Result<(Self, Vec<String>)> {
        let mut columns = Vec::new();
        let mut left_out = Vec::new();
        let rows = training_rows.iter();
        let rows = rows.map(|&row| dataset.values.row(row as usize));
        let statistics = Statistics::of(dataset.columns.len(), rows);
        for (index, column) in dataset.columns.iter().enumerate() {
            let rows = training_rows.iter();
            let values = rows.map(|&row| dataset.values[[row as usize, index]]);
            match fit(&column.kind, statistics[index], values) {
                Some(encoding) => columns.push(InputColumn {
                    name: column.name.clone(),
                    column: column.column,
                    encoding,
                }),
                None => left_out.push(column.name.clone()),
            }
        }
        if columns.is_empty() {
            let place = Place::whole(&dataset.source);
            return Err(Error::data(place, DataProblem::NoFeatures));
        }
        let preprocessing = Self {
            columns,
            table_columns: dataset.table_columns,
            target_column: dataset.target_column,
        };
        Ok((preprocessing, left_out))
    }
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
            Target::Numbers(values) => {
                let rows = training_rows.iter();
                let rows = rows.map(|&row| aview1(std::slice::from_ref(&values[row as usize])));
                let Some(Some(found)) = Statistics::of(1, rows).pop() else {
                    let place = Place::whole(&dataset.source);
                    return Err(Error::data(place, DataProblem::ConstantTarget));
                };
                let scale = TargetScale {
                    mean: found.mean,
                    std: found.std,
                    min: found.min,
                    max: found.max,
                    is_fraction: false,
                };
                Ok(Self::Regression(scale))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ndarray::{Array2, array};
    use proptest::prelude::*;

    use crate::data::Column;

    use super::*;

    fn dataset(values: Array2<f32>) -> Dataset {
        let values = values.into_shared();
        let rows = values.nrows();
        Dataset {
            name: "t".into(),
            source: "t.csv".into(),
            columns: (0..values.ncols())
                .map(|column| Column {
                    name: format!("x{column}"),
                    column,
                    kind: ColumnKind::Numeric,
                })
                .collect(),
            table_columns: values.ncols() + 1,
            target_name: "class".into(),
            target_column: values.ncols(),
            target: Target::Classes {
                names: vec!["a".into(), "b".into()],
                labels: (0..rows as u32).map(|row| row % 2).collect(),
            },
            lines: Arc::new((2..).take(rows).collect()),
            validation: None,
            test: None,
            image: None,
            report: crate::data::ReadReport::default(),
            values,
        }
    }

    fn numeric(column: &InputColumn) -> (f64, f64, f32, f32) {
        match column.encoding {
            Encoding::Numeric {
                mean,
                std,
                min,
                max,
                ..
            } => (mean, std, min, max),
            _ => panic!("{column:?}"),
        }
    }

    #[test]
    fn statistics_are_of_the_training_rows_alone() {
        let data = dataset(array![[1.0, 7.0, 0.0], [3.0, 7.0, 4.0], [99.0, 8.0, 9.0]]);
        let (preprocessing, left_out) = Preprocessing::fit(&data, &[0, 1]).expect("fits");
        assert_eq!(left_out, ["x1"], "constant over the training rows");
        assert_eq!(numeric(&preprocessing.columns[0]), (2.0, 1.0, 1.0, 3.0));
        assert_eq!(preprocessing.columns[1].column, 2);
        assert_eq!(
            (preprocessing.table_columns, preprocessing.target_column),
            (4, 3)
        );
        let picked = data.values.select(ndarray::Axis(1), &[0, 2]);
        let inputs = preprocessing.encode(picked.view());
        assert_eq!(inputs.row(2), array![97.0, 3.5]);
        assert_eq!(preprocessing.shown(picked.row(2), 0), 99.0);
    }

    #[test]
    fn missing_values_do_not_count_and_are_filled() {
        let data = dataset(array![[1.0], [f32::NAN], [3.0]]);
        let (preprocessing, _) = Preprocessing::fit(&data, &[0, 1, 2]).expect("fits");
        assert_eq!(numeric(&preprocessing.columns[0]).0, 2.0);
        assert_eq!(
            preprocessing.encode(data.values.view()),
            array![[-1.0], [0.0], [1.0]]
        );
    }

    #[test]
    fn categories_and_numbers_stand_side_by_side() {
        let mut data = dataset(array![[0.0, 5.0], [2.0, 7.0], [1.0, 5.0], [1.0, 7.0]]);
        data.columns[0].kind = ColumnKind::Categorical {
            values: vec!["red".into(), "blue".into()],
            other: true,
        };
        let (preprocessing, _) = Preprocessing::fit(&data, &[0, 1, 2, 3]).expect("fits");
        assert_eq!(
            preprocessing.input_names(),
            ["x0=red", "x0=blue", "x0: other", "x1"]
        );
        assert_eq!(preprocessing.inputs(), 4);
        assert_eq!(
            preprocessing.columns[0].encoding.fill(),
            1.0,
            "blue is most frequent"
        );
        let inputs = preprocessing.encode(data.values.view());
        assert_eq!(inputs.row(1), array![0.0, 0.0, 1.0, 1.0]);
        assert_eq!(preprocessing.shown(data.values.row(1), 3), 7.0);
        assert_eq!(preprocessing.shown(data.values.row(0), 0), 1.0);
    }

    #[test]
    fn a_small_spread_far_from_zero_survives() {
        let data = dataset(array![[16_777_214.0], [16_777_215.0], [16_777_216.0]]);
        let (preprocessing, _) = Preprocessing::fit(&data, &[0, 1, 2]).expect("fits");
        let (mean, std, ..) = numeric(&preprocessing.columns[0]);
        assert_eq!(mean, 16_777_215.0);
        assert!((std - (2.0_f64 / 3.0).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn extremes_stay_finite() {
        let tiny = f32::from_bits(1);
        let data = dataset(array![[0.0, f32::MAX], [tiny, f32::MIN], [f32::MAX, 0.0]]);
        let (preprocessing, _) = Preprocessing::fit(&data, &[0, 1]).expect("fits");
        assert!(
            preprocessing
                .columns
                .iter()
                .all(|column| numeric(column).1 > 0.0)
        );
        let inputs = preprocessing.encode(data.values.view());
        assert!(inputs.iter().all(|x| x.is_finite()), "{inputs}");
    }

    #[test]
    fn constant_columns_leave_nothing() {
        let error = Preprocessing::fit(&dataset(array![[1.0], [1.0]]), &[0, 1]);
        assert_eq!(
            error.expect_err("nothing left").to_string(),
            "t.csv: no feature is left: every column but the target is constant \
             or left out"
        );
    }

    proptest! {
        #[test]
        fn standardised_columns_have_mean_0_and_std_1(
            values in prop::collection::vec(-1e4f32..1e4, 3..200),
            shift in -1e5f32..1e5,
        ) {
            let rows = values.len();
            let values: Vec<f32> = values.iter().map(|value| value + shift).collect();
            let data = dataset(Array2::from_shape_vec((rows, 1), values).expect("a column"));
            let all: Vec<u32> = (0..rows as u32).collect();
            let Ok((preprocessing, _)) = Preprocessing::fit(&data, &all) else {
                return Ok(());
            };
            let inputs = preprocessing.encode(data.values.view()).mapv(f64::from);
            let mean = inputs.sum() / rows as f64;
            let variance = inputs.mapv(|x| (x - mean).powi(2)).sum() / rows as f64;
            prop_assert!(mean.abs() < 1e-5, "mean {}", mean);
            prop_assert!((variance.sqrt() - 1.0).abs() < 1e-5, "variance {}", variance);
        }
    }
}
