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

fn number(label: &str) -> Option<Meaning> {
    let number = label
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())?;
    // Minus zero is zero.
    Some(Meaning::Number((number + 0.0).to_bits()))
}

fn boolean(label: &str) -> Option<Meaning> {
    let is = |word: &str| label.eq_ignore_ascii_case(word);
    let among = |words: (&str, &str)| {
        let found = [words.0, words.1].iter().position(|word| is(word));
        found.map(|place| Meaning::Boolean(place == 1))
    };
    BOOLEANS.into_iter().find_map(among).or_else(|| {
        let number = label.parse::<f64>().ok()?;
        (number == 0.0 || number == 1.0).then_some(Meaning::Boolean(number == 1.0))
    })
}

/// Returns what each of `labels` means if they are all numbers, or all words for no and yes (with 0
/// and 1). Labels of the same meaning are one class.
pub(super) fn meanings(labels: &[String]) -> Option<Vec<Meaning>> {
    let all = |meaning: fn(&str) -> Option<Meaning>| {
        let meanings = labels.iter().map(|label| meaning(label));
        meanings.collect::<Option<Vec<Meaning>>>()
    };
    all(number).or_else(|| all(boolean))
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
    }
}
