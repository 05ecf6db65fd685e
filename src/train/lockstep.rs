//! Lockstep of runs that race: no run begins an epoch before all others have ended the one before it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Maximum number of runs, the main one among them.
pub(crate) const MAX_RUNS: usize = 7;
/// Number of epochs of a run that does not train, for which nobody waits.
const RESTS: u64 = u64::MAX;

/// Runs that can train in lockstep. They share nothing else, so the lockstep changes only when they train.
#[derive(Debug)]
pub(crate) struct Lockstep {
    is_on: AtomicBool,
    /// Number of epochs that each run has ended since the race began, or [`RESTS`].
    epochs: [AtomicU64; MAX_RUNS],
}

/// Place of a run in a [`Lockstep`].
#[derive(Debug, Clone)]
pub struct RacePlace {
    group: Arc<Lockstep>,
    index: usize,
    /// Number of epochs that the run has ended since the race began.
    epochs: u64,
}

impl Lockstep {
    /// Creates a group of runs that do not train yet.
    pub fn new(is_on: bool) -> Arc<Self> {
        Arc::new(Self {
            is_on: AtomicBool::new(is_on),
            epochs: [const { AtomicU64::new(RESTS) }; MAX_RUNS],
        })
    }

    /// Begins or ends the lockstep.
    pub fn set(&self, is_on: bool) {
        self.is_on.store(is_on, Ordering::Relaxed);
    }
}

impl RacePlace {
    /// Returns the place with this index, below [`MAX_RUNS`], for a run that has ended so many epochs.
    pub(super) fn new(group: &Arc<Lockstep>, index: usize, epochs: u64) -> Self {
        let group = Arc::clone(group);
        Self {
            group,
            index,
            epochs,
        }
    }

    /// Returns the group of the place.
    pub(super) fn group(&self) -> &Arc<Lockstep> {
        &self.group
    }

    /// Returns the number of epochs that the run has ended since the race began.
    pub(super) fn epochs(&self) -> u64 {
        self.epochs
    }

    /// Says whether the run trains.
    pub(super) fn set_training(&self, is_training: bool) {
        let epochs = if is_training { self.epochs } else { RESTS };
        self.group.epochs[self.index].store(epochs, Ordering::Relaxed);
    }

    /// Counts an epoch of the run.
    pub(super) fn end_epoch(&mut self) {
        self.epochs += 1;
        let own = &self.group.epochs[self.index];
        if own.load(Ordering::Relaxed) != RESTS {
            own.store(self.epochs, Ordering::Relaxed);
        }
    }

    /// Returns whether another run has to end an epoch before this one begins the next.
    pub(super) fn waits(&self) -> bool {
        let mut all = self.group.epochs.iter();
        self.group.is_on.load(Ordering::Relaxed)
            && all.any(|epochs| epochs.load(Ordering::Relaxed) < self.epochs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_waits_for_those_that_train_and_are_behind() {
        let group = Lockstep::new(true);
        let mut places = [0, 1].map(|index| RacePlace::new(&group, index, 0));
        places.iter().for_each(|place| place.set_training(true));
        assert!(!places[0].waits() && !places[1].waits());
        places[0].end_epoch();
        assert!(places[0].waits() && !places[1].waits());
        group.set(false);
        assert!(!places[0].waits());
        group.set(true);
        places[1].set_training(false);
        assert!(!places[0].waits(), "nobody waits for a run that rests");
        places[1].end_epoch();
        places[0].end_epoch();
        places[1].set_training(true);
        assert!(places[0].waits(), "it goes on where it was");
    }
}
