//! State of the gradient check's popup.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::model::{Model, Overlay, Phase};
use super::update::Effect;
use crate::nn::GradientCheck;
use crate::nn::gradient_check::Checked;
use crate::train::{Command, Cursor, Subject};

/// Returns the parameter with the largest relative error of each layer, layer 1 first.
pub(crate) fn worst_of_layers(check: &GradientCheck) -> Vec<&Checked> {
    let mut worst: Vec<&Checked> = Vec::new();
    // The worst of all come first.
    for it in &check.checked {
        if worst.iter().all(|seen| seen.id.layer() != it.id.layer()) {
            worst.push(it);
        }
    }
    worst.sort_by_key(|it| it.id.layer());
    worst
}

impl Model {
    pub(super) fn check_gradients(&mut self, effects: &mut Vec<Effect>) -> Result<(), String> {
        if matches!(self.run.phase, Phase::Failed(_)) {
            return Err("the training has failed".into());
        }
        self.inspector.gradients = None;
        self.prompt.overlay = Some(Overlay::Gradients(None));
        effects.push(Effect::Send(Command::CheckGradients));
        Ok(())
    }

    /// Takes in what a check found. The worst parameter of all is the chosen one.
    pub(super) fn on_gradients_checked(&mut self, check: GradientCheck) {
        if let Some(Overlay::Gradients(chosen)) = &mut self.prompt.overlay {
            let worst = worst_of_layers(&check);
            let first = check.checked.first().map(|it| it.id);
            *chosen = worst.iter().position(|it| Some(it.id) == first);
        }
        self.inspector.gradients = Some(check);
    }

    pub(super) fn press_in_gradients(&mut self, chosen: Option<usize>, key: &KeyEvent) {
        let worst = self
            .inspector
            .gradients
            .as_ref()
            .map(worst_of_layers)
            .unwrap_or_default();
        let last = worst.len().checked_sub(1);
        let chosen = match (key.code, chosen.zip(last)) {
            (KeyCode::Esc | KeyCode::Char('g' | 'q'), _) => return,
            (KeyCode::Up | KeyCode::Char('k'), Some((now, _))) => Some(now.saturating_sub(1)),
            (KeyCode::Down | KeyCode::Char('j'), Some((now, last))) => Some((now + 1).min(last)),
            (KeyCode::Enter, Some((now, last))) => {
                let id = worst[now.min(last)].id;
                self.inspect_at(Cursor::Parameter(id));
                // The numbers that were checked are those of the mini-batch.
                return self.show_batch();
            }
            _ => chosen,
        };
        self.prompt.overlay = Some(Overlay::Gradients(chosen));
    }

    fn show_batch(&mut self) {
        if let Some(inspector) = &mut self.inspector.open {
            inspector.inspect.of = Subject::Batch;
        }
    }
}
