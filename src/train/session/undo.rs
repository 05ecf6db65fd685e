//! Stack of the changes that can be undone.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::nn::Change;

/// Maximum number of changes that can be undone; older ones become permanent.
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

    pub fn push(&mut self, entry: Undoable) {
        self.entries.push_back(entry);
        if self.entries.len() > MAX_UNDOS {
            self.entries.pop_front();
        }
    }

    pub fn pop(&mut self) -> Option<Undoable> {
        self.entries.pop_back()
    }
}
