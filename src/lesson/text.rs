//! Texts of a lesson in both languages, with the numbers of the run at the places they are to be shown.

use serde::Deserialize;

use super::expression::{Expression, Quantity};
use crate::util::lang::Lang;
use crate::util::lang::say;
use crate::util::numbers::significant;
use crate::util::text::escape;

/// Significant digits of a number without a format of its own.
const DIGITS: usize = 4;

/// A text in every language.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub(super) en: Template,
    pub(super) zh: Template,
}

impl Text {
    /// The text in `lang`, with the numbers that `quantity` returns and the usual keys.
    pub fn filled(&self, lang: Lang, quantity: &impl Fn(&Quantity) -> f64) -> String {
        self.with_keys(lang, quantity, &str::to_owned)
    }

    /// The text in `lang`, with the numbers that `quantity` returns, and the names that `key` has for its keys.
    pub fn with_keys(
        &self,
        lang: Lang,
        quantity: &impl Fn(&Quantity) -> f64,
        key: &impl Fn(&str) -> String,
    ) -> String {
        self.template(lang).filled(quantity, key)
    }

    /// The text in `lang`, for one without numbers.
    pub fn plain(&self, lang: Lang) -> String {
        self.filled(lang, &|_| f64::NAN)
    }

    fn template(&self, lang: Lang) -> &Template {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }

    /// Expressions in the text, those of every language.
    pub(super) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let parts = self.en.0.iter().chain(&self.zh.0);
        parts.filter_map(|part| match part {
            Part::Value(expression, _) => Some(expression),
            Part::Words(_) | Part::Key(_) => None,
        })
    }

    /// Names of the keys in the text, those of every language.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        let parts = self.en.0.iter().chain(&self.zh.0);
        parts.filter_map(|part| match part {
            Part::Key(name) => Some(name.as_str()),
            Part::Words(_) | Part::Value(..) => None,
        })
    }

    /// Returns whether both languages show the same numbers in the same formats.
    pub(super) fn has_same_numbers(&self) -> bool {
        let sorted = |template: &Template| {
            let parts = template.0.iter();
            let values = parts.filter(|part| matches!(part, Part::Value(..)));
            let mut values: Vec<String> = values.map(|value| format!("{value:?}")).collect();
            values.sort();
            values
        };
        sorted(&self.en) == sorted(&self.zh)
    }
}

/// Text with expressions between braces: `accuracy {val_accuracy:%} after {epoch:0} epochs`, and keys: `press {key space}`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Words(String),
    Value(Expression, Format),
    /// Usual name of a key.
    Key(String),
}

/// Format of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Format {
    /// Four significant digits.
    Significant,
    /// With this number of decimals.
    Decimals(usize),
    /// In percent, with one decimal.
    Percent,
    /// With an exponent.
    Scientific,
}

impl Format {
    fn parse(text: Option<&str>) -> Result<Self, String> {
        match text {
            None => Ok(Self::Significant),
            Some("0") => Ok(Self::Decimals(0)),
            Some("%") => Ok(Self::Percent),
            Some("e") => Ok(Self::Scientific),
            Some(other) => {
                let decimals = other
                    .strip_prefix('.')
                    .and_then(|decimals| decimals.parse().ok());
                let decimals = decimals.filter(|&decimals| decimals <= 9);
                let decimals = decimals.ok_or_else(|| {
                    say!(
                        "text-format",
                        "the format \"{other}\" is none of 0, .2 and the like, % and e",
                        other
                    )
                })?;
                Ok(Self::Decimals(decimals))
            }
        }
    }

    fn show(self, number: f64) -> String {
        let text = match self {
            _ if !number.is_finite() => "?".into(),
            Self::Significant if number.fract() == 0.0 && number.abs() < 1e6 => number.to_string(),
            Self::Significant => significant(number, DIGITS),
            Self::Decimals(decimals) => format!("{number:.decimals$}"),
            Self::Percent => format!("{:.1}%", 100.0 * number),
            Self::Scientific => format!("{number:.1e}"),
        };
        text.replace('-', "−")
    }
}

impl TryFrom<String> for Template {
    type Error = String;

    /// Parses a text; white space between words is one blank, and an empty line ends a paragraph.
    fn try_from(text: String) -> Result<Self, String> {
        let paragraphs = text.trim().split("\n\n");
        let paragraphs =
            paragraphs.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        let text = paragraphs.collect::<Vec<_>>().join("\n");
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some((words, after)) = rest.split_once('{') {
            parts.push(Part::Words(printable(words)));
            let (value, after) = after.split_once('}').ok_or_else(|| {
                say!(
                    "text-brace",
                    "a {open} without {close}: {rest}",
                    open = "\"{\"",
                    close = "\"}\"",
                    rest = printable(rest)
                )
            })?;
            rest = after;
            let value = &*printable(value);
            if let Some(key) = value.strip_prefix("key ") {
                parts.push(Part::Key(key.trim().to_owned()));
                continue;
            }
            let (expression, format) = match value.split_once(':') {
                Some((expression, format)) => (expression, Some(format)),
                None => (value, None),
            };
            parts.push(Part::Value(
                Expression::parse(expression)?,
                Format::parse(format)?,
            ));
        }
        parts.push(Part::Words(printable(rest)));
        Ok(Self(parts))
    }
}

/// `text` with visible escapes for what could act on the terminal, but for the ends of lines: after the braces were looked
/// for, since an escape has some of its own.
fn printable(text: &str) -> String {
    let lines = text.split('\n').map(escape);
    lines.collect::<Vec<_>>().join("\n")
}

impl Template {
    fn filled(
        &self,
        quantity: &impl Fn(&Quantity) -> f64,
        key: &impl Fn(&str) -> String,
    ) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Words(words) => words.clone(),
            Part::Value(expression, format) => format.show(expression.value(quantity)),
            Part::Key(name) => key(name),
        });
        parts.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Result<String, String> {
        let template = Template::try_from(text.to_owned())?;
        let number = |quantity: &Quantity| match quantity.name.as_str() {
            "loss" => 0.012_345_67,
            "share" => 0.9731,
            _ => f64::NAN,
        };
        Ok(template.filled(&number, &str::to_uppercase))
    }

    #[test]
    fn numbers_are_filled_in() {
        for (text, expected) in [
            ("a  loss\n of {loss}", "a loss of 0.01235"),
            ("{loss:.2}, {-loss:.3}", "0.01, −0.012"),
            ("{share:%} or {100 * share:0}", "97.3% or 97"),
            ("{loss:e}{none}", "1.2e−2?"),
            ("{67}", "67"),
            ("press {key space} or {key e}", "press SPACE or E"),
            ("one\n\ntwo", "one\ntwo"),
            (
                "a\u{7}b {67}\n\n{loss:.2} \u{1b}",
                "a\\u{7}b 67\n0.01 \\u{1b}",
            ),
        ] {
            assert_eq!(filled(text).as_deref(), Ok(expected), "{text}");
        }
        for text in ["{loss", "{loss:x}", "{loss:.99}", "{}"] {
            assert!(filled(text).is_err(), "{text}");
        }
    }

    #[test]
    fn both_languages_show_the_same_numbers() {
        let text = |en: &str, zh: &str| {
            let template = |text: &str| Template::try_from(text.to_owned()).expect(text);
            Text {
                en: template(en),
                zh: template(zh),
            }
        };
        assert!(text("{a} of {b:%}", "{b:%} 中的 {a}").has_same_numbers());
        assert!(!text("{a} of {b:%}", "{b} 中的 {a}").has_same_numbers());
        assert!(!text("{a}", "").has_same_numbers());
    }
}
