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
        let names: Vec<String> = names.map(Cow::into_owned).collect();
        let is_number = |name: &String| name.parse::<f64>().is_ok();
        if names.is_empty() || names.iter().all(is_number) {
            return Err(say!("watch-no-header", "the first line has no names of columns").into());
        }
        Ok(Self { delimiter, names })
    }

    /// Parses a number; with a decimal comma where commas do not separate cells.
    fn number(&self, cell: &str) -> Option<f64> {
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

/// Cells of a line without blanks around them.
fn cells(line: &str, delimiter: u8) -> Vec<Cow<'_, str>> {
    if !line.contains('"') {
        let cells = line.split(char::from(delimiter));
        return cells.map(|cell| cell.trim().into()).collect();
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(delimiter)
        // The reader lives for one line.
        .buffer_capacity(line.len())
        .from_reader(line.as_bytes());
    let record = reader.records().next().and_then(Result::ok);
    let record = record.unwrap_or_default();
    record.iter().map(|cell| cell.to_owned().into()).collect()
}
