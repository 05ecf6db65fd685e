//! Result of the gradient check.

use ratatui::layout::{Constraint, Layout};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Row, Table};

use super::{
    centred, chosen_if, content_width, key_hints, make_lines_clickable, popup, question, scrollbar,
    wrapped,
};
use crate::nn::gradient_check::Checked;
use crate::nn::{Grade, GradientCheck};
use crate::tui::app::around;
use crate::tui::app::gradients::worst_of_layers;
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::Pane;
use crate::util::numbers::significant;
use crate::util::text::width;

/// Widest content.
const MAX_WIDTH: u16 = 72;
/// From this width on there is room for the numeric gradient.
const WIDE: usize = 56;

/// Draws the result, or a message while the check is running.
pub(super) fn render(pane: &mut Pane<'_>, chosen: Option<usize>) {
    let title = text::check_title();
    let theme = pane.theme;
    let Some(check) = &pane.model.inspector.gradients else {
        let text = text::check_running().to_owned();
        return question(pane, MAX_WIDTH, title, &[text], text::close_key());
    };
    let room = content_width(pane.area, MAX_WIDTH);
    let summary = summary(check, room, theme);
    let keys: Vec<Line> = wrapped(text::check_keys(), room, theme.accent()).collect();
    let worst = worst_of_layers(check);
    let rows = summary.len() + worst.len() + 3 + keys.len();
    let place = centred(pane.area, room, rows);
    let inner = popup(pane, place, title, None);
    let [head, _, body, foot] = Layout::vertical([
        Constraint::Length(summary.len() as u16),
        Constraint::Max(1),
        Constraint::Min(2),
        Constraint::Length(keys.len() as u16),
    ])
    .areas(inner);
    pane.draw(Paragraph::new(summary), head);
    let shown = usize::from(body.height).saturating_sub(1);
    let first = around(chosen.unwrap_or(0), worst.len(), shown).start;
    let lines = worst.iter().enumerate().skip(first);
    let lines = lines.map(|(i, worst)| row(worst, chosen == Some(i), room >= WIDE, theme));
    pane.draw(table(lines, room, theme), body);
    key_hints::make_clickable(pane, foot, &keys);
    pane.draw(Paragraph::new(keys), foot);
    let [_, rows] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(body);
    make_lines_clickable(pane, rows, first, worst.len());
    scrollbar(pane, place, rows, worst.len(), first);
}

fn summary(check: &GradientCheck, room: usize, theme: Theme) -> Vec<Line<'static>> {
    let (verdict, style) = verdict(check.grade(), check.checked.is_empty(), theme);
    let checked = text::parameters(check.checked.len());
    let rows = text::rows(check.rows);
    let mut about = text::check_summary(&checked, &rows);
    if check.at_kinks > 0 {
        let skipped = check.at_kinks;
        about += &text::check_skipped(skipped);
    }
    let verdict = wrapped(verdict, room, style.add_modifier(Modifier::BOLD));
    verdict.chain(wrapped(&about, room, theme.text())).collect()
}

/// A table of `rows` in `room` cells, with the column of numeric gradients where it is [`WIDE`].
fn table<'a>(rows: impl Iterator<Item = Row<'a>>, room: usize, theme: Theme) -> Table<'a> {
    let right = |text| Line::from(text).right_aligned();
    let columns: &[(&str, u16)] = if room >= WIDE {
        &[
            (text::head_gradient(), 11),
            (text::head_difference(), 11),
            (text::head_relative_error(), 14),
            ("", 5),
        ]
    } else {
        &[
            (text::head_gradient(), 11),
            (text::head_error(), 8),
            ("", 5),
        ]
    };
    let taken: u16 = columns.iter().map(|(_, cells)| cells + 1).sum();
    let texts = [
        text::largest_error_per_layer(),
        text::worst_of_layer(),
        text::worst_parameter(),
    ];
    let fits = |text: &&str| width(text) + usize::from(taken) <= room;
    let first = texts.into_iter().find(fits).unwrap_or(texts[2]);
    let heads = columns.iter().map(|(head, _)| right(*head));
    let heads = Row::new([Line::from(first)].into_iter().chain(heads));
    let widths = columns.iter().map(|(_, cells)| Constraint::Length(*cells));
    let widths = [Constraint::Fill(1)].into_iter().chain(widths);
    Table::new(rows, widths).header(heads.style(theme.dim()))
}

fn row(worst: &Checked, is_chosen: bool, is_wide: bool, theme: Theme) -> Row<'static> {
    let (grade, style) = match Grade::of(worst.error) {
        Grade::Excellent => ("", theme.good()),
        Grade::Good => (text::grade_ok(), theme.text()),
        Grade::Wrong => (text::grade_wrong(), theme.bad()),
    };
    let name = Span::styled(worst.id.to_string(), chosen_if(is_chosen, theme.accent()));
    let number = |value| Line::styled(significant(value, 4), theme.text()).right_aligned();
    let mut cells = vec![Line::from(name), number(worst.gradient)];
    if is_wide {
        cells.push(number(worst.difference));
    }
    cells.push(Line::styled(format!("{:.1e}", worst.error), style).right_aligned());
    cells.push(Line::styled(grade, style));
    Row::new(cells)
}

fn verdict(grade: Grade, is_empty: bool, theme: Theme) -> (&'static str, Style) {
    match grade {
        _ if is_empty => (text::nothing_checked(), theme.bad()),
        Grade::Excellent => (text::check_exact(), theme.good()),
        Grade::Good => (text::check_good(), theme.text()),
        Grade::Wrong => (text::check_wrong(), theme.bad()),
    }
}
