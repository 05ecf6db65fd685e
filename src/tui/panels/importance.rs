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
use crate::util::numbers::{percent, score};
use crate::util::text::{abbreviate, width};

/// Cells of the mean and its spread, ` 0.123 ±0.045` or ` 12.3% ±4.5%`.
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
            let all = run.data.measured().rows();
            if found.rows < all {
                let part = text::some_of_rows(found.rows, all);
                let short = format!("{}/{all}", found.rows);
                return [
                    format!("{long} · {part}"),
                    format!("{lost} · {part}"),
                    part,
                    short,
                ];
            }
            [
                format!("{long} · {rows}"),
                long,
                lost.to_owned(),
                String::new(),
            ]
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
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let cells = names.iter().map(|name| width(name)).max();
        let cells = (cells.unwrap_or(0) as u16).min(area.width / 3);
        let names = abbreviate(&names, cells.into());
        let first = pane.first_line(columns.len(), area.height.into());
        let columns = names.iter().zip(columns).skip(first);
        for (row, (name, column)) in area.rows().zip(columns) {
            draw_column(pane, row, (name, cells), column, scale);
        }
    }
}

/// Importance that fills a bar: the largest, and a score of 0.01 at least.
fn scale(found: &Importances) -> f64 {
    let means = found.columns.iter().map(|column| column.mean);
    means.filter(|mean| mean.is_finite()).fold(0.01, f64::max)
}

/// Draws `column`, whose name is cut to what follows it: the cells that all names have.
fn draw_column(
    pane: &mut Pane<'_>,
    row: Rect,
    (name, names): (&str, u16),
    column: &Importance,
    scale: f64,
) {
    let theme = pane.theme;
    let has_numbers = row.width >= names + 1 + BAR + 1 + NUMBERS;
    let numbers = if has_numbers { NUMBERS } else { 0 };
    let [first, place, numbers] = Layout::horizontal([
        Constraint::Length(names),
        Constraint::Fill(1),
        Constraint::Length(numbers),
    ])
    .spacing(1)
    .areas(row);
    pane.left(first, name, theme.text());
    let share = (column.mean / scale).clamp(0.0, 1.0);
    if column.mean > 0.0 {
        let cells = bar(share, place.width.into());
        pane.left(place, &cells, theme.accent());
    }
    if has_numbers {
        let show = |value| {
            if pane.model.run.is_regression() {
                score(value, 3)
            } else {
                // Nothing reads as less than nothing.
                let value = if value.abs() < 0.0005 { 0.0 } else { value };
                percent(value).trim_start().to_owned()
            }
        };
        let mean = Span::styled(format!("{:>6} ", show(column.mean)), theme.text());
        let spread = Span::styled(format!("±{}", show(column.std)), theme.dim());
        pane.line(numbers, mean + spread);
    }
}
