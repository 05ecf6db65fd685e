//! The file of a checkpoint.
//!
//! | part | contents |
//! |---|---|
//! | line 1 | `nn-tui checkpoint 4`: format and version |
//! | line 2 | JSON: what it is about, for people and lists; see [`About`] |
//! | 8 bytes | length of the document, an unsigned little-endian integer |
//! | document | JSON: everything but parameters and optimizer states; see [`Document`] |
//! | numbers | little-endian f32. For each of the document's snapshots weights `(outputs, inputs)` and biases of each layer, then as many such sets as the optimizer keeps values for a parameter; then the parameters of the model from which the training started, if there is one; at the end the parameters before the last update, if the phase stepper is behind one |
//! | 4 bytes | CRC-32 (as in ZIP) of all bytes before, little-endian |
//!
//! The file is read by the version that wrote it; it is no format for models.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use flate2::{Crc, CrcWriter};
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::{About, Checkpoint, RunState};
use crate::data::{Fingerprint, Origin};
use crate::error::{Error, Result};
use crate::nn::engine::Threads;
use crate::nn::{Architecture, LayerParameters, Parameters};
use crate::train::session::{Fields, Numbers, SessionState};
use crate::util::foreign::json_problem;
use crate::util::lang::say;
use crate::util::memory;
use crate::util::text::{sanitise, shorten};

/// Begin of the first line, before the version.
const MAGIC: &[u8] = b"nn-tui checkpoint ";
const VERSION: &str = "4";
/// Maximum length of the first two lines, in bytes.
const MAX_LINES: u64 = 1 << 16;
/// Maximum width of an error about a damaged file, in terminal cells.
const MAX_PROBLEM_WIDTH: usize = 400;
/// Bytes that a byte of the file takes in memory at most: a snapshot has numbers that its parameters tell.
const MAX_GROWTH: u128 = 4;
/// Length of the checksum.
const SUM: usize = 4;

/// Everything in a checkpoint but parameters and optimizer states.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    origin: Origin,
    fingerprint: Fingerprint,
    session: Fields,
    progress: RunState,
    /// Whether the parameters before the last update are the last numbers.
    has_before_update: bool,
}

pub(super) fn unusable(path: &Path, problem: &str) -> Error {
    Error::Checkpoint {
        path: path.to_owned(),
        // The problem may quote text of any length from the file.
        problem: shorten(&sanitise(problem), MAX_PROBLEM_WIDTH),
    }
}

impl Checkpoint {
    /// Writes the checkpoint to `out`.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut out = CrcWriter::new(out);
        out.write_all(MAGIC)?;
        out.write_all(VERSION.as_bytes())?;
        out.write_all(b"\n")?;
        out.write_all(&serde_json::to_vec(&self.about)?)?;
        out.write_all(b"\n")?;
        let document = serde_json::to_vec(&Document {
            origin: self.origin.clone(),
            fingerprint: self.fingerprint.clone(),
            session: self.session.fields(),
            progress: self.progress.clone(),
            has_before_update: self.before_update.is_some(),
        })?;
        out.write_all(&(document.len() as u64).to_le_bytes())?;
        out.write_all(&document)?;
        let mut write = |numbers: &Parameters| write_numbers(numbers, &mut out);
        self.session.numbers(&mut write)?;
        if let Some(before) = &self.before_update {
            write(before)?;
        }
        let sum = out.crc().sum().to_le_bytes();
        out.get_mut().write_all(&sum)
    }
}

fn write_numbers(numbers: &Parameters, out: &mut dyn Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    for layer in &numbers.layers {
        bytes.clear();
        let all = layer.weights.iter().chain(&layer.biases);
        bytes.extend(all.flat_map(|number| number.to_le_bytes()));
        out.write_all(&bytes)?;
    }
    Ok(())
}

/// Reads what the checkpoint in `path` is about, without verifying the rest of the file.
///
/// # Errors
/// Those of [`read`].
pub(crate) fn read_about(path: &Path) -> Result<About> {
    let file = open(path)?;
    let mut lines = BufReader::new(file.take(MAX_LINES));
    let mut line = |buffer: &mut Vec<u8>| {
        buffer.clear();
        let read = lines.read_until(b'\n', buffer);
        read.map_err(|cause| Error::reading(path, cause))
    };
    let mut buffer = Vec::new();
    line(&mut buffer)?;
    check_version(&buffer).map_err(|problem| unusable(path, &problem))?;
    line(&mut buffer)?;
    parse(&buffer).map_err(|problem| unusable(path, &problem))
}

/// Reads and verifies a checkpoint.
pub(super) fn read(path: &Path, threads: Threads) -> Result<Checkpoint> {
    let reading = |cause| Error::reading(path, cause);
    let mut file = open(path)?;
    let length: u128 = file.metadata().map_err(reading)?.len().into();
    let purpose = say!("purpose-checkpoint", "reading the checkpoint");
    memory::check(purpose, length)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(reading)?;
    let damaged = |problem: String| unusable(path, &problem);
    let (about, document, numbers) = split(&bytes).map_err(damaged)?;
    // A size that the document claims is no number in the file yet.
    let most = length.saturating_mul(MAX_GROWTH);
    memory::check(purpose, document.session.bytes().min(most))?;
    decode(about, document, numbers, threads).map_err(damaged)
}

