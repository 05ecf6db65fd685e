//! Making an inspection of a session.

use std::borrow::Cow;

use ndarray::{Array2, ArrayView2};

use super::facts::{Context, ProbeRows};
use super::{Cursor, Facts, Inspect, Inspection, Subject};
use crate::nn::engine::Workspace;
use crate::nn::pass::Pass;
use crate::nn::{Architecture, Parameters};
use crate::train::Session;

/// Products of a pass, rows times weights, up to which it is the textbook's: a few milliseconds.
const MOST_PRODUCTS: usize = 1 << 20;

/// The buffers that inspecting a large network takes, from when they are first needed.
#[derive(Default)]
pub(crate) struct Inspector {
    forward: Option<Workspace>,
}

/// Rows to run through the network, as it sees them: `(rows, inputs)` and `(rows, outputs)`.
pub(crate) struct Rows {
    pub inputs: Array2<f32>,
    pub targets: Array2<f32>,
}

impl Rows {
    /// The mini-batch that the next step of `session` trains on.
    pub fn of_next_step(session: &Session) -> Self {
        let (samples, rows) = (&session.data().training, session.next_rows());
        let architecture = session.architecture();
        let mut inputs = Array2::zeros((rows.len(), architecture.inputs()));
        let mut targets = Array2::zeros((rows.len(), architecture.outputs()));
        for (i, &row) in rows.iter().enumerate() {
            samples.write_inputs(row as usize, inputs.row_mut(i));
            samples.targets.write(row as usize, targets.row_mut(i));
        }
        Self { inputs, targets }
    }
}

impl Inspect {
    /// Whether a network of this `architecture` has what the cursor stands on.
    pub fn is_in(self, architecture: &Architecture) -> bool {
        let sizes = architecture.sizes();
        match self.cursor {
            Cursor::Neuron { layer, neuron } => sizes.get(layer).is_some_and(|&n| neuron < n),
            Cursor::Parameter(id) => id.is_in(sizes),
            Cursor::Output => true,
        }
    }

    /// The layer that the cursor stands in; that of the outputs for these.
    fn layer(self, architecture: &Architecture) -> usize {
        match self.cursor {
            Cursor::Neuron { layer, .. } => layer,
            Cursor::Parameter(id) => id.layer(),
            Cursor::Output => architecture.depth(),
        }
    }
}

impl Inspector {
    /// Inspects `session`, whose parameters are `parameters`, as `inspect` asks, which must be in its
    /// network. `row` is the shown row, if there is one; `probe` the activations of the probe rows in a
    /// layer. History and last change are left to the caller.
    pub fn inspect<'p>(
        &mut self,
        session: &Session,
        parameters: &Parameters,
        inspect: Inspect,
        row: Option<Rows>,
        probe: impl Fn(usize) -> ArrayView2<'p, f32>,
    ) -> Option<Inspection> {
        let is_of_batch = inspect.of == Subject::Batch;
        let needs_batch = is_of_batch || matches!(inspect.cursor, Cursor::Parameter(_));
        let row = if is_of_batch {
            None
        } else {
            Some(self.pass(session, parameters, inspect, row?))
        };
        let batch = needs_batch.then(|| {
            let rows = Rows::of_next_step(session);
            self.pass(session, parameters, inspect, rows)
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

    /// A pass of `rows` with all that `inspect` asks for: the textbook's, or where that would take too
    /// long the engine's up to the layer before the outputs, for a parameter up to its own layer (the
    /// loss as a function of it has to be in `f64`), and then by products of matrices.
    fn pass<'p>(
        &mut self,
        session: &Session,
        parameters: &'p Parameters,
        inspect: Inspect,
        rows: Rows,
    ) -> Pass<'p> {
        let architecture = session.architecture();
        let targets = rows.targets.mapv(f64::from);
        let weights: usize = architecture.layer_shapes().map(|(m, n)| m * n).sum();
        let parameters = Cow::Borrowed(parameters);
        if rows.inputs.nrows() * weights <= MOST_PRODUCTS {
            let inputs = rows.inputs.mapv(f64::from);
            return Pass::by_textbook(architecture, parameters, inputs, targets);
        }
        let layer = inspect.layer(architecture);
        let last_known = match inspect.cursor {
            Cursor::Parameter(_) => layer.min(architecture.depth() - 1),
            Cursor::Neuron { .. } | Cursor::Output => architecture.depth() - 1,
        };
        let known = self.known(session, rows.inputs, last_known);
        let mut pass = Pass::by_products(architecture, parameters, known, targets);
        pass.propagate_back((layer + 1).min(architecture.depth()));
        pass
    }

    /// Activations of the layers up to `last`, computed by the engine.
    fn known(&mut self, session: &Session, inputs: Array2<f32>, last: usize) -> Vec<Array2<f64>> {
        let engine = session.engine();
        let rows = inputs.nrows();
        let mut known = vec![inputs.mapv(f64::from)];
        if last == 0 {
            return known;
        }
        let forward = self.forward.take();
        let mut forward = forward
            .filter(|it| it.capacity() >= rows)
            .unwrap_or_else(|| Workspace::new(session.architecture(), rows.max(engine.batch())));
        engine.forward(inputs.view(), &mut forward);
        known.extend((1..=last).map(|layer| forward.activations(layer).mapv(f64::from)));
        self.forward = Some(forward);
        known
    }
}
