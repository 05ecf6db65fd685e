//! Spellings of class labels: which of them mean one class.

use std::collections::{HashMap, HashSet};

use crate::table::amount::is_gap;
use crate::table::formatted;
use util::text::sanitise;

/// Words for no and yes, in lower case.
pub(crate) const BOOLEANS: [(&str, &str); 5] = [
    ("no", "yes"),
    ("false", "true"),
    ("n", "y"),
    ("f", "t"),
    ("off", "on"),
];

/// Meaning of a label apart from its spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Meaning {
    /// Bits of a number.
    Number(u64),
    Boolean(bool),
}

/// Words for no and yes whose spellings are one class; letters, and words such as `on`, may as well be names.
const CERTAIN: [&str; 4] = ["no", "yes", "false", "true"];

/// Gives a label its meaning; numbers have a decimal comma if the flag is set.
type Rule = fn(&str, bool) -> Option<Meaning>;

/// Parses a label that is a number, which may have thousands separators but no unit.
pub(super) fn value(label: &str, decimal_comma: bool) -> Option<f64> {
    // Beyond that f64 skips whole numbers.
    const EXACT: f64 = (1_u64 << 53) as f64;
    let plain = || label.parse::<f64>().ok();
    let is_part = |letter: char| letter.is_ascii_digit() || "+-.,eE".contains(letter);
    let formatted = || {
        let has_unit = !label
            .chars()
            .all(|letter| is_part(letter) || is_gap(letter));
        (!has_unit).then(|| formatted::number(label, decimal_comma))?
    };
    let number = if decimal_comma {
        formatted().or_else(plain)
    } else {
        plain().or_else(formatted)
    };
    number.filter(|number| number.abs() < EXACT)
}

fn number(label: &str, decimal_comma: bool) -> Option<Meaning> {
    // Minus zero is zero.
    value(label, decimal_comma).map(|number| Meaning::Number((number + 0.0).to_bits()))
}

/// Returns the meaning of a whole number without exponent and leading zeros. Beside words, `01`, `1e5` and `1.10`
/// may as well be codes.
fn whole(label: &str, decimal_comma: bool) -> Option<Meaning> {
    let number = value(label, decimal_comma).filter(|number| number.fract() == 0.0)?;
    let digits = label.strip_prefix('-').unwrap_or(label);
    let is_usual = match digits.as_bytes() {
        [b'1'..=b'9', ..] => true,
        [b'0', rest @ ..] => number == 0.0 && !rest.first().is_some_and(u8::is_ascii_digit),
        _ => false,
    };
    (is_usual && !digits.contains(['e', 'E'])).then_some(Meaning::Number((number + 0.0).to_bits()))
}

fn boolean(label: &str, _decimal_comma: bool) -> Option<Meaning> {
    let is = |word: &&str| label.eq_ignore_ascii_case(word);
    let place = CERTAIN.iter().position(is)?;
    Some(Meaning::Boolean(place % 2 == 1))
}

/// Returns the rule for `labels`: numbers if they all are, words for no and yes if they all are, with some of both,
/// and whole numbers beside other labels.
fn rule(labels: &[String], decimal_comma: bool) -> Rule {
    let all = |rule: Rule| {
        let meanings = labels.iter().map(|label| rule(label, decimal_comma));
        meanings.collect::<Option<Vec<Meaning>>>()
    };
    if all(number).is_some() {
        return number;
    }
    match all(boolean) {
        Some(meanings) if meanings.iter().any(|&meaning| meaning != meanings[0]) => boolean,
        _ => whole,
    }
}

/// Returns what each of `labels` means, if that is a number or a word for no or yes. Labels of the same meaning are
/// one class.
pub(super) fn meanings(labels: &[String], decimal_comma: bool) -> Vec<Option<Meaning>> {
    let rule = rule(labels, decimal_comma);
    let meanings = labels.iter().map(|label| rule(label, decimal_comma));
    meanings.collect()
}

/// Classes by the spellings of their labels.
pub struct Labels {
    by_name: HashMap<String, usize>,
    by_meaning: HashMap<Meaning, usize>,
    /// Classes by their names without full stops at the end, if no other class has the same.
    by_stem: HashMap<String, Option<usize>>,
    rule: Rule,
    /// Whether numbers in cells have a decimal comma.
    decimal_comma: bool,
}

impl Labels {
    /// Indexes classes called `names`. The decimal mark of numbers among them, and of those in cells, is a comma if
    /// the flag of the name is set.
    pub fn new(names: &[String], in_names: bool, in_cells: bool) -> Self {
        let meanings = meanings(names, in_names).into_iter().zip(0..);
        let mut by_stem = HashMap::new();
        for (class, name) in names.iter().enumerate() {
            let others = by_stem.entry(stem(name).to_owned());
            others
                .and_modify(|other| *other = None)
                .or_insert(Some(class));
        }
        Self {
            by_stem,
            by_name: names.iter().cloned().zip(0..).collect(),
            by_meaning: meanings
                .filter_map(|(meaning, class)| Some((meaning?, class)))
                .collect(),
            rule: rule(names, in_names),
            decimal_comma: in_cells,
        }
    }

