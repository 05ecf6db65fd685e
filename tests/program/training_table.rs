//! The table that trained a model, read again by `predict` and `eval` without any option.

use super::*;

/// Rows of two numbers and a class, with `delimiter` between the cells.
fn rows(delimiter: &str) -> String {
    let row = |i: usize| {
        let cells = [
            format!("{}.5", i * 7 % 11),
            format!("0.{}", i * 3 % 7),
            ["no", "yes"][i * 7 % 11 / 6].to_owned(),
        ];
        cells.join(delimiter) + "\n"
    };
    (0..40).map(row).collect()
}

/// Trains on `text` with `options`; returns standard error of the training, of `predict` and of `eval`, after checking
/// that both read as many rows as there are in `rows`.
fn read_again(text: &str, options: &str) -> [String; 3] {
    let (folder, model) = place("model.json");
    let data = folder.path().join("table.csv");
    fs::write(&data, text).expect("written");
    let line = format!("--headless --epochs 2 {options} --export");
    let trained = run(&line, &[&model, &data]);
    assert_eq!(code(&trained), 0, "{options}: {}", stderr(&trained));
    let predicted = succeed("predict", &[&model, &data]);
    let csv = stdout(&predicted);
    assert_eq!(
        csv::Reader::from_reader(csv.as_bytes()).records().count(),
        40,
        "{text}"
    );
    let evaluated = succeed("eval --json", &[&model, &data]);
    let scores: Value = serde_json::from_str(&stdout(&evaluated)).expect("JSON");
    assert_eq!(
        (&scores["rows"], &scores["unknown_values"]),
        (&40.into(), &serde_json::json!({})),
        "{text}"
    );
    [trained, predicted, evaluated].map(|output| stderr(&output))
}

#[test]
fn is_read_with_the_options_of_the_training() {
    let (comma, tilde) = (rows(","), rows("~"));
    let (first, last) = comma.split_at(comma.match_indices('\n').nth(19).expect("a line").0 + 1);
    for (options, text) in [
        (
            "--comment #",
            format!("# by me\na,b,kind\n{first}# more, of them,\n{last}"),
        ),
        (
            "--skip 2",
            format!("Report,of,me\n1,2,3\na,b,kind\n{comma}"),
        ),
        ("--delimiter ~", format!("a~b~kind\n{tilde}")),
        ("--no-header", comma.clone()),
        ("--comment #", format!("# by me\n{first}# more\n{last}")),
        (
            "--no-header --skip 1 --delimiter ~",
            format!("made by me~~~\n{tilde}"),
        ),
    ] {
        read_again(&text, options);
    }
}

#[test]
fn of_another_kind_is_read_as_it_is() {
    let (folder, model) = place("model.json");
    let path = |name: &str| folder.path().join(name);
    let commented = format!("# by me\n# twice\na~b~kind\n{}", rows("~"));
    fs::write(path("old.csv"), commented).expect("written");
    let line = "--headless --epochs 2 --comment # --skip 2 --delimiter ~ --export";
    succeed(line, &[&model, &path("old.csv")]);
    fs::write(
        path("new.csv"),
        format!("a,b\n{}", rows(",").replace(",no", "").replace(",yes", "")),
    )
    .expect("written");
    let predicted = stdout(&succeed("predict", &[&model, &path("new.csv")]));
    assert_eq!(predicted.lines().count(), 41, "{predicted}");
}

#[test]
fn has_rows_that_are_no_data() {
    let comma = rows(",");
    let (first, last) = comma.split_at(comma.match_indices('\n').nth(19).expect("a line").0 + 1);
    for (text, note, left_out) in [
        (
            format!("a,b,kind\n{comma}Total,9.5,\n"),
            "row of totals on line 42 excluded",
            "1 line of totals, first on line 42",
        ),
        (
            format!("a,b,kind\ncm,kg,\n{first}a,b,kind\ncm,kg,\n{last}"),
            "2 rows of units or types excluded, the first on line 2",
            "1 line that repeats the header, first on line 23 and 2 lines of units or types, first on line 2",
        ),
        (
            format!("a,b,kind\nlength,mass,\n(cm),(kg),\n{comma}EOF\n"),
            "2 rows of units or types excluded, the first on line 2",
            "2 lines of units or types, first on line 2 and 1 line of text below the table, first on line 44",
        ),
        (
            format!("a,b,kind\n{first},,\n{last},,\n,,\n"),
            "3 rows of empty cells excluded, the first on line 22",
            "3 lines of empty cells, first on line 22",
        ),
        (
            format!("a,b,kind\n{comma}n = 40,,\n"),
            "1 without a target excluded",
            "1 line without a target and with a cell that cannot be read, first on line 42",
        ),
        (format!("a,b,kind,,\n{comma}"), "", ""),
    ] {
        let [trained, predicted, evaluated] = read_again(&text, "");
        assert!(trained.contains(note), "{trained}");
        for said in [predicted, evaluated] {
            assert!(said.contains(left_out), "{said}");
            assert_eq!(said.is_empty(), left_out.is_empty(), "{said}");
        }
    }
}

#[test]
fn without_targets_is_refused_if_no_row_can_be_read() {
    let (folder, model) = place("model.json");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("old.csv"), format!("a,b,kind\n{}", rows(","))).expect("written");
    succeed(
        "--headless --epochs 2 --export",
        &[&model, &path("old.csv")],
    );
    fs::write(path("new.csv"), "a,b,kind\nx,1,\ny,2,\n").expect("written");
    let refused = run("predict", &[&model, &path("new.csv")]);
    assert_eq!(code(&refused), 65);
    assert!(stderr(&refused).contains("line 2, column 1 (a): expected a number, found \"x\""));
}

#[test]
fn has_numbers_whose_mean_is_far_from_zero() {
    let (folder, model) = place("model.json");
    let data = folder.path().join("table.csv");
    let row = |i: usize| format!("{}.5,{}\n", i * 7 % 11, 2000.0 + (i * 7 % 11) as f64 / 10.0);
    fs::write(
        &data,
        format!("a,y\n{}", (0..40).map(row).collect::<String>()),
    )
    .expect("written");
    succeed("--headless --epochs 5 --export", &[&model, &data]);
    let csv = stdout(&succeed("predict", &[&model, &data]));
    let records: Vec<Vec<f64>> = csv::Reader::from_reader(csv.as_bytes())
        .deserialize()
        .map(|record| record.expect("numbers"))
        .collect();
    let beyond_f32 = |row: &Vec<f64>| row[2] != f64::from(row[2] as f32);
    assert!(records.iter().all(beyond_f32), "{records:?}");
    let error = records
        .iter()
        .map(|row| (row[2] - row[1]).abs())
        .sum::<f64>()
        / 40.0;
    let scores: Value =
        serde_json::from_str(&stdout(&succeed("eval --json", &[&model, &data]))).expect("JSON");
    let mae = scores["mae"].as_f64().expect("a number");
    assert!((mae / error - 1.0).abs() < 1e-12, "{mae} {error}");
}
