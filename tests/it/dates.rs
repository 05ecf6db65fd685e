//! Columns of dates and earlier targets, from the table to the inputs of the network.

use nn_tui::data::{
    Dataset, DateOptions, LoadOptions, Missing, PredictionRows, Prepared, Preprocessing, Reading,
    RowSplit, Severity, Source, SplitMethod, prepare,
};
use nn_tui::error::EXIT_BAD_DATA;

use crate::support::table::{column_names, read};

fn options(dates: &str, lags: usize) -> LoadOptions {
    LoadOptions {
        dates: DateOptions::parse(dates).expect(dates),
        lags,
        ..LoadOptions::default()
    }
}

fn loaded(text: &str, options: &LoadOptions) -> Dataset {
    read(text, options).unwrap_or_else(|error| panic!("{error}"))
}

fn error(text: &str, options: &LoadOptions) -> String {
    let error = read(text, options).expect_err("refused");
    assert_eq!(error.exit_code(), EXIT_BAD_DATA);
    error.to_string()
}

fn notes(prepared: &Prepared) -> String {
    prepared.notes().join("\n")
}

/// Rows with the dates `cells`, a number and a target.
fn table(cells: &[&str]) -> String {
    let rows = cells.iter().enumerate();
    let rows = rows.map(|(row, cell)| format!("\"{cell}\",{}.5,{}.25\n", row * row, row));
    format!("day,x,y\n{}", rows.collect::<String>())
}

const HOURS: [&str; 4] = [
    "2024-02-28 06:30",
    "2024-02-28 18:00",
    "2024-02-29 00:00",
    "2024-03-01",
];

#[test]
fn parts_of_dates_are_columns() {
    let data = loaded(&table(&HOURS), &options("parts", 0));
    let expected = [
        "day (year)",
        "day (month)",
        "day (weekday)",
        "day (hour)",
        "x",
    ];
    assert_eq!(column_names(&data), expected);
    let row = |row: usize| data.values.row(row).to_vec();
    assert_eq!(row(0), [2024.0, 2.0, 2.0, 6.5, 0.5]);
    assert_eq!(row(2), [2024.0, 2.0, 3.0, 0.0, 4.5], "a leap day");
    assert_eq!(row(3), [2024.0, 3.0, 4.0, 0.0, 9.5]);
    let prepared = prepare(&data, 0.0, 1).expect("prepared");
    assert_eq!(prepared.left_out, ["day (year)"], "constant");
    let expected = [
        "sin day (month)",
        "cos day (month)",
        "sin day (weekday)",
        "cos day (weekday)",
        "sin day (hour)",
        "cos day (hour)",
        "x",
    ];
    assert_eq!(prepared.input_names, expected);
    let inputs = prepared.training.inputs(0..4);
    assert!((inputs[[1, 4]] + 1.0).abs() < 1e-6, "six in the evening");
    assert!((inputs[[0, 1]] - 0.5).abs() < 1e-6, "February");
    assert!((inputs[[3, 0]] - 1.0).abs() < 1e-6, "March");
    let angle = 6.5_f32 / 24.0 * std::f32::consts::TAU;
    assert!((inputs[[0, 4]] - angle.sin()).abs() < 1e-6);
    assert_eq!(
        column_names(&loaded(&table(&HOURS), &options("auto", 0))),
        ["x"]
    );
}

#[test]
fn months_have_no_days_of_the_week() {
    for cells in [
        ["2024-01", "2024-02", "2024-03", "2025-04"],
        ["2024-01-01", "2024-02-01", "2024-03-01", "2025-04-01"],
    ] {
        let data = loaded(&table(&cells), &options("parts", 0));
        assert_eq!(column_names(&data), ["day (year)", "day (month)", "x"]);
    }
}

#[test]
fn all_dates_decide_on_the_order_of_day_and_month() {
    let months = |cells: &[&str], dates: &str| {
        let data = loaded(&table(cells), &options(dates, 0));
        let prepared = prepare(&data, 0.0, 1).expect("prepared");
        let months: Vec<f32> = data.values.column(1).to_vec();
        (months, notes(&prepared).contains("a guess"))
    };
    let late = ["01/02/2024", "02/03/2024", "2024-07-01", "31/05/2024"];
    assert_eq!(months(&late, "parts"), (vec![2.0, 3.0, 7.0, 5.0], false));
    let late = ["01/02/2024", "02/03/2024", "2024-07-01", "05/31/2024"];
    assert_eq!(months(&late, "parts"), (vec![1.0, 2.0, 7.0, 5.0], false));
    let open = ["01/02/2024", "02/03/2024", "03/04/2024", "05/06/2024"];
    assert_eq!(months(&open, "parts"), (vec![1.0, 2.0, 3.0, 5.0], true));
    assert_eq!(months(&open, "dmy"), (vec![2.0, 3.0, 4.0, 6.0], false));
    let open = open.map(|cell| cell.replace('/', "."));
    let open: Vec<&str> = open.iter().map(String::as_str).collect();
    assert_eq!(months(&open, "parts"), (vec![2.0, 3.0, 4.0, 6.0], true));
    let both = ["31/01/2024", "2024-02-02", "01/31/2024", "2024-02-03"];
    assert!(error(&table(&both), &options("parts", 0)).contains(
        "line 4, column 1 (day): expected a date with the day first, found \"01/31/2024\""
    ),);
}

