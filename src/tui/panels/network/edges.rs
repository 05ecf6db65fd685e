//! Edges: weights between neurons.

use ndarray::Array2;

use super::geometry::{Layer, Places};
use super::style::{Look, Stress};
use crate::nn::ParameterId;
use crate::train::Cursor;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Canvas, Dash, Pane, Stroke};

/// Maximal number of edges between two layers per row of the panel; more would hide one another.
const EDGES_PER_ROW: usize = 3;
/// Maximal number of faded edges between two layers per row of the panel.
const FADED_PER_ROW: usize = 1;
/// Brightness of a faded edge.
const FADED: f32 = 0.1;

/// An edge between two neurons on the screen.
struct Edge {
    stress: Stress,
    /// The weight, or its change, as a share of the layer's largest.
    share: f32,
    from: u16,
    to: u16,
}

/// Draws the edges. Where some are stressed, the others fade; where shades can't show that, they
/// are left out.
pub(crate) fn edges(pane: &mut Pane<'_>, places: &Places, look: &Look) {
    let (plot, theme) = (places.plot, pane.theme);
    // Dots in one cell share its colour: emphasised edges get a canvas of their own above the rest.
    let (mut below, mut above) = (Canvas::in_dots(plot), Canvas::in_dots(plot));
    for (l, pair) in places.layers.windows(2).enumerate() {
        let mut lines = edges_into(look, l, pair);
        if !theme.has_shades() && look.has_stress() {
            lines.retain(|edge| edge.stress > Stress::Faded);
        }
        lines.sort_by(|a, b| {
            let by_size = b.share.abs().total_cmp(&a.share.abs());
            b.stress.cmp(&a.stress).then(by_size)
        });
        let rows = usize::from(plot.height);
        let raised = lines
            .iter()
            .filter(|edge| edge.stress > Stress::Faded)
            .count();
        lines.truncate((EDGES_PER_ROW * rows).min(raised + FADED_PER_ROW * rows));
        let start = f64::from(pair[0].x - plot.x) * 2.0 + 3.0;
        let end = f64::from(pair[1].x - plot.x) * 2.0 - 2.0;
        let dot_row = |y: u16| f64::from(y - plot.y) * 4.0 + 1.5;
        for edge in lines.into_iter().rev() {
            let is_faded = edge.stress == Stress::Faded;
            let canvas = if is_faded { &mut below } else { &mut above };
            let (from, to) = (dot_row(edge.from), dot_row(edge.to));
            canvas.line((start, from), (end, to), &stroke(&edge, theme));
        }
    }
    below.render(pane.buf);
    above.render(pane.buf);
}

/// Returns the edges between the shown neurons of the layers `l` and `l + 1`.
fn edges_into(look: &Look, l: usize, pair: &[Layer]) -> Vec<Edge> {
    let mut edges = Vec::new();
    let Some((values, largest)) = values(look, l) else {
        return edges;
    };
    for &(j, to) in &pair[1].shown {
        for &(i, from) in &pair[0].shown {
            let ends = (look.neurons[l + 1].get(j), look.neurons[l].get(i));
            if let (Some(&value), (Some(&output), Some(&input))) = (values.get((j, i)), ends) {
                let share = value / largest.max(f32::MIN_POSITIVE);
                let stress = look.stress(l + 1, output, input);
                edges.push(Edge {
                    stress,
                    share,
                    from,
                    to,
                });
            }
        }
    }
    edges
}

/// Values of the edges into layer `l + 1` and the largest absolute one: weights, or after an update of
/// the phase stepper their changes.
fn values<'a>(look: &'a Look, l: usize) -> Option<(&'a Array2<f32>, f32)> {
    if let Some(changes) = look.changes() {
        let changes = changes.get(l)?;
        let sizes = changes.iter().map(|change| change.abs());
        let finite = sizes.filter(|size| size.is_finite());
        return Some((changes, finite.fold(0.0, f32::max)));
    }
    Some((look.edges.weights.get(l)?, *look.edges.largest.get(l)?))
}

fn stroke(edge: &Edge, theme: Theme) -> Stroke {
    let (share, sign) = (edge.share, edge.share.signum());
    let dash = match (share < 0.0, edge.stress) {
        (false, _) => Dash::Solid,
        (true, Stress::Chosen) => Dash::Along(3, 1),
        (true, _) => Dash::Along(2, 2),
    };
    let size = share.abs();
    let (value, strength) = match edge.stress {
        Stress::Faded => (FADED, size - 10.0),
        Stress::Plain => (size.powf(1.5) * 0.9, size),
        // Even a small weight of the chosen neuron is to be seen.
        Stress::Raised => (0.3 + 0.7 * size, 10.0 + size),
        Stress::Chosen => (1.0, 20.0),
    };
    let style = theme.signed(sign * value);
    let style = match edge.stress {
        Stress::Chosen => theme.strong().patch(style),
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
) -> Stress {
    match cursor {
        Cursor::Output => Stress::Plain,
        Cursor::Neuron { layer: at, neuron } if at == layer && neuron == output => Stress::Raised,
        Cursor::Neuron { layer: at, neuron } if at + 1 == layer && neuron == input => {
            Stress::Raised
        }
        Cursor::Parameter(id) if id == ParameterId::weight(layer, output, input) => Stress::Chosen,
        _ => Stress::Faded,
    }
}
