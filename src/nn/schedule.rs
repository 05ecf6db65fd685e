//! Learning rate schedules: the factor of the learning rate at each step, with the definitions and default
//! constants of PyTorch.

use std::f64::consts::PI;
use std::fmt;

use serde::{Deserialize, Serialize};

use util::exact;
use util::lang::say;
use util::numbers::counted;

/// Schedule of the learning rate after the warm-up. Its epochs are counted from the end of the warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "name", deny_unknown_fields)]
pub enum Shape {
    /// The learning rate itself.
    #[default]
    Constant,
    /// Multiplies by `factor` after every `every` epochs (`StepLR`).
    Step {
        /// Number of epochs between two drops, at least 1.
        every: u64,
        /// Factor of a drop, above 0 and below 1.
        factor: f64,
    },
    /// Half a cosine from the learning rate towards 0 at epoch `end` (`CosineAnnealingLR`).
    Cosine {
        /// Number of epochs, warm-up included, at which it ends.
        end: u64,
    },
    /// Cosine from a 25th of the learning rate up to it within 30% of the steps, then down to a 250,000th
    /// (`OneCycleLR`, with `cycle_momentum=False`).
    OneCycle {
        /// Number of epochs, warm-up included, at which it ends.
        end: u64,
    },
    /// Multiplies by `factor` when the validation loss has not become lower for more than `patience` epochs
    /// (`ReduceLROnPlateau`); the training loss without validation rows.
    Plateau {
        /// Number of epochs without improvement that are accepted.
        patience: u64,
        /// Factor of a drop, above 0 and below 1.
        factor: f64,
    },
}

/// Schedule of the learning rate: a warm-up, then a shape.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Shape after the warm-up.
    pub shape: Shape,
    /// Number of epochs over which the rate first rises in equal steps to the learning rate.
    pub warm_up: u64,
}

/// Position of the next step in a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepPlace {
    /// Number of epochs done.
    pub epoch: u64,
    /// Number of mini-batches done in the current epoch.
    pub batch: u32,
    /// Number of mini-batches of an epoch.
    pub batches: u32,
}

/// Number of epochs between two drops of `step`.
const STEP_EPOCHS: u64 = 30;
/// Number of epochs without improvement that `plateau` accepts.
const PLATEAU_EPOCHS: u64 = 10;
/// Factor of a drop.
const DROP: f64 = 0.1;
/// Fraction by which a loss must be lower to count as an improvement.
const THRESHOLD: f64 = 1e-4;
/// Share of the steps in which `one-cycle` rises.
const RISE: f64 = 0.3;
/// The learning rate divided by the first rate of `one-cycle`.
const FIRST_DIVISOR: f64 = 25.0;
/// First rate of `one-cycle` divided by its last.
const LAST_DIVISOR: f64 = 1e4;

impl Shape {
    /// All of them with their default constants, and without an end.
    pub const ALL: [Self; 5] = [
        Self::Constant,
        Self::Step {
            every: STEP_EPOCHS,
            factor: DROP,
        },
        Self::Cosine { end: 0 },
        Self::OneCycle { end: 0 },
        Self::Plateau {
            patience: PLATEAU_EPOCHS,
            factor: DROP,
        },
    ];

