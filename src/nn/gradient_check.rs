//! Gradient check: back-propagation compared with central differences.
//!
//! The gradient is the [textbook](crate::nn::textbook)'s, in `f64`. The engine is held to it by tests;
//! its own `f32` is too coarse for differences.

use std::borrow::Cow;

use ndarray::Array2;
use rand::seq::index;

use super::parameters::ParameterId;
use super::pass::Pass;
use super::textbook::{Forward, Network};
use super::{Architecture, Parameters};
use crate::util::random::{RngStream, generator};

/// Relative error below which a gradient is as good as differences can tell.
pub const EXCELLENT: f64 = 1e-7;
/// Relative error above which a gradient is wrong.
pub const WRONG: f64 = 1e-2;

/// Number of parameters checked at most, all layers together.
pub const MOST: usize = 300;
/// One of this many parameters chosen in a layer is a bias.
const BIASES: usize = 8;
/// Multiplications that the differences of a layer may take, about a second.
const MOST_PRODUCTS: usize = 8_000_000_000;
/// Number of parameters of a layer that are always checked, if it has them.
const LEAST: usize = 8;
/// Gradients below this, times the loss where that is above 1, count as this large in a relative
/// error: differences round at about 1e-13, so of a smaller gradient they can tell less.
const FLOOR: f64 = 1e-5;

/// One parameter's gradient, found in two ways.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Checked {
    /// The parameter.
    pub id: ParameterId,
    /// By back-propagation.
    pub gradient: f64,
    /// By centred differences.
    pub difference: f64,
    /// See [`relative_error`].
    pub error: f64,
}

/// Result of a gradient check.
#[derive(Debug, Clone, PartialEq)]
pub struct GradientCheck {
    /// Rows of the mini-batch.
    pub rows: usize,
    /// Every parameter that was looked at, the worst first.
    pub checked: Vec<Checked>,
    /// Parameters left out because a difference steps over the kink of a ReLU.
    pub at_kinks: usize,
}

/// Grade of a relative error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Below [`EXCELLENT`].
    Excellent,
    /// In between.
    Good,
    /// Above [`WRONG`], or not a number.
    Wrong,
}

impl Grade {
    /// The grade of a relative error.
    pub fn of(error: f64) -> Self {
        match error {
            e if e < EXCELLENT => Self::Excellent,
            e if e <= WRONG => Self::Good,
            _ => Self::Wrong,
        }
    }

    /// A word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Excellent => "excellent",
            Self::Good => "good",
            Self::Wrong => "wrong",
        }
    }
}

impl GradientCheck {
    /// The grade of the worst parameter.
    pub fn grade(&self) -> Grade {
        Grade::of(self.checked.first().map_or(0.0, |worst| worst.error))
    }

    /// Checked parameters by layer, layer 1 first, in each the worst first.
    pub fn by_layer(&self) -> Vec<(usize, Vec<Checked>)> {
        let mut layers: Vec<(usize, Vec<Checked>)> = Vec::new();
        for checked in &self.checked {
            let layer = checked.id.layer();
            match layers.iter_mut().find(|(it, _)| *it == layer) {
                Some((_, found)) => found.push(*checked),
                None => layers.push((layer, vec![*checked])),
            }
        }
        layers.sort_by_key(|(layer, _)| *layer);
        layers
    }
}

/// `|gradient - difference|` relative to the larger of the two, or to `1e-5` times the `loss` (at
/// least 1) where both are smaller than that: so two that vanish do not count as different because of
/// their rounding. NaN where one of the two is no number.
pub fn relative_error(gradient: f64, difference: f64, loss: f64) -> f64 {
    let error = (gradient - difference).abs();
    let size = gradient.abs().max(difference.abs());
    let relative = error / size.max(FLOOR * loss.max(1.0));
    if error.is_nan() || size.is_infinite() {
        f64::NAN
    } else {
        relative
    }
}

