//! Help: all keys, all typed commands.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};

use super::{content_width, scrolled};
use crate::tui::app::bindings::{BINDINGS, Group};
use crate::tui::app::command::COMMANDS;
use crate::tui::theme::Theme;
use crate::tui::widgets::panel::line_width;
use crate::util::text::wrap;

/// Cells between two columns of the key help.
const GAP: usize = 3;
/// Widest list of commands.
const MAX_WIDTH: u16 = 100;

/// Draws the keys from line `first` on. Returns the largest line to scroll to.
pub(super) fn keys(area: Rect, buf: &mut Buffer, theme: Theme, first: u16) -> u16 {
    let room = content_width(area, u16::MAX);
    let documented = |group: Group| {
        let bindings = BINDINGS.iter();
        bindings.filter(move |binding| binding.group == group && !binding.help.is_empty())
    };
    let all = Group::ALL.into_iter().flat_map(documented);
    let entries = all.map(|binding| (Line::styled(binding.shown, theme.accent()), binding.help));
    let mut explained = definitions(entries.collect(), room, theme).into_iter();
    let groups = Group::ALL.map(|group| {
        let mut lines = vec![Line::styled(group.title(), theme.strong())];
        lines.extend(explained.by_ref().take(documented(group).count()).flatten());
        lines
    });
    let widest = groups.iter().flatten().map(line_width).max().unwrap_or(0);
    let rows: usize = groups.iter().map(|lines| lines.len() + 1).sum();
    let is_wide = room >= 2 * (widest + GAP);
    let mut columns = vec![Text::default()];
    for lines in groups {
        let last = columns.len() - 1;
        if is_wide && last == 0 && columns[0].height() + lines.len() > rows.div_ceil(2) {
            columns.push(Text::default());
        } else if columns[last].height() > 0 {
            columns[last].push_line(Line::default());
        }
        let last = columns.len() - 1;
        columns[last].extend(lines);
    }
    let cells = if is_wide { widest + GAP } else { widest };
    let title = "Keys (tab: commands)";
    scrolled(area, buf, theme, title, (columns, cells), first)
}

/// Draws the typed commands from line `first` on. Returns the largest line to scroll to.
pub(super) fn commands(area: Rect, buf: &mut Buffer, theme: Theme, first: u16) -> u16 {
    let entries = COMMANDS.iter().map(|spec| {
        let name = Span::styled(spec.name, theme.accent());
        let arguments = match spec.arguments {
            "" => String::new(),
            arguments => format!(" {arguments}"),
        };
        let usage = Line::from(vec![name, Span::styled(arguments, theme.dim())]);
        (usage, &*spec.help)
    });
    let explained = definitions(entries.collect(), content_width(area, MAX_WIDTH), theme);
    let lines: Vec<Line> = explained.into_iter().flatten().collect();
    let widest = lines.iter().map(line_width).max().unwrap_or(0);
    let title = "Commands (: to type one)";
    scrolled(area, buf, theme, title, (vec![lines.into()], widest), first)
}

/// Returns the lines of each entry in `cells` cells: the term, and beside it the explanation,
/// broken into lines.
fn definitions<'a>(
    entries: Vec<(Line<'a>, &str)>,
    cells: usize,
    theme: Theme,
) -> Vec<Vec<Line<'a>>> {
    let terms = entries.iter().map(|(term, _)| line_width(term));
    let indent = (terms.max().unwrap_or(0) + 2).min(cells / 2);
    let explain = |(mut term, text): (Line<'a>, &str)| {
        let gap = indent.saturating_sub(line_width(&term)).max(2);
        let mut explanation = wrap(text, cells.saturating_sub(indent).max(10)).into_iter();
        term.push_span(" ".repeat(gap));
        term.push_span(Span::styled(
            explanation.next().unwrap_or_default(),
            theme.text(),
        ));
        let rest = explanation.map(|text| format!("{}{text}", " ".repeat(indent)));
        let rest = rest.map(|text| Line::styled(text, theme.text()));
        std::iter::once(term).chain(rest).collect()
    };
    entries.into_iter().map(explain).collect()
}
