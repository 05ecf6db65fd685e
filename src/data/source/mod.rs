//! Where a table comes from, and what it is called.

pub(crate) mod builtin;
pub(crate) mod idx_file;
pub(crate) mod input;

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::util::text::{near_matches, sanitise};
use builtin::{BUILT_IN, BuiltIn, built_in};

/// Where a table comes from. It displays as messages name it: `built-in iris`, or the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A data set inside the program.
    BuiltIn(&'static BuiltIn),
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

impl Source {
    /// What a person means by `argument`: the built-in data set of that name, unless there is a
    /// file of exactly that name; standard input for `-`; anything else is a path, which need not
    /// exist.
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

    /// Short name of the data, safe to show: the file's name without its ending.
    pub fn name(&self) -> String {
        match self {
            Self::BuiltIn(built_in) => built_in.name.to_owned(),
            Self::Stdin => "stdin".into(),
            Self::File(path) => {
                let stem = path.file_stem().unwrap_or(path.as_os_str());
                let stem = match path.extension() {
                    Some(ending) if ending.eq_ignore_ascii_case("gz") => {
                        Path::new(stem).file_stem().unwrap_or(stem)
                    }
                    _ => stem,
                };
                sanitise(&stem.to_string_lossy())
            }
        }
    }

    /// Width and height, where its rows are known to be images.
    pub(super) fn image(&self) -> Option<(usize, usize)> {
        match self {
            Self::BuiltIn(built_in) => built_in.image,
            Self::File(_) | Self::Stdin => None,
        }
    }

    /// `error`, with the built-in data sets as a hint where there is no such file.
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

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(built_in) => write!(f, "built-in {}", built_in.name),
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => f.write_str(&sanitise(&path.to_string_lossy())),
        }
    }
}

/// The built-in data sets that a missing file called `name` may have meant.
fn hint(name: &str) -> String {
    let names: Vec<String> = BUILT_IN.iter().map(|b| b.name.to_owned()).collect();
    match near_matches(name, &names).as_slice() {
        [] => format!("; the built-in data sets are {}", names.join(", ")),
        near => format!("; did you mean the built-in {}?", near.join(" or ")),
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
        assert_eq!(Source::parse("-"), Source::Stdin);
    }

    #[test]
    fn a_missing_file_names_what_there_is() {
        let message = |name: &str| {
            let error = crate::data::source::input::open(&Source::parse(name));
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
