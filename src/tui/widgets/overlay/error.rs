//! Divergence or failure of the training.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{content_width, message, wrapped};
use crate::nn::engine::Quantity;
use crate::train::Divergence;
use crate::tui::app::{Model, Phase};
use crate::tui::theme::Theme;
use crate::util::numbers::rate;

const MAX_WIDTH: u16 = 76;

/// Draws the reason why the training stopped, if it diverged or failed, and the keys that help.
pub(super) fn render(area: Rect, buf: &mut Buffer, model: &Model, theme: Theme) {
    let (title, text, keys) = match &model.run.phase {
        Phase::Diverged(divergence) => (
            "Training diverged",
            [
                became_infinite(divergence),
                format!(
                    "Learning rate {} is probably too high. The last good weights are kept.",
                    rate(divergence.learning_rate)
                ),
            ],
            "t: resume with lr ÷ 10 · r: restart · w: save last good weights",
        ),
        Phase::Failed(message) => (
            "Training thread failed",
            [message.clone(), "The last good weights are kept.".into()],
            "w: save last good weights · r: restart · q: quit",
        ),
        _ => return,
    };
    let cells = content_width(area, MAX_WIDTH);
    let paragraphs = text.iter();
    let mut lines: Vec<Line> = paragraphs
        .flat_map(|paragraph| wrapped(paragraph, cells, theme.text()))
        .collect();
    lines.push(Line::default());
    lines.extend(wrapped(keys, cells, theme.accent()));
    message(area, buf, theme, title, lines);
}

fn became_infinite(divergence: &Divergence) -> String {
    let (step, layer) = (divergence.step, divergence.cause.layer);
    match divergence.cause.what {
        Quantity::Loss => format!("Loss became NaN/∞ at step {step} (layer {layer})."),
        Quantity::Gradient => format!("Gradient became NaN/∞ at step {step} (layer {layer})."),
    }
}
