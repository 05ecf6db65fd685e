//! What was written is read again, before anybody relies on it.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use ndarray::{ArrayView2, Axis};

use super::formats::code;
use super::formats::onnx;
use super::formats::onnx::{Data, Tensor};
use super::{Format, TrainedModel, load};
use crate::data::{Encoding, Task};
use crate::error::{Error, Result};

/// At most so many rows are predicted again.
pub const MOST_ROWS_CHECKED: usize = 1000;
/// Rows times parameters that are worth the wait: less than a second.
const MOST_WORK: u128 = 200_000_000;
/// Predictions that are farther apart, relative to numbers above 1, are a failure. Two ways to add
/// up the same f32 numbers differ by far less.
const TOLERANCE: f64 = 1e-3;

/// A file that was written, and what was seen in it afterwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Saved {
    /// Its length.
    pub bytes: u64,
    /// What was checked.
    pub check: Check,
}

/// What was checked in a file after it was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Check {
    /// The model in it predicted rows again.
    Predicted {
        /// How many.
        rows: usize,
        /// What they are called: `validation`, or `training`.
        kind: &'static str,
        /// Largest difference from what the model in memory predicts. Of outputs for classes it is
        /// relative to those above 1, of numbers to their size or their deviation, whichever is
        /// larger.
        difference: f64,
    },
    /// The numbers of the network were read again and are the same. Nothing was predicted, since
    /// that takes an interpreter or a compiler.
    Numbers {
        /// How many.
        count: usize,
    },
}

impl fmt::Display for Check {
    /// `reproduces 30 validation rows within 1e-7`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Predicted {
                rows,
                kind,
                difference,
            } => {
                let rows = match rows {
                    1 => format!("1 {kind} row"),
                    rows => format!("{rows} {kind} rows"),
                };
                if *difference == 0.0 {
                    return write!(f, "reproduces {rows} exactly");
                }
                // Rounded up to a power of ten: the number is a promise.
                let power = difference.log10().ceil();
                write!(f, "reproduces {rows} within 1e{power}")
            }
            Self::Numbers { count } => {
                write!(f, "its {count} numbers read back; the code was not run")
            }
        }
    }
}

/// Reads the file at `path`, to which `model` was written, and predicts rows of `raw: (rows,
/// columns of the preprocessing)` with what is in it, evenly chosen where there are many. `kind`
/// says what these rows are called.
///
/// # Errors
/// [`Error::CannotWrite`] if the file does not give the same predictions; what keeps it from being
/// read.
pub fn check(
    path: &Path,
    model: &TrainedModel,
    raw: ArrayView2<f32>,
    kind: &'static str,
) -> Result<Check> {
    let parameters = model.architecture.parameter_count().max(1);
    let affordable = usize::try_from(MOST_WORK / parameters).unwrap_or(MOST_ROWS_CHECKED);
    let most = affordable.clamp(1, MOST_ROWS_CHECKED);
    let step = raw.nrows().div_ceil(most).max(1);
    let chosen: Vec<usize> = (0..raw.nrows()).step_by(step).collect();
    let raw = raw.select(Axis(0), &chosen);
    let raw = raw.view();
    let read = || fs::read(path).map_err(|cause| Error::reading(path, cause));
    let failed = |problem: String| Error::CannotWrite {
        path: path.to_owned(),
        cause: io::Error::other(format!("it was written, but when read back {problem}")),
    };
    let found = match Format::of(path)? {
        Format::Json | Format::Safetensors | Format::Npz => {
            let again = load(path)?;
            predictions(&again, raw)
        }
        Format::Onnx => by_graph(&read()?, model, raw).map_err(failed)?,
        Format::Python | Format::Rust => {
            let count = code::check_numbers(&read()?, model).map_err(failed)?;
            return Ok(Check::Numbers { count });
        }
    };
    let least = match &model.task {
        Task::Classification { .. } => 1.0,
        Task::Regression(scale) => scale.offset_and_unit().1,
    };
    let difference = difference(&predictions(model, raw), &found, least);
    match difference {
        Some(difference) if difference <= TOLERANCE => Ok(Check::Predicted {
            rows: raw.nrows(),
            kind,
            difference,
        }),
        Some(difference) => Err(failed(format!(
            "its outputs differ by up to {difference:.1e}"
        ))),
        None => Err(failed("it has other outputs".into())),
    }
}

/// What `model` says of rows: the outputs for the classes, or the number in the target's unit.
fn predictions(model: &TrainedModel, raw: ArrayView2<f32>) -> Vec<f64> {
    let outputs = model.outputs(raw);
    let value = |output: f32| match &model.task {
        Task::Classification { .. } => f64::from(output),
        Task::Regression(scale) => scale.value(output),
    };
    outputs.iter().map(|&output| value(output)).collect()
}

