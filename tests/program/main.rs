//! Program tests: the real binary, started as by a shell; its output streams and exit codes.

mod answers;
mod cases;
mod checks;
mod columns;
mod dates;
mod evaluations;
#[cfg(unix)]
mod everyday;
mod exits;
mod headless;
#[cfg(unix)]
mod input;
mod languages;
mod lessons;
#[cfg(target_os = "linux")]
mod memory;
mod messages;
mod predictions;
#[cfg(unix)]
mod race;
mod refusals;
mod resume;
#[cfg(unix)]
mod resume_screen;
mod resumed_model;
#[cfg(unix)]
mod rewind;
#[cfg(unix)]
mod signals;
mod splits;
mod sweep;
#[cfg(unix)]
mod terminal;
mod training_script;
mod training_table;
mod trials;
mod warm_start;
mod watch;

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// Command that runs the program with standard output and error piped.
fn program<I: AsRef<OsStr>>(args: impl IntoIterator<Item = I>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nn-tui"));
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env("XDG_STATE_HOME", state_folder())
        .env("RUST_BACKTRACE", "0");
    command
}

/// Shell that runs `script` with the program as `$0`.
fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", script, env!("CARGO_BIN_EXE_nn-tui")])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env("XDG_STATE_HOME", state_folder());
    command
}

/// Path for the recovery files of one run, so that no run is offered those of another.
fn state_folder() -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("state-{}-{number}", std::process::id());
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Time that a program which should end by itself is given.
const PATIENCE: Duration = Duration::from_secs(120);

/// Path of the file that [`leave_recovery_file`] writes.
fn recovery_file(state: &Path) -> PathBuf {
    state.join("nn-tui/run.checkpoint")
}

/// Leaves a recovery file of a run on iris, which is a checkpoint in the folder for them. Returns its path.
fn leave_recovery_file(state: &Path) -> PathBuf {
    let path = recovery_file(state);
    fs::create_dir(state.join("nn-tui")).expect("created");
    succeed("iris --headless --epochs 2 --checkpoint", &[&path]);
    path
}

trait Finish {
    /// Runs the command to its end. One that hangs is killed and fails the test.
    fn finish(&mut self) -> Output;
}

impl Finish for Command {
    fn finish(&mut self) -> Output {
        let child = self.spawn().expect("starts");
        let id = child.id().to_string();
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || sender.send(child.wait_with_output()));
        let Ok(output) = receiver.recv_timeout(PATIENCE) else {
            let _ = Command::new("kill").args(["-s", "KILL", &id]).status();
            panic!("still running after {PATIENCE:?}: {self:?}");
        };
        output.expect("can be waited for")
    }
}

/// Runs the program with the words of `line` followed by `more`.
fn run(line: &str, more: &[&Path]) -> Output {
    let words = line.split_whitespace().map(OsStr::new);
    let more = more.iter().map(|path| path.as_os_str());
    program(words.chain(more)).finish()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("no signal ended it")
}

/// Runs the program and asserts exit code 0.
fn succeed(line: &str, more: &[&Path]) -> Output {
    let output = run(line, more);
    assert_eq!(code(&output), 0, "{line}: {}", stderr(&output));
    output
}

/// Runs the program and asserts its exit code and a part of its message.
fn refused(line: &str, more: &[&Path], expected: i32, text: &str) {
    let output = run(line, more);
    let said = stderr(&output);
    assert_eq!(code(&output), expected, "{line}: {said}");
    assert!(said.contains(text), "{line}: {said}");
}

/// Creates a temporary folder, and returns it with the path of `name` in it.
fn place(name: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    (folder, path)
}

fn events(json: &str) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).expect("a JSON object a line");
    json.lines().map(parse).collect()
}
