//! Two threads that take a training step together.
//!
//! A step has two phases: forward and back by rows, then the update by neurons (see
//! [`shares`](crate::nn::engine::partition)). The thread that asked for the step opens a phase, does the first
//! share, and then takes the second one too, unless the helping thread has claimed it by then. So it
//! never waits for a helper that sleeps or that the system runs late, only for one that has begun.
//! What can still go wrong is that the system takes a helper's processor away in the middle of its
//! share, as it does when other programs want both; so steps are timed with and without the helper,
//! and where it gains nothing, it is left alone for a while. None of this changes a result.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::batch::Checked;
use super::finite_check::FiniteCheck;
use super::partition::{NeuronShare, RowShare};
use super::step::{ForwardAndBack, Load, Update, UpdateParams};
use super::{NonFinite, Step};
use crate::nn::kernels::VectorUnit;
use crate::nn::kernels::sparse::Scratch;
use crate::nn::{Architecture, LearningRule};

/// Name of the helping thread, by which a panic hook tells it from the others.
pub const HELPER_THREAD: &str = "training 2";

/// How often a waiting thread looks before it goes to sleep: some tens of microseconds, which is
/// longer than what is between two steps, and shorter than anybody would notice.
const LOOKS: u32 = 2_000;
/// Steps are judged together until they took so long.
const WINDOW: Duration = Duration::from_millis(4);
/// A shared step has to take at most this part of the time of one without the helper.
const WORTH: f64 = 0.9;
/// How long the helper is left alone: at first, and at most.
const ALONE: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(1600)];

/// Everything that both threads work on.
struct Shared {
    architecture: Architecture,
    unit: VectorUnit,
    neurons: [RwLock<NeuronShare>; 2],
    rows: [RwLock<RowShare>; 2],
    /// One for each share.
    rooms: [RwLock<Scratch>; 2],
    /// Of the step under way.
    order: RwLock<Option<UpdateParams>>,
    /// Whether the phase that is open is the update.
    is_update: AtomicBool,
    phases: Phases,
}

/// A network's two shares, and the thread that takes the second.
pub(super) struct Pair {
    shared: Arc<Shared>,
    helper: Option<JoinHandle<()>>,
    patience: Patience,
    /// Whether steps are shared even if that gains nothing.
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
            rooms: [(); 2].map(|()| RwLock::new(Scratch::new(architecture.sizes(), batch))),
            order: RwLock::new(None),
            is_update: AtomicBool::new(false),
            phases: Phases::default(),
        });
        let its = Arc::clone(&shared);
        // Without a second thread the first one does all: slower, and the same.
        let helper = thread::Builder::new()
            .name(HELPER_THREAD.into())
            .spawn(move || its.help())
            .ok();
        Self {
            shared,
            helper,
            patience: Patience::default(),
            always,
            batch,
        }
    }

    /// Whether steps are shared even if that gains nothing.
    pub fn is_always_shared(&self) -> bool {
        self.always
    }

    /// Both shares of the neurons, to read.
    pub fn neurons(&self) -> [RwLockReadGuard<'_, NeuronShare>; 2] {
        self.shared.neurons.each_ref().map(read)
    }

    /// Both shares of the neurons, to write.
    pub fn neurons_mut(&mut self) -> [RwLockWriteGuard<'_, NeuronShare>; 2] {
        self.shared.neurons.each_ref().map(write)
    }

    /// One step, shared with the helper if that has lately paid.
    pub fn step(&mut self, batch: Checked, order: UpdateParams) -> Result<Step, NonFinite> {
        let start = Instant::now();
        let is_worth_it = self.always || self.patience.is_sharing(start);
        let is_shared = is_worth_it && self.helper.is_some();
        let shared = &*self.shared;
        *write(&shared.order) = Some(order);
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
        let judgement = shared.judge(&order.rule);
        if judgement.is_ok() {
            both(true);
        }
        self.patience.note(start.elapsed(), batch.rows.count());
        judgement
    }
}

