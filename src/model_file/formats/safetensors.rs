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

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView, serialize};

use crate::model_file::TrainedModel;
use crate::model_file::schema::Document;
use crate::model_file::tensors;
use crate::model_file::tensors::Tensors;
use crate::util::text::sanitise;

/// The only key of the metadata: the writer would order several of them at random.
const METADATA_KEY: &str = "nn-tui";

/// `model` as the bytes of a file. (The crate could write the file, but would replace one that
/// appeared in the meantime.)
pub(crate) fn encode(model: &TrainedModel) -> Result<Vec<u8>, String> {
    let json = Document::without_layers(model).to_json()?;
    let tensors = tensors::of(&model.parameters);
    let views: Result<Vec<_>, _> = tensors
        .iter()
        .map(|tensor| {
            TensorView::new(Dtype::F32, tensor.shape.clone(), &tensor.bytes)
                .map(|view| (&tensor.name, view))
        })
        .collect();
    let metadata = HashMap::from([(METADATA_KEY.to_owned(), json)]);
    views
        .and_then(|views| serialize(views, Some(metadata)))
        .map_err(|error| error.to_string())
}

/// The model in `bytes`; see [`crate::model_file::check`] for what is still to be checked.
pub(crate) fn decode(bytes: &[u8]) -> Result<TrainedModel, String> {
    let message = |error: safetensors::SafeTensorError| error.to_string();
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(message)?;
    let json = header.metadata().as_ref();
    let json = json
        .and_then(|metadata| metadata.get(METADATA_KEY))
        .ok_or_else(|| format!("its metadata has no \"{METADATA_KEY}\""))?;
    let document = Document::parse_without_layers(json.as_bytes())
        .map_err(|problem| format!("metadata \"{METADATA_KEY}\": {problem}"))?;
    let file = File(SafeTensors::deserialize(bytes).map_err(message)?);
    let parameters = tensors::collect(&document.architecture, &file)?;
    let names = file.0.names().into_iter();
    if let Some(name) = tensors::unexpected(names, parameters.layers.len()) {
        let name = sanitise(name);
        return Err(format!("it has a tensor too many, \"{name}\""));
    }
    Ok(document.into_model(parameters))
}

/// The tensors of a file. The crate has checked that it has as many bytes of each as its shape says.
struct File<'b>(SafeTensors<'b>);

impl Tensors for File<'_> {
    fn find(&self, name: &str) -> Result<(Vec<usize>, &[u8]), String> {
        let tensor = self.0.tensor(name);
        let tensor = tensor.map_err(|_| format!("it has no tensor \"{name}\""))?;
        if tensor.dtype() != Dtype::F32 {
            return Err(format!(
                "the tensor \"{name}\" is of type {}, not F32",
                tensor.dtype()
            ));
        }
        Ok((tensor.shape().to_vec(), tensor.data()))
    }
}
