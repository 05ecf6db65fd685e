//! Weight histograms of all layers, now and over time, on one common axis.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::activations::layer_name;
use super::{Panel, pictures};
use crate::train::Request;
use crate::train::probes::{HealthProbe, IncomingWeightProbe, WeightProbe};
use crate::tui::app::Model;
use crate::tui::app::history::WeightState;
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{HeatPalette, Pane, Title, bars, covered, heat_map};
use crate::util::numbers::significant;
use crate::util::stats::Histogram;
use crate::util::stats::histogram::BINS;
use crate::util::text::width;

/// Number of rows that a layer has at least, its title among them, and where not all layers have room otherwise.
const ROWS: u16 = 3;
const MIN_ROWS: u16 = 2;

/// Weight histograms of all layers, or the weights of layer 1 as pictures where rows are images.
pub(crate) struct WeightsPanel;

impl Panel for WeightsPanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        let (model, inside) = (pane.model, pane.area);
        if model.navigation.shows_pictures(&model.run) {
            return pictures::title(model, inside);
        }
        let layers = layers(model);
        let end = round(Axis::new(model, layers).end());
        let range = format!("x: −{end} … {end}");
        let details = [
            text::with_heat_scale(&range),
            text::with_heat_scale_short(&range),
            range,
        ];
        let details = details.into_iter().filter(|_| !layers.is_empty());
        Title::new(text::weights_title(), details)
    }

    fn min_size(&self) -> (u16, u16) {
        (16, 2)
    }

    fn probes(&self, model: &Model) -> Vec<Request> {
        let neurons = model.pictured_neurons();
        if neurons.is_empty() {
            vec![Request::new(WeightProbe)]
        } else {
            vec![Request::new(IncomingWeightProbe { neurons })]
        }
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        if pane.model.navigation.shows_pictures(&pane.model.run) {
            return pictures::draw(pane);
        }
        let layers = layers(pane.model);
        if layers.is_empty() {
            return pane.message(["–"]);
        }
        let inner = pane.area;
        let axis = Axis::new(pane.model, layers);
        let has_room = usize::from(inner.height / ROWS) >= layers.len();
        let rows = if has_room { ROWS } else { MIN_ROWS };
        let fit = usize::from((inner.height / rows).max(1)).min(layers.len());
        let first = pane.first_line(layers.len(), fit);
        let edge = |i: usize| inner.y + (usize::from(inner.height) * i / fit) as u16;
        for (i, l) in (first..first + fit).enumerate() {
            let rows = Rect {
                y: edge(i),
                height: edge(i + 1) - edge(i),
                ..inner
            };
            layer(pane, rows, l, &layers[l], &axis);
        }
    }
}

/// Weight histograms of the newest snapshot; empty before the first.
fn layers(model: &Model) -> &[Histogram] {
    model.run.answer::<WeightProbe>().map_or(&[], Vec::as_slice)
}

/// Axis of all layers, now and over time: symmetric, and no longer than the largest weight needs.
struct Axis {
    limit: f32,
    /// Bins of `-limit..=limit` that lie within the axis, on each side of zero.
    bins: usize,
}

impl Axis {
    fn new(model: &Model, layers: &[Histogram]) -> Self {
        let before = (0..layers.len()).flat_map(|l| model.run.history.weights(l));
        let all = before.map(|state| &state.histogram).chain(layers);
        let (limit, largest) = all.fold((0.0f32, 0.0f32), |(limit, largest), histogram| {
            (
                limit.max(histogram.limit()),
                largest.max(histogram.largest()),
            )
        });
        let share = largest / limit.max(f32::MIN_POSITIVE) * (BINS / 2) as f32;
        Self {
            limit,
            // Steps of an eighth of the range: the axis moves seldom.
            bins: (share.ceil() as usize)
                .next_multiple_of(BINS / 16)
                .clamp(BINS / 16, BINS / 2),
        }
    }

    /// Largest value on the axis.
    fn end(&self) -> f32 {
        self.limit * self.bins as f32 / (BINS / 2) as f32
    }

    /// Counts of `histogram` along the axis in `cells` equal parts; a bin that lies across a
    /// border is divided.
    fn counts(&self, histogram: &Histogram, cells: usize) -> Vec<f32> {
        let counts = histogram.counts_over(self.limit);
        let counts = &counts[BINS / 2 - self.bins..BINS / 2 + self.bins];
        let cell = |cell| {
            let bins = covered(cell, cells, counts.len());
            bins.map(|(bin, share)| (f64::from(counts[bin]) * share) as f32)
                .sum()
        };
        (0..cells).map(cell).collect()
    }
}

fn round(limit: f32) -> String {
    match limit {
        l if (1.0..1e6).contains(&l) => format!("{l:.0}"),
        l => significant(l.into(), 2),
    }
}

