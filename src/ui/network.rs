//! The topology: layers from left to right, the shown row's way through them.
//!
//! A neuron's brightness is its activation for the row; an edge's colour is the sign of its
//! weight (negative ones are dashed as well) and its brightness the size.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::dots::{Dots, Stroke};
use super::numbers::{percent, significant};
use super::panel::{frame, put, put_centred, put_right};
use super::theme::Theme;
use crate::app::Model;
use crate::app::model::evenly;
use crate::nn::Output;
use crate::text::width;
use crate::train::evaluation::predicted_class;
use crate::train::{Set, Snapshot};

/// Edges drawn between two layers for each row of the panel: more would hide one another.
const EDGES_PER_ROW: usize = 3;
/// Cells for a feature's value.
const VALUE: u16 = 5;
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
    layer_titles(&places, buf, model, theme);
    input_labels(&places, buf, model, snapshot, theme);
    output_labels(&places, buf, model, snapshot, theme);
}

/// `validation row 17 of 30 · versicolor ✓`.
fn shown_row(model: &Model, theme: Theme) -> Vec<Line<'static>> {
    let samples = model.sample.samples(&model.run.data);
    let Some(&label) = samples.labels.get(model.sample.index) else {
        return Vec::new();
    };
    let class = model
        .run
        .data
        .class_names
        .get(label)
        .cloned()
        .unwrap_or_default();
    let set = match model.sample.set {
        Set::Training => "training",
        Set::Validation => "validation",
    };
    let rows = samples.labels.len();
    let row = model.sample.index + 1;
    let class = Span::styled(crate::text::shorten(&class, NAME), theme.text());
    let mut verdict = Span::raw("  ");
    let shown = model.run.snapshot.as_ref();
    if let Some(snapshot) = shown.filter(|snapshot| snapshot.observation.sample == model.sample) {
        let outputs = snapshot.activations.last();
        let is_right = outputs.is_some_and(|outputs| predicted_class(outputs) == label);
        verdict = match is_right {
            true => Span::styled(" ✓", theme.good()),
            false => Span::styled(" ✗", theme.bad()),
        };
    }
    let places = [
        format!("{set} row {row} of {rows} · "),
        format!("row {row} of {rows} · "),
        format!("row {row} · "),
    ];
    places
        .map(|place| {
            let place = Span::styled(place, theme.dim());
            Line::from(vec![place, class.clone(), verdict.clone()])
        })
        .into()
}

/// Cells for an output: without decimals where room is short.
fn share_cells(inner: Rect) -> u16 {
    if inner.width < 56 { 5 } else { 7 }
}

/// Where everything stands.
struct Places {
    /// Area of neurons and edges, without labels and titles.
    plot: Rect,
    inner: Rect,
    layers: Vec<Layer>,
}

/// One layer on the screen.
struct Layer {
    x: u16,
    /// Indices into the watched neurons, and the rows they stand in.
    shown: Vec<(usize, u16)>,
    /// Neurons of the layer that are not shown.
    hidden: usize,
}

impl Places {
    fn new(inner: Rect, model: &Model, snapshot: &Snapshot) -> Self {
        let data = &model.run.data;
        let widest = |names: &mut dyn Iterator<Item = &String>| {
            let widest = names.map(|name| width(name)).max().unwrap_or(0);
            widest.min(NAME).min(usize::from(inner.width) / 5 + 1)
        };
        let features = widest(&mut data.preprocessing.features.iter().map(|it| &it.name));
        let classes = widest(&mut data.class_names.iter());
        let is_wide = inner.width >= 34;
        let left = if is_wide {
            features as u16 + VALUE + 1
        } else {
            1
        };
        let right = if is_wide {
            classes as u16 + share_cells(inner) + 3
        } else {
            1
        };
        let plot = Rect {
            x: inner.x + left,
            y: inner.y + 1,
            width: inner.width.saturating_sub(left + right),
            height: inner.height - 1,
        };
        let sizes = model.run.architecture.sizes();
        let watched = &snapshot.observation.neurons;
        let gaps = (sizes.len() - 1).max(1) as u32;
        let layers = (0u32..).zip(sizes).zip(watched);
        let layers = layers.map(|((l, &size), watched)| {
            Layer::new(
                plot,
                plot.x + (u32::from(plot.width.saturating_sub(1)) * l / gaps) as u16,
                size,
                watched.len(),
            )
        });
        Self {
            plot,
            inner,
            layers: layers.collect(),
        }
    }
}