    /// Name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Step { .. } => "step",
            Self::Cosine { .. } => "cosine",
            Self::OneCycle { .. } => "one-cycle",
            Self::Plateau { .. } => "plateau",
        }
    }

    /// Parses a name, for `step` and `plateau` optionally with a number of epochs and a factor: `step 20 0.5`.
    /// An end is not set.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let name = words.next()?;
        let mut shape = Self::ALL.into_iter().find(|shape| shape.name() == name)?;
        if let Self::Step {
            every: epochs,
            factor,
        }
        | Self::Plateau {
            patience: epochs,
            factor,
        } = &mut shape
        {
            if let Some(word) = words.next() {
                *epochs = word.parse().ok().filter(|&epochs| epochs > 0)?;
            }
            if let Some(word) = words.next() {
                *factor = word.parse().ok()?;
            }
        }
        (words.next().is_none() && shape.is_valid()).then_some(shape)
    }

    /// Returns the shape as it is typed, without its end.
    pub fn words(self) -> String {
        match self {
            Self::Step {
                every: epochs,
                factor,
            }
            | Self::Plateau {
                patience: epochs,
                factor,
            } if Self::parse(self.name()) != Some(self) => {
                format!("{} {epochs} {factor}", self.name())
            }
            _ => self.name().to_owned(),
        }
    }

    /// Returns the epoch at which it ends, if it has an end; 0 where it is not set.
    pub fn end(self) -> Option<u64> {
        match self {
            Self::Cosine { end } | Self::OneCycle { end } => Some(end),
            Self::Constant | Self::Step { .. } | Self::Plateau { .. } => None,
        }
    }

    /// Sets the end of a shape that has one.
    pub fn ending_at(self, epochs: u64) -> Self {
        match self {
            Self::Cosine { .. } => Self::Cosine { end: epochs },
            Self::OneCycle { .. } => Self::OneCycle { end: epochs },
            other => other,
        }
    }

    fn is_valid(self) -> bool {
        match self {
            Self::Step { every: 0, .. } => false,
            Self::Step { factor, .. } | Self::Plateau { factor, .. } => {
                factor > 0.0 && factor < 1.0
            }
            Self::Constant | Self::Cosine { .. } | Self::OneCycle { .. } => true,
        }
    }
}

impl Schedule {
    /// Returns whether it leaves the learning rate as it is.
    pub fn is_constant(&self) -> bool {
        *self == Self::default()
    }

    /// Checks that the constants are in their ranges and the warm-up is over before the end.
    ///
    /// # Errors
    /// A message if not, with the names of settings as in `:warm-up 0`.
    pub fn check(&self) -> Result<(), String> {
        let name = self.shape.name();
        if !self.shape.is_valid() {
            return Err(say!(
                "schedule-range",
                ":schedule {name} takes epochs of at least 1, and a factor above 0 and below 1",
                name
            ));
        }
        if matches!(self.shape, Shape::OneCycle { .. }) && self.warm_up > 0 {
            return Err(say!(
                "schedule-own-warm-up",
                ":schedule {name} has a warm-up of its own: it takes :warm-up 0",
                name
            ));
        }
        match self.shape.end() {
            Some(end) if end <= self.warm_up => Err(say!(
                "schedule-ends-early",
                ":schedule {name} ends after {end}, and the warm-up takes {warm_up} (:warm-up)",
                name,
                end = counted(end, "epoch"),
                warm_up = self.warm_up
            )),
            _ => Ok(()),
        }
    }

    /// Returns the factor of the learning rate for the step at `place`, above 0 and at most 1. `plateau` is the
    /// product of the drops of [`Shape::Plateau`] so far. Behind its end a schedule keeps its last factor.
    pub fn factor(&self, place: StepPlace, plateau: f64) -> f64 {
        let batches = u64::from(place.batches);
        let step = place.epoch.saturating_mul(batches) + u64::from(place.batch);
        if place.epoch < self.warm_up {
            return (step + 1) as f64 / (self.warm_up as f64 * batches as f64);
        }
        let epoch = place.epoch - self.warm_up;
        let length = |end: u64| end.saturating_sub(self.warm_up).max(1);
        match self.shape {
            Shape::Constant => 1.0,
            Shape::Step { every, factor } => {
                let drops = i32::try_from(epoch / every.max(1)).unwrap_or(i32::MAX);
                factor.powi(drops)
            }
            Shape::Cosine { end } => {
                let epoch = epoch.min(length(end) - 1);
                (1.0 + (PI * epoch as f64 / length(end) as f64).cos()) / 2.0
            }
            Shape::OneCycle { end } => {
                let done = step - self.warm_up * batches;
                one_cycle(done, length(end).saturating_mul(batches))
            }
            Shape::Plateau { .. } => plateau,
        }
    }
}

