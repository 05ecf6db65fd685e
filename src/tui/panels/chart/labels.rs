//! Placement of labels in a plot, beside the curves and beside one another.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::widgets::{Canvas, Pane};
use crate::util::text::width;

/// Rows above and below a point in which its label may be.
const REACH: i32 = 4;

/// Labels of a plot.
pub(super) struct Labels<'c> {
    plot: Rect,
    canvas: &'c Canvas,
    taken: Vec<Rect>,
}

impl<'c> Labels<'c> {
    /// No labels yet over the curves of `canvas` in the area `plot`.
    pub fn new(plot: Rect, canvas: &'c Canvas) -> Self {
        Self {
            plot,
            canvas,
            taken: Vec::new(),
        }
    }

    /// Writes `text` at the first of `places`, column and row of its first cell, where it is inside the plot, on
    /// no curve and on no other label. Returns whether there is one.
    pub fn write(
        &mut self,
        pane: &mut Pane<'_>,
        places: impl IntoIterator<Item = (i32, i32)>,
        text: &str,
        style: Style,
    ) -> bool {
        let place = places
            .into_iter()
            .filter_map(|at| self.area(at, text))
            .find(|area| self.is_free(*area));
        if let Some(area) = place {
            pane.left(area, text, style);
            self.taken.push(area);
        }
        place.is_some()
    }

    /// Writes `text` near the cell `at`, whose `symbol` stays free: on its right or left in the same row if possible,
    /// or with the symbol, if it is not empty, before it in one above or below.
    pub fn write_near(
        &mut self,
        pane: &mut Pane<'_>,
        at: (u16, u16),
        symbol: &str,
        text: &str,
        style: Style,
    ) {
        self.write_in_rows(pane, at, symbol, text, style, &|_| true);
    }

    /// Writes as [`Self::write_near`] does, but above and below the cell only in rows that are `allowed`.
    pub fn write_in_rows(
        &mut self,
        pane: &mut Pane<'_>,
        at: (u16, u16),
        symbol: &str,
        text: &str,
        style: Style,
        allowed: &dyn Fn(i32) -> bool,
    ) {
        let (x, y, cells) = (i32::from(at.0), i32::from(at.1), width(text) as i32);
        if self.write(pane, [(x + 2, y), (x - 1 - cells, y)], text, style) {
            return;
        }
        let text = with_symbol(symbol, text);
        let cells = width(&text) as i32;
        let rows = (1..=REACH).flat_map(|distance| [y + distance, y - distance]);
        let rows = rows.filter(|row| allowed(*row));
        let columns = [x + 1, x - cells, x - cells / 2];
        let places = rows.flat_map(|row| columns.map(|column| (column, row)));
        self.write(pane, places, &text, style);
    }

    /// Writes as [`Self::write_near`] does, else at the nearest free place of the plot, and over curves where there is
    /// none.
    pub fn write_surely(
        &mut self,
        pane: &mut Pane<'_>,
        at: (u16, u16),
        symbol: &str,
        text: &str,
        style: Style,
    ) {
        let before = self.taken.len();
        self.write_near(pane, at, symbol, text, style);
        if self.taken.len() > before {
            return;
        }
        let text = with_symbol(symbol, text);
        let (x, y) = (i32::from(at.0), i32::from(at.1));
        let (left, top) = (i32::from(self.plot.x), i32::from(self.plot.y));
        let last = (i32::from(self.plot.right()) - width(&text) as i32).max(left);
        let bottom = i32::from(self.plot.bottom());
        let mut places: Vec<_> = (top..bottom)
            .flat_map(|row| (left..=last).map(move |column| (column, row)))
            .collect();
        // A row is about as high as two cells are wide.
        places.sort_by_key(|&(column, row)| (column - x).abs() + 2 * (row - y).abs());
        if self.write(pane, places, &text, style) {
            return;
        }
        let row = if y > top { y - 1 } else { y + 1 };
        if let Some(area) = self.area((x.clamp(left, last), row), &text) {
            pane.left(area, &text, style);
            self.taken.push(area);
        }
    }

    /// Places for `text` in the rows `rows`, from the right end of the plot to the left.
    pub fn in_rows<const N: usize>(
        &self,
        text: &str,
        rows: [i32; N],
    ) -> impl Iterator<Item = (i32, i32)> + use<N> {
        let left = i32::from(self.plot.x);
        let right = i32::from(self.plot.right()) - width(text) as i32;
        rows.into_iter()
            .flat_map(move |row| (left..=right).rev().map(move |column| (column, row)))
    }

    /// Keeps labels away from `area`.
    pub fn take(&mut self, area: Rect) {
        self.taken.push(area);
    }

    fn area(&self, (x, y): (i32, i32), text: &str) -> Option<Rect> {
        let area = Rect::new(
            u16::try_from(x).ok()?,
            u16::try_from(y).ok()?,
            width(text) as u16,
            1,
        );
        (area.width > 0 && self.plot.union(area) == self.plot).then_some(area)
    }

    /// Whether there is nothing in `area` and in the cells at both ends.
    fn is_free(&self, area: Rect) -> bool {
        let x = area.x.saturating_sub(1);
        let around = Rect {
            x,
            width: area.right() + 1 - x,
            ..area
        };
        let is_apart = |other: &Rect| other.intersection(around).is_empty();
        self.canvas.is_blank(around) && self.taken.iter().all(is_apart)
    }
}

fn with_symbol(symbol: &str, text: &str) -> String {
    format!("{symbol} {text}").trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::Stroke;

    #[test]
    fn a_label_avoids_the_curve_the_edge_and_other_labels() {
        let plot = Rect::new(2, 1, 10, 4);
        let mut canvas = Canvas::in_dots(plot);
        // The upper two rows are occupied.
        canvas.line((0.0, 3.0), (19.0, 4.0), &Stroke::new(Style::new(), 1.0));
        let mut labels = Labels::new(plot, &canvas);
        let free = |labels: &Labels<'_>, at, text| {
            labels
                .area(at, text)
                .is_some_and(|area| labels.is_free(area))
        };
        assert!(!free(&labels, (3, 1), "best"));
        assert!(free(&labels, (3, 3), "best"));
        assert!(free(&labels, (8, 3), "best") && !free(&labels, (9, 3), "best"));
        assert!(!free(&labels, (1, 3), "best") && !free(&labels, (-1, 3), "best"));
        labels.take(Rect::new(3, 3, 4, 1));
        assert!(!free(&labels, (7, 3), "best") && free(&labels, (8, 3), "best"));
    }
}
