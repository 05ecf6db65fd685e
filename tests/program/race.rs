//! Races on the screen of the real program, and the commands that repeat their runs.
#![cfg(unix)]

use super::resume_screen::type_command;
use super::terminal::{ENTER, ESCAPE, Terminal};
use super::*;

/// Waits until the program shows `count` times that a run is finished.
fn wait_for_ends(terminal: &Terminal, count: usize) {
    let what = format!("{count} finished");
    terminal.wait_until(&what, |text| text.matches("■ finished").count() >= count);
}

/// Returns the command below the table of the race.
fn shown_command(terminal: &Terminal) -> String {
    let text = terminal.wait_until("a command", |text| {
        text.contains("nn-tui iris") && text.contains("--headless")
    });
    let from = &text[text.find("nn-tui iris").expect("it is there")..];
    let to = from.find("--headless").expect("it is there") + "--headless".len();
    let words = from[..to].replace('│', " ");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Runs a command in a shell, and returns the model that it writes.
fn repeated(folder: &Path, command: &str) -> Vec<u8> {
    let arguments = command.strip_prefix("nn-tui ").expect("the program");
    let script = format!("\"$0\" {arguments} --weights last --force --export repeated.json");
    let output = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_nn-tui")])
        .current_dir(folder)
        .output()
        .expect("a shell");
    assert_eq!(code(&output), 0, "{command}: {}", stderr(&output));
    fs::read(folder.join("repeated.json")).expect("exported")
}

/// Opens the chosen lane, exports its model, and compares it with what its command gives.
fn assert_repeated(terminal: &mut Terminal, expected: &str) {
    let command = shown_command(terminal);
    assert!(command.contains(expected), "{command}");
    terminal.press(ENTER);
    terminal.wait_for(" lane ");
    fs::remove_file(terminal.folder.path().join("lane.json")).ok();
    type_command(terminal, "export lane.json", "verified");
    let lane = fs::read(terminal.folder.path().join("lane.json")).expect("exported");
    assert!(
        lane == repeated(terminal.folder.path(), &command),
        "{command}"
    );
    terminal.press(ESCAPE);
    terminal.wait_for("─ Race ─");
}

#[test]
fn each_lane_has_a_log_named_by_its_value() {
    let options = ["iris", "--epochs", "25", "--pace", "full", "--log", "runs/"];
    let mut terminal = Terminal::start(&options);
    wait_for_ends(&terminal, 1);
    type_command(&mut terminal, "race lr 0.01 0.2", "─ Race ─");
    wait_for_ends(&terminal, 4);
    terminal.send(&[3]);
    assert_eq!(terminal.exit_code(), 130);
    let mut watch = program(["watch", "--json", "runs"]);
    let watched = watch.current_dir(terminal.folder.path()).finish();
    let watched: Value = serde_json::from_str(&stdout(&watched)).expect("JSON");
    let runs = watched["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 3, "{watched}");
    for (name, lr) in [("lr=0.01,lane=1", "0.01"), ("lr=0.2,lane=2", "0.2")] {
        let run = runs.iter().find(|run| run["run"] == name);
        let run = run.unwrap_or_else(|| panic!("no {name}: {watched}"));
        assert_eq!(run["hparams"]["lr"], lr);
        assert_eq!(run["values"]["epoch"]["value"], 25.0);
    }
}

#[test]
fn each_lane_is_what_its_command_gives() {
    let options = ["iris", "--seed", "7", "--epochs", "25", "--pace", "full"];
    let mut terminal = Terminal::start(&options);
    wait_for_ends(&terminal, 1);
    // The lanes have the settings in force, but none of the changes.
    type_command(&mut terminal, "l2 0.01", "weight decay 0.01");
    type_command(&mut terminal, "race lr 0.01 0.2", "─ Race ─");
    wait_for_ends(&terminal, 4);
    assert_repeated(&mut terminal, "--lr 0.01 --l2 0.01 --seed 7 --epochs 25");
    terminal.press("j");
    terminal.wait_for("--lr 0.2 ");
    assert_repeated(&mut terminal, "--lr 0.2 --l2 0.01");
    type_command(&mut terminal, "race stop", "finished");
    // In lockstep, more lanes than there are cores, and networks of other sizes.
    type_command(&mut terminal, "race hidden 3 none 5,4 2", "─ Race ─");
    terminal.press("F");
    wait_for_ends(&terminal, 6);
    assert_repeated(&mut terminal, "--hidden 3 ");
    terminal.press("jj");
    terminal.wait_for("--hidden 5,4 ");
    assert_repeated(&mut terminal, "--hidden 5,4 ");
    // Keys do not wait for the answer to a command that is refused.
    terminal.press(ENTER);
    terminal.wait_for(" lane ");
    type_command(&mut terminal, "restore a.checkpoint", "is not changed");
    type_command(&mut terminal, "adopt", "4 → 5 → 4 → 3");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    assert_eq!(terminal.left_behind(), [""; 0]);
}

#[test]
fn a_fork_of_a_run_with_changes_is_what_its_command_gives() {
    let options = ["iris", "--seed", "3", "--epochs", "20", "--paused"];
    let mut terminal = Terminal::start(&options);
    terminal.wait_for("paused");
    type_command(&mut terminal, "set w1[1,1]=0.25", "0.25");
    type_command(&mut terminal, "step 2 epoch", "paused");
    type_command(&mut terminal, "lr 0.05", "0.05");
    type_command(&mut terminal, "step 5 batch", "paused");
    type_command(&mut terminal, "fork hidden 7", "─ Race ─");
    terminal.wait_for("hidden 7");
    type_command(&mut terminal, "pace full", "full");
    terminal.press(" ");
    wait_for_ends(&terminal, 3);
    assert_repeated(&mut terminal, "--at '0 set w1[1,1]=0.25'");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
}
