//! Loss or accuracy over the epochs: training and validation on one axis.
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
use crate::tui::widgets::braille::{Dots, Stroke};
use crate::tui::widgets::chart_axes::{axes, baseline_mark, marks};
use crate::tui::widgets::chart_scale::{Curve, Scale};
use crate::tui::widgets::numbers::{loss, percent, r2};
use crate::tui::widgets::pane::{Pane, Title};
use crate::util::stats::MinMaxLast;

/// From so many steps an epoch on, the training loss is shown within the first epochs as well.
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
    let mut dots = Dots::new(plot);
    for (i, curve) in curves.iter().enumerate() {
        let strength = 3.0 - i as f32;
        if smoothing > 0.0 {
            let faint = Stroke {
                style: theme.faint(curve.style),
                strength: 1.0,
                dash: (1, 0),
            };
            draw(&mut dots, &curve.points, &scale, &faint, true);
            let stroke = Stroke {
                style: curve.style,
                strength,
                dash: curve.dash,
            };
            draw(
                &mut dots,
                &smoothed(&curve.points, smoothing),
                &scale,
                &stroke,
                false,
            );
        } else {
            let stroke = Stroke {
                style: curve.style,
                strength,
                dash: curve.dash,
            };
            draw(&mut dots, &curve.points, &scale, &stroke, true);
        }
    }
    dots.render(buf);
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

/// What the same prediction for every row would give in the chart; none where that is not known.
fn baseline(model: &Model, content: Chart) -> Option<f64> {
    let score = model.run.data.baseline.score();
    let value = match (content, &model.run.data.baseline) {
        (Chart::Accuracy, _) => Some(score),
        (Chart::Loss, Baseline::Mean { errors }) => {
            let (_, unit) = model.run.data.task.scale()?.offset_and_unit();
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
            .map(|it| (f64::from(it.epoch), value(it)));
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
            dash: (1, 0),
        },
        Curve {
            points: validation,
            style: theme.validation(),
            dash: (1, 1),
        },
    ]
}

/// Draws `points` column by column: what falls into one is joined from its least to its greatest
/// value, so that a spike stays a spike at any width.
fn draw(
    dots: &mut Dots,
    points: &[(f64, MinMaxLast)],
    scale: &Scale,
    stroke: &Stroke,
    with_spread: bool,
) {
    let (columns, rows) = (f64::from(dots.width() - 1), f64::from(dots.height() - 1));
    let place = |epochs: f64, value: f64| {
        let height = scale.height(value);
        let height = if height.is_nan() {
            0.0
        } else {
            height.clamp(-0.1, 1.1)
        };
        (epochs / scale.epochs * columns, (1.0 - height) * rows)
    };
    let mut before: Option<(f64, f64)> = None;
    for &(epochs, spread) in points {
        if !spread.last.is_finite() {
            continue;
        }
        let at = place(epochs, spread.last.into());
        let from = before.unwrap_or(at);
        line(dots, from, at, stroke);
        if with_spread && spread.min < spread.max {
            let (x, top) = place(epochs, spread.max.into());
            let (_, foot) = place(epochs, spread.min.into());
            dots.line((x, top), (x, foot), stroke);
        }
        before = Some(at);
    }
}

/// A piece of a curve. Its dashes are counted from the left edge of the plot, so that many short
/// pieces make an even pattern.
fn line(dots: &mut Dots, from: (f64, f64), to: (f64, f64), stroke: &Stroke) {
    let solid = Stroke {
        dash: (1, 0),
        ..*stroke
    };
    if stroke.dash.1 == 0 {
        return dots.line(from, to, &solid);
    }
    let (first, last) = (from.0.round() as i32, to.0.round() as i32);
    let period = i32::from(stroke.dash.0 + stroke.dash.1);
    for x in first..=last {
        if x.rem_euclid(period) < i32::from(stroke.dash.0) {
            let t = match to.0 - from.0 {
                width if width > 0.0 => ((f64::from(x) - from.0) / width).clamp(0.0, 1.0),
                _ => 1.0,
            };
            let y = from.1 + (to.1 - from.1) * t;
            // Where both curves run through the same cells, they take turns in giving the colour.
            let has_turn = x.div_euclid(2).rem_euclid(2) == 0;
            let strength = stroke.strength + if has_turn { 2.0 } else { 0.0 };
            dots.set(x, y.round() as i32, &Stroke { strength, ..solid });
        }
    }
}

/// Exponential moving average with weight `past` on what was, corrected for its start (as Adam
/// corrects its moments).
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
