//! Questions to the terminal about its background and colours, and the replies among its keys.
//!
//! crossterm knows neither reply and hands them over as keys: escape and `]` as alt-`]`, then letter by letter. They are
//! taken out of the input whenever they come. A sequence that a slow link has parted after its escape comes as the key
//! escape and letters: those of keys and of the mouse are dropped then, since no key stands for their letters.

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
const ESCAPE: char = '\x1b';
/// Letter after escape in control sequences such as those of arrow keys and of the mouse.
const CONTROL: char = '[';
/// Letters after escape that begin a sequence; `O` is followed by one letter.
const SEQUENCES: [char; 4] = [BACKGROUND.0, CAPABILITIES.0, CONTROL, 'O'];

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

/// Separates replies, and the rests of sequences that a slow link has parted after escape, from keys.
#[derive(Debug, Default)]
pub(super) struct Replies {
    coming: Option<Coming>,
    /// Inputs of that sequence, which are handed on if it is none.
    held: Vec<Input>,
}

/// A sequence that seems to come.
#[derive(Debug)]
struct Coming {
    /// Letter after escape, or [`ESCAPE`] before it has come.
    kind: char,
    /// Text after the letter.
    text: String,
    /// Whether escape was the last key.
    is_escaped: bool,
}

impl Replies {
    /// Takes the next `input`. Returns what is to be handled as input, and a reply that is complete.
    pub fn next(&mut self, input: Input) -> (Vec<Input>, Option<Reply>) {
        let key = match &input {
            Input::Key(key) if key.kind != KeyEventKind::Release => *key,
            _ => return (vec![input], None),
        };
        let Some(coming) = &mut self.coming else {
            let Some(kind) = begin(&key) else {
                return (vec![input], None);
            };
            self.coming = Some(Coming {
                kind,
                text: String::new(),
                is_escaped: false,
            });
            self.held.push(input);
            return (Vec::new(), None);
        };
        if coming.kind == ESCAPE {
            match key.code {
                KeyCode::Char(c) if is_plain(&key) && SEQUENCES.contains(&c) => coming.kind = c,
                _ => {
                    let mut inputs = self.give_up();
                    let (others, reply) = self.next(input);
                    inputs.extend(others);
                    return (inputs, reply);
                }
            }
            self.held.push(input);
            return (Vec::new(), None);
        }
        self.held.push(input);
        match coming.add(&key) {
            Part::More => (Vec::new(), None),
            Part::Last(reply) => {
                self.coming = None;
                self.held.clear();
                (Vec::new(), reply)
            }
            Part::Other => (self.give_up(), None),
        }
    }

    /// Ends a burst of input. Returns an escape on its own that was held back.
    pub fn end_burst(&mut self) -> Vec<Input> {
        match &self.coming {
            Some(coming) if coming.kind == ESCAPE || coming.is_escaped => self.give_up(),
            _ => Vec::new(),
        }
    }

    /// Hands on the keys held back, which are no sequence.
    fn give_up(&mut self) -> Vec<Input> {
        self.coming = None;
        std::mem::take(&mut self.held)
    }
}

/// Place of a key in a sequence.
enum Part {
    More,
    /// The end, with the reply if it is understood.
    Last(Option<Reply>),
    /// None: it is no sequence.
    Other,
}

impl Coming {
    fn add(&mut self, key: &KeyEvent) -> Part {
        let is_reply = self.kind == BACKGROUND.0 || self.kind == CAPABILITIES.0;
        match key.code {
            _ if is_reply && (is_end(key) || self.is_escaped && is_backslash(key)) => {
                Part::Last(understood(self.kind, &self.text))
            }
            KeyCode::Esc if is_reply && !self.is_escaped => {
                self.is_escaped = true;
                Part::More
            }
            KeyCode::Char(c) if is_plain(key) && !self.is_escaped => {
                self.text.push(c);
                self.progress(c, is_reply)
            }
            _ => Part::Other,
        }
    }

    fn progress(&self, last: char, is_reply: bool) -> Part {
        let text = &*self.text;
        let is_possible = match self.kind {
            _ if is_reply => {
                let mut starts = begins(self.kind);
                starts.any(|start| text.starts_with(start) || start.starts_with(text))
            }
            // Parameters, and the letter that ends a control sequence (ECMA-48, 5.4).
            CONTROL if !(' '..='?').contains(&last) => return Part::Last(None),
            CONTROL => true,
            _ => return Part::Last(None),
        };
        if is_possible && text.len() <= MAX_LENGTH {
            Part::More
        } else {
            Part::Other
        }
    }
}

/// Returns the kind of the sequence that `key` may begin.
fn begin(key: &KeyEvent) -> Option<char> {
    let is_alt = key.modifiers.contains(KeyModifiers::ALT);
    match key.code {
        KeyCode::Char(c) if is_alt && (c == BACKGROUND.0 || c == CAPABILITIES.0) => Some(c),
        KeyCode::Esc if key.modifiers.is_empty() => Some(ESCAPE),
        _ => None,
    }
}

fn is_plain(key: &KeyEvent) -> bool {
    key.modifiers.difference(KeyModifiers::SHIFT).is_empty()
}

fn is_backslash(key: &KeyEvent) -> bool {
    key.code == KeyCode::Char('\\') && is_plain(key)
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
mod tests;
