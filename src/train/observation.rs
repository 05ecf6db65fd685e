//! Looking at a network without touching its training.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use ndarray::Array2;
use rand::seq::index;

use super::inspection::{Facts, History, Inspector, Rows, is_small};
use super::{Cursor, Inspect, Inspection, PhaseValues, Position, Session};
use crate::data::{Prepared, Samples, Targets};
use crate::nn::Parameters;
use crate::nn::engine::Workspace;
use crate::nn::output::predicted_class;
use crate::util::random::{RngStream, generator};
use crate::util::stats::Histogram;

/// Rows over which activations are counted at most.
pub const PROBE_ROWS: usize = 256;

/// Which rows a sample belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// Rows the network learns from.
    Training,
    /// Rows it is only measured on.
    Validation,
}

/// One row of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleId {
    /// Its part of the data.
    pub set: Set,
    /// Its index there.
    pub index: usize,
}

impl SampleId {
    /// The samples this one is of.
    pub fn samples(self, data: &Prepared) -> &Samples {
        match self.set {
            Set::Training => &data.training,
            Set::Validation => &data.validation,
        }
    }
}

/// What somebody wants to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The row whose way through the network is shown.
    pub sample: SampleId,
    /// Neurons of each layer (inputs first) between which weights are shown; empty for none.
    pub neurons: Vec<Vec<usize>>,
    /// Whether the weights' histograms are shown.
    pub weights: bool,
    /// Whether the distributions of activations over the probe rows are shown.
    pub activations: bool,
    /// Rows, of the set of `sample`, of which it is shown what is predicted; empty for none.
    pub rows: Vec<u32>,
    /// Neurons of layer 1 whose incoming weights are shown one by one; empty for none.
    pub pictures: Vec<usize>,
    /// What the inspector shows, if it is open.
    pub inspect: Option<Inspect>,
    /// Inputs of the network whose values are other than the row's, as the network sees them.
    pub what_if: Vec<(usize, Bits)>,
}

/// What the network makes of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowOutcome {
    /// Predicted class.
    pub class: usize,
    /// Output of that class, or the one there is; where a single output tells two classes apart, the
    /// probability of the predicted one.
    pub output: f32,
    /// Loss of the row.
    pub loss: f64,
}

/// What was to be seen at one position of the training.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// When it was taken.
    pub position: Position,
    /// How often the worker had started again by then.
    pub restarts: u32,
    /// What was asked for.
    pub observation: Observation,
    /// Activations of the sample: one vector per layer, layer 1 first.
    pub activations: Vec<Vec<f32>>,
    /// Loss of the sample.
    pub loss: f64,
    /// Weights between the neurons asked for, `(shown outputs, shown inputs)` per layer; empty
    /// where none were.
    pub edges: Vec<Array2<f32>>,
    /// Largest absolute weight of each layer; empty where neither weights nor neurons were asked
    /// for.
    pub largest: Vec<f32>,
    /// Histogram of each layer's weights, if asked for.
    pub weights: Vec<Histogram>,
    /// Distribution of each layer's activations over the probe rows, if asked for.
    pub probe: Vec<Histogram>,
    /// Neurons of each layer whose activation is the same (within 1e-6) for every probe row, if
    /// asked for: they tell the next layer nothing.
    pub silent: Vec<usize>,
    /// What is made of each of the rows asked for.
    pub rows: Vec<RowOutcome>,
    /// Incoming weights of the neurons of layer 1 asked for, `(neurons, inputs)`.
    pub pictures: Array2<f32>,
    /// Activations and loss of the row as it is, if `what_if` changed something.
    pub unchanged: Option<(Vec<Vec<f32>>, f64)>,
    /// What the inspector shows, if asked for.
    pub inspection: Option<Box<Inspection>>,
    /// How far a mini-batch has been walked through, while one is.
    pub walk: Option<Box<PhaseValues>>,
}

/// An `f32` by its bits, so that what is asked for can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bits(u32);

impl From<f32> for Bits {
    fn from(value: f32) -> Self {
        Self(value.to_bits())
    }
}

impl From<Bits> for f32 {
    fn from(bits: Bits) -> Self {
        f32::from_bits(bits.0)
    }
}

/// Buffers for looking, apart from those of training.
pub struct Observer {
    parameters: Parameters,
    probe: Array2<f32>,
    probe_pass: Workspace,
    sample_pass: Workspace,
    inspector: Inspector,
    /// What the parameters were before.
    pub(super) history: History,
}

impl Observer {
    /// Buffers for `session`, and a fixed choice of probe rows: from the validation rows, or from
    /// the training rows where there are none.
    pub fn new(session: &Session) -> Self {
        let architecture = session.architecture();
        let data = session.data();
        let samples = if data.validation.is_empty() {
            &data.training
        } else {
            &data.validation
        };
        let rows = samples.rows();
        let mut generator = generator(session.plan().seed, RngStream::Probe);
        let mut chosen = index::sample(&mut generator, rows, rows.min(PROBE_ROWS)).into_vec();
        chosen.sort_unstable();
        Self {
            parameters: Parameters::zeros(architecture),
            probe: probe(samples, &chosen, architecture.inputs()),
            probe_pass: Workspace::new(architecture, chosen.len()),
            sample_pass: Workspace::new(architecture, 1),
            inspector: Inspector::default(),
            history: History::default(),
        }
    }

