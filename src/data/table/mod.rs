//! A table as it stands in the file: named columns over rows of equal width, cells still text.

pub(crate) mod column_reader;
pub(crate) mod decimal;
pub(crate) mod dialect;
pub(crate) mod header;
pub(crate) mod idx;
pub(crate) mod idx_text;
pub(crate) mod lines;
pub(crate) mod prefix;
pub(crate) mod records;
pub(crate) mod splitting;

use std::collections::HashSet;
use std::io::{Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::schema::missing::is_missing;
use super::schema::options::{LoadObserver, Part, Progress, tell};
use super::source::Source;
use super::source::input::{Input, Latin1, TextEncoding, open};
use crate::error::{DataProblem, Error, Place, Result};
use crate::util::text::{near_matches, sanitise, shorten};
use decimal::short_decimal;
use dialect::{Delimiter, Dialect, with_point};
use header::{column_names, is_header, numbered_names};
use prefix::Prefix;
use records::{Record, Records, Row};

/// Terminal cells that a faulty cell's text may fill in a message.
const SHOWN_CELLS: usize = 40;

/// Bytes within which a file must have a whole row.
const LONGEST_HEAD: usize = 32 << 20;

/// Rows between two looks at whether to go on, where no more bytes come in between.
const ROWS_A_LOOK: usize = 1024;

/// How a file is to be read, where it is not to be found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading {
    /// What stands between two cells.
    pub delimiter: Option<Delimiter>,
    /// How its bytes stand for characters.
    pub encoding: TextEncoding,
    /// The character that lines of comment begin with, an ASCII one.
    pub comment: Option<u8>,
    /// Whether the first row names the columns.
    pub header: Option<bool>,
    /// Whether numbers are written as 3,14.
    pub decimal_comma: Option<bool>,
}

/// A table before anything is made of its cells.
pub(super) struct Table {
    pub(super) shape: Shape,
    /// The first rows below the header, whatever their width.
    pub(super) sample: Vec<Row>,
    /// All rows.
    pub(super) rows: Rows,
}

/// What is known of a table beside its rows.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    source: String,
    /// The first row as it stands in the file, if it is a header.
    pub(super) header: Option<Vec<String>>,
    /// What the columns are called, with or without header; see [`column_names`].
    pub(super) names: Vec<String>,
    pub(super) dialect: Dialect,
}

/// Walks over the rows of a table, below the header.
pub(super) struct Rows {
    source: String,
    records: Records<Box<dyn Read + Send>>,
    width: usize,
    header_read: bool,
    meter: Meter,
}

/// How many bytes of a file were read.
struct Meter {
    taken: Arc<AtomicU64>,
    size: Option<u64>,
    /// Bytes that were told of last.
    told: u64,
}

impl Meter {
    /// Tells `watch` that there are so many `rows`, if it is worth a word.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    fn tell(&mut self, rows: usize, watch: &mut LoadObserver) -> Result<()> {
        let bytes = self.taken.load(Ordering::Relaxed);
        if bytes == self.told && !rows.is_multiple_of(ROWS_A_LOOK) {
            return Ok(());
        }
        self.told = bytes;
        let progress = Progress {
            part: Part::Table,
            bytes,
            size: self.size,
            rows,
        };
        tell(watch, progress)
    }
}

impl Table {
    /// Finds the columns of the table of `source`. A first row that holds one of the `expected`
    /// names is a header whatever it looks like. Since whoever writes into a pipe may be slow,
    /// `watch` is told of the first bytes already.
    ///
    /// # Errors
    /// Those of opening the file; [`DataProblem::NotUtf8`], [`DataProblem::Empty`];
    /// [`Error::Cancelled`].
    pub(super) fn open(
        source: &Source,
        reading: &Reading,
        expected: &[&str],
        watch: &mut LoadObserver,
    ) -> Result<Self> {
        Self::of(&source.to_string(), open(source)?, reading, expected, watch)
    }

