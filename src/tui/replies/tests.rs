use super::*;

/// Input as crossterm reads `bytes`; ⎋ is escape that comes alone.
fn read(bytes: &str) -> Vec<Input> {
    let mut inputs = Vec::new();
    let mut chars = bytes.chars();
    while let Some(c) = chars.next() {
        let (code, modifiers) = match c {
            '\x1b' => (chars.next().expect("a key with alt"), KeyModifiers::ALT),
            '\x07' => ('g', KeyModifiers::CONTROL),
            '\x03' => ('c', KeyModifiers::CONTROL),
            c => (c, KeyModifiers::NONE),
        };
        let code = if code == '⎋' {
            KeyCode::Esc
        } else {
            KeyCode::Char(code)
        };
        inputs.push(Input::Key(KeyEvent::new(code, modifiers)));
    }
    inputs
}

fn handled(bytes: &str) -> (Vec<Input>, Vec<Reply>) {
    let mut replies = Replies::default();
    let (mut inputs, mut found) = (Vec::new(), Vec::new());
    for input in read(bytes) {
        let (passed, reply) = replies.next(input);
        inputs.extend(passed);
        found.extend(reply);
    }
    inputs.extend(replies.end_burst());
    (inputs, found)
}

#[test]
fn replies_never_act_as_keys() {
    let light = Reply::Background { is_light: true };
    let dark = Reply::Background { is_light: false };
    for (bytes, keys, found) in [
        ("\x1b]11;rgb:ffff/fdfd/f6f6\x07", "", vec![light]),
        ("\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\", "", vec![dark]),
        ("q\x1b]11;rgb:00/00/00\x07q", "qq", vec![dark]),
        ("\x1b]11;strange\x07", "", vec![]),
        (
            "\x1bP1+r436F=323536\x1b\\",
            "",
            vec![Reply::Colours(Depth::Indexed)],
        ),
        (
            "\x1bP1+r524742=38\x1b\\",
            "",
            vec![Reply::Colours(Depth::True)],
        ),
        ("\x1bP0+r524742\x1b\\", "", vec![]),
        ("\x1bP1+r436F=38\x1b\\", "", vec![]),
    ] {
        assert_eq!(handled(bytes), (read(keys), found), "{bytes:?}");
    }
}

#[test]
fn sequences_that_are_parted_after_their_escape_never_act_as_keys() {
    let dark = Reply::Background { is_light: false };
    for (bytes, keys, found) in [
        ("⎋]11;rgb:1e1e/1e1e/2e2e\x1b\\q", "q", vec![dark]),
        ("⎋]11;rgb:1e1e/1e1e/2e2e⎋\\q", "q", vec![dark]),
        ("\x1b]11;rgb:1e1e/1e1e/2e2e⎋\\q", "q", vec![dark]),
        ("⎋P0+r524742⎋\\q", "q", vec![]),
        ("⎋[Aq⎋[<35;10;7Mq⎋[6~⎋OBq⎋", "qqq⎋", vec![]),
    ] {
        assert_eq!(handled(bytes), (read(keys), found), "{bytes:?}");
    }
}

#[test]
fn keys_after_escape_and_control_c_are_keys() {
    for keys in [
        "⎋",
        "⎋⎋",
        "⎋q⎋:",
        "⎋[\x03",
        "⎋[1;\x03",
        "⎋]11;rgb\x03",
        "\x1b]11;r\x03",
    ] {
        assert_eq!(handled(keys), (read(keys), vec![]));
    }
}

#[test]
fn keys_that_look_like_a_reply_at_first_are_keys() {
    for keys in ["\x1b]q", "\x1b]1q", "\x1bPx", "\x1bP1+s", "]11;"] {
        assert_eq!(handled(keys), (read(keys), vec![]));
    }
    let endless = format!("\x1b]11;{}", "f".repeat(500));
    assert_eq!(handled(&endless).0.len(), endless.len() - 1);
}

#[test]
fn no_terminal_is_asked_what_it_would_print() {
    assert_eq!(questions("linux", "", Depth::Ansi), "");
    assert_eq!(questions("xterm", "", Depth::True), ASK_BACKGROUND);
    assert!(questions("xterm", "", Depth::Ansi).contains("+q"));
    assert!(!questions("xterm", "Apple_Terminal", Depth::Indexed).contains("+q"));
}
