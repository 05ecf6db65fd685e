//! Trained models as files: the model, saving, loading and verifying.
//!
//! A model file holds everything needed to predict from the raw values of a table: architecture,
//! weights and biases, preprocessing, class names, and a record of the training. It depends on
//! neither time nor machine: the same training gives the same bytes. The extension of the file
//! name selects one of the [`formats`].
//!
//! A model that is saved and loaded is equal to the original, bit for bit. [`load`] validates
//! every file before it returns a model.

mod atomic_write;
mod description;
mod file_digest;
pub mod formats;
mod named_files;
mod predict;
mod schema;
mod tensors;
mod validate;
mod verify;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::data::{ClassWeights, Errors, Preprocessing, Task};
use crate::error::{Error, Result};
use crate::nn::{
    Architecture, Initialisation, LearningRule, LoggedChange, Parameters, Regularisation, Schedule,
};
use crate::util::lang::say;
use crate::util::memory;
use crate::util::text::{sanitise, shorten};

pub(crate) use atomic_write::{
    Access, check_writable, create_file, is_same_file, remove_leftovers, remove_temporary_files,
    write, write_with,
};
pub(crate) use file_digest::FileDigest;
use formats::Decoder;
pub use named_files::NamedFiles;
pub use predict::predicted_class;
pub(crate) use verify::rows_to_verify;
pub use verify::{Saved, Verification, verify};

/// Destination of the model at the end of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportOption {
    /// Path of the file, whose extension selects the format.
    pub path: PathBuf,
    /// Whether an existing file may be replaced.
    pub replace: bool,
}

/// Maximal width of an error about a damaged file, in terminal cells.
const MAX_PROBLEM_WIDTH: usize = 400;

/// Trained network with everything needed to predict from the raw values of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainedModel {
    /// Layer sizes, activations and loss.
    pub architecture: Architecture,
    /// Weights `(outputs, inputs)` and biases `(outputs)` of each layer.
    pub parameters: Parameters,
    /// Conversion of raw values to network inputs.
    pub preprocessing: Preprocessing,
    /// Name of the predicted column.
    pub target: String,
    /// Classification with its classes, or regression with the scale of the target.
    pub task: Task,
    /// Settings, data and scores of the training.
    pub training: TrainingRecord,
}

/// Record of a training: enough to repeat it, and the scores it reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingRecord {
    /// Name of the data set.
    pub data: String,
    /// Number of training rows.
    pub training_rows: usize,
    /// Number of validation rows.
    pub validation_rows: usize,
    /// Requested fraction of validation rows, 0 to 1.
    pub validation_fraction: f64,
    /// Choice of validation and test rows; `None` if it was random and without test rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<SplitRecord>,
    /// Seed for all randomness.
    pub seed: u64,
    /// Distribution of the initial weights.
    pub initialisation: Initialisation,
    /// Learning rule at the start.
    pub rule: LearningRule,
    /// Schedule of the learning rate at the start.
    #[serde(default, skip_serializing_if = "Schedule::is_constant")]
    pub schedule: Schedule,
    /// Gradient clipping, dropout and label smoothing at the start.
    #[serde(default, skip_serializing_if = "Regularisation::is_none")]
    pub regularisation: Regularisation,
    /// Rows per mini-batch at the start.
    pub batch: usize,
    /// Weighting of the classes in the loss.
    #[serde(default, skip_serializing_if = "ClassWeights::is_none")]
    pub class_weights: ClassWeights,
    /// Number of complete epochs.
    pub epochs: u64,
    /// Number of steps (parameter updates).
    pub steps: u64,
    /// Number of epochs that the training had done, if these are the weights of the best of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_of: Option<u64>,
    /// Live changes, oldest first.
    pub changes: Vec<LoggedChange>,
    /// Initial architecture, if live changes replaced it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_as: Option<Architecture>,
    /// Checksum of the initial weights, if they came from a model; see [`weights_checksum`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_from: Option<String>,
    /// Final settings of learning, if live changes replaced them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_with: Option<EndedWith>,
    /// Scores on the training rows.
    pub training: Quality,
    /// Scores on the validation rows, if there are any.
    pub validation: Option<Quality>,
}

