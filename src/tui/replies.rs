//! Questions to the terminal about its background and colours, and the replies among its keys.
//!
//! crossterm knows neither reply and hands them over as keys: escape and `]` as alt-`]`, then letter by letter. They are
//! taken out of the input whenever they come.

use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::theme::Depth;

/// Asks for the background colour (OSC 11).
const ASK_BACKGROUND: &str = "\x1b]11;?\x1b\\";
/// Asks for the terminfo capabilities `RGB` and `Co` (XTGETTCAP).
const ASK_COLOURS: &str = "\x1bP+q524742\x1b\\\x1bP+q436F\x1b\\";
/// Begins of the replies, after escape and the letter that names their kind.
const BACKGROUND: (char, &str) = (']', "11;");
const CAPABILITIES: (char, [&str; 2]) = ('P', ["1+r", "0+r"]);
/// Longest reply.
const MAX_LENGTH: usize = 128;

/// Fact that the terminal reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reply {
    /// Whether the background is light.
    Background { is_light: bool },
    /// At least this number of colours.
    Colours(Depth),
}

/// Questions for a terminal whose name is `term`; empty where it would print them.
pub(super) fn questions(term: &str, program: &str, depth: Depth) -> String {
    if matches!(term, "linux" | "dumb" | "") {
        return String::new();
    }
    let is_known = matches!(depth, Depth::True | Depth::None) || program == "Apple_Terminal";
    let colours = if is_known { "" } else { ASK_COLOURS };
    format!("{ASK_BACKGROUND}{colours}")
}

/// Separates replies from keys.
#[derive(Debug, Default)]
pub(super) struct Replies {
    /// Kind of the reply that seems to come, and its text so far.
    coming: Option<(char, String)>,
    /// Inputs of that reply, which are handed on if it is none.
    held: Vec<Input>,
}

impl Replies {
    /// Takes the next `input`. Returns what is to be handled as input, and a reply that is complete.
    pub fn next(&mut self, input: Input) -> (Vec<Input>, Option<Reply>) {
        let key = match &input {
            Input::Key(key) if key.kind != KeyEventKind::Release => *key,
            _ => return (vec![input], None),
        };
        let Some((kind, text)) = &mut self.coming else {
            if let Some(kind) = begin(&key) {
                self.coming = Some((kind, String::new()));
                self.held.push(input);
                return (Vec::new(), None);
            }
            return (vec![input], None);
        };
        if is_end(&key) {
            let reply = understood(*kind, text);
            self.coming = None;
            self.held.clear();
            return (Vec::new(), reply);
        }
        self.held.push(input);
        let KeyCode::Char(c) = key.code else {
            return self.give_up();
        };
        text.push(c);
        let is_possible =
            begins(*kind).any(|start| text.starts_with(start) || start.starts_with(&**text));
        if is_possible && text.len() <= MAX_LENGTH {
            return (Vec::new(), None);
        }
        self.give_up()
    }

    /// Hands on the keys held back, which are no reply.
    fn give_up(&mut self) -> (Vec<Input>, Option<Reply>) {
        self.coming = None;
        (std::mem::take(&mut self.held), None)
    }
}

/// Kind of the reply that `key` may begin.
fn begin(key: &KeyEvent) -> Option<char> {
    let is_alt = key.modifiers.contains(KeyModifiers::ALT);
    match key.code {
        KeyCode::Char(c) if is_alt && (c == BACKGROUND.0 || c == CAPABILITIES.0) => Some(c),
        _ => None,
    }
}

fn begins(kind: char) -> impl Iterator<Item = &'static str> {
    let (one, two) = if kind == BACKGROUND.0 {
        (BACKGROUND.1, BACKGROUND.1)
    } else {
        (CAPABILITIES.1[0], CAPABILITIES.1[1])
    };
    [one, two].into_iter()
}

/// Whether `key` is the end of a reply: BEL, or escape and a backslash.
fn is_end(key: &KeyEvent) -> bool {
    match key.code {
        KeyCode::Char('g') => key.modifiers.contains(KeyModifiers::CONTROL),
        KeyCode::Char('\\') => key.modifiers.contains(KeyModifiers::ALT),
        _ => false,
    }
}

fn understood(kind: char, text: &str) -> Option<Reply> {
    if kind == BACKGROUND.0 {
        let colour = text.strip_prefix(BACKGROUND.1)?;
        let is_light = is_light(colour)?;
        return Some(Reply::Background { is_light });
    }
    let (name, value) = text.strip_prefix(CAPABILITIES.1[0])?.split_once('=')?;
    if name.eq_ignore_ascii_case("524742") {
        return Some(Reply::Colours(Depth::True));
    }
    let digits = (0..value.len() / 2).map(|i| {
        let byte = u8::from_str_radix(value.get(2 * i..2 * i + 2)?, 16).ok()?;
        Some(char::from(byte))
    });
    let colours: u64 = digits.collect::<Option<String>>()?.parse().ok()?;
    match colours {
        16_777_216.. => Some(Reply::Colours(Depth::True)),
        256.. => Some(Reply::Colours(Depth::Indexed)),
        _ => None,
    }
}

/// Whether a colour such as `rgb:ffff/ffff/ffff` is nearer to white than to black, as it is seen.
fn is_light(colour: &str) -> Option<bool> {
    let channels = colour
        .strip_prefix("rgb:")
        .or(colour.strip_prefix("rgba:"))?;
    let mut channels = channels.split('/').map(|digits| {
        let max = 16f64.powi(i32::try_from(digits.len()).ok()?) - 1.0;
        let value = u32::from_str_radix(digits, 16).ok()?;
        Some(f64::from(value) / max)
    });
    let mut next = || channels.next().flatten();
    let (red, green, blue) = (next()?, next()?, next()?);
    Some(0.299 * red + 0.587 * green + 0.114 * blue > 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Input as crossterm reads `bytes`.
    fn read(bytes: &str) -> Vec<Input> {
        let mut inputs = Vec::new();
        let mut chars = bytes.chars();
        while let Some(c) = chars.next() {
            let (code, modifiers) = match c {
                '\x1b' => (chars.next().expect("a key with alt"), KeyModifiers::ALT),
                '\x07' => ('g', KeyModifiers::CONTROL),
                c => (c, KeyModifiers::NONE),
            };
            inputs.push(Input::Key(KeyEvent::new(KeyCode::Char(code), modifiers)));
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
}
