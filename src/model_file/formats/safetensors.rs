//! Models as safetensors, the format of the Hugging Face libraries.
//!
//! Layer `N`, counted from 0 as PyTorch counts modules, is the tensors `layers.N.weight`
//! `(outputs, inputs)` and `layers.N.bias` `(outputs)`, both F32. They are the `state_dict()` of
//!
//! ```python
//! class Network(torch.nn.Module):
//!     def __init__(self, sizes):
//!         super().__init__()
//!         pairs = zip(sizes, sizes[1:])
//!         self.layers = torch.nn.ModuleList(torch.nn.Linear(i, o) for i, o in pairs)
//! ```
//!
//! so `load_state_dict(safetensors.torch.load_file(path))` accepts them. Everything else needed to
//! predict is in the metadata under `nn-tui`: the document that the `json` module describes, without
//! its layers and with one more member, `checksum`. It is `crc32:` and the CRC-32 of the tensors'
//! bytes, `layers.0.weight`, `layers.0.bias`, `layers.1.weight` and so on, as eight hexadecimal
//! digits. A file without a checksum is read unverified: remove the member to change weights on
//! purpose.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, TensorView, serialize};
use safetensors::{SafeTensorError, SafeTensors};

use super::{Decoder, Format, USUAL_BYTES_PER_PARAMETER};
use crate::model_file::TrainedModel;
use crate::model_file::schema::Document;
use crate::model_file::tensors;
use crate::util::text::sanitise;
use crate::util::lang::say;

/// Only key of the metadata; the crate writes several keys in random order.
const METADATA_KEY: &str = "nn-tui";

/// Tensors with PyTorch's names.
pub(super) const FORMAT: Format = Format {
    name: "safetensors",
    extension: "safetensors",
    description: "tensors for PyTorch and Hugging Face libraries",
    bytes_per_parameter: USUAL_BYTES_PER_PARAMETER,
    encode,
    decoder: Some(Decoder { decode, memory }),
};

fn encode(model: &TrainedModel) -> Result<Vec<u8>, String> {
    let mut document = Document::without_layers(model);
    document.checksum = Some(tensors::checksum(&model.parameters));
    let metadata = HashMap::from([(METADATA_KEY.to_owned(), document.to_json()?)]);
    let tensors = tensors::of(&model.parameters);
    let views: Result<Vec<_>, _> = tensors
        .iter()
        .map(|tensor| {
            TensorView::new(Dtype::F32, tensor.shape.clone(), &tensor.bytes)
                .map(|view| (&tensor.name, view))
        })
        .collect();
    views
        .and_then(|views| serialize(views, Some(metadata)))
        .map_err(message)
}

fn message(error: SafeTensorError) -> String {
    say!("foreign-safetensors", "{error}", error)
}

/// Counts the numbers, and the tensors whose checksum is verified.
fn memory(bytes: &[u8]) -> u128 {
    2 * bytes.len() as u128
}

fn decode(bytes: &[u8]) -> Result<TrainedModel, String> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(message)?;
    let metadata = header.metadata().as_ref();
    let json = metadata
        .and_then(|metadata| metadata.get(METADATA_KEY))
        .ok_or_else(|| say!("tensors-no-metadata", "its metadata has no \"{metadata_key}\"", metadata_key = METADATA_KEY))?;
    let document = Document::parse_without_layers(json.as_bytes())
        .map_err(|problem| say!("tensors-metadata", "metadata \"{metadata_key}\": {problem}", metadata_key = METADATA_KEY, problem))?;
    // The crate checks that each tensor has as many bytes as its shape says.
    let file = SafeTensors::deserialize(bytes).map_err(message)?;
    let parameters = tensors::collect(&document.architecture, |name| {
        let tensor = file.tensor(name);
        let tensor = tensor.map_err(|_| say!("tensors-none", "it has no tensor \"{name}\"", name))?;
        if tensor.dtype() != Dtype::F32 {
            return Err(say!(
                "tensors-type",
                "the tensor \"{name}\" is of type {kind}, not F32",
                name,
                kind = tensor.dtype()
            ));
        }
        Ok((tensor.shape().to_vec(), tensors::floats(tensor.data())))
    })?;
    let names = file.names().into_iter();
    if let Some(name) = tensors::unexpected(names, parameters.layers.len()) {
        let name = sanitise(name);
        return Err(say!("tensors-unexpected", "it has an unexpected tensor \"{name}\"", name));
    }
    document.into_model(parameters)
}
