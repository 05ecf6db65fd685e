//! Curves of a chart: their points, the range of their values, and their lines.

use crate::train::{Curves, DETAILED_EPOCHS};
use crate::tui::app::{Chart, Ghost, Model, Run};
use crate::tui::widgets::{Canvas, Dash, Stroke};
use crate::util::stats::{Merge, MinMaxLast, MovingAverage, robust_range};

use super::scale::Scale;

/// Steps of an epoch from which on the training loss is shown within the first epochs as well.
const MANY_BATCHES: u32 = 33;
/// Share of the axis that single values may add to the range of the curves; beyond it they are clipped.
const SPIKE: f64 = 0.5;
/// Share of the scores that may be clipped at the foot, as those of the first epochs.
const CLIPPED: f64 = 0.02;
/// Lowest training loss on a logarithmic axis, as a part of the lowest validation loss.
const FLOOR: f64 = 1e-3;
/// Smallest range of accuracies.
const MIN_ACCURACY_RANGE: f64 = 0.05;
/// Share of the largest loss below which the axis begins at zero.
const FROM_ZERO: f64 = 0.67;

/// Times in epochs with values, in order.
pub(in crate::tui) type Points = Vec<(f64, MinMaxLast)>;

/// Returns the training and the validation curve of the present run.
pub(super) fn curves(model: &Model, content: Chart) -> [Points; 2] {
    let history = &model.run.history;
    let curves = history.curves();
    let ended = curves.epochs().len();
    let within_epochs =
        ended < 2 || model.run.batches >= MANY_BATCHES && ended < DETAILED_EPOCHS as usize;
    let train = if content == Chart::Loss && within_epochs {
        let losses = curves.losses().iter();
        losses.map(|point| (point.epochs, point.loss)).collect()
    } else {
        of_epochs(curves, content, 0)
    };
    [train, of_epochs(curves, content, 1)].map(|points| {
        let points = points.into_iter();
        points
            .filter(|(time, _)| history.is_present(*time))
            .collect()
    })
}

/// Returns the validation curve of a ghost, or the training curve without validation rows.
pub(super) fn ghost_curve(ghost: &Ghost, content: Chart) -> Points {
    let mut points = validated(&ghost.curves, content);
    let (from, to) = ghost.span;
    points.retain(|(time, _)| (from..=to).contains(time));
    points
}

/// Returns the validation curve of a run, or the training curve without validation rows.
pub(super) fn run_curve(run: &Run, content: Chart) -> Points {
    validated(run.history.curves(), content)
}

/// Losses or scores of all epochs, on the training (0) or the validation rows (1).
fn of_epochs(curves: &Curves, content: Chart, set: usize) -> Points {
    let points = curves.epochs().iter();
    let points = points.map(|record| (record.epoch as f64, content.values(record)[set]));
    points.filter(|(_, value)| !value.last.is_nan()).collect()
}

/// Validation curve, or the training curve without validation rows.
fn validated(curves: &Curves, content: Chart) -> Points {
    let validation = of_epochs(curves, content, 1);
    if validation.is_empty() {
        of_epochs(curves, content, 0)
    } else {
        validation
    }
}

/// The points from one time to another, and the nearest ones outside.
pub(in crate::tui) fn visible(
    points: &[(f64, MinMaxLast)],
    (from, to): (f64, f64),
) -> &[(f64, MinMaxLast)] {
    let first = points.partition_point(|(time, _)| *time < from);
    let last = points.partition_point(|(time, _)| *time <= to);
    &points[first.saturating_sub(1)..(last + 1).min(points.len())]
}

/// Merges points with the same of so many `places` from one time to another where there are more points: no more can be told
/// apart, and each costs time in every frame.
pub(super) fn thinned(points: Points, times: (f64, f64), places: usize) -> Points {
    if points.len() <= places {
        return points;
    }
    merged(points, times, places)
}

