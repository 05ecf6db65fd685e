//! Export formats: one file or folder each, and the list of them.
//!
//! A new format is one file with a [`Format`] and one line in `formats!`. The help text, the
//! prompt, completion, error messages and tests take its extension and description from there.

mod npy;
mod source_code;

use std::borrow::Cow;
use std::path::Path;

use super::TrainedModel;
use crate::error::{Error, Result};
use crate::util::lang::catalogue::translated;
use crate::util::lang::say;
use crate::util::text::sanitise;

/// Reading of a format.
#[derive(Clone, Copy)]
pub(super) struct Decoder {
    /// Reads a model from the contents of a file. The error says what is wrong with them.
    pub decode: fn(&[u8]) -> Result<TrainedModel, String>,
    /// Returns how many bytes of memory that takes at most, beside the contents; 0 for contents that are refused at once.
    pub memory: fn(&[u8]) -> u128,
}

/// File format of a trained model, chosen by the extension of the file name.
pub struct Format {
    /// Name of the format, such as `ONNX`.
    pub name: &'static str,
    /// Extension of its file names, in lower case and without the dot.
    pub extension: &'static str,
    /// Phrase on its contents and readers, for help and completion.
    pub description: &'static str,
    /// Bytes of memory that saving and verifying take per parameter.
    pub(super) bytes_per_parameter: u128,
    /// Encodes a valid model as the contents of a file; equal models give equal bytes. The error is the reason
    /// why the format cannot hold the model.
    pub(super) encode: fn(&TrainedModel) -> Result<Vec<u8>, String>,
    /// Decoder; `None` if the format is for other programs only.
    decoder: Option<Decoder>,
}

/// See [`Format::bytes_per_parameter`].
const USUAL_BYTES_PER_PARAMETER: u128 = 24;

impl Format {
    /// Whether the format can be read back.
    pub fn is_readable(&self) -> bool {
        self.decoder.is_some()
    }
}

/// Declares the modules and the list of the formats.
macro_rules! formats {
    ($($module:ident)*) => {
        $(pub(crate) mod $module;)*

        /// All formats, in the order in which help and messages list them.
        pub static ALL: &[Format] = &[$($module::FORMAT),*];
    };
}
formats! {
    json
    safetensors
    npz
    onnx
    python
    rust
    c
}

impl Format {
    /// Description in a few words, in the language of the screen.
    pub(crate) fn about(&self) -> Cow<'static, str> {
        translated(
            &format!("model-format-{}", self.extension),
            self.description,
        )
    }
}

/// Returns the formats that [`super::load`] reads.
pub fn readable() -> impl Iterator<Item = &'static Format> {
    ALL.iter().filter(|format| format.is_readable())
}

/// Finds the format for the extension of `path`, ignoring case.
///
/// # Errors
/// [`Error::Usage`] with the known extensions.
pub fn for_path(path: &Path) -> Result<&'static Format> {
    let extension = path.extension().and_then(|extension| extension.to_str());
    let is_format = |format: &&Format| {
        extension.is_some_and(|extension| extension.eq_ignore_ascii_case(format.extension))
    };
    ALL.iter().find(is_format).ok_or_else(|| {
        Error::Usage(say!(
            "model-extension",
            "{path}: the name of a model file must end in {extensions}",
            path = sanitise(&path.to_string_lossy()),
            extensions = extensions()
        ))
    })
}

/// Finds the decoder for the extension of `path`.
///
/// # Errors
/// [`Error::Usage`] with the extensions that can be read.
pub(super) fn decoder_for(path: &Path) -> Result<Decoder> {
    let format = for_path(path)?;
    format.decoder.ok_or_else(|| {
        Error::Usage(say!(
            "model-not-read",
            "{path}: {format} files are for other programs; nn-tui reads {readable}",
            path = sanitise(&path.to_string_lossy()),
            format = format.name,
            readable = readable_extensions()
        ))
    })
}

/// Lists the extensions of all formats: `.json, .safetensors, .npz, .onnx, .py, .rs or .c`.
pub(crate) fn extensions() -> String {
    alternatives(ALL.iter())
}

/// Lists the extensions that can be read: `.json, .safetensors or .npz`.
pub(crate) fn readable_extensions() -> String {
    alternatives(readable())
}

fn alternatives(formats: impl Iterator<Item = &'static Format>) -> String {
    let extensions: Vec<String> = formats
        .map(|format| format!(".{}", format.extension))
        .collect();
    match extensions.as_slice() {
        [first @ .., last] if !first.is_empty() => say!(
            "format-or",
            "{first} or {last}",
            first = first.join(", "),
            last
        ),
        one => one.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_extension_finds_its_own_format() {
        for format in ALL {
            let extension = format.extension;
            assert_eq!(extension, extension.to_ascii_lowercase());
            assert!(!format.name.is_empty() && !format.description.is_empty());
            let path = format!("model.{}", extension.to_uppercase());
            let found = for_path(path.as_ref()).expect("a format");
            assert_eq!(found.name, format.name, "two formats for .{extension}");
        }
    }
}
