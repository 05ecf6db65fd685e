//! Confusion matrix, and the most frequent mistakes.

use std::ops::Range;

use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Row, Table};

use super::sample::set_name;
use super::{Panel, scatter};
use crate::data::Confusion;
use crate::tui::app::{Cell, ClickTarget, Model, Msg, around};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Palette, Pane, Title, heat_map};
use crate::util::numbers::percent;
use crate::util::text::{abbreviate, first_letters, shorten, width, wrap};

/// Maximum number of lines that explain the cell under the cursor.
const SENTENCE: u16 = 3;
/// Width at which most names are distinguishable.
const LEGIBLE: u16 = 8;

/// Confusion matrix and the most frequent mistakes; for regression, predicted against true numbers.
pub(crate) struct ConfusionPanel;

impl Panel for ConfusionPanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        let model = pane.model;
        if model.run.is_regression() {
            return scatter::title(model);
        }
        let details = model.run.confusion().into_iter().flat_map(|confusion| {
            let set = set_name(model.run.measured_set());
            let (right, total) = (confusion.right(), confusion.total());
            [
                text::rows_correct(right, total, set),
                format!("{right}/{total}"),
            ]
        });
        Title::new(text::confusion_title(), details)
    }

    fn min_size(&self) -> (u16, u16) {
        (10, 2)
    }

    /// Draws the matrix where it fits, and below it, or in its place, the most frequent mistakes. The
    /// cell under the cursor is explained. A maximised panel shows as much of the matrix around the
    /// cursor as there is room for.
    fn draw(&self, pane: &mut Pane<'_>) {
        if pane.model.run.is_regression() {
            return scatter::draw(pane);
        }
        let Some(confusion) = pane.model.run.confusion() else {
            return pane.message([text::after_first_epoch(), text::after_first_epoch_short()]);
        };
        let inner = pane.area;
        let cursor = pane
            .model
            .navigation
            .cell(&pane.model.run)
            .filter(|_| pane.is_focused);
        let mut y = inner.y;
        if let Some(grid) = Grid::new(inner, pane.model, confusion) {
            grid.render(pane, confusion, cursor);
            pane.footnote = grid.part(confusion.classes());
            y += grid.height().min(inner.height);
        } else {
            y += shades(pane, confusion);
        }
        let below = |y| Rect::new(inner.x, y, inner.width, inner.bottom().saturating_sub(y));
        if let Some(cell) = cursor {
            y += meaning(pane, below(y), confusion, cell);
        }
        mistakes(pane, below(y), confusion);
    }

    fn click(&self, model: &Model, inside: Rect, at: Position) -> Option<Msg> {
        let grid = Grid::new(inside, model, model.run.confusion()?)?;
        let (actual, predicted) = grid.cell_at(at)?;
        Some(Msg::Pick(ClickTarget::Cell { actual, predicted }))
    }
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
        let corner = width(text::head_true_and_predicted()) as u16;
        let beside = area.width.saturating_sub(corner.max(widest) + 1);
        let label = if usize::from(beside / comfortable) >= classes {
            widest.max(corner)
        } else {
            widest.min(area.width / 3).max(1)
        };
        let right = area.width.saturating_sub(label + 1);
        let below = area.height.saturating_sub(1);
        let min = digits.max(2) + 1;
        let fits = |cells: u16| usize::from(cells) >= classes;
        let (mut rows, mut columns) = (0..classes, 0..classes);
        if !fits(right / min) || !fits(below) {
            let (actual, predicted) = model
                .navigation
                .cell(&model.run)
                .filter(|_| model.navigation.enlarged)?;
            // Not all of them fit anyway: those that do get legible names.
            let min = min.max(widest.min(LEGIBLE) + 1);
            rows = around(actual, classes, below.checked_sub(SENTENCE)?.into());
            columns = around(predicted, classes, (right / min).into());
            if rows.is_empty() || columns.is_empty() {
                return None;
            }
        }
        let room = right / (columns.len() as u16).max(1);
        let is_high = usize::from(area.height) > 2 * rows.len() + 3;
        Some(Self {
            area,
            label,
            cell: room.min(comfortable),
            row: if is_high { 2 } else { 1 },
            digits,
            rows,
            columns,
        })
    }

    /// Height of the matrix with its heading.
    fn height(&self) -> u16 {
        1 + self.rows.len() as u16 * self.row
    }

    fn cell_at(&self, at: Position) -> Option<Cell> {
        let across = at.x.checked_sub(self.area.x + self.label + 1)? / self.cell;
        let down = at.y.checked_sub(self.area.y + 1)? / self.row;
        let cell = (
            self.rows.start + usize::from(down),
            self.columns.start + usize::from(across),
        );
        self.has(cell).then_some(cell)
    }

    fn has(&self, (actual, predicted): Cell) -> bool {
        self.rows.contains(&actual) && self.columns.contains(&predicted)
    }

    fn render(&self, pane: &mut Pane<'_>, confusion: &Confusion, cursor: Option<Cell>) {
        let theme = pane.theme;
        let names = pane.model.run.data.class_names();
        let marked = theme.accent().add_modifier(Modifier::BOLD);
        let named = |name: String, is_marked: bool, style| {
            let style = if is_marked { marked } else { style };
            Line::styled(name, style).right_aligned()
        };
        let label = usize::from(self.label);
        let corner = [
            text::head_true_and_predicted(),
            text::head_true_down(),
            text::head_true(),
        ];
        let corner = corner.into_iter().find(|text| width(text) <= label);
        let names_of_columns = &names[self.columns.clone()];
        let cells = usize::from(self.cell) - 1;
        let head = if cells < LEGIBLE.into() {
            first_letters(names_of_columns, cells)
        } else {
            abbreviate(names_of_columns, cells)
        };
        let head = self.columns.clone().zip(head).map(|(predicted, name)| {
            let is_marked = cursor.is_some_and(|cursor| cursor.1 == predicted);
            named(name, is_marked, theme.dim())
        });
        let corner = Line::styled(corner.unwrap_or_default(), theme.dim());
        let head = Row::new(std::iter::once(corner).chain(head));
        let labels = abbreviate(&names[self.rows.clone()], label);
        let rows = self.rows.clone().zip(labels).map(|(actual, name)| {
            let is_marked = cursor.is_some_and(|cursor| cursor.0 == actual);
            let name = named(name, is_marked, theme.text());
            let columns = self.columns.clone();
            let cells = columns.map(|predicted| self.cell(theme, confusion, (actual, predicted)));
            Row::new(std::iter::once(name).chain(cells)).bottom_margin(self.row - 1)
        });
        let cells = self.columns.clone().map(|_| self.cell - 1);
        let widths = std::iter::once(self.label).chain(cells);
        pane.draw(Table::new(rows, widths).header(head), self.area);
        if let Some((actual, predicted)) = cursor.filter(|&cell| self.has(cell)) {
            let across = (predicted - self.columns.start) as u16 * self.cell;
            let x = self.area.x + self.label + across;
            let y = self.area.y + 1 + (actual - self.rows.start) as u16 * self.row;
            pane.left(Rect::new(x, y, 1, 1), "[", marked);
            pane.left(Rect::new(x + self.cell, y, 1, 1), "]", marked);
        }
    }

    /// Returns the count of a cell on a background that shows its share of the true class.
    fn cell(
        &self,
        theme: Theme,
        confusion: &Confusion,
        (actual, predicted): Cell,
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
        text::part_of_matrix(&rows, &columns, classes)
    }
}

