//! Rows of a data set as network inputs and targets.

use std::iter::StepBy;
use std::ops::Range;
use std::sync::Arc;

use ndarray::{ArcArray2, Array1, Array2, ArrayViewMut1, Axis, CowArray, Ix2};

use super::encoding::Scale;
use super::preprocessing::{InputColumn, Preprocessing};
use crate::{
    Column, ColumnKind, Dataset, Encoding, HeldOut, Lines, Target, TargetScale, Task, UnknownTexts,
    write_class,
};
use util::memory;

/// Maximum numbers of network inputs that are kept for all rows of a table: 64 MB. For larger tables
/// the inputs of each mini-batch are computed when needed, so that the table is in memory once.
const MAX_READY: usize = 16 << 20;

/// Maximum numbers of network inputs that are kept for all images: 256 MB, enough for MNIST. They
/// have so many inputs that computing them for every mini-batch would cost noticeable time.
const MAX_READY_PIXELS: usize = 64 << 20;

/// Some rows of a data set, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// Raw values of the table, shared with the data set.
    values: ArcArray2<f32>,
    /// Indices of the rows in `values`.
    rows: Vec<u32>,
    /// Indices in `values` of the columns of the preprocessing.
    columns: Vec<usize>,
    /// Raw value for the preprocessing by the index of a category in the data set, for each of `columns`
    /// with categories that no training row has; empty for others. `None` without any.
    recoded: Option<Arc<Vec<Vec<f32>>>>,
    preprocessing: Arc<Preprocessing>,
    /// Network inputs of all rows, if they are few enough.
    ready: Option<Arc<Array2<f32>>>,
    /// Target of every row.
    pub targets: Targets,
    /// Line of the file of every row of `values`, shared with the data set.
    lines: Arc<Lines>,
}

/// Targets of some rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Targets {
    /// Class of every row.
    Classes(Vec<u32>),
    /// A number for every row.
    Numbers {
        /// Values in the target's own unit, less the offset of `scale`.
        values: Vec<f64>,
        /// Standardisation for the network.
        scale: TargetScale,
    },
}

impl Targets {
    /// Returns the class of `row`; `None` for regression, or if there is no such row.
    pub fn class(&self, row: usize) -> Option<usize> {
        match self {
            Self::Classes(labels) => labels.get(row).map(|&label| label as usize),
            Self::Numbers { .. } => None,
        }
    }

    /// Returns the number of `row`; `None` for classification, or if there is no such row.
    pub fn number(&self, row: usize) -> Option<f32> {
        match self {
            Self::Classes(_) => None,
            Self::Numbers { values, .. } => values.get(row).map(|&value| value as f32),
        }
    }

    /// Writes the target of `row` to `out`, one place per network output; see
    /// [`TargetEncoding`](crate::TargetEncoding).
    ///
    /// # Panics
    /// If there is no such row, or `out` is not contiguous.
    pub fn write(&self, row: usize, mut out: ArrayViewMut1<f32>) {
        let out = out.as_slice_mut().expect("a row of a matrix");
        match self {
            Self::Classes(labels) => write_class(labels[row] as usize, out),
            Self::Numbers { values, scale } => out[0] = scale.standardise(values[row] as f32),
        }
    }

    /// Returns the targets of these rows as [`write`](Self::write) writes them: `(rows, outputs)`.
    ///
    /// # Panics
    /// If one of the rows is not there.
    pub fn gather(
        &self,
        rows: impl ExactSizeIterator<Item = usize>,
        outputs: usize,
    ) -> Array2<f32> {
        let mut targets = Array2::zeros((rows.len(), outputs));
        for (row, out) in rows.zip(targets.outer_iter_mut()) {
            self.write(row, out);
        }
        targets
    }
}

impl Samples {
    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Returns whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the indices of at most `max` rows, evenly chosen.
    pub fn spread(&self, max: usize) -> StepBy<Range<usize>> {
        (0..self.rows()).step_by(self.rows().div_ceil(max).max(1))
    }

