//! Small tables that are easily misread, and the right outcome for each (`tests/data/cases`).

use std::collections::HashSet;

use nn_tui::data::{
    ColumnKind, Dataset, ExclusionReason, LoadOptions, Missing, MissingValues, Preprocessing,
    Source, Target, Task, TaskChoice, ValidationRows, load, prepare, read_for_prediction,
};
use nn_tui::error::EXIT_BAD_DATA;

use crate::support::table::{column_names, load_file, notes, read};

fn source(name: &str) -> Source {
    Source::parse(format!("tests/data/cases/{name}"))
}

fn loaded(name: &str) -> Dataset {
    load(&source(name), None).unwrap_or_else(|error| panic!("{error}"))
}

fn loaded_with(name: &str, options: &LoadOptions) -> Dataset {
    load_file(format!("tests/data/cases/{name}"), options).expect(name)
}

fn categories<'d>(dataset: &'d Dataset, name: &str) -> &'d [String] {
    let column = dataset.columns.iter().find(|column| column.name == name);
    match &column.expect(name).kind {
        ColumnKind::Categorical { values, .. } => values,
        other => panic!("{name}: {other:?}"),
    }
}

/// Counts the distinct values of the first input column.
fn distinct(dataset: &Dataset) -> usize {
    let values = dataset.values.column(0);
    values
        .iter()
        .map(|value| value.to_bits())
        .collect::<HashSet<u32>>()
        .len()
}

#[test]
fn an_unclosed_quote_is_refused_in_training_and_prediction() {
    let expected = "line 102: the quote that opens on this line is never closed (--quote none takes quotes for text)";
    let file = source("openquote_note.csv");
    let error = load(&file, None).expect_err("refused");
    assert!(error.to_string().ends_with(expected), "{error}");
    assert_eq!(error.exit_code(), EXIT_BAD_DATA);
    let wanted = iris_preprocessing();
    let error = read_for_prediction(&file, &wanted).expect_err("refused");
    assert!(error.to_string().ends_with(expected), "{error}");
}

fn iris_preprocessing() -> Preprocessing {
    let iris = load(&Source::parse("iris"), None).expect("loads");
    let prepared = prepare(&iris, 0.2, 1).expect("prepared");
    (*prepared.preprocessing).clone()
}

#[test]
fn text_keeps_its_original_form() {
    let zwnj = loaded("zwnj_feature.csv");
    assert!(
        categories(&zwnj, "place")
            .contains(&"\u{62e}\u{627}\u{646}\u{647}\u{200c}\u{647}\u{627}".to_owned())
    );
    let lines = loaded("multiline_feature.csv");
    assert_eq!(column_names(&lines), ["place\n(type)", "x"]);
    assert!(categories(&lines, "place\n(type)")[0].contains('\n'));
    let excel = loaded("excel_header_newline.csv");
    assert_eq!(column_names(&excel), ["Length\n(cm)", "Width\n(cm)"]);
    let spaces = loaded("space_feature.csv");
    assert_eq!(categories(&spaces, "place")[0], "York");
    assert_eq!(
        (column_names(&spaces)[1], &*spaces.target_name),
        ("x", "kind")
    );
}

#[test]
fn a_column_with_a_line_break_is_found_as_it_is_shown() {
    for asked in ["Length\n(cm)", "Length\\n(cm)", "Length (cm)"] {
        let options = LoadOptions {
            drop: vec![asked.to_owned()],
            ..LoadOptions::default()
        };
        let dataset = loaded_with("excel_header_newline.csv", &options);
        assert_eq!(column_names(&dataset), ["Width\n(cm)"], "{asked}");
    }
}

