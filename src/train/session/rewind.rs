//! Rewinding: the run as it was at an earlier moment, by a replay of its log from the nearest snapshot.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::Arc;

use super::snapshots::{Entry, Purpose, Recovery, Snapshot, SnapshotRing, bytes};
use super::{Position, ReplayError, Session};
use crate::error::{Error, Result};
use crate::nn::LoggedChange;
use crate::nn::engine::EngineSnapshot;
use crate::util::lang::say;
use crate::util::memory;

/// Number of snapshots that are kept however large the network is.
const FEW: usize = 3;

/// Largest number of states of engines that a snapshot refers to: its own, and those of its recovery.
const MAX_ENGINES: u128 = 4;

/// Moment of a run. At a step, and at the step that ends an epoch, it is after the changes made there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// End of this epoch, counted from 1; 0 is the start of the run.
    Epoch(u64),
    /// Number of steps done.
    Step(u64),
}

impl Moment {
    /// Returns whether a run at `position` has reached this moment.
    pub fn is_reached_at(self, position: Position) -> bool {
        match self {
            Self::Epoch(epoch) => position.epoch >= epoch,
            Self::Step(step) => position.step >= step,
        }
    }

    /// Returns whether `position` is this moment.
    pub(crate) fn is_at(self, position: Position) -> bool {
        match self {
            Self::Epoch(epoch) => position.epoch == epoch && position.batch == 0,
            Self::Step(step) => position.step == step,
        }
    }

    /// Returns the number of steps from `position` to this moment, in epochs of `batches` steps; 0 if it is reached.
    pub fn steps_from(self, position: Position, batches: u32) -> u64 {
        match self {
            Self::Epoch(epoch) => (epoch.saturating_sub(position.epoch))
                .saturating_mul(batches.into())
                .saturating_sub(position.batch.into()),
            Self::Step(step) => step.saturating_sub(position.step),
        }
    }

    /// Returns whether a snapshot at `position` comes before this moment, or is at it.
    fn is_from(self, position: Position) -> bool {
        match self {
            Self::Epoch(epoch) if position.epoch == epoch => position.batch == 0,
            Self::Epoch(epoch) => position.epoch < epoch,
            Self::Step(step) => position.step <= step,
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Epoch(epoch) => say!("moment-epoch", "epoch {epoch}", epoch),
            Self::Step(step) => say!("moment-step", "step {step}", step),
        })
    }
}

impl SnapshotRing {
    /// Adds a snapshot for rewinding, and drops others until all fit the limits of memory and number. The first ones to
    /// go are those that leave the smallest gap in relation to how long ago it is.
    fn push_for_rewinding(&mut self, snapshot: Arc<Snapshot>) {
        let limit = u128::from(self.rewind_bytes);
        let entries = &mut self.by_purpose[Purpose::Rewind as usize];
        entries.push_back(Entry {
            // Undo alone finds snapshots by their id.
            id: u64::MAX,
            purpose: Purpose::Rewind,
            snapshot,
        });
        let growth = &mut self.growth[Purpose::Rewind as usize];
        while entries.len() > Purpose::Rewind.max_count()
            || (entries.len() > FEW && used(entries, limit) > limit)
            || (entries.len() > 1 && !growth.reaches(used(entries, growth.granted())))
        {
            let steps = entries.iter().map(|entry| entry.snapshot.position.step);
            let steps: Vec<u64> = steps.collect();
            entries.remove(least_useful(&steps));
        }
    }

    /// Takes over the snapshots for rewinding of a run with the same past up to `position` and the first `changes`.
    pub(super) fn share_past(&mut self, other: &Self, position: Position, changes: usize) {
        let shared = other.by_purpose[Purpose::Rewind as usize].iter();
        let shared = shared.filter(|entry| {
            let snapshot = &entry.snapshot;
            snapshot.position.step <= position.step && snapshot.changes <= changes
        });
        self.by_purpose[Purpose::Rewind as usize] = shared.cloned().collect();
    }
}

/// Returns how many bytes `entries` take; an estimate from above if that is at most `enough`.
fn used(entries: &VecDeque<Entry>, enough: u128) -> u128 {
    let engines = entries.iter().map(|entry| &entry.snapshot.engine);
    let largest = engines.map(|engine| bytes(engine.architecture())).max();
    // Counting takes longer than a step of a small network.
    let most = largest
        .unwrap_or(0)
        .saturating_mul(MAX_ENGINES * entries.len() as u128);
    if most <= enough {
        most
    } else {
        memory(entries.iter())
    }
}

/// Returns the bytes of all states of engines that `entries` refer to, each counted once.
fn memory<'e>(entries: impl Iterator<Item = &'e Entry>) -> u128 {
    let mut seen: HashSet<*const EngineSnapshot> = HashSet::new();
    let mut sum = 0;
    for snapshot in entries.map(|entry| &entry.snapshot) {
        let recovery = snapshot.recovery.iter().flat_map(Recovery::snapshots);
        for snapshot in recovery.chain([snapshot]) {
            if seen.insert(Arc::as_ptr(&snapshot.engine)) {
                sum += bytes(snapshot.engine.architecture());
            }
        }
    }
    sum
}

/// Returns the index of the snapshot between the first and the last of `steps` that can best be missed.
fn least_useful(steps: &[u64]) -> usize {
    let last = steps.last().copied().unwrap_or(0);
    let cost = |at: usize| {
        let (before, after) = (steps[at - 1], steps[at + 1]);
        (after - before) as f64 / (last - before).max(1) as f64
    };
    let inner = 1..steps.len().saturating_sub(1);
    inner
        .min_by(|&a, &b| cost(a).total_cmp(&cost(b)))
        .unwrap_or(0)
}