    /// Returns the line of the file (from 1) that `row` is on; for images their number.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn line(&self, row: usize) -> u64 {
        self.lines.of(self.rows[row] as usize)
    }

    /// Iterates over the raw values of `row`, one for each column of the preprocessing.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn raw_values(&self, row: usize) -> impl ExactSizeIterator<Item = f32> {
        let values = self.values.row(self.rows[row] as usize);
        let columns = self.columns.iter().enumerate();
        columns.map(move |(index, &column)| self.recoded(index, values[column]))
    }

    /// Returns the raw value for the preprocessing of one in the data set, of column `index`.
    fn recoded(&self, index: usize, raw: f32) -> f32 {
        match &self.recoded {
            // NaN becomes index 0; a column without a code for every category keeps its values.
            Some(codes) if !raw.is_nan() => codes[index].get(raw as usize).copied().unwrap_or(raw),
            _ => raw,
        }
    }

    /// Returns the columns, among those of the data set, with categories that no training row has and that share
    /// no input, and those texts. `unread` has those that no row of the table has, for each column of the data
    /// set.
    pub(crate) fn unknown_texts<'d>(
        &self,
        columns: &'d [Column],
        unread: Option<&[UnknownTexts]>,
    ) -> Vec<(&'d Column, UnknownTexts)> {
        let mut found = Vec::new();
        for (index, (fitted, &column)) in self
            .preprocessing
            .columns
            .iter()
            .zip(&self.columns)
            .enumerate()
        {
            if matches!(fitted.encoding, Encoding::Categorical { other: true, .. }) {
                continue;
            }
            let unread = unread.and_then(|unread| unread.get(column));
            let mut texts = unread.cloned().unwrap_or_default();
            if let (Some(codes), ColumnKind::Categorical { values, .. }) = (
                self.recoded.as_ref().map(|codes| &codes[index]),
                &columns[column].kind,
            ) {
                for &row in &self.rows {
                    let raw = self.values[[row as usize, column]];
                    let code = codes.get(raw as usize).filter(|_| !raw.is_nan());
                    let is_unknown = code.is_some() && code == codes.last();
                    let text = values.get(raw as usize).filter(|_| is_unknown);
                    if let Some(text) = text {
                        texts.add(text, self.lines.of(row as usize));
                    }
                }
            }
            if texts.count > 0 {
                found.push((&columns[column], texts));
            }
        }
        found
    }

    /// Returns the raw values of `row`, one for each column of the preprocessing; see
    /// [`crate::Encoding`].
    ///
    /// # Panics
    /// If there is no such row.
    pub fn raw_row(&self, row: usize) -> Array1<f32> {
        self.raw_values(row).collect()
    }

    /// Returns the raw values of some rows: `(rows, columns of the preprocessing)`.
    ///
    /// # Panics
    /// If one of the rows is not there.
    pub fn raw(&self, rows: Range<usize>) -> Array2<f32> {
        let first = rows.start;
        Array2::from_shape_fn((rows.len(), self.columns.len()), |(row, column)| {
            let raw = self.values[[self.rows[first + row] as usize, self.columns[column]]];
            self.recoded(column, raw)
        })
    }

    /// Returns the network inputs of some rows: `(rows, network inputs)`, in standard layout.
    ///
    /// # Panics
    /// If one of the rows is not there.
    pub fn inputs(&self, rows: Range<usize>) -> CowArray<'_, f32, Ix2> {
        match &self.ready {
            Some(ready) => ready.slice_axis(Axis(0), rows.into()).into(),
            None => self.preprocessing.encode(self.raw(rows).view()).into(),
        }
    }

    /// Returns the network inputs of all rows if they are kept: `(rows, network inputs)`.
    pub fn ready_inputs(&self) -> Option<&Array2<f32>> {
        self.ready.as_deref()
    }

    /// Returns the network inputs of these rows: `(rows, network inputs)`.
    ///
    /// # Panics
    /// If one of the rows is not there.
    pub fn gather(&self, rows: impl ExactSizeIterator<Item = usize>) -> Array2<f32> {
        let mut inputs = Array2::zeros((rows.len(), self.preprocessing.inputs()));
        for (row, out) in rows.zip(inputs.outer_iter_mut()) {
            self.write_inputs(row, out);
        }
        inputs
    }

    /// Writes the network inputs of `row` to `out`.
    ///
    /// # Panics
    /// If there is no such row, or `out` has another number of places.
    pub fn write_inputs(&self, row: usize, mut out: ArrayViewMut1<f32>) {
        match &self.ready {
            Some(ready) => out.assign(&ready.row(row)),
            None => match out.as_slice_mut() {
                Some(out) => self.preprocessing.encode_row(self.raw_values(row), out),
                None => out.assign(&self.inputs(row..row + 1).row(0)),
            },
        }
    }

    /// Picks the `rows` of `from`.
    pub(crate) fn pick(
        from: &RowSource,
        rows: Vec<u32>,
        preprocessing: &Arc<Preprocessing>,
        task: &Task,
    ) -> Self {
        // Those of the data set in the same order, without the constant ones.
        let mut known = from.columns.iter().enumerate();
        let used = |wanted: &InputColumn| {
            let found = known.find(|(_, column)| column.name == wanted.name);
            found.map(|(index, _)| index)
        };
        let targets = match (from.target, task) {
            (Target::Numbers(values), Task::Regression(scale)) => Targets::Numbers {
                values: rows.iter().map(|&row| values[row as usize]).collect(),
                scale: *scale,
            },
            (Target::Classes { labels, .. }, _) => {
                Targets::Classes(rows.iter().map(|&row| labels[row as usize]).collect())
            }
            (Target::Numbers(_), _) => unreachable!("the task was made from the same target"),
        };
        let mut samples = Self {
            values: from.values.clone(),
            columns: preprocessing.columns.iter().filter_map(used).collect(),
            recoded: None,
            preprocessing: Arc::clone(preprocessing),
            ready: None,
            targets,
            lines: Arc::clone(from.lines),
            rows,
        };
        samples.recoded = samples.codes(from.columns).map(Arc::new);
        let max = if from.are_images {
            MAX_READY_PIXELS
        } else {
            MAX_READY
        };
        // By all rows, not those picked: training and validation rows share one allowance.
        let numbers = from.values.nrows() * preprocessing.inputs();
        let has_room = |bytes| 2 * numbers * size_of::<f32>() <= bytes as usize;
        if numbers <= max && memory::available().is_none_or(has_room) {
            samples.make_ready();
        }
        samples
    }

    /// Returns [`Self::recoded`] for the columns of the data set.
    fn codes(&self, columns: &[Column]) -> Option<Vec<Vec<f32>>> {
        let fitted = || self.preprocessing.columns.iter().zip(&self.columns);
        let code = |(fitted, &column): (&InputColumn, &usize)| match (
            &columns[column].kind,
            &fitted.encoding,
        ) {
            (
                ColumnKind::Categorical { values, .. },
                Encoding::Categorical { values: seen, .. },
            ) if values != seen => Some(codes(values, seen)),
            _ => None,
        };
        // Nearly always there is none, and tables may have many columns.
        fitted().any(|both| code(both).is_some()).then(|| {
            let codes = fitted().map(|both| code(both).unwrap_or_default());
            codes.collect()
        })
    }

    fn make_ready(&mut self) {
        let mut ready = Array2::zeros((self.rows(), self.preprocessing.inputs()));
        let scales = self.preprocessing.columns.iter();
        let scales: Option<Vec<Scale>> = scales.map(|column| column.encoding.scale()).collect();
        for (row, mut out) in ready.outer_iter_mut().enumerate() {
            match &scales {
                // The columns themselves take so much memory that those of images would leave the cache.
                Some(scales) => {
                    let inputs = out.iter_mut().zip(self.raw_values(row)).zip(scales);
                    inputs.for_each(|((out, raw), scale)| *out = scale.of(raw));
                }
                None => self.write_inputs(row, out),
            }
        }
        self.ready = Some(Arc::new(ready));
    }
}

