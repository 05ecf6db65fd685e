//! Changes made by hand to what the inspector's cursor stands on.

use super::command::names;
use super::model::{Model, Notice, Overlay};
use super::prompt::{Prompt, Purpose};
use super::update::Effect;
use crate::nn::{Change, ParameterId};
use crate::train::inspection::Facts;
use crate::train::{Cursor, InForce};

/// A value set by hand, as long as no step has changed it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edited {
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

    /// The weight or bias that the inspector's cursor stands on.
    pub(super) fn parameter_under_cursor(&self) -> Option<ParameterId> {
        match self.cursor()? {
            Cursor::Parameter(id) => Some(id),
            _ => None,
        }
    }

    /// Layer and place of the hidden neuron under the cursor, or of the one that the parameter
    /// under it belongs to.
    pub(super) fn hidden_neuron_under_cursor(&self) -> Option<(usize, usize)> {
        let (layer, place) = match self.cursor()? {
            Cursor::Neuron { layer, neuron } => (layer, neuron),
            Cursor::Parameter(
                ParameterId::Weight { layer, output, .. } | ParameterId::Bias { layer, output },
            ) => (layer, output),
            Cursor::Output => return None,
        };
        (1..self.run.architecture.depth())
            .contains(&layer)
            .then_some((layer, place))
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

    /// What a person stands on who wants to change a weight.
    fn wanted_parameter(&self, id: Option<ParameterId>) -> Result<ParameterId, String> {
        let id = id.or_else(|| self.parameter_under_cursor());
        let id =
            id.ok_or("no weight or bias is under the cursor; name one, as w2[1,3] or b2[1]")?;
        let sizes = self.run.architecture.sizes();
        let layer = id.layer();
        if !(1..sizes.len()).contains(&layer) {
            let last = sizes.len() - 1;
            return Err(format!(
                "there is no {}: layers are 1 to {last}",
                names::parameter(id)
            ));
        }
        let (outputs, inputs) = (sizes[layer], sizes[layer - 1]);
        if id.is_in(sizes) {
            Ok(id)
        } else {
            Err(format!(
                "there is no {}: layer {layer} has w{layer}[1,1] to w{layer}[{outputs},{inputs}] and b{layer}[1] to b{layer}[{outputs}]",
                names::parameter(id)
            ))
        }
    }

    /// The value of a parameter, where it is known: as set by hand, as inspected, or as drawn.
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
        if let Some(inspection) = &snapshot.inspection
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
        let shown = &snapshot.observation.neurons;
        let place = |layer: usize, neuron| shown.get(layer)?.iter().position(|&it| it == neuron);
        let at = (place(layer, output)?, place(layer - 1, input)?);
        snapshot.edges.get(layer - 1)?.get(at).copied()
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
        self.change(Change::Parameter { id, value }, effects);
        Ok(())
    }

    /// Asks for a value for what the cursor stands on.
    pub(super) fn open_value_prompt(&mut self) {
        let prompt = if let Some(column) = self.column_under_cursor() {
            if self.run.data.image.is_some() {
                return self.complain("the inputs of a picture are its pixels".into());
            }
            let domain = crate::tui::app::what_if::Domain::of(
                &self.run.data.preprocessing.columns[column].encoding,
            );
            let shown = self.input(column).map(|(now, _)| domain.shown(now));
            Prompt::selected(Purpose::Input(column), &shown.unwrap_or_default())
        } else if let Some(id) = self.parameter_under_cursor() {
            let value = self.value_of(id).map(|value| value.to_string());
            Prompt::selected(Purpose::Parameter(id), &value.unwrap_or_default())
        } else {
            return self.complain(
                "choose a weight or a bias first: enter on a neuron goes to them".into(),
            );
        };
        self.prompt.overlay = Some(Overlay::Prompt(prompt));
    }

    pub(super) fn type_parameter(
        &mut self,
        id: ParameterId,
        text: &str,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        match text.trim().parse::<f32>() {
            Ok(value) if value.is_finite() => self.set_parameter(Some(id), value, effects),
            _ => Err(format!(
                "{} takes a number such as -0.5",
                names::parameter(id)
            )),
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

    /// Lets a parameter keep its value or learn again; without a choice the other than now.
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
        self.change(Change::Freeze { id, frozen }, effects);
        Ok(())
    }

    /// Silences a hidden neuron or lets it speak; without a choice the other than now.
    pub(super) fn silence(
        &mut self,
        neuron: Option<(usize, usize)>,
        silent: Option<bool>,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        let (layer, neuron) = match neuron.or_else(|| self.hidden_neuron_under_cursor()) {
            Some(neuron) => neuron,
            None => return Err("no hidden neuron is under the cursor; name one, as a1[3]".into()),
        };
        let sizes = self.run.architecture.sizes();
        let depth = self.run.architecture.depth();
        let name = names::neuron(layer, neuron);
        if !(1..depth).contains(&layer) {
            return Err(match depth {
                1 => "there is no hidden layer".into(),
                _ => format!("{name} is in no hidden layer: those are 1 to {}", depth - 1),
            });
        }
        if neuron >= sizes[layer] {
            return Err(format!(
                "there is no {name}: layer {layer} has {} neurons",
                sizes[layer]
            ));
        }
        let is_silent = |now: &InForce| now.silent.contains(&(layer, neuron));
        let is_silent = self.run.in_force.as_ref().is_some_and(is_silent);
        let silent = silent.unwrap_or(!is_silent);
        let change = Change::Silence {
            layer,
            neuron,
            silent,
        };
        self.change(change, effects);
        Ok(())
    }

    pub(super) fn undo(&mut self, effects: &mut Vec<Effect>) {
        let undoable = self.run.in_force.as_ref().map_or(0, |now| now.undoable);
        match undoable {
            0 => self.tell("there is nothing to take back".into()),
            _ => self.change(Change::Undo, effects),
        }
    }

    /// Says what a change did, where the screen does not show it anyway.
    pub(super) fn tell_of(&mut self, change: &Change) {
        let text = match change {
            Change::Parameter { id, value } => {
                format!("{} = {value} · z takes it back", names::parameter(*id))
            }
            Change::Freeze { id, frozen } => {
                if *frozen {
                    format!("{} keeps its value", names::parameter(*id))
                } else {
                    format!("{} learns again", names::parameter(*id))
                }
            }
            Change::Silence {
                layer,
                neuron,
                silent,
            } => {
                if *silent {
                    format!("{} is silent", names::neuron(*layer, *neuron))
                } else {
                    format!("{} speaks again", names::neuron(*layer, *neuron))
                }
            }
            Change::WeightDecay { weight_decay } => format!("weight decay {weight_decay}"),
            Change::Batch { batch } => format!("mini-batches of {batch} rows"),
            Change::Undo => {
                let undone = self.run.in_force.as_ref().map(|now| now.next_undo.as_str());
                match undone.filter(|undone| !undone.is_empty()) {
                    Some(undone) => format!("took back {undone}"),
                    None => "took the change back".into(),
                }
            }
            _ => return,
        };
        self.tell(text);
    }

    pub(super) fn tell(&mut self, text: String) {
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
