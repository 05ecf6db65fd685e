//! From bytes to records: rows of cells, each with the line it starts on.
//!
//! Written out rather than taken from the csv crate, because tables are separated by runs of blanks
//! too, and because the line of a row must be the physical one (the crate counts it before the blank
//! lines above a row). A property test holds it against the crate where both can read.

use std::io::{self, Read};
use std::ops::Range;

use super::decimal::short_decimal;
use super::dialect::Dialect;
use super::splitting::{Bytes, Cell, CellRanges, Found};
use crate::error::{DataProblem, Error, Place, Result};

/// Bytes that are asked for at once.
const BLOCK: usize = 1 << 18;

/// Bytes a row has at most: an open quote would otherwise take in the rest of the file.
const LONGEST: usize = 16 << 20;

/// Splits what it reads into records. Blank lines are none, nor are lines of comment.
pub(crate) struct Records<R> {
    source: String,
    input: R,
    dialect: Dialect,
    /// Bytes that were read; those before `start` are done with.
    buffer: Vec<u8>,
    start: usize,
    is_at_end: bool,
    /// Line (from 1) that `start` is on.
    line: u64,
    /// Whether the byte before `start` is a carriage return.
    is_behind_return: bool,
    has_begun: bool,
    cells: CellRanges,
}

/// A row of cells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'r> {
    text: &'r str,
    start: usize,
    cells: &'r [Cell],
    /// Line (from 1) it starts on.
    pub(crate) line: u64,
}

impl<'r> Record<'r> {
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// The number in cell `index` (from 0), where it is one that [`short_decimal`] reads.
    ///
    /// # Panics
    /// If there is no such cell.
    pub(crate) fn short_decimal(&self, index: usize) -> Option<f32> {
        let Range { start, end } = self.cells[index].range;
        short_decimal(self.text.as_bytes(), start - self.start..end - self.start)
    }

    /// The text of cell `index` (from 0), as it stands in the file but for its quotes.
    ///
    /// # Panics
    /// If there is no such cell.
    pub(crate) fn cell(&self, index: usize) -> &'r str {
        let range = &self.cells[index].range;
        &self.text[range.start - self.start..range.end - self.start]
    }

    pub(crate) fn cells(&self) -> impl Iterator<Item = &'r str> + use<'r> {
        let record = *self;
        (0..record.len()).map(move |index| record.cell(index))
    }

    pub(crate) fn to_owned(self) -> Row {
        Row {
            cells: self.cells().map(str::to_owned).collect(),
            line: self.line,
        }
    }
}

/// A record with memory of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) cells: Vec<String>,
    pub(crate) line: u64,
}

impl<R: Read> Records<R> {
    /// Reads `input`, which messages call `source`. A byte order mark is passed over.
    pub(crate) fn new(source: &str, input: R, dialect: Dialect) -> Self {
        Self {
            source: source.to_owned(),
            input,
            dialect,
            buffer: Vec::new(),
            start: 0,
            is_at_end: false,
            line: 1,
            is_behind_return: false,
            has_begun: false,
            cells: CellRanges::default(),
        }
    }

