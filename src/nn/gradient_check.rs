//! Gradient check: back-propagation compared with central differences.
//!
//! The gradient is the [textbook](crate::textbook)'s, in `f64`. The engine is held to it by tests;
//! its own `f32` is too coarse for differences.

use std::borrow::Cow;

use ndarray::Array2;
use rand::seq::index;

use super::parameters::ParameterId;
use super::pass::Pass;
use super::textbook::{Forward, Network};
use super::{Architecture, Parameters};
use util::random::{RngStream, generator};

/// Relative error below which gradient and difference agree to within rounding.
pub(crate) const EXCELLENT: f64 = 1e-7;
/// Relative error above which a gradient is wrong.
pub(crate) const WRONG: f64 = 1e-2;

/// Maximum number of parameters checked in all layers together.
pub(crate) const MAX_CHECKED: usize = 300;
/// One in this many parameters chosen in a layer is a bias.
const BIAS_RATIO: usize = 8;
/// Maximum number of multiplications for the differences of a layer, about a second.
const MAX_PRODUCTS: usize = 8_000_000_000;
/// Minimum number of parameters checked per layer, if it has them.
const MIN_PER_LAYER: usize = 8;
/// Smallest denominator of a relative error, times the loss if that is above 1: differences are exact to
/// about 1e-13, too little to judge smaller gradients.
const FLOOR: f64 = 1e-5;

/// Gradient of one parameter by back-propagation and by central differences.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Checked {
    /// Checked parameter.
    pub id: ParameterId,
    /// Gradient by back-propagation.
    pub gradient: f64,
    /// Gradient by central differences.
    pub difference: f64,
    /// [Relative error](relative_error) of the two.
    pub error: f64,
}

/// Result of a gradient check.
#[derive(Debug, Clone, PartialEq)]
pub struct GradientCheck {
    /// Number of rows of the mini-batch.
    pub rows: usize,
    /// Checked parameters, largest error first.
    pub checked: Vec<Checked>,
    /// Number of parameters skipped because a difference crosses the kink of a ReLU.
    pub at_kinks: usize,
}

/// Grade of a relative error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Below [`EXCELLENT`].
    Excellent,
    /// Between [`EXCELLENT`] and [`WRONG`].
    Good,
    /// Above [`WRONG`], or not a number.
    Wrong,
}

impl Grade {
    /// Grades a relative error.
    pub fn of(error: f64) -> Self {
        match error {
            e if e < EXCELLENT => Self::Excellent,
            e if e <= WRONG => Self::Good,
            _ => Self::Wrong,
        }
    }

    /// Returns the grade in one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Excellent => "excellent",
            Self::Good => "good",
            Self::Wrong => "wrong",
        }
    }
}

impl GradientCheck {
    /// Returns the grade of the worst parameter.
    pub fn grade(&self) -> Grade {
        Grade::of(self.checked.first().map_or(0.0, |worst| worst.error))
    }

    /// Groups the checked parameters by layer, layer 1 first, largest error first.
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

/// Returns `|gradient - difference| / max(|gradient|, |difference|, 1e-5 max(1, loss))`. The last term
/// keeps the rounding of vanishing gradients from counting as an error. NaN if either is NaN.
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

/// Chooses the parameters to check on a mini-batch of `rows`: all, if there are at most [`MAX_CHECKED`];
/// otherwise a random choice by `seed` with equal numbers per layer, and fewer in deep and wide networks,
/// whose differences take long.
pub fn choose(architecture: &Architecture, rows: usize, seed: u64) -> Vec<ParameterId> {
    let mut generator = generator(seed, RngStream::GradientCheck);
    let shapes: Vec<(usize, usize)> = architecture.layer_shapes().collect();
    let mut order: Vec<usize> = (0..shapes.len()).collect();
    order.sort_by_key(|&l| shapes[l].0 * shapes[l].1 + shapes[l].1);
    let mut left = MAX_CHECKED;
    let mut ids = Vec::new();
    for (done, &l) in order.iter().enumerate() {
        let (inputs, outputs) = shapes[l];
        // Small layers come first and leave what they don't have to the others.
        let share = left / (order.len() - done);
        let behind: usize = shapes.iter().skip(l + 2).map(|(m, n)| m * n).sum();
        let affordable = MAX_PRODUCTS / (4 * rows.max(1) * behind.max(1));
        let share = share.min(affordable.max(MIN_PER_LAYER));
        let of_weights = inputs * outputs;
        let biases = if of_weights + outputs <= share {
            outputs
        } else {
            outputs.min(share.div_ceil(BIAS_RATIO))
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

/// Function that computes the deltas of a row, such as [`Network::deltas`].
pub type BackPropagation = fn(&Network, &Forward, &[f64]) -> Vec<Vec<f64>>;

/// Gradient check in progress, computed in small parts.
pub struct Check {
    network: Network,
    pass: Pass<'static>,
    back: BackPropagation,
    ids: Vec<ParameterId>,
    /// Mean gradient over the rows done, one for each of `ids`.
    gradients: Vec<f64>,
    loss: f64,
    rows_done: usize,
    checked: Vec<Checked>,
    at_kinks: usize,
}

impl Check {
    /// Starts a check of the parameters `ids` on a mini-batch. `inputs`: `(rows, inputs)`, `targets`:
    /// `(rows, outputs)`.
    ///
    /// # Panics
    /// If the shapes do not match, and later if the network lacks one of `ids`.
    pub fn new(
        architecture: &Architecture,
        parameters: Parameters,
        inputs: Array2<f64>,
        targets: Array2<f64>,
        ids: Vec<ParameterId>,
    ) -> Self {
        let network = Network::new(architecture, &parameters);
        let parameters = Cow::Owned(parameters);
        let pass = Pass::by_products(architecture, parameters, vec![inputs], targets, Vec::new());
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

    /// Replaces the back-propagation to check, so that tests can check a wrong one.
    #[must_use]
    pub fn of(self, back: BackPropagation) -> Self {
        Self { back, ..self }
    }

    /// Back-propagates one row, or computes the difference of one parameter. Returns whether work
    /// remains.
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
        let badness = |checked: &Checked| {
            if checked.error.is_nan() {
                f64::INFINITY
            } else {
                checked.error
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
