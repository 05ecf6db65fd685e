//! A part of the screen that is drawn, with the frame and the scrolling that all panels share.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Widget};

use crate::tui::app::{ClickTarget, Drawn, Model};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::util::text::{shorten, width};

/// Cells of a frame that its title leaves free.
const CORNERS: usize = 4;
/// Cells of the note on the lower frame about lines further down.
const MORE: usize = 14;

/// Title of a panel: a name on the left, and on the right the first of several texts that fits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Title {
    pub name: String,
    /// Shorter names, the longest first, for where only they leave room for one of the details, or for a longer one.
    pub short: Vec<String>,
    /// Texts for the right, in quiet colour where they have no other.
    pub details: Vec<Line<'static>>,
}

impl Title {
    /// A title with `details`, the longest first.
    pub fn new<L: Into<Line<'static>>>(
        name: impl Into<String>,
        details: impl IntoIterator<Item = L>,
    ) -> Self {
        let details = details.into_iter().map(Into::into).collect();
        Self {
            name: name.into(),
            short: Vec::new(),
            details,
        }
    }

    /// A title whose name may be `short`, where no longer one fits, in favour of the details.
    pub fn or_short(mut self, short: impl Into<String>) -> Self {
        self.short.push(short.into());
        self
    }

    /// Name that is shown in a frame of `cells` cells, and the index of the first of the details that has room there.
    fn fitted(&self, cells: u16) -> (String, Option<usize>) {
        let room = usize::from(cells).saturating_sub(CORNERS);
        let name = |name: &String| shorten(name, room.saturating_sub(2));
        let names = std::iter::once(&self.name).chain(&self.short).map(name);
        let names: Vec<String> = names.collect();
        let used = |name: &str| if name.is_empty() { 3 } else { width(name) + 5 };
        let texts = self.details.iter().enumerate();
        let texts = texts.filter(|(_, line)| line.width() > 0);
        let mut pairs = texts.flat_map(|(i, line)| names.iter().map(move |name| (name, i, line)));
        let fitting = pairs.find(|(name, _, line)| used(name) + line.width() <= room);
        match fitting {
            Some((name, i, _)) => (name.clone(), Some(i)),
            None => (names.into_iter().next().unwrap_or_default(), None),
        }
    }

    /// Index of the first of the details that has room in a frame of `cells` cells.
    pub fn detail(&self, cells: u16) -> Option<usize> {
        self.fitted(cells).1
    }
}

/// Area to draw into, with all that drawing needs. `M` is the state of the screen.
#[derive(Debug)]
pub(crate) struct Pane<'a, M = Model> {
    /// Area inside the frame.
    pub area: Rect,
    pub buf: &'a mut Buffer,
    pub model: &'a M,
    pub theme: Theme,
    /// Whether keys act on this part of the screen.
    pub is_focused: bool,
    /// First line by how far the person scrolled; it may lie beyond the end.
    pub scroll: u16,
    /// Largest first line, if the content can be scrolled.
    pub limit: Option<u16>,
    /// Lines below those shown.
    pub below: usize,
    /// Note on the left of the lower frame.
    pub footnote: String,
    /// Facts about what was drawn that later input refers to.
    pub drawn: Drawn,
}

impl<'a, M> Pane<'a, M> {
    /// A pane without a frame.
    pub fn new(area: Rect, buf: &'a mut Buffer, model: &'a M, theme: Theme) -> Self {
        Self {
            area,
            buf,
            model,
            theme,
            is_focused: false,
            scroll: 0,
            limit: None,
            below: 0,
            footnote: String::new(),
            drawn: Drawn::default(),
        }
    }

    /// Adds `note` to that on the lower frame, if both fit.
    pub(crate) fn add_footnote(&mut self, note: &str) {
        let both = if self.footnote.is_empty() {
            note.to_owned()
        } else {
            format!("{} · {note}", self.footnote)
        };
        if self.footnote.is_empty() || width(&both) + CORNERS <= self.area.width.into() {
            self.footnote = both;
        }
    }

    /// Makes the first row of `area` clickable.
    pub(crate) fn hit(&mut self, area: Rect, target: ClickTarget) {
        let row = area.rows().next().unwrap_or_default();
        self.drawn.hits.push((row, target));
    }

    /// Places the terminal's cursor at column `column` of the first row of `area`, where an input method shows what it
    /// composes.
    pub(crate) fn place_cursor(&mut self, area: Rect, column: usize) {
        let column = u16::try_from(column).unwrap_or(u16::MAX);
        let at = Position::new(area.x.saturating_add(column), area.y);
        self.drawn.cursor = area.contains(at).then_some(at);
    }

