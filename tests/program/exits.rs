//! Ends of a run on the screen: the weights are saved, the terminal is restored, no temporary file stays.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use super::terminal::{ENTER, PATIENCE, Terminal};

/// Signals that ask the program to end, and its exit codes.
pub(super) const SIGNALS: [(&str, u32); 10] = [
    ("HUP", 129),
    ("INT", 130),
    ("QUIT", 131),
    ("ABRT", 134),
    ("USR1", 138),
    ("USR2", 140),
    ("ALRM", 142),
    ("TERM", 143),
    ("XCPU", 152),
    ("XFSZ", 153),
];

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned()
    };
    entries.map(name).collect()
}

/// Checks that the run ended with `code` and its model in the only file.
fn check_saved(terminal: &mut Terminal, code: u32, case: &str) {
    assert_eq!(terminal.exit_code(), code, "{case}");
    terminal.assert_given_back();
    assert_eq!(files(terminal.folder.path()), ["out.safetensors"], "{case}");
    let path = terminal.folder.path().join("out.safetensors");
    let model = nn_tui::model_file::load(&path).expect(case);
    assert!(model.training.epochs > 1, "{case}");
}

#[test]
fn by_any_signal_save_the_model() {
    for (signal, code) in SIGNALS {
        let mut terminal = Terminal::start(&["iris", "--export", "out.safetensors"]);
        terminal.wait_for_number("epoch", |epoch| epoch > 1);
        terminal.signal(&format!("-{signal}"));
        check_saved(&mut terminal, code, signal);
    }
}

#[test]
fn by_a_signal_that_arrives_twice_save_the_model() {
    for (signal, code) in [("HUP", 129), ("INT", 130), ("TERM", 143)] {
        for gap in [0, 1, 5, 20, 100] {
            let mut terminal = Terminal::start(&["iris", "--export", "out.safetensors"]);
            terminal.wait_for_number("epoch", |epoch| epoch > 1);
            terminal.signal_twice(signal, Duration::from_millis(gap));
            check_saved(
                &mut terminal,
                code,
                &format!("{signal} twice, {gap} ms apart"),
            );
        }
    }
}

/// A terminal that is read again later is restored, and shows the summary.
#[test]
fn on_a_stalled_terminal_save_the_model() {
    for ((cols, rows), terms) in [(80, 24), (200, 60)]
        .into_iter()
        .zip(1..)
        .chain([((80, 24), 3)])
    {
        let mut terminal = Terminal::start(&["iris", "--export", "out.json"]);
        terminal.resize(cols, rows);
        terminal.wait_for_number("epoch", |epoch| epoch > 1);
        terminal.stall();
        let start = Instant::now();
        terminal.signal("-TERM");
        for _ in 1..terms {
            sleep(Duration::from_millis(1100));
            terminal.try_signal("-TERM");
        }
        let case = format!("{cols}x{rows}, {terms} signals");
        assert_eq!(terminal.exit_code(), 143, "{case}");
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{case}: {:?}",
            start.elapsed()
        );
        assert_eq!(files(terminal.folder.path()), ["out.json"], "{case}");
        let path = terminal.folder.path().join("out.json");
        nn_tui::model_file::load(&path).expect("saved");
        terminal.go_on();
        terminal.wait_for("saved out.json");
        terminal.assert_given_back();
    }
}

/// The system drops what a terminal has not read at each control-c that is no key.
#[test]
fn by_quick_control_c_on_a_stalled_terminal_give_it_back() {
    for arguments in [["lesson", "xor"], ["iris", "--paused"]] {
        let mut terminal = Terminal::start(&arguments);
        terminal.wait_until("the screen", |text| text.contains("paused"));
        terminal.pause();
        for _ in 0..3 {
            terminal.press("\x03");
            sleep(Duration::from_millis(50));
        }
        assert_eq!(terminal.exit_code(), 130);
        terminal.go_on();
        terminal.wait_until("the old screen", |_| terminal.left_behind().is_empty());
    }
}