/// Draws a matrix without numbers as a field of shades, two true classes a row, and the scale. Returns the
/// number of rows used: none if there is no room for it and a list of mistakes.
fn shades(pane: &mut Pane<'_>, confusion: &Confusion) -> u16 {
    let classes = u16::try_from(confusion.classes()).unwrap_or(u16::MAX);
    let rows = classes.div_ceil(2);
    let Rect {
        width: cells,
        height,
        ..
    } = pane.area;
    if classes > cells || rows + 3 > height {
        return 0;
    }
    let wide = (cells / classes).min(2);
    let area = Rect::new(pane.area.x, pane.area.y + 1, classes * wide, rows);
    let value = |x: u16, row: u16| {
        let (actual, predicted) = (usize::from(row), usize::from(x / wide));
        let count = confusion.count(actual, predicted) as f32;
        count / confusion.of_class(actual).max(1) as f32
    };
    heat_map(area, pane.buf, pane.theme, Palette::Heat, classes, value);
    let texts = [text::matrix_of_shades(), text::head_true_and_predicted()];
    let fitting = texts.into_iter().find(|text| width(text) <= cells.into());
    let head = Rect {
        height: 1,
        ..pane.area
    };
    pane.left(
        head,
        fitting.unwrap_or(text::head_true_down()),
        pane.theme.dim(),
    );
    rows + 2
}

