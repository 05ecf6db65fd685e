//! Scores of the last evaluation: of each class, or of the predicted numbers.

use ratatui::layout::Constraint;
use ratatui::text::Line;
use ratatui::widgets::{Row, Table};

use super::Panel;
use super::sample::set_name;
use crate::data::{ClassScores, Confusion};
use crate::train::Predictions;
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

fn classes(pane: &mut Pane<'_>, names: &[String], confusion: &Confusion) {
    let theme = pane.theme;
    let right = |text: String| Line::from(text).right_aligned();
    let scores = ClassScores::new(confusion, None);
    let rows = names.iter().enumerate().take(confusion.classes());
    let rows: Vec<Row> = rows
        .map(|(class, name)| {
            let score = &scores.each[class];
            let shares = [score.precision, score.recall, score.f1].map(percent);
            let rows = score.support.to_string();
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
