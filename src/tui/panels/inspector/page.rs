//! A page: sections of lines, some with a figure beside or below, that scrolls as a whole.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::Paragraph;

use super::figures::Figure;
use super::{COLUMN_GAP, Context};
use crate::nn::{Loss, Output};
use crate::tui::text;
use crate::tui::widgets::Pane;
use crate::util::numbers::aligned;
use crate::util::stats::Histogram;
pub(super) use crate::util::text::padded;
use crate::util::text::{width, wrap};

/// Maximum number of rows of a page.
const MAX_ROWS: usize = 400;
/// Cells between text and the figure beside it.
const GAP: usize = 2;
/// Minimum width of a figure beside text.
const MIN_FIGURE: usize = 16;
/// Maximum width of a figure.
pub(super) const MAX_FIGURE: usize = 44;

/// Lines, and a figure that belongs to them.
#[derive(Default)]
struct Section {
    /// Whether a column may begin with it.
    is_titled: bool,
    lines: Text<'static>,
    figure: Option<Figure>,
}

/// A page under construction.
pub(super) struct Page<'a> {
    pub context: &'a Context<'a>,
    sections: Vec<Section>,
    /// Rows that should be seen without scrolling, if not all.
    essential: Option<usize>,
}

impl<'a> Page<'a> {
    /// An empty page.
    pub fn new(context: &'a Context<'a>) -> Self {
        Self {
            context,
            sections: vec![Section::default()],
            essential: None,
        }
    }

    /// Marks what was added so far as what should be seen without scrolling.
    pub fn mark_essential(&mut self) {
        self.essential = Some(self.rows());
    }

    /// Returns whether what should be seen without scrolling has room in `rows`.
    pub fn fits(&self, rows: usize) -> bool {
        self.essential.unwrap_or(0) <= rows
    }

    /// Adds a line.
    pub fn line(&mut self, line: impl Into<Line<'static>>) {
        if let Some(section) = self.sections.last_mut() {
            section.lines.push_line(line);
        }
    }

    /// Adds a line of normal text.
    pub fn text(&mut self, text: impl Into<String>) {
        self.line(self.context.text(text));
    }

    /// Adds ` = ` and `value`, below the equals sign of a formula that begins with `symbol`.
    pub fn equals(&mut self, symbol: &str, value: impl Into<Line<'static>>) {
        let margin = " ".repeat(width(symbol));
        self.line(joined(
            self.context.text(format!("{margin} = ")),
            value.into(),
        ));
    }

    /// Adds the formula of a loss.
    pub fn loss(&mut self, loss: Loss, output: Output) {
        let (notation, depth) = (self.context.notation, self.context.depth());
        for line in notation.loss(loss, output, depth).lines() {
            self.text(line);
        }
    }

    /// Adds `symbol = formula`.
    pub fn formula(&mut self, symbol: &str, formula: &str) {
        self.text(format!("{symbol} = {formula}"));
    }

    /// Adds `start = formula`, in two lines where one is too short; the second begins below that of `symbol`.
    pub fn long_formula(&mut self, start: &str, symbol: &str, formula: &str) {
        if width(start) + 3 + width(formula) <= self.context.width {
            self.formula(start, formula);
        } else {
            self.text(start);
            self.equals(symbol, self.context.text(formula));
        }
    }

    /// Adds `value`, which [`Self::equals`] had before a change, and what it is.
    pub fn before(&mut self, symbol: &str, value: f64, note: &str) {
        let margin = " ".repeat(width(symbol));
        self.line(
            self.context
                .dim(format!("{margin}   {}{note}", aligned(value))),
        );
    }

    /// Adds an empty line.
    pub fn gap(&mut self) {
        self.line(Line::default());
    }

    /// Starts a section under the first of `titles` that fits, or else the last one cut short.
    pub fn section_under(&mut self, titles: &[String]) {
        let fits = |title: &&String| width(title) <= self.context.width;
        if let Some(title) = titles.iter().find(fits).or(titles.last()) {
            self.section(title);
        }
    }

    /// Starts a section under `title`.
    pub fn section(&mut self, title: &str) {
        if self.sections.len() > 1 || self.sections[0].lines.height() > 0 {
            self.gap();
        }
        self.part();
        if let Some(section) = self.sections.last_mut() {
            section.is_titled = true;
        }
        let (theme, rule) = (
            self.context.theme,
            self.context.width.saturating_sub(width(title) + 1),
        );
        let rule = Span::styled(format!(" {}", "─".repeat(rule)), theme.frame());
        self.line(Span::styled(title.to_owned(), theme.strong()) + rule);
        self.part();
    }

    /// Starts a section without a title, so that it may have a figure of its own.
    pub fn part(&mut self) {
        self.sections.push(Section::default());
    }

    /// Adds a sentence, in as many lines as it takes.
    pub fn note(&mut self, text: &str) {
        for line in wrap(text, self.context.width) {
            self.line(self.context.dim(line));
        }
    }

    /// Puts `figure` beside the lines of the section, or below them where it has no room.
    pub(crate) fn figure(&mut self, figure: Figure) {
        if let Some(section) = self.sections.last_mut() {
            section.figure = Some(figure);
        }
    }

