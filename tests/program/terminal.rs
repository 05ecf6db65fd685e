//! Terminal tests: the real binary in a pseudo-terminal is started, steered, resized, suspended and
//! killed, and restores the terminal each time.
#![cfg(unix)]

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::{Finish, program, state_folder};

pub(super) const PATIENCE: Duration = Duration::from_secs(20);
pub(super) const ENTER: &str = "\r";
pub(super) const ESCAPE: &str = "\x1b";
const BACKSPACE: &str = "\x7f";

/// Pseudo-terminal with the program running in it.
pub(super) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    input: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    screen: Arc<Mutex<vt100::Parser>>,
    output: Arc<Mutex<Vec<u8>>>,
    settings_before: String,
    pub(super) folder: tempfile::TempDir,
    /// Whether nobody reads what the program writes.
    is_stalled: Arc<AtomicBool>,
    /// Folders to delete after the program.
    others: Vec<tempfile::TempDir>,
}

impl Terminal {
    pub(super) fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[])
    }

    pub(super) fn start_with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_nn-tui"));
        command.args(arguments);
        Self::start_command(command, variables)
    }

    /// Starts the program in a shell pipeline after `writer`.
    fn start_behind(writer: &str, arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new("sh");
        let program = env!("CARGO_BIN_EXE_nn-tui");
        command.args(["-c", &format!("{writer} | \"$0\" - \"$@\""), program]);
        command.args(arguments);
        Self::start_command(command, &[])
    }

    pub(super) fn start_command(mut command: CommandBuilder, variables: &[(&str, &str)]) -> Self {
        let size = PtySize {
            rows: 24,
            cols: 80,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system()
            .openpty(size)
            .expect("a pseudo-terminal");
        let settings_before = settings(&*pair.master);
        let folder = tempfile::tempdir().expect("a folder");
        command.cwd(folder.path());
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("RUST_BACKTRACE", "0");
        for variable in ["LC_ALL", "NO_COLOR", "COLORTERM", "COLORFGBG"] {
            command.env_remove(variable);
        }
        let inherited = std::env::var_os("XDG_STATE_HOME");
        if command.get_env("XDG_STATE_HOME") == inherited.as_deref() {
            command.env("XDG_STATE_HOME", state_folder());
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair
            .slave
            .spawn_command(command)
            .expect("the program starts");
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let screen = Arc::new(Mutex::new(vt100::Parser::new(cells(24), cells(80), 0)));
        let output = Arc::new(Mutex::new(Vec::new()));
        let (its_screen, its_output) = (Arc::clone(&screen), Arc::clone(&output));
        let is_stalled = Arc::new(AtomicBool::new(false));
        let stalls = Arc::clone(&is_stalled);
        thread::spawn(move || {
            let mut bytes = [0; 1 << 14];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                while stalls.load(Ordering::Relaxed) {
                    sleep(Duration::from_millis(10));
                }
                its_screen.lock().unwrap().process(&bytes[..count]);
                its_output
                    .lock()
                    .unwrap()
                    .extend_from_slice(&bytes[..count]);
            }
        });
        Self {
            input: pair.master.take_writer().expect("a writer"),
            master: pair.master,
            child,
            screen,
            output,
            settings_before,
            folder,
            is_stalled,
            others: Vec::new(),
        }
    }

    /// Stops reading what the program writes, and has it write more than the terminal holds.
    pub(super) fn stall(&mut self) {
        self.is_stalled.store(true, Ordering::Relaxed);
        for _ in 0..60 {
            self.press("\x0c");
            sleep(Duration::from_millis(20));
        }
    }

    /// Stops reading what the program writes; the terminal holds some more.
    pub(super) fn pause(&mut self) {
        self.is_stalled.store(true, Ordering::Relaxed);
        // The reader is waiting, and takes what comes next.
        self.press("\x0c");
        sleep(Duration::from_millis(300));
    }

    /// Reads again what the program writes.
    pub(super) fn go_on(&self) {
        self.is_stalled.store(false, Ordering::Relaxed);
    }

    /// Returns whether the terminal has the settings it had before the program.
    fn has_old_settings(&self) -> bool {
        settings(&*self.master) == self.settings_before
    }

    pub(super) fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    pub(super) fn press(&mut self, keys: &str) {
        self.send(keys.as_bytes());
    }

    pub(super) fn send(&mut self, bytes: &[u8]) {
        self.input.write_all(bytes).expect("it reads");
        self.input.flush().expect("it reads");
    }

    /// Stops reading, and fills the terminal with all bytes that it takes from other programs, but for `room`.
    pub(super) fn fill_but_for(&self, room: usize) {
        let scratch = native_pty_system()
            .openpty(PtySize::default())
            .expect("a pseudo-terminal");
        let capacity = fill(&*scratch.master, usize::MAX);
        self.is_stalled.store(true, Ordering::Relaxed);
        // The reader is waiting, and takes what comes next.
        fill(&*self.master, 1);
        sleep(Duration::from_millis(50));
        fill(&*self.master, capacity - room);
    }

    pub(super) fn output(&self) -> String {
        String::from_utf8_lossy(&self.output.lock().unwrap()).into_owned()
    }

    /// Waits until the screen fulfils `wanted`, and returns its text.
    pub(super) fn wait_until(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let start = Instant::now();
        loop {
            let text = self.text();
            if wanted(&text) {
                return text;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "waited for {what}; the screen is\n{text}"
            );
            sleep(Duration::from_millis(10));
        }
    }

    pub(super) fn wait_for(&self, shown: &str) -> String {
        self.wait_until(shown, |text| text.contains(shown))
    }

    /// Returns the number after `label` in the header.
    fn number(&self, label: &str) -> Option<u64> {
        let text = self.text();
        let header: Vec<&str> = text.lines().nth(1)?.split_whitespace().collect();
        let at = header.iter().position(|&word| word == label)?;
        header.get(at + 1)?.parse().ok()
    }

    pub(super) fn wait_for_number(&self, label: &str, wanted: impl Fn(u64) -> bool) -> u64 {
        let start = Instant::now();
        loop {
            if let Some(number) = self.number(label).filter(|&number| wanted(number)) {
                return number;
            }
            let text = self.text();
            assert!(
                start.elapsed() < PATIENCE,
                "waited for {label}; the screen is\n{text}"
            );
            sleep(Duration::from_millis(10));
        }
    }

    pub(super) fn resize(&self, cols: u16, rows: u16) {
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.screen
            .lock()
            .unwrap()
            .screen_mut()
            .set_size(cells(rows), cells(cols));
        self.master.resize(size).expect("it is resized");
    }

    pub(super) fn signal(&self, name: &str) {
        let id = self.child.process_id().expect("it runs").to_string();
        let status = Command::new("kill").args([name, &id]).status();
        assert!(status.expect("kill runs").success());
    }

    /// Sends a signal to a program that may have ended.
    pub(super) fn try_signal(&self, name: &str) {
        if let Some(id) = self.child.process_id() {
            let mut kill = Command::new("kill");
            let _ = kill
                .args([name, &id.to_string()])
                .stderr(std::process::Stdio::null())
                .status();
        }
    }

    /// Sends a signal twice. A single process sends both, so that the gap is not that of starting
    /// another one.
    pub(super) fn signal_twice(&self, name: &str, gap: Duration) {
        let id = self.child.process_id().expect("it runs");
        let script = format!(
            "kill -s {name} {id}; sleep {}; kill -s {name} {id} 2>&-; true",
            gap.as_secs_f64()
        );
        let status = Command::new("bash").args(["-c", &script]).status();
        assert!(status.expect("bash runs").success());
    }

    /// Waits until the program ends, and returns its exit code.
    pub(super) fn exit_code(&mut self) -> u32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                // What it wrote last may still be on its way.
                sleep(Duration::from_millis(100));
                return status.exit_code();
            }
            assert!(
                start.elapsed() < PATIENCE,
                "it does not end; the screen is\n{}",
                self.text()
            );
            sleep(Duration::from_millis(10));
        }
    }

    /// Returns the terminal modes that were not restored.
    pub(super) fn left_behind(&self) -> Vec<&'static str> {
        let parser = self.screen.lock().unwrap();
        let screen = parser.screen();
        let mouse_is_off = screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None;
        let checks = [
            ("alternate screen", !screen.alternate_screen()),
            ("hidden cursor", !screen.hide_cursor()),
            ("bracketed paste", !screen.bracketed_paste()),
            ("mouse", mouse_is_off),
            ("raw mode", self.has_old_settings()),
        ];
        let wrong = checks.into_iter().filter(|(_, is_right)| !is_right);
        wrong.map(|(name, _)| name).collect()
    }

    pub(super) fn assert_given_back(&self) {
        assert_eq!(self.left_behind(), [""; 0], "after\n{}", self.text());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes up to `count` bytes to a terminal, as a program on it. Returns how many it takes.
fn fill(master: &dyn MasterPty, count: usize) -> usize {
    use rustix::fs::{Mode, OFlags, open};
    const PART: usize = 64;
    const PATIENCE: u32 = 8;
    let name = master.tty_name().expect("it has a name");
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
    let mut terminal = std::fs::File::from(open(name, flags, Mode::empty()).expect("opened"));
    let (mut written, mut refused) = (0, 0);
    while written < count && refused < PATIENCE {
        match terminal.write(&[b'x'; PART][..PART.min(count - written)]) {
            Ok(length) => (written, refused) = (written + length, 0),
            Err(_) => {
                // The system moves what it has taken to where it is read from.
                refused += 1;
                sleep(Duration::from_millis(3));
            }
        }
    }
    written
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a terminal has cells")
}

fn settings(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("terminal settings"))
}

