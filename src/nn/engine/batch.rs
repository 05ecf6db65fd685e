//! Mini-batches.

use ndarray::{Array2, ArrayView2};

use crate::parameters::ParameterId;
use crate::{Architecture, ClipNorm};

/// Targets of the outputs, one per row of the inputs.
#[derive(Debug, Clone, Copy)]
pub enum Targets<'a> {
    /// The class of each row: one-hot targets, or with a single output 0 or 1.
    Classes(&'a [u32]),
    /// `(rows, outputs)`, in standard layout.
    Values(ArrayView2<'a, f32>),
}

/// A mini-batch: rows of a table, in any order, and how to train on them.
#[derive(Debug, Clone, Copy)]
pub struct MiniBatch<'a> {
    /// Inputs of the whole table, `(table rows, inputs)`, in standard layout.
    pub inputs: ArrayView2<'a, f32>,
    /// Targets of the whole table.
    pub targets: Targets<'a>,
    /// Indices of the rows in the mini-batch; none if all rows of the table are.
    pub rows: Option<&'a [u32]>,
    /// Regularisation of the step.
    pub options: StepOptions<'a>,
}

/// Regularisation of a step; none by default.
#[derive(Debug, Clone, Copy, Default)]
pub struct StepOptions<'a> {
    /// Largest norm of the mean gradient over the mini-batch, without weight decay.
    pub clip: Option<ClipNorm>,
    /// Parameters that are set back after the step, and so do not belong to that gradient.
    pub fixed: &'a [(ParameterId, f32)],
    /// Share of each target that is spread over all classes.
    pub label_smoothing: f32,
    /// Factors of the activations of each hidden layer, `(rows, neurons)` in standard layout; empty without
    /// dropout.
    pub masks: &'a [Array2<f32>],
}

impl StepOptions<'_> {
    /// # Panics
    /// If there are masks of other shapes than the hidden layers for this number of rows.
    fn check(&self, architecture: &Architecture, rows: usize) {
        let hidden = &architecture.sizes()[1..architecture.depth()];
        let fits = |(mask, &size): (&Array2<f32>, &usize)| mask.dim() == (rows, size);
        let is_fitting =
            self.masks.len() == hidden.len() && self.masks.iter().zip(hidden).all(fits);
        assert!(self.masks.is_empty() || is_fitting, "masks of other shapes");
    }
}

/// A mini-batch whose shapes are checked.
#[derive(Clone, Copy)]
pub(super) struct CheckedBatch<'a> {
    /// Row-major `(table rows, inputs)`.
    pub inputs: &'a [f32],
    pub targets: CheckedTargets<'a>,
    pub rows: Rows<'a>,
    pub options: StepOptions<'a>,
}

#[derive(Clone, Copy)]
pub(super) enum CheckedTargets<'a> {
    Classes(&'a [u32]),
    /// Row-major `(table rows, outputs)`.
    Values(&'a [f32]),
}

/// Rows of a table: the first ones, or chosen ones.
#[derive(Clone, Copy)]
pub(super) enum Rows<'a> {
    First(usize),
    Chosen(&'a [u32]),
}

impl Rows<'_> {
    pub fn count(self) -> usize {
        match self {
            Self::First(count) => count,
            Self::Chosen(rows) => rows.len(),
        }
    }
}

impl<'a> MiniBatch<'a> {
    /// Creates a mini-batch of all rows, `(rows, inputs)` and `(rows, outputs)` in standard layout, without
    /// regularisation.
    pub fn all(inputs: ArrayView2<'a, f32>, targets: ArrayView2<'a, f32>) -> Self {
        Self {
            inputs,
            targets: Targets::Values(targets),
            rows: None,
            options: StepOptions::default(),
        }
    }

    /// # Panics
    /// If the shapes do not fit the architecture.
    pub(super) fn checked(self, architecture: &Architecture) -> CheckedBatch<'a> {
        let (count, columns) = self.inputs.dim();
        assert_eq!(columns, architecture.inputs());
        let rows = self.rows.map_or(Rows::First(count), Rows::Chosen);
        self.options.check(architecture, rows.count());
        CheckedBatch {
            inputs: self.inputs.to_slice().expect("inputs in standard layout"),
            targets: self.targets.checked(count, architecture.outputs()),
            rows,
            options: self.options,
        }
    }
}

impl<'a> Targets<'a> {
    fn checked(self, rows: usize, outputs: usize) -> CheckedTargets<'a> {
        match self {
            Self::Classes(classes) => {
                assert_eq!(classes.len(), rows);
                CheckedTargets::Classes(classes)
            }
            Self::Values(values) => {
                assert_eq!(values.dim(), (rows, outputs));
                CheckedTargets::Values(values.to_slice().expect("targets in standard layout"))
            }
        }
    }
}
