//! Help: all keys, all typed commands, those searched for, or the latest messages.

use std::borrow::Cow;

use ratatui::layout::Margin;
use ratatui::text::{Line, Span, Text};

use super::prompt::{cursor_column, typed};
use super::{content_width, scrolled};
use crate::tui::app::bindings::{BINDINGS, Binding, Group};
use crate::tui::app::command::{COMMANDS, CommandSpec};
use crate::tui::app::prompt::Prompt;
use crate::tui::app::{Help, HelpPage};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::Pane;
use crate::util::text::{width, wrap, wrap_whole};

/// Cells between two columns of the key help.
const GAP: usize = 3;
/// Widest list of commands.
const MAX_WIDTH: u16 = 100;

/// Draws `help`. Returns the largest line to scroll to.
pub(super) fn render(pane: &mut Pane<'_>, help: &Help) -> u16 {
    match (&help.search, help.page) {
        (Some(search), _) => found(pane, help, search),
        (None, HelpPage::Keys) => keys(pane, help.line),
        (None, HelpPage::Commands) => commands(pane, help.line),
        (None, HelpPage::Messages) => messages(pane, help.line),
    }
}

/// Draws the latest messages from line `first` on, the newest on top. Returns the largest line to scroll to.
fn messages(pane: &mut Pane<'_>, first: u16) -> u16 {
    let (room, theme, model) = (content_width(pane.area, MAX_WIDTH), pane.theme, pane.model);
    let mut text = Text::default();
    for (message, is_error) in model.prompt.messages() {
        let (mark, style) = if *is_error {
            ("! ", theme.bad())
        } else {
            ("· ", theme.text())
        };
        let shown = model.keys.in_text(message);
        let lines = wrap_whole(&shown, room.saturating_sub(width(mark)).max(1));
        for (line, part) in lines.into_iter().enumerate() {
            let mark = if line == 0 { mark } else { "  " };
            text.push_line(Line::styled(format!("{mark}{part}"), style));
        }
    }
    if text.height() == 0 {
        text.push_line(Line::styled(text::no_messages(), theme.dim()));
    }
    let cells = text.width().max(width(text::messages_title()) + 2);
    scrolled(pane, text::messages_title(), vec![text], cells, first)
}

/// Draws the keys and commands that contain what is searched for, below the search.
fn found(pane: &mut Pane<'_>, help: &Help, search: &Prompt) -> u16 {
    let (room, theme) = (content_width(pane.area, MAX_WIDTH), pane.theme);
    let wanted = help.wanted();
    let contains = |texts: [&str; 3]| {
        texts
            .iter()
            .any(|text| text.to_lowercase().contains(&wanted))
    };
    let bindings = BINDINGS.iter().filter(|binding| !binding.help.is_empty());
    let bindings = bindings
        .filter(|binding| contains([binding.shown, &binding.shown_help(), &binding.group.title()]));
    let shown = |binding: &Binding| pane.model.keys.shown(binding.shown);
    let keys = bindings.map(|binding| {
        (
            Line::styled(shown(binding), theme.accent()),
            binding.shown_help(),
        )
    });
    let specs = COMMANDS.iter();
    let specs = specs.filter(|spec| contains([spec.name, spec.arguments, &spec.help()]));
    let entries: Vec<_> = keys
        .chain(specs.map(|spec| command(spec, ":", theme)))
        .collect();
    let column = help
        .is_typing
        .then(|| cursor_column(&typed(search, "/", room, theme)));
    let mut text = if help.is_typing {
        Text::from(typed(search, "/", room, theme))
    } else {
        Text::from(Line::styled(
            text::help_search(search.text()),
            theme.strong(),
        ))
    };
    if entries.is_empty() {
        text.push_line(Line::styled(text::nothing_found(), theme.dim()));
    }
    text.extend(definitions(entries, room, theme).into_iter().flatten());
    let last = scrolled(pane, text::search_title(), vec![text], room, help.line);
    if let (Some(column), Some(place), 0) = (column, pane.drawn.popup, help.line) {
        pane.place_cursor(place.inner(Margin::new(2, 1)), column);
    }
    last
}

/// Draws the keys from line `first` on, those that matter now before others. Returns the largest line to scroll to.
fn keys(pane: &mut Pane<'_>, first: u16) -> u16 {
    let (room, theme) = (content_width(pane.area, u16::MAX), pane.theme);
    let documented = |group: Group| {
        let bindings = BINDINGS.iter();
        bindings.filter(move |binding| binding.group == group && !binding.help.is_empty())
    };
    let all_groups = pane.model.help_groups();
    let all = all_groups.iter().copied().flat_map(documented);
    let shown = |binding: &Binding| pane.model.keys.shown(binding.shown);
    let entries = all.map(|binding| {
        (
            Line::styled(shown(binding), theme.accent()),
            binding.shown_help(),
        )
    });
    let mut explained = definitions(entries.collect(), room, theme).into_iter();
    let groups: Vec<Text> = all_groups
        .iter()
        .map(|&group| {
            let mut text = Text::from(Line::styled(group.title(), theme.strong()));
            text.extend(explained.by_ref().take(documented(group).count()).flatten());
            text
        })
        .collect();
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
fn commands(pane: &mut Pane<'_>, first: u16) -> u16 {
    let theme = pane.theme;
    let entries = COMMANDS.iter().map(|spec| command(spec, "", theme));
    let explained = definitions(
        entries.collect(),
        content_width(pane.area, MAX_WIDTH),
        theme,
    );
    let text = Text::from_iter(explained.into_iter().flatten());
    let cells = text.width();
    scrolled(pane, text::commands_help_title(), vec![text], cells, first)
}

/// The command after `mark` with its arguments, and its help.
fn command<'s>(spec: &'s CommandSpec, mark: &str, theme: Theme) -> (Line<'s>, Cow<'static, str>) {
    let gap = if spec.arguments.is_empty() { "" } else { " " };
    let arguments = Span::styled(format!("{gap}{}", spec.arguments), theme.dim());
    let name = Span::styled(format!("{mark}{}", spec.name), theme.accent());
    (name + arguments, spec.help())
}

/// Returns the lines of each entry in `cells` cells: the term, and beside it the explanation,
/// broken into lines.
fn definitions<'a>(
    entries: Vec<(Line<'a>, Cow<'static, str>)>,
    cells: usize,
    theme: Theme,
) -> Vec<Vec<Line<'a>>> {
    let terms = entries.iter().map(|(term, _)| term.width());
    let indent = (terms.max().unwrap_or(0) + 2).min(cells / 2);
    let explain = |(mut term, text): (Line<'a>, Cow<'static, str>)| {
        let gap = indent.saturating_sub(term.width()).max(2);
        let mut explanation = wrap(&text, cells.saturating_sub(indent).max(10)).into_iter();
        term.push_span(" ".repeat(gap));
        term += Span::styled(explanation.next().unwrap_or_default(), theme.text());
        let rest = explanation.map(|text| format!("{}{text}", " ".repeat(indent)));
        let rest = rest.map(|text| Line::styled(text, theme.text()));
        std::iter::once(term).chain(rest).collect()
    };
    entries.into_iter().map(explain).collect()
}
