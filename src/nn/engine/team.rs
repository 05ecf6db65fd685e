//! Threads that share a training step.
//!
//! A step has two phases: forward and backward pass by rows, then the update by neurons (see
//! [`partition`](crate::engine::partition)). Each phase has a part for every thread that takes part
//! ([`phases`](super::phases)); how many do is decided by the time of a step ([`sharing`](super::sharing)). None of
//! this changes a result.

use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use arrayvec::ArrayVec;

use super::batch::{CheckedBatch, StepOptions};
use super::clip::ClipFactor;
use super::finite_check::FiniteCheck;
use super::partition::{NeuronShare, RowShare};
use super::phases::{Part, Phases};
use super::resources::MAX_THREADS;
use super::sharing::SharingPolicy;
use super::step::{ForwardAndBack, Load, UpdateParams, UpdatePhase, WholeStep};
use super::{NonFinite, Step};
use crate::kernels::VectorUnit;
use crate::kernels::sparse::Scratch;
use crate::{Architecture, LearningRule};
use util::parallel::HELPER_THREAD;

/// Memory that all threads work on. Of each list only the first are used, as many as threads take part.
struct Shared {
    architecture: Architecture,
    unit: VectorUnit,
    neurons: Vec<RwLock<NeuronShare>>,
    rows: Vec<RwLock<RowShare>>,
    scratches: Vec<RwLock<Scratch>>,
    /// Parameters of the step in progress.
    params: RwLock<Option<UpdateParams>>,
    /// Whether the open phase is the update.
    is_update: AtomicBool,
    phases: Phases,
}

/// A network in shares, and the threads that work on all but the first.
pub(super) struct Team {
    shared: Arc<Shared>,
    helpers: Vec<JoinHandle<()>>,
    /// Number of threads that take part, and of shares of the neurons.
    active: usize,
    /// Decides on that number; none if it is fixed.
    policy: Option<SharingPolicy>,
    batch: usize,
}

impl Team {
    /// Creates a team of up to `size` threads, this one included. Steps are shared by as many as there are shares
    /// of the `neurons`, and if that is not `fixed`, later by as many as are fastest.
    pub fn new(
        architecture: &Architecture,
        unit: VectorUnit,
        mut neurons: Vec<NeuronShare>,
        batch: usize,
        (size, fixed): (usize, bool),
    ) -> Self {
        let active = neurons.len();
        neurons.resize_with(size, NeuronShare::default);
        // The more threads take part, the fewer rows has each.
        let rows = |share| RowShare::new(architecture, unit, batch.div_ceil(share + 1));
        let scratch = |_| Scratch::new(architecture.sizes(), batch, size);
        let shared = Arc::new(Shared {
            architecture: architecture.clone(),
            unit,
            neurons: neurons.into_iter().map(RwLock::new).collect(),
            rows: (0..size).map(rows).map(RwLock::new).collect(),
            scratches: (0..size).map(scratch).map(RwLock::new).collect(),
            params: RwLock::new(None),
            is_update: AtomicBool::new(false),
            phases: Phases::new(size),
        });
        let helper = |number| {
            let shared = Arc::clone(&shared);
            thread::Builder::new()
                .name(format!("{HELPER_THREAD}{}", number + 1))
                .spawn(move || shared.help(number))
                .ok()
        };
        // Parts of helpers that the system does not start are done by the others, with the same results.
        let helpers = (1..size).map_while(helper).collect();
        Self {
            shared,
            helpers,
            active,
            policy: (!fixed).then(|| SharingPolicy::new(size)),
            batch,
        }
    }

    /// Maximum number of threads that take part in a step.
    pub fn size(&self) -> usize {
        self.shared.neurons.len()
    }

    /// Returns whether the same number of threads takes part in every step.
    pub(crate) fn is_fixed(&self) -> bool {
        self.policy.is_none()
    }

    /// Returns all shares of the neurons for reading.
    pub fn neurons(&self) -> ArrayVec<RwLockReadGuard<'_, NeuronShare>, MAX_THREADS> {
        self.shared.neurons(self.active)
    }

    /// Returns all shares of the neurons for writing.
    pub(crate) fn neurons_mut(
        &mut self,
    ) -> ArrayVec<RwLockWriteGuard<'_, NeuronShare>, MAX_THREADS> {
        self.shared.neurons[..self.active]
            .iter()
            .map(write)
            .collect()
    }

    /// Makes a step, shared with as many helpers as have been fastest lately.
    pub fn step(&mut self, batch: &CheckedBatch, params: UpdateParams) -> Result<Step, NonFinite> {
        if let Some(policy) = &mut self.policy {
            let threads = policy.threads(Instant::now());
            self.share_among(threads);
        }
        let start = Instant::now();
        let result = if self.active == 1 {
            self.shared.whole_step(batch, params)
        } else {
            self.shared.shared_step(batch, params, self.active)
        };
        if let Some(policy) = &mut self.policy {
            policy.note(start.elapsed(), batch.rows.count());
        }
        result
    }

    /// Divides the neurons into as many shares as `threads`.
    fn share_among(&mut self, threads: usize) {
        if threads == self.active {
            return;
        }
        let shares = self.neurons_mut();
        let shares = shares
            .into_iter()
            .map(|mut share| std::mem::take(&mut *share))
            .collect();
        let shared = &self.shared;
        let shares = NeuronShare::divide(&shared.architecture, shared.unit, shares, threads);
        for (to, share) in shared.neurons.iter().zip(shares) {
            *write(to) = share;
        }
        self.active = threads;
    }
}

