//! Snapshots of a session in one bounded ring: exact undo, stepping back over updates, recovery from a
//! divergence and the path of the run all read it.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::best::Best;
use super::frozen::FrozenParameters;
use super::undo::UndoStack;
use super::{Buffers, Divergence, Position, RunningMean, Session, Stepped};
use crate::nn::engine::{Engine, EngineSnapshot};
use crate::nn::schedule::Plateau;
use crate::nn::{Architecture, Change, Parameters};
use crate::train::Plan;
use crate::train::evaluation::Evaluator;
use crate::util::memory::Growth;

/// Memory limit for the snapshots of each [`Purpose`], in bytes.
const MAX_BYTES: u128 = 64 << 20;

/// Bytes per parameter of a snapshot: the parameter, its transpose and two state vectors.
const BYTES_PER_PARAMETER: u128 = 4 * 4;

/// Minimum number of steps between two snapshots for recovery.
const RECOVERY_STEPS: u64 = 100;

/// Minimum number of steps between two snapshots of the path at the start of a run.
const PATH_STEPS: u64 = 8;

/// Minimum number of parameters times steps between two snapshots for recovery, so that networks whose steps
/// take less than a microsecond are not slowed by the memory that each snapshot allocates.
const RECOVERY_PARAMETER_STEPS: u128 = 200_000;

/// Returns the minimum number of steps between two snapshots for recovery of a network of this shape.
fn recovery_steps(architecture: &Architecture) -> u64 {
    let steps = RECOVERY_PARAMETER_STEPS / architecture.parameter_count().max(1);
    RECOVERY_STEPS.max(u64::try_from(steps).unwrap_or(u64::MAX))
}

/// Purpose of a snapshot, which decides how long the ring keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::train) enum Purpose {
    /// Undo of a change that its opposite does not restore exactly; stale after the next step.
    Undo,
    /// Stepping back over an update.
    StepBack,
    /// Path of the run, at the start of epochs; thinned evenly when full.
    Path,
    /// Rewinding, at the end of epochs; thinned the more the longer ago they are. Checkpoints are without them.
    #[serde(skip)]
    Rewind,
}

impl Purpose {
    /// Maximum number of snapshots.
    pub(super) fn max_count(self) -> usize {
        match self {
            Self::Undo => 100,
            Self::StepBack => 8,
            Self::Path => 64,
            Self::Rewind => 256,
        }
    }
}

/// State of a session at one position: everything that steps and changes alter, except the log.
#[derive(Debug, Clone)]
pub(in crate::train) struct Snapshot {
    pub(super) engine: Arc<EngineSnapshot>,
    pub(super) batch: usize,
    pub(super) now: Plan,
    pub(super) frozen: FrozenParameters,
    pub(super) position: Position,
    pub(super) mean: RunningMean,
    pub(super) plateau: Plateau,
    /// Number of live changes so far.
    pub(super) changes: usize,
    pub(super) undo: UndoStack,
    /// `None` in the snapshots of a [`Recovery`] itself.
    pub(super) recovery: Option<Recovery>,
}

impl Snapshot {
    /// State at the start of a training on this number of rows.
    pub fn initial(engine: EngineSnapshot, plan: &Plan, rows: usize) -> Self {
        Self {
            engine: Arc::new(engine),
            batch: plan.batch.get().min(rows),
            now: plan.clone(),
            frozen: FrozenParameters::default(),
            position: Position::default(),
            mean: RunningMean::default(),
            plateau: Plateau::default(),
            changes: 0,
            undo: UndoStack::default(),
            recovery: None,
        }
    }

    /// Returns the parameters.
    pub fn parameters(&self) -> Parameters {
        self.engine.parameters()
    }
}

/// Estimates the bytes of a snapshot. The estimate depends on the network's shape alone, so that the same
/// snapshots are kept in every run.
pub(super) fn bytes(architecture: &Architecture) -> u128 {
    architecture
        .parameter_count()
        .saturating_mul(BYTES_PER_PARAMETER)
}

