//! The rows of one cell of the confusion matrix: those of one class that are taken for another, or
//! rightly for their own.

use std::ops::Range;

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
    /// Class of the rows.
    pub actual: usize,
    /// Class predicted for the rows.
    pub predicted: usize,
    /// Set of rows that was searched.
    pub set: Set,
    /// Indices of the rows, those with the largest loss first, at most 1000.
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
        let mut target = vec![0.0; engine.architecture().outputs()];
        write_class(actual, &mut target);
        let inputs = |rows: Range<usize>| {
            let rows = of_class[rows].iter().map(|&row| row as usize);
            samples.gather(rows).into()
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
