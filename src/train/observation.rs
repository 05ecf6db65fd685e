//! Looking at a network without touching its training.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use ndarray::Array2;
use rand::seq::index;

use super::evaluation::{ExactLoss, predicted_class};
use super::{Position, Session};
use crate::data::{Prepared, Samples};
use crate::nn::Parameters;
use crate::nn::engine::Workspace;
use crate::random::{Purpose, generator};
use crate::stats::Histogram;

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
}

/// What the network makes of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowOutcome {
    /// The class with the largest output; 0 where a number is predicted.
    pub class: usize,
    /// That output, or the one there is.
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
}

/// Buffers for looking, apart from those of training.
pub struct Observer {
    parameters: Parameters,
    probe: Array2<f32>,
    probe_pass: Workspace,
    sample_pass: Workspace,
}

impl Observer {
    /// Buffers for `session`, and a fixed choice of probe rows: from the validation rows, or from
    /// the training rows where there are none.
    pub fn new(session: &Session) -> Self {
        let architecture = session.architecture();
        let data = session.data();
        let samples = match data.validation.is_empty() {
            true => &data.training,
            false => &data.validation,
        };
        let rows = samples.rows();
        let mut generator = generator(session.plan().seed, Purpose::Probe);
        let mut chosen = index::sample(&mut generator, rows, rows.min(PROBE_ROWS)).into_vec();
        chosen.sort_unstable();
        Self {
            parameters: Parameters::zeros(architecture),
            probe: probe(samples, &chosen, architecture.inputs()),
            probe_pass: Workspace::new(architecture, chosen.len()),
            sample_pass: Workspace::new(architecture, 1),
        }
    }

    /// Looks at `session` as `observation` asks.
    pub fn observe(&mut self, session: &Session, observation: &Observation) -> Snapshot {
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
        };
        self.watch_sample(session, &mut snapshot);
        let are_weights_shown = observation.weights || !observation.pictures.is_empty();
        if are_weights_shown || !observation.neurons.is_empty() {
            engine.copy_parameters(&mut self.parameters);
            self.watch_weights(&mut snapshot);
        }
        if observation.activations {
            engine.forward(self.probe.view(), &mut self.probe_pass);
            self.watch_probe(session, &mut snapshot);
        }
        self.watch_rows(session, &mut snapshot);
        snapshot
    }

    fn watch_sample(&mut self, session: &Session, snapshot: &mut Snapshot) {
        let architecture = session.architecture();
        let id = snapshot.observation.sample;
        let samples = id.samples(session.data());
        if id.index >= samples.rows() {
            return;
        }
        let inputs = samples.inputs(id.index..id.index + 1);
        session
            .engine()
            .forward(inputs.view(), &mut self.sample_pass);
        for layer in 1..=architecture.depth() {
            let activations = self.sample_pass.activations(layer);
            snapshot.activations.push(activations.row(0).to_vec());
        }
        let mut target = Array2::zeros((1, architecture.outputs()));
        samples.targets.write(id.index, target.row_mut(0));
        snapshot.loss = self.sample_pass.loss(architecture.loss(), target.view());
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
        let mut exact = ExactLoss::default();
        let mut target = Array2::zeros((1, architecture.outputs()));
        for rows in rows.chunks(self.probe.nrows().max(1)) {
            if rows.iter().any(|&row| row >= samples.rows()) {
                return;
            }
            let inputs = probe(samples, rows, architecture.inputs());
            session
                .engine()
                .forward(inputs.view(), &mut self.probe_pass);
            let (outputs, logits) = (self.probe_pass.outputs(), self.probe_pass.logits());
            for (i, &row) in rows.iter().enumerate() {
                samples.targets.write(row, target.row_mut(0));
                let outputs = outputs.row(i);
                let class = predicted_class(outputs);
                let loss = exact.of(architecture.loss(), logits.row(i), outputs, &target);
                snapshot.rows.push(RowOutcome {
                    class,
                    output: outputs[class],
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
