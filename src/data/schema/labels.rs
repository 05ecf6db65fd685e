//! Spellings of class labels: which of them mean one class.

use std::collections::HashMap;

use crate::util::text::sanitise;

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

fn number(label: &str) -> Option<Meaning> {
    // Beyond that f64 skips whole numbers.
    const EXACT: f64 = (1_u64 << 53) as f64;
    let number = label
        .parse::<f64>()
        .ok()
        .filter(|number| number.abs() < EXACT)?;
    // Minus zero is zero.
    Some(Meaning::Number((number + 0.0).to_bits()))
}

fn boolean(label: &str) -> Option<Meaning> {
    let is = |word: &&str| label.eq_ignore_ascii_case(word);
    let place = CERTAIN.iter().position(is)?;
    Some(Meaning::Boolean(place % 2 == 1))
}

/// Returns what each of `labels` means if they are all numbers, or all words for no and yes, with some of
/// both. Labels of the same meaning are one class.
pub(super) fn meanings(labels: &[String]) -> Option<Vec<Meaning>> {
    let all = |meaning: fn(&str) -> Option<Meaning>| {
        let meanings = labels.iter().map(|label| meaning(label));
        meanings.collect::<Option<Vec<Meaning>>>()
    };
    let booleans = || {
        let meanings = all(boolean)?;
        let are_both = meanings.iter().any(|&meaning| meaning != meanings[0]);
        are_both.then_some(meanings)
    };
    all(number).or_else(booleans)
}

/// Classes by the spellings of their labels.
pub(crate) struct Labels {
    by_name: HashMap<String, usize>,
    by_meaning: HashMap<Meaning, usize>,
}

impl Labels {
    /// Indexes classes called `names`.
    pub(crate) fn new(names: &[String]) -> Self {
        let meanings = meanings(names).unwrap_or_default();
        Self {
            by_name: names.iter().cloned().zip(0..).collect(),
            by_meaning: meanings.into_iter().zip(0..).collect(),
        }
    }

    /// Returns the class that `cell` names, by its text without blanks around it, or else by its
    /// meaning as a number or a word for no or yes.
    pub(crate) fn class(&self, cell: &str) -> Option<usize> {
        let cell = cell.trim();
        let by_meaning = || {
            [number, boolean]
                .into_iter()
                .find_map(|meaning| self.by_meaning.get(&meaning(cell)?))
        };
        // Models of version 4 and before have escaped labels.
        let escaped = || self.by_name.get(&sanitise(cell));
        let found = self.by_name.get(cell).or_else(by_meaning);
        found.or_else(escaped).copied()
    }
}

/// Returns pairs of `labels` that differ only in case or blanks.
pub(super) fn similar(labels: &[String]) -> Vec<(String, String)> {
    let mut first: HashMap<String, &String> = HashMap::new();
    let mut pairs = Vec::new();
    for label in labels {
        let plain: String = label.split_whitespace().collect();
        match first.get(&plain.to_lowercase()) {
            Some(other) => pairs.push(((*other).clone(), label.clone())),
            None => {
                first.insert(plain.to_lowercase(), label);
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
            Labels::new(&names).class(cell)
        };
        assert_eq!(class(&["0", "1"], " 1.0 "), Some(1));
        assert_eq!(class(&["0", "1"], "01"), Some(1));
        assert_eq!(class(&["0", "1"], "2"), None);
        assert_eq!(class(&["yes", "no"], "TRUE"), Some(0));
        assert_eq!(class(&["a", "b"], "B"), None, "another label");
        assert_eq!(class(&["y", "n"], "f"), None, "a letter of another pair");
        assert_eq!(class(&["on", "off"], "1"), None);
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
            &["9007199254740993", "9007199254740992", "5"],
        ] {
            let labels: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
            assert_eq!(meanings(&labels), None, "{labels:?}");
        }
    }
}
