//! Names and numbers around the topology.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::geometry::{Places, VALUE, before_cells, share_cells, value_cells};
use super::style::Look;
use crate::nn::Output;
use crate::nn::output::predicted_class;
use crate::tui::app::Model;
use crate::tui::theme::Theme;
use crate::tui::widgets::panel::{put, put_right};
use crate::util::numbers::{percent, significant};
use crate::util::text::width;

/// Above each layer its activation and size, as far as neighbours leave room.
pub(crate) fn layer_titles(places: &Places, buf: &mut Buffer, model: &Model, theme: Theme) {
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
    let mut free = places.inner.x;
    let all_fit = long.iter().all(|title| width(title) <= room);
    for (l, layer) in places.layers.iter().enumerate() {
        let text = if all_fit {
            long[l].clone()
        } else {
            sizes[l].to_string()
        };
        let cells = width(&text) as u16;
        let most = places.inner.right().saturating_sub(cells);
        let most = most.max(places.inner.x);
        let x = match places.picture.filter(|_| l == 0) {
            Some(picture) => picture.x + picture.width / 2,
            None => layer.x,
        };
        let centred = x.saturating_sub(cells / 2).clamp(places.inner.x, most);
        // Two numbers without a blank between them would be another number.
        let x = centred.max(free);
        if x > most.min(centred + cells / 2) {
            continue;
        }
        free = x + cells + 1;
        put(buf, x, places.inner.y, room.max(3), &text, theme.dim());
    }
}

/// Writes feature names and raw values of the shown row beside the inputs.
pub(crate) fn input_labels(
    places: &Places,
    buf: &mut Buffer,
    model: &Model,
    look: &Look,
    theme: Theme,
) {
    let Some(layer) = places.layers.first().filter(|_| places.picture.is_none()) else {
        return;
    };
    let value_cells = value_cells(places.inner);
    let before_cells = before_cells(places.inner, look).0;
    let labels = value_cells + before_cells;
    let room = places.plot.x.saturating_sub(places.inner.x + labels);
    if room < 4 {
        return;
    }
    let sample = look.row.sample;
    let samples = sample.samples(&model.run.data);
    let raw = (sample.index < samples.rows()).then(|| samples.raw_row(sample.index));
    let preprocessing = &model.run.data.preprocessing;
    for &(i, y) in &layer.shown {
        let feature = look.neurons[0][i];
        let name = model.run.data.input_names.get(feature).map_or("", |it| it);
        put(buf, places.inner.x, y, room.into(), name, theme.text());
        if value_cells > VALUE {
            let value = raw
                .as_ref()
                .map_or(f32::NAN, |raw| preprocessing.shown(raw.view(), feature));
            let right = places.plot.x - 1;
            let changed = look.row.what_if.iter();
            let mut changed = changed.filter(|it| it.0 == feature);
            let now = match changed.next() {
                Some(&(_, input)) => {
                    if before_cells > 0 {
                        let right = right - VALUE - 1;
                        let value = short_value(value);
                        put_right(buf, right, y, VALUE.into(), &value, theme.dim());
                    }
                    preprocessing.raw_of(feature, input.into())
                }
                None => value,
            };
            let now = short_value(now);
            put_right(buf, right, y, VALUE.into(), &now, theme.strong());
        }
    }
}

/// Formats a value of the table in [`VALUE`] cells.
fn short_value(value: f32) -> String {
    if value.is_nan() {
        return "?".into();
    }
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

/// Writes class names and outputs with the true class marked, and before them the outputs for the
/// unchanged row if inputs were changed. Outputs that the phase stepper has not computed are left out.
pub(crate) fn output_labels(
    places: &Places,
    buf: &mut Buffer,
    model: &Model,
    look: &Look,
    theme: Theme,
) {
    let room = usize::from(places.inner.right().saturating_sub(places.plot.right()));
    let (Some(layer), Some(outputs)) = (places.layers.last(), look.pass.activations.last()) else {
        return;
    };
    let cells = usize::from(share_cells(places.inner));
    let before_cells = usize::from(before_cells(places.inner, look).1);
    let before = look.pass.unchanged.as_ref().and_then(|it| it.0.last());
    if room < cells + before_cells + 3 {
        return;
    }
    let sample = look.row.sample;
    let actual = sample.samples(&model.run.data).targets.class(sample.index);
    let predicted = predicted_class(outputs);
    let scale = model.run.data.task.scale();
    let is_share = model.run.architecture.output() != Output::Linear;
    for &(i, y) in &layer.shown {
        let neuron = look.neurons[places.layers.len() - 1][i];
        // A single output is that of the second class.
        let class = if outputs.len() == 1 { 1 } else { neuron };
        let Some(&output) = outputs.get(neuron) else {
            continue;
        };
        let name = model
            .run
            .data
            .output_names
            .get(neuron)
            .map_or("", String::as_str);
        let style = match (class == predicted, actual == Some(class)) {
            _ if scale.is_some() => theme.strong(),
            (true, true) => theme.good().add_modifier(Modifier::BOLD),
            (true, false) => theme.bad(),
            (false, true) => theme.text(),
            (false, false) => theme.dim(),
        };
        let mark = if actual == Some(class) { "◂" } else { " " };
        let text = |output: f32| {
            if let Some(scale) = scale {
                short_value(scale.value(output) as f32)
            } else if !is_share {
                significant(output.into(), 3)
            } else if cells < 7 {
                format!("{:.0}%", 100.0 * output)
            } else {
                percent(output.into())
            }
        };
        let x = places.plot.right() + 1;
        let right = places.inner.right() - 1;
        if !look.knows_outputs() {
            put(buf, x, y, room - cells - 2, name, theme.dim());
            put_right(buf, right, y, cells, "·", theme.dim());
            put(buf, right, y, 1, mark, theme.text());
            continue;
        }
        put(buf, x, y, room - cells - before_cells - 2, name, style);
        put_right(buf, right, y, cells, &text(output), style);
        let before = before.and_then(|outputs| outputs.get(neuron));
        if let Some(&before) = before.filter(|_| before_cells > 0) {
            let right = right - cells as u16 - 1;
            put_right(buf, right, y, cells, &text(before), theme.dim());
        }
        put(buf, places.inner.right() - 1, y, 1, mark, theme.text());
    }
}
