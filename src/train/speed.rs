//! Training speed.

use std::time::{Duration, Instant};

/// Time over which the speed is averaged.
const WINDOW: Duration = Duration::from_millis(500);
/// Longest time between two ticks that counts as training.
const MAX_GAP: Duration = Duration::from_secs(5);

/// Measures training rows per second over about the last half second.
#[derive(Debug, Default)]
pub(super) struct SpeedMeter {
    rows: u64,
    since: Option<Instant>,
    last: Option<Instant>,
    measured: f64,
    /// Whether `measured` is that of a whole window.
    is_measured: bool,
    total: Duration,
}

impl SpeedMeter {
    /// Creates a meter of a training that took `seconds` so far.
    pub(crate) fn continued(seconds: f64) -> Self {
        Self {
            total: Duration::try_from_secs_f64(seconds).unwrap_or_default(),
            ..Self::default()
        }
    }

    /// Adds rows that were trained on.
    pub(crate) fn add_rows(&mut self, rows: usize) {
        self.rows += rows as u64;
    }

    /// Starts a new window at `now`, the beginning of the training or the end of a break.
    pub(crate) fn restart(&mut self, now: Instant) {
        self.rows = 0;
        self.since = Some(now);
        self.last = None;
    }

    /// Measures at `now`.
    pub(crate) fn tick(&mut self, now: Instant) {
        // During a longer gap the process was stopped, or the machine slept.
        let gap = self.last.map_or(Duration::ZERO, |last| now - last);
        self.total += gap.min(MAX_GAP);
        self.last = Some(now);
        let since = *self.since.get_or_insert(now);
        let elapsed = now - since;
        let is_over = elapsed >= WINDOW;
        if (is_over || !self.is_measured) && !elapsed.is_zero() {
            self.measured = self.rows as f64 / elapsed.as_secs_f64();
        }
        if is_over {
            self.is_measured = true;
            self.rows = 0;
            self.since = Some(now);
        }
    }

    /// Returns rows per second; zero before the first measurement.
    pub(crate) fn rows_per_second(&self) -> f64 {
        self.measured
    }

    /// Returns the seconds spent training: between ticks, without breaks.
    pub fn seconds(&self) -> f64 {
        self.total.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_is_rows_per_second() {
        let start = Instant::now();
        let mut meter = SpeedMeter::default();
        meter.restart(start);
        for i in 1..=20 {
            meter.add_rows(500);
            meter.tick(start + Duration::from_millis(50) * i);
        }
        assert!((meter.rows_per_second() - 10_000.0).abs() < 1e-6);
    }

    #[test]
    fn the_first_tick_already_measures() {
        let start = Instant::now();
        let mut meter = SpeedMeter::default();
        meter.restart(start);
        meter.add_rows(30);
        meter.tick(start + Duration::from_millis(4));
        assert!((meter.rows_per_second() - 7500.0).abs() < 1e-6);
    }
}
