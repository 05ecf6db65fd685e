//! JSON document that every readable format holds: all of a model except its weights.

use serde::{Deserialize, Serialize};

use super::{TrainedModel, TrainingRecord, tensors};
use crate::data::{MissingValues, Preprocessing, Task};
use crate::nn::{Architecture, Parameters};
use crate::util::foreign::json_problem;
use crate::util::lang::say;

/// Last version in which the same words meant a missing value in every column.
const LAST_UNTYPED: u64 = 4;

/// Identifies this program's models among other JSON.
const FORMAT: &str = "nn-tui model";

/// Version of the schema. It grows with every change that older versions of nn-tui would
/// misunderstand or refuse; they refuse unknown members.
const VERSION: u64 = 9;

/// Oldest version that is read. Version 3 added live changes of the network; version 4 activations,
/// a single output for two classes, targets from 0 to 1, and checksums; version 5 the original text of
/// names, categories and labels, offsets, and missing values by the type of the column; version 6 the choice
/// of validation and test rows, the best epoch, schedules and regularisation, parts of dates and earlier targets;
/// version 7 undone changes of the learning rate; version 8 columns with percent signs, and delimiters;
/// version 9 units behind numbers.
const OLDEST_VERSION: u64 = 2;

/// Members of a model's JSON document; the `json` module describes the schema.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    format: String,
    version: u64,
    pub architecture: Architecture,
    preprocessing: Preprocessing,
    target: String,
    task: Task,
    training: TrainingRecord,
    /// Checksum of weights stored outside of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
    /// Weights stored in the document, when it is read.
    #[serde(default, skip_serializing)]
    pub layers: Option<Vec<Layer>>,
}

/// Parameters of one layer as found in a file, of any shape.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layer {
    /// `weights[output][input]`.
    pub weights: Vec<Vec<f32>>,
    /// `biases[output]`.
    pub biases: Vec<f32>,
}

/// Members that decide whether the others can be understood.
#[derive(Deserialize)]
struct Header {
    format: Option<String>,
    version: Option<u64>,
}

impl Document {
    /// Describes `model` without its weights.
    pub(crate) fn without_layers(model: &TrainedModel) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            architecture: model.architecture.clone(),
            preprocessing: model.preprocessing.clone(),
            target: model.target.clone(),
            task: model.task.clone(),
            training: model.training.clone(),
            checksum: None,
            layers: None,
        }
    }

    /// Parses a document of a version that this program reads.
    pub fn parse(json: &[u8]) -> Result<Self, String> {
        let header: Header = serde_json::from_slice(json).map_err(json_problem)?;
        if header.format.as_deref() != Some(FORMAT) {
            return Err(say!(
                "model-no-format",
                "it has no \"format\": \"{format}\"",
                format = FORMAT
            ));
        }
        match header.version {
            Some(OLDEST_VERSION..=VERSION) => {}
            Some(other) => {
                return Err(say!(
                    "model-version",
                    "it has version {other} of the format, this program reads versions \
                     {oldest_version} to {version}",
                    other,
                    oldest_version = OLDEST_VERSION,
                    version = VERSION
                ));
            }
            None => return Err(say!("model-no-version", "it has no \"version\"").into()),
        }
        serde_json::from_slice(json).map_err(json_problem)
    }

    /// Parses a document of a format that stores the weights outside of it.
    pub(crate) fn parse_without_layers(json: &[u8]) -> Result<Self, String> {
        let document = Self::parse(json)?;
        if document.layers.is_some() {
            return Err(say!(
                "model-both",
                "it has layers, although the weights are stored as tensors"
            )
            .into());
        }
        Ok(document)
    }

    /// Writes the document as one line of JSON.
    pub(crate) fn to_json(&self) -> Result<String, String> {
        serde_json::to_string(self).map_err(|error| error.to_string())
    }

    /// Builds the model. Only the checksum of the weights is verified here.
    pub(crate) fn into_model(self, parameters: Parameters) -> Result<TrainedModel, String> {
        if let Some(expected) = self.checksum {
            let found = tensors::checksum(&parameters);
            if found != expected {
                return Err(say!(
                    "model-checksum",
                    "its weights are damaged or were edited: their checksum is {found} instead of \
                     \"{expected}\"",
                    found,
                    expected
                ));
            }
        }
        let mut model = TrainedModel {
            architecture: self.architecture,
            parameters,
            preprocessing: self.preprocessing,
            target: self.target,
            task: self.task,
            training: self.training,
        };
        if self.version <= LAST_UNTYPED {
            model.preprocessing.missing = MissingValues::before();
        }
        Ok(model)
    }
}
