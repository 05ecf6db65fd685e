//! Messages on a terminal that the program has left, and may not have restored.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use super::{BackgroundWriter, terminal_or};
use crate::platform::{discard_errors, open_error_terminal};
use crate::sync::lock;

/// Longest wait for standard error to take a message.
const MESSAGE_PATIENCE: Duration = Duration::from_secs(3);
/// Shorter wait, after which a terminal that was restored gets the message in place of what it has not read.
const TERMINAL_PATIENCE: Duration = Duration::from_millis(500);

/// Text that the terminal is to have received at the end: the sequences that restore it, and the messages after them.
/// Empty if it was never taken.
static LAST_WORDS: Mutex<LastWords> = Mutex::new(LastWords {
    text: String::new(),
    is_written: true,
});

struct LastWords {
    text: String,
    is_written: bool,
}

fn last_words() -> MutexGuard<'static, LastWords> {
    lock(&LAST_WORDS)
}

/// Remembers the sequences that restore the terminal for [`print_error`], and whether the terminal took them.
pub fn set_last_words(restore: &str, is_written: bool) {
    *last_words() = LastWords {
        text: restore.into(),
        is_written,
    };
}

/// Prints `message` to standard error. Gives up after three seconds if it is not taken, as on a stalled terminal.
///
/// A terminal that had the screen may be full of its frames. Unless it takes the message soon, what it has not read is
/// dropped, and it gets the sequences that restore it and all messages once more. It also gets them if it has not taken
/// the sequences before.
pub fn print_error(message: &str) {
    let terminal = open_error_terminal();
    let is_terminal = terminal.is_ok();
    let stderr = terminal_or(terminal, io::stderr());
    let Ok(writer) = BackgroundWriter::spawn("message", vec![stderr], usize::MAX, || {}) else {
        // There is no memory for a thread. Standard error may be closed.
        let _ = writeln!(io::stderr(), "{message}");
        return;
    };
    let line = format!("{message}\n");
    let mut last_words = last_words();
    let can_repeat = is_terminal && !last_words.text.is_empty();
    if can_repeat {
        last_words.text.push_str(&line);
    }
    let is_behind = can_repeat && !last_words.is_written;
    let first = if is_behind { &last_words.text } else { &line };
    let mut stream = writer.stream(0);
    let _ = (stream.write_all(first.as_bytes())).and_then(|()| stream.flush());
    if can_repeat && !writer.wait(TERMINAL_PATIENCE) {
        writer.discard();
        writer.wait(TERMINAL_PATIENCE);
        discard_errors();
        let _ = stream.write_all(last_words.text.as_bytes());
    }
    // Nobody is told that nobody can be told.
    last_words.is_written = writer.close(MESSAGE_PATIENCE).is_ok();
}
