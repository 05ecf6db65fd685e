//! The inspector's cursor on the topology, and what a click means.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::geometry::Places;
use super::parted;
use super::style::Look;
use crate::train::Cursor;
use crate::tui::app::Model;
use crate::tui::theme::Theme;
use crate::tui::widgets::panel::put;

/// Brackets around the neurons that the cursor stands on; beside a hidden one its number.
pub(crate) fn marks(places: &Places, buf: &mut Buffer, model: &Model, look: &Look, theme: Theme) {
    let Some(inspector) = model.inspector.open else {
        return;
    };
    let style = theme.accent().add_modifier(Modifier::BOLD);
    let last = places.layers.len().saturating_sub(1);
    let is_output = inspector.inspect.cursor == Cursor::Output;
    for (l, layer) in places.layers.iter().enumerate() {
        let marked = inspector.marks(l);
        for &(i, y) in &layer.shown {
            let neuron = look.neurons.get(l).and_then(|it| it.get(i));
            let is_marked = neuron.is_some() && neuron.copied() == marked;
            if !(is_marked || is_output && l == last) {
                continue;
            }
            if let (0, Some(picture)) = (l, places.picture) {
                pixel(picture, buf, model, marked.unwrap_or(0), theme);
                continue;
            }
            put(buf, layer.x.saturating_sub(1), y, 1, "[", style);
            put(buf, layer.x + 1, y, 1, "]", style);
            if is_marked && l > 0 && l < last {
                let number = marked.map_or(0, |it| it + 1).to_string();
                put(buf, layer.x + 2, y, number.len(), &number, style);
            }
        }
    }
}

/// A mark on the pixel of input `input`.
fn pixel(picture: Rect, buf: &mut Buffer, model: &Model, input: usize, theme: Theme) {
    let Some((width, height)) = model.run.data.image else {
        return;
    };
    let columns = &model.run.data.preprocessing.columns;
    let pixel = columns.get(input).map_or(0, |column| column.column);
    let place = |at: usize, of: usize, cells: u16| {
        // The middle of what the pixel covers.
        ((2 * at + 1) * usize::from(cells) / (2 * of.max(1))) as u16
    };
    let x = picture.x + place(pixel % width.max(1), width, picture.width);
    let y = picture.y + place(pixel / width.max(1), height, picture.height);
    put(buf, x, y, 1, "╬", theme.badge(theme.accent()));
}

/// The neuron `at` a position inside the network's panel, or beside it by a cell.
pub(crate) fn cursor_at(inner: Rect, model: &Model, at: Position) -> Option<Cursor> {
    let Position { x, y } = at;
    let look = Look::new(model)?;
    let places = Places::new(parted(inner, &look).1, model, &look);
    if let Some(picture) = places.picture.filter(|it| it.contains((x, y).into())) {
        return pixel_at(picture, model, x, y);
    }
    let layers = places.layers.iter().enumerate();
    let mut found = layers.filter(|(_, layer)| layer.x.abs_diff(x) <= 1);
    let (l, layer) = found.next()?;
    let nearest = layer.shown.iter().min_by_key(|it| it.1.abs_diff(y))?;
    let neuron = *look.neurons.get(l)?.get(nearest.0)?;
    (nearest.1.abs_diff(y) <= 1).then_some(Cursor::Neuron { layer: l, neuron })
}

/// The input whose pixel is drawn at column `x` and row `y`.
fn pixel_at(picture: Rect, model: &Model, x: u16, y: u16) -> Option<Cursor> {
    let (width, height) = model.run.data.image?;
    let place = |at: u16, cells: u16, of: usize| {
        (2 * usize::from(at) + 1) * of / (2 * usize::from(cells.max(1)))
    };
    let column = place(x - picture.x, picture.width, width);
    let row = place(y - picture.y, picture.height, height);
    let columns = &model.run.data.preprocessing.columns;
    let pixel = row * width + column;
    let neuron = columns.iter().position(|column| column.column == pixel)?;
    Some(Cursor::Neuron { layer: 0, neuron })
}
