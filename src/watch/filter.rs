//! Filter of runs: words in their names, and conditions on values such as `lr>=1e-3 val_loss<0.2`.

use std::sync::Arc;

use super::Run;
use crate::util::lang::say;
use crate::util::text::sanitise;

/// Comparison of a value with the number of a condition.
type Comparison = fn(f64, f64) -> bool;

/// Operators of conditions, longer ones first.
const OPERATORS: [(&str, Comparison); 6] = [
    (">=", |a, b| a >= b),
    ("<=", |a, b| a <= b),
    ("!=", |a, b| a != b),
    (">", |a, b| a > b),
    ("<", |a, b| a < b),
    ("=", |a, b| a == b),
];

/// Words and conditions that a run must all fulfil.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter(Vec<Term>);

#[derive(Debug, Clone)]
enum Term {
    /// Part of the name, in small letters.
    Word(String),
    Number(String, Comparison, f64),
    /// Hyperparameter and whether it must be this text, or not.
    Text(String, bool, String),
}

impl Filter {
    /// Parses words and conditions that blanks separate.
    pub(crate) fn parse(text: &str) -> Self {
        Self(text.split_whitespace().map(Term::parse).collect())
    }

    /// Parses words and conditions as they were given on the command line.
    ///
    /// # Errors
    /// Says which word looks like a condition and is none.
    pub(crate) fn check(text: &str) -> Result<Self, String> {
        let filter = Self::parse(text);
        let is_cut = |(word, term): &(&str, &Term)| {
            matches!(term, Term::Word(_)) && word.contains(['<', '>', '='])
        };
        match text.split_whitespace().zip(&filter.0).find(is_cut) {
            None => Ok(filter),
            Some((word, _)) => Err(say!(
                "watch-no-condition",
                "{word}: expected a name, a comparison and a number, such as val_loss<0.2",
                word = sanitise(word)
            )),
        }
    }

    /// Returns the first name in a condition that none of `runs` has; `None` without runs.
    pub(crate) fn unknown(&self, runs: &[(Arc<str>, Arc<Run>)]) -> Option<String> {
        let mut names = self.0.iter().filter_map(|term| match term {
            Term::Number(name, ..) | Term::Text(name, ..) => Some(name),
            Term::Word(_) => None,
        });
        let is_known = |name: &str| {
            runs.iter().any(|(run_name, run)| {
                let is_tag = |tag: &Arc<str>| {
                    let rest = tag.strip_suffix(name);
                    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
                };
                run.hparams.contains_key(name)
                    || run.scalars.keys().any(is_tag)
                    || part_of(run_name, name).is_some()
            })
        };
        let unknown = names.find(|name| !is_known(name.as_str()) && !runs.is_empty());
        unknown.cloned()
    }

    /// Returns whether the run with this name fulfils everything.
    pub(crate) fn matches(&self, name: &str, run: &Run) -> bool {
        self.0.iter().all(|term| term.matches(name, run))
    }
}

impl Term {
    fn parse(word: &str) -> Self {
        let found = OPERATORS.iter().find_map(|(operator, compare)| {
            let (name, value) = word.split_once(operator)?;
            (!name.is_empty() && !value.is_empty()).then_some((*operator, *compare, name, value))
        });
        match found {
            Some((operator, compare, name, value)) => match value.parse() {
                Ok(number) => Self::Number(name.to_owned(), compare, number),
                Err(_) if matches!(operator, "=" | "!=") => {
                    Self::Text(name.to_owned(), operator == "=", value.to_owned())
                }
                Err(_) => Self::Word(word.to_lowercase()),
            },
            None => Self::Word(word.to_lowercase()),
        }
    }

    fn matches(&self, run_name: &str, run: &Run) -> bool {
        match self {
            Self::Word(word) => run_name.to_lowercase().contains(word),
            Self::Number(name, compare, number) => {
                let value = number_of(run, name);
                let value = value.or_else(|| part_of(run_name, name)?.parse().ok());
                value.is_some_and(|value| compare(value, *number))
            }
            Self::Text(name, is_equal, text) => {
                let value = run.hparams.get(name.as_str()).map(|value| &**value);
                let value = value.or_else(|| part_of(run_name, name));
                value.is_some_and(|value| (value == text) == *is_equal)
            }
        }
    }
}

/// Says that no run has what a filter compares.
pub(crate) fn unknown_name(name: &str) -> String {
    say!(
        "watch-unknown",
        "the filter compares {name}, which no run has",
        name = sanitise(name)
    )
}

/// Value of a hyperparameter that is a part of the name of a run, such as `lr=0.1` of `lr=0.1,seed=1`.
fn part_of<'n>(run_name: &'n str, name: &str) -> Option<&'n str> {
    let mut parts = run_name.split(['/', ',', ';', ' ']);
    parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
}

/// Hyperparameter of this name, or newest value of this tag, or of the only tag that ends in it.
fn number_of(run: &Run, name: &str) -> Option<f64> {
    let setting = run.hparams.get(name).and_then(|text| text.parse().ok());
    setting.or_else(|| run.newest(name)).or_else(|| {
        let mut tags = run.scalars.keys().filter(|tag| {
            let rest = tag.strip_suffix(name);
            rest.is_some_and(|rest| rest.ends_with('/'))
        });
        let tag = tags.next()?;
        tags.next().is_none().then(|| run.newest(tag))?
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::Point;

    #[test]
    fn words_and_conditions_must_all_hold() {
        let mut run = Run::default();
        run.set_hparam("lr", "0.01");
        run.set_hparam("optimizer", "adam");
        run.add_scalar("loss/validation", Point::new(1.0, 0.0, 0.5));
        run.add_scalar("loss/validation", Point::new(2.0, 0.0, 0.15));
        let matches = |text: &str| Filter::parse(text).matches("Wide/seed=1", &run);
        for text in [
            "",
            "wide",
            "lr>=1e-2 validation<0.2",
            "loss/validation<=0.15 lr!=1",
            "optimizer=adam wide",
            "optimizer!=sgd",
            "d=",
            "seed=1 seed<2",
        ] {
            assert!(matches(text), "{text}");
        }
        for text in [
            "narrow",
            "lr>0.01",
            "wide lr<0",
            "optimizer=sgd",
            "loss<1",
            "none!=1",
            "seed=2",
            "eed=1",
        ] {
            assert!(!matches(text), "{text}");
        }
        let runs = [("Wide/seed=1".into(), Arc::new(run.clone()))];
        let unknown = |text: &str| Filter::parse(text).unknown(&runs);
        assert_eq!(unknown("word lr>1 validation<1 seed=2 optimizer!=x"), None);
        assert_eq!(unknown("lr>1 vall_loss<0.2").as_deref(), Some("vall_loss"));
        assert!(Filter::check("wide lr>=1e-2 optimizer=adam").is_ok());
        for cut in ["lr>=", "<0.2", "wide loss<high"] {
            assert!(Filter::check(cut).is_err(), "{cut}");
        }
    }
}
