//! JSON as Python writes it, with `NaN`, `Infinity` and `-Infinity`, which strict JSON does not have.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

/// Numbers that strict JSON does not have.
const NOT_FINITE: [&str; 3] = ["NaN", "Infinity", "-Infinity"];

/// Parses `text`; bare numbers that are not finite become strings with their names.
///
/// # Errors
/// That of the parser.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    // Nearly all logs are strict JSON.
    serde_json::from_str(text).or_else(|error| match quoted(text) {
        Cow::Owned(text) => serde_json::from_str(&text),
        Cow::Borrowed(_) => Err(error),
    })
}

/// Puts numbers that are not finite in quotation marks, outside of strings.
fn quoted(text: &str) -> Cow<'_, str> {
    let mut result = String::new();
    let (mut done, mut at) = (0, 0);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        if bytes[at] == b'"' {
            at = end_of_string(bytes, at);
            continue;
        }
        let rest = &bytes[at..];
        let mut names = NOT_FINITE.iter();
        let Some(name) = names.find(|name| rest.starts_with(name.as_bytes())) else {
            at += 1;
            continue;
        };
        result += &text[done..at];
        result += &format!("\"{name}\"");
        at += name.len();
        done = at;
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    result += &text[done..];
    Cow::Owned(result)
}

/// Returns the offset after the string that begins at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn bare_numbers_that_are_not_finite_are_read_and_strings_stay_as_they_are() {
        let text = r#"{"a": NaN, "b": [-Infinity,Infinity], "NaN \" NaN": "x NaN", "c": -1}"#;
        let expected = json!({
            "a": "NaN", "b": ["-Infinity", "Infinity"], "NaN \" NaN": "x NaN", "c": -1
        });
        assert_eq!(parse::<Value>(text).expect("readable"), expected);
        for bad in ["{\"a\": NaN", "NaN \"", "{\"a\": nan}", "\"\\", "NaNNaN"] {
            assert!(parse::<Value>(bad).is_err(), "{bad}");
        }
    }
}
