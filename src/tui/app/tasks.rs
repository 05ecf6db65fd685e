//! State of the popups of the learning-rate finder and of the pre-flight checks.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::actions::Done;
use super::model::{Model, Overlay};
use super::training::Phase;
use crate::train::{Command, PreflightCheck, RateCurve};
use crate::tui::text;

impl Model {
    /// Starts the learning-rate finder.
    ///
    /// # Errors
    /// If the training has failed.
    pub(super) fn find_rate(&mut self) -> Done {
        self.start_task(Overlay::Rates(None), Command::FindRate)
    }

    /// Finds what is named; only the learning rate can be.
    ///
    /// # Errors
    /// A message that names the possible words.
    pub(super) fn find(&mut self, what: &str) -> Done {
        match what {
            "" | "lr" => self.find_rate(),
            _ => Err(super::command::expected("find", text::expected_lr(), what)),
        }
    }

    /// Starts the pre-flight checks.
    ///
    /// # Errors
    /// If the training has failed.
    pub(super) fn preflight(&mut self) -> Done {
        self.start_task(Overlay::Preflight(Vec::new()), Command::Preflight)
    }

    fn start_task(&mut self, popup: Overlay, command: Command) -> Done {
        if matches!(self.run.phase, Phase::Failed(_)) {
            return Err(text::training_has_failed().into());
        }
        self.prompt.overlay = Some(popup);
        self.send(command);
        Ok(())
    }

    /// Shows the result of the learning-rate finder, unless its popup was closed.
    pub(super) fn on_rates_tried(&mut self, found: RateCurve) {
        if let Some(Overlay::Rates(curve)) = &mut self.prompt.overlay {
            *curve = Some(Box::new(found));
        }
    }

    /// Shows the checks that have ended, unless their popup was closed.
    pub(super) fn on_preflight(&mut self, found: Vec<PreflightCheck>) {
        if let Some(Overlay::Preflight(checks)) = &mut self.prompt.overlay {
            *checks = found;
        }
    }

    pub(super) fn press_in_rates(&mut self, curve: Option<Box<RateCurve>>, key: &KeyEvent) {
        let suggestion = curve.as_ref().and_then(|curve| curve.suggestion);
        match (key.code, suggestion) {
            (KeyCode::Enter, Some(rate)) => {
                let done =
                    self.run_command(&format!("lr {}", crate::util::numbers::rate(rate.get())));
                self.prompt.report(done);
            }
            (KeyCode::Esc | KeyCode::Char('L' | 'q'), _) if curve.is_none() => {
                self.send(Command::CancelTask);
            }
            (KeyCode::Esc | KeyCode::Char('L' | 'q'), _) => {}
            _ => self.prompt.overlay = Some(Overlay::Rates(curve)),
        }
    }

    pub(super) fn press_in_preflight(&mut self, checks: Vec<PreflightCheck>, key: &KeyEvent) {
        let is_closed = matches!(key.code, KeyCode::Esc | KeyCode::Char('q'));
        if !is_closed {
            self.prompt.overlay = Some(Overlay::Preflight(checks));
        } else if checks.len() < PreflightCheck::COUNT {
            self.send(Command::CancelTask);
        }
    }
}
