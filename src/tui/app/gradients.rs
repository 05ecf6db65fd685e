//! State of the gradient check's popup.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::actions::Done;
use super::list_keys::Jump;
use super::model::{Model, Overlay};
use super::training::Phase;
use crate::nn::GradientCheck;
use crate::nn::gradient_check::Checked;
use crate::train::{Command, Cursor, Subject};
use crate::tui::text;

/// Returns the parameter with the largest relative error of each layer, layer 1 first.
pub(crate) fn worst_of_layers(check: &GradientCheck) -> Vec<&Checked> {
    let mut worst: Vec<&Checked> = Vec::new();
    // The worst of all come first.
    for checked in &check.checked {
        if worst
            .iter()
            .all(|seen| seen.id.layer() != checked.id.layer())
        {
            worst.push(checked);
        }
    }
    worst.sort_by_key(|checked| checked.id.layer());
    worst
}

impl Model {
    pub(super) fn check_gradients(&mut self) -> Done {
        if matches!(self.run.phase, Phase::Failed(_)) {
            return Err(text::training_has_failed().into());
        }
        self.inspector.gradients = None;
        self.prompt.overlay = Some(Overlay::Gradients(None));
        self.send(Command::CheckGradients);
        Ok(())
    }

    /// Stores the result of a check, and chooses the parameter with the largest error.
    pub(super) fn on_gradients_checked(&mut self, check: GradientCheck) {
        if let Some(Overlay::Gradients(chosen)) = &mut self.prompt.overlay {
            let first = check.checked.first().map(|worst| worst.id);
            let mut worst = worst_of_layers(&check).into_iter();
            *chosen = worst.position(|worst| Some(worst.id) == first);
        }
        self.inspector.gradients = Some(check);
    }

    pub(super) fn press_in_gradients(&mut self, chosen: Option<usize>, key: &KeyEvent) {
        let worst = self.inspector.gradients.as_ref();
        let worst = worst.map(worst_of_layers).unwrap_or_default();
        let last = worst.len().checked_sub(1);
        let chosen = match (key.code, chosen.zip(last)) {
            (KeyCode::Esc | KeyCode::Char('g' | 'q'), _) => return,
            (KeyCode::Enter, Some((now, last))) => {
                self.inspect_at(Cursor::Parameter(worst[now.min(last)].id));
                // The numbers that were checked are those of the mini-batch.
                return self.inspector.show(Subject::Batch);
            }
            (_, Some((now, last))) => {
                let jump = Jump::of(key, self.page_rows());
                Some(jump.map_or(now, |jump| jump.from(now, last)))
            }
            (_, None) => chosen,
        };
        self.prompt.overlay = Some(Overlay::Gradients(chosen));
    }
}
