//! Data sets: from a file to training rows.
//!
//! [`load_with`] reads and checks a table ([`Dataset`]); [`prepare()`] splits it into training and
//! validation rows and encodes them as network inputs ([`Prepared`]); [`DataSummary`] describes both;
//! [`PredictionRows`] reads new rows for a trained model. Errors name file, line and column;
//! text in errors is safe to show; names, categories and labels keep their original text, which passes
//! [`util::text::sanitise`] where it is shown.
//!
//! - `source/`: files, compression, standard input, built-in sets
//! - `table/`: bytes to cells (CSV, IDX), detection of delimiter and header
//! - `schema/`: column types, classes, missing values, options
//! - `prepare/`: split, scaling, one-hot encoding, samples
//! - `scores/`: accuracy, ROC AUC, errors and the like of predictions
//! - `summary/`: facts and statistics for people

mod base;
mod baseline;
mod by_halves;
mod derived;
mod fingerprint;
mod loading;
mod prediction;
pub mod prepare;
mod report;
mod schema;
mod scores;
mod source;
mod summary;
mod table;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::sync::Arc;

use ndarray::ArcArray2;

use schema::class_encoder::tally;

pub use base::StartingModel;
pub use baseline::Baseline;
pub use fingerprint::Fingerprint;
pub use loading::load_with;
pub use prediction::{PredictionInput, PredictionRows, UnknownTexts, read_for_prediction};
pub use prepare::encoding::{Encoding, MAX_CATEGORIES};
pub use prepare::held_out::HeldOut;
pub use prepare::lags::MAX_LAGS;
pub use prepare::prepared::{Prepared, prepare, prepare_split};
pub use prepare::preprocessing::{Derived, InputColumn, Preprocessing, RowOrder, with_offset};
pub use prepare::samples::{Samples, Targets};
pub use prepare::single_output::TargetEncoding;
pub use prepare::split::file::{Selection, SplitFile};
pub use prepare::split::{RowSet, RowSplit, Split};
pub use report::{Exclusion, ExclusionReason, ReadReport};
pub use schema::dates::{DateOrder, DatePart, MONTHS};
pub use schema::labels::Labels;
pub use schema::missing::{MISSING_IN_NUMBERS, MISSING_IN_TEXTS, MissingValues};
pub use schema::options::{
    ClassWeights, DataFile, DateOptions, DateUse, LoadOptions, Missing, Origin, Progress,
    SplitMethod, TaskChoice, ValidationRows,
};
pub use schema::task::{TargetScale, Task, write_class};
pub use scores::{
    ClassScore, ClassScores, Confusion, ErrorSums, Errors, Ranking, RankingScores, Scores,
    ThresholdCurve, ThresholdPoint,
};
pub use source::Source;
pub use source::builtin::{BUILT_IN, BuiltIn, built_in};
pub use source::converted::Conversion;
pub use source::idx_file::files_beside;
pub use source::text_encoding::TextEncoding;
pub use summary::{ColumnSummary, DataSummary, Fact, Range, Severity, TargetSummary, Topic};
pub use table::amount::{CASED, NO_CENTS, UNITS};
pub use table::dialect::Delimiter;
pub use table::header::{COLUMN_UNITS, NUMBER_TYPES, OTHER_TYPES};
pub use table::left_out::{SUBTOTALS, TOTALS};
pub use table::lines::Lines;
pub use table::{CellFormat, GivenReading, Quote, Reading};

use prepare::encoding::CellKind;
use util::error::Result;

/// A data set that was read and checked, before it is split.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Short name: the file stem, or the name of the built-in data set.
    pub name: String,
    /// Path as it was given, or `built-in iris`.
    pub source: String,
    /// Input columns, in the order of the file.
    pub columns: Vec<Column>,
    /// Number of all columns of the file.
    pub table_columns: usize,
    /// Name of the predicted column.
    pub target_name: String,
    /// Index (from 0) of the predicted column among all columns of the file.
    pub target_column: usize,
    /// Values of the predicted column.
    pub target: Target,
    /// Subtracted from a numeric target before it is narrowed; like [`Column::offset`].
    pub target_offset: f64,
    /// Raw values `(rows, columns)`, finite, or NaN if missing; see [`Encoding`].
    pub values: ArcArray2<f32>,
    /// Line of the file (from 1) on which every row starts; for images their number.
    pub lines: Arc<Lines>,
    /// Validation rows from another file, instead of a fraction of these.
    pub validation: Option<HeldOut>,
    /// Test rows from another file.
    pub test: Option<HeldOut>,
    /// Values by which validation and test rows are chosen among these.
    pub split: RowSplit,
    /// Fraction of the rows kept for testing, `0.0..1.0`.
    pub test_fraction: f64,
    /// Width and height, if every row is an image whose pixels are the columns, row by row.
    pub image: Option<(usize, usize)>,
    /// Texts that mean a missing value.
    pub missing: MissingValues,
    /// Marks in the cells of the table.
    pub cell_format: CellFormat,
    /// Columns whose numbers have percent signs; see [`Preprocessing::percent`].
    pub percent: Option<Vec<usize>>,
    /// Units behind the numbers of columns; see [`Preprocessing::units`].
    pub units: Vec<(usize, String)>,
    /// Dates by which rows must be in order; see [`Preprocessing::row_order`].
    pub row_order: Option<RowOrder>,
    /// Format of the file, and what was excluded while reading.
    pub report: ReadReport,
    /// Source and options of [`load_with`]; `None` for a data set made in memory.
    pub origin: Option<Arc<Origin>>,
}

