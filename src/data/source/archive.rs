//! Zip archives with a single table, and formats that are recognised in order to name them.

use std::io::{self, Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::error::DataProblem;

/// Maximum size of an unpacked table in multiples of the archive, and a size that is always accepted.
const MAX_RATIO: u64 = 200;
const ALWAYS_ACCEPTED: u64 = 64 << 20;

/// Number of files of an archive that are named in an error.
const NAMED: usize = 5;

/// First bytes of some texts in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// First bytes of a Parquet file.
pub(crate) const PARQUET: &[u8] = b"PAR1";

/// First bytes of other formats, and the way forward.
const FORMATS: [(&[u8], &str); 6] = [
    (
        b"\xd0\xcf\x11\xe0",
        "it is an old Excel workbook (.xls); save the sheet as CSV",
    ),
    (
        b"\x28\xb5\x2f\xfd",
        "it is compressed with zstd; decompress it first: zstd -dc FILE | nn-tui -",
    ),
    (
        b"\xfd7zX",
        "it is compressed with xz; decompress it first: xz -dc FILE | nn-tui -",
    ),
    (
        b"BZh",
        "it is compressed with bzip2; decompress it first: bzip2 -dc FILE | nn-tui -",
    ),
    (b"7z\xbc\xaf", "it is a 7z archive; unpack it first"),
    (b"%PDF", "it is a PDF document, not a table"),
];

/// Returns whether a file that begins with `first` is a zip archive.
pub(crate) fn is_zip(first: &[u8]) -> bool {
    first.starts_with(b"PK\x03\x04") || first.starts_with(b"PK\x05\x06")
}

/// Names the format of a file that begins with `first`, if it is none of a table as text.
pub(crate) fn foreign_format(first: &[u8]) -> Option<&'static str> {
    let known = FORMATS.iter().find(|(magic, _)| first.starts_with(magic));
    let known = known.map(|&(_, about)| about);
    known
        .or_else(|| parquet(first))
        .or_else(|| utf_16(first))
        .or_else(|| markup(first))
}

/// Returns whether a file that begins with `first` may be JSON, HTML or XML.
pub(crate) fn may_be_markup(first: &[u8]) -> bool {
    let first = first.strip_prefix(BYTE_ORDER_MARK).unwrap_or(first);
    let first = first.trim_ascii_start();
    first.first().is_none_or(|byte| b"{[<".contains(byte))
}

/// Recognises JSON, HTML and XML by their first line.
fn markup(first: &[u8]) -> Option<&'static str> {
    let first = first.strip_prefix(BYTE_ORDER_MARK).unwrap_or(first);
    let text = String::from_utf8_lossy(first.trim_ascii_start());
    let behind = |start: char| Some(text.strip_prefix(start)?.trim_start());
    let key = |inner: &str| {
        let rest = inner.strip_prefix('"')?.split_once('"')?.1;
        rest.trim_start().strip_prefix(':').map(drop)
    };
    if behind('{').is_some_and(|inner| key(inner).is_some()) {
        return Some(
            "it is JSON; convert it to CSV, for example with pandas: \
             read_json(FILE, lines=True).to_csv(\"table.csv\", index=False) for a row a line",
        );
    }
    if behind('[').is_some_and(|inner| inner.starts_with(['{', '['])) {
        return Some(
            "it is JSON; convert it to CSV, for example with pandas: \
             read_json(FILE).to_csv(\"table.csv\", index=False)",
        );
    }
    let line = text.lines().next().unwrap_or_default().to_lowercase();
    if ["<!doctype html", "<html", "<table"]
        .iter()
        .any(|tag| line.starts_with(tag))
    {
        return Some("it is an HTML page; save its table as CSV, for example from a spreadsheet");
    }
    let is_tag = line.starts_with('<') && line.trim_end().ends_with('>');
    let is_xml = line.starts_with("<?xml") || is_tag && line.matches('<').count() == 1;
    is_xml.then_some("it is XML; convert it to CSV, for example with pandas.read_xml")
}

/// Recognises Parquet by the binary numbers behind its first four bytes.
fn parquet(first: &[u8]) -> Option<&'static str> {
    let behind = first.strip_prefix(PARQUET)?;
    let is_binary = |byte: &u8| !byte.is_ascii_graphic() && !byte.is_ascii_whitespace();
    behind
        .iter()
        .any(is_binary)
        .then_some("it is a Parquet file; convert it to CSV, for example with polars or DuckDB")
}