/// A terminal takes the sequences that restore it, and has no room for the summary, or none for either.
#[test]
fn on_a_terminal_that_is_almost_full_say_what_was_saved() {
    for room in [0, 20, 40, 60, 80, 120, 160, 200] {
        let mut terminal = Terminal::start(&["iris", "--paused", "--export", "out.json"]);
        terminal.wait_for("paused");
        terminal.press("s");
        terminal.wait_for_number("step", |step| step == 1);
        terminal.fill_but_for(room);
        terminal.signal("-TERM");
        assert_eq!(terminal.exit_code(), 143, "{room}");
        terminal.go_on();
        terminal.wait_until("a summary", |_| {
            terminal.output().contains("saved out.json")
        });
        assert_eq!(terminal.left_behind(), [""; 0], "{room}");
    }
}

/// A save that takes seconds is neither lost at the second signal nor left in pieces at the third.
#[test]
fn while_a_large_model_is_saved_wait_for_it() {
    for terms in [2, 3] {
        let options = [
            "digits",
            "--hidden",
            "1500,1500",
            "--paused",
            "--export",
            "out.json",
        ];
        let mut terminal = Terminal::start(&options);
        terminal.wait_for("paused");
        terminal.signal("-TERM");
        for _ in 1..terms {
            sleep(Duration::from_millis(1100));
            terminal.try_signal("-TERM");
        }
        assert_eq!(terminal.exit_code(), 143);
        terminal.assert_given_back();
        let path = terminal.folder.path().join("out.json");
        if terms == 2 || path.exists() {
            nn_tui::model_file::load(&path).expect("saved");
            assert_eq!(files(terminal.folder.path()).len(), 1);
        } else {
            assert!(files(terminal.folder.path()).is_empty());
        }
    }
}

/// Starts a paused run whose export to `out/m.json` will fail, for the reason `trouble` makes.
fn run_with_failing_export(trouble: &str) -> Terminal {
    let limit = if trouble == "full disk" {
        "ulimit -f 24;"
    } else {
        ""
    };
    let script =
        format!("mkdir out; {limit} exec \"$0\" iris --hidden 32,32 --paused --export out/m.json");
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_nn-tui")]);
    let mut terminal = Terminal::start_command(command, &[]);
    terminal.wait_for("paused");
    terminal.press("S");
    terminal.wait_for_number("epoch", |epoch| epoch == 1);
    let folder = terminal.folder.path().join("out");
    match trouble {
        "deleted folder" => fs::remove_dir(folder).expect("it is empty"),
        "new file" => fs::write(folder.join("m.json"), "precious").expect("written"),
        _ => {}
    }
    terminal
}

#[test]
fn by_a_key_whose_export_fails_are_put_off() {
    for (trouble, message) in [
        ("full disk", "File too large"),
        ("deleted folder", "no such directory"),
        ("new file", "Replace file?"),
    ] {
        let mut terminal = run_with_failing_export(trouble);
        let file = terminal.folder.path().join("out/m.json");
        terminal.press("q");
        terminal.wait_for(message);
        match trouble {
            // In another format the model is small enough.
            "full disk" => {
                terminal.press("\x15m.npz");
                terminal.press(ENTER);
            }
            "deleted folder" => {
                terminal.press("\x15m.json");
                terminal.press(ENTER);
            }
            _ => {
                // Whoever keeps the file is asked for another path.
                terminal.press("n");
                terminal.wait_for("Save model");
                terminal.press(ENTER);
                terminal.wait_for("Replace file?");
                terminal.press("y");
            }
        }
        assert_eq!(terminal.exit_code(), 0, "{trouble}");
        terminal.assert_given_back();
        let saved = match trouble {
            "full disk" => terminal.folder.path().join("m.npz"),
            "deleted folder" => terminal.folder.path().join("m.json"),
            _ => file,
        };
        let model = nn_tui::model_file::load(&saved).expect(trouble);
        assert_eq!(model.training.epochs, 1, "{trouble}");
    }
}

