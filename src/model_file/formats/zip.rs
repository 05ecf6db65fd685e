//! The least of the ZIP format that `numpy.savez` and `numpy.load` need: entries that are stored as
//! they are, without compression, in one file below 4 GiB.
//!
//! Source: PKWARE's APPNOTE.TXT, sections 4.3 and 4.4. What is read is a stranger: every offset and
//! length is checked against the bytes that are there, and every entry against its checksum.

use flate2::Crc;

const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
/// Bytes of the records above, without the name of the entry.
const LOCAL_SIZE: usize = 30;
const CENTRAL_SIZE: usize = 46;
const END_SIZE: usize = 22;
/// A comment behind the end record is at most so long.
const LONGEST_COMMENT: usize = 0xffff;
/// Version 2.0 of the format, the first with folders; what readers ask for at least.
const VERSION: u16 = 20;
/// 1 January 1980, the first day there is: the bytes must not depend on the time.
const DATE: u16 = (1 << 5) | 1;

/// An archive that is being written.
#[derive(Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
    central: Vec<u8>,
    entries: u16,
}

impl Writer {
    /// Adds the entry `name`.
    ///
    /// # Errors
    /// What does not fit into the format.
    pub fn add(&mut self, name: &str, data: &[u8]) -> Result<(), String> {
        let too_large = |_| "it would be larger than a ZIP file can be".to_owned();
        let offset = u32::try_from(self.bytes.len()).map_err(too_large)?;
        let size = u32::try_from(data.len()).map_err(too_large)?;
        let length = u16::try_from(name.len()).map_err(too_large)?;
        self.entries = self.entries.checked_add(1).ok_or("too many entries")?;
        let common = common_fields(checksum(data), size, length);
        self.bytes.extend(LOCAL);
        self.bytes.extend(&common);
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(data);

        self.central.extend(CENTRAL);
        self.central.extend(VERSION.to_le_bytes()); // made by
        self.central.extend(&common);
        // No comment, disk 0, no attributes.
        self.central.extend([0; 2 + 2 + 2 + 4]);
        self.central.extend(offset.to_le_bytes());
        self.central.extend(name.as_bytes());
        Ok(())
    }

    /// The bytes of the whole file.
    ///
    /// # Errors
    /// As [`Writer::add`].
    pub fn finish(mut self) -> Result<Vec<u8>, String> {
        let too_large = |_| "it would be larger than a ZIP file can be".to_owned();
        let offset = u32::try_from(self.bytes.len()).map_err(too_large)?;
        let size = u32::try_from(self.central.len()).map_err(too_large)?;
        self.bytes.append(&mut self.central);
        self.bytes.extend(END);
        self.bytes.extend([0; 4]); // this disk, and that of the directory
        self.bytes.extend(self.entries.to_le_bytes());
        self.bytes.extend(self.entries.to_le_bytes());
        self.bytes.extend(size.to_le_bytes());
        self.bytes.extend(offset.to_le_bytes());
        self.bytes.extend([0; 2]); // no comment
        Ok(self.bytes)
    }
}

/// What the two records of an entry have in common, up to the length of the extra field.
fn common_fields(checksum: u32, size: u32, name: u16) -> Vec<u8> {
    let mut fields = Vec::with_capacity(26);
    // Flags, method 0 (stored) and time are all zero.
    for field in [VERSION, 0, 0, 0, DATE] {
        fields.extend(field.to_le_bytes());
    }
    for field in [checksum, size, size] {
        fields.extend(field.to_le_bytes());
    }
    fields.extend(name.to_le_bytes());
    fields.extend([0; 2]);
    fields
}

fn checksum(data: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(data);
    crc.sum()
}

/// Name and contents of every entry of the archive in `bytes`, in the order of its directory.
///
/// # Errors
/// What is wrong with the archive, or what this reader does not know: compression, encryption,
/// archives in parts or above 4 GiB.
pub(crate) fn entries(bytes: &[u8]) -> Result<Vec<(&str, &[u8])>, String> {
    let end = end_record(bytes).ok_or("it is no ZIP file: its directory is missing")?;
    let (count, size) = (u16_at(end, 10), u32_at(end, 12));
    let start = u32_at(end, 16);
    let mut directory = slice(bytes, start, size).ok_or("its directory lies outside of it")?;
    let mut found = Vec::new();
    // Entries that lie over one another would be summed up again and again.
    let mut bytes_left = bytes.len();
    for _ in 0..count {
        if !directory.starts_with(&CENTRAL) || directory.len() < CENTRAL_SIZE {
            return Err("its directory is damaged".into());
        }
        let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(u16_at(directory, at)));
        let next = CENTRAL_SIZE + name + extra + comment;
        if directory.len() < next {
            return Err("its directory is damaged".into());
        }
        let name = &directory[CENTRAL_SIZE..CENTRAL_SIZE + name];
        let name = std::str::from_utf8(name).map_err(|_| "a name in it is not UTF-8")?;
        let wrong = |why| format!("its entry \"{name}\" {why}");
        let entry = Entry::find(bytes, directory).map_err(wrong)?;
        bytes_left = bytes_left
            .checked_sub(entry.data.len())
            .ok_or_else(|| wrong("lies over others"))?;
        let data = entry.checked().map_err(wrong)?;
        found.push((name, data));
        directory = &directory[next..];
    }
    Ok(found)
}

