//! Activations of every neuron for the shown row, and of each layer over many rows.

use std::ops::Range;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::Panel;
use super::network::{knows_activation, phase_values};
use crate::train::Request;
use crate::train::observation::PROBE_ROWS;
use crate::train::probes::{ActivationProbe, LayerActivations, PhaseProbe, RowProbe};
use crate::tui::app::{ClickTarget, Model};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pane, Title, bar, bars};
use crate::util::numbers::significant;
use crate::util::text::width;

/// Maximal number of neurons of a layer for whose bars the panel asks for room.
const BARS: usize = 24;

/// Maximum number of lines of upright bars.
const MAX_COLUMN: usize = 4;

/// Cells that a number and the gaps around a bar take at least, and that a long number leaves to the bar.
const WITH_BAR: u16 = 8;

/// A line of the panel's content.
enum Row {
    /// The layer's name and its distribution over the probe rows.
    Title(usize),
    /// One neuron's bar.
    Neuron(usize, usize),
    /// Several neurons, from this one on, as shades.
    Field(usize, usize),
    /// A line of upright bars of all neurons, counted from the top, of so many lines.
    Columns(usize, usize, usize),
    Gap,
}

/// Activations for the shown row, and their distribution over many rows.
pub(crate) struct ActivationsPanel;

impl Panel for ActivationsPanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        let model = pane.model;
        let rows = model.run.data.measured().rows().min(PROBE_ROWS);
        let details = [
            text::activations_legend(rows),
            text::activations_legend_short(rows),
        ];
        let layers = model.run.answer::<ActivationProbe>();
        let dead: usize = layers.map_or(0, |layers| layers.iter().map(|layer| layer.dead).sum());
        if dead == 0 {
            return Title::new(text::activations_title(), details);
        }
        // Layers that have no room have dead neurons too.
        let dead = Span::styled(text::dead(dead), pane.theme.bad());
        let with_legend = details.map(|legend| dead.clone() + Span::raw(format!("· {legend}")));
        let details = with_legend.into_iter().chain([Line::from(dead.clone())]);
        Title::new(text::activations_title(), details)
    }

    fn min_size(&self) -> (u16, u16) {
        (10, 2)
    }

    fn preferred_rows(&self, model: &Model) -> u16 {
        wanted_rows(model)
    }

    fn probes(&self, model: &Model) -> Vec<Request> {
        vec![
            Request::new(model.row_probe()),
            Request::new(ActivationProbe),
            Request::new(PhaseProbe),
        ]
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let (model, theme) = (pane.model, pane.theme);
        let Some(pass) = model.run.answer::<RowProbe>() else {
            return pane.message(["–"]);
        };
        let distributions = model.run.answer::<ActivationProbe>();
        let field = usize::from(pane.area.width).max(1);
        let steps = phase_values(model);
        let is_ahead = |layer| steps.is_some_and(|steps| !knows_activation(steps, layer));
        let rows = content(&pass.activations, field, pane.area.height.into());
        let first = pane.first_line(rows.len(), pane.area.height.into());
        for (row, area) in rows.iter().skip(first).zip(pane.area.rows()) {
            match *row {
                // Not computed by the phase stepper yet.
                Row::Neuron(l, _) | Row::Field(l, _) | Row::Columns(l, ..) if is_ahead(l + 1) => {
                    pane.right(area, "·", theme.dim());
                }
                Row::Title(l) => title(pane, area, l, distributions.and_then(|all| all.get(l))),
                Row::Neuron(l, i) => {
                    neuron(pane, area, (l, i), &pass.activations[l]);
                    pane.hit(area, ClickTarget::Neuron(l + 1, i));
                }
                Row::Field(l, i) => {
                    let values = &pass.activations[l];
                    let scale = scale(model, l, values);
                    let shown = values.iter().skip(i).take(field);
                    let shades = shown.map(|value| shade(theme, value / scale));
                    pane.line(area, Line::from_iter(shades));
                    clickable(pane, area, l, i..values.len(), 1);
                }
                Row::Columns(l, line, lines) => {
                    let values = &pass.activations[l];
                    columns(pane, area, (l, values), (line, lines));
                }
                Row::Gap => {}
            }
        }
    }
}

