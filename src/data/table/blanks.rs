//! Tables whose cells are separated by runs of blanks.

/// Replaces every run of blanks and tabs between two cells by one tab, and drops those at both ends
/// of a line. Blanks within quotes stay. Works on one block of a file after another.
#[derive(Debug, Default)]
pub(crate) struct BlankSqueezer {
    position: Position,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
enum Position {
    #[default]
    LineStart,
    Cell,
    /// Behind blanks that follow a cell.
    Blanks,
    Quoted,
    /// Behind a quote within quotes, which ends them unless another one follows.
    QuoteInQuotes,
}

impl BlankSqueezer {
    /// The delimiter that is left between two cells.
    pub(crate) const DELIMITER: u8 = b'\t';

    /// Returns the next `block` of the file squeezed.
    pub(crate) fn squeeze(&mut self, block: &[u8]) -> Vec<u8> {
        use Position::{Blanks, Cell, LineStart, QuoteInQuotes, Quoted};
        // A block may start with the tab for the blanks at the end of the one before.
        let mut squeezed = Vec::with_capacity(block.len() + 1);
        for &byte in block {
            let next = match (self.position, byte) {
                (Quoted, b'"') => QuoteInQuotes,
                (Quoted, _) | (QuoteInQuotes, b'"') => Quoted,
                (LineStart, b' ' | b'\t') => continue,
                (_, b' ' | b'\t') => {
                    self.position = Blanks;
                    continue;
                }
                (_, b'\r' | b'\n') => LineStart,
                (LineStart | Blanks, b'"') => Quoted,
                _ => Cell,
            };
            if self.position == Blanks && next != LineStart {
                squeezed.push(Self::DELIMITER);
            }
            squeezed.push(byte);
            self.position = next;
        }
        squeezed
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn squeezed(text: &str, block: usize) -> String {
        let mut squeezer = BlankSqueezer::default();
        let blocks = text.as_bytes().chunks(block);
        let squeezed = blocks.flat_map(|block| squeezer.squeeze(block));
        String::from_utf8(squeezed.collect()).expect("blanks are ASCII")
    }

    #[test]
    fn runs_of_blanks_become_one_tab() {
        let text = "  5.1 \t 3.5\tx \n\r\n4.9 \"a  \"\"b \"  c\"  d";
        let expected = "5.1\t3.5\tx\n\r\n4.9\t\"a  \"\"b \"\tc\"\td";
        for block in 1..text.len() {
            assert_eq!(squeezed(text, block), expected);
        }
    }

    proptest! {
        #[test]
        fn without_quotes_cells_are_the_words_of_a_line(text in "[a-c \t\n]{0,60}", block in 1usize..9) {
            let squeezed = squeezed(&text, block);
            let expected: Vec<Vec<&str>> = text.split('\n').map(|line| line.split_ascii_whitespace().collect()).collect();
            let found = squeezed.split('\n').map(|line| line.split('\t').filter(|cell| !cell.is_empty()).collect());
            prop_assert_eq!(found.collect::<Vec<Vec<&str>>>(), expected);
        }
    }
}
