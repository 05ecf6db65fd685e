//! `nn-tui sweep`: combinations of settings, their file, and a sweep that goes on.

use super::resumed_model::kill_at_change;
use super::*;

const LINE: &str = "sweep iris --epochs 6 --lr 0.001,0.03 --hidden 4;8,8 --repeat 2 -o s.csv";

/// Runs the program in `folder`.
fn run_in(folder: &Path, line: &str) -> Output {
    let output = program(line.split(' ')).current_dir(folder).finish();
    assert_eq!(code(&output), 0, "{line}: {}", stderr(&output));
    output
}

/// Rows of the file of a sweep without the last two columns, the time and the checksum of data and options.
fn rows(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("s.csv")).expect("written");
    let without_time = |line: &str| line.rsplitn(3, ',').last().expect("cells").to_owned();
    text.lines().map(without_time).collect()
}

/// Rows are in the order in which their trainings ended.
fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows[1..].sort();
    rows
}

#[test]
fn a_sweep_writes_a_row_for_each_training_and_compares_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run_in(folder.path(), &format!("{LINE} --jobs 1"));
    let serial = rows(folder.path());
    assert_eq!(serial[0], "hidden,lr,epochs,seed,epoch,val_loss,val_score");
    assert_eq!(serial.len(), 1 + 2 * 2 * 2);
    assert!(serial[1].starts_with("4,0.001,6,0,") && serial[8].starts_with("\"8,8\",0.03,6,1,"));
    assert!(
        stderr(&output)
            .starts_with("sweep on built-in iris: 4 combinations, 8 trainings, 1 at a time\n")
    );
    let report = stdout(&output);
    let lines: Vec<&str> = report.lines().collect();
    assert!(
        lines[0].starts_with("hidden") && lines[0].ends_with("epoch"),
        "{report}"
    );
    assert!(
        report.contains("\nmean accuracy by setting\nhidden: "),
        "{report}"
    );
    assert!(
        report.contains("\nbest: nn-tui iris --headless --hidden "),
        "{report}"
    );

    fs::remove_file(folder.path().join("s.csv")).expect("it is there");
    run_in(folder.path(), &format!("{LINE} --jobs 3"));
    assert_eq!(sorted(rows(folder.path())), sorted(serial));
}

#[test]
fn every_training_of_a_sweep_has_a_log_named_by_its_values() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = format!("{LINE} --log runs");
    run_in(folder.path(), &line);
    let watched = program(["watch", "--json", "runs"])
        .current_dir(folder.path())
        .finish();
    let watched: Value = serde_json::from_str(&stdout(&watched)).expect("JSON");
    let runs = watched["runs"].as_array().expect("runs");
    let names: Vec<&str> = runs.iter().filter_map(|run| run["run"].as_str()).collect();
    assert_eq!(names.len(), 8);
    assert!(names.contains(&"hidden=8-8,lr=0.03,seed=1"), "{names:?}");
    let text = fs::read_to_string(folder.path().join("s.csv")).expect("written");
    let first = text.lines().find(|row| row.starts_with("4,0.001,6,0,"));
    let first = first.expect("a row");
    let run = runs
        .iter()
        .find(|run| run["run"] == "hidden=4,lr=0.001,seed=0")
        .expect("the first");
    assert_eq!(run["hparams"]["lr"], "0.001");
    let values = &run["values"];
    assert_eq!(values["epoch"]["value"], 6.0);
    // The last of six epochs is the best, whose loss is in the file.
    let loss = first
        .split(',')
        .nth(5)
        .and_then(|cell| cell.parse::<f64>().ok())
        .expect("a loss");
    let logged = values["loss/validation"]["value"].as_f64().expect("a loss");
    assert!((loss - logged).abs() < 1e-6, "{loss} {logged}");
    for tag in [
        "loss/train",
        "accuracy/train",
        "accuracy/validation",
        "learning_rate",
    ] {
        assert!(values[tag]["value"].is_number(), "{tag}: {values}");
    }
    // With the file the sweep goes on, without it the logs are those of another one.
    run_in(folder.path(), &line);
    let other = line.replace(" -o s.csv", "");
    let again = program(other.split(' '))
        .current_dir(folder.path())
        .finish();
    assert_eq!(code(&again), 73, "{}", stderr(&again));
    refused(
        "sweep iris --lr 0.1,0.2 --epochs 1 --log run.jsonl",
        &[],
        2,
        "--log runs/",
    );
    refused(
        "iris --repeat 2 --headless --log",
        &[Path::new("run.jsonl")],
        2,
        "nn-tui sweep",
    );
}