    /// Makes ready for what `observation` asks of `session`.
    pub fn prepare(&mut self, session: &Session, observation: &Observation) {
        let cursor = match observation.inspect.map(|inspect| inspect.cursor) {
            Some(Cursor::Parameter(id)) if id.is_in(session.architecture().sizes()) => Some(id),
            _ => None,
        };
        self.history.watch(cursor, is_small(session));
    }

    /// Looks at `session` as `observation` asks.
    pub fn observe(&mut self, session: &Session, observation: &Observation) -> Snapshot {
        if !self.parameters.fits(session.architecture()) {
            *self = Self::new(session);
        }
        let engine = session.engine();
        let mut snapshot = Snapshot {
            position: session.position(),
            restarts: 0,
            observation: observation.clone(),
            activations: Vec::new(),
            loss: f64::NAN,
            edges: Vec::new(),
            largest: Vec::new(),
            weights: Vec::new(),
            probe: Vec::new(),
            silent: Vec::new(),
            rows: Vec::new(),
            pictures: Array2::zeros((0, 0)),
            unchanged: None,
            inspection: None,
            walk: None,
        };
        self.prepare(session, observation);
        let row = self.watch_sample(session, &mut snapshot);
        let inspect = observation
            .inspect
            .filter(|inspect| inspect.is_in(session.architecture()));
        let shows_weights = observation.weights
            || !observation.pictures.is_empty()
            || !observation.neurons.is_empty();
        let is_due = self.history.is_due(session);
        if shows_weights || is_due || inspect.is_some() {
            engine.copy_parameters(&mut self.parameters);
        }
        if shows_weights {
            self.watch_weights(&mut snapshot);
        }
        if is_due {
            self.history.record_values(session, &self.parameters);
        }
        let is_at_neuron = inspect.is_some_and(|it| matches!(it.cursor, Cursor::Neuron { .. }));
        if observation.activations || is_at_neuron {
            engine.forward(self.probe.view(), &mut self.probe_pass);
        }
        if observation.activations {
            self.watch_probe(session, &mut snapshot);
        }
        self.watch_rows(session, &mut snapshot);
        if let Some(inspect) = inspect {
            snapshot.inspection = self.inspect(session, inspect, row).map(Box::new);
        }
        snapshot
    }

    /// The shown row as the network sees it, if there is one, with its activations and loss.
    fn watch_sample(&mut self, session: &Session, snapshot: &mut Snapshot) -> Option<Rows> {
        let architecture = session.architecture();
        let id = snapshot.observation.sample;
        let samples = id.samples(session.data());
        if id.index >= samples.rows() {
            return None;
        }
        let mut row = Rows {
            inputs: Array2::zeros((1, architecture.inputs())),
            targets: Array2::zeros((1, architecture.outputs())),
        };
        samples.write_inputs(id.index, row.inputs.row_mut(0));
        samples.targets.write(id.index, row.targets.row_mut(0));
        let as_it_is = row.inputs.clone();
        for &(input, value) in &snapshot.observation.what_if {
            if let Some(place) = row.inputs.get_mut((0, input)) {
                *place = value.into();
            }
        }
        (snapshot.activations, snapshot.loss) = self.run(session, &row.inputs, &row.targets);
        // By their bits, since NaN may be asked for.
        let is_same = |(one, two): (&f32, &f32)| one.to_bits() == two.to_bits();
        if !as_it_is.iter().zip(&row.inputs).all(is_same) {
            snapshot.unchanged = Some(self.run(session, &as_it_is, &row.targets));
        }
        Some(row)
    }

    /// Activations of each layer, layer 1 first, and loss of a row.
    fn run(
        &mut self,
        session: &Session,
        inputs: &Array2<f32>,
        targets: &Array2<f32>,
    ) -> (Vec<Vec<f32>>, f64) {
        let architecture = session.architecture();
        let pass = &mut self.sample_pass;
        session.engine().forward(inputs.view(), pass);
        let layers = 1..=architecture.depth();
        let activations = layers.map(|layer| pass.activations(layer).row(0).to_vec());
        let activations = activations.collect();
        (activations, pass.loss(targets.view()))
    }

    /// Inspects what the session's network has. Its parameters have been copied, and the probe rows run
    /// where the cursor is at a neuron.
    fn inspect(
        &mut self,
        session: &Session,
        inspect: Inspect,
        row: Option<Rows>,
    ) -> Option<Inspection> {
        let (probe, pass) = (&self.probe, &self.probe_pass);
        let activations = |layer: usize| match layer {
            0 => probe.view(),
            layer => pass.activations(layer),
        };
        let mut inspection =
            self.inspector
                .inspect(session, &self.parameters, inspect, row, activations)?;
        if let (Facts::Parameter(facts), Cursor::Parameter(id)) =
            (&mut inspection.facts, inspect.cursor)
        {
            facts.last_change = self.history.last_change(session.position());
            facts.history = self.history.of(id, session, &self.parameters);
        }
        Some(inspection)
    }

