//! Positions of neurons and labels.

use std::ops::RangeInclusive;

use ratatui::layout::{Margin, Rect};

use super::NAME;
use super::sides::{LabelWidths, Side, divide};
use super::style::NetworkView;
use crate::nn::output::predicted_class;
use crate::tui::app::{Model, number_cells};
use crate::tui::widgets::fitted;
use crate::util::pick::evenly_with;
use crate::util::text::width;

/// Width of a percentage, with and without a decimal.
const SHARES: [u16; 2] = [6, 4];
/// Cells from one layer to the next that labels leave to edges, where they can.
const GAP: u16 = 6;
/// Width below which labels have a little more than half of it: whole names matter more than long edges.
const NARROW: u16 = 56;
/// Cells that labels have at least, before there is that much.
const LABELS: u16 = 16;
/// Rows of a map; it has twice as many columns, at least [`MAP_COLUMNS`].
const MAP_ROWS: RangeInclusive<u16> = 2..=9;
const MAP_COLUMNS: u16 = 6;
/// Cells between the maps of two layers, at least.
const MAP_GAP: u16 = 10;

/// Shape of the neurons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A symbol.
    Dot,
    /// A line with a number.
    Pill,
    /// A frame around a number.
    Frame,
    /// The activation over the plane, of so many rows, with a number below.
    Map(u16),
}

impl Shape {
    /// Width and height in cells.
    pub fn size(self) -> (u16, u16) {
        match self {
            Self::Dot => (1, 1),
            Self::Pill => (7, 1),
            Self::Frame => (9, 3),
            Self::Map(rows) => ((2 * rows).max(MAP_COLUMNS), rows),
        }
    }

    /// Columns from a layer to the next, and rows from a neuron to the next, at least.
    fn distances(self) -> (u16, u16) {
        match self {
            Self::Dot => (0, 1),
            Self::Pill => (13, 2),
            Self::Frame => (22, 4),
            Self::Map(rows) => (self.size().0 + MAP_GAP, rows + 1),
        }
    }

    /// The map with the most rows that all neurons have room for, if there is one. Maps are for networks whose inputs
    /// are the plane: of others, the number for the shown row says more.
    pub fn map(inner: Rect, model: &Model) -> Option<Self> {
        let navigation = &model.navigation;
        let has_maps = navigation.pictures
            && navigation.plane.is_everything
            && !navigation.plane.axes.is_empty();
        let mut maps = MAP_ROWS.rev().map(Self::Map);
        maps.find(|map| has_maps && map.fits(inner, model))
    }

    /// Whether all neurons have room at the distances that the shape needs.
    fn fits(self, inner: Rect, model: &Model) -> bool {
        let (width, height) = self.distances();
        let room = Room::new(inner, model, self);
        let sizes = model.run.architecture.sizes();
        let columns = room.columns(sizes.len());
        let mut gaps = columns.windows(2).map(|pair| pair[1] - pair[0]);
        let is_shown = |&size: &usize| {
            let rows = room.plot.height;
            size <= rows.into() && (size == 1 || step_of(size, rows) >= height)
        };
        model.run.data.image.is_none()
            && room.plot.height + 2 * (self.size().1 / 2) >= height
            && gaps.all(|gap| gap >= width)
            && sizes.iter().all(is_shown)
    }
}

/// Area of the neurons, and what is beside it.
struct Room {
    /// Rows and columns of the middles of the neurons.
    plot: Rect,
    picture: Option<Rect>,
    sides: [Side; 2],
    /// Width of a neuron.
    cells: u16,
}

impl Room {
    fn new(inner: Rect, model: &Model, shape: Shape) -> Self {
        let sizes = model.run.architecture.sizes();
        let gaps = sizes.len().saturating_sub(1).max(1);
        let (cells, height) = shape.size();
        // Neurons lie within the plot as a whole.
        let margin = height / 2;
        let rows = plot_rows(inner, model).saturating_sub(2 * margin);
        let edges = u16::try_from(gaps).map_or(u16::MAX, |gaps| gaps.saturating_mul(GAP));
        let budget = inner.width.saturating_sub(edges).max(LABELS);
        let max = if inner.width < NARROW { 58 } else { 50 };
        let budget = budget.min(inner.width * max / 100);
        let stack = |size: usize| step_of(size, rows) >= 2 && size <= rows.into();
        let ends = [sizes[0], sizes[sizes.len() - 1]].map(stack);
        let (picture, sides) = sides(inner, budget, ends, model, shape);
        let [left, right] = sides;
        let width = inner.width.saturating_sub(left.width + right.width);
        Self {
            plot: Rect::new(inner.x + left.width, inner.y + 1 + margin, width, rows),
            picture,
            sides,
            cells,
        }
    }

