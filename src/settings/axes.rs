//! Values of a setting that a sweep or a race tries: lists and ranges.

use super::{Edit, Setting, rounded};
use crate::util::lang::say;
use crate::util::numbers::rate;

/// Maximum number of values of one setting.
const MAX_VALUES: usize = 10_000;

/// A setting and the values that are tried, as typed.
#[derive(Debug, Clone)]
pub struct Axis {
    /// The setting.
    pub setting: &'static Setting,
    /// At least one value.
    pub values: Vec<(String, Edit)>,
}

impl Axis {
    /// Parses values as a command has them: as [`parse`](Self::parse) does, or several with blanks between them.
    ///
    /// # Errors
    /// Those of [`parse`](Self::parse).
    pub(crate) fn parse_words(setting: &'static Setting, text: &str) -> Result<Self, String> {
        let is_single = text.contains(';') || (setting.parse)(text).is_some();
        if is_single || !text.contains(char::is_whitespace) {
            return Self::parse(setting, text);
        }
        let words = text
            .split_whitespace()
            .map(|word| word.trim_end_matches(','));
        Self::parse(setting, &words.collect::<Vec<_>>().join(";"))
    }

    /// Parses a value, a list of values between `;` or, where no value has any, between `,`, or a range: `1..5` of whole
    /// numbers, `0..0.5:6` of six numbers in equal steps, `1e-4..1e-1:log:6` of six in equal ratios.
    ///
    /// # Errors
    /// A message that says what is expected.
    pub(crate) fn parse(setting: &'static Setting, text: &str) -> Result<Self, String> {
        let separator = if text.contains(';') { ';' } else { ',' };
        let is_single = separator == ',' && (setting.parse)(text).is_some();
        let parts: Vec<&str> = if is_single {
            vec![text]
        } else {
            text.split(separator).map(str::trim).collect()
        };
        let mut values: Vec<(String, Edit)> = Vec::new();
        for part in parts {
            for value in expand(setting, part)? {
                let edit = (setting.parse)(&value).ok_or_else(|| {
                    say!(
                        "axis-expected",
                        "{value}: expected {expected}; or several of them: a list such as A,B (A;B where values have \
                         commas), or a range such as 1..5, 0..0.5:6 or 1e-4..1e-1:log:6",
                        value,
                        expected = setting.expected(&value)
                    )
                })?;
                if values.iter().all(|(other, _)| *other != value) {
                    values.push((value, edit));
                }
            }
        }
        Ok(Self { setting, values })
    }
}

/// Lists the numbers of a range; the text itself if it is none.
fn expand(setting: &Setting, text: &str) -> Result<Vec<String>, String> {
    let (ends, how) = text.split_once(':').unwrap_or((text, ""));
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    let ends = ends.split_once("..");
    let Some((from, to)) = ends.and_then(|(from, to)| Some((number(from)?, number(to)?))) else {
        return Ok(vec![text.to_owned()]);
    };
    let (is_log, count) = match how.strip_prefix("log:") {
        Some(count) => (true, count),
        None => (false, how),
    };
    let whole = |x: f64| x.fract() == 0.0 && x.abs() < 1e15;
    let count = if count.is_empty() && !is_log && whole(from) && whole(to) {
        (to - from).abs() + 1.0
    } else {
        count.parse::<u32>().map_or(f64::NAN, f64::from)
    };
    let is_possible = (2.0..=MAX_VALUES as f64).contains(&count) && from != to;
    if !is_possible || is_log && (from <= 0.0 || to <= 0.0) {
        return Err(say!(
            "axis-range",
            "{text}: expected a range of 2 to {max} numbers, such as 1..5, 0..0.5:6 or 1e-4..1e-1:log:6, where log takes \
             ends above 0",
            text,
            max = MAX_VALUES
        ));
    }
    let at = |nth: f64| {
        let share = nth / (count - 1.0);
        let number = if is_log {
            from * (to / from).powf(share)
        } else {
            from + (to - from) * share
        };
        let number = rate(rounded(number));
        // Settings that take whole numbers get the nearest.
        let rounded = (from + (to - from) * share).round().to_string();
        let takes_whole = (setting.parse)(&number).is_none() && (setting.parse)(&rounded).is_some();
        if takes_whole && !is_log {
            rounded
        } else {
            number
        }
    };
    Ok((0..count as u32).map(|nth| at(f64::from(nth))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(setting: &str, text: &str) -> Result<Vec<String>, String> {
        let axis = Axis::parse(Setting::named(setting).expect(setting), text)?;
        Ok(axis.values.into_iter().map(|(value, _)| value).collect())
    }

    #[test]
    fn lists_and_ranges_are_expanded() {
        for (setting, text, expected) in [
            ("lr", "0.1", "0.1"),
            ("lr", "0.1,1e-3", "0.1 1e-3"),
            ("lr", "1e-3..1e-1:log:3", "0.001 0.01 0.1"),
            (
                "lr",
                "1e-4..1e-1:log:6",
                "0.0001 0.0003981 0.001585 0.00631 0.02512 0.1",
            ),
            ("dropout", "0..0.5:6", "0 0.1 0.2 0.3 0.4 0.5"),
            ("dropout", "0.5..0.1:3,0", "0.5 0.3 0.1 0"),
            ("seed", "3..1", "3 2 1"),
            ("batch", "10..20:3", "10 15 20"),
            ("batch", "10..15:3", "10 13 15"),
            ("hidden", "16,8", "16,8"),
            ("hidden", "16; 64,32 ;none", "16 64,32 none"),
            ("activation", "relu,tanh,relu", "relu tanh"),
            ("schedule", "constant;step 20 0.5", "constant|step 20 0.5"),
        ] {
            let expected: Vec<&str> = match expected.split_once('|') {
                Some((one, two)) => vec![one, two],
                None => expected.split(' ').collect(),
            };
            assert_eq!(
                values(setting, text),
                Ok(expected.into_iter().map(Into::into).collect())
            );
        }
    }

    #[test]
    fn values_of_a_command_have_blanks_between_them() {
        for (setting, text, expected) in [
            ("lr", "0.001 0.01  0.1", "0.001|0.01|0.1"),
            ("lr", "0.001, 0.01", "0.001|0.01"),
            ("lr", "1e-3..1e-1:log:3", "0.001|0.01|0.1"),
            ("hidden", "2 8,4 none", "2|8,4|none"),
            ("schedule", "step 20 0.5", "step 20 0.5"),
            ("schedule", "constant; step 20 0.5", "constant|step 20 0.5"),
            ("optimizer", "sgd adam", "sgd|adam"),
        ] {
            let setting = Setting::named(setting).expect(setting);
            let axis = Axis::parse_words(setting, text).expect(text);
            let values: Vec<&str> = axis.values.iter().map(|(value, _)| &**value).collect();
            assert_eq!(values.join("|"), expected);
        }
    }

    #[test]
    fn other_texts_name_what_is_expected() {
        for (setting, text, part) in [
            ("lr", "fast", "above 0"),
            ("lr", "0.1,0", "above 0"),
            ("lr", "0.1..1", "0..0.5:6"),
            ("lr", "0..1:log:3", "above 0"),
            ("lr", "1..1:3", "2 to 10000"),
            ("lr", "1..2:1", "2 to 10000"),
            ("batch", "1..99999999", "2 to 10000"),
            ("lr", "", "above 0"),
        ] {
            let problem = values(setting, text).expect_err(text);
            assert!(problem.contains(part), "{text}: {problem}");
        }
    }
}