/// Explains the cell under the cursor. Returns how many lines that took.
fn meaning(
    pane: &mut Pane<'_>,
    area: Rect,
    confusion: &Confusion,
    (actual, predicted): Cell,
) -> u16 {
    let names = pane.model.run.data.class_names();
    let count = confusion.count(actual, predicted);
    let (all, name) = (confusion.of_class(actual), &names[actual]);
    let mut text = if actual == predicted {
        text::predicted_correctly(all, count, name)
    } else {
        text::predicted_as(all, count, name, &names[predicted])
    };
    if count > 0 {
        text += &format!(" ({})", share(count, all).trim_start());
        if pane.model.navigation.enlarged {
            text += if count == 1 {
                text::show_it()
            } else {
                text::show_them()
            };
        }
    }
    let lines = wrap(&text, area.width.into()).into_iter();
    let lines = lines.take(SENTENCE.min(area.height).into());
    let lines: Vec<Line> = lines
        .map(|line| Line::styled(line, pane.theme.strong()))
        .collect();
    // An empty line before the list, where there is room for both.
    let gap = if area.height > 6 { 1 } else { 0 };
    let taken = lines.len() as u16 + gap;
    pane.draw(Paragraph::new(lines), area);
    taken
}

/// Formats the share of `count` rows in `all` rows.
fn share(count: u32, all: u32) -> String {
    percent(f64::from(count) / f64::from(all.max(1)))
}

/// Lists pairs of classes that were confused, most frequent first.
fn mistakes(pane: &mut Pane<'_>, area: Rect, confusion: &Confusion) {
    if area.height == 0 {
        return;
    }
    let theme = pane.theme;
    let names = pane.model.run.data.class_names();
    let pairs = confusion.mistakes();
    if pairs.is_empty() {
        return pane.left(area, text::no_mistakes(), theme.good());
    }
    let heads = usize::from(area.height > 1);
    let first = pane.first_line(pairs.len(), usize::from(area.height) - heads);
    let room = usize::from(area.width).saturating_sub(5);
    let pair = |names: &[String], a: usize, p: usize| format!("{} → {}", names[a], names[p]);
    let widest = pairs.iter().map(|&(_, a, p)| width(&pair(names, a, p)));
    let widest = widest.max().unwrap_or(0);
    let names = if widest > room {
        abbreviate(names, room.saturating_sub(3) / 2)
    } else {
        names.to_vec()
    };
    // The share is left out where it would cut the names.
    let widths: &[u16] = if widest + 7 <= room {
        &[4, room as u16 - 7, 6]
    } else {
        &[4, room as u16]
    };
    let rows = pairs.iter().skip(first).map(|&(count, actual, predicted)| {
        let share = share(count, confusion.of_class(actual));
        let cells = [
            Line::styled(count.to_string(), theme.bad()).right_aligned(),
            Line::styled(pair(&names, actual, predicted), theme.text()),
            Line::styled(share, theme.dim()).right_aligned(),
        ];
        Row::new(cells.into_iter().take(widths.len()))
    });
    let mut table = Table::new(rows, widths.iter().copied());
    if heads == 1 {
        let head = Row::new([
            String::new(),
            shorten(text::true_to_predicted(), widths[1].into()),
        ]);
        table = table.header(head.style(theme.dim()));
    }
    pane.draw(table, area);
    let listed = pairs.iter().skip(first);
    for (&(_, actual, predicted), row) in listed.zip(area.rows().skip(heads)) {
        pane.hit(row, ClickTarget::Cell { actual, predicted });
    }
}
