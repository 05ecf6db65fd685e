//! Incoming weights of the neurons of layer 1 as pictures, if rows are images.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::train::probes::IncomingWeightProbe;
use crate::tui::app::Model;
use crate::tui::text;
use crate::tui::widgets::{HeatPalette, Pane, Picture, Title};
use crate::util::numbers::significant;

pub(crate) fn title(model: &Model, inside: Rect) -> Title {
    let grid = model.navigation.picture_grid(inside, &model.run);
    let details = grid.map_or(Vec::new(), |grid| {
        let (shown, all) = (grid.shown(), grid.all);
        let neurons = text::neurons_shown(shown.start + 1, shown.end, all);
        let scale = text::pictures_scale(&neurons);
        let scale = model.keys.in_text(&scale).into_owned();
        vec![scale, neurons]
    });
    Title::new(text::pictures_title(), details)
}

/// Largest weight of a neuron, relative to that of all shown ones, below which its picture gets darker.
const NEGLIGIBLE: f32 = 0.1;

/// Draws a grid of pictures. Each has a scale of its own that ends at the neuron's largest absolute
/// weight, which is written beside the neuron's number, or at a tenth of the largest of all.
pub(crate) fn draw(pane: &mut Pane<'_>) {
    let (inner, model, theme) = (pane.area, pane.model, pane.theme);
    let grid = model.navigation.picture_grid(inner, &model.run);
    let (Some(grid), Some(size)) = (grid, model.run.data.image) else {
        return pane.message([text::no_room_for_picture()]);
    };
    if model.run.snapshot.is_none() {
        return pane.message(["–"]);
    }
    pane.limit = Some(grid.end());
    let (width, height) = grid.picture;
    let known = model.run.answer::<IncomingWeightProbe>();
    let of_layer = known.map_or(0.0, |weights| {
        weights.iter().map(|w| w.abs()).fold(0.0, f32::max)
    });
    for neuron in grid.shown() {
        let cell = grid.cell(neuron, inner);
        let caption = Rect { height: 1, ..cell };
        let number = Span::styled((neuron + 1).to_string(), theme.text());
        let Some(weights) = weights_of(model, neuron) else {
            pane.line(caption, number);
            continue;
        };
        let largest = weights.iter().map(|w| w.abs()).fold(0.0, f32::max);
        let scales = [2, 1].map(|digits| {
            let scale = format!(" ±{}", significant(largest.into(), digits));
            Span::styled(scale, theme.dim())
        });
        let fits = |scale: &Span<'_>| number.width() + scale.width() <= width.into();
        let scale = scales.into_iter().find(fits).unwrap_or_default();
        pane.line(caption, number + scale);
        // Weights that are nothing beside the others, as those of dead neurons, stay dark.
        let scale = largest.max(NEGLIGIBLE * of_layer).max(f32::MIN_POSITIVE);
        let pixels = model.run.columns().iter().zip(weights);
        let pixels = pixels.map(|(column, weight)| (column.column, weight / scale));
        let area = Rect::new(cell.x, cell.y + 1, width, height);
        Picture::new(size, pixels).render(area, pane.buf, theme, HeatPalette::Signed);
    }
}

/// Incoming weights of `neuron`, if the newest snapshot has them.
fn weights_of(model: &Model, neuron: usize) -> Option<Vec<f32>> {
    let (probe, weights) = model.run.probed::<IncomingWeightProbe>()?;
    let place = probe.neurons.iter().position(|&asked| asked == neuron)?;
    Some(weights.row(place).to_vec())
}
