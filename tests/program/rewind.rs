//! Earlier moments on the screen: there, back, on as a branch, and quitting or dying meanwhile.

use nn_tui::model_file;

use super::resume_screen::type_command;
use super::terminal::{ESCAPE, Terminal};
use super::*;

/// Exports what is shown, and returns the file.
fn export(terminal: &mut Terminal, name: &str) -> Vec<u8> {
    type_command(terminal, &format!("export {name}"), "verified");
    fs::read(terminal.folder.path().join(name)).expect("exported")
}

/// Starts a run and trains 20 epochs.
fn start(arguments: &[&str]) -> Terminal {
    let mut terminal = Terminal::start(arguments);
    terminal.wait_for("paused");
    type_command(&mut terminal, "pace full", "full");
    type_command(&mut terminal, "step 20 epoch", "paused");
    terminal.wait_for_number("epoch", |epoch| epoch == 20);
    terminal.wait_for("paused");
    terminal
}

#[test]
fn a_run_is_rewound_looked_at_left_and_continued_from_there() {
    let mut terminal = start(&["iris", "--paused", "--export", "final.json"]);
    let present = export(&mut terminal, "a.json");
    type_command(&mut terminal, "rewind 12", "epoch 12 of 20");
    terminal.wait_for("earlier");
    let twelve = terminal.folder.path().join("twelve.json");
    export(&mut terminal, "twelve.json");
    let model = model_file::load(&twelve).expect("it is a model");
    assert_eq!(model.training.epochs, 12);
    terminal.press(ESCAPE);
    terminal.wait_for("paused");
    terminal.wait_for_number("epoch", |epoch| epoch == 20);
    assert!(present == export(&mut terminal, "b.json"), "untouched");

    type_command(&mut terminal, "rewind step 22", "epoch 5/20, step 22");
    terminal.press("S");
    terminal.wait_for_number("epoch", |epoch| epoch == 6);
    terminal.wait_for("until epoch 20");
    terminal.press("z");
    terminal.wait_for_number("epoch", |epoch| epoch == 20);
    assert!(present == export(&mut terminal, "c.json"), "the run before");

    // What the run leaves is its present.
    type_command(&mut terminal, "rewind 3", "epoch 3 of 20");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    let last = terminal.folder.path().join("final.json");
    let last = model_file::load(&last).expect("it is a model");
    assert!(last.training.epochs > 3, "not the moment that was shown");
}