#[test]
fn a_person_steers_a_training_and_leaves() {
    let mut terminal = Terminal::start(&["iris"]);
    terminal.wait_for("training");
    terminal.wait_for("sepal");
    terminal.wait_for_number("epoch", |epoch| epoch > 3);
    assert!(
        !terminal.left_behind().is_empty(),
        "it has taken the terminal"
    );

    terminal.press(" ");
    terminal.wait_for("paused");
    let step = terminal.number("step").expect("a step");
    sleep(Duration::from_millis(200));
    assert_eq!(terminal.number("step"), Some(step), "paused is paused");
    terminal.press("s");
    terminal.wait_for_number("step", |now| now == step + 1);
    terminal.press("S");
    let epoch = terminal.number("epoch").unwrap();
    terminal.wait_for_number("epoch", |now| now == epoch + 1);

    terminal.press("l0.05");
    terminal.wait_for("learning rate");
    terminal.press(ENTER);
    terminal.wait_for("lr 0.05");
    terminal.press("+");
    terminal.wait_for("lr 0.1");
    terminal.press("-");
    terminal.wait_for("lr 0.05");
    terminal.press("lfast");
    terminal.press(ENTER);
    terminal.wait_for("a number above 0");
    terminal.press(ESCAPE);
    terminal.wait_until("the prompt's end", |text| !text.contains("above 0"));

    terminal.press("?");
    terminal.wait_for("one mini-batch, then pause");
    terminal.press("q");
    terminal.wait_until("the help's end", |text| !text.contains("mini-batch"));

    terminal.press(" ");
    terminal.wait_for("training");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_given_back();
}

