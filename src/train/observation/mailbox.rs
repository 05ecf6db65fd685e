//! The mailbox between the worker and the screen.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use super::Snapshot;
use crate::util::sync::lock;

/// One slot for the latest snapshot. The worker fills it only if one is wanted, and never waits.
#[derive(Debug, Default)]
pub struct Mailbox {
    wanted: AtomicBool,
    slot: Mutex<Option<Snapshot>>,
}

impl Mailbox {
    /// Takes the snapshot, if there is one, and asks for the next.
    pub fn take(&self) -> Option<Snapshot> {
        let taken = self.lock().take();
        self.wanted.store(true, Ordering::Release);
        taken
    }

    /// Whether a snapshot was asked for since the last one was put in.
    pub fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Acquire)
    }

    /// Puts `snapshot` in, in place of one that was not taken.
    pub fn put(&self, snapshot: Snapshot) {
        *self.lock() = Some(snapshot);
        self.wanted.store(false, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Snapshot>> {
        // A snapshot is replaced as a whole, so a poisoned lock holds no half of one.
        lock(&self.slot)
    }
}
