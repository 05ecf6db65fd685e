//! Where a table comes from, and how its bytes are fetched.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::data::builtin::{BUILT_IN, BuiltIn, built_in};
use crate::error::{Error, Result};
use crate::text::{near_matches, sanitise};

/// Where a table comes from. It displays as messages name it: `built-in iris`, or the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A data set inside the program.
    BuiltIn(&'static BuiltIn),
    /// A file.
    File(PathBuf),
}

impl Source {
    /// What a person means by `argument`: the built-in data set of that name, unless there is a
    /// file of exactly that name; anything else is a path, which need not exist.
    pub fn parse(argument: impl AsRef<OsStr>) -> Self {
        let path = Path::new(argument.as_ref());
        match path.to_str().and_then(built_in) {
            Some(built_in) if !path.is_file() => Self::BuiltIn(built_in),
            _ => Self::File(path.to_owned()),
        }
    }

    /// Short name of the data, safe to show: the file's name without its ending.
    pub fn name(&self) -> String {
        match self {
            Self::BuiltIn(built_in) => built_in.name.to_owned(),
            Self::File(path) => {
                let stem = path.file_stem().unwrap_or(path.as_os_str());
                sanitise(&stem.to_string_lossy())
            }
        }
    }

    /// All bytes of the table.
    ///
    /// # Errors
    /// [`Error::NoSuchInput`] with the built-in data sets as its hint, [`Error::CannotRead`].
    pub(super) fn read(&self) -> Result<Cow<'static, [u8]>> {
        let path = match self {
            Self::BuiltIn(built_in) => return Ok(Cow::Borrowed(built_in.csv.as_bytes())),
            Self::File(path) => path,
        };
        if path.is_dir() {
            // What the system says about reading a directory differs, and helps nobody.
            let cause = io::Error::new(io::ErrorKind::IsADirectory, "it is a directory");
            return Err(Error::reading(path, cause));
        }
        match fs::read(path) {
            Ok(bytes) => Ok(Cow::Owned(bytes)),
            Err(cause) => Err(match Error::reading(path, cause) {
                Error::NoSuchInput { path, .. } => {
                    let hint = hint(&self.name());
                    Error::NoSuchInput { path, hint }
                }
                other => other,
            }),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(built_in) => write!(f, "built-in {}", built_in.name),
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
    }

    #[test]
    fn a_missing_file_names_what_there_is() {
        let message = |name: &str| {
            let error = Source::parse(name).read().expect_err("not there");
            assert_eq!(error.exit_code(), 66);
            error.to_string()
        };
        assert_eq!(
            message("irsi"),
            "irsi: no such file; did you mean the built-in iris?"
        );
        assert_eq!(
            message("no/wines.csv"),
            "no/wines.csv: no such file; did you mean the built-in wine?"
        );
        assert_eq!(
            message("sales.csv"),
            "sales.csv: no such file; the built-in data sets are iris, wine, breast-cancer, \
             digits, xor, circles, moons, spiral"
        );
    }
}
