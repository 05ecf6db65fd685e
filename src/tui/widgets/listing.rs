//! List of rows in columns, one of them chosen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::pane::cut;
use crate::tui::theme::Theme;
use crate::util::text::width;

/// Cells between two columns, and of the mark before the chosen row.
const GAP: u16 = 2;
const MARK: &str = "▸ ";

/// Column of a [`Listing`].
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub head: String,
    /// Most cells that it takes; of numbers, all that it takes, so that nothing moves when they change.
    pub max: u16,
    pub is_right: bool,
    /// Columns of a low rank are left out first where there is no room.
    pub rank: u8,
}

impl Column {
    /// A column with a heading, for texts.
    pub fn new(head: impl Into<String>, max: u16, rank: u8) -> Self {
        Self {
            head: head.into(),
            max,
            is_right: false,
            rank,
        }
    }

    /// This column for numbers.
    pub fn right(self) -> Self {
        Self {
            is_right: true,
            ..self
        }
    }
}

/// Rows in columns below their headings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listing {
    pub columns: Vec<Column>,
    /// Cells of each row, one for each column.
    pub rows: Vec<Vec<Line<'static>>>,
    /// Index of the chosen row, if one is.
    pub chosen: Option<usize>,
}

impl Listing {
    /// Index of the first row to show, where `visible` have room, so that the chosen one is among them.
    pub fn first(&self, visible: usize) -> usize {
        let chosen = self.chosen.unwrap_or(0);
        let last = self.rows.len().saturating_sub(visible);
        (chosen + 1).saturating_sub(visible).min(last)
    }

    /// Draws headings and rows into `area`. Returns the areas of the rows that are shown, with their indices.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: Theme) -> Vec<(usize, Rect)> {
        let widths = self.widths(area.width);
        let mut lines = area.rows();
        let Some(head) = lines.next() else {
            return Vec::new();
        };
        let heads = self.columns.iter();
        let heads: Vec<Line<'static>> = heads
            .map(|column| Line::styled(column.head.clone(), theme.dim()))
            .collect();
        let blank = Span::raw(" ".repeat(width(MARK)));
        cut(self.line(blank.clone(), &heads, &widths), head.width.into()).render(head, buf);
        let first = self.first(usize::from(area.height.saturating_sub(1)));
        let shown = self.rows.iter().enumerate().skip(first).zip(lines);
        let mut areas = Vec::new();
        for ((index, row), area) in shown {
            let is_chosen = self.chosen == Some(index);
            let mark = if is_chosen {
                Span::styled(MARK, theme.accent())
            } else {
                blank.clone()
            };
            let mut line = self.line(mark, row, &widths);
            if is_chosen {
                for span in &mut line.spans {
                    span.style = span.style.add_modifier(Modifier::BOLD);
                }
            }
            cut(line, area.width.into()).render(area, buf);
            areas.push((index, area));
        }
        areas
    }

    /// Cells of each column in a list of so many cells; 0 for one that is left out.
    fn widths(&self, cells: u16) -> Vec<u16> {
        let needed = |(index, column): (usize, &Column)| {
            let rows = self.rows.iter().filter_map(|row| row.get(index));
            let widest = rows.map(Line::width).chain([width(&column.head)]).max();
            if column.is_right {
                column.max
            } else {
                (widest.unwrap_or(0) as u16).min(column.max)
            }
        };
        let needed: Vec<u16> = self.columns.iter().enumerate().map(needed).collect();
        let mut order: Vec<usize> = (0..needed.len()).collect();
        order.sort_by_key(|&index| std::cmp::Reverse(self.columns[index].rank));
        let mut widths = vec![0; needed.len()];
        let mut left = cells.saturating_sub(width(MARK) as u16);
        for index in order {
            let gap = if widths.iter().all(|&width| width == 0) {
                0
            } else {
                GAP
            };
            // The most important one is cut short rather than left out.
            let has_room = left >= gap + needed[index];
            if has_room || gap == 0 {
                widths[index] = needed[index].min(left);
                left = left.saturating_sub(gap + needed[index]);
            }
        }
        widths
    }

    fn line(&self, mark: Span<'static>, cells: &[Line<'static>], widths: &[u16]) -> Line<'static> {
        let mut line = Line::from(mark);
        let mut is_first = true;
        for ((cell, column), &room) in cells.iter().zip(&self.columns).zip(widths) {
            if room == 0 {
                continue;
            }
            let gap = if is_first { 0 } else { GAP };
            is_first = false;
            let cell = cut(cell.clone(), room.into());
            let blank = usize::from(room).saturating_sub(cell.width());
            let (before, after) = if column.is_right {
                (blank, 0)
            } else {
                (0, blank)
            };
            line.push_span(Span::raw(" ".repeat(usize::from(gap) + before)));
            line.spans.extend(cell.spans);
            line.push_span(Span::raw(" ".repeat(after)));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;

    fn drawn(cells: u16, rows: u16) -> Vec<String> {
        let row = |text: &str| {
            ["1", text, "0.25"]
                .map(|cell| Line::from(cell.to_owned()))
                .to_vec()
        };
        let listing = Listing {
            columns: vec![
                Column::new("#", 3, 9),
                Column::new("what", 10, 5),
                Column::new("loss", 6, 7).right(),
            ],
            rows: vec![row("a"), row("longer than ten"), row("c")],
            chosen: Some(2),
        };
        let area = Rect::new(0, 0, cells, rows);
        let mut buf = Buffer::empty(area);
        listing.draw(area, &mut buf, Theme::new(Depth::None));
        let line = |y| (0..cells).map(|x| buf[(x, y)].symbol()).collect::<String>();
        (0..rows).map(line).collect()
    }

    #[test]
    fn columns_of_low_rank_are_left_out_and_the_chosen_row_is_shown() {
        let all = drawn(24, 4);
        assert_eq!(all[0], "  #  what          loss ");
        assert_eq!(all[2], "  1  longer th…    0.25 ");
        assert_eq!(all[3], "▸ 1  c             0.25 ");
        assert_eq!(drawn(12, 3)[2], "▸ 1    0.25 ");
        assert_eq!(drawn(12, 2)[1], "▸ 1    0.25 ");
        for (cells, rows) in [(0, 0), (1, 1), (2, 5), (3, 1)] {
            drawn(cells, rows);
        }
    }
}
