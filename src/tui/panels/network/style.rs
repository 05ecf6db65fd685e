//! What of the network is known and what matters: by the inspector's cursor, and by how far a
//! mini-batch has been walked through.

use ndarray::Array2;

use super::edges::stress_by_cursor;
use crate::train::probes::{EdgeProbe, Edges, PhaseProbe, RowPass, RowProbe};
use crate::train::{Cursor, PhaseValues, Snapshot, StepPhase};
use crate::tui::app::Model;

/// How much an edge matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stress {
    /// It gives way to others.
    Faded,
    /// As every other one.
    Plain,
    /// It stands out.
    Raised,
    /// It alone is meant.
    Chosen,
}

/// What a neuron shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Shown {
    /// Nothing: the walk has not come to it.
    Unknown,
    /// Its activation.
    Activation,
    /// Its delta, as a share of the layer's largest.
    Delta(f32),
}

/// What the topology is drawn by, beside its numbers.
pub(crate) struct Look<'a> {
    /// What the inspector's cursor stands on.
    pub cursor: Option<Cursor>,
    /// How far the walk through a mini-batch has come.
    pub walked: Option<&'a PhaseValues>,
    /// The shown row, and its forward pass.
    pub row: &'a RowProbe,
    pub pass: &'a RowPass,
    /// Neurons of each layer that may be shown, inputs first, and the weights between them.
    pub neurons: &'a [Vec<usize>],
    pub edges: &'a Edges,
    depth: usize,
}

impl<'a> Look<'a> {
    /// Everything to draw of the newest snapshot; none before the first.
    pub fn new(model: &'a Model) -> Option<Self> {
        let snapshot = model.run.snapshot.as_ref()?;
        let (row, pass) = snapshot.get::<RowProbe>()?;
        let (shown, edges) = snapshot.get::<EdgeProbe>()?;
        Some(Self {
            cursor: model.inspector.open.map(|it| it.inspect.cursor),
            walked: walked(model, snapshot),
            row,
            pass,
            neurons: &shown.neurons,
            edges,
            depth: model.run.architecture.depth(),
        })
    }

    /// By how much the update just done changed the weights between the shown neurons.
    pub fn changes(&self) -> Option<&'a [Array2<f32>]> {
        let is_update = self.walked?.stand.done == Some(StepPhase::Update);
        let changes = &self.edges.changes;
        (is_update && !changes.is_empty()).then_some(changes)
    }

    /// Whether any edge stands out.
    pub fn has_stress(&self) -> bool {
        let by_cursor = self.cursor.is_some_and(|it| it != Cursor::Output);
        by_cursor || self.walked.is_some() && self.changes().is_none()
    }

    /// How much the weight from `input` to neuron `output` of `layer` matters.
    pub fn stress(&self, layer: usize, output: usize, input: usize) -> Stress {
        let by_cursor = match self.cursor {
            Some(cursor) => stress_by_cursor(cursor, layer, output, input),
            None => Stress::Plain,
        };
        let Some(walked) = self.walked else {
            return by_cursor;
        };
        // Where the walk stands, and what it went along.
        let is_here = match walked.stand.done {
            Some(StepPhase::Forward { layer: at }) => layer == at,
            Some(StepPhase::Backward { layer: at }) => layer == at + 1,
            Some(StepPhase::Update) => true,
            Some(StepPhase::Loss) | None => false,
        };
        if is_here {
            by_cursor
        } else {
            by_cursor.min(Stress::Faded)
        }
    }

    /// What neuron `neuron` of `layer` shows.
    pub fn shown(&self, layer: usize, neuron: usize) -> Shown {
        let Some(walked) = self.walked.filter(|_| layer > 0) else {
            return Shown::Activation;
        };
        if !knows_activation(walked, layer) {
            return Shown::Unknown;
        }
        match walked.stand.done {
            Some(StepPhase::Backward { layer: at }) if layer >= at => {
                let deltas = walked.delta.get(layer - 1).map_or(&[][..], |it| it);
                let largest = deltas.iter().fold(0.0, |most: f64, d| most.max(d.abs()));
                let delta = deltas.get(neuron).copied().unwrap_or(f64::NAN);
                Shown::Delta((delta / largest.max(f64::MIN_POSITIVE)) as f32)
            }
            _ => Shown::Activation,
        }
    }

    /// Whether the outputs are known.
    pub fn knows_outputs(&self) -> bool {
        let walked = self.walked;
        walked.is_none_or(|walked| knows_activation(walked, self.depth))
    }
}

/// How far the walk has come, if one is under way and `snapshot` saw it.
pub(in crate::tui) fn walked<'a>(model: &Model, snapshot: &'a Snapshot) -> Option<&'a PhaseValues> {
    let values = snapshot.answer::<PhaseProbe>()?.as_ref();
    model.inspector.walk.and(values)
}

/// Whether the activations of `layer` are known where `walked` stands.
pub(in crate::tui) fn knows_activation(walked: &PhaseValues, layer: usize) -> bool {
    match walked.stand.done {
        None => layer == 0,
        Some(StepPhase::Forward { layer: at }) => layer <= at,
        Some(_) => true,
    }
}

/// Whether the loss is known where `walked` stands.
pub(in crate::tui) fn knows_loss(walked: &PhaseValues) -> bool {
    !matches!(walked.stand.done, None | Some(StepPhase::Forward { .. }))
}

/// Whether the deltas of `layer` are known where `walked` stands.
pub(in crate::tui) fn knows_delta(walked: &PhaseValues, layer: usize) -> bool {
    match walked.stand.done {
        Some(StepPhase::Backward { layer: at }) => layer >= at,
        Some(StepPhase::Update) => true,
        _ => false,
    }
}
