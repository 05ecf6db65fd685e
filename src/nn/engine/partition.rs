//! The network and the buffers of a step, partitioned between threads.
//!
//! In the forward and backward pass each thread takes some rows of the mini-batch through all layers; in the
//! update each takes some neurons of every layer with their incoming weights. Every number is computed
//! by one thread, with the operations in the same order as on a single thread, so the results are
//! bit-identical.

use std::ops::Range;

use ndarray::Array2;
use pulp::Simd;

use super::batch::{CheckedBatch, CheckedTargets, Rows};
use super::dropout::Dropout;
use crate::kernels::VectorUnit;
use crate::kernels::aligned::Aligned;
use crate::kernels::panels::Panels;
use crate::regularisation::smoothed;
use crate::{Architecture, LayerParameters, Optimizer, Parameters};

/// Some neurons of every layer: their parameters and the optimizer's state.
#[derive(Debug, Clone, Default)]
pub(super) struct NeuronShare {
    /// Layer 1 first.
    pub layers: Vec<Layer>,
}

/// Neurons of one layer.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    /// First panel of these neurons in the whole layer.
    pub first_panel: usize,
    /// `(inputs + 1, neurons)`: the biases are the last row, as weights from an input that is
    /// always one.
    pub parameters: Panels,
    /// State of the optimizer: as many values per parameter as it keeps, each in the order of
    /// `parameters`.
    pub state: Vec<Aligned>,
    /// `(neurons, inputs)`: the weights transposed, kept up to date; empty in layer 1, which
    /// back-propagates nothing.
    pub transposed: Panels,
}

impl NeuronShare {
    /// Copies the parameters of these neurons into those of the whole network.
    pub(crate) fn copy_to(&self, parameters: &mut Parameters) {
        for (layer, into) in self.layers.iter().zip(&mut parameters.layers) {
            layer.copy_to(into);
        }
    }

    /// Creates a single share of all neurons, with all parameters zero.
    pub fn whole(architecture: &Architecture, unit: VectorUnit) -> Self {
        let layers = 0..architecture.depth();
        let layers = layers.map(|l| Layer::zeros(architecture, unit, l, (0, 1)));
        Self {
            layers: layers.collect(),
        }
    }

    /// Divides the neurons of all `shares` anew, into `count` of them.
    pub fn divide(
        architecture: &Architecture,
        unit: VectorUnit,
        shares: Vec<Self>,
        count: usize,
    ) -> Vec<Self> {
        if shares.len() == count {
            return shares;
        }
        let mut before: Vec<_> = (shares.into_iter())
            .map(|share| share.layers.into_iter())
            .collect();
        let mut divided = vec![Self::default(); count];
        // Layer by layer, since a large network may fit into memory once only.
        for l in 0..architecture.depth() {
            let parts: Vec<Layer> = before.iter_mut().filter_map(Iterator::next).collect();
            for (share, to) in divided.iter_mut().enumerate() {
                let mut layer = Layer::zeros(architecture, unit, l, (share, count));
                let length = layer.parameters.values().len();
                let zeros = parts[0].state.iter().map(|_| Aligned::zeros(length));
                layer.state = zeros.collect();
                parts.iter().for_each(|part| layer.copy_panels(part));
                layer.transpose();
                to.layers.push(layer);
            }
        }
        divided
    }

    /// Replaces the state by that of `optimizer` before its first update, all zero.
    pub(crate) fn reset_state(&mut self, optimizer: Optimizer) {
        for layer in &mut self.layers {
            let length = layer.parameters.values().len();
            let state = (0..optimizer.state_len()).map(|_| Aligned::zeros(length));
            layer.state = state.collect();
        }
    }
}

