//! Recognition of formats other than text tables.

use crate::error::DataProblem;
use crate::util::lang::say;

/// Text in the language of the screen.
type About = fn() -> &'static str;

/// First bytes of some texts in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// First bytes of a Parquet file.
const PARQUET: &[u8] = b"PAR1";

const UTF_32: About = || {
    say!(
        "format-utf32",
        "it is UTF-32; convert it first: iconv -f utf-32 -t utf-8 FILE | nn-tui -"
    )
};

const PICTURE: About = || {
    say!(
        "format-picture",
        "it is a picture, not a table; images to train on are read in the IDX format, as of MNIST"
    )
};

const ZIP_TWICE: About = || {
    say!(
        "format-zip",
        "it holds a zip archive or a workbook, packed twice; unpack it once"
    )
};

/// First bytes of other formats, and the way forward. A file was decompressed and unpacked once before.
const FORMATS: [(&[u8], About); 35] = [
    (b"\xff\xfe\0\0", UTF_32),
    (b"\0\0\xfe\xff", UTF_32),
    (b"ARROW1\0\0", || {
        say!(
            "format-arrow",
            "it is an Arrow or Feather file; convert it to CSV, for example with pandas.read_feather"
        )
    }),
    (b"\x89HDF", || {
        say!(
            "format-hdf5",
            "it is an HDF5 file; convert it to CSV, for example with pandas.read_hdf"
        )
    }),
    (b"SQLite format 3\0", || {
        say!(
            "format-sqlite",
            "it is an SQLite database; export a table first: sqlite3 -header -csv FILE 'select * from NAME' | nn-tui -"
        )
    }),
    (b"\x93NUM", || {
        say!(
            "format-numpy",
            "it is a NumPy array; convert it to CSV, for example with numpy.savetxt"
        )
    }),
    (b"RDX3\nX\n", || {
        say!(
            "format-r-objects",
            "it holds objects of R; write the table first: write.csv(NAME, \"table.csv\", row.names = FALSE)"
        )
    }),
    (b"X\n\0\0", || {
        say!(
            "format-r-object",
            "it holds an object of R; write the table first: write.csv(readRDS(FILE), \"table.csv\", row.names = FALSE)"
        )
    }),
    (b"<stata_dta>", STATA),
    (b"$FL2@(#)", || {
        say!(
            "format-spss",
            "it is an SPSS file; convert it to CSV, for example with pandas.read_spss"
        )
    }),
    (b"Obj\x01", || {
        say!("format-avro", "it is an Avro file; convert it to CSV first")
    }),
    (b"\xd0\xcf\x11\xe0", || {
        say!(
            "format-xls",
            "it is an old Excel workbook (.xls); save the sheet as CSV"
        )
    }),
    (b"\xfd7zX", || {
        say!(
            "format-xz",
            "it is compressed with xz; decompress it first: xz -dc FILE | nn-tui -"
        )
    }),
    (b"BZh", || {
        say!(
            "format-bzip2",
            "it is compressed with bzip2; decompress it first: bzip2 -dc FILE | nn-tui -"
        )
    }),
    (b"\x1f\x8b", || {
        say!(
            "format-gzip",
            "it holds a gzip file, compressed twice; decompress it once: unzip -p (or gzip -dc) FILE | nn-tui -"
        )
    }),
    (b"\x28\xb5\x2f\xfd", || {
        say!(
            "format-zstd",
            "it holds a zstd file, compressed twice; decompress it once: unzip -p (or gzip -dc) FILE | nn-tui -"
        )
    }),
    (b"PK\x03\x04", ZIP_TWICE),
    (b"PK\x05\x06", ZIP_TWICE),
    (b"7z\xbc\xaf", || {
        say!(
            "format-7z",
            "it is a 7z archive; extract its table first: 7z x FILE"
        )
    }),
    (b"Rar!\x1a\x07", || {
        say!(
            "format-rar",
            "it is a RAR archive; extract its table first: unrar x FILE"
        )
    }),
    (b"\x1f\x9d", || {
        say!(
            "format-compress",
            "it is compressed with compress; decompress it first: gzip -dc FILE | nn-tui -"
        )
    }),
    (b"\x04\x22\x4d\x18", || {
        say!(
            "format-lz4",
            "it is compressed with lz4; decompress it first: lz4 -dc FILE | nn-tui -"
        )
    }),
    (b"LZIP", || {
        say!(
            "format-lzip",
            "it is compressed with lzip; decompress it first: lzip -dc FILE | nn-tui -"
        )
    }),
    (b"%PDF", || {
        say!(
            "format-pdf",
            "it is a PDF document, not a table; copy its table into a spreadsheet and save that as CSV"
        )
    }),
    (b"FEA1", || {
        say!(
            "format-feather",
            "it is a Feather file; convert it to CSV, for example with pandas.read_feather"
        )
    }),
    (b"\xff\xff\xff\xff", || {
        say!(
            "format-arrow-stream",
            "it is an Arrow stream; convert it to CSV, for example with pyarrow.ipc.open_stream"
        )
    }),
    (b"ORC\x00", || {
        say!(
            "format-orc",
            "it is an ORC file; convert it to CSV, for example with pandas.read_orc"
        )
    }),
    (b"RDX2\nX\n", || {
        say!(
            "format-r-objects",
            "it holds objects of R; write the table first: write.csv(NAME, \"table.csv\", row.names = FALSE)"
        )
    }),
    (b"$FL3@(#)", || {
        say!(
            "format-spss",
            "it is an SPSS file; convert it to CSV, for example with pandas.read_spss"
        )
    }),
    (b"\0\0\0\0\0\0\0\0\0\0\0\0\xc2\xea\x81\x60", || {
        say!(
            "format-sas",
            "it is a SAS file; convert it to CSV, for example with pandas.read_sas"
        )
    }),
    (b"HEADER RECORD*******", || {
        say!(
            "format-sas-transport",
            "it is a SAS transport file; convert it to CSV, for example with pandas.read_sas"
        )
    }),
    (b"MATLAB 5.0 MAT-file", || {
        say!(
            "format-matlab",
            "it is a MATLAB file; write the table first: writetable(NAME, 'table.csv')"
        )
    }),
    (b"\x89PNG", PICTURE),
    (b"\xff\xd8\xff", PICTURE),
    (b"GIF8", PICTURE),
];

