//! Framing of event files (`TFRecord`): length, checksum, bytes and their checksum, for each record.

use std::ops::Range;

/// Bytes of the length and its checksum.
const HEADER: usize = 12;
/// Bytes of the checksum of a record.
const FOOTER: usize = 4;
/// Longest record that is read; longer ones, such as images, are skipped.
pub(crate) const MAX_RECORD: u64 = 16 << 20;
/// Longest record that there can be, that of a message of protocol buffers.
const MAX_LENGTH: u64 = 1 << 31;

/// Appends a record with `bytes` to `out`.
pub(crate) fn write_frame(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = (bytes.len() as u64).to_le_bytes();
    out.extend(length);
    out.extend(masked_crc(&length).to_le_bytes());
    out.extend(bytes);
    out.extend(masked_crc(bytes).to_le_bytes());
}

/// Computes the checksum of `bytes` (CRC-32C), masked so that checksums of checksums stay good ones.
fn masked_crc(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes)
        .rotate_right(15)
        .wrapping_add(0xa282_ead8)
}

/// A record after which the rest of the file cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadRecord {
    /// Bytes of the file before the record.
    pub offset: u64,
    /// Length that it claims and no record can have; `None` if a checksum does not match.
    pub length: Option<u64>,
}

/// Splits bytes that arrive bit by bit into records. Memory is bounded by the longest record that is read and the bytes
/// that were pushed last.
#[derive(Debug, Default)]
pub(crate) struct FrameReader {
    buffer: Vec<u8>,
    /// Bytes of `buffer` that were read.
    start: usize,
    /// Bytes of the file before `buffer`.
    before: u64,
    /// Bytes of a record that is too long, yet to come.
    to_skip: u64,
    /// Number of records that were too long.
    skipped: u64,
    failure: Option<BadRecord>,
}

impl FrameReader {
    /// Adds the bytes that follow.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) {
        if self.failure.is_some() {
            return;
        }
        self.buffer.drain(..self.start);
        self.before += self.start as u64;
        self.start = 0;
        if self.buffer.is_empty() {
            let skipped = self.to_skip.min(bytes.len() as u64);
            bytes = &bytes[skipped as usize..];
            self.to_skip -= skipped;
            self.before += skipped;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Returns the next whole record; `None` until there is one.
    ///
    /// # Errors
    /// [`BadRecord`], from then on always.
    pub(crate) fn next(&mut self) -> Result<Option<&[u8]>, BadRecord> {
        match self.next_range() {
            Ok(range) => Ok(range.map(|range| &self.buffer[range])),
            Err(failure) => {
                self.failure = Some(failure);
                self.buffer = Vec::new();
                self.start = 0;
                Err(failure)
            }
        }
    }

    fn next_range(&mut self) -> Result<Option<Range<usize>>, BadRecord> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        loop {
            let bad = BadRecord {
                offset: self.before + self.start as u64,
                length: None,
            };
            let rest = &self.buffer[self.start..];
            if self.to_skip > 0 {
                let skipped = self.to_skip.min(rest.len() as u64);
                self.start += skipped as usize;
                self.to_skip -= skipped;
                if self.to_skip > 0 {
                    return Ok(None);
                }
                continue;
            }
            let Some((header, rest)) = rest.split_first_chunk::<HEADER>() else {
                return Ok(None);
            };
            let (length, crc) = header.split_at(8);
            if !matches(length, crc) {
                return Err(bad);
            }
            let length = u64::from_le_bytes(header[..8].try_into().unwrap_or_default());
            if length > MAX_LENGTH {
                let length = Some(length);
                return Err(BadRecord { length, ..bad });
            }
            if length > MAX_RECORD {
                self.skipped += 1;
                self.start += HEADER;
                self.to_skip = length.saturating_add(FOOTER as u64);
                continue;
            }
            let length = length as usize;
            let Some(whole) = rest.get(..length + FOOTER) else {
                return Ok(None);
            };
            let (bytes, crc) = whole.split_at(length);
            if !matches(bytes, crc) {
                return Err(bad);
            }
            let begin = self.start + HEADER;
            self.start = begin + length + FOOTER;
            return Ok(Some(begin..begin + length));
        }
    }

