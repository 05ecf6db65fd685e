//! Positions of neurons and labels.

use ratatui::layout::Rect;

use super::NAME;
use super::style::Look;
use crate::nn::output::predicted_class;
use crate::tui::app::Model;
use crate::tui::widgets::picture::fitted;
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
    /// Indices into the watched neurons, and the rows they stand in.
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
        let picture = data.image.and_then(|size| picture(inner, size));
        let is_wide = inner.width >= 34;
        let before = before_cells(inner, look);
        let (left, right) = if is_wide {
            (
                match picture {
                    Some(picture) => picture.width,
                    None => features as u16 + value_cells(inner) + before.0,
                },
                classes as u16 + share_cells(inner) + 3 + before.1,
            )
        } else {
            (1, 1)
        };
        let picture = picture.filter(|_| is_wide);
        let plot = Rect {
            x: inner.x + left,
            y: inner.y + 1,
            width: inner.width.saturating_sub(left + right),
            height: inner.height - 1,
        };
        let sizes = model.run.architecture.sizes();
        let watched = look.neurons;
        let gaps = (sizes.len() - 1).max(1) as u32;
        let layers = (0u32..).zip(sizes).zip(watched);
        let classes = classes_that_matter(model, look);
        let layers = layers.map(|((l, &size), watched)| {
            if let (0, Some(picture), Some(image)) = (l, picture, data.image) {
                return Layer::beside(picture, image, plot.x, model, watched);
            }
            let mut wanted = if l == gaps {
                classes.clone()
            } else {
                Vec::new()
            };
            let marked = model.inspector.open.and_then(|it| it.marks(l as usize));
            wanted.extend(watched.iter().position(|&it| Some(it) == marked));
            Layer::new(
                plot,
                plot.x + (u32::from(plot.width.saturating_sub(1)) * l / gaps) as u16,
                size,
                watched.len(),
                &wanted,
            )
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
    Some(Rect {
        x: inner.x,
        y: inner.y + 1 + (rows - height) / 2,
        width,
        height,
    })
}

/// Indices of the true and the predicted class among the outputs that may be shown: they are shown
/// whatever else has room.
fn classes_that_matter(model: &Model, look: &Look) -> Vec<usize> {
    let sample = look.row.sample;
    let actual = sample.samples(&model.run.data).targets.class(sample.index);
    let predicted = look.pass.activations.last().map(predicted_class);
    let watched = look.neurons.last();
    let place = |class: usize| watched?.iter().position(|&it| it == class);
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
        let columns = &model.run.data.preprocessing.columns;
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
        // The count of the rest takes a row of its own.
        let room = if size > rows {
            rows.saturating_sub(1)
        } else {
            rows
        };
        // A layer that fills every row is a wall; every second one still reads as neurons.
        let room = if size > rows && rows >= 12 {
            room / 2
        } else {
            room
        };
        let chosen = evenly_with(watched, room, wanted);
        let height = if size > chosen.len() {
            rows.saturating_sub(1)
        } else {
            rows
        };
        let count = chosen.len().max(1);
        let step = (height / count).max(1);
        let used = step * (count - 1) + 1;
        let top = height.saturating_sub(used) / 2;
        // Where neurons stand close, even distances look calmer than the last row made use of.
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
