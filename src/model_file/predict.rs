//! Predictions of a trained model for raw values.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, Axis};

use super::TrainedModel;
use crate::error::Result;
use crate::nn::engine::{CHUNK, Engine, Passes, Threads, Workspace};
use crate::nn::{Optimizer, output};
use crate::util::lang::say;
use crate::util::memory;

/// Bytes that predicting takes per parameter of a model that is read (11 bytes measured).
const BYTES_PER_PARAMETER: u128 = 16;

/// Bytes of a cell of a table: its text, and what points to it.
const BYTES_PER_CELL: u128 = 64;

impl TrainedModel {
    /// Checks that there is memory to predict `rows` rows of a table at once.
    ///
    /// # Errors
    /// [`Error::Memory`](crate::error::Error::Memory).
    pub(crate) fn check_predicts(&self, rows: usize) -> Result<()> {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let (inputs, outputs) = (self.architecture.inputs(), self.architecture.outputs());
        let cells = self.preprocessing.table_columns as u128 * BYTES_PER_CELL;
        let numbers = 2 * (inputs + outputs) as u128 * size_of::<f32>() as u128;
        let parameters = self.architecture.parameter_count();
        let needed = [
            parameters.saturating_mul(BYTES_PER_PARAMETER),
            self.architecture.pass_bytes(CHUNK * threads),
            (cells + numbers).saturating_mul(rows as u128),
        ];
        let needed = needed.into_iter().fold(0, u128::saturating_add);
        memory::check_first(say!("purpose-predicting", "predicting"), needed)
    }

    /// Returns the class of each output: all classes, the second of two for a single output, none for
    /// regression.
    pub(crate) fn output_classes(&self) -> &[String] {
        let classes = self.task.classes();
        &classes[classes.len().saturating_sub(self.architecture.outputs())..]
    }

    /// Computes the network's outputs `(rows, outputs)` for raw values `raw: (rows, columns of the
    /// preprocessing)`, as in [`crate::data::PredictionInput::raw`]. Outputs are infinite or NaN
    /// where numbers overflow f32.
    ///
    /// # Panics
    /// If `raw` does not have the columns of the preprocessing, or the parts of the model do not
    /// fit together (those of a loaded model do).
    pub fn outputs(&self, raw: ArrayView2<f32>) -> Array2<f32> {
        self.forward(raw, |_, _| ())
    }

    /// Computes the outputs of [`TrainedModel::outputs`] and their loss against `targets: (rows,
    /// outputs)`, summed over the rows.
    ///
    /// # Panics
    /// Like [`TrainedModel::outputs`], or if `targets` and the outputs differ in shape.
    pub(crate) fn outputs_and_loss(
        &self,
        raw: ArrayView2<f32>,
        targets: ArrayView2<f32>,
    ) -> (Array2<f32>, f64) {
        let mut loss = 0.0;
        let outputs = self.forward(raw, |first, workspace| {
            let rows = workspace.outputs().nrows();
            let targets = targets.slice_axis(Axis(0), (first..first + rows).into());
            loss += workspace.loss(targets);
        });
        (outputs, loss)
    }

    /// Computes the outputs in chunks, and calls `after_chunk` with the first row and the
    /// activations of each.
    fn forward(
        &self,
        raw: ArrayView2<f32>,
        mut after_chunk: impl FnMut(usize, &Workspace),
    ) -> Array2<f32> {
        let inputs = self.preprocessing.encode(raw);
        let (rows, architecture) = (inputs.nrows(), &self.architecture);
        // Nothing is trained, so the optimizer and batch size that allocate least are best.
        let resources = Threads::available().into();
        let (parameters, optimizer) = (&self.parameters, Optimizer::SGD);
        let engine = Engine::with_resources(architecture, parameters, optimizer, 1, resources);
        let mut outputs = Array2::zeros((rows, architecture.outputs()));
        let inputs = |rows: Range<usize>| inputs.slice_axis(Axis(0), rows.into()).into();
        Passes::new(&engine).run(&engine, rows, inputs, |rows, workspace| {
            let first = rows.start;
            let mut place = outputs.slice_axis_mut(Axis(0), rows.into());
            place.assign(&workspace.outputs());
            after_chunk(first, workspace);
        });
        outputs
    }
}

/// Returns the class that the outputs of a row predict, see [`output::predicted_class`], or `None` if
/// there are no outputs or any is not finite.
pub fn predicted_class<'a>(outputs: impl IntoIterator<Item = &'a f32> + Clone) -> Option<usize> {
    let mut all = outputs.clone().into_iter().peekable();
    let is_usable = all.peek().is_some() && all.all(|output| output.is_finite());
    is_usable.then(|| output::predicted_class(outputs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_largest_outputs_wins() {
        assert_eq!(predicted_class(&[0.2, 0.4, 0.4]), Some(1));
        assert_eq!(predicted_class(&[-3.0, -1.0]), Some(1));
        assert_eq!(predicted_class(&[0.7]), Some(1), "of two classes");
        assert_eq!(predicted_class(&[0.2, f32::NAN]), None);
        assert_eq!(predicted_class(&[f32::INFINITY, 0.0]), None);
        assert_eq!(predicted_class(&[]), None);
    }
}
