//! Decoding of what a terminal sends: keys, mouse events, pasted text, replies to questions.
//!
//! crossterm's own decoder waits for the rest of a sequence however long that takes, and takes keys for it. Here a
//! sequence that is not complete ends with a silence, and with any control character that has no place in it: control-c
//! is always a key.

mod control;

use std::time::Duration;

use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};

use super::replies::{Reply, reply};

/// Silence after which escape is the key and not the begin of a sequence that a slow link has parted there.
const ESCAPE_WAIT: Duration = Duration::from_millis(25);
/// Longer silence, while replies to questions are expected.
const REPLY_WAIT: Duration = Duration::from_millis(150);
/// Silence that ends any other sequence, which a slow link may have parted too.
const SEQUENCE_WAIT: Duration = Duration::from_millis(250);
/// Silence after control-c in pasted text that tells the key from a part of the text.
const INTERRUPT_WAIT: Duration = Duration::from_millis(75);
/// Silence after that of a sequence that ends pasted text, whose end is lost.
const PASTE_WAIT: Duration = Duration::from_secs(2);

/// Maximum length of a sequence.
const MAX_SEQUENCE: usize = 4096;
/// Number of pasted bytes that are handed over together at most.
const MAX_PASTE: usize = 1 << 16;

const ESCAPE: u8 = 0x1b;
const BELL: u8 = 0x07;
/// Bytes after escape that begin a sequence.
const SEQUENCES: &[u8] = b"[O]PX^_";
/// Byte of control-c.
const INTERRUPT: u8 = 0x03;
const PASTE_START: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";

/// Something that the terminal has sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Decoded {
    Input(Input),
    Reply(Reply),
}

/// Decodes bytes in whatever parts they come.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// Begin of a sequence or of a character; pasted text while that comes.
    pending: Vec<u8>,
    is_pasting: bool,
    /// Whether pasted text has stopped coming before its end.
    is_stalled: bool,
    /// Whether a silence or a key has ended pasted text whose end had not come.
    is_paste_cut: bool,
}

impl Decoder {
    /// Decodes the next `bytes`, and appends what is complete to `decoded`.
    pub fn read(&mut self, bytes: &[u8], decoded: &mut Vec<Decoded>) {
        if std::mem::take(&mut self.is_paste_cut) && position(bytes, PASTE_END).is_some() {
            // A slow link has parted it.
            self.is_pasting = true;
        }
        if std::mem::take(&mut self.is_stalled) && bytes == [INTERRUPT] {
            self.end_paste();
            decoded.push(Decoded::Input(Input::Key(control_key(INTERRUPT))));
            return;
        }
        // A key with alt comes at once; what may be parted by a slow link are sequences.
        let is_parted = bytes.first().is_some_and(|kind| SEQUENCES.contains(kind));
        if *self.pending == [ESCAPE] && !self.is_pasting && !is_parted {
            self.end(decoded);
        }
        self.pending.extend_from_slice(bytes);
        let mut pending = std::mem::take(&mut self.pending);
        let mut at = 0;
        while at < pending.len() {
            let rest = &pending[at..];
            let length = if self.is_pasting {
                self.read_paste(rest, decoded)
            } else {
                self.read_next(rest, decoded)
            };
            match length {
                Some(length) => at += length,
                None => break,
            }
        }
        pending.drain(..at);
        self.pending = pending;
    }

    /// Returns the silence after which [`Self::end`] is to be called; `None` if nothing is incomplete.
    pub fn wait(&self, expects_replies: bool) -> Option<Duration> {
        match &*self.pending {
            [.., INTERRUPT] if self.is_pasting => Some(INTERRUPT_WAIT),
            _ if self.is_stalled => Some(PASTE_WAIT),
            _ if self.is_pasting => Some(SEQUENCE_WAIT),
            [] => None,
            [ESCAPE] if expects_replies => Some(REPLY_WAIT),
            [ESCAPE] => Some(ESCAPE_WAIT),
            _ => Some(SEQUENCE_WAIT),
        }
    }

    /// Ends what is incomplete: escape is a key, and the rest of a sequence is dropped. Pasted text goes on unless a key was
    /// pressed to end it, or this is the second silence.
    pub fn end(&mut self, decoded: &mut Vec<Decoded>) {
        let mut pending = std::mem::take(&mut self.pending);
        if self.is_pasting {
            let key = pending.pop_if(|last| [ESCAPE, INTERRUPT].contains(last));
            let end = pending.split_off(pending.len() - begun_end(&pending));
            push_paste(&pending, decoded);
            if key.is_some() || self.is_stalled {
                self.end_paste();
            } else {
                self.is_stalled = true;
                self.pending = end;
            }
            decoded.extend(key.map(|key| Decoded::Input(Input::Key(control_key(key)))));
        } else if pending.last() == Some(&ESCAPE) {
            // The key, even where it might have ended a string.
            decoded.push(Decoded::Input(Input::Key(KeyCode::Esc.into())));
        }
    }

    /// Leaves pasted text whose end has not come.
    fn end_paste(&mut self) {
        self.pending.clear();
        (self.is_pasting, self.is_stalled, self.is_paste_cut) = (false, false, true);
    }

