//! From bytes to records: UTF-8, records split by the csv crate, each with the line it starts on.

use std::borrow::Cow;

use csv::StringRecord;

use crate::error::{DataProblem, Error, Place, Result};
use crate::text::sanitise;

/// Returns `bytes` as text, without a byte order mark.
///
/// # Errors
/// [`DataProblem::NotUtf8`] with the line of the first byte that is wrong.
pub(super) fn decode(bytes: Cow<'static, [u8]>, source: &str) -> Result<Cow<'static, str>> {
    let text = match bytes {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed),
        Cow::Owned(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Owned(text)),
            Err(error) => {
                let wrong = error.utf8_error();
                let line = line_after(&error.as_bytes()[..wrong.valid_up_to()]);
                return Err(not_utf8(source, line));
            }
        },
    };
    let text = text.map_err(|_| not_utf8(source, 1))?;
    Ok(match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)),
        Cow::Owned(mut text) => {
            if text.starts_with(BYTE_ORDER_MARK) {
                text.remove(0);
            }
            Cow::Owned(text)
        }
    })
}

const BYTE_ORDER_MARK: char = '\u{feff}';

fn not_utf8(source: &str, line: u64) -> Error {
    Error::data(Place::whole(source).at_line(line), DataProblem::NotUtf8)
}

/// The line (from 1) that the byte behind `before` is on.
fn line_after(before: &[u8]) -> u64 {
    let mut lines = Lines::default();
    lines.line_at(before, before.len())
}

/// Counts physical lines up to a place in the text.
///
/// `csv::Position` has a line too, but it is taken before blank lines and before the `\n` of the
/// `\r\n` that ended the record above, so it is too small just where a person needs it.
struct Lines {
    byte: usize,
    line: u64,
}

impl Default for Lines {
    fn default() -> Self {
        Self { byte: 0, line: 1 }
    }
}

impl Lines {
    /// The line of `byte`, which must not lie before the last one asked for.
    fn line_at(&mut self, text: &[u8], byte: usize) -> u64 {
        while self.byte < byte {
            let next = text.get(self.byte + 1);
            match text[self.byte] {
                b'\n' => self.line += 1,
                b'\r' if next != Some(&b'\n') => self.line += 1,
                _ => {}
            }
            self.byte += 1;
        }
        self.line
    }
}

/// The records of a text, one after the other. Blank lines are not records.
pub(super) struct Records<'t> {
    source: &'t str,
    text: &'t [u8],
    reader: csv::Reader<&'t [u8]>,
    lines: Lines,
}

impl<'t> Records<'t> {
    /// Starts at the first record of `text`.
    pub(super) fn new(source: &'t str, text: &'t str) -> Self {
        let text = text.as_bytes();
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text);
        Self {
            source,
            text,
            reader,
            lines: Lines::default(),
        }
    }

    /// Reads the next record into `record` and returns the line it starts on, or `None` at the
    /// end.
    pub(super) fn read(&mut self, record: &mut StringRecord) -> Result<Option<u64>> {
        loop {
            let found = self.reader.read_record(record);
            let byte = record.position().map_or(0, csv::Position::byte);
            let line = self.first_line(usize::try_from(byte).unwrap_or(usize::MAX));
            match found {
                Ok(false) => return Ok(None),
                Ok(true) if is_blank(record) => {}
                Ok(true) => return Ok(Some(line)),
                Err(error) => {
                    let problem = DataProblem::Csv(sanitise(&error.to_string()));
                    return Err(Error::data(
                        Place::whole(self.source).at_line(line),
                        problem,
                    ));
                }
            }
        }
    }

    /// The line of the first record that starts at `byte` or behind line ends that follow it.
    fn first_line(&mut self, byte: usize) -> u64 {
        let rest = self.text.get(byte..).unwrap_or_default();
        let ends = rest.iter().take_while(|&&b| b == b'\r' || b == b'\n');
        let start = (byte + ends.count()).min(self.text.len());
        self.lines.line_at(self.text, start)
    }
}

/// A line of white space; the csv crate passes over lines without any character itself.
fn is_blank(record: &StringRecord) -> bool {
    record.len() == 1 && record[0].trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> Vec<(u64, Vec<String>)> {
        let mut records = Records::new("t", text);
        let mut record = StringRecord::new();
        let mut all = Vec::new();
        while let Some(line) = records.read(&mut record).expect("readable") {
            all.push((line, record.iter().map(str::to_owned).collect()));
        }
        all
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
    }

    #[test]
    fn a_wrong_byte_is_found_on_its_line() {
        let bytes = b"a,b\r\n1,2\r\n3,\xff4\r\n".to_vec();
        let error = decode(Cow::Owned(bytes), "latin.csv").expect_err("not UTF-8");
        assert_eq!(
            error.to_string(),
            "latin.csv, line 3: the text is not UTF-8"
        );
    }

    #[test]
    fn a_byte_order_mark_is_dropped() {
        let owned = decode(Cow::Owned(b"\xef\xbb\xbfa,b".to_vec()), "t").expect("UTF-8");
        let borrowed = decode(Cow::Borrowed(b"\xef\xbb\xbfa,b"), "t").expect("UTF-8");
        assert_eq!((owned.as_ref(), borrowed.as_ref()), ("a,b", "a,b"));
    }
}
