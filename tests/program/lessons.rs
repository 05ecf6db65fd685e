//! Lessons in a pseudo-terminal: from the list over a lesson to the next one.
#![cfg(unix)]

use super::terminal::{ENTER, Terminal};
use super::{Finish, program};

#[test]
fn the_lessons_are_listed_in_both_languages() {
    for (lang, title) in [("en", "A neuron"), ("zh", "神经元")] {
        let listed = program(["lesson", "--lang", lang]).finish();
        let listed = String::from_utf8(listed.stdout).expect("UTF-8");
        assert_eq!(listed.lines().count(), 18, "{listed}");
        assert!(
            listed
                .lines()
                .next()
                .is_some_and(|line| line.contains(title)),
            "{listed}"
        );
    }
    let unknown = program(["lesson", "xr"]).finish();
    assert_eq!(unknown.status.code(), Some(2));
    let message = String::from_utf8_lossy(&unknown.stderr);
    assert!(message.contains("did you mean \"xor\"?"), "{message}");
}

#[test]
fn a_lesson_asks_explains_and_leads_to_the_next_one() {
    let mut terminal = Terminal::start_with(&["lesson", "neuron"], &[("LANG", "zh_CN.UTF-8")]);
    terminal.wait_for("神经元");
    terminal.press(":lesson end\r");
    terminal.press(":lesson mini-batch\r");
    terminal.wait_for("手算一个小批量");
    terminal.press(ENTER);
    terminal.press(":quiz\r");
    terminal.wait_for("w1[1,1]");
    terminal.press("3\r");
    terminal.wait_for("整数部分不对");
    terminal.press("2\r");
    terminal.wait_for("z1[1] = 2");
    // A letter is typed into the field.
    terminal.press("q");
    terminal.press(":quit\r");
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_given_back();
}

#[test]
fn a_lesson_whose_options_do_not_go_with_its_table_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mine.toml");
    let text = "table = \"iris\"\noptions = \"--target petals\"\ntitle = { en = \"T\", zh = \"题\" }\n\
                formula = { en = \"f\", zh = \"f\" }\n[[steps]]\nen = \"a\"\nzh = \"甲\"\n";
    std::fs::write(&path, text).expect("written");
    let mut terminal = Terminal::start(&["lesson", path.to_str().expect("UTF-8")]);
    terminal.wait_for("mine.toml: built-in iris: ");
    assert_eq!(terminal.exit_code(), 2);
}

#[test]
fn a_lesson_that_cannot_start_leaves_the_run_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mine.toml");
    let text = "table = \"iris\"\noptions = \"--hidden 4\"\ntitle = { en = \"T\", zh = \"题\" }\n\
                formula = { en = \"f\", zh = \"f\" }\n[[steps]]\nen = \"{a3[1]}\"\nzh = \"{a3[1]}\"\n";
    std::fs::write(&path, text).expect("written");
    let mut terminal = Terminal::start(&["iris", "--paused"]);
    terminal.wait_for("paused");
    terminal.press(&format!(":lesson {}\r", path.display()));
    terminal.wait_for("the network has 2 layers");
    // It still runs, and ends when it is interrupted.
    terminal.press("\x03");
    assert_eq!(terminal.exit_code(), 130);
    let mut terminal = Terminal::start(&["iris", "--paused"]);
    terminal.wait_for("paused");
    terminal.press(":lesson any-function\r");
    terminal.wait_for("Enough neurons fit any function");
    terminal.press(":quit\r");
    assert_eq!(terminal.exit_code(), 0);
}

#[test]
fn a_lesson_that_was_left_offers_to_go_on() {
    let state = tempfile::tempdir().expect("a folder");
    let variables = [("XDG_STATE_HOME", state.path().to_str().expect("UTF-8"))];
    let open = || Terminal::start_with(&["lesson", "neuron"], &variables);
    let mut terminal = open();
    terminal.wait_for("─ 1/");
    terminal.press(ENTER);
    terminal.wait_for("─ 2/");
    terminal.press(":quit\r");
    assert_eq!(terminal.exit_code(), 0);
    let mut terminal = open();
    terminal.wait_for("Last time you reached step 2");
    terminal.press(":lesson 2\r");
    terminal.wait_for("─ 2/");
    terminal.press(":lesson end\r:quit\r");
    assert_eq!(terminal.exit_code(), 0);
    let kept = std::fs::read_to_string(state.path().join("nn-tui/lessons.json"));
    assert_eq!(kept.expect("a file"), "{\"neuron\":1}");
}

#[test]
fn a_lesson_whose_run_has_gone_too_far_is_started_anew() {
    let mut terminal = Terminal::start(&["lesson", "mini-batch"]);
    terminal.wait_for("─ 1/9");
    terminal.press(":lesson 6\r");
    terminal.wait_for("─ 6/9");
    terminal.press("s");
    terminal.wait_for("✓ done");
    terminal.press("s");
    terminal.wait_for_number("step", |step| step == 2);
    // What the step asks for was met on the way; the next one cannot be.
    terminal.press(":lesson 7\r");
    terminal.wait_for("─ 7/9");
    terminal.press(ENTER);
    terminal.wait_for("cannot come to that");
    terminal.press(ENTER);
    terminal.wait_for_number("step", |step| step == 1);
    terminal.wait_for("─ 7/9");
    terminal.press("s");
    terminal.wait_for_number("step", |step| step == 2);
    terminal.press(":lesson 9\r");
    terminal.wait_for("─ 9/9");
    terminal.wait_for_number("step", |step| step == 1);
    terminal.press(":quit\r");
    assert_eq!(terminal.exit_code(), 0);
}

/// Errors about a file, and the data that are read, in Chinese.
#[test]
fn what_is_wrong_with_a_lesson_is_said_in_chinese() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mine.toml");
    let problem = |arguments: &[&str]| {
        let ended = program([&["--lang", "zh", "lesson"], arguments].concat()).finish();
        String::from_utf8_lossy(&ended.stderr).into_owned()
    };
    let place = folder.path().to_str().expect("UTF-8");
    let found = problem(&[place]);
    assert!(found.contains("这是文件夹"), "{found}");
    let head = "table = \"iris\"\noptions = \"\"\ntitle = { en = \"T\", zh = \"题\" }\n\
                formula = { en = \"f\", zh = \"f\" }\n[[steps]]\nen = \"a\"\n";
    for (rest, expected) in [
        ("", "缺少 zh"),
        ("zh = \"甲\"\nuntill = \"\"\n", "没有名为 untill 的项"),
    ] {
        std::fs::write(&path, format!("{head}{rest}")).expect("written");
        let found = problem(&[path.to_str().expect("UTF-8")]);
        assert!(found.contains(expected), "{found}");
    }
}
