//! CSV with a header: Keras `CSVLogger`, Ultralytics `results.csv`, Lightning `metrics.csv`, nn-tui.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Lines, LogReader, STRANGE_LINES, add_values, counts_steps};
use crate::record::csv;
use crate::util::lang::say;
use crate::watch::run::Run;

/// Reader of CSV.
#[derive(Default)]
pub(super) struct Table {
    lines: Lines,
    header: Option<Header>,
    /// Number of rows with numbers.
    count: u64,
    /// Number of the last rows without any number.
    strange: u32,
    /// Step of the last row, of a log of nn-tui.
    last_step: f64,
}

struct Header {
    delimiter: u8,
    names: Vec<String>,
}

impl Header {
    /// Parses the first line. The delimiter is the one that it has most of. Of columns with one name, further ones get a
    /// number.
    fn parse(line: &str) -> Result<Self, String> {
        let count = |delimiter: &u8| line.bytes().filter(|byte| byte == delimiter).count();
        let delimiter = *b"|\t;,".iter().max_by_key(|d| count(d)).unwrap_or(&b',');
        // Ultralytics pads its names with blanks.
        let names = cells(line, delimiter).into_iter();
        let mut counts: HashMap<String, u32> = HashMap::new();
        let numbered = |name: Cow<'_, str>| {
            let name = name.trim().to_owned();
            let count = counts.entry(name.clone()).or_default();
            *count += 1;
            if *count == 1 || name.is_empty() {
                name
            } else {
                format!("{name}.{}", *count - 1)
            }
        };
        let names: Vec<String> = names.map(numbered).collect();
        let is_number = |name: &String| name.parse::<f64>().is_ok();
        if names.is_empty() || names.iter().all(is_number) {
            return Err(say!("watch-no-header", "the first line has no names of columns").into());
        }
        Ok(Self { delimiter, names })
    }

    /// Returns whether a line without numbers is the header from there on: it names steps, columns that are known or, below a
    /// title and before all numbers, more columns.
    fn gives_way_to(&self, other: &Self, is_first: bool) -> bool {
        let is_known = |name: &String| !name.is_empty() && self.names.contains(name);
        other.has_steps()
            || other.names.iter().any(is_known)
            || is_first && other.names.len() > self.names.len()
    }

    /// Step of a row of nn-tui's own log that is not after `last`, which becomes it: a run that goes on from a checkpoint, or
    /// begins anew, repeats what was logged from there on.
    fn step_gone_back(&self, numbers: &[(&str, f64)], last: &mut f64) -> Option<f64> {
        if ![false, true]
            .iter()
            .any(|task| self.names == csv::header(*task))
        {
            return None;
        }
        let (_, step) = numbers.iter().find(|(name, _)| *name == "step")?;
        let before = std::mem::replace(last, *step);
        (*step <= before).then_some(*step)
    }

    /// Returns whether there are steps or epochs and something else.
    fn has_steps(&self) -> bool {
        self.names.len() > 1 && self.names.iter().any(|name| counts_steps(name))
    }

    /// Parses a number; with a decimal comma where commas do not separate cells.
    fn number(&self, cell: &str) -> Option<f64> {
        let cell = cell.trim();
        let with_comma = || cell.replace(',', ".").parse().ok();
        let has_comma = self.delimiter != b',' && cell.contains(',');
        if has_comma {
            with_comma()
        } else {
            cell.parse().ok()
        }
    }
}

/// Returns whether a first line names steps or epochs and something else. Other tables are data.
pub(super) fn begins(line: &str) -> bool {
    Header::parse(line.trim_start_matches('\u{feff}')).is_ok_and(|header| header.has_steps())
}

/// Returns a line, or the header behind the `#` that NumPy writes before one; `None` of another comment.
pub(super) fn uncommented(line: &str) -> Option<&str> {
    match line.trim_start().strip_prefix('#') {
        Some(header) => begins(header).then_some(header),
        None => Some(line),
    }
}

impl LogReader for Table {
    fn read(&mut self, bytes: &[u8], run: &mut Run) -> Result<(), String> {
        let Self {
            lines,
            header,
            count,
            strange,
            last_step,
        } = self;
        lines.read(bytes, |line| {
            if line.trim().is_empty() {
                return Ok(());
            }
            let Some(line) = uncommented(line) else {
                return Ok(());
            };
            let Some(known) = &*header else {
                *header = Some(Header::parse(line)?);
                return Ok(());
            };
            let cells = cells(line, known.delimiter);
            let pairs = known.names.iter().zip(cells);
            let named = pairs.filter(|(name, _)| !name.is_empty());
            // Lightning leaves cells empty; texts are no metrics.
            let numbers = named.filter_map(|(name, cell)| Some((&**name, known.number(&cell)?)));
            let numbers: Vec<(&str, f64)> = numbers.collect();
            if !numbers.is_empty() {
                *strange = 0;
                if let Some(step) = known.step_gone_back(&numbers, last_step) {
                    run.purge(step);
                }
                add_values(&numbers, *count, run);
                *count += 1;
                return Ok(());
            }
            match Header::parse(line) {
                Ok(other) if known.gives_way_to(&other, *count == 0) => *header = Some(other),
                _ if *strange >= STRANGE_LINES => {
                    return Err(say!("watch-no-numbers", "these lines have no numbers").into());
                }
                _ => *strange += 1,
            }
            Ok(())
        })
    }

    fn end(&mut self, run: &mut Run) -> Result<(), String> {
        self.read(b"\n", run)
    }
}

/// Cells of a line. Those in quotation marks may have delimiters, and doubled quotation marks.
fn cells(line: &str, delimiter: u8) -> Vec<Cow<'_, str>> {
    let mut cells = Vec::new();
    let mut rest = Some(line);
    while let Some(line) = rest {
        let quoted = line.trim_start_matches(' ').strip_prefix('"');
        let (quoted, line) = match quoted.map(unquoted) {
            Some((cell, after)) => (Some(cell), after),
            None => (None, line),
        };
        let split = line.split_once(char::from(delimiter));
        rest = split.map(|(_, after)| after);
        let text = split.map_or(line, |(cell, _)| cell);
        cells.push(match quoted {
            Some(cell) => cell + text.trim_end(),
            None => text.into(),
        });
    }
    cells
}

/// Text up to the quotation mark at its end, and what follows that.
fn unquoted(text: &str) -> (Cow<'_, str>, &str) {
    let mut cell = Cow::from("");
    let mut rest = text;
    while let Some((part, after)) = rest.split_once('"') {
        cell += part;
        let Some(after_two) = after.strip_prefix('"') else {
            return (cell, after);
        };
        cell += "\"";
        rest = after_two;
    }
    cell += rest;
    (cell, "")
}
