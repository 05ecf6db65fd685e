//! Trained models as files, out and in.
//!
//! A model file carries everything needed to predict from the raw values of a table: architecture,
//! weights and biases, preprocessing, the classes, and a record of the training. Nothing in it
//! depends on the time or the machine: the same training gives the same bytes. The ending of the
//! file's name says in which [`Format`] it is.
//!
//! What is read back is equal to what was saved, to the last bit of every number. What comes from
//! a file is checked before it is believed; see [`load`].

mod atomic_write;
mod check;
mod description;
pub mod formats;
mod predict;
mod schema;
mod tensors;
mod verify;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::data::{ClassWeights, Errors, Preprocessing, Task};
use crate::error::{Error, Result};
use crate::nn::{Architecture, Initialisation, LearningRule, LoggedChange, Parameters};
use crate::util::text::{sanitise, shorten};

pub use atomic_write::{check_writable, create_file};
pub use predict::predicted_class;
pub use verify::{Check, MOST_ROWS_CHECKED, Saved, check as check_saved};

/// Destination of the model at the end of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportOption {
    /// The path.
    pub path: PathBuf,
    /// Whether a file that is there may be replaced.
    pub replace: bool,
}

/// Terminal cells that a message about a damaged file fills at most.
const MOST_CELLS: usize = 400;

/// A trained network with everything needed to predict from the raw values of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainedModel {
    /// Shape and functions.
    pub architecture: Architecture,
    /// Weights `(outputs, inputs)` and biases.
    pub parameters: Parameters,
    /// From raw values to network inputs.
    pub preprocessing: Preprocessing,
    /// Name of the column that is predicted.
    pub target: String,
    /// What it predicts: a class, or a number.
    pub task: Task,
    /// How it was trained.
    pub training: TrainingRecord,
}

/// How a model was trained: enough to train it again, and how good it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingRecord {
    /// Name of the data set.
    pub data: String,
    /// Rows trained on.
    pub training_rows: usize,
    /// Rows kept for validation.
    pub validation_rows: usize,
    /// Fraction of the rows kept for validation, as asked for.
    pub validation_fraction: f64,
    /// Seed of everything that was left to chance.
    pub seed: u64,
    /// How the initial parameters were drawn.
    pub initialisation: Initialisation,
    /// The learning rule at the start.
    pub rule: LearningRule,
    /// Rows of a mini-batch.
    pub batch: usize,
    /// How much the classes counted.
    #[serde(default, skip_serializing_if = "ClassWeights::is_none")]
    pub class_weights: ClassWeights,
    /// Whole epochs done.
    pub epochs: u32,
    /// Steps (updates) done.
    pub steps: u64,
    /// Changes made on the way, oldest first.
    pub changes: Vec<LoggedChange>,
    /// The network it started as, if changes made another one of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_as: Option<Architecture>,
    /// Learning rule and mini-batch at the end, if changes made others of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_with: Option<EndedWith>,
    /// How good it is on the training rows.
    pub training: Quality,
    /// The same on the validation rows, where there are any.
    pub validation: Option<Quality>,
}

/// What was in force when a training ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndedWith {
    /// The learning rule.
    pub rule: LearningRule,
    /// Rows of a mini-batch.
    pub batch: usize,
}

/// How good a model was on some rows. What was not finite is absent.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    /// Mean loss of a row.
    pub loss: Option<f64>,
    /// Fraction of the rows predicted right; for classification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
    /// How far predicted numbers are from true ones; for regression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<Errors>,
}

/// How a model lies in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text for people and programs; see the `json` module for its schema.
    Json,
    /// Tensors as PyTorch names them, for `safetensors` readers in any language.
    Safetensors,
    /// The same tensors as NumPy's arrays.
    Npz,
    /// A graph for ONNX runtimes, the preprocessing inside it; see the `onnx` module.
    Onnx,
    /// Source code that predicts, in Python.
    Python,
    /// The same in Rust.
    Rust,
}

impl Format {
    /// All of them, in the order in which messages list them.
    pub const ALL: [Self; 6] = [
        Self::Json,
        Self::Safetensors,
        Self::Npz,
        Self::Onnx,
        Self::Python,
        Self::Rust,
    ];

    /// Those that [`load`] reads again; the others are for other programs.
    pub const READABLE: [Self; 3] = [Self::Json, Self::Safetensors, Self::Npz];