/// Snapshots to return to: after a divergence, and the best epoch.
#[derive(Debug, Clone)]
pub(super) struct Recovery {
    /// Start of the epoch with the lowest mean training loss.
    pub good: Arc<Snapshot>,
    /// Mean training loss of that epoch.
    pub(super) loss: f64,
    /// Start of an epoch whose loss is not known yet. It becomes the good one only when that epoch ends
    /// well: a single step can destroy parameters that were fine until then.
    pub(super) candidate: Arc<Snapshot>,
    /// End of the epoch with the lowest validation loss, if one has ended.
    pub(super) best: Option<Best>,
    /// Number of epochs that were done when the search for the best one began.
    pub(super) best_since: u64,
}

impl Recovery {
    /// Falls back on `snapshot` until an epoch has ended.
    pub fn new(snapshot: Arc<Snapshot>) -> Self {
        Self {
            good: Arc::clone(&snapshot),
            loss: f64::INFINITY,
            best: None,
            best_since: snapshot.position.epoch,
            candidate: snapshot,
        }
    }

    /// Returns the snapshots to return to.
    pub(super) fn snapshots(&self) -> impl Iterator<Item = &Arc<Snapshot>> {
        let best = self.best.iter().map(|best| &best.snapshot);
        [&self.good, &self.candidate].into_iter().chain(best)
    }

    /// Forgets the best epoch if it is later than the candidate.
    pub(super) fn forget_best_after_candidate(&mut self) {
        let Position { epoch, step, .. } = self.candidate.position;
        self.best.take_if(|best| best.snapshot.position.step > step);
        self.best_since = self.best_since.min(epoch);
    }
}

/// Snapshot in the ring.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub id: u64,
    pub purpose: Purpose,
    pub snapshot: Arc<Snapshot>,
}

/// Bounded ring of snapshots.
///
/// Eviction of those for an undo depends on the changes and steps alone, never on time or free memory: an undo is
/// logged as such and has to mean the same in a replay. The others give way where there is no memory left.
#[derive(Debug, Clone)]
pub(super) struct SnapshotRing {
    /// Snapshots of each [`Purpose`], oldest first.
    pub(super) by_purpose: [VecDeque<Entry>; 4],
    pub next_id: u64,
    /// Minimum number of steps between two snapshots of the path; doubles whenever the path is thinned.
    pub path_steps: u64,
    /// Memory limit of the snapshots for rewinding, in bytes; none are taken if it is 0.
    pub rewind_bytes: u64,
    /// Memory of the snapshots of each [`Purpose`].
    pub(super) growth: [Growth; 4],
}

impl Default for SnapshotRing {
    fn default() -> Self {
        Self {
            by_purpose: Default::default(),
            next_id: 0,
            path_steps: PATH_STEPS,
            rewind_bytes: 0,
            growth: Default::default(),
        }
    }
}

impl SnapshotRing {
    /// Creates a ring with the entries of another, oldest first.
    pub fn with_entries(entries: Vec<Entry>, next_id: u64, path_steps: u64) -> Self {
        let mut by_purpose: [VecDeque<Entry>; 4] = Default::default();
        for entry in entries {
            by_purpose[entry.purpose as usize].push_back(entry);
        }
        Self {
            by_purpose,
            next_id,
            path_steps,
            ..Self::default()
        }
    }

