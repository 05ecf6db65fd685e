//! What is done to raw values before the network sees them: each feature is shifted and scaled to
//! mean 0 and standard deviation 1 over the training rows.

use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut1};
use serde::{Deserialize, Serialize};

use crate::data::Dataset;
use crate::error::{DataProblem, Error, Place, Result};

/// How the network's inputs are made from the columns of a table, in the order of its inputs.
///
/// Part of a trained model: new rows must pass through the same numbers as the training rows did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preprocessing {
    /// One for every network input.
    pub features: Vec<Feature>,
    /// Number of feature columns of the training table, those without a feature here included.
    pub columns: usize,
    /// Index (from 0) of the class column among all columns of the training table. Together with
    /// `columns` it tells what is where in a file without header.
    pub target_column: usize,
}

/// One input of the network. Its statistics are those of the training rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// The column's name.
    pub name: String,
    /// The column's index among [`Dataset::feature_names`].
    pub column: usize,
    /// Mean, in the column's own unit.
    pub mean: f64,
    /// Population standard deviation (divided by n, not n - 1), in the column's own unit; above 0.
    pub deviation: f64,
    /// Smallest value.
    pub min: f32,
    /// Largest value.
    pub max: f32,
}

impl Feature {
    /// `raw` in standard deviations from the mean. Always finite for a finite `raw`: what is too
    /// large for f32 (a value very far from a narrow training range) becomes the largest f32.
    pub fn standardise(&self, raw: f32) -> f32 {
        let standardised = (f64::from(raw) - self.mean) / self.deviation;
        (standardised as f32).clamp(f32::MIN, f32::MAX)
    }

    /// The raw value that [`Feature::standardise`] turns into `standardised`.
    pub fn raw(&self, standardised: f32) -> f32 {
        (f64::from(standardised) * self.deviation + self.mean) as f32
    }

    /// The statistics of `values`, or `None` if they are all the same (or there are none).
    fn fit(name: &str, column: usize, values: impl Iterator<Item = f32> + Clone) -> Option<Self> {
        let (mut count, mut sum) = (0_usize, 0.0_f64);
        let (mut min, mut max) = (f32::INFINITY, f32::NEG_INFINITY);
        for value in values.clone() {
            count += 1;
            sum += f64::from(value);
            min = min.min(value);
            max = max.max(value);
        }
        if min >= max {
            return None;
        }
        let mean = sum / count as f64;
        // A second pass: the mean of the squares less the square of the mean would cancel to
        // nothing where the values lie far from 0 and near each other.
        let squares: f64 = values.map(|value| (f64::from(value) - mean).powi(2)).sum();
        Some(Self {
            name: name.to_owned(),
            column,
            mean,
            deviation: (squares / count as f64).sqrt(),
            min,
            max,
        })
    }
}

impl Preprocessing {
    /// Measures the columns of `dataset` over `training_rows`. Returns with it the names of the
    /// columns left out because they hold a single value there: they say nothing about the class.
    ///
    /// # Errors
    /// [`DataProblem::NoFeatures`] if none is left.
    ///
    /// # Panics
    /// If a row is not in the data set.
    pub fn fit(dataset: &Dataset, training_rows: &[usize]) -> Result<(Self, Vec<String>)> {
        let mut features = Vec::new();
        let mut left_out = Vec::new();
        for (column, name) in dataset.feature_names.iter().enumerate() {
            let values = training_rows
                .iter()
                .map(|&row| dataset.features[[row, column]]);
            match Feature::fit(name, column, values) {
                Some(feature) => features.push(feature),
                None => left_out.push(name.clone()),
            }
        }
        if features.is_empty() {
            let place = Place::whole(&dataset.source);
            return Err(Error::data(place, DataProblem::NoFeatures));
        }
        let preprocessing = Self {
            features,
            columns: dataset.feature_names.len(),
            target_column: dataset.target_column,
        };
        Ok((preprocessing, left_out))
    }

    /// Number of network inputs.
    pub fn inputs(&self) -> usize {
        self.features.len()
    }

    /// Writes the network inputs `(inputs)` of one row to `out`. `raw` holds the row's values by
    /// column of the data set `(features of the data set)`.
    ///
    /// # Panics
    /// If `raw` has no value for a feature's column, or `out` is not as long as the features.
    pub fn apply(&self, raw: ArrayView1<f32>, mut out: ArrayViewMut1<f32>) {
        assert_eq!(out.len(), self.features.len(), "one place for every input");
        for (feature, out) in self.features.iter().zip(&mut out) {
            *out = feature.standardise(raw[feature.column]);
        }
    }

