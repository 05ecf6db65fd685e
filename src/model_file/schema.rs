//! What every format says about a model beside its weights, as JSON.

use serde::{Deserialize, Serialize};

use super::{TrainedModel, TrainingRecord};
use crate::data::{Encoding, Preprocessing, Task};
use crate::nn::{Architecture, Parameters};
use crate::util::text::sanitise;

/// Tells this program's models from other JSON.
const FORMAT: &str = "nn-tui model";

/// Version of the schema. It grows with every change that a reader of the version before would
/// misunderstand or refuse; unknown members count as such.
const VERSION: u64 = 4;

/// The oldest version that is read. Version 3 added the changes of a network in training, version 4
/// activations, a single output for two classes, and targets from 0 to 1.
const OLDEST: u64 = 2;

/// A model as its JSON says it; see the `json` module for the schema.
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
    /// Where the weights do not stand elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<Layer>>,
}

/// Parameters of one layer, of whatever shape stands in the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layer {
    /// `weights[output][input]`.
    pub weights: Vec<Vec<f32>>,
    /// `biases[output]`.
    pub biases: Vec<f32>,
}

/// The part that tells whether the rest can be understood.
#[derive(Deserialize)]
struct Stamp {
    format: Option<String>,
    version: Option<u64>,
}

impl Document {
    /// All of `model` but its weights.
    pub fn without_layers(model: &TrainedModel) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            architecture: model.architecture.clone(),
            preprocessing: model.preprocessing.clone(),
            target: model.target.clone(),
            task: model.task.clone(),
            training: model.training.clone(),
            layers: None,
        }
    }

    /// Reads a document of a version this program knows.
    pub fn parse(json: &[u8]) -> Result<Self, String> {
        let stamp: Stamp = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        if stamp.format.as_deref() != Some(FORMAT) {
            return Err(format!("it has no \"format\": \"{FORMAT}\""));
        }
        match stamp.version {
            Some(OLDEST..=VERSION) => {}
            Some(other) => {
                return Err(format!(
                    "it has version {other} of the format, this program reads versions {OLDEST} to {VERSION}"
                ));
            }
            None => return Err("it has no \"version\"".into()),
        }
        serde_json::from_slice(json).map_err(|error| error.to_string())
    }

    /// The same, of a format in which the weights stand elsewhere.
    pub fn parse_without_layers(json: &[u8]) -> Result<Self, String> {
        let document = Self::parse(json)?;
        match document.layers {
            Some(_) => Err("it has layers, and the weights stand elsewhere".into()),
            None => Ok(document),
        }
    }

    /// The document as JSON in one line.
    pub fn to_json(&self) -> Result<String, String> {
        serde_json::to_string(self).map_err(|error| error.to_string())
    }

    /// The model, its names made safe to show; nothing else is checked here.
    pub fn into_model(self, parameters: Parameters) -> TrainedModel {
        let mut preprocessing = self.preprocessing;
        for column in &mut preprocessing.columns {
            column.name = sanitise(&column.name);
            sanitise_texts(&mut column.encoding);
        }
        let task = match self.task {
            Task::Classification { classes } => Task::Classification {
                classes: classes.iter().map(|class| sanitise(class)).collect(),
            },
            regression @ Task::Regression(_) => regression,
        };
        let mut training = self.training;
        training.data = sanitise(&training.data);
        TrainedModel {
            architecture: self.architecture,
            parameters,
            preprocessing,
            target: sanitise(&self.target),
            task,
            training,
        }
    }
}

/// Texts in a table are made safe on their way in, so a model that was trained here has no other.
fn sanitise_texts(encoding: &mut Encoding) {
    let lists = match encoding {
        Encoding::Numeric { .. } => vec![],
        Encoding::Categorical { values, .. } => vec![values],
        Encoding::Boolean { no, yes, .. } => vec![no, yes],
    };
    for text in lists.into_iter().flatten() {
        *text = sanitise(text);
    }
}
