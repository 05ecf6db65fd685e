//! Undoing changes: the worker's, and those of limits and motion, of which it keeps no log.

use super::actions::Done;
use super::model::Model;
use crate::nn::Change;
use crate::settings::{Choices, Setting};
use crate::train::{Command, Limits};
use crate::tui::text;

/// Change of a setting that is not logged.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct UnloggedChange {
    /// Number of logged changes that could be undone at that time.
    undoable: usize,
    limits: Limits,
    has_motion: bool,
    /// Setting and new value, for the message.
    label: String,
    /// Whether it is no setting, but the branch that was begun.
    is_branch: bool,
}

impl Model {
    /// Undoes the last change of a setting, parameter or neuron. Seed, initialisation and pace are kept.
    pub(super) fn undo(&mut self) -> Done {
        let undoable = self.undoable();
        let unlogged = &mut self.run.unlogged;
        if let Some(last) = unlogged.pop_if(|last| last.undoable >= undoable) {
            if last.is_branch {
                self.run.is_returning = true;
                self.send(Command::SwitchBranch);
                return Ok(());
            }
            self.motion.is_on = last.has_motion;
            if self.run.limits != last.limits {
                self.run.limits = last.limits;
                self.send(Command::SetLimits(last.limits));
            }
            self.prompt.status(text::undone(last.label));
            return Ok(());
        }
        if undoable == 0 {
            let why = match self.run.history.recovered() {
                Some(_) => text::recovery_stays(),
                None => text::nothing_to_undo(),
            };
            return Err(why.into());
        }
        self.send(Command::Apply(Change::UndoLast));
        Ok(())
    }

    /// Number of logged changes that can be undone, once the worker has made all of them.
    fn undoable(&self) -> usize {
        let in_force = self.run.in_force.as_ref();
        in_force.map_or(0, |now| now.undoable) + self.unanswered_changes
    }

    /// Remembers the values before a change of `setting` that is not logged.
    pub(super) fn remember_unlogged(
        &mut self,
        setting: &Setting,
        before: &Choices,
        after: &Choices,
    ) {
        if before.limits == after.limits && before.motion == after.motion {
            return;
        }
        let undoable = self.undoable();
        self.run.unlogged.push(UnloggedChange {
            undoable,
            limits: before.limits,
            has_motion: before.motion,
            label: format!("{} {}", setting.name, (setting.value)(after)),
            is_branch: false,
        });
    }

    /// Remembers that a branch was begun.
    pub(super) fn remember_branch(&mut self) {
        let undoable = self.undoable();
        self.run.unlogged.push(UnloggedChange {
            undoable,
            limits: self.run.limits,
            has_motion: self.motion.is_on,
            label: String::new(),
            is_branch: true,
        });
    }
}
