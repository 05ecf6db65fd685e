//! Where the cells of a record lie among the bytes that were read.

use std::ops::Range;

use super::dialect::{Delimiter, Dialect};

/// Where a cell lies in the buffer.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub(crate) range: Range<usize>,
    /// Whether the range is that of the text in quotes and what follows them.
    pub(crate) is_quoted: bool,
}

/// The cells of a record.
#[derive(Debug, Default)]
pub(crate) struct CellRanges {
    pub(crate) all: Vec<Cell>,
    /// Whether one of them is in quotes.
    pub(crate) has_quotes: bool,
}

/// How the look for the end of a record went.
pub(crate) enum Found {
    /// It ends before this byte, with the line end included.
    End(usize),
    /// Not within what has been read.
    Nothing,
}

/// Bytes of a table, up to where they were read.
pub(crate) struct Bytes<'b> {
    pub(crate) bytes: &'b [u8],
    /// Whether the table ends with them.
    pub(crate) is_whole: bool,
    pub(crate) dialect: Dialect,
}

impl Bytes<'_> {
    /// Finds the cells of the record that starts at `start`.
    pub(crate) fn split(&self, start: usize, cells: &mut CellRanges) -> Found {
        cells.all.clear();
        cells.has_quotes = false;
        let by_blanks = self.dialect.delimiter == Delimiter::Blanks;
        let mut at = start;
        loop {
            if by_blanks {
                at += count_blanks(&self.bytes[at..]);
                let is_line_end = self
                    .bytes
                    .get(at)
                    .is_none_or(|byte| matches!(byte, b'\r' | b'\n'));
                if is_line_end && !cells.all.is_empty() && (at < self.bytes.len() || self.is_whole)
                {
                    return Found::End((at + 1).min(self.bytes.len()));
                }
            }
            let is_quoted = self.bytes.get(at) == Some(&b'"');
            cells.has_quotes |= is_quoted;
            let end = if is_quoted {
                self.quoted_end(at)
            } else {
                self.plain_end(at)
            };
            let next = self.bytes.get(end);
            if next.is_none() && !self.is_whole {
                return Found::Nothing;
            }
            let range = at..end;
            cells.all.push(Cell { range, is_quoted });
            match next {
                None => return Found::End(end),
                Some(b'\r' | b'\n') => return Found::End(end + 1),
                Some(_) => at = end + 1,
            }
        }
    }

    /// The place of what ends the cell that starts at `at`.
    fn plain_end(&self, at: usize) -> usize {
        let rest = &self.bytes[at..];
        at + match self.dialect.delimiter {
            Delimiter::Byte(delimiter) => find(rest, [delimiter, b'\n', b'\r', b'\r']),
            Delimiter::Blanks => find(rest, [b' ', b'\t', b'\n', b'\r']),
        }
    }

    /// The same for a cell whose quote stands at `at`.
    fn quoted_end(&self, at: usize) -> usize {
        let mut next = at + 1;
        let closing = loop {
            let rest = &self.bytes[next..];
            let Some(quote) = rest.iter().position(|&byte| byte == b'"') else {
                break self.bytes.len();
            };
            next += quote + 1;
            if self.bytes.get(next) != Some(&b'"') {
                break next - 1;
            }
            next += 1;
        };
        // What stands behind the closing quote belongs to the cell.
        self.plain_end((closing + 1).min(self.bytes.len()))
    }
}

impl CellRanges {
    /// Makes of each quoted cell the text it stands for, in place, where it is never longer.
    pub(crate) fn remove_quotes(&mut self, buffer: &mut [u8]) {
        for cell in self.all.iter_mut().filter(|cell| cell.is_quoted) {
            let bytes = &mut buffer[cell.range.clone()];
            let (mut from, mut to) = (1, 0);
            let mut is_inside = true;
            while from < bytes.len() {
                if is_inside && bytes[from] == b'"' {
                    from += 1;
                    if bytes.get(from) != Some(&b'"') {
                        is_inside = false;
                        continue;
                    }
                }
                bytes[to] = bytes[from];
                (from, to) = (from + 1, to + 1);
            }
            // What is left over must not look like half a character.
            bytes[to..].fill(b' ');
            cell.range.end = cell.range.start + to;
        }
    }
}

/// The place of the first of these bytes in `text`, or its length. Looks at eight bytes at a time,
/// which is where most cells end.
fn find(text: &[u8], wanted: [u8; 4]) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let (words, rest) = text.as_chunks::<8>();
    for (index, &word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(word);
        let found = wanted.iter().fold(0, |found, &byte| {
            // The lowest marked byte is the first that is zero, that is, equal to `byte`.
            let differing = word ^ (ONES * u64::from(byte));
            found | (differing.wrapping_sub(ONES) & !differing & (ONES << 7))
        });
        if found != 0 {
            return 8 * index + found.trailing_zeros() as usize / 8;
        }
    }
    let in_rest = rest.iter().position(|byte| wanted.contains(byte));
    text.len() - rest.len() + in_rest.unwrap_or(rest.len())
}

fn count_blanks(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_first_wanted_byte_is_found(text in "[a,\n\u{80}é\r-]{0,40}") {
            let wanted = [b',', b'\n', b'\r', b'\r'];
            let expected = text.bytes().position(|byte| wanted.contains(&byte));
            prop_assert_eq!(find(text.as_bytes(), wanted), expected.unwrap_or(text.len()));
        }
    }
}
