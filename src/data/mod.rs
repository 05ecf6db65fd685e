//! Data sets: from a file to rows a network can be trained on.
//!
//! [`load`] reads and checks a table ([`Dataset`]); [`prepare`] splits it into training and
//! validation rows and standardises its features ([`Prepared`]); [`read_for_prediction`] reads new
//! rows for a trained model. Whatever is wrong is reported with its file, line and column, and all
//! text that may be shown has passed [`crate::text::sanitise`].

mod builtin;
mod header;
mod labels;
mod prediction;
mod prepared;
mod preprocessing;
mod reader;
mod source;
mod split;
mod table;

use csv::StringRecord;
use ndarray::Array2;

pub use builtin::{BUILT_IN, BuiltIn, built_in};
pub use prediction::{PredictionInput, read_for_prediction};
pub use prepared::{Prepared, Samples, prepare};
pub use preprocessing::{Feature, Preprocessing};
pub use source::Source;
pub use split::{Split, stratified};

use crate::error::{DataProblem, Error, Result};
use labels::Labels;
use table::RawTable;

/// A checked table, before any split.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Short name: the file's name without its ending, or the name of the built-in data set.
    pub name: String,
    /// The path as it was given, or `built-in iris`.
    pub source: String,
    /// Names of the feature columns, all different. Columns without a name are `c1`, `c2`, ... by
    /// their number in the file.
    pub feature_names: Vec<String>,
    /// Name of the column that holds the classes.
    pub target_name: String,
    /// Index (from 0) of that column among all columns of the file.
    pub target_column: usize,
    /// Names of the classes: in ascending order if all are whole numbers, else as first seen.
    pub class_names: Vec<String>,
    /// The values as in the file, all finite: `(rows, features)`.
    pub features: Array2<f32>,
    /// Class of every row, an index into `class_names`.
    pub labels: Vec<usize>,
    /// Line of the file (from 1) on which every row starts.
    pub lines: Vec<u64>,
}

impl Dataset {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    /// Number of rows of every class.
    pub fn class_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.class_names.len()];
        for &label in &self.labels {
            counts[label] += 1;
        }
        counts
    }
}

/// Reads the table of `source`. Its classes are in the last column, or in the one called `target`,
/// or, where none has that name, in column number `target` from 1; all others are features.
///
/// # Errors
/// [`Error::NoSuchInput`], [`Error::CannotRead`], and [`Error::Data`] with the place of anything
/// that is not a table of finite numbers with a class in every row.
pub fn load(source: &Source, target: Option<&str>) -> Result<Dataset> {
    let table = RawTable::parse(source.read()?, &source.to_string(), &[])?;
    dataset(&table, source, target)
}

fn dataset(table: &RawTable, source: &Source, target: Option<&str>) -> Result<Dataset> {
    let target = match target {
        Some(asked) => table.find_column(asked)?,
        None => table.width() - 1,
    };
    if table.width() == 1 {
        return Err(Error::data(table.place(), DataProblem::SingleColumn));
    }
    let mut values: Vec<f32> = Vec::new();
    let mut labels = Labels::default();
    let mut lines = Vec::new();
    let mut rows = table.rows();
    let mut record = StringRecord::new();
    while let Some(line) = rows.read(&mut record)? {
        for (column, cell) in record.iter().enumerate() {
            if column == target {
                labels.push(cell).map_err(|problem| {
                    Error::data(table.column_place(column).at_line(line), problem)
                })?;
            } else {
                values.push(table.number(cell, line, column)?);
            }
        }
        lines.push(line);
    }
    let rows = labels.rows();
    if rows < 2 {
        return Err(Error::data(table.place(), DataProblem::TooFewRows { rows }));
    }
    let (class_names, labels) = labels
        .finish()
        .map_err(|problem| Error::data(table.column_place(target), problem))?;
    let mut feature_names = table.names.clone();
    let target_name = feature_names.remove(target);
    Ok(Dataset {
        name: source.name(),
        source: source.to_string(),
        features: matrix(rows, feature_names.len(), values),
        feature_names,
        target_name,
        target_column: target,
        class_names,
        labels,
        lines,
    })
}

/// `values` row by row as `(rows, columns)`. Every caller has read rows of one width.
fn matrix(rows: usize, columns: usize, values: Vec<f32>) -> Array2<f32> {
    Array2::from_shape_vec((rows, columns), values).expect("one value for every row and column")
}

#[cfg(test)]
fn dataset_of(bytes: &[u8], target: Option<&str>) -> Result<Dataset> {
    let source = Source::File("t.csv".into());
    let table = RawTable::parse(bytes.to_vec().into(), "t.csv", &[])?;
    dataset(&table, &source, target)
}

#[cfg(test)]
mod tests;
