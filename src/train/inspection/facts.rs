//! Facts about the neuron, parameter or outputs under the cursor, from a pass of one or several rows.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::{
    Back, Collapse, InputFacts, NeuronFacts, OutputFacts, OutputTerm, ParameterFacts, Term,
};
use crate::nn::gradient_check::relative_error;
use crate::nn::optimizer::{ParameterState, UpdateFormula};
use crate::nn::pass::Pass;
use crate::nn::{Activation, Architecture, NeuronId, ParameterId, Parameters};
use crate::train::Session;
use crate::util::stats::Histogram;

/// Maximum number of neurons in the ranking by influence.
const MAX_INFLUENCES: usize = 8;

/// Inputs of all facts.
pub(super) struct Context<'a> {
    pub session: &'a Session,
    pub parameters: &'a Parameters,
    pub pass: &'a Pass<'a>,
}

/// Activations of the probe rows, `(rows, neurons)`: of the previous layer, except for inputs, and of the
/// neuron's own layer.
pub(super) struct ProbeRows<'a> {
    pub before: Option<ArrayView2<'a, f32>>,
    pub own: ArrayView2<'a, f32>,
}

impl ProbeRows<'_> {
    fn distribution(&self, neuron: usize) -> Histogram {
        Histogram::of(&self.own.column(neuron))
    }
}

impl Context<'_> {
    fn architecture(&self) -> &Architecture {
        self.session.architecture()
    }

    pub fn input(&self, neuron: usize, probe: &ProbeRows) -> InputFacts {
        InputFacts {
            value: mean(self.pass.a_of(0, neuron)),
            gradient: mean(self.pass.sum_back(0, neuron)),
            distribution: probe.distribution(neuron),
        }
    }

    pub fn neuron(&self, layer: usize, neuron: usize, probe: &ProbeRows) -> NeuronFacts {
        let parameters = &self.parameters.layers[layer - 1];
        let weights = parameters.weights.row(neuron);
        let before = means(self.pass.activations(layer - 1));
        let is_output = layer == self.architecture().depth();
        NeuronFacts {
            activation: self.architecture().activation(layer),
            inputs: terms(weights.iter().zip(before)),
            bias: f64::from(parameters.biases[neuron]),
            z: mean(self.pass.z_of(layer, neuron)),
            a: mean(self.pass.a_of(layer, neuron)),
            slope: mean(self.pass.slope_of(layer, neuron)),
            back: if is_output {
                self.back_from_loss(neuron)
            } else {
                self.back_from_next(layer, neuron)
            },
            delta: mean(self.pass.delta_of(layer, neuron)),
            distribution: probe.distribution(neuron),
            influence: probe.before.map_or_else(Vec::new, |before| {
                influence(weights.iter().copied(), before)
            }),
            dropout: self.pass.dropout_of(layer, neuron),
            is_muted: self.session.is_muted(NeuronId { layer, neuron }),
        }
    }

    fn back_from_loss(&self, neuron: usize) -> Back {
        let loss = self.architecture().loss();
        let target = mean(self.pass.targets().column(neuron));
        let mut slopes = self.pass.a_of(self.pass.depth(), neuron);
        slopes.zip_mut_with(&self.pass.targets().column(neuron), |a, &y| {
            *a = loss.slope(*a, y)
        });
        Back::Output {
            loss,
            target,
            slope: mean(slopes),
        }
    }

    fn back_from_next(&self, layer: usize, neuron: usize) -> Back {
        let weights = self.parameters.layers[layer].weights.column(neuron);
        let deltas = means(self.pass.deltas(layer + 1));
        Back::Hidden {
            terms: terms(weights.iter().zip(deltas)),
            sum: mean(self.pass.sum_back(layer, neuron)),
        }
    }

    /// Returns the facts about a parameter. `batch` is the pass of the next mini-batch.
    pub fn parameter(&self, id: ParameterId, batch: &Pass) -> ParameterFacts {
        let (layer, neuron) = (id.layer(), id.output());
        let value = f64::from(self.parameters.get(id));
        let gradient = gradient(self.pass, id);
        let (difference, _) = self.pass.difference(id);
        let loss = mean(self.pass.losses());
        let mut rule = self.session.rule();
        if let ParameterId::Bias { .. } = id {
            rule = rule.without_decay();
        }
        let before = self.optimizer_state(id);
        let batch_gradient =
            gradient_of_batch(self.pass, batch, gradient, id) * self.clip_factor(batch);
        let change = UpdateFormula::new(&rule).apply(&mut before.clone(), batch_gradient, value);
        let next_change = if self.session.is_frozen_or_muted(id) {
            0.0
        } else {
            change
        };
        ParameterFacts {
            value,
            a: id
                .input()
                .map_or(1.0, |i| mean(self.pass.activations(layer - 1).column(i))),
            delta: mean(self.pass.delta_of(layer, neuron)),
            gradient,
            difference,
            error: relative_error(gradient, difference, loss),
            batch_gradient,
            rule,
            before,
            next_change,
            last_change: None,
            is_frozen: self.session.is_frozen(id),
            muted: self.muted_beside(id),
            history: Vec::new(),
        }
    }

    /// Returns the muted neuron that the parameter `id` belongs to, or whose output it multiplies.
    fn muted_beside(&self, id: ParameterId) -> Option<NeuronId> {
        let target = NeuronId {
            layer: id.layer(),
            neuron: id.output(),
        };
        let source = id.input().map(|neuron| NeuronId {
            layer: id.layer() - 1,
            neuron,
        });
        let mut both = [Some(target), source].into_iter().flatten();
        both.find(|&neuron| self.session.is_muted(neuron))
    }

    /// Returns the factor by which the next step clips the gradient of `batch`.
    fn clip_factor(&self, batch: &Pass) -> f64 {
        let Some(clip) = self.session.plan_in_force().regularisation.clip else {
            return 1.0;
        };
        let fixed = self.session.fixed().iter();
        let fixed = fixed.map(|&(id, _)| gradient(batch, id).powi(2));
        let norm = (batch.squared_gradient() - fixed.sum::<f64>())
            .max(0.0)
            .sqrt();
        (clip.get() / (norm + 1e-6)).min(1.0)
    }

    /// Returns the optimizer's state before the next step: zero if that will be the first one of another
    /// optimizer.
    fn optimizer_state(&self, id: ParameterId) -> ParameterState {
        let (engine, optimizer) = (self.session.engine(), self.session.rule().optimizer);
        if engine.optimizer().is_same_kind(optimizer) {
            engine.optimizer_state(id)
        } else {
            ParameterState::default()
        }
    }

    pub fn output(&self) -> OutputFacts {
        let architecture = self.architecture();
        let (output, loss) = (architecture.output(), architecture.loss());
        let pass = self.pass;
        let share = 1.0 / pass.rows() as f64;
        let mut terms = vec![
            OutputTerm {
                z: 0.0,
                exponential: 0.0,
                a: 0.0,
                target: 0.0,
                loss: 0.0,
            };
            architecture.outputs()
        ];
        let rows = pass.logits().outer_iter().zip(pass.targets().outer_iter());
        for (z, targets) in rows {
            let z = z.to_vec();
            let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let values = output.values(&z);
            let targets = targets.to_vec();
            let losses = loss.terms(output, &z, &values, &targets);
            let neurons = z.iter().zip(&values).zip(&targets).zip(losses);
            for (term, (((&z, &a), &y), loss)) in terms.iter_mut().zip(neurons) {
                term.z += share * z;
                term.exponential += share
                    * if output.sums_to_one() {
                        (z - largest).exp()
                    } else {
                        f64::NAN
                    };
                term.a += share * a;
                term.target += share * y;
                term.loss += share * loss;
            }
        }
        OutputFacts {
            output,
            function: loss,
            total: terms.iter().map(|term| term.exponential).sum(),
            loss: mean(pass.losses()),
            collapse: self.collapse(),
            terms,
        }
    }

    /// Returns the single layer that the network amounts to, if there are several layers and all hidden ones
    /// are linear.
    fn collapse(&self) -> Option<Collapse> {
        let architecture = self.architecture();
        let is_linear = |layer| architecture.activation(layer) == Some(Activation::Linear);
        let is_dropped = |layer| {
            let mut neurons = 0..architecture.sizes()[layer];
            neurons.any(|neuron| self.pass.dropout_of(layer, neuron) != 1.0)
        };
        let mut hidden = 1..architecture.depth();
        if hidden.is_empty() || !hidden.all(|layer| is_linear(layer) && !is_dropped(layer)) {
            return None;
        }
        let (weights, biases) = self.parameters.collapsed();
        let inputs = Array1::from(means(self.pass.activations(0)));
        let z = weights.dot(&inputs) + &biases;
        Some(Collapse { weights, biases, z })
    }
}

