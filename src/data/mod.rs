//! Data sets: from a file to rows a network can be trained on.
//!
//! [`load`] reads and checks a table ([`Dataset`]); [`prepare`] splits it into training and
//! validation rows and standardises its features ([`Prepared`]); [`read_for_prediction`] reads new
//! rows for a trained model. Whatever is wrong is reported with its file, line and column, and all
//! text that may be shown has passed [`crate::text::sanitise`].

mod builtin;
mod encoding;
mod header;
mod labels;
mod missing;
mod prediction;
mod prepared;
mod preprocessing;
mod reader;
mod source;
mod split;
mod table;
mod task;

use csv::StringRecord;
use ndarray::Array2;

pub use builtin::{BUILT_IN, BuiltIn, built_in};
pub use encoding::{Encoding, MOST_CATEGORIES};
pub use missing::{MISSING_WORDS, is_missing};
pub use prediction::{PredictionInput, read_for_prediction};
pub use prepared::{Prepared, Samples, Targets, prepare};
pub use preprocessing::{InputColumn, Preprocessing};
pub use source::Source;
pub use split::{Split, stratified};
pub use task::{ErrorSums, Errors, TargetScale, Task};

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
    /// The columns that inputs can be made of, in the order of the file.
    pub columns: Vec<Column>,
    /// Number of all columns of the file.
    pub table_columns: usize,
    /// Name of the column that is predicted.
    pub target_name: String,
    /// Index (from 0) of that column among all columns of the file.
    pub target_column: usize,
    /// What stands in it.
    pub target: Target,
    /// The raw values `(rows, columns)`, finite or NaN where missing; see [`Encoding`].
    pub values: Array2<f32>,
    /// Line of the file (from 1) on which every row starts.
    pub lines: Vec<u64>,
}

/// A column of a table, before it is known which rows are trained on.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name, unlike all others. Columns without a name are `c1`, `c2`, ... by their number in
    /// the file.
    pub name: String,
    /// Its index (from 0) among all columns of the file.
    pub column: usize,
    /// What its raw values mean.
    pub kind: ColumnKind,
}

/// What the raw values of a column mean.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnKind {
    /// Numbers as they stand in the file.
    Numeric,
    /// Brightness of a pixel, from 0.
    Pixel {
        /// The largest there may be.
        largest: f32,
    },
    /// 0 for no, 1 for yes.
    Boolean {
        /// The texts that mean no.
        no: Vec<String>,
        /// The texts that mean yes.
        yes: Vec<String>,
    },
    /// Index of one of some texts, or the number of texts for any other one.
    Categorical {
        /// The texts, as first seen in the file.
        values: Vec<String>,
        /// Whether there are others.
        other: bool,
    },
}

/// What is to be predicted, for every row.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// Classes.
    Classes {
        /// Their names: in ascending order if all are whole numbers, else as first seen.
        names: Vec<String>,
        /// Class of every row, an index into `names`.
        labels: Vec<u32>,
    },
    /// Numbers, all finite.
    Numbers(Vec<f32>),
}

impl Dataset {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.values.nrows()
    }

    /// Names of the classes; none where the target is a number.
    pub fn class_names(&self) -> &[String] {
        match &self.target {
            Target::Classes { names, .. } => names,
            Target::Numbers(_) => &[],
        }
    }

    /// Number of rows of every class; empty where the target is a number.
    pub fn class_counts(&self) -> Vec<usize> {
        let Target::Classes { names, labels } = &self.target else {
            return Vec::new();
        };
        let mut counts = vec![0; names.len()];
        for &label in labels {
            counts[label as usize] += 1;
        }
        counts
    }

    /// Most inputs and exactly the outputs a network on this data has; columns that turn out to be
    /// constant make the inputs fewer.
    pub fn most_neurons(&self) -> (usize, usize) {
        let inputs = |column: &Column| match &column.kind {
            ColumnKind::Categorical { values, other } => values.len() + usize::from(*other),
            _ => 1,
        };
        let outputs = self.class_names().len().max(1);
        (self.columns.iter().map(inputs).sum(), outputs)
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
    let columns = (0..table.width()).filter(|&column| column != target);
    let columns: Vec<Column> = columns
        .map(|column| Column {
            name: table.names[column].clone(),
            column,
            kind: ColumnKind::Numeric,
        })
        .collect();
    Ok(Dataset {
        name: source.name(),
        source: source.to_string(),
        values: matrix(rows, columns.len(), values),
        columns,
        table_columns: table.width(),
        target_name: table.names[target].clone(),
        target_column: target,
        target: Target::Classes {
            names: class_names,
            labels,
        },
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
