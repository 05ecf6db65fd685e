//! Formats that are known by their first bytes.

use util::lang::say;

/// Text in the language of the screen.
pub(super) type About = fn() -> &'static str;

pub(super) const PICKLE: About = || {
    say!(
        "format-pickle",
        "it is a Python pickle; convert it to CSV, for example with pandas.read_pickle"
    )
};

pub(super) const STATA: About = || {
    say!(
        "format-stata",
        "it is a Stata file; convert it to CSV, for example with pandas.read_stata"
    )
};

pub(super) const UTF_32: About = || {
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
pub(super) const FORMATS: [(&[u8], About); 35] = [
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
