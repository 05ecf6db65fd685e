//! Questions that need a yes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::popup;
use crate::tui::app::{Confirm, Model};
use crate::tui::theme::Theme;
use crate::tui::widgets::panel::put_line;
use crate::util::text::{sanitise, width};

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
        s if s < 120.0 => format!("{s:.0} seconds"),
        s => format!("{:.0} minutes", s / 60.0),
    };
    let (title, text, keys) = match question {
        Confirm::Replace(path) => (
            "Replace the file?",
            format!("{} exists already.", sanitise(&path.display().to_string())),
            "y: replace · esc: cancel",
        ),
        Confirm::Reset(seed, _) => (
            "Restart?",
            format!("{trained} of training not saved. The next seed is {seed}."),
            "y: restart · w: save first · esc: cancel",
        ),
        Confirm::Quit => (
            "Quit?",
            format!("{trained} of training not saved."),
            "y: quit · w: save first · esc: cancel",
        ),
    };
    let cells = width(&text).max(width(keys)) as u16 + 4;
    let inner = popup(area, buf, theme, cells, 5, title);
    let room = usize::from(inner.width);
    put_line(
        buf,
        inner.x,
        inner.y,
        room,
        &Line::styled(text, theme.text()),
    );
    put_line(
        buf,
        inner.x,
        inner.y + 2,
        room,
        &Line::styled(keys, theme.accent()),
    );
}
