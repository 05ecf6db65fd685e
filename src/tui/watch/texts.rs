//! Texts that the run under the cursor has logged.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::Watch;
use crate::tui::widgets::{Pane, Title};
use crate::util::lang::say;
use crate::util::text::{escape_lines, sanitise, wrap_whole};

/// Draws the newest text of each tag into `area`, from the selected one on.
pub(super) fn draw_texts(pane: &mut Pane<'_, Watch>, area: Rect) {
    let theme = pane.theme;
    let pointed = pane.model.pointed();
    let run = pointed.map_or(String::new(), |(_, name, _)| sanitise(name));
    let title = Title::new(say!("watch-texts", "Texts"), [Line::from(run)]);
    let inside = pane.frame(area, false, &title, Default::default());
    let cells = usize::from(inside.width).saturating_sub(2).max(1);
    if pointed.is_some_and(|(_, _, run)| run.texts.is_empty()) {
        let none = say!("watch-no-texts", "this run has logged no texts");
        return pane.draw(Line::styled(none, theme.dim()), inside);
    }
    let texts = pointed.into_iter().flat_map(|(_, _, run)| &run.texts);
    let mut lines = texts.skip(pane.model.chart).flat_map(|(tag, text)| {
        let tag = Line::from(Span::styled(sanitise(tag), theme.strong()));
        let text = escape_lines(text);
        let text: Vec<Line> = (text.lines())
            .flat_map(|line| wrap_whole(line, cells))
            .map(|line| Line::from(Span::styled(format!("  {line}"), theme.text())))
            .collect();
        [tag].into_iter().chain(text)
    });
    for row in inside.rows() {
        let Some(line) = lines.next() else {
            break;
        };
        pane.line(row, line);
    }
}
#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use ratatui::buffer::Buffer;
    use ratatui::layout::Margin;

    use super::*;
    use crate::tui::app::Msg;
    use crate::tui::keymap::KeyMap;
    use crate::tui::theme::{Depth, Theme};
    use crate::tui::watch::Content;
    use crate::watch::Run;

    #[test]
    fn texts_are_wrapped_below_their_tags_from_the_selected_one_on() {
        let mut run = Run::default();
        let long = format!("one\ntwo {}end", "word ".repeat(12));
        run.texts.insert("command".into(), "nn-tui iris".into());
        run.texts.insert("notes".into(), long.into());
        let mut watch = Watch::new("runs".into(), "", KeyMap::default());
        let runs = vec![("a".into(), Arc::new(run))];
        watch.update(Msg::Runs(runs, SystemTime::UNIX_EPOCH));
        watch.content = Content::Texts;
        let lines = |watch: &Watch| -> Vec<String> {
            let area = Rect::new(0, 0, 40, 9);
            let mut buf = Buffer::empty(area);
            let mut pane = Pane::new(area, &mut buf, watch, Theme::new(Depth::True));
            draw_texts(&mut pane, area);
            let inside = area.inner(Margin::new(1, 1));
            let line = |row: Rect| {
                let cells = row.columns().map(|cell| buf[(cell.x, cell.y)].symbol());
                cells.collect::<String>().trim_end().to_owned()
            };
            inside.rows().map(line).collect()
        };
        let all = lines(&watch);
        assert_eq!(all[..4], ["command", "  nn-tui iris", "notes", "  one"]);
        assert!(
            all[4].starts_with("  two word") && all[5].ends_with("end"),
            "{all:?}"
        );
        watch.chart = 1;
        assert_eq!(lines(&watch)[..2], ["notes", "  one"]);
    }
}
