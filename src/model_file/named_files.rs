//! The files that a run reads and writes, none of which another output may replace.

use std::io;
use std::path::{Path, PathBuf};

use super::is_same_file;
use crate::error::{Error, Result};
use crate::util::lang::say;

/// Outputs that may replace an input: a resumed run is saved to its checkpoint again, and a model is trained
/// further.
const SUCCESSORS: [(&str, &str); 2] = [("--checkpoint", "--resume"), ("--export", "--from")];

/// Files that a run reads or writes, each with the argument that names it, such as `DATA` or `--export`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedFiles(Vec<(&'static str, PathBuf)>);

impl NamedFiles {
    pub(crate) fn add(&mut self, argument: &'static str, path: PathBuf) {
        self.0.push((argument, path));
    }

    /// Returns the argument whose file the output of `option` would replace at `path`, if it may not.
    pub(crate) fn conflict(&self, option: &str, path: &Path) -> Option<&'static str> {
        let is_own = |argument| option == argument || SUCCESSORS.contains(&(option, argument));
        let mut files = self.0.iter();
        let found = files.find(|(argument, file)| !is_own(argument) && is_same_file(path, file));
        found.map(|(argument, _)| *argument)
    }

    /// Checks that the output of `option` may go to `path`, which was typed during the run.
    ///
    /// # Errors
    /// [`Error::CannotWrite`].
    pub(crate) fn check(&self, option: &str, path: &Path) -> Result<()> {
        let Some(argument) = self.conflict(option, path) else {
            return Ok(());
        };
        Err(Error::CannotWrite {
            path: path.to_owned(),
            cause: io::Error::other(say!("is-file-of", "it is the file of {argument}", argument)),
        })
    }
}
