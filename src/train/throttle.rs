//! Limits a training to its pace.

use std::time::{Duration, Instant};

use super::Pace;

/// Computes how many steps are due, so that the training keeps its pace.
#[derive(Debug)]
pub(super) struct Throttle {
    steps_per_second: Option<f64>,
    start: Instant,
    done: u64,
    clock_interval: u32,
}

/// Seconds of delay beyond which a training does not try to catch up.
const PATIENCE: f64 = 0.25;
/// Largest number of steps between two readings of the clock.
const MAX_CLOCK_INTERVAL: u32 = 1 << 14;

impl Throttle {
    /// Creates a throttle that starts now, for epochs of `batches` steps.
    pub fn new(pace: Pace, batches: u32) -> Self {
        Self {
            steps_per_second: match pace {
                Pace::Full => None,
                Pace::EpochsPerSecond(pace) => Some(pace * f64::from(batches)),
            },
            start: Instant::now(),
            done: 0,
            clock_interval: 1,
        }
    }

    /// Returns the number of steps due at `now`.
    pub(crate) fn due(&mut self, now: Instant) -> u32 {
        let Some(rate) = self.steps_per_second else {
            return u32::MAX;
        };
        let allowed = (now - self.start).as_secs_f64() * rate;
        let behind = allowed - self.done as f64;
        if behind > (PATIENCE * rate).max(2.0) {
            self.start = now;
            self.done = 0;
            return 1;
        }
        behind as u32
    }

    /// Returns the time until the next step is due.
    pub fn wait(&self) -> Duration {
        let Some(rate) = self.steps_per_second else {
            return Duration::ZERO;
        };
        let next = Duration::from_secs_f64((self.done + 1) as f64 / rate);
        next.saturating_sub(self.start.elapsed())
    }

    /// Counts a step.
    pub(crate) fn count_step(&mut self) {
        self.done += 1;
    }

    /// Returns the number of steps between two readings of the clock.
    pub(crate) fn clock_interval(&self) -> u32 {
        match self.steps_per_second {
            None => self.clock_interval,
            Some(_) => 1,
        }
    }

    /// Adapts [`Self::clock_interval`] to about four readings per `slice`, given the time since the
    /// slice began.
    pub(crate) fn adapt(&mut self, elapsed: Duration, slice: Duration) {
        if elapsed < slice / 8 {
            self.clock_interval = (self.clock_interval * 2).min(MAX_CLOCK_INTERVAL);
        } else if elapsed > slice {
            self.clock_interval = (self.clock_interval / 2).max(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throttle_keeps_its_pace_and_does_not_catch_up_for_ever() {
        let mut throttle = Throttle::new(Pace::EpochsPerSecond(2.0), 50);
        let start = throttle.start;
        assert_eq!(throttle.due(start), 0);
        assert_eq!(throttle.due(start + Duration::from_millis(100)), 10);
        (0..10).for_each(|_| throttle.count_step());
        assert_eq!(throttle.due(start + Duration::from_millis(105)), 0);
        assert_eq!(throttle.due(start + Duration::from_secs(60)), 1);
        assert_eq!(Throttle::new(Pace::Full, 50).due(start), u32::MAX);
    }
}
