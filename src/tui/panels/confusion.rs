//! Confusion matrix, and the most frequent mistakes.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Position, Rect};
use ratatui::style::Modifier;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Row, Table, Widget};

use super::sample::set_name;
use super::{Panel, scatter};
use crate::train::{Confusion, Outcomes};
use crate::tui::app::{ClickTarget, Model, Msg, around};
use crate::tui::theme::Theme;
use crate::tui::widgets::pane::{Pane, Title};
use crate::tui::widgets::panel::put;
use crate::util::numbers::percent;
use crate::util::text::{abbreviate, shorten, width, wrap};

/// Maximum number of lines that explain the cell under the cursor.
const SENTENCE: u16 = 3;
/// Width at which most names are distinguishable.
const LEGIBLE: u16 = 8;
/// Text in the corner of the matrix.
const CORNER: &str = "true ↓  predicted →";

/// Confusion matrix and the most frequent mistakes; for regression, predicted against true numbers.
pub(crate) struct ConfusionPanel;

impl Panel for ConfusionPanel {
    fn title(&self, model: &Model, theme: Theme, _inside: Rect) -> Title {
        if model.run.is_regression() {
            return scatter::title(model, theme);
        }
        let details = counted(model).map_or(Vec::new(), |confusion| {
            let set = set_name(model.measured_set());
            let (right, total) = (confusion.right(), confusion.total());
            vec![
                format!("{right} of {total} {set} rows correct"),
                format!("{right}/{total}"),
            ]
        });
        Title::new("Confusion", theme, details)
    }

    fn min_size(&self) -> (u16, u16) {
        (10, 2)
    }

    fn draw(&self, model: &Model, pane: &mut Pane<'_>) {
        if model.run.is_regression() {
            scatter::draw(model, pane);
        } else {
            draw(model, pane);
        }
    }

    fn click(&self, model: &Model, inside: Rect, at: Position) -> Option<Msg> {
        let grid = Grid::new(inside, model, counted(model)?)?;
        let (actual, predicted) = grid.cell_at(at.x, at.y)?;
        Some(Msg::Pick(ClickTarget::Cell { actual, predicted }))
    }
}

/// Draws the matrix where it fits, and below it, or in its place, the most frequent mistakes. The cell
/// under the cursor is explained. A maximised panel shows as much of the matrix around the cursor as
/// there is room for.
fn draw(model: &Model, pane: &mut Pane<'_>) {
    let Some(confusion) = counted(model) else {
        return pane.message(&["available after the first epoch", "after the first epoch"]);
    };
    let (inner, theme) = (pane.area, pane.theme);
    let cursor = model.cell().filter(|_| pane.is_focused);
    let mut y = inner.y;
    if let Some(grid) = Grid::new(inner, model, confusion) {
        grid.render(pane.buf, model, theme, confusion, cursor);
        pane.set_footnote(grid.part(confusion.classes()));
        y += grid.height().min(inner.height);
    }
    let below = |y: u16| Rect {
        y,
        height: inner.bottom().saturating_sub(y),
        ..inner
    };
    if let Some(cell) = cursor {
        y += meaning(below(y), pane.buf, model, theme, confusion, cell);
    }
    mistakes(below(y), pane, model, confusion);
}

/// Returns the confusion matrix, if it is known for the present classes.
fn counted(model: &Model) -> Option<&Confusion> {
    let confusion = model.run.outcomes.as_ref().and_then(Outcomes::confusion);
    let classes = model.run.data.class_names().len();
    confusion.filter(|confusion| confusion.classes() == classes && classes > 0)
}

/// Layout of the matrix.
struct Grid {
    area: Rect,
    /// Width of the names of the true classes.
    label: u16,
    /// Width of a cell, with a gap of one.
    cell: u16,
    /// Height of a row, with its gap.
    row: u16,
    /// Width of the largest count.
    digits: u16,
    /// True classes shown.
    rows: Range<usize>,
    /// Predicted classes shown.
    columns: Range<usize>,
}