    /// Returns whether the last record is not whole yet.
    #[cfg(test)]
    pub(crate) fn is_cut_off(&self) -> bool {
        self.start < self.buffer.len() || self.to_skip > 0
    }

    /// Returns the number of records that were too long to be read.
    pub(crate) fn skipped(&self) -> u64 {
        self.skipped
    }
}

/// Returns whether `bytes` begin as an event file does.
pub(crate) fn is_header(bytes: &[u8]) -> bool {
    let header = bytes.split_first_chunk::<HEADER>();
    header.is_some_and(|(header, _)| matches(&header[..8], &header[8..]))
}

/// Returns whether `crc` is the checksum of `bytes`.
fn matches(bytes: &[u8], crc: &[u8]) -> bool {
    crc == masked_crc(bytes).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(reader: &mut FrameReader) -> Result<Vec<Vec<u8>>, BadRecord> {
        let mut records = Vec::new();
        while let Some(record) = reader.next()? {
            records.push(record.to_vec());
        }
        Ok(records)
    }

    #[test]
    fn the_masked_checksum_is_that_of_the_format() {
        // Length and checksum at the start of a file by torch.
        assert_eq!(
            masked_crc(&72u64.to_le_bytes()).to_le_bytes(),
            [0xfe, 0x92, 0x48, 0x9d]
        );
        assert_eq!(masked_crc(b""), 0xa282_ead8);
    }

    #[test]
    fn records_come_out_whole_however_their_bytes_arrive() {
        let mut file = Vec::new();
        let expected: Vec<Vec<u8>> = (0..40u8).map(|n| vec![n; usize::from(n)]).collect();
        expected
            .iter()
            .for_each(|bytes| write_frame(&mut file, bytes));
        for size in [1, 7, 100, file.len()] {
            let mut reader = FrameReader::default();
            let mut found = Vec::new();
            for part in file.chunks(size) {
                reader.push(part);
                found.extend(records(&mut reader).expect("good checksums"));
            }
            assert_eq!(found, expected);
            assert!(!reader.is_cut_off());
        }
        let mut reader = FrameReader::default();
        reader.push(&file[..file.len() - 1]);
        assert_eq!(records(&mut reader).expect("good checksums").len(), 39);
        assert!(reader.is_cut_off());
    }

    #[test]
    fn a_changed_byte_ends_the_file_there() {
        let mut file = Vec::new();
        write_frame(&mut file, b"first");
        let first = file.len();
        write_frame(&mut file, b"second");
        for at in first..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 1;
            let mut reader = FrameReader::default();
            reader.push(&changed);
            assert_eq!(reader.next().expect("good"), Some(&b"first"[..]));
            let (offset, length) = (first as u64, None);
            assert_eq!(reader.next(), Err(BadRecord { offset, length }));
            reader.push(b"more");
            assert!(reader.next().is_err() && reader.buffer.is_empty());
        }
    }

    #[test]
    fn a_record_that_is_too_long_is_skipped_without_being_kept() {
        let length = MAX_RECORD + 1;
        let mut reader = FrameReader::default();
        let header = length.to_le_bytes();
        reader.push(&header);
        reader.push(&masked_crc(&header).to_le_bytes());
        let part = vec![0; 1 << 20];
        let mut left = length + FOOTER as u64;
        while left > 0 {
            let size = left.min(part.len() as u64);
            reader.push(&part[..size as usize]);
            assert_eq!(reader.next(), Ok(None));
            assert!(reader.buffer.len() <= HEADER + part.len());
            left -= size;
        }
        let mut next = Vec::new();
        write_frame(&mut next, b"next");
        reader.push(&next);
        assert_eq!(reader.next(), Ok(Some(&b"next"[..])));
        assert_eq!(reader.skipped(), 1);
    }
    #[test]
    fn a_length_that_no_record_can_have_ends_the_file_there() {
        let mut file = Vec::new();
        write_frame(&mut file, b"first");
        let bad = BadRecord {
            offset: file.len() as u64,
            length: Some(1 << 40),
        };
        let header = (1u64 << 40).to_le_bytes();
        file.extend(header);
        file.extend(masked_crc(&header).to_le_bytes());
        let mut reader = FrameReader::default();
        reader.push(&file);
        assert_eq!(reader.next(), Ok(Some(&b"first"[..])));
        assert_eq!(reader.next(), Err(bad));
    }
}
