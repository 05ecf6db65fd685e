//! Forward and backward pass of several rows in `f64`, with every number kept.
//!
//! Between [`textbook`](crate::textbook), which takes one row at a time, and
//! [`engine`](crate::engine), which is in `f32`: the inspector takes its numbers from here, and the
//! gradient check the loss as a function of one parameter. Small passes are computed by the textbook,
//! row by row; in large ones sums are matrix products.

mod difference;

use std::borrow::Cow;
use std::cell::OnceCell;

use ndarray::{Array1, Array2, ArrayView1, Axis, azip};

use super::textbook::Network;
use super::{Architecture, Parameters};

/// Pass of one or several rows. Vectors over layers with weights begin with layer 1.
pub struct Pass<'p> {
    architecture: Architecture,
    parameters: Cow<'p, Parameters>,
    /// Weights in `f64`, converted when first needed.
    weights: Vec<OnceCell<Array2<f64>>>,
    /// `(rows, outputs)`.
    targets: Array2<f64>,
    /// `(rows, neurons)` of each layer, inputs first.
    a: Vec<Array2<f64>>,
    /// `(rows, neurons)`; empty for layers whose activations were given.
    z: Vec<Array2<f64>>,
    /// `(rows, neurons)`; empty for layers that were not requested.
    delta: Vec<Array2<f64>>,
    /// `(rows, neurons)` of each hidden layer: factors of its activations by dropout; empty without.
    masks: Vec<Array2<f64>>,
}

impl<'p> Pass<'p> {
    /// Computes the pass by the textbook, including all deltas. `inputs`: `(rows, inputs)`, `targets`:
    /// `(rows, outputs)`, `masks`: the factors of the activations of each hidden layer by dropout, `(rows, neurons)`;
    /// without masks there is none.
    pub fn by_textbook(
        architecture: &Architecture,
        parameters: Cow<'p, Parameters>,
        inputs: Array2<f64>,
        targets: Array2<f64>,
        masks: Vec<Array2<f64>>,
    ) -> Self {
        let network = Network::new(architecture, &parameters);
        let mut pass = Self::empty(architecture, parameters, vec![inputs], targets, masks);
        let rows = pass.rows();
        for &size in &architecture.sizes()[1..] {
            pass.a.push(Array2::zeros((rows, size)));
        }
        pass.z = pass.a[1..].to_vec();
        pass.delta = pass.a[1..].to_vec();
        for row in 0..rows {
            let masks = pass.masks.iter().map(|mask| mask.row(row).to_vec());
            let inputs = pass.a[0].row(row).to_vec();
            let forward = network.forward_with(&inputs, masks.collect());
            let delta = network.deltas(&forward, &pass.targets.row(row).to_vec());
            let write = |to: &mut [Array2<f64>], from: &[Vec<f64>]| {
                for (to, from) in to.iter_mut().zip(from) {
                    to.row_mut(row).assign(&ArrayView1::from(from));
                }
            };
            write(&mut pass.z, &forward.z);
            write(&mut pass.a[1..], &forward.a[1..]);
            write(&mut pass.delta, &delta);
        }
        pass
    }

    /// Computes the pass by products of matrices, from `known` activations: `(rows, neurons)` of the
    /// inputs and any number of layers after them, the output layer excepted. It has no deltas yet. `masks` are those
    /// of [`by_textbook`](Self::by_textbook).
    pub fn by_products(
        architecture: &Architecture,
        parameters: Cow<'p, Parameters>,
        known: Vec<Array2<f64>>,
        targets: Array2<f64>,
        masks: Vec<Array2<f64>>,
    ) -> Self {
        let mut pass = Self::empty(architecture, parameters, known, targets, masks);
        let depth = architecture.depth();
        assert!((1..=depth).contains(&pass.a.len()), "no layer is left");
        pass.z = vec![Array2::zeros((0, 0)); pass.a.len() - 1];
        for layer in pass.a.len()..=depth {
            let z = pass.weighted(layer, &pass.a[layer - 1]);
            pass.a.push(pass.activated(layer, &z));
            pass.z.push(z);
        }
        pass
    }

