//! Tables in other formats than CSV, compressed, or in UTF-16.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use nn_tui::data::{ColumnKind, Dataset, LoadOptions, prepare};
use nn_tui::error::Result;
use tempfile::TempDir;

use crate::support::table::{column_names, load_file};

fn file(name: &str, bytes: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("written");
    (folder, path)
}

fn loaded(path: impl AsRef<Path>) -> Result<Dataset> {
    load_file(path, &LoadOptions::default())
}

fn message(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let (_folder, path) = file(name, bytes);
    loaded(&path).expect_err(name).to_string()
}

/// Returns the facts about a data set, one on each line.
fn facts(dataset: &Dataset) -> String {
    let prepared = prepare(dataset, 0.2, 1).expect("prepared");
    let facts: Vec<String> = prepared.facts.iter().map(|fact| fact.text()).collect();
    facts.join("\n")
}

/// Rows of JSON lines, of which the first has no "c".
fn json_lines(rows: usize) -> String {
    let row = |row: usize| {
        let c = if row == 0 {
            ""
        } else {
            ", \"c\": \"one\\ntwo\""
        };
        let (a, b) = (row % 7, row.is_multiple_of(2));
        let kind = ["cold", "hot"][row % 2];
        format!("{{\"b\": {b}, \"a\": {a}.50, \"kind\": \"{kind}\"{c}}}\n")
    };
    (0..rows).map(row).collect()
}

#[test]
fn json_lines_are_read_by_their_extension_or_their_first_byte() {
    for name in ["t.jsonl", "t.NDJSON", "t.txt"] {
        let (_folder, path) = file(name, json_lines(20));
        let options = LoadOptions {
            target: Some("kind".into()),
            ..LoadOptions::default()
        };
        let dataset = load_file(&path, &options).expect(name);
        assert_eq!(
            (dataset.rows(), column_names(&dataset)),
            (20, vec!["b", "a", "c"])
        );
        assert_eq!(dataset.values.column(1)[1], 1.5);
        assert!(dataset.values[[0, 2]].is_nan(), "missing");
        assert_eq!(
            dataset.lines.iter().collect::<Vec<_>>(),
            (1..=20).collect::<Vec<u64>>()
        );
        let ColumnKind::Categorical { values, .. } = &dataset.columns[2].kind else {
            panic!("{:?}", dataset.columns[2]);
        };
        assert_eq!(values, &["one\ntwo"]);
        let facts = facts(&dataset);
        assert!(
            facts.contains("JSON lines") && !facts.contains("--delimiter"),
            "{facts}"
        );
    }
}

#[test]
fn json_lines_are_refused_with_line_and_column() {
    let nested = json_lines(3) + "{\"a\": 1, \"d\": {\"x\": 1}}\n";
    let expected = "line 4, column 3 (d): expected a number, a text, true, false or null, found an \
                    object or array (flatten it, for example with pandas.json_normalize)";
    assert!(message("t.jsonl", nested).ends_with(expected));
    let stray = json_lines(20) + "\n{\"a\": \"x\", \"c\": \"y\"}\n";
    let message_of_stray = message("t.jsonl", stray);
    assert!(
        message_of_stray.contains("line 22, column 2 (a): expected a number"),
        "{message_of_stray}"
    );
    let pretty = message("t.json", "{\n  \"a\": 1\n}\n");
    assert!(
        pretty.contains("line 1: the line is not a JSON object"),
        "{pretty}"
    );
}

fn csv(rows: usize) -> String {
    let row = |row: usize| format!("{},{}.5,{}\n", row % 7, row % 5, ["kälte", "温"][row % 2]);
    "größe,y,kind\n".to_owned() + &(0..rows).map(row).collect::<String>()
}

#[test]
fn utf_16_is_read_with_or_without_a_byte_order_mark() {
    for mark in ["", "\u{feff}"] {
        for bytes_of in [u16::to_le_bytes, u16::to_be_bytes] {
            let text = format!("{mark}{}", csv(20));
            let bytes: Vec<u8> = text.encode_utf16().flat_map(bytes_of).collect();
            let (_folder, path) = file("t.csv", bytes);
            let dataset = loaded(&path).expect("loads");
            assert_eq!(
                (dataset.rows(), column_names(&dataset)),
                (20, vec!["größe", "y"])
            );
            assert_eq!(dataset.class_names(), ["kälte", "温"]);
            assert!(facts(&dataset).contains("UTF-16"));
        }
    }
}

