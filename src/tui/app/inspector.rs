//! Inspector: its cursor, and the moves of the cursor over the network.

use super::bindings::Direction;
use super::model::Model;
use super::navigation::View;
use super::network_cursor::{Topology, layer_of};
use crate::nn::ParameterId;
use crate::train::inspection::Facts;
use crate::train::probes::InspectProbe;
use crate::train::{Cursor, Inspect, Inspection, Subject};
use crate::tui::panels::PanelId;

/// Maximum number of inputs of a neuron that are listed in order; beyond it, the largest terms come first.
pub(crate) const FEW_INPUTS: usize = 16;

/// State of the inspector: cursor, and rows whose numbers it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspector {
    /// Request to the worker.
    pub inspect: Inspect,
    /// Index in, and size of, the layer the cursor last moved along. The cursor keeps this relative
    /// height from layer to layer, so that it returns to the neuron it came from.
    height: (usize, usize),
    /// Cursor to return to from the outputs.
    back: Option<Cursor>,
}

/// Move of the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    /// One neuron or layer in a direction.
    One(Direction),
    /// Ten neurons in a direction.
    Ten(Direction),
    /// To the next layer, or from the last layer to the loss.
    NextLayer,
    /// To the previous layer.
    PreviousLayer,
    /// To the outputs and the loss, or back from there.
    Output,
    /// From a neuron to its incoming weights.
    Into,
    /// From a weight or bias to its neuron; closes the inspector elsewhere.
    Out,
}

impl Inspector {
    /// Creates an inspector of the shown row.
    pub fn at(cursor: Cursor) -> Self {
        Self {
            inspect: Inspect {
                cursor,
                of: Subject::Row,
            },
            height: (0, 1),
            back: None,
        }
    }

    /// Returns the neuron of `layer` under the cursor, or at either end of the weight under it.
    pub fn marks(&self, layer: usize) -> Option<usize> {
        marked(self.inspect.cursor, layer)
    }
}

/// Returns the neuron of `layer` under `cursor`, or at either end of the weight under it.
pub fn marked(cursor: Cursor, layer: usize) -> Option<usize> {
    let (cursor_layer, neuron, input) = match cursor {
        Cursor::Neuron { layer, neuron } => (layer, neuron, None),
        Cursor::Parameter(ParameterId::Bias { layer, output }) => (layer, output, None),
        Cursor::Parameter(ParameterId::Weight {
            layer,
            output,
            input,
        }) => (layer, output, Some(input)),
        Cursor::Output => return None,
    };
    match layer {
        l if l == cursor_layer => Some(neuron),
        l if l + 1 == cursor_layer => input,
        _ => None,
    }
}

impl Model {
    /// Opens the inspector at `cursor` in the network view. A cursor outside the network moves to the
    /// nearest layer.
    pub fn inspect_at(&mut self, cursor: Cursor) {
        let mut inspector = self.inspector.open.unwrap_or(Inspector::at(cursor));
        inspector.back = None;
        self.navigation.view = View::Network;
        self.navigation.enlarged = false;
        self.open_inspector_at(inspector, cursor);
        self.settle_inspector();
    }

    /// Opens the inspector at its last cursor, or closes it.
    pub(super) fn toggle_inspector(&mut self) {
        if let Some(inspector) = self.inspector.open.take() {
            self.inspector.last = Some(inspector);
            return;
        }
        let last = self.inspector.last;
        // The last hidden layer shows both a forward and a backward sum.
        let layer = (self.run.architecture.depth() - 1).max(1);
        let first = Cursor::Neuron { layer, neuron: 0 };
        self.inspect_at(last.map_or(first, |last| last.inspect.cursor));
        if let (Some(inspector), Some(last)) = (&mut self.inspector.open, last) {
            inspector.inspect.of = last.inspect.of;
        }
    }

    /// Switches between the shown row and the mini-batch.
    pub(super) fn switch_of(&mut self) {
        if let Some(inspector) = &mut self.inspector.open {
            inspector.inspect.of = match inspector.inspect.of {
                Subject::Row => Subject::Batch,
                Subject::Batch => Subject::Row,
            };
        }
    }