#[test]
fn a_constant_number_beside_all_months_is_the_day() {
    let cells: Vec<String> = (0..24)
        .map(|row| format!("01/{:02}/{}", row % 12 + 1, 2000 + row / 12))
        .collect();
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let data = loaded(&table(&cells), &options("parts", 0));
    assert_eq!(column_names(&data), ["day (year)", "day (month)", "x"]);
    let months = (0..24).map(|row| (row % 12 + 1) as f32);
    assert_eq!(data.values.column(1).to_vec(), months.collect::<Vec<f32>>());
    let prepared = prepare(&data, 0.2, 1).expect("prepared");
    let expected = "day before month in day, a guess; parts,mdy swaps them";
    assert!(notes(&prepared).contains(expected), "{}", notes(&prepared));
    let few = loaded(&table(&cells[..6]), &options("parts", 0));
    assert_eq!(few.values.column(1).to_vec(), [1.0; 6], "the usual order");
}

#[test]
fn a_split_by_time_reports_that_the_order_of_day_and_month_is_a_guess() {
    let cells: Vec<String> = (0..24)
        .map(|row| format!("{:02}/{:02}/2023", row / 12 + 1, row % 12 + 1))
        .collect();
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let said = |dates: &str| {
        let options = LoadOptions {
            split: SplitMethod::Time(Some("day".into())),
            ..options(dates, 0)
        };
        let data = loaded(&table(&cells), &options);
        notes(&prepare(&data, 0.2, 1).expect("prepared"))
    };
    let expected = "month before day in day, a guess; auto,dmy swaps them";
    assert!(said("auto").contains(expected), "{}", said("auto"));
    assert_eq!(said("parts").matches("a guess").count(), 1);
    assert!(!said("auto,dmy").contains("a guess"));
}

