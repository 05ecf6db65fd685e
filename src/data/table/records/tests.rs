//! Records compared with the csv crate, and the lines they start on.

use proptest::prelude::*;

use super::*;
use crate::Delimiter;

/// Hands out a few bytes at a time, so that every cell is cut somewhere.
struct Trickle<'t>(&'t [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let most = to.len().min(self.1).min(self.0.len());
        let (now, later) = self.0.split_at(most);
        to[..most].copy_from_slice(now);
        self.0 = later;
        Ok(most)
    }
}

fn dialect(delimiter: Delimiter) -> Dialect {
    Dialect {
        delimiter,
        ..Dialect::default()
    }
}

fn rows(input: impl Read, dialect: Dialect) -> Result<Vec<(u64, Vec<String>)>> {
    let mut records = Records::new("t", input, dialect);
    let mut all = Vec::new();
    while let Some(record) = records.next()? {
        let row = record.to_owned();
        all.push((row.line, row.cells));
    }
    Ok(all)
}

fn read_all(text: &str) -> Vec<(u64, Vec<String>)> {
    rows(text.as_bytes(), dialect(Delimiter::Byte(b','))).expect("readable")
}

fn lines_of(text: &str) -> Vec<u64> {
    read_all(text).into_iter().map(|(line, _)| line).collect()
}

#[test]
fn lines_are_physical_for_every_line_end() {
    assert_eq!(lines_of("a,b\n1,2\n3,4\n"), [1, 2, 3]);
    assert_eq!(lines_of("a,b\r\n1,2\r\n3,4"), [1, 2, 3]);
    assert_eq!(lines_of("a,b\r1,2\r3,4\r"), [1, 2, 3]);
}

#[test]
fn blank_lines_count_but_are_no_records() {
    assert_eq!(lines_of("\n\na,b\n\n1,2\n  \n3,4\n\n\n"), [3, 5, 7]);
    assert_eq!(lines_of("\r\na,b\r\n\r\n\r\n1,2\r\n"), [2, 5]);
    assert_eq!(lines_of("\n \n\r\n"), [0_u64; 0]);
}

#[test]
fn a_quoted_cell_may_span_lines() {
    let all = read_all("a,\"b\nc\"\r\n\"1\"\"\",2\r\n");
    assert_eq!(all[0], (1, vec!["a".into(), "b\nc".into()]));
    assert_eq!(all[1], (3, vec!["1\"".into(), "2".into()]));
}

#[test]
fn an_unclosed_quote_is_refused_on_its_line() {
    let message = |text: &str, piece| {
        let read = rows(
            Trickle(text.as_bytes(), piece),
            dialect(Delimiter::Byte(b',')),
        );
        read.expect_err(text).to_string()
    };
    let expected = "t, line 3: the quote that opens on this line is never closed (--quote none takes quotes for text)";
    for piece in [1, 5, 100] {
        assert_eq!(message("a,b\n1,2\n3,\"4\n5,6\n", piece), expected);
        assert_eq!(message("a,b\n\"1\n\",\"2\n3,4", piece), expected);
        assert_eq!(message("a,b\n1,2\n3,\"4\n5,\"6\"\n7,8\n", piece), expected);
    }
}

#[test]
fn runs_of_blanks_separate_too() {
    let text = "  5.1  3.5\tx \n\n4.9 3.0 \"a  b\"\n1";
    let all = rows(text.as_bytes(), dialect(Delimiter::Blanks)).expect("readable");
    let cells: Vec<Vec<String>> = all.into_iter().map(|(_, cells)| cells).collect();
    assert_eq!(
        cells,
        [
            vec!["5.1", "3.5", "x"],
            vec!["4.9", "3.0", "a  b"],
            vec!["1"]
        ]
    );
}

#[test]
fn lines_of_comment_are_passed_over() {
    let mut with_comments = dialect(Delimiter::Byte(b','));
    with_comments.comment = Some(b'#');
    let text = "# one, \"two\n# three\na,b\n1,#2\n#last";
    let all = rows(Trickle(text.as_bytes(), 3), with_comments).expect("readable");
    let expected = [
        (3, vec!["a".into(), "b".into()]),
        (4, vec!["1".into(), "#2".into()]),
    ];
    assert_eq!(all, expected);
}

#[test]
fn a_wrong_byte_is_found_where_it_is() {
    let error = |bytes: &[u8]| {
        let read = rows(bytes, dialect(Delimiter::Byte(b',')));
        read.expect_err("not UTF-8").to_string()
    };
    let message = error(b"a,b\r\n1,2\r\n3,4\xe9\r\n");
    assert!(
        message.starts_with("t, line 3, column 2: the byte 0xe9 is not UTF-8"),
        "{message}"
    );
    let message = error(b"a,b\r\n1,\"2\n\xff\"\r\n");
    assert!(
        message.starts_with("t, line 3, column 2: the byte 0xff"),
        "{message}"
    );
}

#[test]
fn a_byte_order_mark_is_dropped() {
    assert_eq!(read_all("\u{feff}a,b")[0].1, ["a", "b"]);
    let mark = "\u{feff}".to_owned();
    assert_eq!(
        read_all("\u{feff}\r\u{feff}\r\u{feff}"),
        [(2, vec![mark.clone()]), (3, vec![mark])]
    );
}

#[test]
fn an_open_quote_does_not_take_the_whole_file() {
    let endless = io::repeat(b'x');
    let read = rows(
        io::Read::chain(&b"a,b\n1,\""[..], endless),
        dialect(Delimiter::Byte(b',')),
    );
    let message = read.expect_err("endless").to_string();
    assert!(
        message.starts_with("t, line 2: the quote that opens on this line"),
        "{message}"
    );
    let endless = io::repeat(b'x');
    let read = rows(endless, dialect(Delimiter::Byte(b',')));
    let message = read.expect_err("endless").to_string();
    assert_eq!(message, "t, line 1: the row is longer than 16 MB");
}

fn by_the_crate(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let records = reader.records().map(|record| record.expect("UTF-8"));
    let cells = records.map(|record| record.iter().map(str::to_owned).collect::<Vec<_>>());
    // The crate takes lines of white space for records.
    cells
        .filter(|cells| cells.len() > 1 || !cells[0].trim_ascii().is_empty())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn cells_are_those_of_the_csv_crate(
        text in "[a,\"\r\n é1]{0,60}",
        // The longer ones have whole lines, which need no csv-core unless they have quotes.
        piece in 1usize..60,
    ) {
        let read = rows(Trickle(text.as_bytes(), piece), dialect(Delimiter::Byte(b',')));
        let Ok(read) = read else {
            prop_assert!(text.contains('"'));
            return Ok(());
        };
        let cells: Vec<Vec<String>> = read.into_iter().map(|(_, cells)| cells).collect();
        // A quoted blank is a cell here, and the crate does not tell it from a blank line.
        let is_told = |cells: &Vec<String>| cells.len() > 1 || !cells[0].trim_ascii().is_empty();
        let cells: Vec<_> = cells.into_iter().filter(is_told).collect();
        prop_assert_eq!(cells, by_the_crate(&text));
    }

    #[test]
    fn no_bytes_make_it_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        piece in 1usize..9,
        by_blanks: bool,
    ) {
        let delimiter = if by_blanks { Delimiter::Blanks } else { Delimiter::Byte(b';') };
        if let Ok(rows) = rows(Trickle(&bytes, piece), dialect(delimiter)) {
            prop_assert!(rows.is_sorted_by(|a, b| a.0 < b.0));
            prop_assert!(rows.iter().all(|(_, cells)| !cells.is_empty()));
        }
    }
}
