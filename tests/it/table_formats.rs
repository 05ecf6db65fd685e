//! Marks in the cells of tables: quotes, decimal marks, units.

use nn_tui::data::{
    ColumnKind, LoadOptions, PredictionRows, Quote, Reading, Source, ValidationRows, prepare,
};

use crate::support::table::{load_file, read};

fn row(row: usize) -> String {
    format!(
        "{}.5,{},{},ok\n",
        row % 9,
        row % 7,
        ["cold", "hot"][row % 2]
    )
}

#[test]
fn a_stray_quote_that_takes_in_rows_is_refused() {
    for (first, last) in [(10, 40), (20, 22)] {
        let rows: String = (0..60)
            .map(|number| {
                let row = row(number);
                if number == first || number == last {
                    row.replace("ok", "\"ok")
                } else {
                    row
                }
            })
            .collect();
        let error = read(format!("a,b,kind,note\n{rows}"), &target("kind"));
        let expected = format!(
            "line {}: the quote that opens on this line takes in rows of the table up to the next \
             quote (--quote none takes quotes for text)",
            first + 2
        );
        let error = error.expect_err("refused").to_string();
        let unclosed = format!(
            "line {}: the quote that opens on this line is never",
            first + 2
        );
        assert!(
            error.ends_with(&expected) || error.contains(&unclosed),
            "{error}"
        );
    }
    let middle: String = (0..60)
        .map(|number| match number {
            10 => "\"ok,1,2,cold\n".to_owned(),
            40 => "ok\",1,2,cold\n".to_owned(),
            _ => format!(
                "ok,{}.5,{},{}\n",
                number % 9,
                number % 7,
                ["cold", "hot"][number % 2]
            ),
        })
        .collect();
    let text = format!("note,a,b,kind\n{middle}");
    let error = read(&text, &target("kind")).expect_err("refused");
    assert!(
        error.to_string().contains("line 12: the quote that opens"),
        "{error}"
    );
    let mut options = target("kind");
    options.reading.quote = Some(Quote::Never);
    assert_eq!(read(&text, &options).expect("loads").rows(), 60);
}

#[test]
fn texts_of_several_lines_are_no_rows() {
    let rows: String = (0..60).map(row).collect();
    let rows = rows.replace("ok\n", "\"first, second\nthird, a, b, fourth\nfifth\"\n");
    let dataset = read(format!("a,b,kind,note\n{rows}"), &target("kind"));
    assert_eq!(dataset.expect("loads").rows(), 60);
}

fn target(name: &str) -> LoadOptions {
    LoadOptions {
        target: Some(name.to_owned()),
        ..LoadOptions::default()
    }
}

#[test]
fn the_decimal_mark_is_that_of_the_training_table_where_it_may_be_either() {
    let folder = tempfile::tempdir().expect("a folder");
    let train = folder.path().join("train.csv");
    let new = folder.path().join("new.csv");
    std::fs::write(&new, "a;kind\n1,234;cold\n2,345;hot\n").expect("written");
    let read = |comma: Option<bool>, rows: [&str; 4]| {
        let rows: String = (0..12).map(|row| rows[row % 4].to_owned() + "\n").collect();
        std::fs::write(&train, format!("a;kind\n{rows}")).expect("written");
        let options = LoadOptions {
            validation: ValidationRows::File(Source::parse(&new)),
            ..LoadOptions::default()
        };
        let dataset = load_file(&train, &options);
        let dataset = dataset.expect("loads");
        let model = prepare(&dataset, 0.0, 1).expect("prepared").preprocessing;
        let reading = Reading {
            decimal_comma: comma,
            ..Reading::default()
        };
        let mut rows = PredictionRows::open(&Source::parse(&new), &reading, &model).expect("opens");
        let rows = rows.next_chunk(10).expect("reads").expect("rows");
        let validation = dataset.validation.expect("there").values[[0, 0]];
        (rows.raw[[0, 0]], validation)
    };
    let points = ["1.5;cold", "2.25;hot", "3;cold", "4;hot"];
    let commas = ["1,5;cold", "2,25;hot", "3;cold", "4;hot"];
    assert_eq!(read(None, points), (1234.0, 1234.0));
    assert_eq!(read(None, commas), (1.234, 1.234));
    assert_eq!(read(Some(true), points), (1.234, 1234.0));
    assert_eq!(read(Some(false), commas), (1234.0, 1.234));
}