    /// Draws `widget` into `area`.
    pub fn draw(&mut self, widget: impl Widget, area: Rect) {
        widget.render(area, self.buf);
    }

    /// Draws a line of text into the first row of `area`, with `…` at the end of what has no room.
    pub fn line<'l>(&mut self, area: Rect, line: impl Into<Line<'l>>) {
        self.draw(cut(line.into(), area.width.into()), area);
    }

    /// Draws `text` at the left end of `area`, cut to its width.
    pub fn left(&mut self, area: Rect, text: &str, style: Style) {
        self.line(area, Span::styled(text, style));
    }

    /// Draws `text` at the right end of `area`, cut to its width.
    pub fn right(&mut self, area: Rect, text: &str, style: Style) {
        self.line(area, Line::from(Span::styled(text, style)).right_aligned());
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

    /// Draws the frame of a panel along the border of `area`, with `title` and the notes below.
    pub(crate) fn panel_frame(&mut self, area: Rect, title: &Title) {
        let room = usize::from(area.width);
        let mut notes = [const { String::new() }; 2];
        if self.below > 0 && room > 16 {
            notes[1] = shorten(&text::more_below(self.below), MORE);
        }
        let text = format!(" {} ", self.footnote);
        let reserved = if notes[1].is_empty() { 4 } else { MORE + 6 };
        if !self.footnote.is_empty() && width(&text) + reserved <= room {
            notes[0] = text;
        }
        self.frame(area, self.is_focused, title, notes);
    }

    /// Draws the border of `area`, with `title` above and `notes` on the left and right below. Returns the
    /// area inside.
    pub(crate) fn frame(
        &mut self,
        area: Rect,
        is_focused: bool,
        title: &Title,
        notes: [String; 2],
    ) -> Rect {
        let theme = self.theme;
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
        let mut block = Block::bordered().border_type(kind).border_style(style);
        let edge = Span::styled(kind.to_border_set().horizontal_top, style);
        if area.width >= 4 && area.height >= 1 {
            let (name, detail) = title.fitted(area.width);
            if !name.is_empty() {
                let name = Span::styled(format!(" {name} "), theme.strong());
                block = block.title(Line::from_iter([edge.clone(), name]));
            }
            if let Some(index) = detail {
                let detail = &title.details[index];
                let base = theme.dim().patch(detail.style);
                let spans = detail.spans.iter().cloned();
                let spans = spans.map(|span| Span::styled(span.content, base.patch(span.style)));
                let spans = std::iter::once(" ".into()).chain(spans);
                let detail = Line::from_iter(spans.chain([" ".into(), edge.clone()]));
                block = block.title(detail.right_aligned());
            }
            let [left, right] = notes.map(|note| Span::styled(note, theme.dim()));
            if left.width() > 0 {
                block = block.title_bottom(Line::from_iter([edge.clone(), left]));
            }
            if right.width() > 0 {
                block = block.title_bottom(Line::from_iter([right, edge]).right_aligned());
            }
        }
        self.draw(block, area);
        area.inner(Margin::new(1, 1))
    }
}

impl Pane<'_> {
    /// Writes the first of `texts` that fits, or else the last one cut short, in the middle and in quiet
    /// colour.
    pub fn message<const N: usize>(&mut self, texts: [&str; N]) {
        self.message_in(self.area, texts);
    }

    /// Writes one of `texts` into the middle of `area`, as [`Self::message`] does.
    pub fn message_in<const N: usize>(&mut self, area: Rect, texts: [&str; N]) {
        let middle = area.rows().nth(usize::from(area.height / 2));
        let texts = texts.map(|text| self.model.keys.in_text(text));
        let fits = |text: &&Cow<'_, str>| width(text) <= usize::from(area.width);
        let text = texts.iter().find(fits).or(texts.last());
        let line = Line::styled(text.cloned().unwrap_or_default(), self.theme.dim()).centered();
        self.line(middle.unwrap_or_default(), line);
    }
}

/// Cuts `line` to `cells` cells, with `…` in place of the end. Its style moves to its spans, so that
/// it leaves cells beside them as they are.
pub(crate) fn cut(mut line: Line<'_>, cells: usize) -> Line<'_> {
    let style = std::mem::take(&mut line.style);
    let mut left = cells;
    for span in &mut line.spans {
        span.style = style.patch(span.style);
        let used = span.width();
        if used > left {
            span.content = shorten(&span.content, left).into();
        }
        left = left.saturating_sub(used);
    }
    line
}
