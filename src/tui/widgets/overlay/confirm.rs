//! Questions to be confirmed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{content_width, message, wrapped};
use crate::tui::app::{Confirm, Model};
use crate::tui::theme::Theme;
use crate::util::text::sanitise;

const MAX_WIDTH: u16 = 76;

/// Draws `question` with the keys that answer it.
pub(super) fn render(
    area: Rect,
    buf: &mut Buffer,
    model: &Model,
    theme: Theme,
    question: &Confirm,
) {
    let seconds = model.run.unsaved_seconds();
    let trained = match seconds {
        s if s < 120.0 => format!("{s:.0} s"),
        s => format!("{:.0} min", s / 60.0),
    };
    let (title, text, keys) = match question {
        Confirm::Replace(path) => (
            "Replace file?",
            format!("{} already exists.", sanitise(&path.display().to_string())),
            "y: replace · esc: cancel",
        ),
        Confirm::Reset(seed, _) => (
            "Restart?",
            format!("{trained} of training not saved. Next seed: {seed}."),
            "y: restart · w: save first · esc: cancel",
        ),
        Confirm::Quit => (
            "Quit?",
            format!("{trained} of training not saved."),
            "y: quit · w: save first · esc: cancel",
        ),
    };
    let cells = content_width(area, MAX_WIDTH);
    let mut lines: Vec<Line> = wrapped(&text, cells, theme.text()).collect();
    lines.push(Line::default());
    lines.extend(wrapped(keys, cells, theme.accent()));
    message(area, buf, theme, title, lines);
}