/// Merges points with the same of so many `places` from one time to another.
pub(in crate::tui) fn merged(
    points: impl IntoIterator<Item = (f64, MinMaxLast)>,
    (from, to): (f64, f64),
    places: usize,
) -> Points {
    let place = |time: f64| ((time - from) / (to - from) * places as f64).floor();
    let mut merged = Points::new();
    for (time, value) in points {
        match merged.last_mut() {
            Some((before, last)) if place(*before) == place(time) => {
                last.merge(&value);
                *before = time;
            }
            _ => merged.push((time, value)),
        }
    }
    merged
}

/// Returns the range that the axis must hold: of losses above zero on a logarithmic axis, of accuracies up to
/// 1, without spikes.
pub(in crate::tui) fn value_range<'p>(
    curves: impl IntoIterator<Item = &'p [(f64, MinMaxLast)]> + Clone,
    content: Chart,
    is_log: bool,
) -> (f64, f64) {
    let axis = |value: f64| if is_log { value.log10() } else { value };
    let last = |points: &[(f64, MinMaxLast)]| -> Vec<f64> {
        points.iter().map(|p| axis(p.1.last)).collect()
    };
    let (low, high) = robust_range(curves.clone().into_iter().map(last)).unwrap_or((0.0, 1.0));
    let room = SPIKE * (high - low);
    let extremes = curves.clone().into_iter().flatten();
    let extremes = extremes.flat_map(|(_, value)| [axis(value.min), axis(value.max)]);
    let near = extremes.filter(|value| (low - room..=high + room).contains(value));
    let (low, high) = near.fold((low, high), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    match content {
        _ if is_log => (10f64.powf(low), 10f64.powf(high)),
        Chart::Loss if low > 0.0 && low < FROM_ZERO * high => (0.0, high),
        Chart::Loss => (low, high),
        Chart::Accuracy => {
            let high = high.min(1.0);
            let low = zoomed_foot(curves, low, high).max(-1.0);
            (low.min(high - MIN_ACCURACY_RANGE), high)
        }
    }
}

/// Returns the loss below which a logarithmic axis shows nothing: a part of the lowest validation loss, since the
/// training loss may approach zero without end.
pub(super) fn log_floor(validation: &[(f64, MinMaxLast)]) -> f64 {
    let losses = validation.iter().map(|(_, value)| value.last);
    let positive = losses.filter(|loss| *loss > 0.0);
    robust_range([positive]).map_or(0.0, |(low, _)| FLOOR * low)
}

/// Returns `low`, or the foot of all but the lowest scores if the curves have most of the axis from there.
fn zoomed_foot<'p>(
    curves: impl IntoIterator<Item = &'p [(f64, MinMaxLast)]>,
    low: f64,
    high: f64,
) -> f64 {
    let mut values: Vec<f64> = curves
        .into_iter()
        .flatten()
        .map(|(_, value)| value.last)
        .collect();
    let clipped = (CLIPPED * values.len() as f64) as usize;
    if clipped == 0 {
        return low;
    }
    let (_, &mut foot, _) = values.select_nth_unstable_by(clipped, f64::total_cmp);
    if high - foot < 0.5 * (high - low) {
        foot
    } else {
        low
    }
}

/// Draws `points` joined by lines. With `with_range`, each has a line from its minimum to its maximum, so
/// that a spike stays a spike however many points share a column.
pub(in crate::tui) fn draw(
    canvas: &mut Canvas,
    points: &[(f64, MinMaxLast)],
    scale: &Scale,
    stroke: &Stroke,
    with_range: bool,
) {
    let (foot, top) = scale.range();
    // A value beyond the axis leaves the plot, but not by so much that lines become long.
    let height = |value: f64| match scale.height(value) {
        height if height.is_nan() => top + 1.0,
        // On a logarithmic axis zero and negative values are infinitely far below, but they are values.
        f64::NEG_INFINITY => foot,
        height => height.clamp(foot - 1.0, top + 1.0),
    };
    let mut before = None;
    for &(time, value) in points {
        if !value.last.is_finite() {
            continue;
        }
        let at = (time, height(value.last));
        canvas.line(before.unwrap_or(at), at, stroke);
        if with_range && value.min < value.max {
            let (top, foot) = ((time, height(value.max)), (time, height(value.min)));
            canvas.line(top, foot, &stroke.dashed(Dash::Solid));
        }
        before = Some(at);
    }
}