    /// Columns in the middle of each of so many layers.
    fn columns(&self, layers: usize) -> Vec<u16> {
        let room = usize::from(self.plot.width.saturating_sub(self.cells));
        let first = self.plot.x + self.cells / 2;
        let gaps = layers.saturating_sub(1).max(1);
        let columns = (0..layers).map(|layer| first + (room * layer / gaps) as u16);
        columns.collect()
    }
}

/// Positions of everything in the panel.
pub(crate) struct Places {
    /// Area of neurons and edges, without labels, titles and counts.
    pub plot: Rect,
    /// The whole panel without its frame.
    pub inner: Rect,
    /// Area of the shown row's picture, in place of the input neurons, if rows are images.
    pub picture: Option<Rect>,
    pub shape: Shape,
    /// Labels of inputs and outputs.
    pub sides: [Side; 2],
    /// The layers, inputs first.
    pub layers: Vec<Layer>,
}

/// One layer on the screen.
pub(crate) struct Layer {
    /// Column in the middle of the neurons.
    pub x: u16,
    /// Indices into the watched neurons, and their rows on the screen.
    pub shown: Vec<(usize, u16)>,
    /// Number of neurons of the layer that are not shown.
    pub hidden: usize,
}

impl Places {
    /// Computes the positions of the layers, with neurons as large as there is room for.
    pub fn new(inner: Rect, model: &Model, look: &NetworkView) -> Self {
        let map = Shape::map(inner, model).filter(|_| look.has_maps());
        let numbered = [Shape::Frame, Shape::Pill].into_iter();
        let shape = map.or(numbered.into_iter().find(|shape| shape.fits(inner, model)));
        let shape = shape.unwrap_or(Shape::Dot);
        let room = Room::new(inner, model, shape);
        let sizes = model.run.architecture.sizes();
        let layers = room.columns(sizes.len()).into_iter().zip(sizes);
        let layers = layers.zip(look.neurons).enumerate();
        let layers = layers.map(|(l, ((x, &size), watched))| {
            if let (0, Some(picture), Some(image)) = (l, room.picture, model.run.data.image) {
                return Layer::beside(picture, image, room.plot.x, model, watched);
            }
            let mut wanted = Vec::new();
            if l + 1 == sizes.len() {
                wanted = classes_that_matter(model, look);
            }
            let marked = model.inspector.marks(l);
            wanted.extend(watched.iter().position(|&neuron| Some(neuron) == marked));
            Layer::new(room.plot, x, size, watched.len(), &wanted)
        });
        let margin = shape.size().1 / 2;
        Self {
            layers: layers.collect(),
            plot: room.plot.outer(Margin::new(0, margin)),
            inner,
            picture: room.picture,
            shape,
            sides: room.sides,
        }
    }
}

/// Rows of the plot: those below the titles, without one for counts of neurons that have no room.
fn plot_rows(inner: Rect, model: &Model) -> u16 {
    let rows = inner.height.saturating_sub(1);
    let first = usize::from(model.run.data.image.is_some());
    let mut sizes = model.run.architecture.sizes().iter().skip(first);
    let has_counts = sizes.any(|&size| size > rows.into());
    rows.saturating_sub(has_counts.into())
}

/// Rows from a neuron to the next in a layer of `size`: as even as whole rows allow.
fn step_of(size: usize, rows: u16) -> u16 {
    let (rows, size) = (usize::from(rows), size.max(1));
    let nearest = (2 * rows + size) / (2 * size);
    let widest = rows.saturating_sub(1) / (size - 1).max(1);
    nearest.min(widest).max(1) as u16
}

