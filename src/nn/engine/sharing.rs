//! Number of threads that share a step.

use std::time::{Duration, Instant};

/// Duration over which the speed of steps is measured.
const WINDOW: Duration = Duration::from_millis(4);
/// Steps after a change of the number of threads that are not measured: they fill the caches of other processors.
const WARM_UP: u32 = 2;
/// Maximum duration of a step relative to one on fewer threads.
const WORTH: f64 = 0.9;
/// Windows in succession that must be too slow before fewer threads are used: one is easily disturbed.
const CHANCES: u32 = 3;
/// Shortest and longest time until more threads are tried again.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(1600)];

/// Decides how many threads share a step, by timing some steps on one, two, four... threads. More are used as
/// long as each doubling gains a tenth of the time.
#[derive(Debug, Clone)]
pub(super) struct SharingPolicy {
    /// Numbers of threads to choose from, ascending from 1.
    levels: Vec<usize>,
    /// Seconds per row at each level up to the present one, where measured.
    seconds: Vec<Option<f64>>,
    /// Present level.
    level: usize,
    /// Whether the present level has not proved itself yet.
    is_trial: bool,
    /// Windows at this level that have been too slow, in succession.
    failures: u32,
    /// Steps that are still not measured.
    warm_up: u32,
    /// Duration and rows of the steps measured so far.
    time: Duration,
    rows: usize,
    /// Time at which to try the next level, and length of the last pause before it.
    next_trial: Option<Instant>,
    pause: Option<Duration>,
}

impl SharingPolicy {
    /// Creates a policy for up to `threads` threads.
    pub fn new(threads: usize) -> Self {
        let powers = std::iter::successors(Some(1), |threads| Some(2 * threads));
        let mut levels: Vec<_> = powers.take_while(|&power| power < threads).collect();
        levels.push(threads);
        Self {
            seconds: vec![None; levels.len()],
            levels,
            level: 0,
            is_trial: true,
            failures: 0,
            warm_up: WARM_UP,
            time: Duration::ZERO,
            rows: 0,
            next_trial: None,
            pause: None,
        }
    }

    /// Returns the number of threads for the next step.
    pub fn threads(&mut self, now: Instant) -> usize {
        let is_due = self.next_trial.is_some_and(|time| now >= time);
        if is_due && self.seconds[self.level].is_some() {
            self.try_more();
        }
        self.levels[self.level]
    }

    /// Records a step.
    pub fn note(&mut self, time: Duration, rows: usize) {
        if self.warm_up > 0 {
            self.warm_up -= 1;
            return;
        }
        self.time += time;
        self.rows += rows;
        if self.time < WINDOW {
            return;
        }
        let seconds = self.time.as_secs_f64() / self.rows as f64;
        (self.time, self.rows) = (Duration::ZERO, 0);
        let on_fewer = self
            .level
            .checked_sub(1)
            .and_then(|below| self.seconds[below]);
        let is_worth_it = on_fewer.is_none_or(|on_fewer| seconds <= WORTH * on_fewer);
        if is_worth_it {
            self.seconds[self.level] = Some(seconds);
            self.failures = 0;
            if self.is_trial {
                self.pause = None;
                self.try_more();
            }
            return;
        }
        self.failures += 1;
        if self.failures == CHANCES {
            // What slows these down may slow down fewer as well, so that those are measured anew.
            self.is_trial = false;
            self.set_level(self.level - 1);
            self.wait();
        }
    }

    /// Tries the next level, if there is one.
    fn try_more(&mut self) {
        self.next_trial = None;
        self.is_trial = self.level + 1 < self.levels.len();
        self.set_level(self.level + usize::from(self.is_trial));
    }

    fn set_level(&mut self, level: usize) {
        if level != self.level {
            (self.level, self.warm_up, self.failures) = (level, WARM_UP, 0);
            (self.time, self.rows) = (Duration::ZERO, 0);
        }
    }

    /// Puts off the next trial, twice as long as the last time.
    fn wait(&mut self) {
        let [first, longest] = PAUSES;
        let pause = self.pause.map_or(first, |last| (2 * last).min(longest));
        self.pause = Some(pause);
        self.next_trial = Some(Instant::now() + pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_millis(1);

    /// Measures one window at the present level, with steps of this many rows.
    fn measure(policy: &mut SharingPolicy, rows: usize) {
        (0..4 + policy.warm_up).for_each(|_| policy.note(STEP, rows));
    }

    #[test]
    fn threads_are_added_as_long_as_they_pay() {
        let mut policy = SharingPolicy::new(6);
        let now = Instant::now();
        for (threads, rows) in [(1, 10), (2, 19), (4, 36), (6, 45)] {
            assert_eq!(policy.threads(now), threads);
            measure(&mut policy, rows);
        }
        for _ in 0..100 {
            assert_eq!(policy.threads(now), 6);
            measure(&mut policy, 45);
        }
    }

    /// Measures as many windows as are too many if steps of this many rows are too slow.
    fn fail(policy: &mut SharingPolicy, rows: usize) {
        (0..CHANCES).for_each(|_| measure(policy, rows));
    }

    #[test]
    fn threads_that_gain_nothing_are_tried_less_and_less() {
        let mut policy = SharingPolicy::new(16);
        measure(&mut policy, 10);
        measure(&mut policy, 20);
        let mut pauses = Vec::new();
        for _ in 0..8 {
            fail(&mut policy, 21);
            assert_eq!(policy.threads(Instant::now()), 2, "four gain too little");
            measure(&mut policy, 20);
            pauses.extend(policy.pause);
            assert_eq!(policy.threads(Instant::now() + 2 * PAUSES[1]), 4);
        }
        assert_eq!((pauses[0], pauses[7]), (PAUSES[0], PAUSES[1]));
        assert!(pauses.is_sorted());
    }

    #[test]
    fn a_busy_processor_is_left_to_others() {
        let mut policy = SharingPolicy::new(4);
        for rows in [10, 20, 40] {
            measure(&mut policy, rows);
        }
        measure(&mut policy, 15);
        measure(&mut policy, 40);
        assert_eq!(policy.threads(Instant::now()), 4, "disturbed once");
        fail(&mut policy, 9);
        assert_eq!(policy.threads(Instant::now()), 2);
        fail(&mut policy, 8);
        assert_eq!(policy.threads(Instant::now()), 1);
        let later = Instant::now() + 2 * PAUSES[1];
        for rows in [5, 9, 11] {
            measure(&mut policy, rows);
            policy.threads(later);
        }
        assert_eq!(policy.threads(Instant::now()), 4);
    }
}
