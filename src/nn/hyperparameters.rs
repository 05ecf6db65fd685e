//! Numbers of a training that are valid by construction: a value that exists is in its range.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use util::lang::say;
use util::numbers::rate;

/// A number outside the range of what it was meant for.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error("{}", say!("constant-range", "{name} is {value}; it must be {range}", name = .what, value = rate(*.value), range = .range))]
pub struct OutOfRange {
    what: &'static str,
    value: f64,
    range: &'static str,
}

/// Learning rate `eta`: above 0 and finite as `f32`, in which the arithmetic is done.
#[derive(Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct LearningRate(f64);

/// Factor `lambda` of the L2 penalty: at least 0 and finite as `f32`.
#[derive(Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct WeightDecay(f64);

/// Largest norm of a gradient: above 0 and finite as `f32`.
#[derive(Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct ClipNorm(f64);

/// Probability of dropout: at least 0 and below 1, also when rounded to `f32`.
#[derive(Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct DropoutRate(f64);

/// Share of label smoothing: at least 0 and below 1, also when rounded to `f32`.
#[derive(Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct LabelSmoothing(f64);

/// Number of rows in a mini-batch: at least 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "usize", into = "usize")]
pub struct BatchSize(usize);

impl LearningRate {
    /// Checks a learning rate.
    ///
    /// # Errors
    /// [`OutOfRange`] unless `rate` is above 0 and finite, also when rounded to `f32`.
    pub fn new(rate: f64) -> Result<Self, OutOfRange> {
        let in_f32 = rate as f32;
        check(
            say!("name-learning-rate", "learning rate"),
            rate,
            say!("range-positive", "above 0 and finite"),
            in_f32 > 0.0 && in_f32.is_finite(),
        )
        .map(Self)
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl LearningRate {
    /// Returns the rate times `factor`, which is above 0 and at most 1, and at least the smallest normal `f32`.
    pub fn scaled(self, factor: f64) -> Self {
        let smallest = f64::from(f32::MIN_POSITIVE).min(self.0);
        Self((self.0 * factor).max(smallest))
    }
}

impl ClipNorm {
    /// Checks a norm.
    ///
    /// # Errors
    /// [`OutOfRange`] unless `norm` is above 0 and finite, also when rounded to `f32`.
    pub fn new(norm: f64) -> Result<Self, OutOfRange> {
        let in_f32 = norm as f32;
        let is_valid = in_f32 > 0.0 && in_f32.is_finite();
        check(
            say!("name-gradient-norm", "gradient norm"),
            norm,
            say!("range-positive", "above 0 and finite"),
            is_valid,
        )
        .map(Self)
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl DropoutRate {
    /// Checks a probability.
    ///
    /// # Errors
    /// [`OutOfRange`] unless it is at least 0 and below 1, also when rounded to `f32`.
    pub fn new(probability: f64) -> Result<Self, OutOfRange> {
        fraction(say!("name-dropout", "dropout"), probability).map(Self)
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl LabelSmoothing {
    /// Share with which classes of small tables are told apart best.
    pub const AUTOMATIC: Self = Self(0.1);

    /// Checks a share.
    ///
    /// # Errors
    /// [`OutOfRange`] unless it is at least 0 and below 1, also when rounded to `f32`.
    pub fn new(share: f64) -> Result<Self, OutOfRange> {
        fraction(say!("name-label-smoothing", "label smoothing"), share).map(Self)
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

fn fraction(what: &'static str, value: f64) -> Result<f64, OutOfRange> {
    let is_valid = value >= 0.0 && (value as f32) < 1.0;
    check(
        what,
        value,
        say!("range-fraction", "at least 0 and below 1"),
        is_valid,
    )
}

impl WeightDecay {
    /// No penalty.
    pub const ZERO: Self = Self(0.0);

    /// Checks a weight decay.
    ///
    /// # Errors
    /// [`OutOfRange`] unless `lambda` is at least 0 and finite, also when rounded to `f32`.
    pub fn new(lambda: f64) -> Result<Self, OutOfRange> {
        check(
            say!("name-weight-decay", "weight decay"),
            lambda,
            say!("range-not-negative", "at least 0 and finite"),
            lambda >= 0.0 && (lambda as f32).is_finite(),
        )
        .map(Self)
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl BatchSize {
    /// Size that suits small tables.
    pub const DEFAULT: Self = Self(32);

    /// Checks a batch size.
    ///
    /// # Errors
    /// [`OutOfRange`] for 0.
    pub fn new(rows: usize) -> Result<Self, OutOfRange> {
        check(
            say!("name-batch", "batch size"),
            rows as f64,
            say!("range-one", "at least 1"),
            rows > 0,
        )
        .map(|_| Self(rows))
    }

    /// The number of rows.
    pub fn get(self) -> usize {
        self.0
    }
}

fn check(
    what: &'static str,
    value: f64,
    range: &'static str,
    is_valid: bool,
) -> Result<f64, OutOfRange> {
    if is_valid {
        Ok(value)
    } else {
        Err(OutOfRange { what, value, range })
    }
}

/// Conversions, `Display` and `Debug` as the bare number, and reading from text.
macro_rules! as_number {
    ($($name:ident($number:ty)),*) => {$(
        impl TryFrom<$number> for $name {
            type Error = OutOfRange;

            fn try_from(number: $number) -> Result<Self, OutOfRange> {
                Self::new(number)
            }
        }

        impl From<$name> for $number {
            fn from(checked: $name) -> Self {
                checked.0
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                let number: $number = text.parse().map_err(|_| say!("not-a-number", "not a number").to_owned())?;
                Self::new(number).map_err(|error| error.to_string())
            }
        }

        impl fmt::Display for $name {
            /// `0.01`, `1e-7`, `16`.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&rate(self.0 as f64))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    )*};
}

as_number!(
    LearningRate(f64),
    WeightDecay(f64),
    ClipNorm(f64),
    DropoutRate(f64),
    LabelSmoothing(f64),
    BatchSize(usize)
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_in_range_exist() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e99, 1e-99] {
            assert!(LearningRate::new(bad).is_err(), "{bad}");
        }
        for bad in [-1e-3, f64::NAN, f64::INFINITY, 1e99] {
            assert!(WeightDecay::new(bad).is_err(), "{bad}");
        }
        assert!(WeightDecay::new(0.0).is_ok() && BatchSize::new(0).is_err());
        assert_eq!(
            LearningRate::new(-1.0).unwrap_err().to_string(),
            "learning rate is -1; it must be above 0 and finite"
        );
    }

    #[test]
    fn files_hold_plain_numbers() {
        let rate: LearningRate = serde_json::from_str("0.25").unwrap();
        assert_eq!(serde_json::to_string(&rate).unwrap(), "0.25");
        assert!(serde_json::from_str::<LearningRate>("0").is_err());
        assert!(serde_json::from_str::<BatchSize>("0").is_err());
    }
}
