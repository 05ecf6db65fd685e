//! Detection in tables as people have them: for each file in `data/awkward`, what
//! its columns are taken for, or which error comes. No program wrote these by the rules.

use std::ops::ControlFlow;

use nn_tui::data::{
    Column, ColumnKind, Dataset, LoadOptions, Missing, Source, Target, TaskChoice, TextEncoding,
    ValidationRows, load_with, prepare,
};
use nn_tui::error::Error;

use crate::support::table::load_file;

fn options() -> LoadOptions {
    LoadOptions::default()
}

fn load(file: &str, options: &LoadOptions) -> Result<Dataset, Error> {
    load_file(format!("tests/data/awkward/{file}"), options)
}

/// `x 1 3 5 ?; colour[red|blue] 0 1; -> kind[a|b] 0 1 0; without id (row numbers)`.
fn understood(data: &Dataset) -> String {
    let mut text = String::new();
    for (index, column) in data.columns.iter().enumerate() {
        text.push_str(&head(column));
        for &value in data.values.column(index).iter().take(6) {
            text.push_str(&if value.is_nan() {
                " ?".into()
            } else {
                format!(" {value}")
            });
        }
        text.push_str("; ");
    }
    text.push_str(&format!("-> {}", data.target_name));
    match &data.target {
        Target::Numbers(values) => {
            values
                .iter()
                .take(4)
                .for_each(|value| text.push_str(&format!(" {value}")));
        }
        Target::Classes { names, labels } => {
            text.push_str(&format!("[{}]", names.join("|")));
            labels
                .iter()
                .take(6)
                .for_each(|label| text.push_str(&format!(" {label}")));
        }
    }
    for column in &data.report.excluded {
        text.push_str(&format!(
            "; without {} ({})",
            column.name,
            column.reason.text()
        ));
    }
    text
}

fn head(column: &Column) -> String {
    match &column.kind {
        ColumnKind::Numeric | ColumnKind::Pixel { .. } | ColumnKind::Cyclic { .. } => {
            column.name.clone()
        }
        ColumnKind::Boolean { no, yes } => format!("{}[{}/{}]", column.name, no[0], yes[0]),
        ColumnKind::Categorical { values, other } => {
            let mut values = values.clone();
            if values.len() > 3 {
                values = vec![format!("{} values", values.len())];
            }
            let other = if *other { "|other" } else { "" };
            format!("{}[{}{other}]", column.name, values.join("|"))
        }
    }
}

const PLAIN: &str = "x 1 3 5 7; y 2 4 6 8; -> kind[a|b] 0 1 0 1";

/// File, and what is understood of it without any option.
const UNDERSTOOD: [(&str, &str); 23] = [
    ("semicolons.csv", PLAIN),
    (
        "decimal-commas.csv",
        "x 1.5 3.25 5 7.5; y 2 4 6.5 8; -> kind[a|b] 0 1 0 1",
    ),
    (
        "tabs.tsv",
        "x 1 3 5 7; y 2 4 6 8; -> kind[a b|c, d] 0 1 0 1",
    ),
    ("bars.csv", "x 1 3 5 7; y 2 4 6 8; -> kind[a;b|c] 0 1 0 1"),
    (
        "blanks.txt",
        "c1 1.5 3.5 15.5 7.5; c2 2 14 6 8; -> c3[a|b] 0 1 0 1",
    ),
    ("bom-crlf.csv", PLAIN),
    ("old-mac.csv", PLAIN),
    (
        "quotes.csv",
        "x 1 3 5 7; a, \"quoted\" name 2 4 6 8; -> kind[a\nb|c] 0 1 0 1",
    ),
    (
        "no-header.csv",
        "c1 1 3 5 7; c2 2 4 6 8; -> c3[a|b] 0 1 0 1",
    ),
    (
        "unnamed.csv",
        "x 1 3 5 7; x.2 2 4 6 8; -> kind[a|b] 0 1 0 1; without c1 (row numbers)",
    ),
    (
        "year-header.csv",
        "2019 1.5 3 5 7; 2020 2 4.5 6 8; -> kind[a|b] 0 1 0 1",
    ),
    (
        "text-only.csv",
        "colour[red|blue] 0 1 0 1 0 1; size[big|small] 0 1 1 0 0 1; -> kind[a|b] 0 1 0 1 0 1",
    ),
    (
        "mixed.csv",
        "colour[red|blue|green] 0 1 0 2; price 1.5 2.5 3.5 4.5; sold[no/yes] 1 0 0 1; \
         -> kind[a|b] 0 1 0 1",
    ),
    (
        "missing.csv",
        "x 1 ? 3 ? 7; colour[red|blue] 0 ? ? 0 1; ok[false/true] 1 0 ? ? ?; \
         -> kind[a|b] 0 1 0 1 1",
    ),
    (
        "all-missing.csv",
        "x 1 2 3 4; -> kind[a|b] 0 1 0 1; without nothing (empty)",
    ),
    (
        "identifiers.csv",
        "x 0.5 1.5 2.5 3.5 4.5 0.5; -> kind[a|b] 0 1 0 1 0 1; without id (row numbers); \
         without day (dates); without name (nearly all different)",
    ),
    (
        "doors.csv",
        "doors[2|3|5more] 0 1 2 2 0 1; x 1 2 3 4 5 6; -> kind[a|b] 0 1 0 1 0 1",
    ),
    (
        "zip-codes.csv",
        "zip 10115 80331 10115 80331; x 1.5 2.5 3.5 4.5; -> kind[a|b] 0 1 0 1",
    ),
    (
        "many-categories.csv",
        "town[100 values|other] 0 1 2 3 4 5; x 0 1 4 2 2 4; -> kind[a|b] 0 1 0 1 0 1",
    ),
    (
        "few-numbers.csv",
        "x 0 0.5 1 1.5 2 2.5; -> kind[0|1|2] 0 1 2 0 1 2",
    ),
    ("many-numbers.csv", "x 0 0.5 1 1.5 2 2.5; -> price 0 3 6 9"),
    ("decimals.csv", "x 1 2 3 4; -> price 1.5 2.5 3.5 4"),
    ("packed.csv.gz", PLAIN),
];

