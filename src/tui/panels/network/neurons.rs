//! Neurons: brightness, and where there is room the number, of an activation or a delta.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;
use ratatui::widgets::{Block, BorderType};

use super::geometry::{Places, Shape};
use super::maps;
use super::style::{Look, Shown};
use crate::tui::theme::Theme;
use crate::tui::widgets::Pane;
use crate::util::numbers::short;

/// Standard deviations of an input at full brightness: larger ones are rare.
const FULL: f32 = 3.0;

/// A neuron to draw.
struct Neuron {
    /// Number from -1 to 1 that its brightness shows; none if it is not known yet.
    share: Option<f32>,
    is_delta: bool,
    text: String,
}

/// Draws all neurons, and below each layer the number of those that have no room.
pub(crate) fn neurons(pane: &mut Pane<'_>, places: &Places, look: &Look) {
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
            let room = match places.shape {
                Shape::Map(_) => width.into(),
                _ => usize::from(width).saturating_sub(2),
            };
            let neuron = match look.shown(l, index) {
                Shown::Unknown => Neuron {
                    share: None,
                    is_delta: false,
                    text: "·".into(),
                },
                Shown::Delta { delta, share } => Neuron {
                    share: Some(share),
                    is_delta: true,
                    text: short(delta, room),
                },
                Shown::Activation => Neuron {
                    share: Some((value / largest).clamp(-1.0, 1.0)),
                    is_delta: false,
                    text: if l == 0 {
                        look.raw_input(pane.model, index, room)
                    } else {
                        rounded(value, room)
                    },
                },
            };
            let x = layer.x.saturating_sub(width / 2);
            let area = Rect::new(x, y.saturating_sub(height / 2), width, height);
            let area = area.intersection(places.inner);
            if let (Shape::Map(_), Some(plane)) = (places.shape, look.plane) {
                maps::map(pane, area, plane, (l, index));
                let below = Rect::new(x, area.bottom(), width, 1).intersection(places.inner);
                let text = Span::styled(neuron.text, number_style(pane.theme, neuron.share));
                pane.line(below, text.into_centered_line());
                continue;
            }
            draw(pane, area, places.shape, &neuron);
        }
        let count = format!("+{}", layer.hidden);
        let cells = count.len() as u16;
        if layer.hidden > 0 {
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

/// Formats an activation with two decimals if it has room.
fn rounded(value: f32, cells: usize) -> String {
    let text = format!("{value:.2}");
    if value.is_finite() && text.len() <= cells {
        text
    } else {
        short(value, cells)
    }
}

fn draw(pane: &mut Pane<'_>, area: Rect, shape: Shape, neuron: &Neuron) {
    let theme = pane.theme;
    match shape {
        Shape::Dot => {
            let (symbol, style) = symbol(theme, neuron);
            pane.draw(Span::styled(symbol, style), area);
        }
        // Drawn in its own module.
        Shape::Map(_) => {}
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
fn symbol(theme: Theme, neuron: &Neuron) -> (&'static str, Style) {
    let Some(share) = neuron.share else {
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
