use super::*;

fn labels(cells: &[&str]) -> Result<(Vec<String>, Vec<u32>), DataProblem> {
    let mut labels = ClassEncoder::default();
    for cell in cells {
        labels.push(cell);
    }
    let classes = labels.finish(false);
    classes.check(false)?;
    Ok((classes.names, classes.labels))
}

#[test]
fn text_stays_in_the_order_of_the_file() {
    let (names, classes) = labels(&["b", "a", " b ", "b", "a"]).expect("labels");
    assert_eq!(names, ["b", "a"]);
    assert_eq!(classes, [0, 1, 0, 0, 1]);
}

#[test]
fn whole_numbers_are_put_in_order() {
    let cells = ["10", "9", "-1", "9", "10", "-1"];
    let (names, classes) = labels(&cells).expect("labels");
    assert_eq!(names, ["-1", "9", "10"]);
    assert_eq!(classes, [2, 1, 0, 1, 2, 0]);
}

#[test]
fn spellings_of_one_meaning_are_one_class() {
    let merged = |cells: &[&str]| {
        let mut labels = ClassEncoder::default();
        cells.iter().for_each(|cell| labels.push(cell));
        let classes = labels.finish(false);
        (classes.names, classes.labels, classes.merged)
    };
    let (names, labels, merged_numbers) = merged(&["1.0", "0", "1", "01", "0.0"]);
    assert_eq!((names.concat(), labels), ("01".into(), vec![1, 0, 1, 1, 0]));
    assert_eq!(
        merged_numbers[0],
        ("1".to_owned(), vec!["01".to_owned(), "1.0".to_owned()])
    );
    let (names, labels, _) = merged(&["true", "True", "no", "yes", "True", "FALSE"]);
    assert_eq!(
        (names.join(" "), labels),
        ("True no".into(), vec![0, 0, 1, 0, 0, 1])
    );
    let (names, labels, merged_numbers) = merged(&["2.0", "unknown", "1", "1.0", "2", "01"]);
    assert_eq!(names, ["2", "unknown", "1", "01"]);
    assert_eq!(labels, [0, 1, 2, 2, 0, 3]);
    assert_eq!(merged_numbers.len(), 2);
    let (names, ..) = merged(&["a", "A", "1"]);
    assert_eq!(names.concat(), "aA1", "words differ");
}

#[test]
fn numbers_with_a_decimal_comma_are_one_class() {
    let mut labels = ClassEncoder::default();
    ["2,0", "1", "1000", "1,0", "2", "1.000"]
        .iter()
        .for_each(|cell| labels.push(cell));
    let classes = labels.finish(true);
    assert_eq!(classes.names, ["1", "2", "1000"]);
    assert_eq!(classes.labels, [1, 0, 2, 0, 1, 2]);
}

#[test]
fn words_for_yes_beside_others_are_reported() {
    let mut labels = ClassEncoder::default();
    ["true", "maybe", "yes", "no"]
        .iter()
        .for_each(|cell| labels.push(cell));
    let classes = labels.finish(false);
    assert_eq!(classes.names.len(), 4);
    assert_eq!(classes.similar, [("true".into(), "yes".into())]);
}

#[test]
fn letters_and_digits_for_yes_are_reported_beside_words_for_it() {
    let similar = |cells: &[&str]| {
        let mut labels = ClassEncoder::default();
        cells.iter().for_each(|cell| labels.push(cell));
        labels.finish(false).similar
    };
    let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    let pairs = [pair("T", "true"), pair("F", "false")];
    assert_eq!(similar(&["T", "F", "true", "false"]), pairs);
    assert_eq!(similar(&["1", "0", "true"]), [pair("1", "true")]);
    assert_eq!(similar(&["1", "2", "true"]), []);
    assert_eq!(similar(&["y", "n", "t"]), []);
    for (labels, expected) in [
        (["yes", "no", "y", "n", "unknown"].as_slice(), 2),
        (&["1.0", "0.0", "true", "false"], 2),
        (&["Y", "N", "1", "0"], 2),
        (&["on", "off", "1", "0"], 2),
        (&["ja", "J", "nein", "N"], 2),
        (&["oui", "O", "non"], 1),
        (&["s\u{ed}", "si", "no"], 1),
        (&["VRAI", "1", "FAUX", "0"], 2),
        (&["caf\u{e9}", "cafe\u{301}", "cafe"], 1),
        (&["a\u{200b}b", "ab", "\u{feff}c", "c"], 2),
        (&["N", "O", "S", "W"], 0),
        (&["y", "n", "0", "1", "2"], 0),
        (&["yes", "no", "unknown"], 0),
    ] {
        assert_eq!(similar(labels).len(), expected, "{labels:?}");
    }
}

#[test]
fn labels_that_differ_in_case_or_blanks_are_reported() {
    let mut labels = ClassEncoder::default();
    ["New York", "new york", "Newyork", "Bonn"]
        .iter()
        .for_each(|cell| labels.push(cell));
    let similar = labels.finish(false).similar;
    assert_eq!(similar.len(), 2);
    assert_eq!(similar[0], ("New York".into(), "new york".into()));
}

#[test]
fn what_has_many_values_is_no_label() {
    let cells: Vec<String> = (0..2002).map(|i| format!("{}", i % 1001)).collect();
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let problem = labels(&cells).expect_err("many");
    assert_eq!(counts(&problem), (1001, 2002));
}

#[test]
fn classes_without_rows_are_forgotten() {
    let mut all = ClassEncoder::default();
    ["a", "b", "c", "a"].iter().for_each(|cell| all.push(cell));
    all.swap_remove(1);
    let classes = all.finish(false);
    assert_eq!(
        (classes.names.concat(), classes.labels),
        ("ac".into(), vec![0, 0, 1])
    );
}

#[test]
fn two_classes_of_few_rows_are_allowed() {
    assert!(labels(&["a", "b"]).is_ok());
    assert!(labels(&["0", "1", "1", "0"]).is_ok());
    let class = "a".to_owned();
    assert_eq!(
        labels(&["a", "a"]),
        Err(DataProblem::SingleClass { class, without: 0 })
    );
}

/// Number of classes and of rows of a column with too many classes.
fn counts(problem: &DataProblem) -> (usize, usize) {
    match *problem {
        DataProblem::TooManyClasses { classes, rows } => (classes, rows),
        _ => panic!("{problem}"),
    }
}
