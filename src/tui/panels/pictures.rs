//! Incoming weights of the neurons of layer 1 as pictures, if rows are images.

use ratatui::layout::Rect;

use crate::train::Snapshot;
use crate::train::probes::IncomingWeightProbe;
use crate::tui::app::Model;
use crate::tui::theme::Theme;
use crate::tui::widgets::canvas::Palette;
use crate::tui::widgets::pane::{Pane, Title};
use crate::tui::widgets::panel::put;
use crate::tui::widgets::picture::Picture;
use crate::util::numbers::significant;

pub(crate) fn title(model: &Model, theme: Theme, inside: Rect) -> Title {
    let grid = model.picture_grid((inside.width, inside.height));
    let details = grid.map_or(Vec::new(), |grid| {
        let (shown, all) = (grid.neurons(), grid.all);
        let neurons = format!("neurons {}–{} of {all}", shown.start + 1, shown.end);
        let scale = format!("{neurons} · each scaled to its largest weight · P: histograms");
        vec![scale, neurons]
    });
    Title::new("Weights of layer 1", theme, details)
}

/// Draws a grid of pictures. Each has a scale of its own that ends at the neuron's largest absolute
/// weight, which is written beside the neuron's number.
pub(crate) fn draw(model: &Model, pane: &mut Pane<'_>) {
    let inner = pane.area;
    let grid = model.picture_grid((inner.width, inner.height));
    let (Some(grid), Some(size)) = (grid, model.run.data.image) else {
        return pane.message(&["no room for a picture"]);
    };
    let Some(snapshot) = &model.run.snapshot else {
        return pane.message(&["–"]);
    };
    pane.set_limit(grid.end());
    let (buf, theme) = (&mut *pane.buf, pane.theme);
    let (width, height) = grid.picture;
    for (i, neuron) in grid.neurons().enumerate() {
        let (column, row) = ((i % grid.across) as u16, (i / grid.across) as u16);
        let (x, y) = (inner.x + column * (width + 1), inner.y + row * (height + 1));
        let weights = weights_of(neuron, snapshot);
        let largest = weights
            .iter()
            .flatten()
            .map(|w| w.abs())
            .fold(0.0, f32::max);
        let number = (neuron + 1).to_string();
        put(buf, x, y, width.into(), &number, theme.text());
        let scale = format!("±{}", significant(largest.into(), 2));
        let spare = usize::from(width).saturating_sub(number.len() + 1);
        if weights.is_some() && scale.chars().count() <= spare {
            let from = x + 1 + number.len() as u16;
            put(buf, from, y, spare, &scale, theme.dim());
        }
        let Some(weights) = weights else {
            continue;
        };
        let columns = &model.run.data.preprocessing.columns;
        let pixels = columns.iter().zip(weights);
        let pixels =
            pixels.map(|(column, weight)| (column.column, weight / largest.max(f32::MIN_POSITIVE)));
        let area = Rect {
            x,
            y: y + 1,
            width,
            height,
        };
        Picture::new(size, pixels).render(area, buf, theme, Palette::Signed);
    }
}

/// Incoming weights of `neuron`, if the snapshot has them.
fn weights_of(neuron: usize, snapshot: &Snapshot) -> Option<Vec<f32>> {
    let (probe, weights) = snapshot.get::<IncomingWeightProbe>()?;
    let place = probe.neurons.iter().position(|&asked| asked == neuron)?;
    Some(weights.row(place).to_vec())
}
