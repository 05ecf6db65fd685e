//! Encoding of a column as network inputs.

use std::f64::consts::TAU;

use serde::{Deserialize, Serialize};

use crate::{DateOrder, DatePart};
use util::text::{is_printable, sanitise};

/// Maximum number of categories of a column with an input each; rarer ones share one.
pub const MAX_CATEGORIES: usize = 100;

/// Encoding of the cells of one column as network inputs, fitted to the training rows.
///
/// A cell is first read as one number, its *raw value*: a number as it is in the table less the offset
/// of the column ([`InputColumn::offset`](super::preprocessing::InputColumn::offset), nearly always 0),
/// the index of a category, 0 or 1 for a boolean, and NaN for a missing cell. All statistics are those
/// of raw values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Encoding {
    /// A number; one input, `(value - mean) / std`.
    Numeric {
        /// Mean, in the column's own unit. 0 for the pixels of images.
        mean: f64,
        /// Population standard deviation (divided by n, not n - 1) in the column's own unit, above
        /// 0. 255 for the pixels of images.
        #[serde(rename = "deviation")]
        std: f64,
        /// Minimum.
        min: f32,
        /// Maximum.
        max: f32,
        /// Replacement of a missing value: the mean, as f32.
        fill: f32,
    },
    /// A number that starts again after a period, such as a month; two inputs, sine and cosine of
    /// `2 pi value / period`.
    Cyclic {
        /// Period, above 0.
        period: u8,
        /// Replacement of a missing value: the most frequent one.
        fill: f32,
    },
    /// A category, one-hot: one input per category.
    Categorical {
        /// Categories that have an input, in the order of the training file.
        values: Vec<String>,
        /// Whether one more input, the last, is 1 for all other texts. Without it they are 0 in
        /// every input.
        other: bool,
        /// Index of the replacement of a missing value: the most frequent category.
        fill: usize,
    },
    /// A boolean; one input, `(value - mean) / std` with 1 for yes and 0 for no.
    Boolean {
        /// Texts that mean no, case-sensitive.
        no: Vec<String>,
        /// Texts that mean yes, case-sensitive. Any other text counts as missing.
        yes: Vec<String>,
        /// Fraction of yes.
        mean: f64,
        /// Population standard deviation, above 0.
        #[serde(rename = "deviation")]
        std: f64,
        /// Replacement of a missing value: the more frequent one.
        fill: bool,
    },
}

impl Encoding {
    /// Returns the number of network inputs.
    pub fn inputs(&self) -> usize {
        match self {
            Self::Numeric { .. } | Self::Boolean { .. } => 1,
            Self::Cyclic { .. } => 2,
            Self::Categorical { values, other, .. } => values.len() + usize::from(*other),
        }
    }

    /// Returns whether raw values are numbers of the table, or of its dates.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Numeric { .. } | Self::Cyclic { .. })
    }

    /// Returns the raw value that replaces a missing one.
    pub fn fill(&self) -> f32 {
        match *self {
            Self::Numeric { fill, .. } | Self::Cyclic { fill, .. } => fill,
            Self::Categorical { fill, .. } => fill as f32,
            Self::Boolean { fill, .. } => f32::from(fill),
        }
    }

    /// Returns how cells become raw values in a column of this `offset`.
    pub(crate) fn cells(&self, offset: f64) -> CellKind<'_> {
        match self {
            Self::Numeric { .. } | Self::Cyclic { .. } => CellKind::Number(offset),
            Self::Categorical { values, .. } => CellKind::Category(values),
            Self::Boolean { no, yes, .. } => CellKind::Boolean { no, yes },
        }
    }

    /// Returns the raw value of a cell with this `text` (white space around it cut off, not a missing one)
    /// in a column of texts: the index of a category, or the number of categories for any other
    /// text; 0 or 1 for a boolean, or NaN for any other text. NaN for a column of numbers.
    pub fn of_text(&self, text: &str) -> f32 {
        self.cells(0.0).of_text(text)
    }

    /// Writes the inputs of the `raw` value to `out`, one place each. Always finite for a
    /// raw value that is finite or NaN: what is too large for f32 becomes the largest f32.
    pub fn write(&self, raw: f32, out: &mut [f32]) {
        if let Some(scale) = self.scale() {
            out[0] = scale.of(raw);
            return;
        }
        let raw = if raw.is_nan() { self.fill() } else { raw };
        match self {
            Self::Numeric { .. } | Self::Boolean { .. } => {}
            Self::Cyclic { period, .. } => {
                let angle = TAU * f64::from(raw) / f64::from(*period);
                // Of half a turn the sine is 0, but for rounding errors.
                let rounded = |wave: f64| if wave.abs() < 1e-15 { 0.0 } else { wave as f32 };
                (out[0], out[1]) = (rounded(angle.sin()), rounded(angle.cos()));
            }
            Self::Categorical { .. } => {
                out.fill(0.0);
                if let Some(own) = out.get_mut(raw as usize) {
                    *own = 1.0;
                }
            }
        }
    }

    /// Returns the standardisation of a column with one input; `None` for other columns.
    pub(super) fn scale(&self) -> Option<Scale> {
        match *self {
            Self::Numeric { mean, std, .. } | Self::Boolean { mean, std, .. } => Some(Scale {
                mean,
                std,
                fill: self.fill(),
            }),
            Self::Cyclic { .. } | Self::Categorical { .. } => None,
        }
    }

    /// Returns the value to show beside input `part` of this column: the raw value, sine or cosine, or 1
    /// or 0 for a category; NaN if it is missing.
    pub fn shown(&self, raw: f32, part: usize) -> f32 {
        match self {
            Self::Numeric { .. } | Self::Boolean { .. } => raw,
            Self::Categorical { .. } | Self::Cyclic { .. } if raw.is_nan() => raw,
            Self::Cyclic { .. } => {
                let mut both = [0.0; 2];
                self.write(raw, &mut both);
                both[part.min(1)]
            }
            Self::Categorical { .. } => f32::from(raw as usize == part),
        }
    }
}

