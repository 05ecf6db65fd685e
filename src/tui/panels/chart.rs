//! Loss or accuracy over the epochs, training and validation on one axis.
//!
//! Training is a whole line and validation a dotted one, so that they stay apart without colour.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::Panel;
use crate::data::Baseline;
use crate::train::DETAILED_EPOCHS;
use crate::tui::app::navigation::SMOOTHING;
use crate::tui::app::{Chart, Model};
use crate::tui::theme::Theme;
use crate::tui::widgets::canvas::{Canvas, Dash, Stroke};
use crate::tui::widgets::chart_axes::{axes, baseline_mark, marks};
use crate::tui::widgets::chart_scale::{Curve, Scale};
use crate::tui::widgets::pane::{Pane, Title};
use crate::util::numbers::{loss, percent, r2};
use crate::util::stats::MinMaxLast;

/// Steps of an epoch from which on the training loss is shown within the first epochs as well.
const MANY_BATCHES: u32 = 33;

/// A chart over the epochs.
pub(crate) enum ChartPanel {
    /// Loss, or accuracy if switched.
    Switchable,
    /// Accuracy.
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
    fn title(&self, model: &Model, theme: Theme, _inside: Rect) -> Title {
        title(model, theme, self.content(model))
    }

    fn min_size(&self) -> (u16, u16) {
        (12, 4)
    }

    fn draw(&self, model: &Model, pane: &mut Pane<'_>) {
        draw_chart(model, pane, self.content(model));
    }
}

fn draw_chart(model: &Model, pane: &mut Pane<'_>, content: Chart) {
    let (inner, theme) = (pane.area, pane.theme);
    let curves = curves(model, theme, content);
    if curves.iter().all(|curve| curve.points.is_empty()) {
        let hints = if model.run.is_training() {
            ["first epoch in progress…", "first epoch…"]
        } else {
            ["space: train · s: one step", "space: train"]
        };
        return pane.message(&hints);
    }
    let buf = &mut *pane.buf;
    let is_log = content == Chart::Loss && model.navigation.log_scale;
    let baseline = baseline(model, content);
    let scale = Scale::new(
        &curves,
        content,
        is_log,
        model.run.is_regression(),
        baseline,
    );
    let plot = axes(inner, buf, model, theme, &scale, content);
    baseline_mark(plot, buf, model, theme, &scale, baseline);
    marks(plot, buf, model, theme, &scale);
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
    canvas.render(buf);
}

fn title(model: &Model, theme: Theme, content: Chart) -> Title {
    let (name, (train, validation), show): (_, _, fn(f64) -> String) = match content {
        Chart::Loss => ("Loss", model.run.losses(), |x| format!("{:<7}", loss(x))),
        Chart::Accuracy if model.run.is_regression() => ("R²", model.run.scores(), r2),
        Chart::Accuracy => ("Accuracy", model.run.scores(), percent),
    };
    let mut title = name.to_owned();
    if content == Chart::Loss && model.navigation.log_scale {
        title.push_str(" · log");
    }
    match model.navigation.smoothing {
        0 => {}
        1 => title.push_str(" · smooth"),
        _ => title.push_str(" · smoother"),
    }
    let has_validation = !model.run.data.validation.is_empty();
    let legend = |names: [&str; 2]| {
        let mut spans = vec![Span::styled(
            format!("{}{}", names[0], show(train)),
            theme.train(),
        )];
        if has_validation {
            let text = format!("  {}{}", names[1], show(validation));
            spans.push(Span::styled(text, theme.validation()));
        }
        Line::from(spans)
    };
    Title {
        name: title,
        details: vec![legend(["━ train ", "┅ val "]), legend(["━", "┅"])],
    }
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

fn curves(model: &Model, theme: Theme, content: Chart) -> Vec<Curve> {
    let history = &model.run.history;
    let of_epochs = |value: fn(&crate::train::EpochRecord) -> MinMaxLast| {
        let points = history
            .epochs()
            .iter()
            .map(|it| (it.epoch as f64, value(it)));
        points
            .filter(|(_, spread)| !spread.last.is_nan())
            .collect::<Vec<_>>()
    };
    let ended = history.epochs().len();
    let within_epochs =
        ended < 2 || model.run.batches >= MANY_BATCHES && ended < DETAILED_EPOCHS as usize;
    let (train, validation) = match content {
        Chart::Loss if within_epochs => {
            let losses = history.losses().iter();
            let points = losses.map(|it| (it.epochs, it.loss)).collect();
            (points, of_epochs(|it| it.validation_loss))
        }
        Chart::Loss => (
            of_epochs(|it| it.train_loss),
            of_epochs(|it| it.validation_loss),
        ),
        Chart::Accuracy => (
            of_epochs(|it| it.train_score),
            of_epochs(|it| it.validation_score),
        ),
    };
    vec![
        Curve {
            points: train,
            style: theme.train(),
            dash: Dash::Solid,
        },
        Curve {
            points: validation,
            style: theme.validation(),
            dash: Dash::Columns,
        },
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
            let solid = stroke.dashed(Dash::Solid);
            canvas.line(
                (epochs, height(value.max)),
                (epochs, height(value.min)),
                &solid,
            );
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
    use super::*;
    use crate::tui::widgets::chart_scale::tests::curve;

    #[test]
    fn smoothing_starts_at_the_first_value_and_follows() {
        let points = curve(&[4.0, 2.0, 2.0, f32::NAN, 2.0]).points;
        let smooth: Vec<f32> = smoothed(&points, 0.5).iter().map(|p| p.1.last).collect();
        assert_eq!(smooth.len(), 4);
        assert_eq!(smooth[0], 4.0);
        assert!(
            smooth
                .windows(2)
                .all(|pair| pair[1] < pair[0] && pair[1] > 2.0)
        );
    }
}
