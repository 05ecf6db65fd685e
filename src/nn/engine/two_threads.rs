//! Two threads that share a training step.
//!
//! A step has two phases: forward and backward pass by rows, then the update by neurons (see
//! [`partition`](crate::nn::engine::partition)). The training thread opens a phase, does the first
//! share, and then the second one too, unless the helping thread has claimed it by then. So it
//! never waits for a helper that sleeps or is scheduled late, only for one that has begun. The system can
//! still preempt a helper in the middle of its share when other programs need the processor; so steps
//! are timed with and without the helper, and if it gains nothing, it is not used for a while. None of this
//! changes a result.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::batch::{Checked, StepOptions};
use super::clip::ClipFactor;
use super::finite_check::FiniteCheck;
use super::partition::{NeuronShare, RowShare};
use super::step::{ForwardAndBack, Load, Update, UpdateParams};
use super::{NonFinite, Step};
use crate::nn::kernels::VectorUnit;
use crate::nn::kernels::sparse::Scratch;
use crate::nn::{Architecture, LearningRule};

/// Name of the helping thread, by which a panic hook recognises it.
pub(crate) const HELPER_THREAD: &str = "training 2";

/// Number of polls before a waiting thread goes to sleep: some tens of microseconds, which is longer than
/// the time between two steps and too short to notice.
const LOOKS: u32 = 2_000;
/// Duration over which the speed of steps is measured.
const WINDOW: Duration = Duration::from_millis(4);
/// Maximum duration of a shared step relative to one without the helper.
const WORTH: f64 = 0.9;
/// Shortest and longest time for which the helper is not used.
const ALONE: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(1600)];

/// Memory that both threads work on.
struct Shared {
    architecture: Architecture,
    unit: VectorUnit,
    neurons: [RwLock<NeuronShare>; 2],
    rows: [RwLock<RowShare>; 2],
    /// One per share.
    scratches: [RwLock<Scratch>; 2],
    /// Parameters of the step in progress.
    params: RwLock<Option<UpdateParams>>,
    /// Whether the open phase is the update.
    is_update: AtomicBool,
    phases: Phases,
}

/// A network in two shares, and the thread that works on the second.
pub(super) struct Pair {
    shared: Arc<Shared>,
    helper: Option<JoinHandle<()>>,
    policy: SharingPolicy,
    /// Whether every step is shared, even if that is not faster.
    always: bool,
    batch: usize,
}

impl Pair {
    pub fn new(
        architecture: &Architecture,
        unit: VectorUnit,
        neurons: [NeuronShare; 2],
        batch: usize,
        always: bool,
    ) -> Self {
        let half = batch.div_ceil(2);
        let shared = Arc::new(Shared {
            architecture: architecture.clone(),
            unit,
            neurons: neurons.map(RwLock::new),
            rows: [(); 2].map(|()| RwLock::new(RowShare::new(architecture, unit, half))),
            scratches: [(); 2].map(|()| RwLock::new(Scratch::new(architecture.sizes(), batch))),
            params: RwLock::new(None),
            is_update: AtomicBool::new(false),
            phases: Phases::default(),
        });
        let its = Arc::clone(&shared);
        // Without a helper this thread does both shares, with the same results.
        let helper = thread::Builder::new()
            .name(HELPER_THREAD.into())
            .spawn(move || its.help())
            .ok();
        Self {
            shared,
            helper,
            policy: SharingPolicy::default(),
            always,
            batch,
        }
    }

    /// Returns whether every step is shared, even if that is not faster.
    pub(crate) fn is_always_shared(&self) -> bool {
        self.always
    }

    /// Returns both shares of the neurons for reading.
    pub fn neurons(&self) -> [RwLockReadGuard<'_, NeuronShare>; 2] {
        self.shared.neurons.each_ref().map(read)
    }

    /// Returns both shares of the neurons for writing.
    pub(crate) fn neurons_mut(&mut self) -> [RwLockWriteGuard<'_, NeuronShare>; 2] {
        self.shared.neurons.each_ref().map(write)
    }

    /// Makes a step, shared with the helper if that has been faster lately.
    pub fn step(&mut self, batch: &Checked, params: UpdateParams) -> Result<Step, NonFinite> {
        let start = Instant::now();
        let is_worth_it = self.always || self.policy.is_sharing(start);
        let is_shared = is_worth_it && self.helper.is_some();
        let shared = &*self.shared;
        *write(&shared.params) = Some(params);
        shared.load(batch);
        let both = |is_update: bool| {
            shared.is_update.store(is_update, SeqCst);
            if is_shared {
                shared.phases.together(|share| shared.work(share));
            } else {
                shared.work(0);
                shared.work(1);
            }
        };
        both(false);
        let result = shared.check(&params.rule);
        if result.is_ok() {
            if batch.options.clip.is_some() {
                let clip_factor = shared.clip_factor(&batch.options);
                *write(&shared.params) = Some(UpdateParams {
                    clip_factor,
                    ..params
                });
            }
            both(true);
        }
        self.policy.note(start.elapsed(), batch.rows.count());
        result
    }
}