/// Length in bytes of the header of a file in a tar archive.
const TAR_HEADER: usize = 512;

/// Position of the checksum in such a header: octal digits.
const TAR_CHECKSUM: std::ops::Range<usize> = 148..156;

/// Returns the problem of a table that begins with `first` if it is a tar archive, compressed or not. Its first bytes are
/// the name of a file, so that only the checksum of its header tells.
pub(in crate::data) fn tar_problem(first: &[u8]) -> Option<DataProblem> {
    let header = first.get(..TAR_HEADER)?;
    let digits = std::str::from_utf8(&header[TAR_CHECKSUM]).ok()?;
    let digits = digits.trim_matches(['\0', ' ']);
    let expected = u64::from_str_radix(digits, 8).ok()?;
    let blanks = TAR_CHECKSUM.len() as u64 * u64::from(b' ');
    let sum = |bytes: &[u8]| bytes.iter().map(|&byte| u64::from(byte)).sum::<u64>();
    let found = sum(header) - sum(&header[TAR_CHECKSUM]) + blanks;
    let about = say!(
        "format-tar",
        "it is a tar archive; extract its table first: tar -xf FILE"
    );
    (found == expected).then_some(DataProblem::ForeignFormat(about))
}

/// First bytes of formats of other programs, of which a byte is one of several.
const PICKLES: std::ops::RangeInclusive<u8> = 2..=5;
const OLD_STATA: std::ops::RangeInclusive<u8> = 0x69..=0x73;

const PICKLE: About = || {
    say!(
        "format-pickle",
        "it is a Python pickle; convert it to CSV, for example with pandas.read_pickle"
    )
};

const STATA: About = || {
    say!(
        "format-stata",
        "it is a Stata file; convert it to CSV, for example with pandas.read_stata"
    )
};

/// Format of a table that is converted to CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    JsonLines,
    Arff,
    Workbook,
    Parquet,
}

/// Recognises the format of a file that begins with `first`; `None` for a table as text.
///
/// # Errors
/// [`DataProblem::ForeignFormat`] for a format that is not read.
pub(super) fn recognise(first: &[u8]) -> Result<Option<Format>, DataProblem> {
    if first
        .strip_prefix(PARQUET)
        .is_some_and(|behind| behind.iter().any(is_binary))
    {
        return Ok(Some(Format::Parquet));
    }
    if let [letter, 0, 0, 0, ..] = first
        && *letter > 0
    {
        return Err(DataProblem::ForeignFormat(UTF_32()));
    }
    match first {
        [0x80, version, ..] if PICKLES.contains(version) => {
            return Err(DataProblem::ForeignFormat(PICKLE()));
        }
        [version, 1 | 2, 1, 0, ..] if OLD_STATA.contains(version) => {
            return Err(DataProblem::ForeignFormat(STATA()));
        }
        _ => {}
    }
    let known = FORMATS.iter().find(|(magic, _)| first.starts_with(magic));
    match known {
        Some((_, about)) => Err(DataProblem::ForeignFormat(about())),
        None => markup(first),
    }
}

