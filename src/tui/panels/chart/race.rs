//! Curves of all runs of a race in one plot.

use ratatui::text::{Line, Span};

use super::plot::TICK_CELLS;
use super::scale::Scale;
use super::series::{Points, draw, run_curve, value_range};
use crate::tui::app::{Chart, Model, TimeUnit};
use crate::tui::panels::Panel;
use crate::tui::panels::race_table::{LaneLook, lane_style};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Canvas, GUTTER, Pane, Stroke, Title, axes, round_marks};

/// Places along a curve at which its symbol is written, as parts of its length; from the right, so that symbols of
/// several curves are not above one another.
const SYMBOLS: [f64; 3] = [1.0, 0.66, 0.33];
/// Part of the plot by which the symbols of a curve are left of those of the one before.
const SHIFT: f64 = 0.03;

/// Validation loss or score of all runs of a race over the epochs, or the training curves without validation rows.
pub(crate) struct RaceChart;

impl Panel for RaceChart {
    fn title(&self, pane: &Pane<'_>) -> Title {
        let (model, theme) = (pane.model, pane.theme);
        let is_validated = !model.run.data.validation.is_empty();
        let name = match (content(model), is_validated) {
            (Chart::Loss, true) => text::validation_loss_title(),
            (Chart::Loss, false) => text::training_loss_title(),
            (Chart::Accuracy, _) if model.run.is_regression() => "R²",
            (Chart::Accuracy, true) => text::validation_accuracy_title(),
            (Chart::Accuracy, false) => text::training_accuracy_title(),
        };
        let is_log = is_log(model, &curves(model));
        let log = if is_log { text::logarithmic() } else { "" };
        Title::new(format!("{name}{log}"), [legend(model, theme)]).or_short(name)
    }

    fn min_size(&self) -> (u16, u16) {
        (12, 4)
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let (model, theme) = (pane.model, pane.theme);
        let content = content(model);
        let curves = curves(model);
        let end = curves.iter().filter_map(|(_, points)| points.last());
        let end = end.fold(0.0_f64, |end, (time, _)| end.max(*time));
        if end <= 0.0 {
            return pane.message([
                text::first_epoch_running(),
                text::first_epoch_running_short(),
            ]);
        }
        let is_log = is_log(model, &curves);
        let points = curves.iter().map(|(_, points)| points.as_slice());
        let range = value_range(points, content, is_log);
        let rows = pane.area.height.saturating_sub(2);
        let scale = if content == Chart::Accuracy && !model.run.is_regression() {
            Scale::fit_percent(range, rows)
        } else {
            Scale::fit(range, is_log, rows)
        };
        let left = scale.marks();
        let below = |cells| round_marks((0.0, end), cells / TICK_CELLS);
        let caption = TimeUnit::Epochs.title();
        let plot = axes(pane, pane.area, &left, GUTTER, below, &caption);
        let mut canvas = Canvas::new(plot, (0.0, end), scale.range());
        let chosen = model.race.as_ref().map(|race| race.chosen);
        for (index, points) in &curves {
            let strength = if chosen == Some(*index) { 9.0 } else { 3.0 };
            let stroke = Stroke::new(lane_style(*index, theme), strength);
            let stroke = stroke.dashed(LaneLook::of(*index).dash);
            draw(&mut canvas, points, &scale, &stroke, false);
        }
        canvas.render(pane.buf);
        let lanes = curves.iter().filter(|(index, _)| chosen != Some(*index));
        let chosen = curves.iter().filter(|(index, _)| chosen == Some(*index));
        for (index, points) in lanes.chain(chosen) {
            symbols(pane, &canvas, &scale, (*index, points), end);
        }
    }
}

/// Loss, or score if the charts show that.
fn content(model: &Model) -> Chart {
    model.navigation.chart_content()
}

/// The curve of each run, with its index.
fn curves(model: &Model) -> Vec<(usize, Points)> {
    let count = model.race.as_ref().map_or(0, |race| race.lanes.len());
    let curve = |index| {
        let points = model.lane(index).map(|run| run_curve(run, content(model)));
        (index, points.unwrap_or_default())
    };
    (0..count).map(curve).collect()
}

/// Whether the axis is logarithmic.
fn is_log(model: &Model, curves: &[(usize, Points)]) -> bool {
    let curves = curves.iter().map(|(_, points)| points.as_slice());
    content(model) == Chart::Loss && model.navigation.plot.is_log_for(curves)
}

/// Symbols of the lanes with what differs in each.
fn legend(model: &Model, theme: Theme) -> Line<'static> {
    let labels = model.lane_labels().into_iter().enumerate();
    let part = |(index, label): (usize, String)| {
        let symbol = LaneLook::of(index).symbol;
        let gap = if index == 0 { "" } else { "  " };
        Span::styled(format!("{gap}{symbol} {label}"), lane_style(index, theme))
    };
    Line::from_iter(labels.map(part))
}

/// Writes the symbol of a lane on its curve.
fn symbols(
    pane: &mut Pane<'_>,
    canvas: &Canvas,
    scale: &Scale,
    (index, points): (usize, &Points),
    end: f64,
) {
    let look = LaneLook::of(index);
    let style = lane_style(index, pane.theme);
    let Some((last, _)) = points.last() else {
        return;
    };
    for place in SYMBOLS {
        let time = (last * place - SHIFT * end * index as f64).max(0.0);
        let at = points.partition_point(|(other, _)| *other < time);
        let point = points[at.min(points.len() - 1)..].iter();
        let Some((time, value)) = point.into_iter().find(|(_, value)| value.last.is_finite())
        else {
            continue;
        };
        let (foot, top) = scale.range();
        let height = scale.height(value.last).clamp(foot, top);
        if let Some(cell) = pane.buf.cell_mut(canvas.anchor((*time, height))) {
            cell.set_symbol(look.symbol).set_style(style);
        }
    }
}