impl Clone for Pair {
    /// Copies the shares and starts another helper.
    fn clone(&self) -> Self {
        let neurons = self.neurons().map(|share| share.clone());
        Self::new(
            &self.shared.architecture,
            self.shared.unit,
            neurons,
            self.batch,
            self.always,
        )
    }
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.neurons().iter()).finish()
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.shared.phases.close();
        if let Some(helper) = self.helper.take() {
            // Its panics are caught inside.
            let _ = helper.join();
        }
    }
}

impl Shared {
    /// Runs the helping thread until the pair is dropped.
    fn help(&self) {
        self.phases.help(|| self.work(1));
    }

    /// Works on one share of the open phase.
    fn work(&self, share: usize) {
        if self.is_update.load(SeqCst) {
            self.update(share);
        } else {
            self.forward_and_back(share);
        }
    }

    /// Splits a mini-batch between the threads.
    fn load(&self, batch: &Checked) {
        let [mut first, mut second] = self.rows.each_ref().map(write);
        let count = batch.rows.count();
        let half = count.div_ceil(2);
        for (rows, part) in [(&mut first, 0..half), (&mut second, half..count)] {
            self.unit.run(Load { batch, part, rows });
        }
        // The same columns must be left out in both.
        first.inputs.unite_spans(&mut second.inputs);
    }

    fn forward_and_back(&self, share: usize) {
        let neurons = self.neurons.each_ref().map(read);
        self.unit.run(ForwardAndBack {
            architecture: &self.architecture,
            neurons: &neurons.each_ref().map(|share| &**share),
            rows: &mut write(&self.rows[share]),
            scratch: &mut write(&self.scratches[share]),
        });
    }

    fn check(&self, rule: &LearningRule) -> Result<Step, NonFinite> {
        let neurons = self.neurons.each_ref().map(read);
        let rows = self.rows.each_ref().map(read);
        self.unit.run(FiniteCheck {
            neurons: &neurons.each_ref().map(|share| &**share),
            rows: &rows.each_ref().map(|share| &**share),
            rule,
            scratch: &mut write(&self.scratches[0]),
        })
    }

    fn clip_factor(&self, options: &StepOptions) -> f32 {
        let neurons = self.neurons.each_ref().map(read);
        let rows = self.rows.each_ref().map(read);
        self.unit.run(ClipFactor {
            neurons: &neurons.each_ref().map(|share| &**share),
            rows: &rows.each_ref().map(|share| &**share),
            options,
            scratch: &mut write(&self.scratches[0]),
        })
    }

    fn update(&self, share: usize) {
        let rows = self.rows.each_ref().map(read);
        let params = read(&self.params);
        self.unit.run(Update {
            rows: &rows.each_ref().map(|share| &**share),
            neurons: &mut write(&self.neurons[share]),
            scratch: &mut write(&self.scratches[share]),
            params: params.as_ref().expect("a step is in progress"),
        });
    }
}

/// Locks for reading. After a panic the data may be inconsistent, which the panic has reported.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

/// Locks for writing; see [`read`].
fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

/// Assigns the shares of each phase to two threads. Phases are counted from 1.
#[derive(Default)]
struct Phases {
    /// Last phase that may be worked on.
    opened: AtomicU64,
    /// Last phase whose second share is claimed.
    claimed: AtomicU64,
    /// Last phase whose second share is done.
    done: AtomicU64,
    is_closed: AtomicBool,
    has_failed: AtomicBool,
    bell: Bell,
}

impl Phases {
    /// Opens the next phase, does share 0 and, unless the helper is faster, share 1. Returns when both
    /// are done.
    ///
    /// # Panics
    /// If the helper has panicked.
    fn together(&self, work: impl Fn(usize)) {
        let phase = self.opened.load(SeqCst) + 1;
        self.opened.store(phase, SeqCst);
        self.bell.ring();
        work(0);
        if self.claim(phase) {
            work(1);
            self.done.store(phase, SeqCst);
            return;
        }
        self.bell.wait(|| self.done.load(SeqCst) == phase);
        assert!(!self.has_failed.load(SeqCst), "the helping thread panicked");
    }

