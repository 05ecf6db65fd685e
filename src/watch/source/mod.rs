//! Readers of logs: bytes of a growing file become points of a [`Run`], one file per format.

mod event_file;
mod json_lines;
mod literal;
mod python_json;
mod table;
mod trainer_state;

use serde_json::{Map, Value};

use super::run::Run;
use crate::util::lang::say;
use event_file::EventFile;
use json_lines::JsonLines;
use table::Table;
use trainer_state::TrainerState;
pub(super) use trainer_state::{MAX_BYTES, check_length};

/// Longest line that is read; longer ones are left out.
const MAX_LINE: usize = 4 << 20;
/// Bytes that tell the format of a file whose name does not.
const SNIFFED: usize = 12;

/// Reads a log whose bytes arrive bit by bit.
pub(super) trait LogReader: Send {
    /// Adds to `run` what the next `bytes` of the log say. What is cut off at their end waits for more.
    ///
    /// # Errors
    /// Why nothing more can be read of this log.
    fn read(&mut self, bytes: &[u8], run: &mut Run) -> Result<(), String>;

    /// Adds to `run` what is left at the end of a log to which nothing is added.
    ///
    /// # Errors
    /// Why what is left cannot be read.
    fn end(&mut self, _run: &mut Run) -> Result<(), String> {
        Ok(())
    }

    /// Returns a reader of the same log once its file has begun anew, perhaps without the header that this one knows.
    fn anew(&self) -> Option<Box<dyn LogReader>> {
        None
    }
}

/// Formats of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Format {
    /// TensorBoard's.
    EventFile,
    /// One object per line.
    JsonLines,
    /// `trainer_state.json` of Hugging Face, which is rewritten as a whole.
    TrainerState,
    /// CSV with a header.
    Table,
    /// By the first bytes, as of standard input.
    Unknown,
}

impl Format {
    /// Returns the format that a file name tells.
    pub(super) fn of_name(name: &str) -> Self {
        let lower = name.to_ascii_lowercase();
        let ends = |ends: &[&str]| ends.iter().any(|end| lower.ends_with(end));
        if crate::record::event_file::is_event_file(name) {
            Self::EventFile
        } else if ends(&[".jsonl", ".ndjson"]) {
            Self::JsonLines
        } else if ends(&[".csv", ".tsv"]) {
            Self::Table
        } else if ends(&["trainer_state.json"]) {
            Self::TrainerState
        } else {
            Self::Unknown
        }
    }

    /// Returns the format of a log of text by its first lines: an object with a step or an epoch after any other lines, or a
    /// header with one after comments.
    pub(super) fn of_first_lines(text: &str) -> Option<Self> {
        let lines = || text.trim_start_matches('\u{feff}').lines();
        // Objects have quotation marks and commas, too.
        if lines().any(json_lines::begins) {
            return Some(Self::JsonLines);
        }
        let header = lines().filter_map(table::uncommented).next()?;
        table::begins(header).then_some(Self::Table)
    }

    /// Returns a reader from the beginning of a log.
    pub(super) fn reader(self) -> Box<dyn LogReader> {
        match self {
            Self::EventFile => Box::new(EventFile::default()),
            Self::JsonLines => Box::new(JsonLines::default()),
            Self::TrainerState => Box::new(TrainerState::default()),
            Self::Table => Box::new(Table::default()),
            Self::Unknown => Box::new(Sniffing::default()),
        }
    }

    /// Whether the file is read from the beginning after each change.
    pub(super) fn is_rewritten(self) -> bool {
        self == Self::TrainerState
    }
}

/// Reader that chooses another one by the first bytes.
#[derive(Default)]
struct Sniffing {
    begin: Vec<u8>,
    reader: Option<Box<dyn LogReader>>,
}

impl LogReader for Sniffing {
    fn read(&mut self, bytes: &[u8], run: &mut Run) -> Result<(), String> {
        if let Some(reader) = &mut self.reader {
            return reader.read(bytes, run);
        }
        self.begin.extend_from_slice(bytes);
        match format_of(&self.begin) {
            Some(format) => self.choose(format, run),
            None => Ok(()),
        }
    }

    fn end(&mut self, run: &mut Run) -> Result<(), String> {
        if self.reader.is_none() {
            // As if a line were to follow, all formats are known.
            let line = [&self.begin[..], b"\n"].concat();
            self.choose(format_of(&line).unwrap_or(Format::Table), run)?;
        }
        self.reader
            .as_mut()
            .map_or(Ok(()), |reader| reader.end(run))
    }

    fn anew(&self) -> Option<Box<dyn LogReader>> {
        self.reader.as_ref()?.anew()
    }
}

impl Sniffing {
    fn choose(&mut self, format: Format, run: &mut Run) -> Result<(), String> {
        check_begin(&self.begin)?;
        let begin = std::mem::take(&mut self.begin);
        self.reader.insert(format.reader()).read(&begin, run)
    }
}

/// First bytes of files that are no text, with what reads them.
const OTHERS: [(&[u8], &str); 7] = [
    (&[0x1f, 0x8b], "zcat"),
    (&[0xfd, b'7', b'z', b'X', b'Z', 0], "xzcat"),
    (b"BZh", "bzcat"),
    (b"PK\x03\x04", "unzip -p"),
    (&[0x28, 0xb5, 0x2f, 0xfd], "zstdcat"),
    (&[0xff, 0xfe], "iconv -f UTF-16 -t UTF-8"),
    (&[0xfe, 0xff], "iconv -f UTF-16 -t UTF-8"),
];