/// The screen stays if the last checkpoint cannot be written; esc goes on, and another path ends the run.
#[test]
fn by_a_key_whose_checkpoint_fails_are_put_off() {
    let mut command = CommandBuilder::new("sh");
    let script = "mkdir out; exec \"$0\" iris --paused --checkpoint out/c.ck --checkpoint-every 1h";
    command.args(["-c", script, env!("CARGO_BIN_EXE_nn-tui")]);
    let mut terminal = Terminal::start_command(command, &[]);
    terminal.wait_for("paused");
    terminal.press("S");
    terminal.wait_for_number("epoch", |epoch| epoch == 1);
    fs::remove_dir(terminal.folder.path().join("out")).expect("it is empty");
    terminal.press("q");
    terminal.wait_for("no such directory");
    terminal.press("\x1b");
    terminal.wait_until("no popup", |text| !text.contains("Save checkpoint"));
    terminal.press("S");
    terminal.wait_for_number("epoch", |epoch| epoch == 2);
    terminal.press("q");
    terminal.wait_for("Save checkpoint");
    terminal.press("\x15d.ck");
    terminal.press(ENTER);
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_given_back();
    assert_eq!(files(terminal.folder.path()), ["d.ck"]);
}

/// A checkpoint that is too large is reported, and the run goes on.
#[test]
fn of_a_checkpoint_that_is_too_large_are_none() {
    let mut command = CommandBuilder::new("sh");
    let script = "ulimit -f 8; exec \"$0\" iris --hidden 32,32 --paused --checkpoint c.ck";
    command.args(["-c", script, env!("CARGO_BIN_EXE_nn-tui")]);
    let mut terminal = Terminal::start_command(command, &[]);
    terminal.wait_for("paused");
    terminal.press(":checkpoint");
    terminal.press(ENTER);
    terminal.wait_for("File too large");
    terminal.press("S");
    terminal.wait_for_number("epoch", |epoch| epoch == 1);
    terminal.press("q");
    terminal.wait_for("Save checkpoint");
    terminal.press("\x03");
    assert_eq!(terminal.exit_code(), 130);
    terminal.assert_given_back();
    assert!(files(terminal.folder.path()).is_empty());
}

/// Weights that were set by hand since the last export belong to no later step than it.
#[test]
fn after_a_change_by_hand_save_it() {
    for key in ["q", "\x03"] {
        let options = ["iris", "--epochs", "2", "--export", "out.json"];
        let mut terminal = Terminal::start(&options);
        terminal.wait_for("verified");
        terminal.press(":set w1[1,1] 5");
        terminal.press(ENTER);
        terminal.wait_for("w1[1,1] = 5");
        terminal.press(key);
        terminal.exit_code();
        let path = terminal.folder.path().join("out.json");
        let model = nn_tui::model_file::load(&path).expect("saved");
        assert_eq!(model.parameters.layers[0].weights[[0, 0]], 5.0, "{key:?}");
    }
}

#[test]
fn by_a_signal_whose_export_fails_say_why() {
    for (trouble, message) in [
        (
            "full disk",
            "nn-tui: out/m.json: cannot be written: File too large",
        ),
        (
            "deleted folder",
            "nn-tui: out/m.json: cannot be written: no such directory",
        ),
        ("new file", "nn-tui: out/m.json: exists already"),
    ] {
        for how in ["-TERM", "-HUP", "ctrl-c", "q, then ctrl-c"] {
            let mut terminal = run_with_failing_export(trouble);
            match how {
                "ctrl-c" => terminal.press("\x03"),
                "q, then ctrl-c" => {
                    terminal.press("q");
                    terminal.wait_until("a popup", |text| {
                        text.contains("Save model") || text.contains("Replace file?")
                    });
                    terminal.press("\x03");
                }
                signal => terminal.signal(signal),
            }
            assert_eq!(terminal.exit_code(), 73, "{trouble}, {how}");
            terminal.assert_given_back();
            terminal.wait_for(message);
            let file = terminal.folder.path().join("out/m.json");
            match fs::read_to_string(file) {
                Ok(text) => assert_eq!((trouble, &*text), ("new file", "precious")),
                Err(_) => assert_ne!(trouble, "new file"),
            }
        }
    }
}

/// Presses enter until bash, which reports jobs before a prompt, shows `report`.
fn wait_for_report(terminal: &mut Terminal, report: &str) {
    let start = Instant::now();
    while !terminal.text().contains(report) {
        assert!(start.elapsed() < PATIENCE, "{}", terminal.text());
        terminal.press(ENTER);
        sleep(Duration::from_millis(200));
    }
}

