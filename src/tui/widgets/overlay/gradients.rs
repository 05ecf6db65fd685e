//! Result of the gradient check.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Row, Table, Widget};

use super::{centred, content_width, first_shown, message, popup, scrollbar, wrapped};
use crate::nn::gradient_check::Checked;
use crate::nn::{Grade, GradientCheck};
use crate::tui::app::Model;
use crate::tui::app::gradients::worst_of_layers;
use crate::tui::theme::Theme;
use crate::util::numbers::{counted, significant};

/// Widest content.
const MAX_WIDTH: u16 = 72;
/// From this width on there is room for the numeric gradient.
const WIDE: usize = 56;
const KEYS: &str = "enter: inspect · ↑ ↓: select · esc: close";

/// Draws the result, or a message while the check is running.
pub(super) fn render(
    area: Rect,
    buf: &mut Buffer,
    model: &Model,
    theme: Theme,
    chosen: Option<usize>,
) {
    let title = "Gradient check";
    let room = content_width(area, MAX_WIDTH);
    let Some(check) = &model.inspector.gradients else {
        let text = "Comparing back-propagation with central differences…";
        let mut lines: Vec<Line> = wrapped(text, room, theme.text()).collect();
        lines.push(Line::default());
        lines.push(Line::styled("esc: close", theme.accent()));
        return message(area, buf, theme, title, lines);
    };
    let summary = summary(check, room, theme);
    let keys: Vec<Line> = wrapped(KEYS, room, theme.accent()).collect();
    let worst = worst_of_layers(check);
    let rows = summary.len() + worst.len() + 3 + keys.len();
    let place = centred(area, room, rows);
    let inner = popup(place, buf, theme, title, &[]);
    let [head, _, body, foot] = Layout::vertical([
        Constraint::Length(summary.len() as u16),
        Constraint::Max(1),
        Constraint::Min(2),
        Constraint::Length(keys.len() as u16),
    ])
    .areas(inner);
    Paragraph::new(summary).render(head, buf);
    let shown = usize::from(body.height).saturating_sub(1);
    let first = first_shown(chosen.unwrap_or(0), worst.len(), shown);
    let lines = worst.iter().enumerate().skip(first);
    let lines = lines.map(|(i, worst)| row(worst, chosen == Some(i), room >= WIDE, theme));
    Widget::render(table(lines, room >= WIDE, theme), body, buf);
    Paragraph::new(keys).render(foot, buf);
    let track = Rect {
        y: body.y,
        height: body.height + 1,
        ..place
    };
    scrollbar(track, buf, theme, worst.len(), first);
}

fn summary(check: &GradientCheck, room: usize, theme: Theme) -> Vec<Line<'static>> {
    let (verdict, style) = verdict(check.grade(), check.checked.is_empty(), theme);
    let checked = counted(check.checked.len() as u64, "parameter");
    let rows = counted(check.rows as u64, "row");
    let mut about = format!("{checked} checked in f64 on the next mini-batch ({rows}).");
    if check.at_kinks > 0 {
        let skipped = check.at_kinks;
        about += &format!(" {skipped} skipped (finite difference crosses a ReLU kink).");
    }
    let verdict = wrapped(verdict, room, style.add_modifier(Modifier::BOLD));
    verdict.chain(wrapped(&about, room, theme.text())).collect()
}

/// A table of `rows`, with the column of numeric gradients if `is_wide`.
fn table<'a>(rows: impl Iterator<Item = Row<'a>>, is_wide: bool, theme: Theme) -> Table<'a> {
    let right = |text| Line::from(text).right_aligned();
    let mut heads = vec![Line::from("largest error per layer"), right("back-prop")];
    let mut widths = vec![Constraint::Fill(1), Constraint::Length(11)];
    if is_wide {
        heads.push(right("numeric"));
        widths.push(Constraint::Length(11));
        heads.push(right("relative error"));
        widths.push(Constraint::Length(14));
    } else {
        heads[0] = Line::from("worst of layer");
        heads.push(right("error"));
        widths.push(Constraint::Length(8));
    }
    heads.push(Line::default());
    widths.push(Constraint::Length(5));
    Table::new(rows, widths).header(Row::new(heads).style(theme.dim()))
}

fn row(worst: &Checked, is_chosen: bool, is_wide: bool, theme: Theme) -> Row<'static> {
    let (grade, style) = match Grade::of(worst.error) {
        Grade::Excellent => ("", theme.good()),
        Grade::Good => ("ok", theme.text()),
        Grade::Wrong => ("wrong", theme.bad()),
    };
    let name = if is_chosen {
        theme.accent().add_modifier(Modifier::REVERSED)
    } else {
        theme.accent()
    };
    let number = |value| Line::styled(significant(value, 4), theme.text()).right_aligned();
    let mut cells = vec![
        Line::from(ratatui::text::Span::styled(worst.id.to_string(), name)),
        number(worst.gradient),
    ];
    if is_wide {
        cells.push(number(worst.difference));
    }
    cells.push(Line::styled(format!("{:.1e}", worst.error), style).right_aligned());
    cells.push(Line::styled(grade, style));
    Row::new(cells)
}

fn verdict(grade: Grade, is_empty: bool, theme: Theme) -> (&'static str, Style) {
    match grade {
        _ if is_empty => ("Nothing could be checked.", theme.bad()),
        Grade::Excellent => (
            "Passed: gradients agree to within numerical precision.",
            theme.good(),
        ),
        Grade::Good => (
            "Passed: within the error of finite differences.",
            theme.text(),
        ),
        Grade::Wrong => ("Failed: at least one gradient is wrong.", theme.bad()),
    }
}
