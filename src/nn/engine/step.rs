//! The phases of a training step: forward and backward pass, then the update. Between them, `finite_check.rs`
//! rejects a step that would leave the range of `f32`, so that the network never changes half.

use std::ops::Range;

use arrayvec::ArrayVec;
use pulp::{Simd, WithSimd};

use super::batch::CheckedBatch;
use super::clip::ClipFactor;
use super::finite_check::FiniteCheck;
use super::partition::{NeuronShare, RowShare};
use super::resources::MAX_THREADS;
use super::{NonFinite, Step};
use crate::kernels::aligned::Aligned;
use crate::kernels::elementwise::{activate, largest_magnitude, times_derivative};
use crate::kernels::gradient::{Samples, gradient};
use crate::kernels::output::{OutputRows, count_correct, output_deltas};
use crate::kernels::panels::Panels;
use crate::kernels::product::{Start, product};
use crate::kernels::sparse::Scratch;
use crate::kernels::update::{LayerUpdate, Scale, TileUpdate};
use crate::optimizer::VectorRule;
use crate::{Architecture, LearningRule};

/// Parameters of an update.
#[derive(Debug, Clone, Copy)]
pub(super) struct UpdateParams {
    pub rule: LearningRule,
    /// Updates since the optimizer's state was zero, this one included.
    pub updates: u64,
    /// Whether the state is that of another optimizer and has to be replaced.
    pub is_new: bool,
    /// Factor of the gradient by clipping; 1 without.
    pub clip_factor: f32,
}

/// Copies rows `part` of a mini-batch.
pub(super) struct Load<'a> {
    pub batch: &'a CheckedBatch<'a>,
    pub part: Range<usize>,
    pub rows: &'a mut RowShare,
}

impl WithSimd for Load<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.rows.load(simd, self.batch, self.part);
    }
}

/// Computes activations, losses and deltas of some rows of a mini-batch in all layers.
pub(super) struct ForwardAndBack<'a> {
    pub architecture: &'a Architecture,
    /// All shares, in their order.
    pub neurons: &'a [&'a NeuronShare],
    /// Neurons whose largest parameters are to be found, if they decay.
    pub decaying: Option<&'a NeuronShare>,
    pub rows: &'a mut RowShare,
    pub scratch: &'a mut Scratch,
}

impl WithSimd for ForwardAndBack<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            architecture,
            neurons,
            decaying,
            rows,
            scratch,
        } = self;
        rows.layers[0].input_bound = rows.inputs.find_spans(simd);
        if let Some(decaying) = decaying {
            for (layer, largest) in decaying.layers.iter().zip(&mut rows.largest_parameters) {
                *largest = largest_magnitude(simd, layer.parameters.values());
            }
        }
        forward(simd, architecture, neurons, rows, scratch);
        simd.vectorize(OutputLayer { architecture, rows });
        back(simd, architecture, neurons, rows, scratch);
    }
}

/// `Z_l = A_(l-1) W_l + b_l`, `A_l = f(Z_l)`. Of the output layer, only the logits `Z_L`.
#[inline(always)]
fn forward<S: Simd>(
    simd: S,
    architecture: &Architecture,
    neurons: &[&NeuronShare],
    rows: &mut RowShare,
    scratch: &mut Scratch,
) {
    for l in 0..rows.layers.len() {
        let (before, after) = rows.layers.split_at_mut(l);
        let (own, after) = after.split_first_mut().expect("as many buffers as layers");
        let before = before
            .last()
            .map_or(&rows.inputs, |layer| &layer.activations);
        let z = &mut own.activations;
        weighted_inputs(simd, (before, neurons, l), z, scratch);
        if let Some(next) = after.first_mut() {
            if architecture.hidden().needs_z() {
                own.z.values_mut().copy_from_slice(z.values());
            }
            next.input_bound = activate(simd, architecture.hidden(), z.values_mut());
            if let Some(dropout) = &mut own.dropout {
                let (hidden, z, a) = (architecture.hidden(), own.z.values(), z.values_mut());
                next.input_bound *= dropout.apply(simd, hidden, z, a);
            }
        }
    }
}

/// `Z = A W + b` of layer `l + 1`, whose parameters are in all shares of the neurons.
#[inline(always)]
pub(super) fn weighted_inputs<S: Simd>(
    simd: S,
    (a, neurons, l): (&Panels, &[&NeuronShare], usize),
    z: &mut Panels,
    scratch: &mut Scratch,
) {
    for share in neurons {
        let layer = &share.layers[l];
        let to = (&mut *z, layer.first_panel);
        product(simd, (a, 0), &layer.parameters, Start::Bias, to, scratch);
    }
}

/// The loss of each output, and `D_L = dC/dZ_L`, as a function of its own: with every pair of output and loss
/// in it, the whole step would be too large to be compiled well.
struct OutputLayer<'a> {
    architecture: &'a Architecture,
    rows: &'a mut RowShare,
}

impl WithSimd for OutputLayer<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { architecture, rows } = self;
        let count = rows.rows();
        let layer = rows.layers.last_mut().expect("there is an output layer");
        layer.largest_delta = output_deltas(
            simd,
            (architecture.output(), architecture.loss()),
            OutputRows {
                z: &layer.activations,
                targets: &rows.targets,
                deltas: &mut layer.deltas,
                costs: &mut rows.costs,
            },
        );
        rows.correct = count_correct(
            simd,
            architecture.output(),
            &layer.activations,
            &rows.targets,
            &rows.classes[..count],
        );
    }
}

