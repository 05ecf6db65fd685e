//! Loss or accuracy over the epochs, training and validation on one axis.
//!
//! Training is a whole line and validation a dotted one, so that they stay apart without colour.

mod scale;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::Panel;
use crate::data::Baseline;
use crate::train::{DETAILED_EPOCHS, EpochRecord};
use crate::tui::app::navigation::SMOOTHING;
use crate::tui::app::{Chart, Model};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Canvas, Dash, Pane, Stroke, Title, axes, column_at, row_at};
use crate::util::numbers::{loss, percent, r2, rate, tick_labels, ticks};
use crate::util::stats::MinMaxLast;
use crate::util::text::{shorten, width};
use scale::{Curve, Scale};

/// Steps of an epoch from which on the training loss is shown within the first epochs as well.
const MANY_BATCHES: u32 = 33;

/// A chart over the epochs.
pub(crate) enum ChartPanel {
    /// Loss, or accuracy if switched.
    Switchable,
    Accuracy,
}

impl ChartPanel {
    fn content(&self, model: &Model) -> Chart {
        match self {
            Self::Switchable => model.navigation.chart_content(),
            Self::Accuracy => Chart::Accuracy,
        }
    }
}

impl Panel for ChartPanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        let (model, theme) = (pane.model, pane.theme);
        title(model, theme, self.content(model))
    }

    fn min_size(&self) -> (u16, u16) {
        (12, 4)
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let (model, theme) = (pane.model, pane.theme);
        let content = self.content(model);
        let curves = curves(model, theme, content);
        if curves.iter().all(|curve| curve.points.is_empty()) {
            return pane.message(if model.run.is_training() {
                [
                    text::first_epoch_running(),
                    text::first_epoch_running_short(),
                ]
            } else {
                [text::how_to_start(), text::how_to_start_short()]
            });
        }
        let is_log = content == Chart::Loss && model.navigation.log_scale;
        let baseline = baseline(model, content);
        let is_r2 = content == Chart::Accuracy && model.run.is_regression();
        let scale = Scale::new(&curves, content, is_log, is_r2, baseline);
        let left = scale.ticks(usize::from((pane.area.height - 2) / 3).clamp(2, 8), content);
        let below = |width: u16| {
            let epochs = ticks(0.0, scale.epochs, usize::from(width / 12).clamp(1, 10));
            let places = epochs.iter().map(|epoch| epoch / scale.epochs);
            places.zip(tick_labels(&epochs)).collect()
        };
        let now = text::epoch(model.run.position.epoch);
        let plot = axes(pane, &left, 5, below, &now);
        if let Some(height) = baseline.map(|value| scale.height(value))
            && (0.0..=1.0).contains(&height)
        {
            baseline_mark(pane, plot, height);
        }
        rate_marks(pane, plot, &scale);
        best_mark(pane, plot, &scale);
        let smoothing = SMOOTHING[model.navigation.smoothing.min(SMOOTHING.len() - 1)];
        let mut canvas = Canvas::new(plot, (0.0, scale.epochs), (0.0, 1.0));
        for (i, curve) in curves.iter().enumerate() {
            let stroke = Stroke::new(curve.style, 3.0 - i as f32).dashed(curve.dash);
            if smoothing > 0.0 {
                let faint = Stroke::new(theme.faint(curve.style), 1.0);
                draw_curve(&mut canvas, &curve.points, &scale, &faint, true);
                let points = smoothed(&curve.points, smoothing);
                draw_curve(&mut canvas, &points, &scale, &stroke, false);
            } else {
                draw_curve(&mut canvas, &curve.points, &scale, &stroke, true);
            }
        }
        canvas.render(pane.buf);
    }
}

