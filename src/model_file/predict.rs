//! From raw values to classes.

use ndarray::{Array2, ArrayView2};

use super::TrainedModel;
use crate::nn::textbook::Network;

impl TrainedModel {
    /// The network's outputs `(rows, classes)` for rows of raw values `raw: (rows, inputs)`, as in
    /// [`crate::data::PredictionInput::raw`]. Where numbers grow beyond f32 on their way, outputs
    /// may be infinite or NaN.
    ///
    /// # Panics
    /// If `raw` has not one column for every input.
    pub fn outputs(&self, raw: ArrayView2<f32>) -> Array2<f32> {
        let inputs = self.preprocessing.standardise(raw);
        let network = Network::new(&self.architecture, &self.parameters);
        let mut outputs = Array2::zeros((inputs.nrows(), self.classes.len()));
        for (row, mut out) in inputs.outer_iter().zip(outputs.outer_iter_mut()) {
            let row: Vec<f64> = row.iter().map(|&x| f64::from(x)).collect();
            for (out, &a) in out.iter_mut().zip(network.forward(&row).outputs()) {
                *out = a as f32;
            }
        }
        outputs
    }
}

/// The class with the largest of `outputs`, the first of equals; none where an output is not
/// finite, since it says nothing.
pub fn predicted_class<'a>(outputs: impl IntoIterator<Item = &'a f32>) -> Option<usize> {
    let mut best = None;
    let mut largest = f32::NEG_INFINITY;
    for (class, &output) in outputs.into_iter().enumerate() {
        if !output.is_finite() {
            return None;
        }
        if output > largest {
            (best, largest) = (Some(class), output);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_largest_outputs_wins() {
        assert_eq!(predicted_class(&[0.2, 0.4, 0.4]), Some(1));
        assert_eq!(predicted_class(&[-3.0, -1.0]), Some(1));
        assert_eq!(predicted_class(&[0.2, f32::NAN]), None);
        assert_eq!(predicted_class(&[f32::INFINITY, 0.0]), None);
        assert_eq!(predicted_class(&[]), None);
    }
}
