//! CSV with a header: Keras `CSVLogger`, Ultralytics `results.csv`, Lightning `metrics.csv`, nn-tui.

use std::borrow::Cow;

use super::{Lines, LogReader, STRANGE_LINES, add_values, counts_steps};
use crate::util::lang::say;
use crate::watch::run::Run;

/// Reader of CSV.
#[derive(Default)]
pub(super) struct Table {
    lines: Lines,
    header: Option<Header>,
    /// Number of rows.
    count: u64,
    /// Number of the last rows without any number.
    strange: u32,
}

struct Header {
    delimiter: u8,
    names: Vec<String>,
}

impl Header {
    /// Parses the first line. The delimiter is the one that it has most of.
    fn parse(line: &str) -> Result<Self, String> {
        let count = |delimiter: &u8| line.bytes().filter(|byte| byte == delimiter).count();
        let delimiter = *b"|\t;,".iter().max_by_key(|d| count(d)).unwrap_or(&b',');
        // Ultralytics pads its names with blanks.
        let names = cells(line, delimiter).into_iter();
        let names: Vec<String> = names.map(|name| name.trim().to_owned()).collect();
        let is_number = |name: &String| name.parse::<f64>().is_ok();
        if names.is_empty() || names.iter().all(is_number) {
            return Err(say!("watch-no-header", "the first line has no names of columns").into());
        }
        Ok(Self { delimiter, names })
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
    Header::parse(line.trim_start_matches('\u{feff}')).is_ok_and(|header| {
        header.names.len() > 1 && header.names.iter().any(|name| counts_steps(name))
    })
}

impl LogReader for Table {
    fn read(&mut self, bytes: &[u8], run: &mut Run) -> Result<(), String> {
        let Self {
            lines,
            header,
            count,
            strange,
        } = self;
        lines.read(bytes, |line| {
            if line.trim().is_empty() {
                return Ok(());
            }
            let Some(header) = header else {
                *header = Some(Header::parse(line)?);
                return Ok(());
            };
            let cells = cells(line, header.delimiter);
            let pairs = header.names.iter().zip(cells);
            let named = pairs.filter(|(name, _)| !name.is_empty());
            // Lightning leaves cells empty; texts are no metrics.
            let numbers = named.filter_map(|(name, cell)| Some((&**name, header.number(&cell)?)));
            let numbers: Vec<(&str, f64)> = numbers.collect();
            *strange = if numbers.is_empty() { *strange + 1 } else { 0 };
            if *strange > STRANGE_LINES {
                return Err(say!("watch-no-numbers", "these lines have no numbers").into());
            }
            add_values(&numbers, *count, run);
            *count += 1;
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
        cells.push(quoted.unwrap_or(split.map_or(line, |(cell, _)| cell).into()));
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
