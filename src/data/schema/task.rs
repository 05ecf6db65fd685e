//! Classification and regression, and the errors of regression.

use serde::{Deserialize, Serialize};

use crate::prepare::encoding::standardise;
use crate::prepare::preprocessing::is_zero;

/// Task of the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Task {
    /// One of some classes; one network output per class, or for two classes a single one, the
    /// probability of the second.
    Classification {
        /// Names of the classes in the order of the outputs.
        classes: Vec<String>,
    },
    /// A number; one network output.
    Regression(TargetScale),
}

/// Encoding of a numeric target, by statistics of the training rows in the target's own unit, less
/// `offset`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetScale {
    /// Mean.
    pub mean: f64,
    /// Population standard deviation, above 0.
    #[serde(rename = "deviation")]
    pub std: f64,
    /// Minimum.
    pub min: f32,
    /// Maximum.
    pub max: f32,
    /// Whether the output is the number itself, from 0 to 1; else it is the number in standard
    /// deviations from the mean.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_fraction: bool,
    /// Subtracted from targets in f64, before they are narrowed to f32. 0 unless f32 could not tell them
    /// apart.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub offset: f64,
}

impl TargetScale {
    /// Returns `(center, unit)`: a network output `a` means `center + unit * a`.
    pub fn center_and_unit(&self) -> (f64, f64) {
        let (center, unit) = self.raw_center_and_unit();
        (center + self.offset, unit)
    }

    fn raw_center_and_unit(&self) -> (f64, f64) {
        if self.is_fraction {
            (0.0, 1.0)
        } else {
            (self.mean, self.std)
        }
    }

    /// Returns the number of a network `output`, in the target's own unit.
    pub fn value(&self, output: f32) -> f64 {
        self.raw_value(output) + self.offset
    }

    /// Returns the number of a network `output` less the offset, like the targets of
    /// [`Targets::Numbers`](crate::Targets::Numbers).
    pub fn raw_value(&self, output: f32) -> f64 {
        let (center, unit) = self.raw_center_and_unit();
        f64::from(output) * unit + center
    }

    /// Returns the root mean squared error, in the target's own unit, for the mean squared error of network outputs.
    pub fn rmse(&self, squared_error: f64) -> f64 {
        self.raw_center_and_unit().1 * squared_error.sqrt()
    }

    /// Returns R² on the training rows, whose deviation this is, for the mean squared error of network outputs.
    pub fn training_r2(&self, squared_error: f64) -> f64 {
        1.0 - (self.rmse(squared_error) / self.std).powi(2)
    }

    /// Returns the network output for a target less the offset.
    pub fn standardise(&self, raw: f32) -> f32 {
        let (center, unit) = self.raw_center_and_unit();
        standardise(raw, center, unit)
    }
}

impl Task {
    /// Returns the names of the classes; none for regression.
    pub fn classes(&self) -> &[String] {
        match self {
            Self::Classification { classes } => classes,
            Self::Regression(_) => &[],
        }
    }

    /// Returns the standardisation of the target; `None` for classification.
    pub fn scale(&self) -> Option<&TargetScale> {
        match self {
            Self::Classification { .. } => None,
            Self::Regression(scale) => Some(scale),
        }
    }
}

/// Writes the targets of a row of `class` to `outputs`, one place per network output: one-hot, or with a
/// single output 1 for the second of two classes.
pub fn write_class(class: usize, outputs: &mut [f32]) {
    if let [only] = outputs {
        *only = f32::from(class == 1);
        return;
    }
    outputs.fill(0.0);
    if let Some(own) = outputs.get_mut(class) {
        *own = 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_goes_there_and_back() {
        let scale = TargetScale {
            mean: 10.0,
            std: 4.0,
            min: 0.0,
            max: 20.0,
            is_fraction: false,
            offset: 0.0,
        };
        assert_eq!(scale.standardise(12.0), 0.5);
        assert_eq!(scale.value(0.5), 12.0);
        let scale = TargetScale {
            is_fraction: true,
            ..scale
        };
        assert_eq!((scale.standardise(0.75), scale.value(0.75)), (0.75, 0.75));
    }
}
