//! A growing file that is written in a thread of its own.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::time::Duration;

use super::{LinePlace, LogOption, LogStart};
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

/// Removes from the log in `file` what is after `(epoch, step)` of the run that it is of, and will be written again, as
/// well as the part of a line that a full disk or the end of the process has left. Returns the length.
///
/// # Errors
/// Those of reading and changing it.
pub(super) fn cut_back(
    file: &File,
    (epoch, step): (u64, u64),
    place_of_line: fn(&str) -> Option<LinePlace>,
) -> io::Result<u64> {
    let mut bytes = BufReader::new(file);
    let mut line = Vec::new();
    // Length without and with what is after the step, as far as lines are whole, and the last epoch before it.
    let (mut length, mut whole, mut last_epoch) = (None, 0, 0);
    while bytes.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
        let text = String::from_utf8_lossy(&line);
        match place_of_line(text.trim_end()) {
            Some((_, of_line)) if of_line > step => {
                length.get_or_insert(whole);
            }
            place => {
                length = None;
                last_epoch = place.and_then(|(epoch, _)| epoch).unwrap_or(last_epoch);
            }
        }
        whole += line.len() as u64;
        line.clear();
    }
    // A log of another run stays as it is.
    let length = length.filter(|_| last_epoch == epoch).unwrap_or(whole);
    file.set_len(length)?;
    Ok(length)
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

    #[test]
    fn a_log_is_cut_back_to_where_its_run_goes_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let cut = |name: &str, text: &str, (epoch, step)| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("written");
            let mut option = LogOption::new(&path, false).expect("a log format");
            option.continue_existing(epoch, step);
            let (log, start) = LogFile::create(&option).expect("opened");
            log.close().expect("nothing to write");
            (fs::read_to_string(&path).expect("there"), start)
        };
        let csv = |rows: &str| format!("epoch,step,train_loss\n{rows}");
        let log = csv("1,10,0.5\n2,20,0.4\n3,30,0.3\n");
        let next = |text: String| (text, LogStart::Next);
        let kept = next(csv("1,10,0.5\n"));
        assert_eq!(cut("a.csv", &log, (1, 10)), kept);
        assert_eq!(cut("a.csv", &log, (1, 19)), kept);
        assert_eq!(cut("a.csv", &log, (0, 4)), next(csv("")));
        assert_eq!(cut("a.csv", &log, (3, 30)), next(log.clone()));
        assert_eq!(
            cut("a.csv", &(log.clone() + "4,40,0."), (3, 30)),
            next(log.clone())
        );
        assert_eq!(
            cut("a.csv", "epoch,st", (3, 30)),
            (String::new(), LogStart::First)
        );
        let other = csv("1,7,0.5\n2,14,0.4\n");
        assert_eq!(cut("a.csv", &(other.clone() + "3,2"), (1, 5)), next(other));
        // The run was restarted on the screen before.
        let restarted = csv("1,10,0.5\n2,20,0.4\n1,10,0.6\n2,20,0.5\n");
        let kept = next(csv("1,10,0.5\n2,20,0.4\n1,10,0.6\n"));
        assert_eq!(cut("a.csv", &restarted, (1, 12)), kept);
        let begun =
            "{\"event\":\"started\",\"rows\":7}\n{\"event\":\"epoch\",\"epoch\":1,\"step\":10}\n";
        let more =
            "{\"event\":\"changed\",\"step\":12}\n{\"event\":\"epoch\",\"epoch\":2,\"step\":20}\n";
        let kept = next(begun.to_owned());
        assert_eq!(cut("a.jsonl", &(begun.to_owned() + more), (1, 11)), kept);
        let ended = begun.to_owned() + more + "{\"event\":\"finished\",\"epoch\":2,\"step\":20}\n";
        assert_eq!(cut("a.jsonl", &ended, (1, 11)), next(ended.clone()));
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