#[test]
fn deflated_archives_are_unpacked() {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let deflated = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    archive.start_file("t.csv", deflated).expect("started");
    archive.write_all(csv(200).as_bytes()).expect("written");
    let bytes = archive.finish().expect("packed").into_inner();
    assert!(bytes.len() < csv(200).len() / 2);
    let (_folder, path) = file("t.zip", bytes);
    assert_eq!(loaded(&path).expect("loads").rows(), 200);
}

#[test]
fn a_title_above_the_table_is_skipped_or_the_option_is_named() {
    let (_folder, path) = file("t.csv", format!("Report,,\n{}", csv(20)));
    let dataset = loaded(&path).expect("loads");
    assert_eq!(column_names(&dataset), ["größe", "y"]);
    assert!(facts(&dataset).contains("first line skipped (--skip)"));
    let full = message("t.csv", format!("Report,2024,Berlin\n{}", csv(20)));
    assert!(
        full.contains("line 2, column 1")
            && full.contains("--skip 1 takes this line for the names"),
        "{full}"
    );
}

#[test]
fn the_other_decimal_mark_is_named() {
    let row = |row: usize| format!("{}.25;{},{};{}\n", row, row % 9, row % 7, row % 2);
    let rows: String = (0..40).map(row).collect();
    let (_folder, path) = file("t.csv", format!("x;price;kind\n{rows}"));
    let facts = facts(&loaded(&path).expect("loads"));
    let expected = "price taken for text: numbers with \",\" need --decimal comma";
    assert!(facts.contains(expected), "{facts}");
    let rows = rows.replace(",", ".") + "1.25;3,5;1\n";
    let stray = message("t.csv", format!("x;price;kind\n{rows}"));
    assert!(
        stray.contains("\"3,5\" (--decimal comma reads it as one, "),
        "{stray}"
    );
}

#[cfg(not(feature = "xlsx"))]
#[test]
fn workbooks_are_named_with_the_way_forward() {
    let error = loaded("tests/data/formats/table.xlsx").expect_err("refused");
    let expected = "it is an Excel workbook (.xlsx), which this nn-tui was built without: cargo install \
                    nn-tui --features xlsx, or save the sheet as CSV";
    assert!(error.to_string().ends_with(expected), "{error}");
}

#[cfg(not(feature = "parquet"))]
#[test]
fn parquet_is_named_with_the_way_forward() {
    let error = loaded("tests/data/formats/table.parquet").expect_err("refused");
    let expected = "it is a Parquet file, which this nn-tui was built without: cargo install nn-tui \
                    --features parquet, or save it as CSV";
    assert!(error.to_string().ends_with(expected), "{error}");
}

/// Checks the table of `tests/data/formats`, whose first row is on `line`.
#[cfg(any(feature = "xlsx", feature = "parquet"))]
fn check(path: &str, line: u64, format: &str) {
    let dataset = loaded(path).expect("loads");
    assert_eq!(
        (dataset.rows(), column_names(&dataset)),
        (24, vec!["size", "colour", "open"])
    );
    assert_eq!(dataset.lines.of(0), line);
    assert_eq!(dataset.values.column(0)[1], 1.5);
    let missing = dataset.values.iter().filter(|value| value.is_nan());
    assert_eq!(missing.count(), 8);
    let ColumnKind::Categorical { values, .. } = &dataset.columns[1].kind else {
        panic!("{:?}", dataset.columns[1]);
    };
    assert_eq!(values, &["red", "blue, dark"]);
    let facts = facts(&dataset);
    assert!(
        facts.contains(format) && facts.contains("day (dates"),
        "{facts}"
    );
}

#[cfg(feature = "xlsx")]
#[test]
fn the_first_sheet_of_a_workbook_is_read() {
    check(
        "tests/data/formats/table.xlsx",
        4,
        "Excel workbook, sheet \"Data\" of 2",
    );
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_is_read() {
    check("tests/data/formats/table.parquet", 1, "Parquet");
    let error = loaded("tests/data/formats/nested.parquet").expect_err("refused");
    assert!(
        error.to_string().contains("line 1, column 2 (b): "),
        "{error}"
    );
}
