//! `trainer_state.json` of Hugging Face's Trainer, whose `log_history` has an object for each entry.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::json_lines::add_object;
use super::table::Table;
use super::{LogReader, python_json};
use crate::util::lang::say;
use crate::watch::run::Run;

/// Member with the entries.
pub(super) const HISTORY: &str = "log_history";
/// Longest file that is read.
pub(in crate::watch) const MAX_BYTES: usize = 256 << 20;

/// Reader of a whole file.
#[derive(Default)]
pub(super) struct TrainerState {
    bytes: Vec<u8>,
    /// Reader of lines, once there is something else than a state.
    lines: Option<Table>,
}

#[derive(Deserialize)]
struct State {
    log_history: Vec<Map<String, Value>>,
}

/// Checks that a file of `length` bytes is not too long to be read as a whole.
///
/// # Errors
/// That it is.
pub(in crate::watch) fn check_length(length: u64) -> Result<(), String> {
    if length > MAX_BYTES as u64 {
        return Err(say!("watch-too-large", "the file is too large").into());
    }
    Ok(())
}

impl LogReader for TrainerState {
    fn read(&mut self, bytes: &[u8], run: &mut Run) -> Result<(), String> {
        if let Some(lines) = &mut self.lines {
            return lines.read(bytes, run);
        }
        check_length((self.bytes.len() + bytes.len()) as u64)?;
        self.bytes.extend_from_slice(bytes);
        // A file that is being written is not whole yet.
        if !self.bytes.trim_ascii_end().ends_with(b"}") {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&self.bytes);
        let state: serde_json::Result<State> =
            python_json::parse(text.trim_start_matches('\u{feff}'));
        match state {
            Ok(state) => {
                self.bytes = Vec::new();
                for (count, object) in (0..).zip(&state.log_history) {
                    add_object(object, count, run);
                }
                Ok(())
            }
            Err(error) if error.is_eof() => Ok(()),
            // Settings before the lines of a log, perhaps.
            Err(_) if !text.contains(HISTORY) => {
                let bytes = std::mem::take(&mut self.bytes);
                self.lines.insert(Table::default()).read(&bytes, run)
            }
            Err(error) => Err(say!("watch-no-state", "no trainer state: {error}", error)),
        }
    }

    fn end(&mut self, run: &mut Run) -> Result<(), String> {
        if let Some(lines) = &mut self.lines {
            return lines.end(run);
        }
        if self.bytes.trim_ascii().is_empty() {
            return Ok(());
        }
        Err(say!("watch-cut-off", "the end of the file is missing").into())
    }
}
