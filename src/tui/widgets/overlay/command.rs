//! Line of typed commands: the text in place of the footer, its completions above it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Row, Table, Widget};

use super::{FRAME, content_width, first_shown, popup, prompt, scrollbar, wrapped};
use crate::tui::app::command::CommandLine;
use crate::tui::theme::Theme;
use crate::util::text::{shorten, width};

/// Maximum number of candidates shown at a time.
const SHOWN: usize = 8;
/// Widest content.
const MAX_WIDTH: u16 = 96;

/// Draws the text into the first row of `area`.
pub fn line(area: Rect, buf: &mut Buffer, theme: Theme, line: &CommandLine) {
    prompt::typed(&line.prompt, ":", area.width.into(), theme).render(area, buf);
}

/// Draws the completions of `line`, or the reason why it was rejected, at the foot of `area`.
pub(super) fn candidates(area: Rect, buf: &mut Buffer, theme: Theme, line: &CommandLine) {
    let room = content_width(area, MAX_WIDTH);
    let note = match (&line.prompt.error, &line.usage) {
        (Some(error), _) => Some((error, theme.bad())),
        (None, Some(usage)) => Some((usage, theme.dim())),
        (None, None) => None,
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
    let place = Rect {
        y: area.bottom() - rows,
        width: room as u16 + FRAME,
        height: rows,
        ..area
    }
    .intersection(area);
    let total = if count > shown && shown > 0 {
        vec![Line::styled(count.to_string(), theme.dim())]
    } else {
        Vec::new()
    };
    let title = if shown > 0 {
        "commands (tab: complete)"
    } else {
        ""
    };
    let inner = popup(place, buf, theme, title, &total);
    let [body, foot] =
        Layout::vertical([Constraint::Length(shown as u16), Constraint::Fill(1)]).areas(inner);
    let first = first_shown(line.chosen.unwrap_or(0), count, shown);
    let names = line.candidates.iter();
    let names = names.map(|candidate| width(&candidate.text) + width(candidate.arguments) + 1);
    let indent = names.max().unwrap_or(0).min(room / 2);
    let visible = line.candidates.iter().enumerate().skip(first).take(shown);
    let lines = visible.map(|(i, candidate)| {
        let style = if line.chosen == Some(i) {
            theme.accent().add_modifier(Modifier::REVERSED)
        } else {
            theme.accent()
        };
        let name = shorten(&candidate.text, indent);
        let arguments = format!(" {}", candidate.arguments);
        let arguments = shorten(&arguments, indent.saturating_sub(width(&name)));
        let help = shorten(&candidate.help, room.saturating_sub(indent + 2));
        Row::new([
            Line::from(vec![
                Span::styled(name, style),
                Span::styled(arguments, theme.dim()),
            ]),
            Line::styled(help, theme.text()),
        ])
    });
    let widths = [Constraint::Length(indent as u16), Constraint::Fill(1)];
    Widget::render(Table::new(lines, widths).column_spacing(2), body, buf);
    Paragraph::new(note).render(foot, buf);
    if shown > 0 {
        let track = Rect {
            height: body.height + 2,
            ..place
        };
        scrollbar(track, buf, theme, count, first);
    }
}