    /// Reads pasted text at the begin of `bytes` up to its end. Returns the number of bytes read.
    fn read_paste(&mut self, bytes: &[u8], decoded: &mut Vec<Decoded>) -> Option<usize> {
        if let Some(length) = position(bytes, PASTE_END) {
            self.is_pasting = false;
            push_paste(&bytes[..length], decoded);
            return Some(length + PASTE_END.len());
        }
        if bytes.len() < MAX_PASTE {
            return None;
        }
        // The last bytes may begin the end.
        let length = bytes.len() - PASTE_END.len();
        push_paste(&bytes[..length], decoded);
        Some(length)
    }

    /// Reads one character or sequence at the begin of `bytes`. Returns its length, or `None` if it is not complete.
    fn read_next(&mut self, bytes: &[u8], decoded: &mut Vec<Decoded>) -> Option<usize> {
        if bytes.starts_with(PASTE_START) {
            self.is_pasting = true;
            return Some(PASTE_START.len());
        }
        match next(bytes) {
            Some((length, found)) => {
                decoded.extend(found);
                Some(length)
            }
            None if bytes.len() > MAX_SEQUENCE => Some(bytes.len()),
            None => None,
        }
    }
}

/// Decodes the first character or sequence of `bytes`, which are not empty. Returns its length with what it stands for,
/// if anything, or `None` if more bytes are needed.
fn next(bytes: &[u8]) -> Option<(usize, Option<Decoded>)> {
    let input = |(length, input): (usize, Option<Input>)| (length, input.map(Decoded::Input));
    match bytes {
        [ESCAPE] => None,
        [ESCAPE, b'[', ..] => control::sequence(bytes).map(input),
        [ESCAPE, b'O', ..] => control::single_shift(bytes).map(input),
        // Strings of several kinds (ECMA-48, 5.6).
        [ESCAPE, kind @ (b']' | b'P' | b'X' | b'^' | b'_'), ..] => string(bytes, *kind),
        // Control-c after any key is control-c.
        [ESCAPE, ESCAPE | INTERRUPT, ..] => Some(input((1, Some(Input::Key(KeyCode::Esc.into()))))),
        [ESCAPE, rest @ ..] => {
            let (length, key) = character(rest)?;
            let with_alt = |key: KeyEvent| {
                Input::Key(KeyEvent::new(key.code, key.modifiers | KeyModifiers::ALT))
            };
            Some(input((length + 1, key.map(with_alt))))
        }
        _ => character(bytes).map(|(length, key)| input((length, key.map(Input::Key)))),
    }
}

/// Decodes a string such as the reply `ESC ] 11 ; rgb:0/0/0 BEL`, whose `kind` is the letter after escape.
fn string(bytes: &[u8], kind: u8) -> Option<(usize, Option<Decoded>)> {
    let is_control = |byte: &u8| *byte < b' ';
    let length = bytes[2..].iter().position(is_control)? + 2;
    let end = match &bytes[length..] {
        [BELL, ..] => 1,
        [ESCAPE, b'\\', ..] => 2,
        [ESCAPE] => return None,
        // Another key: the string has no end.
        _ => return Some((length, None)),
    };
    let text = String::from_utf8_lossy(&bytes[2..length]);
    let reply = reply(kind.into(), &text);
    Some((length + end, reply.map(Decoded::Reply)))
}

/// Decodes a key that is a character. What is no UTF-8 is none.
fn character(bytes: &[u8]) -> Option<(usize, Option<KeyEvent>)> {
    let first = *bytes.first()?;
    if first < b' ' || first == 0x7f {
        return Some((1, Some(control_key(first))));
    }
    let bytes = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() == 0 => {
            // The rest may still come, if there is no length.
            return error.error_len().map(|length| (length, None));
        }
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    };
    let letter = valid.chars().next()?;
    Some((letter.len_utf8(), Some(letter_key(letter))))
}

fn letter_key(letter: char) -> KeyEvent {
    let modifiers = if letter.is_uppercase() {
        KeyModifiers::SHIFT
    } else {
        KeyModifiers::NONE
    };
    KeyEvent::new(KeyCode::Char(letter), modifiers)
}

/// Returns the key of a control character: control with the letter that has the same lower five bits, or a key of its
/// own.
fn control_key(byte: u8) -> KeyEvent {
    let letter = match byte {
        b'\r' => return KeyCode::Enter.into(),
        b'\t' => return KeyCode::Tab.into(),
        0x7f => return KeyCode::Backspace.into(),
        ESCAPE => return KeyCode::Esc.into(),
        0 => b' ',
        0x1c.. => byte - 0x1c + b'4',
        _ => byte - 1 + b'a',
    };
    KeyEvent::new(KeyCode::Char(letter.into()), KeyModifiers::CONTROL)
}

fn push_paste(bytes: &[u8], decoded: &mut Vec<Decoded>) {
    if !bytes.is_empty() {
        let text = String::from_utf8_lossy(bytes).into_owned();
        decoded.push(Decoded::Input(Input::Paste(text)));
    }
}

/// Returns the length of the begin of [`PASTE_END`] that `bytes` end with.
fn begun_end(bytes: &[u8]) -> usize {
    let mut lengths = (1..PASTE_END.len()).rev();
    let length = lengths.find(|&length| bytes.ends_with(&PASTE_END[..length]));
    length.unwrap_or(0)
}

/// Returns where `wanted` begins in `bytes`.
fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests;
