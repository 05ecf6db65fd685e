//! Atomic writing of files.
//!
//! The bytes are written to a temporary file in the same folder, synced to disk and renamed. After
//! an interruption by a signal or a power failure there is the old file or the new one.

use std::fs::{self, DirEntry, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::{mem, process};

use tempfile::{Builder, NamedTempFile};

use crate::error::{Error, Result};
use crate::util::lang::say;
use crate::util::platform;
use crate::util::sync::lock;
use crate::util::text::sanitise;

/// Maximal number of links followed in a row, as in Linux.
const MAX_LINKS: usize = 40;
/// Maximal number of bytes of a file's name in the name of its temporary file.
const MAX_NAME: usize = 200;

/// Text between a file's name and the number of the process in the name of a temporary file.
const MARK: &str = ".nn-tui-";

/// Checks that a file can be written to `path` later, as far as can be known: the folder exists and
/// is writable, and `path` does not exist or is a file that may be replaced.
///
/// # Errors
/// [`Error::Exists`], [`Error::CannotWrite`].
pub(crate) fn check_writable(path: &Path, replace: bool) -> Result<()> {
    let target = Target::find(path, replace)?;
    // It has no name that an end of the process could leave behind.
    let unnamed = tempfile::tempfile_in(&target.folder);
    let unnamed = unnamed.map_err(|error| target.cannot_write(error.kind().into()));
    unnamed.map(drop)
}

/// Returns whether two paths lead to the same file, or would if there were one.
pub(crate) fn is_same_file(one: &Path, other: &Path) -> bool {
    if let (Ok(one), Ok(other)) = (fs::metadata(one), fs::metadata(other))
        && let Some(is_same) = platform::is_same_file(&one, &other)
    {
        return is_same;
    }
    let canonical = |path: &Path| {
        let file = behind_links(path).ok()?;
        let folder = fs::canonicalize(folder_of(&file)).ok()?;
        Some(folder.join(file.file_name()?))
    };
    canonical(one).is_some_and(|one| canonical(other) == Some(one))
}

/// Writes `bytes` to `path` and returns their number.
///
/// A symbolic link is followed: its target is replaced and the link stays. A new file gets the
/// default permissions, a replaced one keeps its own.
///
/// # Errors
/// [`Error::Exists`] if there is a file and `replace` is false; [`Error::CannotWrite`].
pub(crate) fn write(path: &Path, bytes: &[u8], replace: bool) -> Result<u64> {
    write_with(path, replace, Access::Usual, |out| out.write_all(bytes))
}

/// Users who may read a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Those of the process's default permissions.
    Usual,
    /// The owner only.
    Owner,
}

/// Writes to `path` what `fill` writes, and returns the number of bytes; see [`write`].
///
/// # Errors
/// [`Error::Exists`] if there is a file and `replace` is false; [`Error::CannotWrite`].
pub(crate) fn write_with(
    path: &Path,
    replace: bool,
    access: Access,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<u64> {
    let target = Target::find(path, replace)?;
    let temporary = target.temporary_file(access)?;
    // Not through the crate's own `Write`, whose errors name the temporary file.
    let file = temporary.file.as_file();
    let mut out = BufWriter::new(file);
    let written = fill(&mut out).and_then(|()| out.flush());
    drop(out);
    let length = written
        .and_then(|()| file.sync_all())
        .and_then(|()| file.metadata())
        .map_err(|cause| target.cannot_write(cause))?
        .len();
    target.persist(temporary, replace)?;
    Ok(length)
}

/// Creates an empty file at `path`, to be appended to. A replaced file keeps its contents until the
/// new file is renamed.
///
/// # Errors
/// [`Error::Exists`] if there is a file and `replace` is false; [`Error::CannotWrite`].
pub(crate) fn create_file(path: &Path, replace: bool) -> Result<File> {
    let target = Target::find(path, replace)?;
    let temporary = target.temporary_file(Access::Usual)?;
    target.persist(temporary, replace)
}

/// Paths of all temporary files.
static TEMPORARY_FILES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn temporary_files() -> MutexGuard<'static, Vec<PathBuf>> {
    // A list of paths is whole between any two statements.
    lock(&TEMPORARY_FILES)
}

/// Removes all temporary files of a process that ends at once; other threads create no more.
pub(crate) fn remove_temporary_files() {
    let paths = temporary_files();
    for path in paths.iter() {
        let _ = fs::remove_file(path);
    }
    // Locked for good.
    mem::forget(paths);
}

/// A temporary file, which is removed when it is dropped.
struct Temporary {
    file: NamedTempFile,
    _entry: Entry,
}

/// Entry of a path in [`TEMPORARY_FILES`].
struct Entry(PathBuf);

impl Drop for Entry {
    fn drop(&mut self) {
        temporary_files().retain(|path| *path != self.0);
    }
}

