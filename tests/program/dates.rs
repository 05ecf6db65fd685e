//! Time series and dates: training, prediction and evaluation.

use super::*;

const MONTHLY: &str = "tests/data/cases/monthly.csv";

/// Trains on the monthly sales with `options`; returns the model and what standard error said.
fn trained(options: &str) -> (TempDir, PathBuf, String) {
    let (folder, model) = place("model.json");
    let line = format!("{MONTHLY} --headless {options} --export");
    let said = stderr(&succeed(&line, &[&model]));
    (folder, model, said)
}

fn monthly() -> String {
    fs::read_to_string(MONTHLY).expect("there")
}

fn written(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("table.csv");
    fs::write(&path, text).expect("written");
    path
}

/// Cells of the last column of the predictions of `model` for `table`, and standard error.
fn predicted(model: &Path, table: &Path) -> (Vec<String>, String) {
    let output = succeed("predict", &[model, table]);
    let last = |line: &str| line.rsplit(',').next().unwrap_or_default().to_owned();
    (
        stdout(&output).lines().skip(1).map(last).collect(),
        stderr(&output),
    )
}

fn scores(model: &Path, table: &Path) -> Value {
    let output = succeed("eval --json", &[model, table]);
    serde_json::from_str(&stdout(&output)).expect("JSON")
}

#[test]
fn a_date_and_a_number_train_by_themselves() {
    let (_folder, model, said) = trained("--epochs 300 --weights last");
    let expected = "parts of dates used, no other input is left: Month (year), Month (month)";
    assert!(said.contains(expected), "{said}");
    let scores = scores(&model, Path::new(MONTHLY));
    assert!(scores["r2"].as_f64() > Some(0.95), "{scores}");
    let refused = run(&format!("{MONTHLY} --headless --dates exclude"), &[]);
    assert_eq!(code(&refused), 65);
}

#[test]
fn dates_alone_are_split_by_time_however_they_were_requested() {
    for options in ["", "--dates parts", "--dates parts,mdy", "--keep Month"] {
        let output = succeed(&format!("{MONTHLY} --describe {options}"), &[]);
        let said = "the rows with the last \"Month\" validate";
        assert!(stdout(&output).contains(said), "{options}");
    }
    let output = succeed(&format!("{MONTHLY} --describe --split random"), &[]);
    assert!(!stdout(&output).contains("split by time"));
}

#[test]
fn new_dates_are_predicted_and_bad_ones_refused() {
    let (folder, model, _) = trained("--epochs 50");
    // In other formats, and without the target.
    let table = written(
        &folder,
        "note,Month\na,2016-01\nb,15 Jan 2016\nc,2016/01/31\nd,\n",
    );
    let (cells, _) = predicted(&model, &table);
    assert!(
        cells.iter().all(|cell| cell.parse::<f64>().is_ok()),
        "{cells:?}"
    );
    assert!(cells[0] == cells[1] && cells[1] == cells[2] && cells[2] != cells[3]);
    for (date, expected) in [
        ("2016-13", "expected a date, found \"2016-13\""),
        (
            "01/02/2016",
            "expected a date with the year first, or the name of the month, found \"01/02/2016\"",
        ),
    ] {
        let table = written(&folder, &format!("Month\n2016-01\n{date}\n"));
        for command in ["predict", "eval"] {
            let output = run(command, &[&model, &table]);
            assert_eq!(code(&output), 65);
            let needs_target = command == "eval" && stderr(&output).contains("\"Sales\"");
            assert!(
                needs_target
                    || stderr(&output).contains(&format!("line 3, column 1 (Month): {expected}")),
                "{}",
                stderr(&output)
            );
        }
    }
}

