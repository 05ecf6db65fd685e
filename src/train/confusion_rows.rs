//! The rows of one cell of the confusion matrix: those of one class that are taken for another, or
//! rightly for their own.

use std::ops::Range;

use ndarray::Array2;

use super::Set;
use super::evaluation::Evaluator;
use super::probes::RowOutcome;
use super::top_losses::Worst;
use crate::data::{Samples, Targets, write_class};
use crate::nn::engine::Engine;
use crate::nn::output::predicted_class;

/// Rows of one cell of the confusion matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfusionRows {
    /// Their class.
    pub actual: usize,
    /// The class that is predicted for them.
    pub predicted: usize,
    /// Set of rows that was searched.
    pub set: Set,
    /// Their indices, those with the largest loss first, at most 1000.
    pub rows: Vec<u32>,
    /// Number of all such rows.
    pub all: usize,
}

impl Evaluator {
    /// Rows of `samples` that are of the class `actual` and that `engine` predicts as `predicted`:
    /// those with the largest loss first, at most 1000, and how many there are. None
    /// where a number is predicted. Only rows of that class pass through the network.
    pub(crate) fn rows_taken(
        &mut self,
        engine: &Engine,
        samples: &Samples,
        actual: usize,
        predicted: usize,
    ) -> (Vec<u32>, usize) {
        let Targets::Classes(labels) = &samples.targets else {
            return (Vec::new(), 0);
        };
        let of_class = labels.iter().zip(0u32..);
        let of_class = of_class.filter(|(label, _)| **label as usize == actual);
        let of_class: Vec<u32> = of_class.map(|(_, row)| row).collect();
        let architecture = engine.architecture();
        let mut target = vec![0.0; architecture.outputs()];
        write_class(actual, &mut target);
        let inputs = |rows: Range<usize>| {
            let mut inputs = Array2::zeros((rows.len(), architecture.inputs()));
            for (&row, out) in of_class[rows].iter().zip(inputs.outer_iter_mut()) {
                samples.write_inputs(row as usize, out);
            }
            inputs.into()
        };
        let (mut worst, mut all) = (Worst::default(), 0);
        let count = of_class.len();
        self.passes.run(engine, count, inputs, |rows, workspace| {
            for (outputs, &row) in workspace.output_rows().zip(&of_class[rows]) {
                if predicted_class(outputs.outputs) == predicted {
                    worst.add(row, RowOutcome::new(outputs, &target, false));
                    all += 1;
                }
            }
        });
        (worst.rows().0, all)
    }
}
