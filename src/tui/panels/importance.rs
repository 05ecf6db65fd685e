//! Importance of the columns, as bars.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Span;

use super::Panel;
use super::sample::set_name;
use crate::train::probes::ImportanceProbe;
use crate::train::{Importance, Importances, Request};
use crate::tui::app::Model;
use crate::tui::text;
use crate::tui::widgets::{Pane, Title, bar};
use crate::util::numbers::score;
use crate::util::text::{shorten, width};

/// Cells of the mean and its spread, `0.123 ±0.045`.
const NUMBERS: u16 = 13;
/// Smallest width of a bar.
const BAR: u16 = 6;

/// Loss of the score if the values of a column are exchanged between the rows: a bar for each column.
pub(crate) struct ImportancePanel;

impl Panel for ImportancePanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        let run = &pane.model.run;
        let details = run.answer::<ImportanceProbe>().map(|found| {
            let rows = text::rows_of_set(found.rows, set_name(run.measured_set()));
            let lost = if run.is_regression() {
                text::importance_of_r2()
            } else {
                text::importance_of_accuracy()
            };
            let long = text::by_permutation(lost);
            [format!("{long} · {rows}"), long, lost.to_owned()]
        });
        Title::new(text::importance_title(), details.into_iter().flatten())
    }

    fn min_size(&self) -> (u16, u16) {
        (16, 2)
    }

    fn probes(&self, _model: &Model) -> Vec<Request> {
        vec![Request::new(ImportanceProbe)]
    }

    /// Draws the most important columns first.
    fn draw(&self, pane: &mut Pane<'_>) {
        let Some(found) = pane.model.run.answer::<ImportanceProbe>() else {
            return pane.message([text::waiting_for_values()]);
        };
        let area = pane.area;
        let mut columns: Vec<&Importance> = found.columns.iter().collect();
        columns.sort_by(|a, b| b.mean.total_cmp(&a.mean));
        let scale = scale(found);
        let names = columns.iter().map(|column| width(&column.name)).max();
        let names = (names.unwrap_or(0) as u16).min(area.width / 3);
        let first = pane.first_line(columns.len(), area.height.into());
        for (row, column) in area.rows().zip(columns.into_iter().skip(first)) {
            draw_column(pane, row, names, column, scale);
        }
    }
}

/// Importance that fills a bar: the largest, and a score of 0.01 at least.
fn scale(found: &Importances) -> f64 {
    let means = found.columns.iter().map(|column| column.mean);
    means.filter(|mean| mean.is_finite()).fold(0.01, f64::max)
}

fn draw_column(pane: &mut Pane<'_>, row: Rect, names: u16, column: &Importance, scale: f64) {
    let theme = pane.theme;
    let has_numbers = row.width >= names + 1 + BAR + 1 + NUMBERS;
    let numbers = if has_numbers { NUMBERS } else { 0 };
    let [name, place, numbers] = Layout::horizontal([
        Constraint::Length(names),
        Constraint::Fill(1),
        Constraint::Length(numbers),
    ])
    .spacing(1)
    .areas(row);
    pane.left(name, &shorten(&column.name, names.into()), theme.text());
    let share = (column.mean / scale).clamp(0.0, 1.0);
    if column.mean > 0.0 {
        let cells = bar(share, place.width.into());
        pane.left(place, &cells, theme.accent());
    }
    if has_numbers {
        let mean = Span::styled(format!("{:>6} ", score(column.mean, 3)), theme.text());
        let spread = Span::styled(format!("±{}", score(column.std, 3)), theme.dim());
        pane.line(numbers, mean + spread);
    }
}
