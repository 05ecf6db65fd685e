//! Numbers that edges show: weights, contributions to the shown row, or changes.

use std::borrow::Cow;

use ndarray::{Array2, ArrayView1};

use super::style::NetworkView;
use crate::train::StepPhase;
use crate::train::probes::EdgeProbe;
use crate::tui::app::{EdgeValue, Model};

/// Values of the edges into one layer, `(neurons there, neurons before)`, and the largest absolute one.
pub(crate) struct LayerEdges<'a> {
    pub values: Cow<'a, Array2<f32>>,
    pub largest: f32,
}

/// Returns the value that the edges show: the chosen one, or the change right after an update of the
/// phase stepper.
pub(crate) fn shown_value(model: &Model, look: &NetworkView) -> EdgeValue {
    if look.done() == Some(StepPhase::Update) && !look.edges.changes.is_empty() {
        EdgeValue::Change
    } else {
        model.navigation.edge_value
    }
}

/// Values of the edges into layer `l + 1`; none if they are not known.
pub(crate) fn layer_edges<'a>(
    model: &'a Model,
    look: &NetworkView<'a>,
    l: usize,
) -> Option<LayerEdges<'a>> {
    let weights = look.edges.weights.get(l)?;
    let values = match shown_value(model, look) {
        EdgeValue::Weight => {
            let (values, largest) = (Cow::Borrowed(weights), *look.edges.largest.get(l)?);
            return Some(LayerEdges { values, largest });
        }
        EdgeValue::Contribution => {
            let inputs = look.activations(model, l);
            let shown = look.neurons.get(l)?.iter();
            let shown = shown.map(|&neuron| inputs.get(neuron).copied().unwrap_or(f32::NAN));
            let shown: Vec<f32> = shown.collect();
            Cow::Owned(weights * &ArrayView1::from(&shown).broadcast(weights.dim())?)
        }
        EdgeValue::Change => change(model, look, l)?,
    };
    let sizes = values.iter().map(|value| value.abs());
    let largest = sizes.filter(|size| size.is_finite()).fold(0.0, f32::max);
    Some(LayerEdges { values, largest })
}

/// Change of the weights into layer `l + 1` by the update that the phase stepper did last, or since the
/// training step of the snapshot before.
fn change<'a>(model: &'a Model, look: &NetworkView<'a>, l: usize) -> Option<Cow<'a, Array2<f32>>> {
    if let Some(change) = look.edges.changes.get(l) {
        return Some(Cow::Borrowed(change));
    }
    let (probe, before) = model.run.snapshot_before.as_ref()?.get::<EdgeProbe>()?;
    let (now, before) = (look.edges.weights.get(l)?, before.weights.get(l)?);
    let is_same = probe.neurons == look.neurons && now.dim() == before.dim();
    is_same.then(|| Cow::Owned(now - before))
}