/// Shells continue a job in the background to let it end.
#[test]
fn of_a_stopped_job_save_the_model() {
    if Command::new("bash").args(["-c", ":"]).status().is_err() {
        return;
    }
    for background in ["", "&"] {
        let mut bash = CommandBuilder::new("bash");
        bash.args(["--norc", "-i"]);
        let mut terminal = Terminal::start_command(bash, &[]);
        let program = env!("CARGO_BIN_EXE_nn-tui");
        terminal.press(&format!("{program} iris --export out.json {background}\r"));
        if background.is_empty() {
            terminal.wait_for("training");
            terminal.press("\x1a");
        }
        wait_for_report(&mut terminal, "Stopped");
        // Keys are pressed meanwhile: a job that read them in the background would be stopped again.
        terminal.press("kill %1\r");
        wait_for_report(&mut terminal, "Exit 143");
        if background.is_empty() {
            assert!(terminal.folder.path().join("out.json").exists());
        }
    }
}

/// Runs `command` on a terminal that goes away while the program trains. Returns the folder.
fn lose_terminal(mut command: CommandBuilder, typed: &str) -> tempfile::TempDir {
    let pair = native_pty_system()
        .openpty(PtySize::default())
        .expect("a pseudo-terminal");
    pair.master
        .resize(PtySize {
            rows: 24,
            cols: 80,
            ..PtySize::default()
        })
        .expect("resized");
    let folder = tempfile::tempdir().expect("a folder");
    command.cwd(folder.path());
    command.env("TERM", "xterm-256color");
    let mut child = pair.slave.spawn_command(command).expect("it starts");
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().expect("a reader");
    let mut writer = pair.master.take_writer().expect("a writer");
    writer.write_all(typed.as_bytes()).expect("it reads");
    let (mut seen, mut bytes) = (Vec::new(), [0; 1 << 12]);
    while !String::from_utf8_lossy(&seen).contains("training") {
        let count = reader.read(&mut bytes).expect("it runs");
        seen.extend_from_slice(&bytes[..count]);
    }
    drop((reader, writer, pair.master));
    let start = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        assert!(start.elapsed() < PATIENCE, "it does not end");
        sleep(Duration::from_millis(10));
    }
    // A shell ends before its jobs.
    while !folder.path().join("out.json").exists() {
        assert!(start.elapsed() < PATIENCE, "nothing is saved");
        sleep(Duration::from_millis(10));
    }
    folder
}

#[test]
fn without_a_terminal_save_the_model() {
    let program = env!("CARGO_BIN_EXE_nn-tui");
    let options = "iris --export out.json";
    for (shell, script, typed) in [
        ("sh", format!("exec \"$0\" {options}"), String::new()),
        // As `nohup` does.
        (
            "sh",
            format!("trap '' HUP; exec \"$0\" {options}"),
            String::new(),
        ),
        ("bash", String::new(), format!("{program} {options}\r")),
        ("dash", String::new(), format!("{program} {options}\r")),
    ] {
        let exists = Command::new(shell).args(["-c", ":"]).status().is_ok();
        if !exists {
            continue;
        }
        let mut command = CommandBuilder::new(shell);
        if script.is_empty() {
            command.arg("-i");
        } else {
            command.args(["-c", &script, program]);
        }
        let folder = lose_terminal(command, &typed);
        let saved = folder.path().join("out.json");
        nn_tui::model_file::load(&saved).expect("saved");
        assert_eq!(files(folder.path()), ["out.json"], "{shell} {script}");
    }
}

#[test]
fn keys_that_come_after_a_request_to_end_change_nothing() {
    for (end, expected) in [("q", 0), ("\x03", 130)] {
        let mut terminal = Terminal::start(&[
            "digits",
            "--hidden",
            "400,400",
            "--seed",
            "7",
            "--export",
            "m.json",
            "--checkpoint",
            "c.ck",
        ]);
        terminal.wait_for("training");
        terminal.wait_for_number("epoch", |epoch| epoch >= 2);
        terminal.press(end);
        terminal.press("Rr:lr 0.5\r");
        assert_eq!(terminal.exit_code(), expected, "{end:?}");
        let model = terminal.folder.path().join("m.json");
        let model = nn_tui::model_file::load(&model).expect("saved");
        assert_eq!(model.training.seed, 7, "{end:?}");
        assert!(model.training.changes.is_empty());
        assert!(model.training.epochs >= 1, "{end:?}");
    }
}