/// File and folder that a path leads to.
struct Target<'p> {
    /// Path as given, for messages.
    path: &'p Path,
    /// Path with all links followed.
    file: PathBuf,
    folder: PathBuf,
    /// Permissions of an existing file.
    permissions: Option<Permissions>,
}

impl<'p> Target<'p> {
    fn find(path: &'p Path, replace: bool) -> Result<Self> {
        let cannot_write = |cause| Error::cannot_write(path, cause);
        let file = behind_links(path).map_err(cannot_write)?;
        let permissions = match fs::metadata(&file) {
            Ok(found) if found.is_dir() => {
                let cause = io::Error::new(
                    io::ErrorKind::IsADirectory,
                    say!("is-directory", "it is a directory"),
                );
                return Err(cannot_write(cause));
            }
            Ok(found) if !found.is_file() => {
                return Err(cannot_write(io::Error::other(say!(
                    "not-regular",
                    "it is not a regular file"
                ))));
            }
            Ok(_) if !replace => return Err(Error::Exists(path.to_owned())),
            Ok(found) => Some(found.permissions()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(cannot_write(error)),
        };
        let folder = folder_of(&file).to_owned();
        if !folder.is_dir() {
            let shown = sanitise(&folder.to_string_lossy());
            let cause = say!("no-directory", "no such directory: {shown}", shown);
            return Err(cannot_write(io::Error::new(io::ErrorKind::NotFound, cause)));
        }
        Ok(Self {
            path,
            file,
            folder,
            permissions,
        })
    }

    /// Creates an empty file in the target's folder, with the target's permissions.
    fn temporary_file(&self, access: Access) -> Result<Temporary> {
        let name = self.temporary_name();
        remove_leftovers(&self.folder, |found, _| found == name);
        let mut builder = Builder::new();
        let prefix = format!(".{name}{MARK}{}-", process::id());
        builder.prefix(&prefix);
        // By default the crate creates files that only their owner can read.
        if access == Access::Usual
            && let Some(permissions) = platform::default_permissions()
        {
            builder.permissions(permissions);
        }
        // Locked, so that no file is created that is not on the list.
        let mut paths = temporary_files();
        let file = builder
            .tempfile_in(&self.folder)
            // The crate's message would name the temporary file.
            .map_err(|error| self.cannot_write(error.kind().into()))?;
        paths.push(file.path().to_owned());
        drop(paths);
        let entry = Entry(file.path().to_owned());
        if let Some(permissions) = &self.permissions {
            file.as_file()
                .set_permissions(permissions.clone())
                .map_err(|cause| self.cannot_write(cause))?;
        }
        Ok(Temporary {
            file,
            _entry: entry,
        })
    }

    /// Name of the target in the names of its temporary files, between a point and [`MARK`].
    fn temporary_name(&self) -> String {
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        // File names have 255 bytes at most.
        let ends = (0..=name.len().min(MAX_NAME)).rev();
        let end = ends.into_iter().find(|&end| name.is_char_boundary(end));
        name[..end.unwrap_or(0)].to_owned()
    }

    /// Gives the temporary file the name of the target.
    fn persist(&self, temporary: Temporary, replace: bool) -> Result<File> {
        let Temporary { file, _entry } = temporary;
        let persisted = if replace {
            file.persist(&self.file)
        } else {
            file.persist_noclobber(&self.file)
        };
        let file = persisted.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => Error::Exists(self.path.to_owned()),
            _ => self.cannot_write(error.error),
        })?;
        sync_folder(&self.folder);
        Ok(file)
    }

    fn cannot_write(&self, cause: io::Error) -> Error {
        Error::cannot_write(self.path, cause)
    }
}

/// Removes from `folder` temporary files that killed processes left behind, if `is_meant` holds for the name of the file
/// that they would have become and for their entry.
pub(crate) fn remove_leftovers(folder: &Path, is_meant: impl Fn(&str, &DirEntry) -> bool) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let parts = name.to_str().and_then(|name| {
            let (name, rest) = name.strip_prefix('.')?.rsplit_once(MARK)?;
            let (process, _) = rest.split_once('-')?;
            Some((name, process.parse().ok()?))
        });
        if let Some((name, process)) = parts
            && is_meant(name, &entry)
            && !platform::is_process_alive(process)
        {
            // If it stays, the next file tries again.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Follows links from `path`; the result may not exist.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut file = path.to_owned();
    for _ in 0..MAX_LINKS {
        // Not a link, or an error that opening the file reports.
        let Ok(link) = fs::read_link(&file) else {
            return Ok(file);
        };
        file = folder_of(&file).join(link);
    }
    Err(io::Error::other(say!("many-links", "too many links")))
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Syncs the new name to disk, on systems that can; the bytes are synced already.
fn sync_folder(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

#[cfg(test)]
mod tests;
