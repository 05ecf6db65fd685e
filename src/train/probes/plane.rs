//! Predictions over a range of one column, or a rectangle of two.

use ndarray::Array2;

use super::RowProbe;
use super::outcomes::{RowOutcome, outcomes};
use super::row::Bits;
use crate::train::observation::{Probe, Scratch, Training};
use crate::train::{SampleId, Set};

/// Asks for the predictions on a grid over one or two columns, all others held at a row's values, and for
/// those of some rows.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaneProbe {
    /// Row whose other values are held, with its changed inputs.
    pub row: RowProbe,
    /// Columns that vary, the one that varies fastest first.
    pub axes: Vec<PlaneAxis>,
    /// Indices of training rows, and of validation rows, whose predictions are wanted too.
    pub rows: [Vec<u32>; 2],
}

/// Column that varies, and its values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlaneAxis {
    /// Index of the column in [`crate::data::Preprocessing::columns`].
    pub column: usize,
    /// First and last raw value.
    pub range: [Bits; 2],
    /// Number of values, evenly spaced, at least 2.
    pub values: u16,
}

/// Predictions on a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaneAnswer {
    /// Prediction at each point, the first axis varying fastest; empty if there is no such row or column.
    pub points: Vec<PlanePoint>,
    /// Predictions for the rows asked for, as far as they exist.
    pub rows: Vec<(SampleId, RowOutcome)>,
}

/// Prediction at one point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlanePoint {
    /// Predicted class.
    pub class: u16,
    /// Output of that class, or the predicted number; see [`RowOutcome::output`].
    pub output: f32,
}

impl PlaneAxis {
    fn value(&self, index: usize) -> f32 {
        let [from, to] = self.range.map(f32::from);
        let share = index as f32 / f32::from(self.values.max(2) - 1);
        from + (to - from) * share
    }
}

impl Probe for PlaneProbe {
    type Answer = PlaneAnswer;

    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> PlaneAnswer {
        let session = training.session;
        let mut rows = Vec::new();
        for (set, wanted) in [Set::Training, Set::Validation].into_iter().zip(&self.rows) {
            let found = outcomes(session, set, wanted, scratch);
            let samples = wanted.iter().map(|&index| SampleId {
                set,
                index: index as usize,
            });
            rows.extend(samples.zip(found));
        }
        PlaneAnswer {
            points: self.points(training, scratch).unwrap_or_default(),
            rows,
        }
    }
}

impl PlaneProbe {
    fn points(&self, training: &Training<'_>, scratch: &mut Scratch) -> Option<Vec<PlanePoint>> {
        let session = training.session;
        let (_, held) = self.row.rows(session)?;
        let columns = &session.data().preprocessing.columns;
        // First input of each column that varies.
        let starts: Option<Vec<usize>> = self
            .axes
            .iter()
            .map(|axis| {
                let before = columns.get(..=axis.column)?.split_last()?.1;
                Some(before.iter().map(|column| column.encoding.inputs()).sum())
            })
            .collect();
        let starts = starts?;
        let count = self
            .axes
            .iter()
            .map(|axis| usize::from(axis.values))
            .product();
        let is_number = session.data().task.scale().is_some();
        let mut points = Vec::with_capacity(count);
        let mut inputs = Array2::zeros((0, 0));
        while points.len() < count {
            let rows = (count - points.len()).min(scratch.most_rows());
            if inputs.nrows() != rows {
                inputs = held
                    .inputs
                    .broadcast((rows, held.inputs.ncols()))?
                    .to_owned();
            }
            for (row, mut inputs) in inputs.outer_iter_mut().enumerate() {
                let mut index = points.len() + row;
                for (axis, &start) in self.axes.iter().zip(&starts) {
                    let values = usize::from(axis.values);
                    let encoding = &columns[axis.column].encoding;
                    let place = start..start + encoding.inputs();
                    let place = inputs.as_slice_mut()?.get_mut(place)?;
                    encoding.write(axis.value(index % values), place);
                    index /= values;
                }
            }
            let pass = scratch.pass(session, inputs.view());
            points.extend(pass.output_rows().map(|row| {
                let (class, output) = RowOutcome::prediction(row.outputs, is_number);
                PlanePoint {
                    class: class as u16,
                    output,
                }
            }));
        }
        Some(points)
    }
}
