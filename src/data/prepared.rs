//! A data set made ready for training: split, standardised, with the raw values beside it.

use ndarray::Array2;

use crate::data::Dataset;
use crate::data::preprocessing::Preprocessing;
use crate::data::split::stratified;
use crate::error::{DataProblem, Error, Place, Result};

/// A data set that a network can be trained and judged on.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// [`Dataset::name`].
    pub name: String,
    /// [`Dataset::source`].
    pub source: String,
    /// Name of the column that holds the classes.
    pub target_name: String,
    /// Names of the classes, one for every output of the network.
    pub class_names: Vec<String>,
    /// What was done to the raw values; it has one feature for every input of the network.
    pub preprocessing: Preprocessing,
    /// Names of the columns left out because they are constant over the training rows.
    pub left_out: Vec<String>,
    /// The rows to train on.
    pub training: Samples,
    /// The rows to judge on; none if the fraction was 0.
    pub validation: Samples,
}

/// Rows, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// What the network sees, standardised: `(rows, network inputs)`.
    pub inputs: Array2<f32>,
    /// The values as in the file, of the same columns: `(rows, network inputs)`.
    pub raw: Array2<f32>,
    /// Class of every row.
    pub labels: Vec<usize>,
    /// Line of the file (from 1) of every row.
    pub lines: Vec<u64>,
}

impl Samples {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    fn pick(dataset: &Dataset, rows: &[usize], preprocessing: &Preprocessing) -> Self {
        let columns: Vec<usize> = preprocessing.features.iter().map(|f| f.column).collect();
        // Filled cell by cell, since choosing columns by `select` would store them column by column,
        // and a mini-batch is made of rows.
        let raw = Array2::from_shape_fn((rows.len(), columns.len()), |(row, column)| {
            dataset.features[[rows[row], columns[column]]]
        });
        Self {
            inputs: preprocessing.standardise(raw.view()),
            raw,
            labels: rows.iter().map(|&row| dataset.labels[row]).collect(),
            lines: rows.iter().map(|&row| dataset.lines[row]).collect(),
        }
    }
}

/// Splits `dataset` (see [`stratified`]) and standardises both parts by the statistics of the
/// training rows, so that nothing about the validation rows reaches the network.
///
/// # Errors
/// [`Error::Usage`] if `validation_fraction` is not from 0 up to, not including, 1;
/// [`DataProblem::TooFewRows`] if it is above 0 and no class has a row to spare;
/// [`DataProblem::NoFeatures`].
pub fn prepare(dataset: &Dataset, validation_fraction: f64, seed: u64) -> Result<Prepared> {
    if !(0.0..1.0).contains(&validation_fraction) {
        return Err(Error::Usage(format!(
            "the validation fraction is {validation_fraction}; it must be at least 0 and below 1"
        )));
    }
    let classes = dataset.class_names.len();
    let split = stratified(&dataset.labels, classes, validation_fraction, seed);
    if validation_fraction > 0.0 && split.validation.is_empty() {
        let rows = dataset.rows();
        let place = Place::whole(&dataset.source);
        return Err(Error::data(place, DataProblem::TooFewRows { rows }));
    }
    let (preprocessing, left_out) = Preprocessing::fit(dataset, &split.training)?;
    Ok(Prepared {
        name: dataset.name.clone(),
        source: dataset.source.clone(),
        target_name: dataset.target_name.clone(),
        class_names: dataset.class_names.clone(),
        training: Samples::pick(dataset, &split.training, &preprocessing),
        validation: Samples::pick(dataset, &split.validation, &preprocessing),
        preprocessing,
        left_out,
    })
}

#[cfg(test)]
mod tests {
    use crate::data::{Source, dataset_of, load};

    use super::*;

    #[test]
    fn iris_is_split_and_standardised() {
        let iris = load(&Source::parse("iris"), None).expect("iris");
        let prepared = prepare(&iris, 0.2, 1).expect("prepared");
        assert_eq!(prepared.training.inputs.dim(), (120, 4));
        assert_eq!(prepared.validation.inputs.dim(), (30, 4));
        for class in 0..3 {
            let labels = &prepared.validation.labels;
            assert_eq!(labels.iter().filter(|&&l| l == class).count(), 10);
        }
        let line = prepared.validation.lines[3];
        let row = iris.lines.iter().position(|&l| l == line).expect("a row");
        assert_eq!(prepared.validation.raw.row(3), iris.features.row(row));
        assert_eq!(prepared.validation.labels[3], iris.labels[row]);
        for column in prepared.training.inputs.columns() {
            let column = column.mapv(f64::from);
            let mean = column.sum() / 120.0;
            let variance = column.mapv(|x| (x - mean).powi(2)).sum() / 120.0;
            assert!(mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn constant_columns_are_named_and_the_others_keep_their_order() {
        let digits = load(&Source::parse("digits"), None).expect("digits");
        let prepared = prepare(&digits, 0.2, 1).expect("prepared");
        assert!(prepared.left_out.contains(&"r0c0".to_owned()));
        let inputs = prepared.preprocessing.inputs();
        assert_eq!(inputs + prepared.left_out.len(), 64);
        assert_eq!(prepared.training.raw.ncols(), inputs);
        for feature in &prepared.preprocessing.features {
            assert_eq!(feature.name, digits.feature_names[feature.column]);
        }
    }

    #[test]
    fn what_cannot_be_split_is_refused() {
        let few = dataset_of(b"x,class\n1,a\n2,b\n", None).expect("loads");
        assert_eq!(
            prepare(&few, 0.2, 1).expect_err("too few").to_string(),
            "t.csv: 2 rows are too few to split into training and validation rows"
        );
        let prepared = prepare(&few, 0.0, 1).expect("all train");
        assert_eq!(
            (prepared.training.rows(), prepared.validation.rows()),
            (2, 0)
        );
        for fraction in [1.0, -0.1, f64::NAN] {
            assert_eq!(
                prepare(&few, fraction, 1).expect_err("usage").exit_code(),
                2
            );
        }
    }
}