#[test]
fn numbers_far_from_0_are_told_apart() {
    for (name, expected) in [
        ("offset_1e9.csv", 120),
        ("epoch_ms.csv", 120),
        ("day_seconds.csv", 480),
    ] {
        let dataset = loaded(name);
        assert!(dataset.columns[0].offset > 0.0, "{name}");
        let exact: HashSet<String> = std::fs::read_to_string(format!("tests/data/cases/{name}"))
            .expect("there")
            .lines()
            .skip(1)
            .map(|line| line.split(',').next().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(distinct(&dataset), exact.len(), "{name}");
        assert_eq!(dataset.rows(), expected, "{name}");
    }
    let dataset = loaded("offset_target.csv");
    let Target::Numbers(values) = &dataset.target else {
        panic!("classes");
    };
    let second = values[1] + dataset.target_offset;
    assert!((second - 1_000_000_000.02).abs() < 1e-5, "{second}");
    let prepared = prepare(&dataset, 0.2, 1).expect("prepared");
    let Task::Regression(scale) = prepared.task else {
        panic!("classes");
    };
    assert!((scale.value(0.0) - 1e9).abs() < 100.0);
}

#[test]
fn none_is_a_category_among_words() {
    let dataset = loaded("none_small.csv");
    assert_eq!(
        categories(&dataset, "garage"),
        ["None", "Attached", "Detached"]
    );
    assert!(notes(&dataset).contains("\"None\" in garage is a category"));
    let options = LoadOptions {
        missing_values: MissingValues::of(&["None".to_owned()]),
        ..LoadOptions::default()
    };
    let dataset = loaded_with("none_small.csv", &options);
    assert_eq!(categories(&dataset, "garage"), ["Attached", "Detached"]);
    assert_eq!(loaded("none_class.csv").class_names(), ["Drug", "None"]);
}

#[test]
fn spellings_of_one_label_are_one_class() {
    let dataset = loaded("label_mixed_float.csv");
    assert_eq!(dataset.class_names(), ["0", "1"]);
    assert!(
        notes(&dataset).contains("\"0.0\" counted as \"0\""),
        "{}",
        notes(&dataset)
    );
}

#[test]
fn row_numbers_are_excluded_under_any_name() {
    let dataset = loaded("row_numbers.csv");
    assert_eq!(column_names(&dataset), ["length", "width"]);
    let excluded = &dataset.report.excluded[0];
    assert_eq!(
        (&*excluded.name, excluded.reason),
        ("n", ExclusionReason::RowNumbers)
    );
    let options = LoadOptions {
        keep: vec!["n".to_owned()],
        ..LoadOptions::default()
    };
    let dataset = loaded_with("row_numbers.csv", &options);
    assert_eq!(column_names(&dataset), ["n", "length", "width"]);
    assert_eq!(
        column_names(&loaded("small_integers.csv")),
        ["x"],
        "nothing else is left"
    );
}

#[test]
fn small_integers_are_numbers() {
    assert!(matches!(
        loaded("small_integers.csv").target,
        Target::Numbers(_)
    ));
}

#[test]
fn a_class_with_a_single_row_trains() {
    let dataset = loaded("rare_class.csv");
    let prepared = prepare(&dataset, 0.2, 1).expect("prepared");
    assert!(notes(&dataset).contains("is used for training"));
    assert_eq!(
        prepared.training.rows() + prepared.validation.rows(),
        dataset.rows()
    );
}

/// Columns of each of these tables, and its classes.
#[test]
fn file_kinds_are_recognised() {
    for (name, expected) in [
        ("sep_semi.csv", ["length", "width"]),
        ("trail_delim.csv", ["a", "b"]),
        ("thousands.csv", ["area", "price"]),
        ("currency.csv", ["cost", "fee"]),
        ("percent.csv", ["growth", "share"]),
        ("quotes_after_space.csv", ["a", "b"]),
        ("preamble.csv", ["length", "width"]),
        ("r_rownames.csv", ["a", "b"]),
        ("header_repeat.csv", ["length", "width"]),
        ("header_repeat_digits.csv", ["x", "z"]),
        ("units_row.csv", ["length", "width"]),
    ] {
        let dataset = loaded(name);
        assert_eq!(column_names(&dataset), expected, "{name}");
        let are_numbers = |column: &nn_tui::data::Column| column.kind == ColumnKind::Numeric;
        assert!(dataset.columns.iter().all(are_numbers), "{name}");
        assert_eq!(dataset.target_name, "kind", "{name}");
        assert_eq!(dataset.class_names().len(), 2, "{name}");
    }
}

#[test]
fn formatted_numbers_are_numbers_and_said_to_be() {
    let first_row = |name: &str| loaded(name).values.row(0).to_vec();
    assert_eq!(first_row("thousands.csv"), [1000.0, 1693.0]);
    assert_eq!(first_row("currency.csv"), [153.85, 28.57]);
    assert_eq!(first_row("percent.csv"), [-0.7, 2.0]);
    let said = notes(&loaded("currency.csv"));
    assert!(
        said.contains("currencies and percent signs removed in cost, fee"),
        "{said}"
    );
}

#[test]
fn quoted_commas_behind_a_blank_separate_no_cells() {
    let dataset = loaded("quotes_with_commas.csv");
    let cities = ["Bern", "New York, NY"].map(str::to_owned);
    assert_eq!(categories(&dataset, "city"), cities);
    assert_eq!(dataset.class_names(), ["a", "b"]);
}

/// Rows of a number and one of `targets` in turn.
fn with_targets(targets: &[&str]) -> String {
    let rows = (0..40).map(|row| format!("{}.5,{}\n", row % 7, targets[row % targets.len()]));
    format!("x,y\n{}", rows.collect::<String>())
}

#[test]
fn words_for_nothing_are_classes_beside_a_single_other_one() {
    let usual = LoadOptions::default();
    for targets in [
        &["+", "-"][..],
        &["Null", "Some"],
        &["?", "!"],
        &["+", "++", "-"],
    ] {
        let dataset = read(with_targets(targets), &usual).expect("loads");
        assert_eq!(dataset.class_names(), targets);
        assert_eq!(dataset.values.nrows(), 40);
        let said = notes(&dataset);
        assert!(
            said.contains("in y is a category, not a missing value (--missing-values)"),
            "{said}"
        );
    }
    let dataset = read(with_targets(&["NA", "EU", "US", "EU"]), &usual).expect("loads");
    assert_eq!(dataset.class_names(), ["EU", "US"]);
    assert_eq!(dataset.values.nrows(), 30);
    let chosen = LoadOptions {
        missing_values: MissingValues::of(&["-".to_owned()]),
        ..LoadOptions::default()
    };
    let error = read(with_targets(&["+", "-"]), &chosen).expect_err("refused");
    let expected = "every row has the class \"+\" or a missing one (20; --missing-values";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn words_of_the_classes_are_classes_in_a_validation_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("validation.csv");
    std::fs::write(&file, with_targets(&["+", "-", ""])).expect("written");
    let options = LoadOptions {
        validation: ValidationRows::File(Source::parse(&file)),
        ..LoadOptions::default()
    };
    let dataset = read(with_targets(&["+", "-"]), &options).expect("loads");
    let validation = dataset.validation.expect("validation rows");
    assert_eq!(validation.values.nrows(), 27);
}

#[test]
fn classes_of_few_rows_are_accepted_on_request() {
    let names: Vec<String> = (0..30).map(|class| format!("class {class}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let text = with_targets(&names);
    let error = read(&text, &LoadOptions::default()).expect_err("refused");
    assert!(error.to_string().contains("--task"), "{error}");
    let options = LoadOptions {
        task: TaskChoice::Classification,
        ..LoadOptions::default()
    };
    let dataset = read(&text, &options).expect("loads");
    assert_eq!(dataset.class_names().len(), 30);
    prepare(&dataset, 0.2, 1).expect("prepared");
}

#[test]
fn a_table_without_inputs_names_its_columns_and_the_reasons() {
    let rows: String = (0..40)
        .map(|row| format!("name {row},7,{}\n", ["a", "b"][row % 2]))
        .collect();
    let dataset = read(format!("who,n,kind\n{rows}"), &LoadOptions::default());
    let error = prepare(&dataset.expect("loads"), 0.2, 1).expect_err("refused");
    let expected = "left out: \"who\" (nearly all different, --keep), \"n\" (constant)";
    assert!(error.to_string().ends_with(expected), "{error}");
}

#[test]
fn lines_that_are_no_rows_are_left_out_and_named() {
    for (name, expected) in [
        ("preamble.csv", "first 3 lines skipped"),
        ("sep_semi.csv", "first line skipped"),
        (
            "header_repeat.csv",
            "2 repetitions of the header excluded, the first on line 32",
        ),
        ("units_row.csv", "row of units or types on line 2 excluded"),
        ("r_rownames.csv", "row names"),
    ] {
        let said = notes(&loaded(name));
        assert!(said.contains(expected), "{name}: {said}");
    }
}

#[test]
fn a_date_and_a_number_are_a_time_series() {
    let dataset = loaded("monthly.csv");
    assert_eq!(column_names(&dataset), ["Month (year)", "Month (month)"]);
    let said = notes(&dataset);
    assert!(
        said.contains("parts of dates used, no other input is left"),
        "{said}"
    );
    let split = "split by time: the rows with the last \"Month\" validate";
    assert!(said.contains(split), "{said}");
    let prepared = prepare(&dataset, 0.2, 1).expect("prepared");
    let rows = 0..prepared.validation.rows();
    let lines: Vec<u64> = rows.map(|row| prepared.validation.line(row)).collect();
    assert_eq!(lines, (108..=133).collect::<Vec<u64>>(), "the last rows");
}

#[test]
fn a_zip_archive_with_a_table_is_read() {
    let dataset = loaded("z.zip");
    assert_eq!(dataset.class_names().len(), 2);
}

#[test]
fn delimiters_at_the_end_of_the_data_lines_only_shift_nothing() {
    for end in ["", ",", ",,"] {
        let rows: String = (0..20)
            .map(|row| format!("0.{row},{},{}{end}\n", row % 7, ["cold", "hot"][row % 2]))
            .collect();
        let dataset = read(format!("a,b,kind\n{rows}"), &LoadOptions::default());
        let dataset = dataset.expect("loads");
        assert_eq!(column_names(&dataset), ["a", "b"], "{end}");
        assert_eq!(dataset.target_name, "kind", "{end}");
        assert_eq!(dataset.class_names(), ["cold", "hot"], "{end}");
    }
    let text = "a,b,kind,,\n1,2,x,,\n2,3,y,,\n3,4,x,,\n";
    let dataset = read(text, &LoadOptions::default()).expect("loads");
    assert_eq!(dataset.target_name, "kind");
    let filled: String = (0..1200).map(|row| format!("{row},2,x,\n")).collect();
    let text = format!("a,b,kind\n{filled}3,4,5,y\n");
    let error = read(&text, &LoadOptions::default()).expect_err("refused");
    let error = error.to_string();
    assert!(
        error.contains("has 4 cells, the first row has 3"),
        "{error}"
    );
}

fn missing_cells(dataset: &Dataset) -> usize {
    dataset.values.iter().filter(|value| value.is_nan()).count()
}

#[test]
fn the_whole_column_decides_what_none_means() {
    let text = |last: &str| {
        let rows = |garage: &str, kind: &str| format!("{garage},1,{kind}\n{garage},2,{kind}\n");
        let none = rows("None", "cold").repeat(600);
        format!("garage,b,kind\n{none}{}", rows(last, "hot").repeat(50))
    };
    let options = |missing| LoadOptions {
        missing,
        ..LoadOptions::default()
    };
    for missing in [Missing::Impute, Missing::Drop, Missing::Error] {
        let words = read(text("Attached"), &options(missing)).expect("loads");
        assert_eq!(categories(&words, "garage"), ["None", "Attached"]);
        assert_eq!((words.rows(), missing_cells(&words)), (1300, 0));
    }
    let numbers = read(text("7"), &options(Missing::Impute)).expect("loads");
    assert_eq!((numbers.rows(), missing_cells(&numbers)), (1300, 1200));
    assert_eq!(numbers.columns[0].kind, ColumnKind::Numeric);
    let few = text("7").replace("None,1,cold", "3,1,cold");
    let dropped = read(&few, &options(Missing::Drop)).expect("loads");
    assert_eq!((dropped.rows(), dropped.report.incomplete), (700, 600));
    assert!(read(text("7"), &options(Missing::Error)).is_err());
}

#[test]
fn an_end_mark_behind_the_last_cell_is_no_text() {
    for end in ["\u{1a}", "\n\u{1a}", "\u{1a}\u{1a}"] {
        let text = format!("a,kind\n1,cold\n2,hot\n3,cold\n4,hot{end}");
        let dataset = read(&text, &LoadOptions::default()).expect("loads");
        assert_eq!(dataset.class_names(), ["cold", "hot"], "{end:?}");
        assert_eq!(dataset.rows(), 4);
    }
}
