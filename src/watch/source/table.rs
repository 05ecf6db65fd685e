//! CSV with a header: Keras `CSVLogger`, Ultralytics `results.csv`, Lightning `metrics.csv`, nn-tui.

use super::{Lines, LogReader, add_values};
use crate::util::lang::say;
use crate::watch::run::Run;

/// Reader of CSV.
#[derive(Default)]
pub(super) struct Table {
    lines: Lines,
    header: Option<Header>,
    /// Number of rows.
    count: u64,
}

struct Header {
    delimiter: u8,
    names: Vec<String>,
}

impl Header {
    /// Parses the first line. The delimiter is the one that it has most of.
    fn parse(line: &str) -> Result<Self, String> {
        let count = |delimiter: &u8| line.bytes().filter(|byte| byte == delimiter).count();
        let delimiter = *b"\t;,".iter().max_by_key(|d| count(d)).unwrap_or(&b',');
        // Ultralytics pads its names with blanks.
        let names: Vec<String> = cells(line, delimiter);
        let is_number = |name: &String| name.parse::<f64>().is_ok();
        if names.is_empty() || names.iter().all(is_number) {
            return Err(say!("watch-no-header", "the first line has no names of columns").into());
        }
        Ok(Self { delimiter, names })
    }
}

impl LogReader for Table {
    fn read(&mut self, bytes: &[u8], run: &mut Run) -> Result<(), String> {
        let Self {
            lines,
            header,
            count,
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
            // Lightning leaves cells empty; texts are no metrics.
            let numbers = pairs.filter_map(|(name, cell)| Some((name.clone(), cell.parse().ok()?)));
            let numbers: Vec<(String, f64)> =
                numbers.filter(|(name, _)| !name.is_empty()).collect();
            add_values(&numbers, *count, run);
            *count += 1;
            Ok(())
        })
    }
}

/// Cells of a line without blanks around them.
fn cells(line: &str, delimiter: u8) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(delimiter)
        .from_reader(line.as_bytes());
    let record = reader.records().next().and_then(Result::ok);
    let record = record.unwrap_or_default();
    record.iter().map(str::to_owned).collect()
}
