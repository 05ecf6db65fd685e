//! Checkpoints of a run on the screen.

use portable_pty::CommandBuilder;

use super::terminal::{ENTER, Terminal};
use super::*;

/// Types a command and waits until the screen shows `expected`.
pub(super) fn type_command(terminal: &mut Terminal, command: &str, expected: &str) {
    terminal.press(&format!(":{command}"));
    terminal.wait_for(command);
    terminal.press(ENTER);
    terminal.wait_until(expected, |text| {
        text.contains(expected) && !text.contains("tab: complete")
    });
}

/// Trains to the end of the fourth epoch on the screen, and returns the exported model.
fn finish(terminal: &mut Terminal, name: &str) -> Vec<u8> {
    type_command(terminal, "step 4 epoch", "paused");
    let epoch = terminal.wait_for_number("epoch", |epoch| epoch >= 5);
    assert_eq!(epoch, 5);
    terminal.wait_for("paused");
    type_command(terminal, &format!("export {name}"), "verified");
    fs::read(terminal.folder.path().join(name)).expect("exported")
}

#[test]
fn a_run_with_live_changes_continues_on_the_screen_and_headless() {
    let mut terminal = Terminal::start(&["iris", "--paused", "--hidden", "6,5", "--batch", "16"]);
    terminal.wait_for("paused");
    type_command(&mut terminal, "restart", "paused");
    terminal.press("S");
    terminal.wait_for_number("epoch", |epoch| epoch == 1);
    for (command, expected) in [
        ("lr 0.01", "lr 0.01"),
        ("mute a1[2]", "muted"),
        ("freeze w1[1,1]", "frozen"),
        ("hidden 7,5", "4 → 7 → 5 → 3"),
        ("activation tanh", "tanh"),
        ("optimizer momentum", "momentum"),
        ("step 2 batch", "step    10"),
        // Into the third row of the mini-batch.
        ("step 17 phase", "row 3 of 16"),
        ("checkpoint run.checkpoint", "saved checkpoint"),
    ] {
        type_command(&mut terminal, command, expected);
    }
    let checkpoint = terminal.folder.path().join("run.checkpoint");
    let never_stopped = finish(&mut terminal, "a.json");

    type_command(&mut terminal, "restore", "row 3 of 16");
    terminal.wait_for_number("step", |step| step == 10);
    assert!(never_stopped == finish(&mut terminal, "b.json"), "restored");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);

    let path = checkpoint.to_str().expect("UTF-8");
    // Its own checkpoints go elsewhere.
    let mut resumed = Terminal::start(&["--resume", path, "--checkpoint", "c.checkpoint"]);
    resumed.wait_for("row 3 of 16");
    resumed.wait_for_number("step", |step| step == 10);
    assert!(
        never_stopped == finish(&mut resumed, "c.json"),
        "on the screen"
    );
    resumed.press("q");
    assert_eq!(resumed.exit_code(), 0);

    let model = terminal.folder.path().join("d.json");
    let words = "--epochs 5 --weights last --threads 1 --resume";
    let words = words.split(' ').map(OsStr::new);
    let paths = [
        checkpoint.as_os_str(),
        OsStr::new("--export"),
        model.as_os_str(),
    ];
    let output = program(words.chain(paths)).finish();
    assert_eq!(code(&output), 0);
    assert!(
        never_stopped == fs::read(&model).expect("exported"),
        "headless"
    );
}

#[test]
fn restoring_another_runs_checkpoint_leaves_the_own_one_alone() {
    let (_folder, other) = place("b.checkpoint");
    let made = "iris --headless --epochs 2 --checkpoint";
    succeed(made, &[&other]);
    let mut terminal = Terminal::start(&["iris", "--paused", "--checkpoint", "a.checkpoint"]);
    terminal.wait_for("paused");
    type_command(&mut terminal, "checkpoint", "saved checkpoint");
    let path = terminal.folder.path().join("a.checkpoint");
    let own = fs::read(&path).expect("written");
    type_command(
        &mut terminal,
        &format!("restore {}", other.display()),
        "step     8",
    );
    type_command(&mut terminal, "checkpoint", "Replace file?");
    terminal.press("n");
    terminal.press("\x03");
    assert_ne!(terminal.exit_code(), 0);
    assert!(own == fs::read(&path).expect("there"));
}

/// With `--force` no question protects them.
#[test]
fn files_of_the_run_are_not_replaced_by_paths_that_are_typed() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/iris.csv");
    for force in ["", "--force"] {
        let script = format!(
            "cp \"$1\" d.csv; ln -s d.csv d.json; \
             exec \"$0\" d.csv --paused --log l.csv --export m.json {force}"
        );
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_nn-tui"), data]);
        let mut terminal = Terminal::start_command(command, &[]);
        terminal.wait_for("paused");
        for (command, argument) in [
            ("checkpoint ./d.csv", "DATA"),
            ("checkpoint l.csv", "--log"),
            ("checkpoint m.json", "--export"),
            ("export d.json", "DATA"),
        ] {
            type_command(
                &mut terminal,
                command,
                &format!("is the file of {argument}"),
            );
        }
        let kept = fs::read(terminal.folder.path().join("d.csv")).expect("there");
        assert!(kept == fs::read(data).expect("there"), "{force}");
        terminal.press("q");
        assert_eq!(terminal.exit_code(), 0);
    }
}

