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

use super::TrainedModel;
use super::document::Document;
use super::tensors::{self, Tensors};
use super::{npy, zip};
use crate::text::sanitise;

/// Name of the array that holds the document.
const DOCUMENT: &str = "nn-tui";
const FLOAT: &str = "<f4";
const BYTE: &str = "|u1";

/// `model` as the bytes of a file.
pub(super) fn encode(model: &TrainedModel) -> Result<Vec<u8>, String> {
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

/// The model in `bytes`; see [`super::check`] for what is still to be checked.
pub(super) fn decode(bytes: &[u8]) -> Result<TrainedModel, String> {
    let mut arrays = Vec::new();
    for (name, bytes) in zip::entries(bytes)? {
        let name = name.strip_suffix(".npy").unwrap_or(name);
        let array = npy::decode(bytes);
        arrays.push((
            name,
            array.map_err(|why| format!("its array \"{name}\" {why}"))?,
        ));
    }
    let find = |wanted: &str| arrays.iter().find(|(name, _)| *name == wanted);
    let document = find(DOCUMENT).map(|(_, array)| array);
    let document = document
        .filter(|array| array.descr == BYTE)
        .ok_or_else(|| format!("it has no array \"{DOCUMENT}\" of bytes"))?;
    let document = Document::parse_without_layers(document.data)
        .map_err(|problem| format!("array \"{DOCUMENT}\": {problem}"))?;
    let parameters = tensors::collect(&document.architecture, &Arrays(&arrays))?;
    let expected = 2 * parameters.layers.len() + 1;
    if arrays.len() != expected {
        let names = arrays.iter().map(|(name, _)| *name);
        let other = tensors::unexpected(names.filter(|&name| name != DOCUMENT), expected / 2);
        let other = sanitise(other.unwrap_or("a name twice"));
        return Err(format!("it has an array too many, \"{other}\""));
    }
    Ok(document.into_model(parameters))
}

/// The arrays of a file, by name.
struct Arrays<'a, 'b>(&'a [(&'b str, npy::Array<'b>)]);

impl Tensors for Arrays<'_, '_> {
    fn find(&self, name: &str) -> Result<(Vec<usize>, &[u8]), String> {
        let found = self.0.iter().find(|(other, _)| *other == name);
        let (_, array) = found.ok_or_else(|| format!("it has no array \"{name}\""))?;
        if array.descr != FLOAT {
            return Err(format!("the array \"{name}\" is not of type float32"));
        }
        Ok((array.shape.clone(), array.data))
    }
}