    fn watch_weights(&self, snapshot: &mut Snapshot) {
        for layer in &self.parameters.layers {
            if snapshot.observation.weights {
                let histogram = Histogram::of(&layer.weights);
                snapshot.largest.push(histogram.largest());
                snapshot.weights.push(histogram);
            } else {
                let absolute = layer.weights.iter().map(|w| w.abs());
                snapshot.largest.push(absolute.fold(0.0, f32::max));
            }
        }
        let shown = snapshot.observation.neurons.windows(2);
        for (pair, layer) in shown.zip(&self.parameters.layers) {
            let (inputs, outputs) = (&pair[0], &pair[1]);
            let edges = Array2::from_shape_fn((outputs.len(), inputs.len()), |(j, i)| {
                let edge = layer.weights.get((outputs[j], inputs[i]));
                edge.copied().unwrap_or(0.0)
            });
            snapshot.edges.push(edges);
        }
        let pictures = &snapshot.observation.pictures;
        if let (Some(layer), false) = (self.parameters.layers.first(), pictures.is_empty()) {
            let inputs = layer.weights.ncols();
            snapshot.pictures = Array2::from_shape_fn((pictures.len(), inputs), |(j, i)| {
                let weight = layer.weights.get((pictures[j], i));
                weight.copied().unwrap_or(0.0)
            });
        }
    }

    /// Sends the rows asked for through the network, as many at once as the probe rows are.
    fn watch_rows(&mut self, session: &Session, snapshot: &mut Snapshot) {
        let architecture = session.architecture();
        let samples = snapshot.observation.sample.samples(session.data());
        let rows: Vec<usize> = snapshot
            .observation
            .rows
            .iter()
            .map(|&it| it as usize)
            .collect();
        let mut target = Array2::zeros((1, architecture.outputs()));
        for rows in rows.chunks(self.probe.nrows().max(1)) {
            if rows.iter().any(|&row| row >= samples.rows()) {
                return;
            }
            let inputs = probe(samples, rows, architecture.inputs());
            session
                .engine()
                .forward(inputs.view(), &mut self.probe_pass);
            let outputs = self.probe_pass.outputs();
            for (i, &row) in rows.iter().enumerate() {
                samples.targets.write(row, target.row_mut(0));
                let outputs = outputs.row(i);
                let class = predicted_class(outputs);
                let loss = self.probe_pass.loss_of_row(i, &target);
                snapshot.rows.push(RowOutcome {
                    class,
                    output: match (&samples.targets, outputs.len()) {
                        (Targets::Numbers { .. }, _) => outputs[0],
                        (Targets::Classes(_), 1) if class == 0 => 1.0 - outputs[0],
                        (Targets::Classes(_), 1) => outputs[0],
                        _ => outputs[class],
                    },
                    loss,
                });
            }
        }
    }

    fn watch_probe(&self, session: &Session, snapshot: &mut Snapshot) {
        for layer in 1..=session.architecture().depth() {
            let activations = self.probe_pass.activations(layer);
            let silent = activations
                .columns()
                .into_iter()
                .filter(|column| {
                    let first = column[0];
                    column.iter().all(|a| (a - first).abs() < 1e-6)
                })
                .count();
            snapshot.silent.push(silent);
            snapshot.probe.push(Histogram::of(&activations));
        }
    }
}

/// What the network sees of the `chosen` rows: `(rows, inputs)`.
fn probe(samples: &Samples, chosen: &[usize], inputs: usize) -> Array2<f32> {
    let mut probe = Array2::zeros((chosen.len(), inputs));
    for (&row, out) in chosen.iter().zip(probe.outer_iter_mut()) {
        samples.write_inputs(row, out);
    }
    probe
}

/// A place for one snapshot, between the worker and whoever watches. The worker fills it only when
/// it is wanted, and never waits.
#[derive(Debug, Default)]
pub struct Mailbox {
    wanted: AtomicBool,
    slot: Mutex<Option<Snapshot>>,
}

impl Mailbox {
    /// Takes the snapshot, if there is one, and asks for the next.
    pub fn take(&self) -> Option<Snapshot> {
        let taken = self.lock().take();
        self.wanted.store(true, Ordering::Release);
        taken
    }

    /// Whether somebody waits for a snapshot.
    pub fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Acquire)
    }

    /// Leaves `snapshot` for whoever watches, in place of one that nobody took.
    pub fn put(&self, snapshot: Snapshot) {
        *self.lock() = Some(snapshot);
        self.wanted.store(false, Ordering::Release);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Snapshot>> {
        // A snapshot is replaced as a whole, so a poisoned lock holds no half of one.
        self.slot
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