/// Recognises UTF-16, with a byte order mark or by the zero bytes of ASCII characters.
fn utf_16(first: &[u8]) -> Option<&'static str> {
    let (pairs, _) = first.as_chunks::<2>();
    let has_mark = first.starts_with(b"\xff\xfe") || first.starts_with(b"\xfe\xff");
    let are_ascii = |high: usize| {
        pairs.len() > 1
            && pairs
                .iter()
                .all(|pair| pair[high] == 0 && pair[1 - high] != 0)
    };
    (has_mark || are_ascii(0) || are_ascii(1))
        .then_some("it is UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8 FILE | nn-tui -")
}

/// Unpacks the only file of the zip archive in `bytes`.
///
/// # Errors
/// Outside, an error of reading; inside, [`DataProblem::Archive`] for another number of files, and
/// [`DataProblem::ForeignFormat`] for an Excel workbook.
pub(crate) fn only_table(mut bytes: impl Read) -> io::Result<Result<Vec<u8>, DataProblem>> {
    let mut packed = Vec::new();
    bytes.read_to_end(&mut packed)?;
    let limit = (packed.len() as u64)
        .saturating_mul(MAX_RATIO)
        .max(ALWAYS_ACCEPTED);
    let mut archive = ZipArchive::new(Cursor::new(packed)).map_err(io_error)?;
    let mut names = Vec::new();
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(io_error)?;
        let name = member.name().map_err(io_error)?.into_owned();
        if name == "[Content_Types].xml" {
            return Ok(Err(DataProblem::ForeignFormat(
                "it is an Excel workbook (.xlsx) or another office document; save the sheet as CSV",
            )));
        }
        // macOS adds files about files.
        if !member.is_dir() && !name.starts_with("__MACOSX/") {
            names.push((index, name));
        }
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
    let mut table = Vec::new();
    member.take(limit + 1).read_to_end(&mut table)?;
    if table.len() as u64 > limit {
        return Err(io::Error::other("it unpacks to far more than its size"));
    }
    Ok(Ok(table))
}

fn io_error(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(error) => error,
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

    fn unpacked(names: &[&str]) -> Result<Vec<u8>, DataProblem> {
        only_table(Cursor::new(packed(names))).expect("readable")
    }

    #[test]
    fn the_only_table_is_unpacked() {
        assert_eq!(unpacked(&["t.csv"]), Ok(b"a,b\n1,2\n".to_vec()));
        assert!(unpacked(&["t.csv", "__MACOSX/t.csv"]).is_ok());
        assert!(matches!(
            unpacked(&["a.csv", "b.csv"]),
            Err(DataProblem::Archive { count: 2, .. })
        ));
        assert!(matches!(
            unpacked(&["[Content_Types].xml", "xl/workbook.xml"]),
            Err(DataProblem::ForeignFormat(_))
        ));
    }

    #[test]
    fn other_formats_are_named() {
        assert!(foreign_format(b"PAR1\x15\x04..").is_some_and(|text| text.contains("Parquet")));
        for bytes in [&b"a\0,\0b\0\n\0"[..], b"\0a\0,\0b\0\n", b"\xff\xfea\0"] {
            assert!(foreign_format(bytes).is_some_and(|text| text.contains("UTF-16")));
        }
        for (text, format) in [
            ("{\"a\": 1}\n{\"a\": 2}\n", "JSON"),
            ("\u{feff}{ \"a\" : 1}", "JSON"),
            ("[\n {\n  \"a\": 1\n }\n]", "JSON"),
            ("[[1, 2], [3, 4]]", "JSON"),
            ("<!DOCTYPE html>\n<html>", "HTML"),
            ("<table><tr><td>1</td></tr></table>", "HTML"),
            ("\n<?xml version=\"1.0\"?>\n<r>", "XML"),
            ("<rows>\n<row>", "XML"),
        ] {
            let found = foreign_format(text.as_bytes());
            assert!(found.is_some_and(|found| found.contains(format)), "{text}");
        }
        for text in [
            "<TICKER>,<DATE>\n1,2\n",
            "[a],[b]\n1,2\n",
            "{a},b\n",
            "<5,x\n",
            "\n\na,b\n",
        ] {
            assert_eq!(foreign_format(text.as_bytes()), None, "{text}");
        }
        assert_eq!(foreign_format(b"a,b\n1,2\n"), None);
        assert_eq!(foreign_format(b"PAR1,b"), None);
        assert_eq!(foreign_format(b""), None);
        assert_eq!(foreign_format(&[0, 0, 8, 3]), None, "images");
    }
}
