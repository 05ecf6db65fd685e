//! Confusion matrix, and the most frequent mistakes.

use std::ops::Range;

use ratatui::crossterm::event::KeyCode;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Row, Table};

use super::sample::set_name;
use super::{Panel, scatter};
use crate::data::Confusion;
use crate::tui::app::{Cell, ClickTarget, Model, Msg};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{HeatPalette, Pane, Title, heat_map};
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

    /// Draws the matrix, in numbers or else in shades, and below it, or in its place, the most frequent
    /// mistakes. The cell under the cursor is explained.
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
        let (mut y, mut beside) = (inner.y, None);
        if let Some(grid) = Grid::new(inner, pane.model, confusion) {
            grid.render(pane, confusion, cursor);
            y += grid.height().min(inner.height);
        } else if let Some(shades) = Shades::new(inner, pane.model, confusion) {
            shades.render(pane, confusion, cursor);
            y += shades.height();
            beside = shades.beside(inner);
        }
        let below = |y| Rect::new(inner.x, y, inner.width, inner.bottom().saturating_sub(y));
        if let Some(cell) = cursor {
            y += meaning(pane, below(y), confusion, cell);
        }
        mistakes(pane, beside.unwrap_or(below(y)), confusion);
    }

    fn click(&self, model: &Model, inside: Rect, at: Position) -> Option<Msg> {
        let confusion = model.run.confusion()?;
        let (actual, predicted) = match Grid::new(inside, model, confusion) {
            Some(grid) => grid.cell_at(at)?,
            None => Shades::new(inside, model, confusion)?.cell_at(at, confusion)?,
        };
        Some(Msg::Pick(ClickTarget::Cell { actual, predicted }))
    }
}

/// Layout of the matrix in numbers.
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
    classes: usize,
}

