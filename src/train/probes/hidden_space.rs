//! The activations of a layer in their first two principal components.

use ndarray::{ArrayView1, ArrayView2};

use super::RowProbe;
use crate::nn::output::predicted_class;
use crate::train::SampleId;
use crate::train::observation::{Probe, Scratch, Training};
use crate::util::stats::Components;

/// Asks where the probe rows and the shown row lie in the first two principal components of a layer's activations.
#[derive(Debug, Clone, PartialEq)]
pub struct HiddenSpaceProbe {
    /// The layer, 0 for the inputs.
    pub layer: usize,
    /// The shown row.
    pub row: RowProbe,
}

/// Rows in the first two principal components of a layer's activations over the probe rows. From one snapshot to the
/// next, the components keep their signs.
#[derive(Debug, Clone, PartialEq)]
pub struct HiddenSpace {
    /// Probe rows with their coordinates and predicted classes; empty if there is no such layer.
    pub rows: Vec<(SampleId, [f32; 2], usize)>,
    /// Coordinates of the shown row, if there is one.
    pub shown: Option<[f32; 2]>,
    /// Share of the variance along each component, from 0 to 1.
    pub shares: [f64; 2],
}

impl Probe for HiddenSpaceProbe {
    type Answer = HiddenSpace;

    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> HiddenSpace {
        let (session, layer) = (training.session, self.layer);
        if layer > session.architecture().depth() {
            return HiddenSpace {
                rows: Vec::new(),
                shown: None,
                shares: [0.0; 2],
            };
        }
        let row = self.row.rows(session).map(|(_, row)| row.inputs);
        let row = row.map(|inputs| match layer {
            0 => inputs.row(0).to_owned(),
            layer => (scratch.row_pass(session, &inputs))
                .activations(layer)
                .row(0)
                .to_owned(),
        });
        scratch.probe_pass(session);
        let before = scratch.components.take().filter(|(of, _)| *of == layer);
        let before = before.map(|(_, components)| components);
        let activations: ArrayView2<'_, f32> = match layer {
            0 => scratch.probe_rows.view(),
            layer => scratch.probe_pass.activations(layer),
        };
        let components = Components::of(activations, 2, before.as_ref());
        let place = |row: ArrayView1<'_, f32>| {
            let count = components.shares.len();
            [0, 1].map(|index| {
                if index < count {
                    components.coordinate(row, index) as f32
                } else {
                    0.0
                }
            })
        };
        let outputs = scratch.probe_pass.output_rows();
        let predicted = outputs.map(|row| predicted_class(row.outputs));
        let rows = scratch.probe_samples.iter().zip(activations.outer_iter());
        let rows = rows.zip(predicted);
        let answer = HiddenSpace {
            rows: rows
                .map(|((&sample, activations), class)| (sample, place(activations), class))
                .collect(),
            shown: row.map(|row| place(row.view())),
            shares: [0, 1].map(|index| components.shares.get(index).copied().unwrap_or(0.0)),
        };
        scratch.components = Some((layer, components));
        answer
    }
}
