//! Bytes of a built-in data set, a file or standard input, decompressed.

use std::fs::{File, Metadata};
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize};

use super::archive;

use super::Source;
use super::idx_file::IMAGES;
use crate::error::{DataProblem, Error, Place, Result};

/// First bytes of a gzip file.
const GZIP: &[u8] = &[0x1f, 0x8b];
/// Number of first bytes by which nearly all formats are known. A pipe may deliver few at a time.
const FIRST: usize = 4;
/// Number of first bytes by which a Parquet file is told from a table whose first cell is `PAR1`.
const FIRST_OF_PARQUET: usize = 8;

/// Number of first bytes by which JSON, HTML and XML are told from a table whose first cell begins like them.
const FIRST_OF_MARKUP: usize = 512;

/// Character encoding of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextEncoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    Utf8,
    /// Latin-1 (ISO 8859-1), one byte per character.
    Latin1,
}

impl TextEncoding {
    /// All encodings.
    pub const ALL: [Self; 2] = [Self::Utf8, Self::Latin1];

    /// Name for the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Latin1 => "latin1",
        }
    }
}

/// An open source.
pub(crate) struct Input {
    /// Bytes from the start, decompressed.
    pub(crate) bytes: Box<dyn Read + Send>,
    /// Number of bytes read from the file so far, before decompression.
    pub(crate) taken: Arc<AtomicU64>,
    /// Size of the file, if it is known.
    pub(crate) size: Option<u64>,
    /// Whether it is a file of images in the IDX format, by its first bytes.
    pub(crate) has_images: bool,
}

/// Opens `source` and decompresses gzip, by its first bytes.
///
/// # Errors
/// [`Error::NoSuchInput`] with the built-in data sets as its hint, [`Error::CannotRead`].
pub(crate) fn open(source: &Source) -> Result<Input> {
    let (bytes, size): (Box<dyn Read + Send>, _) = match source {
        Source::BuiltIn(built_in) => {
            let bytes = built_in.csv.as_bytes();
            (Box::new(bytes), Some(bytes.len() as u64))
        }
        Source::Stdin => (Box::new(io::stdin()), None),
        Source::File(path) => {
            let file = open_file(path).map_err(|error| source.with_hint(error))?;
            let metadata = file.metadata().ok().filter(Metadata::is_file);
            (Box::new(file), metadata.map(|metadata| metadata.len()))
        }
    };
    let taken = Arc::new(AtomicU64::new(0));
    let counted = Counted {
        bytes,
        taken: Arc::clone(&taken),
    };
    let unreadable = |cause| Error::CannotRead {
        path: source.to_string().into(),
        cause,
    };
    let (first, bytes) = decompressed(counted)
        .and_then(|bytes| peek(bytes, FIRST))
        .map_err(unreadable)?;
    let (first, bytes): (_, Box<dyn Read + Send>) = if first == archive::PARQUET {
        let (first, bytes) = peek(bytes, FIRST_OF_PARQUET).map_err(unreadable)?;
        (first, Box::new(bytes))
    } else {
        (first, Box::new(bytes))
    };
    let place = || Place::whole(source.to_string());
    let problem = |problem| Error::data(place(), problem);
    let (first, bytes): (_, Box<dyn Read + Send>) = if archive::is_zip(&first) {
        let table = archive::only_table(bytes)
            .map_err(unreadable)?
            .map_err(problem)?;
        let (first, bytes) = peek(Cursor::new(table), FIRST).map_err(unreadable)?;
        (first, Box::new(bytes))
    } else {
        (first, bytes)
    };
    let (first, bytes): (_, Box<dyn Read + Send>) = if archive::may_be_markup(&first) {
        let (first, bytes) = peek(bytes, FIRST_OF_MARKUP).map_err(unreadable)?;
        (first, Box::new(bytes))
    } else {
        (first, bytes)
    };
    if let Some(found) = archive::foreign_format(&first) {
        return Err(problem(DataProblem::ForeignFormat(found)));
    }
    Ok(Input {
        bytes,
        taken,
        size,
        // Labels are in a file beside.
        has_images: first.starts_with(&IMAGES) && matches!(source, Source::File(_)),
    })
}

