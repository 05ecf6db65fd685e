//! A table as it stands in the file: named columns over rows of equal width, cells still text.

use std::borrow::Cow;

use csv::StringRecord;

use crate::data::header::{SAMPLE, column_names, is_header, numbered_names};
use crate::data::reader::{Records, decode};
use crate::error::{DataProblem, Error, Place, Result};
use crate::text::{near_matches, sanitise, shorten};

/// Terminal cells that a faulty cell's text may fill in a message.
const SHOWN_CELLS: usize = 40;

/// A table before anything is made of its cells.
///
/// The text is kept and split into cells on every pass: one pass costs little, while the cells of
/// a large file as strings of their own would take several times its size.
pub(super) struct RawTable {
    source: String,
    text: Cow<'static, str>,
    /// The first row as it stands in the file, if it is a header.
    pub(super) header: Option<Vec<String>>,
    /// What the columns are called, with or without header; see [`column_names`].
    pub(super) names: Vec<String>,
}

impl RawTable {
    /// Finds the columns of the table in `bytes`. `source` names the file in messages; a first row
    /// that holds one of the `expected` names is a header whatever it looks like.
    ///
    /// # Errors
    /// [`DataProblem::NotUtf8`], [`DataProblem::Empty`].
    pub(super) fn parse(
        bytes: Cow<'static, [u8]>,
        source: &str,
        expected: &[&str],
    ) -> Result<Self> {
        let text = decode(bytes, source)?;
        let (first, below) = peek(source, &text)?;
        let Some(first) = first else {
            return Err(Error::data(Place::whole(source), DataProblem::Empty));
        };
        let named = first
            .iter()
            .any(|cell| expected.contains(&&*sanitise(cell)));
        let header = named || is_header(&first, &below);
        if header && below.is_empty() {
            return Err(Error::data(Place::whole(source), DataProblem::Empty));
        }
        let names = if header {
            column_names(first.iter())
        } else {
            numbered_names(first.len())
        };
        Ok(Self {
            source: source.to_owned(),
            text,
            header: header.then(|| first.iter().map(str::to_owned).collect()),
            names,
        })
    }

    /// Number of columns.
    pub(super) fn width(&self) -> usize {
        self.names.len()
    }

    /// The rows below the header, from the first one.
    pub(super) fn rows(&self) -> Rows<'_> {
        Rows {
            table: self,
            records: Records::new(&self.source, &self.text),
            header_read: self.header.is_none(),
        }
    }

    /// The place that is the whole table.
    pub(super) fn place(&self) -> Place {
        Place::whole(&self.source)
    }

    /// The place that is column `column` (from 0).
    pub(super) fn column_place(&self, column: usize) -> Place {
        let name = self.header.as_ref().map(|_| self.names[column].as_str());
        self.place().at_column(column + 1, name)
    }

    /// The number in `cell`, which stands in column `column` (from 0) of the row on `line`.
    ///
    /// # Errors
    /// [`DataProblem::MissingCell`], [`DataProblem::NotANumber`], [`DataProblem::NotFinite`].
    pub(super) fn number(&self, cell: &str, line: u64, column: usize) -> Result<f32> {
        parse_number(cell)
            .map_err(|problem| Error::data(self.column_place(column).at_line(line), problem))
    }

    /// The index of the column that a person means by `asked`: its name, or else its number from 1.
    ///
    /// # Errors
    /// [`DataProblem::NoSuchColumn`].
    pub(super) fn find_column(&self, asked: &str) -> Result<usize> {
        let asked = sanitise(asked);
        if let Some(column) = self.names.iter().position(|name| *name == asked) {
            return Ok(column);
        }
        let number = asked.parse::<usize>().ok();
        if let Some(column) = number.and_then(|number| number.checked_sub(1))
            && column < self.width()
        {
            return Ok(column);
        }
        let near = near_matches(&asked, &self.names);
        let available = self.names.clone();
        let problem = DataProblem::NoSuchColumn {
            asked,
            near,
            available,
        };
        Err(Error::data(self.place(), problem))
    }
}

