//! How fast a training may run, so that a person can watch.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::nn::Architecture;
use crate::util::text::sanitise;

/// Upper limit of the training speed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// As fast as the machine can.
    Full,
    /// So many epochs a second, above zero.
    EpochsPerSecond(f64),
}

/// What a data set that would be learned in a blink is slowed down to.
const WATCHABLE: f64 = 20.0;
/// Paces of the keys, slowest first; behind the last one comes full speed.
const LADDER: [f64; 15] = [
    0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0,
];

impl Pace {
    /// A watchable pace where an epoch of `rows` rows takes a blink, full speed elsewhere.
    pub fn auto(architecture: &Architecture, rows: usize) -> Self {
        // Six floating-point operations a weight and row, of some 10^10 a second.
        let seconds = architecture.parameter_count() as f64 * rows as f64 * 6.0 / 1e10;
        if seconds * WATCHABLE < 0.5 {
            Self::EpochsPerSecond(WATCHABLE)
        } else {
            Self::Full
        }
    }

    /// The next faster pace on the ladder.
    pub fn faster(self) -> Self {
        match self {
            Self::Full => Self::Full,
            Self::EpochsPerSecond(now) => LADDER
                .iter()
                .find(|&&pace| pace > now * 1.001)
                .map_or(Self::Full, |&pace| Self::EpochsPerSecond(pace)),
        }
    }

    /// The next slower pace on the ladder, given how many epochs a second full speed is.
    pub fn slower(self, full_speed: f64) -> Self {
        let now = match self {
            Self::Full if full_speed.is_finite() => full_speed,
            Self::Full => f64::INFINITY,
            Self::EpochsPerSecond(now) => now,
        };
        let slower = LADDER.iter().rev().find(|&&pace| pace < now * 0.999);
        Self::EpochsPerSecond(*slower.unwrap_or(&LADDER[0]))
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("full speed"),
            Self::EpochsPerSecond(pace) => write!(f, "{pace} epochs/s"),
        }
    }
}

/// A pace as the command line takes it; `None` is `auto`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PaceOption(pub Option<Pace>);

impl FromStr for PaceOption {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "auto" => return Ok(Self(None)),
            "full" => return Ok(Self(Some(Pace::Full))),
            _ => {}
        }
        match text.parse::<f64>() {
            Ok(pace) if pace.is_finite() && pace >= 0.001 => {
                Ok(Self(Some(Pace::EpochsPerSecond(pace))))
            }
            _ => Err(Error::Usage(format!(
                "\"{}\" is not a pace; it is auto, full, or epochs a second such as 20",
                sanitise(text)
            ))),
        }
    }
}

/// Says how many steps may be done now, so that the training keeps its pace.
#[derive(Debug)]
pub(super) struct Throttle {
    steps_per_second: Option<f64>,
    start: Instant,
    done: u64,
    clock_interval: u32,
}

/// A training that fell behind its pace by more than this does not try to catch up.
const PATIENCE: f64 = 0.25;
/// Steps between two looks at the clock at most.
const MAX_CLOCK_INTERVAL: u32 = 1 << 14;

impl Throttle {
    /// Starts now, for epochs of `batches` steps.
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

    /// Steps that may be done at `now`.
    pub fn due(&mut self, now: Instant) -> u32 {
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

    /// How long until the next step is due.
    pub fn wait(&self) -> Duration {
        let Some(rate) = self.steps_per_second else {
            return Duration::ZERO;
        };
        let next = Duration::from_secs_f64((self.done + 1) as f64 / rate);
        next.saturating_sub(self.start.elapsed())
    }

    /// A step was done.
    pub fn count_step(&mut self) {
        self.done += 1;
    }

    /// Steps between two looks at the clock.
    pub fn clock_interval(&self) -> u32 {
        match self.steps_per_second {
            None => self.clock_interval,
            Some(_) => 1,
        }
    }

    /// Brings the looks at the clock to some four in a slice, given that the steps between the
    /// last two of them took at most `elapsed`.
    pub fn adapt(&mut self, elapsed: Duration, slice: Duration) {
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
    use crate::nn::{Activation, Loss, Output};

    #[test]
    fn the_ladder_is_climbed_and_descended() {
        let pace = Pace::EpochsPerSecond(20.0);
        assert_eq!(pace.faster(), Pace::EpochsPerSecond(50.0));
        assert_eq!(pace.slower(f64::NAN), Pace::EpochsPerSecond(10.0));
        assert_eq!(Pace::EpochsPerSecond(2000.0).faster(), Pace::Full);
        assert_eq!(
            Pace::EpochsPerSecond(7.0).faster(),
            Pace::EpochsPerSecond(10.0)
        );
        assert_eq!(Pace::Full.slower(3.0), Pace::EpochsPerSecond(2.0));
        assert_eq!(Pace::Full.slower(f64::NAN), Pace::EpochsPerSecond(2000.0));
        assert_eq!(
            Pace::EpochsPerSecond(0.05).slower(1.0),
            Pace::EpochsPerSecond(0.05)
        );
    }

    #[test]
    fn small_data_is_slowed_down_and_large_is_not() {
        let sizes = |sizes: &[usize]| {
            Architecture::new(
                sizes.to_vec(),
                Activation::Tanh,
                Output::Softmax,
                Loss::CrossEntropy,
            )
            .unwrap()
        };
        assert_eq!(
            Pace::auto(&sizes(&[4, 8, 3]), 120),
            Pace::EpochsPerSecond(20.0)
        );
        assert_eq!(Pace::auto(&sizes(&[784, 128, 64, 10]), 60_000), Pace::Full);
    }

    #[test]
    fn paces_are_parsed() {
        assert_eq!("auto".parse::<PaceOption>().unwrap().0, None);
        assert_eq!("full".parse::<PaceOption>().unwrap().0, Some(Pace::Full));
        let five = Some(Pace::EpochsPerSecond(5.0));
        assert_eq!("5".parse::<PaceOption>().unwrap().0, five);
        for bad in ["0", "-1", "nan", "inf", "fast"] {
            assert!(bad.parse::<PaceOption>().is_err(), "{bad}");
        }
    }

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