#[test]
fn names_of_checkpoints_are_completed() {
    let mut terminal = Terminal::start(&["iris", "--paused"]);
    terminal.wait_for("paused");
    type_command(&mut terminal, "checkpoint first.run", "saved checkpoint");
    fs::write(terminal.folder.path().join("first.txt"), "notes").expect("written");
    terminal.press(":restore f");
    terminal.wait_for("existing file");
    terminal.press("\t");
    terminal.wait_for(":restore first.run");
    assert!(!terminal.text().contains("first.txt"));
    terminal.press("\x03");
    assert_eq!(terminal.exit_code(), 130);
}

#[test]
fn another_runs_checkpoint_is_replaced_after_a_yes() {
    let mut terminal = Terminal::start(&["iris", "--paused"]);
    terminal.wait_for("paused");
    let path = terminal.folder.path().join("iris.checkpoint");
    fs::write(&path, "other").expect("written");
    type_command(&mut terminal, "checkpoint", "Replace file?");
    terminal.press("n");
    terminal.wait_until("no question", |text| !text.contains("Replace file?"));
    assert_eq!(fs::read(&path).expect("there"), b"other");
    type_command(&mut terminal, "checkpoint", "Replace file?");
    terminal.press("y");
    terminal.wait_for("saved checkpoint iris.checkpoint");
    // Its own checkpoint a run replaces unasked.
    terminal.press("S");
    terminal.wait_for_number("epoch", |epoch| epoch == 1);
    type_command(&mut terminal, "checkpoint", "saved checkpoint");
    type_command(&mut terminal, "restore no.checkpoint", "no such file");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn a_checkpoint_is_written_on_every_exit_of_the_screen() {
    for (keys, signal, expected) in [("q", "", 0), ("\x03", "", 130), ("", "-TERM", 143)] {
        let options = ["iris", "--checkpoint", "run.checkpoint", "--pace", "200"];
        let mut terminal = Terminal::start(&options);
        terminal.wait_for_number("epoch", |epoch| epoch > 3);
        if signal.is_empty() {
            terminal.press(keys);
        } else {
            terminal.signal(signal);
        }
        assert_eq!(terminal.exit_code(), expected, "{keys}{signal}");
        terminal.wait_for("· saved checkpoint");
        let path = terminal.folder.path().join("run.checkpoint");
        let words = ["--headless", "--epochs", "1", "--resume"].map(OsStr::new);
        let output = program(words.into_iter().chain([path.as_os_str()])).finish();
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert!(
            stderr(&output).contains("resumed after epoch"),
            "{keys}{signal}"
        );
    }
}

/// Starts a run of two epochs that saves `out/m.json`, changes that folder by a `script`, and resumes it on the screen.
fn resume_after(script: &str) -> Terminal {
    let run = "iris --headless --epochs 2 --export out/m.json --checkpoint c.ck";
    let mut command = CommandBuilder::new("sh");
    let script = format!(
        "mkdir out; \"$0\" {run} >run.log 2>&1; {script}; exec \"$0\" --resume c.ck --epochs 4"
    );
    command.args(["-c", &script, env!("CARGO_BIN_EXE_nn-tui")]);
    Terminal::start_command(command, &[])
}

/// Asserts that the model in the terminal's folder has the weights of a run that went on.
fn assert_longer_run(terminal: &Terminal, name: &str) {
    let path = terminal.folder.path().join(name);
    let model = nn_tui::model_file::load(&path).expect(name);
    assert_eq!(model.training.best_of.unwrap_or(model.training.epochs), 4);
}

/// A run that was training when it ended trains when it is resumed, and one that waited waits.
#[test]
fn a_resumed_run_goes_on_as_it_was() {
    for (keys, end) in [("", "q"), ("", "\x03"), ("", "-TERM"), (" ", "-TERM")] {
        let folder = tempfile::tempdir().expect("a folder");
        let checkpoint = folder.path().join("c.ck");
        let path = checkpoint.to_str().expect("UTF-8");
        let mut terminal = Terminal::start(&["iris", "--checkpoint", path]);
        terminal.wait_for_number("epoch", |epoch| epoch >= 1);
        if !keys.is_empty() {
            terminal.press(keys);
            terminal.wait_for("paused");
        }
        if end.starts_with('-') {
            terminal.signal(end);
        } else {
            terminal.press(end);
        }
        terminal.exit_code();
        let mut resumed = Terminal::start(&["--resume", path]);
        resumed.wait_for(if keys.is_empty() {
            "training"
        } else {
            "paused"
        });
        resumed.press("q");
        assert_eq!(resumed.exit_code(), 0);
    }
}

#[test]
fn a_resumed_run_replaces_its_own_model() {
    let mut terminal = resume_after("true");
    terminal.wait_for("verified");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    assert_longer_run(&terminal, "out/m.json");
}

#[test]
fn a_resumed_run_whose_model_cannot_be_written_asks_for_another_path() {
    for (script, notice) in [
        ("rm -r out", "cannot be written"),
        ("echo precious >out/m.json", "exists already"),
    ] {
        let mut terminal = resume_after(script);
        terminal.wait_for(notice);
        terminal.wait_for("finished");
        if script.starts_with("echo") {
            terminal.wait_for("Replace file?");
            terminal.press("n");
            terminal.wait_until("no popup", |text| !text.contains("Replace file?"));
        }
        terminal.press("q");
        if script.starts_with("echo") {
            terminal.wait_for("Replace file?");
            terminal.press("n");
        }
        terminal.wait_for("Save model");
        terminal.press("\x15other.json");
        terminal.press(ENTER);
        assert_eq!(terminal.exit_code(), 0, "{script}");
        assert_longer_run(&terminal, "other.json");
        let precious = fs::read_to_string(terminal.folder.path().join("out/m.json"));
        assert!(precious.is_ok_and(|text| text == "precious\n") == script.starts_with("echo"));
    }
}

/// Leaves a recovery file of a run on iris in `state`, and resumes it on the screen, paused.
fn resume_recovered(state: &Path, more: &[&str]) -> Terminal {
    let recovery_file = leave_recovery_file(state);
    let arguments = [&["--resume", "--paused", "--epochs", "9"], more].concat();
    let state = state.to_str().expect("UTF-8");
    let terminal = Terminal::start_with(&arguments, &[("XDG_STATE_HOME", state)]);
    terminal.wait_for("paused");
    assert!(recovery_file.exists());
    terminal
}

/// A run that ends as its user wants, with its model saved, needs its recovery file no more; one that a signal ends may
/// go on.
#[test]
fn a_recovery_file_goes_when_the_run_is_saved_as_wanted() {
    for (end, code, stays) in [("q", 0, false), ("\x03", 130, true), ("-TERM", 143, true)] {
        let state = tempfile::tempdir().expect("a folder");
        let mut terminal = resume_recovered(state.path(), &["--export", "m.json"]);
        terminal.press("s");
        terminal.wait_for_number("step", |step| step > 0);
        match end {
            "-TERM" => terminal.signal(end),
            keys => terminal.press(keys),
        }
        assert_eq!(terminal.exit_code(), code, "{end:?}");
        assert!(terminal.folder.path().join("m.json").exists(), "{end:?}");
        assert_eq!(recovery_file(state.path()).exists(), stays, "{end:?}");
    }
}

#[test]
fn the_summary_names_the_checkpoint_that_holds_the_run() {
    for end in ["-TERM", "q"] {
        let state = tempfile::tempdir().expect("a folder");
        let mut terminal = resume_recovered(state.path(), &[]);
        type_command(
            &mut terminal,
            "checkpoint other.ck",
            "saved checkpoint other.ck (",
        );
        match end {
            "-TERM" => terminal.signal(end),
            keys => terminal.press(keys),
        }
        terminal.exit_code();
        terminal.assert_given_back();
        let text = terminal.text();
        let summary = text.lines().find(|line| line.contains("saved checkpoint"));
        assert!(
            summary.is_some_and(|line| line.contains("other.ck")),
            "{text}"
        );
        assert!(terminal.folder.path().join("other.ck").exists());
        assert!(
            !recovery_file(state.path()).exists(),
            "another one holds the run"
        );
    }
}

#[test]
fn the_last_save_is_shown_beside_messages_and_commands() {
    for cols in [80, 120] {
        let mut terminal = Terminal::start(&["iris", "--paused"]);
        terminal.resize(cols, 24);
        terminal.wait_for("paused");
        type_command(&mut terminal, "export m.json", "m.json (");
        let is_shown = |text: &str| {
            let foot = text.lines().last().unwrap_or_default();
            foot.trim_end_matches(" ago")
                .trim_end()
                .ends_with("saved 0 s")
        };
        let text = terminal.wait_until("the last save", is_shown);
        assert!(text.contains("m.json ("), "the message is still there");
        terminal.press(":");
        terminal.wait_until("the last save", is_shown);
    }
}

/// What comes together with the command acts on the restored run, and on the settings before the last change.
#[test]
fn keys_after_restore_and_undo_act_on_what_they_bring_back() {
    let mut terminal =
        Terminal::start(&["digits", "--hidden", "300,300", "--paused", "--lr", "0.1"]);
    terminal.wait_for("paused");
    type_command(&mut terminal, "checkpoint c.checkpoint", "saved checkpoint");
    type_command(&mut terminal, "lr 0.01", "lr 0.01");
    terminal.press(":restore\r-");
    terminal.wait_for("lr 0.05");
    type_command(&mut terminal, "lr 0.002", "lr 0.002");
    terminal.press("z-");
    terminal.wait_for("lr 0.02");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
}