#[test]
fn a_model_is_saved_and_not_replaced_unasked() {
    let mut terminal = Terminal::start(&["iris", "--paused"]);
    terminal.wait_for("paused");
    terminal.press("S");
    terminal.wait_for_number("epoch", |epoch| epoch == 1);
    terminal.press("w");
    terminal.wait_for("Save model");
    terminal.press(ENTER);
    terminal.wait_for("saved iris.json");
    let path = terminal.folder.path().join("iris.json");
    let first = std::fs::read(&path).expect("it was written");
    assert_eq!(nn_tui::model_file::load(&path).unwrap().training.epochs, 1);

    terminal.press("S");
    terminal.wait_for_number("epoch", |epoch| epoch == 2);
    terminal.press("w");
    terminal.wait_for("Save model");
    terminal.press(ENTER);
    terminal.wait_for("Replace file?");
    terminal.press("n");
    terminal.wait_until("no question", |text| !text.contains("Replace file?"));
    assert_eq!(std::fs::read(&path).unwrap(), first);
    terminal.press("w");
    terminal.wait_for("Save model");
    terminal.press(ENTER);
    terminal.wait_for("Replace file?");
    terminal.press("y");
    terminal.wait_for("saved iris.json");
    assert_eq!(nn_tui::model_file::load(&path).unwrap().training.epochs, 2);
    let left: Vec<_> = std::fs::read_dir(terminal.folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "no temporary file is left");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
}

