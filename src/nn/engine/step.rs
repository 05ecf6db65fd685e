//! One training step: forward, backward, update.
//!
//! All of it runs inside one call that switches the vector instructions on, and nothing is
//! applied to the network before everything that could go wrong has been ruled out.

use pulp::{Simd, WithSimd};

use super::{Buffers, Engine, Layer, LayerBuffers, NonFinite, Quantity, Step};
use crate::nn::kernels::elementwise::{activate, largest_magnitude, times_derivative};
use crate::nn::kernels::gradient::{Consumer, Measure, gradient};
use crate::nn::kernels::output::{count_correct, output_deltas};
use crate::nn::kernels::product::{Start, product};
use crate::nn::kernels::update::{Adam, Momentum, Scale, Sgd};
use crate::nn::{Architecture, LearningRule, Optimizer};

/// The arguments of [`Engine::train`], checked.
pub(super) struct TrainingStep<'a> {
    pub engine: &'a mut Engine,
    /// Row-major `(rows, inputs)`.
    pub inputs: &'a [f32],
    /// Row-major `(rows, outputs)`.
    pub targets: &'a [f32],
    pub rows: usize,
    pub rule: &'a LearningRule,
}

impl WithSimd for TrainingStep<'_> {
    type Output = Result<Step, NonFinite>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let Self { engine, rows, .. } = self;
        let architecture = &engine.architecture;
        let (layers, buffers) = (&mut engine.layers[..], &mut engine.buffers);

        buffers.load(simd, rows, self.inputs, self.targets);
        forward(simd, architecture, layers, buffers);
        let step = output_layer(simd, architecture, buffers, self.targets)?;
        backward(simd, architecture, layers, buffers);
        check_gradients(simd, layers, buffers, self.rule)?;

        if std::mem::discriminant(&self.rule.optimizer) != std::mem::discriminant(&engine.optimizer)
        {
            engine.reset_optimizer(self.rule.optimizer);
        }
        engine.optimizer = self.rule.optimizer;
        engine.updates += 1;
        update(
            simd,
            &mut engine.layers,
            &engine.buffers,
            self.rule,
            engine.updates,
        );
        Ok(step)
    }
}

impl Buffers {
    #[inline(always)]
    fn load<S: Simd>(&mut self, simd: S, rows: usize, inputs: &[f32], targets: &[f32]) {
        for layer in &mut self.layers {
            layer.activations.set_rows(rows);
            layer.deltas.set_rows(rows);
        }
        self.inputs.load(simd, rows, inputs);
        self.layers[0].input_bound = self.inputs.find_spans(simd);
        self.targets.load(simd, rows, targets);
    }

    /// Hands the gradient of layer `l + 1` to `consumer`.
    #[inline(always)]
    fn gradient<S: Simd>(&self, simd: S, l: usize, consumer: &mut impl Consumer<S>) {
        let inputs = match l.checked_sub(1) {
            None => &self.inputs,
            Some(before) => &self.layers[before].activations,
        };
        gradient(simd, inputs, &self.layers[l].deltas, consumer);
    }

    /// The first layer with an activation that is not finite; without one, the last.
    #[cold]
    fn first_non_finite(&self) -> usize {
        let mut layers = self.layers.iter();
        let is_finite = |layer: &LayerBuffers| {
            let mut activations = layer.activations.values().iter();
            activations.all(|a| a.is_finite())
        };
        let found = layers.position(|layer| !is_finite(layer));
        found.map_or(self.layers.len(), |position| position + 1)
    }
}

/// `Z_l = A_(l-1) W_l + b_l`, `A_l = f(Z_l)`. Of the output layer, only the logits `Z_L`.
#[inline(always)]
fn forward<S: Simd>(simd: S, architecture: &Architecture, layers: &[Layer], buffers: &mut Buffers) {
    for (l, layer) in layers.iter().enumerate() {
        let (before, after) = buffers.layers.split_at_mut(l);
        let (own, after) = after.split_first_mut().expect("as many buffers as layers");
        let before = before.last().map_or(&buffers.inputs, |it| &it.activations);
        let z = &mut own.activations;
        product(simd, before, &layer.parameters, Start::Bias, z);
        if let Some(next) = after.first_mut() {
            next.input_bound = activate(simd, architecture.hidden(), z.values_mut());
        }
    }
}

/// Loss of the mini-batch, and `D_L = dC/dZ_L`.
#[inline(always)]
fn output_layer<S: Simd>(
    simd: S,
    architecture: &Architecture,
    buffers: &mut Buffers,
    targets: &[f32],
) -> Result<Step, NonFinite> {
    let layer = buffers.layers.last_mut().expect("there is an output layer");
    let (sum, largest) = output_deltas(
        simd,
        (architecture.output(), architecture.loss()),
        &layer.activations,
        &buffers.targets,
        &mut layer.deltas,
    );
    layer.largest_delta = largest;
    let loss = sum / layer.activations.rows() as f32;
    let correct = count_correct(architecture.output(), &layer.activations, targets);
    if !loss.is_finite() {
        return Err(NonFinite {
            what: Quantity::Loss,
            layer: buffers.first_non_finite(),
        });
    }
    Ok(Step { loss, correct })
}

