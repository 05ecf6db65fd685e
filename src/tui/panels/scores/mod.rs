//! Scores of the rows on which predictions are measured, and the threshold between two classes.

mod curves;

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Panel;
use super::sample::set_name;
use crate::data::ClassScores;
use crate::record::scores::{aligned, rows_of_scores, table_of_classes};
use crate::train::Request;
use crate::train::probes::{MeasuredScores, ScoreProbe};
use crate::tui::app::Model;
use crate::tui::text;
use crate::tui::widgets::{Pane, Title};

/// Width from which on a class table has room.
const TABLE: u16 = 44;
/// Largest width of the tables beside a plot.
const MAX_TABLE: u16 = 60;
/// Cells between tables and plot.
const GAP: u16 = 2;
/// Smallest size of a plot.
const PLOT: (u16, u16) = (24, 9);

/// Scores of all rows and of each class; for two classes the ROC curve, the calibration, and the scores at any threshold.
pub(crate) struct ScoresPanel;

impl Panel for ScoresPanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        let run = &pane.model.run;
        let measured = run.answer::<ScoreProbe>();
        let rows = measured.map(|measured| {
            let set = if measured.of_test {
                text::test()
            } else {
                set_name(run.measured_set())
            };
            text::rows_of_set(measured.rows, set)
        });
        Title::new(text::scores_title(), rows)
    }

    fn min_size(&self) -> (u16, u16) {
        (20, 2)
    }

    fn probes(&self, model: &Model) -> Vec<Request> {
        vec![Request::new(ScoreProbe {
            of_test: model.navigation.has_test_scores,
        })]
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let run = &pane.model.run;
        let Some(measured) = run.answer::<ScoreProbe>().filter(|measured| {
            let classes = measured.scores.classes.as_ref();
            classes.map_or(0, |classes| classes.each.len()) == run.data.class_names().len()
        }) else {
            return pane.message([text::waiting_for_snapshot(), text::waiting_for_values()]);
        };
        let area = pane.area;
        let has_plot_beside =
            measured.curve.is_some() && area.width >= TABLE + GAP + PLOT.0 && area.height >= PLOT.1;
        let lines = lines(pane, measured, area.width.min(MAX_TABLE));
        let below = lines.len() as u16 + 1;
        let tables = if has_plot_beside {
            let width = MAX_TABLE.min(area.width - GAP - PLOT.0);
            Rect { width, ..area }
        } else {
            area
        };
        let first = pane.first_line(lines.len(), tables.height.into());
        for (row, (line, style)) in tables.rows().zip(lines.iter().skip(first)) {
            pane.left(row, line, *style);
        }
        let plots = if has_plot_beside {
            Rect {
                x: tables.right() + GAP,
                width: area.width - tables.width - GAP,
                ..area
            }
        } else {
            Rect {
                y: area.y + below,
                height: area.height.saturating_sub(below),
                ..area
            }
        };
        if plots.width >= PLOT.0 && plots.height >= PLOT.1 {
            curves::draw(pane, measured, plots);
        }
    }
}

/// Lists the lines of the tables in `width` cells, with their styles.
fn lines(pane: &Pane<'_>, measured: &MeasuredScores, width: u16) -> Vec<(String, Style)> {
    let (theme, navigation) = (pane.theme, &pane.model.navigation);
    let names = pane.model.run.data.class_names();
    let mut scores = measured.scores.clone();
    if let (Some(curve), Some(threshold), Some(classes)) =
        (&measured.curve, navigation.threshold, &mut scores.classes)
    {
        *classes = ClassScores::new(&curve.confusion(threshold), classes.ranking);
    }
    let has_table = width >= TABLE;
    // Beside a long name there is no room for the score.
    let rows = rows_of_scores(&[&scores], if has_table { names } else { &[] });
    let plain = |line| (line, theme.text());
    let mut lines: Vec<(String, Style)> = aligned(&rows).into_iter().map(plain).collect();
    let Some(classes) = scores.classes.filter(|_| has_table) else {
        return lines;
    };
    let empty = (String::new(), theme.text());
    if let ([_, second], Some(_)) = (names, &measured.curve) {
        let threshold = navigation.threshold.unwrap_or(0.5);
        let line = text::threshold(format!("{threshold:.2}"), second);
        lines.extend([empty.clone(), (line, theme.strong())]);
    }
    lines.push(empty);
    let table = table_of_classes(text::head_class(), &classes, names, width.into());
    let mut table = table.into_iter().map(plain);
    lines.extend(table.next().map(|(head, _)| (head, theme.dim())));
    lines.extend(table);
    lines
}
