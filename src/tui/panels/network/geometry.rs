//! Positions of neurons and labels.

use ratatui::layout::Rect;

use super::NAME;
use super::style::Look;
use crate::nn::output::predicted_class;
use crate::tui::app::Model;
use crate::tui::widgets::fitted;
use crate::util::pick::evenly_with;
use crate::util::text::width;

/// Width of a feature's value.
pub(crate) const VALUE: u16 = 5;

/// Width of a feature's value with the space around it; 1 where room is short.
pub(crate) fn value_cells(inner: Rect) -> u16 {
    if inner.width < 56 { 1 } else { VALUE + 2 }
}

/// Width of an output: without decimals where room is short.
pub(crate) fn share_cells(inner: Rect) -> u16 {
    if inner.width < 56 { 5 } else { 7 }
}

/// Cells for a feature's value and for an output as they are, where it is shown what would be
/// if others were; none where room is short.
pub(crate) fn before_cells(inner: Rect, look: &Look) -> (u16, u16) {
    if look.pass.unchanged.is_some() && inner.width >= 56 {
        (VALUE + 1, share_cells(inner) + 1)
    } else {
        (0, 0)
    }
}

/// Positions of everything in the panel.
pub(crate) struct Places {
    /// Area of neurons and edges, without labels and titles.
    pub plot: Rect,
    /// The whole panel without its frame.
    pub inner: Rect,
    /// Area of the shown row's picture, in place of the input neurons, if rows are images.
    pub picture: Option<Rect>,
    /// The layers, inputs first.
    pub layers: Vec<Layer>,
}

/// One layer on the screen.
pub(crate) struct Layer {
    /// Column of the neurons.
    pub x: u16,
    /// Indices into the watched neurons, and their rows on the screen.
    pub shown: Vec<(usize, u16)>,
    /// Number of neurons of the layer that are not shown.
    pub hidden: usize,
}

impl Places {
    /// Computes the positions of the layers.
    pub fn new(inner: Rect, model: &Model, look: &Look) -> Self {
        let data = &model.run.data;
        let widest = |names: &mut dyn Iterator<Item = &String>| {
            let widest = names.map(|name| width(name)).max().unwrap_or(0);
            widest.min(NAME).min(usize::from(inner.width) / 5 + 1)
        };
        let features = widest(&mut data.input_names.iter());
        let classes = widest(&mut data.output_names.iter());
        let is_wide = inner.width >= 34;
        let picture = data
            .image
            .filter(|_| is_wide)
            .and_then(|size| picture(inner, size));
        let (before_input, before_output) = before_cells(inner, look);
        let (left, right) = if is_wide {
            let left = features as u16 + value_cells(inner) + before_input;
            let right = classes as u16 + share_cells(inner) + 3 + before_output;
            (picture.map_or(left, |picture| picture.width), right)
        } else {
            (1, 1)
        };
        let width = inner.width.saturating_sub(left + right);
        let plot = Rect::new(inner.x + left, inner.y + 1, width, inner.height - 1);
        let sizes = model.run.architecture.sizes();
        let gaps = (sizes.len() - 1).max(1);
        let layers = sizes.iter().zip(look.neurons).enumerate();
        let layers = layers.map(|(l, (&size, watched))| {
            if let (0, Some(picture), Some(image)) = (l, picture, data.image) {
                return Layer::beside(picture, image, plot.x, model, watched);
            }
            let mut wanted = Vec::new();
            if l == gaps {
                wanted = classes_that_matter(model, look);
            }
            let marked = model.inspector.marks(l);
            wanted.extend(watched.iter().position(|&neuron| Some(neuron) == marked));
            let x = plot.x + (usize::from(plot.width.saturating_sub(1)) * l / gaps) as u16;
            Layer::new(plot, x, size, watched.len(), &wanted)
        });
        Self {
            plot,
            inner,
            picture,
            layers: layers.collect(),
        }
    }
}

/// Area of the picture of an image of `size` in a panel; none if it has no room.
fn picture(inner: Rect, size: (usize, usize)) -> Option<Rect> {
    // The layers need the better part, and their titles a row.
    let rows = inner.height.saturating_sub(1);
    let (width, height) = fitted(size, inner.width * 2 / 5, rows)?;
    let y = inner.y + 1 + (rows - height) / 2;
    Some(Rect::new(inner.x, y, width, height))
}

/// Indices of the true and the predicted class among the outputs that may be shown: they are shown
/// whatever else has room.
fn classes_that_matter(model: &Model, look: &Look) -> Vec<usize> {
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

    fn new(plot: Rect, x: u16, size: usize, watched: usize, wanted: &[usize]) -> Self {
        let rows = usize::from(plot.height);
        let is_full = size > rows;
        // The count of the rest takes a row of its own. A layer that fills every row is a wall; every
        // second one still reads as neurons.
        let room = rows.saturating_sub(usize::from(is_full));
        let room = if is_full && rows >= 12 {
            room / 2
        } else {
            room
        };
        let chosen = evenly_with(watched, room, wanted);
        let height = rows.saturating_sub(usize::from(size > chosen.len()));
        let count = chosen.len().max(1);
        let step = (height / count).max(1);
        let used = step * (count - 1) + 1;
        let top = height.saturating_sub(used) / 2;
        // Where neurons are close, even distances look calmer than the last row made use of.
        let row = |i: usize| {
            if 2 * height < 3 * count {
                top + i * step
            } else {
                (2 * i + 1) * height / (2 * count)
            }
        };
        let places = (0..count).map(|i| plot.y + row(i) as u16);
        let shown: Vec<_> = chosen.into_iter().zip(places).collect();
        Self {
            x,
            hidden: size - shown.len().min(size),
            shown,
        }
    }
}