    pub(super) fn of(
        source: &str,
        input: Input,
        reading: &Reading,
        expected: &[&str],
        watch: &mut LoadObserver,
    ) -> Result<Self> {
        let Input { bytes, taken, size } = input;
        let mut meter = Meter {
            taken,
            size,
            told: 0,
        };
        let mut bytes: Box<dyn Read + Send> = match reading.encoding {
            TextEncoding::Utf8 => bytes,
            TextEncoding::Latin1 => Box::new(Latin1::new(bytes)),
        };
        let mut head = Prefix::default();
        let (dialect, mut rows) = loop {
            head.read(&mut bytes, source, &mut || meter.tell(0, watch))?;
            let mut dialect = Dialect::sniff(
                &head.bytes,
                head.is_whole,
                reading.delimiter,
                reading.comment,
            );
            if let Some(decimal_comma) = reading.decimal_comma {
                dialect.decimal_comma = decimal_comma;
            }
            let rows = head.rows(source, dialect)?;
            if rows.len() > 1 || head.is_whole || head.bytes.len() >= LONGEST_HEAD {
                break (dialect, rows);
            }
        };
        if rows.is_empty() {
            return Err(Error::data(Place::whole(source), DataProblem::Empty));
        }
        let first = rows.remove(0).cells;
        let header = reading.header.unwrap_or_else(|| {
            let expected: HashSet<&str> = expected.iter().copied().collect();
            let named = first.iter().any(|cell| expected.contains(&*sanitise(cell)));
            named || is_header(&first, &rows)
        });
        if header && rows.is_empty() {
            return Err(Error::data(Place::whole(source), DataProblem::Empty));
        }
        let names = if header {
            column_names(first.iter().map(String::as_str))
        } else {
            numbered_names(first.len())
        };
        if !header {
            rows.insert(
                0,
                Row {
                    cells: first.clone(),
                    line: 0,
                },
            );
        }
        let all: Box<dyn Read + Send> = Box::new(Cursor::new(head.bytes).chain(bytes));
        Ok(Self {
            sample: rows,
            rows: Rows {
                source: source.to_owned(),
                records: Records::new(source, all, dialect),
                width: names.len(),
                header_read: !header,
                meter,
            },
            shape: Shape {
                source: source.to_owned(),
                header: header.then_some(first),
                names,
                dialect,
            },
        })
    }
}

impl Shape {
    /// Number of columns.
    pub(super) fn width(&self) -> usize {
        self.names.len()
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

    /// The error for a cell in column `column` (from 0) of the row on `line`.
    pub(super) fn cell_error(&self, line: u64, column: usize, problem: DataProblem) -> Error {
        Error::data(self.column_place(column).at_line(line), problem)
    }

    /// The number in `cell`, NaN for a missing one.
    ///
    /// # Errors
    /// [`DataProblem::NotANumber`], [`DataProblem::NotFinite`].
    pub(super) fn number(&self, cell: &str) -> Result<f32, DataProblem> {
        match parse_number(cell) {
            Err(DataProblem::NotANumber { .. }) if self.dialect.decimal_comma => {
                parse_number(&with_point(cell)).map_err(|_| not_a_number(cell))
            }
            number => number,
        }
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

    /// The columns that a list such as `age,3` names. A name may itself have commas.
    ///
    /// # Errors
    /// [`DataProblem::NoSuchColumn`].
    pub(super) fn find_columns(&self, lists: &[String]) -> Result<Vec<usize>> {
        let mut columns = Vec::new();
        for list in lists {
            match self.find_column(list) {
                Ok(column) => columns.push(column),
                Err(error) if !list.contains(',') => return Err(error),
                Err(_) => {
                    for name in list.split(',') {
                        columns.push(self.find_column(name)?);
                    }
                }
            }
        }
        Ok(columns)
    }
}

impl Rows {
    /// The next row, or `None` at the end.
    ///
    /// # Errors
    /// [`DataProblem::RaggedRow`]; those of [`Records::next`].
    pub(super) fn next(&mut self) -> Result<Option<Record<'_>>> {
        if !self.header_read {
            self.records.next()?;
            self.header_read = true;
        }
        let Some(record) = self.records.next()? else {
            return Ok(None);
        };
        let (found, expected) = (record.len(), self.width);
        if found != expected {
            let problem = DataProblem::RaggedRow { found, expected };
            return Err(Error::data(
                Place::whole(&self.source).at_line(record.line),
                problem,
            ));
        }
        Ok(Some(record))
    }

    /// Tells `watch` how far the reading is, `rows` rows, if it is worth a word.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub(super) fn tell(&mut self, rows: usize, watch: &mut LoadObserver) -> Result<()> {
        self.meter.tell(rows, watch)
    }
}

fn parse_number(cell: &str) -> Result<f32, DataProblem> {
    if let Some(number) = short_decimal(cell.as_bytes(), 0..cell.len()) {
        return Ok(number);
    }
    // Read as f32 at once: by way of f64 a number would be rounded twice.
    match cell.trim().parse::<f32>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ if is_missing(cell) => Ok(f32::NAN),
        Ok(_) => Err(DataProblem::NotFinite { found: shown(cell) }),
        Err(_) => Err(not_a_number(cell)),
    }
}

fn not_a_number(cell: &str) -> DataProblem {
    DataProblem::NotANumber { found: shown(cell) }
}