fn layer(pane: &mut Pane<'_>, area: Rect, l: usize, histogram: &Histogram, axis: &Axis) {
    let theme = pane.theme;
    let count = histogram.count() + histogram.not_finite();
    let name = Span::styled(layer_name(pane.model, l), theme.text());
    let name = name + Span::styled(text::weight_count(count), theme.dim());
    let std = significant(histogram.std(), 3);
    let max = significant(histogram.largest().into(), 3);
    let facts = match histogram.not_finite() {
        0 => text::std_and_max(&std, &max),
        n => text::not_finite(n),
    };
    let sizes = health(pane.model, l).map(|sizes| format!("{sizes} · {facts}"));
    let fits = |facts: &String| name.width() + 2 + width(facts) <= area.width.into();
    let facts = sizes.filter(fits).unwrap_or(facts);
    let facts = Span::styled(facts, theme.dim());
    if name.width() + 1 + facts.width() <= area.width.into() {
        pane.line(area, Line::from(facts).right_aligned());
        pane.line(area, name);
    } else {
        // There the title has no room for the scale of the colours.
        let name = Span::styled(layer_name(pane.model, l), theme.text());
        let name = name + Span::styled(format!(" · {count}"), theme.dim());
        let ramp = ramp(theme);
        if name.width() + 1 + ramp.width() <= area.width.into() {
            pane.line(area, ramp.right_aligned());
        }
        pane.line(area, name);
    }
    let [_, body] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
    if body.is_empty() {
        return;
    }
    let left = Constraint::Length(body.width / 2 - 1);
    let halves = Layout::horizontal([left, Constraint::Fill(1)]).spacing(2);
    let [mut now, mut past] = halves.areas(body);
    let states = pane.model.run.history.weights(l);
    if body.height >= 8 {
        (now.height, past.height) = (now.height - 1, past.height - 1);
        scale(pane, now, axis);
        times(pane, past, states);
    }
    columns(pane, now, &axis.counts(histogram, now.width.into()));
    strip(pane, past, states, axis);
}

/// Size of the gradient of layer `l`, and of the next update relative to the weights.
fn health(model: &Model, l: usize) -> Option<String> {
    let health = model.run.answer::<HealthProbe>()?.layers.get(l)?;
    let power = |size: f64| format!("{size:.0e}");
    let ratio = power(health.updates / health.weights);
    Some(text::gradient_and_update(power(health.gradients), ratio))
}

/// Colours of the heat map, from none to the largest share.
fn ramp(theme: Theme) -> Line<'static> {
    let shades = [(0.0, "░"), (0.5, "▒"), (1.0, "█")];
    let colours = shades.map(|(share, shade)| match theme.heat(share) {
        Some(colour) => Span::styled("█", Style::new().fg(colour)),
        None => Span::styled(shade, theme.text()),
    });
    let [none, half, all] = colours;
    let (zero, max) = (
        Span::styled("0", theme.dim()),
        Span::styled(text::head_max(), theme.dim()),
    );
    Line::from(vec![zero, none, half, all, max])
}

/// Returns the row below `area`.
fn below(area: Rect) -> Rect {
    Rect::new(area.x, area.bottom(), area.width, 1)
}

/// Writes the ends and the middle of the axis below `area`.
fn scale(pane: &mut Pane<'_>, area: Rect, axis: &Axis) {
    let (row, end, dim) = (below(area), round(axis.end()), pane.theme.dim());
    pane.left(row, &format!("−{end}"), dim);
    pane.left(Rect::new(row.x + row.width / 2, row.y, 1, 1), "0", dim);
    pane.right(row, &end, dim);
}

/// Writes the first and the last epoch of `states` below `area`.
fn times(pane: &mut Pane<'_>, area: Rect, states: &[WeightState]) {
    if let (Some(first), Some(last)) = (states.first(), states.last()) {
        let dim = pane.theme.dim();
        pane.left(below(area), &text::epoch(first.epochs.floor()), dim);
        pane.right(below(area), &format!("{:.0}", last.epochs.floor()), dim);
    }
}

/// Draws `counts` as columns, those below zero in a colour of their own.
fn columns(pane: &mut Pane<'_>, area: Rect, counts: &[f32]) {
    let theme = pane.theme;
    let max = counts.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
    let lines = bars(
        counts.iter().map(|count| f64::from(count / max)),
        area.height.into(),
    );
    for (line, row) in lines.iter().zip(area.rows()) {
        let is_foot = row.bottom() == area.bottom();
        let cells = line.chars().enumerate().map(|(i, symbol)| match symbol {
            ' ' if is_foot => Span::styled("▁", theme.frame()),
            symbol => {
                let is_negative = 2 * i < counts.len();
                let style = theme.signed(if is_negative { -0.85 } else { 0.85 });
                Span::styled(symbol.to_string(), style)
            }
        });
        pane.draw(Line::from_iter(cells), row);
    }
}

/// Heat map of the weights over time: epochs to the right, values up.
fn strip(pane: &mut Pane<'_>, area: Rect, states: &[WeightState], axis: &Axis) {
    let (Some(first), Some(last)) = (states.first(), states.last()) else {
        return;
    };
    let rows = 2 * area.height;
    let span = (last.epochs - first.epochs).max(f64::MIN_POSITIVE);
    let mut at = 0;
    let columns = (0..area.width).map(|x| {
        let epochs = first.epochs + span * f64::from(x) / f64::from(area.width.max(2) - 1);
        while at + 1 < states.len() && states[at + 1].epochs <= epochs {
            at += 1;
        }
        let counts = axis.counts(&states[at].histogram, rows.into());
        let max = counts.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        // A square root, so that rare weights are seen beside common ones.
        counts
            .into_iter()
            .map(|count| (count / max).sqrt())
            .collect()
    });
    let columns: Vec<Vec<f32>> = columns.collect();
    // The largest value is at the top.
    let value = |x: u16, row: u16| columns[usize::from(x)][usize::from(rows - 1 - row)];
    heat_map(area, pane.buf, pane.theme, HeatPalette::Heat, rows, value);
}