#[test]
fn a_sweep_goes_on_where_it_was_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = LINE.replace("--epochs 6", "--epochs 200");
    run_in(folder.path(), &line);
    let whole = sorted(rows(folder.path()));
    let path = folder.path().join("s.csv");
    fs::remove_file(&path).expect("it is there");
    let words: Vec<&str> = line.split(' ').collect();
    for _ in 0..5 {
        kill_at_change(&words, folder.path(), "s.csv");
    }
    // Half of a row, as of a computer that was switched off.
    let mut text = fs::read(&path).expect("written");
    text.truncate(text.len() - 4);
    fs::write(&path, text).expect("written");
    let output = run_in(folder.path(), &line);
    assert!(
        stderr(&output).contains(" in the file already\n"),
        "{}",
        stderr(&output)
    );
    assert_eq!(sorted(rows(folder.path())), whole);
}

#[test]
fn the_best_command_has_the_best_score() {
    let line = "sweep wine --epochs 9 --lr 1e-4..1e-1:log:4 --schedule constant;step@3 \
                --random 5 --json";
    let words = line.split_whitespace().map(|word| word.replace('@', " "));
    let output = program(words).finish();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let events = events(&stdout(&output));
    assert_eq!(events.len(), 5 + 1);
    let summary = &events[5];
    let best = &summary["combinations"][0];
    assert_eq!(summary["score"], "accuracy");
    let words = summary["best_command"].as_array().expect("words");
    let words = words
        .iter()
        .map(|word| word.as_str().expect("text").trim_matches('\''));
    let output = program(words.skip(1).chain(["--json"])).finish();
    let finished = self::events(&stdout(&output)).pop().expect("an event");
    assert_eq!(finished["validation"]["accuracy"], best["score"]);
    assert_eq!(finished["validation"]["loss"], best["loss"]);
    assert_eq!(finished["best_epoch"].as_f64(), best["epoch"].as_f64());
}

#[test]
fn halving_and_folds_have_columns_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = "sweep sine --epochs 8 --lr 0.001..0.01:4 --halving --folds 2 -o s.csv";
    let output = run_in(folder.path(), line);
    let rows = rows(folder.path());
    assert_eq!(
        rows[0],
        "lr,epochs,seed,fold,max_epochs,epoch,val_loss,val_score"
    );
    assert_eq!(rows.len(), 1 + 2 * (4 + 2 + 1 + 1));
    assert!(stdout(&output).contains("R²"), "{}", stdout(&output));
}

#[test]
fn results_of_other_data_or_options_are_not_taken_for_those_of_a_sweep() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = "sweep iris --lr 0.1,0.2 --epochs 2 -o s.csv";
    run_in(folder.path(), line);
    let of_iris = fs::read(folder.path().join("s.csv")).expect("written");
    for other in [
        line.replace("iris", "wine"),
        format!("{line} --val 0.4"),
        format!("{line} --drop 1"),
    ] {
        let output = program(other.split(' '))
            .current_dir(folder.path())
            .finish();
        assert_eq!(code(&output), 2, "{other}: {}", stderr(&output));
        assert!(stderr(&output).contains("other data or options"));
    }
    assert_eq!(
        fs::read(folder.path().join("s.csv")).expect("there"),
        of_iris
    );
    // Further values of a setting go on with the file.
    let more = run_in(folder.path(), &line.replace("0.1,0.2", "0.2,0.3"));
    assert!(
        stderr(&more).contains("1 training in the file already"),
        "{}",
        stderr(&more)
    );
}

