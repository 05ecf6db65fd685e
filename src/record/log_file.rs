//! A growing file that is written in a thread of its own.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::LogOption;
use crate::error::{Error, Result};
use crate::model_file::create_file;

/// Bytes that may wait for a slow disk; beyond them the log fails.
const CAPACITY: usize = 64 << 20;
/// Longest wait for the last bytes at the end of a run.
const PATIENCE: Duration = Duration::from_secs(5);

/// A log file. Writing to it appends to a buffer and never waits for the disk; a thread brings the
/// buffer to the file after each flush. Clones write to the same file.
///
/// An error of the disk is returned by the next write, or by [`LogFile::close`].
#[derive(Clone)]
pub(super) struct LogFile(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    pending: Vec<u8>,
    is_flushed: bool,
    is_closing: bool,
    is_done: bool,
    error: Option<io::Error>,
}

impl LogFile {
    /// Creates the file of `option`.
    ///
    /// # Errors
    /// [`Error::Exists`], [`Error::CannotWrite`], and [`Error::Worker`] if no thread can be started.
    pub(crate) fn create(option: &LogOption) -> Result<Self> {
        Self::start(create_file(&option.path, option.replace)?)
    }

    fn start(file: File) -> Result<Self> {
        let log = Self(Arc::default());
        let shared = Arc::clone(&log.0);
        let thread = thread::Builder::new().name("log".into());
        thread
            .spawn(move || shared.write_until_closed(file))
            .map_err(|cause| Error::Worker(cause.to_string()))?;
        Ok(log)
    }

    /// Waits until everything is in the file, for [`PATIENCE`] at most.
    ///
    /// # Errors
    /// That of the disk.
    pub fn close(&self) -> io::Result<()> {
        let mut state = self.0.lock();
        state.is_closing = true;
        self.0.changed.notify_all();
        let wait = self
            .0
            .changed
            .wait_timeout_while(state, PATIENCE, |state| !state.is_done);
        let (mut state, timeout) = wait.unwrap_or_else(PoisonError::into_inner);
        match state.error.take() {
            Some(error) => Err(error),
            None if timeout.timed_out() => Err(io::ErrorKind::TimedOut.into()),
            None => Ok(()),
        }
    }
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.0.lock();
        if let Some(error) = state.error.take() {
            return Err(error);
        }
        if state.pending.len() + bytes.len() > CAPACITY {
            return Err(io::Error::other("the disk is too slow"));
        }
        state.pending.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().is_flushed = true;
        self.0.changed.notify_all();
        Ok(())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is whole between any two statements.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_until_closed(&self, mut file: File) {
        let mut written = Ok(());
        let mut is_closing = false;
        while written.is_ok() && !is_closing {
            let idle = |state: &mut State| !state.is_flushed && !state.is_closing;
            let wait = self.changed.wait_while(self.lock(), idle);
            let mut state = wait.unwrap_or_else(PoisonError::into_inner);
            let bytes = std::mem::take(&mut state.pending);
            state.is_flushed = false;
            is_closing = state.is_closing;
            drop(state);
            written = file.write_all(&bytes);
        }
        let written = written.and_then(|()| file.sync_all());
        let mut state = self.lock();
        state.error = written.err();
        state.is_done = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn lines_are_in_the_file_soon_after_a_flush() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("run.jsonl");
        let option = LogOption::new(&path, false).expect("a log format");
        let mut log = LogFile::create(&option).expect("created");
        writeln!(log, "one").expect("it waits in memory");
        log.flush().expect("it never fails");
        for _ in 0..1000 {
            if fs::read(&path).expect("there") == b"one\n" {
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(fs::read(&path).expect("there"), b"one\n");
        writeln!(log, "two").expect("it waits in memory");
        log.close().expect("written");
        assert_eq!(fs::read(&path).expect("there"), b"one\ntwo\n");
        assert!(matches!(LogFile::create(&option), Err(Error::Exists(_))));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_of_a_later_write_or_of_the_end() {
        let full = || {
            fs::OpenOptions::new()
                .write(true)
                .open("/dev/full")
                .expect("Linux has it")
        };
        let mut log = LogFile::start(full()).expect("a thread");
        writeln!(log, "one").expect("it waits in memory");
        log.flush().expect("it never fails");
        let is_storage_full = |error: io::Error| error.kind() == io::ErrorKind::StorageFull;
        let mut writes = (0..1000).map(|_| {
            thread::sleep(Duration::from_millis(5));
            log.write(b"two")
        });
        assert!(writes.find_map(Result::err).is_some_and(is_storage_full));
        let mut log = LogFile::start(full()).expect("a thread");
        writeln!(log, "one").expect("it waits in memory");
        assert!(log.close().is_err_and(is_storage_full));
    }
}
