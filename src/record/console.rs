//! Standard output and standard error of a run without screen, written in a thread of their own.

use std::io::{self, Write};
use std::time::Duration;

use super::STANDARD_OUTPUT;
use crate::error::{Error, Result};
use crate::util::background::{BackgroundWriter, Destination, Stream};

/// Bytes that may wait for a slow reader before the training waits too.
const BACKLOG: usize = 1 << 16;

/// Both streams. A reader that stops reading, or a stopped terminal, blocks nobody: the bytes wait in
/// memory.
pub(crate) struct Console(BackgroundWriter);

impl Console {
    /// Starts the thread. It calls `progress` after bytes were written, and after an error.
    ///
    /// # Errors
    /// [`Error::Worker`] if no thread can be started.
    pub fn start(progress: impl Fn() + Send + 'static) -> Result<Self> {
        let streams: Vec<Box<dyn Destination>> =
            vec![Box::new(io::stdout()), Box::new(IgnoreErrors(io::stderr()))];
        let writer = BackgroundWriter::spawn("console", streams, usize::MAX, progress);
        let writer = writer.map_err(|cause| Error::Worker(cause.to_string()))?;
        Ok(Self(writer))
    }

    /// Returns standard output. Its errors are returned by later writes.
    pub(crate) fn stdout(&self) -> Stream {
        self.0.stream(0)
    }

    /// Returns standard error. Its errors are ignored, since it may be closed.
    pub(crate) fn stderr(&self) -> Stream {
        self.0.stream(1)
    }

    /// Returns whether more waits to be written than should.
    pub(crate) fn is_behind(&self) -> bool {
        self.0.pending() > BACKLOG
    }

    /// Lets the thread write everything, also what a report that failed has not flushed.
    pub(crate) fn flush(&self) {
        self.0.flush();
    }

    /// Returns whether anything waits to be written.
    pub(crate) fn is_busy(&self) -> bool {
        self.0.pending() > 0
    }

    /// Writes what is left, for `patience` at most; what is not taken then is dropped.
    ///
    /// # Errors
    /// [`Error::CannotWrite`] for standard output.
    pub fn close(&self, patience: Duration) -> Result<()> {
        match self.0.close(patience) {
            Err(cause) if cause.kind() != io::ErrorKind::TimedOut => Err(Error::CannotWrite {
                path: STANDARD_OUTPUT.into(),
                cause,
            }),
            _ => Ok(()),
        }
    }
}

/// A writer whose failures matter to nobody, such as progress on a standard error that is closed.
struct IgnoreErrors<W>(W);

impl<W: Write> Write for IgnoreErrors<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.write_all(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = self.0.flush();
        Ok(())
    }
}

impl<W: Write + Send> Destination for IgnoreErrors<W> {}
