//! Errors of the argument parser in Chinese, made of their kind and context as the parser makes the English ones.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::util::lang::say;

/// Formats `error`, which is no help or version, with the usage and a hint at `--help`.
pub(super) fn in_chinese(error: &clap::Error) -> String {
    let mut text = say!("parse-error", "error: {problem}", problem = problem(error));
    for kind in [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ] {
        let near = context(error, kind);
        if !near.is_empty() {
            text += "\n\n  ";
            text += &say!("parse-near", "did you mean {near}?", near);
        }
    }
    let usage = context(error, ContextKind::Usage);
    if let Some((_, usage)) = usage.split_once(": ") {
        text += "\n\n";
        text += &say!("parse-usage", "usage: {usage}", usage);
    }
    text + "\n\n" + say!("parse-help", "For more information, try '--help'.") + "\n"
}

/// Returns what is wrong, in a sentence without its end.
pub(super) fn problem(error: &clap::Error) -> String {
    let argument = context(error, ContextKind::InvalidArg);
    let value = context(error, ContextKind::InvalidValue);
    let found = context(error, ContextKind::ActualNumValues);
    match error.kind() {
        ErrorKind::ArgumentConflict if !argument.is_empty() => {
            let prior = context(error, ContextKind::PriorArg);
            if prior.is_empty() || prior == argument {
                say!(
                    "parse-repeated",
                    "'{argument}' cannot be used multiple times",
                    argument
                )
            } else {
                say!(
                    "parse-conflict",
                    "'{argument}' cannot be used with {prior}",
                    argument,
                    prior
                )
            }
        }
        ErrorKind::NoEquals => say!(
            "parse-equals",
            "'{argument}' takes its value after '='",
            argument
        ),
        ErrorKind::InvalidValue if value.is_empty() => {
            say!("parse-no-value", "'{argument}' takes a value", argument)
        }
        ErrorKind::InvalidValue => say!(
            "parse-value",
            "invalid value '{value}' for '{argument}' (one of: {valid})",
            value,
            argument,
            valid = context(error, ContextKind::ValidValue)
        ),
        ErrorKind::ValueValidation => say!(
            "parse-value-because",
            "invalid value '{value}' for '{argument}': {cause}",
            value,
            argument,
            cause = cause(error)
        ),
        ErrorKind::UnknownArgument => say!(
            "parse-unknown",
            "unexpected argument '{argument}'",
            argument
        ),
        ErrorKind::InvalidSubcommand => say!(
            "parse-subcommand",
            "unknown subcommand '{subcommand}'",
            subcommand = context(error, ContextKind::InvalidSubcommand)
        ),
        ErrorKind::MissingRequiredArgument => {
            say!(
                "parse-missing",
                "missing: {arguments}",
                arguments = argument
            )
        }
        ErrorKind::MissingSubcommand => {
            say!("parse-no-subcommand", "a subcommand is missing").to_owned()
        }
        ErrorKind::InvalidUtf8 => say!("parse-utf8", "an argument is not UTF-8").to_owned(),
        ErrorKind::TooManyValues => {
            say!(
                "parse-many",
                "unexpected value '{value}' for '{argument}'",
                value,
                argument
            )
        }
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => say!(
            "parse-count",
            "'{argument}' does not take {found} values",
            argument,
            found
        ),
        _ => own_message(error),
    }
}

/// Returns why a value was refused. Checks of this program give it in the language of the screen.
fn cause(error: &clap::Error) -> String {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    match cause.split_once(" is not in ") {
        Some((_, range)) => match range.split_once("..") {
            Some((low, high)) if !high.is_empty() => say!(
                "parse-between",
                "it must be between {low} and {high}",
                low,
                high = high.trim_start_matches('=')
            ),
            _ => say!("parse-range", "it must be in {range}", range),
        },
        None if cause.ends_with("found in string") => {
            say!("parse-integer", "it must be a whole number").to_owned()
        }
        None => cause,
    }
}

/// Returns the message of an error without context, which this program has made.
fn own_message(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let message = text.strip_prefix("error: ").unwrap_or(&text);
    let end = message.find("\n\n").unwrap_or(message.len());
    message[..end].trim_end().to_owned()
}

/// Returns the texts of a part of the context, separated by commas.
fn context(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}