/// `D_(l-1) = f'(Z_(l-1)) * D_l W_l^T`, from the last layer to the first.
#[inline(always)]
fn back<S: Simd>(
    simd: S,
    architecture: &Architecture,
    neurons: &[&NeuronShare],
    rows: &mut RowShare,
    scratch: &mut Scratch,
) {
    for l in (1..rows.layers.len()).rev() {
        let (before, after) = rows.layers.split_at_mut(l);
        let (before, after) = (&mut before[l - 1], &after[0]);
        let deltas = &mut before.deltas;
        let mut start = Start::Zero;
        for share in neurons {
            let layer = &share.layers[l];
            let from = (&after.deltas, layer.first_panel);
            let to = (&mut *deltas, 0);
            product(simd, from, &layer.transposed, start, to, scratch);
            start = Start::Sum;
        }
        before.largest_delta = match &before.dropout {
            None => times_derivative(
                simd,
                architecture.hidden(),
                before.z.values(),
                before.activations.values(),
                deltas.values_mut(),
            ),
            Some(dropout) => dropout.back(simd, deltas.values_mut()),
        };
    }
}

/// All phases of a step on one thread, in one function: for small networks calls would take a noticeable part of
/// the time.
pub(super) struct WholeStep<'a> {
    pub batch: &'a CheckedBatch<'a>,
    pub architecture: &'a Architecture,
    pub neurons: &'a mut NeuronShare,
    pub rows: &'a mut RowShare,
    pub scratch: &'a mut Scratch,
    pub params: UpdateParams,
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
            scratch,
            mut params,
        } = self;
        rows.load(simd, batch, 0..batch.rows.count());
        let pass = ForwardAndBack {
            architecture,
            neurons: &[neurons],
            decaying: params.rule.decays().then_some(neurons),
            rows,
            scratch,
        };
        pass.with_simd(simd);
        let rows = &[&*rows];
        let check = FiniteCheck {
            loss: architecture.loss(),
            neurons: &[neurons],
            rows,
            rule: &params.rule,
            scratch,
        };
        let step = check.with_simd(simd)?;
        if batch.options.clip.is_some() {
            // Compiled as a function of its own, so that steps without it stay as fast as they are.
            params.clip_factor = simd.vectorize(ClipFactor {
                neurons: &[neurons],
                rows,
                options: &batch.options,
                scratch,
            });
        }
        let update = UpdatePhase {
            rows,
            neurons,
            scratch,
            params: &params,
        };
        update.with_simd(simd);
        Ok(step)
    }
}

/// Computes the gradient of a share of layer `l + 1`, summed over the mini-batch, in the order of the
/// parameters.
pub(super) struct SummedGradient<'a> {
    /// All shares, in their order.
    pub rows: &'a [&'a RowShare],
    pub neurons: &'a NeuronShare,
    pub l: usize,
    pub scratch: &'a mut Scratch,
}

impl WithSimd for SummedGradient<'_> {
    type Output = Aligned;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Aligned {
        let Self {
            rows,
            neurons,
            l,
            scratch,
        } = self;
        let layer = &neurons.layers[l];
        let mut sums = Aligned::zeros(layer.parameters.values().len());
        let mut consumer = LayerUpdate {
            scale: Scale {
                share: 1.0,
                decay: 0.0,
            },
            rule: &VectorRule::Sums,
            parameters: &mut sums,
            state: &mut [],
        };
        let panels = (layer.first_panel, layer.parameters.count());
        let samples = samples(rows, l);
        gradient(simd, &samples, panels, &mut consumer, None, scratch);
        sums
    }
}

/// Returns the inputs of the gradient of layer `l + 1`, for each share of rows.
#[inline(always)]
fn samples<'a>(rows: &[&'a RowShare], l: usize) -> ArrayVec<Samples<'a>, MAX_THREADS> {
    rows.iter().map(|rows| samples_of(rows, l)).collect()
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

/// Updates one share of the neurons.
pub(super) struct UpdatePhase<'a> {
    /// All shares, in their order.
    pub rows: &'a [&'a RowShare],
    pub neurons: &'a mut NeuronShare,
    pub scratch: &'a mut Scratch,
    pub params: &'a UpdateParams,
}

impl WithSimd for UpdatePhase<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let UpdateParams {
            rule,
            updates,
            is_new,
            clip_factor,
        } = self.params;
        if *is_new {
            self.neurons.reset_state(rule.optimizer);
        }
        let count: usize = self.rows.iter().map(|share| share.rows()).sum();
        let scale = Scale {
            share: clip_factor / count as f32,
            decay: rule.weight_decay.get() as f32,
        };
        match VectorRule::new(rule, *updates) {
            VectorRule::Sgd(sgd) => self.layers(simd, scale, &sgd),
            rule => self.layers(simd, scale, &rule),
        }
    }
}

impl UpdatePhase<'_> {
    #[inline(always)]
    fn layers<S: Simd>(self, simd: S, scale: Scale, rule: &impl TileUpdate) {
        for l in 0..self.neurons.layers.len() {
            // A list for many threads takes a noticeable part of the time of a tiny step.
            let (one, many);
            let samples: &[Samples] = if let [rows] = self.rows {
                one = [samples_of(rows, l)];
                &one
            } else {
                many = samples(self.rows, l);
                &many
            };
            let layer = &mut self.neurons.layers[l];
            let panels = (layer.first_panel, layer.parameters.count());
            let transposed = Some(&mut layer.transposed).filter(|to| to.rows() > 0);
            let mut consumer = LayerUpdate {
                scale,
                rule,
                parameters: layer.parameters.values_mut(),
                state: &mut layer.state,
            };
            gradient(
                simd,
                samples,
                panels,
                &mut consumer,
                transposed,
                self.scratch,
            );
        }
    }
}
