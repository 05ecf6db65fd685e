//! Changes by hand of the parameter, neuron or input under the inspector's cursor.

use super::model::{Model, Notice, Overlay};
use super::prompt::{Prompt, Purpose};
use super::update::Effect;
use super::what_if::Domain;
use crate::nn::{Change, NeuronId, ParameterId};
use crate::train::inspection::Facts;
use crate::train::probes::{EdgeProbe, InspectProbe};
use crate::train::{Cursor, InForce};

/// A parameter set by hand, valid until the next step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Edited {
    id: ParameterId,
    value: f32,
    step: u64,
}

impl Model {
    fn cursor(&self) -> Option<Cursor> {
        self.inspector
            .open
            .map(|inspector| inspector.inspect.cursor)
    }

    /// The weight or bias under the inspector's cursor.
    pub(super) fn parameter_under_cursor(&self) -> Option<ParameterId> {
        match self.cursor()? {
            Cursor::Parameter(id) => Some(id),
            _ => None,
        }
    }

    /// The hidden neuron under the cursor, or the one that the parameter under it belongs to.
    pub(super) fn hidden_neuron_under_cursor(&self) -> Option<NeuronId> {
        let (layer, neuron) = match self.cursor()? {
            Cursor::Neuron { layer, neuron } => (layer, neuron),
            Cursor::Parameter(
                ParameterId::Weight { layer, output, .. } | ParameterId::Bias { layer, output },
            ) => (layer, output),
            Cursor::Output => return None,
        };
        (1..self.run.architecture.depth())
            .contains(&layer)
            .then_some(NeuronId { layer, neuron })
    }

    /// The column of the table that the input under the cursor belongs to.
    fn column_under_cursor(&self) -> Option<usize> {
        let Some(Cursor::Neuron { layer: 0, neuron }) = self.cursor() else {
            return None;
        };
        let mut first = 0;
        self.run
            .data
            .preprocessing
            .columns
            .iter()
            .position(|column| {
                first += column.encoding.inputs();
                neuron < first
            })
    }

    /// The parameter to change: `id`, or the one under the cursor.
    fn wanted_parameter(&self, id: Option<ParameterId>) -> Result<ParameterId, String> {
        let id = id.or_else(|| self.parameter_under_cursor());
        let id = id.ok_or("no weight under the cursor; name one, e.g. w2[1,3] or b2[1]")?;
        let sizes = self.run.architecture.sizes();
        let layer = id.layer();
        if !(1..sizes.len()).contains(&layer) {
            let last = sizes.len() - 1;
            return Err(format!("no parameter {}: layers are 1 to {last}", id));
        }
        let (outputs, inputs) = (sizes[layer], sizes[layer - 1]);
        if id.is_in(sizes) {
            Ok(id)
        } else {
            Err(format!(
                "no parameter {}: layer {layer} has w{layer}[1,1] to w{layer}[{outputs},{inputs}] and b{layer}[1] to b{layer}[{outputs}]",
                id
            ))
        }
    }

    /// The value of a parameter as set by hand, inspected or drawn, if it is known.
    fn value_of(&self, id: ParameterId) -> Option<f32> {
        let step = self.run.position.step;
        if let Some(edited) = self
            .inspector
            .edited
            .filter(|it| it.id == id && it.step == step)
        {
            return Some(edited.value);
        }
        let snapshot = self.run.snapshot.as_ref()?;
        if let Some(Some(inspection)) = snapshot.answer::<InspectProbe>()
            && inspection.inspect.cursor == Cursor::Parameter(id)
            && let Facts::Parameter(facts) = &inspection.facts
        {
            return Some(facts.value as f32);
        }
        let ParameterId::Weight {
            layer,
            output,
            input,
        } = id
        else {
            return None;
        };
        let (shown, edges) = snapshot.get::<EdgeProbe>()?;
        let place = |layer: usize, neuron| {
            let neurons = shown.neurons.get(layer)?;
            neurons.iter().position(|&shown| shown == neuron)
        };
        let at = (place(layer, output)?, place(layer - 1, input)?);
        edges.weights.get(layer - 1)?.get(at).copied()
    }

    pub(super) fn set_parameter(
        &mut self,
        id: Option<ParameterId>,
        value: f32,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        let id = self.wanted_parameter(id)?;
        self.inspector.edited = Some(Edited {
            id,
            value,
            step: self.run.position.step,
        });
        self.apply(Change::Parameter { id, value }, effects);
        Ok(())
    }