#[test]
fn without_options_tables_are_understood() {
    for (file, expected) in UNDERSTOOD {
        let data = load(file, &options()).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(understood(&data), expected, "{file}");
    }
}

#[test]
fn options_override_every_guess() {
    let list = |names: &str| vec![names.to_owned()];
    let mut comments = options();
    comments.reading.comment = Some(b'#');
    let mut no_header = options();
    no_header.reading.header = Some(false);
    let mut header = options();
    header.reading.header = Some(true);
    let mut latin1 = options();
    latin1.reading.encoding = Some(TextEncoding::Latin1);
    let mut commas = options();
    commas.reading.delimiter = Some("comma".parse().expect("a delimiter"));
    for (file, options, expected) in [
        ("comments.csv", comments, PLAIN),
        ("no-header.csv", header, "1 3 5 7; 2 4 6 8; -> a[b|a] 0 1 0"),
        (
            "text-only.csv",
            no_header,
            "c1[colour|red|blue] 0 1 2 1 2 1; c2[size|big|small] 0 1 2 2 1 1; \
             -> c3[kind|a|b] 0 1 2 1 2 1",
        ),
        (
            "latin1.csv",
            latin1,
            "x 1 2 3 4; -> kind[schön|gut] 0 1 0 1",
        ),
        (
            "decimal-commas.csv",
            commas,
            "error: tests/data/awkward/decimal-commas.csv: the table has a single column",
        ),
        (
            "identifiers.csv",
            LoadOptions {
                keep: list("id,3"),
                drop: list("x"),
                ..self::options()
            },
            "id 100 101 102 103 104 105; name[12 values] 0 1 2 3 4 5; -> kind[a|b] 0 1 0 1 0 1; \
             without day (dates); without x (dropped)",
        ),
        (
            "zip-codes.csv",
            LoadOptions {
                categorical: list("zip"),
                ..self::options()
            },
            "zip[10115|80331] 0 1 0 1; x 1.5 2.5 3.5 4.5; -> kind[a|b] 0 1 0 1",
        ),
        (
            "few-numbers.csv",
            LoadOptions {
                task: TaskChoice::Regression,
                ..self::options()
            },
            "x 0 0.5 1 1.5 2 2.5; -> kind 0 1 2 0",
        ),
        (
            "float-classes.csv",
            LoadOptions {
                task: TaskChoice::Classification,
                ..self::options()
            },
            "x 1 2 3 4; -> kind[0.0|1.0] 0 1 0 1",
        ),
        (
            "mixed.csv",
            LoadOptions {
                target: Some("price".into()),
                ..self::options()
            },
            "colour[red|blue|green] 0 1 0 2; sold[no/yes] 1 0 0 1; kind[a|b] 0 1 0 1; \
             -> price 1.5 2.5 3.5 4.5",
        ),
        (
            "missing.csv",
            LoadOptions {
                missing: Missing::Drop,
                drop: list("ok"),
                ..self::options()
            },
            "x 1 7; colour[red|blue] 0 1; -> kind[a|b] 0 1; without ok (dropped)",
        ),
        (
            "missing.csv",
            LoadOptions {
                missing: Missing::Error,
                ..self::options()
            },
            "error: tests/data/awkward/missing.csv, line 3, column 1 (x): the cell is empty",
        ),
    ] {
        let found = match load(file, &options) {
            Ok(data) => understood(&data),
            Err(error) => format!("error: {error}"),
        };
        assert!(found.starts_with(expected), "{file}: {found}");
    }
}

