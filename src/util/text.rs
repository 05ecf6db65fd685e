//! Text: safe to print, measured and cut in terminal cells, matched by similarity.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;

use textwrap::core::Word;
use textwrap::{Options, WordSeparator, WordSplitter};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Maximum length of a name that is compared with others, in characters.
const LONGEST_NAME: usize = 200;

/// Returns `text` without white space around it and with every character that could act on a
/// terminal or hide from a reader (C0, C1, DEL, bidirectional controls, zero-width characters,
/// line and paragraph separators) as a visible escape such as `\u{1b}`.
///
/// Called where text is drawn or printed: data, models and exports keep the original.
pub fn sanitise(text: &str) -> String {
    escape(text.trim())
}

/// Returns `text` with the characters that [`sanitise`] escapes as visible escapes; white space
/// around it stays.
pub fn escape(text: &str) -> String {
    if text.chars().all(is_printable) {
        return text.to_owned();
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\t' => safe.push_str("\\t"),
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            c if is_printable(c) => safe.push(c),
            c => {
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    safe
}

/// Returns `text`, which may have several lines, with the characters that [`sanitise`] escapes as visible escapes.
pub fn escape_lines(text: &str) -> String {
    let lines = text.trim_end().split('\n').map(escape);
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns `json` with every character that could act on a terminal as an escape of JSON, which means the
/// same text.
pub fn printable_json(json: &str) -> String {
    if json.chars().all(is_printable) {
        return json.to_owned();
    }
    let mut safe = String::with_capacity(json.len() + 8);
    for c in json.chars() {
        // Line ends separate documents; within a text JSON has escaped them.
        if is_printable(c) || c == '\n' {
            safe.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(safe, "\\u{unit:04x}");
        }
    }
    safe
}

/// Returns whether `c` neither acts on a terminal nor hides from a reader.
pub fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
        && !matches!(c, '\u{200b}'..='\u{200f}')
}

/// Returns the width of `text` in terminal cells; graphemes with control characters have none.
pub fn width(text: &str) -> usize {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.len();
    }
    text.graphemes(true).map(grapheme_width).sum()
}

fn grapheme_width(grapheme: &str) -> usize {
    if grapheme.contains(char::is_control) {
        0
    } else {
        grapheme.width()
    }
}

/// Returns the longest prefix of `text` that fits in `cells` terminal cells.
fn prefix(text: &str, cells: usize) -> &str {
    let mut used = 0;
    let fits = |grapheme: &&str| {
        used += grapheme_width(grapheme);
        used <= cells
    };
    let length = text.graphemes(true).take_while(fits).map(str::len).sum();
    &text[..length]
}

/// Returns the longest suffix of `text` that fits in `cells` terminal cells.
fn suffix(text: &str, cells: usize) -> &str {
    let mut used = 0;
    let fits = |grapheme: &&str| {
        used += grapheme_width(grapheme);
        used <= cells
    };
    let graphemes = text.graphemes(true).rev();
    let length: usize = graphemes.take_while(fits).map(str::len).sum();
    &text[text.len() - length..]
}

/// Cuts `text` to `cells` terminal cells, with `…` in place of the end.
pub fn shorten(text: &str, cells: usize) -> String {
    match cells.checked_sub(1) {
        _ if width(text) <= cells => text.to_owned(),
        Some(room) => format!("{}…", prefix(text, room)),
        None => String::new(),
    }
}

/// Makes a name or the text of a cell fit for a message: safe to print, in at most 40 terminal cells.
pub fn brief(text: &str) -> String {
    const CELLS: usize = 40;
    shorten(&sanitise(text), CELLS)
}

/// Cuts `text` to `cells` terminal cells, or fills them with blanks.
pub fn padded(text: &str, cells: usize) -> String {
    let text = shorten(text, cells);
    let gap = " ".repeat(cells - width(&text));
    text + &gap
}

/// Fills `text` with blanks at its left to `cells` terminal cells.
pub fn right_aligned(text: &str, cells: usize) -> String {
    " ".repeat(cells.saturating_sub(width(text))) + text
}

/// Cuts `text` to `cells` terminal cells, with `…` in place of the start: for paths and typed text,
/// whose end matters most.
pub fn shorten_front(text: &str, cells: usize) -> String {
    match cells.checked_sub(1) {
        _ if width(text) <= cells => text.to_owned(),
        Some(room) => format!("…{}", suffix(text, room)),
        None => String::new(),
    }
}

/// Cuts each of `names` to `cells` terminal cells: at the end, or in the middle where that would make different names
/// equal, or nearer to an end where that would.
pub fn abbreviate(names: &[String], cells: usize) -> Vec<String> {
    let ends = cuts(names, cells, 0);
    if cells < 4 || ends.iter().all(|(_, is_unique)| *is_unique) {
        return ends.into_iter().map(|(short, _)| short).collect();
    }
    let room = cells - 1;
    let mut short = cuts(names, cells, room / 2);
    for tail in [room / 4, 3 * room / 4, 0] {
        if short.iter().all(|(_, is_unique)| *is_unique) {
            break;
        }
        let others = cuts(names, cells, tail);
        let clashing = short.iter_mut().zip(others).filter(|(now, _)| !now.1);
        clashing
            .filter(|(_, other)| other.1)
            .for_each(|(now, other)| *now = other);
    }
    short.into_iter().map(|(short, _)| short).collect()
}

/// Cuts `names` as [`cut_before`] does, and says of each whether no different name becomes equal to it.
fn cuts(names: &[String], cells: usize, tail: usize) -> Vec<(String, bool)> {
    let names = || names.iter().map(String::as_str);
    let short: Vec<String> = names().map(|name| cut_before(name, cells, tail)).collect();
    let mut whole: HashMap<&str, Option<&str>> = HashMap::new();
    for (short, name) in short.iter().zip(names()) {
        let first = whole.entry(short).or_insert(Some(name));
        *first = first.filter(|first| *first == name);
    }
    let is_unique = |short: &String| whole[short.as_str()].is_some();
    let unique: Vec<bool> = short.iter().map(is_unique).collect();
    short.into_iter().zip(unique).collect()
}

/// Cuts `text` to `cells` terminal cells, with `…` in its middle: for one of many names, which may differ at the end
/// alone.
pub fn shorten_middle(text: &str, cells: usize) -> String {
    cut_before(text, cells, cells.saturating_sub(1) / 2)
}

/// Cuts `text` to `cells` terminal cells, with `…` before its last `tail` ones.
fn cut_before(text: &str, cells: usize, tail: usize) -> String {
    if width(text) <= cells || cells < 4 {
        return shorten(text, cells);
    }
    let head = shorten(text, cells - tail);
    format!("{head}{}", suffix(text, tail))
}

/// Cuts each of `names` to its first `cells` terminal cells where that keeps different names apart, or else
/// as [`abbreviate`] does.
pub fn first_letters(names: &[String], cells: usize) -> Vec<String> {
    let short: Vec<String> = (names.iter())
        .map(|name| prefix(name, cells).to_owned())
        .collect();
    let clash = (1..short.len()).any(|i| short[..i].contains(&short[i]));
    if clash {
        abbreviate(names, cells)
    } else {
        short
    }
}

/// Breaks `text` between words into lines of at most `cells` terminal cells; where characters are two cells wide, as in
/// Chinese, wherever Unicode allows it. Longer words are cut.
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let lines = broken(text, cells, false).into_iter();
    lines.map(|line| shorten(&line, cells)).collect()
}

