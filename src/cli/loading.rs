//! Loading progress of large files, on one line of the terminal.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::data::{DataFile, Progress};
use crate::util::lang::say;

/// Loading that takes less time than this is not shown.
const PATIENCE: Duration = Duration::from_millis(300);
/// Shortest time between two updates.
const INTERVAL: Duration = Duration::from_millis(100);

/// A line on standard error that is rewritten as loading proceeds, if that is a terminal.
pub(super) struct LoadingNotice {
    source: String,
    is_terminal: bool,
    due: Instant,
    is_shown: bool,
}

impl LoadingNotice {
    /// Creates a notice that is not shown yet.
    pub fn new(source: String) -> Self {
        Self {
            source,
            is_terminal: io::stderr().is_terminal(),
            due: Instant::now() + PATIENCE,
            is_shown: false,
        }
    }

    /// Shows `progress`, unless it is too early.
    pub fn show(&mut self, progress: Progress) {
        if !self.is_terminal || Instant::now() < self.due {
            return;
        }
        // The line is cut rather than wrapped. Standard error may be closed.
        let text = text(&self.source, progress);
        let _ = write!(io::stderr(), "\r\x1b[?7l{text}\x1b[K\x1b[?7h");
        self.due = Instant::now() + INTERVAL;
        self.is_shown = true;
    }

    /// Clears the line.
    pub fn clear(&self) {
        if self.is_shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

fn text(source: &str, progress: Progress) -> String {
    let Progress {
        part,
        bytes,
        size,
        rows,
    } = progress;
    let what = match part {
        DataFile::Table => source,
        DataFile::Validation => say!("loading-validation", "the validation rows"),
        DataFile::Test => say!("loading-test", "the test rows"),
    };
    let share = size.filter(|&size| size > 0);
    let share = share.map(|size| format!("{:.0}%, ", 100.0 * bytes as f64 / size as f64));
    let share = share.unwrap_or_default();
    say!(
        "loading-progress",
        "reading: {share}{rows} rows, {megabytes} MB of {what} (ctrl-c: cancel)",
        share,
        rows,
        megabytes = bytes / 1_000_000,
        what
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_shown_if_it_is_known() {
        let progress = |size| Progress {
            part: DataFile::Table,
            bytes: 25_000_000,
            size,
            rows: 1024,
        };
        assert_eq!(
            text("a.csv", progress(Some(100_000_000))),
            "reading: 25%, 1024 rows, 25 MB of a.csv (ctrl-c: cancel)"
        );
        assert_eq!(
            text("standard input", progress(None)),
            "reading: 1024 rows, 25 MB of standard input (ctrl-c: cancel)"
        );
        let validation = Progress {
            part: DataFile::Validation,
            ..progress(None)
        };
        assert_eq!(
            text("a.csv", validation),
            "reading: 1024 rows, 25 MB of the validation rows (ctrl-c: cancel)"
        );
    }
}
