//! Divergence or failure of the training.

use super::question;
use crate::nn::engine::Quantity;
use crate::tui::app::Phase;
use crate::tui::text;
use crate::tui::widgets::Pane;
use crate::util::numbers::rate;

const MAX_WIDTH: u16 = 76;

/// Draws the reason why the training stopped, if it diverged or failed, and the keys that help.
pub(super) fn render(pane: &mut Pane<'_>) {
    let kept = text::weights_kept();
    match &pane.model.run.phase {
        Phase::Diverged(divergence) => {
            let quantity = match divergence.cause.what {
                Quantity::Loss => text::loss_quantity(),
                Quantity::Gradient => text::gradient_quantity(),
            };
            let (step, layer) = (divergence.step, divergence.cause.layer);
            let cause = text::became_nan(quantity, step, layer);
            let rate = rate(divergence.learning_rate);
            let advice = text::rate_too_high(&rate, kept);
            let keys = &pane.model.keys.in_text(text::diverged_keys());
            question(
                pane,
                MAX_WIDTH,
                text::diverged_title(),
                &[cause, advice],
                keys,
            );
        }
        Phase::Failed(message) => {
            let text = [message.clone(), kept.to_owned()];
            let keys = &pane.model.keys.in_text(text::failed_keys());
            question(pane, MAX_WIDTH, text::failed_title(), &text, keys);
        }
        _ => {}
    }
}
