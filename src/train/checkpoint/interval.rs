//! Interval between two checkpoints.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Interval between two checkpoints.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Interval {
    /// Time.
    Time(Duration),
    /// Number of epochs, at least 1.
    Epochs(u32),
}

/// Shortest interval in seconds.
const MIN_SECONDS: f64 = 0.01;
/// Longest interval in seconds: a year.
const MAX_SECONDS: f64 = 365.0 * 24.0 * 3600.0;

impl Interval {
    /// Interval that loses little and costs nothing.
    pub(crate) const DEFAULT: Self = Self::Time(Duration::from_secs(30));
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(time) => write!(f, "{}s", time.as_secs_f64()),
            Self::Epochs(epochs) => write!(f, "{epochs}epochs"),
        }
    }
}

impl FromStr for Interval {
    type Err = String;

    /// Parses `30s`, `2m`, `1h` or `10epochs`.
    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || "expected a time such as 30s or 2m, or epochs such as 10epochs".to_owned();
        let end = text.find(|c: char| c.is_ascii_alphabetic());
        let (number, unit) = text.split_at(end.ok_or_else(expected)?);
        let seconds = match unit {
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "epoch" | "epochs" => {
                let epochs = number.parse().ok().filter(|&epochs| epochs > 0);
                return epochs.map(Self::Epochs).ok_or_else(expected);
            }
            _ => return Err(expected()),
        };
        let seconds: f64 = number.parse::<f64>().map_err(|_| expected())? * seconds;
        if (MIN_SECONDS..=MAX_SECONDS).contains(&seconds) {
            Ok(Self::Time(Duration::from_secs_f64(seconds)))
        } else {
            Err(expected())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_parsed() {
        let seconds = |seconds| Ok(Interval::Time(Duration::from_secs_f64(seconds)));
        for (text, expected) in [
            ("30s", seconds(30.0)),
            ("0.5s", seconds(0.5)),
            ("2m", seconds(120.0)),
            ("1h", seconds(3600.0)),
            ("10epochs", Ok(Interval::Epochs(10))),
            ("1epoch", Ok(Interval::Epochs(1))),
        ] {
            assert_eq!(text.parse(), expected, "{text}");
        }
        for bad in [
            "",
            "30",
            "s",
            "0s",
            "-1s",
            "nans",
            "infs",
            "1e99h",
            "0epochs",
            "1.5epochs",
            "2d",
        ] {
            assert!(bad.parse::<Interval>().is_err(), "{bad}");
        }
        assert_eq!(Interval::DEFAULT.to_string().parse(), Ok(Interval::DEFAULT));
    }
}
