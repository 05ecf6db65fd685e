//! Edges between neurons: the strongest ones into each, drawn such that none interrupts a stronger one.

use std::cmp::Ordering;

use super::geometry::{Layer, Places};
use super::style::{Emphasis, NetworkView};
use super::values::layer_edges;
use crate::nn::ParameterId;
use crate::train::Cursor;
use crate::tui::app::Pulse;
use crate::tui::theme::{Symbols, Theme};
use crate::tui::widgets::{Canvas, Dash, Pane, Point, Stroke};

/// Share of the largest value from which on an edge is drawn twice as thick.
const THICK: f32 = 0.62;
/// Columns between two layers from which on edges have room to be thick.
const THICK_GAP: u16 = 10;
/// Edges between two layers up to which all are drawn, each in the cells that stronger ones leave it.
const FEW: usize = 16;
/// Share of the cells that one of more edges needs for itself, unless it is the strongest of its neuron.
const FREE: f64 = 0.6;
/// Precedence of what travels along edges.
const PULSE: f32 = 100.0;
/// Brightness of a faded edge.
const FADED: f32 = 0.1;

/// An edge between two neurons on the screen.
struct Edge {
    stress: Emphasis,
    /// Value as a share of the layer's largest.
    share: f32,
    /// Rows of the neurons.
    from: u16,
    to: u16,
    /// Whether it is drawn even where stronger ones leave few cells: there are [`FEW`] edges, or none into the same
    /// neuron is stronger.
    is_needed: bool,
}

/// Draws the edges. Where some are stressed, the others fade; where shades can't show that, they
/// are left out.
pub(crate) fn edges(pane: &mut Pane<'_>, places: &Places, look: &NetworkView) {
    let theme = pane.theme;
    let mut canvas = Canvas::in_dots(places.plot).exclusive();
    let radius = places.shape.size().0 / 2;
    for (l, pair) in places.layers.windows(2).enumerate() {
        let mut edges = strongest(pane, places, look, l);
        if !theme.has_shades() && look.has_stress() {
            edges.retain(|edge| edge.stress > Emphasis::Faded);
        }
        edges.sort_by(by_strength);
        let column = |x: u16| f64::from(x.saturating_sub(places.plot.x)) * 2.0;
        let row = |y: u16| f64::from(y.saturating_sub(places.plot.y)) * 4.0 + 1.5;
        let is_picture = l == 0 && places.picture.is_some();
        let first = pair[0].x + if is_picture { 0 } else { radius + 1 };
        let start = column(first) + 1.0;
        let end = column(pair[1].x.saturating_sub(radius)) - 2.0;
        let is_wide = pair[1].x - pair[0].x >= THICK_GAP;
        for edge in edges {
            let (from, to) = ((start, row(edge.from)), (end, row(edge.to)));
            // A line in pieces says nothing.
            if !edge.is_needed && canvas.free(from, to) < FREE {
                continue;
            }
            let stroke = stroke(&edge, theme);
            canvas.line(from, to, &stroke);
            if is_wide && edge.share.abs() > THICK && edge.stress > Emphasis::Faded {
                canvas.line((from.0, from.1 + 1.0), (to.0, to.1 + 1.0), &stroke);
            }
            if let Some(pulse) = look.pulse.filter(|pulse| pulse.layer == l + 1) {
                let (tail, head) = travelling(from, to, pulse);
                canvas.line(tail, head, &Stroke::new(theme.strong(), PULSE));
            }
        }
    }
    if theme.symbols() == Symbols::Blocks {
        canvas.render_thin(pane.buf);
    } else {
        canvas.render(pane.buf);
    }
}

/// The ends of the piece of an edge where `pulse` is.
fn travelling(from: Point, to: Point, pulse: Pulse) -> (Point, Point) {
    let at = if pulse.is_forward {
        pulse.progress
    } else {
        1.0 - pulse.progress
    };
    let point = |share: f64| {
        let share = share.clamp(0.0, 1.0);
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        (from.0 + share * dx, from.1 + share * dy)
    };
    (point(at - 0.06), point(at + 0.06))
}

