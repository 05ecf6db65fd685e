//! What is done to the cells of a table before the network sees them; see [`Encoding`]. How it is
//! measured is in `fitting.rs`.

use ndarray::{Array2, ArrayView1, ArrayView2};
use serde::{Deserialize, Serialize};

use super::encoding::Encoding;

/// How the network's inputs are made from the columns of a table.
///
/// Part of a trained model: new rows must pass through the same numbers as the training rows did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocessing {
    /// The columns that are used, in the order of the table. The network's inputs are those of the
    /// first column, then those of the second, and so on.
    pub columns: Vec<InputColumn>,
    /// Number of all columns of the training table, the target included.
    pub table_columns: usize,
    /// Index (from 0) of the target among all columns of the training table. Together with
    /// `table_columns` it tells what is where in a file without header.
    pub target_column: usize,
}

/// A column of the table that the network sees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputColumn {
    /// The column's name.
    pub name: String,
    /// Its index (from 0) among all columns of the training table.
    pub column: usize,
    /// How its cells become inputs.
    pub encoding: Encoding,
}

impl InputColumn {
    /// What its inputs are called: as the column, or `colour=red` for each category.
    pub fn input_names(&self) -> Vec<String> {
        let name = &self.name;
        match &self.encoding {
            Encoding::Numeric { .. } | Encoding::Boolean { .. } => vec![name.clone()],
            Encoding::Categorical { values, other, .. } => {
                let own = values.iter().map(|value| format!("{name}={value}"));
                own.chain(other.then(|| format!("{name}: other"))).collect()
            }
        }
    }
}

impl Preprocessing {
    /// Number of network inputs.
    pub fn inputs(&self) -> usize {
        self.columns
            .iter()
            .map(|column| column.encoding.inputs())
            .sum()
    }

    /// What the network's inputs are called, in their order.
    pub fn input_names(&self) -> Vec<String> {
        self.columns
            .iter()
            .flat_map(InputColumn::input_names)
            .collect()
    }

    /// Writes the network inputs `(inputs)` of one row to `out`. `raw` gives the row's raw values,
    /// one for each of `columns`; see [`Encoding`].
    ///
    /// # Panics
    /// If there are not as many of both.
    pub fn encode_row(&self, raw: impl ExactSizeIterator<Item = f32>, out: &mut [f32]) {
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
    /// [`crate::data::Samples::raw`] and [`crate::data::PredictionInput::raw`].
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

    /// The value to show beside network input `input` of a row of raw values; see
    /// [`Encoding::shown`]. NaN for an input that there is not.
    pub fn shown(&self, raw: ArrayView1<f32>, input: usize) -> f32 {
        let mut first = 0;
        for (column, &raw) in self.columns.iter().zip(raw) {
            let next = first + column.encoding.inputs();
            if input < next {
                return column.encoding.shown(raw, input - first);
            }
            first = next;
        }
        f32::NAN
    }
}

impl Preprocessing {
    /// The value to show beside network input `input` whose value is `value`, as [`Self::shown`]
    /// would for a row that has it. NaN for an input that there is not.
    pub fn raw_of(&self, input: usize, value: f32) -> f32 {
        let mut first = 0;
        for column in &self.columns {
            first += column.encoding.inputs();
            if input < first {
                return column.encoding.raw_of(value);
            }
        }
        f32::NAN
    }
}
