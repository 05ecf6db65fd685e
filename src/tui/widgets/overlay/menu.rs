//! Settings menu, beside the network that it changes.

use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Row, Table};

use super::{FRAME, chosen_if, key_hints, make_lines_clickable, popup, scrollbar, wrapped};
use crate::tui::app::ClickTarget;
use crate::tui::app::around;
use crate::tui::app::menu::{Item, Menu, items};
use crate::tui::text;
use crate::tui::widgets::Pane;
use crate::util::text::{padded, width};

/// Cells of the labels.
const LABEL: usize = 11;

/// Draws the menu at the right of `pane`, so that the network stays in sight.
pub(super) fn render(pane: &mut Pane<'_>, menu: Menu) {
    let (area, theme) = (pane.area, pane.theme);
    let items = items(pane.model);
    let chosen = menu.line.min(items.len().saturating_sub(1));
    let widest = |text: fn(&Item) -> &String| items.iter().map(|item| width(text(item))).max();
    let values = widest(|item| &item.value).unwrap_or(0);
    let commands = widest(|item| &item.command).unwrap_or(0);
    // The label and a mark, the value and a mark with a gap, the command and its colon.
    let marked = [LABEL + 2, values + 3, commands + 1];
    let cells = (marked.iter().sum::<usize>() as u16 + FRAME).clamp(42, 60);
    let cells = cells.min(area.width);
    let hint = wrapped(
        text::menu_keys(),
        cells.saturating_sub(FRAME).into(),
        theme.accent(),
    );
    let hint: Vec<Line> = hint.collect();
    let needed = items.len() + hint.len() + 2;
    let gap = usize::from(needed < area.height.into());
    let rows = (needed + gap).min(area.height.into()) as u16;
    let place = Rect::new(area.right() - cells, area.y, cells, rows);
    let inner = popup(pane, place, text::settings_title(), None);
    let foot = Constraint::Length(hint.len() as u16);
    let [body, _, foot] =
        Layout::vertical([Constraint::Min(1), Constraint::Length(gap as u16), foot]).areas(inner);
    let first = around(chosen, items.len(), body.height.into()).start;
    let row = |(i, item): (usize, &Item)| {
        let (left, right) = if i == chosen && item.has_steps() {
            ("◂ ", " ▶ ")
        } else {
            ("  ", "")
        };
        let label = padded(&item.label, LABEL);
        let value = chosen_if(i == chosen, theme.strong());
        Row::new([
            Span::styled(label, theme.text()) + Span::styled(left, theme.accent()),
            Span::styled(item.value.clone(), value) + Span::styled(right, theme.accent()),
            Line::styled(format!(":{}", item.command), theme.dim()),
        ])
    };
    let lines = items.iter().enumerate().skip(first).map(row);
    let widths = marked.map(|cells| Constraint::Length(cells as u16));
    let table = Table::new(lines, [widths[0], widths[1], Constraint::Fill(1)]);
    pane.draw(table.column_spacing(0), body);
    make_lines_clickable(pane, body, first, items.len());
    let row = body.rows().nth(chosen - first);
    if let Some(row) = row.filter(|_| items[chosen].has_steps()) {
        let value = width(&items[chosen].value) as u16;
        let mark = |x: u16| Rect::new(row.x + x, row.y, 2, 1).intersection(row);
        let step = |code| ClickTarget::Key(code, KeyModifiers::NONE);
        pane.hit(mark(LABEL as u16), step(KeyCode::Left));
        pane.hit(mark(LABEL as u16 + 2 + value), step(KeyCode::Right));
    }
    key_hints::make_clickable(pane, foot, &hint);
    pane.draw(Paragraph::new(hint), foot);
    scrollbar(pane, place, body, items.len(), first);
}
