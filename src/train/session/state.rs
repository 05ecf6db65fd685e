//! The whole state of a session, apart from its data: what a checkpoint holds.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::best::Best;
use super::frozen::FrozenParameters;
use super::snapshots::{Entry, Purpose, Recovery, Snapshot, SnapshotRing, bytes};
use super::undo::UndoStack;
use super::{Buffers, Divergence, Position, Recipe, RunningMean, Session, Start};
use crate::data::{Dataset, Prepared};
use crate::nn::engine::{Engine, EngineSnapshot, Threads};
use crate::nn::schedule::Plateau;
use crate::nn::{Architecture, LoggedChange, Optimizer, ParameterId, Parameters};
use crate::train::Plan;
use crate::train::evaluation::Evaluator;
use crate::train::sampler::Sampler;
use crate::util::exact;
use crate::util::lang::say;

/// Maximum number of steps of a run that is resumed; none gets there in a thousand years.
const MAX_STEPS: u64 = 1 << 60;

/// State of a session. Snapshots are shared with it, so that taking the state copies the parameters and
/// the optimizer's state once.
#[derive(Debug)]
pub(in crate::train) struct SessionState {
    plan: Plan,
    initial_values: Vec<(ParameterId, f32)>,
    log: Vec<LoggedChange>,
    diverged: Option<Divergence>,
    start: Option<Arc<Start>>,
    current: Arc<Snapshot>,
    ring: SnapshotRing,
}

/// Everything in a [`SessionState`] but parameters and optimizer states.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::train) struct Fields {
    plan: Plan,
    initial_values: Vec<(ParameterId, f32)>,
    changes: Vec<LoggedChange>,
    diverged: Option<Divergence>,
    /// Architecture of the network from whose parameters the training started, if they were not drawn.
    start: Option<Architecture>,
    /// Snapshots, each once; one that refers to others comes behind them. The last is the current state.
    snapshots: Vec<SnapshotFields>,
    ring: Vec<EntryFields>,
    next_id: u64,
    path_steps: u64,
}