impl Grid {
    /// Lays out the matrix where it fits.
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
        if !fits(right / min) || !fits(below) {
            return None;
        }
        let room = right / (classes as u16).max(1);
        // What the columns leave is for the names.
        let spare = right - room * classes as u16;
        let label = label.max((label + spare).min(widest));
        let is_high = usize::from(area.height) > 2 * classes + 3;
        Some(Self {
            area,
            label,
            cell: room.min(comfortable),
            row: if is_high { 2 } else { 1 },
            digits,
            classes,
        })
    }

    /// Height of the matrix with its heading.
    fn height(&self) -> u16 {
        1 + self.classes as u16 * self.row
    }

    fn cell_at(&self, at: Position) -> Option<Cell> {
        let across = at.x.checked_sub(self.area.x + self.label + 1)? / self.cell;
        let down = at.y.checked_sub(self.area.y + 1)? / self.row;
        let cell = (usize::from(down), usize::from(across));
        (cell.0 < self.classes && cell.1 < self.classes).then_some(cell)
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
        let cells = usize::from(self.cell) - 1;
        let head = if cells < LEGIBLE.into() {
            first_letters(names, cells)
        } else {
            abbreviate(names, cells)
        };
        let head = head.into_iter().enumerate().map(|(predicted, name)| {
            let is_marked = cursor.is_some_and(|cursor| cursor.1 == predicted);
            named(name, is_marked, theme.dim())
        });
        let corner = Line::styled(corner.unwrap_or_default(), theme.dim());
        let head = Row::new(std::iter::once(corner).chain(head));
        let labels = abbreviate(names, label).into_iter();
        let rows = labels.enumerate().map(|(actual, name)| {
            let is_marked = cursor.is_some_and(|cursor| cursor.0 == actual);
            let name = named(name, is_marked, theme.text());
            let columns = 0..self.classes;
            let cells = columns.map(|predicted| self.cell(theme, confusion, (actual, predicted)));
            Row::new(std::iter::once(name).chain(cells)).bottom_margin(self.row - 1)
        });
        let cells = std::iter::repeat_n(self.cell - 1, self.classes);
        let widths = std::iter::once(self.label).chain(cells);
        pane.draw(Table::new(rows, widths).header(head), self.area);
        if let Some((actual, predicted)) = cursor {
            let across = predicted as u16 * self.cell;
            let x = self.area.x + self.label + across;
            let y = self.area.y + 1 + actual as u16 * self.row;
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
}

/// Layout of the matrix in shades, two points of it in a cell, one above the other.
struct Shades {
    /// Area of the points.
    area: Rect,
    /// Width of a point.
    wide: u16,
    /// Number of classes along each side of a point.
    classes: usize,
    /// Number of points along each side of the matrix.
    points: u16,
}

/// Lines below the shades, at least: the mark of the cursor, and an explanation of its cell or a list.
const BELOW_SHADES: u16 = 2;
/// Width of a list of mistakes beside the shades of a maximised panel, at least.
const BESIDE_SHADES: u16 = 26;

impl Shades {
    /// Lays out the matrix with a point for each pair of classes. A maximised panel without room for that has a
    /// point for several classes, another one has the list of mistakes instead.
    fn new(area: Rect, model: &Model, confusion: &Confusion) -> Option<Self> {
        let height = area
            .height
            .checked_sub(1 + BELOW_SHADES)
            .filter(|&rows| rows > 0)?;
        // A column for the mark of the cursor.
        let width = area.width.checked_sub(1).filter(|&cells| cells > 0)?;
        let room = usize::from(width.min(2 * height));
        let classes = confusion.classes().div_ceil(room).max(1);
        if classes > 1 && !model.navigation.enlarged {
            return None;
        }
        let points = confusion.classes().div_ceil(classes) as u16;
        let wide = (width / points.max(1)).clamp(1, 2);
        let area = Rect::new(area.x, area.y + 1, points * wide, points.div_ceil(2));
        Some(Self {
            area,
            wide,
            classes,
            points,
        })
    }

    /// Height with the heading and a line for the mark of the cursor.
    fn height(&self) -> u16 {
        self.area.height + 2
    }

    /// Returns the area to the right of the heading and the points, if a list fits there.
    fn beside(&self, area: Rect) -> Option<Rect> {
        let x = self.area.right() + 3;
        let cells = area
            .right()
            .checked_sub(x)
            .filter(|&cells| cells >= BESIDE_SHADES)?;
        Some(Rect::new(
            x,
            self.area.y,
            cells,
            area.bottom() - self.area.y,
        ))
    }

    /// Classes of a point along one side.
    fn range(&self, point: u16, confusion: &Confusion) -> Range<usize> {
        let start = usize::from(point) * self.classes;
        start..(start + self.classes).min(confusion.classes())
    }

    /// Returns the cell with the most rows among those of the points at a place, mistakes first.
    fn cell_at(&self, at: Position, confusion: &Confusion) -> Option<Cell> {
        if !self.area.contains(at) {
            return None;
        }
        let predicted = self.range((at.x - self.area.x) / self.wide, confusion);
        let row = 2 * (at.y - self.area.y);
        let upper = self.range(row, confusion);
        let both = upper.start..self.range(row + 1, confusion).end.max(upper.end);
        let cells = both.flat_map(|actual| predicted.clone().map(move |p| (actual, p)));
        cells.max_by_key(|&(actual, predicted)| {
            let count = confusion.count(actual, predicted);
            (count > 0 && actual != predicted, count)
        })
    }

    /// Draws the largest share among the cells of each point, with a heading that tells the scale.
    fn render(&self, pane: &mut Pane<'_>, confusion: &Confusion, cursor: Option<Cell>) {
        let value = |x: u16, row: u16| {
            let predicted = self.range(x / self.wide, confusion);
            let actual = self.range(row, confusion);
            let cells = actual.flat_map(|actual| predicted.clone().map(move |p| (actual, p)));
            let share = |(actual, predicted)| {
                let count = confusion.count(actual, predicted) as f32;
                count / confusion.of_class(actual).max(1) as f32
            };
            cells.map(share).fold(0.0, f32::max)
        };
        let palette = HeatPalette::Heat;
        heat_map(self.area, pane.buf, pane.theme, palette, self.points, value);
        let width_of = usize::from(pane.area.width);
        let whole = match self.classes {
            1 => text::matrix_of_shades().to_owned(),
            classes => text::matrix_of_merged_shades(classes),
        };
        let texts = [&*whole, text::head_true_and_predicted()];
        let fitting = texts.into_iter().find(|text| width(text) <= width_of);
        let head = Rect {
            height: 1,
            ..pane.area
        };
        let (dim, marked) = (pane.theme.dim(), pane.theme.accent());
        pane.left(head, fitting.unwrap_or(text::head_true_down()), dim);
        if let Some((actual, predicted)) = cursor {
            let x = self.area.x + (predicted / self.classes) as u16 * self.wide;
            let y = self.area.y + (actual / self.classes) as u16 / 2;
            pane.left(Rect::new(self.area.right(), y, 1, 1), "◂", marked);
            pane.left(Rect::new(x, self.area.bottom(), 1, 1), "▴", marked);
        }
    }
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
        if pane.model.navigation.enlarged && !pane.model.is_key_of_lesson(KeyCode::Enter) {
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
