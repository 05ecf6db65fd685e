//! Quotes that nothing closes, and blanks around quoted cells.

/// State of the quotes of one record, followed byte by byte.
///
/// A quote that is never closed takes in the rows below it, up to the end of the file or up to the
/// next quote. There the text goes on behind what looks like the closing quote, which a cell of
/// several lines does in no valid table.
#[derive(Debug, Clone)]
pub(crate) struct QuoteScan {
    quote: Option<u8>,
    position: Position,
    /// Line ends of the record so far.
    line_ends: u64,
    /// `line_ends` at the last opening quote.
    opened: u64,
    is_after_return: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
enum Position {
    #[default]
    CellStart,
    Cell,
    Quoted,
    /// Behind a quote within quotes, which ends them unless another one follows.
    QuoteInQuotes,
    /// In the text behind a cell of several lines that was closed.
    Stray,
}

impl QuoteScan {
    /// Starts at a record of a table with this `quote`; without one nothing is quoted.
    pub(crate) fn new(quote: Option<u8>) -> Self {
        Self {
            quote,
            position: Position::default(),
            line_ends: 0,
            opened: 0,
            is_after_return: false,
        }
    }

    /// Follows the next `bytes` of the record.
    pub(crate) fn advance(&mut self, bytes: &[u8], delimiter: u8) {
        use Position::{Cell, CellStart, QuoteInQuotes, Quoted, Stray};
        for &byte in bytes {
            let is_quote = Some(byte) == self.quote;
            self.position = match (self.position, byte) {
                (Stray, _) => return,
                (CellStart, _) if is_quote => {
                    self.opened = self.line_ends;
                    Quoted
                }
                (Quoted, _) if is_quote => QuoteInQuotes,
                (Quoted, _) => Quoted,
                (QuoteInQuotes, _) if is_quote => Quoted,
                (_, byte) if byte == delimiter => CellStart,
                (QuoteInQuotes, b' ' | b'\t' | b'\r' | b'\n') => QuoteInQuotes,
                (QuoteInQuotes, _) if self.line_ends > self.opened => Stray,
                _ => Cell,
            };
            let ends_line = byte == b'\r' || byte == b'\n' && !self.is_after_return;
            self.line_ends += u64::from(ends_line && self.position == Quoted);
            self.is_after_return = byte == b'\r';
        }
    }

    /// Returns the number of line ends between the start of the record and an opening quote that
    /// nothing closes, if there is one; `is_whole` says whether the record ends here.
    pub(crate) fn unclosed(&self, is_whole: bool) -> Option<u64> {
        let is_unclosed = match self.position {
            Position::Stray => true,
            Position::Quoted => is_whole,
            Position::CellStart | Position::Cell | Position::QuoteInQuotes => false,
        };
        is_unclosed.then_some(self.opened)
    }
}

/// Returns the number of quotes in `bytes` that are inside cells, or behind which the text of a cell goes on, and that of all.
pub(crate) fn stray_quotes(
    bytes: &[u8],
    is_delimiter: impl Fn(u8) -> bool,
    quote: u8,
) -> (usize, usize) {
    use Position::{Cell, CellStart, QuoteInQuotes, Quoted, Stray};
    let (mut strays, mut quotes) = (0, 0);
    let mut position = CellStart;
    for &byte in bytes {
        let is_quote = byte == quote;
        quotes += usize::from(is_quote);
        let ends_cell = is_delimiter(byte) || matches!(byte, b'\r' | b'\n');
        position = match position {
            CellStart if is_quote => Quoted,
            Quoted if is_quote => QuoteInQuotes,
            Quoted => Quoted,
            QuoteInQuotes if is_quote => Quoted,
            _ if ends_cell => CellStart,
            CellStart | QuoteInQuotes if byte == b' ' => position,
            QuoteInQuotes => {
                strays += 1;
                Cell
            }
            CellStart | Cell | Stray => {
                strays += usize::from(is_quote);
                Cell
            }
        };
    }
    (strays, quotes)
}

/// Drops the blanks between a delimiter and a quote, and those between a closing quote and a delimiter or
/// line end. Works on one block of a file after another.
#[derive(Debug)]
pub(crate) struct QuoteTrimmer {
    delimiter: u8,
    quote: u8,
    position: Position,
    /// Number of blanks that are not written yet.
    blanks: usize,
}

impl QuoteTrimmer {
    pub(crate) fn new(delimiter: u8, quote: u8) -> Self {
        Self {
            delimiter,
            quote,
            position: Position::CellStart,
            blanks: 0,
        }
    }

