//! Loss or accuracy over the epochs: training and validation on one axis.
//!
//! Training is a whole line and validation a dotted one, so that they stay apart without colour.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::dots::{Dots, Stroke};
use super::numbers::{loss, percent, rate, significant, tick_labels, ticks};
use super::panel::{frame, put, put_centred, put_right};
use super::theme::Theme;
use crate::app::view::SMOOTHING;
use crate::app::{Chart, Model};
use crate::stats::Spread;

/// From so many steps an epoch on, the training loss is shown within the first epochs as well.
const MANY_BATCHES: u32 = 33;
/// So many epochs tell enough without what happened within them.
const ENOUGH_EPOCHS: usize = 16;

/// One curve.
struct Curve {
    /// Epochs and values, in order.
    points: Vec<(f64, Spread)>,
    style: Style,
    dash: (u16, u16),
}

/// Draws the panel.
pub fn render(
    area: Rect,
    buf: &mut Buffer,
    model: &Model,
    theme: Theme,
    is_focused: bool,
    content: Chart,
) {
    let (title, legend) = titles(model, theme, content);
    let inner = frame(area, buf, theme, is_focused, &title, &legend);
    if inner.width < 12 || inner.height < 4 {
        return;
    }
    let curves = curves(model, theme, content);
    if curves.iter().all(|curve| curve.points.is_empty()) {
        let hints = match model.run.is_training() {
            true => ["the first epoch is under way", "first epoch"],
            false => [
                "space starts training, s does one step",
                "space starts training",
            ],
        };
        let fits = |hint: &&str| hint.len() <= usize::from(inner.width);
        let hint = hints.into_iter().find(fits).unwrap_or_default();
        put_centred(buf, inner, hint, theme.dim());
        return;
    }
    let is_log = content == Chart::Loss && model.screen.log_scale;
    let scale = Scale::new(&curves, content, is_log);
    let plot = axes(inner, buf, model, theme, &scale, content);
    marks(plot, buf, model, theme, &scale);
    let smoothing = SMOOTHING[model.screen.smoothing.min(SMOOTHING.len() - 1)];
    let mut dots = Dots::new(plot);
    for (i, curve) in curves.iter().enumerate() {
        let strength = 2.0 + i as f32;
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

fn titles(model: &Model, theme: Theme, content: Chart) -> (String, [Line<'static>; 2]) {
    let (name, (train, validation), show): (_, _, fn(f64) -> String) = match content {
        Chart::Loss => ("Loss", model.run.losses(), |x| format!("{:<7}", loss(x))),
        Chart::Accuracy => ("Accuracy", model.run.accuracies(), percent),
    };
    let mut title = name.to_owned();
    if content == Chart::Loss && model.screen.log_scale {
        title.push_str(" · log");
    }
    match model.screen.smoothing {
        0 => {}
        1 => title.push_str(" · smooth"),
        _ => title.push_str(" · smoother"),
    }
    let has_validation = !model.run.data.validation.labels.is_empty();
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
    (title, [legend(["━ train ", "┅ val "]), legend(["━", "┅"])])
}

fn curves(model: &Model, theme: Theme, content: Chart) -> Vec<Curve> {
    let history = &model.run.history;
    let of_epochs = |value: fn(&crate::train::EpochRecord) -> Spread| {
        let points = history
            .epochs()
            .iter()
            .map(|it| (f64::from(it.epoch), value(it)));
        points
            .filter(|(_, spread)| !spread.last.is_nan())
            .collect::<Vec<_>>()
    };
    let ended = history.epochs().len();
    let within_epochs = ended < 2 || model.run.batches >= MANY_BATCHES && ended < ENOUGH_EPOCHS;
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
            of_epochs(|it| it.train_accuracy),
            of_epochs(|it| it.validation_accuracy),
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

/// From epochs and values to the plot.
struct Scale {
    epochs: f64,
    from: f64,
    to: f64,
    is_log: bool,
}

impl Scale {
    fn new(curves: &[Curve], content: Chart, is_log: bool) -> Self {
        let mut epochs = 0.0f64;
        let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
        for (at, spread) in curves.iter().flat_map(|curve| &curve.points) {
            epochs = epochs.max(*at);
            for value in [spread.min, spread.max] {
                let value = f64::from(value);
                if value.is_finite() && (value > 0.0 || !is_log) {
                    least = least.min(value);
                    greatest = greatest.max(value);
                }
            }
        }
        let (from, to) = match (least <= greatest, content, is_log) {
            (false, ..) => (0.0, 1.0),
            (_, Chart::Accuracy, _) => ((least.clamp(0.0, 0.99) * 10.0).floor() / 10.0, 1.0),
            (_, Chart::Loss, true) => (least.log10(), greatest.log10()),
            (_, Chart::Loss, false) => (0.0, greatest),
        };
        let (from, to) = match (to - from > 1e-9, is_log) {
            (true, _) => (from, to),
            // A constant series lies in the middle of an axis that has a length.
            (false, true) => (from - 0.5, to + 0.5),
            (false, false) => (0.0, (2.0 * to).max(1e-6)),
        };
        let head_room = if content == Chart::Accuracy {
            0.0
        } else {
            0.03
        };
        Self {
            epochs: if epochs > 0.0 { epochs } else { 1.0 },
            from,
            to: to + (to - from) * head_room,
            is_log,
        }
    }

    /// Height of `value` as a fraction of the axis, 0 at its foot.
    fn height(&self, value: f64) -> f64 {
        let value = if self.is_log { value.log10() } else { value };
        (value - self.from) / (self.to - self.from)
    }

    fn ticks(&self, most: usize, content: Chart) -> Vec<(f64, String)> {
        if !self.is_log {
            let ticks = ticks(self.from, self.to, most);
            let labels = match content {
                Chart::Accuracy => ticks
                    .iter()
                    .map(|t| format!("{:.0} %", t * 100.0))
                    .collect(),
                Chart::Loss => tick_labels(&ticks),
            };
            return ticks.into_iter().zip(labels).collect();
        }
        let (low, high) = (self.from.floor() as i32, self.to.ceil() as i32);
        let decades = (high - low).max(1) as usize;
        let digits: &[f64] = match most / decades {
            0 | 1 => &[1.0],
            2 => &[1.0, 3.0],
            _ => &[1.0, 2.0, 5.0],
        };
        let stride = decades.div_ceil(most.max(1)).max(1);
        let all = (low..=high)
            .step_by(stride)
            .flat_map(|decade| digits.iter().map(move |digit| digit * 10f64.powi(decade)));
        all.filter(|value| (0.0..=1.0).contains(&self.height(*value)))
            .map(|value| (value, significant(value, 1)))
            .collect()
    }
}

/// Draws both axes and returns the area between them.
fn axes(
    inner: Rect,
    buf: &mut Buffer,
    model: &Model,
    theme: Theme,
    scale: &Scale,
    content: Chart,
) -> Rect {
    let rows = inner.height - 2;
    let labels = scale.ticks(usize::from(rows / 3).clamp(2, 8), content);
    let gutter = labels
        .iter()
        .map(|(_, label)| label.chars().count())
        .max()
        .unwrap_or(0);
    let gutter = (gutter as u16).clamp(5, inner.width / 2);
    let plot = Rect {
        x: inner.x + gutter + 1,
        y: inner.y,
        width: inner.width - gutter - 1,
        height: rows,
    };
    for y in plot.y..plot.bottom() {
        put(buf, plot.x - 1, y, 1, "│", theme.frame());
    }
    for (value, label) in labels {
        let row = row_of(plot, scale.height(value));
        put_right(buf, plot.x - 1, row, gutter.into(), &label, theme.dim());
        put(buf, plot.x - 1, row, 1, "┤", theme.frame());
    }
    epoch_axis(plot, buf, model, theme, scale);
    plot
}

fn epoch_axis(plot: Rect, buf: &mut Buffer, model: &Model, theme: Theme, scale: &Scale) {
    let line = "─".repeat(plot.width.into());
    put(
        buf,
        plot.x,
        plot.bottom(),
        plot.width.into(),
        &line,
        theme.frame(),
    );
    put(buf, plot.x - 1, plot.bottom(), 1, "└", theme.frame());
    let now = format!("epoch {}", model.run.position.epoch);
    let free = plot.right().saturating_sub(now.len() as u16 + 1);
    put_right(
        buf,
        plot.right(),
        plot.bottom() + 1,
        plot.width.into(),
        &now,
        theme.text(),
    );
    let steps = ticks(0.0, scale.epochs, usize::from(plot.width / 12).clamp(1, 10));
    for (tick, label) in steps.iter().zip(tick_labels(&steps)) {
        let x = column_of(plot, scale, *tick);
        let start = x.saturating_sub(label.len() as u16 / 2).max(plot.x - 1);
        if start + (label.len() as u16) < free {
            put(
                buf,
                start,
                plot.bottom() + 1,
                label.len(),
                &label,
                theme.dim(),
            );
            put(buf, x, plot.bottom(), 1, "┬", theme.frame());
        }
    }
}

fn row_of(plot: Rect, height: f64) -> u16 {
    let rows = f64::from(plot.height.saturating_sub(1));
    plot.y + ((1.0 - height.clamp(0.0, 1.0)) * rows).round() as u16
}

fn column_of(plot: Rect, scale: &Scale, epochs: f64) -> u16 {
    let columns = f64::from(plot.width.saturating_sub(1));
    plot.x
        + (epochs / scale.epochs * columns)
            .round()
            .clamp(0.0, columns) as u16
}

/// Where the learning rate was changed, and to what.
fn marks(plot: Rect, buf: &mut Buffer, model: &Model, theme: Theme, scale: &Scale) {
    let mut free_from = plot.x;
    for mark in model.run.history.marks() {
        let x = column_of(plot, scale, mark.epochs.min(scale.epochs));
        for y in plot.y + 1..plot.bottom() {
            put(buf, x, y, 1, "┊", theme.frame());
        }
        put(buf, x, plot.y, 1, "▾", theme.accent());
        let label = format!("lr {}", rate(mark.learning_rate));
        let cells = label.len() as u16;
        // To the right of its mark, or to the left where the plot ends.
        let start = if x + 1 + cells <= plot.right() {
            x + 1
        } else {
            x.saturating_sub(cells)
        };
        if start >= free_from {
            put(buf, start, plot.y, cells.into(), &label, theme.dim());
            free_from = start + cells + 1;
        }
    }
}

/// Draws `points` column by column: what falls into one is joined from its least to its greatest
/// value, so that a spike stays a spike at any width.
fn draw(
    dots: &mut Dots,
    points: &[(f64, Spread)],
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
            dots.set(x, y.round() as i32, &solid);
        }
    }
}

/// Exponential moving average with weight `past` on what was, corrected for its start (as Adam
/// corrects its moments).
fn smoothed(points: &[(f64, Spread)], past: f64) -> Vec<(f64, Spread)> {
    let (mut mean, mut weight) = (0.0, 0.0);
    let finite = points.iter().filter(|(_, spread)| spread.last.is_finite());
    finite
        .map(|&(epochs, spread)| {
            mean = past * mean + (1.0 - past) * f64::from(spread.last);
            weight = past * weight + (1.0 - past);
            (epochs, Spread::of((mean / weight) as f32))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(values: &[f32]) -> Curve {
        Curve {
            points: (1..)
                .map(f64::from)
                .zip(values.iter().map(|&v| Spread::of(v)))
                .collect(),
            style: Style::new(),
            dash: (1, 0),
        }
    }

    #[test]
    fn an_axis_always_has_a_length() {
        for values in [
            &[0.5, 0.5][..],
            &[0.0],
            &[f32::NAN],
            &[],
            &[f32::INFINITY, 1e30],
        ] {
            for content in [Chart::Loss, Chart::Accuracy] {
                for is_log in [false, true] {
                    let scale = Scale::new(&[curve(values)], content, is_log);
                    assert!(scale.to > scale.from, "{values:?} {content:?} {is_log}");
                    assert!(scale.epochs > 0.0);
                    scale.ticks(4, content);
                }
            }
        }
    }

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