/// Orders edges by emphasis, then by size, the strongest first.
fn by_strength(a: &Edge, b: &Edge) -> Ordering {
    let by_size = b.share.abs().total_cmp(&a.share.abs());
    b.stress.cmp(&a.stress).then(by_size)
}

/// Returns the strongest edges into each shown neuron of layer `l + 1`, and all that are emphasised.
fn strongest(pane: &Pane<'_>, places: &Places, look: &NetworkView, l: usize) -> Vec<Edge> {
    let (before, after) = (&places.layers[l], &places.layers[l + 1]);
    let Some(layer) = layer_edges(pane.model, look, l) else {
        return Vec::new();
    };
    let are_few = before.shown.len() * after.shown.len() <= FEW;
    let number = if are_few {
        before.shown.len()
    } else {
        edges_per_neuron(before, after, places.plot.height)
    };
    let scale = layer.largest.max(f32::MIN_POSITIVE);
    let mut all = Vec::new();
    for &(j, to) in &after.shown {
        let edges = before.shown.iter().filter_map(|&(i, from)| {
            let (output, input) = (look.neurons[l + 1].get(j)?, look.neurons[l].get(i)?);
            Some(Edge {
                stress: look.stress(l + 1, *output, *input),
                share: layer.values.get((j, i))? / scale,
                from,
                to,
                is_needed: are_few,
            })
        });
        let mut edges: Vec<Edge> = edges.collect();
        let emphasised = edges
            .iter()
            .filter(|edge| edge.stress > Emphasis::Plain)
            .count();
        let number = number.max(emphasised).min(edges.len());
        if (1..edges.len()).contains(&number) {
            edges.select_nth_unstable_by(number - 1, by_strength);
        }
        edges.truncate(number);
        edges.sort_by(by_strength);
        if let Some(first) = edges.first_mut() {
            first.is_needed = true;
        }
        all.append(&mut edges);
    }
    all
}

/// Number of edges into each neuron of `after` for which there is room.
fn edges_per_neuron(before: &Layer, after: &Layer, rows: u16) -> usize {
    let per_row = match after.x.saturating_sub(before.x) {
        0..5 => 1,
        5..16 => 2,
        _ => 3,
    };
    let (inputs, outputs) = (before.shown.len(), after.shown.len().max(1));
    let number = per_row * usize::from(rows) / outputs;
    number.clamp(1, 6).min(inputs)
}

fn stroke(edge: &Edge, theme: Theme) -> Stroke {
    let (size, sign) = (edge.share.abs(), edge.share.signum());
    let dash = if edge.share < 0.0 && !theme.has_shades() {
        Dash::Along(2, 2)
    } else if edge.share < 0.0 {
        Dash::Along(5, 1)
    } else {
        Dash::Solid
    };
    let (value, strength) = match edge.stress {
        Emphasis::Faded => (FADED, size - 10.0),
        Emphasis::Plain => (0.08 + 0.92 * size.powf(1.5), size),
        // Even a small weight of the chosen neuron is to be seen.
        Emphasis::Raised => (0.3 + 0.7 * size, 10.0 + size),
        Emphasis::Chosen => (1.0, 20.0),
    };
    let style = theme.signed(sign * value);
    let style = match edge.stress {
        Emphasis::Chosen => theme.strong().patch(style),
        _ => style,
    };
    Stroke::new(style, strength).dashed(dash)
}

/// Emphasis of the weight from `input` to neuron `output` of `layer` for `cursor`.
pub(crate) fn stress_by_cursor(
    cursor: Cursor,
    layer: usize,
    output: usize,
    input: usize,
) -> Emphasis {
    match cursor {
        Cursor::Output => Emphasis::Plain,
        Cursor::Neuron { layer: at, neuron } if at == layer && neuron == output => Emphasis::Raised,
        Cursor::Neuron { layer: at, neuron } if at + 1 == layer && neuron == input => {
            Emphasis::Raised
        }
        Cursor::Parameter(id) if id == ParameterId::weight(layer, output, input) => {
            Emphasis::Chosen
        }
        _ => Emphasis::Faded,
    }
}
