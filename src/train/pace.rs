//! Speed limit of a training that is watched.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::nn::Architecture;
use crate::util::lang::say;

/// Upper limit of the training speed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pace {
    /// No limit.
    Full,
    /// Epochs per second, above zero.
    EpochsPerSecond(f64),
}

/// Epochs per second to which small data sets are limited.
const WATCHABLE: f64 = 20.0;
/// Paces that keys step through, slowest first; after the last one comes full speed.
const LADDER: [f64; 15] = [
    0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0,
];

impl Pace {
    /// Chooses 20 epochs per second if an epoch of `rows` rows is estimated to take less than 25 ms,
    /// else full speed.
    pub fn auto(architecture: &Architecture, rows: usize) -> Self {
        // Six floating-point operations per weight and row, at about 10^10 per second.
        let seconds = architecture.parameter_count() as f64 * rows as f64 * 6.0 / 1e10;
        if seconds * WATCHABLE < 0.5 {
            Self::EpochsPerSecond(WATCHABLE)
        } else {
            Self::Full
        }
    }

    /// Returns the next faster pace.
    pub(crate) fn faster(self) -> Self {
        match self {
            Self::Full => Self::Full,
            Self::EpochsPerSecond(now) => LADDER
                .iter()
                .find(|&&pace| pace > now * 1.001)
                .map_or(Self::Full, |&pace| Self::EpochsPerSecond(pace)),
        }
    }

    /// Returns the next slower pace. `full_speed` is the speed without a limit in epochs per second;
    /// NaN if unknown.
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
            Self::Full => f.write_str(say!("pace-full", "full speed")),
            Self::EpochsPerSecond(pace) => {
                f.write_str(&say!("pace-epochs", "{pace} epochs/s", pace))
            }
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
}
