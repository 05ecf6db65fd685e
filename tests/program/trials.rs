//! Scores of several trainings: `--folds` and `--repeat`; and `--refit`.

use serde_json::Value;

use super::*;

/// Trials and summary that a command writes as JSON.
fn trials(line: &str, more: &[&Path]) -> (Vec<Value>, Value) {
    let output = succeed(&format!("{line} --json"), more);
    let mut events = events(&stdout(&output));
    let summary = events.pop().expect("a summary");
    assert_eq!(summary["event"], "summary");
    assert!(events.iter().all(|event| event["event"] == "trial"));
    (events, summary)
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

#[test]
fn folds_score_every_row_once() {
    let (trials, summary) = trials("iris --folds 4 --epochs 5", &[]);
    assert_eq!(trials.len(), 4);
    let rows: Vec<u64> = trials
        .iter()
        .filter_map(|trial| trial["rows"].as_u64())
        .collect();
    assert_eq!(rows, [38, 38, 37, 37]);
    for (trial, fold) in trials.iter().zip(1..) {
        assert_eq!(
            (&trial["fold"], &trial["set"]),
            (&fold.into(), &"test".into())
        );
        for class in trial["scores"]["per_class"].as_array().expect("classes") {
            assert!((12..=13).contains(&class["support"].as_u64().expect("rows")));
        }
    }
    let scores: Vec<f64> = trials
        .iter()
        .map(|trial| number(&trial["scores"]["accuracy"]))
        .collect();
    let mean = scores.iter().sum::<f64>() / 4.0;
    let squares: f64 = scores.iter().map(|score| (score - mean).powi(2)).sum();
    assert!((number(&summary["mean"]["accuracy"]) - mean).abs() < 1e-12);
    let error = (squares / 3.0 / 4.0).sqrt();
    assert!((number(&summary["standard_error"]["accuracy"]) - error).abs() < 1e-12);
}

#[test]
fn groups_and_times_of_folds_stay_apart() {
    let (folder, data) = place("table.csv");
    let line = |row: usize| format!("{},g{},{}\n", row % 5, row / 4, ["no", "yes"][row % 2]);
    let lines: String = (0..40).map(line).collect();
    fs::write(&data, format!("x,family,class\n{lines}")).expect("written");
    let (by_group, _) = trials("--folds 5 --epochs 1 --split group:family", &[&data]);
    assert!(by_group.iter().all(|trial| trial["rows"] == 8));
    let (by_time, _) = trials("--folds 4 --epochs 1 --drop family --split time", &[&data]);
    assert!(by_time.iter().all(|trial| trial["rows"] == 8));
    let list = folder.path().join("split.csv");
    succeed("--describe --save-split", &[&list, &data]);
    let refused = run("--folds 4 --split", &[&list, &data]);
    assert_eq!(code(&refused), 2);
    assert!(
        stderr(&refused).contains("--split FILE"),
        "{}",
        stderr(&refused)
    );
}

#[test]
fn a_repeated_training_is_that_of_each_seed() {
    let (trials, summary) = trials("iris --repeat 2 --epochs 5 --seed 3", &[]);
    assert_eq!(summary["trials"], 2);
    for (trial, seed) in trials.iter().zip([3, 4]) {
        let output = succeed(
            &format!("iris --headless --json --epochs 5 --seed {seed}"),
            &[],
        );
        let single = events(&stdout(&output)).pop().expect("an event");
        assert_eq!(trial["seed"], seed);
        assert_eq!(trial["set"], "validation");
        assert_eq!(trial["scores"], single["validation"]);
        assert_eq!(trial["best_epoch"], single["best_epoch"]);
    }
    let text = stdout(&succeed("iris --repeat 2 --epochs 5", &[]));
    assert!(text.starts_with("validation rows "), "{text}");
    assert!(
        text.contains("\naccuracy  ") && text.contains("standard error"),
        "{text}"
    );
}

#[test]
fn no_network_of_several_is_saved() {
    let (_folder, model) = place("model.json");
    let refused = run("iris --folds 3 --export", &[&model]);
    assert_eq!(code(&refused), 2);
    assert!(
        stderr(&refused).contains("keep none"),
        "{}",
        stderr(&refused)
    );
    assert!(!model.exists());
}

#[test]
fn a_refit_trains_on_all_rows() {
    let (_folder, model) = place("model.json");
    let line = "iris --headless --json --test 0.2 --epochs 12 --refit --force --export";
    let output = succeed(line, &[&model]);
    let finished = events(&stdout(&output)).pop().expect("an event");
    assert_eq!(finished["refit"]["rows"], 120);
    assert_eq!(finished["refit"]["epochs"], finished["best_epoch"]);
    let (before, after) = (&finished["test"], &finished["refit"]["test"]);
    assert_ne!(before["loss"], after["loss"]);
    assert_eq!(finished["validation"]["per_class"][0]["support"], 10);
    let bytes = fs::read(&model).expect("a model");
    let saved: Value = serde_json::from_slice(&bytes).expect("JSON");
    assert_eq!(saved["training"]["training_rows"], 120);
    assert_eq!(saved["training"]["epochs"], finished["best_epoch"]);
    succeed(line, &[&model]);
    assert_eq!(fs::read(&model).expect("a model"), bytes);

    let text = stdout(&succeed(
        "iris --headless --epochs 2 --refit --force --export",
        &[&model],
    ));
    assert!(
        text.contains("trained anew on all 150 training and validation rows"),
        "{text}"
    );
    assert!(text.contains("saved the refitted network to "), "{text}");
    let refused = run("iris --headless --refit --schedule plateau", &[]);
    assert!(
        stderr(&refused).contains("--schedule plateau"),
        "{}",
        stderr(&refused)
    );
    let refused = run("iris --headless --val 0 --refit", &[]);
    assert_eq!(code(&refused), 2);
    assert!(stderr(&refused).contains("--val"), "{}", stderr(&refused));
}

/// For 1.5 times the best number of epochs, at most those of the first training, and at least 200 steps, here of three
/// mini-batches per epoch.
#[test]
fn a_refit_takes_more_epochs_than_the_best() {
    let epochs = |line: &str| {
        let output = succeed(&format!("iris --headless --json --test 0.2 {line}"), &[]);
        let finished = events(&stdout(&output)).pop().expect("an event");
        let [best, all, refit] = [
            &finished["best_epoch"],
            &finished["epoch"],
            &finished["refit"]["epochs"],
        ]
        .map(|epochs| epochs.as_u64().expect("a number"));
        (best, all, refit)
    };
    let (best, all, refit) = epochs("--lr 0.01");
    assert!(best >= 67 && best * 3 / 2 < all, "{best} of {all}");
    assert_eq!(refit, best * 3 / 2);
    let (best, all, refit) = epochs("--patience 5");
    assert!(best * 3 / 2 > all, "{best} of {all}");
    assert_eq!(refit, all);
    let (best, all, refit) = epochs("--lr 0.05");
    assert!(best < 40 && all > 67, "{best} of {all}");
    assert_eq!(refit, 67);
}

/// The network that has seen the validation rows cannot be scored on them.
#[test]
fn several_seeds_are_scored_on_validation_rows_by_default() {
    let output = succeed("iris --repeat 2 --json", &[]);
    let events = events(&stdout(&output));
    assert_eq!(events[2]["trials"], 2);
    assert_eq!(events[2]["refit"], false);
    assert_eq!(events[0]["set"], "validation");
}

/// A class of two rows is not in each of five folds.
#[test]
fn scores_that_some_folds_lack_say_so() {
    let (_folder, path) = place("rare.csv");
    let row = |n: usize| format!("{},{}\n", n % 7, if n < 2 { "rare" } else { "usual" });
    let rows: String = (0..40).map(row).collect();
    fs::write(&path, format!("x,kind\n{rows}")).expect("written");
    let text = stdout(&succeed("--folds 5 -e 1", &[&path]));
    assert!(text.contains("\nROC AUC (2 of 5) "), "{text}");
    let json = stdout(&succeed("--folds 5 -e 1 --json", &[&path]));
    let summary = events(&json).pop().expect("an event");
    assert_eq!(summary["defined"]["roc_auc"], 2);
    assert!(summary["defined"]["accuracy"].is_null());
}

/// Where the program chooses the number of epochs, and no validation rows are to be kept.
#[test]
fn a_run_refits_by_default() {
    let refitted = |line: &str, paths: &[&Path]| {
        let output = succeed(&format!("iris --headless --json {line}"), paths);
        let mut events = events(&stdout(&output));
        let finished = events.pop().expect("an event");
        let smoothing = &events[0]["regularisation"]["label_smoothing"];
        (finished["refit"]["rows"].as_u64(), smoothing.as_f64())
    };
    assert_eq!(refitted("", &[]), (Some(150), Some(0.1)));
    assert_eq!(
        refitted("--label-smoothing 0.2", &[]),
        (Some(150), Some(0.2))
    );
    assert_eq!(refitted("--no-refit", &[]), (None, Some(0.1)));
    assert_eq!(refitted("--weights last", &[]), (None, Some(0.1)));
    assert_eq!(refitted("--time-limit 1m", &[]), (None, Some(0.1)));
    assert_eq!(refitted("--val 0", &[]), (None, Some(0.1)));
    assert_eq!(refitted("--schedule plateau", &[]), (None, Some(0.1)));
    assert_eq!(refitted("--epochs 3", &[]), (None, Some(0.0)));
    let (_folder, split) = place("split.csv");
    assert_eq!(refitted("--save-split", &[&split]), (None, Some(0.1)));
    assert_eq!(refitted("--split", &[&split]), (None, Some(0.1)));
}

#[test]
fn what_goes_by_the_validation_loss_takes_validation_rows() {
    for option in ["--patience 5", "--weights best"] {
        let refused = run(&format!("iris --headless --val 0 --epochs 3 {option}"), &[]);
        assert_eq!(code(&refused), 2, "{option}");
        let message = stderr(&refused);
        assert!(
            message.contains(option.split(' ').next().expect("a word")),
            "{message}"
        );
        assert!(message.contains("--val"), "{message}");
    }
    succeed("iris --headless --val 0 --epochs 3", &[]);
    let output = succeed("iris --headless --json --epochs 20 --weights last", &[]);
    let finished = events(&stdout(&output)).pop().expect("an event");
    assert_eq!(finished["weights"], "last");
    assert!(finished["best_epoch"].is_u64(), "{finished}");
}

#[test]
fn a_schedule_ends_with_the_epochs_of_a_resumed_run() {
    let (folder, checkpoint) = place("run.checkpoint");
    let model = folder.path().join("model.json");
    succeed(
        "iris --headless --schedule cosine --epochs 4 --checkpoint",
        &[&checkpoint],
    );
    let line = "--headless --epochs 8 --export";
    succeed(line, &[&model, Path::new("--resume"), &checkpoint]);
    let text = fs::read_to_string(&model).expect("a model");
    let model: Value = serde_json::from_str(&text).expect("JSON");
    let changes = model["training"]["changes"].to_string();
    assert!(changes.contains("\"end\":8"), "{changes}");
    let refused = run(
        "iris --headless --epochs 8 --schedule one-cycle --warm-up 2",
        &[],
    );
    assert_eq!(code(&refused), 2);
    assert!(
        stderr(&refused).contains("one-cycle"),
        "{}",
        stderr(&refused)
    );
}

#[cfg(unix)]
#[test]
fn trainings_end_when_nobody_reads_their_scores() {
    // Hours of training: the test ends because the first line that can't be written ends it.
    for (reader, expected) in [("| head -c 0", 0), (">/dev/full", 73)] {
        let script = format!("\"$0\" iris --headless --repeat 60000 --epochs 200 --json {reader}");
        let output = super::shell(&script).finish();
        assert_eq!(code(&output), expected, "{reader}: {}", stderr(&output));
    }
}
