//! Central differences of the loss, which check the derivatives of back-propagation.

use ndarray::{Array1, Array2, Axis};

use super::Pass;
use crate::parameters::ParameterId;

/// Steps of the central differences, multiplied by the parameter if it is above 1 and divided by its
/// input activation if that is above 1. The first is the most exact, since it rounds least; the others
/// cross fewer kinks of a ReLU.
const STEPS: [f64; 4] = [1e-3, 1e-4, 1e-5, 1e-6];

impl Pass<'_> {
    /// Estimates `dC/dw` of the mean loss `C` by central differences. Returns the estimate and whether it
    /// is reliable: it is not if even the smallest step crosses a kink of a ReLU.
    ///
    /// Differences over `h` and `h / 2` are combined by Richardson extrapolation (1911), which cancels
    /// their errors of second order. Only the layers after the parameter are recomputed.
    pub fn difference(&self, id: ParameterId) -> (f64, bool) {
        let probe = Probe::new(self, id);
        let largest = probe
            .factor
            .iter()
            .fold(1.0, |max: f64, a| max.max(a.abs()));
        let size = probe.value.abs().max(1.0) / largest;
        for step in STEPS {
            let h = step * size;
            if let (Some(whole), Some(half)) = (probe.change(h), probe.change(h / 2.0)) {
                // change(h) is about 2 h C'.
                return ((8.0 * half - whole) / (6.0 * h), true);
            }
        }
        let h = STEPS[STEPS.len() - 1] * size;
        let (above, below) = (probe.shifted(h), probe.shifted(-h));
        (probe.mean_change(&above, &below) / (2.0 * h), false)
    }
}

/// Loss as a function of one parameter.
struct Probe<'a> {
    pass: &'a Pass<'a>,
    value: f64,
    layer: usize,
    neuron: usize,
    /// `dz/dw` of the neuron that the parameter leads to, one for each row.
    factor: Array1<f64>,
    /// `z` and `a` of that neuron, one for each row.
    z: Array1<f64>,
    a: Array1<f64>,
    /// Weights from that neuron to the next layer.
    outgoing: Array1<f64>,
}

/// Weighted inputs that depend on a changed parameter.
struct Shifted {
    /// Weighted inputs of its destination neuron; empty in the output layer.
    z: Array1<f64>,
    /// Weighted inputs of the later layers.
    later: Vec<Array2<f64>>,
}

impl<'a> Probe<'a> {
    fn new(pass: &'a Pass<'a>, id: ParameterId) -> Self {
        let rows = pass.rows();
        let (layer, neuron, factor, value) = match id {
            ParameterId::Weight {
                layer,
                output,
                input,
            } => {
                let value = pass.parameters.layers[layer - 1].weights[[output, input]];
                let factor = pass.a[layer - 1].column(input).to_owned();
                (layer, output, factor, value)
            }
            ParameterId::Bias { layer, output } => {
                let value = pass.parameters.layers[layer - 1].biases[output];
                (layer, output, Array1::ones(rows), value)
            }
        };
        let outgoing = match pass.parameters.layers.get(layer) {
            Some(next) => next.weights.column(neuron).mapv(f64::from),
            None => Array1::zeros(0),
        };
        Self {
            z: pass.z_of(layer, neuron),
            a: pass.a_of(layer, neuron),
            value: f64::from(value),
            pass,
            layer,
            neuron,
            factor,
            outgoing,
        }
    }

    /// Computes the weighted inputs with the parameter increased by `h`.
    fn shifted(&self, h: f64) -> Shifted {
        let Self { pass, layer, .. } = *self;
        let z = &self.factor * h + &self.z;
        if layer == pass.depth() {
            let mut logits = pass.logits().clone();
            logits.column_mut(self.neuron).assign(&z);
            return Shifted {
                z: Array1::zeros(0),
                later: vec![logits],
            };
        }
        let mut a = z.mapv(|z| pass.architecture.hidden().value(z));
        if let Some(mask) = pass.masks.get(layer - 1) {
            a *= &mask.column(self.neuron);
        }
        let change = a - &self.a;
        let change = change.insert_axis(Axis(1));
        let outgoing = self.outgoing.view().insert_axis(Axis(0));
        let mut later = vec![&pass.z[layer] + &change.dot(&outgoing)];
        for next in layer + 2..=pass.depth() {
            let before = pass.activated(next - 1, &later[later.len() - 1]);
            later.push(pass.weighted(next, &before));
        }
        Shifted { z, later }
    }

    /// Returns `C(w + h) - C(w - h)`; `None` if a kink lies in between.
    fn change(&self, h: f64) -> Option<f64> {
        let (above, below) = (self.shifted(h), self.shifted(-h));
        let has_crossed = self.pass.architecture.hidden().has_kink()
            && above.is_on_another_side(&below)
            || self.pass.architecture.loss().has_kink() && self.sides(&above) != self.sides(&below);
        if has_crossed {
            return None;
        }
        Some(self.mean_change(&above, &below))
    }

    /// Sides of the loss's kinks on which the outputs of all rows lie.
    fn sides(&self, shifted: &Shifted) -> Vec<i8> {
        let (pass, logits) = (self.pass, &shifted.later[shifted.later.len() - 1]);
        let rows = logits.outer_iter().zip(pass.targets.outer_iter());
        let sides = rows.flat_map(|(z, y)| {
            let outputs = pass.architecture.output().values(&z.to_vec());
            outputs
                .into_iter()
                .zip(y)
                .map(|(a, &y)| pass.architecture.loss().side(a, y))
                .collect::<Vec<_>>()
        });
        sides.collect()
    }

    /// Mean of the differences of each row, which rounds less than the difference of the means.
    fn mean_change(&self, above: &Shifted, below: &Shifted) -> f64 {
        let losses =
            |shifted: &Shifted| self.pass.losses_of(&shifted.later[shifted.later.len() - 1]);
        (losses(above) - losses(below)).sum() / self.pass.rows() as f64
    }
}

impl Shifted {
    /// Returns whether the sign of a hidden `z` differs.
    fn is_on_another_side(&self, other: &Self) -> bool {
        let differ = |(&one, &two): (&f64, &f64)| (one > 0.0) != (two > 0.0);
        let hidden = self.later.len() - 1;
        let layers = self.later[..hidden].iter().zip(&other.later);
        self.z.iter().zip(&other.z).any(differ)
            || layers
                .into_iter()
                .any(|(one, two)| one.iter().zip(two).any(differ))
    }
}