/// Returns whether more than the `first` bytes are needed to tell Parquet, JSON, HTML and XML from a table
/// whose first cell begins like them.
pub(super) fn is_ambiguous(first: &[u8]) -> bool {
    let is_start =
        |(magic, _): &(&[u8], About)| magic.len() > first.len() && magic.starts_with(first);
    let may_be_known = first.starts_with(PARQUET) || FORMATS.iter().any(is_start);
    let first = first.strip_prefix(BYTE_ORDER_MARK).unwrap_or(first);
    let first = first.trim_ascii_start();
    may_be_known || first.first().is_none_or(|byte| b"{[<@%v".contains(byte))
}

/// Returns whether the `first` bytes are all of a comment such as those that ARFF files begin with.
pub(super) fn is_comment(first: &[u8]) -> bool {
    let lines = first.split(|&byte| byte == b'\n');
    let mut lines = lines
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
        .peekable();
    lines.peek().is_some() && lines.all(|line| line.starts_with(b"%"))
}

/// Recognises JSON, ARFF, HTML and XML by their first line.
fn markup(first: &[u8]) -> Result<Option<Format>, DataProblem> {
    let refuse = |about| Err(DataProblem::ForeignFormat(about));
    let first = first.strip_prefix(BYTE_ORDER_MARK).unwrap_or(first);
    let text = String::from_utf8_lossy(first.trim_ascii_start());
    let behind = |start: char| Some(text.strip_prefix(start)?.trim_start());
    let key = |inner: &str| {
        let rest = inner.strip_prefix('"')?.split_once('"')?.1;
        rest.trim_start().strip_prefix(':').map(drop)
    };
    if behind('{').is_some_and(|inner| key(inner).is_some()) {
        return Ok(Some(Format::JsonLines));
    }
    if behind('[').is_some_and(|inner| inner.starts_with(['{', '['])) {
        return refuse(say!(
            "format-json",
            "it is JSON; convert it to CSV, for example with pandas: \
             read_json(FILE).to_csv(\"table.csv\", index=False)"
        ));
    }
    let line = text.lines().next().unwrap_or_default().to_lowercase();
    let mut lines = text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('%'));
    let declares = |line: &str| {
        let word = line.split_ascii_whitespace().next().unwrap_or_default();
        word.eq_ignore_ascii_case("@relation") || word.eq_ignore_ascii_case("@attribute")
    };
    if lines.next().is_some_and(declares) {
        return Ok(Some(Format::Arff));
    }
    if line.starts_with("version https://git-lfs") {
        return refuse(say!(
            "format-lfs",
            "it is a pointer to a file of Git LFS; git lfs pull fetches the file itself"
        ));
    }
    if ["<!doctype html", "<html", "<table"]
        .iter()
        .any(|tag| line.starts_with(tag))
    {
        return refuse(say!(
            "format-html",
            "it is an HTML page; save its table as CSV, for example from a spreadsheet"
        ));
    }
    let is_tag = line.starts_with('<') && line.trim_end().ends_with('>');
    let is_xml = line.starts_with("<?xml") || is_tag && line.matches('<').count() == 1;
    if is_xml {
        return refuse(say!(
            "format-xml",
            "it is XML; convert it to CSV, for example with pandas.read_xml"
        ));
    }
    Ok(None)
}

