//! Network panel: layers from left to right, with the activations of the shown row.
//!
//! A neuron's brightness is its activation for the row; an edge's colour is the sign of its
//! weight (negative ones are dashed as well) and its brightness the size. Where rows are images,
//! the row's picture takes the place of the input neurons.
//!
//! The inspector's cursor is a pair of brackets around a neuron, and its edges are emphasised. While a
//! mini-batch is stepped through, what was not computed yet is empty, and going backward the deltas
//! take the place of the activations.

mod cursor;
mod edges;
mod geometry;
mod labels;
mod maps;
mod neurons;
mod sides;
mod step_banner;
mod style;
mod titles;
mod values;

use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};

use super::Panel;
use super::plane::PlaneRequest;
use super::sample::titles;
use crate::nn::output::predicted_class;
use crate::train::Request;
use crate::train::probes::{EdgeProbe, PhaseProbe, RowProbe};
use crate::tui::app::{EdgeValue, Model, Msg};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{HeatPalette, Pane, Picture, Title};
use crate::util::pick::evenly_with;
use cursor::cursor_at;
use edges::edges;
use geometry::{Places, Shape};
use labels::{input_labels, output_labels};
pub(in crate::tui) use maps::Response;
use neurons::neurons;
use style::NetworkView;
pub(in crate::tui) use style::{knows_activation, knows_delta, knows_loss, phase_values};
use titles::layer_titles;
use values::shown_value;

/// Widest feature or class name.
const NAME: usize = 18;
/// Maximal number of neurons of a layer to ask for; no terminal shows more.
const MAX_NEURONS: usize = 96;

/// Topology, with the shown row on its way through it.
pub(crate) struct NetworkPanel;

impl Panel for NetworkPanel {
    /// `validation row 17 of 30 · versicolor ✓`, or what the rows gone through have in common.
    fn title(&self, pane: &Pane<'_>) -> Title {
        let (model, theme) = (pane.model, pane.theme);
        let verdict = verdict(model, theme);
        let titles = titles(model, theme).into_iter();
        let titles = titles.map(|title| title + verdict.clone());
        let titles: Vec<Line> = titles.collect();
        let Some(value) = NetworkView::new(model).map(|look| shown_value(model, &look)) else {
            return Title::new(text::network_title(), titles);
        };
        let edges = text::edges_show(value.formula());
        let with_edges = titles.iter().map(|title| {
            let edges = Span::styled(format!(" · {edges}"), theme.dim());
            title.clone() + edges
        });
        let mut details: Vec<Line> = with_edges.collect();
        // Weights are what one expects; anything else has to be said.
        if value == EdgeValue::Weight {
            details.extend(titles);
        } else {
            details.push(Span::styled(edges, theme.dim()).into());
        }
        Title::new(text::network_title(), details)
    }

    fn min_size(&self) -> (u16, u16) {
        (8, 3)
    }

    fn probes(&self, model: &Model) -> Vec<Request> {
        let neurons = shown_neurons(model);
        vec![
            Request::new(model.row_probe()),
            Request::new(EdgeProbe { neurons }),
            Request::new(PhaseProbe),
        ]
    }

    fn plane(&self, model: &Model, inside: Rect) -> Option<PlaneRequest> {
        let (columns, rows) = Shape::map(inside, model)?.size();
        let points = [columns, 2 * rows];
        // A curve has two dots in a cell.
        let points = match model.navigation.plane.axes.len() {
            1 => vec![2 * columns],
            _ => points.to_vec(),
        };
        Some(PlaneRequest {
            points,
            rows: false,
            neurons: shown_neurons(model),
        })
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let Some(look) = NetworkView::new(pane.model) else {
            return pane.message([text::waiting_for_snapshot()]);
        };
        let (banner, inner) = parted(pane.area, &look);
        if let Some(phase_values) = look.phase_values {
            step_banner::render(pane, banner, phase_values);
        }
        let places = Places::new(inner, pane.model, &look);
        edges(pane, &places, &look);
        neurons(pane, &places, &look);
        picture(pane, &places, &look);
        layer_titles(pane, &places, &look);
        input_labels(pane, &places, &look);
        output_labels(pane, &places, &look);
        cursor::marks(pane, &places, &look);
    }

    fn click(&self, model: &Model, inside: Rect, at: Position) -> Option<Msg> {
        cursor_at(inside, model, at).map(Msg::Point)
    }
}

/// Neurons of each layer, inputs first, that may be shown: evenly spread, and those that the
/// inspector's cursor is at.
fn shown_neurons(model: &Model) -> Vec<Vec<usize>> {
    let layers = model.run.architecture.sizes().iter().enumerate();
    let shown = layers.map(|(layer, &size)| {
        let marked = model.inspector.marks(layer);
        evenly_with(size, MAX_NEURONS, marked.as_slice())
    });
    shown.collect()
}

/// Divides `inner` into the banner of the phase stepper and the rest.
fn parted(inner: Rect, look: &NetworkView) -> (Rect, Rect) {
    let has_banner = look.phase_values.is_some();
    let rows = if has_banner {
        step_banner::rows(inner.height)
    } else {
        0
    };
    let [banner, rest] =
        Layout::vertical([Constraint::Length(rows), Constraint::Fill(1)]).areas(inner);
    (banner, rest)
}

/// Returns whether the class predicted for the shown row is right, in two cells; blank until the outputs
/// are computed, and empty for numbers.
fn verdict(model: &Model, theme: Theme) -> Span<'static> {
    let sample = model.navigation.sample;
    let Some(label) = model.samples().targets.class(sample.index) else {
        return Span::default();
    };
    let is_known = NetworkView::new(model).is_some_and(|look| look.knows_outputs());
    let shown = model
        .run
        .probed::<RowProbe>()
        .filter(|(row, _)| is_known && row.sample == sample);
    let outputs = shown.and_then(|(_, pass)| pass.activations.last());
    match outputs.map(predicted_class) {
        Some(predicted) if predicted == label => Span::styled(" ✓", theme.good()),
        Some(_) => Span::styled(" ✗", theme.bad()),
        None => Span::raw("  "),
    }
}

/// Draws the shown row as an image.
fn picture(pane: &mut Pane<'_>, places: &Places, look: &NetworkView) {
    let run = &pane.model.run;
    let (Some(area), Some(size)) = (places.picture, run.data.image) else {
        return;
    };
    if let Some(samples) = run.samples_with(look.row.sample) {
        let row = look.row.sample.index;
        let picture = Picture::of_row(size, samples, &run.data.preprocessing, row);
        picture.render(area, pane.buf, pane.theme, HeatPalette::Grey);
    }
}
