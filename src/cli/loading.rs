//! Telling how far the reading of a large file is, on one line of the terminal.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::data::{Part, Progress};

/// Reading that takes less than this is not worth a word.
const PATIENCE: Duration = Duration::from_millis(300);
/// Time between two words.
const INTERVAL: Duration = Duration::from_millis(100);

/// A line on standard error that is written again and again, and gone in the end.
pub(super) struct LoadingNotice {
    source: String,
    is_terminal: bool,
    due: Instant,
    is_shown: bool,
}

impl LoadingNotice {
    /// Nothing is shown yet.
    pub fn new(source: String) -> Self {
        Self {
            source,
            is_terminal: io::stderr().is_terminal(),
            due: Instant::now() + PATIENCE,
            is_shown: false,
        }
    }

    /// Shows `progress` if it is time.
    pub fn show(&mut self, progress: Progress) {
        if !self.is_terminal || Instant::now() < self.due {
            return;
        }
        // The line is cut rather than wrapped, and there is nobody to tell if it can't be written.
        let text = text(&self.source, progress);
        let _ = write!(io::stderr(), "\r\x1b[?7l{text}\x1b[K\x1b[?7h");
        self.due = Instant::now() + INTERVAL;
        self.is_shown = true;
    }

    /// Takes the line away.
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
        Part::Table => source,
        Part::Validation => "the rows to validate on",
        Part::Test => "the rows to test",
    };
    let share = size.filter(|&size| size > 0);
    let share = share.map(|size| format!("{:.0} %, ", 100.0 * bytes as f64 / size as f64));
    let share = share.unwrap_or_default();
    format!(
        "reading: {share}{rows} rows, {} MB of {what} (ctrl-c stops)",
        bytes / 1_000_000
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_told_where_it_is_known() {
        let progress = |size| Progress {
            part: Part::Table,
            bytes: 25_000_000,
            size,
            rows: 1024,
        };
        assert_eq!(
            text("a.csv", progress(Some(100_000_000))),
            "reading: 25 %, 1024 rows, 25 MB of a.csv (ctrl-c stops)"
        );
        assert_eq!(
            text("standard input", progress(None)),
            "reading: 1024 rows, 25 MB of standard input (ctrl-c stops)"
        );
        let validation = Progress {
            part: Part::Validation,
            ..progress(None)
        };
        assert_eq!(
            text("a.csv", validation),
            "reading: 1024 rows, 25 MB of the rows to validate on (ctrl-c stops)"
        );
    }
}