fn notes_of(text: &str) -> String {
    let dataset = read(text, &LoadOptions::default()).expect("loads");
    prepare(&dataset, 0.2, 1)
        .expect("prepared")
        .notes()
        .join("\n")
}

#[test]
fn mixed_units_are_reported() {
    let table = |price: [&str; 2], target: [&str; 2]| {
        let row = |row: usize| {
            let (price, target) = (price[row % 2], target[row % 2]);
            format!("{},{row}{price},{row}.25{target}\n", row * row)
        };
        "x,price,y\n".to_owned() + &(10..50).map(row).collect::<String>()
    };
    let mixed = |notes: &str| notes.matches(" mixes numbers with ").count();
    assert_eq!(mixed(&notes_of(&table(["%", "%"], ["", ""]))), 0);
    let notes = notes_of(&table(["%", ""], [" EUR", " USD"]));
    assert_eq!(mixed(&notes), 2, "{notes}");
    assert!(
        notes.contains("price mixes numbers with % and no unit"),
        "{notes}"
    );
    assert!(notes.contains("y mixes numbers with "), "{notes}");
    assert!(
        notes.contains("percent signs removed in price, y"),
        "{notes}"
    );
}

#[test]
fn formats_are_shown_where_commas_are_decimal_marks() {
    let rows: String = (1..40)
        .map(|row| format!("{row},5;{row}.000,5;{}\n", ["cold", "hot"][row % 2]))
        .collect();
    let notes = notes_of(&format!("a;b;kind\n{rows}"));
    assert!(notes.contains("percent signs removed in b"), "{notes}");
}

#[test]
fn addresses_and_ages_are_texts() {
    let rows: String = (0..60)
        .map(|row| {
            format!(
                "{},192.168.100.{};{}\n",
                row % 3,
                100 + row % 5,
                ["a", "b"][row % 2]
            )
        })
        .collect();
    let text = format!("x;kind\n{rows}")
        .replace("x;", "x;ip;")
        .replace(",192", ",5;192");
    let dataset = read(&text, &LoadOptions::default()).expect("loads");
    let kinds: Vec<_> = dataset.columns.iter().map(|column| &column.kind).collect();
    assert!(matches!(
        kinds[..],
        [ColumnKind::Numeric, ColumnKind::Categorical { .. }]
    ));
    let rows: String = (0..60)
        .map(|row| {
            format!(
                "{},{}\n",
                ["18-", "25-", "65-"][row % 3],
                ["a", "b"][row % 2]
            )
        })
        .collect();
    let dataset = read(format!("age,kind\n{rows}"), &LoadOptions::default());
    let kind = &dataset.expect("loads").columns[0].kind;
    assert!(matches!(kind, ColumnKind::Categorical { .. }));
}

#[test]
fn row_numbers_are_better_than_a_constant() {
    let rows = |b: fn(usize) -> usize| -> String {
        (1..40)
            .map(|row| format!("{row},{},{}\n", b(row), 3 * row))
            .collect()
    };
    let columns = |rows: String| {
        let dataset = read(format!("n,b,y\n{rows}"), &LoadOptions::default());
        dataset.expect("loads").columns.len()
    };
    assert_eq!(columns(rows(|_| 5)), 2);
    assert_eq!(columns(rows(|row| row % 7)), 1);
}

#[test]
fn a_header_that_comes_again_with_other_blanks_is_left_out() {
    let rows: String = (0..30).map(row).collect();
    for (first, again) in [
        ("a,b,kind,note", " a , b,kind ,note"),
        (" a , b , kind , note ", "a,b,kind,note"),
    ] {
        let text = format!("{first}\n{rows}{again}\n{rows}");
        let dataset = read(&text, &target("kind")).expect("loads");
        assert_eq!(dataset.rows(), 60, "{again}");
        assert_eq!(dataset.class_names(), ["cold", "hot"]);
    }
}

#[test]
fn spellings_of_a_number_are_one_class_beside_words_and_with_decimal_commas() {
    let classes = |header: &str, delimiter: &str, labels: &[&str]| {
        let rows: String = (0..60)
            .map(|row| {
                let label = labels[row % labels.len()];
                format!(
                    "{}{mark}5{delimiter}{label}\n",
                    row % 9,
                    mark = if delimiter == ";" { "," } else { "." }
                )
            })
            .collect();
        let options = LoadOptions {
            task: nn_tui::data::TaskChoice::Classification,
            ..target("kind")
        };
        let dataset = read(format!("{header}\n{rows}"), &options).expect("loads");
        dataset.class_names().to_vec()
    };
    let found = classes("x;kind", ";", &["1", "1,0", "2", "2,0"]);
    assert_eq!(found, ["1", "2"]);
    let found = classes("x;kind", ";", &["1.000", "1000", "2"]);
    assert_eq!(found, ["2", "1000"]);
    let found = classes("x,kind", ",", &["1", "1.0", "2", "2.0", "unknown"]);
    assert_eq!(found, ["1", "2", "unknown"]);
    let found = classes("x,kind", ",", &["\"1,000\"", "1000", "2"]);
    assert_eq!(found, ["2", "1000"]);
}

