//! Targets for a network with one output between 0 and 1.

use serde::{Deserialize, Serialize};

use super::prepared::Prepared;
use super::preprocessing::with_offset;
use super::samples::{Samples, Targets};
use crate::Task;
use util::error::{Error, Result};
use util::lang::say;

/// Encoding of targets as network outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetEncoding {
    /// One-hot classes, one output per class; numbers standardised to mean 0 and std 1.
    #[default]
    Standard,
    /// Single output from 0 to 1: 0 for the first and 1 for the second of two classes; numbers unchanged.
    Fraction,
}

impl Prepared {
    /// Encodes the targets as `encoding` says.
    ///
    /// # Errors
    /// [`Error::Usage`] where one output from 0 to 1 is not enough: for other than two classes, or a
    /// number outside that range.
    pub fn with_targets(mut self, encoding: TargetEncoding) -> Result<Self> {
        if encoding == TargetEncoding::Standard {
            return Ok(self);
        }
        match &mut self.task {
            Task::Classification { classes } => {
                let [_, second] = classes.as_slice() else {
                    return Err(Error::Usage(say!(
                        "one-output-two",
                        "one output tells two classes apart; the target \"{target}\" has {classes}",
                        target = self.target_name,
                        classes = classes.len()
                    )));
                };
                self.output_names = vec![second.clone()];
            }
            Task::Regression(scale) => scale.is_fraction = true,
        }
        let parts = [&mut self.training, &mut self.validation];
        for samples in parts.into_iter().chain(&mut self.test) {
            as_fractions(samples, &self.target_name)?;
        }
        Ok(self)
    }
}

fn as_fractions(samples: &mut Samples, target: &str) -> Result<()> {
    let Targets::Numbers { values, scale } = &samples.targets else {
        return Ok(());
    };
    let is_outside = |value: &f64| !(0.0..=1.0).contains(&(value + scale.offset));
    let outside = values.iter().position(is_outside);
    if let Some(row) = outside {
        return Err(Error::Usage(say!(
            "one-output-range",
            "the target \"{target}\" is {value} in line {line}; a sigmoid output predicts numbers from 0 to 1, \
             --output linear any",
            target,
            value = with_offset(values[row] as f32, scale.offset),
            line = samples.line(row)
        )));
    }
    if let Targets::Numbers { scale, .. } = &mut samples.targets {
        scale.is_fraction = true;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{dataset_of, prepare};

    fn prepared(table: &str) -> Result<Prepared> {
        let dataset = dataset_of(table.as_bytes(), Some("y")).expect("loads");
        prepare(&dataset, 0.0, 1)?.with_targets(TargetEncoding::Fraction)
    }

    #[test]
    fn two_classes_are_0_and_1() {
        let prepared = prepared("x,y\n1,no\n2,yes\n3,no\n").expect("prepared");
        assert_eq!(prepared.output_names, ["yes"]);
        let mut out = ndarray::arr1(&[f32::NAN]);
        let outputs = [0, 1, 2].map(|row| {
            prepared.training.targets.write(row, out.view_mut());
            out[0]
        });
        assert_eq!(outputs, [0.0, 1.0, 0.0]);
    }

    #[test]
    fn numbers_stay_as_they_are() {
        let rows: String = (0..30)
            .map(|i| format!("{i},{}\n", f64::from(i) / 29.0))
            .collect();
        let prepared = prepared(&format!("x,y\n{rows}")).expect("prepared");
        let mut out = ndarray::arr1(&[f32::NAN]);
        prepared.training.targets.write(29, out.view_mut());
        assert_eq!(out[0], 1.0);
    }

    #[test]
    fn what_one_output_cannot_say_is_refused() {
        let error = prepared("x,y\n1,a\n2,b\n3,c\n4,a\n5,b\n6,c\n").expect_err("three classes");
        assert_eq!(
            error.to_string(),
            "one output tells two classes apart; the target \"y\" has 3"
        );
        let rows: String = (0..30)
            .map(|i| format!("{i},{}\n", f64::from(i) / 20.0))
            .collect();
        let error = prepared(&format!("x,y\n{rows}")).expect_err("above 1");
        let expected =
            "the target \"y\" is 1.05 in line 23; a sigmoid output predicts numbers from 0 to 1";
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}
