//! Which class was taken for which.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::sample::set_name;
use super::{Panel, scatter};
use crate::train::{Confusion, Outcomes};
use crate::tui::app::{ClickTarget, Model, Msg, around};
use crate::tui::theme::Theme;
use crate::tui::widgets::numbers::percent;
use crate::tui::widgets::pane::{Pane, Title};
use crate::tui::widgets::panel::{put, put_right};
use crate::util::text::{abbreviate, shorten, width, wrap};

/// Lines at most that say what the cell under the cursor means.
const SENTENCE: u16 = 3;
/// Cells in which most names can be told from each other.
const LEGIBLE: u16 = 8;

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

/// Draws the panel: the matrix where it fits, and below it, or in its place, the classes taken
/// for another most often. The cursor is drawn where keys act on it, and what its cell means is
/// written out; a panel that fills the screen shows as much of the matrix around it as there is
/// room for.
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

/// What was counted, once that is known for the classes there are.
fn counted(model: &Model) -> Option<&Confusion> {
    let confusion = model.run.outcomes.as_ref().and_then(Outcomes::confusion);
    confusion.filter(|it| it.classes() == model.run.data.class_names().len() && it.classes() > 0)
}

/// Where the cells of the matrix stand.
struct Grid {
    area: Rect,
    /// Cells for the names of the true classes.
    label: u16,
    /// Width of a cell with the gap behind it.
    cell: u16,
    /// Lines from one row to the next.
    spread: u16,
    /// Width of the largest count.
    digits: u16,
    /// True classes that are shown.
    rows: Range<usize>,
    /// Predicted ones.
    columns: Range<usize>,
}

impl Grid {
    /// The whole matrix where it fits. A panel that fills the screen shows what fits of it around
    /// the cursor.
    fn new(area: Rect, model: &Model, confusion: &Confusion) -> Option<Self> {
        let names = model.run.data.class_names();
        let classes = names.len();
        let cells = (0..classes).flat_map(|a| (0..classes).map(move |p| (a, p)));
        let largest = cells.map(|(a, p)| confusion.count(a, p)).max().unwrap_or(0);
        let digits = largest.to_string().len() as u16;
        let widest = names.iter().map(|name| width(name)).max().unwrap_or(1) as u16;
        let label = widest.min(area.width / 3).max(1);
        let (right, below) = (
            area.width.saturating_sub(label + 1),
            area.height.saturating_sub(1),
        );
        let least = digits.max(2) + 1;
        let fits = |cells: u16| usize::from(cells) >= classes;
        let (mut rows, mut columns) = (0..classes, 0..classes);
        if !fits(right / least) || !fits(below) {
            let (actual, predicted) = model.cell().filter(|_| model.navigation.enlarged)?;
            // Where not all of them fit anyway, those that do may as well have legible names.
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
            cell: room.min(widest.max(digits + 4) + 2).min(14),
            spread: if usize::from(area.height) > 2 * rows.len() + 3 {
                2
            } else {
                1
            },
            digits,
            rows,
            columns,
        })
    }

    /// Lines of the matrix, its heading among them.
    fn height(&self) -> u16 {
        1 + self.rows.len() as u16 * self.spread
    }

    fn x(&self, predicted: usize) -> u16 {
        self.area.x + self.label + 1 + (predicted - self.columns.start) as u16 * self.cell
    }

    fn y(&self, actual: usize) -> u16 {
        self.area.y + 1 + (actual - self.rows.start) as u16 * self.spread
    }

    fn cell_at(&self, x: u16, y: u16) -> Option<(usize, usize)> {
        let across = x.checked_sub(self.area.x + self.label + 1)? / self.cell;
        let down = y.checked_sub(self.area.y + 1)? / self.spread;
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
        let Self { area, label, .. } = *self;
        let cells = usize::from(self.cell - 1);
        if label >= 4 {
            put(buf, area.x, area.y, label.into(), "true", theme.dim());
        }
        let heads = abbreviate(&names[self.columns.clone()], cells);
        for (predicted, name) in self.columns.clone().zip(&heads) {
            let style = if cursor.is_some_and(|cursor| cursor.1 == predicted) {
                theme.accent().add_modifier(Modifier::BOLD)
            } else {
                theme.dim()
            };
            let right = self.x(predicted) + self.cell - 1;
            put_right(buf, right, area.y, cells, name, style);
        }
        let labels = abbreviate(&names[self.rows.clone()], label.into());
        for (actual, name) in self.rows.clone().zip(&labels) {
            let y = self.y(actual);
            let style = if cursor.is_some_and(|cursor| cursor.0 == actual) {
                theme.accent().add_modifier(Modifier::BOLD)
            } else {
                theme.text()
            };
            put_right(buf, area.x + label, y, label.into(), name, style);
            for predicted in self.columns.clone() {
                self.put_cell(buf, theme, confusion, (actual, predicted));
            }
        }
        if let Some((actual, predicted)) = cursor
            && self.rows.contains(&actual)
            && self.columns.contains(&predicted)
        {
            let (x, y) = (self.x(predicted), self.y(actual));
            let style = theme.accent().add_modifier(Modifier::BOLD);
            put(buf, x.saturating_sub(1), y, 1, "[", style);
            put(buf, x + self.cell - 1, y, 1, "]", style);
        }
    }

    fn put_cell(
        &self,
        buf: &mut Buffer,
        theme: Theme,
        confusion: &Confusion,
        (actual, predicted): (usize, usize),
    ) {
        let count = confusion.count(actual, predicted);
        let share = count as f32 / confusion.of_class(actual).max(1) as f32;
        let style = match count {
            0 => theme.dim(),
            _ => theme.cell(actual == predicted, share),
        };
        let text = match count {
            0 => "·".to_owned(),
            _ => count.to_string(),
        };
        // A space behind the number, where the cell has one to spare.
        let margin = usize::from(self.cell > self.digits + 1);
        let room = usize::from(self.cell).saturating_sub(1 + margin);
        let text = format!("{text:>room$}{}", " ".repeat(margin));
        let (x, y) = (self.x(predicted), self.y(actual));
        put(buf, x, y, usize::from(self.cell - 1), &text, style);
    }

    /// Names the part of the matrix that is shown; empty if that is all of it.
    fn part(&self, classes: usize) -> String {
        if self.rows.len() == classes && self.columns.len() == classes {
            return String::new();
        }
        let part = |range: &Range<usize>| format!("{}–{}", range.start + 1, range.end);
        let (rows, columns) = (part(&self.rows), part(&self.columns));
        format!("classes {rows} by {columns} of {classes}")
    }
}

