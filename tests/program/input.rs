//! Input in bursts: nothing is held up.

use std::thread::sleep;
use std::time::{Duration, Instant};

use super::terminal::{ESCAPE, Terminal};

/// Longest time until a key has its effect, in a program that is not optimised, on a machine that is busy with other tests.
const PROMPT: Duration = Duration::from_millis(500);

#[test]
fn of_many_keys_is_handled_at_once() {
    for (burst, key, code) in [
        ("j".repeat(20_000), "\x03", 130),
        ("+-".repeat(10_000), "\x03", 130),
        ("\x1b[<35;9;9M".repeat(400), "q", 0),
        (format!(":{}", "x".repeat(2_500)), "\x03", 130),
    ] {
        let took = || {
            let mut terminal = Terminal::start(&["iris", "--paused"]);
            terminal.wait_for("paused");
            terminal.press(&burst);
            terminal.press(key);
            let start = Instant::now();
            assert_eq!(terminal.exit_code(), code);
            terminal.assert_given_back();
            start.elapsed() - Duration::from_millis(100)
        };
        // A machine that is busy with other tests may be slow once or twice.
        let fastest = (0..3).map(|_| took()).min().expect("three times");
        assert!(
            fastest < PROMPT,
            "{} bytes, then {key:?}: {fastest:?}",
            burst.len()
        );
    }
}

#[test]
fn of_a_long_line_can_be_cancelled() {
    for length in [2_500, 60_000] {
        let took = || {
            let mut terminal = Terminal::start(&["iris", "--paused"]);
            terminal.wait_for("paused");
            terminal.press(&format!(":{}", "x".repeat(length)));
            terminal.wait_for("xxxxxxxx");
            terminal.press(ESCAPE);
            let start = Instant::now();
            terminal.wait_until("no line", |text| !text.contains("xxxxxxxx"));
            let elapsed = start.elapsed();
            terminal.press("q");
            assert_eq!(terminal.exit_code(), 0);
            elapsed
        };
        // A machine that is busy with other tests may be slow once or twice.
        let fastest = (0..3).map(|_| took()).min().expect("three times");
        assert!(fastest < PROMPT, "{length}: {fastest:?}");
    }
}

#[test]
fn that_comes_with_a_resize_is_not_held_back() {
    let mut terminal = Terminal::start(&["iris", "--paused"]);
    terminal.wait_for("paused");
    for step in 1..=20 {
        let is_wide = step % 2 == 1;
        terminal.resize(if is_wide { 120 } else { 80 }, 24);
        terminal.press("s");
        let start = Instant::now();
        terminal.wait_for_number("step", |now| now == step);
        assert!(
            start.elapsed() < PROMPT * 2,
            "{step}: {:?}",
            start.elapsed()
        );
    }
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_given_back();
}

#[test]
fn of_keys_does_not_hold_up_a_signal() {
    for round in 0..4 {
        let mut terminal = Terminal::start(&["iris", "--export", "out.json"]);
        terminal.wait_for("training");
        terminal.press(&"j".repeat(600));
        terminal.signal("-TERM");
        terminal.press(&"k".repeat(300));
        assert_eq!(terminal.exit_code(), 143, "round {round}");
        terminal.assert_given_back();
        let path = terminal.folder.path().join("out.json");
        assert!(nn_tui::model_file::load(&path).is_ok());
    }
}

/// Begins of sequences and of a character, the rest of which does not come.
const UNFINISHED: [&[u8]; 9] = [
    b"\x1b[",
    b"\x1b[<",
    b"\x1b[?",
    b"\x1b[M",
    b"\x1bO",
    b"\x1b]11;rgb:",
    b"\x1bP",
    b"\xe5\xad",
    b"\x1b[200~",
];

#[test]
fn of_half_a_sequence_does_not_hold_up_control_c() {
    for begin in UNFINISHED {
        let took = || {
            let mut terminal = Terminal::start(&["iris", "--paused"]);
            terminal.wait_for("paused");
            terminal.send(begin);
            terminal.press("\x03");
            let start = Instant::now();
            assert_eq!(terminal.exit_code(), 130, "{}", begin.escape_ascii());
            terminal.assert_given_back();
            start.elapsed() - Duration::from_millis(100)
        };
        // A machine that is busy with other tests may be slow once or twice.
        let fastest = (0..3).map(|_| took()).min().expect("three times");
        assert!(fastest < PROMPT, "{}: {fastest:?}", begin.escape_ascii());
    }
}

#[test]
fn of_half_a_sequence_gives_the_keys_back_after_a_silence() {
    let mut terminal = Terminal::start(&["iris", "--paused"]);
    terminal.wait_for("paused");
    for (begin, step) in UNFINISHED.iter().zip(1..) {
        terminal.send(begin);
        // Nothing shows that it was read. Pasted text may go on after a silence.
        let is_pasted = begin.starts_with(b"\x1b[200~");
        sleep(Duration::from_millis(if is_pasted { 3000 } else { 600 }));
        terminal.press("s");
        terminal.wait_for_number("step", |now| now == step);
    }
    // Neither do they hold up escape, which closes what is open.
    for begin in UNFINISHED {
        terminal.press(":");
        terminal.wait_for("tab: complete");
        terminal.send(begin);
        terminal.press(ESCAPE);
        terminal.wait_until("no line", |text| !text.contains("tab: complete"));
    }
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn by_paste_and_mouse_is_read_in_parts() {
    let mut terminal = Terminal::start(&["iris", "--paused"]);
    terminal.wait_for("paused");
    for part in ["\x1b[200", "~:lr 0.5q", "\x1b[20", "1~"] {
        terminal.press(part);
        sleep(Duration::from_millis(20));
    }
    // Pasted outside of a text it does nothing.
    terminal.press(":");
    terminal.press("\x1b[200~lr 0.02\x1b[201~\r");
    terminal.wait_for("lr 0.02");
    terminal.press("\x1b[<0;20;9M\x1b[<0;20;9m\x1b[Is\x1b[O");
    terminal.wait_for_number("step", |step| step == 1);
    terminal.press("q");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_given_back();
}