impl Layer {
    /// Creates the neurons of layer `l + 1` that belong to share `share` of `shares`, with all parameters zero.
    fn zeros(
        architecture: &Architecture,
        unit: VectorUnit,
        l: usize,
        (share, shares): (usize, usize),
    ) -> Self {
        let [inputs, neurons] = [l, l + 1].map(|layer| architecture.sizes()[layer]);
        let width = unit.panel_width(neurons);
        let panels = neurons.div_ceil(width);
        let first_panel = (panels * share).div_ceil(shares);
        let end = (panels * (share + 1)).div_ceil(shares) * width;
        let neurons = end.min(neurons) - (first_panel * width).min(neurons);
        let transposed = if l == 0 { 0 } else { neurons };
        Self {
            first_panel,
            parameters: Panels::zeros(inputs + 1, neurons, width),
            state: Vec::new(),
            transposed: Panels::zeros(transposed, inputs, unit.panel_width(inputs)),
        }
    }

    /// Returns the indices of these neurons in the whole layer.
    pub fn neurons(&self) -> Range<usize> {
        let first = self.first_panel * self.parameters.width();
        first..first + self.parameters.columns()
    }

    /// Copies the panels that `from`, another share of the same layer, has too, with the optimizer's state.
    fn copy_panels(&mut self, from: &Self) {
        let panels = |layer: &Self| layer.first_panel..layer.first_panel + layer.parameters.count();
        let (own, other) = (panels(self), panels(from));
        let common = own.start.max(other.start)..own.end.min(other.end);
        if common.is_empty() {
            return;
        }
        let size = self.parameters.rows() * self.parameters.width();
        let values = |first: usize| (common.start - first) * size..(common.end - first) * size;
        let (to, source) = (values(own.start), values(other.start));
        self.parameters.values_mut()[to.clone()]
            .copy_from_slice(&from.parameters.values()[source.clone()]);
        for (own, other) in self.state.iter_mut().zip(&from.state) {
            own[to.clone()].copy_from_slice(&other[source.clone()]);
        }
    }

    /// Copies the parameters of these neurons into those of the whole layer.
    pub(crate) fn copy_to(&self, whole: &mut LayerParameters) {
        for (column, neuron) in self.neurons().enumerate() {
            let weights = whole.weights.row_mut(neuron);
            let own = self.parameters.column(column);
            // The biases come last, where there are no more weights.
            for (to, from) in weights
                .into_iter()
                .chain([&mut whole.biases[neuron]])
                .zip(own)
            {
                *to = *from;
            }
        }
    }

    /// Copies the parameters of these neurons from those of the whole layer.
    pub(crate) fn copy_from(&mut self, whole: &LayerParameters) {
        for (column, neuron) in self.neurons().enumerate() {
            let weights = whole.weights.row(neuron);
            let own = self.parameters.column_mut(column);
            for (from, to) in weights.into_iter().chain([&whole.biases[neuron]]).zip(own) {
                *to = *from;
            }
        }
        self.transpose();
    }

    /// Copies value `kind` of the optimizer's state of these neurons into the shape of the whole layer.
    pub fn copy_state_to(&self, kind: usize, whole: &mut LayerParameters) {
        let biases = self.parameters.rows() - 1;
        for (column, neuron) in self.neurons().enumerate() {
            let value = |row| self.state[kind][self.parameters.position(row, column)];
            for (row, to) in whole.weights.row_mut(neuron).iter_mut().enumerate() {
                *to = value(row);
            }
            whole.biases[neuron] = value(biases);
        }
    }

    /// Copies value `kind` of the optimizer's state of these neurons from the shape of the whole layer.
    pub fn copy_state_from(&mut self, kind: usize, whole: &LayerParameters) {
        for (column, neuron) in self.neurons().enumerate() {
            let values = whole.weights.row(neuron).into_iter();
            for (row, from) in values.chain([&whole.biases[neuron]]).enumerate() {
                let position = self.parameters.position(row, column);
                self.state[kind][position] = *from;
            }
        }
    }

    /// Sets a parameter of `neuron` of the whole layer if it is in this share: the weight from the input
    /// `row`, or the bias if `row` is the number of inputs.
    pub fn set(&mut self, row: usize, neuron: usize, value: f32) {
        if !self.neurons().contains(&neuron) {
            return;
        }
        let column = neuron - self.neurons().start;
        self.parameters.set(row, column, value);
        let is_bias = row + 1 == self.parameters.rows();
        if !is_bias && self.transposed.rows() > 0 {
            self.transposed.set(column, row, value);
        }
    }

