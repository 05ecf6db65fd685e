//! Models as safetensors, the format of Hugging Face's libraries.
//!
//! Layer `N`, counted from 0 as PyTorch counts modules, is the tensors `layers.N.weight`
//! `(outputs, inputs)` and `layers.N.bias` `(outputs)`, both F32: what `state_dict()` of
//!
//! ```python
//! class Network(torch.nn.Module):
//!     def __init__(self, sizes):
//!         super().__init__()
//!         pairs = zip(sizes, sizes[1:])
//!         self.layers = torch.nn.ModuleList(torch.nn.Linear(i, o) for i, o in pairs)
//! ```
//!
//! has, so `load_state_dict(safetensors.torch.load_file(path))` takes them as they are. All else
//! that predicting needs is in the metadata under `nn-tui`: the document that the `json` module
//! describes, without its layers.

use std::collections::HashMap;

use ndarray::{Array1, Array2};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView, serialize};

use super::TrainedModel;
use super::document::Document;
use crate::nn::{LayerParameters, Parameters};
use crate::text::sanitise;

/// The only key of the metadata: the writer would order several of them at random.
const METADATA_KEY: &str = "nn-tui";

fn weight_name(layer: usize) -> String {
    format!("layers.{layer}.weight")
}

fn bias_name(layer: usize) -> String {
    format!("layers.{layer}.bias")
}

/// `model` as the bytes of a file. (The crate could write the file, but would replace one that
/// appeared in the meantime.)
pub(super) fn encode(model: &TrainedModel) -> Result<Vec<u8>, String> {
    let json = serde_json::to_string(&Document::without_layers(model));
    let json = json.map_err(|error| error.to_string())?;
    let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
    for (i, layer) in model.parameters.layers.iter().enumerate() {
        let (outputs, inputs) = layer.weights.dim();
        let weights = bytes_of(layer.weights.iter());
        tensors.push((weight_name(i), vec![outputs, inputs], weights));
        tensors.push((bias_name(i), vec![outputs], bytes_of(layer.biases.iter())));
    }
    let views: Result<Vec<_>, _> = tensors
        .iter()
        .map(|(name, shape, bytes)| {
            TensorView::new(Dtype::F32, shape.clone(), bytes).map(|view| (name, view))
        })
        .collect();
    let metadata = HashMap::from([(METADATA_KEY.to_owned(), json)]);
    views
        .and_then(|views| serialize(views, Some(metadata)))
        .map_err(|error| error.to_string())
}

fn bytes_of<'a>(numbers: impl Iterator<Item = &'a f32>) -> Vec<u8> {
    numbers.flat_map(|number| number.to_le_bytes()).collect()
}

/// The model in `bytes`; see [`super::check`] for what is still to be checked.
pub(super) fn decode(bytes: &[u8]) -> Result<TrainedModel, String> {
    let message = |error: safetensors::SafeTensorError| error.to_string();
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(message)?;
    let json = header.metadata().as_ref();
    let json = json
        .and_then(|metadata| metadata.get(METADATA_KEY))
        .ok_or_else(|| format!("its metadata has no \"{METADATA_KEY}\""))?;
    let document = Document::parse(json.as_bytes())
        .map_err(|problem| format!("metadata \"{METADATA_KEY}\": {problem}"))?;
    if document.layers.is_some() {
        return Err("it has layers in its metadata".into());
    }
    let file = SafeTensors::deserialize(bytes).map_err(message)?;
    let mut layers = Vec::new();
    for (i, (inputs, outputs)) in document.architecture.layer_shapes().enumerate() {
        let weights = tensor(&file, &weight_name(i), &[outputs, inputs])?;
        let biases = tensor(&file, &bias_name(i), &[outputs])?;
        layers.push(LayerParameters {
            weights: Array2::from_shape_vec((outputs, inputs), weights)
                .map_err(|error| error.to_string())?,
            biases: Array1::from_vec(biases),
        });
    }
    if let Some(name) = unexpected(&file, layers.len()) {
        return Err(format!("it has a tensor too many, \"{name}\""));
    }
    Ok(document.into_model(Parameters { layers }))
}

/// The numbers of the tensor `name`. The crate has checked that the file has as many of them as
/// the tensor's shape says, so nothing is allocated that is not there.
fn tensor(file: &SafeTensors, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
    let tensor = file
        .tensor(name)
        .map_err(|_| format!("it has no tensor \"{name}\""))?;
    if tensor.dtype() != Dtype::F32 {
        return Err(format!(
            "the tensor \"{name}\" is of type {}, not F32",
            tensor.dtype()
        ));
    }
    if tensor.shape() != shape {
        return Err(format!(
            "the tensor \"{name}\" has the shape {:?} instead of {shape:?}",
            tensor.shape()
        ));
    }
    let (numbers, _) = tensor.data().as_chunks();
    Ok(numbers
        .iter()
        .map(|&bytes| f32::from_le_bytes(bytes))
        .collect())
}

/// A tensor that is none of those of `layers` layers. All of these are there, so the file has more
/// tensors than two a layer, or none that is unexpected.
fn unexpected(file: &SafeTensors, layers: usize) -> Option<String> {
    if file.len() == 2 * layers {
        return None;
    }
    let expected =
        |name: &&str| (0..layers).any(|i| **name == weight_name(i) || **name == bias_name(i));
    let mut others: Vec<&str> = file.names();
    others.retain(|name| !expected(name));
    others.sort_unstable();
    others.first().map(|name| sanitise(name))
}
