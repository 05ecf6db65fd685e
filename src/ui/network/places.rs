//! Where neurons and labels stand.

use ratatui::layout::Rect;

use super::NAME;
use crate::app::Model;
use crate::app::model::evenly;
use crate::text::width;
use crate::train::Snapshot;

/// Cells for a feature's value.
pub(super) const VALUE: u16 = 5;

/// Cells for a feature's value, with a space before it; none where room is short.
pub(super) fn value_cells(inner: Rect) -> u16 {
    if inner.width < 56 { 1 } else { VALUE + 2 }
}

/// Cells for an output: without decimals where room is short.
pub(super) fn share_cells(inner: Rect) -> u16 {
    if inner.width < 56 { 5 } else { 7 }
}

/// Where everything stands.
pub(super) struct Places {
    /// Area of neurons and edges, without labels and titles.
    pub plot: Rect,
    /// The whole panel without its frame.
    pub inner: Rect,
    /// The layers, inputs first.
    pub layers: Vec<Layer>,
}

/// One layer on the screen.
pub(super) struct Layer {
    /// Its column.
    pub x: u16,
    /// Indices into the watched neurons, and the rows they stand in.
    pub shown: Vec<(usize, u16)>,
    /// Neurons of the layer that are not shown.
    pub hidden: usize,
}

impl Places {
    /// The places of the layers of `model` that `snapshot` watched.
    pub fn new(inner: Rect, model: &Model, snapshot: &Snapshot) -> Self {
        let data = &model.run.data;
        let widest = |names: &mut dyn Iterator<Item = &String>| {
            let widest = names.map(|name| width(name)).max().unwrap_or(0);
            widest.min(NAME).min(usize::from(inner.width) / 5 + 1)
        };
        let features = widest(&mut data.preprocessing.features.iter().map(|it| &it.name));
        let classes = widest(&mut data.class_names.iter());
        let is_wide = inner.width >= 34;
        let (left, right) = match is_wide {
            true => (
                features as u16 + value_cells(inner),
                classes as u16 + share_cells(inner) + 3,
            ),
            false => (1, 1),
        };
        let plot = Rect {
            x: inner.x + left,
            y: inner.y + 1,
            width: inner.width.saturating_sub(left + right),
            height: inner.height - 1,
        };
        let sizes = model.run.architecture.sizes();
        let watched = &snapshot.observation.neurons;
        let gaps = (sizes.len() - 1).max(1) as u32;
        let layers = (0u32..).zip(sizes).zip(watched);
        let layers = layers.map(|((l, &size), watched)| {
            Layer::new(
                plot,
                plot.x + (u32::from(plot.width.saturating_sub(1)) * l / gaps) as u16,
                size,
                watched.len(),
            )
        });
        Self {
            plot,
            inner,
            layers: layers.collect(),
        }
    }
}

impl Layer {
    fn new(plot: Rect, x: u16, size: usize, watched: usize) -> Self {
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
        let chosen = evenly(watched, room);
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
        let row = |i: usize| match 2 * height < 3 * count {
            true => top + i * step,
            false => (2 * i + 1) * height / (2 * count),
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