    /// The format that the ending of `path` asks for; letter case does not count.
    ///
    /// # Errors
    /// [`Error::Usage`] with the endings there are.
    pub fn of(path: &Path) -> Result<Self> {
        let ending = path.extension().and_then(|ending| ending.to_str());
        let asked = |format: &&Self| {
            ending.is_some_and(|ending| ending.eq_ignore_ascii_case(format.ending()))
        };
        Self::ALL.iter().find(asked).copied().ok_or_else(|| {
            Error::Usage(format!(
                "{}: the name of a model file ends in {}",
                sanitise(&path.to_string_lossy()),
                Self::endings(&Self::ALL),
            ))
        })
    }

    /// The same of a file that is to be read.
    fn of_readable(path: &Path) -> Result<Self> {
        let format = Self::of(path)?;
        if Self::READABLE.contains(&format) {
            return Ok(format);
        }
        Err(Error::Usage(format!(
            "{}: .{} files are for other programs; this one reads {}",
            sanitise(&path.to_string_lossy()),
            format.ending(),
            Self::endings(&Self::READABLE),
        )))
    }

    /// The endings of `formats` as a message lists them: `.json, .safetensors or .npz`.
    pub fn endings(formats: &[Self]) -> String {
        let endings: Vec<String> = formats
            .iter()
            .map(|it| format!(".{}", it.ending()))
            .collect();
        match endings.as_slice() {
            [before @ .., last] if !before.is_empty() => {
                format!("{} or {last}", before.join(", "))
            }
            few => few.concat(),
        }
    }

    /// Ending of the file's name, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Safetensors => "safetensors",
            Self::Npz => "npz",
            Self::Onnx => "onnx",
            Self::Python => "py",
            Self::Rust => "rs",
        }
    }

    fn encode(self, model: &TrainedModel) -> Result<Vec<u8>, String> {
        check::check(model)?;
        match self {
            Self::Json => crate::model_file::formats::json::encode(model),
            Self::Safetensors => crate::model_file::formats::safetensors::encode(model),
            Self::Npz => crate::model_file::formats::npz::encode(model),
            Self::Onnx => crate::model_file::formats::onnx::encode(model),
            Self::Python => crate::model_file::formats::code::python::encode(model),
            Self::Rust => crate::model_file::formats::code::rust::encode(model),
        }
    }

    fn decode(self, bytes: &[u8]) -> Result<TrainedModel, String> {
        let model = match self {
            Self::Json => crate::model_file::formats::json::decode(bytes),
            Self::Safetensors => crate::model_file::formats::safetensors::decode(bytes),
            Self::Npz => crate::model_file::formats::npz::decode(bytes),
            Self::Onnx | Self::Python | Self::Rust => Err("it is not to be read".into()),
        }?;
        check::check(&model)?;
        Ok(model)
    }
}

/// Writes `model` to `path` in one piece, in the format that the path's ending asks for, and
/// returns the number of bytes. A reader of `path` finds the old file or the new one, whole,
/// whatever happens in between.
///
/// # Errors
/// [`Error::Exists`] if there is a file and `replace` is false; [`Error::CannotWrite`];
/// [`Error::Usage`] for an unknown ending; [`Error::Model`] for a model that [`load`] would refuse.
pub fn save(path: &Path, model: &TrainedModel, replace: bool) -> Result<u64> {
    let bytes = Format::of(path)?
        .encode(model)
        .map_err(|problem| unusable(path, &problem))?;
    crate::model_file::atomic_write::write(path, &bytes, replace)
}

/// Reads the model in `path`. The file is a stranger: its numbers are finite, its shapes go
/// together and its names are safe to show, or it is refused.
///
/// # Errors
/// [`Error::Model`] with what is wrong; [`Error::NoSuchInput`], [`Error::CannotRead`];
/// [`Error::Usage`] for an unknown ending.
pub fn load(path: &Path) -> Result<TrainedModel> {
    let format = Format::of_readable(path)?;
    let reading = |cause| Error::reading(path, cause);
    // A pipe or a device may never end.
    if !fs::metadata(path).map_err(reading)?.is_file() {
        return Err(reading(io::Error::other("it is not a regular file")));
    }
    let bytes = fs::read(path).map_err(reading)?;
    format
        .decode(&bytes)
        .map_err(|problem| unusable(path, &problem))
}

fn unusable(path: &Path, problem: &str) -> Error {
    Error::Model {
        path: path.to_owned(),
        // It may quote a file, however much stands there.
        problem: shorten(&sanitise(problem), MOST_CELLS),
    }
}
