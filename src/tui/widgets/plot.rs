//! The two axes of a plot, with the marks that there is room for.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::panel::{put, put_right};
use crate::tui::theme::Theme;
use crate::util::text::width;

/// Axes on the left of and below a plot.
pub(crate) struct Axes {
    /// The area between them.
    pub plot: Rect,
    /// Cells for what is written on the left.
    gutter: u16,
    /// Marks below end before this column.
    free: u16,
}

impl Axes {
    /// Draws the axes in `inner`. On the left `labels` will be written, in at least `least` cells;
    /// the lowest row is that of the marks below, with `caption` at its right end.
    pub fn draw<'l>(
        inner: Rect,
        buf: &mut Buffer,
        theme: Theme,
        labels: impl Iterator<Item = &'l str>,
        least: u16,
        caption: &str,
    ) -> Self {
        let widest = labels.map(width).max().unwrap_or(0) as u16;
        let gutter = widest.clamp(least, inner.width / 2);
        let plot = Rect {
            x: inner.x + gutter + 1,
            y: inner.y,
            width: inner.width - gutter - 1,
            height: inner.height - 2,
        };
        let (left, bottom) = (plot.x - 1, plot.bottom());
        for y in plot.y..bottom {
            put(buf, left, y, 1, "│", theme.frame());
        }
        let line = format!("└{}", "─".repeat(plot.width.into()));
        let cells = usize::from(plot.width);
        put(buf, left, bottom, cells + 1, &line, theme.frame());
        put_right(buf, plot.right(), bottom + 1, cells, caption, theme.text());
        let free = plot.right().saturating_sub(width(caption) as u16 + 1);
        Self { plot, gutter, free }
    }

    /// A mark on the left, in row `y` of the screen.
    pub(crate) fn mark_left(&self, buf: &mut Buffer, theme: Theme, y: u16, label: &str) {
        let left = self.plot.x - 1;
        put_right(buf, left, y, self.gutter.into(), label, theme.dim());
        put(buf, left, y, 1, "┤", theme.frame());
    }

    /// A mark below, in column `x` of the screen, where its label leaves the caption alone.
    pub(crate) fn mark_below(&self, buf: &mut Buffer, theme: Theme, x: u16, label: &str) {
        let (bottom, cells) = (self.plot.bottom(), width(label));
        let start = x.saturating_sub(cells as u16 / 2).max(self.plot.x - 1);
        if start + (cells as u16) < self.free {
            put(buf, x, bottom, 1, "┬", theme.frame());
            put(buf, start, bottom + 1, cells, label, theme.dim());
        }
    }
}
