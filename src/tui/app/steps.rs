//! Steps by phase, row, mini-batch and epoch, with a repeat count.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::model::{Model, Phase};
use super::update::Effect;
use crate::train::{Command, StepSize};

/// Largest repeat count.
pub(super) const MAX_STEPS: u32 = 999_999;

impl Model {
    /// Handles a key that edits the repeat count. Returns whether it was one.
    pub(super) fn edit_count(&mut self, key: &KeyEvent) -> bool {
        match (self.prompt.count, key.code) {
            (_, KeyCode::Char(digit @ '0'..='9'))
                if (key.modifiers - KeyModifiers::SHIFT).is_empty() =>
            {
                let digit = u32::from(digit) - u32::from('0');
                let count = self.prompt.count.unwrap_or(0) * 10 + digit;
                // A count does not begin with 0, and stays as it is if it would be too long.
                if count > 0 && count <= MAX_STEPS {
                    self.prompt.count = Some(count);
                }
            }
            (Some(_), KeyCode::Esc) => self.prompt.count = None,
            (Some(count), KeyCode::Backspace) => {
                self.prompt.count = Some(count / 10).filter(|&count| count > 0);
            }
            _ => return false,
        }
        true
    }

    /// Does as many steps as the repeat count says, one by default.
    pub(super) fn step_counted(
        &mut self,
        size: StepSize,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        let count = self.prompt.count.take().unwrap_or(1);
        self.step(size, count, effects)
    }

    pub(super) fn step(
        &mut self,
        size: StepSize,
        count: u32,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        self.check_not_diverged()?;
        effects.push(Effect::Send(Command::Step { size, count }));
        Ok(())
    }

    pub(super) fn step_back(&mut self, effects: &mut Vec<Effect>) -> Result<(), String> {
        match self.inspector.walk {
            None => Err("not inside a mini-batch; p steps into one".into()),
            Some(position) if !position.can_go_back => Err("no earlier steps recorded".into()),
            Some(_) => {
                effects.push(Effect::Send(Command::StepBack));
                Ok(())
            }
        }
    }

    /// Fails after a divergence, from which only recovery leads on.
    pub(super) fn check_not_diverged(&self) -> Result<(), String> {
        if matches!(self.run.phase, Phase::Diverged(_)) {
            return Err("training diverged; t: resume from the last good weights".into());
        }
        Ok(())
    }
}
