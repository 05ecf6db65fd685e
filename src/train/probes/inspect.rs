//! Numbers of the item under the inspector's cursor.

use ndarray::{Array1, Axis};

use super::RowProbe;
use crate::train::inspection::Facts;
use crate::train::observation::{Probe, Scratch, Training};
use crate::train::{Cursor, Inspect, Inspection};

/// Asks for all numbers of a neuron, a parameter or the outputs.
#[derive(Debug, Clone, PartialEq)]
pub struct InspectProbe {
    /// The item, and whose numbers.
    pub inspect: Inspect,
    /// The shown row.
    pub row: RowProbe,
}

impl Probe for InspectProbe {
    /// `None` if the network has no such item, or there is no such row.
    type Answer = Option<Inspection>;

    fn compute(&self, training: &Training<'_>, scratch: &mut Scratch) -> Option<Inspection> {
        let (session, inspect) = (training.session, self.inspect);
        if !inspect.is_in(session.architecture()) {
            return None;
        }
        let row = self.row.rows(session).map(|(_, row)| row);
        // A row that is stepped through has the dropout of its step.
        let stepper = training.stepper.filter(|stepper| {
            !stepper.is_updated() && stepper.position().sample == self.row.sample
        });
        let masks = stepper.map_or_else(Vec::new, |stepper| stepper.row_masks(session));
        let masks = masks
            .into_iter()
            .map(|mask| Array1::from_vec(mask).insert_axis(Axis(0)));
        let masks: Vec<_> = masks.collect();
        let row = row.map(|row| (row, masks));
        scratch.parameters(session);
        if let Cursor::Neuron { .. } = inspect.cursor {
            scratch.probe_pass(session);
        }
        let (rows, pass) = (&scratch.probe_rows, &scratch.probe_pass);
        let activations = |layer: usize| match layer {
            0 => rows.view(),
            layer => pass.activations(layer),
        };
        let parameters = &scratch.parameters;
        let inspector = &mut scratch.inspector;
        let mut inspection = inspector.inspect(session, parameters, inspect, row, activations)?;
        if let (Facts::Parameter(facts), Cursor::Parameter(id)) =
            (&mut inspection.facts, inspect.cursor)
        {
            facts.last_change = scratch.history.last_change(id, session);
            facts.history = scratch.history.of(id, session, parameters);
        }
        Some(inspection)
    }
}