    /// Moves the cursor.
    pub(super) fn move_cursor(&mut self, to: Move) {
        let Some(mut inspector) = self.inspector.open else {
            return;
        };
        let sizes = self.run.architecture.sizes().to_vec();
        let topology = Topology { sizes: &sizes };
        let cursor = inspector.inspect.cursor;
        let layer = layer_of(cursor, &sizes);
        let back = inspector.back.take();
        let next = match to {
            Move::One(direction) => match self.pixel_beside(cursor, direction) {
                Some(pixel) => pixel,
                None => match direction {
                    Direction::Up => topology.along(cursor, -1),
                    Direction::Down => topology.along(cursor, 1),
                    Direction::Left => topology.across(cursor, inspector.height, false),
                    Direction::Right => topology.across(cursor, inspector.height, true),
                },
            },
            Move::Ten(Direction::Up) => topology.along(cursor, -10),
            Move::Ten(_) => topology.along(cursor, 10),
            Move::NextLayer => topology.beside((layer + 1) % (sizes.len() + 1), inspector.height),
            Move::PreviousLayer => {
                let layer = (layer + sizes.len()) % (sizes.len() + 1);
                topology.beside(layer, inspector.height)
            }
            Move::Output if cursor == Cursor::Output => {
                back.unwrap_or(topology.beside(sizes.len() - 1, inspector.height))
            }
            Move::Output => {
                inspector.back = Some(cursor);
                Cursor::Output
            }
            Move::Into => match cursor {
                Cursor::Neuron { layer, neuron } if layer > 0 => {
                    Cursor::Parameter(ParameterId::Weight {
                        layer,
                        output: neuron,
                        input: self.first_input(layer, neuron),
                    })
                }
                _ => cursor,
            },
            Move::Out => match cursor {
                Cursor::Parameter(
                    ParameterId::Weight { layer, output, .. } | ParameterId::Bias { layer, output },
                ) => Cursor::Neuron {
                    layer,
                    neuron: output,
                },
                _ => match back {
                    Some(back) => back,
                    None => return self.toggle_inspector(),
                },
            },
        };
        self.open_inspector_at(inspector, next);
    }

    /// Opens `inspector` at `cursor`. A page of another kind starts at its top.
    fn open_inspector_at(&mut self, mut inspector: Inspector, cursor: Cursor) {
        let before = self.inspector.open.map(|open| open.inspect.cursor);
        let kind = |cursor: Cursor| std::mem::discriminant(&cursor);
        if before.map(kind) != Some(kind(cursor)) {
            self.navigation.scroll_by(PanelId::Inspector, i16::MIN);
        }
        // If the layer is unchanged, the cursor moved along it.
        let sizes = self.run.architecture.sizes();
        if let Cursor::Neuron { layer, neuron } = cursor
            && before.is_none_or(|before| layer_of(before, sizes) == layer)
            && let Some(&size) = sizes.get(layer)
        {
            inspector.height = (neuron, size);
        }
        inspector.inspect.cursor = cursor;
        self.inspector.open = Some(inspector);
    }

    /// Returns the input whose weight is shown first for a neuron: input 0, or among many inputs the one
    /// with the largest term, if known.
    fn first_input(&self, layer: usize, neuron: usize) -> usize {
        let is_few = self.run.architecture.sizes()[layer - 1] <= FEW_INPUTS;
        let snapshot = self.run.snapshot.as_ref();
        let known = snapshot.and_then(|snapshot| snapshot.answer::<InspectProbe>()?.as_ref());
        let known = known.filter(|known| known.inspect.cursor == Cursor::Neuron { layer, neuron });
        match known {
            Some(Inspection {
                facts: Facts::Neuron(facts),
                ..
            }) if !is_few => {
                let products = facts.inputs.iter();
                let largest = products.max_by(|a, b| a.product.abs().total_cmp(&b.product.abs()));
                largest.map_or(0, |term| term.neuron)
            }
            _ => 0,
        }
    }

    /// Returns the neighbouring input in an image; `None` for other inputs, and at the right edge. Skips
    /// pixels that are no inputs because they are constant.
    fn pixel_beside(&self, cursor: Cursor, direction: Direction) -> Option<Cursor> {
        let (Some((width, height)), Cursor::Neuron { layer: 0, neuron }) =
            (self.run.data.image, cursor)
        else {
            return None;
        };
        let columns = &self.run.data.preprocessing.columns;
        let at = columns.get(neuron)?.column;
        let (dx, dy) = match direction {
            Direction::Left => (-1, 0),
            Direction::Right => (1, 0),
            Direction::Up => (0, -1),
            Direction::Down => (0, 1),
        };
        let (mut x, mut y) = ((at % width) as isize, (at / width) as isize);
        loop {
            (x, y) = (x + dx, y + dy);
            let is_inside = (0..width as isize).contains(&x) && (0..height as isize).contains(&y);
            if !is_inside {
                // Right of the image are the neurons; at the other edges the cursor stays.
                return (direction != Direction::Right).then_some(cursor);
            }
            let pixel = y as usize * width + x as usize;
            if let Some(neuron) = columns.iter().position(|column| column.column == pixel) {
                return Some(Cursor::Neuron { layer: 0, neuron });
            }
        }
    }

    /// Restores consistency after a change of inspector, view or network: the cursor is in the network,
    /// and the inspector is open in the network view only.
    pub(super) fn settle_inspector(&mut self) {
        if let Some(inspector) = &mut self.inspector.open {
            let topology = Topology {
                sizes: self.run.architecture.sizes(),
            };
            if !topology.has(inspector.inspect.cursor) {
                let last = topology.sizes.len() - 1;
                let layer = layer_of(inspector.inspect.cursor, topology.sizes).min(last);
                inspector.inspect.cursor = topology.beside(layer, inspector.height);
            }
            if inspector.back.is_some_and(|back| !topology.has(back)) {
                inspector.back = None;
            }
        }
        if self.navigation.view != View::Network {
            self.inspector.open = None;
        }
        self.navigation.inspects = self.inspector.open.is_some();
        if self.navigation.inspects {
            self.navigation.enlarged = false;
        }
        self.navigation.settle_focus();
    }
}

#[cfg(test)]
mod tests;
