//! Objects inside a line of text: JSON, or a dictionary as Python prints it, `{'loss': 0.5, 'best': None}`.

use serde_json::{Map, Value};

/// Maximum number of objects and lists inside each other.
const DEPTH: usize = 16;
/// Maximum number of braces in a line at which an object may begin.
const BRACES: usize = 8;

/// Finds the first object in `line` that `is_wanted`, wherever it begins, and whatever follows it.
pub(super) fn find_object(
    line: &str,
    is_wanted: impl Fn(&Map<String, Value>) -> bool,
) -> Option<Map<String, Value>> {
    let braces = line.match_indices('{').take(BRACES);
    let mut objects = braces.filter_map(|(at, _)| match Parser(&line[at..]).value(DEPTH)? {
        Value::Object(object) => Some(object),
        _ => None,
    });
    objects.find(is_wanted)
}

/// Parser of the text that is left.
struct Parser<'t>(&'t str);

impl<'t> Parser<'t> {
    fn value(&mut self, depth: usize) -> Option<Value> {
        self.blanks();
        match self.0.chars().next()? {
            '{' => self.object(depth.checked_sub(1)?),
            '[' => self.list(']', depth.checked_sub(1)?),
            '(' => self.list(')', depth.checked_sub(1)?),
            '\'' | '"' => self.string().map(Value::String),
            _ => self.word(depth),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        self.skip('{');
        let mut object = Map::new();
        while !self.skip('}') {
            self.blanks();
            let name = match self.value(depth)? {
                Value::String(name) => name,
                Value::Number(number) => number.to_string(),
                _ => return None,
            };
            if !self.skip(':') {
                return None;
            }
            object.insert(name, self.value(depth)?);
            if !self.skip(',') && !self.0.starts_with('}') {
                return None;
            }
        }
        Some(Value::Object(object))
    }

    fn list(&mut self, end: char, depth: usize) -> Option<Value> {
        self.0 = self.0.get(1..)?;
        let mut values = Vec::new();
        while !self.skip(end) {
            values.push(self.value(depth)?);
            if !self.skip(',') && !self.0.starts_with(end) {
                return None;
            }
        }
        Some(Value::Array(values))
    }

    fn string(&mut self) -> Option<String> {
        let mut chars = self.0.char_indices();
        let (_, quote) = chars.next()?;
        let mut text = String::new();
        loop {
            match chars.next()? {
                (at, c) if c == quote => {
                    self.0 = &self.0[at + 1..];
                    return Some(text);
                }
                (_, '\\') => match chars.next()?.1 {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'u' => {
                        let digits: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                        let code = u32::from_str_radix(&digits, 16).ok()?;
                        text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    other => text.push(other),
                },
                (_, c) => text.push(c),
            }
        }
    }

    /// A number, a name of a value, or a number that is wrapped in a call, `np.float64(0.5)` or `tensor(0.5, device='cpu')`.
    fn word(&mut self, depth: usize) -> Option<Value> {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '+' | '-');
        let end = self.0.find(|c| !is_part(c)).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        if word.starts_with(char::is_alphabetic) && rest.starts_with('(') {
            return self.call(depth.checked_sub(1)?);
        }
        Some(match word {
            "None" | "null" => Value::Null,
            "True" | "true" => Value::Bool(true),
            "False" | "false" => Value::Bool(false),
            // That parse as such numbers where they are read.
            "nan" | "NaN" | "inf" | "Infinity" | "-inf" | "-Infinity" => {
                Value::String(word.to_owned())
            }
            _ => match word.parse::<f64>() {
                Ok(number) => match word.parse::<i64>() {
                    Ok(whole) => whole.into(),
                    Err(_) => number.into(),
                },
                Err(_) => return None,
            },
        })
    }

    /// The first argument of a call.
    fn call(&mut self, depth: usize) -> Option<Value> {
        self.skip('(');
        let value = self.value(depth)?;
        let end = self.0.find(')')?;
        let others = &self.0[..end];
        self.0 = &self.0[end + 1..];
        (others.is_empty() || others.starts_with(',')).then_some(value)
    }

    fn blanks(&mut self) {
        self.0 = self.0.trim_start();
    }

    /// Skips blanks and `wanted`. Returns whether it was there.
    fn skip(&mut self, wanted: char) -> bool {
        self.blanks();
        let rest = self.0.strip_prefix(wanted);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_found_wherever_they_begin() {
        let any = |line: &str| find_object(line, |object| !object.is_empty()).map(Value::Object);
        for line in [
            r#"{"step": 3, "loss": -0.5e-1}"#,
            r#"100%|##| 3/3{"step":3,"loss":-0.05}"#,
            "\u{1b}[32m{\"step\": 3, \"loss\": -0.05}\u{1b}[0m",
            r#"INFO {} {train}: {'step': 3, 'loss': -0.05, } and more"#,
            "{'step': np.int64(3), 'loss': tensor(-0.0500, device='cuda:0')}",
        ] {
            assert_eq!(any(line), Some(json!({"step": 3, "loss": -0.05})), "{line}");
        }
        assert_eq!(
            any(r"{'a': None, 'b': [True, (1, 2)], 'c\'': nan, 4: {'d': '\u00e9', 'e': -inf}}"),
            Some(json!({
                "a": null, "b": [true, [1, 2]], "c'": "nan", "4": {"d": "é", "e": "-inf"}
            }))
        );
        for line in [
            "",
            "{",
            "{}",
            "{'a'",
            "{'a': }",
            "{'a': 1",
            "{'a': x}",
            "{'a': f(1}",
            "{'a': f(1))}",
            "{1, 2}",
            "{'a': 'b",
            "{[]: 1}",
        ] {
            assert_eq!(any(line), None, "{line}");
        }
        assert_eq!(any(&"{'a':".repeat(10_000)), None);
    }

    proptest::proptest! {
        #[test]
        fn no_line_panics(line in "[{}\\[\\]()'\"\\\\u,:a1é. -]{0,40}") {
            find_object(&line, |_| true);
        }
    }
}
