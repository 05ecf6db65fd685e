//! Error messages and exit codes for unusable tables.

use nn_tui::data::{Preprocessing, Source, load, prepare, read_for_prediction};
use nn_tui::error::{EXIT_BAD_DATA, EXIT_NO_INPUT, Error, Result};

/// Error message for the file `name`, without the common folder.
fn said(name: &str, read: impl Fn(&Source) -> Result<()>) -> (String, u8) {
    let source = Source::parse(format!("tests/data/{name}"));
    let error: Error = read(&source).expect_err(name);
    let message = error.to_string().replace("tests/data/", "");
    (message, error.exit_code())
}

fn loading(target: Option<&str>) -> impl Fn(&Source) -> Result<()> {
    move |source| load(source, target).map(drop)
}

/// File, and what loading it says behind the file's name.
const LOADING: [(&str, &str); 20] = [
    (
        "ragged.csv",
        ", line 3: the row has 2 cells, the first row has 3 (sed 3d FILE | nn-tui - reads the table without the line)",
    ),
    (
        "ragged-below-blank-lines.csv",
        ", line 5: the row has 4 cells, the first row has 3 (sed 5d FILE | nn-tui - reads the table without the line)",
    ),
    ("empty.csv", ": there are no rows of data in it"),
    ("blank.csv", ": there are no rows of data in it"),
    ("header-only.csv", ": there are no rows of data in it"),
    (
        "text-in-number.csv",
        ", line 3, column 2 (y): expected a number, found \"four\" (--missing-values counts texts as missing, --drop leaves the \
         column \"y\" out, --categorical takes its values for names)",
    ),
    (
        "text-in-first-row.csv",
        ", line 1, column 2: expected a number, found \"abc\" (--missing-values counts texts as missing, \
         --drop leaves the column \
         \"c2\" out, --categorical takes its values for names)",
    ),
    (
        "infinity.csv",
        ", line 3, column 1 (x): expected a finite number, found \"-inf\" (--missing-values counts texts as missing)",
    ),
    (
        "too-large.csv",
        ", line 2, column 2 (y): the number \"1e39\" is too large for 32 bits (f32); --missing-values counts texts as missing",
    ),
    (
        "single-class.csv",
        ", column 3 (class): every row has the class \"a\": there is nothing to tell apart \
         (--target predicts another column, --task decides between classes and numbers)",
    ),
    (
        "single-row.csv",
        ": 1 row with a target is too few to split into training and validation rows \
         (--target predicts another column, --task decides between classes and numbers)",
    ),
    (
        "single-column.csv",
        ": the table has a single column; it needs features and something to predict (--lags 3 \
         predicts each number from the three before it; --delimiter says what separates the cells)",
    ),
    (
        "distinct-target.csv",
        ", column 2 (name): the target has 5 different values in 6 rows: it does not look like a \
         class label (--target predicts another column, --task decides between classes and numbers)",
    ),
    (
        "latin-1.csv",
        ", line 2, column 3: the byte 0xf6 is not UTF-8; --encoding windows-1252 reads it as \"ö\"; \
         iconv -f ENCODING -t utf-8 converts a file (Japanese: shift_jis, Chinese: gb18030 or big5, Korean: euc-kr)",
    ),
    (
        "utf-16.csv",
        ": 1 row with a target is too few to split into training and validation rows \
         (--target predicts another column, --task decides between classes and numbers)",
    ),
    (
        "control-characters.csv",
        ", line 3, column 2 (\\u{1b}[31mred): expected a number, found \
         \"\\u{1b}]0;title\\u{7}\\u{202e}oops\" (--missing-values counts texts as missing, \
         --drop leaves the column \"\\u{1b}[31mred\" out, \
         --categorical takes its values for names)",
    ),
    (
        "unclosed-quote.csv",
        ", line 3: the quote that opens on this line is never closed (--quote none takes quotes for text)",
    ),
    (
        "quoted-line-break.csv",
        ", line 4, column 2 (y): expected a number, found \"oops\" (--missing-values counts texts as missing, --drop leaves the \
         column \"y\" out, --categorical takes its values for names)",
    ),
    (
        "no-such.csv",
        ": no such file; the built-in data sets are iris, wine, breast-cancer, digits, xor, \
         circles, moons, spiral, sine",
    ),
    ("", ": cannot be read: it is a directory"),
];

#[test]
fn loading_says_what_is_wrong_and_where() {
    for (file, expected) in LOADING {
        let (message, code) = said(file, loading(None));
        assert_eq!(message, format!("{file}{expected}"));
        let input = matches!(file, "no-such.csv" | "");
        let expected = if input { EXIT_NO_INPUT } else { EXIT_BAD_DATA };
        assert_eq!(code, expected, "{file}");
    }
}

#[test]
fn a_missing_target_names_the_columns() {
    let cases = [
        (
            "specie",
            "columns.csv: there is no column \"specie\"; did you mean \"species\"?",
        ),
        (
            "4",
            "columns.csv: there is no column \"4\"; the columns are \"sepal length\", \"sepal \
             width\", \"species\"",
        ),
        (
            "\u{1b}[2J",
            "columns.csv: there is no column \"\\u{1b}[2J\"; the columns are \"sepal length\", \
             \"sepal width\", \"species\"",
        ),
    ];
    for (target, expected) in cases {
        let (message, code) = said("columns.csv", loading(Some(target)));
        assert_eq!((message.as_str(), code), (expected, EXIT_BAD_DATA));
    }
}

#[test]
fn preparing_says_what_is_wrong() {
    let cases = [
        (
            "constant.csv",
            "constant.csv: no feature is left: every column but the target is constant \
             or left out: \"x\" (constant), \"y\" (constant)",
        ),
        (
            "two-rows.csv",
            "two-rows.csv: 2 rows with a target are too few to split into training and validation rows \
             (--target predicts another column, --task decides between classes and numbers)",
        ),
    ];
    for (file, expected) in cases {
        let preparing = |source: &Source| prepare(&load(source, None)?, 0.2, 1).map(drop);
        let (message, code) = said(file, preparing);
        assert_eq!((message.as_str(), code), (expected, EXIT_BAD_DATA));
    }
}

#[test]
fn predicting_says_which_column_is_missing() {
    let columns = Source::parse("tests/data/columns.csv");
    let dataset = load(&columns, None).expect("loads");
    let (wanted, _): (Preprocessing, _) =
        Preprocessing::fit(&dataset, &[0, 1, 2, 3]).expect("fits");
    let cases = [
        (
            "two-rows.csv",
            "two-rows.csv: the model needs a column \"sepal length\", and the file has none of \
             that name; the columns are \"x\", \"y\", \"class\"",
        ),
        (
            "text-in-first-row.csv",
            "text-in-first-row.csv: the file has no header and 4 columns; the model was trained \
             on 2 feature columns, with or without the class",
        ),
        ("empty.csv", "empty.csv: there are no rows of data in it"),
    ];
    for (file, expected) in cases {
        let predicting = |source: &Source| read_for_prediction(source, &wanted).map(drop);
        let (message, code) = said(file, predicting);
        assert_eq!((message.as_str(), code), (expected, EXIT_BAD_DATA));
    }
}
