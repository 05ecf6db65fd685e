//! Help: all keys, all typed commands.

use ratatui::text::{Line, Span, Text};

use super::{content_width, scrolled};
use crate::tui::app::bindings::{BINDINGS, Group};
use crate::tui::app::command::COMMANDS;
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::Pane;
use crate::util::text::wrap;

/// Cells between two columns of the key help.
const GAP: usize = 3;
/// Widest list of commands.
const MAX_WIDTH: u16 = 100;

/// Draws the keys from line `first` on. Returns the largest line to scroll to.
pub(super) fn keys(pane: &mut Pane<'_>, first: u16) -> u16 {
    let (room, theme) = (content_width(pane.area, u16::MAX), pane.theme);
    let documented = |group: Group| {
        let bindings = BINDINGS.iter();
        bindings.filter(move |binding| binding.group == group && !binding.help.is_empty())
    };
    let all = Group::ALL.into_iter().flat_map(documented);
    let entries = all.map(|binding| (Line::styled(binding.shown, theme.accent()), binding.help));
    let mut explained = definitions(entries.collect(), room, theme).into_iter();
    let groups = Group::ALL.map(|group| {
        let mut text = Text::from(Line::styled(group.title(), theme.strong()));
        text.extend(explained.by_ref().take(documented(group).count()).flatten());
        text
    });
    let widest = groups.iter().map(Text::width).max().unwrap_or(0);
    let rows: usize = groups.iter().map(|text| text.height() + 1).sum();
    let is_wide = room >= 2 * (widest + GAP);
    let (mut left, mut right) = (Text::default(), Text::default());
    for group in groups {
        let is_left =
            right.height() == 0 && !(is_wide && left.height() + group.height() > rows.div_ceil(2));
        let column = if is_left { &mut left } else { &mut right };
        if column.height() > 0 {
            column.push_line(Line::default());
        }
        *column += group;
    }
    let mut columns = vec![left, right];
    columns.retain(|column| column.height() > 0);
    let cells = if is_wide { widest + GAP } else { widest };
    scrolled(pane, text::keys_title(), columns, cells, first)
}

/// Draws the typed commands from line `first` on. Returns the largest line to scroll to.
pub(super) fn commands(pane: &mut Pane<'_>, first: u16) -> u16 {
    let theme = pane.theme;
    let entries = COMMANDS.iter().map(|spec| {
        let gap = if spec.arguments.is_empty() { "" } else { " " };
        let arguments = Span::styled(format!("{gap}{}", spec.arguments), theme.dim());
        (
            Span::styled(spec.name, theme.accent()) + arguments,
            &*spec.help,
        )
    });
    let explained = definitions(
        entries.collect(),
        content_width(pane.area, MAX_WIDTH),
        theme,
    );
    let text = Text::from_iter(explained.into_iter().flatten());
    let cells = text.width();
    scrolled(pane, text::commands_help_title(), vec![text], cells, first)
}

/// Returns the lines of each entry in `cells` cells: the term, and beside it the explanation,
/// broken into lines.
fn definitions<'a>(
    entries: Vec<(Line<'a>, &str)>,
    cells: usize,
    theme: Theme,
) -> Vec<Vec<Line<'a>>> {
    let terms = entries.iter().map(|(term, _)| term.width());
    let indent = (terms.max().unwrap_or(0) + 2).min(cells / 2);
    let explain = |(mut term, text): (Line<'a>, &str)| {
        let gap = indent.saturating_sub(term.width()).max(2);
        let mut explanation = wrap(text, cells.saturating_sub(indent).max(10)).into_iter();
        term.push_span(" ".repeat(gap));
        term += Span::styled(explanation.next().unwrap_or_default(), theme.text());
        let rest = explanation.map(|text| format!("{}{text}", " ".repeat(indent)));
        let rest = rest.map(|text| Line::styled(text, theme.text()));
        std::iter::once(term).chain(rest).collect()
    };
    entries.into_iter().map(explain).collect()
}