/// After 60 epochs at a high rate the best epoch is an earlier one.
#[test]
fn an_arrow_in_the_dialog_saves_the_best_epoch() {
    let mut terminal = Terminal::start(&["wine", "--paused", "--lr", "0.05", "--pace", "full"]);
    terminal.wait_for("paused");
    terminal.press("60S");
    terminal.wait_for_number("epoch", |epoch| epoch == 60);
    terminal.press("w");
    terminal.wait_for("current weights (epoch 60)");
    terminal.press("\x1b[A");
    terminal.wait_for("· ↑ ↓: current weights");
    terminal.press(ENTER);
    terminal.wait_for("saved wine.json");
    let path = terminal.folder.path().join("wine.json");
    let training = nn_tui::model_file::load(&path).unwrap().training;
    assert!(training.epochs < 60, "{training:?}");
    assert_eq!(training.best_of, Some(60));
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn any_size_at_any_moment() {
    let mut terminal = Terminal::start(&["digits"]);
    terminal.wait_for("training");
    for (cols, rows) in [
        (120, 36),
        (200, 60),
        (39, 11),
        (1, 1),
        (300, 5),
        (64, 18),
        (80, 24),
    ] {
        terminal.resize(cols, rows);
        sleep(Duration::from_millis(60));
    }
    terminal.wait_for("training");
    terminal.wait_for("quit");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_given_back();
}

#[test]
fn the_mouse_and_the_views() {
    let mut terminal = Terminal::start(&["iris", "--paused"]);
    terminal.wait_for("Confusion");
    terminal.press("\t");
    terminal.wait_until("the network alone", |text| !text.contains("Confusion"));
    terminal.press("\x1b[Z");
    terminal.wait_for("Confusion");
    // A click into the lower right corner, then enter.
    terminal.press("\x1b[<0;75;20M\x1b[<0;75;20m");
    terminal.press(ENTER);
    terminal.wait_until("one panel", |text| {
        text.contains("Confusion") && !text.contains("Weights")
    });
    terminal.press(ESCAPE);
    terminal.wait_for("Weights");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_given_back();
}

#[test]
fn a_change_of_the_learning_rate_is_marked_in_the_chart() {
    let mut terminal = Terminal::start(&["iris", "--paused", "--batch", "16"]);
    terminal.resize(120, 36);
    terminal.wait_for("paused");
    terminal.press("S");
    terminal.wait_for_number("epoch", |epoch| epoch == 1);
    terminal.press("+");
    terminal.wait_for("lr 0.005");
    assert!(!terminal.text().contains("▾ lr"));
    terminal.press("S");
    terminal.wait_for("▾ lr 0.005");
    terminal.wait_for_number("epoch", |epoch| epoch == 2);
    terminal.wait_for("epoch 2");
    // The pointer shows the numbers of an epoch, and the wheel zooms.
    terminal.press("\x1b[<35;115;9M");
    terminal.wait_for("epoch 2 ·");
    terminal.press("\x1b[<64;115;9M");
    terminal.wait_for("Loss · zoom");
    terminal.press("0");
    terminal.wait_until("everything", |text| !text.contains("zoom"));
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_given_back();
    terminal.wait_for("iris: 2 epochs · best epoch 2, validation loss ");
}

#[test]
fn help_is_searched_and_the_screen_is_saved() {
    let mut terminal = Terminal::start(&["iris", "--paused"]);
    terminal.wait_for("Confusion");
    // A click on the third view.
    let row = terminal
        .text()
        .lines()
        .nth(1)
        .expect("the view bar")
        .to_owned();
    let column = row.find("cur").expect("the view") + 1;
    terminal.press(&format!("\x1b[<0;{column};2M\x1b[<0;{column};2m"));
    terminal.wait_until("the curves", |text| !text.contains("Weights"));
    terminal.press("?");
    terminal.wait_for("Keys (/: search");
    terminal.press("/screenshot");
    let found = terminal.wait_for(":screenshot PATH");
    assert!(!found.contains(":checkpoint"), "{found}");
    // Two escapes in one read would be one key.
    terminal.press(ESCAPE);
    terminal.wait_for("Keys (/: search");
    terminal.press(ESCAPE);
    terminal.wait_for("Accuracy");
    terminal.press(":screenshot shown.svg\r");
    terminal.wait_for("saved shown.svg");
    let picture = std::fs::read_to_string(terminal.folder.path().join("shown.svg"));
    let picture = picture.expect("written");
    assert!(
        picture.starts_with("<svg") && picture.contains("Accuracy"),
        "{picture}"
    );
    terminal.press(":screenshot shown.svg\r");
    let refused = terminal.wait_for("shown.svg already exists");
    assert!(!refused.contains("--force"), "{refused}");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_given_back();
}

#[test]
fn the_data_are_described_at_any_time() {
    let mut terminal = Terminal::start(&["iris", "--paused"]);
    terminal.wait_for("Confusion");
    // The last view but three is the fourth one backwards.
    terminal.press("\x1b[Z\x1b[Z\x1b[Z\x1b[Z");
    terminal.wait_for("baseline");
    terminal.wait_for("petal length");
    // Another seed, another split; there is room for the seed in a wide header.
    terminal.resize(160, 36);
    terminal.press("R");
    terminal.wait_for("seed 1");
    terminal.wait_for("baseline");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_given_back();
}

#[test]
fn from_a_cell_and_from_a_list_to_the_row_in_the_network() {
    let mut terminal = Terminal::start(&["iris", "--paused"]);
    terminal.wait_for("paused");
    terminal.press("10S");
    terminal.wait_for_number("epoch", |epoch| epoch == 10);
    terminal.wait_for("paused");
    // The curves, and in them the confusion matrix, which fills the screen.
    terminal.press("\t\t\x1b[C\r");
    terminal.wait_for("validation rows correct");
    // The uppermost cell on the left: setosas that are recognised, of which there are some.
    terminal.press("kkkhhh");
    terminal.wait_for("setosa rows predicted correctly");
    terminal.press("\r");
    terminal.wait_for(": setosa correct");
    terminal.wait_for("sepal");
    terminal.press(ESCAPE);
    terminal.wait_for("enter: show them");
    terminal.press("x");
    terminal.press("B");
    terminal.wait_for("validation row 1 of 30");
    terminal.wait_for("predicted");
    terminal.press("\x1b[B\r");
    terminal.wait_for("row 2 of 30");
    terminal.wait_for("softmax");
    // A click on a row of the list, and one more.
    terminal.press(ESCAPE);
    terminal.wait_for("predicted");
    for _ in 0..2 {
        terminal.press("\x1b[<0;20;10M\x1b[<0;20;10m");
    }
    terminal.wait_for("row 6 of 30");
    terminal.wait_for("softmax");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_given_back();
}

#[test]
fn a_run_on_the_screen_is_logged_from_start_to_end() {
    let options = ["iris", "--paused", "--log", "run.jsonl"];
    let mut terminal = Terminal::start(&options);
    terminal.wait_for("paused");
    for epoch in 1..=3 {
        terminal.press("S");
        terminal.wait_for_number("epoch", |now| now == epoch);
    }
    terminal.press("+");
    terminal.wait_for("lr 0.005");
    let path = terminal.folder.path().join("run.jsonl");
    let log = || {
        let text = std::fs::read_to_string(&path).expect("a log");
        let lines = text.lines().map(serde_json::from_str);
        lines
            .collect::<Result<Vec<serde_json::Value>, _>>()
            .expect("whole lines")
    };
    terminal.wait_until("a log that grows", |_| log().len() == 5);
    terminal.press("r");
    terminal.wait_for_number("epoch", |epoch| epoch == 0);
    terminal.press("S");
    terminal.wait_for_number("epoch", |epoch| epoch == 1);
    terminal.press("q");
    terminal.exit_code();
    terminal.assert_given_back();
    let log = log();
    let names: Vec<&str> = log
        .iter()
        .filter_map(|event| event["event"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "started", "epoch", "epoch", "epoch", "changed", "started", "epoch", "finished"
        ]
    );
    assert_eq!(log[4]["change"]["learning_rate"], 0.005);
    assert_eq!(log[6]["epoch"], 1);
    assert_eq!(log[7]["reason"], "quit");
    assert_eq!(log[7]["epoch"], 1);
    assert!(
        log[7]["validation"]["accuracy"].is_number(),
        "scores of the paused network"
    );

    let mut terminal = Terminal::start(&["iris", "--log", "no/run.jsonl"]);
    assert_eq!(terminal.exit_code(), 73);
    assert!(
        terminal.text().contains("no/run.jsonl"),
        "{}",
        terminal.text()
    );
}

#[test]
fn control_c_always_quits() {
    let mut terminal = Terminal::start(&["iris"]);
    terminal.wait_for("training");
    terminal.press("w");
    terminal.wait_for("Save model");
    terminal.press("\x03");
    assert_eq!(terminal.exit_code(), 130);
    terminal.assert_given_back();
}

#[test]
fn control_l_draws_everything_again() {
    let mut terminal = Terminal::start(&["iris", "--paused"]);
    terminal.wait_for("Confusion");
    for popup in ["", "?", ":"] {
        terminal.press(popup);
        // What another program writes to the terminal stays until every cell is drawn.
        let other = b"\x1b[2J\x1b[Hwritten over it";
        terminal.screen.lock().unwrap().process(other);
        assert!(!terminal.text().contains("paused"));
        terminal.press("\x0c");
        terminal.wait_until("the screen", |text| {
            text.contains("paused") && !text.contains("written over it")
        });
        terminal.press(ESCAPE);
    }
    terminal.press("\x03");
    assert_eq!(terminal.exit_code(), 130);
    terminal.assert_given_back();
}

#[test]
fn a_terminal_without_escape_sequences_gets_no_screen() {
    for (name, reason) in [("dumb", "TERM is dumb"), ("", "TERM is not set")] {
        let variables = [("TERM", name)];
        let mut terminal = Terminal::start_with(&["sine", "--epochs", "3"], &variables);
        assert_eq!(terminal.exit_code(), 0);
        terminal.wait_for(&format!("nn-tui: {reason}: training without the screen"));
        terminal.wait_for("validation");
        let output = terminal.output.lock().unwrap();
        assert!(!output.contains(&0x1b), "an escape sequence");
    }
}

/// Suspends the program by a key or a signal, and resumes it until it shows `shown`.
fn suspend_and_continue(terminal: &mut Terminal, how: &str, shown: &str) {
    match how.strip_prefix('-') {
        Some(_) => terminal.signal(how),
        None => terminal.press(how),
    }
    let start = Instant::now();
    while !is_stopped(terminal) {
        assert!(start.elapsed() < PATIENCE, "it does not stop");
        sleep(Duration::from_millis(10));
    }
    sleep(Duration::from_millis(100));
    terminal.assert_given_back();
    terminal.signal("-CONT");
    terminal.wait_for(shown);
    assert!(
        !terminal.left_behind().is_empty(),
        "it has the terminal again"
    );
}

#[test]
fn suspended_and_brought_back() {
    let mut terminal = Terminal::start(&["iris"]);
    terminal.wait_for_number("epoch", |epoch| epoch > 1);
    for how in ["\x1a", "-TSTP"] {
        suspend_and_continue(&mut terminal, how, "training");
        let epoch = terminal.number("epoch").unwrap();
        terminal.wait_for_number("epoch", |now| now > epoch);
    }
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_given_back();
}

fn is_stopped(terminal: &Terminal) -> bool {
    let id = terminal.child.process_id().expect("it runs").to_string();
    let output = Command::new("ps").args(["-o", "stat=", "-p", &id]).output();
    output.expect("ps runs").stdout.starts_with(b"T")
}

#[test]
fn a_panic_of_the_screen_gives_the_terminal_back() {
    let mut terminal = Terminal::start_with(&["iris"], &[("NN_TUI_FAULT", "screen")]);
    assert_eq!(terminal.exit_code(), 101);
    terminal.assert_given_back();
    terminal.wait_for("a fault was asked for");
}

/// However short the run was, and whether there was a file before or not.
#[test]
fn a_panic_of_the_screen_leaves_the_model() {
    let fault = &[("NN_TUI_FAULT", "screen")];
    let options = ["iris", "--pace", "20", "--export", "m.json"];
    let mut terminal = Terminal::start_with(&options, fault);
    assert_eq!(terminal.exit_code(), 101);
    terminal.wait_for("saved the model as");
    let model = terminal.folder.path().join("m.json");
    let epochs = |path| nn_tui::model_file::load(path).map(|model| model.training.epochs);
    assert!(epochs(&model).is_ok_and(|epochs| epochs > 0));

    std::fs::write(&model, "{}").expect("written");
    let path = model.to_str().expect("UTF-8");
    let forced = ["iris", "--export", path, "--force"];
    let mut again = Terminal::start_with(&forced, fault);
    assert_eq!(again.exit_code(), 101);
    assert!(epochs(&model).is_ok_and(|epochs| epochs > 0));
}

#[test]
fn a_panic_of_the_training_is_shown_and_the_weights_can_be_saved() {
    let mut terminal = Terminal::start_with(&["iris"], &[("NN_TUI_FAULT", "training")]);
    terminal.wait_for("a fault was asked for");
    terminal.wait_for("failed");
    assert!(!terminal.left_behind().is_empty(), "the screen goes on");
    terminal.press("w");
    terminal.wait_for("Save model");
    terminal.press(ENTER);
    terminal.wait_for("saved iris.json");
    let saved = terminal.folder.path().join("iris.json");
    assert!(nn_tui::model_file::load(&saved).is_ok());
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 1);
    terminal.assert_given_back();
}