/// A cell's text as a message may show it.
pub(super) fn shown(cell: &str) -> String {
    shorten(&sanitise(cell), SHOWN_CELLS)
}

/// The table in `bytes`, as if they were a file called `t.csv`.
#[cfg(test)]
pub(super) fn table_of(bytes: &[u8], reading: &Reading, expected: &[&str]) -> Result<Table> {
    let input = Input {
        bytes: Box::new(Cursor::new(bytes.to_vec())),
        taken: Arc::default(),
        size: None,
    };
    let mut watch = |_| std::ops::ControlFlow::Continue(());
    Table::of("t.csv", input, reading, expected, &mut watch)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str, reading: Reading) -> Shape {
        table_of(text.as_bytes(), &reading, &[])
            .expect("a table")
            .shape
    }

    #[test]
    fn numbers_are_read_as_f32() {
        assert_eq!(parse_number(" 5.1 "), Ok(5.1));
        assert_eq!(parse_number("-1e-3"), Ok(-0.001));
        for text in [" ", "nan", "NA", "-"] {
            assert!(parse_number(text).expect("missing").is_nan(), "{text}");
        }
        for text in ["inf", "-Infinity", "1e39"] {
            let found = text.to_owned();
            assert_eq!(parse_number(text), Err(DataProblem::NotFinite { found }));
        }
        for text in ["abc", "1,5", "0x10", "1 2"] {
            let found = text.to_owned();
            assert_eq!(parse_number(text), Err(DataProblem::NotANumber { found }));
        }
    }

    #[test]
    fn decimal_commas_are_read_where_they_are_meant() {
        let shape = shape("a;b\n1,5;x\n2,5;y\n", Reading::default());
        assert_eq!(shape.number("2,5"), Ok(2.5));
        assert_eq!(shape.number("2"), Ok(2.0));
        assert!(shape.number("2,5,1").is_err());
        let told = |decimal_comma| Reading {
            decimal_comma: Some(decimal_comma),
            ..Reading::default()
        };
        let thousands = self::shape("a;b\n1,500;x\n2,500;y\n", told(false));
        assert!(thousands.number("2,500").is_err());
        let quoted = self::shape("a,b\n\"1,5\",x\n\"2,5\",y\n", told(true));
        assert_eq!(quoted.number("2,5"), Ok(2.5));
    }

    #[test]
    fn a_column_is_found_by_name_first_then_by_number() {
        let shape = shape(
            "3,y,\"a,b\"\n0,5,a\n0,5,b\n1,5,a\n1,5,b\n",
            Reading::default(),
        );
        assert_eq!(shape.find_column("y").expect("found"), 1);
        assert_eq!(shape.find_column(" a,b ").expect("found"), 2);
        assert_eq!(shape.find_column("3").expect("found"), 0, "the name wins");
        assert_eq!(shape.find_column("2").expect("found"), 1);
        for absent in ["0", "4", "-1", "klass", ""] {
            assert!(shape.find_column(absent).is_err(), "{absent}");
        }
        let find = |list: &str| shape.find_columns(&[list.to_owned()]);
        assert_eq!(find("y,3").expect("found"), [1, 0]);
        assert_eq!(find("a,b").expect("found"), [2]);
        assert!(find("y,no").is_err());
    }

    #[test]
    fn the_header_is_found_out_or_told() {
        let bytes = "1,2\n3,4\n5,6\n";
        assert!(shape(bytes, Reading::default()).header.is_none());
        let told = Reading {
            header: Some(true),
            ..Reading::default()
        };
        assert_eq!(shape(bytes, told).names, ["1", "2"]);
        let named = table_of(bytes.as_bytes(), &Reading::default(), &["2"]).expect("a table");
        assert_eq!(named.shape.names, ["1", "2"]);
        let told = Reading {
            header: Some(false),
            ..Reading::default()
        };
        assert_eq!(shape("x,y\n3,4\n", told).names, ["c1", "c2"]);
    }

    #[test]
    fn a_row_longer_than_the_head_is_read() {
        let wide = vec!["0.123456789"; 200_000].join(",");
        let text = format!("{wide}\n{wide}\n{wide}\n");
        let mut table = table_of(text.as_bytes(), &Reading::default(), &[]).expect("a table");
        assert_eq!(table.shape.width(), 200_000);
        let mut rows = 0;
        while table.rows.next().expect("a row").is_some() {
            rows += 1;
        }
        assert_eq!(rows, 3);
    }

    #[test]
    fn long_and_dangerous_cells_are_shown_short_and_safe() {
        assert_eq!(shown("\u{1b}[2J"), "\\u{1b}[2J");
        assert_eq!(shown(&"x".repeat(99)).chars().count(), SHOWN_CELLS);
    }
}