    /// Returns the class that `cell` names, by its text without blanks around it, or else by its
    /// meaning as a number or a word for no or yes, or but for a full stop at the end, which the test file of a
    /// table may have behind its labels.
    pub fn class(&self, cell: &str) -> Option<usize> {
        self.known(cell).or_else(|| self.by_stem(cell))
    }

    /// Returns whether `cell` names a class but for a full stop at the end.
    pub fn differs_by_stop(&self, cell: &str) -> bool {
        self.known(cell).is_none() && self.by_stem(cell).is_some()
    }

    fn by_stem(&self, cell: &str) -> Option<usize> {
        *self.by_stem.get(stem(cell))?
    }

    fn known(&self, cell: &str) -> Option<usize> {
        let cell = cell.trim();
        let by_meaning = || {
            let meaning = (self.rule)(cell, self.decimal_comma)?;
            self.by_meaning.get(&meaning)
        };
        // Models of version 4 and before have escaped labels.
        let escaped = || self.by_name.get(&sanitise(cell));
        let found = self.by_name.get(cell).or_else(by_meaning);
        found.or_else(escaped).copied()
    }
}

/// Returns `label` without the blanks around it and the full stops at its end.
fn stem(label: &str) -> &str {
    label.trim().trim_end_matches('.')
}

/// Words, letters and digits for no and yes that may be labels, in lower case.
const NO_AND_YES: [(&str, &str); 29] = [
    ("no", "yes"),
    ("false", "true"),
    ("nein", "ja"),
    ("falsch", "wahr"),
    ("non", "oui"),
    ("faux", "vrai"),
    ("no", "si"),
    ("no", "s\u{ed}"),
    ("no", "s\u{ec}"),
    ("falso", "verdadero"),
    ("falso", "vero"),
    ("falso", "verdadeiro"),
    ("n\u{e3}o", "sim"),
    ("nao", "sim"),
    ("nee", "ja"),
    ("nej", "ja"),
    ("nie", "tak"),
    ("\u{43d}\u{435}\u{442}", "\u{434}\u{430}"),
    ("\u{5426}", "\u{662f}"),
    ("\u{9519}", "\u{5bf9}"),
    ("\u{3044}\u{3044}\u{3048}", "\u{306f}\u{3044}"),
    ("off", "on"),
    ("n", "y"),
    ("n", "j"),
    ("n", "o"),
    ("n", "s"),
    ("f", "t"),
    ("f", "v"),
    ("0", "1"),
];

/// Number of the pairs of words that are hardly anything else.
const WORDS: usize = 21;

/// Returns the place in its pair, one of the first `pairs`, of a word for no (0) or yes (1), in lower case.
fn place_in_pair(word: &str, pairs: usize) -> Option<usize> {
    let mut places = NO_AND_YES[..pairs]
        .iter()
        .filter_map(|(no, yes)| [no, yes].iter().position(|side| **side == word));
    places.next()
}

/// Returns the words among `labels`, which are in lower case, that mean no or yes beside each other: all, if they are nothing else
/// and one of them is hardly anything else; or those of pairs of which both are there, if there are several words for no.
fn no_and_yes<'l>(labels: &HashSet<&'l str>) -> HashSet<&'l str> {
    let is_known = |label: &&str| place_in_pair(label, NO_AND_YES.len()).is_some();
    let is_word = |label: &&str| place_in_pair(label, WORDS).is_some();
    if labels.iter().all(is_known) && labels.iter().any(is_word) {
        return labels.clone();
    }
    // Beside other numbers 0 and 1 are numbers.
    let is_number = |label: &&str| label.parse::<f64>().is_ok_and(|number| number.abs() > 1.0);
    let has_numbers = labels.iter().any(is_number);
    let pairs = NO_AND_YES.iter().filter(|(no, yes)| {
        labels.contains(no) && labels.contains(yes) && !(has_numbers && *no == "0")
    });
    // Of the directions N, O, S and W, some are letters for yes beside the same one for no.
    let negatives: HashSet<&str> = pairs.clone().map(|(no, _)| *no).collect();
    if negatives.len() < 2 {
        return HashSet::new();
    }
    let words: HashSet<&str> = pairs.flat_map(|(no, yes)| [*no, *yes]).collect();
    labels
        .iter()
        .copied()
        .filter(|label| words.contains(label))
        .collect()
}

/// Accents of Latin letters as characters of their own, as macOS writes them, the letters that have them, and those with them.
const ACCENTS: [(char, &str, &str); 9] = [
    ('\u{300}', "aeiou", "àèìòù"),
    ('\u{301}', "aeiouycnsz", "áéíóúýćńśź"),
    ('\u{302}', "aeiou", "âêîôû"),
    ('\u{303}', "ano", "ãñõ"),
    ('\u{308}', "aeiouy", "äëïöüÿ"),
    ('\u{30a}', "au", "åů"),
    ('\u{30c}', "cdenrstz", "čďěňřšťž"),
    ('\u{327}', "cs", "çş"),
    ('\u{328}', "ae", "ąę"),
];

