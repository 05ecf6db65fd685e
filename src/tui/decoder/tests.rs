use proptest::prelude::*;
use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::*;
use crate::tui::theme::Depth;

const NONE: KeyModifiers = KeyModifiers::NONE;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
const ALT: KeyModifiers = KeyModifiers::ALT;
const CONTROL: KeyModifiers = KeyModifiers::CONTROL;

fn key(code: KeyCode, modifiers: KeyModifiers) -> Decoded {
    Decoded::Input(Input::Key(KeyEvent::new(code, modifiers)))
}

fn letter(letter: char, modifiers: KeyModifiers) -> Decoded {
    key(KeyCode::Char(letter), modifiers)
}

fn escape() -> Decoded {
    key(KeyCode::Esc, NONE)
}

fn paste(text: &str) -> Decoded {
    Decoded::Input(Input::Paste(text.into()))
}

fn mouse(kind: MouseEventKind, (column, row): (u16, u16), modifiers: KeyModifiers) -> Decoded {
    Decoded::Input(Input::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers,
    }))
}

/// Decodes parts that come one after the other, the last one with a silence after it.
fn decode<'b>(parts: impl IntoIterator<Item = &'b [u8]>) -> Vec<Decoded> {
    let (mut decoder, mut decoded) = (Decoder::default(), Vec::new());
    for part in parts {
        decoder.read(part, &mut decoded);
    }
    end(&mut decoder, &mut decoded);
    decoded
}

/// Lets a silence follow that ends everything.
fn end(decoder: &mut Decoder, decoded: &mut Vec<Decoded>) {
    for _ in 0..2 {
        if decoder.wait(false).is_some() {
            decoder.end(decoded);
        }
    }
    assert_eq!(decoder.wait(false), None);
}

/// Parts of `bytes` with `size` bytes, or with more where they would end with escape.
fn parts(mut bytes: &[u8], size: usize) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while !bytes.is_empty() {
        let mut end = size.min(bytes.len());
        while end < bytes.len() && bytes[end - 1] == ESCAPE {
            end += 1;
        }
        let (part, rest) = bytes.split_at(end);
        parts.push(part);
        bytes = rest;
    }
    parts
}

fn check(bytes: &[u8], expected: &[Decoded]) {
    let shown = bytes.escape_ascii();
    assert_eq!(decode([bytes]), expected, "{shown}");
    assert_eq!(decode(parts(bytes, 1)), expected, "{shown}, in parts");
}

#[test]
fn keys_are_decoded() {
    for (bytes, expected) in [
        ("q", letter('q', NONE)),
        ("Q", letter('Q', SHIFT)),
        ("é", letter('é', NONE)),
        ("学", letter('学', NONE)),
        ("\r", key(KeyCode::Enter, NONE)),
        ("\t", key(KeyCode::Tab, NONE)),
        ("\x7f", key(KeyCode::Backspace, NONE)),
        ("\n", letter('j', CONTROL)),
        ("\x03", letter('c', CONTROL)),
        ("\0", letter(' ', CONTROL)),
        ("\x1f", letter('7', CONTROL)),
        ("\x1b", escape()),
        ("\x1b1", letter('1', ALT)),
        ("\x1bé", letter('é', ALT)),
        ("\x1b\x7f", key(KeyCode::Backspace, ALT)),
        ("\x1b[A", key(KeyCode::Up, NONE)),
        ("\x1bOB", key(KeyCode::Down, NONE)),
        ("\x1b[1;5C", key(KeyCode::Right, CONTROL)),
        ("\x1b[1;3D", key(KeyCode::Left, ALT)),
        ("\x1b[H", key(KeyCode::Home, NONE)),
        ("\x1b[4~", key(KeyCode::End, NONE)),
        ("\x1b[6;2~", key(KeyCode::PageDown, SHIFT)),
        ("\x1b[Z", key(KeyCode::BackTab, SHIFT)),
        ("\x1bOP", key(KeyCode::F(1), NONE)),
        ("\x1b[[C", key(KeyCode::F(3), NONE)),
        ("\x1bO5C", key(KeyCode::Right, CONTROL)),
        ("\x1bO1;2P", key(KeyCode::F(1), SHIFT)),
        ("\x1b[3$", key(KeyCode::Delete, SHIFT)),
        ("\x1b[3^", key(KeyCode::Delete, CONTROL)),
        ("\x1b[3@", key(KeyCode::Delete, CONTROL | SHIFT)),
        ("\x1b[24~", key(KeyCode::F(12), NONE)),
        ("\x1b[99;5u", letter('c', CONTROL)),
        ("\x1b[97:65;2:1u", letter('A', SHIFT)),
        ("\x1b[27;5;99~", letter('c', CONTROL)),
        ("\x1b[27u", escape()),
        ("\x1b[9;2u", key(KeyCode::BackTab, SHIFT)),
    ] {
        check(bytes.as_bytes(), &[expected]);
    }
    check(
        b"\x1b[I\x1b[O",
        &[Input::FocusGained, Input::FocusLost].map(Decoded::Input),
    );
    check(
        b"\x1b\x1b[Aq",
        &[escape(), key(KeyCode::Up, NONE), letter('q', NONE)],
    );
}

