//! Preprocessing of table rows into network inputs; see [`Encoding`]. Fitted in `scaler.rs`.

use ndarray::{Array2, ArrayView1, ArrayView2};
use serde::{Deserialize, Serialize};

use super::encoding::{CellKind, Encoding};
use crate::{CellFormat, DateOrder, DatePart, MissingValues};

/// Preprocessing of the columns of a table into network inputs.
///
/// Part of a trained model: new rows need the statistics of the training rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocessing {
    /// Input columns in the order of the table. The network inputs are those of the first column,
    /// then those of the second, and so on.
    pub columns: Vec<InputColumn>,
    /// Number of all columns of the training table, the target included.
    pub table_columns: usize,
    /// Index (from 0) of the target among all columns of the training table. With `table_columns` it
    /// gives the layout of a file without header.
    pub target_column: usize,
    /// Texts that mean a missing value.
    #[serde(default, skip_serializing_if = "MissingValues::is_usual")]
    pub missing: MissingValues,
    /// Marks in the cells of the training table.
    #[serde(default, skip_serializing_if = "CellFormat::is_open")]
    pub cell_format: CellFormat,
    /// Indices (from 0) of the columns of the training table whose numbers have percent signs; `None` if that is not
    /// known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<Vec<usize>>,
    /// Units of measurement behind all numbers of columns of the training table, with the index (from 0) of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<(usize, String)>,
    /// Dates by which the rows of a table must be in order, since earlier targets are inputs; `None` without lags or dates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row_order: Option<RowOrder>,
}

/// Column of dates by which rows are in order of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowOrder {
    /// Name of the column.
    pub name: String,
    /// Index (from 0) among all columns of the training table.
    pub column: usize,
    /// Order of day and month in dates such as 01/02/2020, which are none without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<DateOrder>,
}

/// An input column with its encoding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputColumn {
    /// Unique name: that of the column of the table, or of the values derived from it, such as `day (month)`.
    pub name: String,
    /// Index (from 0) among all columns of the training table.
    pub column: usize,
    /// Derivation of its values; `None` if they are those of the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub derived: Option<Derived>,
    /// Subtracted from numbers in f64, before they are narrowed to f32. 0 unless f32 could not tell them
    /// apart.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub offset: f64,
    /// Encoding of its cells.
    pub encoding: Encoding,
}

/// Derivation of the values of an input column from a column of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Derived {
    /// Part of a date.
    DatePart {
        /// Name of the column of the table.
        from: String,
        /// Part of the date that is the input.
        part: DatePart,
        /// Order of day and month in dates such as 01/02/2020, which are none without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<DateOrder>,
    },
    /// Target of an earlier row.
    Lag {
        /// Name of the target.
        from: String,
        /// Number of rows between the two, from 1.
        rows: usize,
    },
}

impl Derived {
    /// Returns the name of the column of the table.
    pub fn from(&self) -> &str {
        match self {
            Self::DatePart { from, .. } | Self::Lag { from, .. } => from,
        }
    }

    /// Returns a name for the derived values.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::DatePart { from, part, .. } => format!("{from} ({})", part.name()),
            Self::Lag { from, rows } => format!("{from} (t-{rows})"),
        }
    }

    /// Returns how cells become raw values.
    pub(crate) fn cells(&self) -> CellKind<'static> {
        match *self {
            Self::DatePart { part, order, .. } => CellKind::Date { part, order },
            Self::Lag { rows, .. } => CellKind::Lag(rows),
        }
    }
}

pub(crate) fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

impl InputColumn {
    /// Returns how cells become raw values.
    pub(crate) fn cells(&self) -> CellKind<'_> {
        match &self.derived {
            Some(derived) => derived.cells(),
            None => self.encoding.cells(self.offset),
        }
    }

    /// Returns the name of the column of the table that it comes from.
    pub fn table_name(&self) -> &str {
        self.derived.as_ref().map_or(&self.name, Derived::from)
    }

    /// Returns whether it is a part of a date.
    pub fn is_date_part(&self) -> bool {
        matches!(self.derived, Some(Derived::DatePart { .. }))
    }

    /// Returns whether it is an earlier target.
    pub fn is_lag(&self) -> bool {
        matches!(self.derived, Some(Derived::Lag { .. }))
    }

    /// Returns the names of its network inputs: that of the column, or `colour=red` per category.
    pub(crate) fn input_names(&self) -> Vec<String> {
        let name = &self.name;
        match &self.encoding {
            Encoding::Numeric { .. } | Encoding::Boolean { .. } => vec![name.clone()],
            Encoding::Cyclic { .. } => ["sin", "cos"].map(|f| format!("{f} {name}")).into(),
            Encoding::Categorical { values, other, .. } => {
                let own = values.iter().map(|value| format!("{name}={value}"));
                own.chain(other.then(|| format!("{name}: other"))).collect()
            }
        }
    }
}