/// Rows that the panel would fill, were each layer shown by bars as far as it is small.
fn wanted_rows(model: &Model) -> u16 {
    let layers = model.run.architecture.sizes().iter().skip(1);
    let rows: usize = layers
        .map(|&size| if size <= BARS { size + 2 } else { 5 })
        .sum();
    rows.saturating_sub(1).min(1000) as u16
}

/// The lines of the panel: a bar for each neuron. While that is more than `height` lines, the largest of them becomes a field of `field` shades a line, so that every
/// layer is seen at a glance.
fn content(activations: &[Vec<f32>], field: usize, height: usize) -> Vec<Row> {
    let size = |l: usize| activations[l].len();
    let mut has_bars: Vec<bool> = (0..activations.len()).map(|l| size(l) <= height).collect();
    let lines = |l: usize, has_bars: bool| {
        if has_bars {
            size(l)
        } else {
            size(l).div_ceil(field)
        }
    };
    let needed = |has_bars: &[bool]| -> usize {
        let layers = has_bars.iter().enumerate();
        layers.map(|(l, &bars)| 1 + lines(l, bars)).sum()
    };
    while needed(&has_bars) > height {
        let with_bars =
            (0..activations.len()).filter(|&l| has_bars[l] && lines(l, false) < size(l));
        let Some(largest) = with_bars.max_by_key(|&l| size(l)) else {
            break;
        };
        has_bars[largest] = false;
    }
    // What is left over makes the fields bars.
    let is_column = |l: usize| !has_bars[l] && size(l) <= field;
    let fields = (0..activations.len()).filter(|&l| is_column(l)).count();
    let free = height.saturating_sub(needed(&has_bars));
    let more = free.checked_div(fields).unwrap_or(0).min(MAX_COLUMN - 1);
    let free = free - more * fields;
    let has_gaps = activations.len().saturating_sub(1) <= free;
    let mut rows = Vec::new();
    for (l, &has_bars) in has_bars.iter().enumerate() {
        if l > 0 && has_gaps {
            rows.push(Row::Gap);
        }
        rows.push(Row::Title(l));
        if has_bars {
            rows.extend((0..size(l)).map(|i| Row::Neuron(l, i)))
        } else if is_column(l) && more > 0 {
            rows.extend((0..=more).map(|line| Row::Columns(l, line, more + 1)))
        } else {
            rows.extend((0..size(l)).step_by(field).map(|i| Row::Field(l, i)))
        }
    }
    rows
}

/// Draws line `line` of `lines` of upright bars of all neurons of a layer.
fn columns(
    pane: &mut Pane<'_>,
    area: Rect,
    (l, values): (usize, &[f32]),
    (line, lines): (usize, usize),
) {
    let theme = pane.theme;
    let scale = scale(pane.model, l, values);
    let cells = (usize::from(area.width) / values.len().max(1)).clamp(1, 3);
    let shares = values.iter().map(|value| f64::from((value / scale).abs()));
    // What reads as zero has a line at the foot.
    let shares = shares.map(|share| if share.is_nan() { 0.0 } else { share.max(1e-9) });
    let symbols = bars(shares, lines);
    let gap = usize::from(cells > 1);
    let columns = symbols[line].chars().zip(values).map(|(symbol, value)| {
        let share = value / scale;
        let style = theme.signed(share.signum() * (0.35 + 0.65 * share.abs()));
        let bar = symbol.to_string().repeat(cells - gap);
        Span::styled(format!("{bar}{}", " ".repeat(gap)), style)
    });
    pane.line(area, Line::from_iter(columns));
    clickable(pane, area, l, 0..values.len(), cells as u16);
}