/// Draws a labelled line at the `height` of the best constant prediction.
fn baseline_mark(pane: &mut Pane<'_>, plot: Rect, height: f64) {
    let row = Rect::new(plot.x, row_at(plot, height), plot.width, 1);
    pane.left(row, &"╌".repeat(plot.width.into()), pane.theme.frame());
    let data = &pane.model.run.data;
    let constant = match &data.baseline {
        Baseline::Majority { class, .. } => {
            let class = data.class_names().get(*class);
            let class = class.map_or(String::new(), |name| shorten(name, 12));
            text::always(&class)
        }
        Baseline::Mean { .. } => text::predict_the_mean().to_owned(),
    };
    let room = usize::from(plot.width) / 2;
    let labels = [text::baseline(&constant), format!(" {constant} ")];
    if let Some(label) = labels.iter().find(|label| width(label) <= room) {
        pane.right(row, label, pane.theme.dim());
    }
}

/// Marks the best epoch at the foot of the plot.
fn best_mark(pane: &mut Pane<'_>, plot: Rect, scale: &Scale) {
    let Some(best) = pane.model.run.best else {
        return;
    };
    let theme = pane.theme;
    let x = column_at(plot, best.epoch as f64 / scale.epochs);
    let foot = plot.bottom() - 1;
    pane.left(Rect::new(x, foot, 1, 1), "▴", theme.validation());
    let label = text::best_mark(best.epoch);
    let cells = label.len() as u16;
    // To the left of its mark, where curves have their past, or to the right where the plot begins.
    let start = if x >= plot.x + cells {
        x - cells
    } else {
        x + 1
    };
    if start + cells <= plot.right() {
        pane.left(Rect::new(start, foot, cells, 1), &label, theme.dim());
    }
}

/// Marks changes of the learning rate with its new value.
fn rate_marks(pane: &mut Pane<'_>, plot: Rect, scale: &Scale) {
    let theme = pane.theme;
    let mut free_from = plot.x;
    for mark in pane.model.run.history.marks() {
        let x = column_at(plot, mark.epochs / scale.epochs);
        for y in plot.y + 1..plot.bottom() {
            pane.left(Rect::new(x, y, 1, 1), "┊", theme.frame());
        }
        pane.left(Rect::new(x, plot.y, 1, 1), "▾", theme.accent());
        let label = text::rate_mark(rate(mark.learning_rate));
        let cells = label.len() as u16;
        // To the right of its mark, or to the left where the plot ends.
        let has_room = x + 1 + cells <= plot.right();
        let start = if has_room {
            x + 1
        } else {
            x.saturating_sub(cells)
        };
        if start >= free_from {
            pane.left(Rect::new(start, plot.y, cells, 1), &label, theme.dim());
            free_from = start + cells + 1;
        }
    }
}

fn title(model: &Model, theme: Theme, content: Chart) -> Title {
    let (name, (train, validation), show): (_, _, fn(f64) -> String) = match content {
        Chart::Loss => (text::loss_title(), model.run.losses(), |x| {
            format!("{:<7}", loss(x))
        }),
        Chart::Accuracy if model.run.is_regression() => ("R²", model.run.scores(), r2),
        Chart::Accuracy => (text::accuracy_title(), model.run.scores(), percent),
    };
    let is_log = content == Chart::Loss && model.navigation.log_scale;
    let log = if is_log { text::logarithmic() } else { "" };
    let smooth = ["", text::smooth(), text::smoother()][model.navigation.smoothing.min(2)];
    let has_validation = !model.run.data.validation.is_empty();
    let legend = |names: [&str; 2]| {
        let training = format!("{}{}", names[0], show(train));
        let mut legend = Line::from(Span::styled(training, theme.train()));
        if has_validation {
            let text = format!("  {}{}", names[1], show(validation));
            legend += Span::styled(text, theme.validation());
        }
        legend
    };
    let details = [
        legend([text::legend_train(), text::legend_validation()]),
        legend(["━", "┅"]),
    ];
    Title::new(format!("{name}{log}{smooth}"), details)
}

