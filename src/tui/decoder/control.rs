//! Control sequences of keys and of the mouse, as xterm, rxvt, kitty and Linux's console send them.

use ratatui::crossterm::event::{
    Event as Input, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use super::{control_key, letter_key};

/// Number of bytes after `ESC [ M` in the oldest encoding of the mouse.
const OLD_MOUSE: usize = 3;

/// Decodes the sequence at the begin of `bytes`, which start with `ESC [`. Returns its length with what it stands for,
/// if anything, or `None` if more bytes are needed.
pub(super) fn sequence(bytes: &[u8]) -> Option<(usize, Option<Input>)> {
    let rest = &bytes[2..];
    match *rest {
        [b'M', ref rest @ ..] => old_mouse(rest).map(|(length, input)| (length + 3, input)),
        // Function keys of Linux's console.
        [b'['] => None,
        [b'[', letter @ b'A'..=b'E', ..] => {
            Some((4, Some(Input::Key(KeyCode::F(letter - b'A' + 1).into()))))
        }
        _ if let Some((length, number)) = shifted(rest) => {
            let key = numbered_key(number);
            let key = key.map(|code| Input::Key(KeyEvent::new(code, KeyModifiers::SHIFT)));
            Some((length + 2, key))
        }
        _ => {
            let is_inside = |byte: &u8| (b' '..=b'?').contains(byte);
            let length = rest.iter().position(|byte| !is_inside(byte))?;
            let last = rest[length];
            if !(b'@'..=b'~').contains(&last) {
                // Another key: the sequence has no end.
                return Some((length + 2, None));
            }
            let parameters = std::str::from_utf8(&rest[..length]).ok();
            let input = parameters.and_then(|parameters| meaning(parameters, last));
            Some((length + 3, input))
        }
    }
}

/// Returns the length and the number of what rxvt sends after `ESC [` for a key with shift: the number and a dollar sign.
fn shifted(bytes: &[u8]) -> Option<(usize, u32)> {
    let digits = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let is_shifted = bytes.get(digits) == Some(&b'$');
    let number = std::str::from_utf8(&bytes[..digits]).ok()?.parse().ok()?;
    is_shifted.then_some((digits + 1, number))
}

/// Decodes the sequence at the begin of `bytes`, which start with `ESC O`. Some terminals write modifiers before its
/// letter.
pub(super) fn single_shift(bytes: &[u8]) -> Option<(usize, Option<Input>)> {
    let rest = &bytes[2..];
    let is_parameter = |byte: &u8| byte.is_ascii_digit() || *byte == b';';
    let length = rest.iter().position(|byte| !is_parameter(byte))?;
    let letter = rest[length];
    if !(b'@'..=b'~').contains(&letter) {
        return Some((length + 2, None));
    }
    let parameters = std::str::from_utf8(&rest[..length]).ok();
    let numbers = parameters.and_then(numbers).unwrap_or_default();
    let key = named_key(letter)
        .map(|code| Input::Key(KeyEvent::new(code, modifiers(numbers.last().copied()))));
    Some((length + 3, key))
}

/// Returns what a sequence with `parameters` and the letter `last` stands for.
fn meaning(parameters: &str, last: u8) -> Option<Input> {
    if let Some(mouse) = parameters.strip_prefix('<') {
        let numbers = numbers(mouse)?;
        let &[button, column, row] = numbers.first_chunk()?;
        let event = mouse_event(button, column, row)?;
        return Some(Input::Mouse(match event.kind {
            MouseEventKind::Down(button) if last == b'm' => MouseEvent {
                kind: MouseEventKind::Up(button),
                ..event
            },
            _ => event,
        }));
    }
    if parameters.split(';').nth(1).is_some_and(is_release) {
        return None;
    }
    // Replies to questions begin with another sign.
    let numbers = numbers(parameters)?;
    match (last, &*numbers) {
        (b'I', []) => return Some(Input::FocusGained),
        (b'O', []) => return Some(Input::FocusLost),
        (b'M', &[button, column, row]) => {
            return mouse_event(button.checked_sub(32)?, column, row).map(Input::Mouse);
        }
        _ => {}
    }
    let modifiers = modifiers(numbers.get(1).copied());
    let key = match (last, &*numbers) {
        (b'Z', _) => KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT),
        // Other keys with modifiers, as xterm sends them on request.
        (b'~', &[27, _, letter, ..]) => modified(letter, modifiers)?,
        (b'~', &[number, ..]) => KeyEvent::new(numbered_key(number)?, modifiers),
        // Fixterms and kitty.
        (b'u', &[letter, ..]) => modified(letter, modifiers)?,
        // rxvt.
        (b'^', &[number]) => KeyEvent::new(numbered_key(number)?, KeyModifiers::CONTROL),
        (b'@', &[number]) => {
            let held = KeyModifiers::CONTROL | KeyModifiers::SHIFT;
            KeyEvent::new(numbered_key(number)?, held)
        }
        // Where the cursor is.
        (b'R', &[_, _]) => return None,
        _ => KeyEvent::new(named_key(last)?, modifiers),
    };
    Some(Input::Key(key))
}

