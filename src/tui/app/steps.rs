//! Steps of five sizes, and how many of them.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::model::{Model, Phase};
use super::update::Effect;
use crate::train::{Command, StepSize};

/// Digits that a count may have.
const MOST_STEPS: u32 = 999_999;

impl Model {
    /// One more digit of the count of steps.
    pub(super) fn count(&mut self, digit: u8) {
        let count = self.prompt.count.unwrap_or(0) * 10 + u32::from(digit);
        // A count does not begin with 0, and one that is too long stays as it is.
        if count > 0 && count <= MOST_STEPS {
            self.prompt.count = Some(count);
        }
    }

    /// Takes keys that mean the count, if there is one.
    pub(super) fn edit_count(&mut self, key: &KeyEvent) -> bool {
        match (self.prompt.count, key.code) {
            (Some(_), KeyCode::Esc) => self.prompt.count = None,
            (Some(count), KeyCode::Backspace) => {
                self.prompt.count = Some(count / 10).filter(|it| *it > 0)
            }
            _ => return false,
        }
        true
    }

    pub(super) fn step(
        &mut self,
        size: StepSize,
        count: u32,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        if matches!(self.run.phase, Phase::Diverged(_)) {
            return Err("training diverged; t goes on from the last good weights".into());
        }
        effects.push(Effect::Send(Command::Step { size, count }));
        Ok(())
    }

    pub(super) fn step_back(&mut self, effects: &mut Vec<Effect>) -> Result<(), String> {
        match self.inspector.walk {
            None => Err("no mini-batch is walked through; p begins".into()),
            Some(stand) if !stand.can_go_back => Err("further back nothing is kept".into()),
            Some(_) => {
                effects.push(Effect::Send(Command::StepBack));
                Ok(())
            }
        }
    }
}
