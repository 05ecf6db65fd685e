//! Models as `.npz`, NumPy's ZIP archive of arrays.
//!
//! The arrays have the names and shapes of the `safetensors` module: `layers.N.weight` `(outputs,
//! inputs)` and `layers.N.bias` `(outputs)`, all float32. Everything else needed to predict is in
//! the array `nn-tui`: the UTF-8 bytes of the document that the `json` module describes, without its
//! layers.
//!
//! ```python
//! file = numpy.load("model.npz")
//! about = json.loads(file["nn-tui"].tobytes())
//! z = x @ file["layers.0.weight"].T + file["layers.0.bias"]
//! ```
//!
//! Written archives are not compressed, as by `numpy.savez`; those of `numpy.savez_compressed` are
//! read too.

use std::fmt;
use std::io::{Cursor, Read, Write};

use zip::result::{ZipError, ZipResult};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{Decoder, Format, USUAL_BYTES_PER_PARAMETER, npy};
use crate::model_file::TrainedModel;
use crate::model_file::schema::Document;
use crate::model_file::tensors;
use crate::util::text::sanitise;
use crate::util::lang::say;

/// Name of the array that holds the document.
const DOCUMENT: &str = "nn-tui";
const FLOAT: &str = "<f4";
const BYTE: &str = "|u1";

/// Maximal size of the unpacked arrays, in multiples of the file size. Trained weights hardly
/// compress; a file beyond this is not a model but a decompression bomb.
const MAX_RATIO: u64 = 64;
/// Size of unpacked arrays that is accepted whatever the ratio, in bytes.
const ALWAYS_ACCEPTED: u64 = 16 << 20;

/// Archive of NumPy arrays.
pub(super) const FORMAT: Format = Format {
    name: "NumPy",
    extension: "npz",
    description: "arrays for numpy.load",
    bytes_per_parameter: USUAL_BYTES_PER_PARAMETER,
    encode,
    decoder: Some(Decoder { decode, memory }),
};

fn encode(model: &TrainedModel) -> Result<Vec<u8>, String> {
    let document = Document::without_layers(model).to_json()?;
    write(model, &document).map_err(message)
}

fn write(model: &TrainedModel, document: &str) -> ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, descr, shape: &[usize], data: &[u8]| {
        let array = npy::encode(descr, shape, data);
        // The default date is constant, so equal models give equal bytes.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(u32::try_from(array.len()).is_err());
        archive.start_file(format!("{name}.npy"), options)?;
        archive.write_all(&array).map_err(ZipError::from)
    };
    add(DOCUMENT, BYTE, &[document.len()], document.as_bytes())?;
    for tensor in tensors::of(&model.parameters) {
        add(&tensor.name, FLOAT, &tensor.shape, &tensor.bytes)?;
    }
    archive.finish().map(Cursor::into_inner)
}

/// Counts the numbers, and the largest array as it is unpacked beside them.
fn memory(bytes: &[u8]) -> u128 {
    Archive::open(bytes).map_or(0, |archive| {
        u128::from(archive.unpacked) + u128::from(archive.largest)
    })
}

fn decode(bytes: &[u8]) -> Result<TrainedModel, String> {
    let mut archive = Archive::open(bytes)?;
    let document = archive.read(DOCUMENT)?;
    let document = npy::decode(&document)
        .ok()
        .filter(|array| array.descr == BYTE);
    let document =
        document.ok_or_else(|| say!("npz-not-bytes", "its array \"{document}\" is not one of bytes", document = DOCUMENT))?;
    let document = Document::parse_without_layers(document.data)
        .map_err(|problem| say!("npz-document", "array \"{document}\": {problem}", document = DOCUMENT, problem))?;
    let parameters = tensors::collect(&document.architecture, |name| {
        let bytes = archive.read(name)?;
        let array = npy::decode(&bytes).map_err(|why| say!("npz-array", "its array \"{name}\" {why}", name, why))?;
        if array.descr != FLOAT {
            return Err(say!("npz-not-float", "the array \"{name}\" is not of type float32", name));
        }
        Ok((array.shape, tensors::floats(array.data)))
    })?;
    let names = archive
        .names
        .iter()
        .map(String::as_str)
        .filter(|&name| name != DOCUMENT);
    if let Some(unexpected) = tensors::unexpected(names, parameters.layers.len()) {
        let unexpected = sanitise(unexpected);
        return Err(say!("npz-unexpected", "it has an unexpected array \"{unexpected}\"", unexpected));
    }
    document.into_model(parameters)
}

/// Archive whose arrays are unpacked one at a time.
struct Archive<'b> {
    archive: ZipArchive<Cursor<&'b [u8]>>,
    /// Names of the arrays, in the order of the directory.
    names: Vec<String>,
    /// Sizes of all arrays together and of the largest one, in bytes.
    unpacked: u64,
    largest: u64,
}

impl<'b> Archive<'b> {
    /// Reads the directory. The sizes in it bound what is unpacked later.
    fn open(bytes: &'b [u8]) -> Result<Self, String> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(message)?;
        if archive.has_duplicate_names() {
            return Err(say!("npz-twice", "it has two arrays of the same name").into());
        }
        let (mut names, mut unpacked, mut largest) = (Vec::new(), 0_u64, 0);
        for index in 0..archive.len() {
            let member = archive.by_index_raw(index).map_err(message)?;
            let name = member.name().map_err(message)?;
            let name = name.strip_suffix(".npy");
            names.push(
                name.ok_or(say!("npz-member", "it has a member that is not an .npy array"))?
                    .to_owned(),
            );
            unpacked = unpacked.saturating_add(member.size());
            largest = member.size().max(largest);
        }
        let limit = (bytes.len() as u64)
            .saturating_mul(MAX_RATIO)
            .max(ALWAYS_ACCEPTED);
        if unpacked > limit {
            return Err(say!("npz-unpacked", "its arrays would unpack to {unpacked} bytes, more than {max_ratio} times the file", unpacked, max_ratio = MAX_RATIO));
        }
        Ok(Self {
            archive,
            names,
            unpacked,
            largest,
        })
    }

    /// Unpacks the array `name` and verifies its checksum.
    fn read(&mut self, name: &str) -> Result<Vec<u8>, String> {
        let member = self.archive.by_name(&format!("{name}.npy"));
        let mut member = member.map_err(|error| match error {
            ZipError::FileNotFound => say!("npz-no-array", "it has no array \"{name}\"", name),
            error => say!("npz-broken", "its array \"{name}\": {problem}", name, problem = message(error)),
        })?;
        let unread = |error: &dyn fmt::Display| say!("npz-unread", "its array \"{name}\": {error}", name, error);
        let size = member.size();
        let mut bytes = Vec::new();
        // One more, since reading to the end finds out that the checksum is right.
        let room = usize::try_from(size).unwrap_or(usize::MAX).saturating_add(1);
        bytes.try_reserve_exact(room).map_err(|error| unread(&error))?;
        let read = (&mut member).take(size.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|error| unread(&error))?;
        if bytes.len() as u64 != size {
            return Err(say!("npz-size", "its array \"{name}\" is not of the size that the archive says", name));
        }
        Ok(bytes)
    }
}

/// Describes an error of the crate without the words `i/o error`.
fn message(error: ZipError) -> String {
    match error {
        ZipError::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}