/// Largest difference of numbers at the same place, relative to those above `least`; none if there
/// are not as many, or one of two is not finite.
fn difference(expected: &[f64], found: &[f64], least: f64) -> Option<f64> {
    if expected.len() != found.len() {
        return None;
    }
    let mut largest = 0.0_f64;
    for (&expected, &found) in expected.iter().zip(found) {
        match (expected.is_finite(), found.is_finite()) {
            (true, true) => {
                let difference = (expected - found).abs() / expected.abs().max(least);
                largest = largest.max(difference);
            }
            // How they are not finite may depend on the order of additions.
            (false, false) => {}
            _ => return None,
        }
    }
    Some(largest)
}

/// What the graph in `bytes` says, as [`predictions`]. Its labels must be those classes whose
/// outputs are the largest.
fn by_graph(bytes: &[u8], model: &TrainedModel, raw: ArrayView2<f32>) -> Result<Vec<f64>, String> {
    let outputs = onnx::evaluate(bytes, graph_inputs(model, raw))?;
    let floats = |name: &str| outputs.get(name).map(Tensor::floats);
    let wide = |numbers: &[f32]| numbers.iter().map(|&x| f64::from(x)).collect::<Vec<f64>>();
    match &model.task {
        Task::Classification { classes } => {
            let numbers = floats("probabilities").or_else(|| floats("outputs"));
            let numbers = numbers.ok_or("it has no output of the classes")??;
            let labels = outputs.get("label").ok_or("it has no labels")?;
            let labels: Vec<String> = match &labels.data {
                Data::Integers(numbers) => numbers.iter().map(i64::to_string).collect(),
                Data::Texts(texts) => texts.clone(),
                _ => return Err("its labels are neither numbers nor texts".into()),
            };
            let rows = numbers.chunks_exact(model.architecture.outputs());
            for (row, label) in rows.zip(&labels) {
                let class = crate::model_file::predicted_class(row);
                if class.is_some_and(|class| classes[class] != *label) {
                    return Err("a label is not the class of the largest output".into());
                }
            }
            Ok(wide(numbers))
        }
        Task::Regression(_) => Ok(wide(floats("prediction").ok_or("it has no prediction")??)),
    }
}

/// `raw` as the graph of `model` takes it: its texts as in a table.
fn graph_inputs(model: &TrainedModel, raw: ArrayView2<f32>) -> HashMap<String, Tensor> {
    let (mut numbers, mut texts) = (Vec::new(), Vec::new());
    for row in raw.outer_iter() {
        for (column, &value) in model.preprocessing.columns.iter().zip(row) {
            match &column.encoding {
                Encoding::Numeric { .. } => numbers.push(value),
                encoding => texts.push(text(encoding, value)),
            }
        }
    }
    let rows = raw.nrows();
    let shape = |count: usize| vec![rows, count / rows.max(1)];
    let mut inputs = HashMap::new();
    if !numbers.is_empty() {
        let tensor = Tensor::new(shape(numbers.len()), Data::Floats(numbers));
        inputs.insert("numbers".to_owned(), tensor);
    }
    if !texts.is_empty() {
        let tensor = Tensor::new(shape(texts.len()), Data::Texts(texts));
        inputs.insert("texts".to_owned(), tensor);
    }
    inputs
}

/// A cell whose raw value is `raw`.
fn text(encoding: &Encoding, raw: f32) -> String {
    if raw.is_nan() {
        return String::new();
    }
    match encoding {
        Encoding::Numeric { .. } => raw.to_string(),
        Encoding::Boolean { no, yes, .. } => {
            let words = if raw > 0.5 { yes } else { no };
            words.first().cloned().unwrap_or_default()
        }
        Encoding::Categorical { values, .. } => {
            let own = values.get(raw as usize).cloned();
            // Any text that is none of them.
            own.unwrap_or_else(|| values.concat() + "?")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_rounded_up() {
        let check = |difference| {
            let (rows, kind) = (30, "validation");
            let check = Check::Predicted {
                rows,
                kind,
                difference,
            };
            check.to_string()
        };
        assert_eq!(check(0.0), "reproduces 30 validation rows exactly");
        assert_eq!(check(6e-8), "reproduces 30 validation rows within 1e-7");
        assert_eq!(check(1.1e-7), "reproduces 30 validation rows within 1e-6");
        let numbers = Check::Numbers { count: 7 }.to_string();
        assert_eq!(numbers, "its 7 numbers read back; the code was not run");
    }

    #[test]
    fn differences_are_relative_to_large_numbers() {
        let of = |expected: &[f64], found: &[f64]| difference(expected, found, 1.0);
        assert_eq!(of(&[1000.0, 0.5], &[1001.0, 0.5]), Some(0.001));
        assert_eq!(of(&[0.0], &[0.25]), Some(0.25));
        assert_eq!(of(&[f64::NAN], &[f64::INFINITY]), Some(0.0));
        assert_eq!(of(&[f64::NAN], &[1.0]), None);
        assert_eq!(of(&[1.0], &[]), None);
    }
}