/// `D_(l-1) = f'(Z_(l-1)) * D_l W_l^T`, from the last layer to the first.
#[inline(always)]
fn backward<S: Simd>(
    simd: S,
    architecture: &Architecture,
    layers: &mut [Layer],
    buffers: &mut Buffers,
) {
    for l in (1..layers.len()).rev() {
        let layer = &mut layers[l];
        layer.parameters.transpose(&mut layer.transposed);
        let (before, after) = buffers.layers.split_at_mut(l);
        let (before, after) = (&mut before[l - 1], &after[0]);
        let deltas = &mut before.deltas;
        product(simd, &after.deltas, &layer.transposed, Start::Zero, deltas);
        before.largest_delta = times_derivative(
            simd,
            architecture.hidden(),
            before.activations.values(),
            deltas.values_mut(),
        );
    }
}

/// Makes sure that no gradient, and no update that comes of it, leaves the range of `f32`.
///
/// To look at each gradient would cost as much as the update itself. But a sum of `rows` products
/// is at most `rows * max |a| * max |delta|`, and those two are at hand; only if that bound is too
/// large, which takes numbers beyond all reason, the gradient is computed just to look at it.
#[inline(always)]
fn check_gradients<S: Simd>(
    simd: S,
    layers: &[Layer],
    buffers: &Buffers,
    rule: &LearningRule,
) -> Result<(), NonFinite> {
    let limit = largest_gradient(rule);
    let decay = rule.weight_decay as f32;
    let rows = buffers.targets.rows();
    for (l, layer) in layers.iter().enumerate() {
        let own = &buffers.layers[l];
        // The bias is a weight from an input that is 1. (`f32::max` would lose NaN.)
        let one_is_more = own.input_bound < 1.0;
        let input_bound = if one_is_more { 1.0 } else { own.input_bound };
        let mut bound = rows as f32 * input_bound * own.largest_delta;
        if decay != 0.0 {
            bound += decay * largest_magnitude(simd, layer.parameters.values());
        }
        // Written so that NaN is not within the limit.
        let within = |magnitude: f32| magnitude <= limit;
        if !within(bound) {
            let mut measure = Measure::new(simd, &layer.parameters, rows, decay);
            buffers.gradient(simd, l, &mut measure);
            if !within(measure.largest()) {
                return Err(NonFinite {
                    what: Quantity::Gradient,
                    layer: l + 1,
                });
            }
        }
    }
    Ok(())
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

/// Hands the gradient of each layer to the learning rule. `updates` counts this one.
#[inline(always)]
fn update<S: Simd>(
    simd: S,
    layers: &mut [Layer],
    buffers: &Buffers,
    rule: &LearningRule,
    updates: u32,
) {
    let scale = Scale {
        share: 1.0 / buffers.targets.rows() as f32,
        decay: rule.weight_decay as f32,
        rate: learning_rate(rule),
    };
    match rule.optimizer {
        Optimizer::Sgd => {
            for (l, layer) in layers.iter_mut().enumerate() {
                let parameters = layer.parameters.values_mut();
                let mut sgd = Sgd { scale, parameters };
                buffers.gradient(simd, l, &mut sgd);
            }
        }
        Optimizer::Momentum { momentum } => {
            for (l, layer) in layers.iter_mut().enumerate() {
                let mut rule = Momentum {
                    scale,
                    momentum: momentum as f32,
                    parameters: layer.parameters.values_mut(),
                    velocity: &mut layer.first,
                };
                buffers.gradient(simd, l, &mut rule);
            }
        }
        Optimizer::Adam {
            beta1,
            beta2,
            epsilon,
        } => {
            // The corrections for the start at zero are the same for all parameters.
            let t = f64::from(updates);
            let rate = rule.learning_rate / (1.0 - beta1.powf(t));
            for (l, layer) in layers.iter_mut().enumerate() {
                let mut adam = Adam {
                    scale: Scale {
                        rate: rate as f32,
                        ..scale
                    },
                    beta1: beta1 as f32,
                    beta2: beta2 as f32,
                    correction: (1.0 - beta2.powf(t)).sqrt().recip() as f32,
                    // At least the smallest number, so that 0 / 0 does not happen.
                    epsilon: (epsilon as f32).max(f32::MIN_POSITIVE),
                    parameters: layer.parameters.values_mut(),
                    mean: &mut layer.first,
                    square: &mut layer.second,
                };
                buffers.gradient(simd, l, &mut adam);
            }
        }
    }
}