    /// Returns all entries; those of one purpose oldest first.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.by_purpose.iter().flatten()
    }

    /// Adds a snapshot and returns its id. Drops the oldest of the same purpose beyond the limits of number
    /// and memory; the path is thinned instead.
    fn push(&mut self, purpose: Purpose, snapshot: Arc<Snapshot>) -> u64 {
        let mut limit = capacity(purpose, snapshot.engine.architecture());
        if purpose != Purpose::Undo && !self.has_room(purpose, &snapshot) {
            limit = limit.min(self.count(purpose).max(1));
        }
        if purpose == Purpose::Path && self.count(purpose) >= limit {
            self.thin_path();
        }
        let id = self.next_id;
        self.next_id += 1;
        let entries = &mut self.by_purpose[purpose as usize];
        entries.push_back(Entry {
            id,
            purpose,
            snapshot,
        });
        while entries.len() > limit {
            entries.pop_front();
        }
        id
    }

    /// Returns whether there is memory for one more snapshot of a purpose. Two of them share much with the run.
    fn has_room(&mut self, purpose: Purpose, snapshot: &Snapshot) -> bool {
        let count = self.count(purpose) + 1;
        let bytes = bytes(snapshot.engine.architecture()).saturating_mul(count as u128);
        count <= 2 || self.growth[purpose as usize].reaches(bytes)
    }

    pub(super) fn of(&self, purpose: Purpose) -> impl DoubleEndedIterator<Item = &Arc<Snapshot>> {
        let entries = self.by_purpose[purpose as usize].iter();
        entries.map(|entry| &entry.snapshot)
    }

    fn count(&self, purpose: Purpose) -> usize {
        self.by_purpose[purpose as usize].len()
    }

    /// Drops every second snapshot of the path, and takes further ones half as often.
    fn thin_path(&mut self) {
        self.path_steps = self.path_steps.saturating_mul(2);
        let mut is_kept = false;
        self.by_purpose[Purpose::Path as usize].retain(|_| {
            is_kept = !is_kept;
            is_kept
        });
    }

    /// Drops what is after `step` steps of the path, and of the snapshots for rewinding.
    pub(super) fn cut(&mut self, step: u64) {
        for purpose in [Purpose::Path, Purpose::Rewind] {
            let entries = &mut self.by_purpose[purpose as usize];
            entries.retain(|entry| entry.snapshot.position.step <= step);
        }
    }

    /// Drops all snapshots of a purpose.
    pub(crate) fn forget(&mut self, purpose: Purpose) {
        self.by_purpose[purpose as usize].clear();
    }

    /// Returns the snapshot with this id, unless it was dropped or was not taken after `step` steps.
    pub(crate) fn for_undo(&self, id: u64, step: u64) -> Option<Arc<Snapshot>> {
        let mut entries = self.by_purpose[Purpose::Undo as usize].iter();
        let entry = entries.find(|entry| entry.id == id)?;
        (entry.snapshot.position.step == step).then(|| Arc::clone(&entry.snapshot))
    }

    /// Removes and returns the newest snapshot of a purpose.
    fn pop(&mut self, purpose: Purpose) -> Option<Arc<Snapshot>> {
        let newest = self.by_purpose[purpose as usize].pop_back();
        newest.map(|entry| entry.snapshot)
    }
}

/// Maximum number of snapshots of a network of this shape; 0 if a single one exceeds the memory limit.
fn capacity(purpose: Purpose, architecture: &Architecture) -> usize {
    let by_memory = MAX_BYTES / bytes(architecture).max(1);
    usize::try_from(by_memory).map_or(purpose.max_count(), |count| count.min(purpose.max_count()))
}

impl Session {
    pub(super) fn take_snapshot(
        &self,
        recovery: Option<Recovery>,
        undo: UndoStack,
    ) -> Arc<Snapshot> {
        self.snapshot_of(Arc::new(self.engine.snapshot()), recovery, undo)
    }

    /// Takes a snapshot with the state of the engine that is copied already.
    pub(super) fn snapshot_of(
        &self,
        engine: Arc<EngineSnapshot>,
        recovery: Option<Recovery>,
        undo: UndoStack,
    ) -> Arc<Snapshot> {
        Arc::new(Snapshot {
            engine,
            batch: self.engine.batch(),
            now: self.now.clone(),
            frozen: self.frozen.clone(),
            position: self.position,
            mean: self.mean,
            plateau: self.plateau,
            changes: self.log.len(),
            undo,
            recovery,
        })
    }