#[test]
fn the_screen_changes_nothing_about_the_weights() {
    let arguments = ["iris", "--epochs", "30", "--export", "out.json"];
    let on_screen = ["--paused", "--pace", "20"];
    let mut terminal = Terminal::start(&[&arguments[..], &on_screen].concat());
    terminal.wait_for("paused");
    // Paused and resumed by turns, in all far from the thirty epochs.
    for keys in [
        "s", "S", "\t", "S", " ", " ", "\t", "?", "x", "]", " ", "v", "s",
    ] {
        terminal.press(keys);
        sleep(Duration::from_millis(60));
    }
    terminal.resize(120, 36);
    // crossterm may hold back a key that comes at the very moment of a resize until the next one.
    terminal.wait_until("the new size", |text| {
        text.contains("network curves") && text.contains("paused")
    });
    sleep(Duration::from_millis(200));
    terminal.press(" ");
    terminal.wait_for("finished");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    let watched = std::fs::read(terminal.folder.path().join("out.json")).expect("exported");

    let folder = tempfile::tempdir().unwrap();
    let output = program([&arguments[..], &["--headless"]].concat())
        .current_dir(folder.path())
        .finish();
    assert!(output.status.success());
    assert_eq!(
        watched,
        std::fs::read(folder.path().join("out.json")).unwrap()
    );
}