    fn empty(
        architecture: &Architecture,
        parameters: Cow<'p, Parameters>,
        known: Vec<Array2<f64>>,
        targets: Array2<f64>,
        masks: Vec<Array2<f64>>,
    ) -> Self {
        assert!(parameters.fits(architecture));
        assert_eq!(known[0].nrows(), targets.nrows());
        Self {
            architecture: architecture.clone(),
            weights: vec![OnceCell::new(); architecture.depth()],
            parameters,
            targets,
            a: known,
            z: Vec::new(),
            delta: vec![Array2::zeros((0, 0)); architecture.depth()],
            masks,
        }
    }

    /// Computes missing deltas of the layers from the last down to `lowest`.
    pub fn propagate_back(&mut self, lowest: usize) {
        let depth = self.depth();
        let hidden = self.architecture.hidden();
        if self.delta[depth - 1].is_empty() {
            let (output, loss) = (self.architecture.output(), self.architecture.loss());
            let mut delta = self.a[depth].clone();
            for (mut delta, targets) in delta.outer_iter_mut().zip(self.targets.outer_iter()) {
                let (a, y) = (delta.to_vec(), targets.to_vec());
                let row = loss.delta(output, &a, &y);
                delta.assign(&ArrayView1::from(&row));
            }
            self.delta[depth - 1] = delta;
        }
        for layer in (lowest..depth).rev() {
            if self.delta[layer - 1].is_empty() {
                let mut delta = self.delta[layer].dot(self.weights(layer + 1));
                let z = self.z_of_layer(layer);
                match self.masks.get(layer - 1) {
                    None => azip!((delta in &mut delta, &z in &*z, &a in &self.a[layer]) {
                        *delta *= hidden.derivative(z, a);
                    }),
                    Some(mask) => azip!((delta in &mut delta, &z in &*z, &factor in mask) {
                        *delta *= factor * hidden.derivative(z, hidden.value(z));
                    }),
                }
                self.delta[layer - 1] = delta;
            }
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.targets.nrows()
    }

    /// Number of layers that have weights.
    pub fn depth(&self) -> usize {
        self.weights.len()
    }

    /// Targets: `(rows, outputs)`.
    pub fn targets(&self) -> &Array2<f64> {
        &self.targets
    }

    /// Activations of `layer`: `(rows, neurons)`.
    pub fn activations(&self, layer: usize) -> &Array2<f64> {
        &self.a[layer]
    }

    /// Deltas of `layer`: `(rows, neurons)`, empty where they were not computed.
    pub fn deltas(&self, layer: usize) -> &Array2<f64> {
        &self.delta[layer - 1]
    }

    /// Weighted inputs of the output layer: `(rows, outputs)`.
    pub fn logits(&self) -> &Array2<f64> {
        &self.z[self.depth() - 1]
    }

    /// `z` of a neuron, one for each row.
    pub fn z_of(&self, layer: usize, neuron: usize) -> Array1<f64> {
        if !self.z[layer - 1].is_empty() {
            return self.z[layer - 1].column(neuron).to_owned();
        }
        let parameters = &self.parameters.layers[layer - 1];
        let weights = parameters.weights.row(neuron).mapv(f64::from);
        self.a[layer - 1].dot(&weights) + f64::from(parameters.biases[neuron])
    }

    /// `a = f(z)` of a neuron, one for each row, computed anew from the layer before where the layer's
    /// activations were known.
    pub fn a_of(&self, layer: usize, neuron: usize) -> Array1<f64> {
        if layer == 0 || layer == self.depth() {
            return self.a[layer].column(neuron).to_owned();
        }
        let hidden = self.architecture.hidden();
        let a = self.z_of(layer, neuron).mapv(|z| hidden.value(z));
        match self.masks.get(layer - 1) {
            Some(mask) => a * mask.column(neuron),
            None => a,
        }
    }

    /// Mean factor of a hidden neuron's activation by dropout; 1 without.
    pub fn dropout_of(&self, layer: usize, neuron: usize) -> f64 {
        let mask = self.masks.get(layer - 1);
        mask.and_then(|mask| mask.column(neuron).mean())
            .unwrap_or(1.0)
    }

    /// `f'(z)` of a neuron, one for each row; NaN for softmax, whose outputs depend on one another.
    pub fn slope_of(&self, layer: usize, neuron: usize) -> Array1<f64> {
        let Some(function) = self.architecture.activation(layer) else {
            return Array1::from_elem(self.rows(), f64::NAN);
        };
        let mut slope = self.z_of(layer, neuron);
        slope.mapv_inplace(|z| function.derivative(z, function.value(z)));
        slope
    }

    /// Sums `w_kj delta_k` over the next layer for a hidden neuron or an input: one number for each row.
    /// The deltas of that layer must have been computed.
    pub fn sum_back(&self, layer: usize, neuron: usize) -> Array1<f64> {
        let weights = self.parameters.layers[layer].weights.column(neuron);
        self.delta[layer].dot(&weights.mapv(f64::from))
    }

    /// `delta` of a neuron, one for each row. Its layer's or the next layer's must have been computed.
    pub fn delta_of(&self, layer: usize, neuron: usize) -> Array1<f64> {
        if self.delta[layer - 1].is_empty() {
            let delta = self.slope_of(layer, neuron) * self.sum_back(layer, neuron);
            match self.masks.get(layer - 1) {
                Some(mask) => delta * mask.column(neuron),
                None => delta,
            }
        } else {
            self.delta[layer - 1].column(neuron).to_owned()
        }
    }

    /// Returns the gradient of the mean loss over the weights of `layer`: `(outputs, inputs)`. The layer's deltas must
    /// have been computed.
    pub fn weight_gradient(&self, layer: usize) -> Array2<f64> {
        let share = 1.0 / self.rows() as f64;
        self.delta[layer - 1].t().dot(&self.a[layer - 1]) * share
    }

    /// Returns the sum of the squares of the gradient of the mean loss over all parameters. All deltas must have been
    /// computed.
    pub fn squared_gradient(&self) -> f64 {
        let share = 1.0 / self.rows() as f64;
        let squares = (1..=self.depth()).map(|layer| {
            let weights = self.weight_gradient(layer);
            let biases = self.delta[layer - 1].sum_axis(Axis(0)) * share;
            let all = weights.iter().chain(&biases);
            all.map(|gradient| gradient * gradient).sum::<f64>()
        });
        squares.sum()
    }

    /// Loss of each row.
    pub fn losses(&self) -> Array1<f64> {
        self.losses_of(self.logits())
    }

    fn losses_of(&self, logits: &Array2<f64>) -> Array1<f64> {
        let (output, loss) = (self.architecture.output(), self.architecture.loss());
        let rows = logits.outer_iter().zip(self.targets.outer_iter());
        rows.map(|(z, y)| {
            let (z, y) = (z.to_vec(), y.to_vec());
            loss.value(output, &z, &output.values(&z), &y)
        })
        .collect()
    }

    /// Weighted inputs of a hidden layer, `(rows, neurons)`. If they are unknown and the activation's
    /// derivative does not need them, the activations are returned, which have the same sign.
    fn z_of_layer(&self, layer: usize) -> Cow<'_, Array2<f64>> {
        if !self.z[layer - 1].is_empty() {
            Cow::Borrowed(&self.z[layer - 1])
        } else if self.architecture.hidden().needs_z() {
            Cow::Owned(self.weighted(layer, &self.a[layer - 1]))
        } else {
            Cow::Borrowed(&self.a[layer])
        }
    }

    fn weights(&self, layer: usize) -> &Array2<f64> {
        let weights = &self.parameters.layers[layer - 1].weights;
        self.weights[layer - 1].get_or_init(|| weights.mapv(f64::from))
    }

    fn weighted(&self, layer: usize, before: &Array2<f64>) -> Array2<f64> {
        let biases = self.parameters.layers[layer - 1].biases.mapv(f64::from);
        before.dot(&self.weights(layer).t()) + biases
    }

    fn activated(&self, layer: usize, z: &Array2<f64>) -> Array2<f64> {
        if layer < self.depth() {
            let hidden = self.architecture.hidden();
            let a = z.mapv(|z| hidden.value(z));
            return match self.masks.get(layer - 1) {
                Some(mask) => a * mask,
                None => a,
            };
        }
        let mut a = z.clone();
        for mut row in a.outer_iter_mut() {
            let values = self.architecture.output().values(&row.to_vec());
            row.assign(&ArrayView1::from(&values));
        }
        a
    }
}
