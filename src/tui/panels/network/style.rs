//! Emphasis of neurons and edges, by the inspector's cursor and by the phase stepper.

use ndarray::Array2;

use super::edges::stress_by_cursor;
use crate::train::probes::{EdgeProbe, Edges, PhaseProbe, RowPass, RowProbe};
use crate::train::{Cursor, PhaseValues, StepPhase};
use crate::tui::app::Model;

/// Emphasis of an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stress {
    /// Faint, behind the others.
    Faded,
    /// Neither faint nor emphasised.
    Plain,
    /// Emphasised.
    Raised,
    /// The one under the cursor.
    Chosen,
}

/// Value shown by a neuron.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Shown {
    /// Nothing: the phase stepper has not computed it yet.
    Unknown,
    /// Activation.
    Activation,
    /// Delta, divided by the largest absolute one of the layer.
    Delta(f32),
}

/// Values to draw, and what is emphasised among them.
pub(crate) struct Look<'a> {
    /// Item under the inspector's cursor, if that is open.
    pub cursor: Option<Cursor>,
    /// Values computed by the phase stepper so far, if a mini-batch is stepped through.
    pub phase_values: Option<&'a PhaseValues>,
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
        let (row, pass) = model.run.probed::<RowProbe>()?;
        let (shown, edges) = model.run.probed::<EdgeProbe>()?;
        Some(Self {
            cursor: model.inspector.cursor(),
            phase_values: phase_values(model),
            row,
            pass,
            neurons: &shown.neurons,
            edges,
            depth: model.run.architecture.depth(),
        })
    }

    /// By how much the update just done changed the weights between the shown neurons.
    pub fn changes(&self) -> Option<&'a [Array2<f32>]> {
        let is_update = self.phase_values?.position.done == Some(StepPhase::Update);
        let changes = &self.edges.changes;
        (is_update && !changes.is_empty()).then_some(changes)
    }

    /// Whether any edge is emphasised.
    pub(crate) fn has_stress(&self) -> bool {
        let by_cursor = self.cursor.is_some_and(|cursor| cursor != Cursor::Output);
        by_cursor || self.phase_values.is_some() && self.changes().is_none()
    }

    /// Emphasis of the weight from `input` to neuron `output` of `layer`.
    pub(crate) fn stress(&self, layer: usize, output: usize, input: usize) -> Stress {
        let by_cursor = match self.cursor {
            Some(cursor) => stress_by_cursor(cursor, layer, output, input),
            None => Stress::Plain,
        };
        let Some(phase_values) = self.phase_values else {
            return by_cursor;
        };
        let is_here = match phase_values.position.done {
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

    /// Value shown by neuron `neuron` of `layer`.
    pub fn shown(&self, layer: usize, neuron: usize) -> Shown {
        let Some(phase_values) = self.phase_values.filter(|_| layer > 0) else {
            return Shown::Activation;
        };
        if !knows_activation(phase_values, layer) {
            return Shown::Unknown;
        }
        match phase_values.position.done {
            Some(StepPhase::Backward { layer: at }) if layer >= at => {
                let deltas = phase_values
                    .delta
                    .get(layer - 1)
                    .map_or(&[][..], Vec::as_slice);
                let largest = deltas
                    .iter()
                    .fold(0.0, |max: f64, delta| max.max(delta.abs()));
                let delta = deltas.get(neuron).copied().unwrap_or(f64::NAN);
                Shown::Delta((delta / largest.max(f64::MIN_POSITIVE)) as f32)
            }
            _ => Shown::Activation,
        }
    }

    /// Whether the outputs are known.
    pub(crate) fn knows_outputs(&self) -> bool {
        let phase_values = self.phase_values;
        phase_values.is_none_or(|phase_values| knows_activation(phase_values, self.depth))
    }
}

/// Values computed by the phase stepper, if the newest snapshot has them.
pub(in crate::tui) fn phase_values(model: &Model) -> Option<&PhaseValues> {
    let values = model.run.answer::<PhaseProbe>()?.as_ref();
    model.inspector.step.and(values)
}

/// Whether the phase stepper has computed the activations of `layer`.
pub(in crate::tui) fn knows_activation(phase_values: &PhaseValues, layer: usize) -> bool {
    match phase_values.position.done {
        None => layer == 0,
        Some(StepPhase::Forward { layer: at }) => layer <= at,
        Some(_) => true,
    }
}

/// Whether the phase stepper has computed the loss.
pub(in crate::tui) fn knows_loss(phase_values: &PhaseValues) -> bool {
    let done = phase_values.position.done;
    !matches!(done, None | Some(StepPhase::Forward { .. }))
}

/// Whether the phase stepper has computed the deltas of `layer`.
pub(in crate::tui) fn knows_delta(phase_values: &PhaseValues, layer: usize) -> bool {
    match phase_values.position.done {
        Some(StepPhase::Backward { layer: at }) => layer >= at,
        Some(StepPhase::Update) => true,
        _ => false,
    }
}
