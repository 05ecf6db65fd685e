//! Training without a screen.

use super::*;

fn keys(event: &Value) -> Vec<&str> {
    let object = event.as_object().expect("an object");
    let mut keys: Vec<&str> = object.keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn json_tells_all_from_start_to_finish() {
    let (_folder, model) = place("model.json");
    let output = succeed(
        "digits --json --epochs 3 --hidden 8 --seed 5 --export",
        &[&model],
    );
    let events = events(&stdout(&output));
    let names: Vec<&str> = events
        .iter()
        .filter_map(|event| event["event"].as_str())
        .collect();
    assert_eq!(names, ["started", "epoch", "epoch", "epoch", "finished"]);
    let started = &events[0];
    assert_eq!(started["architecture"], serde_json::json!([61, 8, 10]));
    assert_eq!(
        started["left_out"],
        serde_json::json!(["r0c0", "r4c0", "r4c7"])
    );
    assert_eq!(started["parameters"], 61 * 8 + 8 + 8 * 10 + 10);
    assert_eq!(
        (&started["rows"], &started["seed"]),
        (&1797.into(), &5.into())
    );
    assert_eq!(started["optimizer"], "adam");
    let epoch = &events[3];
    let mut expected = [
        "event",
        "epoch",
        "step",
        "train_loss",
        "val_loss",
        "train_accuracy",
        "val_accuracy",
        "learning_rate",
        "samples_per_second",
        "seconds",
    ];
    expected.sort_unstable();
    assert_eq!(keys(epoch), expected);
    assert_eq!(
        (&epoch["epoch"], &epoch["step"]),
        (&3.into(), &(3 * 45).into())
    );
    assert!(epoch["val_accuracy"].as_f64().expect("a number") > 0.5);
    let seconds = |event: &Value| event["seconds"].as_f64().expect("a number");
    for epoch in &events[1..4] {
        let speed = epoch["samples_per_second"].as_f64();
        assert!(speed.is_some_and(|speed| speed > 0.0), "{epoch}");
        assert!(
            (0.0..=seconds(&events[4])).contains(&seconds(epoch)),
            "{epoch}"
        );
    }
    let finished = &events[4];
    assert_eq!(finished["reason"], "epochs");
    assert_eq!(finished["message"], Value::Null);
    assert_eq!(finished["exported"], model.to_string_lossy().as_ref());
    assert!(finished["seconds"].as_f64().expect("a number") > 0.0);
}

#[test]
fn numbers_are_judged_in_their_own_unit() {
    let line = "sine --json --lr 0.01 --epochs 200 --weights last --test datasets/sine.csv";
    let output = succeed(line, &[]);
    let events = events(&stdout(&output));
    let started = &events[0];
    assert_eq!(started["task"], "regression");
    assert_eq!(started["classes"], serde_json::json!([]));
    let epoch = &events[200];
    let mut expected = [
        "event",
        "epoch",
        "step",
        "train_loss",
        "val_loss",
        "train_r2",
        "val_r2",
        "train_rmse",
        "val_rmse",
        "learning_rate",
        "samples_per_second",
        "seconds",
    ];
    expected.sort_unstable();
    assert_eq!(keys(epoch), expected);
    let finished = &events[201];
    let number = |set: &str, name: &str| finished[set][name].as_f64().expect(name);
    assert!(number("validation", "r2") > 0.8, "{finished}");
    // The sine has an amplitude of at most 1, and its noise a deviation of 0.08.
    assert!(
        (0.05..0.3).contains(&number("validation", "rmse")),
        "{finished}"
    );
    assert!(number("validation", "mae") <= number("validation", "rmse"));
    let of_epoch = epoch["val_rmse"].as_f64().expect("a number");
    assert!((number("validation", "rmse") - of_epoch).abs() < 1e-4 * of_epoch);
    assert!(number("test", "r2") > 0.8, "{finished}");
}

#[test]
fn scores_of_an_epoch_are_measured_whatever_the_loss() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = folder.path().join("shares.csv");
    let rows = (0..60).map(|i| {
        let x = f64::from(i) / 59.0;
        format!("{x},{}\n", 1.0 / (1.0 + (4.0 - 9.0 * x).exp()))
    });
    let text = format!("x,share\n{}", rows.collect::<String>());
    std::fs::write(&table, text).expect("written");
    let numeric = "--loss huber --init normal";
    let fraction = "--output sigmoid --loss";
    let table = table.to_str().expect("a path");
    for settings in [
        format!("sine {numeric}"),
        format!("sine {numeric} --l2 0.1"),
        format!("{table} {fraction} cross-entropy"),
        format!("{table} {fraction} huber"),
        format!("{table} {fraction} quadratic"),
    ] {
        // The weights before each update are those of the end.
        let line = format!("{settings} --json --lr 1e-30 --epochs 2 --batch 7 --weights last");
        let events = events(&stdout(&succeed(&line, &[])));
        let finished = events.last().expect("events");
        for (set, of_epoch) in [("training", "train"), ("validation", "val")] {
            for score in ["r2", "rmse"] {
                let found = events[2][format!("{of_epoch}_{score}")].as_f64();
                let found = found.expect("a number");
                let expected = finished[set][score].as_f64().expect("a number");
                let difference = (found - expected).abs();
                assert!(
                    difference < 1e-5 * expected.abs(),
                    "{settings}: {of_epoch} {score} {found} {expected}"
                );
            }
        }
    }
}

