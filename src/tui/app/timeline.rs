//! Time of a training in epochs, steps and seconds.

use std::borrow::Cow;

use crate::util::lang::catalogue::{id_of, translated};
use crate::util::stats::{Bounded, Merge};

/// Maximum number of milestones; beyond it, every other one is dropped.
const CAPACITY: usize = 4096;

/// Unit of the time axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    Epochs,
    Steps,
    /// Seconds spent on training, without pauses.
    Seconds,
}

impl TimeUnit {
    /// All units in the order of their key.
    pub const ALL: [Self; 3] = [Self::Epochs, Self::Steps, Self::Seconds];

    /// Name in the language of the screen.
    pub fn title(self) -> Cow<'static, str> {
        translated(&id_of("unit", self.name()), self.name())
    }

    /// Name in the commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Epochs => "epochs",
            Self::Steps => "steps",
            Self::Seconds => "seconds",
        }
    }
}

/// Step and seconds of training at a number of epochs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Milestone {
    /// Epochs done, with the fraction of the current one.
    pub epochs: f64,
    pub step: f64,
    pub seconds: f64,
}

impl Milestone {
    fn value(&self, unit: TimeUnit) -> f64 {
        match unit {
            TimeUnit::Epochs => self.epochs,
            TimeUnit::Steps => self.step,
            TimeUnit::Seconds => self.seconds,
        }
    }
}

impl Merge for Milestone {
    fn merge(&mut self, later: &Self) {
        *self = *later;
    }
}

/// Milestones of a training. Time between two of them is linear, and so is that before the first and after
/// the last one.
#[derive(Debug, Clone)]
pub struct Timeline(Bounded<Milestone>);

impl Default for Timeline {
    fn default() -> Self {
        Self(Bounded::new(CAPACITY))
    }
}

impl Timeline {
    /// Adds a milestone, unless epochs, steps or seconds have not advanced.
    pub(super) fn add(&mut self, new: Milestone) {
        let last = self.0.last().copied().unwrap_or_default();
        let advances = TimeUnit::ALL
            .into_iter()
            .all(|unit| new.value(unit).is_finite() && new.value(unit) > last.value(unit));
        if advances {
            self.0.push(new);
        }
    }

    /// Returns the milestones up to a time in epochs.
    pub(super) fn until(&self, epochs: f64) -> Self {
        let mut until = self.clone();
        until
            .0
            .truncate_where(|milestone| milestone.epochs <= epochs);
        until
    }

    /// Converts a time in epochs to `unit`.
    pub(crate) fn value(&self, epochs: f64, unit: TimeUnit) -> f64 {
        self.convert(epochs, TimeUnit::Epochs, unit)
    }

    /// Converts a time in `unit` to epochs.
    pub(crate) fn epochs(&self, value: f64, unit: TimeUnit) -> f64 {
        self.convert(value, unit, TimeUnit::Epochs)
    }

    fn convert(&self, value: f64, from: TimeUnit, to: TimeUnit) -> f64 {
        let milestones = self.0.buckets();
        let Some(last) = milestones.last().filter(|_| from != to) else {
            return value;
        };
        let after = milestones.partition_point(|milestone| milestone.value(from) < value);
        let start = Milestone::default();
        let (before, after) = match after {
            0 => (&start, &milestones[0]),
            after if after < milestones.len() => (&milestones[after - 1], &milestones[after]),
            _ => (&start, last),
        };
        let share = (value - before.value(from)) / (after.value(from) - before.value(from));
        before.value(to) + share * (after.value(to) - before.value(to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_converted_to_and_fro() {
        let mut timeline = Timeline::default();
        assert_eq!(timeline.value(3.0, TimeUnit::Steps), 3.0);
        for (epochs, step, seconds) in [
            (1.0, 10.0, 5.0),
            (0.5, 11.0, 6.0),
            (3.0, 50.0, 5.0),
            (3.0, 50.0, 7.0),
        ] {
            timeline.add(Milestone {
                epochs,
                step,
                seconds,
            });
        }
        for (epochs, step, seconds) in [(0.5, 5.0, 2.5), (2.0, 30.0, 6.0), (6.0, 100.0, 14.0)] {
            assert_eq!(timeline.value(epochs, TimeUnit::Steps), step);
            assert_eq!(timeline.value(epochs, TimeUnit::Seconds), seconds);
            assert_eq!(timeline.epochs(step, TimeUnit::Steps), epochs);
        }
    }
}
