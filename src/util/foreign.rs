//! Messages of other crates and of the standard library, which are in English: in another language a sentence goes before
//! them.

use std::io;

use crate::lang::say;
use crate::text::escape_lines;

/// Describes why a file could not be read as text.
pub fn text_problem(cause: io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::InvalidData => say!("foreign-utf-8", "{cause}", cause),
        io::ErrorKind::IsADirectory => say!("foreign-folder", "it is a folder").into(),
        _ => say!("foreign-file", "{cause}", cause),
    }
}

/// Describes what is wrong in a TOML file, with the line that shows it.
pub fn toml_problem(error: toml::de::Error) -> String {
    let message = error.message();
    let text = error.to_string().replace(message, &field_problem(message));
    let place = text
        .strip_prefix("TOML parse error at line ")
        .and_then(|text| text.split_once('\n'));
    let place = place.and_then(|(place, rest)| Some((place.split_once(", column ")?, rest)));
    let error = place.map_or_else(
        || text.clone(),
        |((line, column), rest)| {
            let place = say!(
                "foreign-toml-place",
                "TOML parse error at line {line}, column {column}",
                line,
                column
            );
            format!("{place}\n{rest}")
        },
    );
    say!("foreign-toml", "{error}", error = escape_lines(&error))
}

/// The message of a parser about a field, in the language of the screen; any other one as it is.
fn field_problem(message: &str) -> String {
    // Names stand between backquotes.
    let mut names = message.split('`').skip(1).step_by(2);
    let name = names.next().unwrap_or_default();
    let known = names.collect::<Vec<_>>().join(", ");
    if message.starts_with("missing field ") {
        say!("foreign-missing-field", "missing field `{name}`", name)
    } else if message.starts_with("unknown field ") {
        say!(
            "foreign-unknown-field",
            "unknown field `{name}`; known: {known}",
            name,
            known
        )
    } else {
        message.to_owned()
    }
}

/// Describes what is wrong in a JSON document.
pub fn json_problem(error: serde_json::Error) -> String {
    say!("foreign-json", "{error}", error)
}