    /// Adds a section about the distribution of `name` over rows.
    pub(crate) fn distribution(&mut self, name: &str, values: &Histogram) {
        let context = self.context;
        let rows = values.count() + values.not_finite();
        self.section(&text::over_rows(rows));
        let statistics = [
            (format!("{}{name}", text::head_mean()), values.mean()),
            (format!("{}{name}", text::head_std()), values.std()),
        ];
        let cells = statistics.iter().map(|(label, _)| width(label) + 1);
        let cells = cells.max().unwrap_or(0).max(10);
        for (label, value) in statistics {
            let label = padded(&label, cells);
            self.line(context.dim(label) + context.number(value, true));
        }
        self.figure(Figure::Distribution(Box::new(values.clone())));
    }

    /// Number of rows, of the higher one of two columns.
    pub fn rows(&self) -> usize {
        let rows = self.columns().map(|sections| self.rows_of(sections));
        rows[0].max(rows[1])
    }

    fn rows_of(&self, sections: &[Section]) -> usize {
        let rows = sections
            .iter()
            .map(|section| section.rows(self.context.width));
        rows.sum::<usize>().min(MAX_ROWS)
    }

    /// The sections of both columns, about equally high; of one column the second has none.
    fn columns(&self) -> [&[Section]; 2] {
        let halves = |at: usize| {
            let (left, right) = self.sections.split_at(at);
            [left, right]
        };
        let whole = halves(self.sections.len());
        if !self.context.has_two_columns {
            return whole;
        }
        let titled = self.sections.iter().enumerate();
        let titled = titled.filter(|(at, section)| *at > 0 && section.is_titled);
        let height = |columns: &[&[Section]; 2]| columns.map(|column| self.rows_of(column));
        titled
            .map(|(at, _)| halves(at))
            .min_by_key(|columns| height(columns).into_iter().max())
            .unwrap_or(whole)
    }

    /// Draws the page into `area` from row `first` on.
    pub fn render(&self, area: Rect, buf: &mut Buffer, first: usize) {
        let right = (self.context.width + COLUMN_GAP) as u16;
        let beside = Rect {
            x: area.x.saturating_add(right),
            width: area.width.saturating_sub(right),
            ..area
        };
        for (sections, area) in self.columns().into_iter().zip([area, beside]) {
            self.render_column(sections, area, buf, first);
        }
    }

    fn render_column(&self, sections: &[Section], area: Rect, buf: &mut Buffer, first: usize) {
        let rows = self.rows_of(sections);
        let canvas = Rect::new(0, 0, self.context.width as u16, rows as u16);
        let mut drawn = Buffer::empty(canvas);
        let mut pane = Pane::new(canvas, &mut drawn, self.context.model, self.context.theme);
        let mut y = 0;
        for section in sections {
            let rows = section.rows(self.context.width) as u16;
            section.draw(&mut pane, Rect { y, ..canvas }, self.context);
            y = y.saturating_add(rows).min(canvas.height);
        }
        for row in 0..area.height.min(rows.saturating_sub(first) as u16) {
            for column in 0..area.width.min(canvas.width) {
                let (at, to) = (
                    (column, row + first as u16),
                    (area.x + column, area.y + row),
                );
                if let (Some(from), Some(to)) = (drawn.cell(at), buf.cell_mut(to)) {
                    *to = from.clone();
                }
            }
        }
    }
}

impl Section {
    /// Cells that the figure has beside the lines; none where it is below, or where there are no lines.
    fn beside(&self, cells: usize) -> Option<usize> {
        let room = cells.saturating_sub(self.lines.width() + GAP);
        let has_lines = self.lines.width() > 0;
        (self.figure.is_some() && has_lines && room >= MIN_FIGURE).then_some(room.min(MAX_FIGURE))
    }

    /// Rows in a page of `cells`.
    fn rows(&self, cells: usize) -> usize {
        let lines = self.lines.height();
        match (&self.figure, self.beside(cells)) {
            (None, _) => lines,
            (Some(figure), Some(_)) => lines.max(figure.rows()),
            (Some(figure), None) => lines + figure.rows(),
        }
    }

    fn draw(&self, pane: &mut Pane<'_>, area: Rect, context: &Context) {
        let cells = usize::from(area.width);
        let lines = Paragraph::new(self.lines.clone());
        pane.draw(lines, area.intersection(pane.area));
        if let Some(figure) = &self.figure {
            let lines = if self.lines.width() > 0 {
                self.lines.height() as u16
            } else {
                0
            };
            let below = area.y.saturating_add(lines);
            let (x, y, width) = match self.beside(cells) {
                Some(width) => (cells - width, area.y, width),
                None => (0, below, cells.min(MAX_FIGURE)),
            };
            let height = (figure.rows() as u16).min(area.height.saturating_sub(y));
            let area = Rect::new(x as u16, y, width as u16, height);
            figure.draw(pane, area, context);
        }
    }
}

/// Joins `start` and `line`.
pub(super) fn joined(start: Span<'static>, line: Line<'static>) -> Line<'static> {
    Line::from_iter([start].into_iter().chain(line.spans))
}