    /// The next record, or `None` behind the last one.
    ///
    /// # Errors
    /// [`Error::CannotRead`]; [`DataProblem::NotUtf8`]; [`DataProblem::EndlessRow`].
    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>> {
        let end = loop {
            self.skip_to_record()?;
            if self.start == self.buffer.len() {
                return Ok(None);
            }
            let end = loop {
                let bytes = Bytes {
                    bytes: &self.buffer,
                    is_whole: self.is_at_end,
                    dialect: self.dialect,
                };
                match bytes.split(self.start, &mut self.cells) {
                    Found::End(end) => break end,
                    Found::Nothing => self.read_more()?,
                }
            };
            let is_blank = match self.cells.all.as_slice() {
                [cell] => {
                    !cell.is_quoted && self.buffer[cell.range.clone()].trim_ascii().is_empty()
                }
                _ => false,
            };
            if !is_blank {
                break end;
            }
            self.pass(end);
        };
        let (line, start) = (self.line, self.start);
        if self.cells.has_quotes {
            self.pass(end);
            self.cells.remove_quotes(&mut self.buffer);
        } else {
            self.pass_line(end);
        }
        let bytes = &self.buffer[start..end];
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(Record {
                text,
                start,
                cells: &self.cells.all,
                line,
            })),
            Err(wrong) => Err(self.not_utf8(start + wrong.valid_up_to(), line)),
        }
    }

    /// Goes on behind byte `end`, which ends the record at `start`, all in one line.
    fn pass_line(&mut self, end: usize) {
        let last = self.buffer[end - 1];
        self.line += u64::from(matches!(last, b'\r' | b'\n'));
        (self.start, self.is_behind_return) = (end, last == b'\r');
    }

    /// Goes on behind byte `end`, which ends a line.
    fn pass(&mut self, end: usize) {
        let passed = &self.buffer[self.start..end];
        let is_behind_return = passed.last() == Some(&b'\r');
        self.line += line_ends(passed, self.is_behind_return);
        (self.start, self.is_behind_return) = (end, is_behind_return);
    }

    /// Passes over line ends and lines of comment.
    fn skip_to_record(&mut self) -> Result<()> {
        loop {
            match self.buffer.get(self.start) {
                None if self.is_at_end => return Ok(()),
                None => self.read_more()?,
                Some(b'\r' | b'\n') => self.pass(self.start + 1),
                Some(&byte) if Some(byte) == self.dialect.comment => loop {
                    let rest = &self.buffer[self.start..];
                    match rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
                        Some(length) => break self.pass(self.start + length + 1),
                        None if self.is_at_end => break self.pass(self.buffer.len()),
                        None => self.read_more()?,
                    }
                },
                Some(_) => return Ok(()),
            }
        }
    }

    /// Reads a block more, behind what is still needed.
    fn read_more(&mut self) -> Result<()> {
        self.buffer.drain(..self.start);
        self.start = 0;
        if self.buffer.len() > LONGEST {
            let place = Place::whole(&self.source).at_line(self.line);
            return Err(Error::data(place, DataProblem::EndlessRow));
        }
        let known = self.buffer.len();
        // A long row is looked through again with every block, so blocks grow with it.
        let wanted = BLOCK.max(known);
        self.buffer.resize(known + wanted, 0);
        let read = loop {
            match self.input.read(&mut self.buffer[known..]) {
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        let read = read.map_err(|cause| reading(&self.source, cause))?;
        self.buffer.truncate(known + read);
        self.is_at_end = read == 0;
        if !self.has_begun && self.buffer.starts_with(b"\xef\xbb\xbf") {
            self.buffer.drain(..3);
        }
        self.has_begun = true;
        Ok(())
    }

    /// The error for the byte at `at` of the buffer, in the record that starts on `line`.
    fn not_utf8(&self, at: usize, line: u64) -> Error {
        let column = self.cells.all.iter().position(|cell| at < cell.range.end);
        let before = match column {
            Some(column) => {
                &self.buffer
                    [self.cells.all[0].range.start..at.max(self.cells.all[column].range.start)]
            }
            None => &[],
        };
        let place = Place::whole(&self.source).at_line(line + line_ends(before, false));
        let place = match column {
            Some(column) => place.at_column(column + 1, None),
            None => place,
        };
        Error::data(
            place,
            DataProblem::NotUtf8 {
                byte: self.buffer[at],
            },
        )
    }
}

fn reading(source: &str, cause: io::Error) -> Error {
    Error::CannotRead {
        path: source.into(),
        cause,
    }
}

/// Line ends in `bytes`: `\n`, `\r`, or both together, which may have begun before.
fn line_ends(bytes: &[u8], mut is_behind_return: bool) -> u64 {
    let mut count = 0;
    for &byte in bytes {
        count += u64::from(byte == b'\r' || byte == b'\n' && !is_behind_return);
        is_behind_return = byte == b'\r';
    }
    count
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::data::Delimiter;

    /// Hands out a few bytes at a time, so that every cell is cut somewhere.
    struct Trickle<'t>(&'t [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let most = to.len().min(self.1).min(self.0.len());
            let (now, later) = self.0.split_at(most);
            to[..most].copy_from_slice(now);
            self.0 = later;
            Ok(most)
        }
    }

    fn dialect(delimiter: Delimiter) -> Dialect {
        Dialect {
            delimiter,
            comment: None,
            decimal_comma: false,
        }
    }

    fn rows(input: impl Read, dialect: Dialect) -> Result<Vec<(u64, Vec<String>)>> {
        let mut records = Records::new("t", input, dialect);
        let mut all = Vec::new();
        while let Some(record) = records.next()? {
            let row = record.to_owned();
            all.push((row.line, row.cells));
        }
        Ok(all)
    }

    fn read_all(text: &str) -> Vec<(u64, Vec<String>)> {
        rows(text.as_bytes(), dialect(Delimiter::Byte(b','))).expect("readable")
    }

    fn lines_of(text: &str) -> Vec<u64> {
        read_all(text).into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn lines_are_physical_for_every_line_end() {
        assert_eq!(lines_of("a,b\n1,2\n3,4\n"), [1, 2, 3]);
        assert_eq!(lines_of("a,b\r\n1,2\r\n3,4"), [1, 2, 3]);
        assert_eq!(lines_of("a,b\r1,2\r3,4\r"), [1, 2, 3]);
    }

    #[test]
    fn blank_lines_count_but_are_no_records() {
        assert_eq!(lines_of("\n\na,b\n\n1,2\n  \n3,4\n\n\n"), [3, 5, 7]);
        assert_eq!(lines_of("\r\na,b\r\n\r\n\r\n1,2\r\n"), [2, 5]);
        assert_eq!(lines_of("\n \n\r\n"), [0_u64; 0]);
    }

    #[test]
    fn a_quoted_cell_may_span_lines() {
        let all = read_all("a,\"b\nc\"\r\n\"1\"\"\",2\r\n");
        assert_eq!(all[0], (1, vec!["a".into(), "b\nc".into()]));
        assert_eq!(all[1], (3, vec!["1\"".into(), "2".into()]));
        let open = read_all("a,\"b\nc");
        assert_eq!(open, [(1, vec!["a".into(), "b\nc".into()])]);
    }

    #[test]
    fn runs_of_blanks_separate_too() {
        let text = "  5.1  3.5\tx \n\n4.9 3.0 \"a  b\"\n1";
        let all = rows(text.as_bytes(), dialect(Delimiter::Blanks)).expect("readable");
        let cells: Vec<Vec<String>> = all.into_iter().map(|(_, cells)| cells).collect();
        assert_eq!(
            cells,
            [
                vec!["5.1", "3.5", "x"],
                vec!["4.9", "3.0", "a  b"],
                vec!["1"]
            ]
        );
    }

    #[test]
    fn lines_of_comment_are_passed_over() {
        let mut with_comments = dialect(Delimiter::Byte(b','));
        with_comments.comment = Some(b'#');
        let text = "# one, \"two\n# three\na,b\n1,#2\n#last";
        let all = rows(Trickle(text.as_bytes(), 3), with_comments).expect("readable");
        let expected = [
            (3, vec!["a".into(), "b".into()]),
            (4, vec!["1".into(), "#2".into()]),
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn a_wrong_byte_is_found_where_it_is() {
        let error = |bytes: &[u8]| {
            let read = rows(bytes, dialect(Delimiter::Byte(b',')));
            read.expect_err("not UTF-8").to_string()
        };
        let message = error(b"a,b\r\n1,2\r\n3,4\xe9\r\n");
        assert!(
            message.starts_with("t, line 3, column 2: the byte 0xe9 is not UTF-8"),
            "{message}"
        );
        let message = error(b"a,b\r\n1,\"2\n\xff\"\r\n");
        assert!(
            message.starts_with("t, line 3, column 2: the byte 0xff"),
            "{message}"
        );
    }

    #[test]
    fn a_byte_order_mark_is_dropped() {
        assert_eq!(read_all("\u{feff}a,b")[0].1, ["a", "b"]);
    }

    #[test]
    fn an_open_quote_does_not_take_the_whole_file() {
        let endless = io::repeat(b'x');
        let read = rows(
            io::Read::chain(&b"a,b\n1,\""[..], endless),
            dialect(Delimiter::Byte(b',')),
        );
        let message = read.expect_err("endless").to_string();
        assert!(
            message.starts_with("t, line 2: the row is longer than"),
            "{message}"
        );
    }

    fn by_the_crate(text: &str) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let records = reader.records().map(|record| record.expect("UTF-8"));
        let cells = records.map(|record| record.iter().map(str::to_owned).collect::<Vec<_>>());
        // The crate takes lines of white space for records.
        cells
            .filter(|cells| cells.len() > 1 || !cells[0].trim_ascii().is_empty())
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn cells_are_those_of_the_csv_crate(
            text in "[a,\"\r\n é1]{0,40}",
            piece in 1usize..9,
        ) {
            let read = rows(Trickle(text.as_bytes(), piece), dialect(Delimiter::Byte(b',')));
            let read = read.expect("readable");
            let cells: Vec<Vec<String>> = read.into_iter().map(|(_, cells)| cells).collect();
            // A quoted blank is a cell here, and the crate does not tell it from a blank line.
            let is_told = |cells: &Vec<String>| cells.len() > 1 || !cells[0].trim_ascii().is_empty();
            let cells: Vec<_> = cells.into_iter().filter(is_told).collect();
            prop_assert_eq!(cells, by_the_crate(&text));
        }

        #[test]
        fn no_bytes_make_it_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            piece in 1usize..9,
            by_blanks: bool,
        ) {
            let delimiter = if by_blanks { Delimiter::Blanks } else { Delimiter::Byte(b';') };
            if let Ok(rows) = rows(Trickle(&bytes, piece), dialect(delimiter)) {
                prop_assert!(rows.is_sorted_by(|a, b| a.0 < b.0));
                prop_assert!(rows.iter().all(|(_, cells)| !cells.is_empty()));
            }
        }
    }
}