    /// Keeps the current state for the exact undo of `change`, if its opposite does not restore everything
    /// and the state fits the memory limit.
    pub(super) fn keep_for_undo(&mut self, change: &Change) -> Option<u64> {
        let is_deep = matches!(
            change,
            Change::Network { .. } | Change::Optimizer { .. } | Change::Batch { .. }
        );
        if !is_deep || capacity(Purpose::Undo, self.architecture()) == 0 {
            return None;
        }
        let snapshot = self.take_snapshot(Some(self.recovery.clone()), UndoStack::default());
        Some(self.snapshots.push(Purpose::Undo, snapshot))
    }

    /// Trains on the next mini-batch as [`step`](Self::step) does, and keeps the state before it for
    /// [`step_back`](Self::step_back), if that fits the memory limit.
    ///
    /// # Errors
    /// Those of [`step`](Self::step).
    pub(in crate::train) fn step_and_keep(&mut self) -> Result<Stepped, Divergence> {
        let is_kept = capacity(Purpose::StepBack, self.architecture()) > 0;
        if is_kept {
            let snapshot = self.take_snapshot(Some(self.recovery.clone()), self.undo.clone());
            self.snapshots.push(Purpose::StepBack, snapshot);
        }
        let stepped = self.step();
        if stepped.is_err() && is_kept {
            self.snapshots.pop(Purpose::StepBack);
        }
        stepped
    }

    /// Number of updates that [`step_back`](Self::step_back) can go back over.
    pub(in crate::train) fn steps_kept(&self) -> usize {
        self.snapshots.count(Purpose::StepBack)
    }

    /// Returns the parameters before the last update that was kept, and the rows of its mini-batch.
    pub(in crate::train) fn before_last_update(&self) -> Option<(Parameters, Vec<u32>)> {
        let snapshot = self.snapshots.of(Purpose::StepBack).next_back()?;
        let mut order = vec![0; self.order.len()];
        self.sampler.draw(snapshot.position.epoch, &mut order);
        let start = snapshot.position.batch as usize * snapshot.batch;
        let end = (start + snapshot.batch).min(order.len());
        Some((snapshot.parameters(), order[start..end].to_vec()))
    }

    /// Restores the state before the last update that was kept. Returns whether there was one.
    pub(in crate::train) fn step_back(&mut self) -> bool {
        let Some(snapshot) = self.snapshots.pop(Purpose::StepBack) else {
            return false;
        };
        self.undo = snapshot.undo.clone();
        self.restore(&snapshot);
        true
    }

    /// Drops the states kept for stepping back.
    pub(in crate::train) fn forget_step_back(&mut self) {
        self.snapshots.forget(Purpose::StepBack);
    }

    /// Restores a snapshot, except for the undo stack. The log stays.
    pub(super) fn restore(&mut self, snapshot: &Arc<Snapshot>) {
        let engine = EngineSnapshot::clone(&snapshot.engine);
        let engine = Engine::from_snapshot(engine, snapshot.batch);
        self.use_engine(engine);
        self.now = snapshot.now.clone();
        self.frozen = snapshot.frozen.clone();
        self.position = snapshot.position;
        self.mean = snapshot.mean;
        self.plateau = snapshot.plateau;
        self.recovery = match &snapshot.recovery {
            Some(recovery) => recovery.clone(),
            None => Recovery::new(Arc::clone(snapshot)),
        };
        self.diverged = None;
        self.snapshots.cut(self.position.step);
        self.shuffle();
    }

    /// Replaces the engine, with buffers that fit it.
    pub(super) fn use_engine(&mut self, engine: Engine) {
        let architecture = engine.architecture();
        self.buffers = Buffers::needed_for(&self.data.training, architecture, engine.batch());
        self.evaluator = Evaluator::new(&engine);
        self.engine = engine;
    }

