//! Interval between two checkpoints.

use crate::util::lang::say;

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
            Self::Time(time) => f.write_str(&show_time(*time)),
            Self::Epochs(1) => f.write_str("1epoch"),
            Self::Epochs(epochs) => write!(f, "{epochs}epochs"),
        }
    }
}

impl FromStr for Interval {
    type Err = String;

    /// Parses `30s`, `2m`, `1h` or `10epochs`.
    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            say!(
                "interval-takes",
                "expected a time such as 30s or 2m, or epochs such as 10epochs"
            )
            .to_owned()
        };
        let (number, unit) = number_and_unit(text).ok_or_else(expected)?;
        if let "epoch" | "epochs" = unit {
            let epochs = number.parse().ok().filter(|&epochs| epochs > 0);
            return epochs.map(Self::Epochs).ok_or_else(expected);
        }
        parse_time(text).map(Self::Time).ok_or_else(expected)
    }
}

/// Splits `30s` into `30` and `s`.
fn number_and_unit(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| c.is_ascii_alphabetic())?;
    Some(text.split_at(end))
}

/// Parses a time of 10 ms to a year, such as `30s`, `2m` or `1h`.
pub(crate) fn parse_time(text: &str) -> Option<Duration> {
    let (number, unit) = number_and_unit(text)?;
    let unit = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    let seconds = number.parse::<f64>().ok()? * unit;
    let is_valid = (MIN_SECONDS..=MAX_SECONDS).contains(&seconds);
    is_valid.then(|| Duration::from_secs_f64(seconds))
}

/// Formats a time as [`parse_time`] reads it.
pub(crate) fn show_time(time: Duration) -> String {
    format!("{}s", time.as_secs_f64())
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
