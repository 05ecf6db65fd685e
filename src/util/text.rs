//! Text from outside, made safe to show, and names that resemble one another.

use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

/// Letters of a name that others are held against.
const LONGEST_NAME: usize = 200;

/// Returns `text` with every character that could act on a terminal or hide from a reader (C0,
/// C1, DEL, bidirectional controls, zero-width characters, line and paragraph separators) written
/// as a visible escape such as `\u{1b}`, and white space around it cut off.
///
/// Called once, where text enters the program; everything behind that point may show it as it is.
pub fn sanitise(text: &str) -> String {
    let text = text.trim();
    if text.chars().all(is_plain) {
        return text.to_owned();
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\t' => safe.push_str("\\t"),
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            c if is_plain(c) => safe.push(c),
            c => {
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    safe
}

fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
        && !matches!(c, '\u{200b}'..='\u{200f}')
}

/// A learning rate as a person would write it: `0.01`, `1e-7`, `1e30`.
pub fn rate(x: f64) -> String {
    match x.abs() {
        0.0001..100_000.0 => x.to_string(),
        _ => format!("{x:e}"),
    }
}

/// Width of `text` in terminal cells.
pub fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

fn char_width(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// Returns `text` cut to at most `cells` terminal cells, with `…` as the last one where something
/// was cut off.
pub fn shorten(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let Some(room) = cells.checked_sub(1) else {
        return String::new();
    };
    let mut kept = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += char_width(c);
        if used > room {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept
}

/// The same for a text whose end matters most, such as a path: `…` is the first one.
pub fn shorten_front(text: &str, cells: usize) -> String {
    let reversed = |text: &str| text.chars().rev().collect::<String>();
    reversed(&shorten(&reversed(text), cells))
}

/// Returns `names` cut to at most `cells` terminal cells each such that those that differ still do
/// where that is possible: at the end, or else in the middle.
pub fn abbreviate(names: &[String], cells: usize) -> Vec<String> {
    let short: Vec<String> = names.iter().map(|name| shorten(name, cells)).collect();
    let clash =
        (1..short.len()).any(|i| short[..i].contains(&short[i]) && names[..i] != short[..i]);
    if !clash || cells < 4 {
        return short;
    }
    let tail_cells = (cells - 1) / 2;
    let middle = |name: &String| {
        if width(name) <= cells {
            return name.clone();
        }
        let mut tail: Vec<char> = Vec::new();
        for c in name.chars().rev() {
            let used: usize = tail.iter().map(|&c| char_width(c)).sum();
            if used + char_width(c) > tail_cells {
                break;
            }
            tail.push(c);
        }
        let head = shorten(name, cells - tail_cells);
        head.chars().chain(tail.into_iter().rev()).collect()
    };
    names.iter().map(middle).collect()
}

/// Returns lines of `text` of at most `cells` terminal cells, broken between words.
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= cells => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(shorten(word, cells)),
        }
    }
    lines
}

/// Returns the names among `names` that resemble `asked`, nearest first, at most three: those
/// that differ from it by a third of its letters or fewer (Levenshtein distance, letter case
/// ignored), or that contain it. Nothing resembles a text that is longer than a name should be:
/// the distance takes time in proportion to both lengths.
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
            let distance = edit_distance(&asked, &lower);
            let within = letters >= 3 && lower.contains(&asked);
            (distance <= limit || within).then_some((distance, name))
        })
        .collect();
    near.sort_by_key(|&(distance, _)| distance);
    near.into_iter()
        .take(3)
        .map(|(_, name)| name.clone())
        .collect()
}

fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &cb) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(ca != cb);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_made_visible() {
        assert_eq!(sanitise("  sepal width "), "sepal width");
        assert_eq!(sanitise("\u{1b}[31mred"), "\\u{1b}[31mred");
        assert_eq!(
            sanitise("a\tb\u{202e}c\u{200b}"),
            "a\\tb\\u{202e}c\\u{200b}"
        );
        assert_eq!(sanitise("a\u{9b}31m\u{7f}"), "a\\u{9b}31m\\u{7f}");
        assert_eq!(sanitise("Länge 宽"), "Länge 宽");
    }

    #[test]
    fn what_is_no_name_resembles_nothing() {
        let long = "x".repeat(100_000);
        let names = vec![long.clone(), "ab".to_owned()];
        assert!(near_matches(&long, &names).is_empty());
        assert_eq!(near_matches("abc", &names), ["ab"]);
    }

    #[test]
    fn rates_are_short() {
        assert_eq!(rate(0.003), "0.003");
        assert_eq!(rate(2e-5), "2e-5");
        assert_eq!(rate(1e30), "1e30");
    }

    #[test]
    fn shortening_counts_cells() {
        assert_eq!(shorten("versicolor", 20), "versicolor");
        assert_eq!(shorten("versicolor", 5), "vers…");
        assert_eq!(shorten("宽宽宽", 4), "宽…");
        assert_eq!(shorten("abc", 0), "");
        assert_eq!(shorten_front("data/abc.csv", 8), "…abc.csv");
        assert_eq!(shorten_front("abc.csv", 8), "abc.csv");
    }

    #[test]
    fn abbreviations_keep_names_apart() {
        let names = |names: &[&str]| names.iter().map(|&n| n.to_owned()).collect::<Vec<_>>();
        let species = names(&["setosa", "versicolor", "virginica"]);
        assert_eq!(abbreviate(&species, 6), ["setosa", "versi…", "virgi…"]);
        let cultivars = names(&["cultivar 1", "cultivar 2"]);
        assert_eq!(abbreviate(&cultivars, 6), ["cul… 1", "cul… 2"]);
        assert_eq!(abbreviate(&cultivars, 10), cultivars);
        assert_eq!(abbreviate(&names(&["a", "a"]), 1), ["a", "a"]);
    }

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrap("one two  three", 8), ["one two", "three"]);
        assert_eq!(wrap("incomprehensible it is", 8), ["incompr…", "it is"]);
        assert!(wrap("  ", 8).is_empty());
    }

    #[test]
    fn names_are_matched_by_likeness() {
        let names: Vec<String> = ["species", "sepal width", "petal width"]
            .map(String::from)
            .into();
        assert_eq!(near_matches("Specie", &names), ["species"]);
        assert_eq!(near_matches("width", &names).len(), 2);
        assert!(near_matches("colour", &names).is_empty());
    }
}
