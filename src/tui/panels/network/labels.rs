//! Names and numbers around the topology.

use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::geometry::{Places, VALUE, before_cells, share_cells, value_cells};
use super::style::Look;
use crate::nn::output::predicted_class;
use crate::tui::text;
use crate::tui::widgets::Pane;
use crate::util::numbers::{percent, short, significant};
use crate::util::text::width;

/// Above each layer its activation and size, as far as neighbours leave room.
pub(crate) fn layer_titles(pane: &mut Pane<'_>, places: &Places) {
    let (inner, architecture) = (places.inner, &pane.model.run.architecture);
    let sizes = architecture.sizes();
    let gap = places
        .layers
        .windows(2)
        .map(|pair| pair[1].x - pair[0].x)
        .min();
    let room = gap.unwrap_or(inner.width).saturating_sub(1);
    let title = |(l, size): (usize, &usize)| match l {
        0 => text::inputs(size),
        l => format!("{} {size}", architecture.activation_name(l)),
    };
    let mut titles: Vec<String> = sizes.iter().enumerate().map(title).collect();
    if titles.iter().any(|title| width(title) > room.into()) {
        titles = sizes.iter().map(usize::to_string).collect();
    }
    let mut free = inner.x;
    for (l, (layer, title)) in places.layers.iter().zip(titles).enumerate() {
        let cells = width(&title) as u16;
        let last = inner.right().saturating_sub(cells).max(inner.x);
        let x = match places.picture.filter(|_| l == 0) {
            Some(picture) => picture.x + picture.width / 2,
            None => layer.x,
        };
        let centred = x.saturating_sub(cells / 2).clamp(inner.x, last);
        // Two numbers without a blank between them would be another number.
        let x = centred.max(free);
        if x <= last.min(centred + cells / 2) {
            free = x + cells + 1;
            pane.left(
                Rect::new(x, inner.y, room.max(3), 1),
                &title,
                pane.theme.dim(),
            );
        }
    }
}

/// Writes feature names and raw values of the shown row beside the inputs.
pub(crate) fn input_labels(pane: &mut Pane<'_>, places: &Places, look: &Look) {
    let (model, theme) = (pane.model, pane.theme);
    let Some(layer) = places.layers.first().filter(|_| places.picture.is_none()) else {
        return;
    };
    let (left, right) = (places.inner.x, places.plot.x);
    let value_cells = value_cells(places.inner);
    let (before_cells, _) = before_cells(places.inner, look);
    let room = right.saturating_sub(left + value_cells + before_cells);
    if room < 4 {
        return;
    }
    let samples = model.run.samples_with(look.row.sample);
    let raw = samples.map(|samples| samples.raw_row(look.row.sample.index));
    let preprocessing = &model.run.data.preprocessing;
    for &(i, y) in &layer.shown {
        let feature = look.neurons[0][i];
        let name = model.run.data.input_names.get(feature);
        let name = name.map_or("", String::as_str);
        pane.left(Rect::new(left, y, room, 1), name, theme.text());
        if value_cells > VALUE {
            let raw = raw
                .as_ref()
                .map(|raw| preprocessing.shown(raw.view(), feature));
            let value = short(raw.unwrap_or(f32::NAN), VALUE.into());
            let place = Rect::new(right - 1 - VALUE, y, VALUE, 1);
            let mut changed = look.row.what_if.iter();
            let Some(&(_, input)) = changed.find(|(input, _)| *input == feature) else {
                pane.right(place, &value, theme.strong());
                continue;
            };
            if before_cells > 0 {
                pane.right(
                    Rect {
                        x: place.x - VALUE - 1,
                        ..place
                    },
                    &value,
                    theme.dim(),
                );
            }
            let now = short(preprocessing.raw_of(feature, input.into()), VALUE.into());
            pane.right(place, &now, theme.strong());
        }
    }
}

/// Writes class names and outputs with the true class marked, and before them the outputs for the
/// unchanged row if inputs were changed. Outputs that the phase stepper has not computed are left out.
pub(crate) fn output_labels(pane: &mut Pane<'_>, places: &Places, look: &Look) {
    let (model, theme) = (pane.model, pane.theme);
    let (Some(layer), Some(outputs)) = (places.layers.last(), look.pass.activations.last()) else {
        return;
    };
    let left = places.plot.right();
    let room = places.inner.right().saturating_sub(left);
    let cells = share_cells(places.inner);
    let (_, before_cells) = before_cells(places.inner, look);
    let before = look
        .pass
        .unchanged
        .as_ref()
        .and_then(|(layers, _)| layers.last());
    if room < cells + before_cells + 3 {
        return;
    }
    let sample = look.row.sample;
    let actual = sample.samples(&model.run.data).targets.class(sample.index);
    let predicted = predicted_class(outputs);
    let scale = model.run.data.task.scale();
    let is_share = model.run.architecture.output().is_fraction();
    let text = |output: f32| match scale {
        Some(scale) => short(scale.value(output) as f32, VALUE.into()),
        None if !is_share => significant(output.into(), 3),
        None if cells < 7 => format!("{:.0}%", 100.0 * output),
        None => percent(output.into()),
    };
    let is_known = look.knows_outputs();
    for &(i, y) in &layer.shown {
        let neuron = look.neurons[places.layers.len() - 1][i];
        // A single output is that of the second class.
        let class = if outputs.len() == 1 { 1 } else { neuron };
        let Some(&output) = outputs.get(neuron) else {
            continue;
        };
        let name = model.run.data.output_names.get(neuron);
        let name = name.map_or("", String::as_str);
        let is_true = actual == Some(class);
        let style = match (class == predicted, is_true) {
            _ if !is_known => theme.dim(),
            _ if scale.is_some() => theme.strong(),
            (true, true) => theme.good().add_modifier(Modifier::BOLD),
            (true, false) => theme.bad(),
            (false, true) => theme.text(),
            (false, false) => theme.dim(),
        };
        let place = |right: u16, width: u16| Rect::new(left + room - right - width, y, width, 1);
        let name_cells = room - cells - 2 - if is_known { before_cells } else { 0 };
        pane.left(Rect::new(left + 1, y, name_cells, 1), name, style);
        let shown = if is_known { text(output) } else { "·".into() };
        pane.right(place(1, cells), &shown, style);
        let before = before.and_then(|outputs| outputs.get(neuron));
        if let Some(&before) = before.filter(|_| is_known && before_cells > 0) {
            pane.right(place(2 + cells, cells), &text(before), theme.dim());
        }
        if is_true {
            pane.left(place(0, 1), "◂", theme.text());
        }
    }
}
