//! Completions above the line of typed commands.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Row, Table};

use super::{FRAME, chosen_if, content_width, make_lines_clickable, popup, scrollbar, wrapped};
use crate::tui::app::around;
use crate::tui::app::command::CommandLine;
use crate::tui::text;
use crate::tui::widgets::Pane;
use crate::util::text::{shorten, width};

/// Maximum number of candidates shown at a time.
const SHOWN: usize = 8;
/// Widest content.
const MAX_WIDTH: u16 = 96;

/// Draws the completions of `line`, or the reason why it was rejected, at the foot of `pane`.
pub(super) fn candidates(pane: &mut Pane<'_>, line: &CommandLine) {
    let (area, theme) = (pane.area, pane.theme);
    let room = content_width(area, MAX_WIDTH);
    let note = match (&line.prompt.error, &line.usage) {
        (Some(error), _) => Some((error, theme.bad())),
        (None, usage) => usage.as_ref().map(|usage| (usage, theme.dim())),
    };
    let note = note.into_iter();
    let note: Vec<Line> = note
        .flat_map(|(text, style)| wrapped(text, room, style))
        .collect();
    let free = usize::from(area.height).saturating_sub(2 + note.len());
    let count = line.candidates.len();
    // An error is not to be overlooked among the completions.
    let shown = match line.prompt.error {
        Some(_) => 0,
        None => count.min(SHOWN).min(free),
    };
    let rows = (shown + note.len()) as u16 + 2;
    if rows == 2 || area.height < rows {
        return;
    }
    let place = Rect::new(area.x, area.bottom() - rows, room as u16 + FRAME, rows);
    let place = place.intersection(area);
    let has_more = count > shown && shown > 0;
    let total = has_more.then(|| Line::raw(count.to_string()));
    let title = if shown > 0 {
        text::commands_title()
    } else {
        ""
    };
    let inner = popup(pane, place, title, total);
    let [body, foot] =
        Layout::vertical([Constraint::Length(shown as u16), Constraint::Fill(1)]).areas(inner);
    let first = around(line.chosen.unwrap_or(0), count, shown).start;
    let names = line.candidates.iter();
    let names = names.map(|candidate| width(&candidate.text) + width(candidate.arguments) + 1);
    let indent = names.max().unwrap_or(0).min(room / 2);
    let visible = line.candidates.iter().enumerate().skip(first).take(shown);
    let lines = visible.map(|(i, candidate)| {
        let style = chosen_if(line.chosen == Some(i), theme.accent());
        let name = shorten(&candidate.text, indent);
        let arguments = format!(" {}", candidate.arguments);
        let arguments = shorten(&arguments, indent.saturating_sub(width(&name)));
        let help = shorten(&candidate.help, room.saturating_sub(indent + 2));
        let name = Span::styled(name, style) + Span::styled(arguments, theme.dim());
        Row::new([name, Line::styled(help, theme.text())])
    });
    let widths = [Constraint::Length(indent as u16), Constraint::Fill(1)];
    pane.draw(Table::new(lines, widths).column_spacing(2), body);
    make_lines_clickable(pane, body, first, count);
    pane.draw(Paragraph::new(note), foot);
    if shown > 0 {
        scrollbar(pane, place, body, count, first);
    }
}
