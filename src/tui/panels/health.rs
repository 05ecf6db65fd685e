//! Health of the layers, one below the other: so that vanishing gradients form a staircase.

mod plots;

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;

use super::activations::layer_name;
use super::{Panel, findings};
use crate::train::probes::HealthProbe;
use crate::train::{LayerHealth, Request};
use crate::tui::app::Model;
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pane, Title};
use crate::util::numbers::significant;
use crate::util::text::width;
use plots::{Axis, ratio_plot, ratio_style, size_plot, sparkline};

/// Minimum width of a plot.
const MIN_PLOT: u16 = 8;
/// Maximum width of a plot.
const MAX_PLOT: u16 = 60;
/// Maximum number of rows of a layer, the free one below it among them.
const MAX_ROWS: u16 = 5;

/// Number of a layer.
type Value = fn(&LayerHealth) -> f64;
/// Column of numbers: its width and heading.
type Column = (u16, fn() -> &'static str);

/// The columns, in the order in which they are kept where there is little room.
const COLUMNS: [Column; 7] = [
    (7, || ""),
    (7, text::head_gradients),
    (7, text::head_update_log),
    (6, text::head_weights),
    (4, text::head_dead),
    (4, text::head_saturated),
    (11, text::head_mean_std),
];

/// Sizes of weights, gradients and updates, and the activations of each layer.
pub(crate) struct HealthPanel;

impl Panel for HealthPanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        let details = [
            text::health_legend_history(),
            text::health_legend(),
            text::health_legend_short(),
        ];
        let has_answer = pane.model.run.answer::<HealthProbe>().is_some();
        Title::new(
            text::health_title(),
            details.into_iter().filter(|_| has_answer),
        )
    }

    fn min_size(&self) -> (u16, u16) {
        (16, 2)
    }

    fn probes(&self, _model: &Model) -> Vec<Request> {
        vec![Request::new(HealthProbe { is_shown: true })]
    }

    fn needs_summary(&self) -> bool {
        true
    }

    fn preferred_rows(&self, model: &Model) -> u16 {
        let depth = model.run.architecture.depth().min(100) as u16;
        2 + 2 * depth
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let Some(health) = pane.model.run.answer::<HealthProbe>() else {
            return pane.message(["–"]);
        };
        let sizes = Axis::of_sizes(health);
        let [area, below] = parted(pane, health.layers.len() as u16);
        findings::draw(pane, below);
        let layout = Columns::new(area);
        let head = if area.height > health.layers.len() as u16 + 1 {
            2
        } else {
            1
        };
        let [first, last] = [0, head - 1].map(|row| Rect {
            y: area.y + row,
            height: 1,
            ..area
        });
        heads(pane, &layout, (first, last), sizes);
        let body = Rect {
            y: last.bottom(),
            height: area.height.saturating_sub(head),
            ..area
        };
        let count = health.layers.len();
        let fit = usize::from(body.height).clamp(1, count);
        let rows = (body.height / count as u16).clamp(1, MAX_ROWS);
        let from = pane.first_line(count, fit);
        for (place, l) in (from..from + fit).enumerate() {
            // A row stays free, so that the history does not touch the next layer's bars.
            let height = if rows > 2 { rows - 1 } else { rows };
            let y = body.y + place as u16 * rows;
            let area = Rect { y, height, ..body };
            layer(pane, &layout, area.intersection(body), l, sizes);
        }
    }
}

/// Divides the panel into the layers and, below them, the findings, which leave each of the `layers` a row as far as both
/// have at least half.
fn parted(pane: &Pane<'_>, layers: u16) -> [Rect; 2] {
    let area = pane.area;
    let wanted = findings::rows(pane.model, area.width);
    let free = area.height.saturating_sub(layers + 1);
    let below = wanted.min(free.max(area.height / 2));
    Layout::vertical([Constraint::Fill(1), Constraint::Length(below)]).areas(area)
}

/// Places of numbers and plots.
struct Columns {
    /// Columns of numbers that have room: first cell, and index in [`COLUMNS`].
    numbers: Vec<(u16, usize)>,
    /// Plots of the sizes and of the update ratio, as far as they have room: first cell and width.
    plots: Vec<(u16, u16)>,
}

impl Columns {
    fn new(area: Rect) -> Self {
        let mut numbers = Vec::new();
        let mut x = area.x;
        for (index, (width, _)) in COLUMNS.iter().enumerate() {
            if x + width > area.right() {
                break;
            }
            numbers.push((x, index));
            x += width + 1;
        }
        let left = area.right().saturating_sub(x + 1);
        let count = (left / (MIN_PLOT + 2)).min(2);
        let width = left.checked_div(count).unwrap_or(0).saturating_sub(1);
        let plot = |place| (x + 1 + place * (width + 1), width.min(MAX_PLOT));
        Self {
            numbers,
            plots: (0..count).map(plot).collect(),
        }
    }

    fn plot(&self, index: usize, rows: Rect) -> Option<Rect> {
        let &(x, width) = self.plots.get(index)?;
        Some(Rect { x, width, ..rows })
    }
}