/// Choice of the validation and test rows of a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitRecord {
    /// Argument of `--split`, or `file` for a list of rows.
    pub method: String,
    /// Requested fraction of test rows, 0 to 1.
    pub test_fraction: f64,
    /// Number of test rows among those of the table.
    pub test_rows: usize,
}

/// Settings in force at the end of a training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndedWith {
    /// Learning rule.
    pub rule: LearningRule,
    /// Schedule of the learning rate.
    #[serde(default, skip_serializing_if = "Schedule::is_constant")]
    pub schedule: Schedule,
    /// Gradient clipping, dropout and label smoothing.
    #[serde(default, skip_serializing_if = "Regularisation::is_none")]
    pub regularisation: Regularisation,
    /// Rows per mini-batch.
    pub batch: usize,
}

/// Scores of a model on a set of rows. A score that is not finite is absent.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    /// Mean loss per row.
    pub loss: Option<f64>,
    /// Fraction of rows classified correctly, 0 to 1 (classification only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
    /// MAE, RMSE and R2 in the target's unit (regression only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<Errors>,
}

/// Writes `model` to `path` in the format of the path's extension and returns the number of bytes.
/// The file is replaced atomically: a reader finds the old contents or the new ones.
///
/// # Errors
/// [`Error::Exists`] if there is a file and `replace` is false; [`Error::CannotWrite`];
/// [`Error::Memory`]; [`Error::Usage`] for an unknown extension; [`Error::Model`] for a model that [`load`] would
/// refuse.
pub fn save(path: &Path, model: &TrainedModel, replace: bool) -> Result<u64> {
    write(path, &encode(path, model)?, replace)
}

/// Returns the bytes of `model` in the format that the extension of `path` selects.
///
/// # Errors
/// [`Error::Model`] for a model that is not valid; [`Error::Usage`] for an unknown extension; [`Error::Memory`].
pub(crate) fn encode(path: &Path, model: &TrainedModel) -> Result<Vec<u8>> {
    let format = formats::for_path(path)?;
    let parameters = model.architecture.parameter_count();
    let needed = parameters.saturating_mul(format.bytes_per_parameter);
    memory::try_allocate(say!("purpose-saving", "saving the model"), needed)?;
    validate::validate(model)
        .and_then(|()| (format.encode)(model))
        .map_err(|problem| unusable(path, &problem))
}

/// Reads and validates the model in `path`: numbers are finite, shapes agree, and names contain no
/// control characters.
///
/// # Errors
/// [`Error::Model`] with the problem found; [`Error::NoSuchInput`]; [`Error::CannotRead`]; [`Error::Memory`];
/// [`Error::Usage`] for an extension that cannot be read.
pub fn load(path: &Path) -> Result<TrainedModel> {
    let decoder = formats::decoder_for(path)?;
    let reading = |cause| Error::reading(path, cause);
    let file = fs::metadata(path).map_err(reading)?;
    // A pipe or a device may never end.
    if !file.is_file() {
        return Err(reading(io::Error::other(say!(
            "not-regular",
            "it is not a regular file"
        ))));
    }
    let purpose = say!("purpose-model", "reading the model");
    memory::check_first(purpose, file.len().into())?;
    let bytes = fs::read(path).map_err(reading)?;
    memory::check_first(purpose, (decoder.memory)(&bytes))?;
    decode(path, decoder, &bytes)
}

/// Reads and validates the model in `path`, a regular file, for which memory is set aside.
fn read(path: &Path) -> Result<TrainedModel> {
    let decoder = formats::decoder_for(path)?;
    let bytes = fs::read(path).map_err(|cause| Error::reading(path, cause))?;
    decode(path, decoder, &bytes)
}

fn decode(path: &Path, decoder: Decoder, bytes: &[u8]) -> Result<TrainedModel> {
    let model = (decoder.decode)(bytes);
    let model = model.and_then(|model| validate::validate(&model).map(|()| model));
    model.map_err(|problem| unusable(path, &problem))
}

/// Returns the checksum of weights as a safetensors file holds it: `crc32:` and eight hexadecimal digits.
pub fn weights_checksum(parameters: &Parameters) -> String {
    tensors::checksum(parameters)
}

fn unusable(path: &Path, problem: &str) -> Error {
    Error::Model {
        path: path.to_owned(),
        // The problem may quote text of any length from the file.
        problem: shorten(&sanitise(problem), MAX_PROBLEM_WIDTH),
    }
}
