//! Contents of a file that was written, to tell later whether anybody has changed it.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use flate2::{Crc, CrcReader};
use serde::{Deserialize, Serialize};

/// Bytes that are read at a time.
const CHUNK: usize = 1 << 16;

/// Length and CRC-32 of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileDigest {
    bytes: u64,
    crc32: u32,
}

impl FileDigest {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// Those of the system.
    pub fn of(path: &Path) -> io::Result<Self> {
        let mut file = BufReader::with_capacity(CHUNK, CrcReader::new(File::open(path)?));
        let bytes = io::copy(&mut file, &mut io::sink())?;
        let crc32 = file.get_ref().crc().sum();
        Ok(Self { bytes, crc32 })
    }

    /// Computes them for a file with these `bytes`.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let mut sum = Crc::new();
        sum.update(bytes);
        Self {
            bytes: bytes.len() as u64,
            crc32: sum.sum(),
        }
    }
}