/// Area of the picture, if there is one, and the cells beside the network.
fn sides(
    inner: Rect,
    budget: u16,
    can_stack: [bool; 2],
    model: &Model,
    shape: Shape,
) -> (Option<Rect>, [Side; 2]) {
    let data = &model.run.data;
    let widest = |names: &[String]| {
        let widest = names.iter().map(|name| width(name)).max();
        widest.unwrap_or(0).min(NAME) as u16
    };
    let numbers = |numbers: &'static [u16]| match shape {
        Shape::Dot => numbers,
        _ => &[],
    };
    let is_number = model.run.is_regression();
    let predictions = model.run.prediction_cells();
    let outputs = LabelWidths {
        name: widest(&data.output_names),
        numbers: if is_number {
            &predictions
        } else {
            numbers(&SHARES)
        },
        margin: 2,
        can_stack: can_stack[1],
    };
    if let Some(size) = data.image {
        let columns = budget.saturating_sub(outputs.fitted(budget / 2).width);
        if let Some(picture) = picture(inner, size, columns) {
            let left = Side {
                width: picture.width,
                ..Side::default()
            };
            let right = outputs.fitted(budget.saturating_sub(picture.width));
            return (Some(picture), [left, right]);
        }
    }
    let inputs = LabelWidths {
        name: if data.image.is_some() {
            0
        } else {
            widest(&data.input_names)
        },
        numbers: numbers(number_cells(data.preprocessing.usual_maximum())),
        margin: 1,
        can_stack: can_stack[0],
    };
    let (left, right) = divide(inputs, outputs, budget);
    (None, [left, right])
}

/// Area of the picture of an image of `size` in at most `columns` cells; none if it has no room.
fn picture(inner: Rect, size: (usize, usize), columns: u16) -> Option<Rect> {
    // The titles of the layers need a row.
    let rows = inner.height.saturating_sub(1);
    let (width, height) = fitted(size, columns, rows)?;
    let y = inner.y + 1 + (rows - height) / 2;
    Some(Rect::new(inner.x, y, width, height))
}

/// Indices of the true and the predicted class among the outputs that may be shown: they are shown
/// whatever else has room.
fn classes_that_matter(model: &Model, look: &NetworkView) -> Vec<usize> {
    let sample = look.row.sample;
    let actual = sample.samples(&model.run.data).targets.class(sample.index);
    let predicted = look.pass.activations.last().map(predicted_class);
    let watched = look.neurons.last();
    let place = |class: usize| watched?.iter().position(|&output| output == class);
    let both = actual.into_iter().chain(predicted);
    both.filter_map(place).collect()
}

impl Layer {
    /// The inputs along the right side of `picture`, each at the height of its pixel, so that edges
    /// start where it lies.
    fn beside(
        picture: Rect,
        (width, height): (usize, usize),
        x: u16,
        model: &Model,
        watched: &[usize],
    ) -> Self {
        let columns = model.run.columns();
        let row = |&input: &usize| {
            let pixel = columns.get(input).map_or(0, |column| column.column);
            let row = (pixel / width.max(1)).min(height.saturating_sub(1));
            picture.y + (row * usize::from(picture.height) / height.max(1)) as u16
        };
        Self {
            x,
            shown: watched.iter().map(row).enumerate().collect(),
            hidden: 0,
        }
    }

    /// A layer in the middle of the height of `plot`, its neurons at even distances.
    fn new(plot: Rect, x: u16, size: usize, watched: usize, wanted: &[usize]) -> Self {
        let rows = plot.height;
        let chosen = evenly_with(watched, rows.into(), wanted);
        let step = step_of(chosen.len(), rows);
        let used = step * (chosen.len() as u16).saturating_sub(1) + 1;
        let top = plot.y + rows.saturating_sub(used) / 2;
        let places = (0..chosen.len() as u16).map(|i| top + i * step);
        let shown: Vec<_> = chosen.into_iter().zip(places).collect();
        Self {
            x,
            hidden: size - shown.len().min(size),
            shown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neurons_are_even_and_within_the_rows() {
        let steps = [(4, 8), (4, 7), (16, 16), (16, 27), (3, 7), (1, 9), (2, 1)];
        let steps = steps.map(|(size, rows)| step_of(size, rows));
        assert_eq!(steps, [2, 2, 1, 1, 2, 8, 1]);
        for rows in 1..70 {
            for size in 1..=usize::from(rows) {
                let used = usize::from(step_of(size, rows)) * (size - 1) + 1;
                assert!(used <= rows.into(), "{size} in {rows}");
            }
        }
    }
}
