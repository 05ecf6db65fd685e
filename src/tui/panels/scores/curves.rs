//! ROC curve and calibration of two classes.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Span;

use super::PLOT;
use crate::data::ThresholdCurve;
use crate::train::probes::MeasuredScores;
use crate::tui::text;
use crate::tui::widgets::{Canvas, Dash, Mark, Pane, Stroke, axes};

/// Parts of the range of probabilities in the calibration plot.
const BINS: usize = 10;

/// Draws the ROC curve and, below it where there is room, the calibration into `area`; else the one that is chosen.
pub(super) fn draw(pane: &mut Pane<'_>, measured: &MeasuredScores, area: Rect) {
    let Some(curve) = &measured.curve else {
        return;
    };
    let has_calibration = measured.are_probabilities;
    if has_calibration && area.height >= 2 * (PLOT.1 + 2) {
        let [above, below] = Layout::vertical([Constraint::Fill(1); 2]).areas(area);
        roc(pane, curve, above);
        calibration(pane, curve, below);
    } else if has_calibration && pane.model.navigation.shows_calibration {
        calibration(pane, curve, area);
    } else {
        roc(pane, curve, area);
    }
}

/// Draws true against false positives over all thresholds, and marks the threshold in force.
fn roc(pane: &mut Pane<'_>, curve: &ThresholdCurve, area: Rect) {
    let share = |(hits, misses): (u64, u64)| {
        let part = |count: u64, all: u64| count as f64 / all.max(1) as f64;
        (part(misses, curve.negatives), part(hits, curve.positives))
    };
    let counts = curve.points.iter();
    let counts = counts.map(|point| (point.true_positives, point.false_positives));
    let points: Vec<_> = [(0, 0)].into_iter().chain(counts).map(share).collect();
    let threshold = pane.model.navigation.threshold.unwrap_or(0.5);
    let mark = share(curve.at(threshold));
    plot(
        pane,
        area,
        (text::roc_head(), text::false_positive_rate()),
        &points,
        &[mark],
    );
}

/// Draws the fraction of rows of the class against the predicted probability.
fn calibration(pane: &mut Pane<'_>, curve: &ThresholdCurve, area: Rect) {
    let points = curve.calibration(BINS);
    plot(
        pane,
        area,
        (text::calibration_head(), text::mean_probability()),
        &points,
        &points,
    );
}

/// Draws a line through `points`, from 0 to 1 along both axes, with the diagonal and some `marks`. `texts` are the
/// heading and the caption of the lower axis.
fn plot(
    pane: &mut Pane<'_>,
    area: Rect,
    texts: (&str, &str),
    points: &[(f64, f64)],
    marks: &[(f64, f64)],
) {
    let theme = pane.theme;
    pane.left(Rect { height: 1, ..area }, texts.0, theme.dim());
    let below = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    let ticks = [0.0, 0.5, 1.0].map(|tick: f64| -> Mark { (tick, format!("{tick}")) });
    let inside = axes(pane, below, &ticks, 3, |_| ticks.to_vec(), texts.1);
    let mut canvas = Canvas::new(inside, (0.0, 1.0), (0.0, 1.0));
    let diagonal = Stroke::new(theme.dim(), 1.0).dashed(Dash::Along(1, 2));
    canvas.line((0.0, 0.0), (1.0, 1.0), &diagonal);
    let stroke = Stroke::new(theme.validation(), 3.0);
    for pair in points.windows(2) {
        canvas.line(pair[0], pair[1], &stroke);
    }
    canvas.render(pane.buf);
    for &(x, y) in marks {
        let (width, height) = (f64::from(inside.width - 1), f64::from(inside.height - 1));
        let x = inside.x + (x.clamp(0.0, 1.0) * width).round() as u16;
        let y = inside.y + ((1.0 - y.clamp(0.0, 1.0)) * height).round() as u16;
        pane.draw(Span::styled("◆", theme.accent()), Rect::new(x, y, 1, 1));
    }
}
