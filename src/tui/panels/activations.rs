//! Activations of every neuron for the shown row, and of each layer over many rows.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::Panel;
use super::network::{knows_activation, phase_values};
use crate::train::Request;
use crate::train::observation::PROBE_ROWS;
use crate::train::probes::{ActivationProbe, LayerActivations, PhaseProbe, RowProbe};
use crate::tui::app::Model;
use crate::tui::theme::Theme;
use crate::tui::widgets::pane::{Pane, Title};
use crate::tui::widgets::panel::{bar, column, put, put_right};
use crate::util::numbers::significant;
use crate::util::stats::Histogram;

/// Maximal number of neurons of a layer that is shown as bars; larger ones are fields of shades.
const BARS: usize = 24;

/// A line of the panel's content.
enum Row {
    /// The layer's name and its distribution over the probe rows.
    Title(usize),
    /// One neuron's bar.
    Neuron(usize, usize),
    /// Several neurons, from this one on, as shades.
    Field(usize, usize),
    /// Nothing.
    Gap,
}

/// Activations for the shown row, and their distribution over many rows.
pub(crate) struct ActivationsPanel;

impl Panel for ActivationsPanel {
    fn title(&self, model: &Model, theme: Theme, _inside: Rect) -> Title {
        let rows = probe_rows(model);
        let details = [
            format!("bars: this row · ▂▅▇ distribution over {rows} rows"),
            format!("▂▅▇ over {rows} rows"),
        ];
        Title::new("Activations", theme, details)
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

    fn draw(&self, model: &Model, pane: &mut Pane<'_>) {
        draw(model, pane);
    }
}

fn draw(model: &Model, pane: &mut Pane<'_>) {
    let snapshot = model.run.snapshot.as_ref();
    let Some((snapshot, pass)) = snapshot.and_then(|it| Some((it, it.answer::<RowProbe>()?)))
    else {
        return pane.message(&["–"]);
    };
    let distributions = snapshot.answer::<ActivationProbe>();
    let inner = pane.area;
    let field = usize::from(inner.width).saturating_sub(6).max(1);
    let is_ahead =
        |layer| phase_values(model, snapshot).is_some_and(|walk| !knows_activation(walk, layer));
    let rows = content(&pass.activations, field, inner.height.into());
    let first = pane.first_line(rows.len(), inner.height.into());
    let (buf, theme) = (&mut *pane.buf, pane.theme);
    for (row, y) in rows.iter().skip(first).zip(inner.y..inner.bottom()) {
        let area = Rect {
            y,
            height: 1,
            ..inner
        };
        match *row {
            // Not computed by the phase stepper yet.
            Row::Neuron(l, _) | Row::Field(l, _) if is_ahead(l + 1) => {
                put_right(buf, area.right(), y, 1, "·", theme.dim());
            }
            Row::Title(l) => {
                let layer = distributions.and_then(|layers| layers.get(l));
                title(area, buf, model, theme, l, layer);
            }
            Row::Neuron(l, i) => {
                let activations = &pass.activations[l];
                let scale = scale(model, l, activations);
                neuron(area, buf, model, theme, (l, i), activations[i], scale);
            }
            Row::Field(l, i) => {
                let activations = &pass.activations[l];
                let end = (i + field).min(activations.len());
                shades(
                    area,
                    buf,
                    theme,
                    i,
                    &activations[i..end],
                    scale(model, l, activations),
                );
            }
            Row::Gap => {}
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

/// Number of rows that the distributions are counted over.
fn probe_rows(model: &Model) -> usize {
    let data = &model.run.data;
    let rows = if data.validation.is_empty() {
        data.training.rows()
    } else {
        data.validation.rows()
    };
    rows.min(PROBE_ROWS)
}

/// The lines of the panel. Small layers have a bar for each neuron; while that is more than
/// `height` lines, the largest of them becomes a field of `field` shades a line, so that every
/// layer is seen at a glance.
fn content(activations: &[Vec<f32>], field: usize, height: usize) -> Vec<Row> {
    let size = |l: usize| activations[l].len();
    let mut has_bars: Vec<bool> = (0..activations.len()).map(|l| size(l) <= BARS).collect();
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
    let has_gaps = needed(&has_bars) + activations.len().saturating_sub(1) <= height;
    let mut rows = Vec::new();
    for (l, &has_bars) in has_bars.iter().enumerate() {
        if l > 0 && has_gaps {
            rows.push(Row::Gap);
        }
        rows.push(Row::Title(l));
        if has_bars {
            rows.extend((0..size(l)).map(|i| Row::Neuron(l, i)))
        } else {
            rows.extend((0..size(l)).step_by(field).map(|i| Row::Field(l, i)))
        }
    }
    rows
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

/// Whether no activation of layer `l` (from 0) is below zero.
fn is_positive(model: &Model, l: usize) -> bool {
    range(model, l).0 >= 0.0
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
fn title(
    area: Rect,
    buf: &mut Buffer,
    model: &Model,
    theme: Theme,
    l: usize,
    layer: Option<&LayerActivations>,
) {
    let name = if l + 1 == model.run.architecture.depth() {
        "output".to_owned()
    } else {
        format!("layer {}", l + 1)
    };
    let line = Line::from(vec![
        Span::styled(name, theme.text()),
        Span::styled(
            format!(" · {}", model.run.architecture.activation_name(l + 1)),
            theme.dim(),
        ),
    ]);
    let used = crate::tui::widgets::panel::line_width(&line);
    crate::tui::widgets::panel::put_line(buf, area.x, area.y, area.width.into(), &line);
    let Some(layer) = layer else {
        return;
    };
    let room = usize::from(area.width).saturating_sub(used + 2);
    let label = if layer.dead > 0 && room >= 30 {
        format!("{} dead ", layer.dead)
    } else {
        String::new()
    };
    let cells = room.saturating_sub(label.len()).min(24);
    if cells >= 8 {
        put_right(
            buf,
            area.right() - cells as u16,
            area.y,
            label.len(),
            &label,
            theme.bad(),
        );
        let strip = Rect {
            x: area.right() - cells as u16,
            width: cells as u16,
            ..area
        };
        distribution(strip, buf, theme, &layer.histogram);
    }
}

/// Draws the distribution over the probe rows as small columns, from the lower to the upper end of the
/// axis.
fn distribution(area: Rect, buf: &mut Buffer, theme: Theme, probe: &Histogram) {
    let limit = significant(probe.limit().into(), 1);
    let limit = limit.trim_end_matches(".0").to_owned();
    let (low, high) = (format!("-{limit}"), limit);
    let is_above_zero = probe.counts()[..probe.counts().len() / 2]
        .iter()
        .all(|&n| n == 0);
    let counts = if is_above_zero {
        &probe.counts()[probe.counts().len() / 2..]
    } else {
        &probe.counts()[..]
    };
    let low = if is_above_zero { "0".to_owned() } else { low };
    let labels = low.len() + high.len();
    let cells = usize::from(area.width).saturating_sub(labels);
    if cells == 0 || !probe.limit().is_finite() {
        return;
    }
    put(buf, area.x, area.y, low.len(), &low, theme.dim());
    put_right(buf, area.right(), area.y, high.len(), &high, theme.dim());
    let sums: Vec<u32> = (0..cells)
        .map(|i| {
            let (from, to) = (i * counts.len() / cells, (i + 1) * counts.len() / cells);
            counts[from..to.max(from + 1)].iter().sum()
        })
        .collect();
    let most = sums.iter().copied().max().unwrap_or(0).max(1);
    for (i, &sum) in sums.iter().enumerate() {
        let middle = (i as f32 + 0.5) / cells as f32;
        let value = if is_above_zero {
            0.6
        } else if middle < 0.5 {
            -0.6
        } else {
            0.6
        };
        let x = area.x + low.len() as u16 + i as u16;
        // A square root, so that rare activations are seen beside common ones.
        let fraction = (f64::from(sum) / f64::from(most)).sqrt();
        column(buf, x, area, fraction, theme.signed(value));
    }
}

/// `  3   ▐██▌   0.73`: a bar from the middle, to the right where positive.
fn neuron(
    area: Rect,
    buf: &mut Buffer,
    model: &Model,
    theme: Theme,
    (l, i): (usize, usize),
    value: f32,
    scale: f32,
) {
    let is_output = l + 1 == model.run.architecture.depth();
    let name_room = match (is_output, area.width) {
        (false, _) => 3,
        (true, 0..30) => 7,
        (true, 30..50) => 11,
        (true, _) => 16,
    };
    let name = match model.run.data.output_names.get(i) {
        Some(class) if is_output => class.clone(),
        _ => (i + 1).to_string(),
    };
    if is_output {
        put(buf, area.x, area.y, name_room, &name, theme.dim())
    } else {
        put_right(
            buf,
            area.x + name_room as u16,
            area.y,
            name_room,
            &name,
            theme.dim(),
        )
    }
    let shown = match value.abs() {
        v if v < 9.995 => format!("{value:.2}"),
        v if v < 99.95 => format!("{value:.1}"),
        _ => significant(value.into(), 3),
    };
    put_right(buf, area.right(), area.y, 8, &shown, theme.text());
    let left = area.x + name_room as u16 + 1;
    let room = area.right().saturating_sub(left + 7);
    let share = f64::from(value / scale).clamp(-1.0, 1.0);
    if room < 4 || share.is_nan() {
        return;
    }
    if is_positive(model, l) {
        let style = theme.signed((0.35 + 0.65 * share) as f32);
        return bar(buf, left, area.y, share * f64::from(room), style);
    }
    let (half, style) = (
        room / 2,
        theme.signed(value / scale * 0.8 + 0.2 * value.signum()),
    );
    let middle = left + half;
    put(buf, middle, area.y, 1, "│", theme.frame());
    let length = share.abs() * f64::from(half);
    if share >= 0.0 {
        bar(buf, middle + 1, area.y, length.min(f64::from(half)), style);
    } else {
        // Eighths that grow to the left do not exist; halves do.
        let halves = (length * 2.0).round() as u16;
        for k in 0..halves.div_ceil(2) {
            let symbol = if halves - k * 2 >= 2 { "█" } else { "▐" };
            put(buf, middle.saturating_sub(1 + k), area.y, 1, symbol, style);
        }
    }
}

/// Draws the neurons from `first` on, one cell each; without shades the symbol shows the size.
fn shades(area: Rect, buf: &mut Buffer, theme: Theme, first: usize, values: &[f32], scale: f32) {
    put_right(
        buf,
        area.x + 4,
        area.y,
        4,
        &(first + 1).to_string(),
        theme.dim(),
    );
    for (i, value) in values.iter().enumerate() {
        let share = value / scale;
        let symbol = match share {
            s if s.is_nan() => "?",
            _ if theme.has_shades() => "■",
            s if s.abs() < 0.1 => "·",
            s if s > 0.5 => "█",
            s if s > 0.0 => "▒",
            s if s < -0.5 => "≡",
            _ => "=",
        };
        put(
            buf,
            area.x + 5 + i as u16,
            area.y,
            1,
            symbol,
            theme.signed(share),
        );
    }
}
