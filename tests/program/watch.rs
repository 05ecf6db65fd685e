//! Logs written by a run, and read by `nn-tui watch`.

use std::fs;

use serde_json::Value;

use super::*;

/// Values of `nn-tui watch --json`, by tag, of the only run.
fn watched(path: &Path) -> Value {
    let output = succeed("watch --json", &[path]);
    let mut all: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let runs = all["runs"].as_array_mut().expect("runs");
    assert_eq!(runs.len(), 1);
    runs.remove(0)
}

#[test]
fn every_log_of_a_run_has_the_values_that_the_run_has_printed() {
    let (_folder, directory) = place("runs/wide");
    let output = succeed("iris --json --epochs 5 --hidden 6 --log", &[&directory]);
    let events = events(&stdout(&output));
    let last = events
        .iter()
        .rfind(|line| line["event"] == "epoch")
        .expect("an epoch");
    let run = watched(&directory);
    assert_eq!(run["run"], "wide");
    assert_eq!(run["hparams"]["hidden"], "6");
    let command = run["text"]["command"].as_str().expect("the command");
    assert!(
        command.contains("iris --json --epochs 5 --hidden 6 --log"),
        "{command}"
    );
    // A run this short has no time for others than those of the first and the last step.
    let histogram = &run["histograms"]["weights/layer 1"];
    assert_eq!(histogram["step"].as_f64(), last["step"].as_f64());
    let weights = &histogram["buckets"];
    assert!(
        weights
            .as_array()
            .is_some_and(|buckets| !buckets.is_empty())
    );
    let values = &run["values"];
    for (tag, member) in [
        ("loss/train", "train_loss"),
        ("loss/validation", "val_loss"),
        ("accuracy/train", "train_accuracy"),
        ("accuracy/validation", "val_accuracy"),
        ("learning_rate", "learning_rate"),
        ("epoch", "epoch"),
    ] {
        let value = last[member].as_f64().expect("a number") as f32;
        assert_eq!(values[tag]["value"].as_f64(), Some(value.into()), "{tag}");
        assert_eq!(values[tag]["step"].as_f64(), last["step"].as_f64(), "{tag}");
    }
    // A second run there would be mixed with it.
    let refused = super::run("iris --epochs 1 --log", &[&directory]);
    assert_eq!(code(&refused), 73, "{}", stderr(&refused));
    succeed("iris --epochs 1 --force --log", &[&directory]);
    assert_eq!(watched(&directory)["values"]["epoch"]["value"], 1.0);
    for name in ["log.jsonl", "log.csv"] {
        let (_folder, log) = place(name);
        succeed("iris --epochs 5 --hidden 6 --log", &[&log]);
        let loss = &watched(&log)["values"]["val_loss"]["value"];
        assert_eq!(loss.as_f64(), last["val_loss"].as_f64(), "{name}");
    }
}

#[test]
fn runs_are_chosen_and_read_from_standard_input() {
    let (folder, log) = place("a.jsonl");
    let lines = "{\"step\":1,\"loss\":0.5}\n{\"step\":2,\"loss\":0.25}\n";
    fs::write(&log, lines).expect("written");
    fs::write(folder.path().join("b.jsonl"), "{\"step\":1,\"loss\":2}\n").expect("written");
    let output = succeed("watch --filter loss<1", &[folder.path()]);
    let text = stdout(&output);
    assert!(text.starts_with("a  ") && text.contains("loss"), "{text}");
    assert!(
        text.contains("0.25") && text.contains("step 2") && !text.contains("\nb"),
        "{text}"
    );
    let script = "printf '{\"step\":2,\"loss\":0.25}\\n' | \"$0\" watch - --json";
    let output = shell(script).finish();
    let all: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(all["runs"][0]["values"]["loss"]["value"], 0.25);
    let missing = run("watch", &[&folder.path().join("none")]);
    assert_eq!(code(&missing), 66);
}

