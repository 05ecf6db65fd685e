//! Layout and drawing of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Margin, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget, Wrap};

use super::{Content, Watch};
use crate::tui::app::Drawn;
use crate::tui::is_too_small;
use crate::tui::key_table::KeyScreen;
use crate::tui::theme::Theme;
use crate::tui::widgets::{ascii, cut, wide};
use crate::util::lang::say;
use crate::util::numbers::ago;
use crate::util::text::{sanitise, shorten_front, width};

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
        let message = if watch.runs.is_empty() {
            say!(
                "watch-nothing",
                "no logs yet: waiting for event files, CSV with a column epoch or step, JSON lines or trainer_state.json"
            )
        } else if watch.listed().is_empty() {
            say!(
                "watch-no-match",
                "no run matches the filter (esc removes it)"
            )
        } else if watch.lacks_times() {
            say!(
                "watch-no-times",
                "these logs do not say when: choose another horizontal axis"
            )
        } else {
            ""
        };
        match watch.content {
            _ if !message.is_empty() => {
                let middle = content.centered_vertically(Constraint::Length(3));
                let message = Paragraph::new(message).style(theme.dim()).centered();
                message.wrap(Wrap { trim: true }).render(middle, buf);
            }
            Content::Charts => watch.draw_charts(content, buf, theme, &mut drawn),
            Content::Histograms => watch.draw_histograms(content, buf, theme, &mut drawn),
            Content::Settings => watch.draw_settings(content, buf, theme),
            Content::Texts => watch.draw_texts(content, buf, theme),
        }
        let quit = say!("watch-quit", "quit");
        watch.draw_footer(quit, footer, buf, theme, &mut drawn);
        watch.draw_help(main, buf, theme, &mut drawn);
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
        let part = match self.content {
            Content::Charts | Content::Histograms => self.charts_on_the_page(),
            Content::Settings | Content::Texts => None,
        };
        let content = match part {
            Some((first, last, all)) if first == last => {
                say!(
                    "watch-page-of-one",
                    "{content} {first} of {all} (n N)",
                    content,
                    first,
                    all
                )
            }
            Some((first, last, all)) => {
                say!(
                    "watch-page",
                    "{content} {first}–{last} of {all} (n N)",
                    content,
                    first,
                    last,
                    all
                )
            }
            None => content.to_owned(),
        };
        let room = usize::from(area.width).saturating_sub(width(&age) + width(&content) + 18);
        let source = shorten_front(&sanitise(&self.source), room);
        let line = badge
            + Span::styled(format!("  {source}"), theme.strong())
            + Span::styled(age, theme.dim());
        cut(line, area.width.into()).render(area, buf);
        // The style of a line would colour the whole row.
        let right = Line::from(Span::styled(content, theme.accent())).right_aligned();
        right.render(area.inner(Margin::new(1, 0)), buf);
    }
}
