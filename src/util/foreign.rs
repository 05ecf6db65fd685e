//! Messages of other crates and of the standard library, which are in English: in another language a sentence goes before
//! them.

use std::io;

use crate::lang::say;
use crate::text::escape_lines;

/// Describes why a file could not be read as text.
pub fn text_problem(cause: io::Error) -> String {
    if cause.kind() == io::ErrorKind::InvalidData {
        say!("foreign-utf-8", "{cause}", cause)
    } else {
        cause.to_string()
    }
}

/// Describes what is wrong in a TOML file, with the line that shows it.
pub fn toml_problem(error: toml::de::Error) -> String {
    let error = escape_lines(&error.to_string());
    say!("foreign-toml", "{error}", error)
}

/// Describes what is wrong in a JSON document.
pub fn json_problem(error: serde_json::Error) -> String {
    say!("foreign-json", "{error}", error)
}
