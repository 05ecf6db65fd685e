use super::*;

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
