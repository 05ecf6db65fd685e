//! Divergence or failure of the training.

use super::question;
use crate::nn::engine::Quantity;
use crate::train::divergence::DivergedRow;
use crate::train::probes::DivergenceProbe;
use crate::tui::app::Phase;
use crate::tui::text;
use crate::tui::widgets::Pane;
use crate::util::numbers::{rate, significant};

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
            let mut cause = text::became_nan(quantity, step, layer);
            let row = pane.model.run.answer::<DivergenceProbe>().copied();
            if let Some(row) = row.flatten() {
                cause = text::sentences(&cause, first_row(row));
            }
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

/// Names the first row that went wrong, with the numbers before.
fn first_row(found: DivergedRow) -> String {
    let (row, line) = (found.row + 1, found.line);
    let size = |size| significant(size, 2);
    let (weight, activation) = (size(found.weight), size(found.activation));
    if found.delta.is_nan() {
        text::first_diverged(row, line, found.layer, weight, activation)
    } else {
        text::first_diverged_back(row, line, found.layer, size(found.delta), activation)
    }
}