/// Parses parameters such as `1;5`, or `97:65;5:1` of which the first in each group counts; an empty one is 1.
fn numbers(parameters: &str) -> Option<Vec<u32>> {
    if parameters.is_empty() {
        return Some(Vec::new());
    }
    let number = |group: &str| match group.split(':').next() {
        None | Some("") => Some(1),
        Some(digits) => digits.parse().ok(),
    };
    parameters.split(';').map(number).collect()
}

/// Whether the modifiers of a key say that it was released, as kitty tells programs that ask for that.
fn is_release(modifiers: &str) -> bool {
    modifiers.ends_with(":3")
}

/// Returns the modifiers of xterm's number, which is one more than their bits.
fn modifiers(number: Option<u32>) -> KeyModifiers {
    let bits = number.unwrap_or(1).saturating_sub(1);
    let all = [
        KeyModifiers::SHIFT,
        KeyModifiers::ALT,
        KeyModifiers::CONTROL,
        KeyModifiers::SUPER,
        KeyModifiers::HYPER,
        KeyModifiers::META,
    ];
    let held = all.into_iter().enumerate();
    held.filter(|(bit, _)| bits >> bit & 1 == 1)
        .map(|(_, modifier)| modifier)
        .collect()
}

/// Returns the key of a letter by its code, with `modifiers`.
fn modified(letter: u32, modifiers: KeyModifiers) -> Option<KeyEvent> {
    let mut letter = char::from_u32(letter)?;
    if modifiers.contains(KeyModifiers::SHIFT) {
        letter = letter.to_ascii_uppercase();
    }
    let key = match letter {
        '\t' if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab.into(),
        '\t' | '\r' | '\x1b' | '\x7f' => control_key(letter as u8),
        // Keys without a character of their own, which nothing here is bound to.
        '\u{e000}'..='\u{f8ff}' => return None,
        _ => letter_key(letter),
    };
    Some(KeyEvent::new(key.code, key.modifiers | modifiers))
}

/// Returns the key of a sequence that ends with `letter`.
fn named_key(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        // Enter of the number block.
        b'M' => KeyCode::Enter,
        b'P'..=b'S' => KeyCode::F(letter - b'P' + 1),
        _ => return None,
    })
}

/// Returns the key of a sequence that ends with `~`.
fn numbered_key(number: u32) -> Option<KeyCode> {
    let function = |offset: u32| u8::try_from(number - offset).map(KeyCode::F).ok();
    match number {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11..=15 => function(10),
        17..=21 => function(11),
        23..=26 => function(12),
        28..=29 => function(15),
        31..=34 => function(17),
        _ => None,
    }
}

/// Decodes the bytes after `ESC [ M`: button, column and row, each above a blank.
fn old_mouse(bytes: &[u8]) -> Option<(usize, Option<Input>)> {
    let bytes = &bytes[..bytes.len().min(OLD_MOUSE)];
    if let Some(length) = bytes.iter().position(|byte| *byte < b' ') {
        // Another key: the sequence has no end.
        return Some((length, None));
    }
    let &[button, column, row] = bytes.first_chunk()?;
    let [button, column, row] = [button, column, row].map(|byte| u32::from(byte - b' '));
    Some((
        OLD_MOUSE,
        mouse_event(button, column, row).map(Input::Mouse),
    ))
}

/// Returns the event of a button as xterm numbers it, at a cell counted from 1.
fn mouse_event(button: u32, column: u32, row: u32) -> Option<MouseEvent> {
    let is_moved = button & 32 != 0;
    let pressed = match button & 3 {
        0 => Some(MouseButton::Left),
        1 => Some(MouseButton::Middle),
        2 => Some(MouseButton::Right),
        _ => None,
    };
    let kind = match (button >> 6, pressed, is_moved) {
        (0, Some(button), false) => MouseEventKind::Down(button),
        (0, Some(button), true) => MouseEventKind::Drag(button),
        (0, None, true) => MouseEventKind::Moved,
        // Which one is not told.
        (0, None, false) => MouseEventKind::Up(MouseButton::Left),
        (1, _, true) => MouseEventKind::Moved,
        (1, ..) => match button & 3 {
            0 => MouseEventKind::ScrollUp,
            1 => MouseEventKind::ScrollDown,
            2 => MouseEventKind::ScrollLeft,
            _ => MouseEventKind::ScrollRight,
        },
        _ => return None,
    };
    let cell = |number: u32| u16::try_from(number.checked_sub(1)?).ok();
    Some(MouseEvent {
        kind,
        column: cell(column)?,
        row: cell(row)?,
        modifiers: modifiers(Some((button >> 2 & 7) + 1)),
    })
}