#[test]
fn parts_of_dates_are_not_left_out_silently() {
    let cells = ["2024-01-31", "2024-02-01", "0000-00-00", "2024-02-03"];
    let said = error(&table(&cells), &options("parts", 0));
    let expected = "line 4, column 1 (day): expected a date, found \"0000-00-00\" \
                    (--missing-values counts texts as missing";
    assert!(said.contains(expected), "{said}");
    let cells = ["a", "b", "a", "b"];
    let error = read(table(&cells), &options("parts", 0)).expect_err("refused");
    let expected = "--dates: no column holds dates such as 2024-01-31";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_day_that_does_not_exist_is_an_error_with_its_place() {
    let cells = ["2023-02-27", "2023-02-28", "2023-02-29", "2023-03-01"];
    let said = error(&table(&cells), &options("parts", 0));
    let expected = "line 4, column 1 (day): expected a date, found \"2023-02-29\" \
                    (--missing-values counts texts as missing, --drop leaves the column \"day\" out)";
    assert!(said.ends_with(expected), "{said}");
}

#[test]
fn missing_dates_follow_the_rule_of_other_columns() {
    let cells = ["2024-01-31", "", "2024-03-31", "2024-03-30", "NA"];
    let data = loaded(&table(&cells), &options("parts", 0));
    assert_eq!(data.rows(), 5);
    let prepared = prepare(&data, 0.0, 1).expect("prepared");
    assert!(
        notes(&prepared).contains("2 values replaced by the mean or most frequent value"),
        "{}",
        notes(&prepared)
    );
    let inputs = prepared.training.inputs(0..5);
    assert_eq!(inputs[[1, 0]], inputs[[2, 0]], "March is the most frequent");
    let with = |missing| LoadOptions {
        missing,
        ..options("parts", 0)
    };
    assert_eq!(loaded(&table(&cells), &with(Missing::Drop)).rows(), 3);
    let said = error(&table(&cells), &with(Missing::Error));
    assert!(
        said.contains("line 3") && said.contains("the cell is empty"),
        "{said}"
    );
}

#[test]
fn lags_are_the_targets_of_the_rows_before() {
    let text = "day,y\n2024-01-01,1.5\n2024-01-02,2.5\n2024-01-03,\n2024-01-04,4.5\n\
                2024-01-05,5.5\n2024-01-06,6.5\n2024-01-07,7.5\n";
    let data = loaded(text, &options("exclude", 2));
    assert_eq!(column_names(&data), ["y (t-1)", "y (t-2)"]);
    assert_eq!(data.rows(), 2, "a missing target is in two histories");
    assert_eq!(data.values.row(0).to_vec(), [5.5, 4.5]);
    assert_eq!(data.values.row(1).to_vec(), [6.5, 5.5]);
    assert_eq!(data.lines.of(0), 7);
    assert_eq!(
        (data.report.without_target, data.report.without_history),
        (1, 4)
    );
    let prepared = prepare(&data, 0.0, 1).expect("prepared");
    assert!(
        notes(&prepared).contains("4 without all of the 2 targets before excluded (set by --lags)"),
        "{}",
        notes(&prepared)
    );
    let scale = *prepared.task.scale().expect("a number");
    let inputs = prepared.training.inputs(0..2);
    let expected = (5.5 - scale.mean) / scale.std;
    assert!(
        (f64::from(inputs[[0, 0]]) - expected).abs() < 1e-6,
        "scaled like the target"
    );
}

#[test]
fn lags_need_rows_in_order_of_time() {
    let unsorted = table(&["2024-01-01", "2024-01-03", "2024-01-02", "2024-01-04"]);
    let said = error(&unsorted, &options("auto", 1));
    assert!(
        said.contains("line 4, column 1 (day): the row is older than the one before it"),
        "{said}"
    );
    let several = table(&["2024-01-01", "2024-01-01", "2024-01-02", "2024-01-02"]);
    let data = loaded(&several, &options("auto", 1));
    let prepared = prepare(&data, 0.0, 1).expect("prepared");
    let is_warning = |fact: &&nn_tui::data::Fact| fact.severity == Severity::Warning;
    let warnings: Vec<String> = prepared
        .facts
        .iter()
        .filter(is_warning)
        .map(nn_tui::data::Fact::text)
        .collect();
    assert!(
        warnings[0].contains("lags mix several series"),
        "{warnings:?}"
    );
    // Days before months are in order, months before days are not.
    let days = ["31/01/2024", "01/02/2024", "02/02/2024", "01/03/2024"];
    assert_eq!(loaded(&table(&days), &options("auto", 1)).rows(), 3);
}

#[test]
fn new_rows_of_a_model_with_lags_are_in_order_of_dates_that_are_no_inputs() {
    let rows = |days: &mut dyn Iterator<Item = usize>| {
        let row = |day: usize| format!("2024-01-{day:02},{},{day}.5\n", day % 3);
        format!("day,x,y\n{}", days.map(row).collect::<String>())
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.csv");
    let read = |text: String, preprocessing: &Preprocessing| {
        std::fs::write(&path, text).expect("written");
        let source = Source::File(path.clone());
        let mut rows = PredictionRows::open(&source, &Reading::default(), preprocessing)?;
        rows.next_chunk(100)
            .map(|chunk| chunk.map_or(0, |chunk| chunk.rows()))
    };
    for data in [
        loaded(&rows(&mut (1..20)), &options("auto", 2)),
        loaded(&rows(&mut (1..20)), &options("parts", 2)),
    ] {
        let training: Vec<u32> = (0..data.rows() as u32).collect();
        let preprocessing = Preprocessing::fit(&data, &training).expect("fits").0;
        assert_eq!(
            read(rows(&mut (1..9)), &preprocessing).expect("in order"),
            8
        );
        let error = read(rows(&mut (1..9).rev()), &preprocessing).expect_err("newest first");
        let said = error.to_string();
        assert!(
            said.contains("line 3, column 1 (day): the row is older"),
            "{said}"
        );
        let unordered = rows(&mut (1..9).rev()).replace("day,", "other,");
        if data
            .columns
            .iter()
            .all(|column| column.name != "day (year)")
        {
            assert_eq!(read(unordered, &preprocessing).expect("no dates"), 8);
        }
    }
}

#[test]
fn a_time_beside_a_date_is_part_of_it() {
    let row = |row: usize| {
        let (hour, kind) = (row * 29 % 48, row % 5);
        format!(
            "2024-01-{:02},{:02}:00,{hour},{kind}.5\n",
            1 + hour / 24,
            hour % 24
        )
    };
    let text = format!("date,time,v,y\n{}", (0..48).map(row).collect::<String>());
    let options = LoadOptions {
        split: SplitMethod::Time(None),
        ..LoadOptions::default()
    };
    let data = loaded(&text, &options);
    let names: Vec<&str> = data.columns.iter().map(|column| &*column.name).collect();
    assert_eq!(names, ["v"]);
    let RowSplit::Time { times, .. } = &data.split else {
        panic!("{:?}", data.split);
    };
    let mut order: Vec<usize> = (0..48).collect();
    order.sort_by(|&a, &b| times[a].total_cmp(&times[b]));
    let hours = order.into_iter().map(|row| data.values[[row, 0]]);
    assert!(hours.eq((0..48_u8).map(f32::from)));
}

#[test]
fn a_text_target_has_no_lags() {
    let said = error("x,kind\n1,a\n2,b\n3,a\n4,b\n", &options("auto", 1));
    assert!(
        said.contains("--target") && said.contains("train without it"),
        "{said}"
    );
}
