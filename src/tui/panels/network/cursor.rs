//! The inspector's cursor on the topology, and what a click means.

use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::geometry::Places;
use super::parted;
use super::style::NetworkView;
use crate::train::Cursor;
use crate::tui::app::Model;
use crate::tui::widgets::Pane;

/// Draws brackets around the neurons that the cursor is at; beside a hidden one its number.
pub(crate) fn marks(pane: &mut Pane<'_>, places: &Places, look: &NetworkView) {
    let Some(cursor) = pane.model.inspector.cursor() else {
        return;
    };
    let style = pane.theme.accent().add_modifier(Modifier::BOLD);
    let last = places.layers.len().saturating_sub(1);
    for (l, layer) in places.layers.iter().enumerate() {
        let marked = pane.model.inspector.marks(l);
        for &(i, y) in &layer.shown {
            let neuron = look
                .neurons
                .get(l)
                .and_then(|neurons| neurons.get(i))
                .copied();
            let is_marked = neuron.is_some() && neuron == marked;
            if !(is_marked || cursor == Cursor::Output && l == last) {
                continue;
            }
            if let (0, Some(picture)) = (l, places.picture) {
                pixel(pane, picture, marked.unwrap_or(0));
                continue;
            }
            // Beside a symbol, or in place of the ends of what holds a number.
            let radius = (places.shape.size().0 / 2).max(1);
            let left = layer.x.saturating_sub(radius);
            pane.left(Rect::new(left, y, 1, 1), "[", style);
            let number = marked.filter(|_| is_marked && l > 0 && l < last);
            let number = number.map_or(String::new(), |neuron| (neuron + 1).to_string());
            let text = format!("]{number}");
            pane.left(
                Rect::new(layer.x + radius, y, text.len() as u16, 1),
                &text,
                style,
            );
        }
    }
}

/// Marks the pixel of input `input`.
fn pixel(pane: &mut Pane<'_>, picture: Rect, input: usize) {
    let Some((width, height)) = pane.model.run.data.image else {
        return;
    };
    let column = pane.model.run.columns().get(input);
    let pixel = column.map_or(0, |column| column.column);
    let x = middle(pixel % width.max(1), width, picture.width.into());
    let y = middle(pixel / width.max(1), height, picture.height.into());
    let at = Rect::new(picture.x + x as u16, picture.y + y as u16, 1, 1);
    pane.left(at, "╬", pane.theme.badge(pane.theme.accent()));
}

/// Maps the middle of part `at` of `of` equal parts of a length to one of `to` equal parts.
fn middle(at: usize, of: usize, to: usize) -> usize {
    (2 * at + 1) * to / (2 * of.max(1))
}

/// The neuron `at` a position inside the network's panel, or beside it by a cell.
pub(crate) fn cursor_at(inner: Rect, model: &Model, at: Position) -> Option<Cursor> {
    let look = NetworkView::new(model)?;
    let places = Places::new(parted(inner, &look).1, model, &look);
    if let Some(picture) = places.picture.filter(|picture| picture.contains(at)) {
        return pixel_at(picture, model, at);
    }
    let (width, height) = places.shape.size();
    let radius = (width / 2).max(1);
    let mut layers = places.layers.iter().enumerate();
    let (l, layer) = layers.find(|(_, layer)| layer.x.abs_diff(at.x) <= radius)?;
    let &(i, y) = layer.shown.iter().min_by_key(|(_, y)| y.abs_diff(at.y))?;
    let neuron = *look.neurons.get(l)?.get(i)?;
    (y.abs_diff(at.y) <= (height / 2).max(1)).then_some(Cursor::Neuron { layer: l, neuron })
}

/// The input whose pixel is drawn `at` a position.
fn pixel_at(picture: Rect, model: &Model, at: Position) -> Option<Cursor> {
    let (width, height) = model.run.data.image?;
    let column = middle(usize::from(at.x - picture.x), picture.width.into(), width);
    let row = middle(usize::from(at.y - picture.y), picture.height.into(), height);
    let pixel = row * width + column;
    let mut columns = model.run.columns().iter();
    let neuron = columns.position(|column| column.column == pixel)?;
    Some(Cursor::Neuron { layer: 0, neuron })
}