    /// Updates the transposed weights.
    pub(crate) fn transpose(&mut self) {
        if self.transposed.rows() > 0 {
            self.parameters.transpose(&mut self.transposed);
        }
    }
}

/// Some rows of a mini-batch and the buffers of a training step for them.
#[derive(Debug, Clone)]
pub(super) struct RowShare {
    /// `(rows, inputs)`.
    pub inputs: Panels,
    /// `(rows, outputs)`.
    pub targets: Panels,
    /// Class of each row, the index of its largest target; as long as the capacity in rows.
    pub classes: Vec<u32>,
    /// One for each layer that has weights, layer 1 first.
    pub layers: Vec<LayerBuffers>,
    /// `(rows, outputs)`: loss of each output.
    pub costs: Panels,
    /// Number of rows whose largest output is that of their class.
    pub correct: usize,
    /// The largest magnitude of the parameters in each layer of some neurons, if they decay: the shares of rows cover
    /// those of neurons.
    pub largest_parameters: Vec<f32>,
}

/// Buffers of a training step for one layer.
#[derive(Debug, Clone)]
pub(super) struct LayerBuffers {
    /// `(rows, neurons)`; of the output layer the logits.
    pub activations: Panels,
    /// `(rows, neurons)`: weighted inputs of a hidden layer, if its activation's derivative needs
    /// them; else empty.
    pub z: Panels,
    /// Dropout of a hidden layer, if the present step has it.
    pub dropout: Option<Box<Dropout>>,
    /// `(rows, neurons)`.
    pub deltas: Panels,
    /// The largest magnitude in `deltas`.
    pub largest_delta: f32,
    /// Upper bound of the magnitudes of the layer's inputs.
    pub input_bound: f32,
}

impl RowShare {
    /// Creates buffers for up to `rows` rows.
    pub fn new(architecture: &Architecture, unit: VectorUnit, rows: usize) -> Self {
        let panels = |columns| Panels::zeros(rows, columns, unit.panel_width(columns));
        let needs_z = architecture.hidden().needs_z();
        let outputs_at = architecture.depth() - 1;
        let layers = architecture
            .layer_shapes()
            .enumerate()
            .map(|(l, (_, neurons))| LayerBuffers {
                activations: panels(neurons),
                z: panels(if needs_z && l < outputs_at {
                    neurons
                } else {
                    0
                }),
                dropout: None,
                deltas: panels(neurons),
                largest_delta: 0.0,
                input_bound: 0.0,
            });
        Self {
            inputs: panels(architecture.inputs()),
            targets: panels(architecture.outputs()),
            classes: vec![0; rows],
            layers: layers.collect(),
            costs: panels(architecture.outputs()),
            correct: 0,
            largest_parameters: vec![0.0; architecture.depth()],
        }
    }

    /// Number of rows of the present mini-batch.
    #[inline(always)]
    pub fn rows(&self) -> usize {
        self.inputs.rows()
    }

    /// Copies rows `part` of the mini-batch.
    #[inline(always)]
    pub fn load<S: Simd>(&mut self, simd: S, batch: &CheckedBatch, part: Range<usize>) {
        for layer in &mut self.layers {
            layer.activations.set_rows(part.len());
            layer.z.set_rows(part.len());
            layer.deltas.set_rows(part.len());
        }
        self.costs.set_rows(part.len());
        self.load_masks(simd, batch.options.masks, &part);
        match batch.rows {
            Rows::First(_) => self.load_rows(simd, batch, part),
            Rows::Chosen(rows) => {
                let rows = rows[part].iter().map(|&row| row as usize);
                self.load_rows(simd, batch, rows);
            }
        }
        if batch.options.label_smoothing > 0.0 {
            self.smooth_targets(batch.options.label_smoothing);
        }
    }