/// Score or loss of the best constant prediction; none where that is not known.
fn baseline(model: &Model, content: Chart) -> Option<f64> {
    let score = model.run.data.baseline.score();
    let value = match (content, &model.run.data.baseline) {
        (Chart::Accuracy, _) => Some(score),
        (Chart::Loss, Baseline::Mean { errors }) => {
            let (_, unit) = model.run.data.task.scale()?.center_and_unit();
            Some(0.5 * (errors.rmse / unit).powi(2))
        }
        // The loss of one class for all would be a matter of how sure of it one is.
        (Chart::Loss, Baseline::Majority { .. }) => None,
    };
    value.filter(|value| value.is_finite())
}

fn curves(model: &Model, theme: Theme, content: Chart) -> [Curve; 2] {
    let history = &model.run.history;
    let records = history.epochs();
    let of_epochs = |value: fn(&EpochRecord) -> MinMaxLast| {
        let points = records
            .iter()
            .map(|record| (record.epoch as f64, value(record)));
        points.filter(|(_, value)| !value.last.is_nan()).collect()
    };
    let ended = records.len();
    let within_epochs =
        ended < 2 || model.run.batches >= MANY_BATCHES && ended < DETAILED_EPOCHS as usize;
    let (train, validation): (Vec<_>, Vec<_>) = match content {
        Chart::Loss if within_epochs => {
            let losses = history.losses().iter();
            let points = losses.map(|point| (point.epochs, point.loss)).collect();
            (points, of_epochs(|record| record.validation_loss))
        }
        Chart::Loss => (
            of_epochs(|record| record.train_loss),
            of_epochs(|record| record.validation_loss),
        ),
        Chart::Accuracy => (
            of_epochs(|record| record.train_score),
            of_epochs(|record| record.validation_score),
        ),
    };
    let curve = |points, style, dash| Curve {
        points,
        style,
        dash,
    };
    [
        curve(train, theme.train(), Dash::Solid),
        curve(validation, theme.validation(), Dash::Columns),
    ]
}

/// Draws `points` joined by lines. With `with_range`, each has a line from its minimum to its maximum, so
/// that a spike stays a spike however many points share a column.
fn draw_curve(
    canvas: &mut Canvas,
    points: &[(f64, MinMaxLast)],
    scale: &Scale,
    stroke: &Stroke,
    with_range: bool,
) {
    // A value beyond the axis leaves the plot, but not by so much that lines become long.
    let height = |value: f32| match scale.height(value.into()) {
        height if height.is_nan() => 1.0,
        height => height.clamp(-0.1, 1.1),
    };
    let mut before = None;
    for &(epochs, value) in points {
        if !value.last.is_finite() {
            continue;
        }
        let at = (epochs, height(value.last));
        canvas.line(before.unwrap_or(at), at, stroke);
        if with_range && value.min < value.max {
            let (top, foot) = ((epochs, height(value.max)), (epochs, height(value.min)));
            canvas.line(top, foot, &stroke.dashed(Dash::Solid));
        }
        before = Some(at);
    }
}

/// Computes the exponential moving average with weight `past` on the past, with bias correction as in
/// Adam.
fn smoothed(points: &[(f64, MinMaxLast)], past: f64) -> Vec<(f64, MinMaxLast)> {
    let (mut mean, mut weight) = (0.0, 0.0);
    let finite = points.iter().filter(|(_, spread)| spread.last.is_finite());
    finite
        .map(|&(epochs, spread)| {
            mean = past * mean + (1.0 - past) * f64::from(spread.last);
            weight = past * weight + (1.0 - past);
            (epochs, MinMaxLast::of((mean / weight) as f32))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::scale::tests::curve;
    use super::*;

    #[test]
    fn smoothing_starts_at_the_first_value_and_follows() {
        let points = curve(&[4.0, 2.0, 2.0, f32::NAN, 2.0]).points;
        let smooth: Vec<f32> = smoothed(&points, 0.5).iter().map(|p| p.1.last).collect();
        assert_eq!(smooth.len(), 4);
        assert_eq!(smooth[0], 4.0);
        assert!(smooth.is_sorted_by(|a, b| b < a && *b > 2.0));
    }
}
