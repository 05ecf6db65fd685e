//! Data sets: from a file to rows a network can be trained on.
//!
//! [`load_with`] reads and checks a table ([`Dataset`]); [`prepare()`] splits it into training and
//! validation rows and makes the network's inputs of them ([`Prepared`]); [`PredictionRows`] reads
//! new rows for a trained model. Whatever is wrong is reported with its file, line and column, and all
//! text that may be shown has passed [`crate::util::text::sanitise`].

mod baseline;
mod loading;
mod prediction;
pub mod prepare;
mod report;
mod schema;
mod source;
mod summary;
mod table;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::sync::Arc;

use ndarray::ArcArray2;

pub use baseline::Baseline;
pub use loading::load_with;
pub use prediction::{PredictionInput, PredictionRows, read_for_prediction};
pub use prepare::encoding::{Encoding, MOST_CATEGORIES};
pub use prepare::held_out::HeldOut;
pub use prepare::prepared::{Prepared, prepare};
pub use prepare::preprocessing::{InputColumn, Preprocessing};
pub use prepare::samples::{Samples, Targets};
pub use prepare::split::{Split, stratified};
pub use report::{Exclusion, ReadReport, Reason};
pub use schema::missing::{MISSING_WORDS, is_missing};
pub use schema::options::{
    ClassWeights, LoadObserver, LoadOptions, Missing, Part, Progress, TaskChoice, ValidationRows,
};
pub use schema::task::{ErrorSums, Errors, TargetScale, Task};
pub use source::Source;
pub use source::builtin::{BUILT_IN, BuiltIn, built_in};
pub use source::input::TextEncoding;
pub use summary::{ColumnSummary, DataSummary, Fact, Range, Severity, TargetSummary, Topic};
pub use table::Reading;
pub use table::dialect::Delimiter;
pub use table::lines::Lines;

use crate::error::Result;
use prepare::encoding::CellKind;

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
    pub values: ArcArray2<f32>,
    /// Line of the file (from 1) on which every row starts; of images their number.
    pub lines: Arc<Lines>,
    /// Rows of another file to validate on, in place of some of these.
    pub validation: Option<HeldOut>,
    /// Rows of another file that judge the network in the end.
    pub test: Option<HeldOut>,
    /// Width and height, where every row is an image whose pixels are the columns, row by row.
    pub image: Option<(usize, usize)>,
    /// How it was read.
    pub report: ReadReport,
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

impl ColumnKind {
    /// How cells are read.
    fn cells(&self) -> CellKind<'_> {
        match self {
            Self::Numeric | Self::Pixel { .. } => CellKind::Number,
            Self::Boolean { no, yes } => CellKind::Boolean { no, yes },
            Self::Categorical { values, .. } => CellKind::Category(values),
        }
    }
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

    /// Number of missing values.
    pub fn missing_cells(&self) -> usize {
        self.values.iter().filter(|value| value.is_nan()).count()
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

/// Reads the table of `source` without options. What is predicted is in the last column, or in the
/// one called `target`, or, where none has that name, in column number `target` from 1.
///
/// # Errors
/// Those of [`load_with`].
pub fn load(source: &Source, target: Option<&str>) -> Result<Dataset> {
    let options = LoadOptions {
        target: target.map(str::to_owned),
        ..LoadOptions::default()
    };
    load_with(source, &options, &mut |_| ControlFlow::Continue(()))
}

/// `values` row by row as `(rows, columns)`. Every caller has read rows of one width.
fn matrix(rows: usize, columns: usize, values: Vec<f32>) -> ArcArray2<f32> {
    ArcArray2::from_shape_vec((rows, columns), values).expect("one value for every row and column")
}

#[cfg(test)]
fn dataset_of(bytes: &[u8], target: Option<&str>) -> Result<Dataset> {
    let options = LoadOptions {
        target: target.map(str::to_owned),
        ..LoadOptions::default()
    };
    dataset_with(bytes, &options)
}

/// The data set in `bytes`, as if they were a file called `t.csv`.
#[cfg(test)]
fn dataset_with(bytes: &[u8], options: &LoadOptions) -> Result<Dataset> {
    let table = table::table_of(bytes, &options.reading, &[])?;
    let source = Source::File("t.csv".into());
    loading::load_table(table, &source, options, &mut |_| ControlFlow::Continue(()))
}