    /// Copies rows `part` of the masks of dropout, if there are any.
    #[inline(always)]
    fn load_masks<S: Simd>(&mut self, simd: S, masks: &[Array2<f32>], part: &Range<usize>) {
        let capacity = self.classes.len();
        for (l, layer) in self.layers.iter_mut().enumerate() {
            match masks.get(l) {
                None => layer.dropout = None,
                Some(mask) => {
                    let dropout = layer.dropout.get_or_insert_with(|| {
                        Box::new(Dropout::new(&layer.activations, capacity))
                    });
                    dropout.load(simd, mask, part.clone());
                }
            }
        }
    }

    /// Spreads the `share` of each target over all classes: one per output, or two for a single output.
    fn smooth_targets(&mut self, share: f32) {
        let outputs = self.targets.columns();
        for row in 0..self.targets.rows() {
            for output in 0..outputs {
                let target = smoothed(self.targets.get(row, output), outputs, share);
                self.targets.set(row, output, target);
            }
        }
    }

    #[inline(always)]
    fn load_rows<S: Simd>(
        &mut self,
        simd: S,
        batch: &CheckedBatch,
        rows: impl ExactSizeIterator<Item = usize> + Clone,
    ) {
        self.inputs.load(simd, batch.inputs, rows.clone());
        let own_classes = &mut self.classes[..rows.len()];
        match batch.targets {
            CheckedTargets::Classes(classes) => {
                for (row, own) in rows.zip(&mut *own_classes) {
                    *own = classes[row];
                }
                if self.targets.columns() == 1 {
                    for (row, &class) in own_classes.iter().enumerate() {
                        self.targets.set(row, 0, class as f32);
                    }
                } else {
                    self.targets.load_one_hot::<S>(own_classes);
                }
            }
            CheckedTargets::Values(values) => {
                self.targets.load(simd, values, rows.clone());
                let outputs = self.targets.columns();
                for (row, own) in rows.zip(own_classes) {
                    *own = index_of_largest(&values[row * outputs..][..outputs]);
                }
            }
        }
    }
}

/// Returns the index of the largest number, the first of equals; 0 if all are NaN.
#[inline(always)]
fn index_of_largest(numbers: &[f32]) -> u32 {
    let mut best = (0, f32::NEG_INFINITY);
    for (i, &number) in (0..).zip(numbers) {
        if number > best.1 {
            best = (i, number);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::Instructions;
    use crate::{Activation, Initialisation, Loss, Output};

    #[test]
    fn neurons_are_divided_again_and_again_without_loss() {
        let sizes = vec![5, 130, 40, 3];
        let end = (Output::Softmax, Loss::CrossEntropy);
        let architecture = Architecture::new(sizes, Activation::Relu, end.0, end.1).unwrap();
        let unit = Instructions::Best.unit_for(architecture.sizes());
        let draw = |seed| Initialisation::Auto.draw(&architecture, seed);
        let (parameters, velocity) = (draw(1), draw(2));
        let mut whole = NeuronShare::whole(&architecture, unit);
        whole.reset_state(Optimizer::MOMENTUM);
        for (l, layer) in whole.layers.iter_mut().enumerate() {
            layer.copy_from(&parameters.layers[l]);
            layer.copy_state_from(0, &velocity.layers[l]);
        }
        let mut shares = vec![whole];
        for count in [5, 2, 16, 1, 3] {
            shares = NeuronShare::divide(&architecture, unit, shares, count);
            assert_eq!(shares.len(), count);
            let mut copy = [(); 2].map(|()| Parameters::zeros(&architecture));
            for share in &shares {
                share.copy_to(&mut copy[0]);
                for (layer, into) in share.layers.iter().zip(&mut copy[1].layers) {
                    layer.copy_state_to(0, into);
                }
                for (l, layer) in share.layers.iter().enumerate().skip(1) {
                    for (row, neuron) in layer.neurons().enumerate() {
                        let expected = parameters.layers[l].weights[[neuron, 2]];
                        assert_eq!(layer.transposed.get(row, 2), expected);
                    }
                }
            }
            assert_eq!(copy, [parameters.clone(), velocity.clone()], "{count}");
        }
    }
}
