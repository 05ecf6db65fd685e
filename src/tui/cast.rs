//! Recording of the screen as asciicast v2, which asciinema and many websites play.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::error::{Error, Result};
use crate::model_file::create_file;
use crate::util::background::{BackgroundWriter, Stream};

/// Bytes that wait for a slow disk at most.
const CAPACITY: usize = 1 << 26;
/// Longest wait for the rest of the file at the end.
const PATIENCE: Duration = Duration::from_secs(5);

/// File that the screen is recorded to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CastOption {
    pub path: PathBuf,
    /// Whether an existing file may be replaced.
    pub replace: bool,
}

/// A recording under way.
pub(super) struct Cast {
    path: PathBuf,
    writer: BackgroundWriter,
    out: Stream,
    start: Instant,
    size: (u16, u16),
}

impl Cast {
    /// Creates the file, with the `size` of the screen in its first line.
    ///
    /// # Errors
    /// [`Error::Exists`], [`Error::CannotWrite`].
    pub fn create(option: &CastOption, size: (u16, u16)) -> Result<Self> {
        let file = create_file(&option.path, option.replace)?;
        let cannot_write = |cause| Error::cannot_write(&option.path, cause);
        let writer = BackgroundWriter::spawn("cast", vec![Box::new(file)], CAPACITY, || {});
        let writer = writer.map_err(cannot_write)?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let header = json!({
            "version": 2,
            "width": size.0,
            "height": size.1,
            "timestamp": since.map_or(0, |since| since.as_secs()),
            "title": "nn-tui",
        });
        let mut cast = Self {
            path: option.path.clone(),
            out: writer.stream(0),
            writer,
            start: Instant::now(),
            size,
        };
        cast.line(&header).map_err(cannot_write)?;
        // A blank screen without a cursor.
        cast.event("o", "\u{1b}[?1049h\u{1b}[?25l\u{1b}[2J")
            .map_err(cannot_write)?;
        Ok(cast)
    }

    /// Records that `bytes` were written to a terminal of `size`.
    ///
    /// # Errors
    /// [`Error::CannotWrite`].
    pub fn record(&mut self, bytes: &[u8], size: (u16, u16)) -> Result<()> {
        let mut record = || {
            if self.size != size {
                self.size = size;
                self.event("r", &format!("{}x{}", size.0, size.1))?;
            }
            self.event("o", &String::from_utf8_lossy(bytes))
        };
        record().map_err(|cause| Error::cannot_write(&self.path, cause))
    }

    /// Ends the recording.
    ///
    /// # Errors
    /// [`Error::CannotWrite`] if something could not be written.
    pub fn close(mut self) -> Result<()> {
        let end = self.event("o", "\u{1b}[?25h\u{1b}[?1049l");
        let closed = end.and_then(|()| self.writer.close(PATIENCE));
        closed.map_err(|cause| Error::cannot_write(&self.path, cause))
    }

    fn event(&mut self, kind: &str, data: &str) -> io::Result<()> {
        let seconds = (self.start.elapsed().as_secs_f64() * 1e6).round() / 1e6;
        self.line(&json!([seconds, kind, data]))
    }

    fn line(&mut self, line: &serde_json::Value) -> io::Result<()> {
        writeln!(self.out, "{line}")?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_recording_is_a_header_and_events() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("run.cast");
        let option = CastOption {
            path: path.clone(),
            replace: false,
        };
        let mut cast = Cast::create(&option, (80, 24)).expect("a file");
        cast.record("é\u{1b}[m".as_bytes(), (80, 24))
            .expect("written");
        cast.record(b"x", (120, 36)).expect("written");
        cast.close().expect("closed");
        let text = fs::read_to_string(&path).expect("a file");
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(
            (&lines[0]["version"], &lines[0]["width"]),
            (&2.into(), &80.into())
        );
        let events: Vec<(&str, &str)> = lines[1..]
            .iter()
            .map(|event| {
                (
                    event[1].as_str().unwrap_or(""),
                    event[2].as_str().unwrap_or(""),
                )
            })
            .collect();
        assert_eq!(events[1], ("o", "é\u{1b}[m"));
        assert_eq!(events[2..4], [("r", "120x36"), ("o", "x")]);
        let times: Vec<f64> = lines[1..]
            .iter()
            .filter_map(|event| event[0].as_f64())
            .collect();
        assert!(times.is_sorted() && times.len() == events.len());
        assert!(matches!(
            Cast::create(&option, (80, 24)),
            Err(Error::Exists(_))
        ));
    }
}
