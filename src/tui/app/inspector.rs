//! The inspector's cursor: where it can stand, and how it moves over the topology.

use super::bindings::Direction;
use super::model::Model;
use super::navigation::View;
use super::network_cursor::{Topology, layer_of};
use crate::nn::ParameterId;
use crate::train::inspection::Facts;
use crate::train::{Cursor, Inspect, Inspection, Subject};
use crate::tui::panels::PanelId;

/// A neuron with more inputs than this is told by the strongest of them first.
pub const FEW_INPUTS: usize = 16;

/// The inspector: what its cursor stands on, and whose numbers it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspector {
    /// What is asked of the worker.
    pub inspect: Inspect,
    /// Place and size of the layer the cursor last moved up or down in: from layer to layer it
    /// keeps its height, and finds back to where it came from.
    height: (usize, usize),
    /// Where the cursor goes back to from the outputs.
    back: Option<Cursor>,
}

/// What a key does to the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// One neuron or layer on.
    One(Direction),
    /// Ten neurons on.
    Ten(Direction),
    /// To the next layer; behind the last comes the loss.
    NextLayer,
    /// To the layer before.
    PreviousLayer,
    /// To the outputs and the loss, and back.
    Output,
    /// From a neuron to its incoming weights.
    Into,
    /// Back from there; from elsewhere the inspector closes.
    Out,
}

impl Inspector {
    /// An inspector of the shown row's numbers with its cursor at `cursor`.
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

    /// The neuron of `layer` that the cursor marks: the one under it, or the end of a weight.
    pub fn marks(&self, layer: usize) -> Option<usize> {
        marked(self.inspect.cursor, layer)
    }
}

/// The neuron of `layer` that `cursor` stands on or ends at.
pub fn marked(cursor: Cursor, layer: usize) -> Option<usize> {
    let (at, neuron, input) = match cursor {
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
        l if l == at => Some(neuron),
        l if l + 1 == at => input,
        _ => None,
    }
}

impl Model {
    /// Shows the inspector with its cursor at `cursor`, in the network view. A place that there is
    /// not is left for the nearest sensible one.
    pub fn inspect_at(&mut self, cursor: Cursor) {
        let mut inspector = self.inspector.open.unwrap_or(Inspector::at(cursor));
        inspector.back = None;
        self.navigation.view = View::Network;
        self.navigation.enlarged = false;
        self.stand(inspector, cursor);
        self.settle_inspector();
    }

    /// Opens the inspector where it was last, or closes it.
    pub(super) fn toggle_inspector(&mut self) {
        if let Some(inspector) = self.inspector.open.take() {
            self.inspector.last = Some(inspector);
            return;
        }
        let last = self.inspector.last;
        // The last hidden layer has both: a sum over inputs and one over outputs.
        let layer = (self.run.architecture.depth() - 1).max(1);
        let first = Cursor::Neuron { layer, neuron: 0 };
        self.inspect_at(last.map_or(first, |it| it.inspect.cursor));
        if let (Some(inspector), Some(last)) = (&mut self.inspector.open, last) {
            inspector.inspect.of = last.inspect.of;
        }
    }

    /// The shown row's numbers, or the means of the mini-batch.
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
        self.stand(inspector, next);
    }

    /// Puts the cursor of `inspector` at `cursor`. Another kind of page starts at its top.
    fn stand(&mut self, mut inspector: Inspector, cursor: Cursor) {
        let before = self.inspector.open.map(|it| it.inspect.cursor);
        let is_alike =
            before.map(|it| std::mem::discriminant(&it)) == Some(std::mem::discriminant(&cursor));
        if !is_alike {
            self.navigation.scroll_by(PanelId::Inspector, i16::MIN);
        }
        // Keeping a layer means that the cursor moved along it.
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

    /// The weight that a look into a neuron starts with: the first, or of many the one that adds
    /// most, as far as that is known.
    fn first_input(&self, layer: usize, neuron: usize) -> usize {
        let is_few = self.run.architecture.sizes()[layer - 1] <= FEW_INPUTS;
        let snapshot = self.run.snapshot.as_ref();
        let known = snapshot.and_then(|it| it.inspection.as_deref());
        let known = known.filter(|it| it.inspect.cursor == Cursor::Neuron { layer, neuron });
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

    /// Where inputs are pixels the cursor moves in the picture; none where it leaves it, or for
    /// other inputs. Pixels that are not inputs, since they never change, are stepped over.
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
                // To the right of the picture are the neurons; elsewhere it ends.
                return (direction != Direction::Right).then_some(cursor);
            }
            let pixel = y as usize * width + x as usize;
            if let Some(neuron) = columns.iter().position(|column| column.column == pixel) {
                return Some(Cursor::Neuron { layer: 0, neuron });
            }
        }
    }

    /// Brings inspector, view and network together after any change to one of them.
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
mod tests {
    use super::*;

    const SIZES: [usize; 4] = [4, 8, 2, 3];

    fn neuron(layer: usize, neuron: usize) -> Cursor {
        Cursor::Neuron { layer, neuron }
    }

    #[test]
    fn a_way_there_leads_back() {
        let topology = Topology { sizes: &SIZES };
        for place in 0..8 {
            let height = (place, 8);
            let mut cursor = neuron(1, place);
            for _ in 0..3 {
                cursor = topology.across(cursor, height, true);
            }
            assert_eq!(cursor, Cursor::Output);
            for _ in 0..3 {
                cursor = topology.across(cursor, height, false);
            }
            assert_eq!(cursor, neuron(1, place));
        }
    }

    #[test]
    fn every_neuron_and_parameter_is_reached() {
        let topology = Topology { sizes: &SIZES };
        for (layer, &size) in SIZES.iter().enumerate() {
            let mut cursor = neuron(layer, 0);
            for place in 0..size {
                assert_eq!(cursor, neuron(layer, place));
                cursor = topology.along(cursor, 1);
            }
            assert_eq!(cursor, neuron(layer, size - 1), "it stays at the end");
            assert_eq!(topology.along(cursor, -10), neuron(layer, 0));
        }
        let weight = |input| {
            Cursor::Parameter(ParameterId::Weight {
                layer: 2,
                output: 1,
                input,
            })
        };
        let bias = Cursor::Parameter(ParameterId::Bias {
            layer: 2,
            output: 1,
        });
        assert_eq!(topology.along(weight(7), 1), bias);
        assert_eq!(topology.along(bias, -1), weight(7));
        assert_eq!(topology.along(bias, 1), bias);
        assert_eq!(topology.across(weight(5), (0, 1), false), neuron(1, 5));
        assert_eq!(topology.across(weight(5), (0, 1), true), neuron(2, 1));
    }

    #[test]
    fn ends_of_a_weight_are_marked() {
        let weight = Cursor::Parameter(ParameterId::Weight {
            layer: 2,
            output: 1,
            input: 5,
        });
        let marks = [0, 1, 2, 3].map(|layer| marked(weight, layer));
        assert_eq!(marks, [None, Some(5), Some(1), None]);
        let marks = [0, 1].map(|layer| marked(neuron(0, 3), layer));
        assert_eq!(marks, [Some(3), None]);
    }

    #[test]
    fn what_there_is_not_is_known() {
        let topology = Topology { sizes: &SIZES };
        assert!(topology.has(neuron(3, 2)) && !topology.has(neuron(3, 3)));
        assert!(!topology.has(neuron(4, 0)));
        let bias = |layer| Cursor::Parameter(ParameterId::Bias { layer, output: 0 });
        assert!(topology.has(bias(3)) && !topology.has(bias(0)) && !topology.has(bias(4)));
    }
}
