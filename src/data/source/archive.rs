//! Zip archives with a single table.

use std::io::{self, Cursor, Read};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use super::is_one_of;
use util::error::DataProblem;
use util::lang::say;
use util::memory;

/// Maximum size of an unpacked table in multiples of the archive, and a size that is always accepted.
const MAX_RATIO: u64 = 200;
const ALWAYS_ACCEPTED: u64 = 64 << 20;

/// Number of files of an archive that are named in an error.
const NAMED: usize = 5;

/// Returns whether a file that begins with `first` is a zip archive.
pub(super) fn is_zip(first: &[u8]) -> bool {
    first.starts_with(b"PK\x03\x04") || first.starts_with(b"PK\x05\x06")
}

/// Content of a zip archive.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Content of a file in the archive, and its name unless it is the only one.
    Table(Vec<u8>, Option<String>),
    /// An office document; the archive as it is.
    Workbook(Vec<u8>),
}

/// Endings of the names of tables.
const TABLES: [&str; 8] = [
    "csv", "tsv", "tab", "psv", "data", "jsonl", "ndjson", "arff",
];

/// Unpacks the only file of the zip archive in `bytes`, or the only one whose name is that of a table.
///
/// # Errors
/// Outside, an error of reading; inside, [`DataProblem::Archive`] for another number of files.
pub(super) fn unpacked(bytes: impl Read) -> io::Result<Result<Content, DataProblem>> {
    let packed = memory::read_to_end(bytes)?;
    let limit = (packed.len() as u64)
        .saturating_mul(MAX_RATIO)
        .max(ALWAYS_ACCEPTED);
    let mut archive = ZipArchive::new(Cursor::new(packed)).map_err(io_error)?;
    let mut names = Vec::new();
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(io_error)?;
        let name = member.name().map_err(io_error)?.into_owned();
        let is_folder = member.is_dir();
        drop(member);
        if name == "mimetype" {
            let about = say!(
                "format-opendocument",
                "it is an OpenDocument file; save the sheet as CSV"
            );
            return Ok(Err(DataProblem::ForeignFormat(about)));
        }
        if name == "[Content_Types].xml" {
            return Ok(Ok(Content::Workbook(archive.into_inner().into_inner())));
        }
        // macOS adds files about files.
        if !is_folder && !name.starts_with("__MACOSX/") {
            names.push((index, name));
        }
    }
    let is_table = |(_, name): &&(usize, String)| is_one_of(Path::new(name), &TABLES);
    let mut tables = names.iter().filter(is_table);
    let only = tables.next().filter(|_| tables.next().is_none()).cloned();
    let chosen = only.filter(|_| names.len() > 1);
    if let Some(table) = &chosen {
        names = vec![table.clone()];
    }
    let [(index, _)] = names[..] else {
        return Ok(Err(DataProblem::Archive {
            count: names.len(),
            names: names
                .into_iter()
                .map(|(_, name)| name)
                .take(NAMED)
                .collect(),
        }));
    };
    let member = archive.by_index(index).map_err(io_error)?;
    let read = memory::read_to_end(member.take(limit + 1));
    let table = read.map_err(|error| match error.get_ref() {
        Some(inner) if inner.downcast_ref::<ZipError>().is_some() => unusual_compression(),
        _ => error,
    })?;
    if table.len() as u64 > limit {
        return Err(io::Error::other(say!(
            "unpacks-too-far",
            "it unpacks to far more than its size"
        )));
    }
    let chosen = chosen.map(|(_, name)| name);
    Ok(Ok(Content::Table(table, chosen)))
}

fn unusual_compression() -> io::Error {
    io::Error::other(say!(
        "zip-unusual",
        "the zip archive is compressed in an unusual way; unpack it first: unzip FILE"
    ))
}

fn io_error(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(error) => error,
        ZipError::CompressionMethodNotSupported(_) => unusual_compression(),
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn packed(names: &[&str]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            archive
                .start_file(*name, SimpleFileOptions::default())
                .expect("started");
            archive.write_all(b"a,b\n1,2\n").expect("written");
        }
        archive.finish().expect("packed").into_inner()
    }

    fn content(names: &[&str]) -> Result<Content, DataProblem> {
        unpacked(Cursor::new(packed(names))).expect("readable")
    }

    #[test]
    fn the_only_table_is_unpacked() {
        let table = Content::Table(b"a,b\n1,2\n".to_vec(), None);
        assert_eq!(content(&["t.csv"]), Ok(table));
        assert!(content(&["t.csv", "__MACOSX/t.csv"]).is_ok());
        let chosen = content(&["README.md", "data/T.CSV", "licence.txt"]);
        assert!(matches!(chosen, Ok(Content::Table(_, Some(name))) if name == "data/T.CSV"));
        assert!(matches!(
            content(&["a.csv", "b.csv"]),
            Err(DataProblem::Archive { count: 2, .. })
        ));
        assert!(matches!(
            content(&["[Content_Types].xml", "xl/workbook.xml"]),
            Ok(Content::Workbook(_))
        ));
    }
}