/// Contents of an entry, and the checksum that they should have.
struct Entry<'b> {
    data: &'b [u8],
    checksum: u32,
}

impl<'b> Entry<'b> {
    /// The entry that the `central` record of `bytes` describes.
    fn find(bytes: &'b [u8], central: &[u8]) -> Result<Self, &'static str> {
        if u16_at(central, 8) & 1 != 0 {
            return Err("is encrypted");
        }
        if u16_at(central, 10) != 0 {
            return Err("is compressed; numpy.savez writes what this program reads");
        }
        if u32_at(central, 20) != u32_at(central, 24) {
            return Err("has two sizes");
        }
        let local = slice(bytes, u32_at(central, 42), LOCAL_SIZE as u32);
        let local = local
            .filter(|local| local.starts_with(&LOCAL))
            .ok_or("lies outside of the file")?;
        // The name and the extra field stand between the record and the contents.
        let behind = u64::from(u16_at(local, 26)) + u64::from(u16_at(local, 28));
        let start = u64::from(u32_at(central, 42)) + LOCAL_SIZE as u64 + behind;
        let start = u32::try_from(start).map_err(|_| "lies outside of the file")?;
        let data = slice(bytes, start, u32_at(central, 20)).ok_or("lies outside of the file")?;
        Ok(Self {
            data,
            checksum: u32_at(central, 16),
        })
    }

    /// The contents, if they have their checksum.
    fn checked(self) -> Result<&'b [u8], &'static str> {
        if checksum(self.data) == self.checksum {
            Ok(self.data)
        } else {
            Err("does not have its checksum")
        }
    }
}

/// The record at the end of the file, behind which there is nothing but a comment.
fn end_record(bytes: &[u8]) -> Option<&[u8]> {
    let last = bytes.len().checked_sub(END_SIZE)?;
    let first = last.saturating_sub(LONGEST_COMMENT);
    let is_end = |&at: &usize| {
        let comment = usize::from(u16_at(&bytes[at..], 20));
        bytes[at..].starts_with(&END) && at + END_SIZE + comment == bytes.len()
    };
    (first..=last).rev().find(is_end).map(|at| &bytes[at..])
}

fn slice(bytes: &[u8], start: u32, length: u32) -> Option<&[u8]> {
    let start = usize::try_from(start).ok()?;
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    bytes.get(start..end)
}

/// The number at `at` of a record whose length was checked.
fn u16_at(record: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([record[at], record[at + 1]])
}

/// The number at `at` of a record whose length was checked.
fn u32_at(record: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive() -> Vec<u8> {
        let mut writer = Writer::default();
        writer.add("a.npy", b"first").expect("fits");
        writer.add("b.npy", b"").expect("fits");
        writer.finish().expect("fits")
    }

    #[test]
    fn entries_come_back() {
        let bytes = archive();
        let expected: [(&str, &[u8]); 2] = [("a.npy", b"first"), ("b.npy", b"")];
        assert_eq!(entries(&bytes).expect("reads"), expected);
        let empty = Writer::default().finish().expect("fits");
        assert!(entries(&empty).expect("reads").is_empty());
    }

    #[test]
    fn a_comment_may_follow() {
        let mut bytes = archive();
        let length = bytes.len();
        bytes[length - 2] = 3;
        assert!(entries(&bytes).is_err(), "the comment is not there");
        bytes.extend(b"PK!");
        assert_eq!(entries(&bytes).expect("reads").len(), 2);
    }

    #[test]
    fn entries_that_lie_over_one_another_are_refused() {
        let mut writer = Writer::default();
        writer.add("a", &[7; 1000]).expect("fits");
        let record = writer.central.clone();
        for _ in 0..3 {
            writer.central.extend(&record);
            writer.entries += 1;
        }
        let bytes = writer.finish().expect("fits");
        let problem = entries(&bytes).expect_err("refused");
        assert_eq!(problem, "its entry \"a\" lies over others");
    }

    #[test]
    fn a_checksum_is_known_by_the_standard() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn no_byte_can_be_wrong_in_silence() {
        let bytes = archive();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x55;
            // What changes neither a name nor the contents (time, attributes) may pass.
            if let Ok(found) = entries(&damaged) {
                let same = found
                    .iter()
                    .all(|(_, data)| matches!(*data, b"first" | b""));
                assert!(same, "byte {at}");
            }
            assert!(entries(&bytes[..at]).is_err(), "cut at {at}");
        }
    }
}
