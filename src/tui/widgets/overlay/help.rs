//! The help: all keys, all typed commands.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{more, popup};
use crate::tui::app::bindings::{BINDINGS, Group};
use crate::tui::app::command::COMMANDS;
use crate::tui::theme::Theme;
use crate::tui::widgets::panel::{line_width, put_line};
use crate::util::text::{width, wrap};

/// Draws the keys from line `first` on. Returns how far they can be scrolled.
pub(super) fn keys(area: Rect, buf: &mut Buffer, theme: Theme, first: u16) -> u16 {
    let keys = BINDINGS.iter().filter(|binding| !binding.help.is_empty());
    let key_room = keys.map(|binding| width(binding.shown)).max().unwrap_or(0) + 2;
    let group = |group: Group| {
        let mut lines = vec![Line::styled(group.title(), theme.strong())];
        let rows = BINDINGS
            .iter()
            .filter(|it| it.group == group && !it.help.is_empty());
        lines.extend(rows.map(|binding| {
            let padding = " ".repeat(key_room - width(binding.shown));
            Line::from(vec![
                Span::styled(binding.shown, theme.accent()),
                Span::raw(padding),
                Span::styled(binding.help, theme.text()),
            ])
        }));
        lines
    };
    let mut columns: Vec<Vec<Line>> = vec![Vec::new()];
    let room = usize::from(area.width).saturating_sub(6);
    let groups: Vec<Vec<Line>> = Group::ALL.into_iter().map(group).collect();
    let widest = groups.iter().flatten().map(line_width).max().unwrap_or(0);
    let in_two = room >= 2 * widest + 3;
    for (i, lines) in groups.into_iter().enumerate() {
        if in_two && i == 3 {
            columns.push(Vec::new());
        }
        let last = columns.len() - 1;
        if !columns[last].is_empty() {
            columns[last].push(Line::default());
        }
        columns[last].extend(lines);
    }
    let rows = columns.iter().map(Vec::len).max().unwrap_or(0) as u16;
    let cells = (widest + 3) * columns.len() + 4;
    let inner = popup(
        area,
        buf,
        theme,
        cells as u16,
        rows + 2,
        "Keys (tab: commands)",
    );
    let most = rows.saturating_sub(inner.height);
    let first = first.min(most);
    for (c, lines) in columns.iter().enumerate() {
        let x = inner.x + (c * (widest + 3)) as u16;
        let room = usize::from(inner.right().saturating_sub(x));
        for (line, y) in lines.iter().skip(first.into()).zip(inner.y..inner.bottom()) {
            put_line(buf, x, y, room, line);
        }
    }
    if first < most {
        more(inner, buf, theme);
    }
    most
}

/// Draws the typed commands from line `first` on. Returns how far they can be scrolled.
pub(super) fn commands(area: Rect, buf: &mut Buffer, theme: Theme, first: u16) -> u16 {
    let room = usize::from(area.width).saturating_sub(4).min(100);
    let usage = |name: &str, arguments: &str| match arguments {
        "" => name.to_owned(),
        arguments => format!("{name} {arguments}"),
    };
    let widths = COMMANDS
        .iter()
        .map(|it| width(&usage(it.name, it.arguments)));
    let indent = (widths.max().unwrap_or(0) + 2).min(room / 2);
    let mut lines = Vec::new();
    for spec in COMMANDS.iter() {
        let usage = usage(spec.name, spec.arguments);
        let padding = " ".repeat(indent.saturating_sub(width(&usage)).max(2));
        let rest = usage[spec.name.len()..].to_owned();
        let mut help = wrap(&spec.help, room.saturating_sub(indent).max(10)).into_iter();
        lines.push(Line::from(vec![
            Span::styled(spec.name, theme.accent()),
            Span::styled(rest, theme.dim()),
            Span::raw(padding),
            Span::styled(help.next().unwrap_or_default(), theme.text()),
        ]));
        lines.extend(
            help.map(|it| Line::styled(format!("{}{it}", " ".repeat(indent)), theme.text())),
        );
    }
    let widest = lines.iter().map(line_width).max().unwrap_or(0);
    let title = "Commands (: to type one)";
    let rows = lines.len() as u16;
    let inner = popup(area, buf, theme, widest as u16 + 4, rows + 2, title);
    let most = rows.saturating_sub(inner.height);
    let shown = lines.iter().skip(first.min(most).into());
    for (line, y) in shown.zip(inner.y..inner.bottom()) {
        put_line(buf, inner.x, y, inner.width.into(), line);
    }
    if first < most {
        more(inner, buf, theme);
    }
    most
}