impl Clone for Team {
    /// Copies the shares and starts other helpers.
    fn clone(&self) -> Self {
        let neurons = self
            .neurons()
            .iter()
            .map(|share| (**share).clone())
            .collect();
        let shared = &self.shared;
        let size = (self.size(), self.is_fixed());
        Self::new(&shared.architecture, shared.unit, neurons, self.batch, size)
    }
}

impl fmt::Debug for Team {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.neurons().iter()).finish()
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        self.shared.phases.close();
        for helper in self.helpers.drain(..) {
            // Its panics are caught inside.
            let _ = helper.join();
        }
    }
}

impl Shared {
    /// Runs helping thread `number` until the team is dropped.
    fn help(&self, number: usize) {
        self.phases.help(number, |part| self.work(part));
    }

    /// Returns the first `count` shares of the neurons.
    fn neurons(&self, count: usize) -> ArrayVec<RwLockReadGuard<'_, NeuronShare>, MAX_THREADS> {
        self.neurons[..count].iter().map(read).collect()
    }

    /// Returns the first `count` shares of the rows.
    fn rows(&self, count: usize) -> ArrayVec<RwLockReadGuard<'_, RowShare>, MAX_THREADS> {
        self.rows[..count].iter().map(read).collect()
    }

    /// Makes a step on this thread alone; there is one share of the neurons.
    fn whole_step(&self, batch: &CheckedBatch, params: UpdateParams) -> Result<Step, NonFinite> {
        self.unit.run(WholeStep {
            batch,
            architecture: &self.architecture,
            neurons: &mut write(&self.neurons[0]),
            rows: &mut write(&self.rows[0]),
            scratch: &mut write(&self.scratches[0]),
            params,
        })
    }

    /// Makes a step on `threads` threads.
    fn shared_step(
        &self,
        batch: &CheckedBatch,
        params: UpdateParams,
        threads: usize,
    ) -> Result<Step, NonFinite> {
        *write(&self.params) = Some(params);
        self.load(batch, threads);
        self.run(false, threads);
        let step = self.check(&params.rule, threads)?;
        if batch.options.clip.is_some() {
            let clip_factor = self.clip_factor(&batch.options, threads);
            *write(&self.params) = Some(UpdateParams {
                clip_factor,
                ..params
            });
        }
        self.run(true, threads);
        Ok(step)
    }

    /// Runs a phase.
    fn run(&self, is_update: bool, threads: usize) {
        self.is_update.store(is_update, SeqCst);
        self.phases.run(threads, |part| self.work(part));
    }

    /// Works on one part of the open phase.
    fn work(&self, part: Part) {
        if self.is_update.load(SeqCst) {
            self.update(part);
        } else {
            self.forward_and_back(part);
        }
    }

    /// Splits a mini-batch between the threads.
    fn load(&self, batch: &CheckedBatch, threads: usize) {
        let count = batch.rows.count();
        for (share, rows) in self.rows[..threads].iter().enumerate() {
            let bound = |share: usize| (count * share).div_ceil(threads);
            self.unit.run(Load {
                batch,
                part: bound(share)..bound(share + 1),
                rows: &mut write(rows),
            });
        }
    }

    fn forward_and_back(&self, part: Part) {
        let neurons = self.neurons(part.of);
        let neurons = references(&neurons);
        let decays = read(&self.params).is_some_and(|params| params.rule.decays());
        self.unit.run(ForwardAndBack {
            architecture: &self.architecture,
            neurons: &neurons,
            decaying: decays.then(|| neurons[part.index]),
            rows: &mut write(&self.rows[part.index]),
            scratch: &mut write(&self.scratches[part.index]),
        });
    }

    fn check(&self, rule: &LearningRule, threads: usize) -> Result<Step, NonFinite> {
        let (neurons, rows) = (self.neurons(threads), self.rows(threads));
        let (neurons, rows) = (references(&neurons), references(&rows));
        self.unit.run(FiniteCheck {
            loss: self.architecture.loss(),
            neurons: &neurons,
            rows: &rows,
            rule,
            scratch: &mut write(&self.scratches[0]),
        })
    }

    fn clip_factor(&self, options: &StepOptions, threads: usize) -> f32 {
        let (neurons, rows) = (self.neurons(threads), self.rows(threads));
        let (neurons, rows) = (references(&neurons), references(&rows));
        self.unit.run(ClipFactor {
            neurons: &neurons,
            rows: &rows,
            options,
            scratch: &mut write(&self.scratches[0]),
        })
    }

    fn update(&self, part: Part) {
        let rows = self.rows(part.of);
        let rows = references(&rows);
        let params = read(&self.params);
        self.unit.run(UpdatePhase {
            rows: &rows,
            neurons: &mut write(&self.neurons[part.index]),
            scratch: &mut write(&self.scratches[part.index]),
            params: params.as_ref().expect("a step is in progress"),
        });
    }
}

/// Returns what some locks guard.
pub(super) fn references<T>(guards: &[impl Deref<Target = T>]) -> ArrayVec<&T, MAX_THREADS> {
    guards.iter().map(|guard| &**guard).collect()
}

/// Locks for reading. After a panic the data may be inconsistent, which the panic has reported.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

/// Locks for writing; see [`read`].
fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
