//! Layout and drawing of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Margin, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::keys::KEYS;
use super::{Content, Watch};
use crate::tui::app::{ClickTarget, Drawn};
use crate::tui::is_too_small;
use crate::tui::panels::footer::keys;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Title, ascii, cut, frame, wide};
use crate::util::lang::say;
use crate::util::numbers::ago;
use crate::util::text::{padded, sanitise, shorten_front, width};

/// Width of the screen from which on the list has room beside the charts, and share of the list.
const WITH_LIST: u16 = 64;
const LIST: (u16, u16) = (28, 44);

/// Draws `watch` into `area` of `buf`. Returns what later input refers to.
pub fn render(area: Rect, buf: &mut Buffer, watch: &Watch, theme: Theme) -> Drawn {
    let mut drawn = Drawn::default();
    if !is_too_small(area, buf, theme) {
        let [header, main, footer] = bands(area);
        watch.header(header, buf, theme);
        let (list, content) = watch.parts(main);
        if let Some(list) = list {
            watch.draw_list(list, buf, theme, &mut drawn);
        }
        match watch.content {
            _ if watch.runs.is_empty() => {
                let text = say!("watch-nothing", "no logs yet: waiting for some");
                let middle = content.centered_vertically(Constraint::Length(1));
                Line::styled(text, theme.dim())
                    .centered()
                    .render(middle, buf);
            }
            Content::Charts => watch.draw_charts(content, buf, theme, &mut drawn),
            Content::Histograms => watch.draw_histograms(content, buf, theme, &mut drawn),
            Content::Settings => watch.draw_settings(content, buf, theme),
            Content::Texts => watch.draw_texts(content, buf, theme),
        }
        watch.footer(footer, buf, theme, &mut drawn);
        if watch.is_help_open {
            drawn.hits.clear();
            help(main, buf, theme, &watch.keys);
        }
    }
    wide::mend(buf);
    ascii::translate(buf, theme.symbols());
    drawn
}

/// Header, main part and footer.
fn bands(area: Rect) -> [Rect; 3] {
    let lengths = [
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
    ];
    Layout::vertical(lengths).areas(area)
}

impl Watch {
    /// Areas of the list and of the content.
    fn parts(&self, main: Rect) -> (Option<Rect>, Rect) {
        if main.width < WITH_LIST {
            return (None, main);
        }
        let width = (main.width / 4).clamp(LIST.0, LIST.1);
        let [list, content] =
            Layout::horizontal([Constraint::Length(width), Constraint::Fill(1)]).areas(main);
        (Some(list), content)
    }

    /// Area of the content on a screen of `area`.
    pub(super) fn content_area(&self, area: Rect) -> Rect {
        self.parts(bands(area)[1]).1
    }

    fn header(&self, area: Rect, buf: &mut Buffer, theme: Theme) {
        let badge = Span::styled(
            say!("watch-badge", " WATCHING "),
            theme.badge(theme.accent()),
        );
        let newest = self.runs.iter().filter_map(|(_, run)| run.modified).max();
        let age = newest.and_then(|at| self.now.duration_since(at).ok());
        let age = age.map_or(String::new(), |age| {
            let age = ago(age.as_secs_f64());
            format!("   {}", say!("watch-changed", "changed {age}", age))
        });
        let content = match self.content {
            Content::Charts => say!("watch-charts", "Charts"),
            Content::Histograms => say!("watch-histograms", "Histograms"),
            Content::Settings => say!("watch-settings", "Settings"),
            Content::Texts => say!("watch-texts", "Texts"),
        };
        let room = usize::from(area.width).saturating_sub(width(&age) + width(content) + 18);
        let source = shorten_front(&sanitise(&self.source), room);
        let line = badge
            + Span::styled(format!("  {source}"), theme.strong())
            + Span::styled(age, theme.dim());
        cut(line, area.width.into()).render(area, buf);
        // The style of a line would colour the whole row.
        let right = Line::from(Span::styled(content, theme.accent())).right_aligned();
        right.render(area.inner(Margin::new(1, 0)), buf);
    }

    fn footer(&self, area: Rect, buf: &mut Buffer, theme: Theme, drawn: &mut Drawn) {
        let inside = area.inner(Margin::new(1, 0));
        if self.is_typing {
            let label = say!("watch-filter", "filter: ");
            let text = sanitise(&self.filter_text);
            let line =
                Span::styled(label, theme.dim()) + Span::styled(text.clone(), theme.strong());
            let x = inside.x + (width(label) + width(&text)) as u16;
            cut(line, inside.width.into()).render(inside, buf);
            drawn.cursor = Some(Position::new(
                x.min(inside.right().saturating_sub(1)),
                inside.y,
            ));
            return;
        }
        let hints = KEYS.iter().filter(|row| !(row.label)().is_empty());
        let quit = ("q", say!("watch-quit", "quit"));
        let mut hints: Vec<(String, &str)> = hints
            .map(|row| (self.keys.shown(row.shown), (row.label)()))
            .chain([(self.keys.shown(quit.0), quit.1)])
            .collect();
        let cells = |hints: &[(String, &str)]| {
            let cells = hints
                .iter()
                .map(|(key, label)| width(key) + width(label) + 5);
            cells.sum::<usize>()
        };
        // Help and quit stay.
        while cells(&hints) > usize::from(inside.width) + 2 && hints.len() > 2 {
            hints.remove(hints.len() - 3);
        }
        let pairs = hints.iter().map(|(key, label)| (key.as_str(), *label));
        let mut line = keys(pairs, theme);
        if !self.filter_text.is_empty() {
            let filter = format!("  /{}", sanitise(&self.filter_text));
            line.push_span(Span::styled(filter, theme.accent()));
        }
        cut(line, inside.width.into()).render(inside, buf);
        let mut x = inside.x;
        for (key, label) in &hints {
            let cells = (width(key) + width(label) + 5) as u16;
            let row = KEYS.iter().find(|row| self.keys.shown(row.shown) == *key);
            let code = row.map_or(ratatui::crossterm::event::KeyCode::Char('q'), |row| {
                row.codes[0]
            });
            let target = ClickTarget::Key(code, ratatui::crossterm::event::KeyModifiers::NONE);
            drawn.hits.push((
                Rect::new(x, inside.y, cells, 1).intersection(inside),
                target,
            ));
            x += cells;
        }
    }
}

/// Draws all keys over the middle of `main`.
fn help(main: Rect, buf: &mut Buffer, theme: Theme, keymap: &crate::tui::keymap::KeyMap) {
    let first = 9;
    let rows = KEYS
        .iter()
        .map(|row| (keymap.shown(row.shown), (row.help)()));
    let rows: Vec<_> = rows.collect();
    let widest = rows.iter().map(|(_, help)| width(help)).max().unwrap_or(0);
    let cells = (widest + first + 4).min(main.width.into()) as u16;
    let height = (rows.len() as u16 + 2).min(main.height);
    let area = main.centered(Constraint::Length(cells), Constraint::Length(height));
    Clear.render(area, buf);
    let title = Title::new::<Line<'_>>(say!("watch-help", "Keys"), []);
    frame(area, buf, theme, true, &title, Default::default());
    let inside = area.inner(Margin::new(2, 1));
    for ((keys, help), row) in rows.into_iter().zip(inside.rows()) {
        let line =
            Span::styled(padded(&keys, first), theme.accent()) + Span::styled(help, theme.text());
        cut(line, inside.width.into()).render(row, buf);
    }
}
