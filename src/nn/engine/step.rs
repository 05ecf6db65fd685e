//! The parts of a training step: forward and back, judgement, update.
//!
//! Nothing is applied to the network before everything that could go wrong has been ruled out.

use pulp::{Simd, WithSimd};

use super::batch::Checked;
use super::shares::{LayerBuffers, NeuronShare, RowShare};
use super::{NonFinite, Quantity, Step};
use crate::nn::kernels::elementwise::{activate, largest_magnitude, times_derivative};
use crate::nn::kernels::gradient::{Consumer, Measure, Samples, gradient};
use crate::nn::kernels::output::{count_correct, output_deltas, sum_of_costs};
use crate::nn::kernels::product::{Start, product};
use crate::nn::kernels::update::{Adam, Momentum, Scale, Sgd};
use crate::nn::{Architecture, LearningRule, Optimizer};

/// How an update is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    pub rule: LearningRule,
    /// Adam's learning rate, corrected for the start of its mean at zero.
    adam_rate: f32,
    /// Adam's correction for the start of its mean of squares at zero.
    adam_correction: f32,
    /// Whether the memory is that of another kind of optimizer, and has to go.
    pub is_new: bool,
}

impl Order {
    /// `updates`: those since the optimizer's memory was empty, this one counted.
    pub fn new(rule: &LearningRule, updates: u32, is_new: bool) -> Self {
        let mut order = Self {
            rule: *rule,
            adam_rate: f32::NAN,
            adam_correction: f32::NAN,
            is_new,
        };
        if let Optimizer::Adam { beta1, beta2, .. } = rule.optimizer {
            let t = f64::from(updates);
            order.adam_rate = (rule.learning_rate / (1.0 - beta1.powf(t))) as f32;
            order.adam_correction = (1.0 - beta2.powf(t)).sqrt().recip() as f32;
        }
        order
    }
}

/// Loads a mini-batch for two threads to work on.
pub(super) struct Load<'a> {
    pub batch: Checked<'a>,
    pub rows: [&'a mut RowShare; 2],
}

impl WithSimd for Load<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let count = self.batch.rows.count();
        let half = count.div_ceil(2);
        let [first, second] = self.rows;
        first.load(simd, self.batch, 0..half);
        second.load(simd, self.batch, half..count);
        // What is left out must be the same in both.
        first.inputs.unite_spans(&mut second.inputs);
    }
}

/// Takes some rows of a mini-batch through all layers, forward and back: their activations, their part
/// of the loss, their deltas.
pub(super) struct ForwardAndBack<'a> {
    pub architecture: &'a Architecture,
    /// All shares, in their order.
    pub neurons: &'a [&'a NeuronShare],
    pub rows: &'a mut RowShare,
}

impl WithSimd for ForwardAndBack<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        forward_and_back(simd, self);
    }
}

#[inline(always)]
fn forward_and_back<S: Simd>(
    simd: S,
    ForwardAndBack {
        architecture,
        neurons,
        rows,
    }: ForwardAndBack,
) {
    forward(simd, architecture, neurons, rows);
    output_layer(simd, architecture, rows);
    back(simd, architecture, neurons, rows);
}

/// `Z_l = A_(l-1) W_l + b_l`, `A_l = f(Z_l)`. Of the output layer, only the logits `Z_L`.
#[inline(always)]
fn forward<S: Simd>(
    simd: S,
    architecture: &Architecture,
    neurons: &[&NeuronShare],
    rows: &mut RowShare,
) {
    for l in 0..rows.layers.len() {
        let (before, after) = rows.layers.split_at_mut(l);
        let (own, after) = after.split_first_mut().expect("as many buffers as layers");
        let before = before.last().map_or(&rows.inputs, |it| &it.activations);
        let z = &mut own.activations;
        for share in neurons {
            let layer = &share.layers[l];
            let to = (&mut *z, layer.first_panel);
            product(simd, (before, 0), &layer.parameters, Start::Bias, to);
        }
        if let Some(next) = after.first_mut() {
            next.input_bound = activate(simd, architecture.hidden(), z.values_mut());
        }
    }
}

/// What each output adds to the loss, and `D_L = dC/dZ_L`.
#[inline(always)]
fn output_layer<S: Simd>(simd: S, architecture: &Architecture, rows: &mut RowShare) {
    let count = rows.rows();
    let layer = rows.layers.last_mut().expect("there is an output layer");
    layer.largest_delta = output_deltas(
        simd,
        (architecture.output(), architecture.loss()),
        &layer.activations,
        &rows.targets,
        &mut layer.deltas,
        &mut rows.costs,
    );
    rows.correct = count_correct(
        simd,
        architecture.output(),
        &layer.activations,
        &rows.targets,
        &rows.classes[..count],
    );
}