fn open_file(path: &Path) -> Result<File> {
    if path.is_dir() {
        // What the system says about reading a directory differs, and helps nobody.
        let cause = io::Error::new(io::ErrorKind::IsADirectory, "it is a directory");
        return Err(Error::reading(path, cause));
    }
    File::open(path).map_err(|cause| Error::reading(path, cause))
}

/// Returns the first `count` bytes, fewer if there are no more, and a reader of all bytes.
fn peek<R: Read>(mut bytes: R, count: usize) -> io::Result<(Vec<u8>, impl Read + use<R>)> {
    let mut first = Vec::new();
    bytes.by_ref().take(count as u64).read_to_end(&mut first)?;
    Ok((first.clone(), Cursor::new(first).chain(bytes)))
}

fn decompressed(bytes: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let (first, all) = peek(bytes, GZIP.len())?;
    Ok(if first == GZIP {
        Box::new(MultiGzDecoder::new(all))
    } else {
        Box::new(all)
    })
}

/// Counts the bytes that are read through it.
struct Counted<R> {
    bytes: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(to)?;
        self.taken.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Converts Latin-1 to UTF-8.
pub(crate) struct Latin1<R> {
    bytes: R,
    /// The second byte of a character whose first one was the last that fitted.
    waiting: Option<u8>,
    block: Vec<u8>,
}

impl<R> Latin1<R> {
    pub(crate) fn new(bytes: R) -> Self {
        Self {
            bytes,
            waiting: None,
            block: Vec::new(),
        }
    }
}

impl<R: Read> Read for Latin1<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if to.is_empty() {
            return Ok(0);
        }
        let mut written = 0;
        if let Some(byte) = self.waiting.take() {
            to[0] = byte;
            written = 1;
        }
        // Each byte becomes two at most; one place is enough for one, since the second one waits.
        let room = (to.len() - written).div_ceil(2);
        if room == 0 {
            return Ok(written);
        }
        self.block.resize(room, 0);
        let read = self.bytes.read(&mut self.block)?;
        for &byte in &self.block[..read] {
            let mut utf8 = [0; 2];
            for &byte in char::from(byte).encode_utf8(&mut utf8).as_bytes() {
                match to.get_mut(written) {
                    Some(place) => *place = byte,
                    None => {
                        self.waiting = Some(byte);
                        continue;
                    }
                }
                written += 1;
            }
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn gzip_is_decompressed() {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(b"a,b\n1,2\n").expect("packed");
        let packed = packer.finish().expect("packed");
        let read = |bytes: Vec<u8>| {
            let mut text = String::new();
            let mut bytes = decompressed(Cursor::new(bytes)).expect("readable");
            bytes.read_to_string(&mut text).map(|_| text)
        };
        assert_eq!(read(packed.clone()).expect("text"), "a,b\n1,2\n");
        let twice = [packed.clone(), packed.clone()].concat();
        assert_eq!(read(twice).expect("text"), "a,b\n1,2\na,b\n1,2\n");
        assert!(
            read(packed[..packed.len() - 9].to_vec()).is_err(),
            "cut off"
        );
        assert_eq!(read(b"a".to_vec()).expect("text"), "a");
        assert_eq!(read(Vec::new()).expect("text"), "");
    }

    proptest! {
        #[test]
        fn latin_1_becomes_utf_8(bytes in prop::collection::vec(any::<u8>(), 0..50), step in 1usize..7) {
            let mut reader = Latin1::new(bytes.as_slice());
            let mut utf8 = Vec::new();
            let mut piece = vec![0; step];
            loop {
                match reader.read(&mut piece).expect("readable") {
                    0 => break,
                    read => utf8.extend(&piece[..read]),
                }
            }
            let expected: String = bytes.iter().map(|&byte| char::from(byte)).collect();
            prop_assert_eq!(String::from_utf8(utf8).expect("UTF-8"), expected);
        }
    }
}
