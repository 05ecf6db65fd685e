//! Changes by hand of the parameter, neuron or input under the inspector's cursor.

use super::actions::Done;
use super::dialogs::Purpose;
use super::inspector::InspectorState;
use super::model::Model;
use super::network_cursor::neuron_at;
use super::prompt::Prompt;
use super::what_if::ColumnDomain;
use crate::data::Prepared;
use crate::nn::{Architecture, Change, NeuronId, ParameterId};
use crate::train::inspection::Facts;
use crate::train::probes::{EdgeProbe, InspectProbe};
use crate::train::{Command, Cursor};
use crate::tui::text;

/// A parameter set by hand, valid until the next step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Edited {
    id: ParameterId,
    value: f32,
    step: u64,
}

impl InspectorState {
    /// The weight or bias under the cursor.
    pub(super) fn parameter(&self) -> Option<ParameterId> {
        match self.cursor()? {
            Cursor::Parameter(id) => Some(id),
            _ => None,
        }
    }

    /// The hidden neuron under the cursor, or the one that the parameter under it belongs to.
    pub(super) fn hidden_neuron(&self, architecture: &Architecture) -> Option<NeuronId> {
        let (layer, neuron) = neuron_at(self.cursor()?)?;
        let is_hidden = (1..architecture.depth()).contains(&layer);
        is_hidden.then_some(NeuronId { layer, neuron })
    }

    /// The column of the table that the input under the cursor belongs to.
    fn column(&self, data: &Prepared) -> Option<usize> {
        match self.cursor()? {
            Cursor::Neuron { layer: 0, neuron } => data.preprocessing.column_of(neuron),
            _ => None,
        }
    }
}

impl Model {
    /// The parameter to change: `id`, or the one under the cursor.
    fn wanted_parameter(&self, id: Option<ParameterId>) -> Result<ParameterId, String> {
        let id = id.or_else(|| self.inspector.parameter());
        let id = id.ok_or(text::no_weight_under_cursor())?;
        let sizes = self.run.architecture.sizes();
        let layer = id.layer();
        if id.is_in(sizes) {
            return Ok(id);
        }
        if !(1..sizes.len()).contains(&layer) {
            let last = sizes.len() - 1;
            return Err(text::no_such_layer(id, last));
        }
        let (outputs, inputs) = (sizes[layer], sizes[layer - 1]);
        Err(text::no_such_parameter(id, layer, outputs, inputs))
    }

    /// The value of a parameter as set by hand, inspected or drawn, if it is known.
    fn value_of(&self, id: ParameterId) -> Option<f32> {
        let step = self.run.position.step;
        if let Some(edited) = &self.inspector.edited
            && (edited.id, edited.step) == (id, step)
        {
            return Some(edited.value);
        }
        if let Some(Some(inspection)) = self.run.answer::<InspectProbe>()
            && inspection.inspect.cursor == Cursor::Parameter(id)
            && let Facts::Parameter(facts) = &inspection.facts
        {
            return Some(facts.value as f32);
        }
        let (shown, edges) = self.run.probed::<EdgeProbe>()?;
        let place = |layer: usize, neuron| {
            let neurons = shown.neurons.get(layer)?;
            neurons.iter().position(|&shown| shown == neuron)
        };
        let layer = id.layer();
        let at = (place(layer, id.output())?, place(layer - 1, id.input()?)?);
        edges.weights.get(layer - 1)?.get(at).copied()
    }

    pub(super) fn set_parameter(&mut self, id: Option<ParameterId>, value: f32) -> Done {
        let id = self.wanted_parameter(id)?;
        let step = self.run.position.step;
        self.inspector.edited = Some(Edited { id, value, step });
        self.send(Command::Apply(Change::Parameter { id, value }));
        Ok(())
    }

    /// Asks for a value for the parameter or input under the cursor.
    pub(super) fn open_value_prompt(&mut self) -> Done {
        let (purpose, value) = if let Some(column) = self.inspector.column(&self.run.data) {
            if self.run.data.image.is_some() {
                return Err(text::inputs_are_pixels().into());
            }
            let domain = ColumnDomain::of(&self.run.columns()[column]);
            let value = self.input(column).map(|(now, _)| domain.shown(now));
            (Purpose::Input(column), value)
        } else if let Some(id) = self.inspector.parameter() {
            (
                Purpose::Parameter(id),
                self.value_of(id).map(|value| value.to_string()),
            )
        } else {
            return Err(text::choose_a_weight().into());
        };
        self.open_dialog(purpose, Prompt::selected(&value.unwrap_or_default()));
        Ok(())
    }

