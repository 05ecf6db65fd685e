//! Inspector: its cursor, and the moves of the cursor over the network.

use super::bindings::ScreenDirection;
use super::model::Model;
use super::network_cursor::{Topology, layer_of, marked};
use super::parameter_edit::Edited;
use super::views::View;
use crate::nn::{Change, GradientCheck, ParameterId};
use crate::train::inspection::Facts;
use crate::train::probes::InspectProbe;
use crate::train::{Cursor, Event, Inspect, Inspection, StepPosition, Subject};
use crate::tui::panels::PanelId;

/// Maximum number of inputs of a neuron that are listed in order; beyond it, the largest terms come first.
pub(crate) const FEW_INPUTS: usize = 16;

/// State of the inspector and of the steps through a mini-batch that it explains.
#[derive(Debug, Clone, Default)]
pub struct InspectorState {
    /// The inspector, if it is open; [`Model::inspect_at`] opens it.
    pub open: Option<Inspector>,
    /// The inspector at the time it was last closed.
    last: Option<Inspector>,
    /// Position inside the mini-batch, while stepping by phases.
    pub step: Option<StepPosition>,
    /// Changed inputs of the shown row: index, and value as the network receives it.
    pub what_if: Vec<(usize, f32)>,
    /// Changed columns of the shown row: index, and raw value.
    pub moved: Vec<(usize, f32)>,
    pub gradients: Option<GradientCheck>,
    /// The parameter that was last set by hand.
    pub(super) edited: Option<Edited>,
}

impl InspectorState {
    /// Returns the item under the cursor, if the inspector is open.
    pub(crate) fn cursor(&self) -> Option<Cursor> {
        self.open.map(|inspector| inspector.inspect.cursor)
    }

    /// Returns the neuron of `layer` under the cursor, or at either end of the weight under it.
    pub(crate) fn marks(&self, layer: usize) -> Option<usize> {
        marked(self.cursor()?, layer)
    }

    /// Closes the inspector, and remembers it.
    fn close(&mut self) {
        self.last = self.open.take().or(self.last);
    }

    /// Opens the inspector where it was, or closes it.
    pub(super) fn reopen(&mut self, is_open: bool) {
        self.close();
        self.open = self.last.filter(|_| is_open);
    }

    /// Shows the numbers of the shown row, or the means of the mini-batch.
    pub(super) fn show(&mut self, of: Subject) {
        if let Some(inspector) = &mut self.open {
            inspector.inspect.of = of;
        }
    }

    /// Switches between the shown row and the mini-batch.
    pub(super) fn switch_of(&mut self) {
        match self.open.map(|inspector| inspector.inspect.of) {
            Some(Subject::Row) => self.show(Subject::Batch),
            _ => self.show(Subject::Row),
        }
    }

    /// Drops the changed inputs, which belong to one row.
    pub(super) fn forget_inputs(&mut self) {
        self.moved.clear();
        self.what_if.clear();
    }

    /// Changes the state by an event of the worker.
    pub(super) fn update(&mut self, event: &Event) {
        match event {
            Event::Started(_) => {
                self.step = None;
                self.edited = None;
                self.gradients = None;
                self.forget_inputs();
            }
            Event::StepPosition(position) => self.step = *position,
            Event::Changed {
                change: Change::Parameter { .. },
                ..
            } => {}
            Event::Changed { .. } | Event::Refused(_) => self.edited = None,
            _ => {}
        }
    }
}

/// Cursor of the inspector, and rows whose numbers it shows.
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
    One(ScreenDirection),
    Ten(ScreenDirection),
    /// To the next layer, or from the last layer to the loss.
    NextLayer,
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
        let of = Subject::Row;
        Self {
            inspect: Inspect { cursor, of },
            height: (0, 1),
            back: None,
        }
    }
}

impl Model {
    /// Opens the inspector at `cursor` in the network view. A cursor outside the network moves to the
    /// nearest layer.
    pub fn inspect_at(&mut self, cursor: Cursor) {
        let mut inspector = self.inspector.open.unwrap_or(Inspector::at(cursor));
        inspector.back = None;
        if self.inspector.open.is_none() {
            self.navigation.remember();
        }
        self.navigation.view = View::Network;
        self.navigation.enlarged = false;
        self.open_inspector_at(inspector, cursor);
        self.settle_inspector();
    }

    /// Opens the inspector at its last cursor, or closes it and goes back to where it was opened.
    pub(super) fn toggle_inspector(&mut self) {
        if self.inspector.open.is_some() {
            self.inspector.close();
            return self.go_back();
        }
        let last = self.inspector.last.map(|last| last.inspect);
        // The last hidden layer shows both a forward and a backward sum.
        let layer = (self.run.architecture.depth() - 1).max(1);
        let first = Cursor::Neuron { layer, neuron: 0 };
        self.inspect_at(last.map_or(first, |last| last.cursor));
        self.inspector
            .show(last.map_or(Subject::Row, |last| last.of));
    }

