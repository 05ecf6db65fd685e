//! Questions to the terminal about its background and colours, and its replies.

use super::theme::Depth;

/// Asks for the background colour (OSC 11).
const ASK_BACKGROUND: &str = "\x1b]11;?\x1b\\";
/// Asks for the terminfo capabilities `RGB` and `Co` (XTGETTCAP).
const ASK_COLOURS: &str = "\x1bP+q524742\x1b\\\x1bP+q436F\x1b\\";

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

/// Returns what a string of the terminal says: its text, and the letter after escape that names its kind.
pub(super) fn reply(kind: char, text: &str) -> Option<Reply> {
    if kind == ']' {
        let colour = text.strip_prefix("11;")?;
        let is_light = is_light(colour)?;
        return Some(Reply::Background { is_light });
    }
    let (name, value) = text.strip_prefix("1+r")?.split_once('=')?;
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
