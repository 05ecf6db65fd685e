use super::super::Reading;
use super::super::dialect::Dialect;
use super::super::prefix::Prefix;
use super::*;

fn sniffed(text: &str) -> (String, bool) {
    let prefix = Prefix {
        bytes: text.as_bytes().to_vec(),
        is_whole: true,
    };
    let dialect = Dialect::detect(&prefix, &Reading::default());
    let delimiter = dialect.delimiter;
    let rows = prefix.rows("t", dialect).expect("rows");
    (
        delimiter.name(),
        has_decimal_commas(delimiter, &rows, false, None),
    )
}

#[test]
fn decimal_commas_are_detected() {
    assert_eq!(
        sniffed("a;b;c\n1,5;2;x\n3,25;4;y\n"),
        ("semicolon".into(), true)
    );
    assert!(!sniffed("a;b;c\n1,5;2.5;x\n").1);
    assert!(!sniffed("a;b;c\n1,5,5;2;x\n").1);
    assert!(!sniffed("a,b\n1,5\n").1);
    for (numbers, expected) in [
        ("995|1,000|1,005", false),
        ("-7|1,000|2", false),
        ("1,250|2,500|3,750", true),
        ("1,250|2|1500", true),
        ("0,125|0,250|1", true),
        ("1,000|5|2,5", true),
        ("995|1.000|1.005", true),
        ("9|1.000|1.005", false),
        ("995|1.000|1.5", false),
        ("1.000|1.005", false),
        ("966,566|4,201,472", false),
        ("966.566|4.201.472", true),
        ("1.5|4.201.472", false),
        ("\u{a5}73,090|\u{a5}9,500", false),
    ] {
        let rows: String = numbers
            .split('|')
            .map(|number| format!("{number}\tx\n"))
            .collect();
        assert_eq!(sniffed(&format!("a\tb\n{rows}")).1, expected, "{numbers}");
    }
}

#[test]
fn a_mark_with_three_digits_behind_it_everywhere_is_called_a_guess() {
    let stated = |cells: [&str; 2], delimiter| {
        let rows = cells.map(|cell| Row {
            cells: vec![cell.to_owned(), "x".into()],
            line: 1,
        });
        detect(Delimiter::Byte(delimiter), &rows, false, None, &[], &[]).1
    };
    let text = stated(["3.905 \u{20ac}", "12.410 \u{20ac}"], b';').expect("a guess");
    assert!(text.contains("\"3.905 \u{20ac}\" read with a decimal point (--decimal comma"));
    let text = stated(["3,446", "1,512"], b'\t').expect("a guess");
    assert!(text.contains("decimal comma (--decimal point"), "{text}");
    for (cells, delimiter) in [
        (["3.905", "12.4"], b';'),
        (["0.905", "12.410"], b';'),
        (["3.905", "1.512.410"], b';'),
        (["3.905", "12.410"], b','),
    ] {
        assert_eq!(stated(cells, delimiter), None, "{cells:?}");
    }
}

#[test]
fn a_text_among_others_does_not_change_the_decimal_mark() {
    let points: String = (0..9).map(|i| format!("1.{i}05,ok\n")).collect();
    assert!(!sniffed(&format!("x,note\n{points}1.905,\"2,5\"\n")).1);
    // Nor does a single number that needs quotes between commas.
    let points = points.replace("ok", "3");
    assert!(!sniffed(&format!("x,n\n{points}1.905,\"2,5\"\n")).1);
    let points = points.replace(",3", ",\"2,5\"");
    assert!(sniffed(&format!("x,n\n{points}")).1);
}

#[test]
fn a_mark_that_differs_from_that_of_the_training_table_is_reported() {
    let rows = |cells: &[&str]| -> Vec<Row> {
        let row = |cell: &&str| Row {
            cells: vec![(*cell).to_owned(), "x".into()],
            line: 1,
        };
        cells.iter().map(row).collect()
    };
    let reported = |cells: &[&str], usual| {
        let (found, statement) = detect(
            Delimiter::Byte(b';'),
            &rows(cells),
            false,
            Some(usual),
            &[],
            &[],
        );
        (found, statement.unwrap_or_default())
    };
    let (found, text) = reported(&["1,005", "1,105"], false);
    assert!(!found && text.contains("point, as in"), "{text}");
    let (found, text) = reported(&["1,5", "1,105"], false);
    assert!(found && text.contains("comma, though"), "{text}");
    // The mark of a column that the model does not read says nothing.
    let other = rows(&["x", "5.101", "1.102"])
        .into_iter()
        .zip(["a", "0,11", "0,12"]);
    let beside = other.map(|(mut row, cell)| {
        row.cells[1] = cell.to_owned();
        row
    });
    let beside: Vec<Row> = beside.collect();
    let found = |names: &[&str]| {
        detect(
            Delimiter::Byte(b';'),
            &beside,
            false,
            Some(false),
            names,
            names,
        )
        .0
    };
    assert_eq!((found(&["x"]), found(&["a"])), (false, true));
    assert!(!found(&["x", "a"]), "0,11 cannot be read, but 5.101 can");
    // Nor does that of a column of categories.
    let of = |numbers: &[&str]| {
        let expected = &["x", "a"];
        detect(
            Delimiter::Byte(b';'),
            &beside,
            false,
            Some(false),
            expected,
            numbers,
        )
        .0
    };
    assert_eq!((of(&["x"]), of(&["a"]), of(&[])), (false, true, false));
    for (cells, usual) in [(["1,5", "1,7"], true), (["1.5", "7"], false)] {
        assert_eq!(reported(&cells, usual), (usual, String::new()));
    }
    assert_eq!(reported(&["15", "7"], true).1, "");
}

#[test]
fn points_of_a_converted_table_are_decimal_points() {
    let row = |cells: [&str; 2]| Row {
        cells: cells.map(str::to_owned).to_vec(),
        line: 1,
    };
    let rows = [["1.005", "2,5"], ["1.105", "3,5"]].map(row);
    let found = |is_converted| has_decimal_commas(Delimiter::Byte(b','), &rows, is_converted, None);
    assert!(found(false) && !found(true));
}