impl Session {
    /// Keeps snapshots for rewinding in up to `bytes` of memory from now on; none for 0, or if there would be no memory
    /// left to go on training and to save. Results are not affected.
    pub(in crate::train) fn keep_past(&mut self, bytes: u64) {
        self.snapshots.rewind_bytes = match memory::available() {
            None => bytes,
            Some(free) => self.past_that_fits(bytes, free),
        };
        if self.snapshots.of(Purpose::Rewind).next().is_none() {
            self.keep_for_rewinding(None);
        }
    }

    /// Returns how many of `wanted` bytes snapshots for rewinding may take where `free` bytes are free.
    fn past_that_fits(&self, wanted: u64, free: u64) -> u64 {
        let few = (FEW as u128 * MAX_ENGINES).saturating_mul(bytes(self.architecture()));
        if u128::from(free) < few {
            0
        } else {
            free.min(wanted)
        }
    }

    /// Takes a snapshot for rewinding, if they are kept. `engine` is the state of the engine, if it was copied already;
    /// a run in progress takes none otherwise.
    pub(super) fn keep_for_rewinding(&mut self, engine: Option<Arc<EngineSnapshot>>) {
        let is_first = self.snapshots.of(Purpose::Rewind).next().is_none();
        if self.snapshots.rewind_bytes == 0 || (engine.is_none() && !is_first) {
            return;
        }
        let step = self.position.step;
        let mut undoable = self.snapshots.of(Purpose::Undo);
        // A replay from here could not undo the change.
        let is_undoable = undoable.any(|snapshot| snapshot.position.step == step);
        drop(undoable);
        if is_undoable || self.diverged.is_some() {
            return;
        }
        let engine = engine.unwrap_or_else(|| Arc::new(self.engine.snapshot()));
        let snapshot = self.snapshot_of(engine, Some(self.recovery.clone()), self.undo.clone());
        self.snapshots.push_for_rewinding(snapshot);
    }

    /// Creates a session at the last moment not after `moment` that can be had at once: that of `other`, a session in
    /// the past of this one, or from a snapshot of either, or else at the start. [`Session::follow`] leads on from there.
    ///
    /// # Errors
    /// [`Error::Usage`] if the log is invalid.
    pub(in crate::train) fn rewound(&self, moment: Moment, other: Option<Self>) -> Result<Self> {
        let kept = [Some(self), other.as_ref()].into_iter().flatten();
        let kept = kept.flat_map(|session| session.snapshots.of(Purpose::Rewind));
        let kept = kept.filter(|snapshot| moment.is_from(snapshot.position));
        let nearest = kept.max_by_key(|snapshot| snapshot.position.step).cloned();
        let step = nearest.as_ref().map_or(0, |nearest| nearest.position.step);
        let mut session = match (nearest, other) {
            (_, Some(other)) if moment.is_from(other.position) && other.position.step >= step => {
                return Ok(other);
            }
            (Some(nearest), other) => self.at(&nearest, other.as_ref()),
            (None, _) => self.at_start()?,
        };
        session.catch_up(&self.log).map_err(replay_failed)?;
        Ok(session)
    }

    /// Creates a session in the state of `snapshot` of this run.
    fn at(&self, snapshot: &Arc<Snapshot>, other: Option<&Self>) -> Self {
        let step = snapshot.position.step;
        // The longer of the two pasts.
        let of = other.filter(|other| other.position.step >= step);
        let mut ring = of.unwrap_or(self).snapshots.clone();
        ring.forget(Purpose::Undo);
        ring.forget(Purpose::StepBack);
        ring.cut(step);
        let log = self.log[..snapshot.changes.min(self.log.len())].to_vec();
        let data = Arc::clone(&self.data);
        Self::from_snapshot(self.recipe(), data, (log, ring), Snapshot::clone(snapshot))
    }

    /// Creates a session at the start of this run.
    fn at_start(&self) -> Result<Self> {
        let mut session = Self::before_first_step(self.recipe(), Arc::clone(&self.data))?;
        session.keep_past(self.snapshots.rewind_bytes);
        Ok(session)
    }

    /// Makes the changes of `log`, which begins with those of this session, that were made at this step.
    fn catch_up(&mut self, log: &[LoggedChange]) -> std::result::Result<(), ReplayError> {
        while let Some(logged) = log.get(self.log.len())
            && logged.step <= self.position.step
        {
            let step = logged.step;
            if step < self.position.step {
                return Err(ReplayError::OutOfOrder { step });
            }
            self.apply(logged.change.clone())
                .map_err(|why| ReplayError::Refused { step, why })?;
        }
        Ok(())
    }

    /// Does the next step of a run with this `log`, of which this session is the past, and makes the changes after it.
    ///
    /// # Errors
    /// [`Error::Diverged`]; [`Error::Usage`] if the log is invalid.
    pub(in crate::train) fn follow(&mut self, log: &[LoggedChange]) -> Result<()> {
        self.step()
            .map_err(|divergence| Error::Diverged(divergence.to_string()))?;
        self.validated = None;
        self.catch_up(log).map_err(replay_failed)
    }

    /// Takes over the snapshots for rewinding of `other`, a run with the same past up to `position` and the first
    /// `changes`.
    pub(in crate::train) fn share_past(&mut self, other: &Self, at: (Position, usize)) {
        self.snapshots.share_past(&other.snapshots, at.0, at.1);
        self.keep_past(other.snapshots.rewind_bytes);
    }

    /// Drops the snapshots for rewinding.
    pub(in crate::train) fn forget_past(&mut self) {
        self.snapshots.forget(Purpose::Rewind);
    }
}

/// Returns the error of a replay that did not come to an end.
fn replay_failed(error: ReplayError) -> Error {
    Error::Usage(error.to_string())
}

#[cfg(test)]
mod tests;