impl Encoding {
    /// Returns the raw value of an input `value`: the inverse of [`Self::write`], rounded to six
    /// digits so that rounding errors do not show.
    pub fn raw_of(&self, value: f32) -> f32 {
        match self {
            Self::Numeric { mean, std, .. } | Self::Boolean { mean, std, .. } => {
                let raw = mean + std * f64::from(value);
                format!("{raw:.5e}").parse().unwrap_or(raw as f32)
            }
            Self::Categorical { .. } | Self::Cyclic { .. } => value,
        }
    }
}

/// Interpretation of the cells of a column as raw values.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CellKind<'a> {
    /// A number, from which an offset is subtracted.
    Number(f64),
    Boolean {
        no: &'a [String],
        yes: &'a [String],
    },
    Category(&'a [String]),
    /// A date, of which one part counts.
    Date {
        part: DatePart,
        order: Option<DateOrder>,
    },
    /// The target so many rows before, which is in no cell of the row.
    Lag(usize),
}

impl CellKind<'_> {
    /// Returns whether `raw` is the raw value of a text that the column does not have.
    pub(crate) fn is_unknown(self, raw: f32) -> bool {
        match self {
            Self::Number(_) | Self::Date { .. } | Self::Lag(_) => false,
            Self::Category(values) => raw == values.len() as f32,
            Self::Boolean { .. } => raw.is_nan(),
        }
    }

    /// Returns the raw value of a text; see [`Encoding::of_text`].
    pub(crate) fn of_text(self, text: &str) -> f32 {
        match self {
            Self::Number(_) | Self::Date { .. } | Self::Lag(_) => f32::NAN,
            Self::Category(values) => {
                let found = values.iter().position(|value| value == text);
                let found = found.or_else(|| escaped_position(values, text));
                found.unwrap_or(values.len()) as f32
            }
            Self::Boolean { no, yes } => {
                let among = |words: &[String]| words.iter().any(|word| word == text);
                match (among(yes), among(no)) {
                    (true, _) => 1.0,
                    (false, true) => 0.0,
                    (false, false) => f32::NAN,
                }
            }
        }
    }
}

/// Finds `text` among `texts` by its escaped form, which models of version 4 and before have.
pub(crate) fn escaped_position(texts: &[String], text: &str) -> Option<usize> {
    if text.chars().all(is_printable) {
        return None;
    }
    let escaped = sanitise(text);
    texts.iter().position(|known| *known == escaped)
}

/// Standardisation of the raw values of a column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    mean: f64,
    std: f64,
    /// Replacement of a missing value.
    fill: f32,
}

impl Scale {
    /// Returns the network input of a `raw` value.
    #[inline]
    pub(super) fn of(self, raw: f32) -> f32 {
        let raw = if raw.is_nan() { self.fill } else { raw };
        standardise(raw, self.mean, self.std)
    }
}

/// Returns `(raw - mean) / std` as f32, clamped to the finite range.
pub(crate) fn standardise(raw: f32, mean: f64, std: f64) -> f32 {
    let standardised = (f64::from(raw) - mean) / std;
    (standardised as f32).clamp(f32::MIN, f32::MAX)
}

#[cfg(test)]
mod tests;
