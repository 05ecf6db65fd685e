//! What went wrong with the training.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::popup;
use crate::tui::app::{Model, Phase};
use crate::tui::theme::Theme;
use crate::tui::widgets::panel::{line_width, put_line};
use crate::util::text::{rate, wrap};

/// Widest text about a trouble.
const TROUBLE: usize = 76;

/// A divergence or a failure of the training, with what can be done.
pub(super) fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme) {
    let (title, text, keys) = match &model.run.phase {
        Phase::Diverged(divergence) => (
            "Training diverged",
            vec![
                format!("Step {}: {}.", divergence.step, divergence.cause),
                format!(
                    "The learning rate {} is probably too high. The last good weights are kept.",
                    rate(divergence.learning_rate)
                ),
            ],
            "t goes on from them with a tenth of it · r starts again · w saves them",
        ),
        Phase::Failed(message) => (
            "The training thread failed",
            vec![message.clone(), "The last good weights are kept.".into()],
            "w saves them · r starts again · q quits",
        ),
        _ => return,
    };
    let room = usize::from(area.width).saturating_sub(4).min(TROUBLE);
    let mut lines: Vec<Line> = Vec::new();
    for paragraph in text {
        let wrapped = wrap(&paragraph, room).into_iter();
        lines.extend(wrapped.map(|line| Line::styled(line, theme.text())));
    }
    lines.push(Line::default());
    let keys = wrap(keys, room).into_iter();
    lines.extend(keys.map(|line| Line::styled(line, theme.accent())));
    let widest = lines.iter().map(line_width).max().unwrap_or(0);
    let inner = popup(
        area,
        buf,
        theme,
        widest as u16 + 4,
        lines.len() as u16 + 2,
        title,
    );
    for (line, y) in lines.iter().zip(inner.y..inner.bottom()) {
        put_line(buf, inner.x, y, inner.width.into(), line);
    }
}