/// Returns whether `byte` is none of a table as text whose first cell is the name of a format.
fn is_binary(byte: &u8) -> bool {
    !byte.is_ascii_graphic() && !byte.is_ascii_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tar_archive_has_the_checksum_of_its_header() {
        let mut header = [0_u8; TAR_HEADER];
        header[..5].copy_from_slice(b"t.csv");
        header[TAR_CHECKSUM].fill(b' ');
        let sum: u64 = header.iter().map(|&byte| u64::from(byte)).sum();
        header[TAR_CHECKSUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let problem = tar_problem(&header).expect("an archive").to_string();
        assert!(problem.contains("tar -xf FILE"), "{problem}");
        header[0] = b'u';
        assert_eq!(tar_problem(&header), None);
        assert_eq!(tar_problem(&b"a,b\n1,2\n".repeat(99)), None);
        assert_eq!(tar_problem(b"a,b\n"), None);
    }

    #[test]
    fn the_comment_above_an_arff_file_may_be_long() {
        assert!(is_comment(b"% a\n\n  % b\n%"));
        assert!(!is_comment(b"% a\n@relation"));
        assert!(!is_comment(b""));
    }

    #[test]
    fn formats_are_recognised_by_their_first_bytes() {
        assert_eq!(recognise(b"PAR1\x15\x04.."), Ok(Some(Format::Parquet)));
        for text in [
            "@relation weather\n@attribute x numeric\n",
            "% A comment\n\n@RELATION r\n",
        ] {
            assert_eq!(recognise(text.as_bytes()), Ok(Some(Format::Arff)));
        }
        for (first, format, way) in [
            (&b"Rar!\x1a\x07\x01\0"[..], "RAR archive", "unrar x FILE"),
            (b"7z\xbc\xaf\x27\x1c", "7z archive", "7z x FILE"),
            (b"BZh91AY", "bzip2", "bzip2 -dc FILE"),
            (b"\xfd7zXZ\0", "xz", "xz -dc FILE"),
            (b"%PDF-1.7", "PDF", "save that as CSV"),
            (b"\x93NUMPY\x01", "NumPy", "numpy.savetxt"),
            (b"\x80\x02}q\0", "pickle", "read_pickle"),
            (b"\x80\x05\x95\x01", "pickle", "read_pickle"),
            (b"<stata_dta><header>", "Stata", "read_stata"),
            (b"\x72\x02\x01\0", "Stata", "read_stata"),
            (b"$FL2@(#) SPSS", "SPSS", "read_spss"),
            (b"\x89HDF\r\n", "HDF5", "read_hdf"),
            (b"FEA1\0\0", "Feather", "read_feather"),
            (b"ARROW1\0\0", "Arrow", "read_feather"),
            (b"\x89PNG\r\n", "picture", "IDX"),
        ] {
            let problem = recognise(first).expect_err(format).to_string();
            assert!(
                problem.contains(format) && problem.contains(way),
                "{problem}"
            );
        }
        for text in ["{\"a\": 1}\n{\"a\": 2}\n", "\u{feff}{ \"a\" : 1}"] {
            assert_eq!(recognise(text.as_bytes()), Ok(Some(Format::JsonLines)));
        }
        for (text, format) in [
            (
                "version https://git-lfs.github.com/spec/v1\noid sha256:1\n",
                "Git LFS",
            ),
            ("SQLite format 3\0", "SQLite"),
            ("[\n {\n  \"a\": 1\n }\n]", "JSON"),
            ("[[1, 2], [3, 4]]", "JSON"),
            ("<!DOCTYPE html>\n<html>", "HTML"),
            ("<table><tr><td>1</td></tr></table>", "HTML"),
            ("\n<?xml version=\"1.0\"?>\n<r>", "XML"),
            ("<rows>\n<row>", "XML"),
        ] {
            let problem = recognise(text.as_bytes()).expect_err(text).to_string();
            assert!(problem.contains(format), "{problem}");
        }
        for text in [
            "<TICKER>,<DATE>\n1,2\n",
            "[a],[b]\n1,2\n",
            "{a},b\n",
            "<5,x\n",
            "\n\na,b\n",
            "a,b\n1,2\n",
            "PAR1,b",
            "version,kind\n1,a\n",
            "@x,b\n1,2\n",
            "ARROW1,b\n1,2\n",
            "% comment\na,b\n1,2\n",
            "",
        ] {
            assert_eq!(recognise(text.as_bytes()), Ok(None), "{text}");
        }
        assert_eq!(recognise(&[0, 0, 8, 3]), Ok(None), "images");
        for (first, format) in [
            (&b"\x1f\x8b\x08\x00"[..], "gzip"),
            (b"\x28\xb5\x2f\xfd", "zstd"),
            (b"PK\x03\x04", "zip"),
        ] {
            assert!(!is_ambiguous(first), "{format}");
            let problem = recognise(first).expect_err(format).to_string();
            assert!(
                problem.contains(format) && problem.contains("twice"),
                "{problem}"
            );
        }
    }
}