/// Draws the headings of the numbers, and above the plots their names and the ends of their axes.
fn heads(pane: &mut Pane<'_>, layout: &Columns, (first, last): (Rect, Rect), sizes: Axis) {
    let dim = pane.theme.dim();
    for &(x, index) in &layout.numbers {
        let (width, name) = COLUMNS[index];
        pane.right(Rect { x, width, ..last }, name(), dim);
    }
    let power = |log: f64| significant(10f64.powf(log), 1);
    for (index, axis) in [sizes, Axis::RATIOS].into_iter().enumerate() {
        let Some(place) = layout.plot(index, last) else {
            continue;
        };
        if first != last {
            let names = [
                [text::plot_sizes(), text::plot_sizes_short()],
                [text::plot_update(), text::head_update()],
            ];
            let fits = |name: &&str| width(name) <= place.width.into();
            let name = names[index].into_iter().find(fits).unwrap_or_default();
            let y = first.y;
            pane.left(Rect { y, ..place }, name, pane.theme.text());
        }
        let (low, high) = (power(axis.low), power(axis.high));
        pane.left(place, &low, dim);
        pane.right(place, &high, dim);
        let middle = power(-3.0);
        if index == 1 && usize::from(place.width) > low.len() + high.len() + middle.len() + 4 {
            let cells = middle.len() as u16;
            let x = place.x + (place.width - cells) / 2;
            pane.left(
                Rect {
                    x,
                    width: cells,
                    ..place
                },
                &middle,
                dim,
            );
        }
    }
}

/// Draws layer `l` (from 0): its numbers and plots in the first row of `area`, and below them their history.
fn layer(pane: &mut Pane<'_>, layout: &Columns, area: Rect, l: usize, sizes: Axis) {
    let (model, theme) = (pane.model, pane.theme);
    let Some(health) = (model.run.answer::<HealthProbe>()).and_then(|all| all.layers.get(l)) else {
        return;
    };
    let past = area.rows().skip(1).reduce(Rect::union);
    let states = model.run.history.health(l);
    for &(x, index) in &layout.numbers {
        let width = COLUMNS[index].0;
        let (shown, style) = number(model, l, health, index, theme);
        let place = Rect { x, width, ..area };
        if index == 0 {
            pane.left(place, &shown, theme.text());
        } else {
            pane.right(place, &shown, style);
        }
    }
    if let Some(place) = layout.plot(0, area) {
        size_plot(pane, place, health, sizes);
    }
    if let Some(place) = layout.plot(1, area) {
        ratio_plot(pane, place, health);
    }
    let Some(past) = past else { return };
    let share_of = |index: usize, state: &LayerHealth| match index {
        0 => sizes.share(state.gradients.log10()),
        _ => Axis::RATIOS.share(state.log_update_ratio()),
    };
    for index in 0..2 {
        if let Some(place) = layout.plot(index, past) {
            let shares = states.iter().map(|state| share_of(index, state));
            sparkline(pane, place, &shares.collect::<Vec<f64>>());
        }
    }
    let small = Rect { height: 1, ..past };
    for &(x, index) in &layout.numbers {
        let values: Vec<f64> = match COLUMN_HISTORY[index] {
            Some(value) => states.iter().map(value).collect(),
            None => continue,
        };
        let finite = values.iter().copied().filter(|value| value.is_finite());
        let max = finite.fold(f64::MIN_POSITIVE, f64::max);
        let width = COLUMNS[index].0;
        let shares: Vec<f64> = values.iter().map(|value| value / max).collect();
        sparkline(pane, Rect { x, width, ..small }, &shares);
    }
}

/// Value whose history is below each of [`COLUMNS`], if it is in no plot.
const COLUMN_HISTORY: [Option<Value>; 7] = [
    None,
    None,
    None,
    Some(|layer| layer.weights),
    Some(|layer| layer.dead as f64),
    Some(|layer| layer.saturated as f64),
    Some(|layer| layer.std),
];

/// The number in a column, and its style.
fn number(
    model: &Model,
    l: usize,
    health: &LayerHealth,
    column: usize,
    theme: Theme,
) -> (String, Style) {
    let share = |count: usize| match count {
        0 => ("–".to_owned(), theme.dim()),
        count => {
            let percent = 100.0 * count as f64 / health.neurons.max(1) as f64;
            (format!("{percent:.0}%"), theme.warning())
        }
    };
    match column {
        0 => (layer_name(model, l), theme.text()),
        1 => (format!("{:.1e}", health.gradients), theme.text()),
        2 => {
            let log = health.log_update_ratio();
            (signed(log), ratio_style(log, theme))
        }
        3 => (compact(health.weights), theme.text()),
        4 => share(health.dead),
        5 => share(health.saturated),
        _ => {
            let both = format!("{}±{}", signed_two(health.mean), two(health.std));
            (both, theme.text())
        }
    }
}

/// A size in at most 6 cells.
fn compact(size: f64) -> String {
    if (0.01..1e4).contains(&size) {
        significant(size, 3)
    } else {
        format!("{size:.0e}")
    }
}

/// A logarithm with one decimal.
fn signed(log: f64) -> String {
    if log.is_finite() {
        format!("{log:.1}").replace('-', "−")
    } else {
        "–".to_owned()
    }
}

/// A value in at most 5 cells, or 6 below zero.
fn two(value: f64) -> String {
    if value.abs() < 99.95 {
        format!("{value:.2}")
    } else if value.abs() < 9999.5 {
        format!("{value:.0}")
    } else {
        format!("{value:.0e}")
    }
}

fn signed_two(value: f64) -> String {
    two(value).replace('-', "−")
}
