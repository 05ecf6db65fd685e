//! From raw values to classes.

use ndarray::{Array2, ArrayView2, Axis};

use super::TrainedModel;
use crate::nn::engine::{Engine, Workspace};
use crate::nn::{Optimizer, output};

/// Rows that pass through the network at once.
const CHUNK: usize = 256;

impl TrainedModel {
    /// Class of each output: all of them, of two classes with a single output the second; none for
    /// regression.
    pub fn output_classes(&self) -> &[String] {
        let classes = self.task.classes();
        &classes[classes.len().saturating_sub(self.architecture.outputs())..]
    }

    /// The network's outputs `(rows, outputs)` for rows of raw values `raw: (rows, columns of the
    /// preprocessing)`, as in [`crate::data::PredictionInput::raw`]. Where numbers grow beyond f32
    /// on their way, outputs may be infinite or NaN.
    ///
    /// # Panics
    /// If `raw` has not one column for each that the preprocessing uses, or the parts of the model
    /// do not fit together (those of a model that was loaded do).
    pub fn outputs(&self, raw: ArrayView2<f32>) -> Array2<f32> {
        self.pass(raw, |_, _| ())
    }

    /// The same, and the sum over the rows of the loss that the model was trained on, where the
    /// outputs should be `targets: (rows, outputs)`.
    ///
    /// # Panics
    /// As [`TrainedModel::outputs`], or if `targets` is not shaped like the outputs.
    pub fn outputs_and_loss(
        &self,
        raw: ArrayView2<f32>,
        targets: ArrayView2<f32>,
    ) -> (Array2<f32>, f64) {
        let mut loss = 0.0;
        let outputs = self.pass(raw, |first, workspace| {
            let rows = workspace.outputs().nrows();
            let targets = targets.slice_axis(Axis(0), (first..first + rows).into());
            loss += workspace.loss(targets);
        });
        (outputs, loss)
    }

    /// Sends `raw` through the network chunk by chunk, and after each tells `seen` the chunk's first
    /// row and what the network made of it.
    fn pass(&self, raw: ArrayView2<f32>, mut seen: impl FnMut(usize, &Workspace)) -> Array2<f32> {
        let inputs = self.preprocessing.encode(raw);
        let (rows, architecture) = (inputs.nrows(), &self.architecture);
        // Nothing is trained: the simplest optimizer and one row are the least to allocate.
        let engine = Engine::new(architecture, &self.parameters, Optimizer::SGD, 1);
        let mut workspace = Workspace::new(architecture, rows.min(CHUNK));
        let mut outputs = Array2::zeros((rows, architecture.outputs()));
        let chunks = inputs.axis_chunks_iter(Axis(0), CHUNK);
        let places = outputs.axis_chunks_iter_mut(Axis(0), CHUNK);
        for ((inputs, mut out), chunk) in chunks.zip(places).zip(0..) {
            out.assign(&engine.forward(inputs, &mut workspace));
            seen(chunk * CHUNK, &workspace);
        }
        outputs
    }
}

/// Class that the outputs of a row predict, see [`output::predicted_class`]; none where an output is
/// not finite or there is none.
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