    /// Returns the next `block` of the file without those blanks.
    pub(crate) fn trim(&mut self, block: &[u8]) -> Vec<u8> {
        use Position::{Cell, CellStart, QuoteInQuotes, Quoted, Stray};
        let mut trimmed = Vec::with_capacity(block.len() + self.blanks);
        for &byte in block {
            let is_quote = byte == self.quote;
            let ends_cell = byte == self.delimiter || matches!(byte, b'\r' | b'\n');
            if byte == b' ' && matches!(self.position, CellStart | QuoteInQuotes) {
                self.blanks += 1;
                continue;
            }
            let drops = match self.position {
                CellStart => is_quote,
                QuoteInQuotes => ends_cell,
                Cell | Quoted | Stray => false,
            };
            let blanks = std::mem::take(&mut self.blanks);
            if !drops {
                trimmed.resize(trimmed.len() + blanks, b' ');
            }
            self.position = match self.position {
                CellStart if is_quote => Quoted,
                Quoted if is_quote => QuoteInQuotes,
                Quoted => Quoted,
                QuoteInQuotes if is_quote && blanks == 0 => Quoted,
                _ if ends_cell => CellStart,
                _ => Cell,
            };
            trimmed.push(byte);
        }
        trimmed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_around_quoted_cells_are_dropped() {
        let text = "\"a\" , \"b \"\" , c\",  d ,\n  \"e\"  \n";
        let expected = "\"a\",\"b \"\" , c\",  d ,\n\"e\"\n";
        for block in 1..text.len() {
            let mut trimmer = QuoteTrimmer::new(b',', b'"');
            let blocks = text.as_bytes().chunks(block);
            let trimmed: Vec<u8> = blocks.flat_map(|block| trimmer.trim(block)).collect();
            assert_eq!(String::from_utf8_lossy(&trimmed), expected, "{block}");
        }
    }

    #[test]
    fn quotes_inside_cells_are_counted() {
        for (text, expected) in [
            ("a,\"b;c\", \"d\" ,\"\"\n\"e \"\"f\"\"\",g\n", (0, 12)),
            ("5\" pipe,x\n", (1, 1)),
            ("\"a\"b,c\"d\",e\n", (3, 4)),
            ("\"a\";\"b;c\"\n", (3, 4)),
        ] {
            let found = stray_quotes(text.as_bytes(), |byte| byte == b',', b'"');
            assert_eq!(found, expected, "{text}");
        }
    }

    fn unclosed(text: &str) -> Option<u64> {
        let mut whole = QuoteScan::new(Some(b'"'));
        whole.advance(text.as_bytes(), b',');
        let mut pieces = QuoteScan::new(Some(b'"'));
        text.bytes().for_each(|byte| pieces.advance(&[byte], b','));
        assert_eq!(whole.unclosed(true), pieces.unclosed(true), "{text}");
        whole.unclosed(true)
    }

    #[test]
    fn closed_quotes_are_accepted() {
        for text in [
            "a,\"b\nc\",d",
            "a,\"b\"\"\n\"\"c\"",
            "a,\"b\nc\" ,d",
            "5\" pipe,x",
            "a,\"b\"c,d",
            "\"\",\"\"",
        ] {
            assert_eq!(unclosed(text), None, "{text}");
        }
    }

    #[test]
    fn an_unclosed_quote_is_found_on_its_line() {
        assert_eq!(unclosed("a,\"b\nc,d\n"), Some(0));
        assert_eq!(unclosed("\"x\ny\",\"b\r\nc,d"), Some(1));
        assert_eq!(unclosed("a,\"ok\n1,\"fine\"\n"), Some(0), "the next quote");
        assert_eq!(unclosed("a,\"ok\n1,\"\"\n"), Some(0), "an empty cell");
    }
}