impl Clone for Pair {
    /// A copy with a helper of its own.
    fn clone(&self) -> Self {
        let neurons = self.neurons().map(|it| it.clone());
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
    /// What the helping thread does until the pair is dropped.
    fn help(&self) {
        self.phases.help(|| self.work(1));
    }

    /// One share of the phase that is open.
    fn work(&self, share: usize) {
        if self.is_update.load(SeqCst) {
            self.update(share);
        } else {
            self.forward_and_back(share);
        }
    }

    fn load(&self, batch: Checked) {
        let mut rows = self.rows.each_ref().map(write);
        let rows = rows.each_mut().map(|it| &mut **it);
        self.unit.run(Load { batch, rows });
    }

    fn forward_and_back(&self, share: usize) {
        let neurons = self.neurons.each_ref().map(read);
        self.unit.run(ForwardAndBack {
            architecture: &self.architecture,
            neurons: &neurons.each_ref().map(|it| &**it),
            rows: &mut write(&self.rows[share]),
            room: &mut write(&self.rooms[share]),
        });
    }

    fn judge(&self, rule: &LearningRule) -> Result<Step, NonFinite> {
        let neurons = self.neurons.each_ref().map(read);
        let rows = self.rows.each_ref().map(read);
        self.unit.run(FiniteCheck {
            neurons: &neurons.each_ref().map(|it| &**it),
            rows: &rows.each_ref().map(|it| &**it),
            rule,
            room: &mut write(&self.rooms[0]),
        })
    }

    fn update(&self, share: usize) {
        let rows = self.rows.each_ref().map(read);
        let order = read(&self.order);
        self.unit.run(Update {
            rows: &rows.each_ref().map(|it| &**it),
            neurons: &mut write(&self.neurons[share]),
            room: &mut write(&self.rooms[share]),
            order: order.as_ref().expect("a step is under way"),
        });
    }
}

/// After a panic the numbers may be torn, but whoever caught it has been told.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

/// As [`read`].
fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

/// How two threads agree on who does what, phase by phase. Phases are counted from 1.
#[derive(Default)]
struct Phases {
    /// The last phase that may be worked on.
    opened: AtomicU64,
    /// The last phase whose second share somebody does or has done.
    claimed: AtomicU64,
    /// The last phase whose second share is done.
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

    /// Does share 1 of every phase that nobody else has claimed, until there are no more.
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

/// Wakes a thread that waits for something to become true. Looks for it busily at first, since
/// falling asleep and waking up takes longer than most waits.
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
        // Looked at after the line above: whoever makes it true from now on sees a sleeper.
        while !is_true() {
            let woken = self.condition.wait(guard);
            guard = woken.unwrap_or_else(PoisonError::into_inner);
        }
        self.sleepers.fetch_sub(1, SeqCst);
    }

    /// Called after something may have become true.
    fn ring(&self) {
        if self.sleepers.load(SeqCst) > 0 {
            // The sleeper has the lock until it sleeps, so it can't miss this.
            drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner));
            self.condition.notify_all();
        }
    }
}

/// Whether it pays to share: found out by taking some steps without the helper, and some with it.
#[derive(Debug, Clone, Default)]
struct Patience {
    /// Whether the steps under way are shared.
    is_sharing: bool,
    /// Time and rows of the steps that are judged together.
    time: Duration,
    rows: usize,
    /// Seconds that a row takes without the helper, as far as that is known.
    alone: Option<f64>,
    /// Until when the helper is left alone, and for how long it was the last time.
    alone_until: Option<Instant>,
    pause: Option<Duration>,
}

impl Patience {
    fn is_sharing(&mut self, now: Instant) -> bool {
        let is_over = self.alone_until.is_none_or(|until| now >= until);
        if !self.is_sharing && self.alone.is_some() && is_over {
            self.is_sharing = true;
            (self.time, self.rows) = (Duration::ZERO, 0);
        }
        self.is_sharing
    }

    /// Takes note of a step, shared or not.
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
    fn the_helper_is_asked_as_long_as_it_is_worth_it() {
        let mut patience = Patience::default();
        let now = Instant::now();
        assert!(!patience.is_sharing(now), "first without it");
        (0..4).for_each(|_| patience.note(STEP, 10));
        assert!(patience.is_sharing(now));
        for _ in 0..100 {
            patience.note(STEP, 19);
            assert!(patience.is_sharing(now));
        }
    }

    #[test]
    fn a_helper_that_gains_nothing_is_asked_less_and_less() {
        let mut patience = Patience::default();
        let mut pauses = Vec::new();
        for _ in 0..8 {
            (0..4).for_each(|_| patience.note(STEP, 10));
            let later = Instant::now() + 2 * ALONE[1];
            assert!(patience.is_sharing(later));
            (0..4).for_each(|_| patience.note(STEP, 10));
            assert!(!patience.is_sharing(Instant::now()));
            pauses.extend(patience.pause);
        }
        assert_eq!((pauses[0], pauses[7]), (ALONE[0], ALONE[1]));
        assert!(pauses.is_sorted());
    }
}