/// Rows of `columns` numbers and one of two words.
fn numbered(columns: usize) -> Vec<String> {
    let row = |row: usize| {
        let mut cells: Vec<String> = (0..columns)
            .map(|column| format!("{}.{}", row * (column + 7) % 11, row * 5 % 9))
            .collect();
        cells.push(["cold", "hot"][row * 7 % 11 % 2].to_owned());
        cells.join(",")
    };
    (0..40).map(row).collect()
}

#[test]
fn quoted_cells_are_not_cut_at_what_may_separate_cells() {
    let rows: String = (0..40)
        .map(|row| {
            let (street, kind) = (["High", "Low"][row / 2 % 2], ["x", "y"][row % 2]);
            format!(
                "{},\"{street} st; {}; LA\",\"{kind}\"\n",
                row * row,
                row % 5
            )
        })
        .collect();
    let text = format!("\"size\",\"Address (street; no)\",\"kind\"\n{rows}");
    let dataset = read(&text, &LoadOptions::default()).expect("loads");
    let names: Vec<&str> = dataset.columns.iter().map(|column| &*column.name).collect();
    assert_eq!(names, ["size", "Address (street; no)"]);
    assert_eq!(dataset.class_names(), ["x", "y"]);
}

#[test]
fn the_column_that_r_writes_alone_keeps_its_name() {
    let rows: String = (1..=40)
        .map(|row| format!("\"{row}\";{},{}\n", 100 + row % 7, row % 9))
        .collect();
    let options = LoadOptions {
        lags: 2,
        ..LoadOptions::default()
    };
    for delimiter in [";", "\t"] {
        let text = format!("\"x\"\n{rows}").replace(';', delimiter);
        let dataset = read(&text, &options).expect("loads");
        assert_eq!(dataset.target_name, "x");
        assert_eq!(dataset.values[(0, 0)], 102.2, "of the row before, {text}");
    }
}

#[test]
fn a_total_may_be_named_in_the_column_of_classes() {
    let rows = numbered(2).join("\n");
    let text = format!("a,b,kind\n{rows}\n,226.5,Total\n");
    let dataset = read(&text, &LoadOptions::default()).expect("loads");
    assert_eq!(dataset.class_names(), ["cold", "hot"]);
    assert!(
        notes_of(&text).contains("totals on line 42 excluded"),
        "{}",
        notes_of(&text)
    );
}

#[test]
fn units_may_be_one() {
    let rows = numbered(3).join("\n");
    let text = format!("a,b,c,kind\n(m/s),(\u{b0}C),(1),(text)\n{rows}\n");
    let dataset = read(&text, &LoadOptions::default()).expect("loads");
    assert_eq!((dataset.rows(), dataset.columns.len()), (40, 3));
}

#[test]
fn numbers_in_parentheses_are_said_to_be_negative() {
    let rows: String = (0..40)
        .map(|row| format!("({}),{}\n", row * 7 % 11, ["x", "y"][row % 2]))
        .collect();
    let notes = notes_of(&format!("a,kind\n{rows}"));
    assert!(
        notes.contains("numbers in parentheses read as negative in a"),
        "{notes}"
    );
}

#[test]
fn decimal_commas_are_not_suspected_between_other_delimiters() {
    let error = |delimiter: &str| {
        let row = |row| format!("{};{};{};x\n", row % 5, row % 3, row % 4);
        let rows: String = (0..40).map(row).collect();
        let text = format!("a;b;kind\n{rows}").replace(';', delimiter);
        let refused = read(text, &LoadOptions::default()).expect_err("refused");
        refused.to_string()
    };
    assert!(error(",").contains("decimal comma"), "{}", error(","));
    assert!(!error(";").contains("decimal comma"), "{}", error(";"));
    assert!(error(";").contains("--skip 1 reads"), "{}", error(";"));
}
