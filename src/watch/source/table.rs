//! CSV with a header: Keras `CSVLogger`, Ultralytics `results.csv`, Lightning `metrics.csv`, nn-tui.

use std::borrow::Cow;
use std::collections::HashMap;

use super::json_lines::{JsonLines, object};
use super::{Lines, LogReader, add_values, counts_steps};
use crate::record::csv;
use crate::util::lang::say;
use crate::watch::names::names_metric;
use crate::watch::run::Run;

/// Longest name of a column of a table without steps.
const NAME: usize = 100;

/// Reader of CSV, and of JSON lines between any other lines.
#[derive(Default)]
pub(super) struct Table {
    lines: Lines,
    header: Option<Header>,
    /// Header of the file before it began anew, perhaps without one.
    header_before: Option<Header>,
    /// Number of rows with numbers.
    count: u64,
    /// Step of the last row, of a log of nn-tui.
    last_step: f64,
    /// Reader of all lines once one of them is an object.
    objects: Option<JsonLines>,
}

#[derive(Clone)]
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

    /// Returns whether a line without numbers is the header from there on: it names steps, columns that are known or, before
    /// all numbers, more columns.
    fn gives_way_to(&self, other: &Self, is_first: bool) -> bool {
        let is_known = |name: &String| !name.is_empty() && self.names.contains(name);
        other.has_steps()
            || other.names.iter().any(is_known)
            || is_first && other.is_plausible() && other.names.len() > self.names.len()
    }

    /// Returns whether the names are those of columns of a log, and not parts of a sentence with commas.
    fn is_plausible(&self) -> bool {
        let is_part = |c: char| c.is_alphanumeric() || "_-./@%()[] ".contains(c);
        let is_name = |name: &String| {
            name.is_empty()
                || name.starts_with(|c: char| c.is_alphabetic() || c == '_')
                    && name.len() <= NAME
                    && name.chars().all(is_part)
                    && name.split(' ').all(|word| word.parse::<f64>().is_err())
        };
        let are_names = self.names.iter().all(is_name);
        let is_word = |name: &String| !name.contains(' ');
        let are_words = self.names.len() > 1 && self.names.iter().all(is_word);
        let has_metric = self.names.iter().any(|name| names_metric(name));
        self.has_steps() || are_names && (are_words || has_metric)
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

    /// Parses a number; with a decimal comma, and perhaps points between thousands, where commas do not separate cells.
    fn number(&self, cell: &str) -> Option<f64> {
        let cell = cell.trim();
        match cell.split_once(',').filter(|_| self.delimiter != b',') {
            Some((whole, decimals)) if !decimals.contains([',', '.']) => {
                format!("{}.{decimals}", whole.replace('.', ""))
                    .parse()
                    .ok()
            }
            // Commas between thousands.
            Some(_) => cell.replace(',', "").parse().ok(),
            None => cell.parse().ok(),
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

impl Table {
    /// Returns whether a line has numbers in the columns that the file had before it began anew.
    fn has_columns_before(&self, line: &str) -> bool {
        self.header_before.as_ref().is_some_and(|header| {
            let cells = cells(line, header.delimiter);
            let is_empty = |cell: &str| cell.trim().is_empty();
            cells.len() == header.names.len()
                && cells
                    .iter()
                    .all(|cell| is_empty(cell) || header.number(cell).is_some())
        })
    }

    fn line(&mut self, line: &str, run: &mut Run) {
        // Behind rows, only a whole line: a cell may have an object.
        let may_be_object = self.count == 0 || line.trim_start().starts_with('{');
        if self.objects.is_none() && may_be_object && object(line).is_some() {
            // What looked like rows before it was printed by a program.
            let (modified, lines) = (run.modified, run.lines);
            *run = Run {
                modified,
                lines,
                ..Run::default()
            };
            self.objects = Some(JsonLines::default());
        }
        if let Some(objects) = &mut self.objects {
            return objects.line(line, run);
        }
        let Some(line) = uncommented(line).filter(|line| !line.trim().is_empty()) else {
            return;
        };
        if self.header.is_none() && self.has_columns_before(line) {
            self.header = self.header_before.take();
        }
        let Some(known) = &self.header else {
            match Header::parse(line) {
                Ok(header) => self.header = Some(header).filter(Header::is_plausible),
                Err(problem) if run.lines <= 1 => run.note(|| problem),
                Err(_) => {}
            }
            return;
        };
        let cells = cells(line, known.delimiter);
        let is_row = known.has_steps() || cells.len() == known.names.len();
        let pairs = known.names.iter().zip(cells);
        let named = pairs.filter(|(name, _)| !name.is_empty());
        // Lightning leaves cells empty; texts are no metrics.
        let numbers = named.filter_map(|(name, cell)| Some((&**name, known.number(&cell)?)));
        let numbers: Vec<(&str, f64)> = numbers.filter(|_| is_row).collect();
        if numbers.is_empty() {
            let other = Header::parse(line).ok();
            let other = other.filter(|other| known.gives_way_to(other, self.count == 0));
            self.header = other.or(self.header.take());
            return;
        }
        if self.count == 0 {
            // That of the lines before the header.
            run.problem = None;
        }
        if let Some(step) = known.step_gone_back(&numbers, &mut self.last_step) {
            run.purge(step);
        }
        add_values(&numbers, self.count, run);
        self.count += 1;
    }
}

impl LogReader for Table {
    fn read(&mut self, bytes: &[u8], run: &mut Run) -> Result<(), String> {
        let mut lines = std::mem::take(&mut self.lines);
        lines.read(bytes, run, |line, run| self.line(line, run));
        self.lines = lines;
        Ok(())
    }

    fn end(&mut self, run: &mut Run) -> Result<(), String> {
        self.read(b"\n", run)
    }

    fn anew(&self) -> Option<Box<dyn LogReader>> {
        let header_before = self.header.clone().or(self.header_before.clone());
        Some(Box::new(Self {
            header_before,
            ..Self::default()
        }))
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
