//! Tables of JSON lines: an object for each row, whose keys name the columns.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::converted::Converted;
use util::error::{DataProblem, Error, Place, Result};
use util::lang::say;

/// Converts the JSON lines in `text`, which messages call `source`. Columns come in the order in which their
/// keys first appear, but a new one comes behind the key before it in its object; a key that an object does not have is a missing value, as is `null`.
///
/// # Errors
/// [`DataProblem::ForeignFormat`] for a line that is not UTF-8, [`DataProblem::Json`] for one that is no object, and
/// [`DataProblem::Nested`] for a value that is an object or array.
pub(super) fn converted(text: &[u8], source: &str) -> Result<Converted> {
    let text = &*without_words(text);
    let mut names: Vec<String> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    for (line, number) in text.split(|&byte| byte == b'\n').zip(1..) {
        let members = object(line, number, source)?.unwrap_or_default();
        for (index, (key, _)) in members.iter().enumerate() {
            if !known.contains(key.as_ref()) {
                let before = index.checked_sub(1).map(|before| &members[before].0);
                let before = names
                    .iter()
                    .position(|name| Some(name.as_ref()) == before.map(Cow::as_ref));
                names.insert(
                    before.map_or(0, |place| place + 1),
                    key.clone().into_owned(),
                );
                known.insert(key.clone().into_owned());
            }
        }
    }
    let columns: HashMap<&str, usize> = names.iter().map(String::as_str).zip(0..).collect();
    let mut table = Converted::new("JSON lines", true);
    table.push(&names);
    for (line, number) in text.split(|&byte| byte == b'\n').zip(1..) {
        let mut cells = vec![Cow::Borrowed(""); names.len()];
        let object = object(line, number, source)?;
        for (key, value) in object.iter().flatten() {
            let column = columns[key.as_ref()];
            cells[column] = cell(value).ok_or_else(|| {
                let place = Place::whole(source).at_line(number);
                let place = place.at_column(column + 1, Some(key));
                Error::data(place, DataProblem::Nested)
            })?;
        }
        // A blank line is no row.
        let length = if object.is_some() { cells.len() } else { 0 };
        table.push(&cells[..length]);
    }
    Ok(table)
}

/// Replaces the words of Python that are no JSON, outside strings: NaN by `null`, and infinity by a string.
fn without_words(text: &[u8]) -> Cow<'_, [u8]> {
    const WORDS: [(&[u8], &[u8]); 3] = [
        (b"NaN", b"null"),
        (b"-Infinity", b"\"-Infinity\""),
        (b"Infinity", b"\"Infinity\""),
    ];
    if !text.windows(3).any(|word| word == b"NaN" || word == b"Inf") {
        return Cow::Borrowed(text);
    }
    let mut replaced = Vec::with_capacity(text.len());
    let (mut rest, mut is_string) = (text, false);
    while let Some(&byte) = rest.first() {
        let word = WORDS
            .iter()
            .find(|(word, _)| !is_string && rest.starts_with(word));
        if let Some((word, json)) = word {
            replaced.extend_from_slice(json);
            rest = &rest[word.len()..];
            continue;
        }
        is_string = byte != b'\n' && is_string != (byte == b'"');
        let length = if is_string && byte == b'\\' { 2 } else { 1 };
        let (done, behind) = rest.split_at(length.min(rest.len()));
        replaced.extend_from_slice(done);
        rest = behind;
    }
    Cow::Owned(replaced)
}

/// Returns the text of a value, empty for `null`; `None` for objects and arrays.
fn cell(value: &RawValue) -> Option<Cow<'_, str>> {
    let value = value.get();
    match value.as_bytes().first() {
        Some(b'"') => serde_json::from_str(value).ok().map(Cow::Owned),
        Some(b'{' | b'[') => None,
        _ if value == "null" => Some(Cow::Borrowed("")),
        _ => Some(Cow::Borrowed(value)),
    }
}

/// Members of an object, in its order.
type Members<'l> = Vec<(Cow<'l, str>, &'l RawValue)>;

/// Parses the object on `line`, whose number is `number`; `None` for a blank line.
fn object<'l>(line: &'l [u8], number: u64, source: &str) -> Result<Option<Members<'l>>> {
    let place = || Place::whole(source).at_line(number);
    let text = std::str::from_utf8(line).map_err(|_| {
        let about = say!(
            "json-not-utf8",
            "the line is not UTF-8, as JSON must be (iconv -f ENCODING -t utf-8 converts a file; Chinese: \
             gb18030 or big5, Japanese: shift_jis, Korean: euc-kr)"
        );
        Error::data(place(), DataProblem::ForeignFormat(about))
    })?;
    let text = text.trim_start_matches('\u{feff}').trim_ascii();
    if text.is_empty() {
        return Ok(None);
    }
    let found = serde_json::from_str::<Object>(text);
    match found {
        Ok(Object(members)) => Ok(Some(members)),
        Err(_) => Err(Error::data(place(), DataProblem::Json)),
    }
}

struct Object<'l>(Members<'l>);

impl<'de: 'l, 'l> Deserialize<'de> for Object<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor).map(Self)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Key(key), value)) = map.next_entry()? {
            members.push((key, value));
        }
        Ok(members)
    }
}

/// Key of an object, borrowed if it has no escapes.
#[derive(Deserialize)]
struct Key<'l>(#[serde(borrow)] Cow<'l, str>);

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &str) -> Result<String> {
        converted(text.as_bytes(), "t.jsonl")
            .map(|table| String::from_utf8(table.csv).expect("UTF-8"))
    }

    #[test]
    fn objects_become_rows() {
        let text = "{\"a\": 1.50, \"b\": \"x, \\\"y\\\"\"}\r\n\n{\"c\": true, \"a\": null}\n{ }";
        let expected = "c,a,b\n,1.50,\"x, \"\"y\"\"\"\n\ntrue,,\n,,\n";
        assert_eq!(csv(text).expect("converted"), expected);
    }

    #[test]
    fn numbers_of_python_that_json_lacks_are_read() {
        let text = "{\"a\": NaN, \"b\": \"NaN \\\"Infinity\"}\n{\"a\": -Infinity, \"b\": \"x\"}\n";
        let expected = "a,b\n,\"NaN \"\"Infinity\"\n-Infinity,x\n\n";
        assert_eq!(csv(text).expect("converted"), expected);
        csv("{\"a\": NaNa}\n").expect_err("no number");
    }

    #[test]
    fn what_is_no_row_is_refused_in_its_place() {
        let message = |text: &str| csv(text).expect_err(text).to_string();
        let nested = message("{\"a\":1}\n{\"a\":1,\"b\":[1]}\n");
        assert!(
            nested.starts_with("t.jsonl, line 2, column 2 (b): "),
            "{nested}"
        );
        for text in [
            "{\"a\":1}\n[1]\n",
            "{\"a\":1}\n{\n\"a\":1}\n",
            "{\"a\":1}\n1\n",
        ] {
            let message = message(text);
            assert!(message.starts_with("t.jsonl, line 2: "), "{message}");
        }
    }
}
