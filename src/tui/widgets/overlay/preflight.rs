//! Results of the pre-flight checks, a line each.

use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::{centred, content_width, key_hints, popup, wrapped};
use crate::train::PreflightCheck;
use crate::tui::text;
use crate::tui::widgets::Pane;
use crate::util::text::{width, wrap};

/// Widest content.
const MAX_WIDTH: u16 = 100;

/// Draws the checks that have ended, and that others are in progress.
pub(super) fn render(pane: &mut Pane<'_>, checks: &[PreflightCheck]) {
    let theme = pane.theme;
    let room = content_width(pane.area, MAX_WIDTH);
    let mut lines: Vec<Line> = Vec::new();
    for check in checks {
        let (mark, style) = if check.is_passed {
            ("✓ ", theme.good())
        } else {
            ("✗ ", theme.bad())
        };
        let name = text::preflight_check(check.kind.name());
        let name = Span::styled(mark, style) + Span::styled(name, theme.strong());
        let about = check.kind.to_string();
        if name.width() + width(&about) <= room {
            lines.push(name + Span::styled(about, theme.text()));
            continue;
        }
        lines.push(name);
        let about = wrap(&about, room.saturating_sub(2).max(1)).into_iter();
        lines.extend(about.map(|line| Line::styled(format!("  {line}"), theme.text())));
    }
    let is_over = checks.len() == PreflightCheck::COUNT;
    let (state, keys) = if is_over {
        let failed = checks.iter().filter(|check| !check.is_passed).count();
        let state = match failed {
            0 => Line::styled(text::preflight_passed(), theme.good()),
            failed => Line::styled(text::preflight_failed(failed), theme.bad()),
        };
        (state, text::close_key())
    } else {
        let running = text::preflight_running(checks.len() + 1, PreflightCheck::COUNT);
        (Line::styled(running, theme.dim()), text::cancel_task_key())
    };
    lines.push(state);
    let keys: Vec<Line> = wrapped(keys, room, theme.accent()).collect();
    let place = centred(pane.area, room, lines.len() + keys.len());
    let inner = popup(pane, place, text::preflight_title(), None);
    let [body, foot] = ratatui::layout::Layout::vertical([
        ratatui::layout::Constraint::Fill(1),
        ratatui::layout::Constraint::Length(keys.len() as u16),
    ])
    .areas(inner);
    pane.draw(Paragraph::new(lines), body);
    key_hints::make_clickable(pane, foot, &keys);
    pane.draw(Paragraph::new(keys), foot);
}