#[test]
fn what_is_no_sweep_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("s.csv");
    fs::write(&file, "a,b\n1,2\n").expect("written");
    for (line, status, part) in [
        (
            "sweep iris --lr 0.1 --epochs 1 -o s.csv",
            2,
            "--force overwrites it",
        ),
        ("sweep iris --lr fast", 2, "expected a number above 0"),
        ("sweep iris --seed 1..1000 --batch 1..1000", 2, "--random N"),
        ("sweep iris --lr 0.1,0.2 --halving", 2, "--epochs"),
        (
            "sweep iris --lr 0.1,0.2 --epochs 3,4 --halving",
            2,
            "one number of --epochs",
        ),
        ("sweep iris --lr 0.1 --pace 3", 2, "'--pace"),
        ("sweep iris --lr 0.1 --preflight", 2, "'--preflight"),
        (
            "sweep sine --output linear,softmax --epochs 1",
            2,
            "softmax",
        ),
        ("sweep nothing.csv --lr 0.1", 66, "nothing.csv"),
    ] {
        let output = program(line.split(' ')).current_dir(folder.path()).finish();
        assert_eq!(code(&output), status, "{line}: {}", stderr(&output));
        assert!(
            stderr(&output).contains(part),
            "{line}: {}",
            stderr(&output)
        );
    }
    assert_eq!(
        fs::read_to_string(&file).expect("it is there"),
        "a,b\n1,2\n"
    );
}

#[test]
#[cfg(unix)]
fn a_sweep_on_a_terminal_is_a_live_table() {
    use super::terminal::{ENTER, Terminal};

    let mut words: Vec<&str> = LINE.split(' ').collect();
    let mut terminal = Terminal::start(&words);
    terminal.wait_for("8 of 8 trainings");
    let text = terminal.wait_for("─ Combinations ─");
    assert!(text.contains("Mean accuracy by setting"), "{text}");
    terminal.press("?");
    terminal.wait_for("show only rows with this text");
    terminal.press("?");
    terminal.wait_until("the table alone", |text| !text.contains("show only rows"));
    terminal.press("\t");
    terminal.wait_for("seed 1");
    terminal.press("/lr 0.03");
    terminal.wait_for("filter: lr 0.03");
    terminal.press(ENTER);
    terminal.wait_until("the filter", |text| !text.contains("lr 0.001  seed"));
    terminal.press("s");
    terminal.wait_for("by loss");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    assert_eq!(terminal.left_behind(), [""; 0]);
    let text = terminal.text();
    assert!(text.contains("best: nn-tui iris --headless"), "{text}");

    // One that is stopped goes on.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("s.csv");
    *words.last_mut().expect("a path") = file.to_str().expect("UTF-8");
    words[3] = "200000";
    words.extend(["--jobs", "1"]);
    let mut terminal = Terminal::start(&words);
    terminal.wait_for("0 of 8 trainings");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    let text = terminal.text();
    assert!(text.contains("stopped: 0 of 8 trainings"), "{text}");
    let text = fs::read_to_string(&file).expect("written");
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_screen_of_a_sweep_which_goes_on_later() {
    use super::terminal::Terminal;
    let line = "sweep digits --lr 0.01,0.03 --epochs 4000 --jobs 1 -o s.csv";
    let mut terminal = Terminal::start(&line.split(' ').collect::<Vec<_>>());
    terminal.wait_for("0 of 2 trainings");
    terminal.signal("-TERM");
    assert_eq!(terminal.exit_code(), 143);
    assert_eq!(rows(terminal.folder.path()).len(), 1);
}