impl Layer {
    fn new(plot: Rect, x: u16, size: usize, watched: usize) -> Self {
        let rows = usize::from(plot.height);
        // The count of the rest takes a row of its own.
        let room = if size > rows {
            rows.saturating_sub(1)
        } else {
            rows
        };
        // A layer that fills every row is a wall; every second one still reads as neurons.
        let room = if size > rows && rows >= 12 {
            room / 2
        } else {
            room
        };
        let chosen = evenly(watched, room);
        let height = if size > chosen.len() {
            rows.saturating_sub(1)
        } else {
            rows
        };
        let count = chosen.len().max(1);
        let step = (height / count).max(1);
        let used = step * (count - 1) + 1;
        let top = height.saturating_sub(used) / 2;
        // Where neurons stand close, even distances look calmer than the last row made use of.
        let row = |i: usize| match step {
            0..3 => top + i * step,
            _ => (2 * i + 1) * height / (2 * count),
        };
        let places = (0..count).map(|i| plot.y + row(i) as u16);
        let shown: Vec<_> = chosen.into_iter().zip(places).collect();
        Self {
            x,
            hidden: size - shown.len().min(size),
            shown,
        }
    }
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
    for (l, layer) in places.layers.iter().enumerate() {
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

/// Activations of layer `l` for the shown row; those of the inputs are the standardised values.
fn activations(model: &Model, snapshot: &Snapshot, l: usize) -> Vec<f32> {
    match l.checked_sub(1) {
        Some(l) => snapshot.activations.get(l).cloned().unwrap_or_default(),
        None => {
            let sample = snapshot.observation.sample;
            let inputs = &sample.samples(&model.run.data).inputs;
            match sample.index < inputs.nrows() {
                // Standardised values beyond three deviations are rare: they get full brightness.
                true => inputs
                    .row(sample.index)
                    .iter()
                    .map(|x| (x / 3.0).clamp(-1.0, 1.0))
                    .collect(),
                false => Vec::new(),
            }
        }
    }
}

/// Above each layer its activation and size, as far as neighbours leave room.
fn layer_titles(places: &Places, buf: &mut Buffer, model: &Model, theme: Theme) {
    let sizes = model.run.architecture.sizes();
    let gap = places
        .layers
        .windows(2)
        .map(|pair| pair[1].x - pair[0].x)
        .min();
    let room = usize::from(gap.unwrap_or(places.inner.width)).saturating_sub(1);
    let long: Vec<String> = (0..sizes.len())
        .map(|l| match l {
            0 => format!("inputs {}", sizes[0]),
            l => format!("{} {}", model.run.architecture.activation_name(l), sizes[l]),
        })
        .collect();
    let all_fit = long.iter().all(|title| width(title) <= room);
    for (l, layer) in places.layers.iter().enumerate() {
        let text = match all_fit {
            true => long[l].clone(),
            false => sizes[l].to_string(),
        };
        let cells = width(&text) as u16;
        let most = places.inner.right().saturating_sub(cells);
        let x = layer
            .x
            .saturating_sub(cells / 2)
            .clamp(places.inner.x, most.max(places.inner.x));
        put(buf, x, places.inner.y, room.max(3), &text, theme.dim());
    }
}

fn input_labels(
    places: &Places,
    buf: &mut Buffer,
    model: &Model,
    snapshot: &Snapshot,
    theme: Theme,
) {
    let Some(layer) = places.layers.first() else {
        return;
    };
    let room = usize::from(places.plot.x.saturating_sub(places.inner.x));
    if room < usize::from(VALUE) + 4 {
        return;
    }
    let sample = snapshot.observation.sample;
    let raw = &sample.samples(&model.run.data).raw;
    for &(i, y) in &layer.shown {
        let feature = snapshot.observation.neurons[0][i];
        let Some(name) = model
            .run
            .data
            .preprocessing
            .features
            .get(feature)
            .map(|it| &it.name)
        else {
            continue;
        };
        let value = raw
            .get((sample.index, feature))
            .copied()
            .unwrap_or(f32::NAN);
        let value = short_value(value);
        put(
            buf,
            places.inner.x,
            y,
            room - usize::from(VALUE) - 1,
            name,
            theme.text(),
        );
        put_right(
            buf,
            places.plot.x - 1,
            y,
            VALUE.into(),
            &value,
            theme.strong(),
        );
    }
}

/// A value of the table in [`VALUE`] cells.
fn short_value(value: f32) -> String {
    let plain = value.to_string();
    let short = [
        plain,
        significant(value.into(), 3),
        significant(value.into(), 2),
    ];
    let mut short = short.into_iter();
    let fitting = short.find(|text| text.len() <= usize::from(VALUE));
    fitting.unwrap_or_else(|| format!("{value:.0e}"))
}

fn output_labels(
    places: &Places,
    buf: &mut Buffer,
    model: &Model,
    snapshot: &Snapshot,
    theme: Theme,
) {
    let room = usize::from(places.inner.right().saturating_sub(places.plot.right()));
    let (Some(layer), Some(outputs)) = (places.layers.last(), snapshot.activations.last()) else {
        return;
    };
    let cells = usize::from(share_cells(places.inner));
    if room < cells + 3 {
        return;
    }
    let sample = snapshot.observation.sample;
    let actual = sample.samples(&model.run.data).labels.get(sample.index);
    let predicted = predicted_class(outputs);
    let is_share = model.run.architecture.output() != Output::Linear;
    for &(i, y) in &layer.shown {
        let class = snapshot.observation.neurons[places.layers.len() - 1][i];
        let Some(&output) = outputs.get(class) else {
            continue;
        };
        let name = model
            .run
            .data
            .class_names
            .get(class)
            .map_or("", String::as_str);
        let style = match (class == predicted, actual == Some(&class)) {
            (true, true) => theme.good().add_modifier(Modifier::BOLD),
            (true, false) => theme.bad(),
            (false, true) => theme.text(),
            (false, false) => theme.dim(),
        };
        let mark = if actual == Some(&class) { "◂" } else { " " };
        let value = match is_share {
            true if cells < 7 => format!("{:.0} %", 100.0 * output),
            true => percent(output.into()),
            false => significant(output.into(), 3),
        };
        let x = places.plot.right() + 1;
        put(buf, x, y, room - cells - 2, name, style);
        put_right(buf, places.inner.right() - 1, y, cells, &value, style);
        put(buf, places.inner.right() - 1, y, 1, mark, theme.text());
    }
}
