//! Delimiter and decimal mark of a table, and their detection.

use std::str::FromStr;

use super::prefix::Prefix;
use super::records::Row;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Rows of the prefix that decide.
pub(crate) const SAMPLE: usize = 200;

/// Fraction of the rows that must be as wide as the first one.
const CONSISTENT: f64 = 0.9;

/// Separator of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delimiter {
    /// One byte, an ASCII character.
    Byte(u8),
    /// Any number of blanks and tabs.
    Blanks,
}

impl Delimiter {
    /// Candidates, the most certain first: semicolons, tabs and bars are hardly ever equally
    /// frequent in every row without separating cells; commas are in numbers such as 3,14, and
    /// blanks in text.
    const TRIED: [Self; 5] = [
        Self::Byte(b';'),
        Self::Byte(b'\t'),
        Self::Byte(b'|'),
        Self::Byte(b','),
        Self::Blanks,
    ];

    /// Name for the command line and for people.
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

/// Rules for splitting a file into cells and reading its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: Delimiter,
    /// First character of comment lines.
    pub(crate) comment: Option<u8>,
    /// Whether numbers are written as 3,14.
    pub(crate) decimal_comma: bool,
}

impl Delimiter {
    /// Detects what separates the cells in `prefix`: the first of the candidates by which nearly all
    /// rows are as wide as the first one, or else the one that makes the first row widest.
    pub(crate) fn detect(prefix: &Prefix, comment: Option<u8>) -> Self {
        let mut widest = (1, Self::Byte(b','));
        for delimiter in Self::TRIED {
            let dialect = Dialect {
                delimiter,
                comment,
                decimal_comma: false,
            };
            let widths = prefix.widths(dialect);
            let first = widths.first().copied().unwrap_or(0);
            let as_first = widths.iter().filter(|&&width| width == first).count();
            if first > 1 && as_first as f64 >= CONSISTENT * widths.len() as f64 {
                return delimiter;
            }
            // Blanks separate the words of a text, too.
            if first > 1 && first >= widest.0 && delimiter != Self::Blanks {
                widest = (first, delimiter);
            }
        }
        widest.1
    }
}

/// Detects whether numbers in `rows` have a decimal comma: some have, and none has a point.
pub(crate) fn has_decimal_commas(delimiter: Delimiter, rows: &[Row]) -> bool {
    if delimiter == Delimiter::Byte(b',') {
        return false;
    }
    let (mut commas, mut points) = (0, 0);
    for cell in rows.iter().take(SAMPLE).flat_map(|row| &row.cells) {
        let cell = cell.trim();
        if cell.parse::<f64>().is_ok() {
            points += usize::from(cell.contains('.'));
        } else if cell.matches(',').count() == 1 && with_point(cell).parse::<f64>().is_ok() {
            commas += 1;
        }
    }
    commas > 0 && points == 0
}

/// Returns `cell` with a point in place of its comma.
pub(crate) fn with_point(cell: &str) -> String {
    cell.trim().replace(',', ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniffed(text: &str) -> (String, bool) {
        let prefix = Prefix {
            bytes: text.as_bytes().to_vec(),
            is_whole: true,
        };
        let delimiter = Delimiter::detect(&prefix, None);
        let dialect = Dialect {
            delimiter,
            comment: None,
            decimal_comma: false,
        };
        let rows = prefix.rows("t", dialect).expect("rows");
        (delimiter.name(), has_decimal_commas(delimiter, &rows))
    }

    #[test]
    fn the_delimiter_is_detected() {
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
    fn decimal_commas_are_detected() {
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