#[test]
fn what_is_counted_is_told() {
    let data = load("missing.csv", &options()).expect("loads");
    assert_eq!(
        (data.report.rows, data.report.without_target, data.rows()),
        (6, 1, 5)
    );
    let data = load("many-categories.csv", &options()).expect("loads");
    assert_eq!(data.report.rare_categories, [("town".to_owned(), 20)]);
    let most = LoadOptions {
        max_rows: Some(100),
        seed: 3,
        ..options()
    };
    let data = load("many-categories.csv", &most).expect("loads");
    assert_eq!((data.rows(), data.report.not_sampled), (100, 260));
    assert!(data.lines.iter().is_sorted(), "in the order of the file");
    assert_eq!(
        data,
        load("many-categories.csv", &most).expect("loads"),
        "and repeatable"
    );
    let town = |row: usize| format!("t{:03}", (data.lines.of(row) - 2) % 120);
    let ColumnKind::Categorical { values, .. } = &data.columns[0].kind else {
        panic!("{:?}", data.columns[0]);
    };
    for row in 0..100 {
        let code = data.values[[row, 0]] as usize;
        let other = code == values.len() && !values.contains(&town(row));
        assert!(
            other || values[code] == town(row),
            "row {row} went with its line"
        );
    }
}

/// File, options, and what is said behind its name.
#[test]
fn what_cannot_be_used_is_located() {
    let prepared = |file: &str, options: &LoadOptions| {
        load(file, options).and_then(|data| prepare(&data, 0.25, 1).map(drop))
    };
    for (file, expected) in [
        (
            "infinite.csv",
            ", line 4, column 1 (x): expected a finite number, found \"inf\" (--missing-values counts texts as missing)",
        ),
        (
            "stray-word.csv",
            ", line 4, column 1 (x): expected a number, found \"about 3\" (--missing-values counts texts as missing, --drop leaves the column \
             \"x\" out, --categorical takes its values for names)",
        ),
        (
            "long-row.csv",
            ", line 3: the row has 4 cells, the first row has 3",
        ),
        (
            "only-target.csv",
            ": the table has a single column; it needs features and something to predict \
             (--delimiter says what separates the cells)",
        ),
        (
            "constant-number.csv",
            ": the target is the same in every training row: there is nothing to predict",
        ),
        (
            "comments.csv",
            ": the table has a single column; it needs features and something to predict",
        ),
        ("cut-off.csv.gz", ": cannot be read: "),
    ] {
        let error = prepared(file, &options()).expect_err(file).to_string();
        let error = error.trim_start_matches("tests/data/awkward/").to_owned();
        assert!(error.starts_with(&format!("{file}{expected}")), "{error}");
    }
}

#[test]
fn held_out_rows_come_from_other_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = folder.path().join("other.csv");
    let options = LoadOptions {
        validation: ValidationRows::File(Source::parse(&other)),
        test: Some(Source::parse("tests/data/awkward/mixed.csv")),
        ..options()
    };
    // Another order, another delimiter, a colour that is not known, one missing cell.
    let text = "sold;kind;price;colour\nno;b;9,5;pink\nyes;a;?;red\nno;;1,5;red\n";
    std::fs::write(&other, text).expect("written");
    let data = load("mixed.csv", &options).expect("loads");
    let validation = data.validation.as_ref().expect("there");
    assert_eq!(validation.values.row(0).to_vec(), [3.0, 9.5, 0.0]);
    assert!(validation.values[[1, 1]].is_nan());
    assert_eq!(
        validation.lines.len(),
        2,
        "a row without its class is of no use"
    );
    let prepared = prepare(&data, 0.2, 1).expect("prepared");
    assert_eq!(
        (prepared.training.rows(), prepared.validation.rows()),
        (4, 2)
    );
    assert_eq!(prepared.test.expect("there").rows(), 4);
    assert_eq!(
        prepared.validation.inputs(0..1).row(0).to_vec()[..3],
        [0.0, 0.0, 0.0]
    );
    let rows = "sold;kind;price;colour\nno;c;9,5;pink\nno;a;9,5;pink\nno;c;9,5;pink\n";
    std::fs::write(&other, rows).expect("written");
    let data = load("mixed.csv", &options).expect("one row is known");
    assert_eq!(data.validation.as_ref().expect("there").lines.len(), 1);
    let notes = prepare(&data, 0.2, 1).expect("prepared").notes().join("\n");
    let expected = "2 values of \"kind\" unknown to the model, first \"c\" on line 2; those rows";
    assert!(notes.contains(expected), "{notes}");
    std::fs::write(&other, "sold;kind;price;colour\nno;c;9,5;pink\n").expect("written");
    let error = load("mixed.csv", &options)
        .expect_err("unknown")
        .to_string();
    assert!(
        error.ends_with(
            "line 2, column 2 (kind): the class \"c\" is none of those that are trained on"
        ),
        "{error}"
    );
}

#[test]
fn reading_can_be_broken_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("long.csv");
    std::fs::write(&path, "x,kind\n".to_owned() + &"1,a\n2,b\n".repeat(10_000)).expect("written");
    let mut looks = 0;
    let read = load_with(&Source::parse(&path), &options(), &mut |progress| {
        looks += 1;
        assert_eq!(progress.size, Some(80_007));
        if progress.rows > 5000 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert!(matches!(read, Err(Error::Cancelled)), "{read:?}");
    assert!(looks > 2);
}
