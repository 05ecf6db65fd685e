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
mod step_banner;
mod style;

use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::Span;

use super::Panel;
use super::sample::titles;
use crate::nn::output::predicted_class;
use crate::train::Request;
use crate::train::probes::{EdgeProbe, PhaseProbe, RowProbe};
use crate::tui::app::{Model, Msg};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Palette, Pane, Picture, Title};
use crate::util::pick::evenly_with;
use cursor::cursor_at;
use edges::edges;
use geometry::Places;
use labels::{input_labels, layer_titles, output_labels};
use style::{Look, Shown};
pub(in crate::tui) use style::{knows_activation, knows_delta, knows_loss, phase_values};

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
        let details = titles.map(|title| title + verdict.clone());
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

    fn draw(&self, pane: &mut Pane<'_>) {
        let Some(look) = Look::new(pane.model) else {
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
        layer_titles(pane, &places);
        input_labels(pane, &places, &look);
        output_labels(pane, &places, &look);
        cursor::marks(pane, &places, &look);
    }

    fn click(&self, model: &Model, inside: Rect, at: Position) -> Option<Msg> {
        model.inspector.open?;
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
fn parted(inner: Rect, look: &Look) -> (Rect, Rect) {
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

/// Returns whether the prediction for the shown row is right, in two cells.
fn verdict(model: &Model, theme: Theme) -> Span<'static> {
    let sample = model.navigation.sample;
    let shown = model
        .run
        .probed::<RowProbe>()
        .filter(|(row, _)| row.sample == sample);
    let outputs = shown.and_then(|(_, pass)| pass.activations.last());
    match (
        outputs.map(predicted_class),
        model.samples().targets.class(sample.index),
    ) {
        (Some(predicted), Some(label)) if predicted == label => Span::styled(" ✓", theme.good()),
        (Some(_), Some(_)) => Span::styled(" ✗", theme.bad()),
        _ => Span::raw("  "),
    }
}

fn neurons(pane: &mut Pane<'_>, places: &Places, look: &Look) {
    let theme = pane.theme;
    let first = usize::from(places.picture.is_some());
    for (l, layer) in places.layers.iter().enumerate().skip(first) {
        let values = activations(pane.model, look, l);
        let largest = values.iter().map(|a| a.abs()).fold(1.0, f32::max);
        for &(i, y) in &layer.shown {
            let Some(&neuron) = look.neurons[l].get(i) else {
                continue;
            };
            let (value, is_delta) = match look.shown(l, neuron) {
                Shown::Delta(share) => (share, true),
                Shown::Activation => (values.get(neuron).map_or(f32::NAN, |a| a / largest), false),
                Shown::Unknown => {
                    pane.draw(Span::styled("○", theme.dim()), Rect::new(layer.x, y, 1, 1));
                    continue;
                }
            };
            let symbol = match value {
                v if v.is_nan() => "?",
                _ if is_delta && theme.has_colour() => "◆",
                v if is_delta && v >= 0.0 => "▲",
                _ if is_delta => "▼",
                v if !theme.has_shades() && v.abs() < 0.25 => "○",
                _ if theme.has_colour() => "●",
                v if v > 0.0 => "⊕",
                _ => "⊖",
            };
            pane.draw(
                Span::styled(symbol, theme.signed(value)),
                Rect::new(layer.x, y, 1, 1),
            );
        }
        if layer.hidden > 0 {
            let text = format!("+{}", layer.hidden);
            let cells = text.len() as u16;
            let last = places.inner.right().saturating_sub(cells);
            let x = layer
                .x
                .saturating_sub(cells / 2)
                .clamp(places.inner.x, last);
            let y = places.plot.bottom().saturating_sub(1);
            pane.left(Rect::new(x, y, cells, 1), &text, theme.dim());
        }
    }
}

/// Draws the shown row as an image.
fn picture(pane: &mut Pane<'_>, places: &Places, look: &Look) {
    let run = &pane.model.run;
    let (Some(area), Some(size)) = (places.picture, run.data.image) else {
        return;
    };
    if let Some(samples) = run.samples_with(look.row.sample) {
        let row = look.row.sample.index;
        let picture = Picture::of_row(size, samples, &run.data.preprocessing, row);
        picture.render(area, pane.buf, pane.theme, Palette::Grey);
    }
}

/// Activations of layer `l` for the shown row; those of the inputs are the standardised values.
fn activations(model: &Model, look: &Look, l: usize) -> Vec<f32> {
    let Some(l) = l.checked_sub(1) else {
        let (samples, row) = (
            model.run.samples_with(look.row.sample),
            look.row.sample.index,
        );
        let inputs = samples.map(|samples| samples.inputs(row..row + 1));
        // Standardised values beyond three standard deviations are rare: they get full brightness.
        let share = |x: &f32| (x / 3.0).clamp(-1.0, 1.0);
        return inputs.map_or(Vec::new(), |inputs| inputs.iter().map(share).collect());
    };
    look.pass.activations.get(l).cloned().unwrap_or_default()
}