    pub(super) fn type_parameter(&mut self, id: ParameterId, text: &str) -> Done {
        match text.trim().parse::<f32>() {
            Ok(value) if value.is_finite() => self.set_parameter(Some(id), value),
            _ => Err(text::takes_a_number(id)),
        }
    }

    /// Moves the parameter under the cursor to the next round value, up or down.
    pub(super) fn nudge(&mut self, up: bool) -> Done {
        if let Some(column) = self.inspector.column(&self.run.data) {
            self.move_input(column, if up { 1 } else { -1 });
            return Ok(());
        }
        let id = self.wanted_parameter(None)?;
        let value = self.value_of(id).ok_or(text::value_not_known())?;
        self.set_parameter(Some(id), nudged(value, up))
    }

    /// Freezes or unfreezes a parameter; `None` toggles.
    pub(super) fn freeze(&mut self, id: Option<ParameterId>, frozen: Option<bool>) -> Done {
        let id = self.wanted_parameter(id)?;
        let now = self.run.in_force.as_ref();
        let is_frozen = now.is_some_and(|now| now.frozen.contains(&id));
        let frozen = frozen.unwrap_or(!is_frozen);
        self.send(Command::Apply(Change::Freeze { id, frozen }));
        Ok(())
    }

    /// Mutes or unmutes a hidden neuron; `None` toggles.
    pub(super) fn mute(&mut self, neuron: Option<NeuronId>, muted: Option<bool>) -> Done {
        let neuron = neuron
            .or_else(|| self.inspector.hidden_neuron(&self.run.architecture))
            .ok_or(text::no_neuron_under_cursor())?;
        let architecture = &self.run.architecture;
        let (depth, layer) = (architecture.depth(), neuron.layer);
        let last = depth - 1;
        match last {
            _ if (1..depth).contains(&layer) => {}
            0 => return Err(text::no_hidden_layer().into()),
            1 => return Err(text::not_in_the_hidden_layer(neuron)),
            _ => {
                return Err(text::not_in_a_hidden_layer(neuron, last));
            }
        }
        let size = architecture.sizes()[layer];
        if neuron.neuron >= size {
            return Err(text::no_such_neuron(neuron, layer, size));
        }
        let now = self.run.in_force.as_ref();
        let is_muted = now.is_some_and(|now| now.muted.contains(&neuron));
        let muted = muted.unwrap_or(!is_muted);
        self.send(Command::Apply(Change::Mute { neuron, muted }));
        Ok(())
    }

    /// Reports a change that the screen does not show anyway. Called before the change is in force.
    pub(super) fn report_change(&mut self, change: &Change) {
        self.prompt.status(match change {
            Change::Parameter { .. } => text::parameter_set(change),
            Change::Freeze { id, frozen: true } => text::parameter_frozen(id),
            Change::Freeze { id, frozen: false } => text::parameter_unfrozen(id),
            Change::Mute {
                neuron,
                muted: true,
            } => text::neuron_muted(neuron),
            Change::Mute {
                neuron,
                muted: false,
            } => text::neuron_unmuted(neuron),
            Change::WeightDecay { .. } | Change::Batch { .. } => change.to_string(),
            Change::Undo | Change::UndoLast => {
                match self.run.in_force.as_ref().map(|now| &*now.next_undo) {
                    None | Some("") => text::change_undone().into(),
                    Some(undone) => text::undone(undone),
                }
            }
            _ => return,
        });
    }
}

/// The next multiple above or below `value` of a tenth of its power of ten, of 0.01 at least.
fn nudged(value: f32, up: bool) -> f32 {
    let power = f64::from(value).abs().log10().floor();
    let step = 10f64.powf(power - 1.0).max(0.01);
    let place = f64::from(value) / step;
    let next = if up {
        (place + 1e-3).floor() + 1.0
    } else {
        (place - 1e-3).ceil() - 1.0
    };
    let moved = (next * step) as f32;
    if moved.is_finite() { moved } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nudges_are_round_and_come_back() {
        assert_eq!(nudged(0.312, true), 0.32);
        assert_eq!(nudged(0.312, false), 0.31);
        assert_eq!(nudged(0.32, true), 0.33);
        assert_eq!(nudged(0.0, false), -0.01);
        assert_eq!(nudged(-0.01, true), 0.0);
        assert_eq!(nudged(2.34, true), 2.4);
        assert_eq!(nudged(12.3, false), 12.0);
        assert_eq!(nudged(f32::MAX, true), f32::MAX);
        let mut value = -0.5;
        for _ in 0..100 {
            let next = nudged(value, true);
            assert!(next > value, "{value}");
            value = next;
        }
    }
}
