//! Messages: arguments escaped, failures as JSON, output that can't be written.

use super::*;

/// Arguments that would act on a terminal, or hide from a reader: a title (OSC), a colour (SGR),
/// a C1 control sequence, a bidirectional override, and lines of their own.
const HOSTILE: [&str; 5] = [
    "\u{1b}]0;owned\u{7}",
    "\u{1b}[31mred",
    "\u{9b}2J",
    "\u{202e}txt.exe",
    "1\nnn-tui: all is well",
];

#[test]
fn quote_no_argument_raw() {
    for hostile in HOSTILE {
        // Without an extension it is a folder.
        let log = format!("{hostile}.xyz");
        for line in [
            vec!["--lr", hostile],
            vec!["iris", hostile],
            vec![hostile],
            vec!["--optimizer", hostile],
            vec!["--hidden", hostile],
            vec!["--set", hostile],
            vec!["--comment", hostile],
            vec!["--val", hostile],
            vec!["--export", hostile],
            vec!["--log", &log],
            vec!["--test", hostile],
            vec!["--target", hostile],
            vec!["predict", hostile, "iris"],
            vec!["predict", "no.json", "iris", hostile],
            vec!["completions", hostile],
        ] {
            check_escaped(&line, hostile);
        }
        check_escaped(&[&format!("--{hostile}")], hostile);
        check_escaped(&[&format!("--lr={hostile}")], hostile);
        check_escaped(&[&format!("-t{hostile}"), "iris"], hostile);
    }
}

fn check_escaped(line: &[&str], hostile: &str) {
    for lang in ["C.UTF-8", "zh_CN.UTF-8"] {
        check_escaped_in(lang, line, hostile);
    }
}

fn check_escaped_in(lang: &str, line: &[&str], hostile: &str) {
    let output = program(line).env("LC_ALL", lang).finish();
    let message = stderr(&output);
    assert_ne!(code(&output), 0, "{line:?}");
    let raw = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!message.contains(raw), "{line:?}: {message:?}");
    if hostile.contains('\n') {
        assert!(!message.contains("\nnn-tui: all"), "{line:?}: {message:?}");
    }
}

#[test]
fn of_failures_before_the_start_are_json_if_asked_for() {
    for (line, kind, expected) in [
        ("--json --lr fast", "usage", 2),
        ("--json --speed", "usage", 2),
        ("--json --export model.pt", "usage", 2),
        ("--json irsi", "no-input", 66),
        ("--json --describe irsi", "no-input", 66),
        ("eval no.json iris --json", "no-input", 66),
        ("--json tests/data/infinity.csv", "data", 65),
        ("--json iris --export no/folder/m.json", "cannot-write", 73),
    ] {
        let output = run(line, &[]);
        assert_eq!(code(&output), expected, "{line}");
        let events = events(&stdout(&output));
        assert_eq!(events.len(), 1, "{line}");
        assert_eq!(events[0]["event"], "failed", "{line}");
        assert_eq!(events[0]["kind"], kind, "{line}");
        assert_eq!(events[0]["exit_code"], expected, "{line}");
        let message = events[0]["message"].as_str().expect("a text");
        assert!(stderr(&output).contains(message), "{line}: {message}");
    }
    let output = run("--lr fast -- --json", &[]);
    assert_eq!((code(&output), &*stdout(&output)), (2, ""));
}

#[test]
fn name_an_unknown_choice_of_instructions() {
    for (value, expected) in [("bogus", 2), ("", 0), ("portable", 0), ("avx2", 0)] {
        let mut command = program(["iris", "--headless", "--epochs", "0"]);
        let output = command.env("NN_TUI_SIMD", value).finish();
        assert_eq!(code(&output), expected, "{value}: {}", stderr(&output));
        let is_named = stderr(&output).contains("NN_TUI_SIMD is \"bogus\"; it must be");
        assert_eq!(is_named, expected == 2, "{}", stderr(&output));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn that_find_no_room_fail() {
    for line in ["--help", "--version", "predict --help", "completions bash"] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full");
        let mut command = program(line.split(' '));
        command.stdout(full.expect("a full device"));
        let output = command.finish();
        assert_eq!(code(&output), 73, "{line}");
        assert!(
            stderr(&output).contains("standard output: cannot be written"),
            "{line}: {}",
            stderr(&output)
        );
    }
}

/// A limit on the size of files stands for a full disk.
#[cfg(unix)]
#[test]
fn of_write_errors_name_the_file_that_was_asked_for() {
    let (folder, path) = place("model.json");
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" iris --headless -e 1 --export \"$1\"";
    let output = shell(script).arg(&path).finish();
    let message = stderr(&output);
    assert_eq!(code(&output), 73, "{message}");
    let last = message.lines().last().expect("a line");
    assert!(last.contains("model.json: cannot be written:"), "{message}");
    assert!(!message.contains(".nn-tui-"), "{message}");
    let left = fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 0, "no temporary file is left");
}

#[test]
fn piped_data_that_nobody_reads_are_reported() {
    let piped = |line: &str| {
        let output = shell(&format!("printf 'a,b\\n' | \"$0\" {line}")).finish();
        stderr(&output)
    };
    let notice =
        "standard input is not read: training on built-in iris (nn-tui - reads the table in it)";
    assert!(piped("--headless --epochs 1").starts_with(notice));
    assert!(piped("--describe").starts_with(notice));
    assert!(!piped("xor --headless --epochs 1").contains(notice));
    assert!(!stderr(&run("--headless --epochs 1", &[])).contains(notice));
}