/// Makes the neurons of layer `l` clickable that are side by side in `area`, `cells` each.
fn clickable(pane: &mut Pane<'_>, area: Rect, l: usize, neurons: Range<usize>, cells: u16) {
    let columns = (area.x..area.right()).step_by(cells.into());
    for (neuron, x) in neurons.zip(columns) {
        let cell = Rect::new(x, area.y, cells, 1).intersection(area);
        pane.hit(cell, ClickTarget::Neuron(l + 1, neuron));
    }
}

/// Smallest and largest activation of layer `l` (from 0).
fn range(model: &Model, l: usize) -> (f64, f64) {
    let architecture = &model.run.architecture;
    if l + 1 == architecture.depth() {
        architecture.output().range()
    } else {
        architecture.hidden().range()
    }
}

/// Value of a full bar: 1 if the activation is bounded, else the largest one.
fn scale(model: &Model, l: usize, activations: &[f32]) -> f32 {
    let (min, max) = range(model, l);
    if min.is_finite() && max.is_finite() {
        return 1.0;
    }
    let finite = activations.iter().filter(|a| a.is_finite());
    finite.map(|a| a.abs()).fold(1e-6, f32::max)
}

/// `layer 1 · tanh    ▂▅█▅▂ -1 … 1`.
fn title(pane: &mut Pane<'_>, area: Rect, l: usize, layer: Option<&LayerActivations>) {
    let (architecture, theme) = (&pane.model.run.architecture, pane.theme);
    let function = format!(" · {}", architecture.activation_name(l + 1));
    let name = Span::styled(layer_name(pane.model, l), theme.text());
    let dead = layer.map_or(0, |layer| layer.dead);
    let dead = if dead > 0 {
        text::dead(dead)
    } else {
        String::new()
    };
    // Dead neurons matter more than the name of the function, or the distribution.
    let room = usize::from(area.width).saturating_sub(name.width() + dead.len() + 1);
    let function = if width(&function) <= room {
        function
    } else {
        String::new()
    };
    let room = room.saturating_sub(width(&function) + 1);
    pane.line(area, name + Span::styled(function, theme.dim()));
    let bars = layer.map(|layer| distribution(theme, layer, room.min(24)));
    let dead = Line::from(Span::styled(dead, theme.bad()));
    let line = bars
        .into_iter()
        .flatten()
        .fold(dead, |line, span| line + span);
    pane.line(area, line.right_aligned());
}

/// Name of layer `l` (from 0).
pub(super) fn layer_name(model: &Model, l: usize) -> String {
    if l + 1 == model.run.architecture.depth() {
        text::output().to_owned()
    } else {
        text::layer(l + 1)
    }
}

/// The distribution over the probe rows in `cells` cells: small columns from the lower to the upper
/// end of the axis. Empty without room.
fn distribution(theme: Theme, layer: &LayerActivations, cells: usize) -> Vec<Span<'static>> {
    let histogram = &layer.histogram;
    let limit = significant(histogram.limit().into(), 1);
    let high = limit.trim_end_matches(".0").to_owned();
    let is_above_zero = histogram.is_above_zero();
    let low = if is_above_zero {
        "0".to_owned()
    } else {
        format!("-{high}")
    };
    let columns = cells.saturating_sub(low.len() + high.len());
    if columns < 5 || !histogram.limit().is_finite() {
        return Vec::new();
    }
    let sums = histogram.resampled(columns);
    let max = sums.iter().copied().max().unwrap_or(0).max(1);
    // A square root, so that rare activations are seen beside common ones.
    let shares = sums.iter().map(|&sum| (sum as f64 / max as f64).sqrt());
    let columns = bars(shares, 1).concat();
    // Columns below zero have its colour.
    let negative = if is_above_zero { 0 } else { sums.len() / 2 };
    let middle = columns
        .char_indices()
        .nth(negative)
        .map_or(0, |(byte, _)| byte);
    let (negative, positive) = columns.split_at(middle);
    vec![
        Span::styled(low, theme.dim()),
        Span::styled(negative.to_owned(), theme.signed(-0.6)),
        Span::styled(positive.to_owned(), theme.signed(0.6)),
        Span::styled(high, theme.dim()),
    ]
}

