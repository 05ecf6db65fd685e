//! Models as `.npz`, NumPy's archive of arrays.
//!
//! The arrays have the names and shapes of the `safetensors` module, `layers.N.weight` `(outputs,
//! inputs)` and `layers.N.bias` `(outputs)`, all float32. All else that predicting needs is in the
//! array `nn-tui`: the UTF-8 bytes of the document that the `json` module describes, without its
//! layers.
//!
//! ```python
//! file = numpy.load("model.npz")
//! about = json.loads(file["nn-tui"].tobytes())
//! z = x @ file["layers.0.weight"].T + file["layers.0.bias"]
//! ```

use std::collections::HashMap;

use super::{npy, zip};
use crate::model_file::TrainedModel;
use crate::model_file::schema::Document;
use crate::model_file::tensors;
use crate::model_file::tensors::Tensors;
use crate::util::text::sanitise;

/// Name of the array that holds the document.
const DOCUMENT: &str = "nn-tui";
const FLOAT: &str = "<f4";
const BYTE: &str = "|u1";

/// `model` as the bytes of a file.
pub(crate) fn encode(model: &TrainedModel) -> Result<Vec<u8>, String> {
    let json = Document::without_layers(model).to_json()?;
    let mut archive = zip::Writer::default();
    let mut add = |name: &str, descr, shape: &[usize], data: &[u8]| {
        archive.add(&format!("{name}.npy"), &npy::encode(descr, shape, data))
    };
    add(DOCUMENT, BYTE, &[json.len()], json.as_bytes())?;
    for tensor in tensors::of(&model.parameters) {
        add(&tensor.name, FLOAT, &tensor.shape, &tensor.bytes)?;
    }
    archive.finish()
}

/// The model in `bytes`; see [`crate::model_file::check`] for what is still to be checked.
pub(crate) fn decode(bytes: &[u8]) -> Result<TrainedModel, String> {
    let mut arrays = HashMap::new();
    for (name, bytes) in zip::entries(bytes)? {
        let name = name.strip_suffix(".npy").unwrap_or(name);
        let array = npy::decode(bytes);
        let array = array.map_err(|why| format!("its array \"{name}\" {why}"))?;
        if arrays.insert(name, array).is_some() {
            return Err(format!("it has two arrays \"{name}\""));
        }
    }
    let document = arrays.get(DOCUMENT).filter(|array| array.descr == BYTE);
    let document = document.ok_or_else(|| format!("it has no array \"{DOCUMENT}\" of bytes"))?;
    let document = Document::parse_without_layers(document.data)
        .map_err(|problem| format!("array \"{DOCUMENT}\": {problem}"))?;
    let arrays = Arrays(arrays);
    let parameters = tensors::collect(&document.architecture, &arrays)?;
    let names = arrays.0.keys().copied().filter(|&name| name != DOCUMENT);
    if let Some(other) = tensors::unexpected(names, parameters.layers.len()) {
        let other = sanitise(other);
        return Err(format!("it has an array too many, \"{other}\""));
    }
    Ok(document.into_model(parameters))
}

/// The arrays of a file, by name.
struct Arrays<'b>(HashMap<&'b str, npy::Array<'b>>);

impl Tensors for Arrays<'_> {
    fn find(&self, name: &str) -> Result<(Vec<usize>, &[u8]), String> {
        let array = self.0.get(name);
        let array = array.ok_or_else(|| format!("it has no array \"{name}\""))?;
        if array.descr != FLOAT {
            return Err(format!("the array \"{name}\" is not of type float32"));
        }
        Ok((array.shape.clone(), array.data))
    }
}