/// Writes out the cell under the cursor, and returns how many lines that took.
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
    let rows = match count {
        0 => "no row".to_owned(),
        1 => "1 row".to_owned(),
        count => format!("{count} rows"),
    };
    let (of, for_) = (&names[actual], &names[predicted]);
    let what = if actual == predicted {
        format!("{rows} of {of} predicted right")
    } else {
        format!("{rows} of {of} taken for {for_}")
    };
    let all = confusion.of_class(actual);
    let share = percent(f64::from(count) / f64::from(all.max(1)));
    let shows = match (count, model.navigation.enlarged) {
        (0, _) => "",
        (_, true) => " · enter shows them",
        (_, false) => "",
    };
    let text = format!("{what}, {} of its {all}{shows}", share.trim_start());
    let lines = wrap(&text, area.width.into());
    let shown = lines.iter().take(SENTENCE.min(area.height).into());
    for (line, y) in shown.zip(area.y..) {
        put(buf, area.x, y, area.width.into(), line, theme.strong());
    }
    // An empty line before the list, where there is room for both.
    let gap = if area.height > 6 { 1 } else { 0 };
    (lines.len() as u16).min(SENTENCE).min(area.height) + gap
}

/// Pairs of classes taken for one another, most often first; where nothing is wrong, says so.
fn mistakes(area: Rect, pane: &mut Pane<'_>, model: &Model, confusion: &Confusion) {
    if area.height == 0 {
        return;
    }
    let names = model.run.data.class_names();
    let pairs = confusion.mistakes();
    if pairs.is_empty() {
        let room = area.width.into();
        let style = pane.theme.good();
        return put(pane.buf, area.x, area.y, room, "no mistakes", style);
    }
    let first = pane.first_line(pairs.len(), area.height.into());
    let (buf, theme) = (&mut *pane.buf, pane.theme);
    for (&(count, actual, predicted), y) in pairs.iter().skip(first).zip(area.y..area.bottom()) {
        let share = percent(f64::from(count) / f64::from(confusion.of_class(actual).max(1)));
        put_right(buf, area.x + 4, y, 4, &count.to_string(), theme.bad());
        let text = format!("{} taken for {}", names[actual], names[predicted]);
        let short = format!("{} → {}", names[actual], names[predicted]);
        let room = usize::from(area.width).saturating_sub(5);
        let (text, with_share) = match room {
            room if width(&text) + 9 <= room => (text, true),
            room => {
                let fits = width(&short) + 9 <= room;
                (short, fits)
            }
        };
        put(
            buf,
            area.x + 5,
            y,
            room,
            &shorten(&text, room),
            theme.text(),
        );
        if with_share {
            put_right(buf, area.right(), y, 8, &share, theme.dim());
        }
    }
}