/// An input column of a table, before its encoding is fitted to the training rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Unique name. Columns without a name are `c1`, `c2`, ... by their number in the file.
    pub name: String,
    /// Derivation of its values from a column of the file; `None` if they are its cells.
    pub derived: Option<Derived>,
    /// Index (from 0) among all columns of the file.
    pub column: usize,
    /// Meaning of the raw values.
    pub kind: ColumnKind,
    /// Subtracted from numbers before they are narrowed to raw values; 0 unless f32 could not tell
    /// them apart.
    pub offset: f64,
}

/// Meaning of the raw values of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnKind {
    /// Numbers as they are in the file, less [`Column::offset`].
    Numeric,
    /// Brightness of a pixel, from 0.
    Pixel {
        /// Maximum of the format.
        max: f32,
    },
    /// Numbers that start again after a period, such as months.
    Cyclic {
        /// Period.
        period: u8,
    },
    /// 0 for no, 1 for yes.
    Boolean {
        /// Texts that mean no.
        no: Vec<String>,
        /// Texts that mean yes.
        yes: Vec<String>,
    },
    /// Index into `values`, or the number of `values` for any other text.
    Categorical {
        /// Categories in the order of the file.
        values: Vec<String>,
        /// Whether there are other texts.
        other: bool,
    },
}

impl Column {
    /// Returns how cells become raw values.
    fn cells(&self) -> CellKind<'_> {
        if let Some(derived) = &self.derived {
            return derived.cells();
        }
        match &self.kind {
            ColumnKind::Numeric | ColumnKind::Pixel { .. } | ColumnKind::Cyclic { .. } => {
                CellKind::Number(self.offset)
            }
            ColumnKind::Boolean { no, yes } => CellKind::Boolean { no, yes },
            ColumnKind::Categorical { values, .. } => CellKind::Category(values),
        }
    }

    /// Returns whether its rare categories share an input.
    fn has_other(&self) -> bool {
        matches!(self.kind, ColumnKind::Categorical { other: true, .. })
    }

    /// Returns the name of the column of the file that it comes from.
    pub(crate) fn table_name(&self) -> &str {
        self.derived.as_ref().map_or(&self.name, Derived::from)
    }

    /// Returns whether it is an earlier target.
    pub(crate) fn is_lag(&self) -> bool {
        matches!(self.derived, Some(Derived::Lag { .. }))
    }
}

/// Values of the predicted column.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// A class for every row.
    Classes {
        /// Names of the classes: ascending if all are whole numbers, else in the order of the file.
        names: Vec<String>,
        /// Class of every row, an index into `names`.
        labels: Vec<u32>,
    },
    /// A finite number for every row, less [`Dataset::target_offset`].
    Numbers(Vec<f64>),
}

impl Dataset {
    /// Returns the model by which the data were read, if there is one.
    pub(crate) fn base(&self) -> Option<&StartingModel> {
        self.origin.as_ref()?.options.base.as_ref()
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.values.nrows()
    }

    /// Returns the names of the classes; none if the target is a number.
    pub fn class_names(&self) -> &[String] {
        match &self.target {
            Target::Classes { names, .. } => names,
            Target::Numbers(_) => &[],
        }
    }

    /// Returns the number of rows of every class; empty if the target is a number.
    pub(crate) fn class_counts(&self) -> Vec<usize> {
        let Target::Classes { names, labels } = &self.target else {
            return Vec::new();
        };
        tally(labels, names.len())
    }

    /// Counts the missing values; a missing date is one.
    pub(crate) fn missing_cells(&self) -> usize {
        let is_nan = |value: &&f32| value.is_nan();
        let all = self.values.iter().filter(is_nan).count();
        let columns = self.columns.iter().zip(self.values.columns());
        let repeated = columns.filter(|(column, _)| {
            matches!(column.derived, Some(Derived::DatePart { part, .. }) if part != DatePart::Year)
        });
        let repeated = repeated.map(|(_, values)| values.iter().filter(is_nan).count());
        all - repeated.sum::<usize>()
    }

    /// Returns the number of earlier targets that are inputs.
    pub(crate) fn lags(&self) -> usize {
        self.columns.iter().filter(|column| column.is_lag()).count()
    }

    /// Returns the maximum number of inputs and the number of outputs of a network on this data.
    /// Columns that are constant over the training rows make the inputs fewer.
    pub fn max_neurons(&self) -> (usize, usize) {
        let inputs = |column: &Column| match &column.kind {
            ColumnKind::Categorical { values, other } => values.len() + usize::from(*other),
            ColumnKind::Cyclic { .. } => 2,
            _ => 1,
        };
        let outputs = self.class_names().len().max(1);
        (self.columns.iter().map(inputs).sum(), outputs)
    }
}

/// Reads the table of `source` with default options. The target is the last column, or the one
/// called `target`, or, if none has that name, column number `target` from 1.
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

/// Returns `values`, row by row, as `(rows, columns)`. Every caller has read rows of one width.
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

/// Reads the data set in `bytes`, as if they were a file called `t.csv`.
#[cfg(test)]
fn dataset_with(bytes: &[u8], options: &LoadOptions) -> Result<Dataset> {
    let table = table::table_of(bytes, &options.reading, &[])?;
    let source = Source::File("t.csv".into());
    loading::load_table(table, &source, options, &mut |_| ControlFlow::Continue(()))
}