/// Returns the index among `seen` for each of `values` and for other texts; the number of `seen` where
/// there is none.
fn codes(values: &[String], seen: &[String]) -> Vec<f32> {
    let code = |value: &String| seen.iter().position(|known| known == value);
    let codes = values
        .iter()
        .map(|value| code(value).unwrap_or(seen.len()) as f32);
    codes.chain([seen.len() as f32]).collect()
}

/// Rows to pick samples from.
pub(crate) struct RowSource<'d> {
    /// In the order of the preprocessing.
    columns: &'d [Column],
    values: &'d ArcArray2<f32>,
    target: &'d Target,
    lines: &'d Arc<Lines>,
    are_images: bool,
}

impl<'d> RowSource<'d> {
    /// Returns the rows of the data set itself.
    pub(crate) fn of(dataset: &'d Dataset) -> Self {
        Self {
            columns: &dataset.columns,
            values: &dataset.values,
            target: &dataset.target,
            lines: &dataset.lines,
            are_images: dataset.image.is_some(),
        }
    }

    /// Returns rows of another file with the columns of `dataset`.
    pub(crate) fn held_out(dataset: &'d Dataset, rows: &'d HeldOut) -> Self {
        Self {
            columns: &dataset.columns,
            values: &rows.values,
            target: &rows.target,
            lines: &rows.lines,
            are_images: dataset.image.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Source, load, prepare};

    #[test]
    fn inputs_are_the_same_ready_or_not() {
        let source = Source::parse(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/data/awkward/mixed.csv"
        ));
        let data = load(&source, None).expect("loads");
        let ready = prepare(&data, 0.0, 1).expect("prepared").training;
        let mut other = ready.clone();
        other.ready = None;
        assert_eq!(ready.inputs(1..4), other.inputs(1..4));
        let mut row = ndarray::Array1::zeros(ready.inputs(0..1).ncols());
        other.write_inputs(2, row.view_mut());
        assert_eq!(row, ready.inputs(2..3).row(0));
        assert_eq!(other.raw(1..2).row(0), ready.raw_row(1));
    }
}