/// `  3   ▐██▌   0.73`: a bar from the middle, to the right where positive.
fn neuron(pane: &mut Pane<'_>, area: Rect, (l, i): (usize, usize), values: &[f32]) {
    let (model, theme) = (pane.model, pane.theme);
    let is_output = l + 1 == model.run.architecture.depth();
    let name_cells = match (is_output, area.width) {
        (false, _) => 3,
        (true, 0..30) => 7,
        (true, 30..50) => 11,
        (true, _) => 16,
    };
    let name = Rect {
        width: name_cells,
        ..area
    };
    match model.run.data.output_names.get(i) {
        Some(class) if is_output => pane.left(name, class, theme.dim()),
        _ => pane.right(name, &(i + 1).to_string(), theme.dim()),
    }
    let value = values[i];
    let room = area.width.saturating_sub(name_cells + WITH_BAR);
    let prediction = model.run.prediction(value, room).filter(|_| is_output);
    if prediction.is_some() && model.run.has_output_beside(room) {
        pane.footnote = text::output_in_brackets().to_owned();
    }
    let shown = match (prediction, value.abs()) {
        (Some(prediction), _) => prediction,
        (_, v) if v < 9.995 => format!("{value:.2}"),
        (_, v) if v < 99.95 => format!("{value:.1}"),
        _ => significant(value.into(), 3),
    };
    pane.right(area, &shown, theme.text());
    let share = f64::from(value / scale(model, l, values));
    let taken = (width(&shown) as u16 + 3).max(WITH_BAR);
    let room = area.width.saturating_sub(name_cells + taken);
    if room >= 4 && !share.is_nan() {
        let is_positive = range(model, l).0 >= 0.0;
        let cells = if is_positive { room } else { room / 2 };
        // A value that reads as zero has no bar.
        let is_seen = share.abs() * f64::from(cells) >= 1.0 / 16.0;
        let share = if is_seen { share.clamp(-1.0, 1.0) } else { 0.0 };
        let bar = value_bar(theme, share, room, is_positive);
        pane.line(Rect::new(name.right() + 1, area.y, room + 1, 1), bar);
    }
}

/// The bar of `share` in `room` cells, from the left if all values of the layer are positive, else
/// from the middle.
fn value_bar(theme: Theme, share: f64, room: u16, is_positive: bool) -> Line<'static> {
    if is_positive {
        let style = theme.signed((0.35 + 0.65 * share) as f32);
        return Span::styled(bar(share, room.into()), style).into();
    }
    let half = usize::from(room / 2);
    let style = theme.signed((share * 0.8 + 0.2 * share.signum()) as f32);
    // Eighths that grow to the left do not exist; halves do.
    let halves = (-share.min(0.0) * half as f64 * 2.0).round() as usize;
    let left = format!("{}{}", "▐".repeat(halves % 2), "█".repeat(halves / 2));
    let right = bar(share, half);
    Span::raw(" ".repeat(half - halves.div_ceil(2)))
        + Span::styled(left, style)
        + Span::styled("│", theme.frame())
        + Span::styled(right, style)
}

/// Cell of a neuron; without shades the symbol shows the size.
fn shade(theme: Theme, share: f32) -> Span<'static> {
    let symbol = match share {
        s if s.is_nan() => "?",
        _ if theme.has_shades() => "■",
        s if s.abs() < 0.1 => "·",
        s if s > 0.5 => "█",
        s if s > 0.0 => "▒",
        s if s < -0.5 => "≡",
        _ => "=",
    };
    Span::styled(symbol, theme.signed(share))
}