fn open(path: &Path) -> Result<File> {
    let reading = |cause| Error::reading(path, cause);
    // A pipe or a device may never end.
    if !fs::metadata(path).map_err(reading)?.is_file() {
        return Err(reading(io::Error::other(say!(
            "not-regular",
            "it is not a regular file"
        ))));
    }
    File::open(path).map_err(reading)
}

fn check_version(bytes: &[u8]) -> Result<(), String> {
    let Some(rest) = bytes.strip_prefix(MAGIC) else {
        return Err(say!("checkpoint-foreign", "it is not written by --checkpoint").into());
    };
    let version: Vec<u8> = rest.iter().copied().take_while(|&b| b != b'\n').collect();
    if version == VERSION.as_bytes() {
        return Ok(());
    }
    let version = String::from_utf8_lossy(&version).into_owned();
    Err(say!(
        "checkpoint-version",
        "it has version {version} of the format, this program reads version {own}",
        version,
        own = VERSION
    ))
}

fn parse<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, String> {
    serde_json::from_slice(json).map_err(json_problem)
}

/// Verifies a checkpoint, and splits it into its description, its document and the numbers.
fn split(bytes: &[u8]) -> Result<(About, Document, Rest<'_>), String> {
    check_version(bytes)?;
    let incomplete = || say!("checkpoint-damaged", "it is damaged or cut off").to_owned();
    let end = bytes.len().checked_sub(SUM).ok_or_else(incomplete)?;
    let (bytes, sum) = bytes.split_at(end);
    let mut found = Crc::new();
    found.update(bytes);
    if found.sum().to_le_bytes() != sum {
        return Err(incomplete());
    }
    let mut rest = Rest(bytes);
    rest.line()?;
    let about: About = parse(rest.line()?)?;
    let length = rest.take(size_of::<u64>())?;
    let length = length.try_into().map(u64::from_le_bytes);
    let length = usize::try_from(length.map_err(|_| incomplete())?);
    let document: Document = parse(rest.take(length.map_err(|_| incomplete())?)?)?;
    Ok((about, document, rest))
}

fn decode(
    about: About,
    document: Document,
    mut rest: Rest<'_>,
    threads: Threads,
) -> Result<Checkpoint, String> {
    let session = SessionState::new(document.session, &mut rest, threads)?;
    if !document.progress.recording.curves.is_consistent() {
        return Err(say!("checkpoint-curves", "its curves are inconsistent").into());
    }
    let before_update = if document.has_before_update {
        Some(rest.next(session.architecture())?)
    } else {
        None
    };
    if !rest.0.is_empty() {
        return Err(say!(
            "checkpoint-long",
            "{bytes} bytes too many",
            bytes = rest.0.len()
        ));
    }
    Ok(Checkpoint {
        about,
        origin: document.origin,
        fingerprint: document.fingerprint,
        session,
        progress: document.progress,
        before_update,
    })
}

/// Bytes that are not read yet.
struct Rest<'b>(&'b [u8]);

impl<'b> Rest<'b> {
    fn take(&mut self, count: usize) -> Result<&'b [u8], String> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or(say!("checkpoint-short", "it is cut off"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn line(&mut self) -> Result<&'b [u8], String> {
        let end = self.0.iter().position(|&byte| byte == b'\n');
        let line = self.take(end.ok_or(say!("checkpoint-short", "it is cut off"))?)?;
        self.take(1)?;
        Ok(line)
    }

    fn floats(&mut self, count: usize) -> Result<Vec<f32>, String> {
        let bytes = count
            .checked_mul(4)
            .ok_or(say!("checkpoint-short", "it is cut off"))?;
        let (numbers, _) = self.take(bytes)?.as_chunks();
        let numbers = numbers.iter();
        Ok(numbers.map(|&bytes| f32::from_le_bytes(bytes)).collect())
    }
}

impl Numbers for Rest<'_> {
    /// Allocates no more than the file holds.
    fn next(&mut self, architecture: &Architecture) -> Result<Parameters, String> {
        let layers = architecture.layer_shapes().map(|(inputs, outputs)| {
            let weights = inputs
                .checked_mul(outputs)
                .ok_or(say!("checkpoint-short", "it is cut off"))?;
            let weights = Array2::from_shape_vec((outputs, inputs), self.floats(weights)?);
            Ok(LayerParameters {
                weights: weights.map_err(|error| error.to_string())?,
                biases: Array1::from_vec(self.floats(outputs)?),
            })
        });
        let layers: Result<Vec<_>, String> = layers.collect();
        Ok(Parameters { layers: layers? })
    }
}
