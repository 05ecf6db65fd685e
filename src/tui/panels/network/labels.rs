//! Names and numbers beside the network.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use super::geometry::Places;
use super::sides::Side;
use super::style::NetworkView;
use crate::nn::output::predicted_class;
use crate::tui::app::{Model, NUMBER};
use crate::tui::text;
use crate::tui::widgets::Pane;
use crate::util::numbers::{percent, significant};
use crate::util::text::{abbreviate, width};

/// Cells of a percentage with a decimal.
const PERCENT: u16 = 6;

/// Name and number of a neuron at the edge of the network.
struct Label<'a> {
    name: &'a str,
    name_style: Style,
    number: String,
    number_style: Style,
    /// Number before inputs were changed.
    before: Option<String>,
}

/// Writes names and raw values of the shown row to the left of the inputs. Values that were changed by hand
/// are badges, with the row's own value below them.
pub(crate) fn input_labels(pane: &mut Pane<'_>, places: &Places, look: &NetworkView) {
    let (model, theme) = (pane.model, pane.theme);
    let Some(layer) = places.layers.first().filter(|_| places.picture.is_none()) else {
        return;
    };
    let side = places.sides[0];
    let names = abbreviate(&model.run.data.input_names, side.name.into());
    let cells = usize::from(side.number.max(NUMBER));
    let area = Rect {
        width: side.width.saturating_sub(1),
        ..places.inner
    };
    for (place, &(i, y)) in layer.shown.iter().enumerate() {
        let input = look.neurons[0][i];
        let is_changed = look.is_changed(input);
        let label = Label {
            name: names.get(input).map_or("", String::as_str),
            name_style: if is_changed {
                theme.accent()
            } else {
                theme.text()
            },
            number: look.raw_input(model, input, cells),
            number_style: if is_changed {
                theme.badge(theme.accent())
            } else {
                theme.strong()
            },
            before: is_changed.then(|| look.own_input(model, input, cells)),
        };
        let rows = free_rows(places, &layer.shown, place);
        write(
            pane,
            Rect {
                y,
                height: rows,
                ..area
            },
            side,
            &label,
            true,
        );
    }
}

/// Writes class names and outputs to the right of the outputs, with the true class marked. Outputs that
/// the phase stepper has not computed are left out.
pub(crate) fn output_labels(pane: &mut Pane<'_>, places: &Places, look: &NetworkView) {
    let (model, theme) = (pane.model, pane.theme);
    let (Some(layer), Some(outputs)) = (places.layers.last(), look.pass.activations.last()) else {
        return;
    };
    let side = places.sides[1];
    if side.width < 2 {
        return;
    }
    let sample = look.row.sample;
    let actual = sample.samples(&model.run.data).targets.class(sample.index);
    let predicted = predicted_class(outputs);
    let before = look
        .pass
        .unchanged
        .as_ref()
        .and_then(|(layers, _)| layers.last());
    let is_known = look.knows_outputs();
    let names = abbreviate(&model.run.data.output_names, side.name.into());
    if model.run.is_regression() && model.run.has_output_beside(side.number) {
        pane.add_footnote(text::output_in_brackets());
    }
    let (left, right) = (places.plot.right() + 1, places.inner.right());
    for (place, &(i, y)) in layer.shown.iter().enumerate() {
        let neuron = look.neurons[places.layers.len() - 1][i];
        // A single output is that of the second class.
        let class = if outputs.len() == 1 { 1 } else { neuron };
        let Some(&output) = outputs.get(neuron) else {
            continue;
        };
        let is_true = actual == Some(class);
        let style = match (class == predicted, is_true) {
            _ if !is_known => theme.dim(),
            _ if model.run.is_regression() => theme.strong(),
            (true, true) => theme.good().add_modifier(Modifier::BOLD),
            (true, false) => theme.bad(),
            (false, true) => theme.text(),
            (false, false) => theme.dim(),
        };
        let text = |output| output_text(model, output, side.number);
        let before = before.and_then(|outputs| outputs.get(neuron));
        let label = Label {
            name: names.get(neuron).map_or("", String::as_str),
            name_style: style,
            number: if is_known { text(output) } else { "·".into() },
            number_style: style,
            before: before.filter(|_| is_known).map(|&before| text(before)),
        };
        let rows = free_rows(places, &layer.shown, place);
        let area = Rect::new(left, y, right.saturating_sub(left + 1), rows);
        write(pane, area, side, &label, false);
        if is_true {
            pane.left(Rect::new(right - 1, y, 1, 1), "◂", theme.text());
        }
    }
}

/// Rows from the neuron at `place` to the next one, or to the end of the panel.
fn free_rows(places: &Places, shown: &[(usize, u16)], place: usize) -> u16 {
    let y = shown[place].1;
    let next = shown
        .get(place + 1)
        .map_or(places.inner.bottom(), |(_, next)| *next);
    next.saturating_sub(y)
}

/// Writes `label` into the rows of `area`, next to a neuron on its right or left.
fn write(pane: &mut Pane<'_>, area: Rect, side: Side, label: &Label<'_>, is_input: bool) {
    let mut rows = area.rows();
    let Some(first) = rows.next() else {
        return;
    };
    let is_alone = side.number == 0 || side.is_stacked;
    if side.name > 0 && is_input && is_alone {
        pane.right(first, label.name, label.name_style);
    } else if side.name > 0 {
        pane.left(first, label.name, label.name_style);
    }
    let number = if side.is_stacked {
        label.number.trim_start()
    } else {
        &label.number
    };
    let number = Span::styled(number, label.number_style);
    let row = if side.is_stacked {
        rows.next()
    } else {
        Some(first)
    };
    let is_left = side.is_stacked && !is_input;
    if let Some(row) = row.filter(|_| side.number > 0) {
        let line = number.into_left_aligned_line();
        pane.line(row, if is_left { line } else { line.right_aligned() });
    }
    if let (Some(row), Some(before)) = (rows.next(), &label.before) {
        let before = text::was(before);
        if width(&before) <= row.width.into() {
            let line = Span::styled(before, pane.theme.dim()).into_left_aligned_line();
            pane.line(row, if is_left { line } else { line.right_aligned() });
        }
    }
}

/// Formats an output in `cells` cells: a class's as a percentage, a number in the unit of the target, with
/// the output itself beside it if that has room.
fn output_text(model: &Model, output: f32, cells: u16) -> String {
    if let Some(number) = model.run.prediction(output, cells) {
        return number;
    }
    if !model.run.architecture.output().is_fraction() {
        significant(output.into(), 3)
    } else if cells < PERCENT {
        format!("{:.0}%", 100.0 * output)
    } else {
        percent(output.into())
    }
}
