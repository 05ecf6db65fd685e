//! Forward passes for evaluation and observation.

use ndarray::ArrayView2;
use pulp::{Simd, WithSimd};

use super::Engine;
use super::partition::NeuronShare;
use super::step::weighted_inputs;
use crate::Architecture;
use crate::kernels::elementwise::activate;
use crate::kernels::output::activate_outputs;
use crate::kernels::panels::{Panels, WIDE};
use crate::kernels::sparse::Scratch;

/// Buffers and results of a forward pass.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Rows of the last pass.
    rows: usize,
    /// `(rows, neurons)` in the kernels' order: inputs, activations of the hidden layers, logits,
    /// outputs.
    panels: Vec<Panels>,
    /// Copies of `panels` without the inputs, in row-major order.
    results: Vec<Vec<f32>>,
    /// Maximum number of rows.
    capacity: usize,
    scratch: Scratch,
    architecture: Architecture,
}

impl Workspace {
    /// Creates buffers for up to `rows` rows through a network of this architecture.
    pub fn new(architecture: &Architecture, rows: usize) -> Self {
        let sizes = architecture.sizes();
        let sizes = || sizes.iter().copied().chain([architecture.outputs()]);
        Self {
            rows: 0,
            panels: sizes()
                .map(|size| Panels::zeros(rows, size, WIDE))
                .collect(),
            results: sizes().skip(1).map(|size| vec![0.0; rows * size]).collect(),
            capacity: rows,
            scratch: Scratch::new(architecture.sizes(), rows, 1),
            architecture: architecture.clone(),
        }
    }

    /// Maximum number of rows.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Returns the activations of `layer`, counted from 1, in the last pass: `(rows, neurons)`.
    pub fn activations(&self, layer: usize) -> ArrayView2<'_, f32> {
        let depth = self.results.len() - 1;
        assert!((1..=depth).contains(&layer), "there is no layer {layer}");
        // The logits stand between the hidden layers and the outputs.
        let index = if layer == depth { layer } else { layer - 1 };
        self.result(index)
    }

    /// Returns the outputs of the last pass: `(rows, outputs)`.
    pub fn outputs(&self) -> ArrayView2<'_, f32> {
        self.result(self.results.len() - 1)
    }

    /// Returns the weighted inputs `z` of the output layer in the last pass: `(rows, outputs)`.
    pub fn logits(&self) -> ArrayView2<'_, f32> {
        self.result(self.results.len() - 2)
    }

    fn result(&self, index: usize) -> ArrayView2<'_, f32> {
        let shape = (self.rows, self.panels[index + 1].columns());
        ArrayView2::from_shape(shape, self.values(index)).expect("cut to the shape")
    }

    /// Returns a result of the last pass in row-major order.
    fn values(&self, index: usize) -> &[f32] {
        &self.results[index][..self.rows * self.panels[index + 1].columns()]
    }

    /// Returns the logits and outputs of each row of the last pass.
    pub fn output_rows(&self) -> impl Iterator<Item = RowResult<'_>> {
        let count = self.panels[self.panels.len() - 1].columns();
        let last = self.results.len() - 1;
        let logits = self.values(last - 1).chunks_exact(count);
        let outputs = self.values(last).chunks_exact(count);
        logits.zip(outputs).map(|(logits, outputs)| RowResult {
            logits,
            outputs,
            architecture: &self.architecture,
        })
    }

    /// Sum over the rows of the last pass of their losses. `targets`: `(rows, outputs)` in standard layout.
    pub fn loss(&self, targets: ArrayView2<f32>) -> f64 {
        assert_eq!(targets.dim(), self.outputs().dim());
        let targets = targets.to_slice().expect("targets in standard layout");
        let last = self.results.len() - 1;
        let (logits, outputs) = (self.values(last - 1), self.values(last));
        let count = self.outputs().ncols();
        let (output, loss) = (self.architecture.output(), self.architecture.loss());
        loss.total(output, count, logits, outputs, targets)
    }

    pub(super) fn forward(
        &mut self,
        engine: &Engine,
        neurons: &[&NeuronShare],
        inputs: ArrayView2<f32>,
    ) {
        let sizes = self.panels.iter().map(Panels::columns);
        let expected = engine.architecture.sizes().iter().copied();
        assert!(
            sizes.eq(expected.chain([engine.architecture.outputs()])),
            "a workspace of another architecture"
        );
        assert!(inputs.nrows() <= self.capacity(), "more rows than fit");
        assert_eq!(inputs.ncols(), engine.architecture.inputs());
        self.rows = inputs.nrows();
        for panels in &mut self.panels {
            panels.set_width(engine.unit.panel_width(panels.columns()));
            panels.set_rows(self.rows);
        }
        engine.unit.run(ForwardPass {
            architecture: &engine.architecture,
            neurons,
            inputs: inputs.to_slice().expect("inputs in standard layout"),
            panels: &mut self.panels,
            scratch: &mut self.scratch,
        });
        for (panels, result) in self.panels[1..].iter().zip(&mut self.results) {
            panels.store(&mut result[..self.rows * panels.columns()]);
        }
    }
}

/// Results of the output layer for one row.
#[derive(Clone, Copy)]
pub struct RowResult<'a> {
    /// Weighted inputs `z`, one for each output.
    pub logits: &'a [f32],
    /// Activations `a`, one for each output.
    pub outputs: &'a [f32],
    architecture: &'a Architecture,
}

impl RowResult<'_> {
    /// Computes the loss in `f64`. `targets` has one number for each output.
    pub fn loss(self, targets: &[f32]) -> f64 {
        let (output, loss) = (self.architecture.output(), self.architecture.loss());
        loss.value(output, self.logits, self.outputs, targets)
    }
}

struct ForwardPass<'a> {
    architecture: &'a Architecture,
    /// All shares, in their order.
    neurons: &'a [&'a NeuronShare],
    inputs: &'a [f32],
    panels: &'a mut [Panels],
    scratch: &'a mut Scratch,
}

impl WithSimd for ForwardPass<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            architecture,
            neurons,
            panels,
            scratch,
            ..
        } = self;
        let rows = panels[0].rows();
        panels[0].load(simd, self.inputs, 0..rows);
        let depth = architecture.depth();
        for l in 0..depth {
            let (before, after) = panels.split_at_mut(l + 1);
            let (before, z) = (&before[l], &mut after[0]);
            weighted_inputs(simd, (before, neurons, l), z, scratch);
            if l + 1 < depth {
                activate(simd, architecture.hidden(), z.values_mut());
            }
        }
        let (before, after) = panels.split_at_mut(depth + 1);
        activate_outputs(simd, architecture.output(), &before[depth], &mut after[0]);
    }
}
