//! Neurons: brightness, and where there is room the number, of an activation or a delta.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;
use ratatui::widgets::{Block, BorderType};

use super::geometry::{Places, Shape};
use super::maps::Response;
use super::style::{NetworkView, Shown};
use crate::tui::app::Model;
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::Pane;
use crate::util::numbers::short;

/// Standard deviations of an input at full brightness: larger ones are rare.
const FULL: f32 = 3.0;

/// Mark of a neuron whose output is forced to 0.
const MUTED: &str = "✗";

/// A neuron to draw.
struct Neuron<'a> {
    /// Number from -1 to 1 that its brightness shows; none if it is not known yet.
    share: Option<f32>,
    is_delta: bool,
    text: String,
    /// Activation over the plane, if the neuron is a map.
    response: Option<Response<'a>>,
}

/// Draws all neurons, and below each layer the number of those that have no room.
pub(crate) fn neurons(pane: &mut Pane<'_>, places: &Places, look: &NetworkView) {
    let first = usize::from(places.picture.is_some());
    let (width, height) = places.shape.size();
    for (l, layer) in places.layers.iter().enumerate().skip(first) {
        let values = look.activations(pane.model, l);
        let largest = if l == 0 {
            FULL
        } else {
            values.iter().map(|a| a.abs()).fold(1.0, f32::max)
        };
        for &(i, y) in &layer.shown {
            let Some(&index) = look.neurons[l].get(i) else {
                continue;
            };
            let value = values.get(index).copied().unwrap_or(f32::NAN);
            let share = (value / largest).clamp(-1.0, 1.0);
            let neuron = neuron(pane.model, places.shape, look, (l, index), (value, share));
            let x = layer.x.saturating_sub(width / 2);
            let area = Rect::new(x, y.saturating_sub(height / 2), width, height);
            draw(pane, area.intersection(places.inner), places, &neuron);
        }
        let count = format!("+{}", layer.hidden);
        let cells = count.len() as u16;
        if layer.hidden > 0 {
            pane.footnote = text::neurons_not_drawn().to_owned();
            let last = places.inner.right().saturating_sub(cells);
            let x = layer
                .x
                .saturating_sub(cells / 2)
                .clamp(places.inner.x, last.max(places.inner.x));
            pane.left(
                Rect::new(x, places.plot.bottom(), cells, 1).intersection(places.inner),
                &count,
                pane.theme.dim(),
            );
        }
    }
}

/// A neuron, by layer and index in the layer, with its activation and the share of that for the brightness.
fn neuron<'a>(
    model: &Model,
    shape: Shape,
    look: &NetworkView<'a>,
    (layer, index): (usize, usize),
    (value, share): (f32, f32),
) -> Neuron<'a> {
    let width = usize::from(shape.size().0);
    let (room, plane) = match shape {
        Shape::Map(_) => (width, look.plane),
        _ => (width.saturating_sub(2), None),
    };
    let now = model.run.in_force.as_ref();
    let is_muted = now.is_some_and(|now| {
        let mut muted = now.muted.iter();
        muted.any(|muted| (muted.layer, muted.neuron) == (layer, index))
    });
    let (share, is_delta, text) = match look.shown(layer, index) {
        // The next layer sees 0, whatever the neuron computes.
        _ if is_muted && room >= 3 => (None, false, format!("0 {MUTED}")),
        _ if is_muted => (None, false, MUTED.into()),
        Shown::Unknown => (None, false, "·".into()),
        Shown::Delta { delta, share } => (Some(share), true, short(delta, room)),
        Shown::Activation if layer == 0 => (Some(share), false, look.raw_input(model, index, room)),
        Shown::Activation => (Some(share), false, rounded(value, room)),
    };
    Neuron {
        share,
        is_delta,
        text,
        response: plane.and_then(|plane| Response::new(plane, (layer, index))),
    }
}

/// Formats an activation with two decimals if it has room.
fn rounded(value: f32, cells: usize) -> String {
    let text = format!("{value:.2}");
    if value.is_finite() && text.len() <= cells {
        text
    } else {
        short(value, cells)
    }
}

fn draw(pane: &mut Pane<'_>, area: Rect, places: &Places, neuron: &Neuron<'_>) {
    let theme = pane.theme;
    match places.shape {
        Shape::Dot => {
            let (symbol, style) = symbol(theme, neuron);
            pane.draw(Span::styled(symbol, style), area);
        }
        Shape::Map(_) => {
            if let Some(response) = &neuron.response {
                response.draw(area, pane);
            }
            let below = Rect::new(area.x, area.bottom(), area.width, 1);
            let text = Span::styled(&neuron.text, number_style(theme, neuron.share));
            pane.line(below.intersection(places.inner), text.into_centered_line());
        }
        Shape::Pill => {
            let style = match neuron.share {
                Some(share) => theme.signed_fill(share),
                None => theme.dim(),
            };
            let width = usize::from(area.width).saturating_sub(2);
            let (open, close) = if theme.has_colour() && neuron.share.is_some() {
                (' ', ' ')
            } else {
                ('(', ')')
            };
            let text = format!("{open}{:^width$}{close}", neuron.text);
            pane.left(area, &text, style);
        }
        Shape::Frame => {
            let style = neuron
                .share
                .map_or(theme.dim(), |share| theme.signed(visible(share, 0.35)));
            let block = Block::bordered()
                .border_type(BorderType::Rounded)
                .border_style(style);
            let inside = block.inner(area);
            pane.draw(block, area);
            let width = usize::from(inside.width);
            pane.left(
                inside,
                &format!("{:^width$}", neuron.text),
                number_style(theme, neuron.share),
            );
        }
    }
}

fn number_style(theme: Theme, share: Option<f32>) -> Style {
    match share {
        Some(_) => theme.text().add_modifier(Modifier::BOLD),
        None => theme.dim(),
    }
}

/// Symbol of a neuron in one cell. Without colours it shows the sign, without shades the size.
fn symbol(theme: Theme, neuron: &Neuron<'_>) -> (&'static str, Style) {
    let Some(share) = neuron.share else {
        if neuron.text.ends_with(MUTED) {
            return (MUTED, theme.bad());
        }
        return ("○", theme.dim());
    };
    let symbol = match share {
        share if share.is_nan() => "?",
        _ if neuron.is_delta && theme.has_colour() => "◆",
        share if neuron.is_delta && share >= 0.0 => "▲",
        _ if neuron.is_delta => "▼",
        share if !theme.has_shades() && share.abs() < 0.25 => "○",
        _ if theme.has_colour() => "●",
        share if share > 0.0 => "⊕",
        _ => "⊖",
    };
    (symbol, theme.signed(visible(share, 0.15)))
}

/// `share` for a brightness of at least `min`: even a neuron at zero is there.
pub(super) fn visible(share: f32, min: f32) -> f32 {
    share.signum() * (min + (1.0 - min) * share.abs())
}
