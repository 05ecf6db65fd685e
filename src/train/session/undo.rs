//! Stack of the changes that can be undone.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::nn::Change;

/// Maximum number of changes that can be undone, of the learning rate and others each; older ones become permanent.
const MAX_UNDOS: usize = 100;

/// Changes that can be undone, the last one on top.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct UndoStack {
    entries: VecDeque<Undoable>,
}

/// Change that can be undone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Undoable {
    /// Opposite change, for an undo after further steps.
    pub opposite: Change,
    /// Id of the snapshot before the change, for an exact undo if no step was taken since.
    pub snapshot: Option<u64>,
    /// Short description for the menu.
    pub label: String,
}

impl UndoStack {
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Description of the change that the next undo reverts; empty if there is none.
    pub fn next(&self) -> &str {
        self.entries.back().map_or("", |entry| &entry.label)
    }

    /// Appends `entry`. Changes of the learning rate and others are limited each, so that the first do not change
    /// what [`Change::Undo`] finds.
    pub fn push(&mut self, entry: Undoable) {
        let is_rate = entry.is_rate();
        self.entries.push_back(entry);
        let alike = |entry: &Undoable| entry.is_rate() == is_rate;
        if self.entries.iter().filter(|entry| alike(entry)).count() > MAX_UNDOS
            && let Some(oldest) = self.entries.iter().position(alike)
        {
            self.entries.remove(oldest);
        }
    }

    /// Returns whether there is a change to undo, other than of the learning rate unless `with_rates`.
    pub fn has_any(&self, with_rates: bool) -> bool {
        self.last(with_rates).is_some()
    }

    /// Removes and returns the last change, other than of the learning rate unless `with_rates`.
    pub fn pop(&mut self, with_rates: bool) -> Option<Undoable> {
        let last = self.last(with_rates)?;
        self.entries.remove(last)
    }

    fn last(&self, with_rates: bool) -> Option<usize> {
        let is_wanted = |entry: &Undoable| with_rates || !entry.is_rate();
        self.entries.iter().rposition(is_wanted)
    }
}

impl Undoable {
    fn is_rate(&self) -> bool {
        matches!(self.opposite, Change::LearningRate { .. })
    }
}