    /// Does share 1 of every phase that is not yet claimed, until the phases are closed.
    fn help(&self, work: impl Fn()) {
        let mut last = 0;
        loop {
            let is_closed = || self.is_closed.load(SeqCst);
            self.bell
                .wait(|| is_closed() || self.opened.load(SeqCst) > last);
            if is_closed() {
                return;
            }
            last = self.opened.load(SeqCst);
            if self.claim(last) {
                let result = catch_unwind(AssertUnwindSafe(&work));
                self.has_failed.fetch_or(result.is_err(), SeqCst);
                self.done.store(last, SeqCst);
                self.bell.ring();
            }
        }
    }

    fn claim(&self, phase: u64) -> bool {
        let claimed = self
            .claimed
            .compare_exchange(phase - 1, phase, SeqCst, SeqCst);
        claimed.is_ok()
    }

    fn close(&self) {
        self.is_closed.store(true, SeqCst);
        self.bell.ring();
    }
}

/// Wakes a thread that waits for a condition. It polls at first, since falling asleep and waking up takes
/// longer than most waits.
#[derive(Default)]
struct Bell {
    sleepers: AtomicU64,
    lock: Mutex<()>,
    condition: Condvar,
}

impl Bell {
    fn wait(&self, is_true: impl Fn() -> bool) {
        for _ in 0..LOOKS {
            if is_true() {
                return;
            }
            std::hint::spin_loop();
        }
        let mut guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.sleepers.fetch_add(1, SeqCst);
        // Checked after the line above: a thread that makes it true from now on sees a sleeper.
        while !is_true() {
            let woken = self.condition.wait(guard);
            guard = woken.unwrap_or_else(PoisonError::into_inner);
        }
        self.sleepers.fetch_sub(1, SeqCst);
    }

    /// Wakes the sleepers, after a condition may have become true.
    fn ring(&self) {
        if self.sleepers.load(SeqCst) > 0 {
            // A sleeper holds the lock until it sleeps, so it cannot miss this.
            drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner));
            self.condition.notify_all();
        }
    }
}

/// Decides whether sharing pays, by timing some steps with and without the helper.
#[derive(Debug, Clone, Default)]
struct SharingPolicy {
    /// Whether steps are shared at present.
    is_sharing: bool,
    /// Duration and rows of the steps measured so far.
    time: Duration,
    rows: usize,
    /// Seconds per row without the helper, if measured.
    alone: Option<f64>,
    /// End of the present pause of the helper, and length of the last one.
    alone_until: Option<Instant>,
    pause: Option<Duration>,
}

impl SharingPolicy {
    fn is_sharing(&mut self, now: Instant) -> bool {
        let is_over = self.alone_until.is_none_or(|until| now >= until);
        if !self.is_sharing && self.alone.is_some() && is_over {
            self.is_sharing = true;
            (self.time, self.rows) = (Duration::ZERO, 0);
        }
        self.is_sharing
    }

    /// Records a step, shared or not.
    fn note(&mut self, time: Duration, rows: usize) {
        self.time += time;
        self.rows += rows;
        if self.time < WINDOW {
            return;
        }
        let seconds = self.time.as_secs_f64() / self.rows as f64;
        (self.time, self.rows) = (Duration::ZERO, 0);
        match self.alone {
            _ if !self.is_sharing => self.alone = Some(seconds),
            Some(alone) if seconds > WORTH * alone => {
                let [first, most] = ALONE;
                let pause = self.pause.map_or(first, |last| (2 * last).min(most));
                self.pause = Some(pause);
                self.alone_until = Some(Instant::now() + pause);
                // To be measured again: what slows the two down may slow down one as well.
                (self.is_sharing, self.alone) = (false, None);
            }
            _ => self.pause = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_millis(1);

    #[test]
    fn the_helper_is_used_as_long_as_it_pays() {
        let mut policy = SharingPolicy::default();
        let now = Instant::now();
        assert!(!policy.is_sharing(now), "first without it");
        (0..4).for_each(|_| policy.note(STEP, 10));
        assert!(policy.is_sharing(now));
        for _ in 0..100 {
            policy.note(STEP, 19);
            assert!(policy.is_sharing(now));
        }
    }

    #[test]
    fn a_helper_that_gains_nothing_is_used_less_and_less() {
        let mut policy = SharingPolicy::default();
        let mut pauses = Vec::new();
        for _ in 0..8 {
            (0..4).for_each(|_| policy.note(STEP, 10));
            let later = Instant::now() + 2 * ALONE[1];
            assert!(policy.is_sharing(later));
            (0..4).for_each(|_| policy.note(STEP, 10));
            assert!(!policy.is_sharing(Instant::now()));
            pauses.extend(policy.pause);
        }
        assert_eq!((pauses[0], pauses[7]), (ALONE[0], ALONE[1]));
        assert!(pauses.is_sorted());
    }
}
