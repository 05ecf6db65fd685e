//! Scatter plot of predicted against true numbers, with the diagonal of perfect predictions.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::sample::set_name;
use crate::train::Predictions;
use crate::tui::app::Model;
use crate::tui::theme::Theme;
use crate::tui::widgets::canvas::{Canvas, Dash, Stroke};
use crate::tui::widgets::pane::{Pane, Title};
use crate::tui::widgets::plot::Axes;
use crate::util::numbers::{significant, tick_labels, ticks};
use crate::util::text::shorten;

pub(crate) fn title(model: &Model, theme: Theme) -> Title {
    let set = set_name(model.measured_set());
    let details = match pairs(model).len() {
        0 => Vec::new(),
        rows => vec![format!("{rows} {set} rows"), format!("{rows} rows")],
    };
    Title::new("Predicted", theme, details)
}

/// True and predicted numbers of the rows that were last evaluated.
fn pairs(model: &Model) -> &[(f32, f32)] {
    match model.run.outcomes.as_ref().map(|it| &it.predictions) {
        Some(Predictions::Numbers(pairs)) => pairs,
        _ => &[],
    }
}

pub(crate) fn draw(model: &Model, pane: &mut Pane<'_>) {
    let inner = pane.area;
    if inner.width < 12 || inner.height < 4 {
        return;
    }
    let pairs = pairs(model);
    let Some((from, to)) = range(pairs) else {
        return pane.message(&["available after the first epoch", "after the first epoch"]);
    };
    let (buf, theme) = (&mut *pane.buf, pane.theme);
    let plot = axes(inner, buf, model, theme, (from, to));
    let range = (from, to);
    let mut canvas = Canvas::new(plot, range, range);
    let diagonal = Stroke::new(theme.dim(), 1.0).dashed(Dash::Along(1, 2));
    canvas.line((from, from), (to, to), &diagonal);
    let point = Stroke::new(theme.validation(), 2.0);
    for &(actual, predicted) in pairs {
        if predicted.is_finite() {
            // What is predicted beyond the axes lies on their edge.
            let predicted = f64::from(predicted).clamp(from, to);
            canvas.dot((actual.into(), predicted), &point);
        }
    }
    canvas.render(buf);
}

/// The range of the true numbers, with a margin; predictions may lie outside. None without any.
fn range(pairs: &[(f32, f32)]) -> Option<(f64, f64)> {
    let actual = pairs.iter().map(|pair| f64::from(pair.0));
    let from = actual.clone().fold(f64::INFINITY, f64::min);
    let to = actual.fold(f64::NEG_INFINITY, f64::max);
    let margin = match to - from {
        length if length > 0.0 => 0.05 * length,
        _ => 0.5 * from.abs().max(1e-6),
    };
    (from <= to).then_some((from - margin, to + margin))
}

/// Draws both axes, which have the same range, and returns the area between them.
fn axes(inner: Rect, buf: &mut Buffer, model: &Model, theme: Theme, range: (f64, f64)) -> Rect {
    let (from, to) = range;
    let marks = ticks(from, to, usize::from((inner.height - 2) / 3).clamp(2, 6));
    let labels = if marks.is_empty() {
        vec![significant(from, 3)]
    } else {
        tick_labels(&marks)
    };
    let caption = match model.run.data.task.scale() {
        Some(scale) if scale.offset != 0.0 => {
            format!("true {} − {}", model.run.data.target_name, scale.offset)
        }
        _ => format!("true {}", model.run.data.target_name),
    };
    let caption = shorten(&caption, usize::from(inner.width) / 2);
    let texts = labels.iter().map(String::as_str);
    let axes = Axes::draw(inner, buf, theme, texts, 3, &caption);
    let plot = axes.plot;
    let place = |mark: f64, cells: u16| {
        let share = (mark - from) / (to - from);
        (share.clamp(0.0, 1.0) * f64::from(cells.saturating_sub(1))).round() as u16
    };
    for (&mark, label) in marks.iter().zip(&labels) {
        let y = plot.bottom() - 1 - place(mark, plot.height);
        axes.mark_left(buf, theme, y, label);
        axes.mark_below(buf, theme, plot.x + place(mark, plot.width), label);
    }
    plot
}
