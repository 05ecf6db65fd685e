//! Input in bursts: nothing is held up.

use std::time::{Duration, Instant};

use super::terminal::{ESCAPE, Terminal};

/// Longest time until a key has its effect. Twice that on a machine that is busy with other tests.
const PROMPT: Duration = Duration::from_millis(200);

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
