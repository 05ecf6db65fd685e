//! How the cells of a table are told apart, and how that is found out.

use std::str::FromStr;

use super::records::Records;
use crate::error::{Error, Result};

/// Rows that are looked at.
const SAMPLE: usize = 200;

/// Share of the rows that must be as wide as the first one.
const CONSISTENT: f64 = 0.9;

/// What stands between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delimiter {
    /// One byte, an ASCII character.
    Byte(u8),
    /// Any number of blanks and tabs.
    Blanks,
}

impl Delimiter {
    /// Those that are tried, the most telling first: semicolons, tabs and bars hardly ever come
    /// equally often in every row without separating cells, commas do in numbers such as 3,14, and
    /// blanks in text.
    const TRIED: [Self; 5] = [
        Self::Byte(b';'),
        Self::Byte(b'\t'),
        Self::Byte(b'|'),
        Self::Byte(b','),
        Self::Blanks,
    ];

    /// What a person calls it.
    pub fn name(self) -> String {
        match self {
            Self::Byte(b',') => "comma".into(),
            Self::Byte(b';') => "semicolon".into(),
            Self::Byte(b'\t') => "tab".into(),
            Self::Byte(b'|') => "bar".into(),
            Self::Byte(other) => char::from(other).to_string(),
            Self::Blanks => "blanks".into(),
        }
    }
}

impl FromStr for Delimiter {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "comma" => Self::Byte(b','),
            "semicolon" => Self::Byte(b';'),
            "tab" | "\\t" => Self::Byte(b'\t'),
            "bar" | "pipe" => Self::Byte(b'|'),
            "blanks" | "blank" | "space" | " " => Self::Blanks,
            other => match *other.as_bytes() {
                [byte]
                    if byte.is_ascii()
                        && !byte.is_ascii_alphanumeric()
                        && !b"\"\r\n".contains(&byte) =>
                {
                    Self::Byte(byte)
                }
                _ => {
                    let message = "a delimiter is comma, semicolon, tab, bar, blanks, or one \
                                   character that is no letter, digit or quote";
                    return Err(Error::Usage(message.into()));
                }
            },
        })
    }
}

/// How a file's rows are to be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: Delimiter,
    /// The first character of lines that are no rows.
    pub(crate) comment: Option<u8>,
    /// Whether numbers are written as 3,14.
    pub(crate) decimal_comma: bool,
}

impl Dialect {
    /// Finds out what separates the cells in `text`, the beginning of a file; `is_whole` tells
    /// whether it is all of it.
    pub(crate) fn sniff(
        text: &[u8],
        is_whole: bool,
        delimiter: Option<Delimiter>,
        comment: Option<u8>,
    ) -> Self {
        let dialect = |delimiter| Self {
            delimiter,
            comment,
            decimal_comma: false,
        };
        let delimiter = delimiter.unwrap_or_else(|| {
            let tried = Delimiter::TRIED
                .map(|delimiter| (delimiter, Widths::of(text, is_whole, dialect(delimiter))));
            let consistent = tried.iter().find(|(_, widths)| widths.is_consistent());
            let several = tried
                .iter()
                .filter(|(delimiter, widths)| *delimiter != Delimiter::Blanks && widths.first > 1);
            // A table of rows that are not equally wide; the widest first row says most.
            let widest = several.max_by_key(|(_, widths)| widths.first);
            let found = consistent.or(widest);
            found.map_or(Delimiter::Byte(b','), |&(delimiter, _)| delimiter)
        });
        Self {
            decimal_comma: delimiter != Delimiter::Byte(b',')
                && has_decimal_commas(text, is_whole, dialect(delimiter)),
            ..dialect(delimiter)
        }
    }
}

/// How wide the rows are when split in one way.
struct Widths {
    first: usize,
    rows: usize,
    as_first: usize,
}

impl Widths {
    fn of(text: &[u8], is_whole: bool, dialect: Dialect) -> Self {
        let mut widths = Self {
            first: 0,
            rows: 0,
            as_first: 0,
        };
        each_row(text, is_whole, dialect, |cells| {
            if widths.rows == 0 {
                widths.first = cells.len();
            }
            widths.rows += 1;
            widths.as_first += usize::from(cells.len() == widths.first);
        });
        widths
    }