/// Reads the first row and up to [`SAMPLE`] rows below it, whatever their width.
fn peek(source: &str, text: &str) -> Result<(Option<StringRecord>, Vec<StringRecord>)> {
    let mut records = Records::new(source, text);
    let mut record = StringRecord::new();
    if records.read(&mut record)?.is_none() {
        return Ok((None, Vec::new()));
    }
    let first = record.clone();
    let mut below = Vec::new();
    while below.len() < SAMPLE && records.read(&mut record)?.is_some() {
        below.push(record.clone());
    }
    Ok((Some(first), below))
}

/// Walks over the rows of a table.
pub(super) struct Rows<'t> {
    table: &'t RawTable,
    records: Records<'t>,
    header_read: bool,
}

impl Rows<'_> {
    /// Reads the next row into `record` and returns its line, or `None` at the end.
    ///
    /// # Errors
    /// [`DataProblem::RaggedRow`].
    pub(super) fn read(&mut self, record: &mut StringRecord) -> Result<Option<u64>> {
        if !self.header_read {
            self.records.read(record)?;
            self.header_read = true;
        }
        let Some(line) = self.records.read(record)? else {
            return Ok(None);
        };
        let (found, expected) = (record.len(), self.table.width());
        if found != expected {
            let problem = DataProblem::RaggedRow { found, expected };
            return Err(Error::data(self.table.place().at_line(line), problem));
        }
        Ok(Some(line))
    }
}

fn parse_number(cell: &str) -> Result<f32, DataProblem> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Err(DataProblem::MissingCell);
    }
    // Read as f32 at once: by way of f64 a number would be rounded twice.
    match cell.parse::<f32>() {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) => Err(DataProblem::NotFinite { found: shown(cell) }),
        Err(_) => Err(DataProblem::NotANumber { found: shown(cell) }),
    }
}

/// A cell's text as a message may show it.
pub(super) fn shown(cell: &str) -> String {
    shorten(&sanitise(cell), SHOWN_CELLS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &'static str) -> RawTable {
        RawTable::parse(Cow::Borrowed(text.as_bytes()), "t", &[]).expect("a table")
    }

    #[test]
    fn numbers_are_read_as_f32() {
        assert_eq!(parse_number(" 5.1 "), Ok(5.1));
        assert_eq!(parse_number("-1e-3"), Ok(-0.001));
        assert_eq!(parse_number(" "), Err(DataProblem::MissingCell));
        for text in ["nan", "inf", "-Infinity", "1e39"] {
            let found = text.to_owned();
            assert_eq!(parse_number(text), Err(DataProblem::NotFinite { found }));
        }
        for text in ["abc", "1,5", "0x10", "1 2"] {
            let found = text.to_owned();
            assert_eq!(parse_number(text), Err(DataProblem::NotANumber { found }));
        }
    }

    #[test]
    fn a_column_is_found_by_name_first_then_by_number() {
        let table = table("3,y,class\n0,5,a\n0,5,b\n1,5,a\n1,5,b\n");
        assert_eq!(table.find_column("y").expect("found"), 1);
        assert_eq!(table.find_column(" class ").expect("found"), 2);
        assert_eq!(table.find_column("3").expect("found"), 0, "the name wins");
        assert_eq!(table.find_column("2").expect("found"), 1);
        for absent in ["0", "4", "-1", "klass", ""] {
            assert!(table.find_column(absent).is_err(), "{absent}");
        }
    }

    #[test]
    fn an_expected_name_makes_a_header() {
        let bytes = b"1,2\n3,4\n5,6\n";
        let plain = RawTable::parse(Cow::Borrowed(bytes), "t", &[]).expect("a table");
        assert!(plain.header.is_none());
        let named = RawTable::parse(Cow::Borrowed(bytes), "t", &["2"]).expect("a table");
        assert_eq!(named.names, ["1", "2"]);
    }

    #[test]
    fn long_and_dangerous_cells_are_shown_short_and_safe() {
        assert_eq!(shown("\u{1b}[2J"), "\\u{1b}[2J");
        assert_eq!(shown(&"x".repeat(99)).chars().count(), SHOWN_CELLS);
    }
}