/// Checks that a log does not begin like a compressed file, or a text in UTF-16.
///
/// # Errors
/// That it does, and how it can be read.
pub(super) fn check_begin(bytes: &[u8]) -> Result<(), String> {
    let other = OTHERS.iter().find(|(begin, _)| bytes.starts_with(begin));
    other.map_or(Ok(()), |(_, program)| {
        Err(say!(
            "watch-through",
            "compressed, or no UTF-8: {program} FILE | nn-tui watch -",
            program
        ))
    })
}

/// Returns the format of a log that begins with `bytes`; `None` if that takes more of them.
fn format_of(bytes: &[u8]) -> Option<Format> {
    if event_file::begins(bytes) {
        return Some(Format::EventFile);
    }
    let text = bytes.trim_ascii_start();
    let line_end = text.iter().position(|&byte| byte == b'\n');
    // The length in the first bytes of an event file may look like the end of a line.
    if bytes.len() < SNIFFED && (line_end.is_none() || bytes.contains(&0)) {
        return None;
    }
    if !text.starts_with(b"{") {
        // A table, or objects between other lines, which its reader recognises.
        return Some(Format::Table);
    }
    if line_end.is_none() && text.len() < MAX_LINE {
        return None;
    }
    let line = String::from_utf8_lossy(&text[..line_end.unwrap_or(text.len())]);
    Some(match python_json::parse::<Map<String, Value>>(&line) {
        Ok(object) if object.contains_key(trainer_state::HISTORY) => Format::TrainerState,
        // An object that goes on after its first line is a whole file.
        Err(error) if error.is_eof() => Format::TrainerState,
        _ => Format::JsonLines,
    })
}

/// Collects bytes to whole lines.
#[derive(Default)]
struct Lines {
    rest: Vec<u8>,
    /// Whether the rest of a line that is too long is left out.
    is_skipping: bool,
}

impl Lines {
    /// Adds `bytes`, and calls `line` with each line that is whole now, without its end. Progress bars end their lines with
    /// a carriage return.
    fn read(&mut self, bytes: &[u8], run: &mut Run, mut line: impl FnMut(&str, &mut Run)) {
        for part in bytes.split_inclusive(|&byte| matches!(byte, b'\n' | b'\r')) {
            let is_end = part.ends_with(b"\n") || part.ends_with(b"\r");
            if self.rest.len() + part.len() > MAX_LINE {
                run.note(|| say!("watch-line", "a line is too long for a log").into());
                self.is_skipping = true;
                self.rest.clear();
            }
            if !self.is_skipping {
                self.rest.extend_from_slice(part);
            }
            if is_end {
                let text = String::from_utf8_lossy(&self.rest);
                run.lines += u64::from(!text.trim().is_empty());
                line(
                    text.trim_start_matches('\u{feff}')
                        .trim_end_matches(['\n', '\r']),
                    run,
                );
                self.rest.clear();
                self.is_skipping = false;
            }
        }
    }
}

/// Names of the column or member that counts the steps, best first, in any case. Its number is the step of the others.
const STEP_NAMES: [&str; 7] = [
    "step",
    "global_step",
    "_step",
    "trainer/global_step",
    "iteration",
    "iter",
    EPOCH,
];
const EPOCH: &str = "epoch";

/// Returns whether a column or member counts steps or epochs.
fn counts_steps(name: &str) -> bool {
    is_one_of(&STEP_NAMES, name)
}

fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|other| other.eq_ignore_ascii_case(name))
}

/// Returns the numbers of those of `names` that are there, in the order of `names`.
fn numbers_of<'v, S: AsRef<str>>(
    names: &'v [&str],
    values: &'v [(S, f64)],
) -> impl Iterator<Item = f64> + 'v {
    names.iter().filter_map(|name| {
        let mut values = values.iter();
        let (_, number) = values.find(|(other, _)| other.as_ref().eq_ignore_ascii_case(name))?;
        Some(*number)
    })
}

/// Names of the member with the time in seconds since 1970.
const WALL_NAMES: [&str; 5] = ["wall_time", "wall time", "timestamp", "_timestamp", "time"];
/// Numbers from which on a time is one since 1970, and no duration.
const SINCE_1970: f64 = 1e9;

/// Numbers from which on a time since 1970 is in nanoseconds, microseconds and milliseconds, with those of a second.
const UNITS: [(f64, f64); 3] = [(1e17, 1e9), (1e14, 1e6), (1e11, 1e3)];

/// Returns the time since 1970 in seconds, if it is there; else NaN.
fn wall_of<S: AsRef<str>>(values: &[(S, f64)]) -> f64 {
    let times = numbers_of(&WALL_NAMES, values).filter(|time| *time >= SINCE_1970);
    let times = times.map(|time| {
        let unit = UNITS.iter().find(|(from, _)| time >= *from);
        unit.map_or(time, |(_, of_a_second)| time / of_a_second)
    });
    times.min_by(f64::total_cmp).unwrap_or(f64::NAN)
}

/// Adds the numbers of a row or an object to `run`; without a step of their own, at that with the number `count`.
fn add_values<S: AsRef<str>>(values: &[(S, f64)], count: u64, run: &mut Run) {
    let mut steps = numbers_of(&STEP_NAMES, values);
    let step = steps.find(|step| step.is_finite());
    run.is_counted |= step.is_none() && !values.is_empty();
    let step = step.unwrap_or(count as f64);
    let wall = wall_of(values);
    for (name, value) in values {
        let name = name.as_ref();
        let is_epoch = name.eq_ignore_ascii_case(EPOCH);
        let is_step = !is_epoch && counts_steps(name);
        let is_wall = wall.is_finite() && is_one_of(&WALL_NAMES, name);
        if !is_step && !is_wall {
            // The axis of epochs is of this tag.
            let tag = if is_epoch { EPOCH } else { name };
            run.add_scalar(tag, super::series::Point::new(step, wall, *value));
        }
    }
}

#[cfg(test)]
mod tests;
