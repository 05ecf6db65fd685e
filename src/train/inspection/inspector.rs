//! Computation of an inspection: forward and backward passes over the shown row or the next mini-batch.

use std::borrow::Cow;

use ndarray::{Array2, ArrayView2};

use super::facts::{Context, ProbeRows};
use super::{Cursor, Facts, Inspect, Inspection, Subject};
use crate::nn::engine::Workspace;
use crate::nn::pass::Pass;
use crate::nn::{Architecture, Parameters};
use crate::train::Session;

/// Maximum number of products (rows times weights) of a pass in plain f64 loops: a few milliseconds.
const MAX_PRODUCTS: usize = 1 << 20;

/// Buffers for inspecting large networks, allocated when first needed.
#[derive(Default)]
pub(crate) struct Inspector {
    forward: Option<Workspace>,
}

/// Factors of the activations of each hidden layer by dropout, `(rows, neurons)`; none without dropout.
pub(crate) type Masks = Vec<Array2<f64>>;

/// Encoded rows: inputs `(rows, network inputs)` and targets `(rows, network outputs)`.
pub(crate) struct Rows {
    pub inputs: Array2<f32>,
    pub targets: Array2<f32>,
}

impl Rows {
    /// Returns the next mini-batch of `session`, or its first `max` rows.
    pub(crate) fn of_next_step(session: &Session, max: usize) -> Self {
        let (samples, rows) = (&session.data().training, session.next_rows());
        let rows = || rows.iter().take(max).map(|&row| row as usize);
        let inputs = samples.gather(rows());
        let mut targets = (samples.targets).gather(rows(), session.architecture().outputs());
        for target in targets.outer_iter_mut() {
            session.smooth(target);
        }
        Self { inputs, targets }
    }
}

impl Inspect {
    /// Returns whether the neuron or parameter under the cursor exists in `architecture`.
    pub fn is_in(self, architecture: &Architecture) -> bool {
        let sizes = architecture.sizes();
        match self.cursor {
            Cursor::Neuron { layer, neuron } => sizes.get(layer).is_some_and(|&n| neuron < n),
            Cursor::Parameter(id) => id.is_in(sizes),
            Cursor::Output => true,
        }
    }

    /// Returns the layer of the cursor; the output layer for [`Cursor::Output`].
    fn layer(self, architecture: &Architecture) -> usize {
        match self.cursor {
            Cursor::Neuron { layer, .. } => layer,
            Cursor::Parameter(id) => id.layer(),
            Cursor::Output => architecture.depth(),
        }
    }
}

impl Inspector {
    /// Computes the facts that `inspect` requests; its cursor must exist in the network. `parameters` are
    /// those of `session`, `row` is the shown row with the dropout of the step that it takes part in, and `probe` returns the activations of the probe rows
    /// in a layer, `(rows, neurons)`. The caller fills in history and last change.
    pub fn inspect<'p>(
        &mut self,
        session: &Session,
        parameters: &Parameters,
        inspect: Inspect,
        row: Option<(Rows, Masks)>,
        probe: impl Fn(usize) -> ArrayView2<'p, f32>,
    ) -> Option<Inspection> {
        let is_of_batch = inspect.of == Subject::Batch;
        let needs_batch = is_of_batch || matches!(inspect.cursor, Cursor::Parameter(_));
        let row = if is_of_batch {
            None
        } else {
            let (row, masks) = row?;
            Some(self.pass(session, parameters, inspect, row, masks))
        };
        let batch = needs_batch.then(|| {
            let rows = Rows::of_next_step(session, usize::MAX);
            let masks = session.masks(session.position().step, rows.inputs.nrows());
            let masks = masks.iter().map(|mask| mask.mapv(f64::from));
            self.pass(session, parameters, inspect, rows, masks.collect())
        });
        let subject = Context {
            session,
            parameters,
            pass: row.as_ref().or(batch.as_ref())?,
        };
        let probe_rows = |layer: usize| ProbeRows {
            before: layer.checked_sub(1).map(&probe),
            own: probe(layer),
        };
        let facts = match inspect.cursor {
            Cursor::Neuron { layer: 0, neuron } => {
                Facts::Input(subject.input(neuron, &probe_rows(0)))
            }
            Cursor::Neuron { layer, neuron } => {
                Facts::Neuron(subject.neuron(layer, neuron, &probe_rows(layer)))
            }
            Cursor::Parameter(id) => Facts::Parameter(subject.parameter(id, batch.as_ref()?)),
            Cursor::Output => Facts::Output(subject.output()),
        };
        Some(Inspection {
            inspect,
            rows: subject.pass.rows(),
            facts,
        })
    }

    /// Computes a forward and backward pass of `rows`: in plain f64 loops, or, if that takes too long,
    /// with the engine up to the layer before the outputs (for a parameter up to its own layer, since its
    /// finite difference needs the loss in f64) and matrix products from there.
    fn pass<'p>(
        &mut self,
        session: &Session,
        parameters: &'p Parameters,
        inspect: Inspect,
        rows: Rows,
        masks: Masks,
    ) -> Pass<'p> {
        let architecture = session.architecture();
        let targets = rows.targets.mapv(f64::from);
        let weights: usize = architecture.layer_shapes().map(|(m, n)| m * n).sum();
        let parameters = Cow::Borrowed(parameters);
        if rows.inputs.nrows() * weights <= MAX_PRODUCTS {
            let inputs = rows.inputs.mapv(f64::from);
            return Pass::by_textbook(architecture, parameters, inputs, targets, masks);
        }
        let layer = inspect.layer(architecture);
        let last_known = match inspect.cursor {
            Cursor::Parameter(_) => layer.min(architecture.depth() - 1),
            Cursor::Neuron { .. } | Cursor::Output => architecture.depth() - 1,
        };
        // The engine's pass has no dropout.
        let last_known = if masks.is_empty() { last_known } else { 0 };
        let known = self.known(session, rows.inputs, last_known);
        let mut pass = Pass::by_products(architecture, parameters, known, targets, masks);
        // Clipping takes the gradient of all layers.
        let clips = session.plan_in_force().regularisation.clip.is_some();
        let lowest = if clips { 1 } else { layer + 1 };
        pass.propagate_back(lowest.min(architecture.depth()));
        pass
    }

    /// Computes the activations of layers 0 to `last` with the engine, each `(rows, neurons)`.
    fn known(&mut self, session: &Session, inputs: Array2<f32>, last: usize) -> Vec<Array2<f64>> {
        let engine = session.engine();
        let rows = inputs.nrows();
        let mut known = vec![inputs.mapv(f64::from)];
        if last == 0 {
            return known;
        }
        let forward = self.forward.take();
        let mut forward = forward
            .filter(|workspace| workspace.capacity() >= rows)
            .unwrap_or_else(|| Workspace::new(session.architecture(), rows.max(engine.batch())));
        engine.forward(inputs.view(), &mut forward);
        known.extend((1..=last).map(|layer| forward.activations(layer).mapv(f64::from)));
        self.forward = Some(forward);
        known
    }
}
