//! Systems other than Unix: no signals, no job control, default permissions.

use std::fs::{self, File, Metadata, Permissions};
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::signals::Signal;

pub struct Watcher;

impl Watcher {
    pub fn add_all(&self) -> io::Result<()> {
        Ok(())
    }
}

pub fn watch(_: impl FnMut(Signal) + Send + 'static) -> io::Result<Watcher> {
    Ok(Watcher)
}

pub fn end_by(_: i32) {}

pub const HAS_JOB_CONTROL: bool = false;

pub fn is_in_foreground() -> bool {
    true
}

pub fn stop_process() {}

pub fn open_output_terminal() -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

pub fn open_error_terminal() -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The system's terminals send events instead of bytes.
pub struct InputTerminal;

impl InputTerminal {
    pub fn open() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn read(&mut self, _: &mut [u8], _: Duration) -> io::Result<Option<usize>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

pub fn discard_output() {}

pub fn discard_errors() {}

pub fn stop_job() -> bool {
    false
}

pub fn create_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

pub fn default_permissions() -> Option<Permissions> {
    None
}

pub fn is_same_file(_: &Metadata, _: &Metadata) -> Option<bool> {
    None
}

pub fn has_piped_input() -> bool {
    false
}

pub fn is_process_alive(_: u32) -> bool {
    true
}

pub fn replace_process(mut command: Command) -> io::Result<u8> {
    let status = command.status()?;
    Ok(status.code().map_or(1, |code| code as u8))
}