    pub(super) fn move_cursor(&mut self, to: Move) {
        let Some(mut inspector) = self.inspector.open else {
            return;
        };
        let sizes = self.run.architecture.sizes().to_vec();
        let topology = Topology { sizes: &sizes };
        let (cursor, height) = (inspector.inspect.cursor, inspector.height);
        let layer = layer_of(cursor, &sizes);
        let back = inspector.back.take();
        let next = match (to, cursor) {
            (Move::One(direction), _) => match (self.pixel_beside(cursor, direction), direction) {
                (Some(pixel), _) => pixel,
                (None, ScreenDirection::Up) => topology.along(cursor, -1),
                (None, ScreenDirection::Down) => topology.along(cursor, 1),
                (None, ScreenDirection::Left) => topology.across(cursor, height, false),
                (None, ScreenDirection::Right) => topology.across(cursor, height, true),
            },
            (Move::Ten(ScreenDirection::Up), _) => topology.along(cursor, -10),
            (Move::Ten(_), _) => topology.along(cursor, 10),
            (Move::NextLayer, _) => topology.beside((layer + 1) % (sizes.len() + 1), height),
            (Move::PreviousLayer, _) => {
                topology.beside((layer + sizes.len()) % (sizes.len() + 1), height)
            }
            (Move::Output, Cursor::Output) => {
                back.unwrap_or(topology.beside(sizes.len() - 1, height))
            }
            (Move::Output, _) => {
                inspector.back = Some(cursor);
                Cursor::Output
            }
            (Move::Into, Cursor::Neuron { layer, neuron }) if layer > 0 => {
                let input = self.first_input(layer, neuron);
                Cursor::Parameter(ParameterId::weight(layer, neuron, input))
            }
            (Move::Into, _) => cursor,
            (Move::Out, Cursor::Parameter(id)) => {
                let (layer, neuron) = (id.layer(), id.output());
                Cursor::Neuron { layer, neuron }
            }
            (Move::Out, _) => match back {
                Some(back) => back,
                None => return self.toggle_inspector(),
            },
        };
        self.open_inspector_at(inspector, next);
    }

    /// Opens `inspector` at `cursor`. A page of another kind starts at its top.
    fn open_inspector_at(&mut self, mut inspector: Inspector, cursor: Cursor) {
        let before = self.inspector.cursor();
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
        let inspection: Option<&Inspection> =
            self.run.answer::<InspectProbe>().and_then(Option::as_ref);
        match inspection.map(|known| (known.inspect.cursor, &known.facts)) {
            Some((cursor, Facts::Neuron(facts)))
                if cursor == (Cursor::Neuron { layer, neuron })
                    && self.run.architecture.sizes()[layer - 1] > FEW_INPUTS =>
            {
                let products = facts.inputs.iter();
                let largest = products.max_by(|a, b| a.product.abs().total_cmp(&b.product.abs()));
                largest.map_or(0, |term| term.neuron)
            }
            _ => 0,
        }
    }

    /// Returns the neighbouring input in an image; `None` for other inputs, and at the right edge. Skips
    /// pixels that are no inputs because they are constant.
    fn pixel_beside(&self, cursor: Cursor, direction: ScreenDirection) -> Option<Cursor> {
        let (Some((width, height)), Cursor::Neuron { layer: 0, neuron }) =
            (self.run.data.image, cursor)
        else {
            return None;
        };
        let columns = self.run.columns();
        let at = columns.get(neuron)?.column;
        let (dx, dy) = match direction {
            ScreenDirection::Left => (-1, 0),
            ScreenDirection::Right => (1, 0),
            ScreenDirection::Up => (0, -1),
            ScreenDirection::Down => (0, 1),
        };
        let (mut x, mut y) = ((at % width) as isize, (at / width) as isize);
        loop {
            (x, y) = (x + dx, y + dy);
            let is_inside = (0..width as isize).contains(&x) && (0..height as isize).contains(&y);
            if !is_inside {
                // Right of the image are the neurons; at the other edges the cursor stays.
                return (direction != ScreenDirection::Right).then_some(cursor);
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
            let sizes = self.run.architecture.sizes();
            let topology = Topology { sizes };
            let cursor = &mut inspector.inspect.cursor;
            if !topology.has(*cursor) {
                let layer = layer_of(*cursor, sizes).min(sizes.len() - 1);
                *cursor = topology.beside(layer, inspector.height);
            }
            inspector.back.take_if(|back| !topology.has(*back));
        }
        if self.navigation.view != View::Network {
            self.inspector.close();
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