    /// Returns the network inputs `(rows, inputs)` of rows whose raw values stand in the order of
    /// the inputs already: `raw: (rows, inputs)`, as in [`crate::data::Samples::raw`] and
    /// [`crate::data::PredictionInput::raw`].
    ///
    /// # Panics
    /// If `raw` has not one column for every input.
    pub fn standardise(&self, raw: ArrayView2<f32>) -> Array2<f32> {
        assert_eq!(raw.ncols(), self.features.len(), "one column an input");
        let mut inputs = raw.to_owned();
        for (feature, mut column) in self.features.iter().zip(inputs.columns_mut()) {
            column.mapv_inplace(|value| feature.standardise(value));
        }
        inputs
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, array};
    use proptest::prelude::*;

    use super::*;

    fn dataset(features: Array2<f32>) -> Dataset {
        let rows = features.nrows();
        Dataset {
            name: "t".into(),
            source: "t.csv".into(),
            feature_names: (0..features.ncols()).map(|i| format!("x{i}")).collect(),
            target_name: "class".into(),
            target_column: features.ncols(),
            class_names: vec!["a".into(), "b".into()],
            labels: (0..rows).map(|row| row % 2).collect(),
            lines: (2..).take(rows).collect(),
            features,
        }
    }

    #[test]
    fn statistics_are_of_the_training_rows_alone() {
        let data = dataset(array![[1.0, 7.0, 0.0], [3.0, 7.0, 4.0], [99.0, 8.0, 9.0]]);
        let (preprocessing, left_out) = Preprocessing::fit(&data, &[0, 1]).expect("fits");
        assert_eq!(left_out, ["x1"], "constant over the training rows");
        let feature = &preprocessing.features[0];
        assert_eq!((feature.mean, feature.deviation), (2.0, 1.0));
        assert_eq!((feature.min, feature.max), (1.0, 3.0));
        assert_eq!(preprocessing.features[1].column, 2);
        assert_eq!(preprocessing.columns, 3);
        let mut out = Array1::zeros(2);
        preprocessing.apply(data.features.row(2), out.view_mut());
        assert_eq!(out, array![97.0, 3.5]);
        let picked = data.features.select(ndarray::Axis(1), &[0, 2]);
        assert_eq!(preprocessing.standardise(picked.view()).row(2), out);
        assert_eq!(feature.raw(97.0), 99.0);
    }

    #[test]
    fn a_small_spread_far_from_zero_survives() {
        let data = dataset(array![[16_777_214.0], [16_777_215.0], [16_777_216.0]]);
        let (preprocessing, _) = Preprocessing::fit(&data, &[0, 1, 2]).expect("fits");
        let feature = &preprocessing.features[0];
        assert_eq!(feature.mean, 16_777_215.0);
        assert!((feature.deviation - (2.0_f64 / 3.0).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn extremes_stay_finite() {
        let tiny = f32::from_bits(1);
        let data = dataset(array![[0.0, f32::MAX], [tiny, f32::MIN], [f32::MAX, 0.0]]);
        let (preprocessing, _) = Preprocessing::fit(&data, &[0, 1]).expect("fits");
        assert!(preprocessing.features.iter().all(|f| f.deviation > 0.0));
        let inputs = preprocessing.standardise(data.features.view());
        assert!(inputs.iter().all(|x| x.is_finite()), "{inputs}");
    }

    #[test]
    fn constant_columns_leave_nothing() {
        let error = Preprocessing::fit(&dataset(array![[1.0], [1.0]]), &[0, 1]);
        assert_eq!(
            error.expect_err("nothing left").to_string(),
            "t.csv: no feature is left: every column but the target is constant"
        );
    }

    proptest! {
        #[test]
        fn standardised_columns_have_mean_0_and_deviation_1(
            values in prop::collection::vec(-1e4f32..1e4, 3..200),
            shift in -1e5f32..1e5,
        ) {
            let rows = values.len();
            let values: Vec<f32> = values.iter().map(|value| value + shift).collect();
            let data = dataset(Array2::from_shape_vec((rows, 1), values).expect("a column"));
            let all: Vec<usize> = (0..rows).collect();
            let Ok((preprocessing, _)) = Preprocessing::fit(&data, &all) else {
                return Ok(());
            };
            let inputs = preprocessing.standardise(data.features.view()).mapv(f64::from);
            let mean = inputs.sum() / rows as f64;
            let variance = inputs.mapv(|x| (x - mean).powi(2)).sum() / rows as f64;
            prop_assert!(mean.abs() < 1e-5, "mean {}", mean);
            prop_assert!((variance.sqrt() - 1.0).abs() < 1e-5, "variance {}", variance);
        }
    }
}
