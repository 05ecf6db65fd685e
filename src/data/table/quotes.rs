//! Detection of quotes that nothing closes.

/// State of the quotes of one record, followed byte by byte.
///
/// A quote that is never closed takes in the rows below it, up to the end of the file or up to the
/// next quote. There the text goes on behind what looks like the closing quote, which a cell of
/// several lines does in no valid table.
#[derive(Debug, Clone, Default)]
pub(crate) struct QuoteScan {
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
    /// Follows the next `bytes` of the record.
    pub(crate) fn advance(&mut self, bytes: &[u8], delimiter: u8) {
        use Position::{Cell, CellStart, QuoteInQuotes, Quoted, Stray};
        for &byte in bytes {
            self.position = match (self.position, byte) {
                (Stray, _) => return,
                (CellStart, b'"') => {
                    self.opened = self.line_ends;
                    Quoted
                }
                (Quoted, b'"') => QuoteInQuotes,
                (Quoted, _) | (QuoteInQuotes, b'"') => Quoted,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn unclosed(text: &str) -> Option<u64> {
        let mut whole = QuoteScan::default();
        whole.advance(text.as_bytes(), b',');
        let mut pieces = QuoteScan::default();
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