/// Factor of step `step`, from 0, of `steps`.
fn one_cycle(step: u64, steps: u64) -> f64 {
    let (first, last) = (1.0 / FIRST_DIVISOR, 1.0 / FIRST_DIVISOR / LAST_DIVISOR);
    let step = step.min(steps - 1) as f64;
    let (peak, end) = (RISE * steps as f64 - 1.0, (steps - 1) as f64);
    let anneal =
        |from: f64, to: f64, share: f64| to + (from - to) / 2.0 * (1.0 + (PI * share).cos());
    if step <= peak {
        anneal(first, 1.0, step / peak)
    } else {
        anneal(1.0, last, (step - peak) / (end - peak))
    }
}

impl fmt::Display for Schedule {
    /// `cosine to epoch 100, warm-up 5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shape.words())?;
        if let Some(end) = self.shape.end() {
            f.write_str(&say!("schedule-to", " to epoch {end}", end))?;
        }
        if self.warm_up > 0 {
            let warm_up = say!(
                "schedule-warm-up",
                ", warm-up {epochs}",
                epochs = self.warm_up
            );
            f.write_str(&warm_up)?;
        }
        Ok(())
    }
}

/// State of [`Shape::Plateau`] after an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plateau {
    /// Product of the drops so far.
    pub factor: f64,
    /// Lowest loss since the last start.
    #[serde(with = "exact")]
    best: f64,
    /// Number of epochs without improvement.
    bad_epochs: u64,
}

impl Default for Plateau {
    fn default() -> Self {
        Self {
            factor: 1.0,
            best: f64::INFINITY,
            bad_epochs: 0,
        }
    }
}

impl Plateau {
    /// Notes the loss of an epoch. NaN is no improvement.
    pub fn note(&mut self, shape: Shape, loss: f64) {
        let Shape::Plateau { patience, factor } = shape else {
            return;
        };
        if loss < self.best * (1.0 - THRESHOLD) {
            self.best = loss;
            self.bad_epochs = 0;
        } else {
            self.bad_epochs += 1;
        }
        if self.bad_epochs > patience {
            self.factor *= factor;
            self.bad_epochs = 0;
        }
    }

    /// Forgets the losses, which are not those of the network as it is now, and keeps the factor.
    pub fn forget_losses(&mut self) {
        *self = Self {
            factor: self.factor,
            ..Self::default()
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_typed_as_they_are_shown() {
        for text in [
            "constant",
            "step",
            "step 20 0.5",
            "cosine",
            "one-cycle",
            "plateau",
            "plateau 3 0.2",
        ] {
            assert_eq!(Shape::parse(text).expect(text).words(), text);
        }
        assert_eq!(Shape::parse("step 30 0.1").unwrap().words(), "step");
        for bad in [
            "",
            "linear",
            "cosine 3",
            "step 0",
            "step 3 1",
            "step 3 0.5 1",
            "plateau x",
            "step 3 nan",
        ] {
            assert_eq!(Shape::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_schedule_keeps_its_last_factor_behind_its_end() {
        for shape in [Shape::Cosine { end: 10 }, Shape::OneCycle { end: 10 }] {
            let schedule = Schedule { shape, warm_up: 2 };
            let factor = |epoch, batch| {
                let place = StepPlace {
                    epoch,
                    batch,
                    batches: 4,
                };
                schedule.factor(place, 1.0)
            };
            assert_eq!(factor(0, 0), 0.125);
            assert_eq!(factor(1, 3), 1.0);
            assert_eq!(factor(10, 0), factor(9, 3));
            assert!(factor(1000, 0) > 0.0);
        }
    }
}