/// Returns `text`, in lower case, with each letter and the accent behind it as one character.
fn composed(text: &str) -> String {
    let mut composed = String::with_capacity(text.len());
    for letter in text.chars() {
        let accent = ACCENTS.iter().find(|(accent, ..)| *accent == letter);
        let with_accent =
            accent
                .zip(composed.chars().last())
                .and_then(|((_, bare, with), last)| {
                    with.chars()
                        .nth(bare.chars().position(|letter| letter == last)?)
                });
        if with_accent.is_some() {
            composed.pop();
        }
        composed.push(with_accent.unwrap_or(letter));
    }
    composed
}

/// Returns `label` as it is compared: in lower case, without blanks, letters that nobody sees and full stops at the end; accents on
/// their letters, and 0 and 1 in their shortest form.
fn plain(label: &str) -> String {
    let is_seen = |letter: &char| {
        !letter.is_whitespace()
            && !matches!(
                letter,
                '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
            )
    };
    let seen: String = label.chars().filter(is_seen).collect();
    let plain = composed(&stem(&seen).to_lowercase());
    match plain.parse::<f64>() {
        Ok(0.0) => "0".to_owned(),
        Ok(1.0) => "1".to_owned(),
        _ => plain,
    }
}

/// Returns pairs of `labels` that differ only in case, blanks, what nobody sees or full stops at the end, or are different words
/// for no or for yes; letters and digits for them too, where they come in pairs or there is nothing else.
pub(super) fn similar(labels: &[String]) -> Vec<(String, String)> {
    let plain: Vec<String> = labels.iter().map(|label| plain(label)).collect();
    let meant = no_and_yes(&plain.iter().map(String::as_str).collect());
    let mut first: HashMap<String, &String> = HashMap::new();
    let mut pairs = Vec::new();
    for (label, plain) in labels.iter().zip(&plain) {
        let is_meant = meant.contains(&**plain) || CERTAIN.contains(&&**plain);
        let place = is_meant
            .then(|| place_in_pair(plain, NO_AND_YES.len()))
            .flatten();
        let key = place.map_or_else(|| plain.clone(), |place| CERTAIN[place].to_owned());
        match first.get(&key) {
            Some(other) => pairs.push(((*other).clone(), label.clone())),
            None => {
                first.insert(key, label);
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_found_by_any_spelling() {
        let class = |names: &[&str], cell| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            Labels::new(&names, false, false).class(cell)
        };
        assert_eq!(class(&["0", "1"], " 1.0 "), Some(1));
        assert_eq!(class(&["0", "1"], "01"), Some(1));
        assert_eq!(class(&["0", "1"], "2"), None);
        assert_eq!(class(&["yes", "no"], "TRUE"), Some(0));
        assert_eq!(class(&["a", "b"], "B"), None, "another label");
        assert_eq!(class(&["y", "n"], "f"), None, "a letter of another pair");
        assert_eq!(class(&["on", "off"], "1"), None);
        assert_eq!(class(&["<=50K", ">50K"], ">50K."), Some(1));
        assert_eq!(class(&["a", "b."], "b"), Some(1));
        assert_eq!(class(&["a.", "a.."], "a"), None, "either");
        assert_eq!(class(&["a.", "b"], "..."), None);
    }

    #[test]
    fn numbers_are_found_beside_words_and_with_decimal_commas() {
        let class = |names: &[&str], cell, in_names, in_cells| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            Labels::new(&names, in_names, in_cells).class(cell)
        };
        for (cell, expected) in [
            ("1.0", Some(0)),
            ("1,000.0", Some(2)),
            ("01", None),
            ("1e0", None),
        ] {
            assert_eq!(
                class(&["1", "unknown", "1000"], cell, false, false),
                expected,
                "{cell}"
            );
        }
        for (cell, expected) in [("1,0", Some(0)), ("2,5", Some(1)), ("1.000", Some(2))] {
            assert_eq!(
                class(&["1", "2,5", "1000"], cell, true, true),
                expected,
                "{cell}"
            );
        }
        assert_eq!(class(&["1", "2,5"], "2.5", true, false), Some(1));
        assert_eq!(class(&["5", "6"], "$5", false, false), None);
    }

    #[test]
    fn labels_that_may_be_names_keep_their_classes() {
        for labels in [
            ["N", "F", "T"].as_slice(),
            &["y", "t", "n"],
            &["on", "off", "1"],
            &["true", "1", "false"],
            &["true", "yes"],
            &["yes", "no", "y"],
            &["true", "True", "yes", "maybe"],
            &["9007199254740993", "9007199254740992", "5"],
            &["1", "01", "A1"],
            &["1.1", "1.10", "1.1.2"],
            &["1e5", "100000", "1f5"],
            &["5", "$5", "5%"],
        ] {
            let labels: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
            let meanings = meanings(&labels, false);
            for (place, meaning) in meanings.iter().enumerate() {
                let is_merged = meaning.is_some() && meanings[..place].contains(meaning);
                assert!(!is_merged, "{labels:?}");
            }
        }
    }
}
