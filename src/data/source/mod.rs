//! Sources of data: built-in sets, files, standard input.

mod archive;
mod arff;
pub(crate) mod builtin;
mod compression;
pub(crate) mod converted;
pub(super) mod foreign;
pub(crate) mod idx_file;
pub(crate) mod input;
mod json_lines;
#[cfg(feature = "parquet")]
mod parquet;
pub(crate) mod text_encoding;
#[cfg(feature = "xlsx")]
mod xlsx;

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use builtin::{BUILT_IN, BuiltIn, built_in};
use util::error::Error;
use util::lang::{listed, say};
use util::text::{near_matches, sanitise};

/// Source of a table. Displayed as `built-in iris`, or the path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Recorded", into = "Recorded")]
pub enum Source {
    /// A built-in data set.
    BuiltIn(&'static BuiltIn),
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

impl Source {
    /// Parses a command-line `argument`: the built-in data set of that name, unless there is a file
    /// of exactly that name; standard input for `-`; otherwise a path, which need not exist.
    pub fn parse(argument: impl AsRef<OsStr>) -> Self {
        let path = Path::new(argument.as_ref());
        if path.as_os_str() == "-" {
            return Self::Stdin;
        }
        match path.to_str().and_then(built_in) {
            Some(built_in) if !path.is_file() => Self::BuiltIn(built_in),
            _ => Self::File(path.to_owned()),
        }
    }

    /// Makes the path of a file absolute.
    pub fn absolute(self) -> Self {
        match self {
            Self::File(path) => Self::File(std::path::absolute(&path).unwrap_or(path)),
            other => other,
        }
    }

    /// Returns the short name of the data, safe to show: the file stem.
    pub fn name(&self) -> String {
        match self {
            Self::BuiltIn(built_in) => built_in.name.to_owned(),
            Self::Stdin => "stdin".into(),
            Self::File(path) => {
                let path = unpacked_path(path);
                let stem = path.file_stem().unwrap_or(path.as_os_str());
                sanitise(&stem.to_string_lossy())
            }
        }
    }

    /// Returns whether it is a file with one of these `extensions`, apart from that of a compression.
    fn has_extension(&self, extensions: &[&str]) -> bool {
        match self {
            Self::File(path) => is_one_of(unpacked_path(path), extensions),
            Self::BuiltIn(_) | Self::Stdin => false,
        }
    }

    /// Returns width and height if the rows are known to be images.
    pub(super) fn image(&self) -> Option<(usize, usize)> {
        match self {
            Self::BuiltIn(built_in) => built_in.image,
            Self::File(_) | Self::Stdin => None,
        }
    }

    /// Adds the built-in data sets as a hint to an error about a missing file.
    pub(super) fn with_hint(&self, error: Error) -> Error {
        match error {
            Error::NoSuchInput { path, .. } => {
                let hint = hint(&self.name());
                Error::NoSuchInput { path, hint }
            }
            other => other,
        }
    }
}

/// Returns whether the extension of `path` is one of `extensions`.
fn is_one_of(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|extension| {
        let mut extensions = extensions.iter();
        extensions.any(|other| extension.eq_ignore_ascii_case(other))
    })
}

/// Returns `path` without the extension of a compression.
fn unpacked_path(path: &Path) -> &Path {
    match path.file_stem() {
        Some(stem) if is_one_of(path, &compression::EXTENSIONS) => Path::new(stem),
        _ => path,
    }
}

/// Source as a file records it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Recorded {
    BuiltIn(String),
    /// Absolute path; characters that are not UTF-8 are replaced.
    File(String),
    StandardInput,
}

impl From<Source> for Recorded {
    fn from(source: Source) -> Self {
        match source.absolute() {
            Source::BuiltIn(built_in) => Self::BuiltIn(built_in.name.to_owned()),
            Source::File(path) => Self::File(path.to_string_lossy().into_owned()),
            Source::Stdin => Self::StandardInput,
        }
    }
}

impl TryFrom<Recorded> for Source {
    type Error = String;

    fn try_from(recorded: Recorded) -> Result<Self, String> {
        match recorded {
            Recorded::BuiltIn(name) => match built_in(&name) {
                Some(built_in) => Ok(Self::BuiltIn(built_in)),
                None => Err(say!(
                    "no-built-in",
                    "there is no built-in data set \"{name}\"",
                    name
                )),
            },
            Recorded::File(path) => Ok(Self::File(path.into())),
            Recorded::StandardInput => Ok(Self::Stdin),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(built_in) => write!(f, "built-in {}", built_in.name),
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => f.write_str(&sanitise(&path.to_string_lossy())),
        }
    }
}

/// Suggests built-in data sets for a missing file called `name`.
fn hint(name: &str) -> String {
    let names: Vec<String> = BUILT_IN.iter().map(|b| b.name.to_owned()).collect();
    match near_matches(name, &names).as_slice() {
        [] => say!(
            "error-built-in",
            "; the built-in data sets are {names}",
            names = listed(&names)
        ),
        near => say!(
            "error-near-built-in",
            "; did you mean the built-in {names}?",
            names = near.join(say!("or", " or "))
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_built_in_unless_it_is_a_file() {
        assert_eq!(Source::parse("iris").to_string(), "built-in iris");
        assert_eq!(Source::parse("iris").name(), "iris");
        let path = "datasets/iris.csv";
        assert_eq!(Source::parse(path), Source::File(path.into()));
        assert_eq!(Source::parse(path).name(), "iris");
        assert_eq!(Source::parse("/a/\u{1b}b.csv").name(), "\\u{1b}b");
        assert_eq!(Source::parse("/a/b.csv.gz").name(), "b");
        assert_eq!(Source::parse("/a/b.jsonl.zst").name(), "b");
        assert_eq!(Source::parse("-"), Source::Stdin);
    }

    #[test]
    fn a_missing_file_names_what_there_is() {
        let message = |name: &str| {
            let error = crate::source::input::open(&Source::parse(name));
            let error = error.err().expect("not there");
            assert_eq!(error.exit_code(), 66);
            error.to_string()
        };
        assert_eq!(
            message("irsi"),
            "irsi: no such file; did you mean the built-in iris?"
        );
        assert_eq!(
            message("no/spirals.csv"),
            "no/spirals.csv: no such file; did you mean the built-in spiral?"
        );
        assert_eq!(
            message("sales.csv"),
            "sales.csv: no such file; the built-in data sets are iris, wine, breast-cancer, \
             digits, xor, circles, moons, spiral, sine"
        );
    }
}