    /// Asks for a value for the parameter or input under the cursor.
    pub(super) fn open_value_prompt(&mut self, _: &mut Vec<Effect>) -> Result<(), String> {
        let prompt = if let Some(column) = self.column_under_cursor() {
            if self.run.data.image.is_some() {
                return Err("the inputs of an image are its pixels".into());
            }
            let domain = Domain::of(&self.run.data.preprocessing.columns[column]);
            let value = self.input(column).map(|(now, _)| domain.shown(now));
            Prompt::selected(Purpose::Input(column), &value.unwrap_or_default())
        } else if let Some(id) = self.parameter_under_cursor() {
            let value = self.value_of(id).map(|value| value.to_string());
            Prompt::selected(Purpose::Parameter(id), &value.unwrap_or_default())
        } else {
            return Err("choose a weight or bias first: enter on a neuron".into());
        };
        self.prompt.overlay = Some(Overlay::Prompt(prompt));
        Ok(())
    }

    pub(super) fn type_parameter(
        &mut self,
        id: ParameterId,
        text: &str,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        match text.trim().parse::<f32>() {
            Ok(value) if value.is_finite() => self.set_parameter(Some(id), value, effects),
            _ => Err(format!("{} takes a number such as -0.5", id)),
        }
    }

    /// Moves the parameter under the cursor to the next round value, up or down.
    pub(super) fn nudge(&mut self, up: bool, effects: &mut Vec<Effect>) -> Result<(), String> {
        if let Some(column) = self.column_under_cursor() {
            self.move_input(column, if up { 1 } else { -1 });
            return Ok(());
        }
        let id = self.wanted_parameter(None)?;
        let value = self.value_of(id).ok_or("its value is not known yet")?;
        self.set_parameter(Some(id), nudged(value, up), effects)
    }

    /// Freezes or unfreezes a parameter; `None` toggles.
    pub(super) fn freeze(
        &mut self,
        id: Option<ParameterId>,
        frozen: Option<bool>,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        let id = self.wanted_parameter(id)?;
        let is_frozen = |now: &InForce| now.frozen.contains(&id);
        let is_frozen = self.run.in_force.as_ref().is_some_and(is_frozen);
        let frozen = frozen.unwrap_or(!is_frozen);
        self.apply(Change::Freeze { id, frozen }, effects);
        Ok(())
    }

    /// Mutes or unmutes a hidden neuron; `None` toggles.
    pub(super) fn mute(
        &mut self,
        neuron: Option<NeuronId>,
        muted: Option<bool>,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        let neuron = neuron
            .or_else(|| self.hidden_neuron_under_cursor())
            .ok_or("no hidden neuron under the cursor; name one, e.g. a1[3]")?;
        let sizes = self.run.architecture.sizes();
        let depth = self.run.architecture.depth();
        let layer = neuron.layer;
        if !(1..depth).contains(&layer) {
            return Err(match depth {
                1 => "there is no hidden layer".into(),
                2 => format!("{neuron} is not in the hidden layer, layer 1"),
                _ => format!(
                    "{neuron} is not in a hidden layer; those are 1 to {}",
                    depth - 1
                ),
            });
        }
        if neuron.neuron >= sizes[layer] {
            return Err(format!(
                "no neuron {neuron}: layer {layer} has {} neurons",
                sizes[layer]
            ));
        }
        let now = self.run.in_force.as_ref();
        let is_muted = now.is_some_and(|now| now.muted.contains(&neuron));
        let muted = muted.unwrap_or(!is_muted);
        self.apply(Change::Mute { neuron, muted }, effects);
        Ok(())
    }

    pub(super) fn undo(&mut self, effects: &mut Vec<Effect>) -> Result<(), String> {
        let undoable = self.run.in_force.as_ref().map_or(0, |now| now.undoable);
        if undoable == 0 {
            return Err("nothing to undo".into());
        }
        self.apply(Change::Undo, effects);
        Ok(())
    }

    /// Reports a change that the screen does not show anyway.
    pub(super) fn report_change(&mut self, change: &Change) {
        let text = match change {
            Change::Parameter { .. } => format!("{change} · z: undo"),
            Change::Freeze { id, frozen: true } => format!("{id} frozen"),
            Change::Freeze { id, frozen: false } => format!("{id} unfrozen"),
            Change::Mute {
                neuron,
                muted: true,
            } => format!("{neuron} muted"),
            Change::Mute {
                neuron,
                muted: false,
            } => format!("{neuron} unmuted"),
            Change::WeightDecay { .. } | Change::Batch { .. } => change.to_string(),
            Change::Undo => {
                let undone = self.run.in_force.as_ref().map(|now| now.next_undo.as_str());
                match undone.filter(|undone| !undone.is_empty()) {
                    Some(undone) => format!("undone: {undone}"),
                    None => "change undone".into(),
                }
            }
            _ => return,
        };
        self.show_notice(text);
    }

    pub(super) fn show_notice(&mut self, text: String) {
        self.prompt.notice = Some(Notice {
            text,
            is_error: false,
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