#[test]
fn the_mouse_is_decoded() {
    use MouseEventKind::{Down, Drag, Moved, ScrollDown, ScrollUp, Up};
    let (left, right) = (MouseButton::Left, MouseButton::Right);
    for (bytes, expected) in [
        ("\x1b[<0;10;7M", mouse(Down(left), (9, 6), NONE)),
        ("\x1b[<0;10;7m", mouse(Up(left), (9, 6), NONE)),
        ("\x1b[<2;1;1M", mouse(Down(right), (0, 0), NONE)),
        ("\x1b[<32;300;7M", mouse(Drag(left), (299, 6), NONE)),
        ("\x1b[<35;10;7M", mouse(Moved, (9, 6), NONE)),
        ("\x1b[<64;10;7M", mouse(ScrollUp, (9, 6), NONE)),
        ("\x1b[<81;10;7M", mouse(ScrollDown, (9, 6), CONTROL)),
        ("\x1b[<12;10;7M", mouse(Down(left), (9, 6), SHIFT | ALT)),
        ("\x1b[32;10;7M", mouse(Down(left), (9, 6), NONE)),
        ("\x1b[M !'", mouse(Down(left), (0, 6), NONE)),
        ("\x1b[M#!'", mouse(Up(left), (0, 6), NONE)),
    ] {
        check(bytes.as_bytes(), &[expected]);
    }
}

#[test]
fn replies_are_no_keys() {
    let dark = Decoded::Reply(Reply::Background { is_light: false });
    let colours = Decoded::Reply(Reply::Colours(Depth::Indexed));
    let quit = letter('q', NONE);
    for (bytes, expected) in [
        (
            "\x1b]11;rgb:1e1e/1e1e/2e2e\x07q",
            vec![dark.clone(), quit.clone()],
        ),
        (
            "\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\q",
            vec![dark, quit.clone()],
        ),
        ("\x1bP1+r436F=323536\x1b\\q", vec![colours, quit.clone()]),
        ("\x1b]52;c;cXFxcQ==\x1b\\q", vec![quit.clone()]),
        ("\x1b[?62;22c\x1b[>0;276;0c\x1b[12;40Rq", vec![quit.clone()]),
        // Cells outside the screen, numbers that are too large, keys that are released.
        (
            "\x1b[<0;0;7M\x1b[<0;99999999999;7M\x1b[99;5:3uq",
            vec![quit.clone()],
        ),
        ("\x1b[201~\x1b[999~q", vec![quit]),
    ] {
        check(bytes.as_bytes(), &expected);
    }
}

/// Begins of sequences and characters, each of which took keys for itself for ever.
const UNFINISHED: [&[u8]; 13] = [
    b"\x1b[",
    b"\x1b[<",
    b"\x1b[?",
    b"\x1b[1;",
    b"\x1b[[",
    b"\x1b[M",
    b"\x1b[M !",
    b"\x1bO",
    b"\x1b]",
    b"\x1b]11;rgb:",
    b"\x1bP1+r",
    b"\xe5\xad",
    b"\x1b\xc3",
];

#[test]
fn control_c_is_a_key_after_anything() {
    let interrupt = letter('c', CONTROL);
    for begin in UNFINISHED {
        let bytes = [begin, b"\x03"].concat();
        check(&bytes, std::slice::from_ref(&interrupt));
    }
    check(b"\x1b\x03", &[escape(), interrupt.clone()]);
    check(b"\x1b[200~\x03", std::slice::from_ref(&interrupt));
    check(b"\x1b[200~abc\x03", &[paste("abc"), interrupt]);
}

#[test]
fn escape_on_its_own_is_a_key_unless_a_sequence_follows() {
    let quit = letter('q', NONE);
    let dark = Decoded::Reply(Reply::Background { is_light: false });
    for (parts, expected) in [
        (["\x1b", "q"], vec![escape(), quit.clone()]),
        (["\x1b", "\x1b"], vec![escape(), escape()]),
        (["\x1b", "[Aq"], vec![key(KeyCode::Up, NONE), quit.clone()]),
        (["\x1b", "OAq"], vec![key(KeyCode::Up, NONE), quit.clone()]),
        (["\x1b", "]11;rgb:0/0/0\x07q"], vec![dark, quit]),
    ] {
        assert_eq!(decode(parts.map(str::as_bytes)), expected, "{parts:?}");
    }
}