impl Fields {
    /// Estimates the bytes of all snapshots.
    pub fn bytes(&self) -> u128 {
        let snapshots = self.snapshots.iter();
        snapshots
            .map(|snapshot| bytes(&snapshot.architecture))
            .fold(0, u128::saturating_add)
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryFields {
    id: u64,
    purpose: Purpose,
    snapshot: usize,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SnapshotFields {
    architecture: Architecture,
    optimizer: Optimizer,
    updates: u64,
    /// Whether the optimizer's state follows the parameters. Snapshots whose parameters alone are used
    /// come without.
    has_optimizer_state: bool,
    batch: usize,
    plan: Plan,
    position: Position,
    mean: RunningMean,
    plateau: Plateau,
    changes: usize,
    frozen: FrozenParameters,
    undo: UndoStack,
    recovery: Option<RecoveryFields>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecoveryFields {
    good: usize,
    #[serde(with = "exact")]
    loss: f64,
    candidate: usize,
    best: Option<BestFields>,
    best_since: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BestFields {
    snapshot: usize,
    #[serde(with = "exact")]
    loss: f64,
}

/// Source of the numbers of a checkpoint, in the order of [`SessionState::numbers`].
pub(in crate::train) trait Numbers {
    /// Returns the next numbers, in the shape of a network's parameters.
    ///
    /// # Errors
    /// A message if there are no more.
    fn next(&mut self, architecture: &Architecture) -> Result<Parameters, String>;
}

/// Snapshots in the order of [`Fields::snapshots`], and whether the optimizer's state belongs to each.
#[derive(Default)]
struct Pool<'s> {
    snapshots: Vec<(&'s Snapshot, bool)>,
    indices: HashMap<*const Snapshot, usize>,
}

impl<'s> Pool<'s> {
    fn of(state: &'s SessionState) -> Self {
        let mut pool = Self::default();
        for entry in state.ring.entries() {
            pool.add(&entry.snapshot, entry.purpose != Purpose::Path);
        }
        pool.add(&state.current, true);
        pool
    }

    /// Adds a snapshot behind those it refers to, unless it is there.
    fn add(&mut self, snapshot: &'s Arc<Snapshot>, has_optimizer_state: bool) {
        if let Some(&index) = self.indices.get(&Arc::as_ptr(snapshot)) {
            self.snapshots[index].1 |= has_optimizer_state;
            return;
        }
        if let Some(recovery) = &snapshot.recovery {
            self.add(&recovery.good, false);
            self.add(&recovery.candidate, false);
            if let Some(best) = &recovery.best {
                self.add(&best.snapshot, false);
            }
        }
        self.indices
            .insert(Arc::as_ptr(snapshot), self.snapshots.len());
        self.snapshots.push((snapshot, has_optimizer_state));
    }

    fn index(&self, snapshot: &Arc<Snapshot>) -> usize {
        self.indices[&Arc::as_ptr(snapshot)]
    }

    fn fields(&self, (snapshot, has_optimizer_state): (&Snapshot, bool)) -> SnapshotFields {
        SnapshotFields {
            architecture: snapshot.engine.architecture().clone(),
            optimizer: snapshot.engine.optimizer(),
            updates: snapshot.engine.updates(),
            has_optimizer_state,
            batch: snapshot.batch,
            plan: snapshot.now.clone(),
            position: snapshot.position,
            mean: snapshot.mean,
            plateau: snapshot.plateau,
            changes: snapshot.changes,
            frozen: snapshot.frozen.clone(),
            undo: snapshot.undo.clone(),
            recovery: (snapshot.recovery.as_ref()).map(|recovery| RecoveryFields {
                good: self.index(&recovery.good),
                loss: recovery.loss,
                candidate: self.index(&recovery.candidate),
                best: (recovery.best.as_ref()).map(|best| BestFields {
                    snapshot: self.index(&best.snapshot),
                    loss: best.loss,
                }),
                best_since: recovery.best_since,
            }),
        }
    }
}

impl SessionState {
    /// Returns the architecture of the network.
    pub fn architecture(&self) -> &Architecture {
        self.current.engine.architecture()
    }

    /// Estimates the bytes of all snapshots.
    pub fn bytes(&self) -> u128 {
        let pool = Pool::of(self);
        let snapshots = pool.snapshots.iter();
        snapshots
            .map(|(snapshot, _)| bytes(snapshot.engine.architecture()))
            .sum()
    }

    /// Returns the plan at the start.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Returns the values that parameters were given at the start.
    pub fn initial_values(&self) -> &[(ParameterId, f32)] {
        &self.initial_values
    }

    /// Returns the state without its numbers.
    pub fn fields(&self) -> Fields {
        let pool = Pool::of(self);
        let entries = self.ring.entries().map(|entry| EntryFields {
            id: entry.id,
            purpose: entry.purpose,
            snapshot: pool.index(&entry.snapshot),
        });
        let snapshots = pool.snapshots.iter();
        Fields {
            plan: self.plan.clone(),
            initial_values: self.initial_values.clone(),
            changes: self.log.clone(),
            diverged: self.diverged,
            start: (self.start.as_ref()).map(|start| start.architecture.clone()),
            snapshots: snapshots.map(|&snapshot| pool.fields(snapshot)).collect(),
            ring: entries.collect(),
            next_id: self.ring.next_id,
            path_steps: self.ring.path_steps,
        }
    }

    /// Calls `write` with the numbers of each snapshot in turn: the parameters, then the optimizer's state
    /// where it belongs to the snapshot, one call for each value that the optimizer keeps; at the end the
    /// parameters from which the training started, if they were not drawn.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn numbers<E>(&self, write: &mut dyn FnMut(&Parameters) -> Result<(), E>) -> Result<(), E> {
        for (snapshot, has_optimizer_state) in Pool::of(self).snapshots {
            write(&snapshot.parameters())?;
            if has_optimizer_state {
                (snapshot.engine.optimizer_state().iter()).try_for_each(&mut *write)?;
            }
        }
        (self.start.iter()).try_for_each(|start| write(&start.parameters))
    }

    /// Puts a state together, for steps on `threads`.
    ///
    /// # Errors
    /// A message about fields that contradict each other, and those of `numbers`.
    pub fn new(
        fields: Fields,
        numbers: &mut dyn Numbers,
        threads: Threads,
    ) -> Result<Self, String> {
        let mut snapshots: Vec<Arc<Snapshot>> = Vec::new();
        for snapshot in fields.snapshots {
            let snapshot = snapshot.read(numbers, threads, &snapshots)?;
            snapshots.push(Arc::new(snapshot));
        }
        let start = match fields.start {
            Some(architecture) => Some(Arc::new(Start {
                parameters: numbers.next(&architecture)?,
                architecture,
            })),
            None => None,
        };
        let missing = || say!("state-snapshot", "a snapshot is missing").to_owned();
        let mut entries = Vec::new();
        for EntryFields {
            id,
            purpose,
            snapshot,
        } in fields.ring
        {
            let snapshot = Arc::clone(snapshots.get(snapshot).ok_or_else(missing)?);
            if purpose != Purpose::Path && snapshot.recovery.is_none() {
                return Err(missing());
            }
            entries.push(Entry {
                id,
                purpose,
                snapshot,
            });
        }
        let current = snapshots.pop().ok_or_else(missing)?;
        let path = entries
            .iter()
            .filter(|entry| entry.purpose == Purpose::Path);
        let path = path.map(|entry| entry.snapshot.position.step);
        if current.recovery.is_none() || !path.chain([current.position.step]).is_sorted() {
            return Err(missing());
        }
        let counts = [
            current.position.step,
            current.position.epoch,
            fields.next_id,
        ];
        if counts.into_iter().any(|count| count > MAX_STEPS) {
            return Err(say!("state-steps", "no run takes so many steps").into());
        }
        Ok(Self {
            plan: fields.plan,
            initial_values: fields.initial_values,
            log: fields.changes,
            diverged: fields.diverged,
            start,
            current,
            ring: SnapshotRing::with_entries(entries, fields.next_id, fields.path_steps),
        })
    }
}

impl SnapshotFields {
    fn read(
        self,
        numbers: &mut dyn Numbers,
        threads: Threads,
        earlier: &[Arc<Snapshot>],
    ) -> Result<Snapshot, String> {
        if self.updates > MAX_STEPS {
            return Err(say!("state-steps", "no run takes so many steps").into());
        }
        let parameters = numbers.next(&self.architecture)?;
        let state = if self.has_optimizer_state {
            let values = (0..self.optimizer.state_len()).map(|_| numbers.next(&self.architecture));
            values.collect::<Result<Vec<_>, _>>()?
        } else {
            Vec::new()
        };
        let optimizer = (self.optimizer, self.updates);
        let engine = EngineSnapshot::new(
            &self.architecture,
            &parameters,
            optimizer,
            &state,
            threads.into(),
        );
        let mut frozen = self.frozen;
        frozen.attach(&self.architecture, &parameters)?;
        let find = |index: usize| {
            let found = earlier.get(index);
            let found = found.filter(|found| {
                *found.engine.architecture() == self.architecture
                    && found.position.step <= self.position.step
            });
            found
                .cloned()
                .ok_or(say!("state-snapshot", "a snapshot is missing"))
        };
        let recovery = match self.recovery {
            Some(RecoveryFields {
                good,
                loss,
                candidate,
                best,
                best_since,
            }) => Some(Recovery {
                good: find(good)?,
                loss,
                candidate: find(candidate)?,
                best: match best {
                    Some(BestFields { snapshot, loss }) if loss.is_finite() => Some(Best {
                        snapshot: find(snapshot)?,
                        loss,
                    }),
                    Some(_) => {
                        return Err(
                            say!("state-best", "the loss of its best epoch is not finite").into(),
                        );
                    }
                    None => None,
                },
                best_since,
            }),
            None => None,
        };
        Ok(Snapshot {
            engine: Arc::new(engine),
            batch: self.batch,
            now: self.plan,
            frozen,
            position: self.position,
            mean: self.mean,
            plateau: self.plateau,
            changes: self.changes,
            undo: self.undo,
            recovery,
        })
    }
}

impl Snapshot {
    /// Checks that a session on `rows` training rows can be restored from it.
    fn check(&self, inputs: usize, outputs: usize, rows: usize) -> Result<(), String> {
        let expected = self.now.architecture(inputs, outputs);
        let expected = expected.map_err(|error| error.to_string())?;
        let found = self.engine.architecture();
        if *found != expected {
            return Err(say!(
                "state-network",
                "it has a network {found}, and these data and settings take {expected}",
                found,
                expected
            ));
        }
        let batches = rows.div_ceil(self.batch.max(1));
        let has_more_rows = self.mean.rows > rows || self.mean.correct > rows;
        if has_more_rows
            || self.batch != self.now.batch.get().min(rows)
            || self.position.batch as usize >= batches
        {
            return Err(say!(
                "state-position",
                "its position is none of an epoch on these data"
            )
            .into());
        }
        Ok(())
    }
}

impl Session {
    /// Copies the whole state. After an interrupted step it is the one at the start of the last epoch that
    /// has a snapshot.
    pub(in crate::train) fn state(&self) -> SessionState {
        let mut log = self.log.clone();
        let (current, ring, diverged) = if self.is_interrupted {
            let last = (*self.recovery.candidate).clone();
            log.truncate(last.changes);
            let mut recovery = self.recovery.clone();
            recovery.forget_best_after_candidate();
            let recovery = Some(recovery);
            let current = Arc::new(Snapshot { recovery, ..last });
            (current, SnapshotRing::default(), None)
        } else {
            let current = self.take_snapshot(Some(self.recovery.clone()), self.undo.clone());
            let mut ring = self.snapshots.clone();
            ring.forget(Purpose::Rewind);
            (current, ring, self.diverged)
        };
        SessionState {
            plan: self.plan.clone(),
            initial_values: self.initial_values.clone(),
            log,
            diverged,
            start: self.start.clone(),
            current,
            ring,
        }
    }

    /// Creates a session that continues bit for bit from `state`. `data` are prepared from `dataset` by the
    /// plan of the state.
    ///
    /// # Errors
    /// A message if the state does not belong to these data.
    pub(in crate::train) fn from_state(
        state: SessionState,
        dataset: Arc<Dataset>,
        data: Prepared,
        threads: Threads,
    ) -> Result<Self, String> {
        let (inputs, outputs) = (data.preprocessing.inputs(), data.output_names.len());
        let rows = data.training.rows();
        for entry in state.ring.entries() {
            entry.snapshot.check(inputs, outputs, rows)?;
        }
        state.current.check(inputs, outputs, rows)?;
        let current = Arc::unwrap_or_clone(state.current);
        if current.recovery.is_none() {
            return Err(say!("state-snapshot", "a snapshot is missing").into());
        }
        let recipe = Recipe {
            dataset,
            plan: state.plan,
            initial_values: state.initial_values,
            start: state.start,
            resources: threads.into(),
        };
        let past = (state.log, state.ring);
        let mut session = Self::from_snapshot(recipe, Arc::new(data), past, current);
        session.diverged = state.diverged;
        Ok(session)
    }

    /// Creates a session in the state `current`, with this log and these snapshots.
    pub(super) fn from_snapshot(
        recipe: Recipe,
        data: Arc<Prepared>,
        (log, snapshots): (Vec<LoggedChange>, SnapshotRing),
        current: Snapshot,
    ) -> Self {
        let recovery =
            (current.recovery.clone()).unwrap_or_else(|| Recovery::new(Arc::new(current.clone())));
        let engine = Arc::unwrap_or_clone(current.engine);
        let engine = Engine::from_snapshot(engine, current.batch);
        let mut session = Self {
            evaluator: Evaluator::new(&engine),
            position: current.position,
            sampler: Sampler::new(&recipe.plan, &data.training),
            order: Arc::new(vec![0; data.training.rows()]),
            mean: current.mean,
            plateau: current.plateau,
            validated: None,
            buffers: Buffers::needed_for(&data.training, engine.architecture(), engine.batch()),
            engine,
            resources: recipe.resources,
            log,
            frozen: current.frozen,
            undo: current.undo,
            snapshots,
            recovery,
            diverged: None,
            is_interrupted: false,
            initial_values: recipe.initial_values,
            start: recipe.start,
            now: current.now,
            plan: recipe.plan,
            dataset: recipe.dataset,
            data,
        };
        session.shuffle();
        session
    }
}