#[cfg(unix)]
#[test]
fn a_pipe_with_a_name_is_read_as_a_stream() {
    let (folder, log) = place("a.csv");
    fs::write(&log, "epoch,loss\n1,0.5\n").expect("written");
    let script = "mkfifo pipe && { cat a.csv > pipe & } && \"$0\" watch pipe --json";
    let output = shell(script).current_dir(folder.path()).finish();
    let all: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(all["runs"][0]["values"]["loss"]["value"], 0.5);
    assert_eq!(all["runs"][0]["problem"], Value::Null);
    let refused = run("watch", &[&folder.path().join("pipe"), &log]);
    assert_eq!(code(&refused), 2);
    assert!(
        stderr(&refused).contains("pipe is a stream"),
        "{}",
        stderr(&refused)
    );
}

#[test]
fn a_resumed_run_goes_on_with_its_log() {
    for name in ["run/", "log.csv", "log.jsonl", "log.txt"] {
        let (folder, log) = place(name);
        let checkpoint = folder.path().join("run.ckpt");
        let path = log.to_string_lossy();
        let log = format!("{path}{}", if name.ends_with('/') { "/" } else { "" });
        let log = Path::new(&log);
        let options = "iris --headless --epochs 1 --checkpoint";
        succeed(options, &[&checkpoint, Path::new("--log"), log]);
        if name == "log.csv" {
            // A process that is killed may leave half a line, which is removed.
            let text = fs::read_to_string(log).expect("there");
            fs::write(log, text + "1,5").expect("written");
        }
        succeed(
            "--headless --epochs 3 --resume",
            &[&checkpoint, Path::new("--log"), log],
        );
        if name == "log.txt" {
            continue;
        }
        let epoch = &watched(log)["values"]["epoch"];
        assert_eq!(
            (&epoch["min"], &epoch["max"]),
            (&1.0.into(), &3.0.into()),
            "{name}"
        );
        if name == "log.csv" {
            let text = fs::read_to_string(log).expect("there");
            assert_eq!(text.matches("epoch").count(), 1, "{text}");
            assert_eq!(text.lines().count(), 4, "{text}");
        }
    }
}

#[test]
fn what_is_no_log_is_said_with_an_exit_code() {
    let (folder, text) = place("notes.txt");
    fs::write(&text, "nothing\n").expect("written");
    for options in ["watch --json", "watch"] {
        let output = run(options, &[folder.path()]);
        assert_eq!(code(&output), 66);
        assert!(
            stderr(&output).contains("no event files"),
            "{}",
            stderr(&output)
        );
    }
    let refused = run("iris --export-training", &[&folder.path().join("x.txt")]);
    assert_eq!(code(&refused), 2);
    assert!(
        stderr(&refused).contains("ends in .py"),
        "{}",
        stderr(&refused)
    );
    let refused = run("watch --skip 3", &[folder.path()]);
    assert_eq!(code(&refused), 2);
    let help = stdout(&succeed("watch --help", &[]));
    assert!(
        help.contains("--theme") && help.contains("--symbols"),
        "{help}"
    );
    assert!(
        !help.contains("--skip") && !help.contains("--force"),
        "{help}"
    );
}

#[cfg(unix)]
#[test]
fn a_log_that_grows_is_watched_on_the_screen() {
    use crate::terminal::Terminal;
    let (folder, log) = place("loss.jsonl");
    fs::write(&log, "{\"step\":1,\"val_loss\":0.5}\n").expect("written");
    let path = folder.path().to_string_lossy().into_owned();
    let mut terminal = Terminal::start(&["watch", &path, "--theme", "light", "--symbols", "ascii"]);
    terminal.wait_for("val_loss");
    terminal.wait_for("0.5");
    let mut text = fs::read_to_string(&log).expect("there");
    text += "{\"step\":2,\"val_loss\":0.125}\n{\"step\":3";
    fs::write(&log, text).expect("written");
    terminal.wait_for("0.125");
    terminal.press("?");
    terminal.wait_for("choose a run");
    terminal.press("\x1b");
    fs::remove_file(&log).expect("removed");
    terminal.wait_for("files are gone");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_given_back();
}
