//! The beginning of a file, from which is found out how the rest is to be read.

use std::io::{self, Read};

use super::dialect::Dialect;
use super::records::{Records, Row};
use crate::error::{Error, Result};

/// Bytes of a file from which its delimiter, its header and the types of its columns are found out.
const HEAD: usize = 1 << 20;

/// Rows of it at most.
const SAMPLE: usize = 1000;

/// Bytes of it that are asked for at once.
const PIECE: usize = 1 << 16;

/// The beginning of a file.
#[derive(Default)]
pub(crate) struct Prefix {
    pub(crate) bytes: Vec<u8>,
    /// Whether the file ends with it.
    pub(crate) is_whole: bool,
}

impl Prefix {
    /// Reads as much again as it has, at least [`HEAD`], and calls `look` for every piece of it.
    pub(crate) fn read(
        &mut self,
        from: &mut dyn Read,
        source: &str,
        look: &mut dyn FnMut() -> Result<()>,
    ) -> Result<()> {
        let wanted = self.bytes.len() + HEAD.max(self.bytes.len());
        while self.bytes.len() < wanted {
            let known = self.bytes.len();
            let piece = PIECE.min(wanted - known);
            self.bytes.resize(known + piece, 0);
            let read = read_some(from, &mut self.bytes[known..]);
            self.bytes
                .truncate(known + read.as_ref().map_or(0, |&read| read));
            match read {
                Ok(0) => {
                    self.is_whole = true;
                    break;
                }
                Ok(_) => look()?,
                Err(cause) => {
                    let path = source.into();
                    return Err(Error::CannotRead { path, cause });
                }
            }
        }
        Ok(())
    }

    /// The first rows, without one that may go on behind the head.
    pub(crate) fn rows(&self, source: &str, dialect: Dialect) -> Result<Vec<Row>> {
        let mut records = Records::new(source, self.bytes.as_slice(), dialect);
        let mut rows: Vec<Row> = Vec::new();
        while rows.len() < SAMPLE {
            match records.next() {
                Ok(Some(record)) => rows.push(record.to_owned()),
                Ok(None) => {
                    if !self.is_whole {
                        rows.pop();
                    }
                    break;
                }
                // A character may be cut in two at the end of the head.
                Err(_) if !self.is_whole && !rows.is_empty() => break,
                Err(error) => return Err(error),
            }
        }
        Ok(rows)
    }
}

/// Reads what there is, or waits for some; a signal in between is no failure.
fn read_some(from: &mut dyn Read, to: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(to) {
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}