#[test]
fn no_color_means_none() {
    let mut terminal = Terminal::start_with(&["iris"], &[("NO_COLOR", "1")]);
    terminal.wait_for_number("epoch", |epoch| epoch > 3);
    terminal.press("q");
    terminal.exit_code();
    let output = terminal.output.lock().unwrap().clone();
    for sequence in output.split(|&byte| byte == 0x1b).skip(1) {
        let Some(body) = sequence.strip_prefix(b"[") else {
            continue;
        };
        let end = body.iter().position(u8::is_ascii_alphabetic);
        let Some(end) = end.filter(|&end| body[end] == b'm') else {
            continue;
        };
        let codes = String::from_utf8_lossy(&body[..end]);
        for code in codes.split(';').filter_map(|code| code.parse::<u32>().ok()) {
            let is_colour = (30..=38).contains(&code) || (40..=48).contains(&code) || code >= 90;
            assert!(!is_colour, "a colour: {codes}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_paused_program_uses_no_processor() {
    let mut terminal = Terminal::start(&["digits", "--paused"]);
    terminal.wait_for("paused");
    terminal.wait_for("Confusion");
    sleep(Duration::from_millis(500));
    let before = ticks(&terminal);
    sleep(Duration::from_millis(1500));
    let used = ticks(&terminal) - before;
    // A hundredth of a second each.
    assert!(used <= 2, "{used} ticks");
    terminal.press("q");
    terminal.exit_code();
}

#[cfg(target_os = "linux")]
fn ticks(terminal: &Terminal) -> u64 {
    let id = terminal.child.process_id().expect("it runs");
    let stat = std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("stat"));
    let stat = stat.expect("it runs");
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

/// Write end of a named pipe in a terminal's folder.
struct Pipe(std::fs::File);

impl Pipe {
    /// Starts the program on a named pipe and opens its write end.
    fn start(more: &[&str], variables: &[(&str, &str)]) -> (Terminal, Self) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rows.csv");
        let status = Command::new("mkfifo").arg(&path).status();
        assert!(status.expect("mkfifo runs").success());
        let shown = path.to_string_lossy().into_owned();
        let mut terminal = Terminal::start_with(&[&[&*shown], more].concat(), variables);
        terminal.wait_for("no data received yet");
        assert!(!terminal.left_behind().is_empty(), "it has the terminal");
        // The program finds it by its path, so the folder lives as long as the terminal.
        terminal.others.push(folder);
        let file = std::fs::OpenOptions::new().write(true).open(path);
        let mut pipe = Self(file.expect("it is read"));
        pipe.write("x,y,kind\n");
        (terminal, pipe)
    }

    fn write(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).expect("it is read");
    }

    /// Writes more rows than are needed to infer the columns.
    fn write_rows(&mut self) {
        self.write(&"1.25,2.5,red\n3.75,4.5,blue\n".repeat(60_000));
    }
}

/// Returns whether the screen counts rows.
fn reads_rows(screen: &str) -> bool {
    let mut lines = screen.lines().filter_map(|line| line.split_once("rows  "));
    lines.any(|(_, count)| count.trim_start().starts_with(|c| ('1'..='9').contains(&c)))
}

#[test]
fn loading_is_watched_until_the_training_starts() {
    let (mut terminal, mut pipe) = Pipe::start(&[], &[]);
    // The header has come, too little to know the columns by.
    terminal.wait_for("9 bytes");
    pipe.write_rows();
    let screen = terminal.wait_until("rows", reads_rows);
    assert!(!screen.contains('%'), "of how many? {screen}");
    for (cols, rows) in [(120, 36), (39, 11), (1, 1), (40, 12), (80, 24)] {
        terminal.resize(cols, rows);
        sleep(Duration::from_millis(60));
    }
    terminal.wait_for("cancel");
    // Keys of the training mean nothing yet.
    terminal.press(" ws");
    drop(pipe);
    terminal.wait_for("training");
    terminal.wait_for_number("epoch", |epoch| epoch > 3);
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_given_back();
}

#[test]
fn loading_can_be_cancelled_however_it_hangs() {
    for (key, code) in [("q", 0), (ESCAPE, 0), ("\x03", 130)] {
        let (mut terminal, mut pipe) = Pipe::start(&["--export", "out.json"], &[]);
        pipe.write_rows();
        terminal.wait_until("rows", reads_rows);
        terminal.press(key);
        assert_eq!(terminal.exit_code(), code, "{key:?}");
        terminal.assert_given_back();
        assert_eq!(terminal.text().trim(), "", "nothing is left to be said");
        let left: Vec<_> = std::fs::read_dir(terminal.folder.path()).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn signals_end_the_loading() {
    for (signal, code) in [("-TERM", 143), ("-INT", 130), ("-HUP", 129)] {
        let (mut terminal, pipe) = Pipe::start(&[], &[]);
        terminal.signal(signal);
        assert_eq!(terminal.exit_code(), code, "{signal}");
        terminal.assert_given_back();
        drop(pipe);
    }
}

#[test]
fn loading_is_suspended_and_brought_back() {
    let (mut terminal, mut pipe) = Pipe::start(&[], &[]);
    for how in ["\x1a", "-TSTP"] {
        suspend_and_continue(&mut terminal, how, "cancel");
    }
    pipe.write_rows();
    drop(pipe);
    terminal.wait_for("training");
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_given_back();
}

#[test]
fn rows_from_a_pipe_leave_the_keys_to_the_terminal() {
    let rows = "yes \"$(printf '1,2,red\\n3,4,blue')\" | head -n 40000";
    let writer = format!("(printf 'x,y,kind\\n'; sleep 1; {rows})");
    let mut terminal = Terminal::start_behind(&writer, &["--paused"]);
    terminal.wait_for("9 bytes");
    terminal.wait_for("paused");
    terminal.press("s");
    terminal.wait_for_number("step", |step| step == 1);
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_given_back();
}

/// Under a shell with job control, which waits while any process of the job runs.
#[test]
fn the_writer_of_the_pipeline_is_suspended_too() {
    let script = "set -m
        (yes 1,2,red 2>&- | head -n 200000; while printf '1,2,red\\n'; do sleep 0.1; done) 2>&- | \"$0\" -
        echo the job has stopped; read line; fg
        echo it ended: $?";
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_nn-tui")]);
    let mut terminal = Terminal::start_command(command, &[]);
    terminal.wait_until("rows", reads_rows);
    terminal.press("\x1a");
    terminal.wait_for("the job has stopped");
    terminal.assert_given_back();
    terminal.press(ENTER);
    terminal.wait_for("cancel");
    terminal.press("q");
    terminal.wait_for("it ended: 0");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_given_back();
}

#[test]
fn one_update_is_walked_through_and_the_network_changed_by_hand() {
    let options = ["iris", "--hidden", "4", "--batch", "2", "--paused"];
    let mut terminal = Terminal::start(&options);
    terminal.wait_for("paused");
    terminal.press("s");
    terminal.wait_for_number("step", |step| step == 1);
    // Two rows with five phases each (two layers forward, the loss, two backward), and the update.
    terminal.press("p");
    terminal.wait_for("1/2 · forward 1");
    assert_eq!(terminal.number("step"), Some(1), "nothing is learned yet");
    terminal.press("9p");
    terminal.wait_for("row 2 of 2 · backward 1");
    assert_eq!(terminal.number("step"), Some(1));
    terminal.press("p");
    terminal.wait_for("updated");
    terminal.wait_for_number("step", |step| step == 2);
    terminal.press(BACKSPACE);
    terminal.wait_for_number("step", |step| step == 1);
    terminal.press("p");
    terminal.wait_for_number("step", |step| step == 2);

    // The inspector opens on a hidden neuron; enter goes to its weights.
    terminal.press("i");
    terminal.wait_for("Neuron 1 of layer 1");
    terminal.press(ENTER);
    terminal.wait_for("Weight w");
    terminal.press("E");
    terminal.wait_for("enter: apply");
    terminal.press("0.5");
    terminal.press(ENTER);
    terminal.wait_for("= 0.5 · z: undo");
    terminal.press("z");
    terminal.wait_for("undone: w");

    terminal.press(":lr 0.05");
    terminal.press(ENTER);
    terminal.wait_for("lr 0.05");
    terminal.press(":hid\t6,5");
    terminal.press(ENTER);
    terminal.wait_for("4 → 6 → 5 → 3");
    terminal.press(":activation step");
    terminal.press(ENTER);
    terminal.wait_for("activation takes one of sigmoid, tanh, relu");
    terminal.press(ESCAPE);
    terminal.wait_until("the line's end", |text| !text.contains("takes one of"));
    terminal.press(":set w9[1,1] 3");
    terminal.press(ENTER);
    terminal.wait_for("layers are 1 to 3");
    terminal.press(ESCAPE);
    terminal.wait_until("the line's end", |text| !text.contains("layers are"));

    terminal.press("g");
    terminal.wait_until("the check", |text| {
        text.contains("Gradient check") && text.contains("Passed")
    });
    terminal.press(ESCAPE);
    terminal.wait_until("its end", |text| !text.contains("Gradient check"));
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_given_back();
}

#[test]
fn what_is_wrong_with_the_data_is_said_on_a_terminal_given_back() {
    let (mut terminal, mut pipe) = Pipe::start(&[], &[]);
    pipe.write_rows();
    terminal.wait_until("rows", reads_rows);
    pipe.write("wide,1,red\n");
    drop(pipe);
    assert_eq!(terminal.exit_code(), 65);
    terminal.assert_given_back();
    let text = terminal.text().replace('\n', "");
    assert!(
        text.contains("line 120002, column 1 (x): expected a number, found \"wide\""),
        "{text}"
    );
}

#[test]
fn a_panic_of_the_loading_gives_the_terminal_back() {
    let (mut terminal, mut pipe) = Pipe::start(&[], &[("NN_TUI_FAULT", "loading")]);
    pipe.write_rows();
    terminal.wait_until("rows", reads_rows);
    drop(pipe);
    assert_eq!(terminal.exit_code(), 1);
    terminal.assert_given_back();
    terminal.wait_for("nn-tui: loading failed: a fault was asked for");
}

#[test]
fn what_loads_at_once_shows_no_other_screen() {
    // A machine that is busy with other tests may be slow once or twice.
    let shows_another = || {
        let mut terminal = Terminal::start(&["iris"]);
        terminal.wait_for("training");
        terminal.press("q");
        assert_eq!(terminal.exit_code(), 0);
        let output = terminal.output.lock().unwrap();
        String::from_utf8_lossy(&output).contains("loading")
    };
    assert!((0..3).any(|_| !shows_another()));
}

/// Checks the harness: a killed program cannot restore the terminal.
#[test]
fn a_kill_leaves_the_terminal_taken() {
    let mut terminal = Terminal::start(&["iris"]);
    terminal.wait_for("training");
    terminal.signal("-KILL");
    terminal.exit_code();
    let left = terminal.left_behind();
    for name in [
        "alternate screen",
        "hidden cursor",
        "bracketed paste",
        "mouse",
        "raw mode",
    ] {
        assert!(left.contains(&name), "{name} is not noticed: {left:?}");
    }
}