#[test]
fn lags_are_taken_from_the_table() {
    let (folder, model, said) = trained("--epochs 100 --lags 12");
    assert!(
        said.contains("12 without all of the 12 targets before excluded"),
        "{said}"
    );
    let table = written(&folder, &format!("{}2016-01,\n2016-02,\n", monthly()));
    let (cells, said) = predicted(&model, &table);
    let is_empty: Vec<bool> = cells.iter().map(String::is_empty).collect();
    let expected: Vec<bool> = (0..134).map(|row| row < 12 || row == 133).collect();
    assert_eq!(is_empty, expected);
    assert!(
        said.contains("no prediction for 13 rows (an earlier target is missing), first on line 2"),
        "{said}"
    );
    let found = scores(&model, &table);
    assert_eq!(
        (
            &found["rows"],
            &found["rows_without_history"],
            &found["rows_without_target"]
        ),
        (&Value::from(120), &Value::from(12), &Value::from(2))
    );
    assert!(found["r2"].as_f64() > Some(0.9), "{found}");
    // The same history without the first rows gives the same predictions.
    let later: Vec<String> = monthly()
        .lines()
        .skip(41)
        .map(|line| format!("{line}\n"))
        .collect();
    let table = written(&folder, &format!("Month,Sales\n{}", later.concat()));
    let (later, _) = predicted(&model, &table);
    assert_eq!(later[12..], cells[52..132]);
}

#[test]
fn a_table_without_history_is_refused() {
    let (folder, model, _) = trained("--epochs 1 --lags 3");
    let table = written(&folder, "Month\n2016-01\n");
    let output = run("predict", &[&model, &table]);
    assert_eq!(code(&output), 65);
    assert!(stderr(&output).contains("the model needs a column \"Sales\""));
    let table = written(&folder, "Month,Sales\n2016-02,1\n2016-01,2\n");
    let output = run("predict", &[&model, &table]);
    assert_eq!(code(&output), 65);
    let expected = "line 3, column 1 (Month): the row is older than the one before it";
    assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    let table = written(&folder, "Month,Sales\n2016-01,1\n2016-02,2\n");
    let output = run("eval", &[&model, &table]);
    assert_eq!(code(&output), 65);
    let expected = "no row has the targets of the 3 rows before it";
    assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    let output = run("--headless --lags 200", &[Path::new(MONTHLY)]);
    assert_eq!(code(&output), 65);
    assert!(stderr(&output).contains("no row has the targets of the 200 rows before it"));
}

#[test]
fn training_goes_on_with_dates_and_lags() {
    let (folder, model, _) = trained("--epochs 20 --lags 3");
    let next = folder.path().join("next.json");
    let line = format!("{MONTHLY} --headless --epochs 5 --from");
    let output = succeed(&line, &[&model, Path::new("--export"), &next]);
    assert!(stderr(&output).contains("3 without all of the 3 targets before excluded"));
    let found = scores(&next, Path::new(MONTHLY));
    assert_eq!(found["rows"], 129);
    let checkpoint = folder.path().join("run.checkpoint");
    let line = format!("{MONTHLY} --headless --epochs 10 --lags 3 --checkpoint");
    succeed(&line, &[&checkpoint]);
    let resumed = folder.path().join("resumed.json");
    let more = [checkpoint.as_path(), Path::new("--export"), &resumed];
    succeed("--headless --epochs 20 --resume", &more);
    let bytes = |path: &Path| fs::read(path).expect("there");
    assert_eq!(bytes(&resumed), bytes(&model));
}

#[test]
fn held_out_files_have_their_own_history() {
    let (folder, table) = place("test.csv");
    let rows: Vec<String> = monthly()
        .lines()
        .skip(100)
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(&table, format!("Month,Sales\n{}", rows.concat())).expect("written");
    let line = format!("{MONTHLY} --headless --epochs 5 --lags 4 --test");
    let said = stderr(&succeed(&line, &[&table]));
    assert!(
        said.contains("test.csv: 4 without all of the 4 targets before excluded"),
        "{said}"
    );
    drop(folder);
}

#[test]
fn an_option_that_makes_no_sense_is_a_usage_error() {
    for (options, expected) in [
        ("--dates foo", "--dates takes auto, parts or exclude"),
        (
            "--lags 3 --task classification",
            "--lags takes earlier targets as numbers",
        ),
        ("--lags 100000", "--lags is 100000; it must be at most 1000"),
    ] {
        let output = run(&format!("{MONTHLY} --headless {options}"), &[]);
        assert_eq!(code(&output), 2, "{options}");
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
    let output = run(&format!("{MONTHLY} --headless --target Month"), &[]);
    assert_eq!(code(&output), 65);
    let said = stderr(&output);
    assert!(
        said.contains("the target holds dates")
            && said.contains("--target")
            && said.contains("--task")
    );
}