/// `D_(l-1) = f'(Z_(l-1)) * D_l W_l^T`, from the last layer to the first.
#[inline(always)]
fn back<S: Simd>(
    simd: S,
    architecture: &Architecture,
    neurons: &[&NeuronShare],
    rows: &mut RowShare,
) {
    for l in (1..rows.layers.len()).rev() {
        let (before, after) = rows.layers.split_at_mut(l);
        let (before, after) = (&mut before[l - 1], &after[0]);
        let deltas = &mut before.deltas;
        let mut start = Start::Zero;
        for share in neurons {
            let layer = &share.layers[l];
            let from = (&after.deltas, layer.first_panel);
            product(simd, from, &layer.transposed, start, (&mut *deltas, 0));
            start = Start::Sum;
        }
        before.largest_delta = times_derivative(
            simd,
            architecture.hidden(),
            before.activations.values(),
            deltas.values_mut(),
        );
    }
}

/// Finds the loss of the mini-batch, after making sure that it, every gradient, and every update that
/// comes of one are within the range of `f32`.
///
/// To look at each gradient would cost as much as the update itself. But a sum of `n` products is at
/// most `n * max |a| * max |delta|`, and those two are at hand; only if that bound is too large,
/// which takes numbers beyond all reason, the gradient is computed just to look at it.
pub(super) struct Judge<'a> {
    /// All shares, in their order.
    pub neurons: &'a [&'a NeuronShare],
    /// All shares, in their order.
    pub rows: &'a [&'a RowShare],
    pub rule: &'a LearningRule,
}

impl WithSimd for Judge<'_> {
    type Output = Result<Step, NonFinite>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        judge(simd, self)
    }
}

/// All parts of a step, where there is one share of each.
pub(super) struct WholeStep<'a> {
    pub batch: Checked<'a>,
    pub architecture: &'a Architecture,
    pub neurons: &'a mut NeuronShare,
    pub rows: &'a mut RowShare,
    pub order: &'a Order,
}

impl WithSimd for WholeStep<'_> {
    type Output = Result<Step, NonFinite>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let Self {
            batch,
            architecture,
            neurons,
            rows,
            order,
        } = self;
        rows.load(simd, batch, 0..batch.rows.count());
        let work = ForwardAndBack {
            architecture,
            neurons: &[neurons],
            rows,
        };
        forward_and_back(simd, work);
        let rows = &[&*rows];
        let step = judge(
            simd,
            Judge {
                neurons: &[neurons],
                rows,
                rule: &order.rule,
            },
        )?;
        update(
            simd,
            Update {
                rows,
                neurons,
                order,
            },
        );
        Ok(step)
    }
}

#[inline(always)]
fn judge<S: Simd>(
    simd: S,
    Judge {
        neurons,
        rows,
        rule,
    }: Judge,
) -> Result<Step, NonFinite> {
    let count: usize = rows.iter().map(|it| it.rows()).sum();
    let loss = sum_of_costs(simd, rows.iter().map(|it| &it.costs)) / count as f32;
    if !loss.is_finite() {
        return Err(NonFinite {
            what: Quantity::Loss,
            layer: first_non_finite(rows),
        });
    }
    let limit = largest_gradient(rule);
    let decay = rule.weight_decay as f32;
    // Written so that NaN is not within the limit.
    let within = |magnitude: f32| magnitude <= limit;
    for l in 0..rows[0].layers.len() {
        let of_all = |of_one: fn(&LayerBuffers) -> f32| {
            let numbers = rows.iter().map(|it| of_one(&it.layers[l]));
            numbers.fold(0.0, larger)
        };
        // The bias is a weight from an input that is 1.
        let input_bound = larger(1.0, of_all(|it| it.input_bound));
        let mut bound = count as f32 * input_bound * of_all(|it| it.largest_delta);
        if decay != 0.0 {
            let weights = neurons.iter().map(|it| it.layers[l].parameters.values());
            let largest = weights.map(|it| largest_magnitude(simd, it));
            bound += decay * largest.fold(0.0, larger);
        }
        if !within(bound) {
            for share in neurons {
                let mut measure = Measure::new(simd, &share.layers[l].parameters, count, decay);
                hand_gradient(simd, rows, share, l, &mut measure);
                if !within(measure.largest()) {
                    return Err(NonFinite {
                        what: Quantity::Gradient,
                        layer: l + 1,
                    });
                }
            }
        }
    }
    Ok(Step {
        loss,
        correct: rows.iter().map(|it| it.correct).sum(),
    })
}

/// The larger of two magnitudes, NaN counting as the largest of all. (`f32::max` would lose it.)
#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a < b || b.is_nan() { b } else { a }
}