/// Chooses the parameters to look at for a mini-batch of `rows`: all, if there are at most [`MOST`],
/// else of each layer as many as of the others, by the `seed`; fewer where the differences of deep and
/// wide networks would take too long.
pub fn choose(architecture: &Architecture, rows: usize, seed: u64) -> Vec<ParameterId> {
    let mut generator = generator(seed, RngStream::GradientCheck);
    let shapes: Vec<(usize, usize)> = architecture.layer_shapes().collect();
    let mut order: Vec<usize> = (0..shapes.len()).collect();
    order.sort_by_key(|&l| shapes[l].0 * shapes[l].1 + shapes[l].1);
    let mut left = MOST;
    let mut ids = Vec::new();
    for (done, &l) in order.iter().enumerate() {
        let (inputs, outputs) = shapes[l];
        // Small layers come first and leave what they don't have to the others.
        let share = left / (order.len() - done);
        let behind: usize = shapes.iter().skip(l + 2).map(|(m, n)| m * n).sum();
        let affordable = MOST_PRODUCTS / (4 * rows.max(1) * behind.max(1));
        let share = share.min(affordable.max(LEAST));
        let of_weights = inputs * outputs;
        let biases = if of_weights + outputs <= share {
            outputs
        } else {
            outputs.min(share.div_ceil(BIASES))
        };
        let weights = of_weights.min(share - biases);
        left -= weights + biases;
        let layer = l + 1;
        let chosen = index::sample(&mut generator, of_weights, weights);
        ids.extend(chosen.into_iter().map(|at| ParameterId::Weight {
            layer,
            output: at / inputs,
            input: at % inputs,
        }));
        let chosen = index::sample(&mut generator, outputs, biases);
        ids.extend(
            chosen
                .into_iter()
                .map(|output| ParameterId::Bias { layer, output }),
        );
    }
    ids
}

/// The deltas of a row, as [`Network::deltas`] computes them.
pub type BackPropagation = fn(&Network, &Forward, &[f64]) -> Vec<Vec<f64>>;

/// A check under way, in small parts, so that whoever does it can do something else in between.
pub struct Check {
    network: Network,
    pass: Pass<'static>,
    back: BackPropagation,
    ids: Vec<ParameterId>,
    /// One for each of `ids`: the mean gradient over the rows done.
    gradients: Vec<f64>,
    loss: f64,
    rows_done: usize,
    checked: Vec<Checked>,
    at_kinks: usize,
}

impl Check {
    /// A check of the parameters `ids` on a mini-batch. `inputs`: `(rows, inputs)`, `targets`:
    /// `(rows, outputs)`.
    ///
    /// # Panics
    /// If shapes do not go together; later if one of `ids` is not there.
    pub fn new(
        architecture: &Architecture,
        parameters: Parameters,
        inputs: Array2<f64>,
        targets: Array2<f64>,
        ids: Vec<ParameterId>,
    ) -> Self {
        let network = Network::new(architecture, &parameters);
        let parameters = Cow::Owned(parameters);
        let pass = Pass::by_products(architecture, parameters, vec![inputs], targets);
        Self {
            loss: pass.losses().mean().unwrap_or(0.0),
            network,
            pass,
            back: Network::deltas,
            gradients: vec![0.0; ids.len()],
            checked: Vec::with_capacity(ids.len()),
            ids,
            rows_done: 0,
            at_kinks: 0,
        }
    }

    /// Checks another back-propagation instead, one that may be wrong.
    #[must_use]
    pub fn of(self, back: BackPropagation) -> Self {
        Self { back, ..self }
    }

    /// Does one row of back-propagation, or one parameter's difference. Returns whether there is more
    /// to do.
    pub fn advance(&mut self) -> bool {
        if self.rows_done < self.pass.rows() {
            self.propagate_back(self.rows_done);
            self.rows_done += 1;
        } else if let Some(&id) = self.ids.get(self.checked.len() + self.at_kinks) {
            let gradient = self.gradients[self.checked.len() + self.at_kinks];
            match self.pass.difference(id) {
                (difference, true) => self.checked.push(Checked {
                    id,
                    gradient,
                    difference,
                    error: relative_error(gradient, difference, self.loss),
                }),
                (_, false) => self.at_kinks += 1,
            }
        }
        self.rows_done < self.pass.rows() || self.checked.len() + self.at_kinks < self.ids.len()
    }

    fn propagate_back(&mut self, row: usize) {
        let inputs = self.pass.activations(0).row(row).to_vec();
        let targets = self.pass.targets().row(row).to_vec();
        let forward = self.network.forward(&inputs);
        let delta = (self.back)(&self.network, &forward, &targets);
        let share = 1.0 / self.pass.rows() as f64;
        for (gradient, &id) in self.gradients.iter_mut().zip(&self.ids) {
            *gradient += share
                * match id {
                    ParameterId::Weight {
                        layer,
                        output,
                        input,
                    } => forward.a[layer - 1][input] * delta[layer - 1][output],
                    ParameterId::Bias { layer, output } => delta[layer - 1][output],
                };
        }
    }

    /// Finishes the check and returns its result.
    pub fn finish(mut self) -> GradientCheck {
        while self.advance() {}
        // What is not a number is worse than any error.
        let badness = |it: &Checked| {
            if it.error.is_nan() {
                f64::INFINITY
            } else {
                it.error
            }
        };
        let mut checked = self.checked;
        checked.sort_by(|one, two| badness(two).total_cmp(&badness(one)));
        GradientCheck {
            rows: self.pass.rows(),
            checked,
            at_kinks: self.at_kinks,
        }
    }
}