impl Grid {
    /// Lays out the whole matrix where it fits, or, in a maximised panel, the part around the
    /// cursor that fits.
    fn new(area: Rect, model: &Model, confusion: &Confusion) -> Option<Self> {
        let names = model.run.data.class_names();
        let classes = names.len();
        let cells = (0..classes).flat_map(|a| (0..classes).map(move |p| (a, p)));
        let largest = cells.map(|(a, p)| confusion.count(a, p)).max().unwrap_or(0);
        let digits = largest.to_string().len() as u16;
        let widest = names.iter().map(|name| width(name)).max().unwrap_or(1) as u16;
        let comfortable = (widest.max(digits + 4) + 2).min(14);
        let corner = width(CORNER) as u16;
        let beside = area.width.saturating_sub(corner.max(widest) + 1);
        let label = if usize::from(beside / comfortable) >= classes {
            widest.max(corner)
        } else {
            widest.min(area.width / 3).max(1)
        };
        let (right, below) = (
            area.width.saturating_sub(label + 1),
            area.height.saturating_sub(1),
        );
        let least = digits.max(2) + 1;
        let fits = |cells: u16| usize::from(cells) >= classes;
        let (mut rows, mut columns) = (0..classes, 0..classes);
        if !fits(right / least) || !fits(below) {
            let (actual, predicted) = model.cell().filter(|_| model.navigation.enlarged)?;
            // Not all of them fit anyway: those that do get legible names.
            let least = least.max(widest.min(LEGIBLE) + 1);
            rows = around(actual, classes, below.checked_sub(SENTENCE)?.into());
            columns = around(predicted, classes, (right / least).into());
            if rows.is_empty() || columns.is_empty() {
                return None;
            }
        }
        let room = right / (columns.len() as u16).max(1);
        Some(Self {
            area,
            label,
            cell: room.min(comfortable),
            row: if usize::from(area.height) > 2 * rows.len() + 3 {
                2
            } else {
                1
            },
            digits,
            rows,
            columns,
        })
    }

    /// Height of the matrix with its heading.
    fn height(&self) -> u16 {
        1 + self.rows.len() as u16 * self.row
    }

    fn x(&self, predicted: usize) -> u16 {
        self.area.x + self.label + 1 + (predicted - self.columns.start) as u16 * self.cell
    }

    fn y(&self, actual: usize) -> u16 {
        self.area.y + 1 + (actual - self.rows.start) as u16 * self.row
    }

    fn cell_at(&self, x: u16, y: u16) -> Option<(usize, usize)> {
        let across = x.checked_sub(self.area.x + self.label + 1)? / self.cell;
        let down = y.checked_sub(self.area.y + 1)? / self.row;
        let actual = self.rows.start + usize::from(down);
        let predicted = self.columns.start + usize::from(across);
        let is_cell = self.rows.contains(&actual) && self.columns.contains(&predicted);
        is_cell.then_some((actual, predicted))
    }

    fn render(
        &self,
        buf: &mut Buffer,
        model: &Model,
        theme: Theme,
        confusion: &Confusion,
        cursor: Option<(usize, usize)>,
    ) {
        let names = model.run.data.class_names();
        let marked = theme.accent().add_modifier(Modifier::BOLD);
        let label = usize::from(self.label);
        let corner = [CORNER, "true ↓", "true"];
        let corner = corner.into_iter().find(|text| width(text) <= label);
        let head = abbreviate(&names[self.columns.clone()], usize::from(self.cell) - 1);
        let head = self.columns.clone().zip(head).map(|(predicted, name)| {
            let is_marked = cursor.is_some_and(|cursor| cursor.1 == predicted);
            let style = if is_marked { marked } else { theme.dim() };
            Line::styled(name, style).right_aligned()
        });
        let corner = Line::styled(corner.unwrap_or_default(), theme.dim());
        let head = Row::new(std::iter::once(corner).chain(head));
        let labels = abbreviate(&names[self.rows.clone()], label);
        let rows = self.rows.clone().zip(labels).map(|(actual, name)| {
            let is_marked = cursor.is_some_and(|cursor| cursor.0 == actual);
            let style = if is_marked { marked } else { theme.text() };
            let name = Line::styled(name, style).right_aligned();
            let columns = self.columns.clone();
            let cells = columns.map(|predicted| self.cell(theme, confusion, (actual, predicted)));
            Row::new(std::iter::once(name).chain(cells)).bottom_margin(self.row - 1)
        });
        let cells = self
            .columns
            .clone()
            .map(|_| Constraint::Length(self.cell - 1));
        let widths = std::iter::once(Constraint::Length(self.label)).chain(cells);
        Widget::render(Table::new(rows, widths).header(head), self.area, buf);
        if let Some((actual, predicted)) = cursor
            && self.rows.contains(&actual)
            && self.columns.contains(&predicted)
        {
            let (x, y) = (self.x(predicted), self.y(actual));
            put(buf, x.saturating_sub(1), y, 1, "[", marked);
            put(buf, x + self.cell - 1, y, 1, "]", marked);
        }
    }

