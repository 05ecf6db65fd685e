//! Edges: weights between neurons.

use ndarray::Array2;

use super::geometry::Places;
use super::style::{Look, Stress};
use crate::nn::ParameterId;
use crate::train::Cursor;
use crate::tui::theme::Theme;
use crate::tui::widgets::canvas::{Canvas, Dash, Stroke};
use ratatui::buffer::Buffer;

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

/// Draws the edges. Where some are stressed, the others fade; where shades can't tell it, they
/// are left out.
pub(crate) fn edges(places: &Places, buf: &mut Buffer, look: &Look, theme: Theme) {
    let plot = places.plot;
    // Dots in one cell share its colour: what stands out gets a canvas of its own above the rest.
    let (mut below, mut above) = (Canvas::in_dots(plot), Canvas::in_dots(plot));
    for (l, pair) in places.layers.windows(2).enumerate() {
        let Some((values, largest)) = values(look, l) else {
            continue;
        };
        let watched = look.neurons;
        let mut lines = Vec::new();
        for &(j, to) in &pair[1].shown {
            for &(i, from) in &pair[0].shown {
                let (Some(&value), Some(&output), Some(&input)) =
                    (values.get((j, i)), watched[l + 1].get(j), watched[l].get(i))
                else {
                    continue;
                };
                lines.push(Edge {
                    stress: look.stress(l + 1, output, input),
                    share: value / largest.max(f32::MIN_POSITIVE),
                    from,
                    to,
                });
            }
        }
        if !theme.has_shades() && look.has_stress() {
            lines.retain(|edge| edge.stress > Stress::Faded);
        }
        lines.sort_by(|a, b| {
            let by_size = b.share.abs().total_cmp(&a.share.abs());
            b.stress.cmp(&a.stress).then(by_size)
        });
        let rows = usize::from(plot.height);
        let raised = lines.iter().filter(|it| it.stress > Stress::Faded).count();
        lines.truncate((EDGES_PER_ROW * rows).min(raised + FADED_PER_ROW * rows));
        let start = f64::from(pair[0].x - plot.x) * 2.0 + 3.0;
        let end = f64::from(pair[1].x - plot.x) * 2.0 - 2.0;
        let dot_row = |y: u16| f64::from(y - plot.y) * 4.0 + 1.5;
        for edge in lines.into_iter().rev() {
            let stroke = stroke(&edge, theme);
            let canvas = match edge.stress {
                Stress::Faded => &mut below,
                _ => &mut above,
            };
            let (from, to) = (dot_row(edge.from), dot_row(edge.to));
            canvas.line((start, from), (end, to), &stroke);
        }
    }
    below.render(buf);
    above.render(buf);
}

/// Values of the edges into layer `l + 1` and the largest absolute one: weights, or after an update of
/// the phase stepper their changes.
fn values<'a>(look: &'a Look, l: usize) -> Option<(&'a Array2<f32>, f32)> {
    if let Some(changes) = look.changes() {
        let changes = changes.get(l)?;
        let finite = changes.iter().filter(|change| change.is_finite());
        return Some((
            changes,
            finite.fold(0.0, |most, change| change.abs().max(most)),
        ));
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
    let (style, strength) = match edge.stress {
        Stress::Faded => (theme.signed(sign * FADED), share.abs() - 10.0),
        Stress::Plain => (
            theme.signed(sign * share.abs().powf(1.5) * 0.9),
            share.abs(),
        ),
        // Even a small weight of the chosen neuron is to be seen.
        Stress::Raised => (
            theme.signed(sign * (0.3 + 0.7 * share.abs())),
            10.0 + share.abs(),
        ),
        Stress::Chosen => (theme.strong().patch(theme.signed(sign)), 20.0),
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
        Cursor::Neuron { layer: at, neuron } => {
            if at == layer && neuron == output || at + 1 == layer && neuron == input {
                Stress::Raised
            } else {
                Stress::Faded
            }
        }
        Cursor::Parameter(id) => {
            let weight = ParameterId::Weight {
                layer,
                output,
                input,
            };
            if id == weight {
                Stress::Chosen
            } else {
                Stress::Faded
            }
        }
    }
}
