//! Decompression of gzip and zstd, recognised by their first bytes.

use util::lang::say;

use std::io::{self, BufReader, Read};

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::input::peek;

/// First bytes of a gzip file.
const GZIP: &[u8] = &[0x1f, 0x8b];

/// First bytes of a zstd file.
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Extensions of compressed files, which the name of a table does not show.
pub(super) const EXTENSIONS: [&str; 2] = ["gz", "zst"];

/// Returns `bytes` decompressed, or as they are if they are neither gzip nor zstd.
pub(super) fn decompressed(bytes: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let (first, all) = peek(bytes, GZIP.len())?;
    if first == GZIP {
        return Ok(Box::new(MultiGzDecoder::new(all)));
    }
    if !ZSTD.starts_with(&first) || first.is_empty() {
        return Ok(Box::new(all));
    }
    let (first, all) = peek(all, ZSTD.len())?;
    Ok(if first == ZSTD {
        Box::new(Zstd::new(all))
    } else {
        Box::new(all)
    })
}

/// Decompresses zstd frames, one after another.
struct Zstd<R> {
    bytes: BufReader<R>,
    frame: FrameDecoder,
}

impl<R: Read> Zstd<R> {
    fn new(bytes: R) -> Self {
        Self {
            bytes: BufReader::new(bytes),
            frame: FrameDecoder::new(),
        }
    }

    /// Starts the next frame that has data; returns false at the end.
    fn start_frame(&mut self) -> io::Result<bool> {
        loop {
            let mut first = [0];
            if self.bytes.read(&mut first)? == 0 {
                return Ok(false);
            }
            match self.frame.init((&first[..]).chain(&mut self.bytes)) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let mut skipped = self.bytes.by_ref().take(length.into());
                    io::copy(&mut skipped, &mut io::sink())?;
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while self.frame.can_collect() == 0 {
            let strategy = BlockDecodingStrategy::UptoBlocks(1);
            if !self.frame.is_finished() {
                let decoded = self.frame.decode_blocks(&mut self.bytes, strategy);
                let damaged = |_| {
                    io::Error::other(say!("zstd-damaged", "the zstd data are cut off or damaged"))
                };
                decoded.map_err(damaged)?;
                continue;
            }
            let (expected, found) = (
                self.frame.get_checksum_from_data(),
                self.frame.get_calculated_checksum(),
            );
            if expected.is_some() && expected != found {
                return Err(io::Error::other(say!(
                    "zstd-checksum",
                    "the checksum of the zstd file is wrong"
                )));
            }
            if !self.start_frame()? {
                return Ok(0);
            }
        }
        self.frame.read(to)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn read(bytes: Vec<u8>) -> io::Result<String> {
        let mut text = String::new();
        let mut bytes = decompressed(Cursor::new(bytes))?;
        bytes.read_to_string(&mut text).map(|_| text)
    }

    #[test]
    fn gzip_is_decompressed() {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(b"a,b\n1,2\n").expect("packed");
        let packed = packer.finish().expect("packed");
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

    #[test]
    fn zstd_is_decompressed() {
        // Output of `printf 'a,b\n1,2\n' | zstd`, which ends with a checksum.
        let packed = [
            0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x41, 0x00, 0x00, b'a', b',', b'b', b'\n', b'1',
            b',', b'2', b'\n', 0x35, 0xe7, 0xca, 0xce,
        ];
        let packed = packed.to_vec();
        assert_eq!(read(packed.clone()).expect("text"), "a,b\n1,2\n");
        // A frame of three bytes that is to be skipped.
        let skipped = vec![0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
        let several = [packed.clone(), skipped, packed.clone()].concat();
        assert_eq!(read(several).expect("text"), "a,b\n1,2\na,b\n1,2\n");
        assert!(read(packed[..12].to_vec()).is_err(), "cut off");
        let mut changed = packed;
        changed[9] = b'b';
        assert!(read(changed).is_err(), "the checksum is wrong");
        assert_eq!(read(b"(".to_vec()).expect("text"), "(");
        assert_eq!(read(b"(a,b".to_vec()).expect("text"), "(a,b");
    }
}
