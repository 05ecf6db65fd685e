//! Systems other than Unix: no signals, no job control, default permissions.

use std::fs::{self, File, Metadata, Permissions};
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::util::signals::Signal;

pub(crate) struct Watcher;

impl Watcher {
    pub fn add_all(&self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) fn watch(_: impl FnMut(Signal) + Send + 'static) -> io::Result<Watcher> {
    Ok(Watcher)
}

pub(crate) fn end_by(_: i32) {}

pub(crate) const HAS_JOB_CONTROL: bool = false;

pub(crate) fn is_in_foreground() -> bool {
    true
}

pub(crate) fn stop_process() {}

pub(crate) fn open_output_terminal() -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) fn open_error_terminal() -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The system's terminals send events instead of bytes.
pub(crate) struct InputTerminal;

impl InputTerminal {
    pub fn open() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn read(&mut self, _: &mut [u8], _: Duration) -> io::Result<Option<usize>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

pub(crate) fn discard_output() {}

pub(crate) fn discard_errors() {}

pub(crate) fn stop_job() -> bool {
    false
}

pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

pub(crate) fn default_permissions() -> Option<Permissions> {
    None
}

pub(crate) fn is_same_file(_: &Metadata, _: &Metadata) -> Option<bool> {
    None
}

pub(crate) fn has_piped_input() -> bool {
    false
}

pub(crate) fn is_process_alive(_: u32) -> bool {
    true
}

pub(crate) fn replace_process(mut command: Command) -> io::Result<u8> {
    let status = command.status()?;
    Ok(status.code().map_or(1, |code| code as u8))
}