/// Breaks `text` as [`wrap`] does, and longer words at any character, so that nothing is lost.
pub fn wrap_whole(text: &str, cells: usize) -> Vec<String> {
    broken(text, cells, true)
}

fn broken(text: &str, cells: usize, breaks_words: bool) -> Vec<String> {
    // No line is broken at a no-break space.
    let words = text.split(|c: char| c.is_whitespace() && c != '\u{a0}');
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let text = words.join(" ");
    let is_wide = width(&text) > text.chars().count();
    let separator = if is_wide {
        WordSeparator::Custom(wide_words)
    } else {
        WordSeparator::AsciiSpace
    };
    let options = Options::new(cells)
        .break_words(breaks_words)
        .word_separator(separator)
        .word_splitter(WordSplitter::NoHyphenation);
    let lines = textwrap::wrap(&text, options);
    lines.into_iter().map(Cow::into_owned).collect()
}

/// Splits `line` where Unicode allows a break, and before the colon of a typed command, where it does not.
fn wide_words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    for (at, _) in line.match_indices(':') {
        let before = line[..at].chars().next_back();
        let is_apart = before.is_some_and(|c| c == ' ' || c.width() == Some(2));
        let has_name = line[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic());
        if is_apart && has_name {
            pieces.push(&line[begin..at]);
            begin = at;
        }
    }
    pieces.push(&line[begin..]);
    let words = |piece| WordSeparator::UnicodeBreakProperties.find_words(piece);
    Box::new(pieces.into_iter().flat_map(words))
}

/// Returns up to three of `names` that resemble `asked`, nearest first: those within a Levenshtein
/// distance of a third of its characters (letter case ignored), or those that contain it. Empty if
/// `asked` is longer than a name should be, because the distance takes time in proportion to both
/// lengths.
pub fn near_matches(asked: &str, names: &[String]) -> Vec<String> {
    let asked = asked.to_lowercase();
    let letters = asked.chars().count();
    if letters > LONGEST_NAME {
        return Vec::new();
    }
    let limit = letters.div_ceil(3).max(1);
    let mut near: Vec<(usize, &String)> = names
        .iter()
        .filter(|name| name.len() <= 4 * LONGEST_NAME)
        .filter_map(|name| {
            let lower = name.to_lowercase();
            let distance = strsim::levenshtein(&asked, &lower);
            let is_part = letters >= 3 && lower.contains(&asked);
            // All names of a letter are that near.
            let is_near = distance <= limit && distance < lower.chars().count().max(1);
            (is_near || is_part).then_some((distance, name))
        })
        .collect();
    near.sort_by_key(|&(distance, _)| distance);
    near.into_iter()
        .take(3)
        .map(|(_, name)| name.clone())
        .collect()
}

/// Returns `name`, or `name.2`, `name.3` and so on, the first that is not taken.
pub fn unique_name(name: String, mut is_taken: impl FnMut(&String) -> bool) -> String {
    let copies = (2..).map(|copy| format!("{name}.{copy}"));
    let mut candidates = [name.clone()].into_iter().chain(copies);
    candidates
        .find(|candidate| !is_taken(candidate))
        .unwrap_or(name)
}

#[cfg(test)]
mod tests;
