//! Predictions, and activations of neurons, over a plane of two quantities or a range of one.

use std::sync::Arc;

use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut1};

use super::RowProbe;
use super::outcomes::{RowOutcome, outcomes};
use super::row::Bits;
use crate::data::InputColumn;
use crate::nn::engine::Workspace;
use crate::train::observation::{Probe, Scratch, Training};
use crate::train::{SampleId, Session, Set};
use crate::util::stats::Components;

/// Asks for the network's predictions on a grid over one or two quantities, for the activations of some neurons there,
/// and for the predictions for some rows.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaneProbe {
    /// Row whose other values are held, with its changed inputs; none for the mean of each number and the most frequent
    /// value of each category.
    pub row: Option<RowProbe>,
    /// Quantities that vary, the one that varies fastest first.
    pub axes: Vec<PlaneAxis>,
    /// Principal components of the network's inputs, if they are quantities that vary.
    pub components: Option<Arc<Components>>,
    /// Neurons of each layer, inputs first, whose activations are wanted at each point.
    pub neurons: Vec<Vec<usize>>,
    /// Indices of training rows, and of validation rows, whose predictions are wanted too.
    pub rows: [Vec<u32>; 2],
}

/// Quantity that varies, and its values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlaneAxis {
    /// The quantity.
    pub along: Along,
    /// First and last value: raw values of a column, coordinates along a component.
    pub range: [Bits; 2],
    /// Number of values, evenly spaced, at least 2.
    pub values: u16,
}

/// Quantity along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Along {
    /// Column, by its index in [`crate::data::Preprocessing::columns`].
    Column(usize),
    /// Principal component of the inputs, by its index in [`PlaneProbe::components`]. The part of a row that lies outside
    /// the components is held.
    Component(usize),
}

/// Predictions and activations on a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaneAnswer {
    /// Prediction at each point, the first axis varying fastest; empty if there is no such row or column.
    pub points: Vec<PlanePoint>,
    /// Activations of the neurons of each layer, `(neurons, points)`; NaN for a neuron that does not exist.
    pub responses: Vec<Array2<f32>>,
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
        let (points, responses) = self.grid(session, scratch).unwrap_or_default();
        PlaneAnswer {
            points,
            responses,
            rows,
        }
    }
}

impl PlaneProbe {
    /// Predictions and activations at all points; none without the row or a quantity.
    fn grid(
        &self,
        session: &Session,
        scratch: &mut Scratch,
    ) -> Option<(Vec<PlanePoint>, Vec<Array2<f32>>)> {
        let held = self.held(session)?;
        let columns = &session.data().preprocessing.columns;
        let axes: Option<Vec<Varying<'_>>> = self
            .axes
            .iter()
            .map(|axis| {
                Varying::new(
                    axis.along,
                    columns,
                    self.components.as_deref(),
                    held.ncols(),
                )
            })
            .collect();
        let axes = axes?;
        let counts = self.axes.iter().map(|axis| usize::from(axis.values));
        let count = counts.product();
        let is_number = session.data().task.scale().is_some();
        let mut points = Vec::with_capacity(count);
        let empty = |neurons: &Vec<usize>| Array2::from_elem((neurons.len(), count), f32::NAN);
        let layers = session.architecture().depth() + 1;
        let neurons = self.neurons.iter().take(layers);
        let mut responses: Vec<Array2<f32>> = neurons.map(empty).collect();
        let mut inputs = Array2::zeros((0, 0));
        while points.len() < count {
            let rows = (count - points.len()).min(scratch.most_rows());
            if inputs.nrows() != rows {
                inputs = held.broadcast((rows, held.ncols()))?.to_owned();
            }
            for (row, mut inputs) in inputs.outer_iter_mut().enumerate() {
                let mut index = points.len() + row;
                for (axis, varying) in self.axes.iter().zip(&axes) {
                    let values = usize::from(axis.values);
                    varying.set(inputs.view_mut(), axis.value(index % values))?;
                    index /= values;
                }
            }
            let pass = scratch.pass(session, inputs.view());
            self.record(inputs.view(), pass, points.len(), &mut responses);
            points.extend(pass.output_rows().map(|row| {
                let (class, output) = RowOutcome::prediction(row.outputs, is_number);
                PlanePoint {
                    class: class as u16,
                    output,
                }
            }));
        }
        Some((points, responses))
    }

    /// Inputs whose values are held, `(1, inputs)`.
    fn held(&self, session: &Session) -> Option<Array2<f32>> {
        let Some(row) = &self.row else {
            let preprocessing = &session.data().preprocessing;
            let missing = Array2::from_elem((1, preprocessing.columns.len()), f32::NAN);
            return Some(preprocessing.encode(missing.view()));
        };
        row.rows(session).map(|(_, row)| row.inputs)
    }

    /// Copies the activations of the wanted neurons from a `pass` over the points from `first` on.
    fn record(
        &self,
        inputs: ArrayView2<'_, f32>,
        pass: &Workspace,
        first: usize,
        responses: &mut [Array2<f32>],
    ) {
        let layers = self.neurons.iter().zip(responses).enumerate();
        for (layer, (neurons, responses)) in layers {
            let activations = match layer {
                0 => inputs,
                layer => pass.activations(layer),
            };
            for (&neuron, mut response) in neurons.iter().zip(responses.outer_iter_mut()) {
                if neuron < activations.ncols() {
                    let points = response.iter_mut().skip(first);
                    points
                        .zip(activations.column(neuron))
                        .for_each(|(point, &a)| *point = a);
                }
            }
        }
    }
}

/// Quantity that varies, as a part of the network's inputs.
enum Varying<'a> {
    /// Column, and its first input.
    Column(&'a InputColumn, usize),
    Component(&'a Components, usize),
}

impl<'a> Varying<'a> {
    /// Finds a quantity; none if the network has no such column, or the components are of other inputs.
    fn new(
        along: Along,
        columns: &'a [InputColumn],
        components: Option<&'a Components>,
        inputs: usize,
    ) -> Option<Self> {
        match along {
            Along::Column(index) => {
                let (column, before) = columns.get(..=index)?.split_last()?;
                let first = before.iter().map(|column| column.encoding.inputs()).sum();
                Some(Self::Column(column, first))
            }
            Along::Component(index) => {
                let components = components.filter(|components| {
                    let (count, width) = components.directions.dim();
                    index < count && width == inputs
                });
                Some(Self::Component(components?, index))
            }
        }
    }

    /// Gives the quantity this `value` in a row of inputs.
    fn set(&self, mut inputs: ArrayViewMut1<'_, f32>, value: f32) -> Option<()> {
        match *self {
            Self::Column(column, first) => {
                let encoding = &column.encoding;
                let place = first..first + encoding.inputs();
                encoding.write(value, inputs.as_slice_mut()?.get_mut(place)?);
            }
            Self::Component(components, index) => {
                let row: ArrayView1<'_, f32> = inputs.view();
                let change = f64::from(value) - components.coordinate(row, index);
                let direction = components.directions.row(index);
                for (input, entry) in inputs.iter_mut().zip(direction) {
                    *input += (change * entry) as f32;
                }
            }
        }
        Some(())
    }
}
