//! Messages of a command line that can't be run: help and errors of the argument parser, and the
//! JSON line of a run that fails before it starts.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};

use clap::error::{ContextKind, ContextValue};
use serde::Serialize;

use super::parse_error::in_chinese;
use super::standard_output;
use crate::error::{EXIT_USAGE, Error, Result};
use crate::util::lang::{self, Lang};
use crate::util::text::escape;

/// Line that stands for a run that failed before its `started`.
#[derive(Serialize)]
struct Failed<'a> {
    event: &'static str,
    kind: &'static str,
    message: &'a str,
    exit_code: u8,
}

/// Writes `error` as a JSON line to standard output.
pub(super) fn write_json(error: &Error) {
    write_line(error.kind(), &error.to_string(), error.exit_code());
}

fn write_line(kind: &'static str, message: &str, exit_code: u8) {
    let failed = Failed {
        event: "failed",
        kind,
        message,
        exit_code,
    };
    // The exit code tells a reader that has gone.
    if let Ok(line) = serde_json::to_string(&failed) {
        let _ = writeln!(io::stdout(), "{line}");
    }
}

/// Returns whether `arguments` ask for JSON, as far as can be known where they can't be parsed.
pub(super) fn asks_for_json(arguments: &[OsString]) -> bool {
    let mut options = arguments.iter().take_while(|argument| *argument != "--");
    options.any(|argument| argument == "--json")
}

/// Returns the language that `arguments` ask for, or that of the locale. JSON is for programs, and stays English.
pub(super) fn language(arguments: &[OsString]) -> Lang {
    if asks_for_json(arguments) {
        return Lang::En;
    }
    let options = arguments.iter().take_while(|argument| *argument != "--");
    let options: Vec<&str> = options.filter_map(|argument| argument.to_str()).collect();
    let separate = options.windows(2).filter(|pair| pair[0] == "--lang");
    let joined = options
        .iter()
        .filter_map(|option| option.strip_prefix("--lang="));
    let mut names = separate.map(|pair| pair[1]).chain(joined);
    let named = names.find_map(|name| Lang::ALL.into_iter().find(|lang| lang.name() == name));
    named.unwrap_or_else(|| Lang::of_locale(|name| std::env::var(name).ok()))
}

/// Prints help, the version or an error of the argument parser. Returns the exit code.
///
/// # Errors
/// [`Error::CannotWrite`] if help or version can't be written.
pub(super) fn print(mut answer: clap::Error, json: bool) -> Result<u8> {
    if !answer.use_stderr() && lang::current() == Lang::Zh {
        let help = answer.render();
        let has_styles = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let help = if has_styles {
            help.ansi().to_string()
        } else {
            help.to_string()
        };
        let written = io::stdout().write_all(with_full_width_colons(&help).as_bytes());
        standard_output(written.and_then(|()| io::stdout().flush()))?;
        return Ok(0);
    }
    if !answer.use_stderr() {
        standard_output(answer.print().and_then(|()| io::stdout().flush()))?;
        return Ok(0);
    }
    escape_arguments(&mut answer);
    if lang::current() == Lang::Zh {
        let text = escape_lines(&in_chinese(&answer));
        // Where the message can't be written there is nobody to tell.
        let _ = io::stderr().write_all(text.as_bytes());
        return Ok(EXIT_USAGE);
    }
    let text = answer.render().to_string();
    let safe = escape_lines(&text);
    if json {
        let message = safe.lines().next().unwrap_or_default();
        let message = message.strip_prefix("error: ").unwrap_or(message);
        write_line(Error::Usage(String::new()).kind(), message, EXIT_USAGE);
    }
    // Where the message can't be written there is nobody to tell.
    let _ = if safe == text {
        answer.print()
    } else {
        io::stderr().write_all(safe.as_bytes())
    };
    Ok(EXIT_USAGE)
}

/// Replaces the colon that the parser writes behind each heading, at the end of a line or before the end of a style, by
/// the one that Chinese headings have.
fn with_full_width_colons(help: &str) -> String {
    let mut text = String::with_capacity(help.len());
    let mut chars = help.chars().peekable();
    while let Some(c) = chars.next() {
        let is_after_chinese = text
            .chars()
            .next_back()
            .is_some_and(|last| !last.is_ascii());
        let is_last = matches!(chars.peek(), None | Some('\n' | '\x1b'));
        text.push(if c == ':' && is_after_chinese && is_last {
            '：'
        } else {
            c
        });
    }
    text
}

/// Escapes the arguments that an error quotes, line breaks included.
fn escape_arguments(answer: &mut clap::Error) {
    let escaped = |value: &ContextValue| match value {
        ContextValue::String(text) => Some(ContextValue::String(escape(text))),
        ContextValue::Strings(texts) => {
            let texts = texts.iter().map(|text| escape(text));
            Some(ContextValue::Strings(texts.collect()))
        }
        // Suggestions; each is one line.
        ContextValue::StyledStrs(texts) => {
            let texts = texts.iter().map(|text| escape(&text.to_string()).into());
            Some(ContextValue::StyledStrs(texts.collect()))
        }
        _ => None,
    };
    let values: Vec<(ContextKind, ContextValue)> = answer
        .context()
        .filter_map(|(kind, value)| Some((kind, escaped(value)?)))
        .collect();
    for (kind, value) in values {
        answer.insert(kind, value);
    }
}

/// Escapes all of `text` but its line breaks.
fn escape_lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(escape).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_have_full_width_colons() {
        let help = "\x1b[1m命令:\x1b[0m\n  a  见 b:c\n选项:\nOptions:";
        let shown = "\x1b[1m命令：\x1b[0m\n  a  见 b:c\n选项：\nOptions:";
        assert_eq!(with_full_width_colons(help), shown);
    }

    #[test]
    fn json_is_asked_for_by_an_option_only() {
        let arguments = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert!(asks_for_json(&arguments("nn-tui --lr x --json")));
        assert!(!asks_for_json(&arguments("nn-tui --lr x -- --json")));
    }
}
