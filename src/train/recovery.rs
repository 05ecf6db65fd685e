//! Recovery files: checkpoints of runs that ended unsaved, in a folder of their own, as editors keep them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use super::checkpoint::{About, Checkpoint, read_about};
use crate::data::Source;
use crate::error::{Error, Result};
use crate::model_file::{self, Access, write_with};
use crate::util::lang::say;
use crate::util::platform::create_private_folder;
use crate::util::text::sanitise;

/// Maximum number of recovery files.
const MAX_FILES: usize = 5;
/// Maximum size of all recovery files in bytes, apart from the newest.
const MAX_BYTES: u64 = 64 << 20;
/// Extension of recovery files.
const EXTENSION: &str = "checkpoint";
/// Time of a run that is worth a recovery file.
pub(crate) const WORTH_SAVING: Duration = Duration::from_secs(60);

/// Folder and conditions of the checkpoint that a run leaves when it ends unsaved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryOption {
    /// Folder, which is created if needed; `None` without a home.
    pub folder: Option<PathBuf>,
    /// Minimum time since the start of the run.
    pub after: Duration,
}

/// A recovery file.
#[derive(Debug, Clone)]
pub(crate) struct RecoveryFile {
    pub path: PathBuf,
    pub about: About,
    pub bytes: u64,
}

/// Returns the folder of recovery files by the environment `variable`s; `None` without a home.
pub(crate) fn folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    // Relative paths are invalid by the XDG specification.
    let absolute = |name| {
        let path = variable(name).map(PathBuf::from);
        path.filter(|path| path.is_absolute())
    };
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")));
    Some(state?.join("nn-tui"))
}

/// Writes `checkpoint` to `folder`, readable by its owner only, in a file named after its run. Then deletes
/// all but the newest five files, and more until they take 64 MB; the newest stays whatever its size.
///
/// # Errors
/// [`Error::CannotWrite`].
pub(crate) fn save(checkpoint: &Checkpoint, folder: Option<&Path>) -> Result<PathBuf> {
    let folder = folder.ok_or_else(|| Error::CannotWrite {
        path: say!("recovery-file", "recovery file").into(),
        cause: io::Error::other(say!(
            "recovery-no-folder",
            "neither XDG_STATE_HOME nor HOME is an absolute path"
        )),
    })?;
    create_private_folder(folder).map_err(|cause| Error::cannot_write(folder, cause))?;
    let name = format!("{}.{EXTENSION}", checkpoint.about.run);
    let path = folder.join(name);
    write_with(&path, true, Access::Owner, |out| checkpoint.write(out))?;
    prune(folder);
    Ok(path)
}

/// Lists the recovery files in `folder`, newest first. Files that are none are left out.
pub(crate) fn list(folder: &Path) -> Vec<RecoveryFile> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<RecoveryFile> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let is_named_so = path.extension().is_some_and(|ending| ending == EXTENSION);
            let about = is_named_so.then(|| read_about(&path).ok())??;
            let bytes = fs::metadata(&path).ok()?.len();
            Some(RecoveryFile { path, about, bytes })
        })
        .collect();
    files.sort_by(|a, b| (b.about.saved, &b.path).cmp(&(a.about.saved, &a.path)));
    files
}

/// Describes the newest run on the data of `source` that can be resumed; `None` without any.
pub(crate) fn hint(folder: &Path, source: &Source) -> Option<String> {
    let source = source.clone().absolute();
    let files = list(folder);
    let found = files.iter().position(|file| file.about.source == source)?;
    let RecoveryFile { path, about, .. } = &files[found];
    let path = match found {
        0 => String::new(),
        _ => format!(" {}", sanitise(&path.to_string_lossy())),
    };
    Some(say!(
        "run-to-resume",
        "an interrupted run (epoch {epoch}) can be resumed: nn-tui --resume{path}",
        epoch = about.epoch,
        path
    ))
}

/// Removes temporary files of killed processes from `folder`, unless they are so young that a process of another
/// machine may be writing them.
pub(super) fn remove_leftovers(folder: &Path) {
    model_file::remove_leftovers(folder, |_, entry| {
        let modified = entry.metadata().and_then(|found| found.modified());
        let age = modified.ok().and_then(|modified| modified.elapsed().ok());
        age.is_some_and(|age| age >= WORTH_SAVING)
    });
}

fn prune(folder: &Path) {
    let mut total = 0_u64;
    for (place, file) in list(folder).iter().enumerate() {
        total = total.saturating_add(file.bytes);
        if place > 0 && (place >= MAX_FILES || total > MAX_BYTES) {
            // A file that another process deletes at the same time is gone all the same.
            let _ = fs::remove_file(&file.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_follows_the_xdg_specification() {
        let folder = |state: Option<&str>, home: Option<&str>| {
            folder(|name| match name {
                "XDG_STATE_HOME" => state.map(Into::into),
                "HOME" => home.map(Into::into),
                _ => None,
            })
        };
        let expected = Some(PathBuf::from("/s/nn-tui"));
        assert_eq!(folder(Some("/s"), Some("/h")), expected);
        let expected = Some(PathBuf::from("/h/.local/state/nn-tui"));
        assert_eq!(folder(None, Some("/h")), expected);
        assert_eq!(folder(Some("s"), Some("/h")), expected);
        assert_eq!(folder(Some(""), None), None);
    }
}