    fn is_consistent(&self) -> bool {
        self.first > 1 && self.as_first as f64 >= CONSISTENT * self.rows as f64
    }
}

/// Whether numbers have commas in `text`, and none has a point.
fn has_decimal_commas(text: &[u8], is_whole: bool, dialect: Dialect) -> bool {
    let (mut commas, mut points) = (0, 0);
    each_row(text, is_whole, dialect, |cells| {
        for cell in cells {
            if cell.parse::<f64>().is_ok() {
                points += usize::from(cell.contains('.'));
            } else if cell.matches(',').count() == 1 && with_point(cell).parse::<f64>().is_ok() {
                commas += 1;
            }
        }
    });
    commas > 0 && points == 0
}

/// `cell` with a point for its comma.
pub(crate) fn with_point(cell: &str) -> String {
    cell.trim().replace(',', ".")
}

/// Calls `look` with the cells of the first rows of `text`. A row that may go on behind the text
/// is not looked at, nor is anything behind what is not UTF-8.
fn each_row(text: &[u8], is_whole: bool, dialect: Dialect, mut look: impl FnMut(&[&str])) {
    let mut records = Records::new("", text, dialect);
    let mut before: Option<Vec<String>> = None;
    let mut rows = 0;
    while rows < SAMPLE {
        let record = records
            .next()
            .ok()
            .flatten()
            .map(|record| record.to_owned().cells);
        let is_last = record.is_none();
        if let Some(cells) = before.take().filter(|_| !is_last || is_whole) {
            let cells: Vec<&str> = cells.iter().map(|cell| cell.trim()).collect();
            look(&cells);
            rows += 1;
        }
        if is_last {
            return;
        }
        before = record;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniffed(text: &str) -> (String, bool) {
        let dialect = Dialect::sniff(text.as_bytes(), true, None, None);
        (dialect.delimiter.name(), dialect.decimal_comma)
    }

    #[test]
    fn the_delimiter_is_found_out() {
        let delimiter = |text| sniffed(text).0;
        assert_eq!(delimiter("a,b,c\n1,2,x\n3,4,y\n"), "comma");
        assert_eq!(delimiter("a;b;c\n1;2;x\n3;4;y\n"), "semicolon");
        assert_eq!(delimiter("a\tb c\td\n1\t2\tx y\n"), "tab");
        assert_eq!(delimiter("a|b\n1|x, y\n"), "bar");
        assert_eq!(delimiter("  1.5   2 x\n 3 4.5 y\n"), "blanks");
        assert_eq!(
            delimiter("name,note\nx,one two\ny,three four five\n"),
            "comma"
        );
        assert_eq!(delimiter("a,b\n1,\"x;y\"\n2,\"z;w\"\n"), "comma", "quoted");
        assert_eq!(delimiter("a,b,c\n1,2\n3,4,5\n"), "comma", "ragged");
        assert_eq!(delimiter("alone\n1\n2\n"), "comma");
        assert_eq!(delimiter(""), "comma");
    }

    #[test]
    fn decimal_commas_are_found_out() {
        assert_eq!(
            sniffed("a;b;c\n1,5;2;x\n3,25;4;y\n"),
            ("semicolon".into(), true)
        );
        assert!(!sniffed("a;b;c\n1,5;2.5;x\n").1);
        assert!(!sniffed("a;b;c\n1,5,5;2;x\n").1);
        assert!(!sniffed("a,b\n1,5\n").1);
    }

    #[test]
    fn delimiters_are_read_by_name() {
        for text in ["comma", "semicolon", "tab", "bar", "blanks", "^"] {
            let delimiter: Delimiter = text.parse().expect(text);
            assert_eq!(delimiter.name(), text);
        }
        for text in ["", "x", "ab", "\"", "é", "5"] {
            assert!(text.parse::<Delimiter>().is_err(), "{text}");
        }
    }
}