    /// Returns the count of a cell on a background that shows its share of the true class.
    fn cell(
        &self,
        theme: Theme,
        confusion: &Confusion,
        (actual, predicted): (usize, usize),
    ) -> Line<'static> {
        let count = confusion.count(actual, predicted);
        let share = count as f32 / confusion.of_class(actual).max(1) as f32;
        let (text, style) = match count {
            0 => ("·".to_owned(), theme.dim()),
            _ => (count.to_string(), theme.cell(actual == predicted, share)),
        };
        // A space behind the number, where the cell has one to spare.
        let margin = usize::from(self.cell > self.digits + 1);
        let room = usize::from(self.cell).saturating_sub(1 + margin);
        Line::styled(format!("{text:>room$}{}", " ".repeat(margin)), style)
    }

    /// Names the part of the matrix that is shown; empty for the whole.
    fn part(&self, classes: usize) -> String {
        if self.rows.len() == classes && self.columns.len() == classes {
            return String::new();
        }
        let part = |range: &Range<usize>| format!("{}–{}", range.start + 1, range.end);
        let (rows, columns) = (part(&self.rows), part(&self.columns));
        format!("classes {rows} by {columns} of {classes}")
    }
}

/// Explains the cell under the cursor. Returns how many lines that took.
fn meaning(
    area: Rect,
    buf: &mut Buffer,
    model: &Model,
    theme: Theme,
    confusion: &Confusion,
    (actual, predicted): (usize, usize),
) -> u16 {
    let names = model.run.data.class_names();
    let count = confusion.count(actual, predicted);
    let all = confusion.of_class(actual);
    let name = &names[actual];
    let rows = if all == 1 { "row" } else { "rows" };
    let mut text = if actual == predicted {
        format!("{count} of {all} {name} {rows} predicted correctly")
    } else {
        format!(
            "{count} of {all} {name} {rows} predicted as {}",
            names[predicted]
        )
    };
    if count > 0 {
        text += &format!(" ({})", share(count, all).trim_start());
        if model.navigation.enlarged {
            let them = if count == 1 { "it" } else { "them" };
            text += &format!(" · enter: show {them}");
        }
    }
    let height = SENTENCE.min(area.height);
    let lines = wrap(&text, area.width.into())
        .into_iter()
        .take(height.into());
    let lines: Vec<Line> = lines
        .map(|line| Line::styled(line, theme.strong()))
        .collect();
    // An empty line before the list, where there is room for both.
    let gap = if area.height > 6 { 1 } else { 0 };
    let taken = lines.len() as u16 + gap;
    Paragraph::new(lines).render(area, buf);
    taken
}

/// Formats the share of `count` rows in `all` rows.
fn share(count: u32, all: u32) -> String {
    percent(f64::from(count) / f64::from(all.max(1)))
}

/// Lists pairs of classes that were confused, most frequent first.
fn mistakes(area: Rect, pane: &mut Pane<'_>, model: &Model, confusion: &Confusion) {
    if area.height == 0 {
        return;
    }
    let theme = pane.theme;
    let names = model.run.data.class_names();
    let pairs = confusion.mistakes();
    if pairs.is_empty() {
        return Line::styled("no mistakes", theme.good()).render(area, pane.buf);
    }
    let heads = usize::from(area.height > 1);
    let first = pane.first_line(pairs.len(), usize::from(area.height) - heads);
    let room = usize::from(area.width).saturating_sub(5);
    let pair = |names: &[String], a: usize, p: usize| format!("{} → {}", names[a], names[p]);
    let widest = pairs.iter().map(|&(_, a, p)| width(&pair(names, a, p)));
    let widest = widest.max().unwrap_or(0);
    // The share is left out where it would cut the names.
    let with_share = widest + 7 <= room;
    let names = if widest > room {
        abbreviate(names, room.saturating_sub(3) / 2)
    } else {
        names.to_vec()
    };
    let rows = pairs.iter().skip(first).map(|&(count, actual, predicted)| {
        let share = share(count, confusion.of_class(actual));
        let cells = [
            Line::styled(count.to_string(), theme.bad()).right_aligned(),
            Line::styled(pair(&names, actual, predicted), theme.text()),
            Line::styled(share, theme.dim()).right_aligned(),
        ];
        Row::new(cells.into_iter().take(if with_share { 3 } else { 2 }))
    });
    let widths = [4, room as u16].map(Constraint::Length);
    let table = if with_share {
        let names = Constraint::Length(room as u16 - 7);
        Table::new(rows, [widths[0], names, Constraint::Length(6)])
    } else {
        Table::new(rows, widths)
    };
    let head = Row::new([String::new(), shorten("true → predicted", room)]).style(theme.dim());
    let table = if heads == 1 {
        table.header(head)
    } else {
        table
    };
    Widget::render(table, area, pane.buf);
}