/// The first layer with an activation that is not finite; without one, the last.
#[cold]
fn first_non_finite(rows: &[&RowShare]) -> usize {
    let depth = rows[0].layers.len();
    let is_finite = |l: usize| {
        rows.iter().all(|rows| {
            let mut activations = rows.layers[l].activations.values().iter();
            activations.all(|a| a.is_finite())
        })
    };
    (0..depth).find(|&l| !is_finite(l)).unwrap_or(depth - 1) + 1
}

/// Gradients up to this magnitude cannot make anything infinite that `rule` computes from them.
fn largest_gradient(rule: &LearningRule) -> f32 {
    let step = f32::MAX / 4.0 / learning_rate(rule).max(1.0);
    match rule.optimizer {
        Optimizer::Sgd => step,
        // A velocity is at most the sum of g, mu g, mu^2 g ..., which is g / (1 - mu).
        Optimizer::Momentum { momentum } => step * (1.0 - momentum as f32),
        // Adam squares the gradient, and divides by its size again.
        Optimizer::Adam { .. } => f32::MAX.sqrt() / 4.0,
    }
}

/// The learning rate in the engine's precision, finite.
#[inline(always)]
fn learning_rate(rule: &LearningRule) -> f32 {
    (rule.learning_rate as f32).min(f32::MAX)
}

/// Hands the gradient of a share of layer `l + 1` to `consumer`, tile by tile.
#[inline(always)]
fn hand_gradient<S: Simd>(
    simd: S,
    rows: &[&RowShare],
    neurons: &NeuronShare,
    l: usize,
    consumer: &mut impl Consumer<S>,
) {
    let layer = &neurons.layers[l];
    let panels = (layer.first_panel, layer.parameters.count());
    gradient(
        simd,
        &samples(rows, l)[..rows.len()],
        panels,
        consumer,
        None,
    );
}

/// What the gradient of layer `l + 1` is made of, for one or two shares of rows.
#[inline(always)]
fn samples<'a>(rows: &[&'a RowShare], l: usize) -> [Samples<'a>; 2] {
    [samples_of(rows[0], l), samples_of(rows[rows.len() - 1], l)]
}

#[inline(always)]
fn samples_of(rows: &RowShare, l: usize) -> Samples<'_> {
    Samples {
        activations: match l.checked_sub(1) {
            None => &rows.inputs,
            Some(before) => &rows.layers[before].activations,
        },
        deltas: &rows.layers[l].deltas,
    }
}

/// Hands the gradient of each layer to the learning rule, for one share of the neurons.
pub(super) struct Update<'a> {
    /// All shares, in their order.
    pub rows: &'a [&'a RowShare],
    pub neurons: &'a mut NeuronShare,
    pub order: &'a Order,
}

impl WithSimd for Update<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        update(simd, self);
    }
}

#[inline(always)]
fn update<S: Simd>(
    simd: S,
    Update {
        rows,
        neurons,
        order,
    }: Update,
) {
    if order.is_new {
        neurons.reset_memory(order.rule.optimizer);
    }
    let count: usize = rows.iter().map(|it| it.rows()).sum();
    let rule = &order.rule;
    let scale = Scale {
        share: 1.0 / count as f32,
        decay: rule.weight_decay as f32,
        rate: learning_rate(rule),
    };
    for l in 0..neurons.layers.len() {
        let samples = samples(rows, l);
        let samples = &samples[..rows.len()];
        let layer = &mut neurons.layers[l];
        let panels = (layer.first_panel, layer.parameters.count());
        let parameters = layer.parameters.values_mut();
        let transposed = Some(&mut layer.transposed).filter(|it| it.rows() > 0);
        match rule.optimizer {
            Optimizer::Sgd => {
                let mut sgd = Sgd { scale, parameters };
                gradient(simd, samples, panels, &mut sgd, transposed);
            }
            Optimizer::Momentum { momentum } => {
                let mut rule = Momentum {
                    scale,
                    momentum: momentum as f32,
                    parameters,
                    velocity: &mut layer.first,
                };
                gradient(simd, samples, panels, &mut rule, transposed);
            }
            Optimizer::Adam {
                beta1,
                beta2,
                epsilon,
            } => {
                let mut adam = Adam {
                    scale: Scale {
                        rate: order.adam_rate,
                        ..scale
                    },
                    beta1: beta1 as f32,
                    beta2: beta2 as f32,
                    correction: order.adam_correction,
                    // At least the smallest number, so that 0 / 0 does not happen.
                    epsilon: (epsilon as f32).max(f32::MIN_POSITIVE),
                    parameters,
                    mean: &mut layer.first,
                    square: &mut layer.second,
                };
                gradient(simd, samples, panels, &mut adam, transposed);
            }
        }
    }
}
