//! Scatter plot of predicted against true numbers, with the diagonal of perfect predictions.

use super::plane::{marks_below, marks_left};
use super::sample::set_name;
use crate::train::Predictions;
use crate::tui::app::Model;
use crate::tui::text;
use crate::tui::widgets::{Canvas, Dash, Pane, Stroke, Title, axes};
use crate::util::numbers::significant;
use crate::util::text::shorten;

pub(crate) fn title(model: &Model) -> Title {
    let set = set_name(model.run.measured_set());
    let rows = pairs(model).len();
    let details = [text::rows_of_set(rows, set), text::rows(rows)];
    Title::new(
        text::predicted_title(),
        details.into_iter().filter(|_| rows > 0),
    )
}

/// True and predicted numbers of the rows that were last evaluated.
fn pairs(model: &Model) -> &[(f32, f32)] {
    match model
        .run
        .outcomes
        .as_ref()
        .map(|outcomes| &outcomes.predictions)
    {
        Some(Predictions::Numbers(pairs)) => pairs,
        _ => &[],
    }
}

pub(crate) fn draw(pane: &mut Pane<'_>) {
    if pane.area.width < 12 || pane.area.height < 4 {
        return;
    }
    let pairs = pairs(pane.model);
    let Some(range @ (from, to)) = range(pairs) else {
        return pane.message([text::after_first_epoch(), text::after_first_epoch_short()]);
    };
    let marks = marks_left(range, pane.area.height);
    let run = &pane.model.run;
    let caption = match run.target_offset() {
        0.0 => text::true_target(&run.data.target_name),
        offset => text::true_target(format!("{} − {offset}", run.data.target_name)),
    };
    let caption = shorten(&caption, usize::from(pane.area.width) / 2);
    // An axis without a tick is as wide as a number.
    let min = if marks.is_empty() {
        significant(from, 3).len()
    } else {
        3
    };
    let plot = axes(
        pane,
        pane.area,
        &marks,
        min as u16,
        |cells| marks_below(range, cells),
        &caption,
    );
    let mut canvas = Canvas::new(plot, range, range);
    let diagonal = Stroke::new(pane.theme.dim(), 1.0).dashed(Dash::Along(1, 2));
    canvas.line((from, from), (to, to), &diagonal);
    let point = Stroke::new(pane.theme.validation(), 2.0);
    for &(actual, predicted) in pairs {
        if predicted.is_finite() {
            // What is predicted beyond the axes lies on their edge.
            let predicted = f64::from(predicted).clamp(from, to);
            canvas.dot((actual.into(), predicted), &point);
        }
    }
    canvas.render(pane.buf);
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
