//! What each neuron of the first layer looks for: its incoming weights as a picture, where rows are
//! images.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::train::Snapshot;
use crate::tui::app::Model;
use crate::tui::theme::Theme;
use crate::tui::widgets::numbers::significant;
use crate::tui::widgets::panel::{frame, put, put_centred};
use crate::tui::widgets::picture::Picture;

/// Draws the panel: a grid of pictures, each on a scale of its own that ends at the neuron's largest
/// weight, which is written beside its number. Returns how far it can be scrolled.
pub fn render(
    area: Rect,
    buf: &mut Buffer,
    model: &Model,
    theme: Theme,
    is_focused: bool,
) -> Option<u16> {
    let room = (area.width.saturating_sub(2), area.height.saturating_sub(2));
    let grid = model.picture_grid(room);
    let rights = grid.map_or([Line::default(), Line::default()], |grid| {
        let (shown, all) = (grid.neurons(), grid.all);
        let neurons = format!("neurons {}–{} of {all}", shown.start + 1, shown.end);
        let scale = format!("{neurons} · each up to its largest weight · P histograms");
        [scale, neurons].map(|text| Line::styled(text, theme.dim()))
    });
    let inner = frame(area, buf, theme, is_focused, "Weights of layer 1", &rights);
    let (Some(grid), Some(size)) = (grid, model.run.data.image) else {
        put_centred(buf, inner, "no room for a picture", theme.dim());
        return None;
    };
    let Some(snapshot) = &model.run.snapshot else {
        put_centred(buf, inner, "–", theme.dim());
        return None;
    };
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
        Picture::new(size, pixels).render_signed(area, buf, theme);
    }
    Some(grid.end())
}

/// Incoming weights of `neuron`, if they were watched.
fn weights_of(neuron: usize, snapshot: &Snapshot) -> Option<Vec<f32>> {
    let mut watched = snapshot.observation.pictures.iter();
    let place = watched.position(|&it| it == neuron)?;
    let row = (place < snapshot.pictures.nrows()).then(|| snapshot.pictures.row(place));
    row.map(|row| row.to_vec())
}
