//! A page: sections of lines, some with a figure beside or below, that scrolls as a whole.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::figures::Figure;
use crate::tui::theme::Theme;
use crate::tui::widgets::panel::{line_width, put_line};
use crate::util::text::{width, wrap};

/// A page may not become longer than this many rows.
const LONGEST: usize = 400;
/// Cells between text and the figure beside it.
const GAP: usize = 2;
/// Least cells of a figure beside text.
const NARROWEST: usize = 16;
/// Most cells of a figure.
const WIDEST: usize = 44;

/// Lines, and a figure that belongs to them.
#[derive(Default)]
struct Section {
    lines: Vec<Line<'static>>,
    figure: Option<Figure>,
}

/// A page under construction.
pub(super) struct Page {
    width: usize,
    theme: Theme,
    sections: Vec<Section>,
}

impl Page {
    /// An empty page of `width` cells.
    pub fn new(width: usize, theme: Theme) -> Self {
        Self {
            width,
            theme,
            sections: vec![Section::default()],
        }
    }

    /// Adds a line.
    pub fn line(&mut self, spans: impl Into<Vec<Span<'static>>>) {
        if let Some(section) = self.sections.last_mut() {
            section.lines.push(Line::from(spans.into()));
        }
    }

    /// Adds an empty line.
    pub fn gap(&mut self) {
        self.line(Vec::new());
    }

    /// Starts a section under `title`.
    pub fn section(&mut self, title: &str) {
        if self.sections.len() > 1 || !self.sections[0].lines.is_empty() {
            self.gap();
        }
        self.sections.push(Section::default());
        let rule = self.width.saturating_sub(width(title) + 1);
        self.line(vec![
            Span::styled(title.to_owned(), self.theme.strong()),
            Span::styled(format!(" {}", "─".repeat(rule)), self.theme.frame()),
        ]);
        self.sections.push(Section::default());
    }

    /// Starts a section without a title, so that it may have a figure of its own.
    pub fn part(&mut self) {
        self.sections.push(Section::default());
    }

    /// Adds a sentence, in as many lines as it takes.
    pub fn say(&mut self, text: &str) {
        let style = self.theme.dim();
        for line in wrap(text, self.width) {
            self.line(vec![Span::styled(line, style)]);
        }
    }

    /// Puts `figure` beside the lines of the section, or below them where it has no room.
    pub(crate) fn figure(&mut self, figure: Figure) {
        if let Some(section) = self.sections.last_mut() {
            section.figure = Some(figure);
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        let rows = self.sections.iter().map(|section| section.rows(self.width));
        rows.sum::<usize>().min(LONGEST)
    }

    /// Draws the page into `area` from row `first` on.
    pub fn render(&self, area: Rect, buf: &mut Buffer, theme: Theme, first: usize) {
        let rows = self.rows();
        let canvas = Rect::new(0, 0, self.width as u16, rows as u16);
        let mut drawn = Buffer::empty(canvas);
        let mut y = 0;
        for section in &self.sections {
            section.draw(Rect { y, ..canvas }, &mut drawn, theme);
            y = y
                .saturating_add(section.rows(self.width) as u16)
                .min(canvas.height);
        }
        for y in 0..area.height.min(rows.saturating_sub(first) as u16) {
            for x in 0..area.width.min(canvas.width) {
                let from = drawn.cell((x, y + first as u16));
                if let (Some(from), Some(to)) = (from, buf.cell_mut((area.x + x, area.y + y))) {
                    *to = from.clone();
                }
            }
        }
    }
}

impl Section {
    /// Cells that the figure has beside the lines; none where it stands below.
    fn beside(&self, cells: usize) -> Option<usize> {
        let widest = self.lines.iter().map(line_width).max().unwrap_or(0);
        let room = cells.saturating_sub(widest + GAP);
        (self.figure.is_some() && room >= NARROWEST).then_some(room.min(WIDEST))
    }

    /// Rows in a page of `cells`.
    fn rows(&self, cells: usize) -> usize {
        let lines = self.lines.len();
        match (&self.figure, self.beside(cells)) {
            (None, _) => lines,
            (Some(figure), Some(_)) => lines.max(figure.rows()),
            (Some(figure), None) => lines + figure.rows(),
        }
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, theme: Theme) {
        let cells = usize::from(area.width);
        for (line, y) in self.lines.iter().zip(area.y..area.height) {
            put_line(buf, area.x, y, cells, line);
        }
        let Some(figure) = &self.figure else {
            return;
        };
        let below = area.y.saturating_add(self.lines.len() as u16);
        let (y, width) = match self.beside(cells) {
            Some(width) => (area.y, width),
            None => (below, cells.min(WIDEST)),
        };
        let left = match self.beside(cells) {
            Some(width) => cells - width,
            None => 0,
        };
        let height = (figure.rows() as u16).min(area.height.saturating_sub(y));
        let area = Rect::new(left as u16, y, width as u16, height);
        figure.draw(area, buf, theme);
    }
}

/// A bar of `share` of `cells` from the left, at least an eighth where there is anything.
pub(super) fn bar(share: f64, cells: usize) -> String {
    const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    if share.is_nan() || share <= 0.0 || cells == 0 {
        return String::new();
    }
    let eighths = ((share.min(1.0) * 8.0 * cells as f64).round() as usize).max(1);
    let mut text = "█".repeat(eighths / 8);
    match eighths % 8 {
        0 => {}
        rest => text.push(EIGHTHS[rest]),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;

    #[test]
    fn bars_show_what_is_there() {
        assert_eq!(bar(0.5, 4), "██");
        assert_eq!(bar(1e-9, 4), "▏");
        assert_eq!(bar(9.0, 2), "██");
        assert_eq!(bar(f64::NAN, 4), "");
    }

    #[test]
    fn a_page_is_drawn_from_its_first_row_on() {
        let theme = Theme::new(Depth::None);
        let mut page = Page::new(5, theme);
        for text in ["one", "two", "three"] {
            page.line(vec![Span::raw(text)]);
        }
        let area = Rect::new(0, 0, 5, 2);
        assert_eq!(page.rows(), 3);
        for (first, top) in [(0, "one"), (1, "two"), (9, "")] {
            let mut buf = Buffer::empty(area);
            page.render(area, &mut buf, theme, first);
            let row: String = (0..5).map(|x| buf[(x, 0)].symbol()).collect();
            assert_eq!(row.trim_end(), top);
        }
    }
}