impl Preprocessing {
    /// Returns the number of network inputs.
    pub fn inputs(&self) -> usize {
        self.columns
            .iter()
            .map(|column| column.encoding.inputs())
            .sum()
    }

    /// Returns the names of the network inputs in order.
    pub(crate) fn input_names(&self) -> Vec<String> {
        self.columns
            .iter()
            .flat_map(InputColumn::input_names)
            .collect()
    }

    /// Returns the number of earlier targets that a row needs.
    pub fn lags(&self) -> usize {
        let lags = self
            .columns
            .iter()
            .filter_map(|column| match column.derived {
                Some(Derived::Lag { rows, .. }) => Some(rows),
                _ => None,
            });
        lags.max().unwrap_or(0)
    }

    /// Returns whether an earlier target is missing in a row of raw values.
    pub fn lacks_history(&self, raw: ArrayView1<f32>) -> bool {
        let values = self.columns.iter().zip(raw);
        let mut lags = values.filter(|(column, _)| column.is_lag());
        lags.any(|(_, raw)| raw.is_nan())
    }

    /// Writes the network inputs `(inputs)` of one row to `out`. `raw` gives the row's raw values,
    /// one for each of `columns`; see [`Encoding`].
    ///
    /// # Panics
    /// If there are not as many of both.
    pub(crate) fn encode_row(&self, raw: impl ExactSizeIterator<Item = f32>, out: &mut [f32]) {
        assert_eq!(
            raw.len(),
            self.columns.len(),
            "a raw value for every column"
        );
        let mut rest = out;
        for (column, raw) in self.columns.iter().zip(raw) {
            let (own, others) = rest.split_at_mut(column.encoding.inputs());
            column.encoding.write(raw, own);
            rest = others;
        }
        assert!(rest.is_empty(), "a place for every input");
    }

    /// Returns the network inputs `(rows, inputs)` of rows of raw values `(rows, columns)`, as in
    /// [`crate::Samples::raw`] and [`crate::PredictionInput::raw`].
    ///
    /// # Panics
    /// If `raw` has not one column for each of `columns`.
    pub fn encode(&self, raw: ArrayView2<f32>) -> Array2<f32> {
        let mut inputs = Array2::zeros((raw.nrows(), self.inputs()));
        for (raw, mut out) in raw.outer_iter().zip(inputs.outer_iter_mut()) {
            // The rows of a new array are contiguous.
            if let Some(out) = out.as_slice_mut() {
                self.encode_row(raw.iter().copied(), out);
            }
        }
        inputs
    }

    /// Returns the value to show beside network input `input` of a row of raw values, with the offset of
    /// its column, to f32's precision; see [`Encoding::shown`]. NaN if there is no such input.
    pub fn shown(&self, raw: ArrayView1<f32>, input: usize) -> f32 {
        let mut first = 0;
        for (column, &raw) in self.columns.iter().zip(raw) {
            let next = first + column.encoding.inputs();
            if input < next {
                return column.encoding.shown(raw, input - first) + column.offset as f32;
            }
            first = next;
        }
        f32::NAN
    }
}

impl Preprocessing {
    /// Returns the value in the table of network input `input` with the value `value`, to f32's
    /// precision; see [`Encoding::raw_of`]. NaN if there is no such input.
    pub fn raw_of(&self, input: usize, value: f32) -> f32 {
        self.column_of(input).map_or(f32::NAN, |index| {
            let column = &self.columns[index];
            column.encoding.raw_of(value) + column.offset as f32
        })
    }

    /// Returns the size that most raw numbers of the columns stay below: the largest mean, with four standard deviations.
    pub fn usual_maximum(&self) -> f64 {
        let sizes = self.columns.iter().map(|column| match column.encoding {
            Encoding::Numeric { mean, std, .. } => (mean + column.offset).abs() + 4.0 * std,
            _ => 0.0,
        });
        sizes.fold(0.0, f64::max)
    }

    /// Returns the index in `columns` of the column that network input `input` comes from.
    pub fn column_of(&self, input: usize) -> Option<usize> {
        let mut first = 0;
        self.columns.iter().position(|column| {
            first += column.encoding.inputs();
            input < first
        })
    }
}

/// Formats the number in a table that has this `raw` value, in the fewest digits that tell it apart.
pub fn with_offset(raw: f32, offset: f64) -> String {
    if offset == 0.0 {
        return raw.to_string();
    }
    (shortest(raw) + offset).to_string()
}

/// Returns `raw` as the f64 of its fewest digits: 0.1 rather than 0.10000000149.
pub(crate) fn shortest(raw: f32) -> f64 {
    raw.to_string().parse().unwrap_or(f64::from(raw))
}
