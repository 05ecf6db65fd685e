//! Network panel: layers from left to right, with the activations of the shown row.
//!
//! A neuron's brightness is its activation for the row; an edge's colour is the sign of its
//! weight (negative ones are dashed as well) and its brightness the size. Where rows are images,
//! the row's picture stands in place of the input neurons.
//!
//! The inspector's cursor is a pair of brackets around a neuron, and its edges stand out. While a
//! mini-batch is walked through, what was not computed yet is empty, and going backward the deltas
//! take the place of the activations.

mod cursor;
mod edges;
mod geometry;
mod labels;
mod style;
mod walk_banner;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::Panel;
use super::sample::titles;
use crate::nn::output::predicted_class;
use crate::train::Request;
use crate::train::probes::{EdgeProbe, PhaseProbe, RowProbe};
use crate::tui::app::{Model, Msg};
use crate::tui::theme::Theme;
use crate::tui::widgets::canvas::Palette;
use crate::tui::widgets::pane::{Pane, Title};
use crate::tui::widgets::panel::put;
use crate::tui::widgets::picture::Picture;
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
    fn title(&self, model: &Model, theme: Theme, _inside: Rect) -> Title {
        Title {
            name: "Network".into(),
            details: shown_row(model, theme),
        }
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

    fn draw(&self, model: &Model, pane: &mut Pane<'_>) {
        draw(model, pane);
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
    let inspector = model.inspector.open;
    let marked = |layer| inspector.and_then(|inspector| inspector.marks(layer));
    layers
        .map(|(layer, &size)| evenly_with(size, MAX_NEURONS, marked(layer).as_slice()))
        .collect()
}

fn draw(model: &Model, pane: &mut Pane<'_>) {
    let Some(look) = Look::new(model) else {
        return pane.message(&["waiting for the first snapshot"]);
    };
    let (inner, buf, theme) = (pane.area, &mut *pane.buf, pane.theme);
    let (strip, inner) = parted(inner, &look);
    if let Some(phase_values) = look.phase_values {
        walk_banner::render(strip, buf, model, theme, phase_values);
    }
    let places = Places::new(inner, model, &look);
    edges(&places, buf, &look, theme);
    neurons(&places, buf, model, &look, theme);
    picture(&places, buf, model, &look, theme);
    layer_titles(&places, buf, model, theme);
    input_labels(&places, buf, model, &look, theme);
    output_labels(&places, buf, model, &look, theme);
    cursor::marks(&places, buf, model, &look, theme);
}

/// Divides `inner` into the banner of the phase stepper and the rest.
fn parted(inner: Rect, look: &Look) -> (Rect, Rect) {
    let rows = look
        .phase_values
        .map_or(0, |_| walk_banner::rows(inner.height));
    let strip = Rect {
        height: rows,
        ..inner
    };
    let rest = Rect {
        y: inner.y + rows,
        height: inner.height - rows,
        ..inner
    };
    (strip, rest)
}

/// `validation row 17 of 30 · versicolor ✓`, or what the rows gone through have in common.
fn shown_row(model: &Model, theme: Theme) -> Vec<Line<'static>> {
    let samples = model.navigation.sample.samples(&model.run.data);
    let row = model.navigation.sample.index;
    let label = samples.targets.class(row);
    let mut verdict = Span::raw("  ");
    let snapshot = model.run.snapshot.as_ref();
    let shown = snapshot.and_then(|snapshot| snapshot.get::<RowProbe>());
    if let Some((_, pass)) = shown.filter(|(row, _)| row.sample == model.navigation.sample) {
        let outputs = pass.activations.last();
        let is_right = outputs.map(|outputs| Some(predicted_class(outputs)) == label);
        verdict = match is_right.filter(|_| label.is_some()) {
            Some(true) => Span::styled(" ✓", theme.good()),
            Some(false) => Span::styled(" ✗", theme.bad()),
            None => verdict,
        };
    }
    let line = |(place, class): (String, String)| {
        let (place, class) = (
            Span::styled(place, theme.dim()),
            Span::styled(class, theme.text()),
        );
        Line::from(vec![place, class, verdict.clone()])
    };
    titles(model).into_iter().map(line).collect()
}

fn neurons(places: &Places, buf: &mut Buffer, model: &Model, look: &Look, theme: Theme) {
    let first = usize::from(places.picture.is_some());
    for (l, layer) in places.layers.iter().enumerate().skip(first) {
        let watched = &look.neurons[l];
        let values = activations(model, look, l);
        let largest = values.iter().map(|a| a.abs()).fold(1.0, f32::max);
        for &(i, y) in &layer.shown {
            let Some(&neuron) = watched.get(i) else {
                continue;
            };
            let shown = look.shown(l, neuron);
            let value = match shown {
                Shown::Delta(share) => share,
                _ => values.get(neuron).copied().unwrap_or(f32::NAN) / largest,
            };
            let symbol = match (shown, value) {
                (Shown::Unknown, _) => {
                    put(buf, layer.x, y, 1, "○", theme.dim());
                    continue;
                }
                (_, v) if v.is_nan() => "?",
                (Shown::Delta(_), _) if theme.has_colour() => "◆",
                (Shown::Delta(_), v) if v >= 0.0 => "▲",
                (Shown::Delta(_), _) => "▼",
                (_, v) if !theme.has_shades() && v.abs() < 0.25 => "○",
                _ if theme.has_colour() => "●",
                (_, v) if v > 0.0 => "⊕",
                _ => "⊖",
            };
            put(buf, layer.x, y, 1, symbol, theme.signed(value));
        }
        if layer.hidden > 0 {
            let text = format!("+{}", layer.hidden);
            let x = layer.x.saturating_sub(text.len() as u16 / 2);
            let x = x.clamp(
                places.inner.x,
                places.inner.right().saturating_sub(text.len() as u16),
            );
            put(
                buf,
                x,
                places.plot.bottom().saturating_sub(1),
                text.len(),
                &text,
                theme.dim(),
            );
        }
    }
}

/// Draws the shown row as an image.
fn picture(places: &Places, buf: &mut Buffer, model: &Model, look: &Look, theme: Theme) {
    let data = &model.run.data;
    let sample = look.row.sample;
    let samples = sample.samples(data);
    let (Some(area), Some(size)) = (places.picture, data.image) else {
        return;
    };
    if sample.index < samples.rows() {
        let picture = Picture::of_row(size, samples, &data.preprocessing, sample.index);
        picture.render(area, buf, theme, Palette::Grey);
    }
}

/// Activations of layer `l` for the shown row; those of the inputs are the standardised values.
fn activations(model: &Model, look: &Look, l: usize) -> Vec<f32> {
    match l.checked_sub(1) {
        Some(l) => look.pass.activations.get(l).cloned().unwrap_or_default(),
        None => {
            let sample = look.row.sample;
            let samples = sample.samples(&model.run.data);
            // Standardised values beyond three standard deviations are rare: they get full brightness.
            if sample.index < samples.rows() {
                samples
                    .inputs(sample.index..sample.index + 1)
                    .iter()
                    .map(|x| (x / 3.0).clamp(-1.0, 1.0))
                    .collect()
            } else {
                Vec::new()
            }
        }
    }
}