/// Gradient of the mean loss, the mean of `a delta` over the rows.
fn gradient(pass: &Pass, id: ParameterId) -> f64 {
    let delta = pass.delta_of(id.layer(), id.output());
    match id.input() {
        Some(input) => mean(delta * pass.activations(id.layer() - 1).column(input)),
        None => mean(delta),
    }
}

/// Gradient over `batch`; `known` is that over `pass`, which may be the same pass.
fn gradient_of_batch(pass: &Pass, batch: &Pass, known: f64, id: ParameterId) -> f64 {
    if std::ptr::eq(pass, batch) {
        known
    } else {
        gradient(batch, id)
    }
}

fn terms<'a>(pairs: impl Iterator<Item = (&'a f32, f64)>) -> Vec<Term> {
    let terms = pairs.enumerate().map(|(neuron, (&weight, factor))| {
        let weight = f64::from(weight);
        Term {
            neuron,
            weight,
            factor,
            product: weight * factor,
        }
    });
    terms.collect()
}

/// Ranks the neurons of the previous layer by `|w| std(a)` over the probe rows `before: (rows, neurons)`,
/// largest first.
fn influence(weights: impl Iterator<Item = f32>, before: ArrayView2<f32>) -> Vec<(usize, f64)> {
    let stds = before.axis_iter(Axis(1)).map(|column| {
        let numbers = || column.iter().map(|&a| f64::from(a));
        let rows = column.len().max(1) as f64;
        let mean = numbers().sum::<f64>() / rows;
        let squares = numbers().map(|a| (a - mean) * (a - mean));
        (squares.sum::<f64>() / rows).sqrt()
    });
    let pairs = weights.zip(stds);
    let mut influence: Vec<(usize, f64)> = pairs
        .map(|(w, std)| f64::from(w).abs() * std)
        .enumerate()
        .collect();
    influence.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    influence.truncate(MAX_INFLUENCES);
    influence
}

/// Means of the columns.
fn means(matrix: &Array2<f64>) -> Vec<f64> {
    let columns = matrix.axis_iter(Axis(1));
    columns.map(mean).collect()
}

/// Mean; NaN if there are no numbers.
fn mean<S>(numbers: ndarray::ArrayBase<S, ndarray::Ix1>) -> f64
where
    S: ndarray::Data<Elem = f64>,
{
    numbers.mean().unwrap_or(f64::NAN)
}
