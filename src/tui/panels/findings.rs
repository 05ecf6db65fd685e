//! List of the findings, the selected one with its cause and the command that helps.

use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::train::Finding;
use crate::tui::app::{ClickTarget, Model};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::Pane;
use crate::util::text::wrap;

/// Maximum number of findings with a line of their own.
const MAX_LISTED: usize = 6;

/// Number of rows that the findings of `model` would fill in `cells` cells, a heading among them.
pub(super) fn rows(model: &Model, cells: u16) -> u16 {
    let lines = lines(model, cells, Theme::new(crate::tui::theme::Depth::None));
    1 + lines.len() as u16
}

/// Draws the heading and the findings into `area`.
pub(super) fn draw(pane: &mut Pane<'_>, area: Rect) {
    let (model, theme) = (pane.model, pane.theme);
    let mut rows = area.rows();
    let Some(head) = rows.next() else { return };
    let rule = "─".repeat(area.width.into());
    pane.left(head, &rule, theme.frame());
    let title = format!(" {} ", text::findings_title(model.run.findings.len()));
    let x = head.x + 1.min(head.width);
    pane.left(
        Rect {
            x,
            width: head.width.saturating_sub(1),
            ..head
        },
        &title,
        theme.strong(),
    );
    for ((finding, line), row) in lines(model, area.width, theme).into_iter().zip(rows) {
        pane.line(row, line);
        if let Some(finding) = finding {
            pane.hit(row, ClickTarget::Finding(finding));
        }
    }
}

/// The lines of the list, with the index of the finding that a click on them selects.
fn lines(model: &Model, cells: u16, theme: Theme) -> Vec<(Option<usize>, Line<'static>)> {
    let cells = usize::from(cells);
    let Some((selected, _)) = model.selected_finding() else {
        let known = model.run.history.epochs().is_empty();
        let none = if known {
            text::no_findings_yet()
        } else {
            text::no_findings()
        };
        return vec![(None, Line::styled(format!(" {none}"), theme.dim()))];
    };
    let first = selected.saturating_sub(MAX_LISTED - 1);
    let listed = model
        .run
        .findings
        .iter()
        .enumerate()
        .skip(first)
        .take(MAX_LISTED);
    let mut lines = Vec::new();
    for (index, &finding) in listed {
        let is_selected = index == selected;
        let description = model.run.describe(finding);
        let style = style(finding, theme);
        let style = if is_selected {
            style.add_modifier(Modifier::BOLD)
        } else {
            style
        };
        let mark = if is_selected { "▸ " } else { "  " };
        let name = Span::styled(description.names[0].clone(), style);
        let symptom = Span::styled(text::symptom(&description.symptom), theme.text());
        let name = Span::styled(mark, theme.accent()) + name;
        let has_room = name.width() + symptom.width() <= cells;
        let line = if has_room || !is_selected {
            name + symptom
        } else {
            name
        };
        lines.push((Some(index), line));
        if !is_selected {
            continue;
        }
        let mut wrapped = |text: &str, style| {
            let text = wrap(text, cells.saturating_sub(2).max(1)).into_iter();
            lines.extend(text.map(|line| (None, Line::styled(format!("  {line}"), style))));
        };
        if !has_room {
            wrapped(&description.symptom, theme.text());
        }
        wrapped(description.cause, theme.dim());
        let help = match &description.command {
            Some(_) if description.is_done => {
                let done = model.keys.in_text(text::remedy_done());
                Line::styled(format!("  {done}"), theme.dim())
            }
            Some(command) => {
                let then = if description.restarts {
                    text::then_restart()
                } else {
                    ""
                };
                // In a lesson the enter key is the lesson's; the command can be typed.
                let key = if model.is_key_of_lesson(KeyCode::Enter) {
                    "  ".to_owned()
                } else {
                    format!("  {} ", text::enter_runs())
                };
                Span::styled(key, theme.dim())
                    + Span::styled(format!(":{command}{then}"), theme.accent())
            }
            None => Line::styled(format!("  {}", description.advice), theme.accent()),
        };
        lines.push((None, help));
    }
    lines
}

fn style(finding: Finding, theme: Theme) -> ratatui::style::Style {
    if finding.is_severe() {
        theme.bad()
    } else {
        theme.warning()
    }
}
