//! Parts of a phase of work, and the threads that do them.
//!
//! Every thread has a part of its own, so that what it works on stays in its cache. A thread that is done takes
//! over parts that no one has begun. So nobody waits for a helper that sleeps or is scheduled late, only for
//! one that has begun. The system can still preempt a helper in the middle of its part when other
//! programs need the processor.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Condvar, Mutex, PoisonError};

use util::sync::lock;

/// Number of polls before a waiting thread goes to sleep: some tens of microseconds, which is longer than
/// the time between two steps and too short to notice.
const LOOKS: u32 = 2_000;
/// Bits of a phase's word that hold its number of parts.
const PARTS_BITS: u32 = 8;

/// One part of a phase.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub index: usize,
    /// Number of parts in the phase.
    pub of: usize,
}

/// Number of a phase, counted from 1, and of its parts, in one word.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Phase(u64);

impl Phase {
    fn number(self) -> u64 {
        self.0 >> PARTS_BITS
    }

    fn parts(self) -> usize {
        (self.0 & ((1 << PARTS_BITS) - 1)) as usize
    }

    fn next(self, parts: usize) -> Self {
        Self((self.number() + 1) << PARTS_BITS | parts as u64)
    }
}

/// A value on cache lines of its own, so that threads that write others do not slow down its readers.
#[derive(Default)]
#[repr(align(128))]
struct Apart<T>(T);

/// Assigns the parts of each phase to threads. Thread 0 opens the phases.
pub(super) struct Phases {
    /// The last [`Phase`] that was opened.
    opened: Apart<AtomicU64>,
    /// For each part, the number of the last phase in which it was claimed.
    claimed: Vec<Apart<AtomicU64>>,
    /// Parts that are done, over all phases.
    done: Apart<AtomicU64>,
    is_closed: AtomicBool,
    has_failed: AtomicBool,
    /// Wakes each thread.
    bells: Vec<Apart<Bell>>,
}

impl Phases {
    /// Creates phases with up to `threads` parts.
    pub fn new(threads: usize) -> Self {
        assert!(threads < 1 << PARTS_BITS);
        Self {
            opened: Apart::default(),
            claimed: (0..threads).map(|_| Apart::default()).collect(),
            done: Apart::default(),
            is_closed: AtomicBool::new(false),
            has_failed: AtomicBool::new(false),
            bells: (0..threads).map(|_| Apart::default()).collect(),
        }
    }

    /// Opens the next phase, works on part 0 and on all that no helper has begun by then, and returns when all parts
    /// are done.
    ///
    /// # Panics
    /// If a helper has panicked.
    pub fn run(&self, parts: usize, work: impl Fn(Part)) {
        let all_done = self.done.0.load(SeqCst) + parts as u64;
        let phase = Phase(self.opened.0.load(SeqCst)).next(parts);
        self.opened.0.store(phase.0, SeqCst);
        self.bells[1..parts].iter().for_each(|bell| bell.0.ring());
        self.take_part(0, phase, &work);
        self.bells[0]
            .0
            .wait(|| self.done.0.load(SeqCst) == all_done);
        assert!(!self.has_failed.load(SeqCst), "a helping thread panicked");
    }

    /// Takes part in all phases that have a part for helper `number`, until the phases are closed.
    pub fn help(&self, number: usize, work: impl Fn(Part)) {
        let mut last = Phase(0);
        loop {
            let opened = || Phase(self.opened.0.load(SeqCst));
            let is_closed = || self.is_closed.load(SeqCst);
            let is_open = || opened() != last && opened().parts() > number;
            self.bells[number].0.wait(|| is_closed() || is_open());
            if is_closed() {
                return;
            }
            last = opened();
            if last.parts() <= number {
                continue; // Another phase since then, without a part for this thread.
            }
            self.take_part(number, last, &|part| {
                let result = catch_unwind(AssertUnwindSafe(|| work(part)));
                self.has_failed.fetch_or(result.is_err(), SeqCst);
            });
        }
    }

    /// Does the part of thread `number` and all others that are not yet claimed.
    fn take_part(&self, number: usize, phase: Phase, work: &impl Fn(Part)) {
        let of = phase.parts();
        for index in (number..of).chain(0..number.min(of)) {
            if self.claim(index, phase) {
                work(Part { index, of });
                self.done.0.fetch_add(1, SeqCst);
                if number != 0 {
                    self.bells[0].0.ring();
                }
            }
        }
    }

    /// Claims a part of `phase`. Fails if another thread has, in this phase or in a later one.
    fn claim(&self, index: usize, phase: Phase) -> bool {
        let claimed = &self.claimed[index].0;
        let last = claimed.load(SeqCst);
        last < phase.number()
            && claimed
                .compare_exchange(last, phase.number(), SeqCst, SeqCst)
                .is_ok()
    }

    /// Ends the helping threads.
    pub fn close(&self) {
        self.is_closed.store(true, SeqCst);
        self.bells.iter().for_each(|bell| bell.0.ring());
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
        let mut guard = lock(&self.lock);
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
            drop(lock(&self.lock));
            self.condition.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::thread;

    use super::*;

    #[test]
    fn every_part_is_done_once_whoever_takes_it() {
        let phases = Phases::new(5);
        let counts: Vec<_> = (0..5).map(|_| AtomicUsize::new(0)).collect();
        let work = |part: Part| {
            assert!(part.index < part.of);
            counts[part.index].fetch_add(1, SeqCst);
        };
        let mut expected = [0; 5];
        thread::scope(|scope| {
            // Fewer helpers than parts: the others are taken over.
            for number in 1..4 {
                let phases = &phases;
                scope.spawn(move || phases.help(number, work));
            }
            for round in 0..3000 {
                let parts = 1 + round % 5;
                phases.run(parts, work);
                expected[..parts].iter_mut().for_each(|count| *count += 1);
                let counts: Vec<_> = counts.iter().map(|count| count.load(SeqCst)).collect();
                assert_eq!(counts, expected);
            }
            phases.close();
        });
    }

    #[test]
    fn a_panic_of_a_helper_reaches_the_training_thread() {
        let phases = Phases::new(2);
        thread::scope(|scope| {
            scope.spawn(|| phases.help(1, |_| panic!("of a helper")));
            let wait = |_: Part| {
                while phases.done.0.load(SeqCst) == 0 {
                    thread::yield_now();
                }
            };
            let result = catch_unwind(AssertUnwindSafe(|| phases.run(2, wait)));
            phases.close();
            assert!(result.is_err());
        });
    }
}
