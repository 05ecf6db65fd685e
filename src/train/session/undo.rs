//! The changes that can be taken back.

use std::sync::Arc;

use super::snapshot::{MOST_BYTES, Saved};
use crate::nn::Change;

/// Changes that can be taken back at most; of more the oldest ones stay as they are.
const MOST: usize = 100;

/// What was changed, the last one on top.
///
/// All that is forgotten here depends on the changes and the steps between them alone, never on
/// what the machine has to spare: an undo is in the log as such, and has to mean the same whenever
/// that is replayed.
#[derive(Debug, Clone, Default)]
pub(super) struct UndoStack {
    entries: Vec<Undoable>,
}

/// A change that can be taken back.
#[derive(Debug, Clone)]
pub(super) struct Undoable {
    /// The change that takes it back, as well as one change can.
    pub back: Change,
    /// The state before it, as long as no step was taken since.
    pub before: Option<Arc<Saved>>,
    /// Bytes of that state.
    pub bytes: u128,
    /// What it was, in a few words.
    pub label: String,
}

impl UndoStack {
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What the next undo takes back, in a few words.
    pub fn next(&self) -> &str {
        self.entries.last().map_or("", |entry| &entry.label)
    }

    pub fn push(&mut self, entry: Undoable) {
        self.entries.push(entry);
        if self.entries.len() > MOST {
            self.entries.remove(0);
        }
        let mut room = MOST_BYTES;
        for entry in self.entries.iter_mut().rev() {
            if entry.before.is_none() {
                continue;
            }
            match room.checked_sub(entry.bytes) {
                Some(left) => room = left,
                None => entry.before = None,
            }
        }
    }

    pub fn pop(&mut self) -> Option<Undoable> {
        self.entries.pop()
    }

    /// Whether there is a state to go back to.
    pub fn has_states(&self) -> bool {
        self.entries.iter().any(|entry| entry.before.is_some())
    }

    /// Forgets the states before the changes: the training has gone on from there.
    pub fn forget_states(&mut self) {
        for entry in &mut self.entries {
            entry.before = None;
        }
    }
}
