//! The topology: layers from left to right, the shown row's way through them.
//!
//! A neuron's brightness is its activation for the row; an edge's colour is the sign of its
//! weight (negative ones are dashed as well) and its brightness the size. Where rows are images,
//! the row's picture stands in place of the input neurons.

mod labels;
mod places;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::dots::{Dots, Stroke};
use super::panel::{frame, put, put_centred};
use super::picture::Picture;
use super::sample::titles;
use super::theme::Theme;
use crate::app::Model;
use crate::train::Snapshot;
use crate::train::evaluation::predicted_class;
use labels::{input_labels, layer_titles, output_labels};
use places::Places;

/// Edges drawn between two layers for each row of the panel: more would hide one another.
const EDGES_PER_ROW: usize = 3;
/// Widest feature or class name.
const NAME: usize = 18;

/// Draws the panel.
pub fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme, is_focused: bool) {
    let inner = frame(
        area,
        buf,
        theme,
        is_focused,
        "Network",
        &shown_row(model, theme),
    );
    if inner.width < 8 || inner.height < 3 {
        return;
    }
    let Some(snapshot) = &model.run.snapshot else {
        put_centred(buf, inner, "waiting for the first look", theme.dim());
        return;
    };
    let places = Places::new(inner, model, snapshot);
    edges(&places, buf, snapshot, theme);
    neurons(&places, buf, model, snapshot, theme);
    picture(&places, buf, model, snapshot, theme);
    layer_titles(&places, buf, model, theme);
    input_labels(&places, buf, model, snapshot, theme);
    output_labels(&places, buf, model, snapshot, theme);
}

/// `validation row 17 of 30 · versicolor ✓`, or what the rows gone through have in common.
fn shown_row(model: &Model, theme: Theme) -> Vec<Line<'static>> {
    let samples = model.sample.samples(&model.run.data);
    let row = model.sample.index;
    let label = samples.targets.class(row);
    let mut verdict = Span::raw("  ");
    let shown = model.run.snapshot.as_ref();
    if let Some(snapshot) = shown.filter(|snapshot| snapshot.observation.sample == model.sample) {
        let outputs = snapshot.activations.last();
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

fn edges(places: &Places, buf: &mut Buffer, snapshot: &Snapshot, theme: Theme) {
    let plot = places.plot;
    let mut dots = Dots::new(plot);
    for (l, pair) in places.layers.windows(2).enumerate() {
        let (Some(weights), Some(&largest)) = (snapshot.edges.get(l), snapshot.largest.get(l))
        else {
            continue;
        };
        let mut lines = Vec::new();
        for &(j, to) in &pair[1].shown {
            for &(i, from) in &pair[0].shown {
                if let Some(&weight) = weights.get((j, i)) {
                    lines.push((weight / largest.max(f32::MIN_POSITIVE), from, to));
                }
            }
        }
        lines.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
        lines.truncate(EDGES_PER_ROW * usize::from(plot.height));
        let start = f64::from(pair[0].x - plot.x) * 2.0 + 3.0;
        let end = f64::from(pair[1].x - plot.x) * 2.0 - 2.0;
        let dot_row = |y: u16| f64::from(y - plot.y) * 4.0 + 1.5;
        for (weight, from, to) in lines.into_iter().rev() {
            let stroke = Stroke {
                style: theme.signed(weight.signum() * weight.abs().powf(1.5) * 0.9),
                strength: weight.abs(),
                dash: if weight < 0.0 { (2, 2) } else { (1, 0) },
            };
            dots.line((start, dot_row(from)), (end, dot_row(to)), &stroke);
        }
    }
    dots.render(buf);
}

fn neurons(places: &Places, buf: &mut Buffer, model: &Model, snapshot: &Snapshot, theme: Theme) {
    let first = usize::from(places.picture.is_some());
    for (l, layer) in places.layers.iter().enumerate().skip(first) {
        let watched = &snapshot.observation.neurons[l];
        let values = activations(model, snapshot, l);
        let largest = values.iter().map(|a| a.abs()).fold(1.0, f32::max);
        for &(i, y) in &layer.shown {
            let value = watched.get(i).and_then(|&neuron| values.get(neuron));
            let value = value.copied().unwrap_or(f32::NAN) / largest;
            let symbol = match value {
                v if v.is_nan() => "?",
                v if !theme.has_shades() && v.abs() < 0.25 => "○",
                _ if theme.has_colour() => "●",
                v if v > 0.0 => "⊕",
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

/// The shown row as the image it is.
fn picture(places: &Places, buf: &mut Buffer, model: &Model, snapshot: &Snapshot, theme: Theme) {
    let data = &model.run.data;
    let sample = snapshot.observation.sample;
    let samples = sample.samples(data);
    let (Some(area), Some(size)) = (places.picture, data.image) else {
        return;
    };
    if sample.index < samples.rows() {
        let picture = Picture::of_row(size, samples, &data.preprocessing, sample.index);
        picture.render(area, buf, theme);
    }
}

/// Activations of layer `l` for the shown row; those of the inputs are the standardised values.
fn activations(model: &Model, snapshot: &Snapshot, l: usize) -> Vec<f32> {
    match l.checked_sub(1) {
        Some(l) => snapshot.activations.get(l).cloned().unwrap_or_default(),
        None => {
            let sample = snapshot.observation.sample;
            let samples = sample.samples(&model.run.data);
            match sample.index < samples.rows() {
                // Standardised values beyond three deviations are rare: they get full brightness.
                true => samples
                    .inputs(sample.index..sample.index + 1)
                    .iter()
                    .map(|x| (x / 3.0).clamp(-1.0, 1.0))
                    .collect(),
                false => Vec::new(),
            }
        }
    }
}
