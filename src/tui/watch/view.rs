//! Layout and drawing of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Margin, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::charts::draw_charts;
use super::heat::draw_histograms;
use super::list::draw_list;
use super::settings::draw_settings;
use super::texts::draw_texts;
use super::{Content, Watch};
use crate::tui::app::Drawn;
use crate::tui::key_table::{draw_footer, draw_help};
use crate::tui::on_screen;
use crate::tui::theme::Theme;
use crate::tui::widgets::Pane;
use crate::util::lang::say;
use crate::util::numbers::{ago, counted};
use crate::util::text::{sanitise, shorten_front, width};
use crate::watch::unknown_name;

/// Width of the screen from which on the list has room beside the charts, and share of the list.
const WITH_LIST: u16 = 64;
const LIST: (u16, u16) = (28, 44);

/// Draws `watch` into `area` of `buf`. Returns what later input refers to.
pub fn render(area: Rect, buf: &mut Buffer, watch: &Watch, theme: Theme) -> Drawn {
    on_screen(area, buf, watch, theme, |pane| {
        let [header, main, footer] = bands(area);
        draw_header(pane, header);
        let (list, content) = watch.parts(main);
        if let Some(list) = list {
            draw_list(pane, list);
        }
        let unknown = watch.filter.unknown(&watch.runs);
        let unknown = unknown.map(|name| unknown_name(&name));
        let numberless = watch.numberless();
        let message = if watch.runs.is_empty() {
            say!(
                "watch-nothing",
                "no logs yet: waiting for event files, CSV with a column epoch or step, JSON lines or trainer_state.json"
            )
        } else if let Some(unknown) = &unknown {
            unknown
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
            numberless.as_deref().unwrap_or("")
        };
        match watch.content {
            _ if !message.is_empty() => {
                let middle = content.centered_vertically(Constraint::Length(3));
                let message = Paragraph::new(message).style(theme.dim()).centered();
                pane.draw(message.wrap(Wrap { trim: true }), middle);
            }
            Content::Charts => draw_charts(pane, content),
            Content::Histograms => draw_histograms(pane, content),
            Content::Settings => draw_settings(pane, content),
            Content::Texts => draw_texts(pane, content),
        }
        if watch.is_asked_to_quit {
            let question = say!(
                "watch-ask-quit",
                "quitting stops the program that writes: {key} again quits",
                key = watch.keys.keys.shown("q")
            );
            pane.line(
                footer.inner(Margin::new(1, 0)),
                Line::styled(question, theme.warning()),
            );
        } else {
            draw_footer(pane, footer, say!("watch-quit", "quit"));
        }
        draw_help(pane, main);
    })
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
    /// Says how many lines were read, while none has numbers.
    fn numberless(&self) -> Option<String> {
        let lines: u64 = self.runs.iter().map(|(_, run)| run.lines).sum();
        let is_bare = self.content == Content::Charts && self.tags().is_empty();
        (is_bare && lines > 0).then(|| {
            let lines = counted(lines, "line");
            say!(
                "watch-no-numbers",
                "{lines} read, none with numbers of a log",
                lines
            )
        })
    }

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
}

fn draw_header(pane: &mut Pane<'_, Watch>, area: Rect) {
    let (watch, theme) = (pane.model, pane.theme);
    let badge = Span::styled(
        say!("watch-badge", " WATCHING "),
        theme.badge(theme.accent()),
    );
    let newest = watch.runs.iter().filter_map(|(_, run)| run.modified).max();
    let age = newest.and_then(|at| watch.now.duration_since(at).ok());
    let age = age.map_or(String::new(), |age| {
        let age = ago(age.as_secs_f64());
        format!("   {}", say!("watch-changed", "changed {age}", age))
    });
    let content = match watch.content {
        Content::Charts => say!("watch-charts", "Charts"),
        Content::Histograms => say!("watch-histograms", "Histograms"),
        Content::Settings => say!("watch-settings", "Settings"),
        Content::Texts => say!("watch-texts", "Texts"),
    };
    let part = match watch.content {
        Content::Charts | Content::Histograms => watch.charts_on_the_page(),
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
    let used = badge.width() + width(&content) + 4;
    let room = usize::from(area.width).saturating_sub(used);
    let run = (area.width < WITH_LIST)
        .then(|| watch.pointed_line(room, theme))
        .flatten();
    let line: Line<'_> = match run {
        Some(run) => [badge, Span::raw(" ")]
            .into_iter()
            .chain(run.spans)
            .collect(),
        None => {
            let room = room.saturating_sub(width(&age) + 4);
            let source = shorten_front(&sanitise(&watch.source), room);
            badge
                + Span::styled(format!("  {source}"), theme.strong())
                + Span::styled(age, theme.dim())
        }
    };
    pane.line(area, line);
    pane.right(area.inner(Margin::new(1, 0)), &content, theme.accent());
}
