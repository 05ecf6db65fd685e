//! Parts shared by all panels: the frame, its titles, and text that keeps within its area.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Widget};

use crate::tui::theme::Theme;
use crate::util::text::{shorten, width};

/// Draws a frame around `area` with `title` on the left and, on the right, the first of `rights`
/// that fits. Returns what is inside.
pub fn frame(
    area: Rect,
    buf: &mut Buffer,
    theme: Theme,
    is_focused: bool,
    title: &str,
    rights: &[Line<'_>],
) -> Rect {
    let style = if is_focused {
        theme.accent()
    } else {
        theme.frame()
    };
    let kind = if is_focused && !theme.has_colour() {
        BorderType::Thick
    } else {
        BorderType::Rounded
    };
    let block = Block::bordered().border_type(kind).border_style(style);
    let inner = block.inner(area);
    block.render(area, buf);
    if area.width < 4 || area.height < 1 {
        return inner;
    }
    let room = usize::from(area.width) - 4;
    let title = shorten(title, room.saturating_sub(2));
    let used = if title.is_empty() {
        0
    } else {
        width(&title) + 2
    };
    if !title.is_empty() {
        let title = Line::from(vec![
            " ".into(),
            Span::styled(title, theme.strong()),
            " ".into(),
        ]);
        put_line(buf, area.x + 2, area.y, room, &title);
    }
    let fitting = rights.iter().map(|line| (line, line_width(line)));
    let mut fitting = fitting.filter(|(_, cells)| *cells > 0 && used + cells + 3 <= room);
    if let Some((right, cells)) = fitting.next() {
        let x = area.right() - 4 - cells as u16;
        put(buf, x, area.y, 1, " ", theme.text());
        put_line(buf, x + 1, area.y, cells, right);
        put(buf, x + 1 + cells as u16, area.y, 1, " ", theme.text());
    }
    inner
}

/// Width of `line` in cells.
pub(crate) fn line_width(line: &Line<'_>) -> usize {
    line.spans.iter().map(|span| width(&span.content)).sum()
}

/// Writes `text` at `(x, y)`, cut to `cells`, if that place is in `buf`.
pub fn put(buf: &mut Buffer, x: u16, y: u16, cells: usize, text: &str, style: Style) {
    if buf.area.contains((x, y).into()) {
        buf.set_string(x, y, shorten(text, cells), style);
    }
}

/// Writes `text` so that it ends before `right`.
pub(crate) fn put_right(
    buf: &mut Buffer,
    right: u16,
    y: u16,
    cells: usize,
    text: &str,
    style: Style,
) {
    let text = shorten(text, cells);
    let x = right.saturating_sub(width(&text) as u16);
    put(buf, x, y, cells, &text, style);
}

/// Writes `line` at `(x, y)`, cut to `cells`.
pub(crate) fn put_line(buf: &mut Buffer, x: u16, y: u16, cells: usize, line: &Line<'_>) {
    let mut at = 0;
    for span in &line.spans {
        if at >= cells {
            return;
        }
        let style = line.style.patch(span.style);
        put(buf, x + at as u16, y, cells - at, &span.content, style);
        at += width(&span.content);
    }
}

/// Writes `text` in the middle of `area`.
pub(crate) fn put_centred(buf: &mut Buffer, area: Rect, text: &str, style: Style) {
    if area.is_empty() {
        return;
    }
    let text = shorten(text, area.width.into());
    let x = area.x + (area.width - width(&text) as u16) / 2;
    put(
        buf,
        x,
        area.y + area.height / 2,
        area.width.into(),
        &text,
        style,
    );
}

/// A horizontal bar of `cells` (eighths included) that starts at `(x, y)` and grows to the right.
pub(crate) fn bar(buf: &mut Buffer, x: u16, y: u16, cells: f64, style: Style) {
    const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    let eighths = (cells.max(0.0) * 8.0).round() as u16;
    for i in 0..eighths.div_ceil(8) {
        let left = eighths - i * 8;
        let symbol = if left >= 8 {
            '█'
        } else {
            EIGHTHS[usize::from(left)]
        };
        if let Some(cell) = buf.cell_mut((x + i, y)) {
            cell.set_char(symbol).set_style(style);
        }
    }
}

/// A column of height `fraction` of `area`, in eighths of a cell, growing from its foot.
pub fn column(buf: &mut Buffer, x: u16, area: Rect, fraction: f64, style: Style) {
    const EIGHTHS: [char; 8] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇'];
    let full = f64::from(area.height) * 8.0;
    // Whatever is there at all is seen.
    let least = if fraction > 0.0 { 1.0 } else { 0.0 };
    let eighths = (fraction.clamp(0.0, 1.0) * full).round().max(least) as u16;
    for i in 0..eighths.div_ceil(8) {
        let left = eighths - i * 8;
        let symbol = if left >= 8 {
            '█'
        } else {
            EIGHTHS[usize::from(left)]
        };
        if let Some(cell) = buf.cell_mut((x, area.bottom().saturating_sub(1 + i))) {
            cell.set_char(symbol).set_style(style);
        }
    }
}