/// Smooths `points` by a moving average with weight `past` on the past.
pub(in crate::tui) fn smoothed(points: &[(f64, MinMaxLast)], past: f64) -> Points {
    let mut average = MovingAverage::new(past);
    let finite = points.iter().filter(|(_, value)| value.last.is_finite());
    finite
        .map(|&(time, value)| {
            let mean = average.next(value.last);
            (time, MinMaxLast::of(mean))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(values: &[f64]) -> Points {
        let times = (1..).map(f64::from);
        times
            .zip(values.iter().map(|&value| MinMaxLast::of(value)))
            .collect()
    }

    #[test]
    fn a_spike_does_not_stretch_the_axis() {
        let mut losses = vec![1.0; 40];
        losses[0] = 2.0;
        losses[30] = 900.0;
        losses[35] = f64::NAN;
        assert_eq!(
            value_range([points(&losses).as_slice()], Chart::Loss, false),
            (0.0, 2.0)
        );
        losses[30] = 2.2;
        let (_, high) = value_range([points(&losses).as_slice()], Chart::Loss, false);
        assert!((high - 2.2).abs() < 1e-6);
    }

    #[test]
    fn values_without_a_logarithm_lie_on_the_lower_edge() {
        let rows = 5;
        let drawn = |values: &[f64]| {
            let area = ratatui::layout::Rect::new(0, 0, 6, rows);
            let scale = Scale::fit((0.1, 10.0), true, rows);
            let mut canvas = Canvas::new(area, (1.0, values.len() as f64), scale.range());
            let stroke = Stroke::new(ratatui::style::Style::new(), 1.0);
            draw(&mut canvas, &points(values), &scale, &stroke, true);
            let row = |y| ratatui::layout::Rect::new(0, y, 6, 1);
            (0..rows)
                .map(|y| !canvas.is_blank(row(y)))
                .collect::<Vec<bool>>()
        };
        let lower = [false, false, false, false, true];
        assert_eq!(drawn(&[-1.0, 0.0, -20.0]), lower);
        assert_eq!(drawn(&[0.0, 0.0]), lower);
    }

    #[test]
    fn many_points_are_merged_and_keep_their_extremes() {
        let losses: Vec<f64> = (0..4000).map(|i| 1.0 / f64::from(i + 1)).collect();
        let mut all = points(&losses);
        all[1234].1 = MinMaxLast::of(7.0);
        let thinned = thinned(all.clone(), (1.0, 4000.0), 300);
        assert!((300..=301).contains(&thinned.len()), "{}", thinned.len());
        assert_eq!(thinned.last(), all.last());
        let largest = thinned.iter().map(|(_, value)| value.max);
        assert_eq!(largest.fold(0.0, f64::max), 7.0);
        let few = points(&losses[..300]);
        assert_eq!(super::thinned(few.clone(), (1.0, 300.0), 300), few);
    }

    #[test]
    fn accuracies_are_zoomed_to_the_curves() {
        let mut scores = vec![0.97; 200];
        scores[..3].fill(0.3);
        scores[100] = 0.9;
        let (low, high) = value_range([points(&scores).as_slice()], Chart::Accuracy, false);
        assert!(low > 0.85 && high <= 1.0, "{low} {high}");
        let flat = value_range([points(&[1.0; 30]).as_slice()], Chart::Accuracy, false);
        assert_eq!(flat, (0.95, 1.0));
    }
}
