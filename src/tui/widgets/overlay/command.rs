//! The line of typed commands: the line itself in place of the footer, what it may go on with
//! above it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::{first_shown, popup_at, prompt};
use crate::tui::app::command::{Candidate, CommandLine};
use crate::tui::theme::Theme;
use crate::tui::widgets::panel::{put, put_line};
use crate::util::text::{width, wrap};

/// Candidates that are shown at a time.
const SHOWN: usize = 8;
/// Widest box.
const WIDEST: u16 = 100;

/// Draws the line into the first row of `area`.
pub fn line(area: Rect, buf: &mut Buffer, theme: Theme, line: &CommandLine) {
    let typed = prompt::typed(&line.prompt, ":", area.width.into(), theme);
    put_line(buf, area.x, area.y, area.width.into(), &typed);
}

/// Draws what `line` may go on with, or what was wrong with it, at the foot of `area`.
pub(super) fn candidates(area: Rect, buf: &mut Buffer, theme: Theme, line: &CommandLine) {
    let cells = area.width.min(WIDEST);
    let room = usize::from(cells).saturating_sub(4);
    let told: Vec<Line> = match (&line.prompt.error, &line.usage) {
        (Some(error), _) => wrap(error, room)
            .into_iter()
            .map(|it| Line::styled(it, theme.bad()))
            .collect(),
        (None, Some(usage)) => wrap(usage, room)
            .into_iter()
            .map(|it| Line::styled(it, theme.dim()))
            .collect(),
        (None, None) => Vec::new(),
    };
    let free = usize::from(area.height).saturating_sub(2 + told.len());
    // What went wrong is not to be overlooked among what could be typed.
    let shown = match line.prompt.error {
        Some(_) => 0,
        None => line.candidates.len().min(SHOWN).min(free),
    };
    let rows = (shown + told.len()) as u16 + 2;
    if rows == 2 || area.height < rows {
        return;
    }
    let place = Rect {
        y: area.bottom() - rows,
        width: cells,
        height: rows,
        ..area
    };
    let count = line.candidates.len();
    let rights = if count > shown && shown > 0 {
        vec![Line::styled(format!("{count}"), theme.dim())]
    } else {
        Vec::new()
    };
    let title = if shown > 0 {
        "commands (tab: complete)"
    } else {
        ""
    };
    let inner = popup_at(place, buf, theme, title, &rights);
    let first = first_shown(line.chosen.unwrap_or(0), count, shown);
    let visible = line.candidates.iter().enumerate().skip(first).take(shown);
    let widths = line
        .candidates
        .iter()
        .map(|it| width(&it.text) + width(it.arguments) + 1);
    let indent = widths.max().unwrap_or(0).min(room / 2);
    let mut y = inner.y;
    for (i, candidate) in visible {
        put_candidate(
            buf,
            inner,
            y,
            candidate,
            (line.chosen == Some(i), indent),
            theme,
        );
        y += 1;
    }
    for line in &told {
        put_line(buf, inner.x, y, inner.width.into(), line);
        y += 1;
    }
}

fn put_candidate(
    buf: &mut Buffer,
    inner: Rect,
    y: u16,
    candidate: &Candidate,
    (is_chosen, indent): (bool, usize),
    theme: Theme,
) {
    let style = if is_chosen {
        theme.accent().add_modifier(Modifier::REVERSED)
    } else {
        theme.accent()
    };
    let name = Line::from(vec![
        Span::styled(candidate.text.clone(), style),
        Span::styled(format!(" {}", candidate.arguments), theme.dim()),
    ]);
    let cells = usize::from(inner.width);
    put_line(buf, inner.x, y, indent.min(cells), &name);
    let x = inner.x + (indent + 2) as u16;
    put(
        buf,
        x,
        y,
        cells.saturating_sub(indent + 2),
        &candidate.help,
        theme.text(),
    );
}
