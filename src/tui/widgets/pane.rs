//! The inside of a panel: a part of the screen with its theme, and the scrolling that all panels share.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::panel::{frame, put, put_centred, put_right};
use crate::tui::theme::Theme;
use crate::util::text::width;

/// Cells of the note on the lower frame about lines further down.
const MORE: usize = 14;

/// Title of a panel: a name on the left, and on the right the first of several texts that fits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Title {
    pub name: String,
    pub details: Vec<Line<'static>>,
}

impl Title {
    /// A title with `details` in quiet colour, the longest first.
    pub fn new(
        name: impl Into<String>,
        theme: Theme,
        details: impl IntoIterator<Item = String>,
    ) -> Self {
        let details = details.into_iter();
        Self {
            name: name.into(),
            details: details
                .map(|text| Line::styled(text, theme.dim()))
                .collect(),
        }
    }
}

/// Area inside a panel's frame, and the buffer to draw into.
#[derive(Debug)]
pub(crate) struct Pane<'b> {
    /// Area inside the frame.
    pub area: Rect,
    pub buf: &'b mut Buffer,
    pub theme: Theme,
    /// Whether keys act on this panel.
    pub is_focused: bool,
    /// First line by how far the person scrolled; it may lie beyond the end.
    scroll: u16,
    /// Largest first line.
    limit: Option<u16>,
    /// Lines below those shown.
    below: usize,
    footnote: String,
}

impl<'b> Pane<'b> {
    /// Draws a frame around `area` with `title`, and returns the pane inside.
    pub(crate) fn framed(
        area: Rect,
        buf: &'b mut Buffer,
        theme: Theme,
        title: &Title,
        is_focused: bool,
        scroll: u16,
    ) -> Self {
        let inside = frame(area, buf, theme, is_focused, &title.name, &title.details);
        Self {
            area: inside,
            buf,
            theme,
            is_focused,
            scroll,
            limit: None,
            below: 0,
            footnote: String::new(),
        }
    }

    /// Index of the first line to draw, where `visible` of `lines` lines have room. The panel can be
    /// scrolled as far as that leaves lines out; how many are further down is noted on the frame.
    pub(crate) fn first_line(&mut self, lines: usize, visible: usize) -> usize {
        let limit = lines.saturating_sub(visible);
        let first = usize::from(self.scroll).min(limit);
        self.limit = u16::try_from(limit).ok();
        self.below = limit - first;
        first
    }

    /// Sets the largest first line of a panel whose lines are not counted one by one.
    pub(crate) fn set_limit(&mut self, limit: u16) {
        self.limit = Some(limit);
    }

    /// Notes on the frame that `lines` lines follow below those shown.
    pub(crate) fn set_below(&mut self, lines: usize) {
        self.below = lines;
    }

    /// Writes the first of `texts` that fits, or else the last one cut short, in the middle and in quiet
    /// colour.
    pub fn message(&mut self, texts: &[&str]) {
        let fits = |text: &&&str| width(text) <= usize::from(self.area.width);
        let text = texts.iter().find(fits).or(texts.last());
        put_centred(self.buf, self.area, text.unwrap_or(&""), self.theme.dim());
    }

    /// Sets a note for the left of the lower frame.
    pub(crate) fn set_footnote(&mut self, text: String) {
        self.footnote = text;
    }

    /// Writes the notes on the lower frame of the panel in `area`. Returns the largest first line, if
    /// the panel can be scrolled.
    pub fn finish(self, area: Rect) -> Option<u16> {
        let (right, y, style) = (area.right(), area.bottom(), self.theme.dim());
        let has_more = self.below > 0 && area.width > 16 && area.height > 0;
        if has_more {
            let text = format!(" ↓ {} more ", self.below);
            put_right(self.buf, right - 2, y - 1, MORE, &text, style);
        }
        let room = usize::from(area.width).saturating_sub(MORE + 6);
        let text = format!(" {} ", self.footnote);
        if !self.footnote.is_empty() && width(&text) <= room && area.height > 0 {
            put(self.buf, area.x + 2, y - 1, room, &text, style);
        }
        self.limit
    }
}
