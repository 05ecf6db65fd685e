//! Settings menu, beside the network that it changes.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Row, Table, Widget};

use super::{FRAME, first_shown, popup, scrollbar, wrapped};
use crate::tui::app::Model;
use crate::tui::app::menu::{Item, Menu, items};
use crate::tui::theme::Theme;
use crate::util::text::{shorten, width};

const HINT: &str = "← →: change · a x: add or remove a layer · enter: type · z: undo · esc: close";
/// Cells of the labels.
const LABEL: usize = 11;

/// Draws the menu at the right of `area`, so that the network stays in sight.
pub(super) fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme, menu: Menu) {
    let items = items(model);
    let chosen = menu.line.min(items.len().saturating_sub(1));
    let widest = |width_of: fn(&str) -> usize, texts: Vec<&str>| {
        texts.into_iter().map(width_of).max().unwrap_or(0)
    };
    let values = widest(width, items.iter().map(|item| &*item.value).collect());
    let commands = widest(width, items.iter().map(|item| &*item.command).collect());
    // The label and a mark, the value and a mark with a gap, the command and its colon.
    let marked = [LABEL + 2, values + 3, commands + 1];
    let cells = (marked.iter().sum::<usize>() as u16 + FRAME).clamp(42, 60);
    let cells = cells.min(area.width);
    let hint = wrapped(
        HINT,
        usize::from(cells.saturating_sub(FRAME)),
        theme.accent(),
    );
    let hint: Vec<Line> = hint.collect();
    let rows = (items.len() + hint.len() + 3).min(area.height.into()) as u16;
    let place = Rect {
        x: area.right() - cells,
        width: cells,
        height: rows,
        ..area
    };
    let inner = popup(place, buf, theme, "Settings", &[]);
    let foot = Constraint::Length(hint.len() as u16);
    let [body, _, foot] =
        Layout::vertical([Constraint::Min(1), Constraint::Max(1), foot]).areas(inner);
    let first = first_shown(chosen, items.len(), body.height.into());
    let row = |(i, item): (usize, &Item)| {
        let (left, value, right) = if i == chosen {
            ("◂ ", theme.strong().add_modifier(Modifier::REVERSED), " ▶ ")
        } else {
            ("  ", theme.strong(), "")
        };
        let label = format!("{:LABEL$}", shorten(&item.label, LABEL));
        Row::new([
            Line::from(vec![
                Span::styled(label, theme.text()),
                Span::styled(left, theme.accent()),
            ]),
            Line::from(vec![
                Span::styled(item.value.clone(), value),
                Span::styled(right, theme.accent()),
            ]),
            Line::styled(format!(":{}", item.command), theme.dim()),
        ])
    };
    let lines = items.iter().enumerate().skip(first).map(row);
    let widths = marked.map(|cells| Constraint::Length(cells as u16));
    let table = Table::new(lines, [widths[0], widths[1], Constraint::Fill(1)]);
    Widget::render(table.column_spacing(0), body, buf);
    Paragraph::new(hint).render(foot, buf);
    let track = Rect {
        height: body.height + 2,
        ..place
    };
    scrollbar(track, buf, theme, items.len(), first);
}