    /// Starts recovery and path anew from the current state: older parameters do not fit the network.
    pub(super) fn restart_snapshots(&mut self) {
        let mut snapshot = self.take_snapshot(None, UndoStack::default());
        if let Some(snapshot) = Arc::get_mut(&mut snapshot) {
            // The change under way is not logged yet.
            snapshot.changes += 1;
        }
        self.begin_path_at(snapshot);
    }

    /// Starts recovery and path anew from the current state, whose changes are all logged.
    pub(super) fn begin_path(&mut self) {
        let snapshot = self.take_snapshot(None, UndoStack::default());
        self.begin_path_at(snapshot);
    }

    fn begin_path_at(&mut self, snapshot: Arc<Snapshot>) {
        self.recovery = Recovery::new(Arc::clone(&snapshot));
        self.snapshots.forget(Purpose::Path);
        self.snapshots.path_steps = PATH_STEPS;
        self.extend_path(&snapshot);
    }

    /// Updates the snapshots for recovery and the path at the end of an epoch with the mean training loss
    /// `loss`. Returns the state of the engine if it was copied.
    pub(super) fn keep_at_epoch_end(&mut self, loss: f64) -> Option<Arc<EngineSnapshot>> {
        let recovery = &mut self.recovery;
        let candidate = recovery.candidate.position;
        if candidate.epoch + 1 == self.position.epoch && loss <= recovery.loss {
            recovery.good = Arc::clone(&recovery.candidate);
            recovery.loss = loss;
        }
        let steps = self.position.step - candidate.step;
        let is_candidate = steps >= recovery_steps(self.architecture());
        let mut engine = None;
        if is_candidate || self.is_path_due(self.position.step) {
            let snapshot = self.take_snapshot(None, UndoStack::default());
            self.extend_path(&snapshot);
            engine = Some(Arc::clone(&snapshot.engine));
            if is_candidate {
                self.recovery.candidate = snapshot;
            }
        }
        // Without a way back over the steps of the epoch, no undo restores a state before them.
        if self.steps_kept() == 0 {
            self.snapshots.forget(Purpose::Undo);
        }
        engine
    }

    pub(super) fn extend_path(&mut self, snapshot: &Arc<Snapshot>) {
        if self.is_path_due(snapshot.position.step) {
            self.snapshots.push(Purpose::Path, Arc::clone(snapshot));
        }
    }

    /// Returns whether the path takes a snapshot of this step.
    fn is_path_due(&self, step: u64) -> bool {
        let last = self.snapshots.of(Purpose::Path).next_back();
        let steps = last.map(|last| step - last.position.step);
        steps.is_none_or(|steps| steps >= self.snapshots.path_steps)
            && capacity(Purpose::Path, self.architecture()) > 1
    }

    /// Returns the kept states along the run, oldest first and evenly spaced, at most 64.
    pub fn path(&self) -> impl Iterator<Item = (Position, Parameters)> {
        let path = self.snapshots.of(Purpose::Path);
        path.map(|snapshot| (snapshot.position, snapshot.parameters()))
    }

    /// Returns whether the current parameters are unreliable: a step was interrupted.
    pub(in crate::train) fn is_interrupted(&self) -> bool {
        self.is_interrupted
    }

    /// Declares the current parameters unreliable: a step was interrupted.
    pub(crate) fn distrust(&mut self) {
        self.is_interrupted = true;
    }

    /// Returns the parameters worth saving and their position: the current ones or, after a divergence or an
    /// interrupted step, those from the start of the epoch with the lowest mean training loss.
    pub fn good_parameters(&self) -> (Parameters, Position) {
        if self.diverged.is_some() || self.is_interrupted {
            let good = &self.recovery.good;
            let mut parameters = good.parameters();
            self.frozen.write_to(&mut parameters);
            (parameters, good.position)
        } else {
            (self.engine.parameters(), self.position)
        }
    }
}
