//! Bytes of a built-in data set, a file or standard input, decompressed.

use std::fs::{File, Metadata};
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::archive::{self, Content};
use super::compression::decompressed;
use super::converted::{Conversion, Converted};
use super::foreign::{self, Format};
use super::idx_file::IMAGES;
use super::{Source, arff, json_lines};
use util::error::{Error, Result};
use util::lang::say;
use util::memory;

/// Number of first bytes by which nearly all formats are known. A pipe may deliver few at a time.
const FIRST: usize = 4;

/// Number of first bytes by which the other formats are known.
const FIRST_OF_AMBIGUOUS: usize = 512;

/// Number of first bytes of a file that begins with a comment.
const FIRST_BEHIND_COMMENT: usize = 1 << 16;

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
    /// Format of the table that was converted to the bytes, unless it is text.
    pub(crate) conversion: Option<Conversion>,
    /// Name of the table in an archive of several files.
    pub(crate) member: Option<String>,
}

/// Opens `source`. By its first bytes it is decompressed, unpacked, or converted to CSV.
///
/// # Errors
/// [`Error::NoSuchInput`] with the built-in data sets as its hint, [`Error::CannotRead`];
/// [`DataProblem::Archive`], [`DataProblem::ForeignFormat`], and the errors of a conversion.
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
    let unreadable = |cause| Error::cannot_read(source.to_string(), cause);
    let (mut first, mut bytes) = decompressed(counted)
        .and_then(|bytes| peek(bytes, FIRST))
        .map_err(unreadable)?;
    let problem = |problem| Error::in_source(source.to_string(), problem);
    let (mut format, mut member) = (None, None);
    if archive::is_zip(&first) {
        let content = archive::unpacked(bytes).map_err(unreadable)?;
        (first, bytes) = match content.map_err(problem)? {
            Content::Table(table, chosen) => {
                member = chosen;
                peek(Cursor::new(table), FIRST).map_err(unreadable)?
            }
            Content::Workbook(packed) => {
                format = Some(Format::Workbook);
                peek(Cursor::new(packed), 0).map_err(unreadable)?
            }
        };
    }
    if foreign::is_ambiguous(&first) && format.is_none() {
        (first, bytes) = peek(bytes, FIRST_OF_AMBIGUOUS).map_err(unreadable)?;
        if foreign::is_comment(&first) {
            (first, bytes) = peek(bytes, FIRST_BEHIND_COMMENT).map_err(unreadable)?;
        }
    }
    if format.is_none() {
        let named = [
            (&["jsonl", "ndjson"][..], Format::JsonLines),
            (&["arff"], Format::Arff),
        ];
        let named = named
            .into_iter()
            .find(|(endings, _)| source.has_extension(endings));
        let recognised = foreign::recognise(&first).map_err(problem)?;
        format = recognised.or_else(|| named.map(|(_, format)| format));
    }
    let mut conversion = None;
    if let Some(format) = format {
        let all = memory::read_to_end(bytes).map_err(unreadable)?;
        let converted = convert(format, all, &source.to_string())?;
        conversion = Some(converted.conversion);
        bytes = Box::new(Cursor::new(converted.csv));
    }
    Ok(Input {
        bytes,
        taken,
        size,
        // Labels are in a file beside.
        has_images: first.starts_with(&IMAGES) && matches!(source, Source::File(_)),
        conversion,
        member,
    })
}

/// Converts the table in `bytes`, of this `format`, to CSV; messages call it `source`.
///
/// # Errors
/// [`DataProblem::ForeignFormat`] for one that this program was built without; those of the conversion.
fn convert(format: Format, bytes: Vec<u8>, source: &str) -> Result<Converted> {
    match format {
        Format::JsonLines => json_lines::converted(&bytes, source),
        Format::Arff => arff::converted(&bytes, source),
        #[cfg(feature = "xlsx")]
        Format::Workbook => super::xlsx::converted(bytes, source),
        #[cfg(not(feature = "xlsx"))]
        Format::Workbook => Err(without(
            source,
            say!(
                "format-no-xlsx",
                "it is an Excel workbook (.xlsx), which this nn-tui was built without: \
             cargo install nn-tui --features xlsx, or save the sheet as CSV"
            ),
        )),
        #[cfg(feature = "parquet")]
        Format::Parquet => super::parquet::converted(bytes, source),
        #[cfg(not(feature = "parquet"))]
        Format::Parquet => Err(without(
            source,
            say!(
                "format-no-parquet",
                "it is a Parquet file, which this nn-tui was built without: \
             cargo install nn-tui --features parquet, or save it as CSV"
            ),
        )),
    }
}

/// Returns the error for a format that this program was built without.
#[cfg(not(all(feature = "xlsx", feature = "parquet")))]
fn without(source: &str, about: &'static str) -> Error {
    let problem = util::error::DataProblem::ForeignFormat(about);
    Error::in_source(source, problem)
}

fn open_file(path: &Path) -> Result<File> {
    if path.is_dir() {
        // What the system says about reading a directory differs, and helps nobody.
        let cause = io::Error::new(
            io::ErrorKind::IsADirectory,
            say!("is-directory", "it is a directory"),
        );
        return Err(Error::reading(path, cause));
    }
    File::open(path).map_err(|cause| Error::reading(path, cause))
}

/// Returns the first `count` bytes, fewer if there are no more, and a reader of all bytes.
pub(super) fn peek(
    mut bytes: impl Read + Send + 'static,
    count: usize,
) -> io::Result<(Vec<u8>, Box<dyn Read + Send>)> {
    let mut first = Vec::new();
    bytes.by_ref().take(count as u64).read_to_end(&mut first)?;
    Ok((first.clone(), Box::new(Cursor::new(first).chain(bytes))))
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
