//! Weight histograms of all layers, now and over time, on one common axis.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Panel, pictures};
use crate::train::Request;
use crate::train::probes::{IncomingWeightProbe, WeightProbe};
use crate::tui::app::Model;
use crate::tui::app::history::WeightState;
use crate::tui::theme::Theme;
use crate::tui::widgets::canvas::{Palette, heat_map};
use crate::tui::widgets::pane::{Pane, Title};
use crate::tui::widgets::panel::{column, line_width, put, put_line, put_right};
use crate::util::numbers::significant;
use crate::util::stats::Histogram;
use crate::util::stats::histogram::BINS;

/// Fewest rows of a layer, its title among them.
const LEAST_ROWS: u16 = 3;

/// Weight histograms of all layers, or the weights of layer 1 as pictures where rows are images.
pub(crate) struct WeightsPanel;

impl Panel for WeightsPanel {
    fn title(&self, model: &Model, theme: Theme, inside: Rect) -> Title {
        if model.shows_pictures() {
            return pictures::title(model, theme, inside);
        }
        let layers = layers(model);
        let end = round(Axis::new(model, layers).end());
        let range = (!layers.is_empty()).then(|| format!("x: −{end} … {end}"));
        Title::new("Weights", theme, range)
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

    fn draw(&self, model: &Model, pane: &mut Pane<'_>) {
        if model.shows_pictures() {
            pictures::draw(model, pane);
        } else {
            draw(model, pane);
        }
    }
}

/// Weight histograms of the newest snapshot; empty before the first.
fn layers(model: &Model) -> &[Histogram] {
    let snapshot = model.run.snapshot.as_ref();
    let layers = snapshot.and_then(|snapshot| snapshot.answer::<WeightProbe>());
    layers.map_or(&[][..], |layers| layers)
}

fn draw(model: &Model, pane: &mut Pane<'_>) {
    let layers = layers(model);
    if layers.is_empty() {
        return pane.message(&["–"]);
    }
    let (inner, theme) = (pane.area, pane.theme);
    let axis = Axis::new(model, layers);
    let fit = usize::from((inner.height / LEAST_ROWS).max(1)).min(layers.len());
    let first = pane.first_line(layers.len(), fit);
    let mut y = inner.y;
    for (i, l) in (first..first + fit).enumerate() {
        let end = inner.y + (usize::from(inner.height) * (i + 1) / fit) as u16;
        let rows = Rect {
            y,
            height: end - y,
            ..inner
        };
        layer(rows, pane.buf, model, theme, l, &layers[l], &axis);
        y = end;
    }
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
        let (limit, largest) = all.fold((0.0f32, 0.0f32), |(limit, largest), it| {
            (limit.max(it.limit()), largest.max(it.largest()))
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
        let width = counts.len() as f32 / cells.max(1) as f32;
        (0..cells)
            .map(|i| {
                let (from, to) = (i as f32 * width, (i + 1) as f32 * width);
                let bins = from as usize..(to.ceil() as usize).min(counts.len());
                bins.map(|bin| {
                    let overlap = to.min(bin as f32 + 1.0) - from.max(bin as f32);
                    counts[bin] as f32 * overlap.max(0.0)
                })
                .sum()
            })
            .collect()
    }
}

fn round(limit: f32) -> String {
    match limit {
        l if (1.0..1e6).contains(&l) => format!("{l:.0}"),
        l => significant(l.into(), 2),
    }
}

fn layer(
    area: Rect,
    buf: &mut Buffer,
    model: &Model,
    theme: Theme,
    l: usize,
    histogram: &Histogram,
    axis: &Axis,
) {
    let name = if l + 1 == model.run.architecture.depth() {
        "output".to_owned()
    } else {
        format!("layer {}", l + 1)
    };
    let count = histogram.count() + histogram.not_finite();
    let left = Line::from(vec![
        Span::styled(name, theme.text()),
        Span::styled(format!(" · {count} weights"), theme.dim()),
    ]);
    put_line(buf, area.x, area.y, area.width.into(), &left);
    let right = match histogram.not_finite() {
        0 => format!(
            "σ {}  max {}",
            significant(histogram.std(), 3),
            significant(histogram.largest().into(), 3)
        ),
        n => format!("{n} not finite"),
    };
    let room = usize::from(area.width).saturating_sub(line_width(&left) + 1);
    if right.chars().count() <= room {
        put_right(buf, area.right(), area.y, room, &right, theme.dim());
    }
    if area.height < 2 {
        return;
    }
    let body = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    let gap = 2;
    let left_width = body.width / 2 - gap / 2;
    let now = Rect {
        width: left_width,
        ..body
    };
    let past = Rect {
        x: body.x + left_width + gap,
        width: body.width - left_width - gap,
        ..body
    };
    let (now, past) = match body.height {
        0..8 => (now, past),
        _ => (
            scale(now, buf, theme, axis),
            times(past, buf, theme, model.run.history.weights(l)),
        ),
    };
    columns(now, buf, theme, &axis.counts(histogram, now.width.into()));
    strip(past, buf, theme, model.run.history.weights(l), axis);
}

/// Writes the ends and the middle of the axis below `area`, and returns what is left.
fn scale(area: Rect, buf: &mut Buffer, theme: Theme, axis: &Axis) -> Rect {
    let (y, end) = (area.bottom() - 1, round(axis.end()));
    put(
        buf,
        area.x,
        y,
        area.width.into(),
        &format!("−{end}"),
        theme.dim(),
    );
    put(buf, area.x + area.width / 2, y, 1, "0", theme.dim());
    put_right(buf, area.right(), y, area.width.into(), &end, theme.dim());
    Rect {
        height: area.height - 1,
        ..area
    }
}

/// Writes the first and the last epoch of `states` below `area`, and returns what is left.
fn times(area: Rect, buf: &mut Buffer, theme: Theme, states: &[WeightState]) -> Rect {
    if let (Some(first), Some(last)) = (states.first(), states.last()) {
        let y = area.bottom() - 1;
        let first = format!("epoch {:.0}", first.epochs.floor());
        let last = format!("{:.0}", last.epochs.floor());
        put(buf, area.x, y, area.width.into(), &first, theme.dim());
        put_right(buf, area.right(), y, last.len(), &last, theme.dim());
    }
    Rect {
        height: area.height - 1,
        ..area
    }
}

fn columns(area: Rect, buf: &mut Buffer, theme: Theme, counts: &[f32]) {
    let most = counts.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
    for (i, &count) in counts.iter().enumerate() {
        let is_negative = 2 * i < counts.len();
        let style = theme.signed(if is_negative { -0.85 } else { 0.85 });
        let x = area.x + i as u16;
        put(buf, x, area.bottom() - 1, 1, "▁", theme.frame());
        column(buf, x, area, f64::from(count / most), style);
    }
}

/// Heat map of the weights over time: epochs to the right, values up.
fn strip(area: Rect, buf: &mut Buffer, theme: Theme, states: &[WeightState], axis: &Axis) {
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
        let most = counts.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        // A square root, so that rare weights are seen beside common ones.
        counts
            .into_iter()
            .map(|count| (count / most).sqrt())
            .collect()
    });
    let columns: Vec<Vec<f32>> = columns.collect();
    // The largest value is at the top.
    let value = |x: u16, row: u16| columns[usize::from(x)][usize::from(rows - 1 - row)];
    heat_map(area, buf, theme, Palette::Heat, rows, value);
}
