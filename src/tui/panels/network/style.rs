//! Emphasis of neurons and edges, by the inspector's cursor and by the phase stepper.

use super::edges::stress_by_cursor;
use crate::train::probes::{
    EdgeProbe, Edges, PhaseProbe, PlaneAnswer, PlaneProbe, RowPass, RowProbe,
};
use crate::train::{Cursor, PhaseValues, StepPhase};
use crate::tui::app::{Model, Pulse};
use crate::util::numbers::short;

/// Emphasis of an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Emphasis {
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
    /// Delta, and its share of the largest absolute one of all layers computed so far.
    Delta { delta: f32, share: f32 },
}

/// Values to draw, and what is emphasised among them.
pub(crate) struct NetworkView<'a> {
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
    /// Activations over the plane.
    pub plane: Option<(&'a PlaneProbe, &'a PlaneAnswer)>,
    /// Pulse on its way between two layers.
    pub pulse: Option<Pulse>,
    depth: usize,
}

impl<'a> NetworkView<'a> {
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
            plane: model.run.probed::<PlaneProbe>(),
            pulse: model.pulse(),
            depth: model.run.architecture.depth(),
        })
    }

    /// Phase done last, if a mini-batch is stepped through.
    pub(crate) fn done(&self) -> Option<StepPhase> {
        self.phase_values?.position.done
    }

    /// Activations of `layer` for the shown row. Those of the inputs are the values that the network
    /// receives.
    pub(crate) fn activations(&self, model: &Model, layer: usize) -> Vec<f32> {
        if let Some(layer) = layer.checked_sub(1) {
            let activations = self.pass.activations.get(layer);
            return activations.cloned().unwrap_or_default();
        }
        let row = self.row.sample.index;
        let samples = model.run.samples_with(self.row.sample);
        let inputs = samples.map(|samples| samples.inputs(row..row + 1));
        let mut inputs: Vec<f32> =
            inputs.map_or(Vec::new(), |inputs| inputs.iter().copied().collect());
        for &(input, value) in &self.row.what_if {
            if let Some(place) = inputs.get_mut(input) {
                *place = value.into();
            }
        }
        inputs
    }

    /// Whether `input` was changed by hand.
    pub(crate) fn is_changed(&self, input: usize) -> bool {
        self.row
            .what_if
            .iter()
            .any(|(changed, _)| *changed == input)
    }

    /// Formats a value as in the table in at most `cells` cells: that of `input`, changed or not.
    pub(crate) fn raw_input(&self, model: &Model, input: usize, cells: usize) -> String {
        let mut changed = self.row.what_if.iter();
        match changed.find(|(changed, _)| *changed == input) {
            Some(&(_, value)) => {
                let preprocessing = &model.run.data.preprocessing;
                short(preprocessing.raw_of(input, value.into()), cells)
            }
            None => self.own_input(model, input, cells),
        }
    }

    /// Formats the shown row's own value of `input`.
    pub(crate) fn own_input(&self, model: &Model, input: usize, cells: usize) -> String {
        let samples = model.run.samples_with(self.row.sample);
        let raw = samples.map(|samples| samples.raw_row(self.row.sample.index));
        let shown = raw.map(|raw| model.run.data.preprocessing.shown(raw.view(), input));
        short(shown.unwrap_or(f32::NAN), cells)
    }

    /// Largest absolute delta of `layer`, if that is what its neurons show.
    pub(crate) fn largest_delta(&self, layer: usize) -> Option<f64> {
        let Some(StepPhase::Backward { layer: at }) = self.done() else {
            return None;
        };
        let deltas = self.phase_values?.delta.get(layer.checked_sub(1)?)?;
        let largest = deltas
            .iter()
            .fold(0.0, |max: f64, delta| max.max(delta.abs()));
        (layer >= at).then_some(largest)
    }

    /// Whether the activations over the plane are known, and nothing else is to be seen of the neurons.
    pub(crate) fn has_maps(&self) -> bool {
        let known = self.plane.map(|(_, answer)| answer.responses.len());
        self.phase_values.is_none() && known.is_some_and(|layers| layers > self.depth)
    }

    /// Whether any edge is emphasised.
    pub(crate) fn has_stress(&self) -> bool {
        let by_cursor = self.cursor.is_some_and(|cursor| cursor != Cursor::Output);
        let by_phase = self.phase_values.is_some() && self.done() != Some(StepPhase::Update);
        by_cursor || by_phase
    }

    /// Emphasis of the weight from `input` to neuron `output` of `layer`.
    pub(crate) fn stress(&self, layer: usize, output: usize, input: usize) -> Emphasis {
        let by_cursor = match self.cursor {
            Some(cursor) => stress_by_cursor(cursor, layer, output, input),
            None => Emphasis::Plain,
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
            by_cursor.min(Emphasis::Faded)
        }
    }

    /// Value shown by neuron `neuron` of `layer`.
    pub fn shown(&self, layer: usize, neuron: usize) -> Shown {
        let Some(phase_values) = self.phase_values.filter(|_| layer > 0) else {
            return Shown::Activation;
        };
        // Numbers are there once they have arrived.
        let arrives = |is_forward| {
            let mut pulse = self.pulse.into_iter();
            pulse.any(|pulse| pulse.is_forward == is_forward)
        };
        let done = self.done();
        let is_on_its_way =
            arrives(true) && matches!(done, Some(StepPhase::Forward { layer: at }) if at == layer);
        if !knows_activation(phase_values, layer) || is_on_its_way {
            return Shown::Unknown;
        }
        match done {
            Some(StepPhase::Backward { layer: at }) if layer == at && arrives(false) => {
                Shown::Activation
            }
            Some(StepPhase::Backward { layer: at }) if layer >= at => {
                let deltas = &phase_values.delta;
                let known = deltas.iter().skip(at - 1).flatten();
                let largest = known.fold(0.0, |max: f64, delta| max.max(delta.abs()));
                let delta = deltas.get(layer - 1).and_then(|deltas| deltas.get(neuron));
                let delta = delta.copied().unwrap_or(f64::NAN);
                Shown::Delta {
                    delta: delta as f32,
                    share: (delta / largest.max(f64::MIN_POSITIVE)) as f32,
                }
            }
            _ => Shown::Activation,
        }
    }

    /// Whether the outputs are known.
    pub(crate) fn knows_outputs(&self) -> bool {
        self.shown(self.depth, 0) != Shown::Unknown
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