#[test]
fn a_silence_gives_the_keys_back() {
    let quit = letter('q', NONE);
    for begin in UNFINISHED.into_iter().chain([&b"\x1b[200~"[..]]) {
        let (mut decoder, mut decoded) = (Decoder::default(), Vec::new());
        decoder.read(begin, &mut decoded);
        assert_eq!(decoder.wait(false), Some(SEQUENCE_WAIT));
        end(&mut decoder, &mut decoded);
        decoder.read(b"q", &mut decoded);
        assert_eq!(
            decoded,
            std::slice::from_ref(&quit),
            "{}",
            begin.escape_ascii()
        );
        check(&[begin, b"\x1b"].concat(), &[escape()]);
        // So does escape, but in pasted text.
        if !begin.starts_with(b"\x1b[2") {
            let up = key(KeyCode::Up, NONE);
            check(&[begin, b"\x1b[A"].concat(), &[up]);
        }
    }
}

#[test]
fn pasted_text_is_one_input() {
    check(
        b"\x1b[200~a b\x03\r\x1b[A\x1b[201~q",
        &[paste("a b\x03\r\x1b[A"), letter('q', NONE)],
    );
    check("\x1b[200~é学\x1b[201~".as_bytes(), &[paste("é学")]);
    check(b"\x1b[200~\x1b[201~", &[]);
    // A silence does not make keys of the rest; escape and control-c, pressed after it, end the text.
    let (mut decoder, mut decoded) = (Decoder::default(), Vec::new());
    for part in [
        "\x1b[200~one ",
        "two\x1b[20",
        "1~q",
        "\x1b[200~x",
        "y",
        "\x1b",
        "z",
        "\x1b[200~",
        "a\x03b",
        "\x03",
        "c",
    ] {
        decoder.read(part.as_bytes(), &mut decoded);
        decoder.end(&mut decoded);
    }
    let [q, z, c] = ['q', 'z', 'c'].map(|key| letter(key, NONE));
    let interrupt = letter('c', CONTROL);
    let expected = [
        paste("one "),
        paste("two"),
        q,
        paste("x"),
        paste("y"),
        escape(),
        z,
        paste("a\x03b"),
        interrupt,
        c,
    ];
    assert_eq!(decoded, expected);
    // A longer silence ends it, after which its end may still come.
    let (mut decoder, mut decoded) = (Decoder::default(), Vec::new());
    for part in ["\x1b[200~one ", "two\x1b[201~q", "\x1b[200~x", "y"] {
        decoder.read(part.as_bytes(), &mut decoded);
        end(&mut decoder, &mut decoded);
    }
    let [q, y] = ['q', 'y'].map(|key| letter(key, NONE));
    assert_eq!(decoded, [paste("one "), paste("two"), q, paste("x"), y]);
}

#[test]
fn long_input_comes_in_parts() {
    let text = "j".repeat(MAX_PASTE);
    let decoded = decode([format!("\x1b[200~{text}{text}\x1b[201~").as_bytes()]);
    assert_eq!(decoded, [paste(&(text.clone() + &text))]);
    let whole = format!("\x1b[200~{text}{text}\x1b[201~q");
    let decoded = decode(whole.as_bytes().chunks(4096));
    let pasted = decoded.iter().map(|part| match part {
        Decoded::Input(Input::Paste(text)) => text.len(),
        _ => 0,
    });
    assert_eq!(pasted.sum::<usize>(), 2 * MAX_PASTE);
    assert_eq!(decoded.last(), Some(&letter('q', NONE)));
    let endless = format!("\x1b]11;{}", "f".repeat(MAX_SEQUENCE));
    assert_eq!(decode([endless.as_bytes(), b"q"]), [letter('q', NONE)]);
}

proptest! {
    #[test]
    fn parts_make_no_difference(
        pieces in prop::collection::vec(
            prop_oneof![
                prop::sample::select(UNFINISHED.to_vec()).prop_map(<[u8]>::to_vec),
                prop::collection::vec(prop::sample::select(b"\x1b[O]P<;019M~mqu\x03\x07\\\xc3\xa9".to_vec()), 1..8),
                prop::collection::vec(any::<u8>(), 1..8),
            ],
            0..12,
        ),
        size in 1usize..9,
    ) {
        let bytes = pieces.concat();
        let whole = decode([&bytes[..]]);
        prop_assert_eq!(&decode(parts(&bytes, size)), &whole);
        // Whatever came before, keys work after a silence.
        let (mut decoder, mut decoded) = (Decoder::default(), Vec::new());
        decoder.read(&bytes, &mut decoded);
        decoder.end(&mut decoded);
        decoded.clear();
        decoder.read(b"\x03", &mut decoded);
        prop_assert_eq!(decoded, [letter('c', CONTROL)]);
    }
}