#[test]
fn what_does_not_go_with_a_number_is_refused() {
    let output = run("sine --output softmax", &[]);
    assert_eq!(code(&output), 2);
    assert!(
        stderr(&output).contains("column \"y\": the target is a number"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn progress_goes_to_standard_error_and_scores_to_standard_output() {
    let (_folder, model) = place("model.json");
    let output = succeed("digits --epochs 2 --export", &[&model]);
    let progress = stderr(&output);
    assert!(progress.contains("excluded: 3 constant columns (r0c0, r4c0, r4c7)\n"));
    let baseline = "baseline: 10.0% validation accuracy (always \"1\")\n";
    assert!(progress.contains(baseline), "{progress}");
    let lines: Vec<&str> = progress.lines().rev().collect();
    assert!(lines[1].starts_with("      1        45"), "the first epoch");
    assert!(lines[0].starts_with("      2        90"), "the last epoch");
    let report = stdout(&output);
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines.len(), 26, "{report}");
    assert!(lines[0].starts_with("done after 2 epochs, 90 steps, "));
    assert!(lines[1].starts_with("best epoch 2 of 2, validation loss 0."));
    assert_eq!(lines[3], "                   training  validation");
    assert!(lines[4].starts_with("accuracy              9"), "{report}");
    assert!(lines[9].starts_with("log loss             0."), "{report}");
    assert_eq!(lines[11], "validation rows  precision  recall     F1  rows");
    assert!(lines[23].starts_with("weighted mean "), "{report}");
    let saved = format!("saved best epoch 2 to {}, ", model.display());
    assert!(lines[25].starts_with(&saved));
}

#[test]
fn a_log_holds_what_json_prints_and_replaces_nothing_unasked() {
    let (_folder, log) = place("run.jsonl");
    let output = succeed("iris --json --epochs 3 --log", &[&log]);
    assert_eq!(fs::read_to_string(&log).expect("a log"), stdout(&output));
    let refused = run("iris --epochs 1 --log", &[&log]);
    assert_eq!(code(&refused), 73);
    let message = "run.jsonl: exists already; --force replaces it\n";
    assert!(stderr(&refused).ends_with(message), "{}", stderr(&refused));
    assert!(stderr(&refused).starts_with("nn-tui: "), "before training");
    assert_eq!(fs::read_to_string(&log).expect("a log"), stdout(&output));
    succeed("iris --epochs 1 --force --log", &[&log]);
    let text = fs::read_to_string(&log).expect("a log");
    assert_eq!(events(&text).len(), 3);
}

#[test]
fn a_log_of_csv_has_a_row_for_each_epoch() {
    let (_folder, log) = place("run.csv");
    let output = succeed("iris --json --val 0 --epochs 3 --log", &[&log]);
    let epochs = events(&stdout(&output));
    let text = fs::read_to_string(&log).expect("a log");
    let rows: Vec<&str> = text.lines().collect();
    let header = "epoch,step,train_loss,val_loss,train_accuracy,val_accuracy,learning_rate";
    assert_eq!(rows[0], header);
    assert_eq!(rows.len(), 4);
    for (row, epoch) in rows[1..].iter().zip(&epochs[1..]) {
        let cells: Vec<&str> = row.split(',').collect();
        let number = |cell: usize| cells[cell].parse::<f64>().expect("a number");
        let close = |cell: usize, name: &str| {
            let expected = epoch[name].as_f64().expect(name);
            assert!((number(cell) - expected).abs() < 1e-6, "{name}: {row}");
        };
        close(0, "epoch");
        close(1, "step");
        close(2, "train_loss");
        close(4, "train_accuracy");
        close(6, "learning_rate");
        assert_eq!(
            (cells[3], cells[5]),
            ("", ""),
            "there are no validation rows"
        );
    }
}

#[test]
fn a_log_of_text_has_progress_and_report() {
    let (_folder, log) = place("run.txt");
    let output = succeed("iris --epochs 2 --log", &[&log]);
    let text = fs::read_to_string(&log).expect("a log");
    assert_eq!(text, stderr(&output) + &stdout(&output));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_an_error() {
    // The first write may fail before or after the last one is handed over.
    for option in ["", "--json"].repeat(10) {
        let script = format!("exec \"$0\" --epochs 1 {option} >/dev/full");
        let output = shell(&script).finish();
        assert_eq!(code(&output), 73, "{option}");
        let message = stderr(&output);
        let last = message.lines().last().expect("a line");
        assert!(last.starts_with("nn-tui: standard output: "), "{message}");
    }
}

#[test]
fn without_validation_rows_their_numbers_are_null() {
    let events = events(&stdout(&succeed("--json --epochs 1 --val 0", &[])));
    assert_eq!(events[1]["val_loss"], Value::Null);
    assert_eq!(events[1]["val_accuracy"], Value::Null);
}

#[test]
fn the_same_command_gives_the_same_bytes() {
    for ending in ["json", "safetensors"] {
        let bytes = |options: &str| {
            let (_folder, model) = place(&format!("model.{ending}"));
            succeed(&format!("spiral --epochs 20 {options} --export"), &[&model]);
            fs::read(&model).expect("exported")
        };
        assert_eq!(bytes("--headless"), bytes("--json"), "{ending}");
        assert_ne!(bytes(""), bytes("--seed 1"), "{ending}");
    }
}

#[test]
fn no_epochs_export_the_initial_weights() {
    let (_folder, model) = place("model.json");
    succeed("--epochs 0 --export", &[&model]);
    let model = nn_tui::model_file::load(&model).expect("loads");
    assert_eq!((model.training.epochs, model.training.steps), (0, 0));
}

#[test]
fn divergence_is_a_failure_that_leaves_good_weights() {
    let (_folder, model) = place("model.json");
    let line = "--json --activation relu --output linear --optimizer sgd --lr 1e30 --export";
    let output = run(line, &[&model]);
    assert_eq!(code(&output), 1);
    let message = stderr(&output);
    let last = message.lines().last().expect("a line");
    assert!(
        last.starts_with("nn-tui: training diverged at step "),
        "{last}"
    );
    assert!(
        last.contains("layer") && last.contains("learning rate"),
        "{last}"
    );
    let events = events(&stdout(&output));
    let finished = events.last().expect("an event");
    assert_eq!(finished["reason"], "diverged");
    assert!(
        finished["message"]
            .as_str()
            .expect("text")
            .contains("diverged")
    );
    let model = nn_tui::model_file::load(&model).expect("loads");
    assert!(model.parameters.is_finite());
}

#[test]
fn gradients_are_checked_before_and_after_training() {
    let output = succeed("iris --check-gradients --json --hidden 6,5", &[]);
    let found = events(&stdout(&output));
    let names: Vec<&str> = found
        .iter()
        .filter_map(|event| event["event"].as_str())
        .collect();
    assert_eq!(
        names,
        ["started", "gradients", "finished"],
        "nothing is trained"
    );
    let check = &found[1];
    assert_ne!(check["grade"], "wrong");
    let all = 4 * 6 + 6 + 6 * 5 + 5 + 5 * 3 + 3;
    let number = |name: &str| check[name].as_u64().expect("a number");
    assert_eq!(number("checked") + number("at_kinks"), all);
    assert!(check["relative_error"].as_f64().expect("a number") < 1e-5);
    let layers: Vec<&Value> = check["worst"].as_array().expect("layers").iter().collect();
    assert_eq!(layers.len(), 3);
    assert!(
        layers[2]["parameter"]
            .as_str()
            .expect("a name")
            .contains("3[")
    );

    let output = succeed("iris --check-gradients --epochs 2 --activation tanh", &[]);
    let told = stdout(&output);
    let checks = told
        .lines()
        .filter(|line| line.starts_with("gradient check"));
    let checks: Vec<&str> = checks.collect();
    assert_eq!(checks.len(), 2, "{told}");
    assert!(checks[0].contains("before training"), "{told}");
    assert!(checks[1].contains("after step"), "{told}");
    assert!(
        checks.iter().all(|line| line.contains(": excellent (")),
        "{told}"
    );
    assert!(told.contains("done after 2 epochs"), "{told}");
}

/// Best epoch by the losses in the JSON, and the objects themselves.
fn best_of(output: &Output) -> (u64, Vec<Value>) {
    let events = events(&stdout(output));
    let epochs = events.iter().filter(|event| event["event"] == "epoch");
    let losses: Vec<f64> = epochs
        .map(|epoch| epoch["val_loss"].as_f64().unwrap())
        .collect();
    let smallest = losses.iter().copied().fold(f64::INFINITY, f64::min);
    let best = losses.iter().position(|&loss| loss == smallest).unwrap();
    (best as u64 + 1, events)
}

#[test]
fn the_best_epoch_is_exported_and_scored_by_default() {
    let (_folder, model) = place("model.json");
    let line = "wine --epochs 60 --lr 0.05 --json --force --export";
    let (best, events) = best_of(&succeed(line, &[&model]));
    let finished = events.last().unwrap();
    assert!(best < 60, "{finished}");
    assert_eq!(finished["best_epoch"], best);
    assert_eq!(finished["exported_best_epoch"], best);
    let of_best = &events[best as usize];
    assert_eq!(finished["validation"]["loss"], of_best["val_loss"]);
    let saved = nn_tui::model_file::load(&model).unwrap();
    assert_eq!(
        (saved.training.epochs, saved.training.best_of),
        (best, Some(60))
    );
    // The same weights as those of a run that ends there.
    let other = format!("wine --epochs {best} --lr 0.05 --json --force --weights last --export");
    succeed(&other, &[&model]);
    assert_eq!(
        nn_tui::model_file::load(&model).unwrap().parameters,
        saved.parameters
    );
    // On request those of the last epoch.
    let (_, events) = best_of(&succeed(
        &format!("{} --weights last", line.replace(" --export", "")),
        &[],
    ));
    let finished = events.last().unwrap();
    assert_eq!(
        (&finished["best_epoch"], &finished["weights"]),
        (&best.into(), &"last".into())
    );
    let last = &events[60];
    assert_eq!(finished["validation"]["loss"], last["val_loss"]);
}

#[test]
fn text_names_the_best_epoch() {
    let (_folder, model) = place("model.json");
    let output = succeed("wine --headless --epochs 60 --lr 0.05 --export", &[&model]);
    let text = stdout(&output);
    let line = text
        .lines()
        .find(|line| line.starts_with("best epoch "))
        .expect(&text);
    assert!(line.contains(" of 60, validation loss "), "{line}");
    assert!(text.contains("saved best epoch "), "{text}");
    let output = succeed(
        "wine --headless --epochs 3 --val 0 --force --export",
        &[&model],
    );
    assert!(
        !stdout(&output).contains("best epoch"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn a_run_without_epochs_stops_early_and_says_why() {
    let (best, events) = best_of(&succeed("wine --json --lr 0.05 --patience 12", &[]));
    let finished = events.last().unwrap();
    assert_eq!(finished["reason"], "patience");
    assert_eq!(finished["epoch"], best + 12);
    assert_eq!(events[0]["patience"], 12);
    assert_eq!(events[0]["epochs"], 1000);
    let text = stdout(&succeed("wine --headless --lr 0.05", &[]));
    assert!(text.starts_with("stopped early after "), "{text}");
    assert!(
        text.contains("(no lower validation loss for 100 epochs)"),
        "{text}"
    );
    // Without validation rows there is nothing to wait for.
    let text = stdout(&succeed("iris --headless --val 0", &[]));
    assert!(text.starts_with("done after 100 epochs"), "{text}");
    let unlimited = "xor --headless --epochs none --time-limit 0.2s";
    let text = stdout(&succeed(unlimited, &[]));
    assert!(text.starts_with("time limit reached after "), "{text}");
}
