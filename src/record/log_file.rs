//! A growing file that is written in a thread of its own.

use std::fs::File;
use std::io::{self, Write};
use std::time::Duration;

use super::{LogOption, LogStart};
use crate::error::{Error, Result};
use crate::util::background::{BackgroundWriter, Stream};

/// Bytes that may wait for a slow disk; beyond them the log fails.
const CAPACITY: usize = 64 << 20;
/// Longest wait for the last bytes at the end of a run.
const PATIENCE: Duration = Duration::from_secs(5);

/// A log file. Writing to it never waits for the disk; a thread brings the bytes to the file after
/// each flush. Clones write to the same file.
///
/// An error of the disk is returned by the next write, or by [`LogFile::close`].
#[derive(Clone)]
pub(super) struct LogFile {
    writer: BackgroundWriter,
    stream: Stream,
}

impl LogFile {
    /// Creates the file of `option`, or opens it if it is added to. Returns also the place of what is written.
    ///
    /// # Errors
    /// [`Error::Exists`], [`Error::CannotWrite`], and [`Error::Worker`] if no thread can be started.
    pub(crate) fn create(option: &LogOption) -> Result<(Self, LogStart)> {
        let (file, place) = option.create()?;
        Ok((Self::start(file)?, place))
    }

    fn start(file: File) -> Result<Self> {
        let writer = BackgroundWriter::spawn("log", vec![Box::new(file)], CAPACITY, || {})
            .map_err(|cause| Error::Worker(cause.to_string()))?;
        let stream = writer.stream(0);
        Ok(Self { writer, stream })
    }

    /// Drops `token` as soon as everything so far is in the file, or the disk has failed.
    pub(super) fn keep_until_written(&self, token: impl Send + 'static) {
        self.writer.keep_until_written(token);
    }

    /// Waits until everything is in the file, for [`PATIENCE`] at most.
    ///
    /// # Errors
    /// That of the disk.
    pub fn close(&self) -> io::Result<()> {
        self.writer.close(PATIENCE)
    }
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::{fs, thread};

    use super::*;

    #[test]
    fn a_number_at_the_end_of_a_directory_is_no_format() {
        let directory = |path: &str| {
            let option = LogOption::new(Path::new(path), false);
            option.map(|option| option.directory().map(Path::to_owned))
        };
        let of_run = directory("runs/lr0.1").expect("a directory");
        assert_eq!(of_run.as_deref(), Some(Path::new("runs/lr0.1")));
        assert_eq!(directory("run.csv").expect("a file"), None);
        assert!(directory("run.yaml").is_err());
    }

    #[test]
    fn lines_are_in_the_file_soon_after_a_flush() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("run.jsonl");
        let option = LogOption::new(&path, false).expect("a log format");
        let (mut log, _) = LogFile::create(&option).expect("created");
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
