//! Scores of the last evaluation: of each class, or of the predicted numbers.

use ratatui::layout::Constraint;
use ratatui::text::Line;
use ratatui::widgets::{Row, Table};

use super::Panel;
use super::sample::set_name;
use crate::train::{Confusion, Predictions};
use crate::tui::text;
use crate::tui::widgets::{Pane, Title};
use crate::util::numbers::{percent, typeset};
use crate::util::text::shorten;

/// Maximal width of a class name.
const NAME: usize = 16;
/// Width of a score, its heading included.
const SCORE: u16 = 9;

/// Precision, recall and F1 of each class; for regression, sizes of the errors.
pub(crate) struct ScoresPanel;

impl Panel for ScoresPanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        let model = pane.model;
        let set = set_name(model.run.measured_set());
        let rows = model
            .run
            .outcomes
            .as_ref()
            .map(|outcomes| match &outcomes.predictions {
                Predictions::Classes(confusion) => confusion.total() as usize,
                Predictions::Numbers(pairs) => pairs.len(),
            });
        Title::new(
            text::scores_title(),
            rows.map(|rows| text::rows_of_set(rows, set)),
        )
    }

    fn min_size(&self) -> (u16, u16) {
        (20, 2)
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let run = &pane.model.run;
        match run.outcomes.as_ref().map(|outcomes| &outcomes.predictions) {
            Some(Predictions::Classes(confusion)) => {
                classes(pane, run.data.class_names(), confusion);
            }
            Some(Predictions::Numbers(pairs)) => errors(pane, pairs),
            None => pane.message([text::after_first_epoch(), text::after_first_epoch_short()]),
        }
    }
}

/// Precision, recall and F1 of one class.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Scores {
    precision: f64,
    recall: f64,
    f1: f64,
}

impl Scores {
    /// Scores of `class`. NaN where nothing was predicted as the class, or no row is of it.
    fn new(confusion: &Confusion, class: usize) -> Self {
        let all = 0..confusion.classes();
        let predicted: u32 = all.map(|actual| confusion.count(actual, class)).sum();
        let hits = f64::from(confusion.count(class, class));
        let (predicted, actual) = (f64::from(predicted), f64::from(confusion.of_class(class)));
        Self {
            precision: hits / predicted,
            recall: hits / actual,
            f1: 2.0 * hits / (predicted + actual),
        }
    }
}

fn classes(pane: &mut Pane<'_>, names: &[String], confusion: &Confusion) {
    let theme = pane.theme;
    let right = |text: String| Line::from(text).right_aligned();
    let rows = names.iter().enumerate().take(confusion.classes());
    let rows: Vec<Row> = rows
        .map(|(class, name)| {
            let scores = Scores::new(confusion, class);
            let shares = [scores.precision, scores.recall, scores.f1].map(percent);
            let rows = confusion.of_class(class).to_string();
            let numbers = shares.into_iter().chain([rows]).map(right);
            Row::new([Line::from(shorten(name, NAME))].into_iter().chain(numbers))
        })
        .collect();
    let first = pane.first_line(rows.len(), usize::from(pane.area.height - 1));
    let heads = [
        text::head_precision(),
        text::head_recall(),
        "F1",
        text::head_rows(),
    ]
    .map(|head| right(head.to_owned()));
    let header = Row::new([Line::from(text::head_class())].into_iter().chain(heads));
    let widths = [Constraint::Fill(1)].into_iter();
    let widths = widths.chain([Constraint::Length(SCORE); 4]);
    let table = Table::new(rows.into_iter().skip(first), widths);
    pane.draw(
        table.header(header.style(theme.dim())).style(theme.text()),
        pane.area,
    );
}

/// Sizes of the errors of predicted numbers, `(true, predicted)`.
fn errors(pane: &mut Pane<'_>, pairs: &[(f32, f32)]) {
    let error = |&(actual, predicted): &(f32, f32)| f64::from(predicted) - f64::from(actual);
    let count = pairs.len() as f64;
    let squares: f64 = pairs.iter().map(|pair| error(pair).powi(2)).sum();
    let absolute: f64 = pairs.iter().map(|pair| error(pair).abs()).sum();
    let bias: f64 = pairs.iter().map(error).sum();
    let largest = pairs.iter().map(|pair| error(pair).abs());
    let lines = [
        (text::root_mean_square_error(), (squares / count).sqrt()),
        (text::mean_absolute_error(), absolute / count),
        (text::bias(), bias / count),
        (text::largest_error(), largest.fold(f64::NAN, f64::max)),
    ];
    let first = pane.first_line(lines.len(), pane.area.height.into());
    let rows = lines.iter().skip(first).map(|(name, value)| {
        let value = typeset(*value, 4);
        Row::new([Line::from(*name), Line::from(value).right_aligned()])
    });
    let widths = [Constraint::Fill(1), Constraint::Length(12)];
    pane.draw(Table::new(rows, widths).style(pane.theme.text()), pane.area);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_follow_from_the_confusion_matrix() {
        let mut confusion = Confusion::new(3);
        for (actual, predicted, count) in [(0, 0, 8), (0, 1, 2), (1, 1, 3), (1, 0, 1)] {
            (0..count).for_each(|_| confusion.add(actual, predicted));
        }
        let first = Scores::new(&confusion, 0);
        assert_eq!((first.precision, first.recall), (8.0 / 9.0, 0.8));
        assert_eq!(first.f1, 16.0 / 19.0);
        assert!(Scores::new(&confusion, 2).recall.is_nan());
    }
}
